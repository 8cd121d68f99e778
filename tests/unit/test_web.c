/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page over real sockets: what each link shows, what a POST does, what nothing does, and its limits. */
#include "web_client.h"

#define FORM(token, rest) "token=" token "&" rest
#define GOOD              "name=Ana+Souza&company=Padaria+S%C3%A3o+Jo%C3%A3o&telephone=%2B55+(11)+4002-8922&language=en"

/* One value of the desk's database, behind the store's back. */
static char *look(const Site *site, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    g_autofree char *path = g_build_filename(site->folder, "desk.db", NULL);
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    char *value = sqlite3_step(statement) == SQLITE_ROW
                      ? g_strdup((const char *)sqlite3_column_text(statement, 0))
                      : NULL;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void test_links(void)
{
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *open = site_get(site, "/v/" TOKEN_OPEN);
    g_assert_cmpuint(site_status(open), ==, 200);
    assert_has(open, "ana@cliente.example");
    assert_has(open, "name=\"token\" value=\"" TOKEN_OPEN "\"");
    assert_has(open, "action=\"/v/" TOKEN_OPEN "\"");
    g_autofree char *answered = site_get(site, "/v/" TOKEN_ANSWERED);
    g_assert_cmpuint(site_status(answered), ==, 200);
    assert_has(answered, "Já está confirmado");
    assert_has(answered, "mailto:suporte@desk.example");
    assert_not(answered, "<form");
    g_autofree char *home = site_get(site, "/");
    g_assert_cmpuint(site_status(home), ==, 200);
    assert_not(home, "<form");
    g_autofree char *done = site_get(site, "/v/" TOKEN_OPEN "/done");
    g_assert_cmpuint(site_status(done), ==, 303);
    assert_has(done, "Location: /v/" TOKEN_OPEN "\r\n");
    g_autofree char *nothing = site_get(site, "/v/");
    g_assert_cmpuint(site_status(nothing), ==, 404);
    g_autofree char *logo = site_get(site, "/logo");
    g_assert_cmpuint(site_status(logo), ==, 404);
}

/* TEXT from its body on, its TOKEN taken out. */
static char *without(const char *text, const char *token)
{
    const char *body = strstr(text, "\r\n\r\n");
    g_assert_nonnull(body);
    g_auto(GStrv) pieces = g_strsplit(body, token, -1);
    return g_strjoinv("", pieces);
}

static void test_wrong_is_as_expired(void)
{
    static const struct {
        const char *method, *path, *body;
        guint status;
    } cases[] = {
        {"GET", "/v/%s", NULL, 410},
        {"POST", "/v/%s", "token=%s&name=Ana", 410},
        {"POST", "/v/%s/again", "", 200},
        {"GET", "/v/%s/done", NULL, 303},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *tokens[] = {TOKEN_EXPIRED, TOKEN_UNKNOWN};
        char *bodies[2];
        for (guint t = 0; t < 2; t++) {
            g_auto(GStrv) path = g_strsplit(cases[i].path, "%s", -1);
            g_auto(GStrv) body = g_strsplit(cases[i].body ? cases[i].body : "", "%s", -1);
            g_autofree char *full_path = g_strjoinv(tokens[t], path);
            g_autofree char *full_body = g_strjoinv(tokens[t], body);
            g_autofree char *answer =
                site_ask_for(site, cases[i].method, full_path, NULL, cases[i].body ? full_body : NULL);
            g_assert_cmpuint(site_status(answer), ==, cases[i].status);
            bodies[t] = without(answer, tokens[t]);
        }
        g_assert_cmpstr(bodies[0], ==, bodies[1]);
        g_free(bodies[0]);
        g_free(bodies[1]);
    }
    g_autofree char *asked = look(site, "SELECT group_concat(address) FROM question WHERE again = 1");
    g_assert_cmpstr(asked, ==, "velha@cliente.example");
}

static void test_headers(void)
{
    static const struct {
        const char *method, *path;
        guint status;
    } cases[] = {
        {"GET", "/", 200},     {"HEAD", "/", 200}, {"GET", "/v/" TOKEN_OPEN, 200}, {"GET", "/v/x", 410},
        {"GET", "/none", 404}, {"PUT", "/", 405},  {"GET", "/style.css", 200},     {"GET", "/v/x/done", 303},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = site_ask_for(site, cases[i].method, cases[i].path, NULL, NULL);
        g_assert_cmpuint(site_status(answer), ==, cases[i].status);
        assert_has(answer,
                   "\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
                   "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n");
        assert_has(answer, "\r\nReferrer-Policy: no-referrer\r\n");
        assert_has(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
        assert_has(answer, "\r\nX-Frame-Options: DENY\r\n");
        assert_has(answer, strcmp(cases[i].path, "/style.css") == 0 ? "Cache-Control: public, max-age="
                                                                    : "\r\nCache-Control: no-store\r\n");
        assert_not(answer, "\r\nServer:");
        assert_not(answer, "<script");
        if (cases[i].status == 200 && strcmp(cases[i].path, "/style.css") != 0)
            assert_has(answer, "\r\nContent-Language: pt-BR\r\n");
        if (strcmp(cases[i].method, "HEAD") == 0)
            g_assert_true(g_str_has_suffix(answer, "\r\n\r\n"));
    }
}

/* P11: a scanner opens everything ten times; then a person presses the button. */
static void test_looking_changes_nothing(void)
{
    static const char *const paths[] = {"/", "/v/" TOKEN_OPEN, "/v/" TOKEN_OPEN "/done",
                                        "/v/" TOKEN_OPEN "/again", "/v/" TOKEN_EXPIRED "/again"};
    static const char everything[] = "SELECT group_concat(address || coalesce(answer, '-') || again || "
                                     "coalesce(name, '')) || (SELECT count(*) FROM timer) FROM question";
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *before = look(site, everything);
    for (guint i = 0; i < 10 * G_N_ELEMENTS(paths); i++) {
        g_autofree char *get = site_get(site, paths[i % G_N_ELEMENTS(paths)]);
        g_autofree char *head = site_ask_for(site, "HEAD", paths[i % G_N_ELEMENTS(paths)], NULL, NULL);
        g_assert_cmpuint(site_status(get), ==, site_status(head));
        g_assert_cmpuint(site_status(get), <, 400);
    }
    g_autofree char *after = look(site, everything);
    g_assert_cmpstr(before, ==, after);
    g_autofree char *post = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, GOOD));
    g_assert_cmpuint(site_status(post), ==, 303);
    assert_has(post, "Location: /v/" TOKEN_OPEN "/done\r\n");
}

