/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What imap.c, imap-scan.c, imap-take.c and imap-wait.c share: the source, and the steps of a pass. */
#pragma once

#include "fetch/imap-fetch.h"
#include "fetch/source.h"

/* At one mail in one pass, each with a connection of its own where it breaks that. */
#define CH_IMAP_TRIES 2

typedef struct {
    ChSource base;
    const ChMailboxConfig *config;
    char *folder;
    const ChLimits *limits;
    ChImapSession *session; /* NULL: not connected */
    GCancellable *cancel;   /* borrowed, of the call in hand */
    guint32 uidvalidity;    /* of the last pass; 0 before the first */
    GHashTable *bodiless;   /* UIDs of it whose body was too large to fetch */
    GArray *owed;           /* of guint32: kept here, the server not yet told; in the sink's books too */
    guint32 settled;        /* how many mails were in the folder when nothing was new */
    guint removed;          /* mails that we took out of the folder, since scanning last looked */
    guint taken;            /* mails handed to the sink */
    guint rescues;          /* connections that one pass has already replaced */
    gboolean idle_refused;
    GError *refused; /* the server took a mail's bytes from its side to ours, but not our telling it */
} ChImapSource;

/* imap.c */
/* A new connection in the middle of a pass, after one that a mail may have broken. FALSE with BROKEN (taken)
 * as the error where the pass had too many, or it can't be had. */
gboolean ch_imap_rescue(ChImapSource *self, GError *broken, GError **error);
/* Asks the sink what was committed since, and tells the server, then the sink. Without WAIT only when there
 * are enough of them: each move costs a server a look at the whole folder. */
gboolean ch_imap_act_on_kept(ChImapSource *self, gboolean wait, GError **error);
gboolean ch_imap_is_cancelled(ChImapSource *self, GError **error);

/* imap-scan.c */
/* Takes every mail with a UID over *LAST, in order, except those in SKIP; *LAST becomes the highest looked
 * at. */
gboolean ch_imap_take_new(ChImapSource *self, guint32 *last, GHashTable *skip, GError **error);

/* imap-take.c */
/* Fetches the COUNT mails (ascending UIDs, with their sizes) and hands them to the sink. A mail that can't be
 * had costs that mail (P12). */
gboolean ch_imap_take(ChImapSource *self, const ChImapMail *mails, guint count, GError **error);

/* imap-wait.c */
gboolean ch_imap_wait(ChImapSource *self, GError **error);
