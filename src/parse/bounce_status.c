/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The status of a failed delivery (RFC 3463) from what a server said: its codes, or else its words. Which
 * text is a server's reply, bounce_fields.c and bounce_text.c say.
 */
#include "parse/bounce.h"

#include <string.h>

/* What words of a reply mean, the most telling first (RFC 3463 section 3). */
static const struct {
    const char *words, *detail;
} reasons[] = {
    {"user unknown", "1.1"},
    {"unknown user", "1.1"},
    {"unknown recipient", "1.1"},
    {"recipient unknown", "1.1"},
    {"unknown address", "1.1"},
    {"address unknown", "1.1"},
    {"unknown local", "1.1"},
    {"unknown account", "1.1"},
    {"unknown mailbox", "1.1"},
    {"unknown or illegal alias", "1.1"},
    {"unrouteable address", "1.1"},
    {"unroutable address", "1.1"},
    {"no such user", "1.1"},
    {"no such mailbox", "1.1"},
    {"no such recipient", "1.1"},
    {"no such address", "1.1"},
    {"no such person", "1.1"},
    {"no such account", "1.1"},
    {"no such local user", "1.1"},
    {"no mailbox here by that name", "1.1"},
    {"no mailbox by that name", "1.1"},
    {"mailbox not found", "1.1"},
    {"user not found", "1.1"},
    {"recipient not found", "1.1"},
    {"recipnotfound", "1.1"},
    {"address not found", "1.1"},
    {"account not found", "1.1"},
    {"user does not exist", "1.1"},
    {"user doesn't exist", "1.1"},
    {"mailbox does not exist", "1.1"},
    {"account does not exist", "1.1"},
    {"account that you tried to reach does not exist", "1.1"},
    {"address does not exist", "1.1"},
    {"recipient does not exist", "1.1"},
    {"no account by that name", "1.1"},
    {"doesn't have a yahoo", "1.1"},
    {"doesn't have an account", "1.1"},
    {"not a valid mailbox", "1.1"},
    {"not a valid user", "1.1"},
    {"invalid recipient", "1.1"},
    {"invalid mailbox", "1.1"},
    {"invalid address", "1.1"},
    {"invalid user", "1.1"},
    {"not listed in", "1.1"},
    {"not our customer", "1.1"},
    {"recipient name is not recognized", "1.1"},
    {"e-mail account does not exist", "1.1"},
    {"address couldn't be found", "1.1"},
    {"address was not found", "1.1"},
    {"wasn't found at", "1.1"},
    {"voce digitou nao foi encontrado", "1.1"},
    {"usuario desconhecido", "1.1"},
    {"usuario inexistente", "1.1"},
    {"usuario nao encontrado", "1.1"},
    {"usuario nao existe", "1.1"},
    {"destinatario desconhecido", "1.1"},
    {"destinatario inexistente", "1.1"},
    {"caixa postal inexistente", "1.1"},
    {"caixa postal nao existe", "1.1"},
    {"conta inexistente", "1.1"},
    {"endereco inexistente", "1.1"},
    {"endereco nao foi encontrado", "1.1"},
    {"endereco de e-mail nao foi encontrado", "1.1"},
    {"usuario desconocido", "1.1"},
    {"no existe el usuario", "1.1"},
    {"utilisateur inconnu", "1.1"},
    {"destinataire inconnu", "1.1"},
    {"adresse inconnue", "1.1"},
    {"empfanger unbekannt", "1.1"},
    {"unbekannter empfanger", "1.1"},
    {"benutzer unbekannt", "1.1"},
    {"utente sconosciuto", "1.1"},
    {"utente inesistente", "1.1"},
    {"onbekende gebruiker", "1.1"},
    {"gebruiker onbekend", "1.1"},
    {"nieznany uzytkownik", "1.1"},
    {"ismeretlen felhasznalo", "1.1"},
    {"пользователь не наиден", "1.1"},
    {"пользователь не существует", "1.1"},
    {"неизвестныи пользователь", "1.1"},
    {"用户不存在", "1.1"},
    {"地址不存在", "1.1"},

    {"host unknown", "1.2"},
    {"unknown host", "1.2"},
    {"host not found", "1.2"},
    {"domain not found", "1.2"},
    {"unknown domain", "1.2"},
    {"no such domain", "1.2"},
    {"domain does not exist", "1.2"},
    {"name service error", "1.2"},
    {"couldn't find any host", "1.2"},
    {"unrouteable mail domain", "1.2"},
    {"illegal host/domain", "1.2"},
    {"bad destination host", "1.2"},
    {"dominio inexistente", "1.2"},

    {"mailbox full", "2.2"},
    {"mailbox is full", "2.2"},
    {"mailbox was full", "2.2"},
    {"inbox is full", "2.2"},
    {"account is full", "2.2"},
    {"quota exceeded", "2.2"},
    {"over quota", "2.2"},
    {"overquota", "2.2"},
    {"over the quota", "2.2"},
    {"exceeded quota", "2.2"},
    {"exceeded storage", "2.2"},
    {"exceeds allowed size", "2.2"},
    {"exceeded his/her quota", "2.2"},
    {"exceeded its quota", "2.2"},
    {"disk quota", "2.2"},
    {"caixa postal cheia", "2.2"},
    {"caixa de entrada cheia", "2.2"},
    {"caixa postal esta cheia", "2.2"},
    {"quota excedida", "2.2"},
    {"cota excedida", "2.2"},
    {"buzon lleno", "2.2"},
    {"postfach ist voll", "2.2"},
    {"boite pleine", "2.2"},
    {"casella piena", "2.2"},
    {"caixa de correio cheia", "2.2"},
    {"postfach voll", "2.2"},
    {"boite aux lettres pleine", "2.2"},
    {"postvak is vol", "2.2"},
    {"ящик переполнен", "2.2"},
    {"邮箱已满", "2.2"},

    {"account disabled", "2.1"},
    {"account is disabled", "2.1"},
    {"account has been disabled", "2.1"},
    {"mailbox disabled", "2.1"},
    {"mailbox is disabled", "2.1"},
    {"account inactive", "2.1"},
    {"account is inactive", "2.1"},
    {"mailbox is inactive", "2.1"},
    {"account suspended", "2.1"},
    {"account has been suspended", "2.1"},
    {"not accepting mail", "2.1"},
    {"conta desativada", "2.1"},
    {"conta suspensa", "2.1"},

    {"message too large", "3.4"},
    {"message is too large", "3.4"},
    {"message too big", "3.4"},
    {"message size exceeds", "3.4"},
    {"exceeds size limit", "3.4"},
    {"exceeds maximum message size", "3.4"},
    {"exceeds fixed maximum", "3.4"},
    {"exceeded the maximum size", "3.4"},
    {"mensagem muito grande", "3.4"},

    {"too many hops", "4.6"},
    {"hop count", "4.6"},
    {"mail loop", "4.6"},
    {"loops back to myself", "4.6"},
    {"retry time not reached", "4.7"},
    {"retry timeout exceeded", "4.7"},
    {"in the queue too long", "4.7"},
    {"in queue too long", "4.7"},
    {"message expired", "4.7"},
    {"could not be delivered for", "4.7"},
    {"connection refused", "4.1"},
    {"connection timed out", "4.1"},
    {"no route to host", "4.1"},
    {"wasn't able to establish an smtp connection", "4.1"},
    {"unable to connect", "4.1"},

    {"spam", "7.1"},
    {"relaying denied", "7.1"},
    {"relay access denied", "7.1"},
    {"relay not permitted", "7.1"},
    {"relaying", "7.1"},
    {"blacklist", "7.1"},
    {"blocklist", "7.1"},
    {"black list", "7.1"},
    {"access denied", "7.1"},
    {"not authorized", "7.1"},
    {"administratively prohibited", "7.1"},
    {"policy", "7.1"},
    {"blocked", "7.1"},
    {"virus", "7.1"},

    /* The words of RFC 5321 section 4.2.3 that leave all open. */
    {"mailbox unavailable", "0.0"},
};

