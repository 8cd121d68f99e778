/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mailstream of libetpan over a GSocket and, where wanted, GnuTLS. It knows bytes, no IMAP: that is
 * imap-session.c's; whether a certificate is good is decided in tls-verify.c. */
#include "fetch/imap-stream.h"

#include "base/error.h"
#include "fetch/tls-verify.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#define BUFFER_BYTES   16384 /* what libetpan reads at once; a TLS record is no larger */
#define KEEPALIVE_IDLE 120   /* seconds: a peer that is gone shows itself while IDLE waits */

struct ChImapStream {
    const char *host;
    GSocketConnection *connection;
    GSocket *socket; /* the connection's */
    GCancellable *cancel;
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t tls;
    gboolean polling;           /* the pull function must not block */
    guint8 ahead[BUFFER_BYTES]; /* decrypted while waiting, not yet read */
    gsize ahead_start, ahead_end;
    guint64 budget;
    GError *error;
};

static void fail(ChImapStream *stream, GError *reason)
{
    if (!stream->error)
        stream->error = g_steal_pointer(&reason);
    g_clear_error(&reason);
}

static GError *explain(const ChImapStream *stream, const GError *reason)
{
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return g_error_new(CH_ERROR, CH_ERROR_CANCELLED, "%s: cancelled", stream->host);
    return g_error_new(CH_ERROR, CH_ERROR_NETWORK, "%s: %s", stream->host, reason->message);
}

static GError *closed(const ChImapStream *stream)
{
    return g_error_new(CH_ERROR, CH_ERROR_NETWORK, "%s: the server closed the connection", stream->host);
}

/* GnuTLS asks for bytes. */
static ssize_t pull(gnutls_transport_ptr_t data, void *buffer, size_t length)
{
    ChImapStream *stream = data;
    g_autoptr(GError) reason = NULL;
    gssize got = g_socket_receive_with_blocking(stream->socket, buffer, length, !stream->polling,
                                                stream->cancel, &reason);
    if (got >= 0)
        return got;
    gboolean again = g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    if (!again)
        fail(stream, explain(stream, reason));
    gnutls_transport_set_errno(stream->tls, again ? EAGAIN : EIO);
    return -1;
}

static int pull_wait(gnutls_transport_ptr_t data, unsigned int milliseconds)
{
    ChImapStream *stream = data;
    gint64 limit = milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (gint64)milliseconds * 1000;
    return g_socket_condition_timed_wait(stream->socket, G_IO_IN, limit, stream->cancel, NULL) ? 1 : 0;
}

static ssize_t push(gnutls_transport_ptr_t data, const void *buffer, size_t length)
{
    ChImapStream *stream = data;
    g_autoptr(GError) reason = NULL;
    gssize sent = g_socket_send(stream->socket, buffer, length, stream->cancel, &reason);
    if (sent >= 0)
        return sent;
    fail(stream, explain(stream, reason));
    gnutls_transport_set_errno(stream->tls, EIO);
    return -1;
}

/* -1 with stream->error set, or more than 0. While polling, 0 is: nothing now. */
static gssize receive_tls(ChImapStream *stream, void *buffer, gsize length)
{
    for (;;) {
        gssize got = gnutls_record_recv(stream->tls, buffer, length);
        if (got > 0)
            return got;
        if (got == GNUTLS_E_AGAIN && stream->polling)
            return 0;
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got == 0 || got == GNUTLS_E_PREMATURE_TERMINATION)
            fail(stream, closed(stream));
        else
            fail(stream, g_error_new(CH_ERROR, CH_ERROR_NETWORK, "%s: TLS: %s", stream->host,
                                     gnutls_strerror((int)got)));
        return -1;
    }
}

