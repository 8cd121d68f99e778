/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others than the person put below a mail on its way: the footers of mailing lists and of virus
 * scanners. A person who writes about a virus, or asks, is not cut (P9); signatures are quote_signature.c's.
 */
#include "parse/quote_private.h"

#include <string.h>

#define FOOTER_LINES 8
#define SCAN_LINES   5
#define SCAN_BYTES   400
#define SHORT_BYTES  160 /* of one without a rule above it */

static gboolean has_any(const char *words, const char *const *list, guint count)
{
    for (guint i = 0; i < count; i++)
        if (strstr(words, list[i]))
            return TRUE;
    return FALSE;
}

static gboolean begins_with_any(const char *words, const char *const *list, guint count)
{
    for (guint i = 0; i < count; i++)
        if (g_str_has_prefix(words, list[i]))
            return TRUE;
    return FALSE;
}

/* "____…" and below it the words of a mailing list; "-- " and what Google Groups writes. */
static gboolean is_list_footer(ChQuoteLines *lines, guint i, guint last)
{
    static const char *const list_words[] = {"mailing list", "lista de discussão", "lista de correo",
                                             "mailman/listinfo"};
    static const char *const group_words[] = {"you received this message because you are subscribed to",
                                              "você recebeu essa mensagem porque está inscrito",
                                              "você está recebendo esta mensagem porque se inscreveu",
                                              "você recebeu esta mensagem porque"};
    const char *rule = ch_quote_words(lines, i);
    gboolean drawn = strlen(rule) >= 30 && strspn(rule, "_") == strlen(rule);
    if ((!drawn && strcmp(rule, "--") != 0) || last - i > FOOTER_LINES)
        return FALSE;
    for (guint at = i + 1; at < last; at++) {
        const char *words = ch_quote_words(lines, at);
        if (drawn ? has_any(words, list_words, G_N_ELEMENTS(list_words))
                  : begins_with_any(words, group_words, G_N_ELEMENTS(group_words)))
            return TRUE;
    }
    return FALSE;
}

/* Lines [FROM, TO) as one; a web address may have been broken. Free with g_free. */
static char *join(ChQuoteLines *lines, guint from, guint to)
{
    GString *joined = g_string_new(NULL);
    for (guint i = from; i < to && joined->len <= SCAN_BYTES; i++) {
        if (joined->len > 0 && !lines->lines[i].blank)
            g_string_append_c(joined, ' ');
        g_string_append(joined, ch_quote_words(lines, i));
    }
    return g_string_free(joined, FALSE);
}

/* "This email has been checked for viruses by AVG. https://www.avg.com": the sentence of a scanner, and who
 * made it. */
static gboolean is_scan(const char *words, gboolean rule)
{
    static const char *const makers[] = {"avast",  "avg",   "norton",      "avira",  "eset", "kaspersky",
                                         "mcafee", "panda", "bitdefender", "sophos", "nod32"};
    /* What "Virus-free. www.avast.com" is in each language; it needs no rule above it. */
    static const char *const short_forms[] = {
        "virus-free",       "virus free",      "livre de vírus", "não contém vírus", "sem vírus",
        "libre de virus",   "garanti sans vi", "sans virus",     "virenfrei",        "privo di virus",
        "virusvrij",        "virusfri",        "wolny od wirus", "bez virů",         "без вирусов",
        "virüs bulunmuyor", "virüssüz",        "virukseton",     "ウイルス フリー",  "ウイルスフリー",
        "无病毒",
    };
    static const char *const sentences[] = {
        "checked for viruses",
        "scanned by avast",
        "scanned for viruses",
        "is virus free",
        "foi analisado pelo avast",
        "foi analisada pelo avast",
        "verificado quanto a vírus",
        "verificada quanto a vírus",
        "foi verificado por avg",
        "foi verificada por avg",
        "foi verificado pelo",
        "foi verificada pelo",
        "ha sido analizado por",
        "ha sido comprobado",
        "absence de virus dans ce courrier",
        "analyse antivirus",
        "auf viren geprüft",
        "auf viren überprüft",
        "è stata controllata",
        "è stato controllato",
        "op virussen gecontroleerd",
        "gecontroleerd op virussen",
        "pod kątem wirusów",
        "kontrollerats för virus",
        "söktes igenom efter virus",
        "scannet for virus",
        "blevet scannet for",
        "kontrolloval",
        "zkontrolována na viry",
        "zkontrolován na viry",
        "na viry",
        "проверено на вирусы",
        "проверено на наличие вирусов",
        "virüslere karşı",
        "virüs taraması",
        "virusten varalta",
        "ウイルス チェック",
        "ウイルスチェック",
        "进行了病毒扫描",
    };
    gsize length = strlen(words);
    if (length == 0 || length > SCAN_BYTES || words[length - 1] == '?' || strstr(words, "? ") ||
        !has_any(words, makers, G_N_ELEMENTS(makers)))
        return FALSE;
    if (begins_with_any(words, short_forms, G_N_ELEMENTS(short_forms)) && length <= SHORT_BYTES)
        return strstr(words, "www.") || strstr(words, "http");
    return rule && has_any(words, sentences, G_N_ELEMENTS(sentences));
}

static gboolean is_scan_footer(ChQuoteLines *lines, guint i, guint last)
{
    if (last - i > SCAN_LINES)
        return FALSE;
    const char *words = ch_quote_words(lines, i);
    gboolean rule = strlen(words) >= 2 && strspn(words, "-_=") == strlen(words);
    if (!rule && !lines->lines[i].blank && i > 0 && !lines->lines[i - 1].blank && i + 1 < last)
        return FALSE;
    g_autofree char *joined = join(lines, rule ? i + 1 : i, last);
    return is_scan(joined, rule);
}

guint ch_quote_footer(ChQuoteLines *lines, guint from, guint end)
{
    for (guint found = end;;) {
        guint last = found, above;
        while (last > from && lines->lines[last - 1].blank)
            last--;
        for (above = last; above > from && last - above < FOOTER_LINES; above--) {
            guint i = above - 1;
            if (lines->lines[i].quoted)
                return found;
            if (!lines->lines[i].blank && (is_list_footer(lines, i, last) || is_scan_footer(lines, i, last)))
                break;
        }
        if (above == from || last - above >= FOOTER_LINES)
            return found;
        found = above - 1;
    }
}
