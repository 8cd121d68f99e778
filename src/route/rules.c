/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of rules: reading its files, and what can be asked of the whole. What stands in a file, compile.c and
 * grammar.y make out; applying it is match.c's. */
#include "route/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ChRules *new_rules(void)
{
    ChRules *rules = g_new0(ChRules, 1);
    rules->references = 1;
    rules->rules = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_free);
    rules->tests = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_test_free);
    rules->macros = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_macro_free);
    rules->files = g_ptr_array_new_with_free_func(g_free);
    rules->sources = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_source_free);
    return rules;
}

ChRules *ch_rules_ref(ChRules *rules)
{
    g_atomic_int_inc(&rules->references);
    return rules;
}

void ch_rules_unref(ChRules *rules)
{
    if (!rules || !g_atomic_int_dec_and_test(&rules->references))
        return;
    ch_match_free(rules->index);
    g_ptr_array_unref(rules->rules);
    g_ptr_array_unref(rules->tests);
    g_ptr_array_unref(rules->macros);
    g_ptr_array_unref(rules->files);
    g_ptr_array_unref(rules->sources);
    g_free(rules);
}

guint ch_rules_count(const ChRules *rules)
{
    return rules->rules->len;
}

const char *ch_rules_digest(const ChRules *rules)
{
    return rules->digest;
}

const char *const *ch_rules_files(const ChRules *rules)
{
    return (const char *const *)rules->files->pdata;
}

ChRuleHit *ch_rules_describe(const ChRules *rules, guint number)
{
    const ChRule *rule = g_ptr_array_index(rules->rules, number);
    ChRuleHit *hit = g_new0(ChRuleHit, 1);
    hit->file = g_strdup(rule->place.file);
    hit->line = rule->place.line;
    hit->text = g_strdup(rule->text);
    hit->why = g_strdup("");
    return hit;
}

char *ch_rules_source_line(const ChRules *rules, const ChPlace *place)
{
    for (guint i = 0; i < rules->sources->len; i++) {
        const ChRuleSource *source = g_ptr_array_index(rules->sources, i);
        if (source->name == place->file)
            return ch_rule_source_line(source, place->line);
    }
    return NULL;
}

/* An error of FILE as a whole. */
static void complain_of_file(ChCompiler *compiler, const char *file, const char *message)
{
    const ChPlace place = {.file = file};
    if (ch_compiler_is_full(compiler))
        return;
    compiler->errors++;
    ch_rule_complain(compiler->messages, FALSE, &place, NULL, "%s", message);
}

static GBytes *read_all(int file, char **why)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        *why = g_strdup("it is no file");
        return NULL;
    }
    GByteArray *bytes = g_byte_array_new();
    for (;;) {
        guint8 part[65536];
        gssize count = read(file, part, sizeof part);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            if (count == 0)
                return g_byte_array_free_to_bytes(bytes);
            *why = g_strdup(g_strerror(errno));
            break;
        }
        g_byte_array_append(bytes, part, (guint)count);
        if (bytes->len > CH_RULE_FILE_BYTES) {
            *why = g_strdup_printf("it has more than %u bytes", CH_RULE_FILE_BYTES);
            break;
        }
    }
    g_byte_array_unref(bytes);
    return NULL;
}

/* PATH as people are told it; a file may have a name that is no UTF-8. The caller frees. */
static char *shown(const ChCompiler *compiler, const char *path)
{
    gsize length = compiler->root ? strlen(compiler->root) : 0;
    if (length && strncmp(path, compiler->root, length) == 0 && path[length] == '/' && path[length + 1])
        path += length + 1;
    return g_utf8_make_valid(path, -1);
}

