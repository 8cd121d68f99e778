/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From bytes to rules: what compiles, how it is written, and for each mistake the place and the words. */
#include "rules_messages.h"

#include <string.h>

/* The rules of TEXT, a line each; NULL, and the messages in *WRONG, where it does not compile. */
static char *compile(const char *text, gsize length, char **wrong)
{
    g_autoptr(GPtrArray) messages = messages_new();
    g_autoptr(ChRules) rules = ch_rules_compile("t", text, length, NULL, messages);
    *wrong = lines_of(messages);
    g_assert_true(!rules == (messages->len > 0));
    if (!rules)
        return NULL;
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < ch_rules_count(rules); i++) {
        ChRuleHit *hit = ch_rules_describe(rules, i);
        g_string_append_printf(lines, "%s\n", hit->text);
        ch_rule_hit_free(hit);
    }
    return g_string_free(lines, FALSE);
}

static const struct {
    const char *text, *wrong;
} mistakes[] = {
    /* lexer */
    {"match subject is \"a\\qb\" -> stop",
     "t:1:20+2 found '\\q', expected one of \\\" \\\\ \\n \\t; a backslash itself is written \\\\\n"},
    {"match subject is \"abc -> stop\nmatch all -> stop",
     "t:1:18+1 found a string without an end, expected a closing '\"' on the same line\n"},
    {"match subject /abc -> stop\nmatch all -> stop",
     "t:1:15+1 found a regular expression without an end, expected a closing '/' on the same line\n"},
    {"match subject /[/ -> stop",
     "t:1:17+1 found an error in a regular expression: missing terminating ] for character class\n"},
    {"match subject /a/gi -> stop", "t:1:18+1 found the flag 'g', expected flags among i, m, s and x\n"},
    {"match from \u201cana@x.br\u201d -> stop",
     "t:1:12+1 found \u201c, expected a string in straight double quotes, such as \"text\"\n"},
    {"match from 'ana' -> stop",
     "t:1:12+1 found ', expected a string in straight double quotes, such as \"text\"\n"},
    {"match subject is \"a\x01\" -> stop",
     "t:1:20+1 found a control character (0x01), expected visible text\n"},
    {"match time 25:00 to 08:61 -> stop", "t:1:12+5 found '25:00', expected a time from 00:00 to 24:00\n"
                                          "t:1:21+5 found '08:61', expected a time from 00:00 to 24:00\n"},
    {"match time 24:00 to 08:00 -> stop",
     "t:1:12+5 found '24:00', expected a time from 00:00 to 23:59 to begin with\n"},
    {"match all -> stop\ntest \"x\" mail date 2026-02-30 expect nothing",
     "t:2:20+10 found '2026-02-30', expected a day that there is, such as 2026-12-25\n"},
    {"match all -> tag a\xe9", "t:1:19+1 found the byte 0xe9, expected text in UTF-8\n"},
    {"match from \"jo\xe3o\" or sub\xe9 -> tag x\nmatch foo -> stop",
     "t:1:15+1 found the byte 0xe3, expected text in UTF-8\nt:2:7+3 found 'foo', expected a condition\n"},
    /* statements */
    {"mach all -> stop", "t:1:1+4 found 'mach', expected a statement: 'match', 'test', 'define' or "
                         "'include'; did you mean 'match'?\n"},
    {"match all\nmatch all -> stop", "t:1:10+0 found the end of the statement, expected '->'\n"},
    {"match all ->", "t:1:13+0 found the end of the file, expected an action\n"},
    {"match all -> tag a; stop", "t:1:19+1 found ';', expected ',' or the end of the statement\n"},
    {"match all => stop", "t:1:11+2 found '=>', expected '->'; did you mean '->'?\n"},
    {"match foo -> bar\nmach all -> stop", "t:1:7+3 found 'foo', expected a condition\nt:2:1+4 found 'mach', "
                                           "expected a statement: 'match', 'test', "
                                           "'define' or 'include'; did you mean 'match'?\n"},
    /* conditions */
    {"match subjct is \"x\" -> stop",
     "t:1:7+6 found 'subjct', expected a condition; did you mean 'subject'?\n"},
    {"match -> stop", "t:1:7+2 found '->', expected a condition\n"},
    {"match subject is urgente or body is \"x\" -> stop",
     "t:1:18+7 found 'urgente', expected a string in double quotes, such as \"urgente\"\n"},
    {"match subject \"x\" -> stop",
     "t:1:15+3 found the string \"x\", expected 'is', 'contains', 'begins with', 'ends with', 'matches' or a "
     "regular expression between slashes\n"},
    {"match subject contains \"\" -> stop", "t:1:24+2 found the string \"\", expected text\n"},
    {"match from \"ana\" -> stop",
     "t:1:12+5 found the string \"ana\", expected an address: ana@x.example, ana@, "
     "@x.example or @*.x.example\n"},
    {"match from any of (\"ana@x.br\", \"x y@z.br\") -> stop",
     "t:1:32+10 found the string \"x y@z.br\", expected an address: ana@x.example, ana@, @x.example or "
     "@*.x.example\n"},
    {"match from is \"ana@\" -> stop",
     "t:1:15+6 found the string \"ana@\", expected a whole address such as ana@x.example\n"},
    {"match domain \"@x.br\" -> stop",
     "t:1:14+7 found the string \"@x.br\", expected a domain: x.example or *.x.example\n"},
    {"match header \"List Id\" exists -> stop",
     "t:1:14+9 found the string \"List Id\", expected the name of a header field such as \"List-Id\"\n"},
    {"match subject /a(b/ -> stop",
     "t:1:19+1 found an error in a regular expression: missing closing parenthesis\n"},
    {"match subject /ação(/ -> stop",
     "t:1:21+1 found an error in a regular expression: missing closing parenthesis\n"},
    {"match size > 3MB -> stop", "t:1:14+3 found '3MB', expected a number such as 12, 2.5 or 3M\n"},
    {"match rate > 3 per week -> stop", "t:1:20+4 found 'week', expected hour or day\n"},
    {"match kind is persn and evidence at least tokn -> stop",
     "t:1:15+5 found 'persn', expected person, auto-reply, bounce, delay, list, loop or report; did you mean "
     "'person'?\n"
     "t:1:43+4 found 'tokn', expected claim, domain or token; did you mean 'token'?\n"},
    {"match weekday monday to fri -> stop",
     "t:1:15+6 found 'monday', expected mon, tue, wed, thu, fri, sat or sun; did you mean 'mon'?\n"},
    {"match (subject /x/ -> stop", "t:1:20+2 found '->', expected ')', 'and' or 'or'\n"},
    {"match from \"a@b.c\" && cc \"b@c.d\" -> stop",
     "t:1:20+2 found '&&', expected '->', 'and' or 'or'; did you mean 'and'?\n"},
    {"match from in \"vips.list\" -> stop",
     "t:1:15+11 found 'vips.list', expected a list that can be read: this text stands in no folder\n"},
    /* actions */
    {"match all -> departement x", "t:1:14+11 found 'departement', expected an action; did you mean "
                                   "'department'?\n"},
    {"match all -> department\nmatch all -> stop",
     "t:1:24+0 found the end of the statement, expected a name\n"},
    {"match all -> priority hihg",
     "t:1:23+4 found 'hihg', expected low, normal, high or urgent; did you mean 'high'?\n"},
    {"match all -> assign least-bsy", "t:1:21+9 found 'least-bsy', expected an address in double quotes, "
                                      "least-busy or round-robin; did you mean 'least-busy'?\n"},
    {"match all -> notify \"plantao\"",
     "t:1:21+9 found the string \"plantao\", expected an address such as \"ana@x.example\"\n"},
    {"match all -> hold \" \"", "t:1:19+3 found an empty string, expected text\n"},
    {"match all -> due 0s", "t:1:18+2 found '0s', expected a duration from 1s to 3650d\n"},
    {"match all -> due 5", "t:1:18+1 found '5', expected a duration such as 30m, 4h or 2d\n"},
    {"match all -> set-header \"Subject\" = \"x\"",
     "t:1:25+9 found the string \"Subject\", expected a name such as \"X-Priority\", or \"Importance\"\n"},
    {"match subject /(?<pedido>.)/ -> title \"\\\"n\\\" $pedid\"",
     "t:1:46+6 found '$pedid', expected the name of a group of this rule's regular expressions, or $subject, "
     "$sender, $name or $domain; did you mean 'pedido'?\n"},
    {"match not subject /(?<a>.)/ -> title \"${a}\"",
     "t:1:39+4 found '$a', expected the name of a group of this rule's regular expressions, or $subject, "
     "$sender, $name or $domain\n"},
    {"match all -> title \"é 5 $ a\"",
     "t:1:25+1 found '$' without a name, expected $name, ${name}, or $$ for a dollar\n"},
    /* macros */
    {"define subject = \"x\"",
     "t:1:8+7 found 'subject', a word of the language, expected a name of your own\n"},
    {"define a = \"x\"\ndefine a = size > 1",
     "t:2:8+1 found 'a' once more, expected a name that was not defined before\n"},
    {"define vip = size > 1\nmatch vop -> stop",
     "t:2:7+3 found 'vop', expected a condition; did you mean 'vip'?\n"},
    {"define a = \"x\"\nmatch a -> stop",
     "t:2:7+1 found 'a', which stands for a string, expected a condition\n"},
    {"define a = size > 1\nmatch subject is a -> stop",
     "t:2:18+1 found 'a', which stands for a condition, expected a string in double quotes\n"},
    {"match a -> stop\ndefine a = size > 1", "t:1:7+1 found 'a', expected a condition\n"},
    {"include \"x.rules\"", "t:1:9+9 found 'x.rules', expected a file of rules that can be read here: this "
                            "text stands in no folder\n"},
    /* tests */
    {"test \"x\" mail foo \"a\" expect nothing",
     "t:1:15+3 found 'foo', expected something of the mail, such as 'from' or 'subject'\n"},
    {"test \"x\" mail from \"a@b.c\" expect departmnt x",
     "t:1:35+9 found 'departmnt', expected what a rule does, 'nothing' or 'unknown'; did you mean "
     "'department'?\n"},
    {"test \"x\" mail attachment size 3M expect nothing",
     "t:1:15+18 found an attachment without a name, expected 'attachment name' before its size\n"},
    {"test \"x\" mail from \"a@b.c\" expect title \"$subject\"",
     "t:1:42+8 found '$subject', expected what it becomes; a dollar is written $$\n"},
    /* places: a tab and a letter of two bytes are one column, "\r\n" is one end */
    {"\tmatch\tsubject is \"ação\" and subjct is \"x\" -> stop",
     "t:1:30+6 found 'subjct', expected a condition; did you mean 'subject'?\n"},
    {"# one\r\nmatch all\r\n  -> foo\r\n", "t:3:6+3 found 'foo', expected an action\n"},
    {"\xef\xbb\xbfmach",
     "t:1:1+4 found 'mach', expected a statement: 'match', 'test', 'define' or 'include'; "
     "did you mean 'match'?\n"},
};

