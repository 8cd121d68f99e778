/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado ticket`: its arguments, and list and show, as a table for people or JSON for programs. What
 * changes a ticket is in ticket-change.c. */
#include "admin/ticket.h"
#include "admin/command.h"

#include "base/error.h"
#include "compose/view.h"
#include "mail/subject.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_list_json(const GPtrArray *tickets)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < tickets->len; i++) {
        const ChTicketRow *ticket = g_ptr_array_index(tickets, i);
        g_autofree char *changed = ch_command_iso_time(ticket->changed_at);
        json_builder_begin_object(json);
        ch_json_int(json, "number", ticket->number);
        ch_json_text(json, "state", ch_ticket_state_name(ticket->state));
        ch_json_text(json, "department", ticket->department);
        ch_json_text(json, "requester", ticket->requester);
        ch_json_text(json, "title", ticket->title);
        ch_json_text(json, "changed_at", changed);
        ch_json_text(json, "priority", ch_priority_name(ticket->priority));
        ch_json_text(json, "assignee", ticket->assignee);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static void print_list(const GPtrArray *tickets)
{
    static const char *const titles[] = {"NUMBER",    "STATE",   "PRIORITY", "DEPARTMENT", "ASSIGNEE",
                                         "REQUESTER", "CHANGED", "TITLE",    NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < tickets->len; i++) {
        const ChTicketRow *ticket = g_ptr_array_index(tickets, i);
        char **row = g_new0(char *, G_N_ELEMENTS(titles));
        row[0] = g_strdup_printf("#%" G_GINT64_FORMAT, ticket->number);
        row[1] = g_strdup(ch_ticket_state_name(ticket->state));
        row[2] = g_strdup(ch_priority_name(ticket->priority));
        row[3] = g_strdup(ticket->department);
        row[4] = g_strdup(ticket->assignee ? ticket->assignee : "");
        row[5] = g_strdup(ticket->requester);
        row[6] = ch_command_time(ticket->changed_at);
        row[7] = g_strdup(ticket->title);
        g_ptr_array_add(rows, row);
    }
    ch_command_table(titles, rows);
}

static int list(ChAdminContext *context, ChStore *store, gboolean all, int limit, GError **error)
{
    g_autoptr(GPtrArray) tickets = ch_store_tickets(store, all, (guint)limit, error);
    if (!tickets)
        return EX_IOERR;
    if (context->json)
        print_list_json(tickets);
    else
        print_list(tickets);
    return EX_OK;
}

static void json_entry(JsonBuilder *json, const ChEntryRow *entry)
{
    g_autofree char *at = ch_command_iso_time(entry->created_at);
    json_builder_begin_object(json);
    ch_json_text(json, "at", at);
    ch_json_text(json, "kind", entry->kind);
    ch_json_text(json, "role", entry->role);
    ch_json_text(json, "name", entry->name);
    ch_json_text(json, "address", entry->address);
    ch_json_text(json, "title", entry->title);
    ch_json_text(json, "text", entry->text);
    json_builder_set_member_name(json, "cuts");
    JsonNode *cuts = json_from_string(entry->cuts, NULL);
    json_builder_add_value(json, cuts ? cuts : json_node_new(JSON_NODE_NULL));
    ch_json_int(json, "mail", entry->mail);
    ch_json_attachments(json, entry->attachments);
    json_builder_end_object(json);
}

/* A number, or null. */
static void json_number(JsonBuilder *json, const char *name, gint64 number)
{
    if (number)
        ch_json_int(json, name, number);
    else
        ch_json_text(json, name, NULL);
}

static void json_belonging(JsonBuilder *json, const ChTicketView *view)
{
    ch_json_texts(json, "watchers", view->watchers);
    ch_json_texts(json, "referred", view->referred);
    json_number(json, "follows", view->follows);
    json_number(json, "merged_into", view->merged_into);
    json_builder_set_member_name(json, "merged");
    json_builder_begin_array(json);
    for (guint i = 0; i < view->merged->len; i++)
        json_builder_add_int_value(json, g_array_index(view->merged, gint64, i));
    json_builder_end_array(json);
}

static void json_values(JsonBuilder *json, const ChTicketView *view)
{
    g_autofree char *due = ch_command_iso_time(view->due_at);
    ch_json_text(json, "priority", ch_priority_name(view->priority));
    ch_json_text(json, "assignee", view->assignee);
    ch_json_text(json, "due_at", due);
    ch_json_texts(json, "tags", view->tags);
    json_builder_set_member_name(json, "fields");
    json_builder_begin_object(json);
    for (guint i = 0; i < view->fields->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(view->fields, i);
        ch_json_text(json, field->name, field->value);
    }
    json_builder_end_object(json);
}

static void print_ticket_json(const ChTicketView *view)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *opened = ch_command_iso_time(view->opened_at);
    g_autofree char *changed = ch_command_iso_time(view->changed_at);
    json_builder_begin_object(json);
    ch_json_int(json, "number", view->number);
    ch_json_text(json, "title", view->title);
    ch_json_text(json, "state", ch_ticket_state_name(view->state));
    ch_json_text(json, "department", view->department);
    ch_json_text(json, "requester_name", view->requester_name);
    ch_json_text(json, "requester", view->requester_address);
    ch_json_text(json, "opened_at", opened);
    ch_json_text(json, "changed_at", changed);
    json_values(json, view);
    json_belonging(json, view);
    json_builder_set_member_name(json, "entries");
    json_builder_begin_array(json);
    for (guint i = 0; i < view->entries->len; i++)
        json_entry(json, g_ptr_array_index(view->entries, i));
    json_builder_end_array(json);
    json_builder_set_member_name(json, "events");
    json_builder_begin_array(json);
    for (guint i = 0; i < view->events->len; i++) {
        const ChEventRow *event = g_ptr_array_index(view->events, i);
        g_autofree char *at = ch_command_iso_time(event->at);
        json_builder_begin_object(json);
        ch_json_text(json, "at", at);
        ch_json_text(json, "actor", event->actor);
        ch_json_text(json, "kind", event->kind);
        ch_json_text(json, "detail", event->detail);
        ch_json_int(json, "mail", event->mail);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    ch_command_json(json);
}

/* TEXT without the bytes of CUTS (JSON, as the store keeps them); TEXT where they leave nothing (P9). */
static char *without_cuts(const char *text, const char *cuts)
{
    g_autoptr(JsonNode) node = json_from_string(cuts, NULL);
    g_autoptr(GString) shown = g_string_new(NULL);
    gsize at = 0, length = strlen(text);
    JsonArray *list = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        JsonArray *cut = json_array_get_array_element(list, i);
        gsize start = (gsize)json_array_get_int_element(cut, 0),
              end = (gsize)json_array_get_int_element(cut, 1);
        if (start < at || end < start || end > length)
            continue;
        g_string_append_len(shown, text + at, (gssize)(start - at));
        at = end;
    }
    g_string_append(shown, text + at);
    g_strstrip(shown->str);
    return *shown->str ? g_string_free(g_steal_pointer(&shown), FALSE) : g_strdup(text);
}

static void print_indented(const char *text)
{
    g_autofree char *plain = ch_command_plain(text);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(plain), "\n", -1);
    for (char **line = lines; *line; line++)
        printf("    %s\n", *line);
}

/* TITLE, where the writer gave the message another one than the ticket's. */
static void print_entry_title(const char *title, const char *ticket)
{
    g_autofree char *plain = ch_command_plain(title);
    if (*plain && strcmp(title, ticket) != 0)
        printf("    %s\n\n", g_strdelimit(plain, "\n\t", ' '));
}

static void print_entry(const ChEntryRow *entry, const char *ticket, gboolean full)
{
    g_autofree char *at = ch_command_time(entry->created_at);
    g_autofree char *person = ch_command_person(entry->name, entry->address);
    g_autofree char *text = full ? g_strdup(entry->text) : without_cuts(entry->text, entry->cuts);
    printf("\n%s  %s, %s%s\n", at, person, entry->role, strcmp(entry->kind, "note") == 0 ? ", note" : "");
    print_entry_title(entry->title, ticket);
    print_indented(text);
    for (guint i = 0; i < entry->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(entry->attachments, i);
        g_autofree char *file = ch_command_plain(attachment->name);
        g_autofree char *size = ch_view_size(attachment->size, "en");
        printf("    + %s (%s)%s%s\n", file, size,
               attachment->accepted ? "" : ", refused: ", attachment->reason);
    }
}

static void print_texts(const char *what, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *text = ch_command_plain(g_ptr_array_index(texts, i));
        printf("%s%s%s", i ? ", " : what, text, i + 1 == texts->len ? "\n" : "");
    }
}

/* What it has to do with other tickets and departments. */
static void print_belonging(const ChTicketView *view)
{
    print_texts("referred to department ", view->referred);
    print_texts("watched by ", view->watchers);
    if (view->follows)
        printf("follows #%" G_GINT64_FORMAT "\n", view->follows);
    if (view->merged_into)
        printf("merged into #%" G_GINT64_FORMAT ": replies land there\n", view->merged_into);
    for (guint i = 0; i < view->merged->len; i++)
        printf("%s#%" G_GINT64_FORMAT "%s", i ? ", " : "has become one with ",
               g_array_index(view->merged, gint64, i), i + 1 == view->merged->len ? "\n" : "");
}

static void print_values(const ChTicketView *view)
{
    g_autofree char *due = ch_command_time(view->due_at);
    printf("priority %s%s%s%s%s\n", ch_priority_name(view->priority), view->assignee ? ", assigned to " : "",
           view->assignee ? view->assignee : "", view->due_at ? ", due " : "", due);
    print_texts("tags ", view->tags);
    for (guint i = 0; i < view->fields->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(view->fields, i);
        g_autofree char *name = ch_command_plain(field->name);
        g_autofree char *value = ch_command_plain(field->value);
        printf("%s: %s\n", name, value);
    }
}

static void print_ticket(const ChTicketView *view, const char *prefix, gboolean full)
{
    g_autofree char *key = ch_subject_key(prefix, view->number);
    g_autofree char *title = ch_command_plain(view->title);
    g_autofree char *requester = ch_command_person(view->requester_name, view->requester_address);
    g_autofree char *opened = ch_command_time(view->opened_at);
    printf("%s %s\n", key, title);
    printf("%s, department %s, opened %s by %s\n", ch_ticket_state_name(view->state), view->department,
           opened, requester);
    print_values(view);
    print_belonging(view);
    for (guint i = 0; i < view->entries->len; i++)
        print_entry(g_ptr_array_index(view->entries, i), view->title, full);
    printf("\nLog\n");
    for (guint i = 0; i < view->events->len; i++) {
        const ChEventRow *event = g_ptr_array_index(view->events, i);
        g_autofree char *at = ch_command_time(event->at);
        g_autofree char *detail = ch_command_plain(event->detail);
        printf("    %s  %-16s %s  %s\n", at, event->kind, event->actor, g_strdelimit(detail, "\n", ' '));
    }
}

static int show(ChAdminContext *context, ChStore *store, gint64 number, gboolean full, GError **error)
{
    g_autoptr(ChTicketView) view = ch_store_ticket_view(store, number, error);
    if (!view)
        return EX_NOINPUT;
    if (context->json)
        print_ticket_json(view);
    else
        print_ticket(view, context->config->desk_prefix, full);
    return EX_OK;
}

/* VERB in a transaction of its own. */
static gboolean change(ChStore *store, const ChTicketVerb *verb, const gint64 numbers[2], GString *said,
                       GError **error)
{
    if (ch_store_begin(store, error) && verb->run(store, numbers, said, error) &&
        ch_store_commit(store, error))
        return TRUE;
    ch_store_rollback(store);
    return FALSE;
}

/* NULL, or how the words of the command line are wrong. */
static const char *wrong_words(const ChTicketVerb *verb, int argc, char **argv)
{
    if (verb)
        return (guint)argc == 2 + verb->takes ? NULL : verb->usage;
    if ((argc == 2 && strcmp(argv[1], "list") == 0) || (argc == 3 && strcmp(argv[1], "show") == 0))
        return NULL;
    return "ticket takes list, or show, close or reopen and a number, or merge and two";
}

int ch_admin_ticket(ChAdminContext *context, int argc, char **argv)
{
    gboolean all = FALSE, full = FALSE;
    int limit = CH_LIST_LIMIT, code = EX_OK;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "list: closed ones too", NULL},
        {"full", 0, 0, G_OPTION_ARG_NONE, &full, "show: with quotes and signatures", NULL},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &limit, "list: at most N, the newest", "N"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(
            context, "list | show NUMBER | close NUMBER | reopen NUMBER | merge FROM INTO",
            "Lists the tickets, newest first, shows one with its messages and its log, closes "
            "one or opens it again, or makes one part of another.",
            entries, &argc, &argv, &code))
        return code;
    const ChTicketVerb *verb = argc > 1 ? ch_ticket_verb(argv[1]) : NULL;
    const char *wrong = wrong_words(verb, argc, argv);
    if (wrong)
        return ch_command_usage(wrong);
    if (limit < 1)
        return ch_command_usage("--limit takes a positive number");
    gint64 numbers[2] = {0};
    for (int i = 2; i < argc; i++)
        if (!(numbers[i - 2] = ch_command_number(argv[i])))
            return EX_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) said = g_string_new(NULL);
    g_autoptr(ChStore) store =
        ch_store_open(context->config->state_dir, verb ? CH_STORE_WRITE : CH_STORE_READ, &error);
    if (store && verb && change(store, verb, numbers, said, &error))
        fputs(said->str, stdout);
    else if (store && !verb)
        code = argc == 2 ? list(context, store, all, limit, &error)
                         : show(context, store, numbers[0], full, &error);
    return error ? ch_command_fail(error) : code;
}
