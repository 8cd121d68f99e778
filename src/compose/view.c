/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a letter into the values that templates show: sizes for people, mailto links, reasons as booleans
 * that a template words. The words themselves stand in etc/templates. */
#include "compose/view.h"

#include "compose/templates.h"
#include "compose/text.h"
#include "mail/marker.h"

#include <string.h>

/* A text longer than this is cut in a mail; the whole of it is kept at the desk (P9, P13). */
#define TEXT_MAX       (1u << 20)
#define PREVIEW_MAX    110  /* characters */
#define TITLE_MAX      200  /* characters */
#define FIELD_MAX      500  /* characters of a field's value, and of all tags */
#define LINK_TITLE_MAX 80   /* of a title in a mailto link: some clients take no long ones */
#define LINK_MAX       1900 /* bytes of a link: Outlook and Windows take about 2,000 */

const ChMustacheName ch_view_names[] = {
#define NAME(name, markup) {#name, markup},
    CH_VIEW_NAMES(NAME)
#undef NAME
        {NULL, FALSE}};

/* What is not words, and so not in the templates. The last one is for every other language. */
typedef struct {
    const char *prefix;
    char decimal;
    const char *marker;
    const char *date; /* for g_date_time_format */
} Habit;

static const Habit habits[] = {
    {"pt", ',', CH_MARKER_PT, "%d/%m/%Y %H:%M"},
    {"en", '.', CH_MARKER_EN, "%Y-%m-%d %H:%M"},
    {"", ',', CH_MARKER_EN, "%Y-%m-%d %H:%M"},
};

static const Habit *habit_of(const char *language)
{
    const Habit *habit = habits;
    while (!g_str_has_prefix(language, habit->prefix))
        habit++;
    return habit;
}

char *ch_view_size(guint64 size, const char *language)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB", "PB", "EB"};
    if (size < 1024)
        return g_strdup_printf("%u %s", (guint)size, size == 1 ? "byte" : "bytes");
    guint unit = 0;
    double value = (double)size / 1024;
    while (value >= 1023.95 && unit + 1 < G_N_ELEMENTS(units)) {
        value /= 1024;
        unit++;
    }
    guint tenths = (guint)(value * 10 + 0.5);
    if (tenths % 10 == 0)
        return g_strdup_printf("%u %s", tenths / 10, units[unit]);
    return g_strdup_printf("%u%c%u %s", tenths / 10, habit_of(language)->decimal, tenths % 10, units[unit]);
}

char *ch_view_mailto(const char *address, const char *subject)
{
    const char *at = strrchr(address, '@');
    g_autofree char *local = g_strndup(address, at ? (gsize)(at - address) : strlen(address));
    g_autofree char *local_encoded = g_uri_escape_string(local, "!$'*+", FALSE);
    g_autofree char *domain = g_uri_escape_string(at ? at + 1 : "", NULL, FALSE);
    g_autofree char *encoded = g_uri_escape_string(subject, NULL, FALSE);
    return g_strconcat("mailto:", local_encoded, at ? "@" : "", domain, *encoded ? "?subject=" : "", encoded,
                       NULL);
}

char *ch_view_form(const char *mailto, const GPtrArray *titles)
{
    g_autoptr(GString) link = g_string_new(mailto);
    for (guint i = 0; i < titles->len; i++) {
        g_autofree char *title = ch_compose_one_line(g_ptr_array_index(titles, i), TITLE_MAX);
        g_autofree char *encoded = g_uri_escape_string(title, NULL, FALSE);
        gsize before = link->len;
        /* RFC 6068 section 5: line breaks are %0D%0A. */
        g_string_append_printf(link, "%s%s%%3A%%20", i ? "%0D%0A" : "&body=", encoded);
        if (link->len <= LINK_MAX)
            continue;
        g_string_truncate(link, before);
        break;
    }
    return g_string_free(g_steal_pointer(&link), FALSE);
}

