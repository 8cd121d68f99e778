/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a place in a file of rules, and how it is shown. Which words it is said in, those who call
 * know. */
#include "route/rules_private.h"

#include <string.h>

void ch_rule_message_free(ChRuleMessage *message)
{
    if (!message)
        return;
    g_free(message->file);
    g_free(message->source);
    g_free(message->message);
    g_free(message);
}

void ch_rule_complain(GPtrArray *messages, gboolean warning, const ChPlace *place, const char *source_line,
                      const char *format, ...)
{
    ChRuleMessage *message = g_new0(ChRuleMessage, 1);
    message->warning = warning;
    message->file = g_strdup(place->file);
    message->line = place->line;
    message->column = place->column;
    message->width = place->width;
    message->source = place->line ? g_strdup(source_line) : NULL;
    va_list arguments;
    va_start(arguments, format);
    message->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(messages, message);
}

/* The line, and below it a mark at the place. */
static void append_line(GString *out, const ChRuleMessage *message)
{
    glong length = g_utf8_strlen(message->source, -1);
    if (!message->column || message->column - 1 > (guint)length)
        return; /* cut before the place */
    g_string_append(out, "\n    ");
    for (const char *at = message->source; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c != '\t' && g_unichar_iscntrl(c))
            g_string_append(out, "\u00b7");
        else
            g_string_append_unichar(out, c);
    }
    g_string_append(out, "\n    ");
    const char *at = message->source;
    for (guint i = 1; i < message->column; i++, at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iswide(c))
            g_string_append(out, "  ");
        else if (!g_unichar_iszerowidth(c) && !g_unichar_ismark(c))
            g_string_append_c(out, c == '\t' ? '\t' : ' ');
    }
    g_string_append_c(out, '^');
    for (guint i = 1; i < message->width && message->column + i <= (guint)length; i++)
        g_string_append_c(out, '~');
}

char *ch_rule_message_format(const ChRuleMessage *message)
{
    GString *out = g_string_new(message->file);
    if (message->line)
        g_string_append_printf(out, ":%u", message->line);
    if (message->line && message->column)
        g_string_append_printf(out, ":%u", message->column);
    g_string_append_printf(out, ": %s%s", message->warning ? "warning: " : "", message->message);
    if (message->source)
        append_line(out, message);
    return g_string_free(out, FALSE);
}
