/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The beginnings of subjects that mail programs give to automatic answers, in the languages of our customers
 * and their correspondents. Compared without regard to case and accents. The subject key is mail/subject.c's
 * business.
 */
#include "judge/subject.h"

#include "base/fold.h"

#include <string.h>

#define LOOKED_AT 256 /* bytes of the subject */

/*
 * What must follow the words. Nothing, where the mail answers another one: a person asks for help with just
 * "Resposta automatica" in the subject, but not in an answer. Or a colon, and:
 */
typedef enum {
    COLON, /* nothing else, unless the text asks something ("Resposta automatica: como desligo?"), which makes
              it the next: mail programs alone begin so */
    ANSWER, /* the mail answers another one, or a reply prefix or the key of a ticket comes next: people begin
               so too ("Fora do escritorio: a VPN nao abre", "Auto: vidro quebrado") */
} Follows;

/* Without accents, lower case, ' for every apostrophe. */
static const struct {
    const char *words;
    Follows follows;
} table[] = {
    /* Portuguese */
    {"resposta automatica", COLON},
    {"resposta automatica de ausencia", COLON},
    {"resposta de ausencia temporaria", COLON},
    {"ausencia temporaria", COLON},
    {"aviso de ausencia", ANSWER},
    {"mensagem de ausencia", ANSWER},
    {"fora do escritorio", ANSWER},
    {"fora de escritorio", ANSWER},
    {"ausente do escritorio", ANSWER},
    {"ausencia do escritorio", ANSWER},
    {"estou de ferias", ANSWER},
    /* English */
    {"automatic reply", COLON},
    {"automatic response", COLON},
    {"automated reply", COLON},
    {"automated response", COLON},
    {"auto reply", COLON},
    {"auto-reply", COLON},
    {"autoreply", COLON},
    {"auto response", COLON},
    {"auto-response", COLON},
    {"autoresponder", ANSWER},
    {"auto-responder", ANSWER},
    {"auto responder", ANSWER},
    {"autoresponse", COLON},
    {"out of office", COLON},
    {"out-of-office", COLON},
    {"out of the office", COLON},
    {"out of office autoreply", COLON},
    {"out of office auto reply", COLON},
    {"out of office auto-reply", COLON},
    {"out of office reply", COLON},
    {"out of office message", COLON},
    {"vacation reply", COLON},
    {"vacation response", COLON},
    {"away from office", ANSWER},
    {"auto", ANSWER},
    /* Spanish */
    {"respuesta automatica", COLON},
    {"contestacion automatica", COLON},
    {"fuera de la oficina", ANSWER},
    {"fuera de oficina", ANSWER},
    {"ausente de la oficina", ANSWER},
    {"mensaje de ausencia", ANSWER},
    /* German */
    {"automatische antwort", COLON},
    {"abwesenheitsnotiz", COLON},
    {"abwesenheitsnachricht", COLON},
    {"abwesenheitsmeldung", COLON},
    {"automatische abwesenheitsnotiz", COLON},
    {"nicht im buro", ANSWER},
    {"abwesend", ANSWER},
    /* French */
    {"reponse automatique", COLON},
    {"reponse automatique d'absence", COLON},
    {"message d'absence", COLON},
    {"notification d'absence", COLON},
    {"absence du bureau", ANSWER},
    {"absent du bureau", ANSWER},
    /* Italian */
    {"risposta automatica", COLON},
    {"messaggio di assenza", ANSWER},
    {"fuori ufficio", ANSWER},
    {"risposta automatica fuori ufficio", COLON},
    {"fuori sede", ANSWER},
    {"assente dall'ufficio", ANSWER},
    /* Dutch and the North */
    {"automatisch antwoord", COLON},
    {"automatische reactie", COLON},
    {"afwezigheidsbericht", COLON},
    {"afwezig", ANSWER},
    {"autosvar", COLON},
    {"automatiskt svar", COLON},
    {"automatisk svar", COLON},
    {"franvaromeddelande", COLON},
    {"fraværsmeddelelse", COLON},
    {"fraværsmelding", ANSWER},
    {"automaattinen vastaus", COLON},
    {"poissaoloilmoitus", COLON},
    /* The East */
    {"autoodpowiedz", COLON},
    {"odpowiedz automatyczna", COLON},
    {"automatyczna odpowiedz", COLON},
    {"automaticka odpoved", COLON},
    {"automatikus valasz", COLON},
    {"raspuns automat", COLON},
    {"otomatik yanıt", COLON},
    {"otomatik cevap", COLON},
    {"автоматическии ответ", COLON},
    {"автоответ", COLON},
    {"автоматична відповідь", COLON},
    {"αυτοματη απαντηση", COLON},
    {"自動応答", COLON},
    {"自動返信", COLON},
    {"不在通知", COLON},
    {"自动回复", COLON},
    {"自動回覆", COLON},
    {"自动答复", COLON},
    {"자동 회신", COLON},
    {"자동 응답", COLON},
};

static const char *skip_space(const char *at)
{
    return at + strspn(at, " ");
}

/* Behind "re:", "re[2]:", "re (3):" and the like; NULL where AT begins with none. No prefix of a forward: who
 * forwards an automatic answer is a person. */
