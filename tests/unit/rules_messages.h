/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the compiler of the rules says, as its tests compare it. */
#pragma once

#include "fixture.h"

#include "route/rules.h"

static inline GPtrArray *messages_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
}

/* All of MESSAGES, a line each: "FILE:LINE:COLUMN+WIDTH what". */
static inline char *lines_of(const GPtrArray *messages)
{
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        g_assert_false(message->warning);
        g_string_append_printf(lines, "%s:%u:%u+%u %s\n", message->file, message->line, message->column,
                               message->width, message->message);
    }
    return g_string_free(lines, FALSE);
}
