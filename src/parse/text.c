/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in any charset to clean, valid UTF-8 (L11). Knows nothing of headers (words.c) or of MIME parts
 * (walk.c). What can't be read as the charset that was named is read as what it most likely is.
 */
#include "parse/internal.h"

#include <errno.h>
#include <string.h>

const guint16 ch_windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* Charsets that are named where a larger one is meant: every mail in the smaller one reads the same in it. */
static const char *const LARGER[][2] = {
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gb18030", "GB18030"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"x-sjis", "CP932"},
    {"sjis", "CP932"},
    {"euc-kr", "UHC"},
    {"ks_c_5601-1987", "UHC"},
    {"ks_c_5601", "UHC"},
    {"korean", "UHC"},
    {"big5", "BIG5-HKSCS"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"iso-8859-11", "CP874"},
    {"tis-620", "CP874"},
    {"windows-874", "CP874"},
    {"iso-8859-8-i", "CP1255"},
    {"iso-8859-8-e", "CP1255"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"utf-7", "UTF-7"},
    {"x-mac-roman", "MACINTOSH"},
    {"mac", "MACINTOSH"},
    {"hz-gb-2312", "HZ"},
    {"iso-2022-jp", "ISO-2022-JP-3"},
    {"iso-2022-jp-ms", "ISO-2022-JP-3"},
    {"cp50220", "ISO-2022-JP-3"},
    {"cp50221", "ISO-2022-JP-3"},
    {"csiso2022jp", "ISO-2022-JP-3"},
    {"euc-jp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"x-euc", "EUC-JP-MS"},
    {"unicode", "UTF-16"},
    {"unicodefffe", "UTF-16BE"},
};

/* How the bytes of a charset are to be taken. */
typedef enum {
    READ_LATIN,    /* UTF-8 where it is valid, windows-1252 byte by byte otherwise */
    READ_UTF8,     /* the same, but bytes that aren't UTF-8 are worth a warning */
    READ_ONE_BYTE, /* by iconv, but valid UTF-8 with non-ASCII characters is UTF-8 that lies */
    READ_MANY,     /* by iconv first: some short GBK words are valid UTF-8 */
    READ_STATEFUL, /* by iconv even where all bytes are ASCII */
} Reading;

static gboolean is_ascii(const char *bytes, gsize length)
{
    guint64 all = 0, word;
    gsize at = 0;
    for (; at + 8 <= length; at += 8) {
        memcpy(&word, bytes + at, 8);
        all |= word;
    }
    for (; at < length; at++)
        all |= (guint64)(guchar)bytes[at];
    return (all & G_GUINT64_CONSTANT(0x8080808080808080)) == 0;
}

static void append_byte(GString *out, guchar byte)
{
    if (byte < 0x80) {
        g_string_append_c(out, (char)byte);
        return;
    }
    gunichar c = byte < 0xa0 ? ch_windows_1252[byte - 0x80] : byte;
    g_string_append_unichar(out, c ? c : 0xfffd);
}

/* Valid stretches as they are, every other byte as windows-1252: right for Latin-1 that is called UTF-8 and
 * for texts pasted together of both. */
static char *read_latin(const char *bytes, gsize length, gboolean *repaired)
{
    GString *out = g_string_sized_new(length + length / 8 + 1);
    const char *at = bytes, *end = bytes + length, *stop;
    while (at < end) {
        if (g_utf8_validate_len(at, (gsize)(end - at), &stop)) {
            g_string_append_len(out, at, end - at);
            break;
        }
        g_string_append_len(out, at, stop - at);
        if (*stop)
            append_byte(out, (guchar)*stop);
        *repaired = TRUE;
        at = stop + 1;
    }
    return g_string_free(out, FALSE);
}

static char *read_iconv(const char *bytes, gsize length, const char *charset, gsize *bad)
{
    GIConv converter = g_iconv_open("UTF-8", charset);
    if (converter == (GIConv)-1)
        return NULL;
    gsize room = length * 2 + 64;
    GString *out = g_string_sized_new(room);
    char *in = (char *)bytes;
    gsize left = length;
    *bad = 0;
    while (TRUE) {
        char chunk[4096], *to = chunk;
        gsize free_bytes = sizeof(chunk);
        gsize result = g_iconv(converter, in ? &in : NULL, &left, &to, &free_bytes);
        int why = errno;
        g_string_append_len(out, chunk, to - chunk);
        /* Where a sign may follow that changes the last letter (Hebrew, Vietnamese, Big5-HKSCS), iconv holds
         * that letter back until it is told that no more comes. */
        if (result != (gsize)-1 && in) {
            in = NULL;
            continue;
        }
        if (result != (gsize)-1)
            break;
        if (why == E2BIG)
            continue;
        if (why == EINVAL || left == 0) { /* cut in the middle of a character */
            *bad += left;
            left = 0;
            if (!in)
                break;
            in = NULL;
            continue;
        }
        g_string_append(out, "\xef\xbf\xbd");
        (*bad)++;
        in++;
        left--;
    }
    g_iconv_close(converter);
    gsize kept = 0;
    for (gsize i = 0; i < out->len; i++)
        if (out->str[i])
            out->str[kept++] = out->str[i];
    g_string_truncate(out, kept);
    /* From UCS-4 iconv makes what is beyond Unicode, too. */
    return ch_text_mend(g_string_free(out, FALSE));
}

static Reading reading_of(const char *charset, const char **iconv_name)
{
    *iconv_name = NULL;
    if (!charset || !*charset)
        return READ_LATIN;
    static const char *const utf8[] = {"utf-8",  "utf8", "utf_8", "utf8mb4", "utf-8mb4", "unicode-1-1-utf-8",
                                       "x-utf-8"};
    for (guint i = 0; i < G_N_ELEMENTS(utf8); i++)
        if (!g_ascii_strcasecmp(charset, utf8[i]))
            return READ_UTF8;
    static const char *const latin[] = {
        "us-ascii",  "ascii",          "iso-8859-1",     "iso8859-1", "latin1",
        "latin-1",   "windows-1252",   "cp1252",         "unknown",   "unknown-8bit",
        "x-unknown", "default",        "binary",         "8bit",      "iso-8859-1-windows",
        "7bit",      "us_ascii",       "ansi_x3.4-1968", "iso646-us", "windows1252",
        "x-ansi",    "x-user-defined", "ansi",           "none"};
    for (guint i = 0; i < G_N_ELEMENTS(latin); i++)
        if (!g_ascii_strcasecmp(charset, latin[i]))
            return READ_LATIN;
    const char *name = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(LARGER) && !name; i++)
        if (!g_ascii_strcasecmp(charset, LARGER[i][0]))
            name = LARGER[i][1];
    *iconv_name = name ? name : g_mime_charset_iconv_name(charset);
    if (!*iconv_name)
        return READ_LATIN;
    name = *iconv_name;
    if (!g_ascii_strncasecmp(name, "utf-7", 5) || !g_ascii_strncasecmp(name, "iso-2022", 8) ||
        !g_ascii_strncasecmp(name, "iso2022", 7) || !g_ascii_strcasecmp(name, "hz") ||
        !g_ascii_strncasecmp(name, "utf-16", 6) || !g_ascii_strncasecmp(name, "utf-32", 6) ||
        !g_ascii_strncasecmp(name, "utf16", 5) || !g_ascii_strncasecmp(name, "utf32", 5) ||
        !g_ascii_strncasecmp(name, "ucs", 3) || !g_ascii_strncasecmp(name, "ebcdic", 6))
        return READ_STATEFUL;
    if (!g_ascii_strncasecmp(name, "gb", 2) || !g_ascii_strncasecmp(name, "big5", 4) ||
        !g_ascii_strncasecmp(name, "euc", 3) || !g_ascii_strcasecmp(name, "cp932") ||
        !g_ascii_strcasecmp(name, "uhc") || !g_ascii_strncasecmp(name, "shift", 5) ||
        !g_ascii_strcasecmp(name, "johab"))
        return READ_MANY;
    return READ_ONE_BYTE;
}

