/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides what each request is answered, and does what a POST asks for. HTTP and its limits are in server.c,
 * what the pages say in etc/web. */
#include "web/site.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "web/assets.h"
#include "web/client.h"
#include "web/view.h"

#include <string.h>

#define BUSY_RETRY 30 /* seconds */

struct ChSite {
    const ChConfig *config;
    ChStore *store;
    ChPages *pages;
    char **for_mail; /* languages that mails are written in */
    ChAsset *style, *logo;
    char *style_url, *logo_url; /* logo_url NULL: none */
    char *base;                 /* the path of [web] url, "" or "/ajuda" */
};

/* One request on its way. */
typedef struct {
    ChSite *site;
    const ChRequest *request;
    ChRoute route;
    char *token;        /* NULL: none */
    const char *chosen; /* by ?lang=; NULL: none */
    ChPage *page;       /* what the link is; NULL: not looked up */
} Visit;

static void visit_clear(Visit *visit)
{
    g_free(visit->token);
    ch_page_free(visit->page);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visit, visit_clear)

/* Folder names below DIR that are languages of mails, sorted as the pages' are. */
static char **mail_languages(const char *dir)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autoptr(GDir) folder = g_dir_open(dir, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (*name != '.' && g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(found, g_strdup(name));
    }
    g_ptr_array_sort_with_data(found, (GCompareDataFunc)(void (*)(void))g_strcmp0, NULL);
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_steal(found, NULL);
}

static char *path_of(const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    const char *path = host ? strchr(host + 3, '/') : NULL;
    return g_strdup(path && path[1] ? path : "");
}

static gboolean load(ChSite *site, const ChConfig *config, GError **error)
{
    g_autofree char *templates = g_canonicalize_filename(config->template_dir, NULL);
    g_autofree char *beside = g_path_get_dirname(templates);
    g_autofree char *dir = g_build_filename(beside, "web", NULL);
    site->pages = ch_pages_load(dir, error);
    site->style = site->pages ? ch_asset_style(dir, config->web.colour, error) : NULL;
    if (!site->style)
        return FALSE;
    site->style_url = g_strconcat(site->base, "/style.css?v=", site->style->mark, NULL);
    if (!config->web.logo)
        return TRUE;
    site->logo = ch_asset_logo(config->web.logo, error);
    if (!site->logo)
        return FALSE;
    site->logo_url = g_strconcat(site->base, "/logo?v=", site->logo->mark, NULL);
    return TRUE;
}

ChSite *ch_site_new(const ChConfig *config, ChStore *store, GError **error)
{
    g_autoptr(ChSite) site = g_new0(ChSite, 1);
    site->config = config;
    site->store = store;
    site->base = path_of(config->web.url);
    site->for_mail = mail_languages(config->template_dir);
    return load(site, config, error) ? g_steal_pointer(&site) : NULL;
}

void ch_site_free(ChSite *site)
{
    if (!site)
        return;
    ch_pages_free(site->pages);
    ch_asset_free(site->style);
    ch_asset_free(site->logo);
    g_strfreev(site->for_mail);
    g_free(site->style_url);
    g_free(site->logo_url);
    g_free(site->base);
    g_free(site);
}

void ch_answer_free(ChAnswer *answer)
{
    if (!answer)
        return;
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_free(answer->language);
    g_free(answer->location);
    g_free(answer);
}

static ChAnswer *answer_new(const Visit *visit, guint status)
{
    ChAnswer *answer = g_new0(ChAnswer, 1);
    answer->status = status;
    answer->route = visit->route;
    return answer;
}

/* ?lang= outranks what the person once chose, that what the browser says, and that the desk's. */
static const char *language_of(const Visit *visit)
{
    const char *const *known = ch_pages_languages(visit->site->pages);
    const char *language = visit->chosen;
    if (!language && visit->page && *visit->page->language)
        language = ch_client_known_language(visit->page->language, known);
    if (!language)
        language = ch_client_language(visit->request->accept, known);
    if (!language && visit->site->config->desk_language)
        language = ch_client_known_language(visit->site->config->desk_language, known);
    return language ? language : known[0];
}