static const char *skip_prefix(const char *at)
{
    static const char *const prefixes[] = {"re", "res", "aw", "antw", "sv", "vs", "rif", "r", "resp"};
    gsize length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
    const char *next = at + length;
    next += strspn(next, " []()0123456789");
    if (length == 0 || *next != ':')
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (strlen(prefixes[i]) == length && !strncmp(prefixes[i], at, length))
            return skip_space(next + 1);
    return NULL;
}

/* "[#1042]" or "[integral #1042]": what our own subjects begin with. */
static gboolean is_key(const char *at)
{
    if (*at != '[')
        return FALSE;
    const char *sign = at + strcspn(at, "#]");
    return *sign == '#' && g_ascii_isdigit(*skip_space(sign + 1)) && strchr(sign, ']');
}

/* Behind "[EXTERNAL] " and the like, which gateways put before subjects. */
static const char *skip_tag(const char *at)
{
    gsize length = *at == '[' ? strcspn(at, "]#0123456789") : 0;
    return length > 1 && length < 24 && at[length] == ']' ? skip_space(at + length + 1) : at;
}

static gboolean follows(Follows rule, const char *rest, gboolean is_reply)
{
    gboolean apart = *rest == ' ';
    rest = skip_space(rest);
    if (!*rest)
        return is_reply;
    if (*rest != ':') /* Gmail puts "Re:" behind the words that its user chose */
        return apart && skip_prefix(rest);
    rest = skip_space(rest + 1);
    return rule == COLON || is_reply || is_key(rest) || skip_prefix(rest);
}

const char *ch_subject_automatic(const char *subject, gboolean is_reply, gboolean asks)
{
    /* Behind a prefix stands what was answered: who answers an automatic reply by "Re:" is a person. */
    g_autofree char *folded = ch_fold(subject, LOOKED_AT);
    const char *start = skip_tag(folded);
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_has_prefix(start, table[i].words) &&
            follows(asks ? ANSWER : table[i].follows, start + strlen(table[i].words), is_reply))
            return table[i].words;
    return NULL;
}

gboolean ch_subject_is_reply(const char *subject)
{
    g_autofree char *folded = ch_fold(subject, LOOKED_AT);
    return skip_prefix(skip_tag(folded)) != NULL;
}

gboolean ch_subject_is_forward(const char *subject)
{
    static const char *const prefixes[] = {
        "fwd:", "fw:", "enc:", "tr:", "wg:", "rv:", "i:", "doorst:", "vb:"};
    g_autofree char *folded = ch_fold(subject, LOOKED_AT);
    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(skip_tag(folded), prefixes[i]))
            return TRUE;
    return FALSE;
}

/* Words that notices use as well, whatever the subject is; the shorter ones are not looked at. */
static gboolean is_common(const char *word, gsize length)
{
    static const char *const words[] = {
        "about",      "acesso",   "atendimento", "chamado",     "contact",  "contacto", "contato",
        "email",      "empresa",  "equipe",      "ferias",      "mensagem", "mensaje",  "message",
        "nachricht",  "obrigado", "office",      "please",      "request",  "resposta", "retorno",
        "service",    "servico",  "sistema",     "sobre",       "suporte",  "support",  "ticket",
        "urgencia",   "urgent",   "urgente",     "vacation",    "urlaub",   "your",     "update",
        "escritorio", "licenca",  "maternidade", "paternidade", "ausencia", "ausente",  "recesso"};
    if (g_utf8_strlen(word, (gssize)length) < 5)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i]) == length && !strncmp(words[i], word, length))
            return TRUE;
    return FALSE;
}

static gsize word_length(const char *at)
{
    const char *end = at;
    while (*end && g_unichar_isalnum(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    return (gsize)(end - at);
}

static gboolean has_word(const char *text, const char *word, gsize length)
{
    gboolean fresh = TRUE; /* no letter before it */
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        if (fresh && !strncmp(at, word, length) && word_length(at) == length)
            return TRUE;
        fresh = !g_unichar_isalnum(g_utf8_get_char(at));
    }
    return FALSE;
}

gboolean ch_subject_is_meant(const char *subject, const char *folded)
{
    g_autofree char *start = ch_fold(subject, LOOKED_AT);
    const char *at = start;
    for (const char *next = skip_prefix(at); next; next = skip_prefix(at))
        at = next;
    if (is_key(at))
        at = skip_space(at + strcspn(at, "]") + 1);
    const char *cited = *at ? strstr(folded, at) : NULL;
    if (cited && (strchr(at, ' ') || (cited > folded && strchr("\"'<(]", cited[-1]))))
        return FALSE;
    while (*at) {
        gsize length = word_length(at);
        if (length > 0 && !is_common(at, length) && has_word(folded, at, length))
            return TRUE;
        at += length;
        at = *at ? g_utf8_next_char(at) : at;
    }
    return FALSE;
}

gboolean ch_subject_is_aggregate(const char *subject)
{
    static const char *const begins[] = {
        "report domain:", "[preview] report domain:", "dmarc aggregate report domain:"};
    g_autofree char *folded = ch_fold(subject, LOOKED_AT);
    const char *submitter = strstr(folded, " submitter:");
    if (!submitter || !strstr(submitter, " report-id:"))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(begins); i++)
        if (g_str_has_prefix(folded, begins[i]))
            return TRUE;
    return FALSE;
}
