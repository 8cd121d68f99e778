/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences with which vacation notices tell an absence, and which of them people write too: who goes on
 * to the matter, or asks for something, is one. Where in a text they may stand is notice.c's business.
 */
#include "judge/notice_private.h"

#include "base/fold.h"
#include "judge/subject.h"

#include <string.h>

/* What people say who are away, and mean the matter all the same. */
static const char *const requests[] = {
    "preciso ",         "nao consigo",     "nao funciona",
    "continua ",        "conseguem",       "fechar o chamado",
    "podem fechar",     "pode fechar",     "podem encerrar",
    "pode encerrar",    "testei",          "i need ",
    "doesn't work",     "does not work",   "not working",
    "please close",     "can be closed",   "close the ticket",
    "necesito ",        "sigue ",          "no funciona",
    "pueden cerrar",    "j'ai besoin",     "ne fonctionne",
    "ne marche",        "funktioniert ",   "ich brauche",
    "bitte schliessen", "bitte schließen", "ho bisogno",
    "non funziona",     "werkt niet",      "entao ",
    "em anexo",         "segue anex",      "see attached",
    "attached is",      "anbei",           "ci-joint",
    "in allegato",      "go ahead ",       "approved",
    "aprovad",          "podem seguir",    "pode seguir",
    "prosseguir",       "dus graag",       "ik heb nodig",
    " o erro ",         " o problema ",    "the problem ",
    "the error ",       " el error ",      " el problema ",
    " il problema ",    "le probleme ",    "das problem ",
    "der fehler ",
};

/* Said by people of their own absence, so only an answer to another mail counts that begins with it. */
static const char *const absences[] = {
    "estou de ferias",
    "estarei de ferias",
    "encontro-me de ferias",
    "me encontro de ferias",
    "encontro-me em ferias",
    "me encontro em ferias",
    "estou em ferias",
    "estarei em ferias",
    "estou em periodo de ferias",
    "estou em gozo de ferias",
    "estou fora do escritorio",
    "estarei fora do escritorio",
    "estou ausente",
    "estarei ausente",
    "encontro-me ausente",
    "me encontro ausente",
    "encontro-me afastad",
    "me encontro afastad",
    "nao posso responder seu",
    "nao posso responder ao seu",
    "nao posso responder sua",
    "nao posso responder a sua",
    "nao estou no escritorio",
    "obrigado pela sua mensagem. estou",
    "obrigado pelo seu e-mail. estou",
    "obrigada pelo seu e-mail. estou",
    "i am out of the office",
    "i'm out of the office",
    "i will be out of the office",
    "i'll be out of the office",
    "i am away from the office",
    "i'm away from the office",
    "i am currently away",
    "i am on vacation",
    "i'm on vacation",
    "i am on holiday",
    "i am on annual leave",
    "i am on leave",
    "i am on maternity leave",
    "i am on parental leave",
    "i'm on annual leave",
    "i'm on leave",
    "i am on business travel",
    "i will be on vacation",
    "i am away until",
    "i'm away until",
    "i am away from my",
    "i am away and",
    "estoy de vacaciones",
    "estare de vacaciones",
    "me encuentro de vacaciones",
    "estoy fuera de la oficina",
    "estare fuera de la oficina",
    "me encuentro fuera de la oficina",
    "estoy ausente",
    "estare ausente",
    "no me encuentro en la oficina",
    "je suis absent",
    "je suis actuellement absent",
    "je suis en conge",
    "je suis actuellement en conge",
    "je suis en vacances",
    "je serai absent",
    "je serai en conge",
    "je suis en deplacement",
    "je ne suis pas au bureau",
    "actuellement absent",
    "actuellement en conge",
    "absent du bureau",
    "ich bin im urlaub",
    "ich befinde mich im urlaub",
    "ich bin nicht im buro",
    "ich bin nicht im haus",
    "ich bin wieder ab",
    "sono in ferie",
    "saro in ferie",
    "sono fuori ufficio",
    "saro fuori ufficio",
    "sono assente",
    "saro assente",
    "ik ben op vakantie",
    "ik ben met vakantie",
    "ik ben afwezig",
    "ik ben momenteel afwezig",
    "ik ben niet op kantoor",
    "ik ben niet aanwezig",
    "wegens vakantie ben ik",
    "jag ar pa semester",
    "jag ar inte pa kontoret",
    "jeg er pa ferie",
    "jeg holder ferie",
    "jeg er ikke pa kontoret",
    "olen lomalla",
    "olen poissa",
    "jestem na urlopie",
    "przebywam na urlopie",
    "jestem poza biurem",
    "mam dovolenou",
    "jsem na dovolene",
    "szabadsagon vagyok",
    "sunt in concediu",
    "я в отпуске",
    "я нахожусь в отпуске",
    "меня нет в офисе",
    /* behind a date */
    "bin ich nicht im ",
    "bin ich im urlaub",
    "bin ich abwesend",
    "ben ik afwezig",
    "ben ik met vakantie",
    "ben ik op vakantie",
};

