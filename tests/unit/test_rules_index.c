/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index gives what a plain walk gives, on many random rules and mails; and regular expressions that would
 * run for ever end in bounded time. What conditions mean is in test_rules_match.c. */
#include "rules_match.h"

#include "base/clock.h"

#include <glib/gstdio.h>

/* Few words, so that rules and mails meet. */
static const char *const words[] = {"nota", "fiscal", "no",     "ta",  "notafiscal", "Ação",
                                    "acao", "a",      "parado", "ado", "pedido",     "dido",
                                    "7",    "é",      "x y",    "sal"};
static const char *const addresses[] = {"ana@x.example",     "ana+vip@x.example",    "bia@a.x.example",
                                        "bia@b.a.x.example", "suporte@desk.example", "ANA@Y.example"};
static const char *const forms[] = {"ana@x.example", "ana+vip@x.example", "ana@", "@x.example",
                                    "@*.x.example",  "@*.a.x.example",    "bia@", "suporte@desk.example"};
static const char *const names[] = {"nota.pdf", "ação.xml", "parado.mp4", "x.png", "pedido-7.pdf"};
static const char *const types[] = {"application/pdf", "text/xml", "video/mp4", "image/png"};
static const char *const regexes[] = {"/nota/",      "/\\bpedido\\b/i", "/(nota|parado)\\s*(?<c>\\w+)/i",
                                      "/a+$/m",      "/(x|a)/",         "/[0-9]/",
                                      "/^A/",        "/fis.al/",        "/n(ot)?a/",
                                      "/parado{0}/", "/(a|a)+!!/",      "/sal|ado/"};

#define PICK(rand, table) (table)[g_rand_int_range(rand, 0, G_N_ELEMENTS(table))]

static void add_values(GString *text, GRand *rand, const char *const *table, guint count)
{
    static const char *const shapes[] = {"any of (", "all of ("};
    guint shape = g_rand_int_range(rand, 0, 4), many = g_rand_int_range(rand, 2, 4);
    if (shape == 3) {
        g_string_append(text, table == forms ? "in \"forms.list\"" : "in \"words.list\"");
        return;
    }
    if (shape == 2)
        many = 1;
    else
        g_string_append(text, shapes[shape]);
    for (guint i = 0; i < many; i++)
        g_string_append_printf(text, "%s\"%s\"", i ? ", " : "",
                               table[g_rand_int_range(rand, 0, (gint)count)]);
    if (shape != 2)
        g_string_append(text, ")");
}

static void add_literals(GString *text, GRand *rand)
{
    static const char *const ops[] = {"is", "contains", "begins with", "ends with"};
    g_string_append_printf(text, " %s ", PICK(rand, ops));
    add_values(text, rand, words, G_N_ELEMENTS(words));
}

static void add_test(GString *text, GRand *rand)
{
    static const char *const texts[] = {"subject",        "body",           "company",
                                        "header \"X-A\"", "header \"X-B\"", "attachment name",
                                        "attachment type"};
    static const char *const whose[] = {"from", "to", "cc", "recipient"};
    static const char *const others[] = {"size > 2000",           "spam > 1",
                                         "attachments > 1",       "attachment size > 50",
                                         "kind is person",        "department is suporte",
                                         "header \"X-A\" exists", "department is vendas",
                                         "weekday mon to wed"};
    switch (g_rand_int_range(rand, 0, 8)) {
    case 0:
        g_string_append_printf(text, "%s ", PICK(rand, whose));
        add_values(text, rand, forms, G_N_ELEMENTS(forms));
        break;
    case 1:
        g_string_append_printf(text, "%s is \"%s\"", PICK(rand, whose), PICK(rand, addresses));
        break;
    case 2:
        g_string_append(text, g_rand_boolean(rand) ? "domain \"*.x.example\"" : "domain is \"x.example\"");
        break;
    case 3:
        g_string_append_printf(text, "%s %s", PICK(rand, texts), PICK(rand, regexes));
        break;
    case 4:
        g_string_append_printf(text, "%s", PICK(rand, others));
        break;
    default:
        g_string_append_printf(text, "%s", PICK(rand, texts));
        add_literals(text, rand);
    }
}