/* TEXT without blank lines at either end, at most TEXT_MAX bytes. */
static char *trimmed(const char *text, gboolean *cut)
{
    const char *start = text;
    for (const char *p = text; g_ascii_isspace(*p); p++)
        if (*p == '\n')
            start = p + 1;
    gsize length = strlen(start);
    *cut = length > TEXT_MAX;
    if (*cut)
        for (length = TEXT_MAX; length > 0 && ((guchar)start[length] & 0xC0) == 0x80;)
            length--;
    return g_strchomp(g_strndup(start, length));
}

static void add_flag(ChValue *view, ChViewName name, gboolean value)
{
    if (value)
        ch_value_add(view, name, CH_VALUE_TRUE);
}

/* The letter asks whether somebody wrote what they seem to have written: until the answer, it is anybody's
 * text. */
static gboolean asks(const ChLetter *letter)
{
    static const char *const templates[] = {"verify", "confirm", "confirm-alias", NULL};
    return g_strv_contains(templates, letter->template);
}

static void add_texts(ChValue *view, const ChLetter *letter)
{
    gboolean cut = FALSE, summary_cut = FALSE;
    char *text = trimmed(letter->text, &cut);
    char *summary = trimmed(letter->summary, &summary_cut);
    ch_value_take_string(view, CH_VIEW_preview, ch_compose_one_line(*text ? text : summary, PREVIEW_MAX));
    ch_value_take_string(view, CH_VIEW_text_html, ch_text_to_html(text, TRUE));
    /* Without links where anybody may have written it: the desk carries nobody's bait (P6). */
    ch_value_take_string(view, CH_VIEW_summary_html, ch_text_to_html(summary, !asks(letter)));
    ch_value_take_string(view, CH_VIEW_text, text);
    ch_value_take_string(view, CH_VIEW_summary, summary);
    add_flag(view, CH_VIEW_text_cut, cut);
}

/* Each reason as the flag by which templates word it. */
static void add_reason(ChValue *file, const char *reason)
{
    static const struct {
        const char *prefix;
        ChViewName name;
    } known[] = {
        {CH_REFUSED_SIZE, CH_VIEW_too_large},       {CH_REFUSED_TYPE, CH_VIEW_type_not_accepted},
        {CH_REFUSED_NO_TYPE, CH_VIEW_type_unknown}, {CH_REFUSED_CONTENT, CH_VIEW_other_content},
        {CH_REFUSED_PROGRAM, CH_VIEW_is_program},   {CH_REFUSED_TOTAL, CH_VIEW_over_total},
        {CH_REFUSED_COUNT, CH_VIEW_over_count},     {CH_REFUSED_SEALED, CH_VIEW_sealed},
    };
    if (g_str_has_prefix(reason, CH_REFUSED_RULE)) {
        ch_value_add_string(file, CH_VIEW_reason, reason + strlen(CH_REFUSED_RULE));
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_prefix(reason, known[i].prefix)) {
            add_flag(file, known[i].name, TRUE);
            return;
        }
    ch_value_add_string(file, CH_VIEW_reason, reason);
}

static void add_files(ChValue *view, const ChLetter *letter)
{
    gboolean refused = FALSE;
    ChValue *files = NULL;
    for (guint i = 0; i < letter->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(letter->attachments, i);
        if (!ch_attachment_is_listed(attachment))
            continue;
        if (!files)
            files = ch_value_add(view, CH_VIEW_files, CH_VALUE_LIST);
        ChValue *file = ch_value_add(files, 0, CH_VALUE_MAP);
        ch_value_add_string(file, CH_VIEW_file_name, attachment->name);
        ch_value_take_string(file, CH_VIEW_file_size, ch_view_size(attachment->size, letter->language));
        add_flag(file, CH_VIEW_accepted, attachment->accepted);
        add_flag(file, CH_VIEW_refused, !attachment->accepted);
        if (attachment->accepted)
            continue;
        refused = TRUE;
        add_reason(file, attachment->reason ? attachment->reason : "");
    }
    add_flag(view, CH_VIEW_has_files, files != NULL);
    add_flag(view, CH_VIEW_has_refused, refused);
    /* A colleague's answer: its files went to the customer, or did not. */
    add_flag(view, CH_VIEW_sent, strcmp(letter->template, "notice-answer") == 0);
}

static void add_date(ChValue *view, ChViewName name, gint64 seconds, const char *language)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_local(seconds);
    if (date)
        ch_value_take_string(view, name, g_date_time_format(date, habit_of(language)->date));
}

