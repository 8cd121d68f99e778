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
    return *sign == '#' && g_ascii_isdigit(*skip_space(sign + 1));
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
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_has_prefix(folded, table[i].words) &&
            follows(asks ? ANSWER : table[i].follows, folded + strlen(table[i].words), is_reply))
            return table[i].words;
    return NULL;
}

gboolean ch_subject_is_reply(const char *subject)
{
    g_autofree char *folded = ch_fold(subject, LOOKED_AT);
    return skip_prefix(folded) != NULL;
}