static void add_condition(GString *text, GRand *rand, guint depth)
{
    guint shape = g_rand_int_range(rand, 0, depth ? 8 : 4);
    if (shape < 4) {
        add_test(text, rand);
        return;
    }
    g_string_append(text, shape == 4 ? "not (" : "(");
    add_condition(text, rand, depth - 1);
    for (guint i = 0; shape > 4 && i < (guint)g_rand_int_range(rand, 1, 3); i++) {
        g_string_append(text, shape == 5 ? " or " : " and ");
        add_condition(text, rand, depth - 1);
    }
    g_string_append(text, ")");
}

static char *random_rules(GRand *rand, guint count)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append(text, "match ");
        add_condition(text, rand, 3);
        /* Each shows by itself; some change what those after it see. */
        g_string_append_printf(text, " -> tag r%u", i);
        if (g_rand_int_range(rand, 0, 20) == 0)
            g_string_append(text, ", department vendas");
        if (g_rand_int_range(rand, 0, 10) == 0)
            g_string_append(text, ", refuse-attachment \"$subject\"");
        if (g_rand_int_range(rand, 0, 200) == 0)
            g_string_append(text, ", stop");
        g_string_append(text, "\n");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *random_text(GRand *rand, guint most)
{
    static const char *const between[] = {" ", "", "\n", ", "};
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = g_rand_int_range(rand, 0, (gint)most); i > 0; i--)
        g_string_append_printf(text, "%s%s", PICK(rand, words), PICK(rand, between));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *random_line(GRand *rand, guint most)
{
    return g_strdelimit(random_text(rand, most), "\n", ' ');
}

static char *random_files(GRand *rand)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = g_rand_int_range(rand, 0, 4); i > 0; i--)
        g_string_append_printf(text, "%s %s %d\n", PICK(rand, names), PICK(rand, types),
                               g_rand_int_range(rand, 1, 100));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *results_of(const ChEffects *effects)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < effects->hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(effects->hits, i);
        g_string_append_printf(text, "%u %s %s\n", hit->line, ch_rule_result_name(hit->result), hit->why);
    }
    g_autofree char *list = words_of(effects);
    g_string_append(text, list);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* RULES on one random mail, by the index, by the plain walk, and with a trace. Returns how many hold. */
static guint compare_one(ChRules *rules, GRand *rand)
{
    g_autofree char *subject = random_line(rand, 4), *body = random_text(rand, 30);
    g_autofree char *company = random_line(rand, 3), *files = random_files(rand);
    g_autofree char *a = random_line(rand, 3), *b = random_line(rand, 3);
    g_autofree char *headers = g_strdup_printf("X-A: %s\nX-B: %s\nX-A: %s\n%s", a, b, b,
                                               g_rand_boolean(rand) ? "X-Spam-Score: ?\n" : "");
    const TestMail mail = {.from = PICK(rand, addresses),
                           .to = PICK(rand, addresses),
                           .cc = PICK(rand, addresses),
                           .delivered = PICK(rand, addresses),
                           .subject = subject,
                           .body = body,
                           .company = company,
                           .files = files,
                           .headers = headers,
                           .size = (guint64)g_rand_int_range(rand, 1, 4000)};
    Built built;
    build(&built, &mail);
    g_autoptr(ChEffects) indexed = ch_match_apply(rules, &built.input, FALSE, FALSE);
    g_autoptr(ChEffects) plain = ch_match_apply(rules, &built.input, FALSE, TRUE);
    g_autoptr(ChEffects) traced = ch_match_apply(rules, &built.input, TRUE, FALSE);
    g_autoptr(ChEffects) plain_traced = ch_match_apply(rules, &built.input, TRUE, TRUE);
    g_autofree char *first = results_of(indexed), *second = results_of(plain);
    g_assert_cmpstr(first, ==, second);
    g_autofree char *third = results_of(traced), *fourth = results_of(plain_traced);
    g_assert_cmpstr(third, ==, fourth);
    g_autofree char *effects = words_of(indexed), *of_trace = words_of(traced);
    g_assert_cmpstr(effects, ==, of_trace);
    built_clear(&built);
    return indexed->hits->len;
}

