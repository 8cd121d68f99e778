/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns what is known of a request into the tree of values that the templates show. Escaping is theirs
 * (compose/mustache.h). */
#include "web/view.h"

#include <string.h>

/* The words of a field stand beside each other, in this order. */
enum {
    VALUE,
    ASK,
    OPTIONAL,
    FAULT
};

static ChWord word_of(ChField field, guint which)
{
    static const ChWord first[CH_FIELDS] = {CH_WORD_NAME, CH_WORD_COMPANY, CH_WORD_TELEPHONE,
                                            CH_WORD_LANGUAGE};
    return first[field] + which;
}
G_STATIC_ASSERT(CH_WORD_NAME_ASK == CH_WORD_NAME + ASK);
G_STATIC_ASSERT(CH_WORD_NAME_OPTIONAL == CH_WORD_NAME + OPTIONAL);
G_STATIC_ASSERT(CH_WORD_NAME_MISSING == CH_WORD_NAME + FAULT + CH_FAULT_MISSING - 1);
G_STATIC_ASSERT(CH_WORD_NAME_BAD == CH_WORD_NAME + FAULT + CH_FAULT_BAD - 1);

static void flag(ChValue *map, ChWord word, gboolean set)
{
    if (set)
        ch_value_add(map, word, CH_VALUE_TRUE);
}

static void text(ChValue *map, ChWord word, const char *value)
{
    if (value && *value)
        ch_value_add_string(map, word, value);
}

/* pt_BR as HTML and HTTP say it (RFC 5646). */
static char *tag_of(const char *language)
{
    return g_strdelimit(g_strdup(language), "_", '-');
}

char *ch_view_link(const char *base, const char *token, const char *suffix, const char *chosen)
{
    g_autofree char *safe = g_uri_escape_string(token, NULL, FALSE);
    return g_strconcat(base, "/v/", safe, suffix, chosen ? "?lang=" : NULL, chosen, NULL);
}

static const char *known_of(const ChPage *page, ChField field)
{
    switch (field) {
    case CH_FIELD_NAME:
        return page->name;
    case CH_FIELD_COMPANY:
        return page->company;
    case CH_FIELD_TELEPHONE:
        return page->telephone;
    default:
        return page->language;
    }
}

static void add_choices(ChValue *root, const ChView *view, const char *current)
{
    ChValue *list = ch_value_add(root, CH_WORD_CHOICES, CH_VALUE_LIST);
    for (const char *const *language = view->for_mail; *language; language++) {
        ChValue *choice = ch_value_add(list, 0, CH_VALUE_MAP);
        ch_value_take_string(choice, CH_WORD_CODE, tag_of(*language));
        text(choice, CH_WORD_LABEL, ch_pages_label(view->pages, *language));
        flag(choice, CH_WORD_SELECTED, strcmp(*language, current) == 0);
    }
}

static void add_field(ChValue *root, const ChView *view, ChField field)
{
    const ChWebConfig *web = &view->config->web;
    if (!g_strv_contains((const char *const *)web->fields, ch_field_names[field]))
        return;
    const char *value = view->form ? view->form->values[field] : known_of(view->page, field);
    flag(root, word_of(field, ASK), TRUE);
    flag(root, word_of(field, OPTIONAL),
         !g_strv_contains((const char *const *)web->required, ch_field_names[field]));
    text(root, word_of(field, VALUE), value);
    if (view->form && view->form->faults[field] != CH_FAULT_NONE) {
        flag(root, word_of(field, FAULT + view->form->faults[field] - 1), TRUE);
        flag(root, CH_WORD_FAULTS, TRUE);
    }
    if (field == CH_FIELD_LANGUAGE)
        add_choices(root, view, value && *value ? value : view->language);
}

static void add_page(ChValue *root, const ChView *view)
{
    text(root, CH_WORD_ADDRESS, view->page->address);
    flag(root, CH_WORD_HELD_ONE, view->page->held == 1);
    flag(root, CH_WORD_HELD_MANY, view->page->held > 1);
    ch_value_take_string(root, CH_WORD_HELD, g_strdup_printf("%u", view->page->held));
    for (ChField field = 0; view->page->state == CH_PAGE_OPEN && field < CH_FIELDS; field++)
        add_field(root, view, field);
}

static void add_departments(ChValue *root, const ChView *view)
{
    ChValue *list = ch_value_add(root, CH_WORD_DEPARTMENTS, CH_VALUE_LIST);
    for (guint i = 0; i < view->config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(view->config->departments, i);
        ChValue *map = ch_value_add(list, 0, CH_VALUE_MAP);
        text(map, CH_WORD_TITLE, department->title);
        text(map, CH_WORD_ADDRESS, department->addresses[0]);
        g_autofree char *safe = g_uri_escape_string(department->addresses[0], "@", FALSE); /* RFC 6068 */
        ch_value_take_string(map, CH_WORD_MAILTO, g_strconcat("mailto:", safe, NULL));
    }
}

static void add_others(ChValue *root, const ChView *view)
{
    ChValue *list = ch_value_add(root, CH_WORD_OTHERS, CH_VALUE_LIST);
    for (const char *const *language = ch_pages_languages(view->pages); *language; language++) {
        if (strcmp(*language, view->language) == 0)
            continue;
        ChValue *other = ch_value_add(list, 0, CH_VALUE_MAP);
        ch_value_take_string(other, CH_WORD_CODE, tag_of(*language));
        text(other, CH_WORD_LABEL, ch_pages_label(view->pages, *language));
        ch_value_take_string(other, CH_WORD_URL,
                             g_strconcat(view->base, view->here, "?lang=", *language, NULL));
    }
}

static void add_problem(ChValue *root, guint status)
{
    static const struct {
        guint status;
        ChWord word;
    } problems[] = {
        {400, CH_WORD_MISMATCH}, {403, CH_WORD_MISMATCH}, {404, CH_WORD_NOT_FOUND},
        {405, CH_WORD_METHOD},   {413, CH_WORD_LARGE},    {415, CH_WORD_MISMATCH},
        {429, CH_WORD_MANY},     {431, CH_WORD_LARGE},    {503, CH_WORD_BUSY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(problems); i++)
        flag(root, problems[i].word, problems[i].status == status);
}

ChValue *ch_view_value(const ChView *view)
{
    ChValue *root = ch_value_new();
    ch_value_take_string(root, CH_WORD_LANG, tag_of(view->language));
    text(root, CH_WORD_BASE, view->base);
    text(root, CH_WORD_STYLE, view->style);
    text(root, CH_WORD_LOGO, view->logo);
    text(root, CH_WORD_DESK_NAME, view->config->desk_name);
    if (view->token) {
        text(root, CH_WORD_TOKEN, view->token);
        ch_value_take_string(root, CH_WORD_ACTION, ch_view_link(view->base, view->token, "", view->chosen));
        ch_value_take_string(root, CH_WORD_ACTION_AGAIN,
                             ch_view_link(view->base, view->token, "/again", view->chosen));
    }
    if (view->page)
        add_page(root, view);
    add_departments(root, view);
    add_others(root, view);
    add_problem(root, view->problem);
    return root;
}
