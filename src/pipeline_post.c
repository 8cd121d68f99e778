/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the plan of a mail to its row in the outbox: paid for (P6), composed, queued. Which mails there are is
 * desk/'s business; delivering them is the engine's. */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/budget.h"

#include <string.h>

/* The accepted files of MAIL go with LETTER. */
static void enclose_files(ChLetter *letter, const ChMail *mail)
{
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        if (attachment->accepted)
            g_ptr_array_add(letter->enclosures,
                            ch_enclosure_new(attachment->name, attachment->type, attachment->part));
    }
}

/* An agent's or admin's mailbox has room for the notices of all their tickets. It is one bucket, whatever the
 * mail: an acknowledgement to an agent must not shrink it to a customer's. */
static guint address_budget(const ChConfig *config, const char *folded)
{
    return ch_config_is_agent(config, folded) ? config->budgets.agent : config->budgets.address;
}

/* A budget is used up: the admins hear of it once, and that mail is paid by none. */
static gboolean tell_admins(const ChPosting *posting, const char *scope, guint per_hour, GError **error)
{
    const ChConfig *config = posting->desk->config;
    const ChDepartmentConfig *first = g_ptr_array_index(config->departments, 0);
    g_autofree char *line = g_strdup_printf("%s: more than %u mails in an hour", scope, per_hour);
    ch_log(CH_LOG_WARNING, "budget-tripped", "scope", scope, NULL);
    if (!ch_store_log(posting->store, posting->ticket, posting->mail, "desk", "budget-tripped", line, error))
        return FALSE;
    ChPosting unpaid = *posting;
    unpaid.ticket = unpaid.entry = 0;
    unpaid.unpaid = TRUE;
    for (char **admin = config->desk_admins; admin && *admin; admin++) {
        g_autoptr(ChDecision) none = ch_decision_new();
        const ChMailPlan *plan = ch_decision_mail(none, NULL, *admin, "admin-budget", first->language, TRUE);
        const ChOccasion occasion = {.log_line = line};
        if (!ch_post(&unpaid, plan, &occasion, error))
            return FALSE;
    }
    return TRUE;
}

/* Whoever writes for the first time may be anybody, and many: what they cause must not use up what the desk
 * owes to those that it knows. */
static gboolean is_to_stranger(const ChMailPlan *plan)
{
    return plan->question == CH_QUESTION_REGISTER || strcmp(plan->template, "refusal") == 0;
}

/* P6. *SEND: whether PLAN's mail may be sent, after *DELAY seconds. */
static gboolean pay(const ChPosting *posting, const ChMailPlan *plan, gboolean *send, guint *delay,
                    GError **error)
{
    const ChConfig *config = posting->desk->config;
    g_autofree char *to = ch_address_fold(plan->to);
    g_autofree char *of_address = g_strconcat("address:", to, NULL);
    g_autofree char *of_ticket = g_strdup_printf("ticket:%" G_GINT64_FORMAT ":%s", posting->ticket, to);
    gboolean stranger = is_to_stranger(plan);
    const ChBudget of_desk = {.scope = (char *)"desk", .per_hour = config->budgets.desk};
    /* Whoever asks a stranger asks later rather than not at all: their mail waits for it. How often one of
     * them is asked in a day is limited already. */
    const ChBudget of_strangers = {.scope = (char *)"strangers",
                                   .per_hour = config->budgets.strangers,
                                   .waits = plan->question == CH_QUESTION_REGISTER};
    ChBudget budgets[] = {{.scope = of_address, .per_hour = address_budget(config, to)},
                          stranger ? of_strangers : of_desk,
                          {.scope = of_ticket, .per_hour = config->budgets.ticket}};
    /* Agents hear of each message of a busy ticket. */
    gboolean notice = plan->internal && plan->question == CH_QUESTION_NONE;
    guint count = posting->ticket && !notice ? 3 : 2;
    for (guint i = 0; i < count; i++)
        if (!ch_store_bucket(posting->store, budgets[i].scope, &budgets[i].bucket, error))
            return FALSE;
    *send = ch_budget_spend(budgets, count, ch_clock_now(), ch_letter_is_automatic(plan), delay);
    for (guint i = 0; i < count; i++)
        if (!ch_store_bucket_save(posting->store, budgets[i].scope, &budgets[i].bucket, error) ||
            (budgets[i].tripped && !tell_admins(posting, budgets[i].scope, budgets[i].per_hour, error)))
            return FALSE;
    if (*send && !*delay)
        return TRUE;
    g_autofree char *detail = *send ? g_strdup_printf("%s to %s waits %u s", plan->template, to, *delay)
                                    : g_strdup_printf("%s to %s not sent", plan->template, to);
    return ch_store_log(posting->store, posting->ticket, posting->mail, "desk", "budget", detail, error);
}