static void test_same(void)
{
    g_autofree char *folder = g_dir_make_tmp("chamado-index-XXXXXX", NULL);
    g_autofree char *some = g_build_filename(folder, "words.list", NULL);
    g_autofree char *other = g_build_filename(folder, "forms.list", NULL);
    g_assert_true(g_file_set_contents(some, "nota\nAção\nnota fiscal\ndido 7\n", -1, NULL));
    g_assert_true(g_file_set_contents(other, "@y.example\nbia@a.x.example\n", -1, NULL));
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261124);
    guint held = 0;
    for (guint set = 0; set < 40; set++) {
        g_autofree char *text = random_rules(rand, 60);
        g_autoptr(ChRules) rules = compile_rules(text, folder);
        for (guint i = 0; i < 40; i++)
            held += compare_one(rules, rand);
    }
    g_test_message("%u rules of 96000 held, or were unknown", held);
    g_assert_cmpuint(held, >, 5000); /* else they would be the same by saying nothing */
    g_assert_cmpuint(held, <, 60000);
    g_unlink(some);
    g_unlink(other);
    g_rmdir(folder);
}

/* What an expression is said to need stands in each text that it matches. */
static void test_needs(void)
{
    static const struct {
        const char *source, *flags, *needs;
    } table[] = {
        {"pedido\\s+(\\d+)", "", "pedido"},
        {"\\b(urgente|parado)\\b", "i", "urgente parado"},
        {"a(bcd|efg)?hi", "", "hi"},
        {"ab?cd", "", "cd"},
        {"ab*cd", "", "cd"},
        {"ab+cd", "", "ab"},
        {"ab{0,3}cd", "", "cd"},
        {"ab{2}cd", "", "ab"},
        {"(ab|)c", "", "c"},
        {"abc|d?", "", NULL},
        {"abc|xyz", "", "abc xyz"},
        {"(?=abc)x", "", "x"},
        {"(?!abc)x", "", "x"},
        {"(?<n>abc)", "", "abc"},
        {"(?i)abc", "", NULL},
        {"a b c", "x", NULL},
        {"\\Qa.b\\E", "", NULL},
        {"[abc]+", "", NULL},
        {"[]x]yz", "", "yz"},
        {"[[:alpha:]]+!!", "", "!!"},
        {"n\\.o", "", "n.o"},
        {"ação", "", "a"},
        {"ABC", "", "abc"},
        {"(abc)\\1", "", NULL},
        {"\\x41bc", "", NULL},
        {"a`bcd", "", "bcd"}, /* folding makes it another mark */
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_auto(GStrv) needs = ch_regex_find_needs(table[i].source, table[i].flags);
        g_autofree char *joined = needs ? g_strjoinv(" ", needs) : NULL;
        g_assert_cmpstr(joined, ==, table[i].needs);
    }
}

static const char *const bombs[] = {
    "/(a+)+$/",      "/(a|aa)+$/",         "/(a|a)*c?$/",       "/^(\\w+\\s?)*$/",
    "/(.*a){12}b$/", "/([a-z]+)*=/",       "/(x+x+)+y|(a+)+$/", "/(?:\\w+!|\\w)*Q/",
    "/[a-z]+\\d/",   "/(?:a?){30}a{30}$/", "/(?=(a+))a*b\\1$/", "/((a{1,30}){1,30}){1,30}$/",
};

/* A mail of one letter, with what no expression above wants at its end. */
static char *bomb_body(guint length)
{
    char *body = g_malloc(length + 2);
    memset(body, 'a', length);
    memcpy(body + length, "!", 2);
    return body;
}

