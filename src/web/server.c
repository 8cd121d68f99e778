/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP: from libmicrohttpd's callbacks to a ChRequest, and from a ChAnswer to its response, with the headers
 * that every answer has. What is answered is decided in site.c, who may stay how long in guests.c. */
#include "web/server.h"

#include "base/error.h"
#include "base/log.h"
#include "web/client.h"
#include "web/guests.h"
#include "web/listen.h"
#include "web/rate.h"
#include "web/site.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define CONNECTION_BYTES (32 * 1024) /* libmicrohttpd's, for each connection: header and answer's header */
#define CLIENTS          4096        /* whose requests are counted: about half a megabyte */
#define TICK             1000        /* milliseconds, the longest wait of the loop */

static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                             "base-uri 'none'; frame-ancestors 'none'";

struct ChWeb {
    const ChConfig *config;
    ChSite *site;
    ChRate *rate;
    ChGuests *guests;
    struct MHD_Daemon *daemon;
    GSource *source;
    gboolean once_more; /* somebody left: libmicrohttpd listens again only when it is run again */
    guint16 port;
};

/* One request, from its header to the end of its answer. */
typedef struct {
    gint64 start;
    char *path, *client;
    GString *body;
    guint status;       /* 0: not answered */
    const char *method; /* as it is logged */
    ChRoute route;
    gboolean has_body; /* announced by the header */
} Exchange;

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* --- The loop --- */

typedef struct {
    GSource source;
    ChWeb *web;
} WebSource;

static gboolean web_prepare(GSource *source, int *timeout)
{
    ChWeb *web = ((WebSource *)source)->web;
    gint64 left = ch_guests_sweep(web->guests, g_get_monotonic_time());
    MHD_UNSIGNED_LONG_LONG wait = TICK;
    if (web->once_more)
        wait = 0;
    else if (MHD_get_timeout(web->daemon, &wait) != MHD_YES || wait > TICK)
        wait = TICK;
    if (left >= 0)
        wait = MIN(wait, (MHD_UNSIGNED_LONG_LONG)left / 1000 + 1);
    *timeout = (int)wait;
    return wait == 0;
}

static gboolean web_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback, (void)data;
    ChWeb *web = ((WebSource *)source)->web;
    web->once_more = FALSE;
    MHD_run(web->daemon);
    return G_SOURCE_CONTINUE;
}

/* Without a check function it is dispatched when its descriptor is ready; what the timeout is for, the next
 * prepare does. */
static GSourceFuncs web_functions = {.prepare = web_prepare, .dispatch = web_dispatch};

static void attach(ChWeb *web, GMainContext *context)
{
    web->source = g_source_new(&web_functions, sizeof(WebSource));
    ((WebSource *)web->source)->web = web;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    g_source_add_unix_fd(web->source, info->epoll_fd, G_IO_IN);
    g_source_attach(web->source, context);
}

/* --- Connections --- */

static char *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr *address = info ? info->client_addr : NULL;
    if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    else if (address)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    return g_strdup(g_str_has_prefix(text, "::ffff:") ? text + 7 : text);
}

static void connected(void *data, struct MHD_Connection *connection, void **context,
                      enum MHD_ConnectionNotificationCode code)
{
    ChWeb *web = data;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        g_autofree char *peer = peer_of(connection);
        int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *context = ch_guests_come(web->guests, fd, peer, g_get_monotonic_time());
    } else if (*context) {
        ch_guests_leave(web->guests, *context);
        *context = NULL;
        web->once_more = TRUE;
    }
}

static ChGuest *guest_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* --- Answers --- */

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value)
        MHD_add_response_header(response, name, value);
}

