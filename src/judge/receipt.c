/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences with which other desks acknowledge a mail, and filters ask for a sign of life. People tell
 * what they received, too, and go on to the matter. Where in a text they may stand is notice.c's business.
 */
#include "judge/notice_private.h"

#include <string.h>

/* Acknowledgements of other desks: what they thank for stands in the same sentence. */
static const struct {
    const char *begins, *holds;
} receipts[] = {
    {"recebemos sua ", "ticket"},
    {"recebemos sua ", "protocolo"},
    {"recebemos seu ", "protocolo"},
    {"recebemos seu ", "chamado"},
    {"recebemos a sua ", "protocolo"},
    {"recebemos o seu ", "protocolo"},
    {"sua mensagem foi ", "protocolo"},
    {"seu e-mail foi ", "protocolo"},
    {"seu email foi ", "protocolo"},
    {"seu contato foi ", "protocolo"},
    {"seu atendimento foi ", "protocolo"},
    {"sua manifestacao foi ", "protocolo"},
    {"sua solicitacao foi abert", "protocolo"},
    {"sua solicitacao foi criad", "protocolo"},
    {"sua solicitacao foi protocol", "solicitacao"},
    {"sua solicitacao foi recebida", "solicitacao"},
    {"sua solicitacao foi registrada", "solicitacao"},
    {"seu chamado foi ", "chamado"},
    {"seu ticket foi ", "ticket"},
    {"um ticket foi ", "ticket"},
    {"um chamado foi aberto", "chamado"},
    {"your request has been received", "request"},
    {"your request (", "received"},
    {"your ticket has been ", "ticket"},
    {"a ticket has been created", "ticket"},
    {"a support ticket has been", "ticket"},
    {"we have received your request", "ticket"},
    {"we have received your message", "ticket"},
    {"we've received your request", "ticket"},
    {"su solicitud ha sido recibida", "solicitud"},
    {"hemos recibido su solicitud", "ticket"},
    {"ihre anfrage wurde ", "ticket"},
    {"wir haben ihre anfrage erhalten", "ticket"},
    {"votre demande a ete ", "ticket"},
    {"votre demande a bien ete ", "demande"},
    {"la sua richiesta e stata ", "ticket"},
    {"la tua richiesta e stata ", "ticket"},
    {"we would like to acknowledge that we have received", "request"},
    {"sua mensagem sera respondida", "retorno"},
    {"seu e-mail sera respondido", "retorno"},
    {"your message will be answered", "return"},
    /* Filters that ask whether a person wrote. */
    {"para que sua mensagem seja ", "clique"},
    {"para que sua mensagem seja ", "confirm"},
    {"para que sua mensagem chegue", "clique"},
    {"para que ela chegue", "clique"},
    {"to release your message", "message"},
    {"your message attached below is being held", "held"},
    {"your message is being held", "held"},
    {"your message about ", "waitlisted"},
    {"this message was created automatically", "automatically"},
    {"i apologize for this auto", "reply"},
    {"to control spam, i now allow", "spam"},
    {"just this once, click the link", "click"},
};

gboolean ch_receipt_is_contested(const char *text)
{
    static const char *const words[] = {
        " mas ",     " porem ",       " but ",        " however ",  " pero ",        " aber ",
        " e o que ", "nao foi resol", "not solved",   "reabram",    "reopen it",     "precisamos ",
        " preciso ", " we need ",     " necesitamos", " enviem ",   "wir brauchen ", " nous avons besoin",
        " segue a ", " seguem ",      " em anexo",    " segue anex"};
    return ch_notice_has(text, words, G_N_ELEMENTS(words));
}

/* Who speaks of himself, or of a day near by. */
static gboolean is_personal(const char *text)
{
    static const char *const words[] = {" eu ",
                                        " vou ",
                                        " sou ",
                                        " i ",
                                        " i'll ",
                                        " i'm ",
                                        " i've ",
                                        " my ",
                                        " meu ",
                                        " minha ",
                                        " yo ",
                                        " soy ",
                                        " voy ",
                                        " ich ",
                                        " je ",
                                        " j'",
                                        " io ",
                                        " amanha",
                                        " tomorrow",
                                        " manana ",
                                        " morgen ",
                                        " demain",
                                        " domani",
                                        " ontem",
                                        " yesterday",
                                        " ayer",
                                        " gestern",
                                        " next week",
                                        " semana que vem",
                                        " na proxima semana",
                                        " na terca",
                                        " na quarta",
                                        " na quinta",
                                        " na sexta"};
    return ch_notice_has(text, words, G_N_ELEMENTS(words));
}

/* "Your ticket #88121 has been created. One of our agents will ...": the number within the sentence, and more
 * that desks say. Their people write such things as well, and say what they will do themselves. */
