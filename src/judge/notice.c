/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences with which automatic answers begin, in the languages of the desk's customers. Where a person
 * might write the same, the mail is a person's: a sentence counts only at the beginning of a short text that
 * asks nothing. Subjects are subject.c's business.
 */
#include "judge/notice_private.h"

#include "base/fold.h"

#include <string.h>

#define LOOKED_AT 2500 /* bytes: vacation notices are short, or say at once what they are */
#define SENTENCES 5

/* Said by programs of themselves, in any mail. */
static const char *const programs[] = {
    "this is an auto-generated",
    "this is an auto-reply",
    "this is an autoreply",
    "this is an auto reply",
    "this is an autoresponse",
    "this is an out of office",
    "this is an out-of-office",
    "this e-mail was automatically generated",
    "this email was automatically generated",
    "this message was automatically generated",
    "this message was generated automatically",
    "this message has been automatically generated",
    "this message has been generated automatically",
    "this email is an automated",
    "this e-mail is an automated",
    "this is a system generated",
    "this is a system-generated",
    "this is a computer generated",
    "this is a computer-generated",
    "automatic reply:",
    "automated reply:",
    "auto-reply:",
    "auto reply:",
    "autoreply:",
    "[this is an auto",
    "esta e uma resposta automatica",
    "esta e uma mensagem automatica",
    "esta e uma mensagem gerada automaticamente",
    "esta mensagem foi gerada automaticamente",
    "este e um e-mail automatico",
    "este e um email automatico",
    "este e-mail foi gerado automaticamente",
    "este email foi gerado automaticamente",
    "e-mail automatico:",
    "e-mail automatico,",
    "e-mail automatico.",
    "e-mail automatico -",
    "email automatico.",
    "mensagem automatica:",
    "mensagem automatica,",
    "mensagem automatica.",
    "mensagem automatica -",
    "resposta automatica:",
    "resposta automatica.",
    "esta es una respuesta automatica",
    "este es un mensaje automatico",
    "esto es una respuesta automatica",
    "este es un correo automatico",
    "este mensaje se ha generado automaticamente",
    "este mensaje ha sido generado automaticamente",
    "este correo se ha generado automaticamente",
    "respuesta automatica:",
    "ceci est une reponse automatique",
    "ceci est un message automatique",
    "cette reponse est automatique",
    "ce message est genere automatiquement",
    "ce message a ete genere automatiquement",
    "reponse automatique :",
    "reponse automatique:",
    "diese e-mail wurde automatisch",
    "diese nachricht wurde automatisch",
    "diese mail wurde automatisch",
    "questa e una risposta automatica",
    "questo e un messaggio automatico",
    "risposta automatica:",
    "messaggio generato automaticamente",
    "dit bericht is automatisch",
    "to jest automatyczna",
    "to jest wiadomosc automatyczna",
    "wiadomosc wygenerowana automatycznie",
    "toto je automaticka",
    "ez egy automatikus",
    "acesta este un mesaj automat",
    "это автоматическии ответ",
    "это автоматическое",
    "αυτη ειναι μια αυτοματη",
    "これは自動",
    "このメールは自動",
    "此邮件为自动",
    "这是自动",
    "這是自動",
    "이 메일은 자동",
    "seu e-mail esta aguardando autorizacao",
    "para que sua mensagem seja entregue",
};

/* The same of machines of any kind ("Dies ist eine automatische Tuer"), so one of NOUNS must follow. */
static const char *const adjectives[] = {
    "this is an automatic ",     "this is an automated ",
    "dies ist eine automatisch", "das ist eine automatische",
    "dit is een automatisch",    "dette er en automatisk",
    "dette er et automatisk",    "det har ar ett automatiskt",
    "detta ar ett automatiskt",  "tama on automaattinen",
    "bu otomatik bir",
};

static const char *const nouns[] = {
    "repl",    "respon",  "messag",   "mail",    "notif",  "notice",  "acknowledg", "confirm",
    "alert",   "report",  "answer",   "antwort", "nachri", "benachr", "abwesen",    "antwoord",
    "bericht", "reactie", "svar",     "meddel",  "besked", "melding", "vastau",     "viesti",
    "yanıt",   "mesaj",   "bildirim", "e-posta", "generi", "erstell", "erzeug",     "gegener",
};

