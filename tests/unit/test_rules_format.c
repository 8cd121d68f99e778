/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `rules fmt` on random files of the whole grammar, with comments and line ends anywhere: the same rules and
 * tests, the same comments, and once more the same text. Single layouts are in test_rules_tools.c. */
#include "route/compile.h"

#include <string.h>

#define FILES 1000

#define PICK(rand, table) (table)[g_rand_int_range(rand, 0, G_N_ELEMENTS(table))]

/* Every name may be a word of the grammar, those above all that begin a statement. */
static const char *const names[] = {"test",    "match", "define", "include", "suporte", "and",
                                    "mail",    "only",  "expect", "from",    "a-b",     "ação",
                                    "nothing", "size",  "or",     "tag",     "stop",    "per"};
static const char *const texts[] = {"\"nota\"", "\"a \\\" # b\"", "\"match\"", "\"longer than most\"",
                                    "\"ação\""};

typedef struct {
    GRand *rand;
    GString *out;
    guint comments; /* written so far */
} Writer;

/* Before one more token: a blank, a line end, a comment. */
static void gap(Writer *w, gboolean same_line)
{
    guint shape = same_line ? 9 : g_rand_int_range(w->rand, 0, 30);
    if (shape == 0)
        g_string_append_printf(w->out, " # %u \t\n  ", w->comments++);
    else if (shape == 1)
        g_string_append_printf(w->out, "\n# %u\n\n", w->comments++);
    else
        g_string_append(w->out, shape < 4 ? "\n" : shape < 6 ? "\t \r\n\t" : " ");
}

static void word(Writer *w, const char *text)
{
    gap(w, FALSE);
    g_string_append(w->out, text);
}

/* A name, which must not begin a line where it could begin a statement. */
static void name(Writer *w)
{
    gap(w, TRUE);
    g_string_append(w->out, PICK(w->rand, names));
}

static void each(Writer *w, void (*one)(Writer *))
{
    word(w, "(");
    one(w);
    for (guint i = g_rand_int_range(w->rand, 0, 12); i > 0; i--) {
        word(w, ",");
        one(w);
    }
    word(w, ")");
}

static void text(Writer *w)
{
    word(w, PICK(w->rand, texts));
}

static void values(Writer *w)
{
    guint shape = g_rand_int_range(w->rand, 0, 4);
    if (shape > 1) {
        text(w);
        return;
    }
    word(w, shape ? "any" : "all");
    word(w, "of");
    each(w, text);
}

static void one_test(Writer *w)
{
    static const char *const subjects[] = {"subject",         "body",           "company", "header \"X-A\"",
                                           "attachment name", "attachment type"};
    static const char *const ops[] = {"is", "is not", "contains", "begins with", "ends with"};
    static const char *const whole[] = {"size > 3M",
                                        "spam >= 2.5",
                                        "rate > 3 per day",
                                        "from \"ana@x.example\"",
                                        "to is \"b@x.example\"",
                                        "subject /a\\/b #[/]/i",
                                        "time 8:00 to 18:30",
                                        "weekday mon to fri",
                                        "evidence at least domain",
                                        "attachments > 2",
                                        "header \"X-B\" exists",
                                        "kind is not bounce"};
    switch (g_rand_int_range(w->rand, 0, 4)) {
    case 0:
        word(w, PICK(w->rand, whole));
        return;
    case 1:
        word(w, "department");
        word(w, "is");
        if (g_rand_boolean(w->rand))
            word(w, "not");
        if (g_rand_int_range(w->rand, 0, 4) > 0) {
            name(w);
            return;
        }
        word(w, "any");
        word(w, "of");
        word(w, "(");
        name(w);
        word(w, ",");
        name(w);
        word(w, ")");
        return;
    default:
        word(w, PICK(w->rand, subjects));
        word(w, PICK(w->rand, ops));
        values(w);
    }
}

static void condition(Writer *w, guint depth);

static void part(Writer *w)
{
    condition(w, 0);
}

