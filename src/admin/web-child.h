/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado web` as a child of `serve`. */
#pragma once

#include "admin/admin.h"

typedef struct ChWebChild ChWebChild;

/* Starts it where CONFIG, the configuration in force, has a page; NULL otherwise. It is started again when it
 * ends by itself, after growing waits, and dies with this process. It is given no password: not by -o, not by
 * the environment. Needs the main loop. CONTEXT and CONFIG are borrowed. Free with ch_web_child_stop, which
 * ends it and waits until it has ended. */
ChWebChild *ch_web_child_start(const ChAdminContext *context, const ChConfig *config);
void ch_web_child_stop(ChWebChild *child);
