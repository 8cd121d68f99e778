/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which charset bytes are in that name none, or a wrong one: only where they can hardly be anything else.
 * Also finds text that was made UTF-8 twice. How bytes are converted is text.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* Bytes that are looked at. */
#define LOOK_MAX (64u << 10)
/* Letters or pairs below which nothing is clear. */
#define LEAST_LETTERS 8
#define LEAST_PAIRS   4

/* ---- Cyrillic ---- */

typedef struct {
    guint letters; /* bytes of words that have no Latin letter */
    guint mixed;   /* bytes beyond ASCII that stand beside a Latin letter */
    guint windows; /* of letters: о е а и н т с р in windows-1251 */
    guint koi;     /* the same in KOI8-R */
} Cyrillic;

static gboolean is_cyrillic(guchar byte)
{
    return byte >= 0xc0 || byte == 0xa3 || byte == 0xa8 || byte == 0xb3 || byte == 0xb8;
}

static void count_word(Cyrillic *count, const guchar *from, const guchar *to)
{
    guint letters = 0, latin = 0, windows = 0, koi = 0;
    for (; from < to; from++) {
        guchar byte = *from;
        if (byte < 0x80) {
            latin++;
            continue;
        }
        letters++;
        /* Both write upper case 32 letters away from lower case. */
        windows += byte >= 0xc0 && strchr("\xee\xe5\xe0\xe8\xed\xf2\xf1\xf0", byte | 0x20) != NULL;
        koi += byte >= 0xc0 && strchr("\xcf\xc5\xc1\xc9\xce\xd4\xd3\xd2", byte & 0xdf) != NULL;
    }
    if (latin > 0) {
        count->mixed += letters;
        return;
    }
    count->letters += letters;
    count->windows += windows;
    count->koi += koi;
}

/* Eight letters make up more than half of what is written in Russian and its neighbours. */
static const char *guess_cyrillic(const guchar *at, const guchar *end)
{
    Cyrillic count = {0};
    while (at < end) {
        const guchar *word = at;
        while (at < end && (g_ascii_isalpha((char)*at) || is_cyrillic(*at)))
            at++;
        count_word(&count, word, at);
        at += at < end;
    }
    if (count.letters < LEAST_LETTERS || count.mixed * 8 > count.letters)
        return NULL;
    guint least = count.letters * 45 / 100;
    if (count.windows >= least && count.windows > count.koi)
        return "WINDOWS-1251";
    return count.koi >= least && count.koi > count.windows ? "KOI8-R" : NULL;
}

/* ---- Chinese, Japanese, Korean ---- */

/* Two bytes of 0xa1–0xfe each: EUC-JP, GB 2312 and EUC-KR look the same but for which rows they use. */
static const char *guess_euc(const guchar *at, const guchar *end, gboolean kana_only)
{
    guint pairs = 0, kana = 0, hangul = 0, common = 0;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        if (end - at < 2)
            break; /* cut off */
        if (at[0] < 0xa1 || at[0] == 0xff || at[1] < 0xa1 || at[1] == 0xff)
            return NULL;
        pairs++;
        kana += at[0] == 0xa4 || at[0] == 0xa5;
        hangul += at[0] >= 0xb0 && at[0] <= 0xc8;
        common += at[0] >= 0xb0 && at[0] <= 0xf7;
        at += 2;
    }
    if (pairs < LEAST_PAIRS)
        return NULL;
    if (kana * 4 >= pairs)
        return "EUC-JP-MS";
    if (kana_only)
        return NULL;
    if (hangul * 100 >= pairs * 85)
        return "UHC";
    return common * 100 >= pairs * 60 ? "GB18030" : NULL;
}

static gboolean is_trail(guchar byte)
{
    return byte >= 0x40 && byte != 0x7f && byte <= 0xfc;
}