static void test_mistakes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *wrong = NULL;
        g_autofree char *rules = compile(mistakes[i].text, strlen(mistakes[i].text), &wrong);
        if (strcmp(wrong, mistakes[i].wrong) != 0)
            g_test_fail_printf("%s\n%sis not\n%s", mistakes[i].text, wrong, mistakes[i].wrong);
        g_assert_null(rules);
    }
}

/* Six mistakes of six kinds, each told once, with its line and a mark. */
static void test_six(void)
{
    static const char text[] = "# what an admin wrote in a hurry\n"
                               "match subjct contains \"urgente\" -> priority high\n"
                               "match from \"ana\" -> tag vip\n"
                               "match body /pedido (\\d+/i -> tag pedido\n"
                               "\tmatch to \"vendas@\" -> departement vendas\n"
                               "match subject /n. (?<num>\\d+)/ -> field pedido = \"$nun\"\n"
                               "match header \"X-Spam\" is \"sim -> ignore \"spam\"\n"
                               "match all -> tag fim\n";
    static const char *const shown[] = {
        "t:2:7: found 'subjct', expected a condition; did you mean 'subject'?\n"
        "    match subjct contains \"urgente\" -> priority high\n"
        "          ^~~~~~",
        "t:3:12: found the string \"ana\", expected an address: ana@x.example, ana@, @x.example or "
        "@*.x.example\n"
        "    match from \"ana\" -> tag vip\n"
        "               ^~~~~",
        "t:4:24: found an error in a regular expression: missing closing parenthesis\n"
        "    match body /pedido (\\d+/i -> tag pedido\n"
        "                           ^",
        "t:5:24: found 'departement', expected an action; did you mean 'department'?\n"
        "    \tmatch to \"vendas@\" -> departement vendas\n"
        "    \t                      ^~~~~~~~~~~",
        "t:6:51: found '$nun', expected the name of a group of this rule's regular expressions, or $subject, "
        "$sender, $name or $domain; did you mean 'num'?\n"
        "    match subject /n. (?<num>\\d+)/ -> field pedido = \"$nun\"\n"
        "                                                      ^~~~",
        "t:7:42: found 'spam', expected '->', 'and' or 'or'; is a '\"' missing before it?\n"
        "    match header \"X-Spam\" is \"sim -> ignore \"spam\"\n"
        "                                             ^~~~",
    };
    g_autoptr(GPtrArray) messages = messages_new();
    g_assert_null(ch_rules_compile("t", text, strlen(text), NULL, messages));
    for (guint i = 0; i < MIN(messages->len, G_N_ELEMENTS(shown)); i++) {
        g_autofree char *message = ch_rule_message_format(g_ptr_array_index(messages, i));
        g_assert_cmpstr(message, ==, shown[i]);
    }
    g_assert_cmpuint(messages->len, ==, G_N_ELEMENTS(shown));
}