static void test_confirm(void)
{
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *post = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, GOOD));
    g_assert_cmpuint(site_status(post), ==, 303);
    g_autofree char *kept =
        look(site, "SELECT answer || '|' || answered_by || '|' || name || '|' || company || '|' "
                   "|| telephone || '|' || language FROM question WHERE address LIKE 'ana@%'");
    g_assert_cmpstr(kept, ==, "yes|page|Ana Souza|Padaria São João|+55 (11) 4002-8922|en");
    g_autofree char *done = site_get(site, "/v/" TOKEN_OPEN "/done");
    g_assert_cmpuint(site_status(done), ==, 200);
    assert_has(done, "mailto:sales@desk.example");
    /* A second tab, or a second press. */
    g_autofree char *second = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "name=Outra"));
    g_assert_cmpuint(site_status(second), ==, 303);
    assert_has(second, "Location: /v/" TOKEN_OPEN "\r\n");
    g_autofree char *already = site_get(site, "/v/" TOKEN_OPEN);
    assert_has(already, "confirm");
    assert_not(already, "<form");
    g_autofree char *still = look(site, "SELECT name FROM question WHERE address LIKE 'ana@%'");
    g_assert_cmpstr(still, ==, "Ana Souza");
}

static void test_faults(void)
{
    g_autofree char *long_name = g_strnfill(201, 'x');
    g_autofree char *too_long = g_strconcat("name=", long_name, NULL);
    g_autofree char *immense_name = g_strnfill(15000, '<');
    g_autofree char *immense = g_strconcat("name=", immense_name, NULL);
    const struct {
        const char *body, *field, *kept;
    } cases[] = {
        {"name=+&company=ACME", "name", "value=\"ACME\""},
        {"company=ACME", "name", "value=\"ACME\""},
        {too_long, "name", "xxxxxxxx"},
        {immense, "name", "&lt;&lt;"},
        {"name=Ana%0d%0aBcc:x", "name", "Ana"},
        {"name=Ana%00", "name", "Ana"},
        {"name=%FF%FE", "name", "\xef\xbf\xbd"},
        {"name=%E2%80%AEanA", "name", "anA"},
        {"name=Ana&telephone=ligue+j%C3%A1", "telephone", "ligue já"},
        {"name=Ana&telephone=--", "telephone", "value=\"--\""},
        {"name=Ana&telephone=00000000000000000000000000000000000000000", "telephone", "0000"},
        {"name=Ana&language=xx", "language", "Ana"},
        {"name=%3Cscript%3E&language=../en", "language", "&lt;script&gt;"},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strconcat("token=" TOKEN_OPEN "&", cases[i].body, NULL);
        g_autofree char *fault = g_strconcat("id=\"", cases[i].field, "-fault\"", NULL);
        g_autofree char *link = g_strconcat("<a href=\"#", cases[i].field, "\">", NULL);
        g_autofree char *answer = site_post(site, "/v/" TOKEN_OPEN, body);
        g_assert_cmpuint(site_status(answer), ==, 422);
        assert_has(answer, fault);
        assert_has(answer, link);
        assert_has(answer, cases[i].kept);
        assert_not(answer, "<script");
    }
    g_autofree char *state =
        look(site, "SELECT coalesce(answer, '-') FROM question WHERE address LIKE 'ana@%'");
    g_assert_cmpstr(state, ==, "-");
}

