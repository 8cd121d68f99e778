/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where mail comes from: one source per file (imap.c, path.c; stream.c for a pipe) behind this table of
 * functions, and the sink that the pipeline offers them. Sources know nothing of the store.
 */
#pragma once

#include "base/config.h"
#include "mail/mail.h"

#include <gio/gio.h>

/* What a source needs of the rest of the program. Every function may be called from the source's own thread.
 */
typedef struct ChSink {
    gpointer data;

    /* Where this folder stands: *HIGHEST is the highest UID taken under UIDVALIDITY (0: none, a new folder or
     * a new UIDVALIDITY). *UNACTED: UIDs whose mail is kept here but which were not yet moved, flagged or
     * deleted there. *AGAIN: UIDs at or below highest that could not be fetched before and should be tried
     * again, in this order. Both are GArray of guint32, the caller's to unref. */
    gboolean (*position)(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                         guint32 *highest, GArray **unacted, GArray **again, GError **error);

    /* Hands one mail over; blocks while limits.memory_bytes are in flight. Takes ownership, also on failure
     * (CH_ERROR_CANCELLED at shutdown, CH_ERROR_STORE where it can't be kept). */
    gboolean (*take)(gpointer data, ChIncoming *incoming, GError **error);

    /* The UIDs of this folder whose raw bytes were committed and synced since the last call (P1). With WAIT,
     * blocks until everything handed over by this folder is committed or has failed. GArray of guint32, never
     * NULL on success. On failure nothing more of this folder will be committed; drop the connection. MAILBOX
     * and FOLDER are NULL for mail of a path; an IMAP pass also asks, with WAIT, before it asks for position.
     */
    GArray *(*kept)(gpointer data, const char *mailbox, const char *folder, gboolean wait, GError **error);

    /* The server was told about these UIDs (moved, flagged, deleted), or they are not there any more, which
     * goes for UIDs of *AGAIN, too. */
    gboolean (*acted)(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                      const GArray *uids, GError **error);

    /* The server could not give this mail; it is logged, tried again on later passes, and the next mail goes
     * on (P12). */
    gboolean (*unreadable)(gpointer data, const char *mailbox, const char *folder, guint32 uidvalidity,
                           guint32 uid, const char *reason, GError **error);
} ChSink;

typedef struct ChSource ChSource;

/* How each kind of source does it. pass and wait fail with CH_ERROR_NETWORK, TLS, AUTH, PROTOCOL, CANCELLED
 * …; after a failure the next pass starts from a fresh connection. */
typedef struct {
    gboolean (*pass)(ChSource *source, GCancellable *cancel, GError **error);
    gboolean (*wait)(ChSource *source, GCancellable *cancel, GError **error);
    void (*free)(ChSource *source);
} ChSourceClass;

struct ChSource {
    const ChSourceClass *klass;
    const ChSink *sink; /* borrowed, outlives the source */
};

/* One folder of one mailbox over IMAP4rev1 (RFC 3501). CONFIG and LIMITS are borrowed and outlive the source.
 */
ChSource *ch_source_imap_new(const ChMailboxConfig *config, const char *folder, const ChLimits *limits,
                             const ChSink *sink);

/* Every mail of PATH: a Maildir, a folder of .eml files, or one file. Nothing there is changed. A file that
 * can't be read is left out, and the pass fails at its end with the first one's reason. Waiting returns at
 * once. */
ChSource *ch_source_path_new(const char *path, const ChLimits *limits, const ChSink *sink);

/* One mail on the file descriptor FD, for an MTA pipe: an mbox "From " line in front is dropped. Fails with
 * CH_ERROR_LIMIT over limits.mail_bytes and CH_ERROR_INPUT on an empty one. Free with ch_incoming_free. */
ChIncoming *ch_fetch_stream(int fd, const ChLimits *limits, const char *name, GError **error);

/* Takes in everything that waits there now; returns when it is committed and acted upon. */
gboolean ch_source_pass(ChSource *source, GCancellable *cancel, GError **error);
/* Returns when something new may be there: IDLE (RFC 2177, renewed before 29 minutes) where the server has
 * it, else after config->interval seconds. Only after a successful pass. */
gboolean ch_source_wait(ChSource *source, GCancellable *cancel, GError **error);
void ch_source_free(ChSource *source); /* NULL is fine; logs out where it can do so at once */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChSource, ch_source_free)