/* NULs out: they end a C string too early, and no text needs them. */
static char *without_nul(const char *bytes, gsize *length)
{
    char *copy = g_malloc(*length + 1);
    gsize kept = 0;
    for (gsize i = 0; i < *length; i++)
        if (bytes[i])
            copy[kept++] = bytes[i];
    copy[kept] = '\0';
    *length = kept;
    return copy;
}

/* As ch_text_to_utf8, for bytes that no byte order mark or stateful charset decides. */
static char *read_plain(const char *bytes, gsize length, Reading reading, const char *name, gboolean named,
                        gboolean *repaired)
{
    if (is_ascii(bytes, length))
        return g_strndup(bytes, length);
    if (reading != READ_MANY && g_utf8_validate_len(bytes, length, NULL)) {
        if (reading == READ_ONE_BYTE || (named && reading == READ_LATIN))
            *repaired = TRUE;
        return g_strndup(bytes, length);
    }
    const char *guess = reading == READ_LATIN ? ch_guess_charset(bytes, length) : NULL;
    if (guess) {
        name = guess;
        *repaired |= named;
    } else if (reading == READ_LATIN || reading == READ_UTF8) {
        gboolean mixed = FALSE;
        char *text = read_latin(bytes, length, &mixed);
        *repaired |= mixed && reading == READ_UTF8;
        return text;
    }
    gsize bad = 0;
    char *text = read_iconv(bytes, length, name, &bad);
    if (text && bad == 0)
        return text;
    *repaired = TRUE;
    /* A name that iconv doesn't know, or bytes that it can't read: UTF-8 is the usual truth. */
    if (text && !g_utf8_validate_len(bytes, length, NULL))
        return text;
    g_free(text);
    return read_latin(bytes, length, repaired);
}

