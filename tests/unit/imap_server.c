/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The honest part of the test server: enough IMAP for one folder. What is dishonest stands in the tests. */
#include "imap_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

Server *server_new(void)
{
    Server *server = g_new0(Server, 1);
    g_mutex_init(&server->lock);
    server->capability = "IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE IDLE";
    server->password = "segredo-do-desk";
    server->uidvalidity = 7;
    server->mails = g_ptr_array_new();
    server->folders = g_ptr_array_new_with_free_func(g_free);
    server->moved = g_string_new(NULL);
    server->received = g_string_new(NULL);
    server->pending = g_string_new(NULL);
    server->stop = g_cancellable_new();
    return server;
}

ServerMail *server_add(Server *server, guint32 uid, const char *text)
{
    ServerMail *mail = g_new0(ServerMail, 1);
    mail->uid = uid;
    mail->text = g_strdup(text);
    g_ptr_array_add(server->mails, mail);
    return mail;
}

static void mail_free(gpointer data, gpointer unused)
{
    ServerMail *mail = data;
    (void)unused;
    g_free(mail->text);
    g_free(mail);
}

/* Bytes of the client: blocking, with the lock given up meanwhile. */
static gssize receive_raw(Server *server, void *buffer, gsize length)
{
    g_mutex_unlock(&server->lock);
    gssize got = g_socket_receive(server->peer, buffer, length, server->stop, NULL);
    g_mutex_lock(&server->lock);
    g_string_append_len(server->received, buffer, MAX(got, 0));
    return got;
}

static ssize_t tls_pull(gnutls_transport_ptr_t data, void *buffer, size_t length)
{
    Server *server = data;
    gssize got = receive_raw(server, buffer, length);
    if (got < 0) /* not EAGAIN, which is left from GSocket's own tries */
        gnutls_transport_set_errno(server->tls, EIO);
    return got;
}

static ssize_t tls_push(gnutls_transport_ptr_t data, const void *buffer, size_t length)
{
    Server *server = data;
    gssize sent = g_socket_send(server->peer, buffer, length, server->stop, NULL);
    if (sent < 0)
        gnutls_transport_set_errno(server->tls, EIO);
    return sent;
}

static gboolean start_tls(Server *server)
{
    gnutls_init(&server->tls, GNUTLS_SERVER);
    gnutls_set_default_priority(server->tls);
    gnutls_credentials_set(server->tls, GNUTLS_CRD_CERTIFICATE, server->credentials);
    gnutls_transport_set_ptr(server->tls, server);
    gnutls_transport_set_pull_function(server->tls, tls_pull);
    gnutls_transport_set_push_function(server->tls, tls_push);
    int result;
    do
        result = gnutls_handshake(server->tls);
    while (result < 0 && !gnutls_error_is_fatal(result));
    return result == 0;
}

void server_say_bytes(Server *server, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize sent = server->tls ? gnutls_record_send(server->tls, bytes, length)
                                  : g_socket_send(server->peer, bytes, length, server->stop, NULL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= sent;
    }
}

void server_say(Server *server, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    server_say_bytes(server, text, strlen(text));
}

void server_hang_up(Server *server)
{
    g_socket_shutdown(server->peer, TRUE, TRUE, NULL);
}

/* One line without its end; NULL where the client is gone. */
static char *read_line(Server *server)
{
    for (;;) {
        char *end = strchr(server->pending->str, '\n');
        if (end) {
            gsize length = end - server->pending->str;
            char *line = g_strndup(server->pending->str, length);
            g_string_erase(server->pending, 0, length + 1);
            return g_strchomp(line);
        }
        char piece[4096];
        gssize got = server->tls ? gnutls_record_recv(server->tls, piece, sizeof piece)
                                 : receive_raw(server, piece, sizeof piece);
        if (got <= 0)
            return NULL;
        g_string_append_len(server->pending, piece, got);
        if (server->tls)
            g_string_append_len(server->received, piece, got);
    }
}

