/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others than the person put below a mail on its way: the footers of mailing lists and of virus
 * scanners. A person who writes about a virus, or asks, is not cut (P9); signatures are quote_signature.c's.
 */
#include "parse/quote_private.h"

#include <string.h>

#define FOOTER_LINES 8
#define SCAN_LINES   7
#define SCAN_BYTES   400
#define JOINED_BYTES 1600 /* addresses of the web in it are long */
#define SHORT_BYTES  160  /* of one without a rule above it */

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
        if (drawn ? ch_quote_has(words, list_words, G_N_ELEMENTS(list_words))
                  : ch_quote_begins(words, group_words, G_N_ELEMENTS(group_words)))
            return TRUE;
    }
    return FALSE;
}

/* Lines [FROM, TO) as one, without what stands in <>. Free with g_free. */
static char *join(ChQuoteLines *lines, guint from, guint to)
{
    GString *joined = g_string_new(NULL);
    for (guint i = from; i < to && joined->len <= JOINED_BYTES; i++) {
        if (joined->len > 0 && !lines->lines[i].blank)
            g_string_append_c(joined, ' ');
        g_string_append(joined, ch_quote_words(lines, i));
    }
    gsize kept = 0;
    for (char *at = joined->str; *at; at++) {
        char *close = *at == '<' ? strchr(at, '>') : NULL;
        if (close)
            at = close;
        else if (*at != ' ' || (kept > 0 && joined->str[kept - 1] != ' '))
            joined->str[kept++] = *at;
    }
    g_string_truncate(joined, kept);
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
    /* What they begin with: they speak of the mail itself, people of its files. */
    static const char *const beginnings[] = {
        "this email",       "this e-mail",
        "this message",     "the message was",
        "information from", "este e-mail",
        "este email",       "esta mensagem",
        "a mensagem foi",   "informação d",
        "informações d",    "este correo",
        "este mensaje",     "el software de antivirus",
        "ce courrier",      "cet e-mail",
        "l'absence de vi",  "diese e-mail",
        "diese nachricht",  "questa e-mail",
        "questa email",     "questo messagg",
        "deze e-mail",      "dit e-mailbericht",
        "ta wiadomość",     "tato zpráva",
        "tento e-mail",     "detta e-post",
        "denna e-post",     "det här e-post",
        "denne e-mail",     "denne e-post",
        "данное сообщение", "это сообщение",
        "это письмо",       "bu e-posta",
        "tämä sähköposti",  "この電子メール",
        "このeメール",      "此电子邮件",
    };
    static const char *const actions[] = {
        "virus",    "vírus",     "viren",      "viru",      "viry",       "вирус",
        "virüs",    "wirus",     "ウイルス",   "病毒",      "scanned by", "checked by",
        "analisad", "verificad", "controllat", "analizado", "comprobado",
    };
    gsize length = strlen(words);
    gboolean made = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(makers) && !made; i++)
        made = ch_quote_word(words, makers[i]) != NULL;
    if (!made || length > SCAN_BYTES || words[length - 1] == '?' || strstr(words, "? "))
        return FALSE;
    if (ch_quote_begins(words, short_forms, G_N_ELEMENTS(short_forms)) && length <= SHORT_BYTES)
        return strstr(words, "www.") || strstr(words, "http");
    return rule && ch_quote_begins(words, beginnings, G_N_ELEMENTS(beginnings)) &&
           ch_quote_has(words, actions, G_N_ELEMENTS(actions));
}

static gboolean is_scan_footer(ChQuoteLines *lines, guint i, guint last)
{
    if (last - i > SCAN_LINES)
        return FALSE;
    const char *words = ch_quote_words(lines, i);
    gsize length = strlen(words), drawn = strspn(words, "_");
    gboolean rule = length >= 2 && strspn(words, "-_=") == length;
    gboolean titled =
        !rule && drawn >= 5 && words[length - 1] == '_'; /* "______ Information from ESET ______" */
    if (!rule && !titled && i > 0 && !lines->lines[i - 1].blank && i + 1 < last)
        return FALSE;
    g_autofree char *joined = join(lines, rule ? i + 1 : i, last);
    return is_scan(joined + strspn(joined, "_ "), rule || titled);
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