/* "=utf-8", "'iso-8859-1'", "utf-8;" and their like without what does not belong there; NULL for nothing. */
static char *charset_name(const char *charset)
{
    if (!charset)
        return NULL;
    while (*charset && !g_ascii_isalnum(*charset))
        charset++;
    gsize length = strnlen(charset, 64);
    gsize end = 0;
    while (end < length && (g_ascii_isalnum(charset[end]) || strchr("-_.:+", charset[end])))
        end++;
    return end > 0 ? g_strndup(charset, end) : NULL;
}

/* HZ (RFC 1843), which iconv may lack, as GB 2312: the bytes between "~{" and "~}" get their upper bit. */
static char *read_hz(const char *bytes, gsize length)
{
    g_autoptr(GString) out = g_string_sized_new(length);
    gboolean chinese = FALSE;
    for (gsize i = 0; i < length; i++) {
        char next = i + 1 < length ? bytes[i + 1] : '\0';
        chinese = chinese && bytes[i] != '\n';
        if (bytes[i] == '~' && (next == '{' || next == '}' || next == '~' || next == '\n')) {
            chinese = next == '{';
            if (next == '~')
                g_string_append_c(out, '~');
            i++;
        } else {
            g_string_append_c(out, chinese && bytes[i] > ' ' ? (char)(bytes[i] | 0x80) : bytes[i]);
        }
    }
    gsize bad;
    return read_iconv(out->str, out->len, "GB18030", &bad);
}

/* Bytes of a charset that changes its meaning by escapes. NULL where they are none. */
static char *read_stateful(const char *bytes, gsize length, const char *name, gboolean *repaired)
{
    if (!strcmp(name, "HZ"))
        return read_hz(bytes, length);
    gsize bad = 0;
    char *text = read_iconv(bytes, length, name, &bad);
    if (text && bad == 0)
        return text;
    *repaired = TRUE;
    if (!g_ascii_strncasecmp(name, "iso-2022-jp", 11) && ch_guess_stateful(bytes, length)) {
        gsize size;
        g_autofree char *shifted = ch_japanese_as_shift_jis(bytes, length, &size);
        g_free(text);
        return read_iconv(shifted, size, "CP932", &bad);
    }
    if (text && !g_utf8_validate_len(bytes, length, NULL))
        return text;
    g_free(text);
    return NULL;
}