gboolean server_set_contains(const char *set, guint32 number, guint32 last)
{
    for (const char *at = set;; at++) {
        char *end;
        guint64 from = *at == '*' ? last : g_ascii_strtoull(at, &end, 10);
        if (*at == '*')
            end = (char *)at + 1;
        guint64 to = from;
        if (*end == ':')
            to = end[1] == '*' ? last : g_ascii_strtoull(end + 1, &end, 10);
        if (number >= MIN(from, to) && number <= MAX(from, to))
            return TRUE;
        at = strpbrk(end, ", ");
        if (!at || *at == ' ')
            return FALSE;
    }
}

static gsize header_length(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    return end ? (gsize)(end - text) + 4 : strlen(text);
}

void server_say_mail(Server *server, const char *command, guint number)
{
    const ServerMail *mail = g_ptr_array_index(server->mails, number - 1);
    server_say(server, "* %u FETCH (UID %u", number, mail->uid);
    gsize whole = strlen(mail->text);
    if (strstr(command, "RFC822.SIZE"))
        server_say(server, " RFC822.SIZE %" G_GUINT64_FORMAT, mail->size_said ? mail->size_said : whole);
    const char *body = strstr(command, "BODY.PEEK[");
    if (body) {
        gboolean header = g_str_has_prefix(body, "BODY.PEEK[HEADER]");
        gsize length = header ? header_length(mail->text) : whole, start = 0;
        const char *part = strchr(body, '<');
        if (part) {
            char *dot;
            start = MIN(g_ascii_strtoull(part + 1, &dot, 10), length);
            length = MIN(length - start, g_ascii_strtoull(dot + 1, NULL, 10));
            server_say(server, " BODY[%s]<%zu> {%zu}\r\n", header ? "HEADER" : "", start, length);
        } else {
            server_say(server, " BODY[%s] {%zu}\r\n", header ? "HEADER" : "", length);
        }
        server_say_bytes(server, mail->text + start, length);
    }
    server_say(server, ")\r\n");
}

static void expunge(Server *server, const char *set, gboolean only_deleted)
{
    for (guint i = 0; i < server->mails->len;) {
        ServerMail *mail = g_ptr_array_index(server->mails, i);
        if ((only_deleted && !mail->deleted) || (set && !server_set_contains(set, mail->uid, G_MAXUINT32))) {
            i++;
            continue;
        }
        mail_free(mail, NULL);
        g_ptr_array_remove_index(server->mails, i);
        server_say(server, "* %u EXPUNGE\r\n", i + 1);
    }
}

static gboolean has_folder(Server *server, const char *name)
{
    return g_ptr_array_find_with_equal_func(server->folders, name, g_str_equal, NULL);
}

/* "SET FOLDER" after UID MOVE or UID COPY. */
static void move_or_copy(Server *server, const char *tag, const char *rest, gboolean move)
{
    g_auto(GStrv) words = g_strsplit(rest, " ", 2);
    g_autofree char *folder = g_strdup(g_strstrip(words[1]));
    if (*folder == '"') {
        memmove(folder, folder + 1, strlen(folder));
        folder[strlen(folder) - 1] = '\0';
    }
    if (!has_folder(server, folder)) {
        server_say(server, "%s NO [TRYCREATE] no such folder\r\n", tag);
        return;
    }
    for (guint i = 0; i < server->mails->len; i++) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (server_set_contains(words[0], mail->uid, G_MAXUINT32))
            g_string_append_printf(server->moved, "%s:%u ", folder, mail->uid);
    }
    if (move)
        expunge(server, words[0], FALSE);
    server_say(server, "%s OK done\r\n", tag);
}