/* What is written is read as the same; where CANONICAL is NULL it is written as it stands. */
static const struct {
    const char *text, *canonical;
} conditions[] = {
    {"all", NULL},
    {"from \"ana@x.br\"", NULL},
    {"to is \"ana@x.br\"", NULL},
    {"cc \"ana@\"", NULL},
    {"from is \"\"", NULL},
    {"recipient all of (\"@x.br\", \"@*.y.br\")", NULL},
    {"recipient all of (\"@x.br\")", "recipient \"@x.br\""},
    {"from matches /x/i", "from /x/i"},
    {"domain any of (\"x.br\", \"*.x.br\")", NULL},
    {"domain is \"x.br\"", NULL},
    {"subject is \"a \\\"b\\\" \\\\ \\n \\t\"", NULL},
    {"body contains all of (\"não\", \"x\")", NULL},
    {"company begins with \"x\"", NULL},
    {"header \"List-Id\" ends with \"x\"", NULL},
    {"header \"List-Id\" exists", NULL},
    {"header \"X-A\" /[/](a|b)\\/[[:alpha:]\\]/]/", NULL},
    {"attachment name /\\.xml$/i and attachment type is \"image/png\" and attachment size >= 2.5M",
     "attachment name /\\.xml$/i and attachment type is \"image/png\" and attachment size >= 2560K"},
    {"attachments = 0", NULL},
    {"size < 1024", "size < 1K"},
    {"spam > 5.25", NULL},
    {"rate <= 10 per hour or rate > 3G per day", NULL},
    {"evidence at least domain", NULL},
    {"evidence is any of (claim, token)", NULL},
    {"kind is auto-reply", NULL},
    {"kind is any of (list)", "kind is list"},
    {"customer is unknown", NULL},
    {"customer is not active", "not customer is active"},
    {"subject is not any of (\"a\", \"b\")", "not subject is any of (\"a\", \"b\")"},
    {"header \"X\" is not \"y\"", "not header \"X\" is \"y\""},
    {"attachment type is not \"application/pdf\"", "not attachment type is \"application/pdf\""},
    {"language is pt-BR", NULL},
    {"department is any of (size, match)", NULL},
    {"ticket is new", NULL},
    {"time 18:00 to 8:00", "time 18:00 to 08:00"},
    {"weekday fri to mon", "weekday any of (mon, fri, sat, sun)"},
    {"weekday any of (sun)", "weekday sun"},
    {"size > 1 and (size > 2 or size > 3) and not (size > 4 and size > 5)", NULL},
    {"(size > 1 and size > 2) and size > 3 or size > 4", "(size > 1 and size > 2 and size > 3) or size > 4"},
    {"not not size > 1", NULL},
    {"any of (size > 1, all of (size > 2, size > 3))", "size > 1 or (size > 2 and size > 3)"},
};

