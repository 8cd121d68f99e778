/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `serve`, `poll` and `deliver` share: a desk with its engine; and what those share that only look. */
#pragma once

#include "admin/admin.h"
#include "engine/engine.h"

typedef struct {
    int lock; /* -1: none */
    ChTemplates *templates;
    ChDesk desk;
    ChEngine *engine;
    ChTransport *transport; /* NULL: no [smtp] section, mails wait in the outbox */
} ChRun;

/* The templates that CONFIG names, with every language that it uses. */
ChTemplates *ch_run_templates(const ChConfig *config, GError **error);

/* The rules that CONFIG names, compiled and found to pass their tests; where it names none, a set without
 * any. NULL with CH_ERROR_CONFIG: all that is wrong, each with its line and a caret. */
ChRules *ch_run_rules(const ChConfig *config, GError **error);
/* The same of those at PATH, for a desk with CONFIG. */
ChRules *ch_run_rules_at(const char *path, const ChConfig *config, GError **error);

/* The mail in the file PATH; "-" is standard input. */
ChIncoming *ch_run_mail(const ChConfig *config, const char *path, GError **error);

/* The desk's database, for those who only look. TRUE with *STORE NULL where CONTEXT has no configuration, or
 * no desk was opened there yet: nobody is known then. */
gboolean ch_run_look(const ChAdminContext *context, ChStore **store, GError **error);

/* Takes the desk's lock in WHO's name, reads the templates and starts the engine with RULES (NULL: those of
 * CONFIG, read now; desk.rules has a reference). */
gboolean ch_run_open(ChRun *run, const ChConfig *config, ChRules *rules, const char *who, GError **error);
void ch_run_close(ChRun *run);

/* A thread of its own for each folder of each mailbox. */
typedef struct {
    const ChMailboxConfig *mailbox;
    const char *folder;
    ChEngine *engine;
    const ChLimits *limits;
    GCancellable *cancel;
    GThread *thread;
    GError *error; /* how a single pass ended */
} ChFetcher;

/* Starts WORK in a thread for each folder. Array of ChFetcher; the caller joins with ch_fetchers_join. */
GPtrArray *ch_fetchers_start(const ChConfig *config, ChEngine *engine, GCancellable *cancel,
                             GThreadFunc work);
void ch_fetchers_join(GPtrArray *fetchers);

/* Notes for `chamado status` that the folder could not be read, and why; NULL: it could. From the fetching
 * thread, or after it. A failure is the writer's, which the desk hears of anyhow. */
void ch_fetcher_note(const ChFetcher *fetcher, const GError *why);
/* The note's name. The caller frees. */
char *ch_fetcher_note_name(const ChMailboxConfig *mailbox, const char *folder);
