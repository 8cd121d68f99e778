/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado people list|show`: prints who the desk knows, and all that it knows of one. What that is, is
 * looked up in the store and in people-view.c. */
#include "admin/people.h"

#include <stdio.h>

/* The account as list and show have it. */
static void json_person(JsonBuilder *json, const ChPersonRow *row, const GPtrArray *addresses)
{
    g_autofree char *created = row ? ch_command_iso_time(row->created_at) : NULL;
    g_autofree char *activated = row ? ch_command_iso_time(row->activated_at) : NULL;
    ch_json_text(json, "account", ch_account_name(row ? row->account : CH_ACCOUNT_NONE));
    ch_json_text(json, "name", row ? row->name : "");
    ch_json_text(json, "company", row ? row->company : "");
    ch_json_text(json, "telephone", row ? row->telephone : "");
    ch_json_text(json, "language", row ? row->language : "");
    ch_json_texts(json, "addresses", addresses);
    ch_json_text(json, "created_at", created);
    ch_json_text(json, "activated_at", activated);
    ch_json_int(json, "ticket_count", row ? row->tickets : 0);
    ch_json_int(json, "held_count", row ? row->held : 0);
}

static void json_budgets(JsonBuilder *json, const GPtrArray *budgets)
{
    json_builder_set_member_name(json, "budgets");
    json_builder_begin_array(json);
    for (guint i = 0; i < budgets->len; i++) {
        const ChPeopleBudget *budget = g_ptr_array_index(budgets, i);
        g_autofree char *tripped = ch_command_iso_time(budget->tripped_at);
        json_builder_begin_object(json);
        ch_json_text(json, "address", budget->address);
        ch_json_int(json, "per_hour", budget->per_hour);
        ch_json_int(json, "left", budget->left);
        ch_json_text(json, "tripped_at", tripped);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void json_troubles(JsonBuilder *json, const GPtrArray *troubles)
{
    json_builder_set_member_name(json, "delivery");
    json_builder_begin_array(json);
    for (guint i = 0; i < troubles->len; i++) {
        const ChPeopleTrouble *at = g_ptr_array_index(troubles, i);
        g_autofree char *failed = ch_command_iso_time(at->trouble->failed_at);
        g_autofree char *marked = ch_command_iso_time(at->trouble->marked_at);
        g_autofree char *complained = ch_command_iso_time(at->trouble->complained_at);
        json_builder_begin_object(json);
        ch_json_text(json, "address", at->address);
        ch_json_text(json, "failed_at", failed);
        ch_json_text(json, "status", at->trouble->status);
        ch_json_text(json, "diagnostic", at->trouble->diagnostic);
        ch_json_text(json, "unreachable_since", marked);
        ch_json_text(json, "complained_at", complained);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void json_tickets(JsonBuilder *json, const GPtrArray *tickets)
{
    json_builder_set_member_name(json, "tickets");
    json_builder_begin_array(json);
    for (guint i = 0; i < tickets->len; i++) {
        const ChTicketRow *ticket = g_ptr_array_index(tickets, i);
        g_autofree char *changed = ch_command_iso_time(ticket->changed_at);
        json_builder_begin_object(json);
        ch_json_int(json, "number", ticket->number);
        ch_json_text(json, "state", ch_ticket_state_name(ticket->state));
        ch_json_text(json, "department", ticket->department);
        ch_json_text(json, "title", ticket->title);
        ch_json_text(json, "changed_at", changed);
        ch_json_text(json, "priority", ch_priority_name(ticket->priority));
        ch_json_text(json, "assignee", ticket->assignee);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void json_held(JsonBuilder *json, const GPtrArray *held)
{
    json_builder_set_member_name(json, "held");
    json_builder_begin_array(json);
    for (guint i = 0; i < held->len; i++) {
        const ChMailRow *mail = g_ptr_array_index(held, i);
        g_autofree char *at = ch_command_iso_time(mail->taken_at);
        json_builder_begin_object(json);
        ch_json_int(json, "mail", mail->id);
        ch_json_text(json, "kind", ch_hold_name(mail->hold));
        ch_json_text(json, "department", *mail->department ? mail->department : NULL);
        ch_json_int(json, "ticket", mail->ticket);
        ch_json_text(json, "from", mail->sender);
        ch_json_text(json, "subject", mail->subject);
        ch_json_text(json, "taken_at", at);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void print_json(const ChPeopleView *view)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    json_person(json, view->row, view->addresses);
    ch_json_texts(json, "roles", view->roles);
    ch_json_texts(json, "blocked_by", view->blocked);
    json_budgets(json, view->budgets);
    json_troubles(json, view->troubles);
    json_tickets(json, view->tickets);
    json_held(json, view->held);
    json_builder_end_object(json);
    ch_command_json(json);
}

/* "    company  Padaria", and nothing where there is nothing to say. */
static void print_field(const char *name, const char *value)
{
    g_autofree char *plain = ch_command_plain(value);
    if (*plain)
        printf("    %-11s %s\n", name, g_strdelimit(plain, "\n\t", ' '));
}

static void print_fields(const char *name, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++)
        print_field(i ? "" : name, g_ptr_array_index(values, i));
}

static void print_account(const ChPersonRow *row)
{
    g_autofree char *created = ch_command_time(row->created_at);
    g_autofree char *activated = ch_command_time(row->activated_at);
    g_autofree char *account =
        g_strdup_printf("%s%s%s", ch_account_name(row->account), *activated ? " since " : "", activated);
    print_field("account", account);
    print_field("known since", created);
    print_field("company", row->company);
    print_field("telephone", row->telephone);
    print_field("language", row->language);
}

static void print_budgets(const GPtrArray *budgets)
{
    for (guint i = 0; i < budgets->len; i++) {
        const ChPeopleBudget *budget = g_ptr_array_index(budgets, i);
        g_autofree char *tripped = ch_command_time(budget->tripped_at);
        g_autofree char *text =
            g_strdup_printf("%s: %d of %u mails an hour left%s%s", budget->address, budget->left,
                            budget->per_hour, *tripped ? "; used up, and the admins told, at " : "", tripped);
        print_field(i ? "" : "budget", text);
    }
}

static void print_trouble(const ChPeopleTrouble *at)
{
    const ChTrouble *trouble = at->trouble;
    g_autofree char *failed = ch_command_time(trouble->failed_at);
    g_autofree char *marked = ch_command_time(trouble->marked_at);
    g_autofree char *complained = ch_command_time(trouble->complained_at);
    g_autofree char *failure =
        trouble->failed_at
            ? g_strdup_printf("%s: %s%s: %s %s", at->address,
                              trouble->marked_at ? "no automatic mail goes there since "
                                                 : "a mail failed at ",
                              trouble->marked_at ? marked : failed, trouble->status, trouble->diagnostic)
            : NULL;
    g_autofree char *complaint =
        trouble->complained_at
            ? g_strdup_printf("%s: reported a mail of ours as abuse at %s", at->address, complained)
            : NULL;
    if (failure)
        print_field("delivery", failure);
    if (complaint)
        print_field("complaint", complaint);
}

/* A table below the fields, and nothing where it has no row. */
static void print_rows(const char *const *titles, const GPtrArray *rows)
{
    if (!rows->len)
        return;
    putchar('\n');
    ch_command_table(titles, rows);
}

static void print_tickets(const GPtrArray *tickets)
{
    static const char *const titles[] = {"TICKET", "STATE", "DEPARTMENT", "CHANGED", "TITLE", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < tickets->len; i++) {
        const ChTicketRow *ticket = g_ptr_array_index(tickets, i);
        char *cells[] = {g_strdup_printf("#%" G_GINT64_FORMAT, ticket->number),
                         g_strdup(ch_ticket_state_name(ticket->state)),
                         g_strdup(ticket->department),
                         ch_command_time(ticket->changed_at),
                         g_strdup(ticket->title),
                         NULL};
        g_ptr_array_add(rows, g_memdup2(cells, sizeof cells));
    }
    print_rows(titles, rows);
}

static void print_held(const GPtrArray *held)
{
    static const char *const titles[] = {"HELD MAIL", "KIND", "DEPARTMENT", "TAKEN IN", "SUBJECT", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < held->len; i++) {
        const ChMailRow *mail = g_ptr_array_index(held, i);
        char *cells[] = {g_strdup_printf("%" G_GINT64_FORMAT, mail->id),
                         g_strdup(ch_hold_name(mail->hold)),
                         g_strdup(mail->department),
                         ch_command_time(mail->taken_at),
                         g_strdup(mail->subject),
                         NULL};
        g_ptr_array_add(rows, g_memdup2(cells, sizeof cells));
    }
    print_rows(titles, rows);
}

static void print_view(const ChPeopleView *view)
{
    const char *address = g_ptr_array_index(view->addresses, 0);
    g_autofree char *person = ch_command_person(view->row ? view->row->name : "", address);
    puts(person);
    if (view->row)
        print_account(view->row);
    else
        print_field("account", "none");
    print_fields("addresses", view->addresses);
    print_fields("role", view->roles);
    print_fields("blocked by", view->blocked);
    print_budgets(view->budgets);
    for (guint i = 0; i < view->troubles->len; i++)
        print_trouble(g_ptr_array_index(view->troubles, i));
    print_tickets(view->tickets);
    print_held(view->held);
}

gboolean ch_people_show(ChPeopleCall *call, GError **error)
{
    g_autoptr(ChPeopleView) view = ch_people_view(call, call->arguments[0], error);
    if (view && call->context->json)
        print_json(view);
    else if (view)
        print_view(view);
    return view != NULL;
}

static void print_people_json(const GPtrArray *people)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < people->len; i++) {
        const ChPersonRow *row = g_ptr_array_index(people, i);
        json_builder_begin_object(json);
        json_person(json, row, row->addresses);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static char *joined(const GPtrArray *texts)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(all, "%s%s", i ? ", " : "", (const char *)g_ptr_array_index(texts, i));
    return g_string_free(g_steal_pointer(&all), FALSE);
}

static void print_people(const GPtrArray *people)
{
    static const char *const titles[] = {"ACCOUNT", "KNOWN SINCE", "TICKETS", "HELD",
                                         "NAME",    "ADDRESSES",   NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < people->len; i++) {
        const ChPersonRow *row = g_ptr_array_index(people, i);
        char *cells[] = {g_strdup(ch_account_name(row->account)),
                         ch_command_time(row->created_at),
                         g_strdup_printf("%u", row->tickets),
                         g_strdup_printf("%u", row->held),
                         g_strdup(row->name),
                         joined(row->addresses),
                         NULL};
        g_ptr_array_add(rows, g_memdup2(cells, sizeof cells));
    }
    ch_command_table(titles, rows);
}

gboolean ch_people_list(ChPeopleCall *call, GError **error)
{
    g_autoptr(GPtrArray) people = ch_store_people(call->store, call->pending, call->limit, error);
    if (people && call->context->json)
        print_people_json(people);
    else if (people)
        print_people(people);
    return people != NULL;
}
