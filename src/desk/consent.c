/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Yes or no, read from the first words of what a person wrote. Whether a person wrote it is judge/'s
 * business.
 */
#include "desk/consent.h"

#include <string.h>

#define HEAD_MAX  200 /* characters in which the first word stands */
#define YES_BYTES 120 /* a yes, thanks, and a name with a company below it */

/* The beginning of what MAIL says, before anything quoted. */
static char *head_of(const ChMail *mail)
{
    char *head = g_utf8_substring(mail->reply, 0, MIN(HEAD_MAX, g_utf8_strlen(mail->reply, 4 * HEAD_MAX)));
    char *quote = *head == '>' ? head : strstr(head, "\n>");
    if (quote)
        *quote = '\0';
    return head;
}

/* The words of that, composed and in lower case. *NO_PROBLEM: "no problem, it was me" is English for yes. */
static char **first_words(const ChMail *mail, gboolean *no_problem)
{
    g_autofree char *head = head_of(mail);
    g_autofree char *composed = g_utf8_normalize(head, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    for (const char *at = lower; *at;) {
        const char *start = at;
        while (*at && g_unichar_isalpha(g_utf8_get_char(at)))
            at = g_utf8_next_char(at);
        g_autofree char *word = g_strndup(start, (gsize)(at - start));
        if (*word)
            g_strv_builder_add(words, word);
        else
            at = g_utf8_next_char(at);
    }
    char **list = g_strv_builder_end(words);
    *no_problem = list[0] && list[1] && strcmp(list[0], "no") == 0 && strcmp(list[1], "problem") == 0;
    return list;
}

gboolean ch_consent_is_no(const ChMail *mail)
{
    static const char *const no[] = {"não", "nao", "no", "nope", "negativo", "nein", "non", NULL};
    gboolean no_problem;
    g_auto(GStrv) words = first_words(mail, &no_problem);
    return words[0] && g_strv_contains(no, words[0]) && !no_problem;
}

/* Who asks back does not know yet: "quem é esse?". Not everybody writes the mark. */
static gboolean asks_back(const ChMail *mail, const char *first)
{
    static const char *const asking[] = {"quem", "qual", "who",   "whose", "what", "which",
                                         "why",  "wer",  "warum", "quién", "qui",  NULL};
    g_autofree char *head = head_of(mail);
    return strchr(head, '?') || strstr(head, "？") || (first && g_strv_contains(asking, first));
}

gboolean ch_consent_is_unclear(const ChMail *mail)
{
    static const char *const yes[] = {"sim", "yes",       "yep",     "yeah",       "ok", "okay", "confirmo",
                                      "sí",  "confirmed", "confirm", "confirmado", "ja", "oui",  NULL};
    /* "didn't" is two words here */
    static const char *const denials[] = {"não",    "nao",   "nunca", "jamais", "nem",   "not",
                                          "cannot", "never", "didn",  "didnt",  "wasn",  "wasnt",
                                          "haven",  "don",   "dont",  "isn",    "nicht", NULL};
    /* What people say of a mail, or an address, that is not theirs, without denying anything. */
    static const char *const disowns[] = {
        "desconheço", "desconheco", "desconhecido", "desconhecida", "golpe",    "fraude",  "falso",
        "falsa",      "hackeado",   "hackeada",     "hackearam",    "invadido", "spam",    "phishing",
        "fake",       "fraud",      "scam",         "forged",       "hacked",   "unknown", NULL};
    gboolean no_problem, denies = FALSE;
    g_auto(GStrv) words = first_words(mail, &no_problem);
    for (char **word = words; *word && !denies; word++)
        denies = g_strv_contains(denials, *word) || g_strv_contains(disowns, *word);
    return (denies || asks_back(mail, words[0])) && !no_problem &&
           !(words[0] && g_strv_contains(yes, words[0])) && !ch_consent_is_no(mail);
}

gboolean ch_consent_says_more(const ChMail *mail)
{
    return mail->attachments->len > 0 || strlen(mail->reply) > YES_BYTES;
}
