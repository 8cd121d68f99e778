/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attributions: "Em ter., 24 de nov. de 2026 às 10:00, Ana <ana@example.br> escreveu:" in the forms of the
 * mail clients. Says how sure it is and cuts nothing; that is quote.c's business, header blocks are
 * quote_header.c's.
 */
#include "parse/quote_private.h"

#include <string.h>

/* Lines that an attribution may be broken over. */
#define ATTRIBUTION_LINES 5
#define ATTRIBUTION_BYTES 700
#define ATTRIBUTION_LEAST 5 /* bytes of its last line: "said:", ">:" is the rest of nothing */
/* Words that "Ana Maria da Silva escreveu:" may have. */
#define SHORT_WORDS 7

static const char *const verbs[] = {
    "wrote",      "writes",     "said",     "sent",         "escreveu",
    "enviou",     "escribió",   "escribio", "ha escrito",   "schrieb",
    "schreibt",   "a écrit",    "écrit",    "ha scritto",   "scrisse",
    "schreef",    "geschreven", "skrev",    "skreiv",       "napisał",
    "napisał(a)", "napisała",   "napisal",  "napisal(a)",   "pisze",
    "napsal",     "napsal(a)",  "napsala",  "napísal",      "написал",
    "написал(а)", "написала",   "пишет",    "писал",        "писал(а)",
    "написав",    "kirjoitti",  "a scris",  "va escriure",  "ha escrit",
    "írta",       "έγραψε",     "đã viết",  "yazdı",        "şunu yazdı",
    "写道",       "寫道",       "のメール", "が書きました", "さんは書きました",
    "님이 작성",  "작성",       "menulis",  "كتب",          "כתב",
};

static const char *const beginnings[] = {
    "on ",    "em ",      "no dia ",   "am ",     "el ",  "le ", "il ",    "op ",        "den ",  "på ",
    "dnia ",  "w dniu ",  "at ",       "dne ",    "vào ", "în ", "la ",    "pe ",        "στις ", "le jeu",
    "a les ", "ativado ", "activado ", "activé ", "在",   "於",  "date: ", "il giorno ", "kl ",   "från ",
};

static const char *const quoting[] = {
    "quoting ", "citando ", "citando a ",   "zitat von ",          "citation de ",         "quoto ",
    "cito ",    "citerar ", "citat fra ",   "mensaje citado por ", "mensagem citada por ", "cytowanie ",
    "citeren ", "citace ",  "quoted from ",
};

static const char *const weekdays[] = {
    "mon",
    "monday",
    "tue",
    "tues",
    "tuesday",
    "wed",
    "wednesday",
    "thu",
    "thurs",
    "thursday",
    "fri",
    "friday",
    "sat",
    "saturday",
    "sun",
    "sunday",
    "seg",
    "segunda",
    "segunda-feira",
    "ter",
    "terça",
    "terça-feira",
    "qua",
    "quarta",
    "quarta-feira",
    "qui",
    "quinta",
    "quinta-feira",
    "sex",
    "sexta",
    "sexta-feira",
    "sáb",
    "sab",
    "sábado",
    "dom",
    "domingo",
    "lun",
    "lunes",
    "mar",
    "martes",
    "mié",
    "mie",
    "miércoles",
    "jue",
    "jueves",
    "vie",
    "viernes",
    "lundi",
    "mardi",
    "mer",
    "mercredi",
    "jeu",
    "jeudi",
    "ven",
    "vendredi",
    "sam",
    "samedi",
    "dim",
    "dimanche",
    "lunedì",
    "martedì",
    "mercoledì",
    "gio",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "mo",
    "montag",
    "di",
    "dienstag",
    "mi",
    "mittwoch",
    "do",
    "donnerstag",
    "fr",
    "freitag",
    "sa",
    "samstag",
    "so",
    "sonntag",
    "ma",
    "maandag",
    "dinsdag",
    "wo",
    "woensdag",
    "donderdag",
    "vr",
    "vrijdag",
    "za",
    "zaterdag",
    "zo",
    "zondag",
    "mån",
    "tis",
    "ons",
    "tors",
    "fre",
    "lör",
    "sön",
    "man",
    "tir",
    "tor",
    "lør",
    "søn",
    "pon",
    "pn",
    "wt",
    "śr",
    "czw",
    "pt",
    "sob",
    "niedz",
    "po",
    "út",
    "st",
    "čt",
    "pá",
    "ne",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "понедельник",
    "вторник",
    "среда",
    "четверг",
    "пятница",
    "ti",
    "ke",
    "to",
    "pe",
    "la",
    "su",
};

