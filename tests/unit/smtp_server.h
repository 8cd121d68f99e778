/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An SMTP server for tests, on loopback: it follows a script, writes down every command and every mail, and
 * can be told to refuse, to stall or to hang up at a named step. Included by one test program at a time.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* The script; an unset reply is the friendly one. A recipient whose local part is three digits gets that code
 * at RCPT, "data-552@" gets the code after the final dot. */
typedef struct {
    const char *greeting;
    const char *ehlo_extra; /* more lines of the EHLO reply, "250-AUTH PLAIN\r\n" */
    const char *auth_reply;
    const char *mail_reply;
    const char *rcpt_reply; /* "%s" is the recipient */
    const char *data_reply;
    const char *end_reply;
    const char *stall_at;   /* "greeting", "MAIL", "RCPT", "end", "QUIT": no answer until the test is over */
    const char *hang_up_at; /* the same names: the connection is closed instead of an answer */
    guint mails_a_connection; /* after so many the connection is closed; 0: never */
    guint connections_max;    /* further ones get 421; 0: no limit */
    gboolean meet_at_end;     /* the first reply after a final dot waits until a second mail is as far */
    gnutls_certificate_credentials_t tls; /* not NULL: STARTTLS is offered */
    gboolean tls_at_once;                 /* SMTPS */
} Script;

typedef struct {
    Script script;
    int listener, stop; /* stop: an eventfd, readable when the test is over */
    guint16 port;
    GThread *acceptor;
    GMutex lock; /* guards all below */
    GCond changed;
    GPtrArray *threads;
    GString *commands; /* "MAIL FROM:<a@b>\n" … of all connections in order of arrival */
    GPtrArray *mails;  /* of GBytes, dots unstuffed */
    guint connections, open, ends;
    gboolean waits; /* a client is being stalled */
} Server;

typedef struct {
    Server *server;
    int fd;
    gnutls_session_t tls;
    char buffer[4096];
    gsize length, offset;
} Peer;

static gboolean peer_wait(Peer *peer)
{
    struct pollfd both[] = {{peer->fd, POLLIN, 0}, {peer->server->stop, POLLIN, 0}};
    while (poll(both, 2, -1) < 0 && errno == EINTR)
        ;
    return both[1].revents == 0;
}

static int peer_byte(Peer *peer)
{
    while (peer->offset == peer->length) {
        if (!(peer->tls && gnutls_record_check_pending(peer->tls) > 0) && !peer_wait(peer))
            return -1;
        gssize got = peer->tls ? gnutls_record_recv(peer->tls, peer->buffer, sizeof peer->buffer)
                               : recv(peer->fd, peer->buffer, sizeof peer->buffer, 0);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got <= 0)
            return -1;
        peer->length = (gsize)got;
        peer->offset = 0;
    }
    return (guchar)peer->buffer[peer->offset++];
}

static gboolean peer_line(Peer *peer, GString *line)
{
    g_string_truncate(line, 0);
    for (int byte; (byte = peer_byte(peer)) >= 0;) {
        g_string_append_c(line, (char)byte);
        if (byte == '\n')
            return TRUE;
    }
    return FALSE;
}

static void peer_say(Peer *peer, const char *text)
{
    g_autofree char *line = g_strconcat(text, "\r\n", NULL);
    if (peer->tls)
        gnutls_record_send(peer->tls, line, strlen(line));
    else
        send(peer->fd, line, strlen(line), MSG_NOSIGNAL);
}

static gboolean peer_start_tls(Peer *peer)
{
    gnutls_init(&peer->tls, GNUTLS_SERVER);
    gnutls_set_default_priority(peer->tls);
    gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, peer->server->script.tls);
    gnutls_transport_set_int(peer->tls, peer->fd);
    int result;
    do
        result = peer_wait(peer) ? gnutls_handshake(peer->tls) : GNUTLS_E_INTERNAL_ERROR;
    while (result < 0 && !gnutls_error_is_fatal(result));
    return result >= 0;
}

