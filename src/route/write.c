/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of rules as text: one line, one way to write each thing, and reading it again gives the same tree.
 * Macros are written out. Files with their comments are laid out elsewhere (`rules fmt`). */
#include "route/compile.h"

#include <math.h>
#include <string.h>

static void write_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        if (*text == '\n' || *text == '\t')
            g_string_append(out, *text == '\n' ? "\\n" : "\\t");
        else
            g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

/* As a word where it can be one. */
static void write_name(GString *out, const char *name)
{
    ChLexer lexer;
    ChToken token;
    gsize length = strlen(name);
    ch_lexer_start(&lexer, name, length, NULL, NULL);
    ch_lexer_next(&lexer, &token);
    if (token.kind == CH_TOKEN_WORD && token.length == length)
        g_string_append(out, name);
    else
        write_string(out, name);
}

/* In the largest of K, M, G that leaves no fraction. */
static void write_number(GString *out, double number)
{
    static const struct {
        double factor;
        const char *letter;
    } units[] = {{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}};
    const char *letter = "";
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (number >= units[i].factor && fmod(number, units[i].factor) == 0) {
            number /= units[i].factor;
            letter = units[i].letter;
            break;
        }
    char text[64];
    g_ascii_formatd(text, sizeof text, "%.15g", number);
    if (strchr(text, 'e') || g_ascii_strtod(text, NULL) != number) {
        g_ascii_formatd(text, sizeof text, "%.15f", number);
        for (gsize length = strlen(text); text[length - 1] == '0' && text[length - 2] != '.'; length--)
            text[length - 1] = '\0';
    }
    g_string_append(out, text);
    g_string_append(out, letter);
}

static void write_values(GString *out, const ChCondition *test)
{
    if (test->list) {
        g_string_append(out, " in ");
        write_string(out, test->list_name);
        return;
    }
    gboolean many = test->values->len > 1;
    g_string_append(out, !many ? " " : test->all ? " all of (" : " any of (");
    for (guint i = 0; i < test->values->len; i++) {
        if (i)
            g_string_append(out, ", ");
        write_string(out, g_ptr_array_index(test->values, i));
    }
    if (many)
        g_string_append_c(out, ')');
}

static void write_words(GString *out, const ChCondition *test)
{
    gboolean many = test->values->len > 1;
    g_string_append(out, test->op == CH_OP_AT_LEAST ? " at least " : " is ");
    if (many)
        g_string_append(out, "any of (");
    for (guint i = 0; i < test->values->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", (const char *)g_ptr_array_index(test->values, i));
    if (many)
        g_string_append_c(out, ')');
}

static void write_weekdays(GString *out, guint days)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    gboolean many = (days & (days - 1)) != 0, first = TRUE;
    g_string_append(out, many ? "weekday any of (" : "weekday ");
    for (guint i = 0; i < 7; i++)
        if (days & 1u << i) {
            g_string_append_printf(out, "%s%s", first ? "" : ", ", names[i]);
            first = FALSE;
        }
    if (many)
        g_string_append_c(out, ')');
}

static const char *const subjects[] = {
    [CH_TEST_ALL] = "all",
    [CH_TEST_FROM] = "from",
    [CH_TEST_TO] = "to",
    [CH_TEST_CC] = "cc",
    [CH_TEST_RECIPIENT] = "recipient",
    [CH_TEST_DOMAIN] = "domain",
    [CH_TEST_SUBJECT] = "subject",
    [CH_TEST_BODY] = "body",
    [CH_TEST_HEADER] = "header ",
    [CH_TEST_COMPANY] = "company",
    [CH_TEST_FILE_NAME] = "attachment name",
    [CH_TEST_FILE_TYPE] = "attachment type",
    [CH_TEST_FILE_SIZE] = "attachment size",
    [CH_TEST_FILES] = "attachments",
    [CH_TEST_SIZE] = "size",
    [CH_TEST_SPAM] = "spam",
    [CH_TEST_RATE] = "rate",
    [CH_TEST_EVIDENCE] = "evidence",
    [CH_TEST_KIND] = "kind",
    [CH_TEST_CUSTOMER] = "customer",
    [CH_TEST_LANGUAGE] = "language",
    [CH_TEST_DEPARTMENT] = "department",
    [CH_TEST_TICKET] = "ticket",
    [CH_TEST_TIME] = "time",
    [CH_TEST_WEEKDAY] = "",
    [CH_TEST_HOLIDAY] = "holiday",
};

static const char *const operators[] = {
    [CH_OP_NONE] = "",
    [CH_OP_ADDRESS] = "",
    [CH_OP_IS] = " is",
    [CH_OP_CONTAINS] = " contains",
    [CH_OP_BEGINS] = " begins with",
    [CH_OP_ENDS] = " ends with",
    [CH_OP_MATCHES] = " ",
    [CH_OP_EXISTS] = " exists",
    [CH_OP_LESS] = " < ",
    [CH_OP_AT_MOST] = " <= ",
    [CH_OP_EQUALS] = " = ",
    [CH_OP_AT_LEAST] = " >= ",
    [CH_OP_MORE] = " > ",
};