/* The bytes of PATH, noted and digested; NULL with *WHY. */
static GBytes *read_file(ChCompiler *compiler, const char *path, char **why)
{
    if (compiler->rules->files->len >= CH_RULE_FILES_MAX) {
        *why = g_strdup_printf("these are more than %d files", CH_RULE_FILES_MAX);
        return NULL;
    }
    GPtrArray *files = compiler->rules->files;
    if (!g_ptr_array_find_with_equal_func(files, path, g_str_equal, NULL))
        g_ptr_array_add(files, g_strdup(path));
    /* Not to wait for whoever writes into a named pipe. */
    int file = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (file < 0) {
        *why = g_strdup(g_strerror(errno));
        return NULL;
    }
    GBytes *bytes = read_all(file, why);
    close(file);
    if (bytes) {
        gsize length;
        const guchar *data = g_bytes_get_data(bytes, &length);
        g_autofree char *name = shown(compiler, path); /* the log and the statistics name rules by it */
        g_checksum_update(compiler->digest, (const guchar *)name, (gssize)strlen(name) + 1);
        g_checksum_update(compiler->digest, data, (gssize)length);
    }
    return bytes;
}

/* BYTES as a source; complains of what is no UTF-8. */
static ChRuleSource *make_source(ChCompiler *compiler, const char *name, const char *folder,
                                 const char *bytes, gsize length)
{
    guint line, column;
    guchar bad = 0;
    ChRuleSource *source = ch_rule_source_new(name, folder, bytes, length, &line, &column, &bad);
    if (!line || ch_compiler_is_full(compiler))
        return source;
    compiler->errors++;
    const ChPlace place = {source->name, line, column, 1};
    g_autofree char *text = ch_rule_source_line(source, line);
    ch_rule_complain(compiler->messages, FALSE, &place, text, "found the byte 0x%02x, expected text in UTF-8",
                     bad);
    return source;
}

static void parse(ChCompiler *compiler, ChRuleSource *source)
{
    g_ptr_array_add(compiler->rules->sources, source);
    ch_parse_source(compiler, source);
}

/* Whether PATH, opened, is another name of a file in OPEN. */
static gboolean is_open(const ChCompiler *compiler, const char *canonical)
{
    for (guint i = 0; i < compiler->open->len; i++)
        if (strcmp(g_ptr_array_index(compiler->open, i), canonical) == 0)
            return TRUE;
    return FALSE;
}

/* A file that was read already is not read again. NULL, or why it cannot be; the caller frees. */
static char *read_rules(ChCompiler *compiler, const char *path)
{
    char *canonical = realpath(path, NULL);
    if (canonical && is_open(compiler, canonical)) {
        free(canonical);
        return g_strdup("it includes itself, directly or through others");
    }
    char *key = g_strdup(canonical ? canonical : path);
    free(canonical);
    if (!g_hash_table_add(compiler->started, key))
        return NULL;
    char *why = NULL;
    g_autoptr(GBytes) bytes = read_file(compiler, path, &why);
    if (!bytes)
        return why;
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *folder = g_path_get_dirname(path);
    g_ptr_array_add(compiler->open, g_strdup(key));
    g_autofree char *name = shown(compiler, path);
    parse(compiler, make_source(compiler, name, folder, length ? data : "", length));
    g_ptr_array_set_size(compiler->open, (gint)compiler->open->len - 1);
    return NULL;
}

/* NAME, written in SOURCE, as a path; NULL where there can be none. */
static char *path_from(const ChRuleSource *source, const char *name)
{
    if (g_path_is_absolute(name))
        return g_strdup(name);
    if (!source->folder || !*name)
        return NULL;
    return strcmp(source->folder, ".") == 0 ? g_strdup(name) : g_build_filename(source->folder, name, NULL);
}

void ch_include(ChParser *parser, const ChToken *token, const ChPlace *place)
{
    ChCompiler *compiler = parser->compiler;
    if (token->broken || compiler->errors >= CH_RULE_ERRORS_MAX)
        return;
    g_autofree char *name = ch_token_string(token);
    g_autofree char *path = parser->source->folder ? path_from(parser->source, name) : NULL;
    g_autofree char *why = NULL;
    if (!path)
        why = g_strdup(*name ? "this text stands in no folder" : "it has no name");
    else if (compiler->open->len > CH_RULE_INCLUDES_MAX)
        why = g_strdup_printf("includes stand in each other more than %d deep", CH_RULE_INCLUDES_MAX);
    else
        why = read_rules(compiler, path);
    if (why)
        ch_complain(parser, place, "found '%s', expected a file of rules that can be read here: %s", name,
                    why);
}

