/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address lists (RFC 5322 section 3.4, and what mailers write instead). The list is split first and encoded
 * words are decoded after it, so that a name cannot smuggle in an address (LESSONS.md); which header it is
 * makes no difference here.
 */
#include "parse/internal.h"

#include <string.h>

/* One entry while it is read. */
typedef struct {
    GString *phrase;  /* the name so far: quotes resolved, comments out */
    GString *literal; /* the same as written, for an address without angle brackets */
    char *angle;      /* what stood in angle brackets */
    char *comment;    /* the last one: the name in "ana@example.br (Ana)" */
} Entry;

/* The value, and what is known to be missing in the rest of it: each end is searched in vain only once. */
typedef struct {
    const char *at, *end;
    gboolean no_quote_end, no_comment_end;
    gboolean in_group;
    GPtrArray *list;
    guint limit;
    gboolean full;
    GString *waiting; /* a name that a bare comma cut: it belongs to the next entry, "Silva, Ana <ana@…>" */
} Splitter;

static gboolean is_space_only(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return !*text;
}

static void entry_clear(Entry *entry)
{
    g_string_truncate(entry->phrase, 0);
    g_string_truncate(entry->literal, 0);
    g_clear_pointer(&entry->angle, g_free);
    g_clear_pointer(&entry->comment, g_free);
}

