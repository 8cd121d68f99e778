/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tools for rules: their own tests, what a check warns of, the one layout. */
#include "fixture.h"

#include "route/rules.h"

#include <string.h>

/* The example of DESIGN.md section 8. */
static const char example[] =
    "# the first rule that names a department decides it; everything else adds up\n"
    "match to \"financeiro@\"                                  -> department financeiro\n"
    "match subject /\\b(urgente|parado)\\b/i                   -> priority high, tag urgente\n"
    "match from /@(vip|ouro)\\.example\\.br$/i and not header \"X-Spam-Flag\" is \"YES\"\n"
    "                                                        -> priority high, notify "
    "\"plantao@example.br\"\n"
    "match body /pedido\\s+n?[ºo.]?\\s*(?<pedido>\\d{6,})/i      -> field pedido = \"$pedido\"\n"
    "match attachment name /\\.xml$/i and size > 2M           -> refuse-attachment \"NF-e por favor em "
    "ZIP\"\n"
    "match header \"X-Spam-Flag\" is \"YES\"                     -> ignore \"spam\"\n"
    "\n"
    "test \"VIP com sistema parado\"\n"
    "  mail from \"ana@vip.example.br\" subject \"Sistema parado\"\n"
    "  expect department suporte, priority high, tag urgente\n";

static GPtrArray *messages_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
}

/* All of MESSAGES, a line each: "LINE:COLUMN: what". */
static char *lines_of(const GPtrArray *messages)
{
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < messages->len; i++) {
        const ChRuleMessage *message = g_ptr_array_index(messages, i);
        g_string_append_printf(lines, "%u:%u: %s\n", message->line, message->column, message->message);
    }
    return g_string_free(lines, FALSE);
}

static ChRules *compile(const char *text)
{
    g_autoptr(GPtrArray) messages = messages_new();
    ChRules *rules = ch_rules_compile("t.rules", text, strlen(text), NULL, messages);
    g_autofree char *lines = lines_of(messages);
    g_assert_cmpstr(lines, ==, "");
    return rules;
}

/* The rules' tests: what they say, "" where all is as expected. */
static char *run_tests(const char *text, const ChConfig *config, guint count)
{
    g_autoptr(GPtrArray) messages = messages_new();
    g_autoptr(ChRules) rules = compile(text);
    guint ran;
    guint failed = ch_rules_test(rules, config, messages, &ran);
    g_assert_cmpuint(ran, ==, count);
    g_assert_cmpint(failed > 0, ==, messages->len > 0);
    for (guint i = 0; i < messages->len; i++)
        g_assert_false(((ChRuleMessage *)g_ptr_array_index(messages, i))->warning);
    return lines_of(messages);
}

static void test_example(void)
{
    g_autofree char *said = run_tests(example, NULL, 1);
    g_assert_cmpstr(said, ==, "");
}

