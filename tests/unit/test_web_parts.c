/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the page that need no server: colours that can be read, limits of clients, broken texts. */
#include "fixture.h"

#include "base/error.h"
#include "web/assets.h"
#include "web/client.h"
#include "web/colour.h"
#include "web/form.h"
#include "web/guests.h"
#include "web/pages.h"
#include "web/rate.h"
#include "web/route.h"

#include <string.h>

static ChColour property(const char *css, const char *name)
{
    g_autofree char *key = g_strconcat("--", name, ":", NULL);
    const char *found = strstr(css, key);
    g_assert_nonnull(found);
    g_autofree char *value = g_strndup(found + strlen(key), 7);
    ChColour colour;
    g_assert_true(ch_colour_parse(value, &colour));
    return colour;
}

/* Whatever colour a company has, both schemes can be read. */
static void test_every_colour(void)
{
    ChColour black = {0, 0, 0}, white = {255, 255, 255};
    g_assert_cmpfloat_with_epsilon(ch_colour_contrast(black, white), 21, 0.001);
    for (guint i = 0; i < 6 * 6 * 6; i++) {
        ChColour accent = {(guint8)(i % 6 * 51), (guint8)(i / 6 % 6 * 51), (guint8)(i / 36 * 51)};
        g_autofree char *css = ch_colour_css(accent);
        const char *schemes[] = {css, strstr(css, "@media")};
        for (guint s = 0; s < 2; s++) {
            ChColour page = property(schemes[s], "page"), card = property(schemes[s], "card");
            ChColour link = property(schemes[s], "link"), button = property(schemes[s], "button");
            g_assert_cmpfloat(ch_colour_contrast(link, page), >=, 4.5);
            g_assert_cmpfloat(ch_colour_contrast(link, card), >=, 4.5);
            g_assert_cmpfloat(ch_colour_contrast(property(schemes[s], "on-button"), button), >=, 4.5);
            g_assert_cmpfloat(ch_colour_contrast(property(schemes[s], "edge"), card), >=, 3);
        }
    }
}

static void test_colour_texts(void)
{
    static const char *const wrong[] = {"", "#", "blue", "#12345", "#1234567", "#12345g", "0b5fa5", NULL};
    ChColour colour;
    for (guint i = 0; wrong[i]; i++)
        g_assert_false(ch_colour_parse(wrong[i], &colour));
    g_assert_true(ch_colour_parse("#0b5FA5", &colour));
    g_assert_cmpuint(colour.green, ==, 0x5f);
}

static void test_rate(void)
{
    g_autoptr(ChRate) rate = ch_rate_new(60, 2);
    gint64 now = 5 * G_USEC_PER_SEC;
    for (guint i = 0; i < 60; i++)
        g_assert_cmpuint(ch_rate_take(rate, "192.0.2.1", now), ==, 0);
    g_assert_cmpuint(ch_rate_take(rate, "192.0.2.1", now), ==, 1);
    g_assert_cmpuint(ch_rate_take(rate, "::ffff:192.0.2.2", now), ==, 0);
    g_assert_cmpuint(ch_rate_take(rate, "192.0.2.1", now + G_USEC_PER_SEC), ==, 0);
    g_assert_cmpuint(ch_rate_take(rate, "192.0.2.1", now + G_USEC_PER_SEC), ==, 1);
    /* A third client takes the place of the one that was not heard of for longest. */
    g_assert_cmpuint(ch_rate_take(rate, "2001:db8::1", now + G_USEC_PER_SEC), ==, 0);
    g_assert_cmpuint(ch_rate_take(rate, "192.0.2.1", now + G_USEC_PER_SEC), ==, 1);
}

