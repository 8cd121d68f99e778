/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mustache: what the specification wants of templates, told in tables; escaping, errors and bounds. */
#include "base/error.h"
#include "compose/mustache.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const ChMustacheName names[] = {{"a", TRUE},     {"b", FALSE},   {"c", FALSE},    {"name", FALSE},
                                       {"on", FALSE},   {"off", FALSE}, {"list", FALSE}, {"nested", FALSE},
                                       {"deep", FALSE}, {"html", TRUE}, {NULL, FALSE}};

typedef struct {
    const char *what, *template, *view, *expected;
    ChMustacheContext context;
    const char *partials[3]; /* of _1, _2, _3 */
} Case;

static guint number_of(const char *name)
{
    for (guint i = 0; names[i].name; i++)
        if (strcmp(names[i].name, name) == 0)
            return i;
    g_error("no such name in the test: %s", name);
}

static void fill(ChValue *parent, guint name, JsonNode *node)
{
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING) {
        ch_value_take_string(parent, name, json_node_dup_string(node));
    } else if (JSON_NODE_HOLDS_VALUE(node)) {
        if (json_node_get_boolean(node))
            ch_value_add(parent, name, CH_VALUE_TRUE);
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        ChValue *list = ch_value_add(parent, name, CH_VALUE_LIST);
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            fill(list, 0, json_array_get_element(array, i));
    } else {
        ChValue *map = ch_value_add(parent, name, CH_VALUE_MAP);
        JsonObjectIter members;
        const char *key;
        json_object_iter_init(&members, json_node_get_object(node));
        while (json_object_iter_next(&members, &key, &node))
            fill(map, number_of(key), node);
    }
}

static ChValue *view_of(const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) root = json_from_string(json, &error);
    g_assert_no_error(error);
    ChValue *view = ch_value_new();
    JsonObjectIter members;
    const char *key;
    JsonNode *node;
    json_object_iter_init(&members, json_node_get_object(root));
    while (json_object_iter_next(&members, &key, &node))
        fill(view, number_of(key), node);
    return view;
}

static ChMustache *find(gpointer data, const char *name)
{
    ChMustache **partials = data;
    guint index = (guint)(name[1] - '1');
    return name[0] == '_' && index < 3 ? partials[index] : NULL;
}

static char *render(const Case *test)
{
    g_autoptr(GError) error = NULL;
    ChMustache *partials[3] = {NULL};
    for (guint i = 0; i < 3; i++)
        if (test->partials[i])
            partials[i] = ch_mustache_compile(test->partials[i], strlen(test->partials[i]), "partial",
                                              test->context, names, &error);
    g_assert_no_error(error);
    g_autoptr(ChMustache) template =
        ch_mustache_compile(test->template, strlen(test->template), "t", test->context, names, &error);
    g_assert_no_error(error);
    ch_mustache_link(template, find, partials, &error);
    g_assert_no_error(error);
    g_autoptr(ChValue) view = view_of(test->view);
    GString *out = g_string_new(NULL);
    ch_mustache_render(template, view, 1 << 20, out, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3; i++)
        ch_mustache_free(partials[i]);
    return g_string_free(out, FALSE);
}

#define T CH_MUSTACHE_TEXT
#define H CH_MUSTACHE_HTML
#define L CH_MUSTACHE_HEADER