/* What is read before UTF-8 made twice is looked for. */
static char *read_once(const char *bytes, gsize length, const char *charset, gboolean *repaired)
{
    const char *name;
    Reading reading = reading_of(charset, &name);
    if (length >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
        bytes += 3;
        length -= 3;
        reading = READ_UTF8;
    }
    /* UTF-16 says so itself, whatever it is called. */
    if (length >= 4 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2)) &&
        memchr(bytes, 0, length) && (!name || !strcasestr(name, "utf-32"))) {
        name = "UTF-16";
        reading = READ_STATEFUL;
    }
    /* ASCII under utf-16 would be read as Chinese. */
    if (name && (strcasestr(name, "utf") || strcasestr(name, "ucs")) && g_ascii_strcasecmp(name, "utf-7") &&
        length > 0 && !memchr(bytes, 0, length) && g_utf8_validate_len(bytes, length, NULL)) {
        reading = READ_UTF8;
        *repaired = TRUE;
    }
    const char *escapes = reading == READ_STATEFUL ? NULL : ch_guess_stateful(bytes, length);
    if (escapes || reading == READ_STATEFUL) {
        char *text = read_stateful(bytes, length, escapes ? escapes : name, repaired);
        if (text)
            return text;
        reading = READ_LATIN;
    }
    g_autofree char *copy = NULL;
    if (memchr(bytes, 0, length)) {
        bytes = copy = without_nul(bytes, &length);
        *repaired = TRUE;
    }
    return read_plain(bytes, length, reading, name, charset != NULL, repaired);
}

char *ch_text_to_utf8(const char *bytes, gsize length, const char *charset, gboolean *repaired)
{
    gboolean ignored;
    if (!repaired)
        repaired = &ignored;
    if (length == 0)
        return g_strdup("");
    g_autofree char *named = charset_name(charset);
    char *text = read_once(bytes, length, named, repaired);
    char *once = ch_guess_undo_twice(text);
    if (!once)
        return text;
    *repaired = TRUE;
    g_free(text);
    return once;
}

/* Whether the three bytes at AT are U+202A–202E or U+2066–2069, which turn the order of what is shown. */
static gboolean is_bidi(const guchar *at)
{
    return at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
                             (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

char *ch_text_clean(char *text)
{
    guchar *to = (guchar *)text;
    const guchar *from = (const guchar *)text;
    while (*from) {
        guchar c = *from;
        if (c == '\r') {
            *to++ = '\n';
            from += from[1] == '\n' ? 2 : 1;
        } else if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f) {
            if (c == '\f' || c == '\v')
                *to++ = '\n';
            from++;
        } else if (c == 0xc2 && from[1] < 0xa0) { /* C1 controls; U+0085 is a line end */
            if (from[1] == 0x85)
                *to++ = '\n';
            from += 2;
        } else if (is_bidi(from)) {
            from += 3;
        } else {
            *to++ = c;
            from++;
        }
    }
    *to = '\0';
    return text;
}

char *ch_text_one_line(char *text)
{
    ch_text_clean(text);
    guchar *to = (guchar *)text;
    const guchar *from = (const guchar *)text;
    gboolean space = FALSE;
    while (*from) {
        if (*from == ' ' || *from == '\t' || *from == '\n') {
            space = to != (guchar *)text;
            from++;
        } else {
            if (space)
                *to++ = ' ';
            space = FALSE;
            *to++ = *from++;
        }
    }
    *to = '\0';
    return text;
}

char *ch_text_mend(char *text)
{
    const char *bad = text;
    while (!g_utf8_validate(bad, -1, &bad))
        text[bad - text] = '?';
    return text;
}

gsize ch_text_span(const char *text, gsize limit)
{
    gsize length = strnlen(text, limit);
    while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

void ch_text_cut(char *text, gsize limit)
{
    gsize length = ch_text_span(text, limit);
    if (text[length])
        text[length] = '\0';
}

gboolean ch_text_is_blank(const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c) && c != 0xfeff && c != 0x200b && c != 0x200c && c != 0x200d)
            return FALSE;
    }
    return TRUE;
}
