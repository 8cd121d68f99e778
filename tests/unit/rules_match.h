/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail put together for the rules, and the words that they say of it. */
#pragma once

#include "route/match_private.h"

#include <string.h>

/* What is not named is as in a customer's plain mail. */
typedef struct {
    const char *from, *name;            /* of the sender */
    const char *to, *cc, *delivered;    /* addresses, separated by blanks */
    const char *subject, *body;
    const char *headers;                /* "Name: value\nName: value" */
    const char *files;                  /* "name type size\n…"; after that "inline", "crypto" or "is=TYPE" */
    const char *company, *language;
    const char *department;
    const char *at; /* ISO 8601 */
    ChKind kind;
    ChEvidence evidence;
    ChAccount account;
    int ticket; /* 1 + ChTicketState; 0: none */
    guint rate_hour, rate_day;
    guint64 size;
} TestMail;

typedef struct {
    ChMail *mail;
    ChVerdict *verdict;
    ChTicketFacts *ticket;
    GTimeZone *zone;
    ChRuleInput input;
} Built;

static inline void build_addresses(GPtrArray *list, const char *addresses)
{
    g_auto(GStrv) each = g_strsplit(addresses ? addresses : "", " ", -1);
    for (char **address = each; *address; address++)
        if (**address)
            g_ptr_array_add(list, ch_address_new("Alguém", *address));
}

static inline void build_headers(GPtrArray *headers, const char *lines)
{
    g_auto(GStrv) each = g_strsplit(lines ? lines : "", "\n", -1);
    for (char **line = each; *line; line++) {
        char *colon = strstr(*line, ": ");
        if (!colon)
            continue;
        ChHeader *header = g_new(ChHeader, 1);
        *header = (ChHeader){g_strndup(*line, (gsize)(colon - *line)), g_strdup(colon + 2)};
        g_ptr_array_add(headers, header);
    }
}

static inline void build_files(GPtrArray *attachments, const char *files)
{
    g_auto(GStrv) each = g_strsplit(files ? files : "", "\n", -1);
    for (char **line = each; *line; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", -1);
        if (g_strv_length(words) < 3)
            continue;
        ChAttachment *file = g_new0(ChAttachment, 1);
        file->part = g_strdup("2");
        file->name = g_strdup(words[0]);
        file->type = g_strdup(words[1]);
        file->size = g_ascii_strtoull(words[2], NULL, 10);
        file->is_inline = words[3] && strcmp(words[3], "inline") == 0;
        file->is_crypto = words[3] && strcmp(words[3], "crypto") == 0;
        file->content_type = g_strdup(words[3] && g_str_has_prefix(words[3], "is=") ? words[3] + 3 : "");
        file->reason = g_strdup("");
        g_ptr_array_add(attachments, file);
    }
}

static inline void set(char **place, const char *value)
{
    g_free(*place);
    *place = g_strdup(value);
}

static inline void build(Built *built, const TestMail *test)
{
    const char *from = test->from ? test->from : "ana@cliente.example";
    built->mail = ch_mail_new();
    built->verdict = ch_verdict_new();
    built->zone = g_time_zone_new_identifier("-03:00");
    ch_address_free(built->verdict->sender);
    built->verdict->sender = ch_address_new(test->name ? test->name : "Ana Lima", from);
    built->verdict->kind = test->kind;
    built->verdict->evidence = test->evidence;
    build_addresses(built->mail->to, test->to ? test->to : "suporte@desk.example");
    build_addresses(built->mail->cc, test->cc);
    g_auto(GStrv) delivered = g_strsplit(test->delivered ? test->delivered : "", " ", -1);
    for (char **address = delivered; *address; address++)
        g_ptr_array_add(built->mail->delivered_to, g_strdup(*address));
    set(&built->mail->subject, test->subject ? test->subject : "Dúvida");
    set(&built->mail->reply, test->body ? test->body : "Bom dia,\numa dúvida.\n");
    build_headers(built->mail->headers, test->headers);
    build_files(built->mail->attachments, test->files);
    built->mail->size = test->size ? test->size : 2000;
    built->ticket = test->ticket ? ch_ticket_facts_new() : NULL;
    if (built->ticket)
        built->ticket->state = (ChTicketState)(test->ticket - 1);
    g_autoptr(GDateTime) at =
        g_date_time_new_from_iso8601(test->at ? test->at : "2026-11-24T10:00:00-03", built->zone);
    g_assert_nonnull(at);
    built->input = (ChRuleInput){.mail = built->mail,
                                 .verdict = built->verdict,
                                 .department = test->department ? test->department : "suporte",
                                 .account = test->account,
                                 .company = test->company,
                                 .language = test->language,
                                 .rate_hour = test->rate_hour,
                                 .rate_day = test->rate_day,
                                 .ticket = built->ticket,
                                 .now = g_date_time_to_unix(at),
                                 .zone = built->zone};
}

static inline void built_clear(Built *built)
{
    ch_mail_free(built->mail);
    ch_verdict_free(built->verdict);
    ch_ticket_facts_free(built->ticket);
    g_time_zone_unref(built->zone);
}

/* RULES compiled; whatever is wrong with them ends the test. */
static inline ChRules *compile_rules(const char *rules, const char *folder)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *compiled = ch_rules_compile("test.rules", rules, strlen(rules), folder, messages);
    for (guint i = 0; i < messages->len; i++) {
        g_autofree char *text = ch_rule_message_format(g_ptr_array_index(messages, i));
        g_test_message("%s", text);
    }
    g_assert_nonnull(compiled);
    return compiled;
}

/* "priority high, tag urgente", and "; unknown" where some rule is. */
static inline char *words_of(const ChEffects *effects)
{
    g_autoptr(GPtrArray) list = ch_effects_list(effects);
    gboolean unknown = FALSE;
    for (guint i = 0; i < effects->hits->len; i++)
        unknown = unknown || ((ChRuleHit *)g_ptr_array_index(effects->hits, i))->result == CH_RULE_UNKNOWN;
    g_ptr_array_add(list, NULL);
    g_autofree char *words = g_strjoinv(", ", (char **)list->pdata);
    return g_strconcat(words, unknown ? "; unknown" : "", NULL);
}