static const char *reason_detail(const char *folded)
{
    for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (strstr(folded, reasons[i].words))
            return reasons[i].detail;
    return NULL;
}

/* "5.1.1" in TEXT, no part of an IP address or a version. NULL where there is none. */
static char *enhanced_code(const char *text)
{
    char before = ' ';
    for (const char *at = text; *at; before = *at++) {
        if ((*at != '2' && *at != '4' && *at != '5') || at[1] != '.' || !g_ascii_isdigit(at[2]) ||
            at[2] > '7' || at[3] != '.' || g_ascii_isalnum(before) || before == '.')
            continue;
        gsize detail = strspn(at + 4, "0123456789");
        if (detail < 1 || detail > 3 || (at[4 + detail] == '.' && g_ascii_isdigit(at[5 + detail])) ||
            g_ascii_isalpha(at[4 + detail]))
            continue;
        return g_strndup(at, 4 + detail);
    }
    return NULL;
}

/* The first digit of an SMTP reply of failure in TEXT, or '\0' (RFC 5321 section 4.2). */
static char reply_class(const char *text)
{
    char before = ' ';
    for (const char *at = text; *at; before = *at++) {
        if ((*at != '4' && *at != '5') || g_ascii_isalnum(before) || before == '.' || before == '-')
            continue;
        if (at[1] < '0' || at[1] > '7' || !g_ascii_isdigit(at[2]))
            continue;
        if (!at[3] || strchr(" -:;,)]<_", at[3]))
            return *at;
    }
    return '\0';
}

gboolean ch_bounce_has_code(const char *text)
{
    g_autofree char *code = enhanced_code(text);
    return code || reply_class(text);
}

gboolean ch_bounce_is_reason(const char *folded)
{
    return ch_bounce_has_code(folded) || reason_detail(folded);
}

char *ch_bounce_status(const char *diagnostic, char class)
{
    g_autofree char *code = enhanced_code(diagnostic);
    if (code && !g_str_has_suffix(code, ".0.0"))
        return g_steal_pointer(&code);
    char reply = reply_class(diagnostic);
    g_autofree char *folded = ch_fold(diagnostic, strlen(diagnostic));
    const char *detail = reason_detail(folded);
    if (!reply && !code && !detail)
        return g_strdup("");
    return g_strdup_printf("%c.%s", code ? *code : reply ? reply : class, detail ? detail : "0.0");
}

char *ch_parse_reply_status(const char *reply)
{
    g_autofree char *status = ch_bounce_status(reply, '5');
    return *status ? g_steal_pointer(&status) : g_strdup("5.0.0");
}