static void add_fields(ChValue *view, const ChLetter *letter)
{
    add_flag(view, CH_VIEW_has_fields, letter->fields->len > 0);
    ChValue *fields = ch_value_add(view, CH_VIEW_fields, CH_VALUE_LIST);
    for (guint i = 0; i < letter->fields->len; i++) {
        const ChNamedValue *named = g_ptr_array_index(letter->fields, i);
        ChValue *field = ch_value_add(fields, 0, CH_VALUE_MAP);
        ch_value_add_string(field, CH_VIEW_field_title, named->name);
        ch_value_take_string(field, CH_VIEW_field_value, ch_compose_one_line(named->value, FIELD_MAX));
    }
}

static void add_missing(ChValue *view, const ChLetter *letter, const char *mailto)
{
    add_flag(view, CH_VIEW_has_missing, letter->missing->len > 0);
    add_flag(view, CH_VIEW_again, letter->again);
    add_flag(view, CH_VIEW_missing_one, letter->missing->len == 1);
    ChValue *missing = ch_value_add(view, CH_VIEW_missing, CH_VALUE_LIST);
    for (guint i = 0; i < letter->missing->len; i++)
        ch_value_add_string(ch_value_add(missing, 0, CH_VALUE_MAP), CH_VIEW_field_title,
                            g_ptr_array_index(letter->missing, i));
    if (letter->missing->len > 0 && mailto)
        ch_value_take_string(view, CH_VIEW_fields_mailto, ch_view_form(mailto, letter->missing));
}

/* P8: how agents share their work is theirs to know, whatever the caller filled in; and a colleague's answer,
 * which may be quoted to the customer, has no agent's address. */
static void add_work(ChValue *view, const ChLetter *letter)
{
    static const char *const templates[] = {"notice-new", "notice-reply", NULL};
    if (!g_strv_contains(templates, letter->template))
        return;
    add_flag(view, CH_VIEW_priority_low, letter->priority == CH_PRIORITY_LOW);
    add_flag(view, CH_VIEW_priority_high, letter->priority == CH_PRIORITY_HIGH);
    add_flag(view, CH_VIEW_priority_urgent, letter->priority == CH_PRIORITY_URGENT);
    g_autoptr(GString) tags = g_string_new(NULL);
    for (guint i = 0; i < letter->tags->len; i++)
        g_string_append_printf(tags, "%s%s", i ? ", " : "", (const char *)g_ptr_array_index(letter->tags, i));
    ch_value_take_string(view, CH_VIEW_tags, ch_compose_one_line(tags->str, FIELD_MAX));
    ch_value_add_string(view, CH_VIEW_assignee, letter->assignee);
    add_flag(view, CH_VIEW_assigned_to_you, letter->assigned_to_you);
    if (letter->due_at)
        add_date(view, CH_VIEW_due, letter->due_at, letter->language);
    gboolean ranked = letter->priority == CH_PRIORITY_LOW || letter->priority >= CH_PRIORITY_HIGH;
    add_flag(view, CH_VIEW_has_work, ranked || letter->tags->len || *letter->assignee || letter->due_at);
}

static void add_ticket(ChValue *view, const ChLetter *letter)
{
    ch_value_add_string(view, CH_VIEW_subject_key, letter->subject_key);
    ch_value_take_string(view, CH_VIEW_title, ch_compose_one_line(letter->title, TITLE_MAX));
    if (letter->number > 0)
        ch_value_take_string(view, CH_VIEW_number, g_strdup_printf("%" G_GINT64_FORMAT, letter->number));
    if (*letter->from && *letter->subject_key) {
        g_autofree char *title = ch_compose_one_line(letter->title, LINK_TITLE_MAX);
        g_autofree char *subject = g_strconcat("Re: ", letter->subject_key, *title ? " " : "", title, NULL);
        const char *address = *letter->reply_to ? letter->reply_to : letter->from;
        char *mailto = ch_view_mailto(address, subject);
        add_missing(view, letter, mailto);
        ch_value_take_string(view, CH_VIEW_mailto, mailto);
    }
    add_fields(view, letter);
    add_work(view, letter);
    add_flag(view, CH_VIEW_state_open, strcmp(letter->state, "open") == 0);
    add_flag(view, CH_VIEW_state_pending, strcmp(letter->state, "pending") == 0);
    add_flag(view, CH_VIEW_state_closed, strcmp(letter->state, "closed") == 0);
}

