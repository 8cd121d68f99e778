/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports on mail: finds their machine-readable parts, also where the MIME around them is broken, and weighs
 * whether a mail that has none is a server's word all the same. Fields are read by bounce_fields.c, words by
 * bounce_text.c; what a mail is in the end, judge says.
 */
#include "parse/bounce.h"

#include <string.h>

#define STATUS_MAX       (256 * 1024) /* bytes of one machine-readable part */
#define STATUS_PARTS_MAX 16
#define SURE             5 /* points that make words a report */

/* What was found in the MIME tree; borrowed from it. */
typedef struct {
    GPtrArray *statuses;       /* message/delivery-status */
    GMimeObject *notification; /* message/disposition-notification (RFC 8098) */
    GMimeObject *feedback;     /* message/feedback-report (RFC 5965) */
    GMimeObject *returned;     /* the mail that comes back, or its header block */
} Parts;

typedef struct {
    ChMail *mail;
    GMimeObject *top;
    Parts parts;
    GPtrArray *failed; /* of ChAddress: X-Failed-Recipients */
    guint subject;     /* bits of ch_bounce_subject */
    guint sender;      /* points: how surely a server wrote it */
    gboolean personal; /* its name is somebody's */
    gboolean daemon;   /* not by its envelope alone, which absence notices have too (RFC 3834 section 3.3) */
} Reading;

static void classify(Parts *parts, GMimeObject *part)
{
    gboolean status = ch_walk_is_type(part, "message", "delivery-status") ||
                      ch_walk_is_type(part, "message", "global-delivery-status") ||
                      ch_walk_is_type(part, "text", "delivery-status");
    if (status && parts->statuses->len < STATUS_PARTS_MAX)
        g_ptr_array_add(parts->statuses, part);
    else if (!parts->notification && (ch_walk_is_type(part, "message", "disposition-notification") ||
                                      ch_walk_is_type(part, "message", "global-disposition-notification")))
        parts->notification = part;
    else if (!parts->feedback && ch_walk_is_type(part, "message", "feedback-report"))
        parts->feedback = part;
    else if (!parts->returned &&
             (GMIME_IS_MESSAGE_PART(part) || ch_walk_is_type(part, "text", "rfc822-headers") ||
              ch_walk_is_type(part, "message", "rfc822-headers") ||
              ch_walk_is_type(part, "message", "global-headers") || ch_walk_is_type(part, "text", "rfc822")))
        parts->returned = part;
}

/* Breadth first, so that what is nearest to the top counts. INSIDE: also what a returned mail holds. */
static void find_parts(Parts *parts, GMimeObject *top, const ChLimits *limits, gboolean inside)
{
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    g_ptr_array_add(queue, top);
    for (guint i = 0; i < queue->len && i < limits->parts; i++) {
        GMimeObject *part = g_ptr_array_index(queue, i);
        if (GMIME_IS_MULTIPART(part)) {
            int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
            for (int j = 0; j < count && queue->len < limits->parts; j++)
                g_ptr_array_add(queue, g_mime_multipart_get_part(GMIME_MULTIPART(part), j));
            continue;
        }
        classify(parts, part);
        if (inside && GMIME_IS_MESSAGE_PART(part)) {
            GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
            GMimeObject *body = message ? g_mime_message_get_mime_part(message) : NULL;
            if (body)
                g_ptr_array_add(queue, body);
        }
    }
}

/* The decoded text of a part; never NULL. */
static char *part_text(GMimeObject *part)
{
    g_autoptr(GByteArray) bytes = ch_part_decode(part, STATUS_MAX, NULL, NULL);
    return ch_text_clean(ch_text_to_utf8((const char *)bytes->data, bytes->len, NULL, NULL));
}

/* A field of the returned mail; never NULL. */
static char *returned_field(GMimeObject *returned, const char *name)
{
    if (GMIME_IS_MESSAGE_PART(returned)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(returned));
        const char *value = message ? g_mime_object_get_header(GMIME_OBJECT(message), name) : NULL;
        g_autofree char *start = g_strndup(value ? value : "", CH_HEADER_VALUE_MAX);
        return ch_text_one_line(ch_text_to_utf8(start, strlen(start), "utf-8", NULL));
    }
    g_autofree char *text = part_text(returned);
    return ch_bounce_header(text, strlen(text), name);
}

static void take_returned_id(ChMail *mail, const char *value)
{
    if (*mail->returned_id || !*value)
        return;
    g_free(mail->returned_id);
    mail->returned_id = ch_bounce_id(value);
}

/* Of the returned mail, or of the fields that speak of it, or of what the report answers. COPY: the returned
 * mail in the text, or NULL. */