static const char *guess_shift_jis(const guchar *at, const guchar *end)
{
    guint pairs = 0, kana = 0;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        if (*at >= 0xa1 && *at <= 0xdf) { /* half-width katakana */
            at++;
            continue;
        }
        if (end - at < 2)
            break;
        if (*at == 0x80 || *at == 0xa0 || *at > 0xfc || !is_trail(at[1]))
            return NULL;
        pairs++;
        kana += (at[0] == 0x82 && at[1] >= 0x9f && at[1] <= 0xf1) || (at[0] == 0x83 && at[1] <= 0x96);
        at += 2;
    }
    return pairs >= LEAST_PAIRS && kana * 4 >= pairs ? "CP932" : NULL;
}

static const char *guess_big5(const guchar *at, const guchar *end)
{
    guint pairs = 0, common = 0;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        if (end - at < 2)
            break;
        if (at[0] < 0xa1 || at[0] > 0xf9 || at[1] < 0x40 || (at[1] > 0x7e && at[1] < 0xa1) || at[1] == 0xff)
            return NULL;
        pairs++;
        common += at[0] >= 0xa4 && at[0] <= 0xc6;
        at += 2;
    }
    return pairs >= LEAST_PAIRS && common * 100 >= pairs * 75 ? "BIG5-HKSCS" : NULL;
}

/* ---- Western languages under DOS ---- */

/* Whether BYTE is an upper-case letter of Western languages in code page 850 (or 437, where it has it). */
static gboolean is_dos_upper(guchar byte)
{
    return byte &&
           strchr("\x80\x8e\x8f\x90\x92\x99\x9a\x9d\xa5\xb5\xb6\xb7\xc7\xd2\xd3\xd4\xd6\xd7\xd8\xe0\xe2"
                  "\xe3\xe5\xe9\xea\xeb",
                  byte);
}

/* The same of a lower-case letter, of the signs of ordinal numbers, and of what Spanish begins questions
 * with. */
static gboolean is_dos_lower(guchar byte)
{
    return byte <= 0x9b || (byte >= 0xa0 && byte <= 0xa8) || byte == 0xad || byte == 0xc6 || byte == 0xe1 ||
           byte == 0xe4;
}

/* How much BYTE in the middle of a word says that windows-1252 is not meant, which has a sign for it there:
 * "Aten\x87\xc6o" would be "Aten‡Æo". Not those that people do put between two words without a blank. */
static guint dos_weight(guchar byte)
{
    switch (byte) {
    case 0x80: /* Ç */
    case 0x82: /* é */
    case 0x84: /* ä */
    case 0x87: /* ç */
    case 0x88: /* ê */
        return 2;
    case 0x81: /* ü */
    case 0x83: /* â */
    case 0xa1: /* í */
    case 0xa2: /* ó */
    case 0xa3: /* ú */
    case 0xa4: /* ñ */
        return 1;
    default:
        return 0;
    }
}

/* Whether the letter at AT stands where one of its case may: no word begins in lower and goes on in upper
 * case. */
static gboolean is_dos_case(guchar before, guchar at, guchar after)
{
    gboolean upper = is_dos_upper(at), lower = !upper && is_dos_lower(at);
    if (upper)
        return !g_ascii_islower((char)before) &&
               !(g_ascii_isupper((char)before) && g_ascii_islower((char)after));
    return lower && !g_ascii_isupper((char)after);
}

/* Whether each byte can be a letter where it stands. *WEIGHT (may be NULL): how clear it is. */
static gboolean weigh_dos(const guchar *at, const guchar *end, guint *weight)
{
    for (const guchar *start = at; at < end; at++) {
        guchar before = at > start ? at[-1] : ' ', after = end - at > 1 ? at[1] : ' ';
        if (*at < 0x80)
            continue;
        if (!is_dos_case(before, *at, after))
            return FALSE;
        if (weight && g_ascii_isalpha((char)before) && (g_ascii_isalpha((char)after) || after >= 0x80))
            *weight += dos_weight(*at);
    }
    return TRUE;
}

