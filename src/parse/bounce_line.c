/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of a report in words: the address in it, and in which form it stands there. Whether that address
 * is a recipient that the report is about, bounce_text.c says.
 */
#include "parse/bounce.h"

#include <string.h>

#define LINE_LOOKED_AT 1000
#define ADDRESS_MAX    320 /* 64 + 1 + 255 (RFC 5321 section 4.5.3.1) */

/* Scripts that put no space between a word and the address before or after it: "ana@x不存在", "ana@x에게". */
static gboolean is_unspaced(gunichar c)
{
    static const GUnicodeScript scripts[] = {G_UNICODE_SCRIPT_HAN,      G_UNICODE_SCRIPT_HIRAGANA,
                                             G_UNICODE_SCRIPT_KATAKANA, G_UNICODE_SCRIPT_HANGUL,
                                             G_UNICODE_SCRIPT_THAI,     G_UNICODE_SCRIPT_LAO,
                                             G_UNICODE_SCRIPT_KHMER,    G_UNICODE_SCRIPT_MYANMAR};
    GUnicodeScript script = g_unichar_get_script(c);
    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++)
        if (script == scripts[i])
            return TRUE;
    return FALSE;
}

/* Whether C belongs to an address: an ASCII character of OTHERS, or a letter or digit (RFC 6531), which is no
 * word of another script that touches the ASCII character BESIDE. */
static gboolean is_inside(gunichar c, const char *others, gunichar beside)
{
    if (c < 0x80)
        return c && (g_ascii_isalnum((char)c) || strchr(others, (char)c));
    if (!g_unichar_isalnum(c) && !g_unichar_ismark(c))
        return FALSE;
    return !(beside < 0x80 && g_ascii_isalnum((char)beside) && is_unspaced(c));
}

/* From where on the bytes before the at sign at SIGN may be a local part. */
static gsize local_start(const char *line, gsize sign)
{
    gunichar beside = '@';
    gsize from = sign;
    while (from > 0 && sign - from < ADDRESS_MAX) {
        const char *before = g_utf8_find_prev_char(line, line + from);
        gunichar c = before ? g_utf8_get_char_validated(before, line + from - before) : 0;
        if (!before || c >= (gunichar)-2 || !is_inside(c, "!#$%&*+-/=?^_`{|}~.'", beside))
            break;
        from = (gsize)(before - line);
        beside = c;
    }
    return from;
}

/* Where the domain that begins at AT ends. */
static gsize domain_stop(const char *line, gsize length, gsize at)
{
    gunichar beside = '@';
    gsize to = at;
    while (to < length && to - at < ADDRESS_MAX) {
        gunichar c = g_utf8_get_char_validated(line + to, (gssize)(length - to));
        if (c >= (gunichar)-2 || !is_inside(c, ".-_", beside))
            break;
        to = (gsize)(g_utf8_next_char(line + to) - line);
        beside = c;
    }
    return to;
}

/* The address around the at sign at SIGN: bytes [*START, *STOP) of LINE. */
static gboolean address_around(const char *line, gsize length, gsize sign, gsize *start, gsize *stop)
{
    gsize from = sign, to = domain_stop(line, length, sign + 1);
    if (from > 1 && line[from - 1] == '"') { /* "ana souza"@x (RFC 5321 section 4.1.2) */
        from--;
        while (from > 0 && sign - from < ADDRESS_MAX && line[from - 1] != '"')
            from--;
        from -= from > 0;
    } else {
        from = local_start(line, sign);
        while (from < sign && strchr("'*=-.", line[from]))
            from++;
    }
    while (to > sign + 1 && strchr(".-_", line[to - 1]))
        to--;
    if (from == sign || to == sign + 1 || to - sign >= ADDRESS_MAX)
        return FALSE;
    *start = from;
    *stop = to;
    return TRUE;
}

/* Behind what a server puts in front of an address: bullets, brackets, "SMTP:". */
static gsize skip_decoration(const char *line, gsize stop)
{
    static const char *const words[] = {"smtp:", "smtp ", "smtp;", "mailto:", "rfc822;", "rfc822:"};
    for (gsize at = 0; at < stop;) {
        if (strchr(" \t>*-<['\"(#=.", line[at])) {
            at++;
            continue;
        }
        if (g_str_has_prefix(line + at, "\xe2\x80\xa2")) { /* a bullet */
            at += 3;
            continue;
        }
        gboolean word = FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(words) && !word; i++)
            if (stop - at >= strlen(words[i]) &&
                !g_ascii_strncasecmp(line + at, words[i], strlen(words[i]))) {
                at += strlen(words[i]);
                word = TRUE;
            }
        if (!word)
            return at;
    }
    return stop;
}

