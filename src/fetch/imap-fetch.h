/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FETCH: sizes and bodies, nothing that libetpan would hold whole. */
#pragma once

#include "fetch/imap-session.h"

/* What the server said about one mail. */
typedef struct {
    guint32 uid;
    gboolean has_size;
    guint64 size;  /* RFC822.SIZE, which may be a lie */
    guint8 *bytes; /* NULL: NIL, or nothing of the kind was sent */
    gsize length;
    gboolean has_body; /* also where it is empty */
} ChImapMail;

typedef enum {
    CH_IMAP_UIDS,    /* nothing that the server has to look into a mail for */
    CH_IMAP_SIZES,   /* RFC822.SIZE */
    CH_IMAP_BODIES,  /* the whole mail */
    CH_IMAP_HEADERS, /* its header block, cut at LIMIT */
    CH_IMAP_PROBES,  /* RFC822.SIZE, and the one byte after the first LIMIT, which only a larger mail has */
} ChImapWhat;

/* GArray of ChImapMail that frees their bytes. */
GArray *ch_imap_mails_new(void);

/* Fetches the sizes of the mails with sequence numbers FIRST to LAST, for people who count, not for UIDs;
 * none where the server can't tell all of them. The result is sorted by UID, each once; mails that are gone
 * are missing. */
GArray *ch_imap_fetch_range(ChImapSession *session, guint32 first, guint32 last, GError **error);

/* Fetches WHAT of the COUNT mails in WANTED (ascending UIDs; their sizes, where known, save copying). The
 * result is as above and holds only UIDs of WANTED. CH_ERROR_LIMIT where one of them is larger than LIMIT or
 * all together than LIMIT and TOTAL: which one is not known where COUNT is over 1. Flags are left alone. A NO
 * after some of them is no failure; session->incomplete says so. */
GArray *ch_imap_fetch(ChImapSession *session, const ChImapMail *wanted, guint count, ChImapWhat what,
                      guint64 limit, guint64 total, GError **error);

/* The mail with UID in MAILS, NULL where there is none. */
ChImapMail *ch_imap_find(const GArray *mails, guint32 uid);

/* The UIDs as libetpan's set, runs as ranges; free with mailimap_set_free unless a call takes it. */
struct mailimap_set *ch_imap_set(const guint32 *uids, guint count);