static struct MHD_Response *response_of(const ChAnswer *answer)
{
    gsize length = 0;
    const void *bytes = answer->body ? g_bytes_get_data(answer->body, &length) : "";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        length, (void *)bytes, answer->lasting ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    g_autofree char *retry = answer->retry_after ? g_strdup_printf("%u", answer->retry_after) : NULL;
    add(response, "Content-Security-Policy", answer->policy ? answer->policy : policy);
    add(response, "Referrer-Policy", "no-referrer");
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "X-Frame-Options", "DENY");
    add(response, "Cache-Control", answer->cacheable ? "public, max-age=86400" : "no-store");
    add(response, "Content-Type", answer->type);
    add(response, "Content-Language", answer->language);
    add(response, "Location", answer->location);
    add(response, "Allow", answer->allow);
    add(response, "Retry-After", retry);
    return response;
}

/* CLOSE: what else comes on this connection is not read as a request. */
static enum MHD_Result give(struct MHD_Connection *connection, Exchange *exchange, ChAnswer *answer,
                            gboolean close_it)
{
    struct MHD_Response *response = response_of(answer);
    if (close_it)
        add(response, "Connection", "close");
    exchange->status = answer->status;
    exchange->route = answer->route;
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    ch_answer_free(answer);
    return result;
}

static ChRequest request_of(struct MHD_Connection *connection, const Exchange *exchange, const char *method)
{
    return (ChRequest){.method = method,
                       .path = exchange->path,
                       .lang = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang"),
                       .accept = header(connection, "Accept-Language"),
                       .type = header(connection, "Content-Type"),
                       .body = exchange->body->str,
                       .length = exchange->body->len};
}

static enum MHD_Result refuse(ChWeb *web, struct MHD_Connection *connection, Exchange *exchange,
                              const char *method, guint status, guint retry_after)
{
    ChRequest request = request_of(connection, exchange, method);
    ChAnswer *answer = ch_site_problem(web->site, &request, status);
    answer->retry_after = retry_after;
    /* Answered before the body was read: it must not be taken for the next request. */
    return give(connection, exchange, answer, exchange->has_body || status == 431 || status == 400);
}

/* --- Requests --- */

static const char *known_method(const char *method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", NULL};
    for (guint i = 0; known[i]; i++)
        if (strcmp(known[i], method) == 0)
            return known[i];
    return "other";
}

static enum MHD_Result keep_last(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    if (g_ascii_strcasecmp(name, "X-Forwarded-For") == 0)
        *(const char **)data = value;
    return MHD_YES;
}

static char *client_of(ChWeb *web, struct MHD_Connection *connection)
{
    const char *forwarded = NULL;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_last, &forwarded);
    return ch_client_address(ch_guest_peer(guest_of(connection)), forwarded,
                             (const char *const *)web->config->web.proxies);
}

static enum MHD_Result count_lengths(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind, (void)value;
    *(guint *)data +=
        g_ascii_strcasecmp(name, "Content-Length") == 0 || g_ascii_strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

/* What the header alone says against the request: a status, or 0. */
static guint fault_of(struct MHD_Connection *connection)
{
    /* A proxy in front may have believed another length than libmicrohttpd does, and where the next request
     * begins would be the sender's choice (RFC 9112 section 6.3). */
    guint lengths = 0;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_lengths, &lengths);
    if (lengths > 1)
        return 400;
    const char *length = header(connection, "Content-Length");
    if (MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size >
        CH_WEB_HEADER_BYTES)
        return 431;
    return length && g_ascii_strtoull(length, NULL, 10) > CH_WEB_BODY_BYTES ? 413 : 0;
}

static Exchange *exchange_new(ChWeb *web, struct MHD_Connection *connection, const char *path,
                              const char *method)
{
    Exchange *exchange = g_new0(Exchange, 1);
    const char *length = header(connection, "Content-Length");
    exchange->start = g_get_monotonic_time();
    exchange->path = g_strdup(path);
    exchange->client = client_of(web, connection);
    exchange->body = g_string_new(NULL);
    exchange->method = known_method(method);
    exchange->route = CH_ROUTE_OTHER;
    exchange->has_body = header(connection, "Transfer-Encoding") || (length && strcmp(length, "0") != 0);
    return exchange;
}

