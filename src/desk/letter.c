/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills letters. Which letters there are is decide.c's business, how they look the templates'. */
#include "desk/letter.h"

#include "mail/subject.h"

#include <string.h>

#define SUMMARY_LINES 6
#define SUMMARY_BYTES 400

static void set(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value ? value : "");
}

/* The first lines, so that a customer sees which mail is meant. */
static char *summarize(const char *text)
{
    const char *end = text;
    for (guint lines = 0; *end && end - text < SUMMARY_BYTES; end = g_utf8_next_char(end))
        if (*end == '\n' && ++lines == SUMMARY_LINES)
            break;
    g_autofree char *head = g_strndup(text, (gsize)(end - text));
    g_strchomp(head);
    return *end ? g_strconcat(head, " …", NULL) : g_steal_pointer(&head);
}

/* ADDRESS, wherever it stands in TEXT as a whole address and in any case, becomes INSTEAD. Takes TEXT. */
static char *mask(char *text, const char *address, const char *instead)
{
    gsize length = strlen(address);
    g_autofree char *owned = text;
    if (length == 0 || !strcasestr(text, address))
        return g_steal_pointer(&owned);
    g_autoptr(GString) masked = g_string_new(NULL);
    const char *from = owned;
    for (const char *at; (at = strcasestr(from, address)); from = at + length) {
        /* "ana@example.br" is not meant inside "mariana@example.br" or "ana@example.broker". */
        gboolean begins = at == owned || !(g_ascii_isalnum(at[-1]) || strchr("._-+", at[-1]));
        gboolean ends = !(g_ascii_isalnum(at[length]) || (at[length] == '-'));
        g_string_append_len(masked, from, at - from);
        if (begins && ends)
            g_string_append(masked, instead);
        else
            g_string_append_len(masked, at, (gssize)length);
    }
    g_string_append(masked, from);
    return g_string_free(g_steal_pointer(&masked), FALSE);
}

/* TEXT without the address of any agent that the configuration knows. Takes TEXT. */
static char *mask_agents(const ChConfig *config, char *text, const char *instead)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        for (char **agent = department->agents; *agent; agent++)
            text = mask(text, *agent, instead);
    }
    return text;
}

/* P8: what a customer reads names no agent's address, be it one that the configuration does not know. */
static char *without_agents(const ChConfig *config, const ChOccasion *occasion, const char *instead)
{
    char *clean = g_strdup(occasion->mail->reply);
    if (occasion->role == CH_ROLE_AGENT)
        clean = mask(clean, occasion->verdict->sender->address, instead);
    return mask_agents(config, clean, instead);
}

static void write_author(ChLetter *letter, const ChMailPlan *plan, const ChOccasion *occasion)
{
    const ChAddress *sender = occasion->verdict->sender;
    gboolean named = *sender->name && !strchr(sender->name, '@');
    gboolean hide = !plan->internal && occasion->role == CH_ROLE_AGENT; /* P8 */
    set(&letter->author, named ? sender->name : hide ? letter->from_name : sender->address);
    set(&letter->author_address, named && !hide ? sender->address : "");
}

static void write_mail(const ChConfig *config, ChLetter *letter, const ChMailPlan *plan,
                       const ChOccasion *occasion)
{
    const ChMail *mail = occasion->mail;
    write_author(letter, plan, occasion);
    g_free(letter->text);
    letter->text = plan->internal ? g_strdup(mail->reply) : without_agents(config, occasion, letter->from);
    g_strchomp(letter->text);
    g_free(letter->summary);
    letter->summary = summarize(letter->text);
    letter->truncated = mail->truncated;
    letter->encrypted = mail->encrypted;
    letter->size = mail->size;
    letter->size_limit = config->limits.mail_bytes;
    for (guint i = 0; i < mail->attachments->len; i++)
        g_ptr_array_add(letter->attachments, g_ptr_array_index(mail->attachments, i));
}

/* NAME as people know it. */
static const char *title_of_field(const ChConfig *config, const char *name)
{
    const ChFieldConfig *field = ch_config_field(config, name);
    return field ? field->title : name;
}

/* A field of the ticket, where it has a value. Customers read no agent's address in it (P8). */
static void write_field(const ChConfig *config, ChLetter *letter, const ChNamedValue *field,
                        gboolean internal)
{
    if (!field || !*field->value)
        return;
    char *value = g_strdup(field->value);
    g_autofree char *shown = internal ? value : mask_agents(config, value, letter->from);
    g_ptr_array_add(letter->fields, ch_named_value_new(title_of_field(config, field->name), shown));
}

/* First those of the department, in its order. What else rules set is for agents alone. */
static void write_fields(const ChConfig *config, ChLetter *letter, const ChTicketFacts *ticket,
                         gboolean internal)
{
    const ChDepartmentConfig *department = ch_config_department(config, ticket->department);
    for (char **name = department ? department->fields : NULL; name && *name; name++)
        write_field(config, letter, ch_named_value_find(ticket->fields, *name), internal);
    for (guint i = 0; i < ticket->fields->len && internal; i++) {
        const ChNamedValue *field = g_ptr_array_index(ticket->fields, i);
        if (!department || !g_strv_contains((const char *const *)department->fields, field->name))
            write_field(config, letter, field, TRUE);
    }
}

static gboolean is_notice(const ChMailPlan *plan)
{
    return plan->internal && g_str_has_prefix(plan->template, "notice-");
}