/* The page that this one is in another language: one that GET shows. */
static char *here_of(const Visit *visit)
{
    if (!visit->token)
        return g_strdup("/");
    return ch_view_link("", visit->token, visit->route == CH_ROUTE_DONE ? "/done" : "", NULL);
}

static ChAnswer *show(const Visit *visit, guint status, ChSheet name, const ChForm *form)
{
    ChSite *site = visit->site;
    g_autofree char *here = here_of(visit);
    ChView view = {.config = site->config,
                   .pages = site->pages,
                   .base = site->base,
                   .style = site->style_url,
                   .logo = site->logo_url,
                   .for_mail = (const char *const *)site->for_mail,
                   .language = language_of(visit),
                   .token = visit->token,
                   .chosen = visit->chosen,
                   .here = here,
                   .page = visit->page,
                   .form = form,
                   .problem = name == CH_SHEET_PROBLEM ? status : 0};
    g_autoptr(ChValue) value = ch_view_value(&view);
    g_autoptr(GError) error = NULL;
    ChAnswer *answer = answer_new(visit, status);
    GString *html = ch_pages_render(site->pages, view.language, name, value, &error);
    if (!html) { /* a template that writes without end: the page is not worth the desk's memory */
        ch_log_error("web-page-failed", error, NULL);
        answer->status = 503;
        return answer;
    }
    answer->body = g_string_free_to_bytes(html);
    answer->type = "text/html; charset=utf-8";
    answer->language = g_strdelimit(g_strdup(view.language), "_", '-');
    return answer;
}

static ChAnswer *problem(const Visit *visit, guint status)
{
    ChAnswer *answer = show(visit, status, CH_SHEET_PROBLEM, NULL);
    if (status == 405)
        answer->allow = ch_route_methods(visit->route);
    if (status == 503)
        answer->retry_after = BUSY_RETRY;
    return answer;
}

static ChAnswer *failed(const Visit *visit, const GError *error)
{
    ch_log_error("web-store-failed", error, "route", ch_route_name(visit->route), NULL);
    return problem(visit, 503);
}

static ChAnswer *redirect(const Visit *visit, const char *suffix)
{
    ChAnswer *answer = answer_new(visit, 303);
    answer->location = ch_view_link(visit->site->base, visit->token, suffix, visit->chosen);
    return answer;
}

static ChAnswer *asset(const Visit *visit, const ChAsset *of)
{
    if (!of)
        return problem(visit, 404);
    ChAnswer *answer = answer_new(visit, 200);
    answer->body = g_bytes_ref(of->bytes);
    answer->type = of->type;
    answer->policy = of->policy;
    answer->cacheable = answer->lasting = TRUE;
    return answer;
}

/* The same for a link that never was and for one that expired. */
static ChAnswer *show_link(const Visit *visit)
{
    switch (visit->page->state) {
    case CH_PAGE_OPEN:
        return show(visit, 200, CH_SHEET_FORM, NULL);
    case CH_PAGE_ANSWERED:
        return show(visit, 200, CH_SHEET_ALREADY, NULL);
    default:
        return show(visit, 410, CH_SHEET_INVALID, NULL);
    }
}

/* Confirms in one transaction (P4). */
static gboolean confirm(const Visit *visit, const ChForm *form, gboolean *first, GError **error)
{
    ChProfile profile = {form->values[CH_FIELD_NAME], form->values[CH_FIELD_COMPANY],
                         form->values[CH_FIELD_TELEPHONE], form->values[CH_FIELD_LANGUAGE]};
    ChStore *store = visit->site->store;
    if (!ch_store_begin(store, error))
        return FALSE;
    if (ch_store_page_confirm(store, visit->token, &profile, first, error) && ch_store_commit(store, error))
        return TRUE;
    ch_store_rollback(store);
    return FALSE;
}

/* Compares in a time that says nothing of where they differ. */
static gboolean same(const char *a, const char *b)
{
    char one[65], other[65];
    ch_sha256(a, strlen(a), one);
    ch_sha256(b, strlen(b), other);
    guint difference = 0;
    for (guint i = 0; i < 64; i++)
        difference |= (guint)(one[i] ^ other[i]);
    return difference == 0;
}

