/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in. That the connection is safe for a password was made sure of in imap-session.c. */
#include "fetch/imap-login.h"

#include "base/error.h"

#include <string.h>

/* RFC 5530: these refusals say nothing about the password. */
static gboolean is_passing(const char *code)
{
    static const char *const codes[] = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"};
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        gsize length = strlen(codes[i]);
        if (g_ascii_strncasecmp(code, codes[i], length) == 0 && !g_ascii_isalnum(code[length]))
            return TRUE;
    }
    return FALSE;
}

static void set_refused(ChImapSession *session, const char *text, GError **error)
{
    gboolean passing = text && *text == '[' && is_passing(text + 1);
    ch_imap_error(session, error, passing ? CH_ERROR_NETWORK : CH_ERROR_AUTH,
                  "the server does not let user %s in: %s", session->config->user, text ? text : "");
}

static char *plain_message(const char *user, const char *password)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)"", 1); /* no authorisation identity: the user's own */
    g_byte_array_append(bytes, (const guint8 *)user, strlen(user) + 1);
    g_byte_array_append(bytes, (const guint8 *)password, strlen(password));
    return g_base64_encode(bytes->data, bytes->len);
}

static gboolean authenticate_plain(ChImapSession *session, const char *password, GError **error)
{
    g_autofree char *message = plain_message(session->config->user, password);
    mailstream_set_privacy(session->imap->imap_stream, 0);
    if (!ch_imap_send_line(session, "AUTHENTICATE PLAIN", TRUE, error))
        return FALSE;
    gboolean sent = FALSE;
    for (;;) {
        const char *line = ch_imap_read_line(session, error);
        if (!line)
            return FALSE;
        const char *answer = ch_imap_tagged(session, line);
        if (answer && g_ascii_strncasecmp(answer, "OK", 2) == 0 && sent)
            break;
        if (answer) {
            gboolean refused = g_ascii_strncasecmp(answer, "NO ", 3) == 0;
            set_refused(session, refused ? answer + 3 : answer, error);
            return FALSE;
        }
        if (*line != '+')
            continue;
        if (sent) { /* it asks again: nothing that PLAIN knows */
            ch_imap_error(session, error, CH_ERROR_PROTOCOL, "AUTHENTICATE PLAIN is asked for twice");
            return FALSE;
        }
        sent = TRUE;
        if (!ch_imap_send_line(session, message, FALSE, error))
            return FALSE;
    }
    mailstream_set_privacy(session->imap->imap_stream, 1);
    session->imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
    return TRUE;
}

static gboolean login(ChImapSession *session, const char *password, GError **error)
{
    ch_imap_prepare(session, 0);
    int result = mailimap_login(session->imap, session->config->user, password);
    if (result != MAILIMAP_ERROR_LOGIN)
        return ch_imap_check(session, result, "logging in", error);
    g_autofree char *text = g_utf8_make_valid(session->imap->imap_response ?: "", -1);
    /* libetpan takes the response code out of the text. */
    const struct mailimap_response_info *info = session->imap->imap_response_info;
    g_autofree char *whole =
        info && info->rsp_atom ? g_strdup_printf("[%s] %s", info->rsp_atom, text) : g_strdup(text);
    set_refused(session, whole, error);
    return FALSE;
}

gboolean ch_imap_login(ChImapSession *session, GError **error)
{
    const ChMailboxConfig *config = session->config;
    g_autofree char *password = NULL;
    if (!ch_secret_resolve(&config->password, config->timeout, &password, error))
        return FALSE; /* whoever opens the session names the mailbox */
    if (!config->user || !password) {
        ch_imap_error(session, error, CH_ERROR_CONFIG, "no %s is configured", password ? "user" : "password");
        return FALSE;
    }
    gboolean done = FALSE;
    if (ch_imap_has(session, "AUTH=PLAIN"))
        done = authenticate_plain(session, password, error);
    else if (ch_imap_has(session, "LOGINDISABLED"))
        ch_imap_error(session, error, CH_ERROR_AUTH, "the server offers neither AUTH=PLAIN nor LOGIN");
    else if (strpbrk(config->user, "\r\n") || strpbrk(password, "\r\n"))
        ch_imap_error(session, error, CH_ERROR_CONFIG, "user or password holds a line end");
    else
        done = login(session, password, error);
    memset(password, 0, strlen(password));
    return done;
}