/* Told of the sender by somebody else, that is by a program. */
static const char *const told[] = {
    "is no longer with ",
    "no longer works ",
    "is no longer employed",
    "is no longer at ",
    "has left the company",
    "nao faz mais parte",
    "nao trabalha mais",
    "ya no trabaja",
    "ya no forma parte",
    "ne travaille plus",
    "ne fait plus partie",
    "arbeitet nicht mehr",
    "ist nicht mehr bei",
    "ist nicht mehr im unternehmen",
    "non lavora piu",
    "werkt niet meer",
    "is out of the office",
    "is away from the office",
    "is currently out of",
    "is on vacation",
    "is on leave",
    "is on annual leave",
    "is on maternity leave",
    "is on parental leave",
    "esta fora do escritorio",
    "esta ausente do escritorio",
    "esta de ferias",
    "encontra-se de ferias",
    "encontra-se em ferias",
    "esta em ferias",
    "encontra-se ausente",
    "esta de licenca",
    "esta em licenca",
    "encontra-se de licenca",
    "esta fuera de la oficina",
    "esta ausente de la oficina",
    "esta de vacaciones",
    "se encuentra de vacacio",
    "est en conge",
    "est absent",
    "ist im urlaub",
    "ist nicht im haus",
    "ist ausser haus",
    "ist außer haus",
    "ist nicht im buro",
    "ist derzeit nicht",
    "e in ferie",
    "e fuori ufficio",
    "e assente",
    "is afwezig",
    "is niet op kantoor",
    "is op vakantie",
};

/* Of travels, only those that keep from reading mail: people answer on others. */
static const char *const travels[] = {"estou em viagem", "estarei em viagem", "estou viajando",
                                      "estarei viajando"};

/* Without blanks between words, folded (た for だ); in one of the first two sentences. */
static const char *const unspaced[] = {
    "不在にしております", "不在とさせていたた", "不在となります", "休暇をいたたいて", "休暇中",
    "正在休假",           "不在办公室",         "부재중"};

/* These begin other sentences too ("Ich bin am Montag da"): one of AWAY, or nothing, must follow. */
static const char *const vague[] = {
    "estou de licenca",
    "estou em licenca",
    "i will be away",
    "estarei de licenca",
    "estou afastado",
    "estou afastada",
    "encontro-me fora",
    "i am currently out of",
    "i'm currently out of",
    "i am currently on",
    "i'm currently on",
    "i am traveling",
    "i am travelling",
    "estoy fuera",
    "me encuentro fuera",
    "ich bin derzeit nicht",
    "ich bin zurzeit nicht",
    "ich bin zur zeit nicht",
    "ich bin momentan nicht",
    "ich bin bis ",
    "ich bin vom ",
    "ich bin ab ",
    "ich bin am ",
    "ich werde ab ",
    "ich werde vom ",
    "ich befinde mich derzeit",
    "ich befinde mich bis",
    "derzeit bin ich nicht",
    "zur zeit bin ich nicht",
    "attualmente sono fuori",
    "al momento sono fuori",
    "sono attualmente",
    "ik ben momenteel niet",
    "jag ar for narvarande",
    "jeg er for tiden",
};

static const char *const away[] = {
    "ferias",      "escritorio", "maternidade", "paternidade",      "licenca",     "retorn",
    "voltarei",    " ate ",      "sem acesso",  "the office",       "vacation",    "leave",
    "holiday",     "until",      "return",      "access to",        "out of town", "oficina",
    "vacacion",    "hasta",      "nicht im ",   "nicht erreichbar", "urlaub",      "abwesend",
    "ausser haus", "außer haus", "dienstreise", "elternzeit",       "nicht am ",   "ufficio",
    "ferie",       "sede",       "kantoor",     "vakantie",         "bereikbaar",  "aanwezig",
    "kontoret",    "semester",   "fravær",      "franvar",
};

