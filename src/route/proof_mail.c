/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail that a `test` block describes, with all that rules may ask of it. What the rules make of it is
 * compared in proof.c. */
#include "route/route.h"
#include "route/rules_private.h"

#include <stdio.h>
#include <string.h>

/* The moment of a test that names none, so that it gives the same answer each day: a Monday. */
#define YEAR    2026
#define MONTH   G_DATE_JANUARY
#define DAY     5
#define MINUTES (10 * 60)
/* A file whose size the test does not say. */
#define FILE_SIZE 1024

struct ChProof {
    ChMail *mail;
    ChVerdict *verdict;
    ChTicketFacts *ticket; /* NULL: it would open one */
    GTimeZone *zone;
    ChRuleInput input;
    GDate date;
    guint minutes;
    const ChProperty *weekday; /* borrowed; NULL: not said */
    gboolean dated;            /* the test names its date */
    ChAttachment *file;        /* that the next properties describe; borrowed */
};

/* Words, dates and what an attachment needs before it are checked when the rules are compiled (build_mail.c).
 */
typedef void (*Setter)(ChProof *proof, const ChProperty *property);

static void add_header(ChProof *proof, const char *name, const char *value)
{
    ChHeader *header = g_new(ChHeader, 1);
    header->name = g_strdup(name);
    header->value = g_strdup(value);
    g_ptr_array_add(proof->mail->headers, header);
}

static void set_from(ChProof *proof, const ChProperty *property)
{
    ch_address_free(proof->mail->from);
    proof->mail->from = ch_address_new("", property->value);
    ch_address_free(proof->verdict->sender);
    proof->verdict->sender = ch_address_new("", property->value);
    add_header(proof, "From", property->value);
}

static void set_to(ChProof *proof, const ChProperty *property)
{
    g_ptr_array_add(proof->mail->to, ch_address_new("", property->value));
    add_header(proof, "To", property->value);
}

static void set_cc(ChProof *proof, const ChProperty *property)
{
    g_ptr_array_add(proof->mail->cc, ch_address_new("", property->value));
    add_header(proof, "Cc", property->value);
}

static void set_recipient(ChProof *proof, const ChProperty *property)
{
    g_ptr_array_add(proof->mail->delivered_to, g_strdup(property->value));
    add_header(proof, "Delivered-To", property->value);
}

static void set_subject(ChProof *proof, const ChProperty *property)
{
    g_free(proof->mail->subject);
    proof->mail->subject = g_strdup(property->value);
    add_header(proof, "Subject", property->value);
}

static void set_body(ChProof *proof, const ChProperty *property)
{
    g_free(proof->mail->text);
    g_free(proof->mail->reply);
    proof->mail->text = g_strdup(property->value);
    proof->mail->reply = g_strdup(property->value);
}

static void set_header(ChProof *proof, const ChProperty *property)
{
    add_header(proof, property->name, property->value);
}

static void set_company(ChProof *proof, const ChProperty *property)
{
    proof->input.company = property->value;
}

static void set_language(ChProof *proof, const ChProperty *property)
{
    proof->input.language = property->value;
    g_free(proof->mail->language);
    proof->mail->language = g_strdup(property->value);
}

static void set_department(ChProof *proof, const ChProperty *property)
{
    proof->input.department = property->value;
}

static void set_file(ChProof *proof, const ChProperty *property)
{
    ChAttachment *file = g_new0(ChAttachment, 1);
    file->part = g_strdup_printf("%u", proof->mail->attachments->len + 2);
    file->name = g_strdup(property->value);
    file->type = g_strdup("application/octet-stream");
    file->content_type = g_strdup("");
    file->size = FILE_SIZE;
    file->reason = g_strdup("");
    g_ptr_array_add(proof->mail->attachments, file);
    proof->file = file;
}

static void set_file_type(ChProof *proof, const ChProperty *property)
{
    g_free(proof->file->type);
    proof->file->type = g_utf8_strdown(property->value, -1);
}

static void set_file_size(ChProof *proof, const ChProperty *property)
{
    proof->file->size = (guint64)property->number;
}

static void set_size(ChProof *proof, const ChProperty *property)
{
    proof->mail->size = (guint64)property->number;
}

static void set_spam(ChProof *proof, const ChProperty *property)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    add_header(proof, "X-Spam-Score", g_ascii_dtostr(number, sizeof number, property->number));
}

/* What came in the last hour came in the last day too. */
static void set_rate(ChProof *proof, const ChProperty *property)
{
    guint rate = (guint)CLAMP(property->number, 0, G_MAXINT);
    if (!property->per_day)
        proof->input.rate_hour = rate;
    proof->input.rate_day = property->per_day ? rate : MAX(rate, proof->input.rate_day);
}

/* The number whose name is WORD. */
static guint find_word(const char *word, const char *(*name)(guint number))
{
    guint number = 0;
    while (strcmp(word, name(number)) != 0)
        number++;
    return number;
}

static const char *kind_name(guint number)
{
    return ch_kind_name(number);
}

static const char *evidence_name(guint number)
{
    return ch_evidence_name(number);
}

static const char *customer_name(guint number)
{
    return number == CH_ACCOUNT_NONE ? "unknown" : ch_account_name(number);
}

static const char *ticket_name(guint number)
{
    return number > CH_TICKET_CLOSED ? "new" : ch_ticket_state_name(number);
}

