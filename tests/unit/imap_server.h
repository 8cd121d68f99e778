/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small IMAP server in a thread, on a free loopback port, with one folder: honest unless a twist makes it
 * hostile. It serves one connection at a time, and keeps all that it received.
 */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

typedef struct Server Server;

typedef struct {
    guint32 uid;
    char *text;        /* its bytes */
    guint64 size_said; /* RFC822.SIZE; 0: the truth */
    gboolean deleted, seen;
} ServerMail;

/* Sees each command before the server does (without its tag); TRUE where it has answered. */
typedef gboolean (*ServerTwist)(Server *server, const char *tag, const char *command);

struct Server {
    /* Set before server_start, or between passes. */
    const char *capability;
    const char *password; /* the right one */
    const char *greeting; /* NULL: an ordinary one */
    ServerTwist twist;
    gnutls_certificate_credentials_t credentials;
    gboolean implicit_tls;
    const char *after_starttls; /* sent unencrypted with the answer */
    guint32 uidvalidity;
    GPtrArray *mails;   /* of ServerMail: the folder */
    GPtrArray *folders; /* of char *: those that were created */
    GString *moved;     /* "FOLDER:UID " for each mail copied or moved */

    GString *received; /* everything, as it came and decrypted */
    guint connections;
    guint twisted; /* for the twists to count in */
    guint16 port;

    /* Its own. */
    GMutex lock; /* guards all of the above while it runs */
    GSocket *listener, *peer;
    GCancellable *stop;
    gnutls_session_t tls;
    GThread *thread;
    GString *pending;
};

Server *server_new(void);
ServerMail *server_add(Server *server, guint32 uid, const char *text);
void server_start(Server *server);
void server_free(Server *server); /* stops it */

/* For twists. */
void server_say(Server *server, const char *format, ...) G_GNUC_PRINTF(2, 3);
void server_say_bytes(Server *server, const char *bytes, gsize length);
void server_hang_up(Server *server);
/* Answers a FETCH of one mail in the way COMMAND asks. */
void server_say_mail(Server *server, const char *command, guint number);
gboolean server_set_contains(const char *set, guint32 number, guint32 last);

/* Whether TEXT was ever received, also in base64 at any place of its three. */
gboolean server_has_received(Server *server, const char *text);
/* The moves so far; free with g_free. */
char *server_moved(Server *server);
