/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures: below "-- " (RFC 3676 section 4.3) and what clients make of it, the line of a phone or an app,
 * what the markup calls one; footers of lists are quote_footer.c's. A name under a greeting is the person's
 * own words and stays, and so does legal small print (P9).
 */
#include "parse/quote_private.h"

#include <string.h>

#define SIGNATURE_LINES 60 /* below "-- " */
#define LOOSE_LINES     12 /* below what may also be a rule between two paragraphs */
#define DEVICE_BYTES    160
#define DEVICE_WORDS    5

static const char *const device_lines[] = {
    "sent from ",
    "sent with ",
    "sent via ",
    "sent using zoho",
    "sent using the ",
    "get outlook for ",
    "get bluemail for ",
    "enviado do meu ",
    "enviado da minha ",
    "enviada do meu ",
    "enviado a partir do ",
    "enviado a partir da ",
    "enviado pelo meu ",
    "enviado do ",
    "enviado da ",
    "enviado através do ",
    "enviado via ",
    "enviado com ",
    "enviado usando ",
    "obter o outlook para ",
    "obtenha o outlook para ",
    "obtém o outlook para ",
    "baixe o outlook para ",
    "enviado desde ",
    "enviado de correo para ",
    "enviado con ",
    "obtener outlook para ",
    "descargar outlook para ",
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir de ",
    "envoyé avec ",
    "télécharger outlook pour ",
    "obtenir outlook pour ",
    "von meinem ",
    "von meiner ",
    "gesendet von ",
    "gesendet mit ",
    "holen sie sich outlook für ",
    "outlook für ",
    "inviato da ",
    "inviato dal ",
    "ottieni outlook per ",
    "scarica outlook per ",
    "verstuurd vanaf ",
    "verzonden vanaf ",
    "verzonden met ",
    "outlook voor ",
    "download outlook voor ",
    "skickat från ",
    "hämta outlook för ",
    "sendt fra ",
    "hent outlook til ",
    "få outlook for ",
    "lähetetty ",
    "hanki outlook ",
    "wysłane z ",
    "wysłano z ",
    "pobierz outlooka na ",
    "pobierz program outlook ",
    "odesláno z ",
    "získat outlook pro ",
    "отправлено с ",
    "отправлено из ",
    "надіслано з ",
    "发自我的",
    "发自",
    "從我的",
    "获取 outlook for ",
    "được gửi từ ",
    "đã gửi từ ",
    "iphoneから送信",
    "ipadから送信",
    "outlook for ",
    "나의 iphone에서 보냄",
    "enviat des ",
    "trimis de pe ",
};

static const char *const device_ends[] = {"'dan gönderildi", "umdan gönderildi", "den gönderildi", "から送信",
                                          "에서 보냄"};

/* What such a line ends with, where it has commas or is a sentence: "Enviado do meu smartphone Samsung
 * Galaxy." */
static const char *const devices[] = {
    "smartphone",  "iphone",    "ipad",    "ipod",      "galaxy",  "android",  "blackberry", "device",
    "phone",       "tablet",    "mail",    "mobile",    "celular", "móvil",    "movil",      "telemóvel",
    "dispositivo", "windows",   "outlook", "ios",       "network", "email",    "e-mail",     "gerät",
    "handy",       "téléphone", "telefon", "cellulare", "xiaomi",  "motorola", "huawei",
};

/* WORDS without an address of the web behind it, in <>, [] or (), without the brackets of Markdown's links
 * ("Sent with [Proton Mail](https://…) secure email."), and without the dot at its end. *DOT: whether there
 * was one. Free with g_free. */
static char *bare(const char *words, gboolean *dot)
{
    char *copy = g_strdup(words);
    gsize kept = 0;
    for (gsize i = 0; copy[i]; i++)
        if (!strchr("[]", copy[i]))
            copy[kept++] = copy[i];
    copy[kept] = 0;
    char *link = strstr(copy, "http");
    if (link) {
        while (link > copy && strchr("<[( ", link[-1]))
            link--;
        *link = 0;
    }
    gsize length = strlen(copy);
    *dot = length > 0 && copy[length - 1] == '.';
    if (*dot)
        copy[length - 1] = 0;
    return copy;
}