static void test_fields_of_the_configuration(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.fields=name, company", "web.required=company"));
    g_autofree char *form = site_get(site, "/v/" TOKEN_OPEN);
    assert_not(form, "name=\"telephone\"");
    assert_not(form, "name=\"language\"");
    g_autofree char *missing = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "name=Ana"));
    g_assert_cmpuint(site_status(missing), ==, 422);
    assert_has(missing, "id=\"company-fault\"");
    /* What is not asked is not taken either. */
    g_autofree char *good =
        site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "company=ACME&telephone=1&language=en"));
    g_assert_cmpuint(site_status(good), ==, 303);
    g_autofree char *kept =
        look(site, "SELECT company || telephone || language FROM question WHERE address LIKE 'ana@%'");
    g_assert_cmpstr(kept, ==, "ACME");
}

/* A link that never was costs a synced commit too: the time of the answer tells nothing. */
static void test_again_costs_alike(void)
{
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *answer = site_post(site, "/v/" TOKEN_UNKNOWN "/again", "");
    g_assert_cmpuint(site_status(answer), ==, 200);
    g_autofree char *written = look(site, "SELECT count(*) FROM timer WHERE name = 'page-again'");
    g_assert_cmpstr(written, ==, "1");
}

static void test_forged_posts(void)
{
    static const struct {
        const char *body, *headers;
        guint status;
    } cases[] = {
        {GOOD, NULL, 403},
        {FORM(TOKEN_EXPIRED, GOOD), NULL, 403},
        {FORM("AAAAAAAAAAAAAAAAAAAAAAAAAA", GOOD), NULL, 403},
        {"", NULL, 403},
        {"%=&&=&token", NULL, 403},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer =
            site_ask_for(site, "POST", "/v/" TOKEN_OPEN, cases[i].headers, cases[i].body);
        g_assert_cmpuint(site_status(answer), ==, cases[i].status);
    }
    static const struct {
        const char *type;
        guint status; /* 403: it is read, and has no token */
    } types[] = {
        {"text/plain", 415},
        {"application/x-www-form-urlencodedly", 415},
        {"application/x-www-form", 415},
        {"Application/X-WWW-Form-Urlencoded; charset=UTF-8", 403},
    };
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autofree char *headers =
            g_strdup_printf("Content-Type: %s\r\nContent-Length: 4\r\n\r\nname", types[i].type);
        g_autofree char *answer = site_ask_for(site, "POST", "/v/" TOKEN_OPEN, headers, NULL);
        g_assert_cmpuint(site_status(answer), ==, types[i].status);
    }
    g_autofree char *state =
        look(site, "SELECT coalesce(answer, '-') FROM question WHERE address LIKE 'ana@%'");
    g_assert_cmpstr(state, ==, "-");
}

