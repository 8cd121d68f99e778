/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Yes or no, read from the first word of what a person wrote. Whether a person wrote it is judge/'s business.
 */
#include "desk/consent.h"

#include <string.h>

#define HEAD_MAX  200 /* characters in which the first word stands */
#define YES_BYTES 120 /* a yes, thanks, and a name with a company below it */

gboolean ch_consent_is_no(const ChMail *mail)
{
    static const char *const words[] = {"não", "nao", "no", "nope", "negativo", "nein", "non", NULL};
    g_autofree char *head =
        g_utf8_substring(mail->reply, 0, MIN(HEAD_MAX, g_utf8_strlen(mail->reply, 4 * HEAD_MAX)));
    g_autofree char *composed = g_utf8_normalize(head, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    const char *start = composed;
    while (*start && !g_unichar_isalpha(g_utf8_get_char(start)))
        start = g_utf8_next_char(start);
    const char *end = start;
    while (*end && g_unichar_isalpha(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    g_autofree char *word = g_utf8_strdown(start, end - start);
    /* "no problem, it was me" is English for yes */
    gboolean no_problem = strcmp(word, "no") == 0 && g_ascii_strncasecmp(end, " problem", 8) == 0;
    return g_strv_contains(words, word) && !no_problem;
}

gboolean ch_consent_says_more(const ChMail *mail)
{
    return mail->attachments->len > 0 || strlen(mail->reply) > YES_BYTES;
}
