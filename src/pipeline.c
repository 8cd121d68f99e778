/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail through the stages, in order. Nothing is decided here. */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "desk/budget.h"
#include "desk/decide.h"
#include "desk/files.h"
#include "judge/judge.h"
#include "mail/subject.h"
#include "parse/parse.h"

#include <string.h>

#define TITLE_CHARACTERS 60

ChReading *ch_read(const ChConfig *config, const ChIncoming *incoming)
{
    ChReading *reading = g_new0(ChReading, 1);
    reading->mail = ch_parse(incoming, &config->limits);
    reading->verdict = ch_judge(config, reading->mail);
    reading->fingerprint = ch_mail_fingerprint(reading->mail);
    reading->body = ch_mail_body_digest(reading->mail);
    return reading;
}

void ch_reading_free(ChReading *reading)
{
    if (!reading)
        return;
    ch_mail_free(reading->mail);
    ch_verdict_free(reading->verdict);
    g_free(reading->fingerprint);
    g_free(reading->body);
    g_free(reading);
}

static ChFacts *at_once(ChFacts *facts)
{
    if (facts)
        facts->now = ch_clock_now();
    return facts;
}

static ChFacts *look_up(const ChConfig *config, ChStore *store, gint64 mail_id, const ChReading *reading,
                        GError **error)
{
    if (!store)
        return at_once(ch_facts_new());
    gint64 numbers[CH_SUBJECT_KEYS_MAX] = {0};
    guint count = ch_subject_numbers(reading->mail->subject, config->desk_prefix, numbers);
    const ChInquiry inquiry = {.mail_id = mail_id,
                               .mail = reading->mail,
                               .sender = reading->verdict->sender->address,
                               .fingerprint = reading->fingerprint,
                               .body = reading->body,
                               .subject_ticket = numbers[0],
                               .others = numbers + 1,
                               .other_count = count ? count - 1 : 0,
                               .machine = reading->verdict->kind != CH_KIND_PERSON};
    return at_once(ch_store_facts(store, &inquiry, error));
}

/* What the rules may look at. */
static ChRuleInput rule_input(const ChReading *reading, const ChFacts *facts, gint64 now)
{
    const ChPersonFacts *person = facts->person;
    const char *language = person && *person->language ? person->language : reading->mail->language;
    return (ChRuleInput){.mail = reading->mail,
                         .verdict = reading->verdict,
                         .account = person ? person->account : CH_ACCOUNT_NONE,
                         .company = person ? person->company : NULL,
                         .language = language,
                         .rate_hour = facts->rate_hour,
                         .rate_day = facts->rate_day,
                         .ticket = facts->ticket,
                         .now = now};
}

/* The acknowledgement that a rule names may have been taken away since the rules were checked. */
static void check_acks(const ChDesk *desk, ChDecision *decision)
{
    for (guint i = 0; desk->templates && i < decision->mails->len; i++) {
        ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        if (!g_str_has_prefix(plan->template, "ack-") ||
            g_strv_contains(ch_templates_acks(desk->templates), plan->template))
            continue;
        ch_reason(decision->reasons, "there is no template %s: ack instead", plan->template);
        g_free(plan->template);
        plan->template = g_strdup("ack");
    }
}

static ChDecision *weigh(const ChDesk *desk, ChStore *store, const ChIncoming *incoming, ChReading *reading,
                         const ChFacts *facts, gboolean trace, GError **error)
{
    const ChConfig *config = desk->config;
    ch_judge_facts(reading->verdict, facts);
    const ChRuleInput input = rule_input(reading, facts, facts->now);
    g_autoptr(ChRouting) routing = ch_route(config, desk->rules, &input, incoming->mailbox, trace);
    g_autofree char *why = NULL;
    if (!ch_choose_agent(config, store, routing, facts, &why, error))
        return NULL;
    ChDecision *decision = ch_decide(config, reading->mail, reading->verdict, facts, routing);
    ch_explain_choice(decision, why);
    check_acks(desk, decision);
    const ChDepartmentConfig *department = ch_config_department(config, decision->department);
    if (!department)
        department = routing->department;
    ch_files_judge(reading->mail, &department->files, decision->refusals);
    if (!decision->ticket && decision->department)
        for (guint i = 0; i < routing->reasons->len; i++)
            ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(routing->reasons, i));
    return decision;
}

