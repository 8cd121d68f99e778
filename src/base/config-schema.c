/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of all sections and keys, and how names are found in it. Values are read in config-value.c,
 * what takes several keys to check in config-check.c. man/chamado.conf.5 and etc/chamado.conf name the same
 * keys; tests/unit/test_config_command.c fails where they don't. */
#include "base/config_private.h"

#include <string.h>

#define K G_GUINT64_CONSTANT(1024)
#define M (1024 * K)
#define G (1024 * M)

#define DAY (24 * 60 * 60)

static const struct {
    const char *name;
    gboolean named;
} sections[CH_SECTIONS] = {
    [CH_SECTION_DESK] = {"desk", FALSE},
    [CH_SECTION_MAILBOX] = {"mailbox", TRUE},
    [CH_SECTION_DEPARTMENT] = {"department", TRUE},
    [CH_SECTION_FIELD] = {"field", TRUE},
    [CH_SECTION_REGISTRATION] = {"registration", FALSE},
    [CH_SECTION_BUDGETS] = {"budgets", FALSE},
    [CH_SECTION_WEB] = {"web", FALSE},
    [CH_SECTION_SMTP] = {"smtp", FALSE},
    [CH_SECTION_LIMITS] = {"limits", FALSE},
    [CH_SECTION_ATTACHMENTS] = {"attachments", FALSE},
    [CH_SECTION_TRUST] = {"trust", FALSE},
    [CH_SECTION_PATHS] = {"paths", FALSE},
};

#define DESK(key, type, field, fallback, minimum, maximum, meaning)                                          \
    {                                                                                                        \
        CH_SECTION_DESK, key, type, G_STRUCT_OFFSET(ChConfig, field), fallback, FALSE, minimum, maximum,     \
            meaning                                                                                          \
    }
#define MAILBOX(key, type, field, fallback, required, minimum, maximum, meaning)                             \
    {                                                                                                        \
        CH_SECTION_MAILBOX, key, type, G_STRUCT_OFFSET(ChMailboxConfig, field), fallback, required, minimum, \
            maximum, meaning                                                                                 \
    }
#define DEPARTMENT(key, type, field, fallback, required, meaning)                                            \
    {                                                                                                        \
        CH_SECTION_DEPARTMENT, key, type, G_STRUCT_OFFSET(ChDepartmentConfig, field), fallback, required, 0, \
            0, meaning                                                                                       \
    }
#define FILES(key, type, field, minimum, maximum, meaning)                                                   \
    {                                                                                                        \
        CH_SECTION_DEPARTMENT, key, type, G_STRUCT_OFFSET(ChDepartmentConfig, files.field), NULL, FALSE,     \
            minimum, maximum, meaning                                                                        \
    }
#define FIELD(key, type, fallback, meaning)                                                                  \
    {                                                                                                        \
        CH_SECTION_FIELD, #key, type, G_STRUCT_OFFSET(ChFieldConfig, key), fallback, FALSE, 0, 0, meaning    \
    }
#define REGISTRATION(key, type, fallback, minimum, maximum, meaning)                                         \
    {                                                                                                        \
        CH_SECTION_REGISTRATION, #key, type, G_STRUCT_OFFSET(ChConfig, registration.key), fallback, FALSE,   \
            minimum, maximum, meaning                                                                        \
    }
#define BUDGET(key, fallback, meaning)                                                                       \
    {                                                                                                        \
        CH_SECTION_BUDGETS, #key, CH_VALUE_NUMBER, G_STRUCT_OFFSET(ChConfig, budgets.key), fallback, FALSE,  \
            1, 1000000, meaning                                                                              \
    }
#define WEB(key, type, fallback, minimum, maximum, meaning)                                                  \
    {                                                                                                        \
        CH_SECTION_WEB, #key, type, G_STRUCT_OFFSET(ChConfig, web.key), fallback, FALSE, minimum, maximum,   \
            meaning                                                                                          \
    }
#define SMTP(key, type, field, fallback, required, minimum, maximum, meaning)                                \
    {                                                                                                        \
        CH_SECTION_SMTP, key, type, G_STRUCT_OFFSET(ChConfig, smtp.field), fallback, required, minimum,      \
            maximum, meaning                                                                                 \
    }