/* "Recipient:", "RCPT TO:<", "Failed to deliver to '": what introduces one recipient on its line. */
static ChLineForm label_form(const char *line, gsize length)
{
    static const char *const senders[] = {"from",      "sender",      "de:",       "von:",    "message-id",
                                          "mail from", "reply",       "cc",        "subject", "postmaster",
                                          "received",  "return-path", "reporting", "id:"};
    static const char *const recipients[] = {
        "recip",    "rcpt",     "address",      "deliver",  "destinat",      "empfanger",
        "user",     "failed",   "mailbox",      "endereco", "unknown",       "size",
        "account",  "intended", "получател",    "адресат",  "宛先",          "あて先",
        "收件人",   "收信人",   "받는 사람",    "수신자",   "geadresseerde", "mottagar",
        "modtager", "mottaker", "vastaanottaj", "odbiorc",  "prijemce",      "cimzett"};
    g_autofree char *folded = ch_fold(line, length);
    char *colon = strrchr(folded, ':');
    if (!colon || strlen(colon) > 3)
        return CH_LINE_INSIDE;
    colon[1] = '\0';
    for (guint i = 0; i < G_N_ELEMENTS(senders); i++)
        if (strstr(folded, senders[i]))
            return CH_LINE_OTHER;
    if (!strcmp(folded, "to:") || !strcmp(folded, "para:") || !strcmp(folded, "an:") ||
        !strcmp(folded, "a:") || !strcmp(folded, "aan:"))
        return CH_LINE_TO;
    for (guint i = 0; i < G_N_ELEMENTS(recipients); i++)
        if (strstr(folded, recipients[i]))
            return CH_LINE_LABEL;
    return CH_LINE_INSIDE;
}

/* What stands behind an address that stands alone otherwise. NULL where it stands in a sentence. */
static const char *rest_alone(const char *rest, const char *end)
{
    while (rest < end && strchr(">)\"']", *rest))
        rest++;
    const char *at = rest;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (at == end)
        return end;
    /* "ana@x on 24/11/2026 10:00", "ana@x em 24/11/2026" of Exchange */
    if ((g_str_has_prefix(at, "on ") || g_str_has_prefix(at, "em ") || g_str_has_prefix(at, "am ") ||
         g_str_has_prefix(at, "el ") || g_str_has_prefix(at, "le ") || g_str_has_prefix(at, "il ")) &&
        end - at < 60 && strcspn(at + 3, "0123456789") < 6)
        return end;
    if (*at == '<' || g_str_has_prefix(at, "[mailto:")) { /* the address again, as a link */
        const char *close = at + strcspn(at, ">]\n");
        return close < end ? close + 1 : end;
    }
    if (*at == '[')
        return at;
    if (*at == '(' || *at == ';' || *at == ',' || g_str_has_prefix(at, "...") || g_str_has_prefix(at, "- "))
        return at + strspn(at, ".;,- ");
    return at >= rest + 2 || *rest == '\t' ? at : NULL;
}

/* Whether bytes [from, to) of LINE are the name before "<ana@x>" or "(ana@x)". */
static gboolean is_name(const char *line, gsize from, gsize to)
{
    if (to - from > 80 || to <= from || (line[to - 1] != '<' && line[to - 1] != '('))
        return FALSE;
    g_autofree char *folded = ch_fold(line + from, to - from);
    return !strpbrk(folded, ":;,0123456789") && !ch_bounce_words(folded) &&
           strcspn(folded, ".") == strlen(folded);
}

ChLineForm ch_bounce_line(const char *line, gsize length, char **address, gsize *rest)
{
    gsize start = 0, stop = 0;
    *address = NULL;
    *rest = 0;
    length = MIN(length, LINE_LOOKED_AT);
    for (gsize sign = 1; sign < length; sign++)
        if (line[sign] == '@' && address_around(line, length, sign, &start, &stop))
            break;
    if (stop == 0)
        return CH_LINE_NOTHING;
    *address = g_strndup(line + start, stop - start);
    if (!g_utf8_validate(*address, -1, NULL)) {
        g_clear_pointer(address, g_free);
        return CH_LINE_NOTHING;
    }
    const char *behind = line + stop, *end = line + length;
    gsize begin = skip_decoration(line, start);
    const char *closed = behind + (behind < end && strchr(">)\"'", *behind) != NULL);
    const char *alone = rest_alone(behind, end);
    if (begin >= start) {
        *rest = (gsize)((closed < end && *closed == ':' ? closed + 1 : alone ? alone : closed) - line);
        return closed < end && *closed == ':' ? CH_LINE_COLON : alone ? CH_LINE_ALONE : CH_LINE_INSIDE;
    }
    ChLineForm form = label_form(line + begin, start - begin);
    if (form == CH_LINE_INSIDE && alone && is_name(line, begin, start))
        form = CH_LINE_ALONE;
    if (form == CH_LINE_INSIDE && alone == end) { /* "Failed to deliver to 'ana@x'" */
        g_autofree char *before = ch_fold(line + begin, start - begin);
        if (ch_bounce_words(before) & CH_WORDS_FAILED)
            form = CH_LINE_LABEL;
    }
    *rest = (gsize)((form == CH_LINE_ALONE ? alone : closed) - line);
    return form;
}
