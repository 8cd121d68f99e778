/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notices that files of rules were changed: written, renamed over, removed, made again, also where a folder
 * on the way to them is. By inotify, in the default main context of the thread that made it.
 */
#pragma once

#include <glib.h>

typedef struct ChRulesWatch ChRulesWatch;

/* CHANGED is called once nothing was changed for 300 ms, or 5 s after the first change. It may call all of
 * these but ch_rules_watch_free. Free with ch_rules_watch_free. */
ChRulesWatch *ch_rules_watch_new(void (*changed)(gpointer data), gpointer data);
void ch_rules_watch_free(ChRulesWatch *watch);

/* Watches PATH, a folder of rules or one file, and FILES (NULL-terminated, may be NULL) instead of what was
 * watched before. Changes before the call are forgotten. What cannot be watched is logged. */
void ch_rules_watch_set(ChRulesWatch *watch, const char *path, const char *const *files);
/* FILES too. TRUE where some of them were not watched so far. */
gboolean ch_rules_watch_add(ChRulesWatch *watch, const char *const *files);
/* Whether something was changed since ch_rules_watch_set; then CHANGED will be called. */
gboolean ch_rules_watch_poll(ChRulesWatch *watch);
/* Has CHANGED called after a quiet time, as if something had been changed. */
void ch_rules_watch_touch(ChRulesWatch *watch);