static const Case cases[] = {
    /* variables */
    {"no tag", "plain { text } }}\n", "{}", "plain { text } }}\n", T, {0}},
    {"variable", "Hi {{name}}!", "{\"name\":\"Ana\"}", "Hi Ana!", T, {0}},
    {"blanks in the tag", "[{{ name }}]", "{\"name\":\"Ana\"}", "[Ana]", T, {0}},
    {"missing is empty", "[{{name}}]", "{}", "[]", T, {0}},
    {"blanks around stay", "  {{name}}  \n", "{\"name\":\"x\"}", "  x  \n", T, {0}},
    {"value is no template", "{{name}}", "{\"name\":\"{{b}}\",\"b\":\"no\"}", "{{b}}", T, {0}},
    {"value that ends lines", " {{name}}\n", "{\"name\":\"x\\ny\"}", " x\ny\n", T, {0}},
    {"dotted", "{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep", T, {0}},
    {"dotted, broken chain", "[{{a.b.c}}]", "{\"a\":{},\"c\":\"no\"}", "[]", T, {0}},
    {"dotted is not searched for outside",
     "{{#a}}[{{b.c}}]{{/a}}",
     "{\"a\":{\"b\":{}},\"b\":{\"c\":\"outer\"}}",
     "[]",
     T,
     {0}},
    /* escaping */
    {"html",
     "{{name}}",
     "{\"name\":\"<b> & \\\"x\\\" 'y'\"}",
     "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;",
     H,
     {0}},
    {"raw html", "{{{html}}}|{{&html}}|{{& html }}", "{\"html\":\"<b>\"}", "<b>|<b>|<b>", H, {0}},
    {"text is not escaped", "{{name}} {{{name}}}", "{\"name\":\"<&>\"}", "<&> <&>", T, {0}},
    {"text without controls",
     "{{name}}",
     "{\"name\":\"a\\u001bb\\u0008\\tc\\r\\nd\\u007f\\u009be\"}",
     "ab\tc\nde",
     T,
     {0}},
    {"raw html without controls", "{{{html}}}", "{\"html\":\"a\\u001b<\"}", "a<", H, {0}},
    {"html keeps letters that look like C1",
     "{{name}}",
     "{\"name\":\"\\u00e0 \\u00a0 ção\"}",
     "\u00e0 \u00a0 ção",
     H,
     {0}},
    {"header is one line", "{{name}}", "{\"name\":\"a\\r\\nBcc: x\\u0085y\\tz\"}", "a  Bcc: x y z", L, {0}},
    {"raw header too", "{{{name}}}", "{\"name\":\"a\\nb\"}", "a b", L, {0}},
    /* sections */
    {"true", "{{#on}}yes{{/on}}", "{\"on\":true}", "yes", T, {0}},
    {"false", "[{{#on}}no{{/on}}]", "{\"on\":false}", "[]", T, {0}},
    {"empty string is false",
     "[{{#name}}no{{/name}}{{^name}}none{{/name}}]",
     "{\"name\":\"\"}",
     "[none]",
     T,
     {0}},
    {"map is the context", "{{#a}}{{b}}{{/a}}", "{\"a\":{\"b\":\"in\"},\"b\":\"out\"}", "in", T, {0}},
    {"outer context is seen", "{{#a}}{{c}}{{/a}}", "{\"a\":{\"b\":\"in\"},\"c\":\"out\"}", "out", T, {0}},
    {"string is the context", "{{#name}}<{{.}}>{{/name}}", "{\"name\":\"Ana\"}", "<Ana>", T, {0}},
    {"list", "{{#list}}{{b}},{{/list}}", "{\"list\":[{\"b\":\"1\"},{\"b\":\"2\"}]}", "1,2,", T, {0}},
    {"empty list", "[{{#list}}no{{/list}}{{^list}}none{{/list}}]", "{\"list\":[]}", "[none]", T, {0}},
    {"implicit iterator", "{{#list}}({{.}}){{/list}}", "{\"list\":[\"x\",\"<\"]}", "(x)(&lt;)", H, {0}},
    {"lists in lists",
     "{{#list}}[{{#.}}{{.}}{{/.}}]{{/list}}",
     "{\"list\":[[\"1\",\"2\"],[\"3\"]]}",
     "[12][3]",
     T,
     {0}},
    {"items see outside",
     "{{#list}}{{name}}{{b}} {{/list}}",
     "{\"name\":\"n\",\"list\":[{\"b\":\"1\"},{}]}",
     "n1 n ",
     T,
     {0}},
    {"nested, same name", "{{#on}}a{{#on}}b{{/on}}c{{/on}}", "{\"on\":true}", "abc", T, {0}},
    {"dotted section", "{{#a.b}}yes{{/a.b}}", "{\"a\":{\"b\":true}}", "yes", T, {0}},
    {"inverted", "{{^off}}none{{/off}}{{^on}}no{{/on}}", "{\"on\":true}", "none", T, {0}},
    {"blanks in section tags", "|{{# on }}={{/ on }}|", "{\"on\":true}", "|=|", T, {0}},
    /* standalone lines */
    {"standalone", "1\n{{#on}}\n2\n{{/on}}\n3\n", "{\"on\":true}", "1\n2\n3\n", T, {0}},
    {"standalone, false", "1\n{{#off}}\n2\n{{/off}}\n3\n", "{}", "1\n3\n", T, {0}},
    {"standalone, indented", "1\n  {{#on}}\n2\n\t{{/on}}  \n3\n", "{\"on\":true}", "1\n2\n3\n", T, {0}},
    {"standalone, first line", "{{#on}}\n2\n{{/on}}\n", "{\"on\":true}", "2\n", T, {0}},
    {"standalone, last line without end", "1\n  {{#on}}\n{{/on}}", "{\"on\":true}", "1\n", T, {0}},
    {"standalone, CRLF", "|\r\n{{#on}}\r\n{{/on}}\r\n|", "{\"on\":true}", "|\r\n|", T, {0}},
    {"not alone", " {{#on}}x{{/on}} \n", "{\"on\":true}", " x \n", T, {0}},
    {"two on a line are not alone", "{{#on}} {{/on}}\n", "{\"on\":true}", " \n", T, {0}},
    {"variables never stand alone", "1\n{{name}}\n2\n", "{}", "1\n\n2\n", T, {0}},
    {"blank lines stay", "1\n\n{{#on}}\n\n2\n{{/on}}\n\n3", "{\"on\":true}", "1\n\n\n2\n\n3", T, {0}},
    /* comments */
    {"comment", "1{{! no }}2", "{}", "12", T, {0}},
    {"comment line", "1\n  {{! no }}\n2\n", "{}", "1\n2\n", T, {0}},
    {"comment of lines", "1\n{{!\nno {{ no\n}}\n2\n", "{}", "1\n2\n", T, {0}},
    {"comment beside text", "1 {{! no }}\n", "{}", "1 \n", T, {0}},
    /* partials */
    {"partial", "[{{>_1}}]", "{\"name\":\"Ana\"}", "[Hi Ana]", T, {"Hi {{name}}"}},
    {"partial in a list",
     "{{#list}}{{> _1 }}{{/list}}",
     "{\"list\":[{\"b\":\"1\"},{\"b\":\"2\"}]}",
     "<1><2>",
     T,
     {"<{{b}}>"}},
    {"standalone partial", "1\n{{>_1}}\n2\n", "{}", "1\np\n2\n", T, {"p\n"}},
    {"partial without an end of line", "1\n{{>_1}}\n2\n", "{}", "1\np2\n", T, {"p"}},
    {"indented partial",
     "1\n  {{>_1}}\n2\n",
     "{\"name\":\"x\\ny\"}",
     "1\n  |\n  x\ny\n\n  |\n2\n",
     T,
     {"|\n{{name}}\n\n|\n"}},
    {"indented partials add up",
     "  {{>_1}}\n",
     "{\"on\":true}",
     "  a\n    b\n  c\n",
     T,
     {"{{#on}}\na\n{{/on}}\n  {{>_2}}\nc\n", "b\n"}},
    {"indented partial, tags that begin lines",
     "  {{>_1}}\n",
     "{\"on\":true}",
     "  xy\n  z\n",
     T,
     {"{{#on}}x{{/on}}y\n{{#on}}z{{/on}}\n"}},
    {"partial beside text is not indented", "  1 {{>_1}}\n", "{}", "  1 a\nb\n", T, {"a\nb"}},
};

