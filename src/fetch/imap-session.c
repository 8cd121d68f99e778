/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection from its first byte to the opened folder, and what every command after that needs: the errors
 * in our words, the limits. What is fetched and told is in imap-fetch.c and imap-act.c. */
#include "fetch/imap-session.h"

#include "base/error.h"
#include "fetch/imap-login.h"
#include "fetch/imap-name.h"

#include <stdlib.h>
#include <string.h>

/* The answer to a command that asks for no mail. Somebody who flags 20,000 mails while we are connected makes
 * 20,000 lines in it. */
#define ANSWER_BYTES (16u << 20)
#define TEXT_MAX     200 /* of what the server says, in an error */

void ch_imap_error(const ChImapSession *session, GError **error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    g_strdelimit(valid, "\r\n\t", ' ');
    g_set_error(error, CH_ERROR, code, "%s/%s: %s", session->config->name, session->folder,
                g_strstrip(valid));
}

void ch_imap_prepare(ChImapSession *session, guint64 bytes)
{
    ch_imap_stream_allow(session->stream, bytes ? bytes : ANSWER_BYTES);
}

/* A stream that ended: the server may have said why in its last line. */
static void set_stream_error(const ChImapSession *session, const char *doing, GError **error)
{
    const GError *reason = ch_imap_stream_error(session->stream);
    const char *line = session->imap->imap_stream_buffer->str;
    const char *bye = strstr(line, "* BYE ");
    if (!reason)
        ch_imap_error(session, error, CH_ERROR_NETWORK, "%s: the connection broke", doing);
    else if (bye && reason->code == CH_ERROR_NETWORK)
        ch_imap_error(session, error, CH_ERROR_NETWORK, "%s: the server says goodbye: %.*s", doing, TEXT_MAX,
                      bye + 6);
    else
        ch_imap_error(session, error, reason->code, "%s: %s", doing, reason->message);
}

gboolean ch_imap_check(ChImapSession *session, int result, const char *doing, GError **error)
{
    const char *text = session->imap->imap_response ? session->imap->imap_response : "";
    switch (result) {
    case MAILIMAP_NO_ERROR:
    case MAILIMAP_NO_ERROR_AUTHENTICATED:
    case MAILIMAP_NO_ERROR_NON_AUTHENTICATED:
        return TRUE;
    case MAILIMAP_ERROR_STREAM:
        set_stream_error(session, doing, error);
        return FALSE;
    case MAILIMAP_ERROR_PARSE:
    case MAILIMAP_ERROR_MEMORY:
    case MAILIMAP_ERROR_BAD_STATE:
        /* A line cut short by the network is not the server's mistake. */
        if (ch_imap_stream_error(session->stream))
            set_stream_error(session, doing, error);
        else
            ch_imap_error(session, error, CH_ERROR_PROTOCOL, "%s: the server's answer can't be read: %.*s",
                          doing, TEXT_MAX, session->imap->imap_stream_buffer->str);
        return FALSE;
    case MAILIMAP_ERROR_PROTOCOL:
        ch_imap_error(session, error, CH_ERROR_PROTOCOL, "%s: the server does not take the command: %.*s",
                      doing, TEXT_MAX, text);
        return FALSE;
    case MAILIMAP_ERROR_FATAL:
    case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
        ch_imap_error(session, error, CH_ERROR_NETWORK, "%s: the server says goodbye: %.*s", doing, TEXT_MAX,
                      text);
        return FALSE;
    default:
        ch_imap_error(session, error, CH_ERROR_REFUSED, "%s: the server refuses: %.*s", doing, TEXT_MAX,
                      text);
        return FALSE;
    }
}

gboolean ch_imap_send_line(ChImapSession *session, const char *line, gboolean tagged, GError **error)
{
    mailimap *imap = session->imap;
    ch_imap_prepare(session, 0);
    if ((tagged && mailimap_send_current_tag(imap) != MAILIMAP_NO_ERROR) ||
        mailstream_write(imap->imap_stream, line, strlen(line)) < 0 ||
        mailstream_write(imap->imap_stream, "\r\n", 2) < 0 || mailstream_flush(imap->imap_stream) != 0)
        return ch_imap_check(session, MAILIMAP_ERROR_STREAM, "sending", error);
    return TRUE;
}