static void test_tests(void)
{
    static const struct {
        const char *rules, *test, *said; /* "" or how the one message begins */
    } cases[] = {
        {"match subject contains \"boleto\" -> department financeiro, tag \"Segunda Via\"",
         "mail subject \"O boleto\" expect department financeiro, tag segunda-via, tag \"Segunda via\"", ""},
        {"match all -> tag a, tag b", "mail subject \"x\" expect only tag b, tag a", ""},
        {"match all -> tag a, tag b", "mail subject \"x\" expect only tag b",
         "2:1: test \"t\": expected nothing else than it names, but not tag a, found tag a, tag b; rules "
         "that "
         "hold: t.rules:1\n"},
        {"match all -> tag a", "mail subject \"x\" expect not tag b, tag a, not unknown", ""},
        {"match all -> tag a", "mail subject \"x\" expect not tag a",
         "2:34: test \"t\": expected not tag a, found tag a; rules that hold: t.rules:1\n"},
        {"match subject is \"y\" -> tag a", "mail subject \"x\" expect nothing", ""},
        {"match all -> tag a", "mail subject \"x\" expect nothing",
         "2:34: test \"t\": expected nothing, found tag a; rules that hold: t.rules:1\n"},
        {"match all -> tag a", "mail subject \"x\" expect unknown",
         "2:34: test \"t\": expected unknown, found tag a; rules that hold: t.rules:1\n"},
        {"match subject is \"y\" -> tag a", "mail subject \"x\" expect tag a",
         "2:34: test \"t\": expected tag a, found nothing; no rule holds\n"},
        {"match all -> ignore \"spam\"", "mail subject \"x\" expect ignore", ""},
        {"match all -> ignore \"spam\"", "mail subject \"x\" expect not hold, ignore \"spam\"", ""},
        {"match all -> ignore \"spam\"", "mail subject \"x\" expect ignore \"ham\"",
         "2:34: test \"t\": expected ignore \"ham\", found ignore \"spam\"; rules that hold: t.rules:1\n"},
        {"match subject /(?<n>\\d+)/ -> field pedido = \"$n\"", "mail subject \"n 12\" expect field pedido",
         ""},
        {"match subject /(?<n>\\d+)/ -> field pedido = \"$n\"",
         "mail subject \"n 12\" expect field pedido = \"12\"", ""},
        {"match all -> title \"R$$ 5\"", "mail subject \"x\" expect title \"R$$ 5\"", ""},
        /* values are one line, of rules and of what is expected of them alike */
        {"match all -> title \" a\u00a0\\n b \", tag \" A  b\", field f = \"a\\tb\", set-header \"X-A\" = "
         "\"a  b\"",
         "mail subject \"x\" expect only title \" a\u00a0\\n b \", tag \" A  b\", field f = \"a\\tb\", "
         "set-header "
         "\"X-A\" = \"a  b\"",
         ""},
        {"match all -> ignore \"a  b\"", "mail subject \"x\" expect ignore \"a b \"", ""},
        {"match all -> due 48h, assign least-busy, language pt_BR, no-ack",
         "mail subject \"x\" expect only due 2d, assign least-busy, language pt_BR, no-ack", ""},
        {"match all -> assign \"Ana@x.example\", watch \"b@x.example\", notify \"c@x.example\", refer x",
         "mail subject \"x\" expect only assign \"ana@x.example\", watch \"B@x.example\", notify "
         "\"c@x.example\", refer x",
         ""},
        {"match all -> priority high, template ack-vip, set-header \"X-A\" = \"b\"",
         "mail subject \"x\" expect only set-header \"X-A\" = \"b\", template ack-vip, priority high", ""},
        /* what a mail may be */
        {"match from \"@x.example\" and to \"a@\" and cc \"b@\" and recipient \"d@y.example\" -> tag t",
         "mail from \"c@x.example\" to \"a@z.example\" cc \"b@z.example\" recipient \"d@y.example\" expect "
         "tag "
         "t",
         ""},
        {"match body contains \"two\" and header \"X-A\" is \"b\" and company is \"Um\" -> tag t",
         "mail body \"one\\ntwo\" header \"X-A\" \"b\" company \"um\" expect tag t", ""},
        {"match attachment name /\\.xml$/ and attachment size > 2M and attachment type is \"text/xml\" -> "
         "tag t",
         "mail attachment name \"a.pdf\" attachment name \"b.xml\" attachment type \"text/xml\" attachment "
         "size "
         "3M expect tag t",
         ""},
        {"match attachments = 2 and size >= 5M -> tag t",
         "mail attachment name \"a\" attachment name \"b\" size 5M expect tag t", ""},
        {"match spam >= 7.5 and rate > 29 per hour and rate > 29 per day -> tag t",
         "mail spam 7.5 rate 30 per hour expect tag t", ""},
        {"match evidence is domain and kind is list and customer is active and ticket is open -> tag t",
         "mail evidence domain kind list customer active ticket open expect tag t", ""},
        {"match language is pt and department is vendas -> tag t",
         "mail language pt-BR department vendas expect tag t", ""},
        {"match evidence is claim and kind is person and customer is unknown and ticket is new -> tag t",
         "mail subject \"x\" expect tag t", ""},
        /* when it came */
        {"match weekday mon and time 10:00 to 10:01 -> tag t", "mail subject \"x\" expect tag t", ""},
        {"match weekday sun and time 22:30 to 22:31 -> tag t", "mail weekday sun time 22:30 expect tag t",
         ""},
        {"match weekday fri -> tag t", "mail date 2026-12-25 expect tag t", ""},
        {"match weekday fri -> tag t", "mail date 2026-12-25 weekday fri expect tag t", ""},
        {"match weekday fri -> tag t", "mail weekday sat date 2026-12-25 expect tag t",
         "2:15: the date of this mail falls on another day of the week\n"},
        /* the department that it has by itself */
        {"match subject is \"y\" -> department financeiro",
         "mail subject \"x\" expect only department suporte", ""},
        {"match subject is \"y\" -> department financeiro",
         "mail subject \"x\" department vendas expect department vendas, not department suporte", ""},
        {"match subject is \"y\" -> department financeiro",
         "mail subject \"x\" department vendas expect department suporte",
         "2:52: test \"t\": expected department suporte, found department vendas, which no rule named; no "
         "rule "
         "holds\n"},
        {"match all -> department financeiro", "mail subject \"x\" expect department suporte",
         "2:34: test \"t\": expected department suporte, found department financeiro; rules that hold: "
         "t.rules:1\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("%s\ntest \"t\" %s\n", cases[i].rules, cases[i].test);
        g_test_message("%s", text);
        g_autofree char *said = run_tests(text, NULL, 1);
        g_assert_cmpstr(said, ==, cases[i].said);
    }
}

