/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One SMTP connection by libcurl: what is asked of it, what the server answers, and what that means for the
 * mail. A session belongs to one thread at a time; smtp.c decides which mail goes where and who is told.
 */
#include "base/error.h"
#include "base/seam.h"
#include "deliver/smtp_private.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_BYTES_MAX 2048 /* collected of one reply */
#define TEXT_BYTES_MAX  400  /* handed on */
#define KEEP_SECONDS    100L /* an idle connection older than this is not used again */
#define CONNECT_SECONDS 60L  /* at most, until the server has taken us in */
#define SLOWEST_RATE    16   /* bytes per millisecond that a large mail is allowed to take longer by */

struct ChSmtpSession {
    const ChSmtpConfig *config;
    CURL *easy;
    char problem[CURL_ERROR_SIZE]; /* libcurl writes here */

    GMutex lock;
    GArray *sockets;  /* of int, guarded by lock: ours while they are open */
    gboolean stopped; /* atomic */

    /* of the attempt under way */
    const char *bytes;
    gsize length, offset;
    gboolean is_new;         /* the server greeted us: not a kept connection */
    gboolean authenticated;  /* 235, RFC 4954 section 6 */
    gboolean is_ready;       /* taken in: from here on replies are about this mail */
    gboolean lacks_auth;     /* we have a password, the server asked for none */
    gboolean took_sender;    /* MAIL FROM was accepted */
    gboolean began_data;     /* bytes of the mail went out */
    gboolean answered_data;  /* the reply after the final dot is here */
    gboolean settled;        /* the reply that counts was read; later ones (to QUIT) are not looked at */
    gboolean reply_is_whole; /* the next line begins another reply */
    int code;                /* of the last whole reply; 0 before the first */
    GString *reply;          /* its text, lines joined, without the codes */
    ChSmtpReady ready;
    gpointer ready_data;
};

static void shutdown_sockets(ChSmtpSession *session, int how)
{
    g_mutex_lock(&session->lock);
    for (guint i = 0; i < session->sockets->len; i++)
        shutdown(g_array_index(session->sockets, int, i), how);
    g_mutex_unlock(&session->lock);
}

static curl_socket_t open_socket(void *data, curlsocktype purpose G_GNUC_UNUSED,
                                 struct curl_sockaddr *address)
{
    ChSmtpSession *session = data;
    /* CLOEXEC: a password_command must not inherit the connection. */
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    g_mutex_lock(&session->lock);
    g_array_append_val(session->sockets, fd);
    g_mutex_unlock(&session->lock);
    return fd;
}

/* Closed under the lock, so that ch_smtp_session_stop never shuts down a number that is somebody else's. */
static int close_socket(void *data, curl_socket_t fd)
{
    ChSmtpSession *session = data;
    g_mutex_lock(&session->lock);
    for (guint i = 0; i < session->sockets->len; i++)
        if (g_array_index(session->sockets, int, i) == fd) {
            g_array_remove_index_fast(session->sockets, i);
            break;
        }
    int result = close(fd);
    g_mutex_unlock(&session->lock);
    return result;
}

static void reply_ended(ChSmtpSession *session, int code)
{
    session->code = code;
    session->reply_is_whole = TRUE;
    if (!session->is_ready) {
        session->is_new = TRUE;
        session->authenticated = session->authenticated || code == 235;
        return;
    }
    session->took_sender = session->took_sender || code / 100 == 2;
    session->answered_data = session->began_data;
    session->settled = session->began_data || code >= 400;
    /* libcurl closes the connection of a refused mail, says QUIT and waits for the answer. Nobody needs it;
     * a server that tarpits must not cost us the wait. */
    if (code >= 400)
        shutdown_sockets(session, SHUT_RD);
}