static void test_methods(void)
{
    static const struct {
        const char *method, *path;
        guint status;
        const char *allow;
    } cases[] = {
        {"POST", "/", 405, "Allow: GET, HEAD\r\n"},
        {"PUT", "/v/" TOKEN_OPEN, 405, "Allow: GET, HEAD, POST\r\n"},
        {"DELETE", "/v/" TOKEN_OPEN, 405, "Allow: GET, HEAD, POST\r\n"},
        {"OPTIONS", "/style.css", 405, "Allow: GET, HEAD\r\n"},
        {"POST", "/v/" TOKEN_OPEN "/done", 405, "Allow: GET, HEAD\r\n"},
        {"POST", "/none", 404, NULL},
        {"GET", "/v/" TOKEN_OPEN "/more", 404, NULL},
        {"GET", "/V/" TOKEN_OPEN, 404, NULL},
        {"GET", "/v/" TOKEN_OPEN "/done/", 404, NULL},
        {"GET", "/style.css/", 404, NULL},
        {"GET", "/v/..%2f..%2fetc", 404, NULL},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = site_ask_for(site, cases[i].method, cases[i].path, NULL, NULL);
        g_assert_cmpuint(site_status(answer), ==, cases[i].status);
        if (cases[i].allow)
            assert_has(answer, cases[i].allow);
    }
}

static void test_language(void)
{
    static const struct {
        const char *path, *headers, *language;
    } cases[] = {
        {"/", NULL, "pt-BR"},
        {"/", "Accept-Language: en-GB,en;q=0.9,pt;q=0.1\r\n", "en"},
        {"/", "Accept-Language: de, pt-PT;q=0.5, en;q=0.4\r\n", "pt-BR"},
        {"/", "Accept-Language: de, *;q=0\r\n", "pt-BR"},
        {"/?lang=en", NULL, "en"},
        {"/?lang=pt_BR", "Accept-Language: en\r\n", "pt-BR"},
        {"/?lang=xx", "Accept-Language: en\r\n", "en"},
        {"/?lang=", NULL, "pt-BR"},
    };
    g_autoptr(Site) site = site_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = site_ask_for(site, "GET", cases[i].path, cases[i].headers, NULL);
        g_autofree char *header = g_strconcat("Content-Language: ", cases[i].language, "\r\n", NULL);
        g_autofree char *root = g_strconcat("<html lang=\"", cases[i].language, "\">", NULL);
        assert_has(answer, header);
        assert_has(answer, root);
    }
    /* Once switched, it stays so through the form. */
    g_autofree char *form = site_get(site, "/v/" TOKEN_OPEN "?lang=en");
    assert_has(form, "href=\"/v/" TOKEN_OPEN "?lang=pt_BR\"");
    assert_has(form, "action=\"/v/" TOKEN_OPEN "?lang=en\"");
    g_autofree char *post = site_post(site, "/v/" TOKEN_OPEN "?lang=en", FORM(TOKEN_OPEN, "name=Ana"));
    assert_has(post, "Location: /v/" TOKEN_OPEN "/done?lang=en\r\n");
}