/* Asserts that COUNT rules of bombs, and a plain one after each tenth, end within SECONDS. */
static void run_bombs(guint count, guint length, double seconds)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "match body %s -> tag bomb\n", bombs[i % G_N_ELEMENTS(bombs)]);
    g_string_append(text, "match from \"ana@\" -> priority high\nmatch body contains \"a!\" -> tag fim\n");
    g_autoptr(ChRules) rules = compile_rules(text->str, NULL);
    g_autofree char *body = bomb_body(length);
    const TestMail mail = {.body = body};
    Built built;
    build(&built, &mail);
    gint64 start = ch_clock_work();
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
    double took = (double)(ch_clock_work() - start) / G_USEC_PER_SEC;
    g_test_message("%u bombs over %u bytes: %.3f s", count, length, took);
    g_assert_cmpfloat(took, <, seconds);
    g_assert_cmpint(effects->priority, ==, CH_PRIORITY_HIGH);
    g_autofree char *last = words_of(effects);
    g_assert_nonnull(strstr(last, "fim"));
    g_assert_nonnull(strstr(last, "unknown"));
    built_clear(&built);
}

static void test_bombs(void)
{
    run_bombs(1, 40, 1);
    run_bombs(G_N_ELEMENTS(bombs), 5000, 4);
    run_bombs(G_N_ELEMENTS(bombs), CH_RULE_TEXT_MAX - 1, 6);
    run_bombs(10000, 1000, 6);
}

/* No more than so many are tried, and each that is not says so. */
static void test_limits_hit(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < CH_RULE_LIMITS_HIT_MAX + 2; i++)
        g_string_append_printf(text, "match body /(a+)+$/ -> tag t%u\n", i);
    g_autoptr(ChRules) rules = compile_rules(text->str, NULL);
    g_autofree char *body = bomb_body(60);
    const TestMail mail = {.body = body};
    Built built;
    build(&built, &mail);
    g_autoptr(ChEffects) effects = ch_rules_apply(rules, &built.input, FALSE);
    g_assert_cmpuint(effects->hits->len, ==, CH_RULE_LIMITS_HIT_MAX + 2);
    for (guint i = 0; i < effects->hits->len; i++) {
        const ChRuleHit *hit = g_ptr_array_index(effects->hits, i);
        g_assert_cmpint(hit->result, ==, CH_RULE_UNKNOWN);
        g_assert_nonnull(strstr(hit->why, i < CH_RULE_LIMITS_HIT_MAX ? "too many steps" : "not tried"));
    }
    built_clear(&built);
}

static void test_warnings(void)
{
    static const struct {
        const char *source;
        gboolean bad;
    } table[] = {
        {"(a+)+$", TRUE},
        {"(a|aa)+$", TRUE},
        {"^(\\w+\\s?)*$", TRUE},
        {"pedido (\\w+-?)+:", TRUE},
        {"(?:foo|bar)(x+x+)+y", TRUE},
        {"^(([a-z])+.)+[A-Z]([a-z])+$", TRUE},
        {"(.*?,){11}P", TRUE},
        {"pedido\\s+n?[ºo.]?\\s*(?<pedido>\\d{6,})", FALSE},
        {"\\b(urgente|parado)\\b", FALSE},
        {"@(vip|ouro)\\.example\\.br$", FALSE},
        {"\\.xml$", FALSE},
        {"nota.*fiscal", FALSE},
        {"^\\[.*\\] *", FALSE},
        {"\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *why = NULL;
        gsize offset;
        ChRegex *regex = ch_regex_new(table[i].source, "", &why, &offset);
        g_assert_nonnull(regex);
        g_autofree char *warning = ch_regex_warning(regex);
        if ((warning != NULL) != table[i].bad)
            g_test_message("%s: %s", table[i].source, warning ? warning : "no warning");
        g_assert_cmpint(warning != NULL, ==, table[i].bad);
        ch_regex_unref(regex);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules-index/same", test_same);
    g_test_add_func("/rules-index/needs", test_needs);
    g_test_add_func("/rules-index/bombs", test_bombs);
    g_test_add_func("/rules-index/limits-hit", test_limits_hit);
    g_test_add_func("/rules-index/warnings", test_warnings);
    return g_test_run();
}
