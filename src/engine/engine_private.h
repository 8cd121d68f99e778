/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of engine/ share. */
#pragma once

#include "engine/engine.h"

/* A folder that a source reads; guarded by engine->lock. */
typedef struct {
    gint64 id;     /* 0: position was not asked yet */
    guint waiting; /* handed over, not yet committed */
    GArray *kept;  /* of guint32: committed, the source not yet told */
} ChFolder;

/* One mail on its way. */
typedef struct {
    ChIncoming *incoming;
    gsize size;       /* bytes that it holds, counted in engine->in_flight */
    ChFolder *folder; /* the one of (NULL, NULL) where it came from no mailbox */
    char sha256[65];
    GBytes *packed; /* until it is kept */
    gint64 id;      /* mail id; 0: not kept yet */
    ChReading *reading;
    gboolean ready; /* the pool has done what comes before the writer's next step */
} ChJob;

typedef struct {
    ChCall call;
    gpointer data;
    GError *error;
    gboolean taken; /* the writer has it: its caller must wait for done */
    gboolean done;
} ChPosted;

struct ChEngine {
    const ChDesk *desk;
    ChStore *store; /* the writer's thread's, once it runs */
    ChSink sink;
    GThreadPool *pool;
    GThread *writer;

    GMutex lock;         /* guards all below */
    GCond work;          /* the writer waits for it */
    GCond progress;      /* everybody else does */
    GQueue intake;       /* of ChJob: handed over, in order */
    GQueue undecided;    /* of ChJob: kept, in order */
    GQueue calls;        /* of ChPosted */
    GHashTable *folders; /* "mailbox/folder" -> ChFolder */
    gsize in_flight;     /* raw bytes of all jobs */
    guint jobs;          /* all jobs, also those in the writer's hands */
    gboolean look;       /* for mails that another process took in */
    gboolean tick;       /* for what time brings about */
    gboolean looking;    /* the writer does so now; what it finds is not yet in jobs */
    gint64 adopted;      /* the last mail id of those */
    guint64 queued;      /* mails put into the outbox so far, and other reasons to look at it */
    gboolean resting;    /* the delivery waits for that to grow, or for time to pass */
    guint64 taken;       /* mails kept or adopted so far */
    gboolean stopping;
    GError *failure; /* the writer gave up */
    void (*failed)(gpointer data);
    gpointer failed_data;
};

/* writer.c: the thread, and the settling of leftovers before it starts. */
gpointer ch_writer_run(gpointer engine);
gboolean ch_writer_recover(ChEngine *engine, GError **error);

/* intake.c */
void ch_sink_setup(ChEngine *engine);
void ch_folder_free(ChFolder *folder);

void ch_job_free(ChJob *job);
/* With the lock held: the next step of JOB for the pool. */
void ch_job_push(ChEngine *engine, ChJob *job);