static void add_count(ChValue *view, ChViewName name, ChViewName one, guint count)
{
    if (count == 0)
        return;
    ch_value_take_string(view, name, g_strdup_printf("%u", count));
    add_flag(view, one, count == 1);
}

static void add_departments(ChValue *view, const ChLetter *letter)
{
    if (letter->departments->len == 0)
        return;
    ChValue *departments = ch_value_add(view, CH_VIEW_departments, CH_VALUE_LIST);
    for (guint i = 0; i < letter->departments->len; i++) {
        const ChDepartmentLine *line = g_ptr_array_index(letter->departments, i);
        ChValue *department = ch_value_add(departments, 0, CH_VALUE_MAP);
        ch_value_add_string(department, CH_VIEW_department_title, line->title);
        ch_value_add_string(department, CH_VIEW_department_address, line->address);
        ch_value_take_string(department, CH_VIEW_department_mailto, ch_view_mailto(line->address, ""));
    }
    add_flag(view, CH_VIEW_has_departments, TRUE);
}

static void add_held_line(ChValue *held, const ChHeldLine *line, const char *language)
{
    ChValue *mail = ch_value_add(held, 0, CH_VALUE_MAP);
    ch_value_take_string(mail, CH_VIEW_held_mail, g_strdup_printf("%" G_GINT64_FORMAT, line->mail));
    ch_value_take_string(mail, CH_VIEW_held_sender, ch_compose_one_line(line->sender, TITLE_MAX));
    ch_value_take_string(mail, CH_VIEW_held_subject, ch_compose_one_line(line->subject, TITLE_MAX));
    if (line->ticket > 0)
        ch_value_take_string(mail, CH_VIEW_held_ticket, g_strdup_printf("%" G_GINT64_FORMAT, line->ticket));
    add_date(mail, CH_VIEW_held_since, line->taken_at, language);
    add_flag(mail, CH_VIEW_held_registration, line->kind == CH_HOLD_REGISTRATION);
    add_flag(mail, CH_VIEW_held_claim, line->kind == CH_HOLD_CLAIM);
    add_flag(mail, CH_VIEW_held_alias, line->kind == CH_HOLD_ALIAS);
    add_flag(mail, CH_VIEW_held_stranger, line->kind == CH_HOLD_STRANGER);
    add_flag(mail, CH_VIEW_held_closed, line->kind == CH_HOLD_CLOSED);
    add_flag(mail, CH_VIEW_held_no_address, line->kind == CH_HOLD_NO_ADDRESS);
    add_flag(mail, CH_VIEW_held_rule, line->kind == CH_HOLD_RULE);
}

/* P8: whoever wrote, their addresses are for agents. */
static void add_held(ChValue *view, const ChLetter *letter)
{
    if (strcmp(letter->template, "notice-held") != 0)
        return;
    add_count(view, CH_VIEW_held_count, CH_VIEW_held_one, letter->held_count);
    add_flag(view, CH_VIEW_held_more, letter->held_count > letter->held->len);
    add_flag(view, CH_VIEW_has_held, letter->held->len > 0);
    ChValue *held = ch_value_add(view, CH_VIEW_held, CH_VALUE_LIST);
    for (guint i = 0; i < letter->held->len; i++)
        add_held_line(held, g_ptr_array_index(letter->held, i), letter->language);
}

static void add_question(ChValue *view, const ChLetter *letter)
{
    ch_value_add_string(view, CH_VIEW_page_url, letter->page_url);
    add_flag(view, CH_VIEW_reminder, letter->reminder);
    add_count(view, CH_VIEW_days, CH_VIEW_one_day, letter->days);
    if (strcmp(letter->template, "confirm-alias") == 0)
        ch_value_add_string(view, CH_VIEW_claimed, letter->claimed);
}