static void set_kind(ChProof *proof, const ChProperty *property)
{
    proof->verdict->kind = find_word(property->value, kind_name);
}

static void set_evidence(ChProof *proof, const ChProperty *property)
{
    proof->verdict->evidence = find_word(property->value, evidence_name);
}

static void set_customer(ChProof *proof, const ChProperty *property)
{
    proof->input.account = find_word(property->value, customer_name);
}

static void set_ticket(ChProof *proof, const ChProperty *property)
{
    guint number = find_word(property->value, ticket_name);
    ch_ticket_facts_free(proof->ticket);
    proof->ticket = number > CH_TICKET_CLOSED ? NULL : ch_ticket_facts_new();
    if (proof->ticket)
        proof->ticket->state = number;
}

static void set_time(ChProof *proof, const ChProperty *property)
{
    proof->minutes = property->minutes;
}

static void set_weekday(ChProof *proof, const ChProperty *property)
{
    proof->weekday = property;
}

static void set_date(ChProof *proof, const ChProperty *property)
{
    guint year = 0, month = 0, day = 0;
    sscanf(property->value, "%4u-%2u-%2u", &year, &month, &day);
    g_date_set_dmy(&proof->date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    proof->dated = TRUE;
}

static const Setter setters[] = {
    [CH_TEST_FROM] = set_from,
    [CH_TEST_TO] = set_to,
    [CH_TEST_CC] = set_cc,
    [CH_TEST_RECIPIENT] = set_recipient,
    [CH_TEST_SUBJECT] = set_subject,
    [CH_TEST_BODY] = set_body,
    [CH_TEST_HEADER] = set_header,
    [CH_TEST_COMPANY] = set_company,
    [CH_TEST_FILE_NAME] = set_file,
    [CH_TEST_FILE_TYPE] = set_file_type,
    [CH_TEST_FILE_SIZE] = set_file_size,
    [CH_TEST_SIZE] = set_size,
    [CH_TEST_SPAM] = set_spam,
    [CH_TEST_RATE] = set_rate,
    [CH_TEST_EVIDENCE] = set_evidence,
    [CH_TEST_KIND] = set_kind,
    [CH_TEST_CUSTOMER] = set_customer,
    [CH_TEST_LANGUAGE] = set_language,
    [CH_TEST_DEPARTMENT] = set_department,
    [CH_TEST_TICKET] = set_ticket,
    [CH_TEST_TIME] = set_time,
    [CH_TEST_WEEKDAY] = set_weekday,
    [CH_TEST_HOLIDAY] = set_date,
};

/* The day that the test means. FALSE where its weekday is not that of its date: the one thing that takes two
 * properties to be wrong. */
static gboolean settle_day(ChProof *proof)
{
    if (!proof->weekday)
        return TRUE;
    guint wanted = 0;
    while (wanted < 6 && !(proof->weekday->days >> wanted & 1))
        wanted++;
    guint found = g_date_get_weekday(&proof->date) - G_DATE_MONDAY;
    if (proof->dated && found != wanted)
        return FALSE;
    if (!proof->dated) /* the default is a Monday */
        g_date_add_days(&proof->date, wanted);
    return TRUE;
}

static void complete(ChProof *proof, const ChConfig *config)
{
    if (!proof->input.department) {
        g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
        proof->input.department = ch_route_by_address(config, proof->mail, NULL, reasons)->name;
    }
    g_autoptr(GDateTime) moment = g_date_time_new(
        proof->zone, g_date_get_year(&proof->date), (gint)g_date_get_month(&proof->date),
        g_date_get_day(&proof->date), (gint)proof->minutes / 60, (gint)proof->minutes % 60, 0);
    ChMail *mail = proof->mail;
    if (!mail->size) {
        mail->size = strlen(mail->text);
        for (guint i = 0; i < mail->attachments->len; i++)
            mail->size += ((ChAttachment *)g_ptr_array_index(mail->attachments, i))->size;
    }
    proof->input.mail = mail;
    proof->input.verdict = proof->verdict;
    proof->input.ticket = proof->ticket;
    proof->input.zone = proof->zone;
    proof->input.now = g_date_time_to_unix(moment);
}

ChProof *ch_proof_new(const ChRuleTest *test, const ChConfig *config, const ChProperty **wrong)
{
    g_autoptr(ChProof) proof = g_new0(ChProof, 1);
    proof->mail = ch_mail_new();
    proof->verdict = ch_verdict_new();
    proof->zone = g_time_zone_new_utc();
    proof->minutes = MINUTES;
    g_date_set_dmy(&proof->date, DAY, MONTH, YEAR);
    for (guint i = 0; i < test->properties->len; i++) {
        const ChProperty *property = g_ptr_array_index(test->properties, i);
        setters[property->what](proof, property);
    }
    if (!settle_day(proof)) {
        *wrong = proof->weekday;
        return NULL;
    }
    complete(proof, config);
    return g_steal_pointer(&proof);
}

const ChRuleInput *ch_proof_input(const ChProof *proof)
{
    return &proof->input;
}

void ch_proof_free(ChProof *proof)
{
    if (!proof)
        return;
    ch_mail_free(proof->mail);
    ch_verdict_free(proof->verdict);
    ch_ticket_facts_free(proof->ticket);
    g_time_zone_unref(proof->zone);
    g_free(proof);
}