static void condition(Writer *w, guint depth)
{
    guint shape = g_rand_int_range(w->rand, 0, depth ? 7 : 3);
    if (shape < 3) {
        one_test(w);
    } else if (shape == 3) {
        word(w, "not");
        one_test(w);
    } else if (shape == 4) {
        word(w, g_rand_boolean(w->rand) ? "any" : "all");
        word(w, "of");
        each(w, part);
    } else {
        if (shape == 5)
            word(w, "(");
        condition(w, depth - 1);
        for (guint i = g_rand_int_range(w->rand, 0, 5); i > 0; i--) {
            word(w, g_rand_boolean(w->rand) ? "and" : "or");
            condition(w, depth - 1);
        }
        if (shape == 5)
            word(w, ")");
    }
}

/* EXPECTED: what a test may expect, with or without its value. */
static void action(Writer *w, gboolean expected)
{
    static const char *const named[] = {"department", "refer", "tag", "template", "field"};
    static const char *const others[] = {"priority high",
                                         "language pt_BR",
                                         "no-ack",
                                         "due 4h",
                                         "watch \"c@x.example\"",
                                         "notify \"d@x.example\"",
                                         "field ação = \"1\"",
                                         "set-header \"X-C\" = \"v\"",
                                         "assign least-busy",
                                         "title \"match all\"",
                                         "hold \"why\"",
                                         "ignore \"w\""};
    if (g_rand_boolean(w->rand)) {
        word(w, PICK(w->rand, others));
        return;
    }
    if (expected && g_rand_boolean(w->rand))
        word(w, "not");
    guint verb = (guint)g_rand_int_range(w->rand, 0, G_N_ELEMENTS(named));
    word(w, named[verb]);
    name(w);
    if (strcmp(named[verb], "field") == 0 && !expected) {
        word(w, "=");
        text(w);
    }
}

static void actions(Writer *w, gboolean expected)
{
    for (guint i = g_rand_int_range(w->rand, 0, 5);; i--) {
        action(w, expected);
        if (!i)
            return;
        word(w, ",");
    }
}

static void property(Writer *w)
{
    static const char *const whole[] = {"from \"ana@x.example\"",
                                        "subject \"mail expect\"",
                                        "body \"a\"",
                                        "header \"X-A\" \"1\"",
                                        "attachment name \"a.pdf\"",
                                        "size 3M",
                                        "rate 3 per day",
                                        "time 9:30",
                                        "date 2026-12-25"};
    if (g_rand_int_range(w->rand, 0, 3) > 0) {
        word(w, PICK(w->rand, whole));
        return;
    }
    word(w, "department");
    name(w);
}

static void statement(Writer *w, guint number)
{
    switch (g_rand_int_range(w->rand, 0, 6)) {
    case 0:
        g_string_append_printf(w->out, "define m%u", number);
        word(w, "=");
        condition(w, 1);
        break;
    case 1:
        g_string_append(w->out, "test");
        text(w);
        word(w, "mail");
        for (guint i = g_rand_int_range(w->rand, 1, 8); i > 0; i--)
            property(w);
        word(w, "expect");
        if (g_rand_boolean(w->rand))
            word(w, "only");
        actions(w, TRUE);
        break;
    default:
        g_string_append(w->out, "match");
        condition(w, 2);
        word(w, "->");
        actions(w, FALSE);
    }
}

static char *random_file(GRand *rand, guint *comments)
{
    Writer w = {rand, g_string_new(NULL), 0};
    for (guint i = 0; i < 6; i++) {
        if (g_rand_boolean(rand))
            g_string_append_printf(w.out, "# %u\n", w.comments++);
        statement(&w, i);
        g_string_append(w.out, g_rand_boolean(rand) ? "\n\n\n" : "\n");
    }
    *comments = w.comments;
    return g_string_free(w.out, FALSE);
}