static void test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].what);
        g_autofree char *result = render(&cases[i]);
        g_assert_cmpstr(result, ==, cases[i].expected);
    }
}

/* P10: every mistake is found when the template is loaded, with its place and what was expected. */
static void test_errors(void)
{
    static const struct {
        const char *template, *error;
    } mistakes[] = {
        {"ab\n  {{#on}}\nx\n", "t:2:3: the section \"on\" is not closed, expected {{/on}}"},
        {"{{#on}}{{#off}}{{/on}}{{/off}}",
         "t:1:16: {{/on}} found, expected {{/off}} for the section of line 1"},
        {"é{{/on}}", "t:1:2: {{/on}} closes no section, expected {{#on}} before"},
        {"\n\nção {{nome}}", "t:3:5: unknown name \"nome\", expected one of a, b, c, name, "},
        {"{{#nome}}{{/nome}}", "t:1:1: unknown name \"nome\""},
        {"{{a.nome}}", "t:1:1: unknown name \"nome\""},
        {"{{a..b}}", "t:1:1: unknown name \"\""},
        {"{{}}", "t:1:1: \"\" is no name, expected one such as a"},
        {"{{a.a.a.a.a.a.a.a.a}}", "t:1:1: \"a.a.a.a.a.a.a.a.a\" is no name"},
        {"x{{name", "t:1:2: this tag is not closed, expected }}"},
        {"x{{", "t:1:2: this tag is not closed, expected }}"},
        {"{{{html}}", "t:1:1: this tag is not closed, expected }}}"},
        {"{{=<% %>=}}", "t:1:1: other delimiters are not supported, expected tags in {{ and }}"},
        {"{{{name}}}", "t:1:1: {{{name}}} would not be escaped, expected {{name}}"},
        {"{{#list}}{{{.}}}{{/list}}", "t:1:10: {{{.}}} would not be escaped, expected {{.}}"},
        {"{{>../../etc/passwd}}", "t:1:1: \"../../etc/passwd\" is no name of a partial"},
        {"a\xff", "t:1:2: a byte that is no text, expected UTF-8"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ChMustache) template = ch_mustache_compile(
            mistakes[i].template, strlen(mistakes[i].template), "t", CH_MUSTACHE_HTML, names, &error);
        g_assert_null(template);
        g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
        if (!g_str_has_prefix(error->message, mistakes[i].error))
            g_error("got \"%s\", wanted \"%s\"", error->message, mistakes[i].error);
    }
}