/* Old invoicing and accounting programs write as their console does. */
static const char *guess_dos(const guchar *at, const guchar *end)
{
    guint weight = 0, letters = 0, high = 0;
    for (const guchar *byte = at; byte < end; byte++) {
        letters += g_ascii_isalpha((char)*byte);
        high += *byte >= 0x80;
    }
    return letters > 2 * high && weigh_dos(at, end, &weight) && weight >= 2 ? "CP850" : NULL;
}

gboolean ch_guess_may_be_dos(const char *bytes, gsize length)
{
    return weigh_dos((const guchar *)bytes, (const guchar *)bytes + MIN(length, LOOK_MAX), NULL);
}

/* Whether more than half of what is not ASCII is UTF-8: then it is a damaged text in it, or a mixed one. */
static gboolean is_mostly_utf8(const guchar *at, const guchar *end)
{
    guint good = 0, bad = 0;
    while (at < end) {
        guint more = *at < 0x80 ? 0 : *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc2 ? 1 : 9;
        if (*at < 0x80) {
            at++;
            continue;
        }
        guint found = 0;
        while (more < 9 && found < more && at + 1 + found < end && (at[1 + found] & 0xc0) == 0x80)
            found++;
        if (found == more) {
            good += more + 1;
            at += more + 1;
        } else {
            bad++;
            at++;
        }
    }
    return good > bad;
}

const char *ch_guess_charset(const char *bytes, gsize length)
{
    const guchar *at = (const guchar *)bytes, *end = at + MIN(length, LOOK_MAX);
    /* Kana in EUC-JP look like UTF-8 that lost its first byte; but all in pairs, they are nothing else. */
    if (is_mostly_utf8(at, end))
        return guess_euc(at, end, TRUE);
    /* In this order: kana in Shift_JIS could be Russian, and "â" of DOS katakana. */
    static const char *(*const guesses[])(const guchar *, const guchar *) = {guess_dos, guess_shift_jis,
                                                                             guess_cyrillic};
    const char *found = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(guesses) && !found; i++)
        found = guesses[i](at, end);
    if (!found)
        found = guess_euc(at, end, FALSE);
    return found ? found : guess_big5(at, end);
}

const char *ch_guess_stateful(const char *bytes, gsize length)
{
    const char *end = bytes + MIN(length, LOOK_MAX);
    for (const char *at = bytes; (at = memchr(at, 0x1b, (gsize)(end - at))) && end - at >= 4; at++) {
        if ((at[1] == '$' && (at[2] == 'B' || at[2] == '@')) || (at[1] == '(' && at[2] == 'I'))
            return "ISO-2022-JP-3";
        if (at[1] == '$' && at[2] == ')' && at[3] == 'C')
            return "ISO-2022-KR";
    }
    return NULL;
}

/* ---- UTF-8 made twice ---- */

/* The byte that C was made of, by ISO 8859-1 or windows-1252; -1 where neither has it. */
static int byte_of(gunichar c)
{
    if (c >= 0x80 && c <= 0xff)
        return (int)c;
    for (guint i = 0; i < 32; i++)
        if (ch_windows_1252[i] == c && c)
            return (int)i + 0x80;
    return -1;
}

char *ch_guess_undo_twice(const char *text)
{
    const char *first = text;
    while ((guchar)*first && (guchar)*first < 0x80)
        first++;
    if (!*first)
        return NULL;
    g_autoptr(GString) out = g_string_new_len(text, first - text);
    g_autoptr(GString) run = g_string_new(NULL);
    for (const char *at = first; *at;) {
        if ((guchar)*at < 0x80) {
            g_string_append_c(out, *at++);
            continue;
        }
        g_string_truncate(run, 0);
        for (; (guchar)*at >= 0x80; at = g_utf8_next_char(at)) {
            int byte = byte_of(g_utf8_get_char(at));
            if (byte < 0)
                return NULL;
            g_string_append_c(run, (char)byte);
        }
        if (!g_utf8_validate(run->str, (gssize)run->len, NULL))
            return NULL;
        g_string_append_len(out, run->str, (gssize)run->len);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
