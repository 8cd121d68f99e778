/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers of ordered lists, as digits, letters or Roman numerals: people write "see item b". Which items
 * there are, and their order, is html.c's business.
 */
#include "parse/html_private.h"

#include <string.h>

/* Beyond these nobody counts in letters or Roman numerals. */
#define LETTERS_MAX 26
#define ROMAN_MAX   3999

/* The letter that the type attribute of HTML has for it: 1, a, A, i or I; 0 where none is named. */
static char type_of(const GumboElement *element)
{
    static const struct {
        const char *name;
        char type;
    } names[] = {{"lower-alpha", 'a'}, {"lower-latin", 'a'}, {"upper-alpha", 'A'}, {"upper-latin", 'A'},
                 {"lower-roman", 'i'}, {"upper-roman", 'I'}, {"decimal", '1'}};
    const char *style = ch_html_attribute(element, "style");
    const char *named = style ? strcasestr(style, "list-style") : NULL;
    gsize length = named ? strcspn(named, ";") : 0;
    for (guint i = 0; named && i < G_N_ELEMENTS(names); i++) {
        const char *found = strcasestr(named, names[i].name);
        if (found && found < named + length)
            return names[i].type;
    }
    const char *type = ch_html_attribute(element, "type");
    return type && type[0] && !type[1] && strchr("1aAiI", type[0]) ? type[0] : '\0';
}

static void write_roman(GString *out, guint number)
{
    static const struct {
        guint value;
        const char *text;
    } parts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
                 {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        for (; number >= parts[i].value; number -= parts[i].value)
            g_string_append(out, parts[i].text);
}

void ch_html_write_number(GString *out, const GumboElement *list, const GumboElement *item, guint number)
{
    char type = type_of(item);
    if (!type)
        type = type_of(list);
    gsize start = out->len;
    if (g_ascii_tolower(type) == 'a' && number >= 1 && number <= LETTERS_MAX)
        g_string_append_c(out, (char)('a' + number - 1));
    else if (g_ascii_tolower(type) == 'i' && number >= 1 && number <= ROMAN_MAX)
        write_roman(out, number);
    else
        g_string_append_printf(out, "%u", number);
    if (g_ascii_isupper(type))
        for (char *at = out->str + start; *at; at++)
            *at = g_ascii_toupper(*at);
    g_string_append(out, ". ");
}
