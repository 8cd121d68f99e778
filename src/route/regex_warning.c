/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a regular expression backtracks badly: it is tried on texts made of its own parts, one after the
 * other, the last of them many times, and something at the end that it does not want. The limits that a try
 * has are regex.c's.
 */
#include "route/rules_private.h"

#include <string.h>

/* Bytes of a text; parts of an expression that are looked at, and bytes of one. */
#define TEXT_BYTES 256
#define PARTS_MAX  60
#define PART_BYTES 32
#define DEPTH_MAX  50

/* What comes before the part that is repeated, and that part. */
typedef struct {
    char *before;
    char *part;
} Pump;

typedef struct {
    GArray *pumps;           /* of Pump */
    GString *path;           /* a text that the expression might match as far as it is read */
    gsize last;              /* where the last part of path begins */
    gsize opened[DEPTH_MAX]; /* where groups that are open begin in path */
    guint depth;
} Reader;

static void pump_clear(gpointer pointer)
{
    Pump *pump = pointer;
    g_free(pump->before);
    g_free(pump->part);
}

/* The end of path from START on is a part. */
static void add_pump(Reader *reader, gsize start)
{
    gsize length = reader->path->len - start;
    if (length == 0 || length > PART_BYTES || reader->pumps->len >= PARTS_MAX)
        return;
    const Pump pump = {g_strndup(reader->path->str, start), g_strdup(reader->path->str + start)};
    g_array_append_val(reader->pumps, pump);
}

/* A character that the class, escape or character from AT to END stands for, or might. */
static void append_sample(GString *path, const char *at, const char *end)
{
    static const char *const escapes[] = {"d1", "wa", "s ", "h ",  "n\n", "t\t",
                                          "D-", "W-", "Sa", "R\n", "X-"};
    if (*at == '[' && end - at > 2) {
        at += 1 + (at[1] == '^') + (at[1] != '^' && at[1] == '[' && at[2] == ':');
        if (*at == ':' || at[-1] == '^') { /* not worth reading: a letter is in most of these */
            g_string_append_c(path, 'a');
            return;
        }
    }
    if (*at == '.')
        g_string_append_c(path, 'a');
    else if (*at == '\\') {
        const char *sample = NULL;
        for (guint i = 0; i < G_N_ELEMENTS(escapes) && !sample; i++)
            sample = escapes[i][0] == at[1] ? escapes[i] + 1 : NULL;
        if (sample)
            g_string_append(path, sample);
        else if (!g_ascii_isalnum(at[1]))
            g_string_append_len(path, at + 1, g_utf8_next_char(at + 1) - at - 1);
    } else if (*at)
        g_string_append_len(path, at, g_utf8_next_char(at) - at);
}

/* "(?<name>" and its like are no part. */
static const char *after_opening(const char *at)
{
    if (at[1] != '?')
        return at + 1;
    const char *end = at + 2 + strspn(at + 2, "P<=!");
    if (at[2] == '<' || at[2] == 'P' || at[2] == '\'') {
        const char *name = at[3] == '=' || at[3] == '!' ? NULL : strpbrk(at + 3, ">')");
        return name ? name + 1 : end;
    }
    return at + 2 + strspn(at + 2, "imsx-^:=!|>");
}

/* "{6,}" wants the last part six times. */
static const char *read_times(Reader *reader, const char *at)
{
    guint64 times = g_ascii_strtoull(at + 1, NULL, 10);
    g_autofree char *part = g_strdup(reader->path->str + MIN(reader->last, reader->path->len));
    for (guint64 i = 1; i < times && reader->path->len + strlen(part) < TEXT_BYTES; i++)
        g_string_append(reader->path, part);
    const char *end = strchr(at, '}');
    return end ? end + 1 : at + 1;
}

/* Reads one item at AT; returns where the next begins. */
static const char *read_item(Reader *reader, const char *at)
{
    if (*at == '(') {
        if (reader->depth < DEPTH_MAX)
            reader->opened[reader->depth++] = reader->path->len;
        return after_opening(at);
    }
    if (*at == '|' || *at == ')') {
        gsize start = reader->depth ? reader->opened[reader->depth - 1] : 0;
        add_pump(reader, start);
        if (*at == '|')
            g_string_truncate(reader->path, start);
        else {
            reader->last = start;
            reader->depth -= reader->depth > 0;
        }
        return at + 1;
    }
    if (*at == '{' && g_ascii_isdigit(at[1]))
        return read_times(reader, at);
    const char *end = ch_regex_item_end(at);
    if (!strchr("^$*+?", *at) && reader->path->len < TEXT_BYTES) {
        reader->last = reader->path->len;
        append_sample(reader->path, at, end);
        add_pump(reader, reader->last);
    }
    return end;
}

static GArray *find_pumps(const char *source)
{
    Reader reader = {.pumps = g_array_new(FALSE, FALSE, sizeof(Pump)), .path = g_string_new(NULL)};
    g_array_set_clear_func(reader.pumps, pump_clear);
    const char *end = strrchr(source, '/');
    g_autofree char *inner = g_strndup(source + 1, (gsize)(end - source - 1));
    for (const char *at = inner; *at;)
        at = read_item(&reader, at);
    add_pump(&reader, 0);
    g_string_free(reader.path, TRUE);
    return reader.pumps;
}

/* Whether REGEX takes too many steps where PUMP's part is repeated and TAIL ends it. */
static gboolean explodes(ChRegex *regex, const Pump *pump, const char *tail)
{
    g_autoptr(GString) text = g_string_new(pump->before);
    while (text->len < strlen(pump->before) + TEXT_BYTES)
        g_string_append(text, pump->part);
    g_string_append(text, tail);
    ChRegexEffort effort = {0};
    return ch_regex_match(regex, text->str, text->len, &effort, NULL) == CH_RULE_UNKNOWN;
}

char *ch_regex_warning(ChRegex *regex)
{
    static const char *const tails[] = {"", "\x01", "!", "\n\n"};
    g_autoptr(GArray) pumps = find_pumps(ch_regex_source(regex));
    for (guint i = 0; i < pumps->len; i++)
        for (guint j = 0; j < G_N_ELEMENTS(tails); j++) {
            const Pump *pump = &g_array_index(pumps, Pump, i);
            if (!explodes(regex, pump, tails[j]))
                continue;
            g_autofree char *shown = g_strescape(pump->part, "\xff");
            return g_strdup_printf(
                "it backtracks badly: a text of about %u characters with \"%s\" again and again takes it "
                "too many steps, and is unknown then",
                (guint)(strlen(pump->before) + TEXT_BYTES), shown);
        }
    return NULL;
}