/* The defaults of limits are those of ch_limits_default(). */
#define LIMIT(key, type, minimum, maximum, meaning)                                                          \
    {                                                                                                        \
        CH_SECTION_LIMITS, #key, type, G_STRUCT_OFFSET(ChConfig, limits.key), NULL, FALSE, minimum, maximum, \
            meaning                                                                                          \
    }
#define OTHER(section, key, type, field, fallback, minimum, maximum, meaning)                                \
    {                                                                                                        \
        section, key, type, G_STRUCT_OFFSET(ChConfig, field), fallback, FALSE, minimum, maximum, meaning     \
    }

const ChConfigKey ch_config_keys[] = {
    DESK("name", CH_VALUE_TEXT, desk_name, "Chamado", 0, 0, "what people call this desk"),
    DESK("prefix", CH_VALUE_PREFIX, desk_prefix, "", 0, 0, "stands before the number in subjects"),
    DESK("domain", CH_VALUE_DOMAIN, desk_domain, NULL, 0, 0,
         "right side of our Message-IDs; that of the first department's first address"),
    DESK("language", CH_VALUE_LANGUAGE, desk_language, "pt_BR", 0, 0, "of departments that name none"),
    DESK("admins", CH_VALUE_ADDRESSES, desk_admins, "", 0, 0, "told of quarantined mail"),
    DESK("reopen_days", CH_VALUE_NUMBER, reopen_days, "14", 0, 3650,
         "in which a reply opens a closed ticket again"),
    DESK("digest_hour", CH_VALUE_NUMBER, digest_hour, "8", 0, 23, "when agents are told what is held"),

    MAILBOX("host", CH_VALUE_HOST, host, "", TRUE, 0, 0, "the IMAP server"),
    MAILBOX("port", CH_VALUE_PORT, port, "0", FALSE, 0, 65535, "0: 993 for implicit, 143 otherwise"),
    MAILBOX("tls", CH_VALUE_TLS, tls, "implicit", FALSE, 0, 0, "implicit, starttls or none"),
    MAILBOX("ca_file", CH_VALUE_PATH, ca_file, "", FALSE, 0, 0, "instead of the system's certificates"),
    MAILBOX("allow_plain", CH_VALUE_BOOLEAN, allow_plain, "no", FALSE, 0, 0,
            "tls = none to other machines too"),
    MAILBOX("user", CH_VALUE_TEXT, user, "", TRUE, 0, 0, "whom to log in as"),
    MAILBOX("password", CH_VALUE_SECRET, password.value, "", FALSE, 0, 0, "the password itself"),
    MAILBOX("password_command", CH_VALUE_TEXT, password.command, "", FALSE, 0, 0,
            "first line of this command's output"),
    MAILBOX("password_env", CH_VALUE_TEXT, password.variable, "", FALSE, 0, 0, "an environment variable"),
    MAILBOX("password_file", CH_VALUE_PATH, password.file, "", FALSE, 0, 0, "first line of this file"),
    MAILBOX("folders", CH_VALUE_LIST, folders, "INBOX", FALSE, 0, 0, "where new mail comes in"),
    MAILBOX("after", CH_VALUE_AFTER, after, "move", FALSE, 0, 0, "move, seen or delete"),
    MAILBOX("move_to", CH_VALUE_TEXT, move_to, "Chamado", FALSE, 0, 0, "the folder for after = move"),
    MAILBOX("idle", CH_VALUE_BOOLEAN, idle, "yes", FALSE, 0, 0, "be told of new mail at once"),
    MAILBOX("interval", CH_VALUE_SECONDS, interval, "1m", FALSE, 1, DAY, "between polls without IDLE"),
    MAILBOX("timeout", CH_VALUE_SECONDS, timeout, "1m", FALSE, 1, 3600, "for each network call"),
    MAILBOX("department", CH_VALUE_NAME, department, "", FALSE, 0, 0,
            "for mail to no department's address; the first"),

    DEPARTMENT("title", CH_VALUE_TEXT, title, NULL, FALSE, "what people read; the section's name"),
    DEPARTMENT("addresses", CH_VALUE_ADDRESSES, addresses, "", TRUE, "the first is the From of its mails"),
    DEPARTMENT("agents", CH_VALUE_ADDRESSES, agents, "", FALSE, "who answers"),
    DEPARTMENT("language", CH_VALUE_LANGUAGE, language, NULL, FALSE, "of its mails; that of [desk]"),
    DEPARTMENT("registration", CH_VALUE_REGISTRATION, registration, "validated", FALSE,
               "whose first mail opens a ticket"),
    DEPARTMENT("domains", CH_VALUE_PATTERNS, domains, "", FALSE, "who may register where it is closed"),
    DEPARTMENT("refuse", CH_VALUE_BOOLEAN, refuse, "yes", FALSE, "closed: tell those who may not, once"),
    DEPARTMENT("subaddress", CH_VALUE_BOOLEAN, subaddress, "no", FALSE,
               "its mailbox takes local+anything@domain"),
    FILES("attachment_types", CH_VALUE_EXTENSIONS, types, 0, 0, "accepted; those of [attachments]"),
    FILES("attachment_bytes", CH_VALUE_BYTES, each, 1, G, "one file, decoded; that of [limits]"),
    FILES("attachments_total", CH_VALUE_BYTES, total, 1, G, "all files of a mail; that of [attachments]"),
    FILES("attachments_count", CH_VALUE_NUMBER, count, 1, 1000, "files of a mail; that of [attachments]"),
    DEPARTMENT("fields", CH_VALUE_LIST, fields, "", FALSE, "names of the fields that its tickets have"),
    DEPARTMENT("required", CH_VALUE_LIST, required, "", FALSE, "those that a new ticket must have"),

    FIELD(title, CH_VALUE_TEXT, NULL, "what people read, and write before ':'; the section's name"),
    FIELD(aliases, CH_VALUE_LIST, "", "other titles that people write"),
    FIELD(account, CH_VALUE_ACCOUNT, "", "what of the requester's account fills it"),

    REGISTRATION(mails, CH_VALUE_NUMBER, "5", 1, 1000, "held of one address until it is confirmed"),
    REGISTRATION(bytes, CH_VALUE_BYTES, "48M", K, 4 * G, "of those together"),
    REGISTRATION(per_day, CH_VALUE_NUMBER, "3", 1, 24, "questions to one address in a day"),
    REGISTRATION(remind, CH_VALUE_SECONDS, "3d", 0, 365 * DAY, "until a reminder; 0: none"),
    REGISTRATION(expire, CH_VALUE_SECONDS, "14d", 1, 365 * DAY,
                 "until a question can't be answered any more"),
    REGISTRATION(retain, CH_VALUE_SECONDS, "90d", 1, 3650 * DAY, "that a mail is held"),

    BUDGET(address, "20", "mails in an hour to one address"),
    BUDGET(ticket, "10", "mails in an hour to one address about one ticket"),
    BUDGET(agent, "500", "mails in an hour to one agent or admin"),
    BUDGET(desk, "3000", "mails in an hour in all"),
    BUDGET(strangers, "300", "to people who have not confirmed their address"),

    WEB(host, CH_VALUE_HOST, "127.0.0.1", 0, 0, "to listen on"),
    WEB(port, CH_VALUE_PORT, "8025", 1, 65535, "to listen on"),
    WEB(url, CH_VALUE_URL, "", 0, 0, "the page as people reach it; none: no page"),
    WEB(fields, CH_VALUE_FIELDS, "name, company, telephone, language", 0, 0, "what the form asks"),
    WEB(required, CH_VALUE_FIELDS, "name", 0, 0, "what must be filled in"),
    WEB(colour, CH_VALUE_COLOUR, "#0b5fa5", 0, 0, "of the page"),
    WEB(logo, CH_VALUE_PATH, "", 0, 0, "an SVG or PNG file"),
    WEB(proxies, CH_VALUE_IPS, "127.0.0.1, ::1", 0, 0, "whose X-Forwarded-For is believed"),
    WEB(requests, CH_VALUE_NUMBER, "60", 1, 100000, "in a minute from one address"),
    WEB(connections, CH_VALUE_NUMBER, "400", 16, 5000, "at most at once"),
    WEB(timeout, CH_VALUE_SECONDS, "10s", 1, 600, "for a request to come in whole"),

    SMTP("host", CH_VALUE_HOST, host, "", TRUE, 0, 0, "the server that takes our mail"),
    SMTP("port", CH_VALUE_PORT, port, "0", FALSE, 0, 65535,
         "0: 465 for implicit, 587 for starttls, 25 for none"),
    SMTP("tls", CH_VALUE_TLS, tls, "implicit", FALSE, 0, 0, "implicit, starttls or none"),
    SMTP("ca_file", CH_VALUE_PATH, ca_file, "", FALSE, 0, 0, "instead of the system's certificates"),
    SMTP("allow_plain", CH_VALUE_BOOLEAN, allow_plain, "no", FALSE, 0, 0, "tls = none to other machines too"),
    SMTP("user", CH_VALUE_TEXT, user, "", FALSE, 0, 0, "whom to log in as; none: no login"),
    SMTP("password", CH_VALUE_SECRET, password.value, "", FALSE, 0, 0, "the password itself"),
    SMTP("password_command", CH_VALUE_TEXT, password.command, "", FALSE, 0, 0,
         "first line of this command's output"),
    SMTP("password_env", CH_VALUE_TEXT, password.variable, "", FALSE, 0, 0, "an environment variable"),
    SMTP("password_file", CH_VALUE_PATH, password.file, "", FALSE, 0, 0, "first line of this file"),
    SMTP("connections", CH_VALUE_NUMBER, connections, "4", FALSE, 1, 64, "at most at once"),
    SMTP("timeout", CH_VALUE_SECONDS, timeout, "5m", FALSE, 1, 3600, "for one mail"),
    SMTP("retry_days", CH_VALUE_NUMBER, retry_days, "5", FALSE, 1, 30, "then a mail is given up"),

    LIMIT(mail_bytes, CH_VALUE_BYTES, K, G, "of a larger mail only the headers are fetched"),
    LIMIT(attachment_bytes, CH_VALUE_BYTES, 1, G, "one file, decoded"),
    LIMIT(header_bytes, CH_VALUE_BYTES, 4 * K, 16 * M, "all headers of a mail"),
    LIMIT(text_bytes, CH_VALUE_BYTES, K, 64 * M, "decoded text of a mail"),
    LIMIT(parts, CH_VALUE_NUMBER, 1, 100000, "parts of a mail"),
    LIMIT(depth, CH_VALUE_NUMBER, 1, 200, "parts inside parts"),
    LIMIT(recipients, CH_VALUE_NUMBER, 1, 10000, "addresses of one header"),
    LIMIT(parse_time, CH_VALUE_SECONDS, 1, 3600, "of the processor, to read one mail"),
    LIMIT(batch_mails, CH_VALUE_NUMBER, 1, 10000, "fetched and committed together"),
    LIMIT(batch_bytes, CH_VALUE_BYTES, K, G, "fetched together"),
    LIMIT(memory_bytes, CH_VALUE_BYTES, K, 4 * G, "raw mail between the server and the database"),

    OTHER(CH_SECTION_ATTACHMENTS, "types", CH_VALUE_EXTENSIONS, files.types,
          "pdf, tar, gz, bmp, gif, jpg, png, zip, txt", 0, 0, "extensions that are accepted"),
    OTHER(CH_SECTION_ATTACHMENTS, "total", CH_VALUE_BYTES, files.total, "24M", 1, G,
          "all accepted files of one mail, decoded"),
    OTHER(CH_SECTION_ATTACHMENTS, "count", CH_VALUE_NUMBER, files.count, "20", 1, 1000,
          "accepted files of one mail"),
    OTHER(CH_SECTION_TRUST, "authserv_id", CH_VALUE_HOST, authserv_id, "", 0, 0,
          "whose Authentication-Results are believed"),
    OTHER(CH_SECTION_TRUST, "key_days", CH_VALUE_NUMBER, key_days, "180", 1, 3650,
          "that an old key verifies"),
    OTHER(CH_SECTION_PATHS, "state", CH_VALUE_PATH, state_dir, "/var/lib/chamado", 0, 0,
          "the database lives here"),
    OTHER(CH_SECTION_PATHS, "templates", CH_VALUE_PATH, template_dir, NULL, 0, 0,
          "a folder for each language; the installed ones"),
    OTHER(CH_SECTION_PATHS, "rules", CH_VALUE_PATH, rules_dir, "", 0, 0, "a folder of *.rules, or one file"),
};
const guint ch_config_key_count = G_N_ELEMENTS(ch_config_keys);