/* FALSE where the script ends the conversation at STEP. */
static gboolean peer_may(Peer *peer, const char *step)
{
    Server *server = peer->server;
    if (g_strcmp0(server->script.stall_at, step) == 0) {
        g_mutex_lock(&server->lock);
        server->waits = TRUE;
        g_cond_broadcast(&server->changed);
        g_mutex_unlock(&server->lock);
        struct pollfd until = {server->stop, POLLIN, 0};
        while (poll(&until, 1, -1) < 0 && errno == EINTR)
            ;
        return FALSE;
    }
    return g_strcmp0(server->script.hang_up_at, step) != 0;
}

static gboolean peer_take_mail(Peer *peer, const char *recipient)
{
    Server *server = peer->server;
    peer_say(peer, server->script.data_reply ? server->script.data_reply : "354 go ahead");
    if (server->script.data_reply)
        return TRUE;
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(GByteArray) mail = g_byte_array_new();
    while (peer_line(peer, line)) {
        if (strcmp(line->str, ".\r\n") == 0) {
            if (!peer_may(peer, "end"))
                return FALSE;
            g_mutex_lock(&server->lock);
            g_ptr_array_add(server->mails, g_byte_array_free_to_bytes(g_steal_pointer(&mail)));
            server->ends++;
            g_cond_broadcast(&server->changed);
            gint64 limit = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
            while (server->script.meet_at_end && server->ends < 2 &&
                   g_cond_wait_until(&server->changed, &server->lock, limit))
                ;
            gboolean alone = server->script.meet_at_end && server->ends < 2;
            g_mutex_unlock(&server->lock);
            if (alone)
                peer_say(peer, "451 the other mail never came");
            else if (g_str_has_prefix(recipient, "data-")) {
                g_autofree char *reply = g_strdup_printf("%.3s not this one", recipient + 5);
                peer_say(peer, reply);
            } else
                peer_say(peer, server->script.end_reply ? server->script.end_reply : "250 2.0.0 taken");
            return TRUE;
        }
        gsize skip = line->str[0] == '.' ? 1 : 0;
        g_byte_array_append(mail, (guint8 *)line->str + skip, (guint)(line->len - skip));
    }
    return FALSE;
}

static void peer_greet_back(Peer *peer)
{
    const Script *script = &peer->server->script;
    g_autofree char *reply = g_strdup_printf("250-test\r\n%s%s250-8BITMIME\r\n250 SIZE 50000000",
                                             script->tls && !peer->tls ? "250-STARTTLS\r\n" : "",
                                             script->ehlo_extra ? script->ehlo_extra : "");
    peer_say(peer, reply);
}

/* FALSE ends the connection. */
static gboolean peer_obey(Peer *peer, const char *line, char **recipient, guint *mails)
{
    const Script *script = &peer->server->script;
    g_auto(GStrv) words = g_strsplit_set(line, " :\r", 2);
    const char *verb = words[0];
    if (!peer_may(peer, verb))
        return FALSE;
    if (strcmp(verb, "EHLO") == 0) {
        peer_greet_back(peer);
    } else if (strcmp(verb, "STARTTLS") == 0) {
        peer_say(peer, "220 go");
        return peer_start_tls(peer);
    } else if (strcmp(verb, "AUTH") == 0) {
        peer_say(peer, script->auth_reply ? script->auth_reply : "235 2.7.0 welcome");
    } else if (strcmp(verb, "MAIL") == 0) {
        peer_say(peer, script->mail_reply ? script->mail_reply : "250 2.1.0 ok");
    } else if (strcmp(verb, "RCPT") == 0) {
        g_free(*recipient);
        *recipient = g_strndup(line + strlen("RCPT TO:<"), strcspn(line + strlen("RCPT TO:<"), ">"));
        if (g_ascii_isdigit((*recipient)[0])) {
            g_autofree char *reply = g_strdup_printf("%.3s not for them", *recipient);
            peer_say(peer, reply);
        } else
            peer_say(peer, script->rcpt_reply ? script->rcpt_reply : "250 2.1.5 ok");
    } else if (strcmp(verb, "DATA") == 0) {
        if (!peer_take_mail(peer, *recipient))
            return FALSE;
        (*mails)++;
        return script->mails_a_connection == 0 || *mails < script->mails_a_connection;
    } else if (strcmp(verb, "QUIT") == 0) {
        peer_say(peer, "221 bye");
        return FALSE;
    } else {
        peer_say(peer, "502 what?");
    }
    return TRUE;
}

