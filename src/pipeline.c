/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail through the stages, in order. Nothing is decided here. */
#include "pipeline.h"

#include "base/clock.h"
#include "desk/decide.h"
#include "desk/letter.h"
#include "judge/judge.h"
#include "mail/subject.h"
#include "parse/parse.h"
#include "route/route.h"

ChReading *ch_read(const ChConfig *config, const ChIncoming *incoming)
{
    ChReading *reading = g_new0(ChReading, 1);
    reading->mail = ch_parse(incoming, &config->limits, (const char *const *)config->attachment_types);
    reading->verdict = ch_judge(config, reading->mail);
    reading->fingerprint = ch_mail_fingerprint(reading->mail);
    return reading;
}

void ch_reading_free(ChReading *reading)
{
    if (!reading)
        return;
    ch_mail_free(reading->mail);
    ch_verdict_free(reading->verdict);
    g_free(reading->fingerprint);
    g_free(reading);
}

ChDecision *ch_weigh(const ChConfig *config, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                     ChReading *reading, ChFacts **facts, GError **error)
{
    gint64 number = ch_subject_number(reading->mail->subject, config->desk_prefix);
    *facts = store ? ch_store_facts(store, mail_id, reading->mail, reading->verdict->sender->address,
                                    reading->fingerprint, number, error)
                   : ch_facts_new();
    if (!*facts)
        return NULL;
    ch_judge_facts(reading->verdict, *facts);
    g_autoptr(GPtrArray) why = g_ptr_array_new_with_free_func(g_free);
    const ChDepartmentConfig *route = ch_route(config, reading->mail, incoming->mailbox, why);
    ChDecision *decision = ch_decide(config, reading->mail, reading->verdict, *facts, route);
    if (decision->outcome == CH_OUTCOME_TICKET)
        for (guint i = 0; i < why->len; i++)
            ch_reason(decision->reasons, "%s", (const char *)g_ptr_array_index(why, i));
    return decision;
}

/* The accepted files of MAIL, decoded: an array of ChEnclosure. */
static GPtrArray *cut_out_files(const ChIncoming *incoming, const ChMail *mail)
{
    GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)ch_enclosure_free);
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        if (!attachment->accepted)
            continue;
        g_autoptr(GBytes) bytes = ch_parse_attachment(incoming->raw, attachment->part);
        if (bytes)
            g_ptr_array_add(files, ch_enclosure_new(attachment->name, attachment->type, bytes));
    }
    return files;
}

static gboolean compose_and_queue(const ChDesk *desk, ChStore *store, const ChMailPlan *plan,
                                  ChOccasion *occasion, const ChCommitted *committed, const GPtrArray *files,
                                  GError **error)
{
    g_autoptr(ChTicketFacts) ticket = NULL;
    gint64 serial = ch_store_next_serial(store, error);
    const GArray *keys = serial ? ch_store_keys(store, error) : NULL;
    if (!keys ||
        (committed->ticket && !(ticket = ch_store_ticket(store, committed->ticket, plan->to, error))))
        return FALSE;
    const ChKey *key = &g_array_index(keys, ChKey, keys->len - 1);
    ChMessageId id = {key->id, committed->ticket, committed->entry, serial};
    g_autofree char *message_id = ch_message_id_new(key, &id, plan->to, desk->config->desk_domain);
    occasion->message_id = message_id;
    occasion->ticket = ticket;
    g_autoptr(ChLetter) letter = ch_letter_write(desk->config, plan, occasion);
    for (guint i = 0; files && i < files->len; i++) {
        const ChEnclosure *file = g_ptr_array_index(files, i);
        g_ptr_array_add(letter->enclosures, ch_enclosure_new(file->name, file->type, file->bytes));
    }
    g_autoptr(GBytes) bytes = ch_compose(desk->templates, letter, error);
    if (!bytes)
        return FALSE;
    ChQueued queued = {serial,       committed->ticket, committed->entry, plan->template,
                       letter->from, plan->to,          message_id,       bytes};
    return ch_store_queue(store, &queued, error);
}

static gboolean queue_all(const ChDesk *desk, ChStore *store, const ChIncoming *incoming,
                          ChOccasion *occasion, const ChCommitted *committed, guint *queued, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    for (guint i = 0; i < occasion->decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(occasion->decision->mails, i);
        gboolean carries = occasion->mail && ch_letter_wants_files(plan);
        if (carries && !files)
            files = cut_out_files(incoming, occasion->mail);
        if (!compose_and_queue(desk, store, plan, occasion, committed, carries ? files : NULL, error))
            return FALSE;
        (*queued)++;
    }
    return TRUE;
}

gboolean ch_settle(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                   ChReading *reading, guint *queued, GError **error)
{
    g_autoptr(ChFacts) facts = NULL;
    g_autoptr(ChDecision) decision = ch_weigh(desk->config, store, mail_id, incoming, reading, &facts, error);
    ChCommitted committed;
    if (!decision || !ch_store_carry_out(store, mail_id, reading->mail, reading->verdict, decision,
                                         reading->fingerprint, &committed, error))
        return FALSE;
    ChOccasion occasion = {.decision = decision,
                           .mail = reading->mail,
                           .verdict = reading->verdict,
                           .source = incoming->source,
                           .now = ch_clock_now()};
    return queue_all(desk, store, incoming, &occasion, &committed, queued, error);
}

gboolean ch_quarantine(const ChDesk *desk, ChStore *store, gint64 mail_id, const char *source,
                       const char *why, guint *queued, GError **error)
{
    g_autoptr(ChDecision) decision = ch_decide_quarantine(desk->config, why);
    ChCommitted committed;
    if (!ch_store_carry_out(store, mail_id, NULL, NULL, decision, NULL, &committed, error))
        return FALSE;
    ChOccasion occasion = {.decision = decision, .source = source, .now = ch_clock_now()};
    return queue_all(desk, store, NULL, &occasion, &committed, queued, error);
}