/* P8: to whom a mail did not arrive is for agents and admins. */
static void add_failure(ChValue *view, const ChLetter *letter)
{
    static const char *const templates[] = {"notice-bounce", "admin-bounce", NULL};
    if (!g_strv_contains(templates, letter->template))
        return;
    const char *mail = letter->failed_template, *status = letter->failed_status;
    gboolean answer = strcmp(mail, "answer") == 0, ack = ch_template_is_ack(mail);
    gboolean sender =
        strcmp(status, "5.1.7") == 0 || strcmp(status, "5.1.8") == 0; /* theirs of ours, RFC 3463 */
    gboolean unknown = g_str_has_prefix(status, "5.1.") && !sender, full = g_str_has_suffix(status, ".2.2");
    gboolean refused = g_str_has_prefix(status, "5.7.") || sender;
    ch_value_add_string(view, CH_VIEW_failed_to, letter->failed_to);
    ch_value_add_string(view, CH_VIEW_failed_template, mail);
    add_flag(view, CH_VIEW_failed_answer, answer);
    add_flag(view, CH_VIEW_failed_ack, ack);
    add_flag(view, CH_VIEW_failed_other, !answer && !ack);
    /* Most servers say it themselves: "550 5.1.1 No such user". */
    ch_value_add_string(view, CH_VIEW_failed_status, strstr(letter->failed_why, status) ? "" : status);
    ch_value_add_string(view, CH_VIEW_failed_why, letter->failed_why);
    add_flag(view, CH_VIEW_failed_unknown, unknown);
    add_flag(view, CH_VIEW_failed_full, full);
    add_flag(view, CH_VIEW_failed_refused, refused);
    add_flag(view, CH_VIEW_failed_unclear, !unknown && !full && !refused);
    add_flag(view, CH_VIEW_unreachable, letter->unreachable);
    add_flag(view, CH_VIEW_complaint, letter->complaint);
}

/* P8: whatever the caller filled in, a customer's letter has no address to show. Nor has a colleague's
 * answer: an agent who replies to that notice quotes it to the customer. */
static gboolean may_show_address(const ChLetter *letter)
{
    static const char *const templates[] = {"notice-new", "notice-reply", "admin-quarantine", NULL};
    return g_strv_contains(templates, letter->template);
}

ChValue *ch_view_new(const ChLetter *letter)
{
    ChValue *view = ch_value_new();
    ch_value_take_string(view, CH_VIEW_lang, g_strdelimit(g_strdup(letter->language), "_", '-'));
    ch_value_add_string(view, CH_VIEW_marker, habit_of(letter->language)->marker);
    add_flag(view, CH_VIEW_answerable, *letter->subject_key || asks(letter));
    ch_value_add_string(view, CH_VIEW_desk_name, letter->desk_name);
    ch_value_add_string(view, CH_VIEW_department, letter->department_title);
    ch_value_add_string(view, CH_VIEW_from, letter->from);
    ch_value_add_string(view, CH_VIEW_to_name, letter->to_name);
    add_ticket(view, letter);
    /* An agent without a name writes in the department's: one signature, not two. */
    if (strcmp(letter->author, letter->department_title) != 0)
        ch_value_add_string(view, CH_VIEW_author, letter->author);
    if (may_show_address(letter))
        ch_value_add_string(view, CH_VIEW_author_address, letter->author_address);
    add_texts(view, letter);
    add_flag(view, CH_VIEW_truncated, letter->truncated);
    add_flag(view, CH_VIEW_unread, letter->truncated || (letter->encrypted && !*letter->text));
    add_flag(view, CH_VIEW_encrypted, letter->encrypted);
    ch_value_take_string(view, CH_VIEW_size, ch_view_size(letter->size, letter->language));
    ch_value_take_string(view, CH_VIEW_size_limit, ch_view_size(letter->size_limit, letter->language));
    add_files(view, letter);
    ch_value_add_string(view, CH_VIEW_log_line, letter->log_line);
    ch_value_add_string(view, CH_VIEW_follows_key, letter->follows_key);
    add_flag(view, CH_VIEW_referred, letter->referred);
    add_failure(view, letter);
    add_question(view, letter);
    add_departments(view, letter);
    add_held(view, letter);
    return view;
}