static gssize receive_plain(ChImapStream *stream, void *buffer, gsize length)
{
    g_autoptr(GError) reason = NULL;
    gssize got = g_socket_receive(stream->socket, buffer, length, stream->cancel, &reason);
    if (got > 0)
        return got;
    /* libetpan takes 0 for "later" and would ask for ever: the end is a failure. */
    fail(stream, got < 0 ? explain(stream, reason) : closed(stream));
    return -1;
}

static ssize_t low_read(mailstream_low *low, void *buffer, size_t length)
{
    ChImapStream *stream = low->data;
    if (stream->error)
        return -1;
    if (stream->budget == 0) {
        fail(stream, g_error_new(CH_ERROR, CH_ERROR_PROTOCOL, "%s: the server sends more than was asked for",
                                 stream->host));
        return -1;
    }
    length = MIN(length, stream->budget);
    gssize got;
    if (stream->ahead_start < stream->ahead_end) {
        got = MIN(length, stream->ahead_end - stream->ahead_start);
        memcpy(buffer, stream->ahead + stream->ahead_start, got);
        stream->ahead_start += got;
    } else {
        got = stream->tls ? receive_tls(stream, buffer, length) : receive_plain(stream, buffer, length);
    }
    if (got > 0)
        stream->budget -= got;
    return got;
}

static ssize_t low_write(mailstream_low *low, const void *buffer, size_t length)
{
    ChImapStream *stream = low->data;
    if (stream->error)
        return -1;
    if (stream->tls) {
        gssize sent;
        do
            sent = gnutls_record_send(stream->tls, buffer, length);
        while (sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED);
        if (sent < 0)
            fail(stream, g_error_new(CH_ERROR, CH_ERROR_NETWORK, "%s: TLS: %s", stream->host,
                                     gnutls_strerror((int)sent)));
        return sent < 0 ? -1 : sent;
    }
    g_autoptr(GError) reason = NULL;
    gssize sent = g_socket_send(stream->socket, buffer, length, stream->cancel, &reason);
    if (sent < 0)
        fail(stream, explain(stream, reason));
    return sent;
}

static int low_close(mailstream_low *low)
{
    ChImapStream *stream = low->data;
    if (stream->tls && !stream->error) {
        ch_imap_stream_hurry(stream);
        gnutls_bye(stream->tls, GNUTLS_SHUT_WR);
    }
    g_socket_close(stream->socket, NULL);
    return 0;
}

static void stream_free(ChImapStream *stream)
{
    if (stream->tls)
        gnutls_deinit(stream->tls);
    if (stream->credentials)
        gnutls_certificate_free_credentials(stream->credentials);
    g_object_unref(stream->connection);
    g_clear_object(&stream->cancel);
    g_clear_error(&stream->error);
    g_free(stream);
}

static void low_free(mailstream_low *low)
{
    stream_free(low->data);
    free(low); /* libetpan's malloc */
}

static int low_fd(mailstream_low *low)
{
    ChImapStream *stream = low->data;
    return g_socket_get_fd(stream->socket);
}

ChImapStream *ch_imap_stream_open(const char *host, guint16 port, guint timeout, GCancellable *cancel,
                                  GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, timeout);
    g_autoptr(GError) reason = NULL;
    g_autoptr(GNetworkAddress) address = G_NETWORK_ADDRESS(g_network_address_new(host, port));
    GSocketConnection *connection =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), cancel, &reason);
    if (!connection) {
        gboolean cancelled = g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_set_error(error, CH_ERROR, cancelled ? CH_ERROR_CANCELLED : CH_ERROR_NETWORK, "%s port %u: %s",
                    host, port, reason->message);
        return NULL;
    }
    ChImapStream *stream = g_new0(ChImapStream, 1);
    stream->host = host;
    stream->connection = connection;
    stream->socket = g_socket_connection_get_socket(connection);
    g_socket_set_timeout(stream->socket, timeout);
    g_socket_set_keepalive(stream->socket, TRUE);
    g_socket_set_option(stream->socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE, NULL);
    g_socket_set_option(stream->socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    ch_imap_stream_set_cancel(stream, cancel);
    return stream;
}

