/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado explain MAIL`: what the desk would do with a mail, and why. Changes nothing. The JSON is a
 * contract (DESIGN.md section 7): keys are added, never changed. */
#include "admin/rules.h"
#include "admin/run.h"
#include "base/error.h"
#include "compose/view.h"
#include "parse/parse.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void json_address(JsonBuilder *json, const ChAddress *address)
{
    json_builder_begin_object(json);
    ch_json_text(json, "name", address->name);
    ch_json_text(json, "address", address->address);
    json_builder_end_object(json);
}

static void json_addresses(JsonBuilder *json, const char *name, const GPtrArray *addresses)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
    for (guint i = 0; i < addresses->len; i++)
        json_address(json, g_ptr_array_index(addresses, i));
    json_builder_end_array(json);
}

static void json_cuts(JsonBuilder *json, const GArray *cuts)
{
    json_builder_set_member_name(json, "cuts");
    json_builder_begin_array(json);
    for (guint i = 0; i < cuts->len; i++) {
        const ChCut *cut = &g_array_index(cuts, ChCut, i);
        json_builder_begin_array(json);
        json_builder_add_int_value(json, (gint64)cut->start);
        json_builder_add_int_value(json, (gint64)cut->end);
        json_builder_add_string_value(json, ch_cut_name(cut->kind));
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
}

static void json_mail(JsonBuilder *json, const ChMail *mail, const ChVerdict *verdict)
{
    ch_json_text(json, "message_id", mail->message_id);
    json_builder_set_member_name(json, "from");
    json_address(json, mail->from);
    json_addresses(json, "reply_to", mail->reply_to);
    json_addresses(json, "to", mail->to);
    json_addresses(json, "cc", mail->cc);
    ch_json_text(json, "subject", mail->subject);
    ch_json_text(json, "date", mail->date);
    ch_json_texts(json, "in_reply_to", mail->in_reply_to);
    ch_json_texts(json, "references", mail->references);
    ch_json_text(json, "kind", ch_kind_name(verdict->kind));
    ch_json_text(json, "text", mail->text);
    ch_json_text(json, "reply", mail->reply);
    json_cuts(json, mail->cuts);
    ch_json_attachments(json, mail->attachments);
    ch_json_bool(json, "encrypted", mail->encrypted);
}

static void json_auth(JsonBuilder *json, const ChConfig *config, const ChVerdict *verdict)
{
    json_builder_set_member_name(json, "auth");
    json_builder_begin_object(json);
    ch_json_text(json, "authserv_id", config->authserv_id);
    json_builder_set_member_name(json, "results");
    json_builder_begin_array(json);
    for (guint i = 0; i < verdict->auth->len; i++) {
        const ChAuthResult *result = g_ptr_array_index(verdict->auth, i);
        json_builder_begin_array(json);
        json_builder_add_string_value(json, result->method);
        json_builder_add_string_value(json, result->result);
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
    ch_json_text(json, "evidence", ch_evidence_name(verdict->evidence));
    json_builder_end_object(json);
}

static void json_bounces(JsonBuilder *json, const GPtrArray *bounces)
{
    json_builder_set_member_name(json, "bounce");
    json_builder_begin_array(json);
    for (guint i = 0; i < bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(bounces, i);
        json_builder_begin_object(json);
        ch_json_text(json, "recipient", bounce->recipient);
        ch_json_text(json, "action", bounce->action);
        ch_json_text(json, "status", bounce->status);
        ch_json_text(json, "diagnostic", bounce->diagnostic);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void json_decision(JsonBuilder *json, const ChConfig *config, const ChMail *mail,
                          const ChVerdict *verdict, const ChFacts *facts, const ChDecision *decision)
{
    json_auth(json, config, verdict);
    json_bounces(json, mail->bounces);
    ch_rules_json_hits(json, decision->rules);
    g_auto(GStrv) effects = g_strsplit(decision->effects ? decision->effects : "", "\n", -1);
    json_builder_set_member_name(json, "effects");
    json_builder_begin_array(json);
    for (char **effect = effects; *effect; effect++)
        json_builder_add_string_value(json, *effect);
    json_builder_end_array(json);
    json_builder_set_member_name(json, "ticket");
    if (decision->ticket)
        json_builder_add_int_value(json, decision->ticket);
    else
        json_builder_add_null_value(json);
    ch_json_text(json, "match", ch_match_name(facts->match));
    ch_json_text(json, "department", decision->department);
    ch_json_text(json, "outcome", ch_outcome_name(decision->outcome));
    ch_json_texts(json, "reasons", decision->reasons);
    json_builder_set_member_name(json, "mails");
    json_builder_begin_array(json);
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        json_builder_begin_object(json);
        ch_json_text(json, "to", plan->to);
        ch_json_text(json, "template", plan->template);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void print_people(const char *label, const GPtrArray *addresses)
{
    for (guint i = 0; i < addresses->len; i++) {
        const ChAddress *address = g_ptr_array_index(addresses, i);
        g_autofree char *person = ch_command_person(address->name, address->address);
        printf("%-12s %s\n", label, person);
    }
}

/* One line: what our own server found. */
static void print_auth(const ChVerdict *verdict)
{
    for (guint i = 0; i < verdict->auth->len; i++) {
        const ChAuthResult *result = g_ptr_array_index(verdict->auth, i);
        g_autofree char *domain = ch_command_plain(result->domain);
        if (!i)
            printf("%-12s ", "Results");
        printf("%s%s=%s%s%s%s", i ? ", " : "", result->method, result->result, *domain ? " (" : "", domain,
               *domain ? ")" : "");
    }
    if (verdict->auth->len > 0)
        printf("\n");
}

/* The rules that hold or are unknown, and what of them takes effect. */
static void print_rules(const ChDecision *decision)
{
    guint no = 0, shown = 0;
    for (guint i = 0; i < decision->rules->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(decision->rules, i);
        g_autofree char *text = ch_command_plain(hit->text);
        g_autofree char *why = ch_command_plain(hit->why);
        no += hit->result == CH_RULE_NO;
        if (hit->result == CH_RULE_NO)
            continue;
        printf("%-12s %s:%u says %s%s%s\n%-12s %s\n", shown++ ? "" : "Rules", hit->file, hit->line,
               ch_rule_result_name(hit->result), *why ? ": " : "", why, "", text);
    }
    if (no)
        printf("%-12s %u %s%s no\n", shown ? "" : "Rules", no, shown ? "more " : "",
               no == 1 ? "says" : "say");
    g_auto(GStrv) effects = g_strsplit(decision->effects ? decision->effects : "", "\n", -1);
    for (char **effect = effects; *effect; effect++) {
        g_autofree char *plain = ch_command_plain(*effect);
        printf("%-12s %s\n", effect == effects ? "Effects" : "", plain);
    }
}

static void print_text(const ChMail *mail, const ChVerdict *verdict, const ChFacts *facts,
                       const ChDecision *decision)
{
    g_autofree char *subject = ch_command_plain(mail->subject);
    g_autofree char *from = ch_command_person(mail->from->name, mail->from->address);
    printf("%-12s %s\n", "From", from);
    print_people("Reply-To", mail->reply_to);
    print_people("To", mail->to);
    print_people("Cc", mail->cc);
    printf("%-12s %s\n%-12s %s\n", "Subject", subject, "Date", mail->date ? mail->date : "(none)");
    printf("%-12s %s\n%-12s %s\n", "Kind", ch_kind_name(verdict->kind), "Evidence",
           ch_evidence_name(verdict->evidence));
    print_auth(verdict);
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        g_autofree char *file = ch_command_plain(attachment->name);
        g_autofree char *size = ch_view_size(attachment->size, "en");
        printf("%-12s %s, %s, %s%s%s\n", "File", file, attachment->type, size,
               attachment->accepted ? "" : ", refused: ", attachment->reason);
    }
    for (guint i = 0; i < mail->bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(mail->bounces, i);
        g_autofree char *whom = ch_command_plain(bounce->recipient);
        g_autofree char *why = ch_command_plain(bounce->diagnostic);
        printf("%-12s %s, %s, %s, %s\n", "Report", whom, bounce->action, bounce->status, why);
    }
    g_autofree char *reply = ch_command_plain(mail->reply);
    printf("\n%s\n\n", g_strchomp(reply));
    if (decision->ticket)
        printf("%-12s #%" G_GINT64_FORMAT " by %s\n", "Ticket", decision->ticket,
               ch_match_name(facts->match) ? ch_match_name(facts->match) : "its copy");
    printf("%-12s %s\n", "Outcome", ch_outcome_name(decision->outcome));
    for (guint i = 0; i < decision->reasons->len; i++) {
        g_autofree char *reason = ch_command_plain(g_ptr_array_index(decision->reasons, i));
        printf("%-12s %s\n", i ? "" : "Because", reason);
    }
    print_rules(decision);
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        printf("%-12s %s to %s\n", i ? "" : "Would send", plan->template, plan->to);
    }
}

static int explain(ChAdminContext *context, const ChIncoming *incoming, GError **error)
{
    g_autoptr(ChStore) store = NULL;
    g_autoptr(ChFacts) facts = NULL;
    if (!ch_run_look(context, &store, error))
        return EX_IOERR;
    g_autoptr(ChRules) rules = ch_run_rules(context->config, error);
    if (!rules)
        return EX_CONFIG;
    const ChDesk desk = {.config = context->config, .rules = rules};
    g_autoptr(ChReading) reading = ch_read(context->config, incoming);
    g_autoptr(ChDecision) decision = ch_weigh(&desk, store, incoming, reading, &facts, error);
    if (!decision)
        return EX_SOFTWARE;
    if (!context->json) {
        print_text(reading->mail, reading->verdict, facts, decision);
        return EX_OK;
    }
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    json_mail(json, reading->mail, reading->verdict);
    json_decision(json, context->config, reading->mail, reading->verdict, facts, decision);
    json_builder_end_object(json);
    ch_command_json(json);
    return EX_OK;
}

int ch_admin_explain(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, "MAIL",
                            "Says what the desk would do with the mail in the file MAIL (- is standard "
                            "input), and why. Changes nothing.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return ch_command_usage("explain takes one mail");
    g_autoptr(GError) error = NULL;
    ch_parse_setup();
    g_autoptr(ChIncoming) incoming = ch_run_mail(context->config, argv[1], &error);
    if (incoming)
        code = explain(context, incoming, &error);
    return error ? ch_command_fail(error) : code;
}