/* Its reply is told from its quote anew, by what the desk wrote itself. */
static void compare_with_sent(ChReading *reading, const ChFacts *facts)
{
    if (facts->sent->len)
        ch_parse_answered(reading->mail, (GBytes *const *)facts->sent->pdata, facts->sent->len);
}

ChDecision *ch_weigh(const ChDesk *desk, ChStore *store, const ChIncoming *incoming, ChReading *reading,
                     ChFacts **facts, GError **error)
{
    *facts = look_up(desk->config, store, 0, reading, error);
    if (!*facts)
        return NULL;
    compare_with_sent(reading, *facts);
    return weigh(desk, store, incoming, reading, *facts, TRUE, error);
}

ChRouting *ch_consult(const ChDesk *desk, ChStore *store, const ChIncoming *incoming, ChReading *reading,
                      GError **error)
{
    g_autoptr(ChFacts) facts = look_up(desk->config, store, 0, reading, error);
    if (!facts)
        return NULL;
    compare_with_sent(reading, facts);
    ch_judge_facts(reading->verdict, facts);
    const ChRuleInput input = rule_input(reading, facts, ch_clock_now());
    return ch_route(desk->config, desk->rules, &input, incoming->mailbox, TRUE);
}

void ch_redecided_free(ChRedecided *redecided)
{
    if (!redecided)
        return;
    g_free(redecided->department);
    g_ptr_array_unref(redecided->effects);
    g_ptr_array_unref(redecided->wanted);
    g_free(redecided);
}

/* Rules choose these for new tickets alone. */
static gboolean is_of_new_ticket(const char *effect)
{
    static const char *const words[] = {"department ", "title ", "template ", "no-ack"};
    gboolean is = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        is = is || g_str_has_prefix(effect, words[i]);
    return is;
}

static ChRedecided *sum_up(const ChDecision *decision, const ChEffects *effects)
{
    ChRedecided *redecided = g_new0(ChRedecided, 1);
    g_auto(GStrv) lines = g_strsplit(decision->effects ? decision->effects : "", "\n", -1);
    redecided->outcome = decision->outcome;
    redecided->department = g_strdup(decision->department);
    redecided->effects = g_ptr_array_new_with_free_func(g_free);
    redecided->wanted = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line; line++)
        g_ptr_array_add(redecided->effects, g_strdup(*line));
    g_autoptr(GPtrArray) asked = ch_effects_list(effects);
    gboolean reply = decision->outcome == CH_OUTCOME_REPLY;
    const GPtrArray *from = !reply ? redecided->effects : decision->rules->len ? asked : NULL;
    for (guint i = 0; from && i < from->len; i++)
        if (!reply || !is_of_new_ticket(g_ptr_array_index(from, i)))
            g_ptr_array_add(redecided->wanted, g_strdup(g_ptr_array_index(from, i)));
    for (guint i = 0; i < decision->rules->len; i++)
        redecided->unknown = redecided->unknown ||
                             ((ChRuleHit *)g_ptr_array_index(decision->rules, i))->result == CH_RULE_UNKNOWN;
    return redecided;
}

/* What stood between the mail and its outcome has been answered since. */
static void as_answered(ChFacts *facts, const ChDecidedRow *decided)
{
    facts->confirmed = decided->outcome == CH_OUTCOME_TICKET || decided->outcome == CH_OUTCOME_REPLY;
    facts->by_admin = facts->confirmed && decided->by_admin;
    g_clear_pointer(&facts->blocked, g_free);
    g_clear_pointer(&facts->question, g_free);
    facts->duplicate_of = 0;
}

ChRedecided *ch_redecide(const ChConfig *config, ChRules *rules, ChStore *store, const ChDecidedRow *decided,
                         const ChIncoming *incoming, ChReading *reading, GError **error)
{
    g_autoptr(ChFacts) facts = look_up(config, store, decided->id, reading, error);
    if (!facts)
        return NULL;
    compare_with_sent(reading, facts);
    as_answered(facts, decided);
    ch_judge_facts(reading->verdict, facts);
    const ChRuleInput input = rule_input(reading, facts, decided->taken_at);
    g_autoptr(ChRouting) routing = ch_route(config, rules, &input, incoming->mailbox, FALSE);
    g_autofree char *why = NULL;
    if (!ch_choose_agent(config, store, routing, facts, &why, error))
        return NULL;
    g_autoptr(ChDecision) decision = ch_decide(config, reading->mail, reading->verdict, facts, routing);
    return sum_up(decision, routing->effects);
}

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

