/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What runs beside what (DESIGN.md sections 9 and 10): a pool that packs, parses and judges, one writer that
 * commits in groups, and the doors through which sources and the outbox reach it.
 */
#pragma once

#include "deliver/transport.h"
#include "fetch/source.h"
#include "pipeline.h"

typedef struct ChEngine ChEngine;

/* Opens the desk's store, settles what an earlier run left undecided (P12) and starts pool and writer. DESK
 * is borrowed. Free with ch_engine_free. */
ChEngine *ch_engine_new(const ChDesk *desk, GError **error);

/* Finishes the transaction in hand, ends the threads; what is not committed is dropped (it is still on the
 * server). */
void ch_engine_free(ChEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChEngine, ch_engine_free)

/* Where sources hand their mail over. */
const ChSink *ch_engine_sink(ChEngine *engine);

/* Returns when every mail handed over has its outcome; FALSE with the writer's error where it gave up. */
gboolean ch_engine_drain(ChEngine *engine, GError **error);

/* Mails that were taken in for the first time by this engine. */
guint64 ch_engine_taken(ChEngine *engine);

/* The database may have changed from outside: a `deliver` left a mail, an admin requeued one. */
void ch_engine_look(ChEngine *engine);

/* Time has passed: reminders and their like may be due. To be called once a minute or so. */
void ch_engine_tick(ChEngine *engine);

/* Called once, from the writer's thread, when it gives up. */
void ch_engine_on_failure(ChEngine *engine, void (*failed)(gpointer data), gpointer data);

/* Runs CALL in the writer's thread inside its next transaction and returns when that is committed. FALSE with
 * CALL's error, then nothing of it was changed, or the writer's. */
typedef gboolean (*ChCall)(ChStore *store, gpointer data, GError **error);
gboolean ch_engine_call(ChEngine *engine, ChCall call, gpointer data, GError **error);

/* Delivers what is due (outbox.c). With FOREVER, waits for more until CANCEL; otherwise returns when nothing
 * is due. */
gboolean ch_engine_deliver(ChEngine *engine, ChTransport *transport, gboolean forever, GCancellable *cancel,
                           GError **error);
