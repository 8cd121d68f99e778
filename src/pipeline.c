/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail through the stages, in order. Nothing is decided here. */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
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
static ChRuleInput rule_input(const ChConfig *config, const ChReading *reading, const ChFacts *facts,
                              gint64 now)
{
    const ChPersonFacts *person = facts->person;
    g_autofree char *sender = ch_address_fold(reading->verdict->sender->address);
    const char *language = person && *person->language ? person->language : reading->mail->language;
    return (ChRuleInput){.mail = reading->mail,
                         .verdict = reading->verdict,
                         .account = ch_account_of(config, sender, person),
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
    const ChRuleInput input = rule_input(config, reading, facts, facts->now);
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
    ch_decide_files(config, reading->mail, reading->verdict, decision);
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
    const ChRuleInput input = rule_input(desk->config, reading, facts, ch_clock_now());
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
    facts->duplicate_claim = FALSE;
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
    const ChRuleInput input = rule_input(config, reading, facts, decided->taken_at);
    g_autoptr(ChRouting) routing = ch_route(config, rules, &input, incoming->mailbox, FALSE);
    g_autofree char *why = NULL;
    if (!ch_choose_agent(config, store, routing, facts, &why, error))
        return NULL;
    g_autoptr(ChDecision) decision = ch_decide(config, reading->mail, reading->verdict, facts, routing);
    return sum_up(decision, routing->effects);
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