/* Perhaps with parameters, as "; charset=UTF-8". */
static gboolean is_form(const char *type)
{
    static const char wanted[] = "application/x-www-form-urlencoded";
    gsize length = sizeof wanted - 1;
    return type && g_ascii_strncasecmp(type, wanted, length) == 0 &&
           (!type[length] || strchr("; \t", type[length]));
}

static ChAnswer *take_form(const Visit *visit)
{
    const ChRequest *request = visit->request;
    const ChWebConfig *web = &visit->site->config->web;
    if (!is_form(request->type))
        return problem(visit, 415);
    g_autoptr(GError) error = NULL;
    g_autoptr(ChForm) form = ch_form_read(request->body, request->length);
    if (!same(form->token, visit->token))
        return problem(visit, 403);
    if (visit->page->state != CH_PAGE_OPEN)
        return visit->page->state == CH_PAGE_ANSWERED ? redirect(visit, "") : show_link(visit);
    if (!ch_form_check(form, (const char *const *)web->fields, (const char *const *)web->required,
                       (const char *const *)visit->site->for_mail))
        return show(visit, 422, CH_SHEET_FORM, form);
    gboolean first = FALSE;
    if (!confirm(visit, form, &first, &error))
        return failed(visit, error);
    return redirect(visit, first ? "/done" : "");
}

/* The timer is written whatever the link is, so that each answer has waited for one synced commit: the time
 * it takes tells nobody which links were ours. */
static gboolean ask_again(const Visit *visit, GError **error)
{
    ChStore *store = visit->site->store;
    if (!ch_store_begin(store, error))
        return FALSE;
    if (ch_store_page_again(store, visit->token, error) &&
        ch_store_timer_done(store, "page-again", ch_clock_now(), error) && ch_store_commit(store, error))
        return TRUE;
    ch_store_rollback(store);
    return FALSE;
}

static ChAnswer *again(const Visit *visit)
{
    g_autoptr(GError) error = NULL;
    return ask_again(visit, &error) ? show(visit, 200, CH_SHEET_AGAIN, NULL) : failed(visit, error);
}

static ChAnswer *answer_link(Visit *visit)
{
    gboolean post = strcmp(visit->request->method, "POST") == 0;
    if (visit->route == CH_ROUTE_AGAIN && !post)
        return redirect(visit, ""); /* somebody who opens the address of the answer once more */
    g_autoptr(GError) error = NULL;
    visit->page = ch_store_page(visit->site->store, visit->token, &error);
    if (!visit->page)
        return failed(visit, error);
    if (visit->route == CH_ROUTE_AGAIN)
        return again(visit);
    if (visit->route == CH_ROUTE_DONE)
        return visit->page->state == CH_PAGE_ANSWERED ? show(visit, 200, CH_SHEET_DONE, NULL)
                                                      : redirect(visit, "");
    return post ? take_form(visit) : show_link(visit);
}

static void enter(Visit *visit, ChSite *site, const ChRequest *request)
{
    visit->site = site;
    visit->request = request;
    visit->route = ch_route_of(request->path, site->base, &visit->token);
    visit->chosen =
        request->lang ? ch_client_known_language(request->lang, ch_pages_languages(site->pages)) : NULL;
}

ChAnswer *ch_site_answer(ChSite *site, const ChRequest *request)
{
    g_auto(Visit) visit = {0};
    enter(&visit, site, request);
    if (visit.route == CH_ROUTE_OTHER)
        return problem(&visit, 404);
    if (!ch_route_takes(visit.route, request->method))
        return problem(&visit, 405);
    switch (visit.route) {
    case CH_ROUTE_HOME:
        return show(&visit, 200, CH_SHEET_HOME, NULL);
    case CH_ROUTE_STYLE:
        return asset(&visit, site->style);
    case CH_ROUTE_LOGO:
        return asset(&visit, site->logo);
    default:
        return answer_link(&visit);
    }
}

ChAnswer *ch_site_problem(ChSite *site, const ChRequest *request, guint status)
{
    g_auto(Visit) visit = {0};
    enter(&visit, site, request);
    return problem(&visit, status);
}
