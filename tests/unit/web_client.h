/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk with its page in this process, served by a thread, and a client of plain sockets. */
#pragma once

#include "store_test.h"

#include "web/server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* As ch_page_token_new makes them. */
#define TOKEN_OPEN     "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOKEN_EXPIRED  "bbbbbbbbbbbbbbbbbbbbbbbbbb"
#define TOKEN_UNKNOWN  "cccccccccccccccccccccccccc"
#define TOKEN_ANSWERED "dddddddddddddddddddddddddd"

typedef struct {
    char *folder;
    ChConfig *config;
    ChStore *store;
    ChWeb *web;
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
} Site;

static inline void site_ask(ChStore *store, const char *token, const char *address, gint64 expires)
{
    GError *error = NULL;
    ChAsked asked = {.kind = CH_QUESTION_REGISTER, .address = address, .token = token, .expires_at = expires};
    gint64 id;
    ch_store_ask(store, &asked, &id, &error);
    g_assert_no_error(error);
}

static inline void site_fill(ChStore *store)
{
    GError *error = NULL;
    gboolean first;
    ChProfile nothing = {"Rui", NULL, NULL, NULL};
    gint64 now = ch_clock_now();
    begin(store);
    site_ask(store, TOKEN_OPEN, "ana@cliente.example", now + 3600);
    site_ask(store, TOKEN_EXPIRED, "velha@cliente.example", now - 60);
    site_ask(store, TOKEN_ANSWERED, "rui@cliente.example", now + 3600);
    ch_store_page_confirm(store, TOKEN_ANSWERED, &nothing, &first, &error);
    g_assert_no_error(error);
    commit(store);
}

static inline gpointer site_serve(gpointer data)
{
    g_main_loop_run(((Site *)data)->loop);
    return NULL;
}

/* A new desk; SETTINGS as `-o` has them, NULL-terminated (NULL: none). */
static inline Site *site_new(const char *const *settings)
{
    GError *error = NULL;
    Site *site = g_new0(Site, 1);
    site->folder = fixture_folder();
    g_autofree char *path = g_build_filename(site->folder, "chamado.conf", NULL);
    g_autofree char *text = g_strdup_printf("%s[paths]\nstate = %s\ntemplates = etc/templates\n[web]\n"
                                            "url = https://ajuda.desk.example\nrequests = 100000\n",
                                            fixture_config, site->folder);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    site->config = ch_config_load(path, settings, &error);
    g_assert_no_error(error);
    g_free(site->config->template_dir);
    site->config->template_dir = g_canonicalize_filename("etc/templates", NULL);
    site->config->web.port = 0;
    site->store = open_store(site->folder);
    site_fill(site->store);
    g_assert_cmpint(
        store_sql(site->folder,
                  "INSERT INTO person (id, name, created_at, account) VALUES (70, '', 0, 'pending');"
                  "INSERT INTO address VALUES ('velha@cliente.example', 70, 0)"),
        ==, 0);
    site->context = g_main_context_new();
    site->web = ch_web_new(site->config, site->store, site->context, &error);
    g_assert_no_error(error);
    site->loop = g_main_loop_new(site->context, FALSE);
    site->thread = g_thread_new("web", site_serve, site);
    return site;
}

/* Ends the thread: the store may be looked at afterwards. */
static inline void site_stop(Site *site)
{
    if (!site->thread)
        return;
    g_main_loop_quit(site->loop);
    g_thread_join(g_steal_pointer(&site->thread));
    g_clear_pointer(&site->web, ch_web_free);
}

static inline void site_free(Site *site)
{
    site_stop(site);
    g_main_loop_unref(site->loop);
    g_main_context_unref(site->context);
    ch_store_free(site->store);
    ch_config_free(site->config);
    fixture_remove(site->folder);
    g_free(site->folder);
    g_free(site);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

static inline int site_connect(const Site *site)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = g_htons(ch_web_port(site->web)),
                             .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 30};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&to, sizeof to), ==, 0);
    return fd;
}

static inline void site_send(int fd, const char *bytes)
{
    gsize length = strlen(bytes);
    g_assert_cmpint(send(fd, bytes, length, MSG_NOSIGNAL), ==, (gssize)length);
}

/* Everything until the other side ends, and the end of FD. */
static inline char *site_rest(int fd)
{
    GString *all = g_string_new(NULL);
    char buffer[4096];
    gssize length;
    while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0)
        g_string_append_len(all, buffer, length);
    g_assert_false(length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)); /* it was not cut off */
    close(fd);
    return g_string_free(all, FALSE);
}

/* One request on a connection of its own; HEADERS (NULL: none) are whole lines. Free with g_free. */
static inline char *site_ask_for(const Site *site, const char *method, const char *path, const char *headers,
                                 const char *body)
{
    int fd = site_connect(site);
    g_autofree char *length =
        body ? g_strdup_printf("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                               strlen(body))
             : NULL;
    g_autofree char *request = g_strconcat(method, " ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
                                           headers ? headers : "", length ? length : "", "\r\n", body, NULL);
    site_send(fd, request);
    return site_rest(fd);
}

static inline char *site_get(const Site *site, const char *path)
{
    return site_ask_for(site, "GET", path, NULL, NULL);
}

static inline char *site_post(const Site *site, const char *path, const char *body)
{
    return site_ask_for(site, "POST", path, NULL, body);
}

static inline guint site_status(const char *answer)
{
    return g_str_has_prefix(answer, "HTTP/1.1 ") ? (guint)g_ascii_strtoull(answer + 9, NULL, 10) : 0;
}

#define assert_has(text, piece)                                                                              \
    do {                                                                                                     \
        if (!strstr(text, piece))                                                                            \
            g_error("no '%s' in: %s", piece, text);                                                          \
    } while (0)
#define assert_not(text, piece) g_assert_null(strstr(text, piece))

#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})