/* Who is no name: "Em 24/11/2026 às 10:00, o técnico escreveu:" is a sentence. */
static const char *const no_names[] = {
    "o",   "a",    "os",  "as",   "um",   "uma",   "ele",  "ela", "eles",  "você",  "eu",     "nós",
    "the", "he",   "she", "they", "we",   "you",   "i",    "my",  "our",   "el",    "la",     "los",
    "las", "un",   "una", "él",   "ella", "usted", "yo",   "le",  "les",   "il",    "elle",   "je",
    "on",  "vous", "der", "die",  "das",  "ein",   "eine", "er",  "sie",   "ich",   "wir",    "lo",
    "uno", "lei",  "lui", "io",   "meu",  "minha", "seu",  "sua", "nosso", "nossa", "alguém", "someone",
};

static gboolean is_among(const char *word, gsize length, const char *const *list, guint count)
{
    for (guint i = 0; i < count; i++)
        if (strlen(list[i]) == length && !memcmp(word, list[i], length))
            return TRUE;
    return FALSE;
}

/* Whether TEXT begins as attributions do: with On, a weekday or a number. */
static gboolean begins(const char *text)
{
    gsize digits = strspn(text, "0123456789");
    if ((digits > 0 && !g_ascii_isalpha(text[digits])) ||
        ch_quote_begins(text, beginnings, G_N_ELEMENTS(beginnings)))
        return TRUE;
    gsize length = strcspn(text, " ,.;");
    return text[length] && is_among(text, length, weekdays, G_N_ELEMENTS(weekdays));
}

/* An attribution taken apart. */
typedef struct {
    char *text;         /* without dashes around it and colon behind it */
    gboolean colon;     /* it ended in one */
    gboolean dashes;    /* on both sides: "---- Ana wrote ----" */
    const char *verb;   /* in text, NULL: it has none */
    gboolean verb_last; /* nothing follows the verb */
    gboolean address;
    ChQuoteMoment moment;
} Parts;

static void find_verb(Parts *parts)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        const char *at = ch_quote_word(parts->text, verbs[i]);
        if (!at || at == parts->text)
            continue;
        gboolean last = !at[strlen(verbs[i])];
        if (!parts->verb || last)
            parts->verb = at;
        parts->verb_last |= last;
    }
}

static void take_apart(Parts *parts, const char *joined)
{
    gsize lead = strspn(joined, "-_ "), length = strlen(joined);
    gsize end = length;
    while (end > lead && strchr("-_ ", joined[end - 1]))
        end--;
    parts->dashes = lead >= 2 && length - end >= 2;
    while (end > lead && strchr(": ", joined[end - 1])) {
        parts->colon |= joined[end - 1] == ':';
        end--;
    }
    parts->text = g_strndup(joined + lead, end - lead);
    parts->address = strchr(parts->text, '@') != NULL;
    parts->moment = ch_quote_moment(parts->text);
    find_verb(parts);
}

static guint count_words(const char *text, const char *end)
{
    guint words = 0;
    for (const char *at = text; at < end; at++)
        words += *at != ' ' && (at == text || at[-1] == ' ');
    return words;
}

/* "…10:00, Ana Silva wrote": a name between the last comma and the verb, as clients write it. */
static gboolean names_somebody(const Parts *parts)
{
    const char *comma = NULL;
    for (const char *at = parts->text; at < parts->verb; at++)
        if (*at == ',')
            comma = at;
    if (!comma)
        return FALSE;
    const char *name = comma + 1 + strspn(comma + 1, " ");
    guint words = count_words(name, parts->verb);
    return words >= 1 && words <= 6 &&
           !is_among(name, strcspn(name, " "), no_names, G_N_ELEMENTS(no_names)) &&
           strcspn(name, "0123456789") >= (gsize)(parts->verb - name);
}

