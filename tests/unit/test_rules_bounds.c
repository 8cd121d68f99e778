/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the matcher's limits lie, to the byte, the place and the file; and what rules say of several files or
 * fields of which some are unknown. What conditions mean is in test_rules_match.c, bombs are in
 * test_rules_index.c. */
#include "rules_match.h"

#include "base/clock.h"
#include "route/route.h"

typedef struct {
    const char *rules;
    TestMail mail;
    const char *expect;
} Row;

static void run_rows(const Row *rows, guint count)
{
    for (guint i = 0; i < 2 * count; i++) {
        const Row *row = &rows[i / 2];
        g_autoptr(ChRules) rules = compile_rules(row->rules, NULL);
        Built built;
        build(&built, &row->mail);
        g_autoptr(ChEffects) effects = ch_match_apply(rules, &built.input, FALSE, i % 2);
        g_autofree char *words = words_of(effects);
        if (strcmp(words, row->expect) != 0) {
            g_test_message("%s: \"%s\", not \"%s\"", row->rules, words, row->expect);
            g_test_fail();
        }
        built_clear(&built);
    }
}

/* The first hit of RULES on MAIL is RESULT, because of WHY. */
static void assert_hit(const char *text, const TestMail *mail, gboolean trace, ChRuleResult result,
                       const char *why)
{
    g_autoptr(ChRules) rules = compile_rules(text, NULL);
    Built built;
    build(&built, mail);
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, trace);
    g_assert_cmpuint(effects->hits->len, ==, 1);
    const ChRuleHit *hit = g_ptr_array_index(effects->hits, 0);
    g_assert_cmpint(hit->result, ==, result);
    g_assert_cmpstr(hit->why, ==, why);
    built_clear(&built);
}

/* One rule under several files: yes outweighs unknown, and unknown outweighs no, in whatever order they come.
 */
static void test_files(void)
{
    static const char both[] = "match attachment name ends with \".mp4\" and spam > 1 -> tag t";
    static const char either[] = "match attachment size > 5K or spam > 1 -> tag t";
    static const char headers[] = "X-Spam-Score: ?";
    const TestMail second = {.files = "nota.pdf x/x 10\nvideo.mp4 x/x 9000", .headers = headers};
    const TestMail first = {.files = "video.mp4 x/x 9000\nnota.pdf x/x 10", .headers = headers};
    const char *unknown = "spam > 1: there is no number to read (video.mp4)";
    for (gboolean trace = FALSE; trace <= TRUE; trace++) {
        assert_hit(both, &first, trace, CH_RULE_UNKNOWN, unknown);
        assert_hit(both, &second, trace, CH_RULE_UNKNOWN, unknown);
        assert_hit(either, &first, trace, CH_RULE_YES, trace ? "attachment size > 5K (video.mp4)" : "");
        assert_hit(either, &second, trace, CH_RULE_YES, trace ? "attachment size > 5K (video.mp4)" : "");
    }
}