static void test_languages(void)
{
    static const char *const known[] = {"en", "pt_BR", NULL};
    static const struct {
        const char *accept, *language;
    } cases[] = {
        {NULL, NULL},
        {"", NULL},
        {"pt-BR", "pt_BR"},
        {"PT-br;q=0.3", "pt_BR"},
        {"pt", "pt_BR"},
        {"fr, en-US;q=0.2, pt;q=0.1", "en"},
        {"en;q=0, pt;q=0.001", "pt_BR"},
        {"en;q=9", NULL},
        {"e", NULL},
        {"*", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(ch_client_language(cases[i].accept, known), ==, cases[i].language);
}

static void test_logos(void)
{
    static const struct {
        const char *bytes;
        const char *type; /* NULL: refused */
    } cases[] = {
        {"\x89PNG\r\n\x1a\n....", "image/png"},
        {"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"},
        {"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "image/svg+xml"},
        {"<html><svg/></html>", NULL},
        {"GIF89a....", NULL},
        {"", NULL},
        {"<svg>\xff</svg>", NULL},
    };
    g_autofree char *folder = fixture_folder();
    g_autofree char *path = g_build_filename(folder, "logo", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(path, cases[i].bytes, -1, NULL));
        g_autoptr(ChAsset) logo = ch_asset_logo(path, &error);
        g_assert_cmpstr(logo ? logo->type : NULL, ==, cases[i].type);
        if (!logo)
            g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    }
    g_autoptr(GError) error = NULL;
    g_remove(path);
    g_assert_null(ch_asset_logo(path, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    fixture_remove(folder);
}

/* A language whose texts are not whole is an error at the start, and says where. */
static void test_broken_texts(void)
{
    static const struct {
        const char *file, *text, *error;
    } cases[] = {
        {"form.html", "line\n{{#nobody}}{{/nobody}}", "form.html:2:1"},
        {"form.html", "{{#name}}", "form.html:1:1"},
        {"form.html", "{{>_gone}}", "_gone"},
        {"done.html", NULL, "done.html:1:1"},
        {"language.txt", " \n", "language.txt:1:1"},
    };
    static const char *const files[] = {"home.html",    "form.html",  "done.html",    "already.html",
                                        "invalid.html", "again.html", "problem.html", "language.txt"};
    g_autofree char *folder = fixture_folder();
    g_autofree char *language = g_build_filename(folder, "en", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(g_mkdir(language, 0700), ==, 0);
        for (guint f = 0; f < G_N_ELEMENTS(files); f++) {
            g_autofree char *path = g_build_filename(language, files[f], NULL);
            const char *text = strcmp(files[f], cases[i].file) == 0 ? cases[i].text : "good";
            if (text)
                g_assert_true(g_file_set_contents(path, text, -1, NULL));
        }
        g_autoptr(GError) error = NULL;
        g_assert_null(ch_pages_load(folder, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
        g_assert_nonnull(strstr(error->message, cases[i].error));
        fixture_remove(language);
    }
    fixture_remove(folder);
}

/* Who shares a bucket: an IPv6 customer has a whole /64, an IPv4 one behind an IPv6 socket their own address.
 */
static void test_rate_clients(void)
{
    static const struct {
        const char *one, *other;
        gboolean same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", TRUE},
        {"192.0.2.1", "192.0.2.2", FALSE},
        {"2001:db8:1:2::1", "2001:db8:1:2:8000::1", TRUE},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", TRUE},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", FALSE},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.2", FALSE},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ChRate *rate = ch_rate_new(1, 10);
        g_assert_cmpuint(ch_rate_take(rate, cases[i].one, 0), ==, 0);
        g_assert_cmpint(ch_rate_take(rate, cases[i].other, 0) > 0, ==, cases[i].same);
        ch_rate_free(rate);
    }
    ChRate *rate = ch_rate_new(1, 2); /* the third makes the first forgotten */
    for (guint i = 0; i < 2; i++)
        for (guint k = 0; k < 3; k++)
            g_assert_cmpuint(ch_rate_take(rate, k == 0 ? "a" : k == 1 ? "b" : "c", 0), ==, 0);
    ch_rate_free(rate);
}

static void test_route(void)
{
    g_autofree char *longest = g_strnfill(128, 'a');
    g_autofree char *path = g_strconcat("/v/", longest, NULL), *longer = g_strconcat(path, "a", NULL);
    const struct {
        const char *path, *prefix;
        ChRoute route;
    } cases[] = {
        {"/mesa", "/mesa", CH_ROUTE_HOME},   {"/mesa/v/x", "/mesa", CH_ROUTE_FORM},
        {"/v/x", "/mesa", CH_ROUTE_FORM},    {"/mesax/v/x", "/mesa", CH_ROUTE_OTHER},
        {"/mesax", "/mesa", CH_ROUTE_OTHER}, {path, "", CH_ROUTE_FORM},
        {longer, "", CH_ROUTE_OTHER},        {"/v/", "", CH_ROUTE_OTHER},
        {"/v/x/", "", CH_ROUTE_OTHER},       {"/v/x/done", "", CH_ROUTE_DONE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *token = NULL;
        g_assert_cmpint(ch_route_of(cases[i].path, cases[i].prefix, &token), ==, cases[i].route);
    }
}

/* Values of the most characters, which may be many bytes, and of one more. */
static void test_longest(void)
{
    static const struct {
        ChField field;
        guint most;
        const char *character;
    } cases[] = {{CH_FIELD_NAME, 200, "\u00e7"}, {CH_FIELD_COMPANY, 200, "x"}, {CH_FIELD_TELEPHONE, 40, "1"}};
    static const char *const languages[] = {"en", NULL}, *const none[] = {NULL};
    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) body = g_string_new(NULL);
        g_string_printf(body, "%s=", ch_field_names[cases[i / 2].field]);
        for (guint k = 0; k < cases[i / 2].most + i % 2; k++)
            g_string_append(body, cases[i / 2].character);
        g_autoptr(ChForm) form = ch_form_read(body->str, body->len);
        g_assert_cmpint(ch_form_check(form, ch_field_names, none, languages), ==, i % 2 == 0);
        g_assert_cmpint(form->faults[cases[i / 2].field], ==, i % 2 ? CH_FAULT_LONG : CH_FAULT_NONE);
    }
}

/* A guest goes at the very moment that their time is over. */
static void test_guests(void)
{
    ChGuests *guests = ch_guests_new(5, 1000);
    ChGuest *guest = ch_guests_come(guests, -1, "192.0.2.1", 10);
    g_assert_cmpint(ch_guests_sweep(guests, 1009), ==, 1);
    ch_guests_renew(guests, guest, 20);
    g_assert_cmpint(ch_guests_sweep(guests, 1019), ==, 1);
    g_assert_cmpint(ch_guests_sweep(guests, 1020), ==, -1);
    ch_guests_renew(guests, guest, 30); /* too late */
    g_assert_cmpint(ch_guests_sweep(guests, 31), ==, -1);
    ch_guests_leave(guests, guest);
    ch_guests_free(guests);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/web parts/who shares a rate", test_rate_clients);
    g_test_add_func("/web parts/routes", test_route);
    g_test_add_func("/web parts/the longest values", test_longest);
    g_test_add_func("/web parts/guests", test_guests);
    g_test_add_func("/web parts/every colour can be read", test_every_colour);
    g_test_add_func("/web parts/colours as text", test_colour_texts);
    g_test_add_func("/web parts/rate", test_rate);
    g_test_add_func("/web parts/languages", test_languages);
    g_test_add_func("/web parts/logos", test_logos);
    g_test_add_func("/web parts/broken texts", test_broken_texts);
    return g_test_run();
}