/* "Ana Silva wrote", "Lima, Carlos wrote"; not "Olá, meu chefe Carlos escreveu", "o técnico escreveu". */
static gboolean is_name(const Parts *parts)
{
    guint words = count_words(parts->text, parts->verb), commas = 0;
    for (const char *at = parts->text; at < parts->verb; at++)
        commas += *at == ',';
    return words < SHORT_WORDS && (commas == 0 || (commas == 1 && words <= 3)) &&
           !is_among(parts->text, strcspn(parts->text, " ,"), no_names, G_N_ELEMENTS(no_names));
}

static ChAttribution classify_verb(const Parts *parts)
{
    const ChQuoteMoment *moment = &parts->moment;
    gboolean full = ch_quote_moment_is_full(moment), starts = begins(parts->text);
    gboolean some = (moment->year || moment->time) && moment->numbers >= 2;
    if (parts->dashes && parts->verb_last && (full || count_words(parts->text, parts->verb) < SHORT_WORDS))
        return CH_ATTRIBUTION_STRONG;
    if (!parts->colon && !parts->dashes)
        return parts->verb_last && starts && full ? CH_ATTRIBUTION_WEAK : CH_ATTRIBUTION_NONE;
    if (full && starts && (parts->address || (parts->verb_last && names_somebody(parts))))
        return CH_ATTRIBUTION_STRONG;
    /* Gmail in European Portuguese: "Ana <ana@example.pt> escreveu (terça, 24/11/2026 à(s) 10:00):"; in
     * Turkish and Chinese the address comes first too. */
    if (full && parts->address && (g_str_has_suffix(parts->text, ")") || parts->verb_last))
        return CH_ATTRIBUTION_STRONG;
    /* Freshdesk leaves out the year: "On Tue, 24 Nov at 10:00 AM , Ana <ana@example.br> wrote:" */
    if (starts && parts->verb_last && parts->moment.time && parts->moment.numbers >= 3 &&
        parts->verb > parts->text + 2 && !memcmp(parts->verb - 2, "> ", 2))
        return CH_ATTRIBUTION_STRONG;
    if (some && (starts || parts->address))
        return CH_ATTRIBUTION_WEAK;
    if (full && is_name(parts)) /* "Ana Silva kirjoitti 24.11.2026 klo 10.00:" */
        return CH_ATTRIBUTION_WEAK;
    return parts->verb_last && (parts->address || is_name(parts)) ? CH_ATTRIBUTION_WEAK : CH_ATTRIBUTION_NONE;
}

static ChAttribution classify(const Parts *parts)
{
    if (parts->colon && ch_quote_begins(parts->text, quoting, G_N_ELEMENTS(quoting)))
        return CH_ATTRIBUTION_WEAK;
    if (parts->verb)
        return classify_verb(parts);
    gboolean bracket = g_str_has_suffix(parts->text, ">") || g_str_has_suffix(parts->text, ")");
    if (!parts->address)
        return CH_ATTRIBUTION_NONE;
    if (!parts->colon) /* an old Gmail: "2011/4/7 Ana Souza <ana@example.br>" */
        return g_ascii_isdigit(*parts->text) && parts->moment.year && bracket ? CH_ATTRIBUTION_WEAK
                                                                              : CH_ATTRIBUTION_NONE;
    if (bracket && begins(parts->text) && ch_quote_moment_is_full(&parts->moment))
        return CH_ATTRIBUTION_STRONG;
    return (parts->moment.year || parts->moment.time) && parts->moment.numbers >= 2 ? CH_ATTRIBUTION_WEAK
                                                                                    : CH_ATTRIBUTION_NONE;
}

static ChAttribution classify_text(const char *joined, gboolean *starts)
{
    Parts parts = {0};
    take_apart(&parts, joined);
    ChAttribution result = classify(&parts);
    *starts = begins(parts.text) || parts.dashes;
    g_free(parts.text);
    return result;
}

/* A sentence ends here, so that nothing of it goes on below; "24 de nov." ends none. */
static gboolean ends_sentence(const char *words)
{
    gsize length = strlen(words);
    if (length == 0 || !strchr(".!?", words[length - 1]))
        return FALSE;
    const char *near = words + (length > 12 ? length - 12 : 0);
    return !near[strcspn(near, "0123456789")];
}

/* Cheap, since it is asked of every line. A rule of dashes ends nothing. */
static gboolean may_end(const char *words)
{
    gsize length = strlen(words);
    return length > 0 && strspn(words, "-_=*~:> ") < length &&
           (strchr(":->", words[length - 1]) != NULL || (length > 5 && !strcmp(words + length - 5, "wrote")));
}