static const char *numbered_receipt_of(const char *sentence, const char *text)
{
    static const char *const begins[] = {"seu chamado ",          "seu ticket ",    "seu atendimento ",
                                         "sua solicitacao ",      "sua demanda ",   "seu pedido de suporte ",
                                         "your ticket ",          "your request ",  "your case ",
                                         "your support request ", "su ticket ",     "su caso ",
                                         "su solicitud ",         "ihr ticket ",    "ihre anfrage ",
                                         "votre ticket ",         "votre demande ", "la sua richiesta ",
                                         "il suo ticket "};
    static const char *const done[] = {
        " foi abert",       " foi criad",           " foi registrad",     " foi recebid",
        " foi protocolad",  " foi gerad",           " has been created",  " has been received",
        " has been opened", " has been registered", " has been logged",   " has been submitted",
        " ha sido cread",   " ha sido recibid",     " ha sido registrad", " ha sido abiert",
        " wurde erstellt",  " wurde eroffnet",      " wurde angelegt",    " wurde registriert",
        " wurde erfasst",   " a ete cree",          " a ete enregistre",  " a bien ete ",
        " e stata apert",   " e stato apert",       " e stata registrat"};
    static const char *const desk[] = {
        "acompanhe",        "prazo ",           "nossa equipe",        "em breve",      "com sucesso",
        "our agents",       "our team",         "as soon as",          "shortly",       "being reviewed",
        "support staff",    "will be in touch", "nuestro equipo",      "a la brevedad", "in kurze",
        "schnellstmoglich", "notre equipe",     "dans les plus brefs", "al piu presto"};
    static const char *const told[] = {"still no", " ate agora", " nobody ",    " ninguem ",
                                       " says ",   " diz ",      " segundo o ", "according to"};
    const char *found = ch_notice_begins(sentence, begins, G_N_ELEMENTS(begins));
    const char *number = found ? sentence + strcspn(sentence, "0123456789") : "";
    const char *verb = number + strcspn(number, " ");
    if (!*verb || number - sentence > 40 || !ch_notice_begins(verb, done, G_N_ELEMENTS(done)))
        return NULL;
    return ch_notice_has(text, desk, G_N_ELEMENTS(desk)) && !ch_notice_has(text, told, G_N_ELEMENTS(told)) &&
                   !is_personal(text)
               ? found
               : NULL;
}

/* What was received gets a number, which people seldom tell. */
const char *ch_receipt_begins(const char *sentence, const char *text)
{
    static const char *const numbered[] = {"ticket", "protocolo", "chamado", NULL};
    gboolean has_number = text[strcspn(text, "0123456789")] != '\0';
    for (guint i = 0; i < G_N_ELEMENTS(receipts); i++)
        if (g_str_has_prefix(sentence, receipts[i].begins) && strstr(sentence, receipts[i].holds) &&
            (has_number || !g_strv_contains(numbered, receipts[i].holds)))
            return receipts[i].begins;
    return numbered_receipt_of(sentence, text);
}

/* "Recebemos sua mensagem. Nossa equipe ira responder": desks that give no number. All three must stand
 * there, since people have received a message, too, and tell what they will do. */
const char *ch_receipt_promise(const char *sentence, const char *text)
{
    static const char *const received[] = {
        "recebemos sua mensagem",    "recebemos a sua mensagem",   "recebemos sua solicitacao",
        "recebemos seu e-mail",      "recebemos o seu e-mail",     "recebemos seu email",
        "recebemos o seu email",     "recebemos seu contato",      "recebemos o seu contato",
        "sua mensagem foi recebida", "seu e-mail foi recebido",    "seu contato foi recebido",
        "agradecemos o seu contato", "agradecemos seu contato",    "we have received your ",
        "we've received your ",      "hemos recibido su ",         "wir haben ihre anfrage",
        "wir haben ihre nachricht",  "nous avons bien recu votre", "abbiamo ricevuto la"};
    static const char *const who[] = {
        "nossa equipe ",  "one of our ",  "uno de nuestros ",       "einer unserer ", "um de nossos ",
        "dias uteis",     "horas uteis",  "horario de atendimento", "dia util",       "ordem de chegada",
        "our team ",      "business day", "business hours",         "working days",   "representative",
        "nuestro equipo", "dias habiles", "horas habiles",          "werktag",        "unser team",
        "jours ouvres",   "notre equipe", "giorni lavorativi"};
    static const char *const will[] = {
        "respondera", "responderemos", "retornara",    "retornaremos",  "ira respond",   "ira retorn",
        "ira analis", "ira atend",     "sera respond", "entrara em co", "entraremos em", "will get back",
        "will respo", "will reply",    "will review",  "will be revie", "will contact",  "will be in touch",
        "will answe", "se pondra en",  "contactara",   "werden uns",    "meldet sich",   "reviendra",
        "repondra",   "repondrons",    "rispondera",   "risponderemo",  "contattera",    "equipe retornara"};
    const char *found = ch_notice_begins(sentence, received, G_N_ELEMENTS(received));
    return found && !is_personal(text) && ch_notice_has(text, who, G_N_ELEMENTS(who)) &&
                   ch_notice_has(text, will, G_N_ELEMENTS(will))
               ? found
               : NULL;
}