static void test_odd(void)
{
    static const Row rows[] = {
        {"match size < 1K -> tag t", {.size = 1024}, ""},
        /* From an hour to itself is the whole day. */
        {"match time 08:00 to 08:00 -> tag t", {.at = "2026-11-24T08:00:00-03"}, "tag t"},
        {"match time 08:00 to 08:00 -> tag t", {.at = "2026-11-24T07:59:00-03"}, "tag t"},
        /* A domain has no parent where nothing stands before the dot. */
        {"match from \"@*.cliente.example\" -> tag t", {.from = "bia@.cliente.example"}, ""},
        {"match domain \"*.cliente.example\" -> tag t", {.from = "bia@.cliente.example"}, ""},
        /* An empty value is none: the next rule may set one. */
        {"match all -> title \"$domain\" match all -> title \"Dois\"",
         {.from = "sem-arroba"},
         "title \"Dois\""},
        {"match body /(?<a>.*)/ -> watch \"$a\"", {.body = "bia@x@y.example"}, ""},
        {"match subject /^$/ -> tag t", {.subject = ""}, "tag t"},
        /* What stands under a `not` that made nothing hold gives no capture. */
        {"match not subject /s(?<n>\\d)/ or body /b(?<n>\\d)/ -> tag \"$n\"",
         {.subject = "s1", .body = "b2"},
         "tag 2"},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

/* Each of many rules is a candidate where its word stands, wherever in the set it is. */
static void test_many(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 400; i++)
        g_string_append_printf(text, "match subject is \"w%u\" -> tag t%u\n", i, i);
    g_autoptr(ChRules) rules = compile_rules(text->str, NULL);
    for (guint i = 0; i < 400; i++) {
        g_autofree char *subject = g_strdup_printf("w%u", i);
        g_autofree char *expect = g_strdup_printf("tag t%u", i);
        const TestMail mail = {.subject = subject};
        Built built;
        build(&built, &mail);
        g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
        g_autofree char *words = words_of(effects);
        g_assert_cmpstr(words, ==, expect);
        built_clear(&built);
    }
}

/* Rules see CH_RULE_TEXT_MAX bytes, cut before a character that goes beyond. */
static void test_text(void)
{
    static const struct {
        guint before; /* bytes of "a", then "é" */
        gsize length;
    } cases[] = {{CH_RULE_TEXT_MAX - 2, CH_RULE_TEXT_MAX},
                 {CH_RULE_TEXT_MAX - 1, CH_RULE_TEXT_MAX - 1},
                 {CH_RULE_TEXT_MAX, CH_RULE_TEXT_MAX}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *start = g_strnfill(cases[i].before, 'a');
        g_autofree char *body = g_strconcat(start, "é", NULL);
        const TestMail mail = {.body = body};
        Built built;
        build(&built, &mail);
        ChTexts *texts = ch_texts_new(&built.input);
        const ChText *text = g_ptr_array_index(texts->body, 0);
        g_assert_cmpuint(text->length, ==, cases[i].length);
        g_assert_cmpuint(strlen(text->text), ==, cases[i].length);
        g_assert_true(g_utf8_validate(text->text, -1, NULL));
        ch_texts_free(texts);
        built_clear(&built);
    }
}

/* Files beyond the limit are counted, and no condition looks at them. */
static void test_many_files(void)
{
    g_autoptr(GString) files = g_string_new(NULL);
    for (guint i = 1; i < CH_RULE_ATTACHMENTS_MAX; i++)
        g_string_append_printf(files, "a%u.png image/png 1\n", i);
    g_string_append(files, "last.zip x/x 1\nbehind.exe x/x 1");
    const TestMail mail = {.files = files->str};
    const Row rows[] = {{"match attachment name is \"last.zip\" -> tag t", mail, "tag t"},
                        {"match attachment name is \"behind.exe\" -> tag t", mail, ""},
                        {"match attachments = 101 -> tag t", mail, "tag t"}};
    g_assert_cmpuint(CH_RULE_ATTACHMENTS_MAX, ==, 100);
    run_rows(rows, G_N_ELEMENTS(rows));
}

/* A title has 200 bytes, and the blank before a word that does not fit goes with it. */
static void test_title(void)
{
    static const struct {
        guint before;
        const char *rest;
        guint length;
    } cases[] = {{200, "", 200}, {201, "", 200}, {199, " b", 199}, {198, " b", 200}, {198, " bc", 200}};
    g_autoptr(ChRules) rules = compile_rules("match body /(?<b>.+)/ -> title \"$b\"", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *start = g_strnfill(cases[i].before, 'a');
        g_autofree char *body = g_strconcat(start, cases[i].rest, NULL);
        const TestMail mail = {.body = body};
        Built built;
        build(&built, &mail);
        g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
        g_assert_cmpuint(strlen(effects->title), ==, cases[i].length);
        built_clear(&built);
    }
}

/* A domain of more than 253 bytes is none, and has no parents; one of 253 has. */
static void test_long_domain(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autofree char *name = g_strnfill(253 - strlen(".cliente.example") + over, 'a');
        g_autofree char *from = g_strconcat("bia@", name, ".cliente.example", NULL);
        const TestMail mail = {.from = from};
        const char *expect = over ? "" : "tag t";
        const Row rows[] = {{"match from \"@*.cliente.example\" -> tag t", mail, expect},
                            {"match domain \"*.cliente.example\" -> tag t", mail, expect}};
        run_rows(rows, G_N_ELEMENTS(rows));
    }
}

static char *repeat(const char *before, const char *after, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, before);
    for (guint i = 0; i < count; i++)
        g_string_append(text, after);
    return g_string_free(text, FALSE);
}

/* Departments are sought in so many addresses of To, and so many of Cc. */
static void test_recipients(void)
{
    static const char *const overrides[] = {"department suporte.addresses=suporte@desk.example",
                                            "department vendas.addresses=vendas@desk.example",
                                            "department fiscal.addresses=fiscal@desk.example", NULL};
    GError *error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(NULL, overrides, &error);
    g_assert_no_error(error);
    g_autofree char *others = repeat("x@y.example ", "", 99);
    g_autofree char *list = g_strconcat(others, "vendas@desk.example fiscal@desk.example", NULL);
    for (guint cc = 0; cc < 2; cc++) {
        const TestMail mail = {.to = cc ? NULL : list, .cc = cc ? list : NULL};
        Built built;
        build(&built, &mail);
        g_autoptr(ChRouting) routing = ch_route(config, NULL, &built.input, NULL, FALSE);
        g_assert_cmpuint(routing->written_to->len, ==, 1 + cc); /* To is suporte's, then */
        const ChDepartmentConfig *last = g_ptr_array_index(routing->written_to, cc);
        g_assert_cmpstr(last->name, ==, "vendas");
        built_clear(&built);
    }
}