static void find_returned_id(Reading *reading, const char *copy)
{
    static const char *const fields[] = {"Original-Message-ID", "X-Original-Message-ID"};
    ChMail *mail = reading->mail;
    const Parts *parts = &reading->parts;
    if (parts->returned) {
        g_autofree char *value = returned_field(parts->returned, "Message-ID");
        take_returned_id(mail, value);
    }
    GMimeObject *machine = parts->statuses->len > 0 ? g_ptr_array_index(parts->statuses, 0)
                           : parts->notification    ? parts->notification
                                                    : parts->feedback;
    g_autofree char *text = machine ? part_text(machine) : g_strdup("");
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *value = ch_bounce_header(text, strlen(text), fields[i]);
        take_returned_id(mail, value);
    }
    if (copy) {
        g_autofree char *value = ch_bounce_header(copy, strlen(copy), "Message-ID");
        take_returned_id(mail, value);
    }
    if (mail->in_reply_to->len > 0)
        take_returned_id(mail, g_ptr_array_index(mail->in_reply_to, 0));
}

/* The one recipient of the returned mail; NULL where there are several, or nobody can tell. */
static char *returned_recipient(const Reading *reading, const char *copy)
{
    g_autofree char *value = reading->parts.returned ? returned_field(reading->parts.returned, "To")
                             : copy                  ? ch_bounce_header(copy, strlen(copy), "To")
                                                     : g_strdup("");
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    ch_address_parse(value, list, 2);
    const ChAddress *first = list->len == 1 ? g_ptr_array_index(list, 0) : NULL;
    return first && *first->address ? g_strdup(first->address) : NULL;
}

/* Exim's own list, and that of those who took it over. */
static void read_failed(Reading *reading, const ChLimits *limits)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(reading->top);
    int count = g_mime_header_list_get_count(headers);
    for (int i = 0; i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
        const char *raw = g_mime_header_get_raw_value(header);
        if (raw && !g_ascii_strcasecmp(g_mime_header_get_name(header), "X-Failed-Recipients"))
            ch_address_parse(raw, reading->failed, limits->recipients);
    }
}

static void weigh_sender(Reading *reading)
{
    const ChMail *mail = reading->mail;
    g_autofree char *local = ch_fold(mail->from->address, strcspn(mail->from->address, "@"));
    g_autofree char *name = ch_fold(mail->from->name, 256);
    reading->sender = ch_bounce_daemon(local, name);
    reading->personal = ch_bounce_is_personal(name);
    if (!*mail->from->address && !*mail->from->name)
        reading->sender += 1;
    reading->daemon = reading->sender > 0 || reading->failed->len > 0;
    if (mail->return_path && !*mail->return_path)
        reading->sender += 3;
    if (reading->failed->len > 0)
        reading->sender += 4;
    if (g_mime_object_get_header(reading->top, "X-MS-Exchange-Message-Is-Ndr")) { /* in whatever language */
        reading->sender += 3;
        reading->daemon = TRUE;
    }
    if (mail->auto_submitted && strcmp(mail->auto_submitted, "no"))
        reading->sender += 1;
}

/* Where words are all there is: whether they may be a person's. */
static gboolean is_talk(const Reading *reading, const ChBounceText *read)
{
    if (!reading->daemon) /* "I have left, your mail was not delivered to anybody: write to rui@x" */
        return TRUE;
    /* A postmaster who answers, or has a name. */
    return reading->sender <= 2 && !(read->words & CH_WORDS_PROGRAM) &&
           (reading->personal || (reading->subject & CH_WORDS_REPLY));
}

/* Whether a server wrote the mail whose words are READ. */
static gboolean is_servers(const Reading *reading, const ChBounceText *read)
{
    const Parts *parts = &reading->parts;
    int points = (int)reading->sender;
    gboolean sure = reading->sender >= 3 && reading->mail->return_path && !*reading->mail->return_path;
    points += reading->subject & (CH_WORDS_FAILED | CH_WORDS_DELAYED) ? 2 : 0;
    points += read->words & (CH_WORDS_FAILED | CH_WORDS_DELAYED) ? 2 : 0;
    points += read->words & CH_WORDS_PROGRAM ? 1 : 0;
    points += parts->statuses->len > 0 ? 4 : read->fields || parts->returned ? 2 : 0;
    const ChBounce *first = read->bounces->len > 0 ? g_ptr_array_index(read->bounces, 0) : NULL;
    gboolean told = read->named && first && *first->status;
    points += told ? 1 : 0;
    points -= read->words & CH_WORDS_QUESTION ? 4 : 0;
    if (!sure && ((read->words | reading->subject) & CH_WORDS_PERSON))
        points -= 4;
    if (!sure && ch_machine_is_client(reading->top))
        points -= 4;
    gboolean shown = told || read->fields || parts->returned || parts->statuses->len > 0;
    if (!shown && is_talk(reading, read))
        return FALSE;
    return points >= SURE &&
           (reading->sender >= 2 || parts->statuses->len > 0 || (reading->sender && parts->returned));
}

