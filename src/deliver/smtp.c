/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SMTP transport: hands the mails of one call out to a few connections, each with a thread of its own,
 * and tells the caller what became of them. What happens on a connection is smtp_session.c's. Threads, not
 * curl_multi: libcurl 7.88 waits for the reply after the final dot inside curl_multi_perform (its issue
 * 8555), and there a slow server would stop all the others.
 */
#include "base/error.h"
#include "deliver/smtp_private.h"

#include <curl/curl.h>

#define RESOLVE_SECONDS 90 /* below the age at which libcurl drops an idle connection */

typedef struct {
    ChTransport base;
    const ChSmtpConfig *config;
    GPtrArray *sessions;    /* of ChSmtpSession, one for each connection */
    char *password;         /* NULL where there is no AUTH */
    gboolean is_distrusted; /* the last call met a server that took no mail: ask for the password again */
    gint64 last_used;       /* monotonic, microseconds; 0: never */
} Smtp;

/* What becomes of one envelope; with envelope NULL, "the server takes us in". */
typedef struct {
    const ChEnvelope *envelope;
    ChDeliveryResult result;
    int code;
    char *text;
} Answer;

/* One call of ch_transport_send. */
typedef struct {
    Smtp *smtp;
    GAsyncQueue *answers; /* of Answer, from the connections to the caller's thread */

    GMutex lock;    /* guards all below */
    GQueue waiting; /* of const ChEnvelope */
    guint at_work;  /* connections that have a mail or will take the next one */
    gboolean is_reachable;
    gboolean is_stopped;
} Run;

typedef struct {
    Run *run;
    ChSmtpSession *session;
} Worker;

static void answer(Run *run, const ChEnvelope *envelope, ChDeliveryResult result, int code, const char *text)
{
    Answer *given = g_new(Answer, 1);
    *given = (Answer){envelope, result, code, g_strdup(text)};
    g_async_queue_push(run->answers, given);
}

static void answer_free(Answer *given)
{
    g_free(given->text);
    g_free(given);
}

/* With lock held. */
static void answer_all_waiting(Run *run, int code, const char *text)
{
    for (const ChEnvelope *envelope; (envelope = g_queue_pop_head(&run->waiting)) != NULL;)
        answer(run, envelope, CH_DELIVERY_RETRY, code, text);
}

static void on_ready(gpointer data)
{
    Run *run = data;
    g_mutex_lock(&run->lock);
    if (!run->is_reachable) {
        run->is_reachable = TRUE;
        answer(run, NULL, CH_DELIVERY_SENT, 0, NULL);
    }
    g_mutex_unlock(&run->lock);
}

static const ChEnvelope *take(Run *run)
{
    g_mutex_lock(&run->lock);
    const ChEnvelope *envelope = g_queue_pop_head(&run->waiting);
    if (!envelope)
        run->at_work--;
    g_mutex_unlock(&run->lock);
    return envelope;
}

/* FALSE where this connection is of no more use in this run. */
static gboolean settle(Run *run, const ChEnvelope *envelope, ChSmtpVerdict verdict, int code,
                       const char *text)
{
    g_mutex_lock(&run->lock);
    gboolean goes_on = TRUE;
    if (run->is_stopped && (verdict == CH_SMTP_SERVER || verdict == CH_SMTP_RETRY)) {
        answer(run, envelope, CH_DELIVERY_RETRY, code, code ? text : CH_DELIVERY_STOPPED);
    } else if (verdict == CH_SMTP_SERVER) {
        goes_on = FALSE;
        run->at_work--;
        /* The mail is not to blame. Where others still send (the server allows fewer connections than we
         * wanted) they take it; otherwise there is nothing to be had today, and nobody tries a thousand times
         * to find out. */
        g_queue_push_head(&run->waiting, (gpointer)envelope);
        if (run->at_work == 0) {
            run->smtp->is_distrusted = TRUE;
            answer_all_waiting(run, code, text);
        }
    } else {
        ChDeliveryResult result = verdict == CH_SMTP_SENT     ? CH_DELIVERY_SENT
                                  : verdict == CH_SMTP_FAILED ? CH_DELIVERY_FAILED
                                                              : CH_DELIVERY_RETRY;
        answer(run, envelope, result, code, text);
    }
    g_mutex_unlock(&run->lock);
    return goes_on;
}

