/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of rules: what is wrong is said of a place that there is, each rule that compiles reads
 * the same once it is written and compiled again, and the layout of `rules fmt` changes white space alone. */
#include "fuzz.h"

#include "route/rules.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

static void require_messages(const GPtrArray *messages)
{
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        REQUIRE(message->line == 0 || message->column > 0);
        REQUIRE(g_utf8_validate(message->message, -1, NULL));
        REQUIRE(!message->source || g_utf8_validate(message->source, -1, NULL));
        g_autofree char *shown = ch_rule_message_format(message);
        REQUIRE(g_utf8_validate(shown, -1, NULL));
    }
}

static ChRules *compile(const char *text, gsize length)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *rules = ch_rules_compile("fuzz.rules", text, length, NULL, messages);
    REQUIRE(!rules == (messages->len > 0));
    require_messages(messages);
    return rules;
}

static void require_same(const ChRules *rules, guint number)
{
    ChRuleHit *first = ch_rules_describe(rules, number);
    REQUIRE(g_utf8_validate(first->text, -1, NULL) && !strchr(first->text, '\n'));
    g_autoptr(ChRules) again = compile(first->text, strlen(first->text));
    REQUIRE(again && ch_rules_count(again) == 1);
    ChRuleHit *second = ch_rules_describe(again, 0);
    REQUIRE(strcmp(first->text, second->text) == 0);
    ch_rule_hit_free(first);
    ch_rule_hit_free(second);
}

static char *format(const char *text, gsize length)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    char *formatted = ch_rules_format("fuzz.rules", text, length, messages);
    REQUIRE(!formatted == (messages->len > 0));
    require_messages(messages);
    return formatted;
}

/* All of TEXT but what the lexer takes for white space; free with g_free. */
static char *without_space(const char *text, gsize length)
{
    GString *rest = g_string_new(NULL);
    for (const char *at = text, *end = text + length; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c) && c != '\v' && c != 0xfeff)
            g_string_append_unichar(rest, c);
    }
    return g_string_free(rest, FALSE);
}

/* RULES (NULL: TEXT does not compile) are the same in the other layout. */
static void require_format(const ChRules *rules, const char *text, gsize length)
{
    g_autofree char *formatted = format(text, length);
    REQUIRE(formatted || !rules);
    if (!formatted)
        return;
    g_autofree char *before = without_space(text, length);
    g_autofree char *after = without_space(formatted, strlen(formatted));
    REQUIRE(strcmp(before, after) == 0);
    g_autofree char *twice = format(formatted, strlen(formatted));
    REQUIRE(twice && strcmp(formatted, twice) == 0);
    if (!rules)
        return;
    g_autoptr(ChRules) again = compile(formatted, strlen(formatted));
    REQUIRE(again && ch_rules_count(again) == ch_rules_count(rules));
    for (guint i = 0; i < ch_rules_count(rules); i++) {
        ChRuleHit *one = ch_rules_describe(rules, i), *other = ch_rules_describe(again, i);
        REQUIRE(strcmp(one->text, other->text) == 0);
        ch_rule_hit_free(one);
        ch_rule_hit_free(other);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(ChRules) rules = compile((const char *)data, size);
    for (guint i = 0; rules && i < ch_rules_count(rules); i++)
        require_same(rules, i);
    require_format(rules, (const char *)data, size);
    return 0;
}