/* Records the question that PLAN asks, with a new link for the page where there is one. */
static gboolean ask(const ChPosting *posting, const ChMailPlan *plan, ChOccasion *occasion, gint64 *question,
                    GError **error)
{
    const ChConfig *config = posting->desk->config;
    gboolean page = plan->question == CH_QUESTION_REGISTER && config->web.url;
    g_autofree char *token = page ? ch_page_token_new() : NULL;
    const ChAsked asked = {.kind = plan->question,
                           .address = plan->to,
                           .mail = plan->question == CH_QUESTION_REGISTER ? 0 : posting->mail,
                           .token = token,
                           .language = occasion->language,
                           .expires_at = ch_clock_now() + config->registration.expire,
                           .reminder = occasion->reminder};
    occasion->days = MAX(1, config->registration.expire / (24 * 60 * 60));
    if (token)
        occasion->page_url = g_strconcat(config->web.url, "/v/", token, NULL);
    return ch_store_ask(posting->store, &asked, question, error);
}

/* The department that speaks; the first one where OCCASION names none that there still is. */
static const ChDepartmentConfig *speaker(const ChConfig *config, const ChOccasion *occasion)
{
    const char *name = occasion->ticket ? occasion->ticket->department : occasion->about;
    const ChDepartmentConfig *department = name ? ch_config_department(config, name) : NULL;
    return department ? department : g_ptr_array_index(config->departments, 0);
}

/* What OCCASION is not told by its caller: Message-ID, signed reply address, ticket, language. */
static gboolean complete(const ChPosting *posting, const ChMailPlan *plan, gint64 serial,
                         ChOccasion *occasion, GError **error)
{
    const ChConfig *config = posting->desk->config;
    const GArray *keys = ch_store_keys(posting->store, error);
    if (!keys || (posting->ticket &&
                  !(occasion->ticket = ch_store_ticket(posting->store, posting->ticket, plan->to, error))))
        return FALSE;
    const ChKey *key = &g_array_index(keys, ChKey, keys->len - 1);
    const ChMessageId id = {key->id, posting->ticket, posting->entry, serial};
    occasion->message_id = ch_message_id_new(key, &id, plan->to, config->desk_domain);
    occasion->department = speaker(config, occasion);
    if (occasion->department->subaddress)
        occasion->reply_to = ch_reply_address_new(key, &id, plan->to, occasion->department->addresses[0]);
    occasion->language =
        ch_templates_pick(posting->desk->templates, plan->language, occasion->department->language);
    occasion->now = ch_clock_now();
    return TRUE;
}

static gboolean queue(const ChPosting *posting, const ChMailPlan *plan, const ChOccasion *occasion,
                      ChQueued *queued, GError **error)
{
    g_autoptr(ChLetter) letter = ch_letter_write(posting->desk->config, plan, occasion);
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
    if (occasion->mail && posting->entry && ch_letter_wants_files(plan)) /* not of a copy */
        enclose_files(letter, occasion->mail);
    g_autoptr(GBytes) bytes = ch_compose(posting->desk->templates, letter, gaps, error);
    if (!bytes)
        return FALSE;
    queued->ticket = posting->ticket;
    queued->entry = posting->entry;
    queued->mail = gaps->len ? posting->mail : 0;
    queued->template = plan->template;
    /* A server that bounces it names the mail by the address that it writes to (VERP); the domain, and with
     * it SPF's alignment, is that of From. */
    queued->envelope_from = occasion->reply_to ? occasion->reply_to : letter->from;
    queued->recipient = plan->to;
    queued->message_id = occasion->message_id;
    queued->bytes = bytes;
    queued->gaps = gaps;
    (*posting->queued)++;
    return ch_store_queue(posting->store, queued, error);
}

/* Nothing automatic goes to an address where nothing arrives; a person's words are tried all the same (L7).
 */
static gboolean is_reachable(const ChPosting *posting, const ChMailPlan *plan, gboolean *reachable,
                             GError **error)
{
    gboolean marked = FALSE;
    if (ch_letter_is_automatic(plan) && !ch_store_marked(posting->store, plan->to, &marked, error))
        return FALSE;
    *reachable = !marked;
    if (!marked)
        return TRUE;
    g_autofree char *detail =
        g_strdup_printf("%s to %s not sent: nothing arrives there", plan->template, plan->to);
    return ch_store_log(posting->store, posting->ticket, posting->mail, "desk", "not-sent", detail, error);
}

gboolean ch_post(const ChPosting *posting, const ChMailPlan *plan, const ChOccasion *occasion, GError **error)
{
    ChQueued queued = {0};
    gboolean send = TRUE, reachable;
    if (!is_reachable(posting, plan, &reachable, error))
        return FALSE;
    if (!reachable)
        return TRUE;
    if (!posting->unpaid && !pay(posting, plan, &send, &queued.delay, error))
        return FALSE;
    if (!send)
        return TRUE;
    ChOccasion own = *occasion;
    gboolean good =
        (queued.serial = ch_store_next_serial(posting->store, error)) &&
        complete(posting, plan, queued.serial, &own, error) &&
        (plan->question == CH_QUESTION_NONE || ask(posting, plan, &own, &queued.question, error)) &&
        queue(posting, plan, &own, &queued, error);
    g_free(own.page_url);
    g_free(own.message_id);
    g_free(own.reply_to);
    ch_ticket_facts_free(own.ticket);
    return good;
}
