/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text that HTML becomes: folded white space, line ends, quote marks. What is written, and where lines
 * end, is html.c's business.
 */
#include "parse/html_private.h"

#include <string.h>

#define QUOTES_MAX 32
/* Empty lines between two paragraphs, beyond those of pre: two at most. */
#define NEWLINES_MAX 3

void ch_html_want_lines(ChHtmlWriter *writer, guint lines)
{
    if (writer->cell > 0) {
        writer->space = TRUE;
        return;
    }
    if (writer->newlines == 0 && writer->out->len > 0 && writer->out->len == writer->bullet)
        return;
    writer->newlines = MAX(writer->newlines, lines);
    writer->space = FALSE;
}

void ch_html_break_line(ChHtmlWriter *writer)
{
    if (writer->cell > 0) {
        writer->space = TRUE;
        return;
    }
    if (writer->newlines < NEWLINES_MAX)
        writer->newlines++;
    writer->space = FALSE;
}

static void write_marks(ChHtmlWriter *writer, guint quotes)
{
    for (guint i = 0; i < MIN(quotes, QUOTES_MAX); i++)
        g_string_append_c(writer->out, '>');
}

void ch_html_settle(ChHtmlWriter *writer)
{
    gboolean begin = writer->out->len == 0;
    if (writer->newlines > 0 || begin) {
        for (guint i = 0; i < writer->newlines && !begin; i++) {
            g_string_append_c(writer->out, '\n');
            if (i + 1 < writer->newlines)
                write_marks(writer, writer->low);
        }
        ch_html_marks_text(&writer->marks, writer->out->len);
        write_marks(writer, writer->quotes);
        if (writer->quotes > 0)
            g_string_append_c(writer->out, ' ');
    } else {
        if (writer->space && writer->out->str[writer->out->len - 1] != ' ')
            g_string_append_c(writer->out, ' ');
        ch_html_marks_text(&writer->marks, writer->out->len);
    }
    writer->newlines = 0;
    writer->space = FALSE;
    writer->held = FALSE;
    writer->low = writer->quotes;
}

/* Bytes at AT that nobody sees: soft hyphens, zero-width spaces and joiners before a word (mailers fill
 * previews with them), controls and overrides of the reading order. 0: none. */
static gsize invisible(const char *text, gboolean in_word)
{
    const guchar *at = (const guchar *)text;
    if (at[0] < 0x20 || at[0] == 0x7f)
        return !g_ascii_isspace((char)at[0]);
    if (at[0] == 0xc2 && (at[1] == 0xad || (at[1] >= 0x80 && at[1] < 0xa0)))
        return 2;
    if (at[0] == 0xcd && at[1] == 0x8f && !in_word)
        return 2;
    if (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf)
        return 3;
    if (at[0] != 0xe2)
        return 0;
    if (at[1] == 0x80)
        return at[2] == 0x8b || (at[2] >= 0xaa && at[2] <= 0xae) ||
                       (!in_word && at[2] >= 0x8c && at[2] <= 0x8d)
                   ? 3
                   : 0;
    return at[1] == 0x81 && at[2] >= 0xa0 && at[2] <= 0xa9 ? 3 : 0;
}

static gboolean is_held_space(const char *at)
{
    return (guchar)at[0] == 0xc2 && (guchar)at[1] == 0xa0;
}

void ch_html_write(ChHtmlWriter *writer, const char *text)
{
    gboolean in_word = FALSE;
    for (const char *at = text; *at;) {
        gsize skip = invisible(at, in_word);
        if (skip > 0) {
            at += skip;
        } else if (writer->pre > 0 && *at == '\n') {
            writer->newlines++;
            at++;
            in_word = FALSE;
        } else if (g_ascii_isspace(*at) && writer->pre == 0) {
            writer->space |= writer->newlines == 0 && writer->out->len > 0;
            at++;
            in_word = FALSE;
        } else if (is_held_space(at)) {
            /* A no-break space holds a place; nobody types it on purpose in plain text. */
            writer->space |= writer->newlines == 0 && writer->out->len > 0;
            writer->held = TRUE;
            at += 2;
            in_word = FALSE;
        } else {
            if (!in_word)
                ch_html_settle(writer);
            in_word = TRUE;
            const char *start = at++;
            while (*at && !g_ascii_isspace(*at) && (guchar)*at >= 0x20 && (guchar)*at < 0x7f)
                at++;
            if ((guchar)*start >= 0x80)
                at = g_utf8_next_char(start);
            g_string_append_len(writer->out, start, at - start);
            while (writer->pre > 0 && (*at == ' ' || *at == '\t'))
                g_string_append_c(writer->out, *at++);
        }
    }
}