/* One line of the server (RFC 5321 section 4.2): three digits, "-" where more lines follow. */
static size_t on_line(char *line, size_t size, size_t count, void *data)
{
    ChSmtpSession *session = data;
    size_t given = size * count, length = given;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    if (session->settled || length < 3 || !g_ascii_isdigit(line[0]) || !g_ascii_isdigit(line[1]) ||
        !g_ascii_isdigit(line[2]))
        return given;
    if (session->reply_is_whole) {
        g_string_truncate(session->reply, 0);
        session->reply_is_whole = FALSE;
    }
    if (length > 4 && session->reply->len < REPLY_BYTES_MAX) {
        if (session->reply->len > 0)
            g_string_append_c(session->reply, ' ');
        g_string_append_len(session->reply, line + 4, (gssize)MIN(length - 4, REPLY_BYTES_MAX));
    }
    if (length == 3 || line[3] != '-')
        reply_ended(session, (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0');
    return given;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *data)
{
    ChSmtpSession *session = data;
    gsize part = MIN(size * count, session->length - session->offset);
    session->began_data = TRUE;
    if (part > 0)
        memcpy(buffer, session->bytes + session->offset, part);
    session->offset += part;
    return part;
}

static size_t on_body(char *bytes G_GNUC_UNUSED, size_t size, size_t count, void *data G_GNUC_UNUSED)
{
    return size * count; /* SMTP has none; without this libcurl would write to stdout */
}

/* libcurl calls this between AUTH and MAIL FROM: the border between what the server thinks of us and what it
 * thinks of this mail. */
static int on_ready(void *data, char *to_ip G_GNUC_UNUSED, char *from_ip G_GNUC_UNUSED,
                    int to_port G_GNUC_UNUSED, int from_port G_GNUC_UNUSED)
{
    ChSmtpSession *session = data;
    /* libcurl goes on without AUTH where the server doesn't offer it; the refusal at RCPT would then look as
     * if it were the recipient's. */
    if (session->is_new && session->config->user && !session->authenticated) {
        session->lacks_auth = TRUE;
        shutdown_sockets(session, SHUT_RD);
        return CURL_PREREQFUNC_ABORT;
    }
    session->is_ready = TRUE;
    session->code = 0;
    g_string_truncate(session->reply, 0);
    if (session->ready)
        session->ready(session->ready_data);
    ch_seam("before-send");
    return CURL_PREREQFUNC_OK;
}

static int on_progress(void *data, curl_off_t a G_GNUC_UNUSED, curl_off_t b G_GNUC_UNUSED,
                       curl_off_t c G_GNUC_UNUSED, curl_off_t d G_GNUC_UNUSED)
{
    ChSmtpSession *session = data;
    return g_atomic_int_get(&session->stopped);
}

void ch_smtp_session_stop(ChSmtpSession *session)
{
    g_atomic_int_set(&session->stopped, TRUE);
    shutdown_sockets(session, SHUT_RDWR);
}

void ch_smtp_session_resume(ChSmtpSession *session)
{
    g_atomic_int_set(&session->stopped, FALSE);
}

gboolean ch_smtp_session_is_connected(ChSmtpSession *session)
{
    g_mutex_lock(&session->lock);
    gboolean connected = session->sockets->len > 0;
    g_mutex_unlock(&session->lock);
    return connected;
}

/* A line for people and logs: valid UTF-8, no control characters, bounded (P13). */
static char *one_line(const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    GString *line = g_string_new(NULL);
    for (const char *at = valid; *at && line->len < TEXT_BYTES_MAX; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        g_string_append_unichar(line, g_unichar_isprint(character) ? character : ' ');
    }
    return g_strchomp(g_string_free(line, FALSE));
}

static char *reply_text(const ChSmtpSession *session)
{
    g_autofree char *line = one_line(session->reply->str, session->reply->len);
    return g_strdup_printf("%03d%s%s", session->code, *line ? " " : "", line);
}

static char *problem_text(const ChSmtpSession *session, CURLcode result)
{
    const char *said = *session->problem ? session->problem : curl_easy_strerror(result);
    g_autofree char *line = one_line(said, strlen(said));
    switch (result) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
        return g_strdup_printf("no TLS with %s: %s%s", session->config->host, line,
                               session->config->tls == CH_TLS_IMPLICIT &&
                                       strstr(line, "unexpected TLS packet")
                                   ? " Does it want tls = starttls?"
                                   : "");
    default:
        return g_strdup_printf("%s: %s%s", session->config->host, line,
                               session->config->tls == CH_TLS_STARTTLS && session->config->port == 465
                                   ? " (port 465 wants tls = implicit)"
                                   : "");
    }
}

/* Refusals that are about the session, whatever mail is in it: RFC 4954 section 6 (530, 534, 535, 538), RFC
 * 3207 section 4 (530), and commands that the server does not want now (502, 503). An admin repairs them; no
 * mail is given up for them. */
static gboolean is_about_us(int code)
{
    return code == 502 || code == 503 || code == 530 || code == 534 || code == 535 || code == 538;
}

/* A refusal at MAIL FROM is about the address that we send from (not ours at this server, or its domain does
 * not resolve): nobody knows yet who the recipient is. An admin repairs it, as above; but a mail of another
 * department may well be taken, so the session goes on. Only 552 is about the mail: too large, RFC 1870
 * section 6.1. */
static gboolean is_about_sender(const ChSmtpSession *session)
{
    return !session->took_sender && session->code != 552;
}

static ChSmtpVerdict judge(const ChSmtpSession *session, CURLcode result, int *code, char **text)
{
    *code = 0;
    if (session->lacks_auth) {
        *text = g_strdup_printf("%s offers no AUTH, but a user is configured", session->config->host);
        return CH_SMTP_SERVER;
    }
    if (!session->is_ready) {
        gboolean refused = session->code >= 400 && result != CURLE_OPERATION_TIMEDOUT;
        *code = refused ? session->code : 0;
        *text = refused ? reply_text(session) : problem_text(session, result);
        return CH_SMTP_SERVER;
    }
    if (session->answered_data || session->code >= 400) {
        *code = session->code;
        *text = reply_text(session);
        if (session->answered_data && session->code / 100 == 2)
            return CH_SMTP_SENT;
        if (!session->began_data && is_about_us(session->code))
            return CH_SMTP_SERVER;
        gboolean for_good = session->code / 100 == 5 && !is_about_sender(session);
        return for_good ? CH_SMTP_FAILED : CH_SMTP_RETRY;
    }
    g_autofree char *problem = problem_text(session, result);
    /* P5: should it have arrived, the next attempt's bytes are the same. */
    *text =
        session->began_data ? g_strdup_printf("it may have arrived: %s", problem) : g_steal_pointer(&problem);
    return CH_SMTP_RETRY;
}

static ChSmtpVerdict attempt(ChSmtpSession *session, gboolean fresh, int *code, char **text)
{
    session->offset = 0;
    session->is_new = session->authenticated = session->is_ready = session->lacks_auth = FALSE;
    session->took_sender = session->began_data = session->answered_data = session->settled = FALSE;
    session->reply_is_whole = FALSE;
    session->code = 0;
    session->problem[0] = '\0';
    g_string_truncate(session->reply, 0);
    curl_easy_setopt(session->easy, CURLOPT_FRESH_CONNECT, (long)fresh);
    CURLcode result = curl_easy_perform(session->easy);
    return judge(session, result, code, text);
}

ChSmtpVerdict ch_smtp_session_send(ChSmtpSession *session, const ChEnvelope *envelope, ChSmtpReady ready,
                                   gpointer data, int *code, char **text)
{
    CURL *easy = session->easy;
    if (g_atomic_int_get(&session->stopped)) {
        *code = 0;
        *text = g_strdup(CH_DELIVERY_STOPPED);
        return CH_SMTP_RETRY;
    }
    struct curl_slist *recipients = curl_slist_append(NULL, envelope->recipient);
    session->bytes = g_bytes_get_data(envelope->bytes, &session->length);
    session->ready = ready;
    session->ready_data = data;
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, envelope->envelope_from ? envelope->envelope_from : "");
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)session->length);
    /* The time for one mail is meant for a small one. A large one on a slow line gets more, as long as it
     * moves (the low-speed limit). */
    curl_easy_setopt(
        easy, CURLOPT_TIMEOUT_MS,
        (long)(MAX(1u, session->config->timeout) * 1000L + (long)(session->length / SLOWEST_RATE)));

    ChSmtpVerdict verdict = attempt(session, FALSE, code, text);
    /* A server may close a kept connection at any moment, or say 421 (RFC 5321 section 3.8) when we come back
     * to it. Nothing of the mail went out: it deserves a new connection, not a wait. */
    gboolean is_stale = session->is_ready && !session->is_new && !session->began_data &&
                        (session->code < 400 || session->code == 421);
    if (verdict == CH_SMTP_RETRY && is_stale && !g_atomic_int_get(&session->stopped)) {
        g_clear_pointer(text, g_free);
        verdict = attempt(session, TRUE, code, text);
    }
    if (verdict == CH_SMTP_SENT)
        ch_seam("after-send");
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    session->bytes = NULL;
    return verdict;
}