/* Programs ask for it, and so do people ("... este e-mail, mudei de endereco"): it counts where an address at
 * which nobody reads sent it, or where one of MECHANICAL stands too. */
static const char *const refusals[] = {
    "please do not reply to this message",
    "please do not reply to this e-mail",
    "please do not reply to this email",
    "favor nao responder",
    "por favor, nao responda",
    "por favor nao responda",
    "nao responda a este",
    "nao responda este",
    "nao responda esta",
    "por favor, no responda",
    "no responda a este",
    "merci de ne pas repondre",
};

static const char *const mechanical[] = {
    "automat",
    "otomatik",
    "автомат",
    "自動",
    "自动",
    "unattended",
    "unmonitored",
    "not monitored",
    "nao e monitorad",
    "nao monitorad",
    "system-generated",
    "system generated",
    "computer generated",
    "nao e lid",
};

/* Polite words that come before the sentence: not looked at, as if they were one of their own. */
static const char *const greetings[] = {
    "ola",          "oi",           "bom dia",        "boa tarde",   "boa noite",     "prezado",
    "prezada",      "prezados",     "caro",           "cara",        "hello",         "hi",
    "dear",         "good morning", "good afternoon", "thank you",   "thanks",        "obrigado",
    "obrigada",     "agradeco",     "hola",           "buenos dias", "buenas tardes", "estimado",
    "estimada",     "estimados",    "gracias",        "hallo",       "guten tag",     "sehr geehrte",
    "liebe",        "lieber",       "vielen dank",    "danke",       "bonjour",       "madame",
    "monsieur",     "merci",        "cher",           "chere",       "buongiorno",    "gentile",
    "salve",        "grazie",       "beste",          "geachte",     "bedankt",       "hej",
    "nota",         "note",         "hinweis",        "dzien dobry", "witam",         "szanown",
    "здравствуите", "добрыи день",  "atencao",
};

const char *ch_notice_begins(const char *sentence, const char *const *table, guint count)
{
    for (guint i = 0; i < count; i++)
        if (g_str_has_prefix(sentence, table[i]))
            return table[i];
    return NULL;
}

/* Whether "n", "nr" or "no" stands before the full stop at AT + LENGTH, and a number behind it. */
static gboolean is_number_sign(const char *at, gsize length)
{
    static const char *const signs[] = {" n", " nr", " no", " num"};
    if (at[length + 1] != ' ' || !g_ascii_isdigit(at[length + 2]))
        return FALSE;
    g_autofree char *before = g_strndup(at, length);
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++)
        if (g_str_has_suffix(before, signs[i]))
            return TRUE;
    return FALSE;
}

gsize ch_notice_sentence(const char *at)
{
    gsize length = strcspn(at, ".!?\n");
    while (at[length] == '.' && (g_ascii_isalnum(at[length + 1]) || is_number_sign(at, length)))
        /* "02.11.", "v.x", "n. 4411" */
        length += 1 + strcspn(at + length + 1, ".!?\n");
    return length + (at[length] != '\0');
}

/* Behind "ola, ana! " and the like; AT where none stands there. */
static const char *skip_greeting(const char *at)
{
    for (guint i = 0; i < G_N_ELEMENTS(greetings); i++) {
        gsize length = strlen(greetings[i]);
        if (strncmp(at, greetings[i], length) || g_ascii_isalpha(at[length]))
            continue;
        gsize comma = strcspn(at, ",:;!.\n");
        if (comma < 60 && at[comma])
            return at + comma + 1 + strspn(at + comma + 1, " .!");
    }
    return at;
}

gboolean ch_notice_has(const char *text, const char *const *table, guint count)
{
    for (guint i = 0; i < count; i++)
        if (strstr(text, table[i]))
            return TRUE;
    return FALSE;
}

/* "This is an automatic message that I get each day"; "... of our mail server": a footer of it. */
static gboolean is_told(const char *sentence)
{
    static const char *const words[] = {
        " que receb",   " que estou receb", " que recib",  " que me ",        " that i ",
        " that we ",    " i get ",          " die ich ",   " que je ",        " che ricev",
        " gateway",     " antivirus",       " rodape",     "servidor de e-m", "servidor de em",
        " mail server", " mailserver",      " passerelle", " footer",         "servidor de corr"};
    return ch_notice_has(sentence, words, G_N_ELEMENTS(words));
}