static const struct {
    const char *text, *canonical;
} actions[] = {
    {"department suporte, priority urgent, refer match, template ack-vip, language pt_BR", NULL},
    {"tag urgente, tag \"Não pago\", field pedido = \"$subject ${name}x $$5\", field \"Nº do pedido\" = "
     "\"1\"",
     NULL},
    {"assign least-busy, assign round-robin, assign \"ana@x.br\", watch \"$sender\", notify \"b@x.br\"",
     NULL},
    {"title \"x\", hold \"x\", ignore \"y\", quarantine \"z\", refuse-attachment \"w\", no-ack, stop", NULL},
    {"due 90s, due 30m, due 4h, due 2d, due 1w", NULL},
    {"due 120m, due 48h, due 7d", "due 2h, due 2d, due 1w"},
    {"set-header \"X-Prio\" = \"1\", set-header \"Importance\" = \"high\"", NULL},
    {"field \"pedido\" = \"1\"", "field pedido = \"1\""},
};

static void check_canonical(const char *text, const char *expected)
{
    g_autofree char *wrong = NULL, *again_wrong = NULL;
    g_autofree char *once = compile(text, strlen(text), &wrong);
    if (g_strcmp0(once, expected) != 0) {
        g_test_fail_printf("%s\n%s%sis not\n%s", text, once ? once : "", wrong, expected);
        return;
    }
    g_autofree char *twice = compile(once, strlen(once), &again_wrong);
    g_assert_cmpstr(twice, ==, once);
}