static ChRuleList *read_list(ChParser *parser, const ChText *text, const char *path, ChListKind kind)
{
    ChCompiler *compiler = parser->compiler;
    g_autofree char *why = NULL;
    g_autoptr(GBytes) bytes = NULL;
    if (path)
        bytes = read_file(compiler, path, &why);
    else
        why = g_strdup(*text->value ? "this text stands in no folder" : "it has no name");
    if (!bytes) {
        ch_complain(parser, &text->place, "found '%s', expected a list that can be read: %s", text->value,
                    why);
        return NULL;
    }
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *name = shown(compiler, path);
    ChRuleSource *source = make_source(compiler, name, NULL, length ? data : "", length);
    ChRuleList *list = ch_rule_list_new(source, path, kind, compiler->messages, &compiler->errors);
    ch_rule_source_free(source);
    return list;
}

ChRuleList *ch_find_list(ChParser *parser, const ChText *text, ChListKind kind)
{
    ChCompiler *compiler = parser->compiler;
    g_autofree char *path = parser->source->folder ? path_from(parser->source, text->value) : NULL;
    g_autofree char *key = g_strdup_printf("%d:%s", kind, path ? path : "");
    ChRuleList *list = g_hash_table_lookup(compiler->lists, key);
    if (!list) {
        list = read_list(parser, text, path, kind);
        if (list)
            g_hash_table_insert(compiler->lists, g_steal_pointer(&key), list);
    }
    return list ? ch_rule_list_ref(list) : NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* *.rules of FOLDER, in the order of their bytes. */
static GPtrArray *names_in(GDir *folder, const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        /* An editor's lock and backup (".#x.rules") are hidden. */
        if (*name != '.' && g_str_has_suffix(name, ".rules") && !g_file_test(file, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(names, g_steal_pointer(&file));
    }
    g_ptr_array_sort(names, by_name);
    return names;
}

static void read_one(ChCompiler *compiler, const char *path)
{
    g_autofree char *why = read_rules(compiler, path);
    if (!why)
        return;
    g_autofree char *name = shown(compiler, path);
    g_autofree char *message = g_strdup_printf("found no rules that can be read: %s", why);
    complain_of_file(compiler, name, message);
}

static void read_path(ChCompiler *compiler, const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        compiler->root = g_path_get_dirname(path);
        read_one(compiler, path);
        return;
    }
    compiler->root = g_strdup(path);
    while (strlen(compiler->root) > 1 && g_str_has_suffix(compiler->root, "/"))
        compiler->root[strlen(compiler->root) - 1] = '\0';
    g_autoptr(GError) error = NULL;
    GDir *folder = g_dir_open(path, 0, &error);
    g_autofree char *name = g_utf8_make_valid(path, -1);
    if (!folder) {
        complain_of_file(compiler, name, error->message);
        return;
    }
    g_autoptr(GPtrArray) names = names_in(folder, compiler->root);
    g_dir_close(folder);
    if (names->len > CH_RULE_FILES_MAX) { /* said once, not of each file */
        g_autofree char *message =
            g_strdup_printf("found %u files of rules, expected at most %d", names->len, CH_RULE_FILES_MAX);
        complain_of_file(compiler, name, message);
        return;
    }
    for (guint i = 0; i < names->len && !ch_compiler_is_full(compiler); i++)
        read_one(compiler, g_ptr_array_index(names, i));
}

static void free_macro(gpointer data)
{
    ChMacro *macro = data;
    ch_condition_free(macro->condition);
    g_free(macro->text);
    g_free(macro);
}

static void start(ChCompiler *compiler)
{
    *compiler = (ChCompiler){.rules = new_rules(), .digest = g_checksum_new(G_CHECKSUM_SHA256)};
    compiler->messages = g_ptr_array_new();
    compiler->macros = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_macro);
    compiler->lists =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ch_rule_list_unref);
    compiler->started = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    compiler->open = g_ptr_array_new_with_free_func(g_free);
}