/* Legal notices and what gateways add stand below the words, and say nothing of who wrote them. */
static gboolean is_legal(const char *sentence)
{
    static const char *const words[] = {"confidencia",     "confidentia",    "vertraulich",
                                        "riservat",        "for o destinat", "seja o destinat",
                                        "intended recipi", "vertrouwelijk"};
    return ch_notice_has(sentence, words, G_N_ELEMENTS(words));
}

/* Whether a line of TEXT begins with NAME, above that in which WORDS stand. */
static gboolean is_signed(const char *text, const char *name, const char *words)
{
    gsize length = name ? strcspn(name, " ") : 0; /* the first */
    gboolean found = FALSE;
    for (const char *line = text; length > 0 && *line;) {
        gsize size = strcspn(line, "\n");
        g_autofree char *start = g_strndup(line, size);
        g_autofree char *folded = ch_fold(start, size);
        if (strstr(folded, words))
            break;
        found = found || (!strncmp(folded, name, length) && !g_ascii_isalnum(folded[length]));
        line += size + (line[size] != '\0');
    }
    return found;
}

/* A program's word for itself at AT, the beginning of SENTENCE, in TEXT. */
static const char *program_of(const char *at, const char *sentence, const char *text, gboolean deaf)
{
    const char *found = ch_notice_begins(at, programs, G_N_ELEMENTS(programs));
    if (!found && ch_notice_has(sentence, nouns, G_N_ELEMENTS(nouns)))
        found = ch_notice_begins(at, adjectives, G_N_ELEMENTS(adjectives));
    if (!found && (deaf || ch_notice_has(text, mechanical, G_N_ELEMENTS(mechanical))))
        found = ch_notice_begins(at, refusals, G_N_ELEMENTS(refusals));
    return found && !is_told(sentence) ? found : NULL;
}

/* "Ola, tudo bem?" asks nothing. */
static gboolean asks_something(const char *text)
{
    static const char *const small[] = {"tudo bem", "tudo bom", "como vai", "how are you", "que tal"};
    for (const char *mark = strchr(text, '?'); mark; mark = strchr(mark + 1, '?')) {
        gboolean polite = FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(small) && !polite; i++) {
            gsize length = strlen(small[i]);
            polite = (gsize)(mark - text) >= length && !strncmp(mark - length, small[i], length);
        }
        if (!polite)
            return TRUE;
    }
    return FALSE;
}

const char *ch_notice_words(const char *subject, const char *reply, const char *name, gboolean is_reply,
                            gboolean deaf, gboolean by_client)
{
    gsize length = strnlen(reply, LOOKED_AT + 1);
    g_autofree char *start = g_strndup(reply, MIN(length, LOOKED_AT));
    const char *valid_end;
    if (!g_utf8_validate(start, -1, &valid_end))
        start[valid_end - start] = '\0';
    /* A blank line ends a sentence, unless a colon announces what follows: not by '.', since "x.y" goes on.
     */
    for (char *at = start; *at; at++)
        if (at > start && *at == '\n' && at[-1] == '\n')
            *at = at - start > 1 && at[-2] == ':' ? ' ' : '!';
    g_autofree char *folded = ch_fold(start, strlen(start));
    gboolean asks = asks_something(folded);
    gboolean polite = TRUE, contested = ch_receipt_is_contested(folded);
    const char *at = folded + strspn(folded, " .!*-=_<>\"'#[(~");
    for (guint i = 0; i < SENTENCES && *at; i++) {
        const char *begin = skip_greeting(at);
        gboolean greeted = begin != at;
        at = begin;
        gsize size = ch_notice_sentence(at);
        g_autofree char *sentence = g_strndup(at, size);
        const char *found = by_client && !polite ? NULL : program_of(at, sentence, folded, deaf);
        if (found && is_signed(reply, name, found)) /* below a person's signature: a footer */
            return NULL;
        if (!found && is_reply && polite && i < 3 && length <= LOOKED_AT)
            found = ch_absence_begins(at, subject, folded);
        if (!found && is_reply && polite && i < 2 && length <= LOOKED_AT)
            found = ch_absence_told(sentence, name);
        if (!found && !contested && !by_client && length <= LOOKED_AT)
            found = ch_receipt_begins(sentence, folded);
        if (!found && !contested && !by_client && i < 3 && length <= LOOKED_AT / 2)
            found = ch_receipt_promise(sentence, folded);
        if (found || is_legal(sentence))
            return asks ? NULL : found;
        polite = polite && ch_absence_may_follow(sentence, greeted);
        at += size;
        at += strspn(at, " .!*-=_<>\"'#[(~");
    }
    return NULL;
}