/* Behind a word of time that people put before such a sentence. */
static const char *skip_now(const char *at)
{
    static const char *const words[] = {"actualmente ", "atualmente ", "no momento ",    "en este momento ",
                                        "currently ",   "derzeit ",    "actuellement, ", "actuellement ",
                                        "attualmente ", "momenteel "};
    const char *found = ch_notice_begins(at, words, G_N_ELEMENTS(words));
    return found ? at + strlen(found) + strspn(at + strlen(found), " ,") : at;
}

static const char *vague_absence_of(const char *at)
{
    const char *found = ch_notice_begins(at, vague, G_N_ELEMENTS(vague));
    if (!found)
        return NULL;
    const char *rest = at + strlen(found);
    gsize length = ch_notice_sentence(rest);
    while (length > 1 && g_ascii_isdigit(rest[length - 2]) &&
           rest[length]) /* "vom 1.8. bis zum 3.12. nicht im Haus." */
        length += ch_notice_sentence(rest + length);
    g_autofree char *sentence = g_strndup(rest, length);
    return length < 2 || ch_notice_has(sentence, away, G_N_ELEMENTS(away)) ? found : NULL;
}

/* Names of a greeting, thanks for the mail. */
gboolean ch_absence_may_follow(const char *sentence, gboolean greeted)
{
    static const char *const words[] = {"mensagem",   "e-mail",     "email",
                                        "contato",    "contacto",   "message",
                                        "mail",       "nachricht",  "mensaje",
                                        "correo",     "courriel",   "messaggi",
                                        "bericht",    "wiadomos",   "сообщени",
                                        "письм",      "besked",     "meddel",
                                        "viesti",     "melding",    "hinweis",
                                        "automat",    "escrev",     "writing",
                                        "request",    "inquiry",    "enquiry",
                                        "anfrage",    "demande",    "consulta",
                                        "respons",    "respost",    /* gateways warn of links */ "not click",
                                        "nao clique", "no haga cl", "klicken sie",
                                        "ne cliquez", "non clicc"};
    guint blanks = 0;
    for (const char *at = sentence; *at; at++)
        blanks += *at == ' ' && at[1] && !strchr(" .!\n", at[1]);
    gboolean is_name = greeted && blanks < 2 && !g_str_has_suffix(sentence, ".");
    return is_name || ch_notice_has(sentence, words, G_N_ELEMENTS(words));
}

/* Whether the word at AT may stand in "entre os dias 3 e 10 de agosto, ". */
static gboolean is_of_date(const char *at)
{
    static const char *const words[] = {
        "jan",    "fev",  "feb",   "mar",  "abr",   "apr",   "mai", "may",  "mag",  "giu",   "jun",
        "jul",    "ago",  "aug",   "aou",  "set",   "sep",   "okt", "oct",  "out",  "ott",   "nov",
        "dez",    "dec",  "dic",   "gen",  "lug",   "ene",   "sie", "sty",  "lut",  "kwi",   "maj",
        "cze",    "lip",  "wrz",   "paz",  "lis",   "gru",   "янв", "фев",  "мар",  "апр",   "мая",
        "июн",    "июл",  "авг",   "сен",  "окт",   "ноя",   "дек", "dias", "entr", "einsc", "inclu",
        "partir", "from", "until", "betw", "hasta", "jusqu", "fino"};
    gsize length = strcspn(at, " ");
    gboolean ends = length > 0 && strchr(".;!?:", at[length - 1]) && !g_ascii_isdigit(*at);
    return !ends && (length <= 3 || (length <= 5 && !g_ascii_isalpha(*at)) || g_ascii_isdigit(*at) ||
                     ch_notice_begins(at, words, G_N_ELEMENTS(words)));
}