static void test_base(void)
{
    g_autoptr(Site) site = site_new(SETTINGS("web.url=https://desk.example/ajuda"));
    g_autofree char *stripped = site_get(site, "/v/" TOKEN_OPEN);
    assert_has(stripped, "action=\"/ajuda/v/" TOKEN_OPEN "\"");
    assert_has(stripped, "href=\"/ajuda/style.css");
    g_autofree char *whole = site_get(site, "/ajuda/v/" TOKEN_OPEN);
    g_assert_cmpuint(site_status(whole), ==, 200);
    g_autofree char *post = site_post(site, "/ajuda/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "name=Ana"));
    assert_has(post, "Location: /ajuda/v/" TOKEN_OPEN "/done\r\n");
}

static void test_again_fails_alike(void)
{
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *open = site_post(site, "/v/" TOKEN_OPEN "/again", "");
    g_autofree char *answered = site_post(site, "/v/" TOKEN_ANSWERED "/again", "");
    g_autofree char *unknown = site_post(site, "/v/" TOKEN_UNKNOWN "/again", "");
    g_assert_cmpuint(site_status(open), ==, 200);
    g_autofree char *one = without(open, TOKEN_OPEN);
    g_autofree char *two = without(answered, TOKEN_ANSWERED);
    g_autofree char *three = without(unknown, TOKEN_UNKNOWN);
    g_assert_cmpstr(one, ==, two);
    g_assert_cmpstr(one, ==, three);
    g_autofree char *asked = look(site, "SELECT count(*) FROM question WHERE again = 1");
    g_assert_cmpstr(asked, ==, "0");
}

static void test_a_store_that_fails(void)
{
    g_autoptr(Site) site = site_new(NULL);
    g_autofree char *nothing = look(site, "ALTER TABLE question RENAME TO gone");
    g_assert_null(nothing);
    g_autofree char *get = site_get(site, "/v/" TOKEN_OPEN);
    g_assert_cmpuint(site_status(get), ==, 503);
    assert_has(get, "Retry-After: ");
    assert_has(get, "Nada se perdeu");
    assert_not(get, "question");
    g_autofree char *back = look(site, "ALTER TABLE gone RENAME TO question");
    g_assert_null(back);
    g_autofree char *good = site_get(site, "/v/" TOKEN_OPEN);
    g_assert_cmpuint(site_status(good), ==, 200);
}

/* Whatever was done, no token, value or query in the log. */
static void test_log(void)
{
    g_autofree char *log = NULL;
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "chamado-web-log-XXXXXX", NULL);
    int file = g_mkstemp(path), before = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    {
        g_autoptr(Site) site = site_new(NULL);
        g_autofree char *form = site_get(site, "/v/" TOKEN_OPEN "?lang=en&q=fragespiel");
        g_autofree char *fault = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "telephone=Fritz"));
        g_autofree char *good = site_post(site, "/v/" TOKEN_OPEN, FORM(TOKEN_OPEN, "name=Fritz"));
        g_autofree char *done = site_get(site, "/v/" TOKEN_OPEN "/done");
        g_autofree char *other = site_get(site, "/x/" TOKEN_OPEN);
        g_autofree char *again = site_post(site, "/v/" TOKEN_EXPIRED "/again", "");
        g_autofree char *gone = look(site, "ALTER TABLE question RENAME TO gone");
        g_autofree char *failed = site_get(site, "/v/" TOKEN_OPEN);
        g_assert_cmpuint(site_status(failed), ==, 503);
    }
    dup2(before, STDERR_FILENO);
    close(before);
    close(file);
    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    g_remove(path);
    g_free(g_steal_pointer(&path));
    assert_has(log, "method=GET route=form status=200 client=127.0.0.1 ms=");
    assert_has(log, "method=POST route=form status=422");
    assert_has(log, "route=done status=200");
    assert_has(log, "route=other status=404");
    assert_has(log, "route=again status=200");
    assert_has(log, "web-store-failed");
    assert_not(log, "aaaaaa");
    assert_not(log, "bbbbbb");
    assert_not(log, "Fritz");
    assert_not(log, "fragespiel");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/web/links", test_links);
    g_test_add_func("/web/a wrong link is as an expired one", test_wrong_is_as_expired);
    g_test_add_func("/web/headers", test_headers);
    g_test_add_func("/web/looking changes nothing", test_looking_changes_nothing);
    g_test_add_func("/web/confirm", test_confirm);
    g_test_add_func("/web/faults", test_faults);
    g_test_add_func("/web/fields of the configuration", test_fields_of_the_configuration);
    g_test_add_func("/web/forged posts", test_forged_posts);
    g_test_add_func("/web/methods", test_methods);
    g_test_add_func("/web/language", test_language);
    g_test_add_func("/web/base", test_base);
    g_test_add_func("/web/again", test_again_fails_alike);
    g_test_add_func("/web/again-costs-alike", test_again_costs_alike);
    g_test_add_func("/web/a store that fails", test_a_store_that_fails);
    g_test_add_func("/web/log", test_log);
    return g_test_run();
}