/* With a configuration, the department is the one of the address written to. */
static void test_departments(void)
{
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    g_autofree char *said =
        run_tests("match department is sales -> tag t\n"
                  "test \"a\" mail to \"sales@desk.example\" expect tag t, department sales\n"
                  "test \"b\" mail to \"nobody@desk.example\" expect nothing, department suporte\n",
                  config, 2);
    g_assert_cmpstr(said, ==, "");
    fixture_remove(folder);
}

static char *check(const char *text, const ChConfig *config)
{
    static const char *const templates[] = {"ack", "ack-vip", NULL};
    static const char *const languages[] = {"en", "pt_BR", NULL};
    g_autoptr(GPtrArray) messages = messages_new();
    g_autoptr(ChRules) rules = compile(text);
    ch_rules_check(rules, config, templates, languages, messages);
    for (guint i = 0; i < messages->len; i++)
        g_assert_true(((ChRuleMessage *)g_ptr_array_index(messages, i))->warning);
    return lines_of(messages);
}

/* Conditions that can never hold, and some that look like it. */
static void test_contradictions(void)
{
    static const struct {
        const char *condition;
        guint column; /* of the warning; 0: none */
    } cases[] = {
        {"size > 3M and size < 1M", 21},
        {"size > 3M and size < 4M", 0},
        {"size > 3M and size <= 3M", 21},
        {"size >= 3M and size <= 3M", 0},
        {"size = 3M and size = 4M", 21},
        {"size < 0", 7},
        {"spam < 0", 0},
        {"size > 3M and not size > 2M", 25},
        {"rate > 9 per hour and rate < 5 per day", 0},
        {"rate > 9 per day and rate < 5 per day", 28},
        {"not spam > 5 and not spam < 6", 0}, /* without a score */
        {"spam > 5 and not spam > 4", 24},
        {"not attachment size > 5 and not attachment size < 6", 0},
        {"attachment size > 5 and attachment size < 5", 31},
        {"kind is list and kind is person", 24},
        {"kind is any of (list, person) and kind is person", 0},
        {"kind is list and not kind is list", 28},
        {"customer is active and customer is pending", 30},
        {"ticket is new and ticket is any of (open, closed)", 25},
        {"evidence is claim and evidence at least domain", 29},
        {"evidence is token and evidence at least domain", 0},
        {"department is a and department is b", 27},
        {"language is pt and language is pt-BR", 0},
        {"language is pt_BR and language is pt-br", 0}, /* one name, two ways to write it */
        {"language is pt_BR and not language is pt-BR", 33},
        {"language is pt and language is en", 26},
        {"language is pt-BR and not language is pt", 33},
        {"language is pt and not language is pt-BR", 0},
        {"subject is \"a\" and subject is \"b\"", 26},
        {"subject is \"a\" and subject is \"Á\"", 0},
        {"subject is any of (\"a\", \"b\") and subject is \"b\"", 0},
        {"subject is \"abc\" and subject contains \"x\"", 28},
        {"subject is \"abc\" and subject begins with \"ab\" and subject ends with \"bc\"", 0},
        {"subject contains \"a\" and subject contains \"b\"", 0},
        {"header \"X\" is \"a\" and header \"X\" is \"b\"", 0}, /* there may be two */
        {"header \"X\" is \"a\" and not header \"X\" is \"a\"", 33},
        {"subject /a/ and not subject /a/", 27},
        {"to \"a@x.example\" and to \"b@x.example\"", 0},
        {"from \"a@x.example\" and from \"b@x.example\"", 30},
        {"from \"a@\" and from \"@x.example\"", 0},
        {"from \"a+b@x.example\" and from \"a@x.example\"", 0},
        {"from \"@x.example\" and from \"@*.x.example\"", 29},
        {"from \"@a.x.example\" and from \"@*.x.example\"", 0},
        {"from any of (\"@x.example\", \"@y.example\") and from \"@y.example\"", 0},
        {"weekday mon to fri and weekday sun", 30},
        {"weekday mon to fri and not weekday tue", 0},
        {"time 08:00 to 12:00 and time 12:00 to 13:00", 31},
        {"time 22:00 to 06:00 and time 05:00 to 07:00", 0},
        {"(size > 3M or size < 1M) and size = 2M", 8},
        {"(size > 3M or kind is list) and size = 2M", 0},
        {"size > 3M and size < 1M or kind is list", 0}, /* its other half holds */
        {"not (size > 1M or size < 2M)", 25},
        {"not (size > 2M or size < 1M)", 0},
        {"attachment name is \"a\" and attachment name is \"b\"", 34},
        {"kind is list and (time 08:00 to 12:00 or kind is person and subject contains \"x\")", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("match %s -> tag t\n", cases[i].condition);
        g_autofree char *said = check(text, NULL);
        g_test_message("%s: %s", cases[i].condition, said);
        g_autofree char *start = g_strdup_printf("1:%u: this rule can never hold", cases[i].column);
        g_assert_cmpint(g_str_has_prefix(said, "1:"), ==, cases[i].column > 0);
        if (cases[i].column)
            g_assert_true(g_str_has_prefix(said, start));
    }
}

/* Rules beside those before them; all that is said, in order. */
static void test_order(void)
{
    static const struct {
        const char *rules, *said;
    } cases[] = {
        {"match all -> tag a\nmatch all -> tag b\n", ""},
        {"match all -> tag a, stop\nmatch subject is \"x\" -> tag b\nmatch all -> tag c\n",
         "2:1: this rule, and all after it, are never reached: the one at t.rules:1 stops for every mail\n"},
        {"match subject is \"x\" -> tag a, stop\nmatch subject is \"x\" -> tag b\n",
         "2:1: this rule is never reached: the one at t.rules:1 has the same condition, and stops\n"},
        {"match subject is \"x\" -> tag a\nmatch subject is \"x\" -> tag a\n",
         "2:1: this is the same rule as the one at t.rules:1\n"},
        {"match subject is \"x\" -> department a\nmatch subject is \"x\" -> department b\n",
         "2:1: this rule never changes anything: where it holds, the rule at t.rules:1 has decided before\n"},
        {"match subject is \"x\" -> department a\nmatch subject is \"y\" -> department b\n", ""},
        {"match all -> department a\nmatch subject is \"y\" -> department b, tag b\n",
         "2:25: this never changes anything: the rule at t.rules:1 has decided it before\n"},
        {"match subject is \"y\" -> department b, tag b\nmatch all -> department a\n", ""},
        {"match all -> hold \"a\"\nmatch subject is \"y\" -> ignore \"b\"\n",
         "2:1: this rule never changes anything: where it holds, the rule at t.rules:1 has decided before\n"},
        {"match all -> field a = \"x\"\nmatch subject is \"y\" -> field b = \"x\"\n", ""},
        {"match subject /(?<n>x)/ -> title \"$n\"\nmatch subject /(?<n>x)/ -> title \"$n.\"\n", ""},
        {"match all -> tag a, tag b, tag a\n",
         "1:28: this never changes anything: this rule has decided it before\n"},
        /* a rule between the two may change the department */
        {"match department is a -> tag x\nmatch subject is \"x\" -> department a\n"
         "match department is a -> tag x\n",
         ""},
        {"match subject is \"x\" -> tag a\nmatch subject is \"x\" -> stop\nmatch all -> tag c\n", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = check(cases[i].rules, NULL);
        g_test_message("%s", cases[i].rules);
        g_assert_cmpstr(said, ==, cases[i].said);
    }
}

static void test_unused(void)
{
    static const struct {
        const char *rules, *said;
    } cases[] = {
        {"define night = time 22:00 to 06:00\nmatch all -> tag a\n",
         "1:8: the macro 'night' is never used\n"},
        {"define night = time 22:00 to 06:00\nmatch night -> tag a\n", ""},
        {"define who = \"a@x.example\"\nmatch all -> notify who\n", ""},
        {"match subject /(?<n>\\d+) (?<m>.)/ -> tag \"$m\"\n", "1:7: the capture 'n' is never used\n"},
        {"match subject /(?<n>\\d+) \\k<n>/ -> tag a\n", ""}, /* the expression itself uses it */
        {"define order = subject /(?<n>\\d+)/\nmatch order and kind is list -> tag a\n"
         "match order -> field n = \"$n\"\n",
         ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = check(cases[i].rules, NULL);
        g_test_message("%s", cases[i].rules);
        g_assert_cmpstr(said, ==, cases[i].said);
    }
}

static void test_slow_regex(void)
{
    g_autofree char *said = check("match subject /^(a+)+$/ -> tag a\n", NULL);
    g_assert_true(g_str_has_prefix(said, "1:"));
    g_autofree char *good = check("match subject /^[ab]+c$/i -> tag a\n", NULL);
    g_assert_cmpstr(good, ==, "");
}

/* An empty list never holds. */
static void test_empty_list(void)
{
    g_autofree char *folder = fixture_folder();
    g_autofree char *list = g_build_filename(folder, "vips.list", NULL);
    g_assert_true(g_file_set_contents(list, "# nobody yet\n\n", -1, NULL));
    static const char text[] = "match from in \"vips.list\" -> tag a\n";
    g_autoptr(GPtrArray) messages = messages_new();
    g_autoptr(ChRules) rules = ch_rules_compile("t.rules", text, strlen(text), folder, messages);
    g_assert_nonnull(rules);
    ch_rules_check(rules, NULL, NULL, NULL, messages);
    g_autofree char *said = lines_of(messages);
    g_assert_true(g_str_has_prefix(said, "1:7: the list "));
    fixture_remove(folder);
}

static void test_names(void)
{
    static const struct {
        const char *rules, *said; /* how the one message begins */
    } cases[] = {
        {"match all -> department sales, refer suporte, assign \"carla@desk.example\", language en\n", ""},
        {"match all -> department vendas\n",
         "1:14: found 'vendas', expected a department of the configuration"},
        {"match all -> refer vendas\n", "1:14: found 'vendas', expected a department of the configuration"},
        {"match department is any of (sales, vendas) -> tag a\n",
         "1:7: found 'vendas', expected a department"},
        {"match all -> assign \"admin@desk.example\"\n",
         "1:14: found 'admin@desk.example', expected an agent"},
        {"match all -> assign \"$sender\"\n", ""},
        {"match all -> template ack-vip\n", ""},
        {"match all -> template ack-ouro\n", "1:14: found 'ack-ouro', expected the name of a template"},
        {"match all -> language fr\n", "1:14: found 'fr', expected a language of the templates"},
        {"match all -> field pedido = \"1\"\n", ""}, /* no field is configured: any will do */
    };
    g_autofree char *folder = fixture_folder();
    g_autoptr(ChConfig) config = fixture_desk(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = check(cases[i].rules, config);
        g_test_message("%s: %s", cases[i].rules, said);
        g_assert_true(g_str_has_prefix(said, cases[i].said));
        g_assert_cmpint(!*cases[i].said, ==, !*said);
        g_autofree char *without = check(cases[i].rules, NULL);
        g_assert_cmpstr(without, ==, "");
    }
    fixture_remove(folder);
}

static char *format(const char *text)
{
    g_autoptr(GPtrArray) messages = messages_new();
    char *formatted = ch_rules_format("t.rules", text, strlen(text), messages);
    g_autofree char *said = lines_of(messages);
    g_assert_cmpstr(said, ==, "");
    g_assert_nonnull(formatted);
    return formatted;
}

/* What TEXT compiles to; NULL where it cannot be compiled alone. */
static char *rules_in(const char *text, const char *folder)
{
    g_autoptr(GPtrArray) messages = messages_new();
    g_autoptr(ChRules) rules = ch_rules_compile("t.rules", text, strlen(text), folder, messages);
    if (!rules)
        return NULL;
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < ch_rules_count(rules); i++) {
        ChRuleHit *rule = ch_rules_describe(rules, i);
        g_string_append_printf(all, "%s\n", rule->text);
        ch_rule_hit_free(rule);
    }
    return g_string_free(all, FALSE);
}

/* The layout is stable, and changes no rule. */
static void check_format(const char *text, const char *folder)
{
    g_autofree char *once = format(text);
    g_autofree char *twice = format(once);
    g_assert_cmpstr(once, ==, twice);
    g_autofree char *before = rules_in(text, folder);
    g_autofree char *after = rules_in(once, folder);
    g_assert_cmpstr(before, ==, after);
}

static void test_format(void)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"# only this", "# only this\n"},
        {"match all->tag a,stop", "match all -> tag a, stop\n"},
        {"match  size>3M\n\n   and not ( kind is list )\n->tag a",
         "match size > 3M and not (kind is list) -> tag a\n"},
        {"match all -> tag a match all -> tag b", "match all -> tag a\nmatch all -> tag b\n"},
        {"match department is match -> department test match all -> tag b",
         "match department is match -> department test\nmatch all -> tag b\n"},
        {"\n\nmatch all -> tag a # why\n\n\n\n# more\nmatch all -> tag b\n\n",
         "match all -> tag a  # why\n\n# more\nmatch all -> tag b\n"},
        {"match all # every mail  \n  -> tag a", "match all  # every mail\n    -> tag a\n"},
        {"match all\n# every mail\n  -> tag a, # one\n tag b",
         "match all\n    # every mail\n    -> tag a,  # one\n    tag b\n"},
        {"match subject contains \"a first and rather long string\" and body contains \"and one more of "
         "these\" "
         "-> tag a",
         "match subject contains \"a first and rather long string\" and body contains \"and one more of "
         "these\"\n"
         "    -> tag a\n"},
        {"match subject contains \"a first and rather long string\" and body contains \"and one more of "
         "these\" "
         "or kind is list -> tag a",
         "match subject contains \"a first and rather long string\"\n"
         "    and body contains \"and one more of these\"\n    or kind is list\n    -> tag a\n"},
        {"match kind is list -> department financeiro, tag alpha, tag beta, notify \"somebody@example.com\", "
         "title "
         "\"short\"",
         "match kind is list\n    -> department financeiro, tag alpha, tag beta, notify "
         "\"somebody@example.com\", title \"short\"\n"},
        {"match kind is list -> department financeiro, tag alpha, tag beta, notify \"somebody@example.com\", "
         "title "
         "\"a longer one\", no-ack",
         "match kind is list\n    -> department financeiro,\n    tag alpha,\n    tag beta,\n    notify "
         "\"somebody@example.com\",\n    title \"a longer one\",\n    no-ack\n"},
        {"match from any of (\"aaaaaaaaaaaaaaaa@example.com\", \"bbbbbbbbbbbbbbbbbbbbbb@example.com\", "
         "\"cccccccccccccccc@example.com\") -> tag a",
         "match from any of (\"aaaaaaaaaaaaaaaa@example.com\", \"bbbbbbbbbbbbbbbbbbbbbb@example.com\",\n"
         "        \"cccccccccccccccc@example.com\")\n    -> tag a\n"},
        {"test \"t\" mail from \"a@x.example\" department mail expect department expect, not tag b",
         "test \"t\"\n    mail from \"a@x.example\" department mail\n    expect department expect, not tag "
         "b\n"},
        {"define vips=from \"@x.example\" include \"more.rules\"",
         "define vips = from \"@x.example\"\ninclude \"more.rules\"\n"},
        {"match subject /a  b[/]\\/ # no comment/i and body \t/x/ -> tag \"a  b\"",
         "match subject /a  b[/]\\/ # no comment/i and body /x/ -> tag \"a  b\"\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].text);
        g_autofree char *formatted = format(cases[i].text);
        g_assert_cmpstr(formatted, ==, cases[i].expected);
        check_format(cases[i].text, NULL);
    }
    check_format(example, NULL);
}