static void store(Server *server, const char *tag, const char *rest)
{
    for (guint i = 0; i < server->mails->len; i++) {
        ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (!server_set_contains(rest, mail->uid, G_MAXUINT32))
            continue;
        mail->seen = mail->seen || strstr(rest, "\\Seen");
        mail->deleted = mail->deleted || strstr(rest, "\\Deleted");
    }
    server_say(server, "%s OK stored\r\n", tag);
}

static void fetch(Server *server, const char *tag, const char *command, const char *set, gboolean by_uid)
{
    for (guint i = 0; i < server->mails->len; i++) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (server_set_contains(set, by_uid ? mail->uid : i + 1, by_uid ? G_MAXUINT32 : server->mails->len))
            server_say_mail(server, command, i + 1);
    }
    server_say(server, "%s OK fetched\r\n", tag);
}

static void search_deleted(Server *server, const char *tag)
{
    server_say(server, "* SEARCH");
    for (guint i = 0; i < server->mails->len; i++) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (mail->deleted)
            server_say(server, " %u", mail->uid);
    }
    server_say(server, "\r\n%s OK found\r\n", tag);
}

static void authenticate(Server *server, const char *tag)
{
    server_say(server, "+ \r\n");
    g_autofree char *line = read_line(server);
    gsize length = 0;
    g_autofree char *message = line ? (char *)g_base64_decode(line, &length) : NULL;
    g_autoptr(GString) copy = g_string_new_len(message ? message : "", length);
    g_autofree char *wanted = g_strdup_printf("desk%c%s", 1, server->password);
    for (gsize i = 1; i < copy->len; i++)
        copy->str[i] = copy->str[i] ? copy->str[i] : 1;
    gboolean good = copy->len > 1 && !copy->str[0] && strcmp(copy->str + 1, wanted) == 0;
    server_say(server, "%s %s\r\n", tag, good ? "OK in" : "NO [AUTHENTICATIONFAILED] who are you");
}

static void idle(Server *server, const char *tag)
{
    server_say(server, "+ idling\r\n");
    g_autofree char *line = read_line(server);
    server_say(server, "%s OK done\r\n", tag);
}

static const char *after(const char *command, const char *word)
{
    return g_str_has_prefix(command, word) ? command + strlen(word) : NULL;
}

static void answer(Server *server, const char *tag, const char *command)
{
    const char *rest;
    if (server->twist && server->twist(server, tag, command))
        return;
    if (after(command, "CAPABILITY")) {
        server_say(server, "* CAPABILITY %s\r\n%s OK that\r\n", server->capability, tag);
    } else if (after(command, "AUTHENTICATE PLAIN")) {
        authenticate(server, tag);
    } else if ((rest = after(command, "LOGIN "))) {
        server_say(server, "%s %s\r\n", tag, strstr(rest, server->password) ? "OK in" : "NO who are you");
    } else if (after(command, "STARTTLS")) {
        server_say(server, "%s OK begin\r\n%s", tag, server->after_starttls ? server->after_starttls : "");
        if (!start_tls(server))
            server_hang_up(server);
    } else if (after(command, "SELECT ")) {
        server_say(server, "* %u EXISTS\r\n* OK [UIDVALIDITY %u] valid\r\n%s OK [READ-WRITE] open\r\n",
                   server->mails->len, server->uidvalidity, tag);
    } else if ((rest = after(command, "FETCH "))) {
        fetch(server, tag, command, rest, FALSE);
    } else if ((rest = after(command, "UID FETCH "))) {
        fetch(server, tag, command, rest, TRUE);
    } else if ((rest = after(command, "UID MOVE "))) {
        move_or_copy(server, tag, rest, TRUE);
    } else if ((rest = after(command, "UID COPY "))) {
        move_or_copy(server, tag, rest, FALSE);
    } else if ((rest = after(command, "UID STORE "))) {
        store(server, tag, rest);
    } else if (after(command, "UID SEARCH DELETED")) {
        search_deleted(server, tag);
    } else if ((rest = after(command, "UID EXPUNGE "))) {
        expunge(server, rest, TRUE);
        server_say(server, "%s OK gone\r\n", tag);
    } else if (after(command, "EXPUNGE")) {
        expunge(server, NULL, TRUE);
        server_say(server, "%s OK gone\r\n", tag);
    } else if ((rest = after(command, "CREATE "))) {
        g_autofree char *name = g_strdup(rest);
        g_strdelimit(name, "\"", ' ');
        g_ptr_array_add(server->folders, g_strdup(g_strstrip(name)));
        server_say(server, "%s OK made\r\n", tag);
    } else if (after(command, "IDLE")) {
        idle(server, tag);
    } else if (after(command, "NOOP") || after(command, "SUBSCRIBE ")) {
        server_say(server, "%s OK done\r\n", tag);
    } else if (after(command, "LOGOUT")) {
        server_say(server, "* BYE bye\r\n%s OK bye\r\n", tag);
        server_hang_up(server);
    } else {
        server_say(server, "%s BAD what\r\n", tag);
    }
}

