/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail through the stages, in order. Nothing is decided here. */
#include "pipeline.h"

#include "base/clock.h"
#include "base/error.h"
#include "desk/decide.h"
#include "desk/letter.h"
#include "judge/judge.h"
#include "mail/subject.h"
#include "parse/parse.h"
#include "route/route.h"

#include <string.h>

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
    g_autofree char *body = ch_mail_body_digest(reading->mail);
    ChInquiry inquiry = {mail_id, reading->mail, reading->verdict->sender->address, reading->fingerprint,
                         body,    number};
    *facts = store ? ch_store_facts(store, &inquiry, error) : ch_facts_new();
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

static gboolean compose_and_queue(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChMailPlan *plan,
                                  ChOccasion *occasion, const ChCommitted *committed, GError **error)
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
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
    if (occasion->mail && ch_letter_wants_files(plan))
        enclose_files(letter, occasion->mail);
    g_autoptr(GBytes) bytes = ch_compose(desk->templates, letter, gaps, error);
    if (!bytes)
        return FALSE;
    ChQueued queued = {.serial = serial,
                       .ticket = committed->ticket,
                       .entry = committed->entry,
                       .mail = gaps->len ? mail_id : 0,
                       .template = plan->template,
                       .envelope_from = letter->from,
                       .recipient = plan->to,
                       .message_id = message_id,
                       .bytes = bytes,
                       .gaps = gaps};
    return ch_store_queue(store, &queued, error);
}

static gboolean queue_all(const ChDesk *desk, ChStore *store, gint64 mail_id, ChOccasion *occasion,
                          const ChCommitted *committed, guint *queued, GError **error)
{
    for (guint i = 0; i < occasion->decision->mails->len; i++, (*queued)++) {
        const ChMailPlan *plan = g_ptr_array_index(occasion->decision->mails, i);
        if (!compose_and_queue(desk, store, mail_id, plan, occasion, committed, error))
            return FALSE;
    }
    return TRUE;
}

gboolean ch_settle(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                   ChReading *reading, guint *queued, GError **error)
{
    g_autoptr(ChFacts) facts = NULL;
    g_autoptr(ChDecision) decision = ch_weigh(desk->config, store, mail_id, incoming, reading, &facts, error);
    g_autofree char *body = ch_mail_body_digest(reading->mail);
    ChCommitted committed;
    if (!decision || !ch_store_carry_out(store, mail_id, reading->mail, reading->verdict, decision,
                                         reading->fingerprint, body, &committed, error))
        return FALSE;
    ChOccasion occasion = {.decision = decision,
                           .mail = reading->mail,
                           .verdict = reading->verdict,
                           .source = incoming->source,
                           .now = ch_clock_now()};
    return queue_all(desk, store, mail_id, &occasion, &committed, queued, error);
}

gboolean ch_quarantine(const ChDesk *desk, ChStore *store, gint64 mail_id, const char *source,
                       const char *why, guint *queued, GError **error)
{
    g_autoptr(ChDecision) decision = ch_decide_quarantine(desk->config, why);
    ChCommitted committed;
    if (!ch_store_carry_out(store, mail_id, NULL, NULL, decision, NULL, NULL, &committed, error))
        return FALSE;
    ChOccasion occasion = {.decision = decision, .source = source, .now = ch_clock_now()};
    return queue_all(desk, store, mail_id, &occasion, &committed, queued, error);
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