/* Whether line I has an address, a verb or a word for quoting: without one among its lines there is no
 * attribution. */
static gboolean is_promising(ChQuoteLines *lines, guint i)
{
    ChQuoteLine *line = &lines->lines[i];
    const char *words = ch_quote_words(lines, i);
    if (line->promising)
        return line->promising > 0;
    gboolean any = strchr(words, '@') || ch_quote_begins(words, quoting, G_N_ELEMENTS(quoting));
    for (guint v = 0; v < G_N_ELEMENTS(verbs) && !any; v++)
        any = strstr(words, verbs[v]) != NULL;
    line->promising = any ? 1 : -1;
    return any;
}

ChAttribution ch_attribution_find(ChQuoteLines *lines, guint last, guint *first)
{
    const char *tail = ch_quote_words(lines, last);
    if (!may_end(tail) || strlen(tail) < ATTRIBUTION_LEAST)
        return CH_ATTRIBUTION_NONE;
    g_autoptr(GString) joined = g_string_new(NULL);
    gboolean starts = FALSE;
    gboolean promising = FALSE;
    ChAttribution best = CH_ATTRIBUTION_NONE;
    for (guint used = 0; best != CH_ATTRIBUTION_STRONG && used < ATTRIBUTION_LINES && used <= last; used++) {
        guint i = last - used;
        const char *words = ch_quote_words(lines, i);
        /* Polymail leaves a line empty before the address. */
        gboolean empty = lines->lines[i].blank && used > 0 && *joined->str == '<';
        if ((lines->lines[i].blank && !empty) || lines->lines[i].quoted != lines->lines[last].quoted ||
            (used > 0 && ends_sentence(words)) || joined->len > ATTRIBUTION_BYTES)
            break;
        if (used > 0 && !empty)
            g_string_prepend_c(joined, ' ');
        g_string_prepend(joined, words);
        promising |= is_promising(lines, i);
        if (!promising || (strspn(words, "-_ ") < 2 && !begins(words)))
            continue;
        ChAttribution result = classify_text(joined->str, &starts);
        if (result == CH_ATTRIBUTION_NONE || !starts || (best != CH_ATTRIBUTION_NONE && result <= best))
            continue;
        *first = i;
        best = result;
    }
    if (best != CH_ATTRIBUTION_NONE)
        return best;
    if (!is_promising(lines, last))
        return CH_ATTRIBUTION_NONE;
    *first = last; /* "Ana Silva escreveu:", "Ana <ana@example.pt> escreveu (terça, 24/11/2026 às 10:00):" */
    return classify_text(tail, &starts);
}

gboolean ch_attribution_inside(const ChQuoteLines *lines, guint i, gsize *offset)
{
    static const char *const words[] = {"On ", "Em ", "El ", "Le ", "Am ", "Il ", "Op "};
    const ChQuoteLine *line = &lines->lines[i];
    if (line->end - line->start > ATTRIBUTION_BYTES)
        return FALSE;
    g_autofree char *raw = g_strndup(lines->text + line->start, line->end - line->start);
    for (guint w = 0; w < G_N_ELEMENTS(words); w++) {
        const char *at = strstr(raw, words[w]);
        if (!at || at == raw || !strchr(" -", at[-1]))
            continue;
        g_autofree char *lower = g_utf8_strdown(at, -1);
        gboolean starts;
        if (classify_text(lower, &starts) != CH_ATTRIBUTION_STRONG)
            continue;
        while (at > raw && strchr(" -", at[-1]))
            at--;
        *offset = line->start + (gsize)(at - raw);
        return at > raw;
    }
    return FALSE;
}

gboolean ch_attribution_glued(const ChQuoteLines *lines, guint i)
{
    const ChQuoteLine *line = &lines->lines[i];
    g_autofree char *raw =
        g_strndup(lines->text + line->start, MIN(line->end - line->start, ATTRIBUTION_BYTES));
    char *end = strstr(raw, ":  ");
    if (!end || !strchr(raw, '@'))
        return FALSE;
    end[1] = 0;
    g_autofree char *lower = g_utf8_strdown(raw, -1);
    gboolean starts;
    return classify_text(g_strstrip(lower), &starts) == CH_ATTRIBUTION_STRONG && starts;
}