/* TEXT as an address: "" unless it has one '@' with something on both sides and no white space inside. */
static char *clean_address(const char *text, gsize length)
{
    g_autofree char *utf8 = ch_text_to_utf8(text, MIN(length, 1000), NULL, NULL);
    ch_text_one_line(utf8);
    char *start = utf8;
    gsize last = strlen(utf8);
    /* "[ana@example.br]" and "\"ana@example.br\"": the frame is no part of it. */
    if (last > 2 &&
        ((start[0] == '[' && start[last - 1] == ']') || (start[0] == '"' && start[last - 1] == '"'))) {
        start[last - 1] = '\0';
        start++;
    }
    if (*start == '@' && strchr(start, ':')) /* a source route (RFC 5322 section 4.4) */
        start = strchr(start, ':') + 1;
    if (!g_ascii_strncasecmp(start, "mailto:", 7))
        start += 7;
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean quoted = FALSE;
    for (const char *at = start; *at; at++) {
        if (!strncmp(at, "\xe2\x80\x8b", 3) || !strncmp(at, "\xef\xbb\xbf", 3)) { /* blanks of no width */
            at += 2;
            continue;
        }
        if (*at == '"' && (at == start || at[-1] != '\\'))
            quoted = !quoted;
        if (!quoted && (*at == '<' || *at == '>'))
            continue;
        /* obs-local-part and obs-domain allow white space around dots and the at sign. */
        if (*at == ' ' && !quoted) {
            gboolean after = out->len == 0 || strchr(".@", out->str[out->len - 1]);
            if (after || strchr(".@", at[1]))
                continue;
            return g_strdup("");
        }
        g_string_append_c(out, *at);
    }
    while (out->len > 0 && strchr(".,;:'", out->str[out->len - 1]))
        g_string_truncate(out, out->len - 1);
    if (out->str[0] == '\'')
        g_string_erase(out, 0, 1);
    const char *sign = strrchr(out->str, '@');
    if (!sign || sign == out->str || !sign[1] || quoted || !strncmp(out->str, "\"\"@", 3))
        return g_strdup("");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void append(Splitter *splitter, const char *phrase, gsize length, const char *address)
{
    if (splitter->list->len >= splitter->limit) {
        splitter->full = TRUE;
        return;
    }
    g_autofree char *name = ch_words_decode(phrase, length);
    gsize size = strlen(name);
    if (name[0] == '"' && !strchr(name + 1, '"')) /* a quote that was never closed */
        memmove(name, name + 1, size--);
    if (size >= 2 && name[0] == '\'' && name[size - 1] == '\'') { /* Outlook's habit */
        memmove(name, name + 1, size - 2);
        name[size - 2] = '\0';
    }
    if (*name || *address)
        g_ptr_array_add(splitter->list, ch_address_new(name, address));
}

/* What waited for a next entry was a name alone. */
static void append_waiting(Splitter *splitter)
{
    gsize length = splitter->waiting->len;
    if (length > 0 && splitter->waiting->str[length - 1] == ',')
        length--;
    if (length > 0)
        append(splitter, splitter->waiting->str, length, "");
    g_string_truncate(splitter->waiting, 0);
}

/* "Ana Silva ana@example.br": the last word with an at sign is the address. */
static void finish_bare(Splitter *splitter, const Entry *entry)
{
    const char *text = entry->literal->str;
    const char *sign = strrchr(text, '@');
    const char *start = sign, *stop = sign;
    while (start > text && !g_ascii_isspace(start[-1]) && start[-1] != '"')
        start--;
    if (start > text && start[-1] == '"' && start == sign) { /* "ana silva"@example.br */
        const char *open = start - 1;
        while (open > text && open[-1] != '"')
            open--;
        start = open > text ? open - 1 : start;
    }
    while (*stop && !g_ascii_isspace(*stop))
        stop++;
    gsize length = (gsize)(stop - start);
    g_autofree char *address = clean_address(start, length);
    if (!*address) { /* "ana @ example.br" */
        g_free(address);
        address = clean_address(text, entry->literal->len);
        start = text;
        length = entry->literal->len;
    }
    if (!*address) {
        append(splitter, text, entry->literal->len, "");
        return;
    }
    g_autoptr(GString) name = g_string_new_len(text, start - text);
    g_string_append(name, start + length);
    if (ch_text_is_blank(name->str) && entry->comment)
        append(splitter, entry->comment, strlen(entry->comment), address);
    else
        append(splitter, name->str, name->len, address);
}

/* SEPARATOR is ',' or ';', 0 at the end. */
static void finish(Splitter *splitter, Entry *entry, char separator)
{
    gboolean blank = entry->phrase->len == 0 || is_space_only(entry->phrase->str);
    if (entry->angle) {
        g_autofree char *address = clean_address(entry->angle, strlen(entry->angle));
        g_string_append_len(splitter->waiting, entry->phrase->str, (gssize)entry->phrase->len);
        const char *name = splitter->waiting->str;
        if (is_space_only(name) && entry->comment)
            name = entry->comment;
        append(splitter, name, strlen(name), address);
        g_string_truncate(splitter->waiting, 0);
    } else if (strchr(entry->literal->str, '@')) {
        append_waiting(splitter);
        finish_bare(splitter, entry);
    } else if (entry->comment && strchr(entry->comment, '@')) { /* "Ana (ana@example.br)" */
        g_autofree char *address = clean_address(entry->comment, strlen(entry->comment));
        g_string_append_len(splitter->waiting, entry->phrase->str, (gssize)entry->phrase->len);
        append(splitter, splitter->waiting->str, splitter->waiting->len, address);
        g_string_truncate(splitter->waiting, 0);
    } else if (!blank) {
        g_string_append_len(splitter->waiting, entry->phrase->str, (gssize)entry->phrase->len);
        if (separator == ',' && splitter->waiting->len < CH_HEADER_VALUE_MAX)
            g_string_append_c(splitter->waiting, ',');
    }
    if (separator != ',')
        append_waiting(splitter);
    entry_clear(entry);
}

static void both(Entry *entry, char c)
{
    g_string_append_c(entry->phrase, c);
    g_string_append_c(entry->literal, c);
}

/* At an opening quote. FALSE where it is never closed: then it is a character like any other. */
static gboolean read_quoted(Splitter *splitter, Entry *entry)
{
    const char *stop = splitter->at + 1;
    while (stop < splitter->end && *stop != '"')
        stop += *stop == '\\' && stop + 1 < splitter->end ? 2 : 1;
    if (stop >= splitter->end) {
        splitter->no_quote_end = TRUE;
        return FALSE;
    }
    for (const char *at = splitter->at + 1; at < stop; at++) {
        if (*at == '\\' && at + 1 < stop)
            at++;
        g_string_append_c(entry->phrase, *at);
    }
    g_string_append_len(entry->literal, splitter->at, stop + 1 - splitter->at);
    splitter->at = stop + 1;
    return TRUE;
}

/* Comments nest (RFC 5322 section 3.2.2). */
static gboolean read_comment(Splitter *splitter, Entry *entry)
{
    guint depth = 0;
    const char *stop = splitter->at;
    for (; stop < splitter->end; stop++) {
        if (*stop == '\\' && stop + 1 < splitter->end)
            stop++;
        else if (*stop == '(')
            depth++;
        else if (*stop == ')' && --depth == 0)
            break;
    }
    if (stop >= splitter->end) {
        splitter->no_comment_end = TRUE;
        return FALSE;
    }
    g_free(entry->comment);
    entry->comment = g_strndup(splitter->at + 1, (gsize)(stop - splitter->at - 1));
    splitter->at = stop + 1;
    both(entry, ' ');
    return TRUE;
}

/* At '<'. An address that is not closed ends at the next comma. */
static void read_angle(Splitter *splitter, Entry *entry)
{
    const char *start = splitter->at + 1, *stop = start;
    gboolean quoted = FALSE;
    while (start < splitter->end && *start == '<')
        stop = ++start;
    gboolean route = start < splitter->end && *start == '@'; /* commas separate its relays */
    for (; stop < splitter->end; stop++) {
        if (*stop == '"')
            quoted = !quoted;
        else if (*stop == '>' && !quoted)
            break;
        else if ((*stop == ',' || *stop == ';') && !quoted && !route &&
                 memchr(start, '@', (gsize)(stop - start)))
            break;
    }
    if (stop >= splitter->end && quoted) { /* <""> without its end, and the like */
        const char *close = memchr(start, '>', (gsize)(splitter->end - start));
        stop = close ? close : splitter->end;
    }
    gboolean better =
        !entry->angle || (!strchr(entry->angle, '@') && memchr(start, '@', (gsize)(stop - start)));
    if (better) {
        if (entry->angle) { /* "Ana <financeiro> <ana@example.br>": the first was part of the name */
            g_string_append_printf(entry->phrase, "<%s>", entry->angle);
            g_free(entry->angle);
        }
        entry->angle = g_strndup(start, (gsize)(stop - start));
    }
    while (stop < splitter->end && *stop == '>')
        stop++;
    splitter->at = stop;
}

/* Whether an address stands in the angle brackets at '<'. */
static gboolean is_address_next(const Splitter *splitter)
{
    gsize window = MIN((gsize)(splitter->end - splitter->at), 1000);
    const char *close = memchr(splitter->at, '>', window);
    return close && memchr(splitter->at, '@', (gsize)(close - splitter->at));
}

/* An encoded word is one atom: commas in it separate nothing. */
static gboolean read_encoded(Splitter *splitter, Entry *entry)
{
    const char *at = splitter->at;
    gsize window = MIN((gsize)(splitter->end - at), 1024);
    if (window < 8 || at[1] != '?')
        return FALSE;
    const char *charset_end = memchr(at + 2, '?', window - 2);
    if (!charset_end || charset_end + 3 >= at + window || charset_end[2] != '?')
        return FALSE;
    const char *text = charset_end + 3;
    const char *stop = memmem(text, window - (gsize)(text - at), "?=", 2);
    if (!stop)
        return FALSE;
    g_string_append_len(entry->phrase, at, stop + 2 - at);
    /* An at sign in it is no address. */
    g_string_append_len(entry->literal, at, stop + 2 - at);
    for (char *c = entry->literal->str + entry->literal->len - (stop + 2 - at); *c; c++)
        if (*c == '@')
            *c = ' ';
    splitter->at = stop + 2;
    return TRUE;
}

gboolean ch_address_parse(const char *raw, GPtrArray *list, guint limit)
{
    Splitter splitter = {.at = raw, .end = raw + strlen(raw), .list = list, .limit = limit};
    Entry entry = {.phrase = g_string_new(NULL), .literal = g_string_new(NULL)};
    splitter.waiting = g_string_new(NULL);
    while (splitter.at < splitter.end && !splitter.full) {
        char c = *splitter.at;
        if (c == '"' && !splitter.no_quote_end && read_quoted(&splitter, &entry))
            continue;
        if (c == '(' && !splitter.no_comment_end && read_comment(&splitter, &entry))
            continue;
        if (c == '=' && read_encoded(&splitter, &entry))
            continue;
        if (c == '<') {
            /* "<ana@example.br> <rui@example.br>": no comma between two addresses. */
            if (entry.angle && strchr(entry.angle, '@') && is_address_next(&splitter))
                finish(&splitter, &entry, ',');
            read_angle(&splitter, &entry);
            continue;
        }
        splitter.at++;
        if (c == ',' || c == ';') {
            /* Outlook writes ';' between addresses; in RFC 5322 it ends a group. Both separate. */
            finish(&splitter, &entry, c);
            if (c == ';')
                splitter.in_group = FALSE;
        } else if (c == ':' && !entry.angle && !splitter.in_group && !strchr(entry.literal->str, '@')) {
            splitter.in_group = TRUE; /* the name of a group is nobody's name */
            entry_clear(&entry);
            g_string_truncate(splitter.waiting, 0);
        } else if (c == '\r' || c == '\n') {
            both(&entry, ' ');
        } else {
            both(&entry, c);
        }
    }
    if (!splitter.full)
        finish(&splitter, &entry, 0);
    entry_clear(&entry);
    g_string_free(entry.phrase, TRUE);
    g_string_free(entry.literal, TRUE);
    g_string_free(splitter.waiting, TRUE);
    return !splitter.full;
}