static void serve(Server *server)
{
    if (server->implicit_tls && !start_tls(server))
        return;
    server_say(server, "%s\r\n", server->greeting ? server->greeting : "* OK ready");
    for (;;) {
        g_autofree char *line = read_line(server);
        if (!line)
            return;
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        *space = '\0';
        answer(server, line, space + 1);
    }
}

static gpointer run(gpointer data)
{
    Server *server = data;
    for (GSocket *peer; (peer = g_socket_accept(server->listener, server->stop, NULL)) != NULL;) {
        g_mutex_lock(&server->lock);
        server->peer = peer;
        server->connections++;
        g_string_truncate(server->pending, 0);
        serve(server);
        g_clear_pointer(&server->tls, gnutls_deinit);
        g_clear_object(&server->peer);
        g_mutex_unlock(&server->lock);
    }
    return NULL;
}

void server_start(Server *server)
{
    g_autoptr(GError) error = NULL;
    server->listener =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_assert_no_error(error);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, 0);
    g_socket_bind(server->listener, address, FALSE, &error);
    g_assert_no_error(error);
    g_socket_listen(server->listener, &error);
    g_assert_no_error(error);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(server->listener, NULL);
    server->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    server->thread = g_thread_new("imap-server", run, server);
}

void server_free(Server *server)
{
    g_cancellable_cancel(server->stop);
    g_thread_join(server->thread);
    g_object_unref(server->listener);
    g_object_unref(server->stop);
    g_ptr_array_foreach(server->mails, mail_free, NULL);
    g_ptr_array_unref(server->mails);
    g_ptr_array_unref(server->folders);
    g_string_free(server->moved, TRUE);
    g_string_free(server->received, TRUE);
    g_string_free(server->pending, TRUE);
    if (server->credentials)
        gnutls_certificate_free_credentials(server->credentials);
    g_mutex_clear(&server->lock);
    g_free(server);
}

static gboolean was_received(Server *server, const char *text)
{
    return memmem(server->received->str, server->received->len, text, strlen(text)) != NULL;
}

gboolean server_has_received(Server *server, const char *text)
{
    g_mutex_lock(&server->lock);
    gboolean found = was_received(server, text);
    /* Base64 of what SASL PLAIN sends holds TEXT at one of three offsets; its middle is the same for each. */
    for (guint shift = 0; shift < 3 && !found && strlen(text) > 8; shift++) {
        g_autofree char *shifted = g_strdup_printf("%.*s%s", (int)shift, "xx", text);
        g_autofree char *code = g_base64_encode((const guchar *)shifted, strlen(shifted));
        code[strlen(code) - 4] = '\0';
        found = was_received(server, code + 4);
    }
    g_mutex_unlock(&server->lock);
    return found;
}

char *server_moved(Server *server)
{
    g_mutex_lock(&server->lock);
    char *moved = g_strdup(server->moved->str);
    g_mutex_unlock(&server->lock);
    return moved;
}