/* One mail on its way through the writer's transaction. */
typedef struct {
    const ChDesk *desk;
    ChStore *store;
    gint64 id;
    const ChIncoming *incoming;
    ChReading *reading;
    guint *queued;
} Settling;

/* How a letter names a mail that waits: its subject, or else its first words. */
static char *title_of(const ChMail *mail)
{
    if (*mail->subject)
        return g_strdup(mail->subject);
    const char *start = mail->reply + strspn(mail->reply, " \t\n");
    g_autofree char *line = g_strndup(start, strcspn(start, "\n"));
    return g_utf8_substring(line, 0, MIN(TITLE_CHARACTERS, g_utf8_strlen(line, -1)));
}

/* For the admins, who are told of it: why the mail was set aside; NULL where it was not. */
static char *quarantine_line(const Settling *settling, const ChDecision *decision)
{
    for (guint i = 0; i < decision->actions->len; i++) {
        const ChAction *action = g_ptr_array_index(decision->actions, i);
        if (action->kind == CH_ACTION_LOG && strcmp(action->value, "quarantined") == 0)
            return g_strdup_printf("%s: quarantined: %s", settling->incoming->source, action->detail);
    }
    return NULL;
}

static gboolean post_all(const Settling *settling, const ChDecision *decision, const ChCommitted *committed,
                         GError **error)
{
    const ChPosting posting = {.desk = settling->desk,
                               .store = settling->store,
                               .mail = settling->id,
                               .ticket = committed->ticket,
                               .entry = committed->entry,
                               .queued = settling->queued};
    ChPosting admins = posting; /* who have no part in the ticket */
    admins.ticket = admins.entry = 0;
    g_autofree char *title = decision->outcome == CH_OUTCOME_HELD ? title_of(settling->reading->mail) : NULL;
    g_autofree char *line = quarantine_line(settling, decision);
    const ChOccasion occasion = {.about = decision->department,
                                 .role = decision->role,
                                 .title = title,
                                 .failure = decision->failure,
                                 .missing = decision->missing,
                                 .again = decision->outcome == CH_OUTCOME_REPLY,
                                 .headers = decision->headers,
                                 .log_line = line,
                                 .mail = decision->failure ? NULL : settling->reading->mail,
                                 .verdict = settling->reading->verdict};
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        gboolean admin = g_str_has_prefix(plan->template, "admin-");
        if (!ch_post(admin ? &admins : &posting, plan, &occasion, error))
            return FALSE;
    }
    return TRUE;
}

/* The decision's answer, where it gives one, has its effect at once. */
static gboolean follow(const Settling *settling, const ChDecision *decision, GError **error)
{
    gboolean more = FALSE;
    for (guint i = 0; i < decision->actions->len; i++)
        more = more || ((ChAction *)g_ptr_array_index(decision->actions, i))->kind == CH_ACTION_ANSWER;
    while (more)
        if (!ch_carry_answers(settling->desk, settling->store, &more, settling->queued, error))
            return FALSE;
    return TRUE;
}

/* A mail that answers a question and says more is decided again, when what waited for the answer is there. */
static ChDecision *decide_again(const Settling *settling, ChDecision *first, GError **error)
{
    g_autoptr(ChDecision) answer = first;
    ChReading *reading = settling->reading;
    for (guint i = 0; i < answer->actions->len; i++) {
        const ChAction *action = g_ptr_array_index(answer->actions, i);
        if (action->kind == CH_ACTION_ANSWER &&
            !ch_store_answer(settling->store, action->id, TRUE, "reply", error))
            return NULL;
    }
    if (!follow(settling, answer, error))
        return NULL;
    ch_verdict_free(reading->verdict); /* judged anew, by what is known now */
    reading->verdict = ch_judge(settling->desk->config, reading->mail);
    g_autoptr(ChFacts) facts = look_up(settling->desk->config, settling->store, settling->id, reading, error);
    ChDecision *again =
        facts ? weigh(settling->desk, settling->store, settling->incoming, reading, facts, FALSE, error)
              : NULL;
    if (again)
        g_ptr_array_insert(again->reasons, 0,
                           g_strdup(g_ptr_array_index(answer->reasons, answer->reasons->len - 1)));
    return again;
}