static gpointer work(gpointer data)
{
    g_autofree Worker *worker = data;
    gboolean goes_on = TRUE;
    for (const ChEnvelope *envelope; goes_on && (envelope = take(worker->run)) != NULL;) {
        g_autofree char *text = NULL;
        int code;
        ChSmtpVerdict verdict =
            ch_smtp_session_send(worker->session, envelope, on_ready, worker->run, &code, &text);
        goes_on = settle(worker->run, envelope, verdict, code, text);
    }
    return NULL;
}

static void start_one(Run *run, GPtrArray *threads)
{
    Worker *worker = g_new(Worker, 1);
    *worker = (Worker){run, g_ptr_array_index(run->smtp->sessions, threads->len)};
    g_autoptr(GError) problem = NULL;
    g_mutex_lock(&run->lock);
    run->at_work++;
    g_mutex_unlock(&run->lock);
    GThread *thread = g_thread_try_new("smtp", work, worker, &problem);
    if (thread) {
        g_ptr_array_add(threads, thread);
        return;
    }
    /* No more threads to be had: the first connection does the work of all, in this one if need be. */
    if (threads->len == 0) {
        work(worker);
        return;
    }
    g_mutex_lock(&run->lock);
    run->at_work--;
    if (run->at_work == 0)
        answer_all_waiting(run, 0, problem->message);
    g_mutex_unlock(&run->lock);
    g_free(worker);
}

static void on_cancelled(GCancellable *cancel G_GNUC_UNUSED, gpointer data)
{
    Run *run = data;
    g_mutex_lock(&run->lock);
    run->is_stopped = TRUE;
    answer_all_waiting(run, 0, CH_DELIVERY_STOPPED);
    g_mutex_unlock(&run->lock);
    for (guint i = 0; i < run->smtp->sessions->len; i++)
        ch_smtp_session_stop(g_ptr_array_index(run->smtp->sessions, i));
}

/* The password is asked for before a connection is made, not before each mail: it may cost a command. */
static gboolean renew_password(Smtp *smtp, GError **error)
{
    if (!smtp->config->user)
        return TRUE;
    gint64 now = g_get_monotonic_time();
    gboolean is_connected = FALSE;
    for (guint i = 0; i < smtp->sessions->len; i++)
        is_connected = is_connected || ch_smtp_session_is_connected(g_ptr_array_index(smtp->sessions, i));
    gboolean is_idle = now - smtp->last_used > RESOLVE_SECONDS * G_USEC_PER_SEC;
    if (smtp->password && is_connected && !is_idle && !smtp->is_distrusted)
        return TRUE;
    g_autofree char *password = NULL;
    if (!ch_secret_resolve(&smtp->config->password, smtp->config->timeout, &password, error))
        return FALSE;
    if (!password) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "[smtp] has a user, but no password");
        return FALSE;
    }
    for (guint i = 0; i < smtp->sessions->len; i++)
        ch_smtp_session_set_password(g_ptr_array_index(smtp->sessions, i), password);
    g_free(smtp->password);
    smtp->password = g_steal_pointer(&password);
    return TRUE;
}