const char *ch_imap_read_line(ChImapSession *session, GError **error)
{
    char *line = mailimap_read_line(session->imap);
    if (!line) {
        ch_imap_check(session, MAILIMAP_ERROR_STREAM, "reading", error);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

const char *ch_imap_tagged(const ChImapSession *session, const char *line)
{
    g_autofree char *tag = g_strdup_printf("%d ", session->imap->imap_tag);
    return g_str_has_prefix(line, tag) ? line + strlen(tag) : NULL;
}

gboolean ch_imap_has(const ChImapSession *session, const char *capability)
{
    const struct mailimap_connection_info *info = session->imap->imap_connection_info;
    if (!info || !info->imap_capability)
        return FALSE;
    for (clistiter *at = clist_begin(info->imap_capability->cap_list); at; at = clist_next(at)) {
        const struct mailimap_capability *each = clist_content(at);
        const char *name = each->cap_type == MAILIMAP_CAPABILITY_NAME ? each->cap_data.cap_name
                                                                      : each->cap_data.cap_auth_type;
        const char *wanted = capability;
        if (each->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE) {
            if (!g_str_has_prefix(wanted, "AUTH="))
                continue;
            wanted += strlen("AUTH=");
        }
        if (name && g_ascii_strcasecmp(name, wanted) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Forgets what the server said it can do, and asks. What it said before TLS or before the login is void
 * (RFC 3501 section 6.2.1). */
static gboolean ask_capabilities(ChImapSession *session, GError **error)
{
    struct mailimap_connection_info *info = session->imap->imap_connection_info;
    if (info->imap_capability)
        mailimap_capability_data_free(info->imap_capability);
    /* Empty, not NULL: libetpan copies it without looking where the server answers OK alone. */
    info->imap_capability = mailimap_capability_data_new(clist_new());
    struct mailimap_capability_data *copy = NULL;
    ch_imap_prepare(session, 0);
    int result = mailimap_capability(session->imap, &copy);
    if (copy)
        mailimap_capability_data_free(copy);
    return ch_imap_check(session, result, "asking what the server can do", error);
}

static gboolean greet(ChImapSession *session, GError **error)
{
    mailstream *wire = session->imap->imap_stream;
    ch_imap_prepare(session, 0);
    /* libetpan leaks the greeting of a server that says BYE at once, so look first. */
    if (mailstream_feed_read_buffer(wire) < 0)
        return ch_imap_check(session, MAILIMAP_ERROR_STREAM,
                             session->config->tls == CH_TLS_STARTTLS && session->config->port == 993
                                 ? "connecting (port 993 wants tls = implicit)"
                                 : "connecting",
                             error);
    if (wire->read_buffer_len >= 5 && g_ascii_strncasecmp(wire->read_buffer, "* BYE", 5) == 0) {
        gsize length = MIN(wire->read_buffer_len - 5, TEXT_MAX);
        ch_imap_error(session, error, CH_ERROR_NETWORK, "the server turns us away:%.*s", (int)length,
                      wire->read_buffer + 5);
        return FALSE;
    }
    return ch_imap_check(session, mailimap_connect(session->imap, wire), "connecting", error);
}

static gboolean start_tls(ChImapSession *session, GError **error)
{
    const char *host = session->config->host;
    if (session->imap->imap_state != MAILIMAP_STATE_NON_AUTHENTICATED) {
        ch_imap_error(session, error, CH_ERROR_TLS,
                      "%s: the server logs us in before TLS, so STARTTLS is over", host);
        return FALSE;
    }
    if (!ask_capabilities(session, error))
        return FALSE;
    if (!ch_imap_has(session, "STARTTLS")) {
        ch_imap_error(session, error, CH_ERROR_TLS, "%s: the server offers no STARTTLS", host);
        return FALSE;
    }
    ch_imap_prepare(session, 0);
    g_autoptr(GError) reason = NULL;
    if (!ch_imap_check(session, mailimap_starttls(session->imap), "STARTTLS", &reason)) {
        gboolean broken = ch_imap_stream_error(session->stream) != NULL;
        g_set_error(error, CH_ERROR, broken ? reason->code : CH_ERROR_TLS, "%s", reason->message);
        return FALSE;
    }
    /* Text sent along with the answer would be read as if it had come encrypted (RFC 9051 section 11.1). */
    if (session->imap->imap_stream->read_buffer_len > 0) {
        ch_imap_error(session, error, CH_ERROR_TLS, "%s: text follows the answer to STARTTLS unencrypted",
                      host);
        return FALSE;
    }
    return ch_imap_stream_start_tls(session->stream, session->config->ca_file, error) &&
           ask_capabilities(session, error);
}

/* Ends with a connection that may carry a password, or fails. */
static gboolean secure(ChImapSession *session, GError **error)
{
    const ChMailboxConfig *config = session->config;
    switch (config->tls) {
    case CH_TLS_IMPLICIT:
        return ch_imap_stream_start_tls(session->stream, config->ca_file, error) && greet(session, error) &&
               ask_capabilities(session, error);
    case CH_TLS_STARTTLS:
        return greet(session, error) && start_tls(session, error);
    case CH_TLS_NONE:
        if (!config->allow_plain && !ch_imap_stream_is_loopback(session->stream)) {
            ch_imap_error(session, error, CH_ERROR_TLS,
                          "%s is another machine: no password goes there without TLS", config->host);
            return FALSE;
        }
        return greet(session, error) && ask_capabilities(session, error);
    }
    ch_imap_error(session, error, CH_ERROR_CONFIG, "unknown kind of TLS");
    return FALSE;
}

static guint16 port_of(const ChMailboxConfig *config)
{
    if (config->port)
        return config->port;
    return config->tls == CH_TLS_IMPLICIT ? 993 : 143;
}

ChImapSession *ch_imap_session_open(const ChMailboxConfig *config, const char *folder, GCancellable *cancel,
                                    GError **error)
{
    g_autoptr(GError) reason = NULL;
    ChImapStream *stream =
        ch_imap_stream_open(config->host, port_of(config), config->timeout, cancel, &reason);
    if (!stream) {
        g_propagate_prefixed_error(error, g_steal_pointer(&reason), "%s/%s: ", config->name, folder);
        return NULL;
    }
    g_autoptr(ChImapSession) session = g_new0(ChImapSession, 1);
    session->config = config;
    session->folder = folder;
    session->wire_folder = ch_imap_name(folder);
    session->stream = stream;
    session->imap = mailimap_new(0, NULL);
    session->imap->imap_stream = ch_imap_stream_wrap(stream);
    gboolean plain_error = !secure(session, &reason);
    if (!plain_error && session->imap->imap_state == MAILIMAP_STATE_NON_AUTHENTICATED)
        plain_error = !ch_imap_login(session, &reason) || !ask_capabilities(session, &reason);
    if (!plain_error)
        return g_steal_pointer(&session);
    g_autofree char *name = g_strdup_printf("%s/%s: ", config->name, folder);
    gboolean named = g_str_has_prefix(reason->message, name);
    g_propagate_prefixed_error(error, g_steal_pointer(&reason), "%s", named ? "" : name);
    return NULL;
}

gboolean ch_imap_session_select(ChImapSession *session, GError **error)
{
    ch_imap_prepare(session, 0);
    if (!ch_imap_check(session, mailimap_select(session->imap, session->wire_folder), "opening the folder",
                       error))
        return FALSE;
    session->uidvalidity = session->imap->imap_selection_info->sel_uidvalidity;
    if (session->uidvalidity == 0) {
        ch_imap_error(session, error, CH_ERROR_PROTOCOL, "the server tells no UIDVALIDITY");
        return FALSE;
    }
    return TRUE;
}

guint32 ch_imap_exists(const ChImapSession *session)
{
    return session->imap->imap_selection_info ? session->imap->imap_selection_info->sel_exists : 0;
}

void ch_imap_session_close(ChImapSession *session)
{
    if (!session)
        return;
    mailimap *imap = session->imap;
    ch_imap_stream_hurry(session->stream);
    if (!ch_imap_stream_error(session->stream) && imap->imap_state != MAILIMAP_STATE_DISCONNECTED)
        ch_imap_send_line(session, "LOGOUT", TRUE, NULL); /* its answer is not waited for */
    mailstream_close(imap->imap_stream);
    imap->imap_stream = NULL; /* else mailimap_free logs out, and waits */
    mailimap_free(imap);
    g_free(session->wire_folder);
    g_free(session);
}