static void test_canonical(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const char *canonical = conditions[i].canonical ? conditions[i].canonical : conditions[i].text;
        g_autofree char *text = g_strdup_printf("match\n%s # why\n-> stop", conditions[i].text);
        g_autofree char *expected = g_strdup_printf("match %s -> stop\n", canonical);
        check_canonical(text, expected);
    }
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        const char *canonical = actions[i].canonical ? actions[i].canonical : actions[i].text;
        g_autofree char *text = g_strdup_printf("match all -> %s", actions[i].text);
        g_autofree char *expected = g_strdup_printf("match all -> %s\n", canonical);
        check_canonical(text, expected);
    }
}

static void test_form(void)
{
    /* Free form; several statements on a line; macros stand for what they are. */
    check_canonical("\xef\xbb\xbf# \xe2\x80\x9cnotes\xe2\x80\x9d \"\r\ndefine boss = \"chefe@x.br\"\r\n"
                    "define vip = from \"ana@\" or domain \"x.br\"\r\n"
                    "match vip and size>1->assign boss,stop match all->no-ack",
                    "match (from \"ana@\" or domain \"x.br\") and size > 1 -> assign \"chefe@x.br\", stop\n"
                    "match all -> no-ack\n");
    check_canonical("", "");
    check_canonical("# only a comment", "");
}

/* The text "match BEFORE… x AFTER… -> stop" with COUNT of each. */
static char *nested(const char *before, const char *after, guint count)
{
    GString *text = g_string_new("match ");
    for (guint i = 0; i < count; i++)
        g_string_append(text, before);
    g_string_append(text, "size > 1");
    for (guint i = 0; i < count; i++)
        g_string_append(text, after);
    g_string_append(text, " -> stop\nmatch all -> foo\n");
    return g_string_free(text, FALSE);
}