static ChMustache *compile(const char *source, const char *file)
{
    g_autoptr(GError) error = NULL;
    ChMustache *template = ch_mustache_compile(source, strlen(source), file, CH_MUSTACHE_TEXT, names, &error);
    g_assert_no_error(error);
    return template;
}

static void test_partial_errors(void)
{
    g_autoptr(GError) missing = NULL, circle = NULL;
    ChMustache *none[3] = {NULL};
    g_autoptr(ChMustache) lonely = compile("x\n {{>_2}}", "t");
    g_assert_false(ch_mustache_link(lonely, find, none, &missing));
    g_assert_error(missing, CH_ERROR, CH_ERROR_CONFIG);
    g_assert_cmpstr(missing->message, ==, "t:2:2: there is no partial \"_2\", expected its file");

    g_autoptr(ChMustache) one = compile("{{#on}}{{>_2}}{{/on}}", "one");
    g_autoptr(ChMustache) two = compile("a{{>_1}}", "two");
    ChMustache *both[3] = {one, two, NULL};
    g_assert_false(ch_mustache_link(one, find, both, &circle));
    g_assert_cmpstr(circle->message, ==, "two:1:2: the partial \"_1\" includes itself, expected no circle");
}

/* P13 */
static void test_bounds(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "{{#on}}");
    g_autoptr(GError) error = NULL;
    g_assert_null(ch_mustache_compile(deep->str, deep->len, "t", CH_MUSTACHE_TEXT, names, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    g_clear_error(&error);

    g_string_truncate(deep, 0);
    for (int i = 0; i < 16; i++)
        g_string_append(deep, "{{#on}}");
    g_string_append(deep, "x");
    for (int i = 0; i < 16; i++)
        g_string_append(deep, "{{/on}}");
    g_autoptr(ChMustache) template = compile(deep->str, "t");
    g_assert_true(ch_mustache_link(template, find, NULL, &error));
    g_autoptr(ChValue) view = view_of("{\"on\":true}");
    g_autoptr(GString) out = g_string_new("before");
    g_assert_true(ch_mustache_render(template, view, 1, out, &error));
    g_assert_cmpstr(out->str, ==, "beforex");

    /* What is too large leaves nothing half written. */
    g_autoptr(ChMustache) list = compile("{{#list}}12345{{.}}{{/list}}", "t");
    g_assert_true(ch_mustache_link(list, find, NULL, &error));
    g_autoptr(ChValue) items = ch_value_new();
    ChValue *values = ch_value_add(items, number_of("list"), CH_VALUE_LIST);
    for (int i = 0; i < 1000; i++)
        ch_value_add_string(values, 0, "67890");
    g_assert_true(ch_mustache_render(list, items, 10000, out, &error));
    g_assert_cmpuint(out->len, ==, 10007);
    g_assert_false(ch_mustache_render(list, items, 9999, out, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_LIMIT);
    g_assert_cmpuint(out->len, ==, 10007);
    g_clear_error(&error);

    /* Lists in lists in lists around nothing: no output, no node inside, but no end either (1000 to the power
     * of 10 items). */
    g_autoptr(GString) maze = g_string_new(NULL);
    for (int i = 0; i < 10; i++)
        g_string_append(maze, "{{#list}}");
    for (int i = 0; i < 10; i++)
        g_string_append(maze, "{{/list}}");
    g_autoptr(ChMustache) endless = compile(maze->str, "t");
    g_assert_true(ch_mustache_link(endless, find, NULL, &error));
    g_assert_false(ch_mustache_render(endless, items, 10000, out, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mustache/cases", test_cases);
    g_test_add_func("/mustache/errors", test_errors);
    g_test_add_func("/mustache/partial-errors", test_partial_errors);
    g_test_add_func("/mustache/bounds", test_bounds);
    return g_test_run();
}