/* By file, in the order in which they were first spoken of, then by place. */
static int by_place(gconstpointer a, gconstpointer b, gpointer order)
{
    const ChRuleMessage *x = *(ChRuleMessage *const *)a, *y = *(ChRuleMessage *const *)b;
    guint file_x = GPOINTER_TO_UINT(g_hash_table_lookup(order, x->file));
    guint file_y = GPOINTER_TO_UINT(g_hash_table_lookup(order, y->file));
    return file_x != file_y     ? (file_x < file_y ? -1 : 1)
           : x->line != y->line ? (x->line < y->line ? -1 : 1)
                                : (int)x->column - (int)y->column;
}

static void pass_on(ChCompiler *compiler, GPtrArray *messages)
{
    if (ch_compiler_is_full(compiler)) {
        const ChRuleMessage *last = g_ptr_array_index(compiler->messages, compiler->messages->len - 1);
        const ChPlace place = {.file = last->file};
        ch_rule_complain(compiler->messages, FALSE, &place, NULL,
                         "found %d mistakes; what follows was not read", CH_RULE_ERRORS_MAX);
    }
    g_autoptr(GHashTable) order = g_hash_table_new(g_str_hash, g_str_equal);
    guint count = compiler->messages->len, sorted = ch_compiler_is_full(compiler) ? count - 1 : count;
    for (guint i = 0; i < count; i++) {
        const ChRuleMessage *message = g_ptr_array_index(compiler->messages, i);
        if (!g_hash_table_contains(order, message->file))
            g_hash_table_insert(order, message->file, GUINT_TO_POINTER(i));
    }
    g_qsort_with_data(compiler->messages->pdata, (gint)sorted, sizeof(gpointer), by_place, order);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(messages, g_ptr_array_index(compiler->messages, i));
}

/* Ends COMPILER. The set, unless something is wrong. */
static ChRules *finish(ChCompiler *compiler, GPtrArray *messages)
{
    g_autoptr(ChRules) rules = compiler->rules;
    g_strlcpy(rules->digest, g_checksum_get_string(compiler->digest), sizeof rules->digest);
    g_ptr_array_add(rules->files, NULL);
    pass_on(compiler, messages);
    g_ptr_array_unref(compiler->messages);
    g_checksum_free(compiler->digest);
    g_hash_table_unref(compiler->macros);
    g_hash_table_unref(compiler->lists);
    g_hash_table_unref(compiler->started);
    g_ptr_array_unref(compiler->open);
    g_free(compiler->root);
    if (compiler->errors)
        return NULL;
    ch_match_prepare(rules);
    return g_steal_pointer(&rules);
}

ChRules *ch_rules_load(const char *path, GPtrArray *messages)
{
    return ch_rules_load_noting(path, messages, NULL);
}

ChRules *ch_rules_load_noting(const char *path, GPtrArray *messages, GPtrArray *files)
{
    ChCompiler compiler;
    start(&compiler);
    read_path(&compiler, path);
    for (guint i = 0; files && i < compiler.rules->files->len; i++)
        g_ptr_array_add(files, g_strdup(g_ptr_array_index(compiler.rules->files, i)));
    return finish(&compiler, messages);
}

ChRules *ch_rules_compile(const char *name, const char *text, gsize length, const char *folder,
                          GPtrArray *messages)
{
    ChCompiler compiler;
    start(&compiler);
    compiler.root = g_strdup(folder);
    g_checksum_update(compiler.digest, (const guchar *)text, (gssize)length);
    if (length > CH_RULE_FILE_BYTES) {
        g_autofree char *message =
            g_strdup_printf("found more than %u bytes, expected fewer", CH_RULE_FILE_BYTES);
        complain_of_file(&compiler, name, message);
    } else {
        parse(&compiler, make_source(&compiler, name, folder, text, length));
    }
    return finish(&compiler, messages);
}