static void test_format_errors(void)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"tag a -> match", "1:1: "},
        {"match subject is \"open -> tag a\n", "1:18: "},
        {"# a\n  match subject /a -> tag b", "2:17: "},
        {"match all -> tag \xff", "1:18: "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) messages = messages_new();
        g_autofree char *formatted =
            ch_rules_format("t.rules", cases[i].text, strlen(cases[i].text), messages);
        g_autofree char *said = lines_of(messages);
        g_test_message("%s: %s", cases[i].text, said);
        g_assert_null(formatted);
        g_assert_true(g_str_has_prefix(said, cases[i].said));
    }
}

/* Every file of rules that is shipped. */
static void format_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autofree char *text = NULL;
        if (g_file_test(file, G_FILE_TEST_IS_DIR))
            format_folder(file);
        else if (g_str_has_suffix(name, ".rules") && g_file_get_contents(file, &text, NULL, NULL)) {
            g_test_message("%s", file);
            check_format(text, path);
        }
    }
}

static void test_format_shipped(void)
{
    format_folder("rules");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/tools/example", test_example);
    g_test_add_func("/rules/tools/tests", test_tests);
    g_test_add_func("/rules/tools/departments", test_departments);
    g_test_add_func("/rules/tools/contradictions", test_contradictions);
    g_test_add_func("/rules/tools/order", test_order);
    g_test_add_func("/rules/tools/unused", test_unused);
    g_test_add_func("/rules/tools/slow-regex", test_slow_regex);
    g_test_add_func("/rules/tools/empty-list", test_empty_list);
    g_test_add_func("/rules/tools/names", test_names);
    g_test_add_func("/rules/tools/format", test_format);
    g_test_add_func("/rules/tools/format-errors", test_format_errors);
    g_test_add_func("/rules/tools/format-shipped", test_format_shipped);
    return g_test_run();
}
