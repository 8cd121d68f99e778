/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado ticket list|show`: what the desk holds, as a table for people or JSON for programs. Reads only. */
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
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static void print_list(const GPtrArray *tickets)
{
    static const char *const titles[] = {"NUMBER",  "STATE", "DEPARTMENT", "REQUESTER",
                                         "CHANGED", "TITLE", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < tickets->len; i++) {
        const ChTicketRow *ticket = g_ptr_array_index(tickets, i);
        char **row = g_new0(char *, G_N_ELEMENTS(titles));
        row[0] = g_strdup_printf("#%" G_GINT64_FORMAT, ticket->number);
        row[1] = g_strdup(ch_ticket_state_name(ticket->state));
        row[2] = g_strdup(ticket->department);
        row[3] = g_strdup(ticket->requester);
        row[4] = ch_command_time(ticket->changed_at);
        row[5] = g_strdup(ticket->title);
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

static void print_entry(const ChEntryRow *entry, gboolean full)
{
    g_autofree char *at = ch_command_time(entry->created_at);
    g_autofree char *person = ch_command_person(entry->name, entry->address);
    g_autofree char *text = full ? g_strdup(entry->text) : without_cuts(entry->text, entry->cuts);
    printf("\n%s  %s, %s%s\n", at, person, entry->role, strcmp(entry->kind, "note") == 0 ? ", note" : "");
    print_indented(text);
    for (guint i = 0; i < entry->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(entry->attachments, i);
        g_autofree char *file = ch_command_plain(attachment->name);
        g_autofree char *size = ch_view_size(attachment->size, "en");
        printf("    + %s (%s)%s%s\n", file, size,
               attachment->accepted ? "" : ", refused: ", attachment->reason);
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
    for (guint i = 0; i < view->entries->len; i++)
        print_entry(g_ptr_array_index(view->entries, i), full);
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

int ch_admin_ticket(ChAdminContext *context, int argc, char **argv)
{
    gboolean all = FALSE, full = FALSE;
    int limit = CH_LIST_LIMIT, code = EX_OK;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "list: closed ones too", NULL},
        {"full", 0, 0, G_OPTION_ARG_NONE, &full, "show: with quotes and signatures", NULL},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &limit, "list: at most N, the newest", "N"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, "list | show NUMBER",
                            "Lists the tickets, newest first, or shows one with its "
                            "messages and its log.",
                            entries, &argc, &argv, &code))
        return code;
    gboolean lists = argc == 2 && strcmp(argv[1], "list") == 0;
    if (!lists && (argc != 3 || strcmp(argv[1], "show") != 0))
        return ch_command_usage("ticket takes list, or show and a number");
    if (limit < 0)
        return ch_command_usage("--limit takes a positive number");
    gint64 number = lists ? 0 : ch_command_number(argv[2]);
    if (!lists && !number)
        return EX_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) store = ch_store_open(context->config->state_dir, CH_STORE_READ, &error);
    if (store)
        code = lists ? list(context, store, all, limit, &error) : show(context, store, number, full, &error);
    return error ? ch_command_fail(error) : code;
}