static void write_test(GString *out, const ChCondition *test)
{
    g_string_append(out, subjects[test->what]);
    if (test->what == CH_TEST_HEADER)
        write_string(out, test->header);
    if (test->what == CH_TEST_WEEKDAY) {
        write_weekdays(out, test->days);
    } else if (test->what == CH_TEST_TIME) {
        g_string_append_printf(out, " %02u:%02u to %02u:%02u", test->from / 60, test->from % 60,
                               test->to / 60, test->to % 60);
    } else if (test->what >= CH_TEST_EVIDENCE && test->what <= CH_TEST_TICKET) {
        write_words(out, test);
    } else {
        g_string_append(out, operators[test->op]);
        if (test->regex)
            g_string_append(out, ch_regex_source(test->regex));
        else if (test->values || test->list)
            write_values(out, test);
        else if (test->op >= CH_OP_LESS)
            write_number(out, test->number);
        if (test->what == CH_TEST_RATE)
            g_string_append(out, test->per_day ? " per day" : " per hour");
    }
}

static void write_condition(GString *out, const ChCondition *condition, gboolean inside)
{
    if (condition->kind == CH_CONDITION_TEST) {
        write_test(out, condition);
    } else if (condition->kind == CH_CONDITION_NOT) {
        g_string_append(out, "not ");
        write_condition(out, g_ptr_array_index(condition->children, 0), TRUE);
    } else {
        if (inside)
            g_string_append_c(out, '(');
        for (guint i = 0; i < condition->children->len; i++) {
            if (i)
                g_string_append(out, condition->kind == CH_CONDITION_AND ? " and " : " or ");
            write_condition(out, g_ptr_array_index(condition->children, i), TRUE);
        }
        if (inside)
            g_string_append_c(out, ')');
    }
}

char *ch_condition_write(const ChCondition *condition)
{
    GString *out = g_string_new(NULL);
    write_condition(out, condition, FALSE);
    return g_string_free(out, FALSE);
}

static void write_due(GString *out, guint seconds)
{
    static const struct {
        guint seconds;
        char letter;
    } units[] = {{7 * 86400, 'w'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    guint i = 0;
    while (seconds % units[i].seconds)
        i++;
    g_string_append_printf(out, " %u%c", seconds / units[i].seconds, units[i].letter);
}

static const char *const verbs[] = {
    [CH_DO_DEPARTMENT] = "department",
    [CH_DO_PRIORITY] = "priority",
    [CH_DO_TAG] = "tag",
    [CH_DO_FIELD] = "field",
    [CH_DO_ASSIGN] = "assign",
    [CH_DO_WATCH] = "watch",
    [CH_DO_NOTIFY] = "notify",
    [CH_DO_REFER] = "refer",
    [CH_DO_TITLE] = "title",
    [CH_DO_TEMPLATE] = "template",
    [CH_DO_HOLD] = "hold",
    [CH_DO_IGNORE] = "ignore",
    [CH_DO_QUARANTINE] = "quarantine",
    [CH_DO_REFUSE_ATTACHMENT] = "refuse-attachment",
    [CH_DO_NO_ACK] = "no-ack",
    [CH_DO_LANGUAGE] = "language",
    [CH_DO_DUE] = "due",
    [CH_DO_SET_HEADER] = "set-header",
    [CH_DO_STOP] = "stop",
};

const char *ch_do_name(ChDoKind kind)
{
    return verbs[kind];
}

char *ch_do_write(const ChDo *action)
{
    GString *out = g_string_new(ch_do_name(action->kind));
    if (action->kind == CH_DO_PRIORITY)
        g_string_append_printf(out, " %s", ch_priority_name(action->priority));
    if (action->kind == CH_DO_ASSIGN && action->assign != CH_ASSIGN_AGENT)
        g_string_append(out, action->assign == CH_ASSIGN_LEAST_BUSY ? " least-busy" : " round-robin");
    if (action->kind == CH_DO_DUE)
        write_due(out, action->seconds);
    if (action->name) {
        g_string_append_c(out, ' ');
        if (action->kind == CH_DO_SET_HEADER)
            write_string(out, action->name);
        else
            write_name(out, action->name);
    }
    if (action->value) {
        g_string_append(out, action->name ? " = " : " ");
        write_string(out, action->value->source);
    }
    return g_string_free(out, FALSE);
}

char *ch_rule_write(const ChCondition *condition, const GPtrArray *actions)
{
    GString *out = g_string_new("match ");
    write_condition(out, condition, FALSE);
    for (guint i = 0; i < actions->len; i++) {
        g_autofree char *action = ch_do_write(g_ptr_array_index(actions, i));
        g_string_append(out, i ? ", " : " -> ");
        g_string_append(out, action);
    }
    return g_string_free(out, FALSE);
}