static gboolean smtp_send(ChTransport *transport, GPtrArray *envelopes, ChDelivered done, gpointer data,
                          GCancellable *cancel, GError **error)
{
    Smtp *smtp = (Smtp *)transport;
    g_autoptr(GError) problem = NULL;
    if (!renew_password(smtp, &problem)) {
        for (guint i = 0; i < envelopes->len; i++)
            done(data, g_ptr_array_index(envelopes, i), CH_DELIVERY_RETRY, 0, problem->message);
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    smtp->is_distrusted = FALSE;

    Run run = {.smtp = smtp, .answers = g_async_queue_new_full((GDestroyNotify)answer_free)};
    g_mutex_init(&run.lock);
    g_queue_init(&run.waiting);
    for (guint i = 0; i < smtp->sessions->len; i++)
        ch_smtp_session_resume(g_ptr_array_index(smtp->sessions, i));
    for (guint i = 0; i < envelopes->len; i++) {
        const ChEnvelope *envelope = g_ptr_array_index(envelopes, i);
        const char *why;
        if (ch_envelope_is_usable(envelope, &why))
            g_queue_push_tail(&run.waiting, (gpointer)envelope);
        else
            answer(&run, envelope, CH_DELIVERY_FAILED, 0, why);
    }
    gulong connected = cancel ? g_cancellable_connect(cancel, G_CALLBACK(on_cancelled), &run, NULL) : 0;

    /* One connection alone finds out whether the server takes us at all: a wrong password is tried once, not
     * once for each connection. */
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    start_one(&run, threads);
    for (guint answered = 0; answered < envelopes->len;) {
        Answer *given = g_async_queue_pop(run.answers);
        if (given->envelope) {
            done(data, given->envelope, given->result, given->code, given->text);
            answered++;
        } else {
            while (threads->len < MIN(smtp->sessions->len, envelopes->len)) {
                guint before = threads->len;
                start_one(&run, threads);
                if (threads->len == before)
                    break;
            }
        }
        answer_free(given);
    }
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
    if (cancel)
        g_cancellable_disconnect(cancel, connected);
    g_async_queue_unref(run.answers);
    g_mutex_clear(&run.lock);
    smtp->last_used = g_get_monotonic_time();
    return TRUE;
}

static void smtp_free(ChTransport *transport)
{
    Smtp *smtp = (Smtp *)transport;
    g_ptr_array_unref(smtp->sessions);
    g_free(smtp->password);
    g_free(smtp);
}

static gboolean is_loopback(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return TRUE; /* libcurl never asks the DNS for it */
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address && g_inet_address_get_is_loopback(address);
}

static char *make_url(const ChSmtpConfig *config, const char *domain, GError **error)
{
    static const char *const ports[] = {
        [CH_TLS_IMPLICIT] = "465", [CH_TLS_STARTTLS] = "587", [CH_TLS_NONE] = "25"};
    gboolean is_ipv6 = strchr(config->host, ':') && config->host[0] != '[';
    g_autofree char *host = is_ipv6 ? g_strdup_printf("[%s]", config->host) : g_strdup(config->host);
    g_autofree char *port = config->port ? g_strdup_printf("%u", config->port) : g_strdup(ports[config->tls]);
    g_autofree char *path = g_strconcat("/", domain && *domain ? domain : "localhost", NULL);
    CURLU *parts = curl_url();
    char *text = NULL;
    gboolean made = parts &&
                    curl_url_set(parts, CURLUPART_SCHEME, config->tls == CH_TLS_IMPLICIT ? "smtps" : "smtp",
                                 0) == CURLUE_OK &&
                    curl_url_set(parts, CURLUPART_HOST, host, 0) == CURLUE_OK &&
                    curl_url_set(parts, CURLUPART_PORT, port, 0) == CURLUE_OK &&
                    curl_url_set(parts, CURLUPART_PATH, path, CURLU_URLENCODE) == CURLUE_OK &&
                    curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK;
    char *url = made ? g_strdup(text) : NULL;
    curl_free(text);
    curl_url_cleanup(parts);
    if (!url)
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "[smtp] host: \"%s\" is not a host name", config->host);
    return url;
}

ChTransport *ch_transport_smtp_new(const ChSmtpConfig *config, const char *domain, GError **error)
{
    static const ChTransportClass klass = {smtp_send, smtp_free};
    static gsize is_set_up;
    if (g_once_init_enter(&is_set_up))
        g_once_init_leave(&is_set_up, curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 1 : 2);
    if (is_set_up != 1) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "libcurl does not start");
        return NULL;
    }
    if (!config->host || !*config->host) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "[smtp] has no host");
        return NULL;
    }
    if (config->tls == CH_TLS_NONE && !config->allow_plain && !is_loopback(config->host)) {
        g_set_error(
            error, CH_ERROR, CH_ERROR_CONFIG,
            "[smtp] %s would be used without TLS: expected tls, or a loopback address, or allow_plain",
            config->host);
        return NULL;
    }
    g_autofree char *url = make_url(config, domain, error);
    if (!url)
        return NULL;
    g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func((GDestroyNotify)ch_smtp_session_free);
    for (guint i = 0; i < MAX(1u, config->connections); i++) {
        ChSmtpSession *session = ch_smtp_session_new(config, url, error);
        if (!session)
            return NULL;
        g_ptr_array_add(sessions, session);
    }
    Smtp *smtp = g_new0(Smtp, 1);
    smtp->base.klass = &klass;
    smtp->config = config;
    smtp->sessions = g_steal_pointer(&sessions);
    return &smtp->base;
}
