/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Department by the address written to. */
#include "route/route.h"

#include <string.h>

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

const ChDepartmentConfig *ch_route(const ChConfig *config, const ChMail *mail, const char *mailbox,
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