static void peer_talk(Peer *peer, gboolean is_too_many)
{
    Server *server = peer->server;
    if (server->script.tls_at_once && !peer_start_tls(peer))
        return;
    if (!peer_may(peer, "greeting"))
        return;
    if (is_too_many) {
        peer_say(peer, "421 too many connections");
        return;
    }
    peer_say(peer, server->script.greeting ? server->script.greeting : "220 test ESMTP");
    g_autofree char *recipient = NULL;
    g_autoptr(GString) line = g_string_new(NULL);
    guint mails = 0;
    while (peer_line(peer, line)) {
        g_strchomp(line->str);
        g_mutex_lock(&server->lock);
        g_string_append_printf(server->commands, "%s\n", line->str);
        g_mutex_unlock(&server->lock);
        if (!peer_obey(peer, line->str, &recipient, &mails))
            return;
    }
}

static gpointer peer_run(gpointer data)
{
    g_autofree Peer *peer = data;
    Server *server = peer->server;
    g_mutex_lock(&server->lock);
    server->connections++;
    server->open++;
    gboolean is_too_many =
        server->script.connections_max > 0 && server->open > server->script.connections_max;
    g_mutex_unlock(&server->lock);
    peer_talk(peer, is_too_many);
    if (peer->tls)
        gnutls_deinit(peer->tls);
    g_mutex_lock(&server->lock);
    server->open--;
    close(peer->fd);
    g_cond_broadcast(&server->changed);
    g_mutex_unlock(&server->lock);
    return NULL;
}

static gpointer server_accept(gpointer data)
{
    Server *server = data;
    for (;;) {
        struct pollfd both[] = {{server->listener, POLLIN, 0}, {server->stop, POLLIN, 0}};
        while (poll(both, 2, -1) < 0 && errno == EINTR)
            ;
        if (both[1].revents)
            return NULL;
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        Peer *peer = g_new0(Peer, 1);
        peer->server = server;
        peer->fd = fd;
        g_mutex_lock(&server->lock);
        g_ptr_array_add(server->threads, g_thread_new("peer", peer_run, peer));
        g_mutex_unlock(&server->lock);
    }
}

static Server *server_new(const Script *script)
{
    Server *server = g_new0(Server, 1);
    server->script = *script;
    server->commands = g_string_new(NULL);
    server->mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    server->threads = g_ptr_array_new();
    g_mutex_init(&server->lock);
    g_cond_init(&server->changed);
    server->stop = eventfd(0, EFD_CLOEXEC);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    g_assert_cmpint(bind(server->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(server->listener, 20), ==, 0);
    g_assert_cmpint(getsockname(server->listener, (struct sockaddr *)&address, &length), ==, 0);
    server->port = ntohs(address.sin_port);
    server->acceptor = g_thread_new("server", server_accept, server);
    return server;
}

/* Waits, with a limit, until CONDITION holds of the server called `server`. */
#define SERVER_UNTIL(server, condition)                                                                      \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        gint64 until_limit = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;                               \
        g_mutex_lock(&(server)->lock);                                                                       \
        while (!(condition) && g_cond_wait_until(&(server)->changed, &(server)->lock, until_limit))          \
            ;                                                                                                \
        g_assert_true(condition);                                                                            \
        g_mutex_unlock(&(server)->lock);                                                                     \
    }                                                                                                        \
    G_STMT_END

/* How often COMMAND begins a line of what clients said. */
static guint server_heard(Server *server, const char *command)
{
    g_mutex_lock(&server->lock);
    g_auto(GStrv) lines = g_strsplit(server->commands->str, "\n", -1);
    g_mutex_unlock(&server->lock);
    guint count = 0;
    for (guint i = 0; lines[i]; i++)
        count += g_str_has_prefix(lines[i], command);
    return count;
}

static void server_free(Server *server)
{
    guint64 one = 1;
    g_assert_cmpint(write(server->stop, &one, sizeof one), ==, sizeof one);
    g_thread_join(server->acceptor);
    for (guint i = 0; i < server->threads->len; i++)
        g_thread_join(g_ptr_array_index(server->threads, i));
    close(server->listener);
    close(server->stop);
    g_ptr_array_unref(server->threads);
    g_ptr_array_unref(server->mails);
    g_string_free(server->commands, TRUE);
    g_mutex_clear(&server->lock);
    g_cond_clear(&server->changed);
    g_free(server);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)