/* Every token of TEXT but its comments; *COMMENTS: how many there are. */
static char *tokens_of(const char *source, guint *comments)
{
    g_autoptr(GString) out = g_string_new(NULL);
    ChLexer lexer;
    ChToken token;
    *comments = 0;
    ch_lexer_start(&lexer, source, strlen(source), NULL, NULL);
    lexer.comments = TRUE;
    for (ch_lexer_next(&lexer, &token); token.kind != CH_TOKEN_END; ch_lexer_next(&lexer, &token)) {
        if (token.kind == CH_TOKEN_COMMENT)
            (*comments)++;
        else
            g_string_append_printf(out, "%.*s\n", (int)token.length, token.start);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* The rules and tests of SOURCE as they are read; NULL: it does not compile. */
static char *tree_of(const char *source)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    g_autoptr(ChRules) rules = ch_rules_compile("a.rules", source, strlen(source), NULL, messages);
    if (!rules)
        return NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < ch_rules_count(rules); i++) {
        ChRuleHit *hit = ch_rules_describe(rules, i);
        g_string_append_printf(out, "%s\n", hit->text);
        ch_rule_hit_free(hit);
    }
    g_string_append_printf(out, "%u tests, %u macros\n", rules->tests->len, rules->macros->len);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *format(const char *source)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    char *formatted = ch_rules_format("a.rules", source, strlen(source), messages);
    g_assert_nonnull(formatted);
    return formatted;
}

/* Whether SOURCE compiles: what does not is laid out all the same. */
static gboolean check(const char *source, guint comments)
{
    guint before, after;
    g_autofree char *once = format(source), *twice = format(once);
    g_assert_cmpstr(once, ==, twice);
    g_autofree char *tokens = tokens_of(source, &before), *same = tokens_of(once, &after);
    g_assert_cmpstr(tokens, ==, same);
    g_assert_cmpuint(before, ==, comments);
    g_assert_cmpuint(after, ==, comments);
    g_autofree char *tree = tree_of(source), *again = tree_of(once);
    g_assert_cmpstr(tree, ==, again);
    return tree != NULL;
}

static void test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261129);
    guint compiled = 0;
    for (guint i = 0; i < FILES; i++) {
        guint comments;
        g_autofree char *source = random_file(rand, &comments);
        compiled += check(source, comments);
    }
    g_test_message("%u files of %u compile", compiled, FILES);
    g_assert_cmpuint(compiled, >, FILES / 4); /* else their trees would be the same by not being there */
}

/* SOURCE with as many letters at "%s" as make its longest line WIDTH characters. */
static char *padded(const char *source, guint width)
{
    g_auto(GStrv) parts = g_strsplit(source, "%s", 2);
    gsize before = strlen(parts[0]), line = 0;
    for (gsize i = 0; i < before; i++)
        line = parts[0][i] == '\n' ? 0 : line + 1;
    g_autofree char *letters = g_strnfill(width - line - strcspn(parts[1], "\n"), 'a');
    return g_strconcat(parts[0], letters, parts[1], NULL);
}

/* A line has 100 characters; what has one more is broken at its arrow, at its "and", at its commas. */
static void test_width(void)
{
    static const struct {
        const char *fits, *broken;
    } table[] = {
        {"match subject is \"%s\" -> tag t\n", "match subject is \"%s\"\n    -> tag t\n"},
        {"match subject is \"%s\" and size > 1K\n    -> tag t\n",
         "match subject is \"%s\"\n    and size > 1K\n    -> tag t\n"},
        {"match size > 1K\n    -> title \"%s\", tag t\n",
         "match size > 1K\n    -> title \"%s\",\n    tag t\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *fits = padded(table[i].fits, 100), *over = padded(table[i].fits, 101);
        g_autofree char *same = format(fits), *broken = format(over);
        g_assert_cmpstr(same, ==, fits);
        g_assert_cmpstr(broken, !=, over);
        g_auto(GStrv) expected = g_strsplit(table[i].broken, "%s\"", 2);
        g_assert_true(g_str_has_prefix(broken, expected[0]));
        g_assert_true(g_str_has_suffix(broken, expected[1]));
    }
}

/* A word that could begin a statement is a name behind "is not", as it is behind "is". */
static void test_names(void)
{
    g_assert_true(check("match department is not test -> tag match\n", 0));
    g_assert_true(check("match not department is not define or department is include -> refer test\n", 0));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-format/names", test_names);
    g_test_add_func("/rules-format/width", test_width);
    g_test_add_func("/rules-format/random", test_random);
    return g_test_run();
}
