/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of one file of rules or of a list, as text whose lines can be found again. Where they come from,
 * rules.c knows. */
#include "route/compile.h"

#include <string.h>

/* Bytes of a line that a message shows. */
#define LINE_MAX_SHOWN 2000

/* Appends BYTES, with U+FFFD for each that is not part of valid UTF-8. Returns the offset in TEXT of the
 * first of these, or -1; *BAD is it. */
static gssize append_valid(GString *text, const char *bytes, gsize length, guchar *bad)
{
    gssize first = -1;
    for (const char *at = bytes, *end = bytes + length; at < end;) {
        const char *stop;
        gboolean whole = g_utf8_validate_len(at, (gsize)(end - at), &stop);
        g_string_append_len(text, at, stop - at);
        if (whole)
            break;
        if (first < 0) {
            first = (gssize)text->len;
            *bad = (guchar)*stop;
        }
        g_string_append(text, "\xef\xbf\xbd");
        at = stop + 1;
    }
    return first;
}

ChRuleSource *ch_rule_source_new(const char *name, const char *folder, const char *bytes, gsize length,
                                 guint *bad_line, guint *bad_column, guchar *bad)
{
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        bytes += 3, length -= 3;
    GString *text = g_string_sized_new(length + 1);
    gssize wrong = append_valid(text, bytes, length, bad);
    ChRuleSource *source = g_new0(ChRuleSource, 1);
    source->name = g_strdup(name);
    source->folder = g_strdup(folder);
    source->length = text->len;
    source->text = g_string_free(text, FALSE);
    source->lines = g_array_new(FALSE, FALSE, sizeof(gsize));
    gsize start = 0;
    g_array_append_val(source->lines, start);
    for (const char *at = source->text;
         (at = memchr(at, '\n', source->length - (gsize)(at - source->text)));) {
        start = (gsize)(++at - source->text);
        g_array_append_val(source->lines, start);
    }
    source->damaged = wrong >= 0;
    *bad_line = *bad_column = 0;
    for (guint i = 0; wrong >= 0 && i < source->lines->len; i++) {
        start = g_array_index(source->lines, gsize, i);
        if (start > (gsize)wrong)
            break;
        *bad_line = i + 1;
    }
    if (*bad_line) {
        start = g_array_index(source->lines, gsize, *bad_line - 1);
        *bad_column = 1 + (guint)g_utf8_strlen(source->text + start, wrong - (gssize)start);
    }
    return source;
}

void ch_rule_source_free(ChRuleSource *source)
{
    if (!source)
        return;
    g_free(source->name);
    g_free(source->folder);
    g_free(source->text);
    g_array_unref(source->lines);
    g_free(source);
}

char *ch_rule_source_line(const ChRuleSource *source, guint number)
{
    if (number == 0 || number > source->lines->len)
        return NULL;
    gsize start = g_array_index(source->lines, gsize, number - 1);
    gsize end =
        number < source->lines->len ? g_array_index(source->lines, gsize, number) - 1 : source->length;
    if (end > start && source->text[end - 1] == '\r')
        end--;
    if (end - start > LINE_MAX_SHOWN) {
        end = start + LINE_MAX_SHOWN;
        while (((guchar)source->text[end] & 0xc0) == 0x80)
            end--;
    }
    return g_strndup(source->text + start, end - start);
}
