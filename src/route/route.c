/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Department by the address written to, and by the rules after it. How rules are matched is in match.c. */
#include "route/route.h"

#include <string.h>

#define ADDRESSES_MAX 100 /* of each header that are looked at for all departments */

/* ADDRESS is one of DEPARTMENT's, perhaps with "+something" in its local part. */
static gboolean belongs(const ChDepartmentConfig *department, const char *address)
{
    g_autofree char *folded = ch_address_fold(address);
    const char *at = strrchr(folded, '@');
    if (!at)
        return FALSE;
    gsize local = MIN(strcspn(folded, "+"), (gsize)(at - folded));
    g_autofree char *plain = g_strdup_printf("%.*s%s", (int)local, folded, at);
    for (char **own = department->addresses; *own; own++)
        if (strcmp(*own, folded) == 0 || strcmp(*own, plain) == 0)
            return TRUE;
    return FALSE;
}

static const ChDepartmentConfig *by_address(const ChConfig *config, const char *address)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (belongs(department, address))
            return department;
    }
    return NULL;
}

static const ChDepartmentConfig *by_addresses(const ChConfig *config, const GPtrArray *addresses,
                                              const char *header, GPtrArray *reasons)
{
    for (guint i = 0; i < addresses->len; i++) {
        const ChAddress *address = g_ptr_array_index(addresses, i);
        const ChDepartmentConfig *department = by_address(config, address->address);
        if (department) {
            ch_reason(reasons, "department %s: %s names %s", department->name, header, address->address);
            return department;
        }
    }
    return NULL;
}

const ChDepartmentConfig *ch_route_by_address(const ChConfig *config, const ChMail *mail, const char *mailbox,
                                              GPtrArray *reasons)
{
    const ChDepartmentConfig *department;
    for (guint i = 0; i < mail->delivered_to->len; i++) {
        const char *address = g_ptr_array_index(mail->delivered_to, i);
        if ((department = by_address(config, address))) {
            ch_reason(reasons, "department %s: delivered to %s", department->name, address);
            return department;
        }
    }
    if ((department = by_addresses(config, mail->to, "To", reasons)) ||
        (department = by_addresses(config, mail->cc, "Cc", reasons)))
        return department;
    for (guint i = 0; mailbox && i < config->mailboxes->len; i++) {
        const ChMailboxConfig *own = g_ptr_array_index(config->mailboxes, i);
        if (strcmp(own->name, mailbox) == 0 && own->department &&
            (department = ch_config_department(config, own->department))) {
            ch_reason(reasons, "department %s: the default of mailbox %s", department->name, mailbox);
            return department;
        }
    }
    department = g_ptr_array_index(config->departments, 0);
    ch_reason(reasons, "department %s: the first, since no other address of a department was written to",
              department->name);
    return department;
}

static void add_department(const ChConfig *config, const char *address, GPtrArray *departments)
{
    const ChDepartmentConfig *department = by_address(config, address);
    if (department && !g_ptr_array_find(departments, department, NULL))
        g_ptr_array_add(departments, (gpointer)department);
}

/* All departments whose address MAIL was written to. */
static void find_written_to(const ChConfig *config, const ChMail *mail, GPtrArray *departments)
{
    const GPtrArray *lists[] = {mail->to, mail->cc};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        for (guint j = 0; j < MIN(lists[i]->len, ADDRESSES_MAX); j++) {
            const ChAddress *address = g_ptr_array_index(lists[i], j);
            add_department(config, address->address, departments);
        }
    for (guint i = 0; i < MIN(mail->delivered_to->len, ADDRESSES_MAX); i++)
        add_department(config, g_ptr_array_index(mail->delivered_to, i), departments);
}

/* The department that a rule names replaces the one by the address; and the desk is not to refer the ticket
 * back to where the rule took it from. */
static void follow_rules(const ChConfig *config, ChRouting *routing)
{
    const char *name = routing->effects->department;
    if (!name)
        return;
    const ChDepartmentConfig *named = ch_config_department(config, name);
    if (!named) {
        ch_reason(routing->reasons, "department %s, which a rule names, is not configured: passed over",
                  name);
        return;
    }
    ch_reason(routing->reasons, "department %s: a rule says so", name);
    if (named != routing->department)
        g_ptr_array_remove(routing->written_to, (gpointer)routing->department);
    routing->department = named;
}

ChRouting *ch_route(const ChConfig *config, ChRules *rules, const ChRuleInput *input, const char *mailbox,
                    gboolean trace)
{
    ChRouting *routing = ch_routing_new(NULL);
    routing->department = ch_route_by_address(config, input->mail, mailbox, routing->reasons);
    find_written_to(config, input->mail, routing->written_to);
    if (!rules)
        return routing;
    ChRuleInput asked = *input;
    asked.department = routing->department->name;
    ch_effects_free(routing->effects);
    routing->effects = ch_rules_apply(rules, &asked, trace);
    follow_rules(config, routing);
    return routing;
}