/* Behind "de 3 a 10/8 " and the like, where an absence is told there; otherwise AT. */
static const char *skip_dates(const char *at)
{
    static const char *const words[] = {
        "de ",  "do ",  "entre ", "ate ",   "a partir de ", "no periodo de ", "from ", "until ",   "between ",
        "vom ", "bis ", "del ",   "hasta ", "du ",          "jusqu'au ",      "dal ",  "fino al ", "van ",
        "tot ", "od ",  "с ",     "до ",    "dal "};
    const char *begin = ch_notice_begins(at, words, G_N_ELEMENTS(words));
    if (!begin)
        return at;
    gboolean dated = FALSE;
    for (const char *word = at + strlen(begin); *word; word += strspn(word, " ")) {
        if (dated && ch_notice_begins(word, absences, G_N_ELEMENTS(absences)))
            return word;
        if (!is_of_date(word))
            break;
        dated = dated || g_ascii_isdigit(*word);
        word += strcspn(word, " ");
    }
    return at;
}

/* "Estou de ferias, mas pode atualizar hoje", "estarei ausente amanha": a notice knows no tomorrow, and what
 * it adds to the absence is about answering. */
static gboolean goes_on(const char *at)
{
    static const char *const near[] = {" manana",         " next week",         " morgen ",
                                       " semana que vem", " na proxima semana", " heute nachmittag"};
    static const char *const but[] = {" mas ",  " porem ", " por isso ", " but ",     " pero ",   " aber ",
                                      " mais ", " maar ",  " portanto ", " por eso ", " deshalb "};
    static const char *const answering[] = {"respond", "verific", "acess",  "acces",  "retorn",
                                            "urg",     "check",   "repl",   "read",   "antwor",
                                            "lerei",   "repond",  "contat", "contact"};
    static const char *const tomorrow[] = {" amanha", " tomorrow", " demain", " domani"};
    g_autofree char *sentence = g_strndup(at, ch_notice_sentence(at));
    return ch_notice_has(sentence, near, G_N_ELEMENTS(near)) ||
           ch_notice_has(at, tomorrow, G_N_ELEMENTS(tomorrow)) ||
           (ch_notice_has(sentence, but, G_N_ELEMENTS(but)) &&
            !ch_notice_has(sentence, answering, G_N_ELEMENTS(answering)));
}

static const char *travel_of(const char *at)
{
    const char *found = ch_notice_begins(at, travels, G_N_ELEMENTS(travels));
    const char *access = found ? strstr(at, " acesso") : NULL;
    return access && access < at + ch_notice_sentence(at) ? found : NULL;
}

static const char *unspaced_absence_of(const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(unspaced); i++) {
        const char *found = strstr(text, unspaced[i]);
        const char *first = strstr(text, "。");
        const char *second = first ? strstr(first + 1, "。") : NULL;
        if (found && (!second || found < second))
            return unspaced[i];
    }
    return NULL;
}

const char *ch_absence_told(const char *sentence, const char *name)
{
    g_autofree char *first = g_strndup(name ? name : "", strcspn(name ? name : "", " "));
    const char *at = *first ? strstr(sentence, first) : NULL;
    if (!at || at - sentence > 40)
        return NULL;
    while (*at) { /* "Pedro Nunes esta de ferias", but no other Pedro */
        gsize length = strcspn(at, " ");
        g_autofree char *word = g_strndup(at, length);
        if (!strstr(name, word))
            break;
        at += length;
        at += strspn(at, " ");
    }
    return ch_notice_begins(at, told, G_N_ELEMENTS(told));
}

gboolean ch_notice_announces_absence(const char *subject, const ChAddress *from)
{
    g_autofree char *address = g_strndup(from->address, strcspn(from->address, "@"));
    g_autofree char *name = ch_fold(*from->name ? from->name : address, 128);
    g_autofree char *folded = ch_fold(subject, 256);
    g_strdelimit(name, ".,_/-", ' ');
    const char *words = g_strchug(name);
    const char *found = strcspn(words, " ") < 3 ? NULL : ch_absence_told(folded, words);
    return found && !strchr(strstr(folded, found) + strlen(found), ' ');
}

const char *ch_absence_begins(const char *at, const char *subject, const char *text)
{
    at = skip_dates(skip_now(at));
    const char *found = ch_notice_begins(at, absences, G_N_ELEMENTS(absences));
    if (!found)
        found = vague_absence_of(at);
    if (!found)
        found = travel_of(at);
    if (!found && !(found = unspaced_absence_of(at)))
        return NULL;
    if (goes_on(at) || ch_notice_has(text, requests, G_N_ELEMENTS(requests)) ||
        ch_subject_is_meant(subject, g_str_has_prefix(at, found) ? at + strlen(found) : at))
        return NULL;
    return found;
}