/* P13: what is too deep or too much is said once, and the rest of the file is read. */
static void test_limits(void)
{
    static const struct {
        const char *before, *after, *column;
    } deep[] = {{"(", ")", "t:1:107+1"},
                {"not ", "", "t:1:407+3"},
                {"(size > 2 and (size > 3 or ", "))", "t:1:1357+1"}};
    for (guint i = 0; i < G_N_ELEMENTS(deep); i++) {
        g_autofree char *text = nested(deep[i].before, deep[i].after, 20000), *wrong = NULL;
        g_assert_null(compile(text, strlen(text), &wrong));
        g_autofree char *expected =
            g_strdup_printf("%s found conditions nested more than 100 deep, expected fewer\n"
                            "t:2:14+3 found 'foo', expected an action\n",
                            deep[i].column);
        g_assert_cmpstr(wrong, ==, expected);
    }
}

static void test_macro_limits(void)
{
    g_autoptr(GString) chain = g_string_new("define n0 = not size > 1\n");
    for (guint i = 1; i <= 120; i++)
        g_string_append_printf(chain, "define n%u = not n%u\n", i, i - 1);
    g_autofree char *wrong = NULL, *grown = NULL;
    g_assert_null(compile(chain->str, chain->len, &wrong));
    g_assert_cmpstr(wrong, ==, "t:100:14+7 found conditions nested more than 100 deep, expected fewer\n");
    g_autoptr(GString) doubling = g_string_new("define a0 = size > 1 or spam > 2\n");
    for (guint i = 1; i <= 40; i++)
        g_string_append_printf(doubling, "define a%u = a%u and not (a%u)\n", i, i - 1, i - 1);
    g_assert_null(compile(doubling->str, doubling->len, &grown));
    g_assert_true(g_str_has_suffix(grown,
                                   " found macros of macros that need more than 128 MB of memory, expected "
                                   "less\n"));
    g_assert_true(strchr(grown, '\n') == strrchr(grown, '\n'));
}

static void test_many_mistakes(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 5000; i++)
        g_string_append(text, "match foo -> stop\n");
    g_autoptr(GPtrArray) messages = messages_new();
    g_assert_null(ch_rules_compile("t", text->str, text->len, NULL, messages));
    g_assert_cmpuint(messages->len, ==, 201);
    const ChRuleMessage *last = g_ptr_array_index(messages, 200);
    g_assert_cmpstr(last->message, ==, "found 200 mistakes; what follows was not read");
}

/* Bytes of no language at all. */
static void test_rubbish(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (guint i = 0; i < 100000; i++) {
        guint8 byte = (guint8)(i * 2654435761u >> 13);
        g_byte_array_append(bytes, &byte, 1);
    }
    g_autofree char *wrong = NULL;
    g_assert_null(compile((const char *)bytes->data, bytes->len, &wrong));
    g_assert_true(g_utf8_validate(wrong, -1, NULL));
}

/* 10,000 rules, well under a second in the release build; the sanitised one takes about ten times as long. */
static void test_ten_thousand(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(text, "match from \"a%u@x.br\" and subject contains \"w%u\" -> tag t%u\n", i,
                               i, i);
    g_autoptr(GPtrArray) messages = messages_new();
    gint64 begun = g_get_monotonic_time();
    g_autoptr(ChRules) rules = ch_rules_compile("t", text->str, text->len, NULL, messages);
    g_assert_nonnull(rules);
    g_assert_cmpuint(ch_rules_count(rules), ==, 10000);
    g_test_message("%.2f s", (double)(g_get_monotonic_time() - begun) / 1e6);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 20 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-parse/mistakes", test_mistakes);
    g_test_add_func("/rules-parse/six-mistakes", test_six);
    g_test_add_func("/rules-parse/canonical", test_canonical);
    g_test_add_func("/rules-parse/form", test_form);
    g_test_add_func("/rules-parse/limits", test_limits);
    g_test_add_func("/rules-parse/macro-limits", test_macro_limits);
    g_test_add_func("/rules-parse/many-mistakes", test_many_mistakes);
    g_test_add_func("/rules-parse/rubbish", test_rubbish);
    g_test_add_func("/rules-parse/ten-thousand", test_ten_thousand);
    return g_test_run();
}
