/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of RTF, which some programs send as the text of a mail. Fonts, tables and pictures are not looked
 * at. Which part is the text is body.c's business.
 */
#include "parse/internal.h"

#include <string.h>

#define GROUPS_MAX 200 /* deeper ones are as their parent */
#define WORD_MAX   32

typedef struct {
    gboolean skip; /* what stands in it is no text */
    guint after;   /* characters that follow \u for those who do not know it */
} Group;

typedef struct {
    const char *at, *end;
    GString *out;
    GString *bytes; /* in page, not converted yet */
    guint page;
    guint high; /* the first half of a surrogate pair */
    guint ignore;
    Group groups[GROUPS_MAX];
    gsize depth;
} Reader;

static Group *group(Reader *reader)
{
    return &reader->groups[MIN(reader->depth, GROUPS_MAX - 1)];
}

static void flush(Reader *reader)
{
    if (reader->bytes->len == 0)
        return;
    g_autofree char *charset = g_strdup_printf("windows-%u", reader->page);
    g_autofree char *text = ch_text_to_utf8(reader->bytes->str, reader->bytes->len, charset, NULL);
    g_string_append(reader->out, text);
    g_string_truncate(reader->bytes, 0);
}

static void put_byte(Reader *reader, guint8 byte)
{
    if (reader->ignore > 0)
        reader->ignore--;
    else if (!group(reader)->skip && byte)
        g_string_append_c(reader->bytes, (char)byte);
}

static void put_unicode(Reader *reader, int value)
{
    guint unit = (guint)value & 0xffff;
    reader->ignore = group(reader)->after;
    if (group(reader)->skip)
        return;
    flush(reader);
    if (unit >= 0xd800 && unit < 0xdc00) {
        reader->high = unit;
        return;
    }
    gunichar c = unit;
    if (unit >= 0xdc00 && unit < 0xe000)
        c = reader->high ? 0x10000 + ((reader->high & 0x3ff) << 10 | (unit & 0x3ff)) : 0xfffd;
    reader->high = 0;
    if (c)
        g_string_append_unichar(reader->out, c);
}

static void put_char(Reader *reader, char c)
{
    reader->ignore = 0;
    if (group(reader)->skip)
        return;
    flush(reader);
    g_string_append_c(reader->out, c);
}

static gboolean is_no_text(const char *word)
{
    static const char *const words[] = {"fonttbl", "colortbl", "stylesheet", "info",    "pict",
                                        "object",  "header",   "footer",     "fldinst", NULL};
    return g_strv_contains(words, word);
}

static void obey(Reader *reader, const char *word, gboolean has_value, int value)
{
    if (!strcmp(word, "par") || !strcmp(word, "line") || !strcmp(word, "row"))
        put_char(reader, '\n');
    else if (!strcmp(word, "tab") || !strcmp(word, "cell"))
        put_char(reader, '\t');
    else if (!strcmp(word, "u") && has_value)
        put_unicode(reader, value);
    else if (!strcmp(word, "uc") && has_value)
        group(reader)->after = (guint)CLAMP(value, 0, 8);
    else if (!strcmp(word, "ansicpg") && value >= 437 && value < 1300)
        reader->page = (guint)value;
    else if (!strcmp(word, "bin") && value > 0)
        reader->at += MIN((gsize)value, (gsize)(reader->end - reader->at));
    else if (is_no_text(word))
        group(reader)->skip = TRUE;
    /* Characters that have words: by those of Unicode. */
    else if (!strcmp(word, "lquote") || !strcmp(word, "rquote"))
        put_char(reader, '\'');
    else if (!strcmp(word, "ldblquote") || !strcmp(word, "rdblquote"))
        put_char(reader, '"');
    else if (!strcmp(word, "endash") || !strcmp(word, "emdash") || !strcmp(word, "bullet"))
        put_char(reader, '-');
}

/* A control word, with its number and the blank that ends it. */
static void read_word(Reader *reader)
{
    char word[WORD_MAX + 1] = "";
    guint length = 0;
    for (; reader->at < reader->end && g_ascii_isalpha(*reader->at); reader->at++)
        if (length < WORD_MAX)
            word[length++] = *reader->at;
    gboolean negative = reader->at < reader->end && *reader->at == '-';
    reader->at += negative;
    gboolean has_value = FALSE;
    int value = 0;
    for (; reader->at < reader->end && g_ascii_isdigit(*reader->at); reader->at++) {
        value = MIN(value, 100000000) * 10 + (*reader->at - '0');
        has_value = TRUE;
    }
    if (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    obey(reader, word, has_value, negative ? -value : value);
}

/* What follows a backslash. */
static void read_control(Reader *reader)
{
    if (reader->at >= reader->end)
        return;
    char c = *reader->at;
    if (g_ascii_isalpha(c)) {
        read_word(reader);
        return;
    }
    reader->at++;
    if (c == '\'' && reader->end - reader->at >= 2 && g_ascii_isxdigit(reader->at[0]) &&
        g_ascii_isxdigit(reader->at[1])) {
        put_byte(reader,
                 (guint8)(g_ascii_xdigit_value(reader->at[0]) << 4 | g_ascii_xdigit_value(reader->at[1])));
        reader->at += 2;
    } else if (c == '*') {
        group(reader)->skip = TRUE; /* a destination that may be ignored */
    } else if (c == '~') {
        put_char(reader, ' ');
    } else if (c == '\n' || c == '\r') {
        put_char(reader, '\n');
    } else if (strchr("\\{}", c)) {
        put_byte(reader, (guint8)c);
    }
}

static void read_all(Reader *reader)
{
    while (reader->at < reader->end) {
        char c = *reader->at++;
        if (c == '{') {
            Group outer = *group(reader);
            reader->depth++;
            if (reader->depth < GROUPS_MAX)
                *group(reader) = outer;
        } else if (c == '}') {
            reader->depth -= reader->depth > 0;
            reader->ignore = 0;
        } else if (c == '\\') {
            read_control(reader);
        } else if (c != '\n' && c != '\r') {
            put_byte(reader, (guint8)c);
        }
    }
    flush(reader);
}

gboolean ch_rtf_is(const char *bytes, gsize length)
{
    return length >= 6 && !memcmp(bytes, "{\\rtf", 5) && (g_ascii_isdigit(bytes[5]) || bytes[5] == '\\');
}

char *ch_rtf_to_text(const char *bytes, gsize length)
{
    if (length < 5 || memcmp(bytes, "{\\rtf", 5))
        return NULL;
    g_autoptr(GString) run = g_string_new(NULL);
    Reader reader = {
        .at = bytes, .end = bytes + length, .out = g_string_new(NULL), .bytes = run, .page = 1252};
    reader.groups[0].after = 1;
    read_all(&reader);
    return ch_text_clean(g_string_free(reader.out, FALSE));
}