const char *ch_section_name(ChSection section)
{
    return sections[section].name;
}

gboolean ch_section_is_named(ChSection section)
{
    return sections[section].named;
}

const ChConfigKey *ch_config_key(ChSection section, const char *key)
{
    for (guint i = 0; i < ch_config_key_count; i++)
        if (ch_config_keys[i].section == section && strcmp(ch_config_keys[i].key, key) == 0)
            return &ch_config_keys[i];
    return NULL;
}

#define WORD_MAX 24

/* How many letters must be added, dropped, changed or swapped with their neighbour to make B of A. */
static guint distance(const char *a, const char *b)
{
    gsize m = strlen(a), n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX)
        return G_MAXUINT;
    guint d[WORD_MAX + 1][WORD_MAX + 1];
    for (guint i = 0; i <= m; i++)
        d[i][0] = i;
    for (guint j = 0; j <= n; j++)
        d[0][j] = j;
    for (guint i = 1; i <= m; i++)
        for (guint j = 1; j <= n; j++) {
            guint changed = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = MIN(changed, MIN(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = MIN(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[m][n];
}

/* The candidate that TEXT is a near miss of, or NULL. */
static const char *nearest(const char *text, const GPtrArray *candidates)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *best = NULL;
    guint least = MIN(2u, (guint)strlen(text) / 3) + 1;
    for (guint i = 0; i < candidates->len; i++) {
        const char *candidate = g_ptr_array_index(candidates, i);
        guint far = distance(lower, candidate);
        if (far < least) {
            least = far;
            best = candidate;
        }
    }
    return best;
}

static char *suggest(const char *text, const char *kind, GPtrArray *candidates)
{
    const char *near = nearest(text, candidates);
    if (near)
        return g_strdup_printf("expected a %s that is known; did you mean '%s'?", kind, near);
    g_ptr_array_add(candidates, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)candidates->pdata);
    return g_strdup_printf("expected one of %s", all);
}

char *ch_config_suggest(ChSection section, const char *key)
{
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    for (guint i = 0; i < ch_config_key_count; i++)
        if (ch_config_keys[i].section == section)
            g_ptr_array_add(candidates, (gpointer)ch_config_keys[i].key);
    return suggest(key, "key", candidates);
}

/* Names go into the database, the log and the rules language: letters, digits, '-', '_' and '.'. */
static gboolean is_name(const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (!g_unichar_isalnum(g_utf8_get_char(at)) && !strchr("-_.", *at))
            return FALSE;
    return *text && strlen(text) <= 64;
}

gboolean ch_section_parse(const char *text, ChSection *section, const char **name, char **why)
{
    gsize length = strcspn(text, " \t");
    const char *rest = text + length + strspn(text + length, " \t");
    *name = *rest ? rest : NULL;
    for (guint i = 0; i < CH_SECTIONS; i++) {
        if (strlen(sections[i].name) != length || strncmp(sections[i].name, text, length) != 0)
            continue;
        *section = i;
        if (sections[i].named == (*name != NULL) && (!*name || is_name(*name)))
            return TRUE;
        if (!sections[i].named)
            *why = g_strdup_printf("a section [%s], expected [%s] without a name", text, sections[i].name);
        else if (!*name)
            *why = g_strdup_printf("a section [%s] without a name, expected [%s NAME]", text, text);
        else
            *why = g_strdup_printf("'%s' as a name, expected at most 64 bytes of letters, digits, '-', '_' "
                                   "and '.'",
                                   *name);
        return FALSE;
    }
    g_autofree char *word = g_strndup(text, length);
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    for (guint i = 0; i < CH_SECTIONS; i++)
        g_ptr_array_add(candidates, (gpointer)sections[i].name);
    g_autofree char *hint = suggest(word, "section", candidates);
    *why = g_strdup_printf("unknown section [%s], %s", text, hint);
    return FALSE;
}