static gboolean compiles_rule(const char *format, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
    g_autofree char *text = g_strconcat(parts[0], value, parts[1], NULL);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    g_autoptr(ChRules) rules = ch_rules_compile("t", text, strlen(text), NULL, messages);
    return rules != NULL;
}

/* The longest that may stand in a rule, and one more. */
static void test_written(void)
{
    g_autofree char *name = g_strnfill(77, 'a');
    g_assert_true(compiles_rule("match header \"%s\" exists -> stop", name + 1));
    g_assert_false(compiles_rule("match header \"%s\" exists -> stop", name));
    g_assert_true(compiles_rule("match all -> due %s", "3650d"));
    g_assert_false(compiles_rule("match all -> due %s", "3651d"));
    g_assert_false(compiles_rule("match all -> due %s", "0d"));
    g_autofree char *rules = repeat("match all -> stop\n", "", CH_RULES_MAX);
    g_assert_true(compiles_rule("%s", rules));
    g_assert_false(compiles_rule("match all -> stop\n%s", rules));
}

/* A line that is shown has 2000 bytes, and ends with a whole character. */
static void test_shown(void)
{
    for (guint odd = 0; odd < 2; odd++) {
        g_autofree char *long_word = repeat("é", "", 2000);
        g_autofree char *text = g_strconcat("match foo ", odd ? "x" : "", long_word, NULL);
        g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
        g_autoptr(ChRules) rules = ch_rules_compile("t", text, strlen(text), NULL, messages);
        const ChRuleMessage *message = g_ptr_array_index(messages, 0);
        g_assert_null(rules);
        g_assert_true(g_utf8_validate(message->source, -1, NULL));
        g_assert_cmpuint(strlen(message->source), >=, 2000 - odd);
        g_assert_true(g_str_has_prefix(message->source, odd ? "match foo xé" : "match foo éé"));
    }
}

/* A failed test names 20 rules, and says how many more there are. */
static void test_failed(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autofree char *many = repeat("match all -> tag a\n", "", 20 + over);
        g_autofree char *text = g_strconcat(many, "test \"t\" mail subject \"x\" expect tag b\n", NULL);
        g_autoptr(ChRules) rules = compile_rules(text, NULL);
        g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
        guint ran;
        g_assert_cmpuint(ch_rules_test(rules, NULL, messages, &ran), ==, 1);
        const ChRuleMessage *message = g_ptr_array_index(messages, 0);
        g_assert_true(
            g_str_has_suffix(message->message, over ? "test.rules:20 and 1 more" : "test.rules:20"));
    }
}

/* More tests than a search for contradictions looks at. */
static void test_long_conjunction(void)
{
    g_autoptr(GString) text = g_string_new("match size > 0");
    for (guint i = 0; i < 150; i++)
        g_string_append_printf(text, " and subject contains \"w%u\"", i);
    g_string_append(text, " -> tag a\n");
    g_autoptr(ChRules) rules = compile_rules(text->str, NULL);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ch_rules_check(rules, NULL, NULL, NULL, messages);
    g_assert_cmpuint(messages->len, ==, 0);
}

/* --- regular expressions --- */

static const char *const hard = "match body /(a+)+$/ -> tag t";

static void test_places(void)
{
    /* Each place is tried, on both sides of where one try ends and the next begins. */
    for (guint before = 240; before < 530; before++) {
        g_autofree char *start = g_strnfill(before, 'x');
        g_autofree char *body = g_strconcat(start, "ab", NULL);
        g_autofree char *wide = g_strconcat(start, "é", NULL);
        const Row rows[] = {{"match body /a[b]/ -> tag t", {.body = body}, "tag t"},
                            {"match body /[é]/ -> tag t", {.body = wide}, "tag t"}};
        run_rows(rows, G_N_ELEMENTS(rows));
    }
    /* What is too much for all places at once may be little for each of them. */
    const Row rows[] = {
        {hard, {.body = "aaaaaaaaaaa!"}, ""},
        {hard, {.body = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}, "; unknown"},
        /* Of several fields, one that is unknown leaves the rest in doubt, unless one matches. */
        {"match header \"X-A\" /(a+)+$/ -> tag t",
         {.headers = "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\nX-A: b"},
         "; unknown"},
        {"match header \"X-A\" /(a+)+$/ -> tag t",
         {.headers = "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\nX-A: a"},
         "tag t"},
    };
    run_rows(rows, G_N_ELEMENTS(rows));
}

