/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows a person's plain text as safe HTML. Nothing of the text becomes markup but links to http and https.
 */
#include "compose/text.h"

#include <string.h>

#define PARAGRAPH "<p style=\"margin:0 0 1em\">"

static void append_char(GString *html, char c)
{
    switch (c) {
    case '&':
        g_string_append(html, "&amp;");
        break;
    case '<':
        g_string_append(html, "&lt;");
        break;
    case '>':
        g_string_append(html, "&gt;");
        break;
    case '"':
        g_string_append(html, "&quot;");
        break;
    case '\'':
        g_string_append(html, "&#39;");
        break;
    default:
        if ((guchar)c >= 0x20 && c != 0x7F)
            g_string_append_c(html, c);
    }
}

static void append_escaped(GString *html, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        append_char(html, text[i]);
}

/* The length of the web address at TEXT, 0 where there is none. */
static gsize link_length(const char *text, const char *end)
{
    gsize scheme = 0;
    if (g_ascii_strncasecmp(text, "http://", 7) == 0)
        scheme = 7;
    else if (g_ascii_strncasecmp(text, "https://", 8) == 0)
        scheme = 8;
    if (!scheme)
        return 0;
    const char *stop = text + scheme;
    int parentheses = 0; /* opened inside: /wiki/Foo_(bar) keeps its last one */
    while (stop < end && (guchar)*stop > 0x20 && *stop != 0x7F && !strchr("<>\"`", *stop)) {
        parentheses += *stop == '(';
        parentheses -= *stop == ')';
        if (parentheses < 0)
            break;
        stop++;
    }
    /* A sentence ends behind its last address. */
    while (stop > text + scheme && strchr(".,;:!?'*_]}", stop[-1]))
        stop--;
    return stop > text + scheme ? (gsize)(stop - text) : 0;
}

static void append_link(GString *html, const char *text, gsize length)
{
    g_string_append(html, "<a href=\"");
    append_escaped(html, text, length);
    g_string_append(html, "\">");
    append_escaped(html, text, length);
    g_string_append(html, "</a>");
}

static void append_line(GString *html, const char *text, const char *end, gboolean links)
{
    gboolean blank_before = TRUE, word_before = FALSE;
    for (const char *p = text; p < end;) {
        gboolean may = links && !word_before && (*p == 'h' || *p == 'H');
        gsize length = may ? link_length(p, end) : 0;
        if (length) {
            append_link(html, p, length);
            p += length;
            blank_before = word_before = FALSE;
            continue;
        }
        gboolean blank = *p == ' ' || *p == '\t';
        /* Browsers melt blanks together: of two in a row, and of indentation, the first ones are hard. */
        if (blank && (blank_before || *p == '\t'))
            g_string_append(html, *p == '\t' ? "&nbsp;&nbsp;&nbsp; " : "&nbsp;");
        else
            append_char(html, *p);
        blank_before = blank;
        word_before = g_ascii_isalnum(*p) || (guchar)*p >= 0x80;
        p++;
    }
}

static gboolean is_blank(const char *text, const char *end)
{
    while (text < end && g_ascii_isspace(*text))
        text++;
    return text == end;
}

char *ch_text_to_html(const char *text, gboolean links)
{
    GString *html = g_string_sized_new(strlen(text) + 256);
    gboolean open = FALSE;
    for (const char *line = text; *line;) {
        const char *end = strchrnul(line, '\n');
        if (is_blank(line, end)) {
            if (open)
                g_string_append(html, "</p>\n");
            open = FALSE;
        } else {
            g_string_append(html, open ? "<br>\n" : PARAGRAPH);
            append_line(html, line, end, links);
            open = TRUE;
        }
        line = *end ? end + 1 : end;
    }
    if (open)
        g_string_append(html, "</p>");
    return g_string_free(html, FALSE);
}

char *ch_compose_one_line(const char *text, guint max)
{
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    GString *line = g_string_sized_new(128);
    guint count = 0;
    for (const char *p = valid ? valid : text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean blank =
            c < 0x7F ? c <= 0x20 : g_unichar_isspace(c) || g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
        if (blank && (line->len == 0 || line->str[line->len - 1] == ' '))
            continue;
        if (count++ == max) {
            g_string_append(line, "…");
            break;
        }
        g_string_append_len(line, blank ? " " : p, blank ? 1 : g_utf8_next_char(p) - p);
    }
    return g_strchomp(g_string_free(line, FALSE));
}
