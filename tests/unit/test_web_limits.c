/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page under load and ill will (P13): what is too large, too slow, too often or not HTTP. That
 * memory stays flat is shown in tests/browser, by the release program. */
#include "web_client.h"

/* The page answers. */
static void assert_lives(const Site *site)
{
    g_autofree char *answer = site_get(site, "/v/" TOKEN_OPEN);
    g_assert_cmpuint(site_status(answer), ==, 200);
}

static char *raw(const Site *site, const char *bytes)
{
    int fd = site_connect(site);
    site_send(fd, bytes);
    shutdown(fd, SHUT_WR);
    return site_rest(fd);
}

static void test_bodies(void)
{
    g_autoptr(Site) site = site_new(NULL);
    /* Announced: refused before it comes, and the connection ends. */
    int fd = site_connect(site);
    site_send(fd, "POST /v/" TOKEN_OPEN " HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n");
    g_autofree char *refused = site_rest(fd);
    g_assert_cmpuint(site_status(refused), ==, 413);
    assert_has(refused, "Content-Security-Policy: ");
    /* Up to the limit it is read. */
    g_autofree char *filler = g_strnfill(16384 - 6, 'x');
    g_autofree char *largest = g_strconcat("other=", filler, NULL);
    g_autofree char *read = site_post(site, "/v/" TOKEN_OPEN, largest);
    g_assert_cmpuint(site_status(read), ==, 403);
    /* Chunked, it is cut off where it is too much. */
    fd = site_connect(site);
    site_send(fd, "POST /v/" TOKEN_OPEN " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    g_autofree char *chunk = g_strconcat("3ffa\r\n", largest, "\r\n", NULL);
    for (guint i = 0; i < 8; i++)
        if (send(fd, chunk, strlen(chunk), MSG_NOSIGNAL) < 0)
            break;
    g_autofree char *cut = site_rest(fd);
    g_assert_cmpuint(site_status(cut), !=, 200);
    assert_not(cut, "<form");
    assert_lives(site);
}

/* A body that is sent with GET must not be taken for the next request. */
static void test_no_smuggling(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.timeout=2s"));
    g_autofree char *answer = raw(site, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 39\r\n\r\n"
                                        "GET /v/" TOKEN_OPEN " HTTP/1.1\r\n"
                                        "Host: x\r\n\r\n");
    assert_not(answer, "ana@cliente.example");
    assert_lives(site);
}

/* Two lengths, or a length and chunks: one of them is a lie, and nothing after it is a request. */
static void test_two_lengths(void)
{
    static const char *const lengths[] = {"Content-Length: 3\r\nContent-Length: 30\r\n",
                                          "Content-Length: 0\r\nContent-Length: 0\r\n",
                                          "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"};
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *request = g_strconcat("POST /v/x HTTP/1.1\r\nHost: x\r\n", lengths[i],
                                               "\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", NULL);
        g_autofree char *answer = raw(site, request);
        g_assert_cmpuint(site_status(answer), ==, 400);
        assert_has(answer, "Content-Security-Policy: ");
        g_assert_null(strstr(answer + 1, "HTTP/1.1 "));
    }
    assert_lives(site);
}

static void test_headers(void)
{
    static const struct {
        gsize length;
        gboolean ours;
    } cases[] = {{9000, TRUE}, {60000, FALSE}}; /* past libmicrohttpd's own memory it answers by itself */
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *filler = g_strnfill(cases[i].length, 'x');
        g_autofree char *request = g_strconcat("GET / HTTP/1.1\r\nHost: x\r\nX: ", filler, "\r\n\r\n", NULL);
        int fd = site_connect(site);
        site_send(fd, request);
        g_autofree char *answer = site_rest(fd);
        if (cases[i].ours) {
            g_assert_cmpuint(site_status(answer), ==, 431);
            assert_has(answer, "Content-Security-Policy: ");
        } else {
            g_assert_true(!*answer || site_status(answer) == 431 || site_status(answer) == 413);
        }
    }
    assert_lives(site);
}