mailstream *ch_imap_stream_wrap(ChImapStream *stream)
{
    static mailstream_low_driver driver = {
        .mailstream_read = low_read,
        .mailstream_write = low_write,
        .mailstream_close = low_close,
        .mailstream_get_fd = low_fd,
        .mailstream_free = low_free,
    };
    mailstream_low *low = mailstream_low_new(stream, &driver);
    mailstream *wrapped = low ? mailstream_new(low, BUFFER_BYTES) : NULL;
    if (!wrapped)
        g_error("out of memory");
    return wrapped;
}

gboolean ch_imap_stream_start_tls(ChImapStream *stream, const char *ca_file, GError **error)
{
    stream->credentials = ch_tls_trust(ca_file, error);
    stream->tls = stream->credentials ? ch_tls_session(stream->host, stream->credentials, error) : NULL;
    if (!stream->tls)
        return FALSE;
    gnutls_transport_set_ptr(stream->tls, stream);
    gnutls_transport_set_pull_function(stream->tls, pull);
    gnutls_transport_set_pull_timeout_function(stream->tls, pull_wait);
    gnutls_transport_set_push_function(stream->tls, push);
    int result;
    do
        result = gnutls_handshake(stream->tls);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result == 0)
        return TRUE;
    if (!stream->error && result == GNUTLS_E_PREMATURE_TERMINATION)
        fail(stream, closed(stream));
    if (!stream->error)
        fail(stream, ch_tls_explain(stream->tls, stream->host, result));
    g_propagate_error(error, g_error_copy(stream->error));
    return FALSE;
}

gboolean ch_imap_stream_is_loopback(ChImapStream *stream)
{
    g_autoptr(GSocketAddress) address = g_socket_get_remote_address(stream->socket, NULL);
    return G_IS_INET_SOCKET_ADDRESS(address) &&
           g_inet_address_get_is_loopback(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

void ch_imap_stream_set_cancel(ChImapStream *stream, GCancellable *cancel)
{
    g_set_object(&stream->cancel, cancel);
}

void ch_imap_stream_allow(ChImapStream *stream, guint64 bytes)
{
    stream->budget = bytes;
}

ChImapReady ch_imap_stream_wait(ChImapStream *stream, guint seconds)
{
    gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
    while (!stream->error) {
        if (stream->ahead_start < stream->ahead_end ||
            (stream->tls && gnutls_record_check_pending(stream->tls)))
            return CH_IMAP_READY;
        gint64 left = end - g_get_monotonic_time();
        if (left <= 0)
            return CH_IMAP_TIMEOUT;
        g_autoptr(GError) reason = NULL;
        /* The socket's own timeout would end a long wait early. */
        guint timeout = g_socket_get_timeout(stream->socket);
        g_socket_set_timeout(stream->socket, 0);
        gboolean readable =
            g_socket_condition_timed_wait(stream->socket, G_IO_IN, left, stream->cancel, &reason);
        g_socket_set_timeout(stream->socket, timeout);
        if (!readable && g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
            return CH_IMAP_TIMEOUT;
        if (!readable) {
            fail(stream, explain(stream, reason));
            break;
        }
        if (!stream->tls)
            return CH_IMAP_READY;
        /* What came may be a session ticket or a key update, nothing for IMAP: decrypt it to know. */
        stream->polling = TRUE;
        gssize got = receive_tls(stream, stream->ahead, sizeof stream->ahead);
        stream->polling = FALSE;
        stream->ahead_start = 0;
        stream->ahead_end = MAX(got, 0);
    }
    return CH_IMAP_FAILED;
}

const GError *ch_imap_stream_error(const ChImapStream *stream)
{
    return stream->error;
}

void ch_imap_stream_hurry(ChImapStream *stream)
{
    g_socket_set_timeout(stream->socket, 1);
    ch_imap_stream_set_cancel(stream, NULL);
}