/* What agents alone read (P8). */
static void write_work(ChLetter *letter, const ChMailPlan *plan, const ChOccasion *occasion)
{
    const ChTicketFacts *ticket = occasion->ticket;
    g_autofree char *reader = ch_address_fold(plan->to);
    letter->priority = ticket->priority;
    for (guint i = 0; i < ticket->tags->len; i++)
        g_ptr_array_add(letter->tags, g_strdup(g_ptr_array_index(ticket->tags, i)));
    set(&letter->assignee, ticket->assignee);
    letter->assigned_to_you = g_strcmp0(reader, ticket->assignee) == 0;
    letter->due_at = ticket->due_at;
    for (guint i = 0; occasion->headers && i < occasion->headers->len; i++) {
        const ChNamedValue *header = g_ptr_array_index(occasion->headers, i);
        g_ptr_array_add(letter->headers, ch_named_value_new(header->name, header->value));
    }
}

static void write_ticket(const ChConfig *config, ChLetter *letter, const ChTicketFacts *ticket)
{
    g_free(letter->subject_key);
    letter->subject_key = ch_subject_key(config->desk_prefix, ticket->number);
    letter->number = ticket->number;
    set(&letter->title, ticket->title);
    set(&letter->state, ch_ticket_state_name(ticket->state));
    if (ticket->follows) {
        g_free(letter->follows_key);
        letter->follows_key = ch_subject_key(config->desk_prefix, ticket->follows);
    }
    for (guint i = 0; i < ticket->message_ids->len; i++)
        g_ptr_array_add(letter->references, g_strdup(g_ptr_array_index(ticket->message_ids, i)));
    if (letter->references->len)
        set(&letter->in_reply_to, g_ptr_array_index(letter->references, letter->references->len - 1));
}

static void write_question(ChLetter *letter, const ChOccasion *occasion)
{
    letter->days = occasion->days;
    letter->reminder = occasion->reminder;
    set(&letter->page_url, occasion->page_url);
    set(&letter->claimed, occasion->verdict ? occasion->verdict->sender->address : NULL);
}

static void write_failure(ChLetter *letter, const ChFailure *failure)
{
    set(&letter->failed_to, failure->recipient);
    set(&letter->failed_template, failure->template);
    set(&letter->failed_status, failure->status);
    set(&letter->failed_why, failure->diagnostic);
    letter->unreachable = failure->marks;
    letter->complaint = failure->complaint;
}

/* A letter about a mail of no ticket is threaded below that mail. */
static void write_thread(ChLetter *letter, const ChOccasion *occasion)
{
    const ChMail *mail = occasion->mail;
    set(&letter->title, occasion->title);
    if (mail && *mail->message_id) {
        g_ptr_array_add(letter->references, g_strdup(mail->message_id));
        set(&letter->in_reply_to, mail->message_id);
    }
}

/* Where a customer may write: every department that takes new people. */
static void write_departments(ChLetter *letter, const ChConfig *config)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (department->registration != CH_REGISTRATION_CLOSED)
            g_ptr_array_add(letter->departments,
                            ch_department_line_new(department->title, department->addresses[0]));
    }
}

static void write_missing(const ChConfig *config, ChLetter *letter, const ChOccasion *occasion)
{
    const GPtrArray *missing = occasion->missing;
    letter->again = occasion->again;
    for (guint i = 0; i < missing->len; i++)
        g_ptr_array_add(letter->missing, g_strdup(title_of_field(config, g_ptr_array_index(missing, i))));
}

ChLetter *ch_letter_write(const ChConfig *config, const ChMailPlan *plan, const ChOccasion *occasion)
{
    ChLetter *letter = ch_letter_new();
    const ChDepartmentConfig *department = occasion->department;
    set(&letter->template, plan->template);
    set(&letter->language, occasion->language);
    set(&letter->desk_name, config->desk_name);
    set(&letter->from_name, department->title);
    set(&letter->from, department->addresses[0]);
    set(&letter->to_name, plan->to_name);
    set(&letter->to, plan->to);
    set(&letter->department_title, department->title);
    set(&letter->message_id, occasion->message_id);
    set(&letter->reply_to, occasion->reply_to);
    set(&letter->log_line, occasion->log_line);
    letter->date = occasion->now;
    letter->automatic = ch_letter_is_automatic(plan);
    if (occasion->ticket) {
        write_ticket(config, letter, occasion->ticket);
        write_fields(config, letter, occasion->ticket, plan->internal);
    } else {
        write_thread(letter, occasion);
    }
    if (occasion->ticket && is_notice(plan))
        write_work(letter, plan, occasion);
    if (occasion->missing && strcmp(plan->template, "ask-fields") == 0)
        write_missing(config, letter, occasion);
    if (occasion->mail)
        write_mail(config, letter, plan, occasion);
    if (occasion->failure)
        write_failure(letter, occasion->failure);
    letter->referred = plan->referred;
    if (plan->question != CH_QUESTION_NONE)
        write_question(letter, occasion);
    write_departments(letter, config);
    if (occasion->held) {
        g_ptr_array_unref(letter->held);
        letter->held = g_ptr_array_ref(occasion->held);
        letter->held_count = occasion->held_count;
    }
    return letter;
}

gboolean ch_letter_is_automatic(const ChMailPlan *plan)
{
    return strcmp(plan->template, "answer") != 0;
}

gboolean ch_letter_wants_files(const ChMailPlan *plan)
{
    static const char *const carriers[] = {"answer", "notice-new", "notice-reply", "notice-answer", NULL};
    return g_strv_contains(carriers, plan->template);
}