/* An expression that cannot change what its rule says is not tried: it would use up what others may. */
static void test_not_tried(void)
{
    static const char bomb[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
    g_autoptr(GString) decided = g_string_new(NULL), captured = g_string_new(NULL);
    for (guint i = 0; i < CH_RULE_LIMITS_HIT_MAX; i++)
        g_string_append(decided, "match body /(a+)+$/ and size > 1M -> tag x\n");
    /* Nor is one that was unknown tried again for its captures. */
    for (guint i = 0; i < CH_RULE_LIMITS_HIT_MAX / 2 + 1; i++)
        g_string_append(captured, "match body /(?<n>(a+)+)$/ or subject /f(im)/ -> title \"$n\"\n");
    g_string_append(decided, "match subject /f(im)/ -> tag fim\n");
    g_string_append(captured, "match subject /f(im)/ -> tag fim\n");
    const TestMail mail = {.subject = "fim", .body = bomb};
    const Row rows[] = {{decided->str, mail, "tag fim"}, {captured->str, mail, "tag fim"}};
    run_rows(rows, G_N_ELEMENTS(rows));
}

static gboolean compiles(const char *source)
{
    g_autofree char *why = NULL;
    gsize offset;
    ChRegex *regex = ch_regex_new(source, "", &why, &offset);
    g_assert_cmpint(regex != NULL, ==, why == NULL);
    ch_regex_unref(regex);
    return regex != NULL;
}

static void test_sources(void)
{
    static const struct {
        const char *before, *after;
        guint most;
    } cases[] = {{"(a)", "", 200}, {"a", "", 16384}, {"(?:", ")", 50}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *most = repeat(cases[i].before, cases[i].after, cases[i].most);
        g_autofree char *more = repeat(cases[i].before, cases[i].after, cases[i].most + 1);
        g_assert_true(compiles(most));
        g_assert_false(compiles(more));
    }
    g_assert_false(compiles("a\\Gb"));
    g_assert_false(compiles("(*LIMIT_MATCH=9)a"));
    g_assert_true(compiles("a\\\\Gb")); /* a backslash, and a letter */
}

/* REGEX on a long text with so much of the mail's time over; *TOOK is the time of this one. */
static const char *try_with(ChRegex *regex, const char *text, gint64 over, gint64 *took)
{
    gint64 now = ch_clock_work();
    ChRegexEffort effort = {.work_begun = now - over, .work = now, .looked_at = g_get_monotonic_time()};
    g_assert_cmpint(ch_regex_match(regex, text, strlen(text), &effort, NULL), ==, CH_RULE_UNKNOWN);
    *took = ch_clock_work() - now;
    return effort.why;
}

/* The time of one expression is bounded, that of a mail's is, and what comes after is not tried. */
static void test_time(void)
{
    g_autofree char *why = NULL;
    g_autofree char *text = g_strnfill(CH_RULE_TEXT_MAX - 1, 'a');
    gsize offset;
    gint64 one, last, none;
    /* Steps are few, each of them long. */
    ChRegex *regex = ch_regex_new("(?=[a-z]*+.)a", "", &why, &offset);
    g_assert_nonnull(regex);
    g_assert_cmpstr(try_with(regex, text, 1, &one), ==, "too much time");
    g_assert_cmpstr(try_with(regex, text, CH_RULE_MAIL_TIME - CH_RULE_REGEX_TIME / 20, &last), ==,
                    "too much time");
    g_assert_nonnull(strstr(try_with(regex, text, CH_RULE_MAIL_TIME + 1, &none), "not tried"));
    g_test_message("%.3f s, %.3f s, %.3f s", (double)one / G_USEC_PER_SEC, (double)last / G_USEC_PER_SEC,
                   (double)none / G_USEC_PER_SEC);
    g_assert_cmpint(one, <, 3 * CH_RULE_REGEX_TIME);
    g_assert_cmpint(last, <, one / 2);
    g_assert_cmpint(none, <, last);
    ch_regex_unref(regex);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-bounds/files", test_files);
    g_test_add_func("/rules-bounds/odd", test_odd);
    g_test_add_func("/rules-bounds/many", test_many);
    g_test_add_func("/rules-bounds/text", test_text);
    g_test_add_func("/rules-bounds/many-files", test_many_files);
    g_test_add_func("/rules-bounds/title", test_title);
    g_test_add_func("/rules-bounds/long-domain", test_long_domain);
    g_test_add_func("/rules-bounds/recipients", test_recipients);
    g_test_add_func("/rules-bounds/written", test_written);
    g_test_add_func("/rules-bounds/shown", test_shown);
    g_test_add_func("/rules-bounds/failed", test_failed);
    g_test_add_func("/rules-bounds/long-conjunction", test_long_conjunction);
    g_test_add_func("/rules-bounds/places", test_places);
    g_test_add_func("/rules-bounds/not-tried", test_not_tried);
    g_test_add_func("/rules-bounds/sources", test_sources);
    g_test_add_func("/rules-bounds/time", test_time);
    return g_test_run();
}