static gboolean ends_in_device(const char *words)
{
    for (guint i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (!g_str_has_suffix(words, devices[i]))
            continue;
        gsize before = strlen(words) - strlen(devices[i]);
        if (before > 0 && strchr(" -", words[before - 1]))
            return TRUE;
    }
    return FALSE;
}

/* Whether the WORD of LENGTH bytes is a device or a program, in any case of its language: "iPhonesta". */
static gboolean is_brand(const char *word, gsize length)
{
    static const char *const brands[] = {
        "iphon",     "ipad",       "ipod",        "samsung", "galaxy",   "android",    "xiaomi",
        "redmi",     "motorola",   "huawei",      "nokia",   "lumia",    "xperia",     "oneplus",
        "pixel",     "blackberry", "outlook",     "gmail",   "yahoo",    "webmail",    "proton",
        "tutanota",  "superhuman", "missive",     "airmail", "bluemail", "mailspring", "fairemail",
        "roundcube", "zimbra",     "thunderbird", "verizon",
    };
    static const char *const whole[] = {"spark",  "front",  "hey",   "edison",  "zoho",
                                        "uol",    "bol",    "terra", "aol",     "tuta",
                                        "libero", "orange", "lg",    "mail.ru", "windows"};
    for (guint i = 0; i < G_N_ELEMENTS(brands); i++)
        if (!strncmp(word, brands[i], strlen(brands[i])))
            return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(whole); i++)
        if (strlen(whole[i]) == length && !memcmp(word, whole[i], length))
            return TRUE;
    return FALSE;
}

/* REST of "Sent via …": a brand is its last word, a number may follow; or its first, where not much follows.
 * "Sent via DHL Express", "Sent from Samsung support yesterday" are the person's. */
static gboolean names_brand(const char *rest)
{
    const char *last = rest;
    guint words = 1;
    for (const char *at = rest; *at; at++) {
        words += at[0] == ' ' && at[1];
        if (at[0] == ' ' && at[1] && !g_ascii_isdigit(at[1]))
            last = at + 1;
    }
    gboolean model = rest[strcspn(rest, "0123456789")] != 0;
    return ((words <= 2 || model) && is_brand(rest, strcspn(rest, " "))) ||
           is_brand(last, strcspn(last, " "));
}

/* "my": no sentence about a parcel says that it was sent from my … */
static gboolean is_owned(const char *words)
{
    static const char *const mine[] = {"my",     "meu",    "minha", "mi",   "mon", "ma",  "mijn",
                                       "meinem", "meiner", "min",   "mitt", "mio", "mia", "我的"};
    for (guint i = 0; i < G_N_ELEMENTS(mine); i++)
        if (ch_quote_word(words, mine[i]))
            return TRUE;
    return FALSE;
}

/* What phones and programs put below every mail; "Sent from my desk, is much easier" is no such line, and
 * "Sent via e-mail" may be about a parcel's papers. */
static gboolean is_device_line(ChQuoteLines *lines, guint i)
{
    if (lines->lines[i].end - lines->lines[i].start > DEVICE_BYTES)
        return FALSE;
    gboolean dot;
    g_autofree char *words = bare(ch_quote_words(lines, i), &dot);
    if (strstr(words, "k-9 mail") || strstr(words, "fairemail"))
        return TRUE;
    for (guint d = 0; d < G_N_ELEMENTS(device_ends); d++)
        if (g_str_has_suffix(words, device_ends[d]) && strlen(words) < 60)
            return TRUE;
    for (guint d = 0; d < G_N_ELEMENTS(device_lines); d++) {
        if (!g_str_has_prefix(words, device_lines[d]))
            continue;
        guint count = 0;
        const char *rest = words + strlen(device_lines[d]);
        for (const char *at = rest; *at; at++)
            count += *at != ' ' && (at == rest || at[-1] == ' ');
        if (count > (strchr(rest, ',') ? DEVICE_WORDS : 2 * DEVICE_WORDS))
            return FALSE;
        if (ends_in_device(words) && (count > 1 || !g_str_has_suffix(rest, "mail")))
            return TRUE;
        if (!dot && count <= DEVICE_WORDS && !strpbrk(rest, ",.!?:;") &&
            (is_owned(words) || names_brand(rest) || names_brand(words)))
            return TRUE;
    }
    return FALSE;
}