/* A rule that could not be tried to its end does nothing: whoever wrote it should know. */
static void warn_of_unknown(const Settling *settling, const ChDecision *decision)
{
    g_autofree char *mail = g_strdup_printf("%" G_GINT64_FORMAT, settling->id);
    for (guint i = 0; i < decision->rules->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(decision->rules, i);
        if (hit->result != CH_RULE_UNKNOWN)
            continue;
        g_autofree char *place = g_strdup_printf("%s:%u", hit->file, hit->line);
        ch_log(CH_LOG_WARNING, "rule-unknown", "mail", mail, "rule", place, "why", hit->why ? hit->why : "",
               NULL);
    }
}

static gboolean settle(const Settling *settling, ChWord word, GError **error)
{
    ChReading *reading = settling->reading;
    g_autoptr(ChFacts) facts = look_up(settling->desk->config, settling->store, settling->id, reading, error);
    if (!facts)
        return FALSE;
    compare_with_sent(reading, facts);
    facts->confirmed = word != CH_WORD_NONE;
    facts->by_admin = word == CH_WORD_ADMIN;
    facts->by_address = word == CH_WORD_ADDRESS;
    g_autoptr(ChDecision) decision =
        weigh(settling->desk, settling->store, settling->incoming, reading, facts, FALSE, error);
    if (!decision)
        return FALSE;
    if (decision->once_more && !(decision = decide_again(settling, g_steal_pointer(&decision), error)))
        return FALSE;
    warn_of_unknown(settling, decision);
    ChCommitted committed;
    return ch_store_carry_out(settling->store, settling->id, reading->mail, reading->verdict, decision,
                              reading->fingerprint, reading->body, &committed, error) &&
           post_all(settling, decision, &committed, error) && follow(settling, decision, error);
}

gboolean ch_settle(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                   ChReading *reading, guint *queued, GError **error)
{
    return ch_settle_word(desk, store, mail_id, incoming, reading, CH_WORD_NONE, queued, error);
}

gboolean ch_settle_word(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                        ChReading *reading, ChWord word, guint *queued, GError **error)
{
    const Settling settling = {desk, store, mail_id, incoming, reading, queued};
    return settle(&settling, word, error);
}

gboolean ch_quarantine(const ChDesk *desk, ChStore *store, gint64 mail_id, const char *source,
                       const char *why, guint *queued, GError **error)
{
    g_autoptr(ChDecision) decision = ch_decide_quarantine(desk->config, why);
    ChCommitted committed;
    if (!ch_store_carry_out(store, mail_id, NULL, NULL, decision, NULL, NULL, &committed, error))
        return FALSE;
    const ChPosting posting = {.desk = desk, .store = store, .mail = mail_id, .queued = queued};
    g_autofree char *line = g_strdup_printf("%s: quarantined: %s", source, why);
    const ChOccasion occasion = {.log_line = line};
    for (guint i = 0; i < decision->mails->len; i++)
        if (!ch_post(&posting, g_ptr_array_index(decision->mails, i), &occasion, error))
            return FALSE;
    return TRUE;
}

/* The file of a gap, which must be the one that was read when the mail was queued. */
static GBytes *cut_file(GBytes *raw, const ChGap *gap, const char *digest, GError **error)
{
    g_autoptr(GBytes) file = ch_parse_attachment(raw, gap->part);
    char found[65] = "";
    if (file) {
        gsize length;
        const void *data = g_bytes_get_data(file, &length);
        ch_sha256(length ? data : "", length, found);
    }
    if (strcmp(found, digest) == 0)
        return g_steal_pointer(&file);
    g_set_error(error, CH_ERROR, CH_ERROR_INPUT,
                "the file at part %s is not read as it was when this mail was queued", gap->part);
    return NULL;
}

GBytes *ch_outgoing_bytes(const ChStored *stored, GError **error)
{
    if (!stored->raw)
        return g_bytes_ref(stored->bytes);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < stored->gaps->len; i++) {
        GBytes *file = cut_file(stored->raw, g_ptr_array_index(stored->gaps, i),
                                g_ptr_array_index(stored->digests, i), error);
        if (!file)
            return NULL;
        g_ptr_array_add(files, file);
    }
    return ch_compose_fill(stored->bytes, stored->gaps, files);
}
