/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of rules is used where it compiles and passes its tests; what keeps it from that, in lines. What to
 * do with it is the caller's business. */
#include "admin/rules-load.h"

#include <string.h>

ChRules *ch_rules_load_tested(const char *path, const ChConfig *config, GPtrArray *messages)
{
    return ch_rules_load_watched(path, config, messages, NULL);
}

ChRules *ch_rules_load_watched(const char *path, const ChConfig *config, GPtrArray *messages,
                               GPtrArray *files)
{
    guint ran;
    g_autoptr(ChRules) rules =
        path ? ch_rules_load_noting(path, messages, files) : ch_rules_compile("", "", 0, NULL, messages);
    return rules && ch_rules_test(rules, config, messages, &ran) == 0 ? g_steal_pointer(&rules) : NULL;
}

GPtrArray *ch_rules_error_lines(const GPtrArray *messages, guint most)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    guint more = 0;
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        if (message->warning)
            continue;
        if (lines->len == most) {
            more++;
            continue;
        }
        g_autofree char *text = ch_rule_message_format(message);
        g_ptr_array_add(lines, g_strndup(text, strcspn(text, "\n")));
    }
    if (more)
        g_ptr_array_add(lines, g_strdup_printf("and %u more", more));
    return lines;
}