static const ChBounce *find_bounce(const GPtrArray *list, const char *recipient)
{
    for (guint i = 0; i < list->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(list, i);
        if (!g_ascii_strcasecmp(bounce->recipient, recipient))
            return bounce;
    }
    return NULL;
}

/* One recipient that is named elsewhere, with what the words say of it or of all. */
static void add_named(ChMail *mail, const char *recipient, const ChBounceText *read, gboolean delayed)
{
    const ChBounce *said = find_bounce(read->bounces, recipient);
    gboolean waits = (delayed || (read->words & CH_WORDS_DELAYED)) && !(read->words & CH_WORDS_FINAL);
    const char *action = said ? said->action : waits ? "delayed" : "failed";
    const char *diagnostic = said ? said->diagnostic : read->diagnostic;
    g_autofree char *status = said ? g_strdup(said->status) : ch_bounce_status(diagnostic, waits ? '4' : '5');
    ch_bounce_add(mail->bounces, recipient, action, status, diagnostic);
}

static void take_words(Reading *reading, const ChBounceText *read, gboolean delayed)
{
    ChMail *mail = reading->mail;
    if (read->fields)
        ch_bounce_fields(mail->text,
                         read->copy ? (gsize)(read->copy - mail->text) : ch_text_span(mail->text, STATUS_MAX),
                         delayed, mail->bounces);
    gboolean known = mail->bounces->len > 0;
    for (guint i = 0; !known && i < reading->failed->len; i++) {
        const ChAddress *address = g_ptr_array_index(reading->failed, i);
        if (*address->address)
            add_named(mail, address->address, read, delayed);
    }
    if (mail->bounces->len > 0)
        return;
    for (guint i = 0; i < read->bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(read->bounces, i);
        ch_bounce_add(mail->bounces, bounce->recipient, bounce->action, bounce->status, bounce->diagnostic);
    }
    if (mail->bounces->len == 0) {
        g_autofree char *recipient = returned_recipient(reading, read->copy);
        add_named(mail, recipient ? recipient : "", read, delayed);
    }
}

/* A delivery report by its parts, or by its words. FALSE: the mail is none. */
static gboolean read_delivery(Reading *reading)
{
    ChMail *mail = reading->mail;
    gboolean delayed = (reading->subject & CH_WORDS_DELAYED) != 0;
    gboolean meant = mail->is_report && (reading->parts.statuses->len > 0 ||
                                         g_strcmp0(mail->report_type, "delivery-status") == 0);
    g_autoptr(ChBounceText) read = ch_bounce_text_read(mail->text, mail->to, delayed);
    if (!meant && !is_servers(reading, read))
        return FALSE;
    for (guint i = 0; i < reading->parts.statuses->len; i++) {
        g_autofree char *text = part_text(g_ptr_array_index(reading->parts.statuses, i));
        ch_bounce_fields(text, strlen(text), delayed || read->words & CH_WORDS_DELAYED, mail->bounces);
    }
    if (mail->bounces->len == 0)
        take_words(reading, read, delayed);
    find_returned_id(reading, read->copy);
    return TRUE;
}

/* Reports about anything but delivery are known by their part alone. */
static void read_other(Reading *reading)
{
    ChMail *mail = reading->mail;
    const Parts *parts = &reading->parts;
    if (!parts->feedback && !parts->notification)
        return;
    gboolean forwarded = (reading->subject & CH_WORDS_PERSON) || ch_machine_is_client(reading->top);
    if (!mail->is_report && forwarded)
        return;
    mail->is_report = TRUE;
    g_free(mail->report_type);
    mail->report_type = g_strdup(parts->feedback ? "feedback-report" : "disposition-notification");
    find_returned_id(reading, NULL);
}

void ch_report_read(ChMail *mail, GMimeObject *top, const ChLimits *limits)
{
    Reading reading = {.mail = mail, .top = top};
    reading.parts.statuses = g_ptr_array_new();
    reading.failed = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    g_autofree char *subject = ch_fold(mail->subject, 256);
    reading.subject = ch_bounce_subject(subject);
    read_failed(&reading, limits);
    weigh_sender(&reading);
    find_parts(&reading.parts, top, limits, FALSE);
    if (reading.parts.statuses->len == 0 && (mail->is_report || reading.sender >= 2))
        find_parts(&reading.parts, top, limits, TRUE);
    gboolean about_delivery = reading.subject & (CH_WORDS_FAILED | CH_WORDS_DELAYED);
    if (!reading.parts.feedback && !reading.parts.notification &&
        (mail->is_report || reading.sender >= 2 || reading.parts.statuses->len > 0 || about_delivery))
        read_delivery(&reading);
    else
        read_other(&reading);
    g_ptr_array_unref(reading.parts.statuses);
    g_ptr_array_unref(reading.failed);
}