static void test_malformed(void)
{
    static const char *const cases[] = {
        "",
        "\r\n\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", /* no Host */
        "GET /%00%ff%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /v/%ff%fe%22%3e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET http://other.example/v/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nHeader without colon\r\n\r\n",
        "POST /v/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -1\r\n\r\n",
        "POST /v/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
        "99999999999999999999999999\r\n\r\n",
        "POST /v/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /v/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\nshort",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: ,,,;\r\nAccept-Language: "
        ";;q=,,;q=q=9\r\n\r\n",
        "GET /?lang=en&lang=%ff&=&&%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    };
    g_autoptr(Site) site = site_new(SETTINGS("web.timeout=1s")); /* for those that wait for more */
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = raw(site, cases[i]);
        g_assert_false(g_str_has_prefix(answer, "HTTP/1.1 5") && !strstr(answer, "HTTP/1.1 505"));
        assert_lives(site);
    }
}

static void test_rate(void)
{
    static const struct {
        const char *headers;
        guint status;
    } cases[] = {
        {NULL, 200},
        {NULL, 200},
        {NULL, 200},
        {NULL, 429},
        {"X-Forwarded-For: 192.0.2.7\r\n", 200},            /* another client */
        {"X-Forwarded-For: 192.0.2.9, 127.0.0.1\r\n", 429}, /* only the last one counts */
        {"X-Forwarded-For: nonsense\r\n", 429},
        {"X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 2001:db8::1\r\n", 200}, /* of several, the last */
        {"X-Forwarded-For: 2001:db8::2\r\n", 200},
        {"X-Forwarded-For: [2001:db8::3]\r\n", 200},
        {"X-Forwarded-For: 2001:db8::4\r\n", 429}, /* one customer has a /64 */
    };
    g_autoptr(Site) site = site_new(SETTINGS("web.requests=3"));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = site_ask_for(site, "GET", "/", cases[i].headers, NULL);
        g_assert_cmpuint(site_status(answer), ==, cases[i].status);
        if (cases[i].status == 429)
            assert_has(answer, "Retry-After: ");
    }
}

static void test_a_proxy_that_is_none(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.requests=2", "web.proxies=192.0.2.1"));
    for (guint i = 0; i < 3; i++) {
        g_autofree char *header = g_strdup_printf("X-Forwarded-For: 198.51.100.%u\r\n", i);
        g_autofree char *answer = site_ask_for(site, "GET", "/", header, NULL);
        g_assert_cmpuint(site_status(answer), ==, i < 2 ? 200 : 429);
    }
}

/* One byte now and then is no reason to wait for the rest: this test's patience is that of the client's own.
 */
static void test_slow_clients(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.timeout=1s"));
    int fd = site_connect(site);
    site_send(fd, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
    gint64 begin_at = g_get_monotonic_time(), until = begin_at + 20 * G_USEC_PER_SEC;
    GPollFD watched = {.fd = fd, .events = G_IO_IN};
    gboolean ended = FALSE;
    while (!ended && g_get_monotonic_time() < until) {
        ended = g_poll(&watched, 1, 100) > 0;
        if (!ended)
            (void)!send(fd, "x", 1, MSG_NOSIGNAL);
    }
    g_assert_true(ended);
    g_assert_cmpint(g_get_monotonic_time() - begin_at, >=, 900 * 1000);
    close(fd);
    assert_lives(site);
}

/* 200 that say nothing, and room for 20: the others are served all the while. */
static void test_many_slow_clients(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.connections=20", "web.timeout=600s"));
    int slow[200];
    for (guint i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = site_connect(site);
        site_send(slow[i], i % 2 ? "POST /v/" TOKEN_OPEN
                                   " HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nto"
                                 : "GE");
        if (i % 20 == 0)
            assert_lives(site);
    }
    assert_lives(site);
    for (guint i = 0; i < G_N_ELEMENTS(slow); i++)
        close(slow[i]);
    assert_lives(site);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/web limits/bodies", test_bodies);
    g_test_add_func("/web limits/no smuggling", test_no_smuggling);
    g_test_add_func("/web limits/two-lengthstwo-lengths", test_two_lengths);
    g_test_add_func("/web limits/headers", test_headers);
    g_test_add_func("/web limits/malformed", test_malformed);
    g_test_add_func("/web limits/rate", test_rate);
    g_test_add_func("/web limits/a proxy that is none", test_a_proxy_that_is_none);
    g_test_add_func("/web limits/a slow client", test_slow_clients);
    g_test_add_func("/web limits/many slow clients", test_many_slow_clients);
    return g_test_run();
}