/* What small print speaks of. */
static gboolean is_small_print(const char *words)
{
    static const char *const print[] = {"confiden", "mensag",      "message",   "e-mail",   "email",
                                        "destinat", "recipient",   "imprim",    "print",    "privileg",
                                        "ambiente", "environment", "nachricht", "courriel", "correo",
                                        "messagg",  "mensaje"};
    return ch_quote_has(words, print, G_N_ELEMENTS(print));
}

/* A line that ends as a sentence does, of more words than a name, a post or an address has. */
static gboolean is_prose(const char *words)
{
    gsize length = strlen(words);
    guint blanks = 0;
    for (const char *at = words; *at; at++)
        blanks += *at == ' ';
    return blanks >= 5 && strchr(".!,;:", words[length - 1]);
}

/* Whether a line that is no more than "--" or "__" is a rule of the person's own: one of several, between
 * two rows or fields, below a line that announces it, above a paragraph that is no small print, or above a
 * question. */
static gboolean is_divider(ChQuoteLines *lines, guint i, guint from, guint last)
{
    g_autofree char *rule = g_strdup(ch_quote_words(lines, i));
    for (guint at = i - MIN(i - from, SIGNATURE_LINES); at < last; at++)
        if (at != i && !lines->lines[at].quoted && !strcmp(ch_quote_words(lines, at), rule))
            return TRUE;
    if (i > from && i + 1 < last && strpbrk(ch_quote_words(lines, i - 1), "|\t:") &&
        strpbrk(ch_quote_words(lines, i + 1), "|\t:"))
        return TRUE;
    guint above = i;
    while (above > from && lines->lines[above - 1].blank)
        above--;
    if (above > from && !lines->lines[above - 1].quoted &&
        ch_quote_announces(ch_quote_words(lines, above - 1)))
        return TRUE;
    gboolean apart = FALSE, prose = FALSE, small = FALSE;
    for (guint at = i + 1; at < last; at++) {
        const char *words = ch_quote_words(lines, at);
        if (g_str_has_suffix(words, "?"))
            return TRUE;
        apart |= lines->lines[at].blank;
        prose |= apart && is_prose(words);
        small |= is_small_print(words);
    }
    return prose && !small;
}

/* Whether a signature begins at line I, not above FROM, that ends at LAST. */
static gboolean begins_signature(ChQuoteLines *lines, guint i, guint from, guint last)
{
    const ChQuoteLine *line = &lines->lines[i];
    const char *text = lines->text + line->start;
    gsize length = line->end - line->start;
    if (length == 3 && !memcmp(text, "-- ", 3))
        return last - i <= SIGNATURE_LINES;
    if (length > 100 || last - i > LOOSE_LINES || (*text != '_' && (guchar)*text < 0x80 && *text != '-'))
        return FALSE;
    const char *words = ch_quote_words(lines, i);
    gboolean dashes = length == 2 && !memcmp(text, "--", 2); /* also with nothing below */
    if (dashes || !strcmp(words, "--") || !strcmp(words, "—") || !strcmp(words, "__") ||
        !strcmp(words, "___"))
        return (dashes || last - i > 1) && !is_divider(lines, i, from, last);
    return FALSE;
}

static guint skip_blank(const ChQuoteLines *lines, guint from, guint end)
{
    while (end > from && lines->lines[end - 1].blank)
        end--;
    return end;
}

guint ch_quote_signature(ChQuoteLines *lines, guint from, guint end)
{
    guint found = ch_quote_footer(lines, from, end), last = skip_blank(lines, from, found);
    for (guint i = last; i > from && last - i < SIGNATURE_LINES && !lines->lines[i - 1].quoted; i--)
        if (begins_signature(lines, i - 1, from, last)) {
            found = i - 1;
            break;
        }
    /* What the markup calls a signature, and the phone's line, may stand above that. */
    for (;;) {
        last = skip_blank(lines, from, found);
        if (last == from || lines->lines[last - 1].quoted)
            return found;
        if (!lines->lines[last - 1].is_private && !is_device_line(lines, last - 1))
            return found;
        found = last - 1;
    }
}