void ch_smtp_session_set_password(ChSmtpSession *session, const char *password)
{
    if (!session->config->user)
        return;
    curl_easy_setopt(session->easy, CURLOPT_USERNAME, session->config->user);
    curl_easy_setopt(session->easy, CURLOPT_PASSWORD, password);
}

static CURLcode set_tls(CURL *easy, const ChSmtpConfig *config)
{
    CURLcode result = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    if (result == CURLE_OK)
        result = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (result == CURLE_OK)
        result = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (result == CURLE_OK && config->tls == CH_TLS_STARTTLS)
        result = curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (result == CURLE_OK && config->ca_file) {
        result = curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
        /* This file alone: Debian's libcurl would believe the system's folder beside it. */
        if (result == CURLE_OK)
            result = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    return result;
}

static void set_options(ChSmtpSession *session, const char *url)
{
    CURL *easy = session->easy;
    long timeout = (long)MAX(1u, session->config->timeout);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* not what $ALL_PROXY says */
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    curl_easy_setopt(easy, CURLOPT_SASL_IR, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, session->problem);

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L); /* the final dot is a write of its own */
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, KEEP_SECONDS);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, MIN(timeout, CONNECT_SECONDS));
    curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, timeout);

    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, session);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, session);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, session);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, session);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, session);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, session);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

ChSmtpSession *ch_smtp_session_new(const ChSmtpConfig *config, const char *url, GError **error)
{
    ChSmtpSession *session = g_new0(ChSmtpSession, 1);
    session->config = config;
    g_mutex_init(&session->lock);
    session->sockets = g_array_new(FALSE, FALSE, sizeof(int));
    session->reply = g_string_new(NULL);
    session->easy = curl_easy_init();
    CURLcode result = session->easy ? set_tls(session->easy, config) : CURLE_FAILED_INIT;
    if (result == CURLE_OK)
        result = curl_easy_setopt(session->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (result != CURLE_OK) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "libcurl can't do what SMTP needs: %s",
                    curl_easy_strerror(result));
        ch_smtp_session_free(session);
        return NULL;
    }
    set_options(session, url);
    return session;
}

void ch_smtp_session_free(ChSmtpSession *session)
{
    if (!session)
        return;
    /* QUIT still goes out; libcurl would wait two minutes for a server that doesn't answer it. */
    shutdown_sockets(session, SHUT_RD);
    curl_easy_cleanup(session->easy);
    g_array_unref(session->sockets);
    g_string_free(session->reply, TRUE);
    g_mutex_clear(&session->lock);
    g_free(session);
}
