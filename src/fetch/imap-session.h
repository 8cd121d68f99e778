/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One logged-in connection to one folder: what imap.c, imap-scan.c, imap-fetch.c, imap-act.c and imap-wait.c
 * work on.
 */
#pragma once

#include "base/config.h"
#include "fetch/imap-stream.h"

typedef struct {
    const ChMailboxConfig *config; /* borrowed, as folder */
    const char *folder;            /* as configured, for people */
    char *wire_folder;             /* as the server wants it */
    mailimap *imap;
    ChImapStream *stream; /* belongs to imap's mailstream */
    guint32 uidvalidity;
    gboolean incomplete; /* the last FETCH ended in a NO: what it did not give may be there all the same */
} ChImapSession;

/* Connects, makes sure of the server (TLS) before anything private is sent, logs in. CH_ERROR_NETWORK, TLS,
 * AUTH, PROTOCOL, CONFIG, CANCELLED. Free with ch_imap_session_close. */
ChImapSession *ch_imap_session_open(const ChMailboxConfig *config, const char *folder, GCancellable *cancel,
                                    GError **error);

/* Opens the folder anew, which also tells its UIDVALIDITY and how many mails are in it. */
gboolean ch_imap_session_select(ChImapSession *session, GError **error);

/* Says LOGOUT where that needs no waiting, and closes. NULL is fine. */
void ch_imap_session_close(ChImapSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChImapSession, ch_imap_session_close)

/* How many mails the server says are in the folder now. */
guint32 ch_imap_exists(const ChImapSession *session);

/* Whether the server has CAPABILITY. */
gboolean ch_imap_has(const ChImapSession *session, const char *capability);

/* Gets the stream ready for one command whose answer is no longer than BYTES (0: an ordinary one). */
void ch_imap_prepare(ChImapSession *session, guint64 bytes);

/* TRUE where RESULT, of a libetpan call, is success. DOING is for people: "opening the folder". A NO of the
 * server is CH_ERROR_REFUSED, and the connection lives on; after every other error it must be closed. */
gboolean ch_imap_check(ChImapSession *session, int result, const char *doing, GError **error);

/* Sets an error that names mailbox and folder. */
void ch_imap_error(const ChImapSession *session, GError **error, int code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* For the commands that libetpan does badly (IDLE loses what comes before the "+", AUTHENTICATE answers as
 * often as it is asked): sends LINE and CRLF, with a new tag in front where TAGGED; reads one line, borrowed
 * until the next call, without its end. CH_ERROR_NETWORK … */
gboolean ch_imap_send_line(ChImapSession *session, const char *line, gboolean tagged, GError **error);
const char *ch_imap_read_line(ChImapSession *session, GError **error);
/* What follows the tag of the last command in LINE ("OK done"); NULL where LINE is not its answer. */
const char *ch_imap_tagged(const ChImapSession *session, const char *line);
