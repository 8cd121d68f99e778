/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SMTP connection and the mail that is on it: shared by smtp.c, which hands out mails, and
 * smtp_session.c.
 */
#pragma once

#include "deliver/transport_private.h"

typedef struct ChSmtpSession ChSmtpSession;

/* What one attempt came to. */
typedef enum {
    CH_SMTP_SENT,
    CH_SMTP_RETRY,  /* this mail, later */
    CH_SMTP_FAILED, /* this mail, never */
    CH_SMTP_SERVER, /* no mail at all can be sent: unreachable, no TLS, wrong password, our configuration */
} ChSmtpVerdict;

/* Called in the thread of ch_smtp_session_send when the server has taken us in (greeting, TLS, AUTH). */
typedef void (*ChSmtpReady)(gpointer data);

/* Connects at the first mail. CONFIG is borrowed; URL says scheme, host, port and the name for EHLO. */
ChSmtpSession *ch_smtp_session_new(const ChSmtpConfig *config, const char *url, GError **error);
/* Says QUIT where it is still connected, and waits for nothing. */
void ch_smtp_session_free(ChSmtpSession *session);

/* For connections made from now on. NULL where there is no AUTH. */
void ch_smtp_session_set_password(ChSmtpSession *session, const char *password);

gboolean ch_smtp_session_is_connected(ChSmtpSession *session);

/* Sends one mail, over the kept connection where it still works. Blocks. *CODE is the reply code or 0, *TEXT
 * one line, the caller's to free, never NULL. */
ChSmtpVerdict ch_smtp_session_send(ChSmtpSession *session, const ChEnvelope *envelope, ChSmtpReady ready,
                                   gpointer data, int *code, char **text);

/* From another thread: the mail that is on the way ends at once with CH_SMTP_RETRY or CH_SMTP_SERVER, and so
 * does every later one until ch_smtp_session_resume. */
void ch_smtp_session_stop(ChSmtpSession *session);
void ch_smtp_session_resume(ChSmtpSession *session);