gboolean ch_notice_is_receipt(const char *subject, const char *reply)
{
    static const char *const subjects[] = {
        "read:",         "not read:",  "lida:",      "lido:",      "nao lida:",      "nao lido:",  "leido:",
        "leida:",        "no leido:",  "gelesen:",   "ungelesen:", "nicht gelesen:", "lu :",       "lu:",
        "non lu :",      "non lu:",    "letto:",     "letta:",     "non letto:",     "non letta:", "gelezen:",
        "niet gelezen:", "deleted:",   "eliminada:", "excluida:",  "lest:",          "last:",      "læst:",
        "olast:",        "ulæst:",     "ulest:",     "luettu:",    "przeczytano:",   "precteno:",  "okundu:",
        "прочтено:",     "прочитано:", "開封済み:",  "已读:",      "已讀:"};
    static const char *const words[] = {"was read on",       "was deleted without being read",
                                        "has been read",     "foi lida em",
                                        "foi lido em",       "foi excluida sem",
                                        "foi eliminada sem", "se leyo el",
                                        "fue leido el",      "ha sido leido",
                                        "se elimino sin",    "wurde gelesen",
                                        "gelesen am",        "ungelesen geloscht",
                                        "a ete lu",          "a ete supprime sans",
                                        "e stato letto",     "eliminato senza",
                                        "is gelezen",        "zonder te zijn gelezen",
                                        "leitura em"};
    g_autofree char *folded = ch_fold(subject, 256);
    if (!ch_notice_begins(folded, subjects, G_N_ELEMENTS(subjects)) || strlen(reply) > LOOKED_AT)
        return FALSE;
    g_autofree char *text = ch_fold(reply, LOOKED_AT);
    if (strchr(text, '?') && !strchr(folded, '?')) /* it may stand in the subject that is cited */
        return FALSE;
    if (ch_notice_has(text, words, G_N_ELEMENTS(words)))
        return TRUE;
    /* Whatever the language is, Outlook says "Subject: ...". */
    const char *meant = folded + strcspn(folded, ":") + 1;
    meant += strspn(meant, " ");
    g_autofree char *line = g_strconcat(": ", meant, NULL);
    return *meant && strstr(text, line);
}

/* "Accepted: Visita", "By: Ana": what parse writes where the mail holds its calendar and no words. */
static gboolean is_calendar_alone(const char *reply)
{
    static const char *const deeds[] = {"Accepted: ", "Declined: ", "Accepted tentatively: "};
    static const char *const fields[] = {"When: ", "Where: ", "By: ", "Organizer: "};
    if (!ch_notice_begins(reply, deeds, G_N_ELEMENTS(deeds)))
        return FALSE;
    for (const char *line = strchr(reply, '\n'); line; line = strchr(line, '\n')) {
        line += strspn(line, "\n");
        if (*line && !ch_notice_begins(line, fields, G_N_ELEMENTS(fields)))
            return FALSE;
    }
    return TRUE;
}

gboolean ch_notice_is_calendar(const char *reply)
{
    static const char *const words[] = {"has accepted this invitation",
                                        "has declined this invitation",
                                        "has accepted",
                                        "has declined",
                                        "has tentatively accepted",
                                        "aceitou este convite",
                                        "aceitou o convite",
                                        "recusou este convite",
                                        "recusou o convite",
                                        "talvez participe",
                                        "ha aceptado",
                                        "ha rechazado",
                                        "hat diese einladung",
                                        "hat zugesagt",
                                        "hat abgesagt",
                                        "a accepte",
                                        "a refuse",
                                        "a decline",
                                        "ha accettato",
                                        "ha rifiutato"};
    g_autofree char *text = ch_fold(reply, LOOKED_AT);
    if (!*text || is_calendar_alone(reply))
        return TRUE;
    gsize first = ch_notice_sentence(text);
    g_autofree char *sentence = g_strndup(text, MIN(first, 200));
    if (strchr(text, '?'))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(sentence, words[i]))
            return TRUE;
    return FALSE;
}