/* Called with the header, then with each piece of the body, then once without any. */
static enum MHD_Result handle(void *data, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload, size_t *length,
                              void **state)
{
    (void)version;
    ChWeb *web = data;
    Exchange *exchange = *state;
    if (!exchange) {
        *state = exchange = exchange_new(web, connection, path, method);
        guint wait = ch_rate_take(web->rate, exchange->client, exchange->start);
        if (wait)
            return refuse(web, connection, exchange, method, 429, wait);
        guint fault = fault_of(connection);
        return fault ? refuse(web, connection, exchange, method, fault, 0) : MHD_YES;
    }
    if (*length) {
        if (exchange->body->len + *length > CH_WEB_BODY_BYTES)
            return MHD_NO; /* chunked, and too much: the connection ends here */
        g_string_append_len(exchange->body, upload, (gssize)*length);
        *length = 0;
        return MHD_YES;
    }
    ChRequest request = request_of(connection, exchange, method);
    return give(connection, exchange, ch_site_answer(web->site, &request), FALSE);
}

static void completed(void *data, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    (void)code;
    ChWeb *web = data;
    Exchange *exchange = *state;
    gint64 now = g_get_monotonic_time();
    if (guest_of(connection))
        ch_guests_renew(web->guests, guest_of(connection), now);
    if (!exchange)
        return;
    g_autofree char *status = exchange->status ? g_strdup_printf("%u", exchange->status) : g_strdup("cut");
    g_autofree char *ms = g_strdup_printf("%" G_GINT64_FORMAT, (now - exchange->start) / 1000);
    /* Neither path nor query: the link's token is in them. */
    ch_log(CH_LOG_INFO, "web-request", "method", exchange->method, "route", ch_route_name(exchange->route),
           "status", status, "client", exchange->client, "ms", ms, NULL);
    g_string_free(exchange->body, TRUE);
    g_free(exchange->path);
    g_free(exchange->client);
    g_free(exchange);
    *state = NULL;
}

/* --- Start and end --- */

static gboolean start(ChWeb *web, GError **error)
{
    const ChWebConfig *config = &web->config->web;
    web->port = config->port;
    int fd = ch_listen(config->host, &web->port, error);
    if (fd < 0)
        return FALSE;
    /* No error log: libmicrohttpd's lines could hold what a client sent. */
    web->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, web, MHD_OPTION_LISTEN_SOCKET, fd,
                                   MHD_OPTION_CONNECTION_LIMIT, MAX(config->connections, 2),
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                                   MHD_OPTION_NOTIFY_COMPLETED, completed, web, MHD_OPTION_NOTIFY_CONNECTION,
                                   connected, web, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (web->daemon)
        return TRUE;
    close(fd);
    g_set_error(error, CH_ERROR, CH_ERROR_IO, "the HTTP server can't be started: %s", g_strerror(errno));
    return FALSE;
}

ChWeb *ch_web_new(const ChConfig *config, ChStore *store, GMainContext *context, GError **error)
{
    g_autoptr(ChWeb) web = g_new0(ChWeb, 1);
    web->config = config;
    web->site = ch_site_new(config, store, error);
    if (!web->site)
        return NULL;
    web->rate = ch_rate_new(config->web.requests, CLIENTS);
    web->guests =
        ch_guests_new(MAX(config->web.connections, 2), (gint64)config->web.timeout * G_USEC_PER_SEC);
    if (!start(web, error))
        return NULL;
    attach(web, context);
    return g_steal_pointer(&web);
}

void ch_web_free(ChWeb *web)
{
    if (!web)
        return;
    if (web->source) {
        g_source_destroy(web->source);
        g_source_unref(web->source);
    }
    if (web->daemon)
        MHD_stop_daemon(web->daemon);
    ch_guests_free(web->guests);
    ch_rate_free(web->rate);
    ch_site_free(web->site);
    g_free(web);
}

guint16 ch_web_port(const ChWeb *web)
{
    return web->port;
}
