/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and checks the page's templates of every language, and fills them in. What they are filled with is
 * made in view.c; which page is shown when, in site.c. */
#include "web/pages.h"

#include "base/error.h"

#include <string.h>

#define PAGE_BYTES (256 * 1024) /* of one page; a form has 4 KB, a hundred departments 20 */

#define NAMES_OF(FIELD, field)                                                                               \
    [CH_WORD_##FIELD] = {field, FALSE}, [CH_WORD_##FIELD##_ASK] = {field "_ask", FALSE},                     \
    [CH_WORD_##FIELD##_OPTIONAL] = {field "_optional", FALSE},                                               \
    [CH_WORD_##FIELD##_MISSING] = {field "_missing", FALSE},                                                 \
    [CH_WORD_##FIELD##_LONG] = {field "_long", FALSE}, [CH_WORD_##FIELD##_BAD] = {field "_bad", FALSE}

static const ChMustacheName names[CH_WORDS + 1] = {
    NAMES_OF(NAME, "name"),
    NAMES_OF(COMPANY, "company"),
    NAMES_OF(TELEPHONE, "telephone"),
    NAMES_OF(LANGUAGE, "language"),
    [CH_WORD_LANG] = {"lang", FALSE},
    [CH_WORD_BASE] = {"base", FALSE},
    [CH_WORD_STYLE] = {"style", FALSE},
    [CH_WORD_LOGO] = {"logo", FALSE},
    [CH_WORD_DESK_NAME] = {"desk_name", FALSE},
    [CH_WORD_ACTION] = {"action", FALSE},
    [CH_WORD_ACTION_AGAIN] = {"action_again", FALSE},
    [CH_WORD_TOKEN] = {"token", FALSE},
    [CH_WORD_ADDRESS] = {"address", FALSE},
    [CH_WORD_FAULTS] = {"faults", FALSE},
    [CH_WORD_HELD] = {"held", FALSE},
    [CH_WORD_HELD_ONE] = {"held_one", FALSE},
    [CH_WORD_HELD_MANY] = {"held_many", FALSE},
    [CH_WORD_DEPARTMENTS] = {"departments", FALSE},
    [CH_WORD_TITLE] = {"title", FALSE},
    [CH_WORD_MAILTO] = {"mailto", FALSE},
    [CH_WORD_CHOICES] = {"choices", FALSE},
    [CH_WORD_OTHERS] = {"others", FALSE},
    [CH_WORD_CODE] = {"code", FALSE},
    [CH_WORD_LABEL] = {"label", FALSE},
    [CH_WORD_SELECTED] = {"selected", FALSE},
    [CH_WORD_URL] = {"url", FALSE},
    [CH_WORD_NOT_FOUND] = {"not_found", FALSE},
    [CH_WORD_METHOD] = {"method", FALSE},
    [CH_WORD_MISMATCH] = {"mismatch", FALSE},
    [CH_WORD_LARGE] = {"large", FALSE},
    [CH_WORD_MANY] = {"many", FALSE},
    [CH_WORD_BUSY] = {"busy", FALSE},
};

static const char *const files[CH_SHEETS] = {
    [CH_SHEET_HOME] = "home.html",       [CH_SHEET_FORM] = "form.html",       [CH_SHEET_DONE] = "done.html",
    [CH_SHEET_ALREADY] = "already.html", [CH_SHEET_INVALID] = "invalid.html", [CH_SHEET_AGAIN] = "again.html",
    [CH_SHEET_PROBLEM] = "problem.html",
};

typedef struct {
    char *label;
    GHashTable *files; /* file name -> ChMustache */
} Language;

struct ChPages {
    GHashTable *languages; /* folder name -> Language */
    GPtrArray *sorted;     /* those names, borrowed, and NULL */
};

static void language_free(gpointer data)
{
    Language *language = data;
    g_free(language->label);
    g_hash_table_unref(language->files);
    g_free(language);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in PATH, sorted, so that the first mistake reported is always the same one. */
static GPtrArray *list(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &cause);
    if (!dir) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s, expected a folder of page templates there",
                    cause->message);
        return NULL;
    }
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (*name != '.')
            g_ptr_array_add(found, g_strdup(name));
    g_ptr_array_sort(found, compare);
    return found;
}

/* The text of PATH with LF at the ends of its lines, or NULL. */
static GString *read_lines(const char *path, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, &bytes, &length, &cause)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s:1:1: %s, expected each language to have this file",
                    path, cause->message);
        return NULL;
    }
    GString *lines = g_string_new_len(bytes, (gssize)length);
    g_string_replace(lines, "\r\n", "\n", 0);
    return lines;
}

static gboolean load_file(Language *language, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GString) source = read_lines(path, error);
    ChMustache *page =
        source ? ch_mustache_compile(source->str, source->len, path, CH_MUSTACHE_HTML, names, error) : NULL;
    if (!page)
        return FALSE;
    g_hash_table_insert(language->files, g_strdup(name), page);
    return TRUE;
}

static gboolean load_label(Language *language, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "language.txt", NULL);
    g_autoptr(GString) text = read_lines(path, error);
    if (!text)
        return FALSE;
    g_strstrip(text->str);
    if (!*text->str || strchr(text->str, '\n') || !g_utf8_validate(text->str, -1, NULL)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                    "%s:1:1: no name in it, expected one line, the language's own name for itself", path);
        return FALSE;
    }
    language->label = g_strdup(text->str);
    return TRUE;
}

static ChMustache *find_partial(gpointer data, const char *name)
{
    const Language *language = data;
    g_autofree char *file = g_strconcat(name, ".html", NULL);
    return *name == '_' ? g_hash_table_lookup(language->files, file) : NULL;
}

static gboolean complete(Language *language, const char *folder, GError **error)
{
    GHashTableIter iter;
    gpointer page;
    g_hash_table_iter_init(&iter, language->files);
    while (g_hash_table_iter_next(&iter, NULL, &page))
        if (!ch_mustache_link(page, find_partial, language, error))
            return FALSE;
    for (ChSheet i = 0; i < CH_SHEETS; i++)
        if (!g_hash_table_contains(language->files, files[i])) {
            g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                        "%s/%s:1:1: there is no such file, expected each language to have this page", folder,
                        files[i]);
            return FALSE;
        }
    return TRUE;
}

static gboolean load_language(ChPages *pages, const char *folder, const char *name, GError **error)
{
    Language *language = g_new0(Language, 1);
    language->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ch_mustache_free);
    char *key = g_strdup(name);
    g_hash_table_insert(pages->languages, key, language);
    g_ptr_array_add(pages->sorted, key);
    g_autoptr(GPtrArray) found = list(folder, error);
    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const char *file = g_ptr_array_index(found, i);
        if (g_str_has_suffix(file, ".html") && !load_file(language, folder, file, error))
            return FALSE;
    }
    return load_label(language, folder, error) && complete(language, folder, error);
}

ChPages *ch_pages_load(const char *dir, GError **error)
{
    g_autoptr(ChPages) pages = g_new0(ChPages, 1);
    pages->languages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, language_free);
    pages->sorted = g_ptr_array_new();
    g_autoptr(GPtrArray) folders = list(dir, error);
    if (!folders)
        return NULL;
    for (guint i = 0; i < folders->len; i++) {
        const char *name = g_ptr_array_index(folders, i);
        g_autofree char *folder = g_build_filename(dir, name, NULL);
        if (g_file_test(folder, G_FILE_TEST_IS_DIR) && !load_language(pages, folder, name, error))
            return NULL;
    }
    if (pages->sorted->len == 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: no language in it, expected folders such as pt_BR",
                    dir);
        return NULL;
    }
    g_ptr_array_add(pages->sorted, NULL);
    return g_steal_pointer(&pages);
}

void ch_pages_free(ChPages *pages)
{
    if (!pages)
        return;
    g_ptr_array_unref(pages->sorted);
    g_hash_table_unref(pages->languages);
    g_free(pages);
}

const char *const *ch_pages_languages(const ChPages *pages)
{
    return (const char *const *)pages->sorted->pdata;
}

const char *ch_pages_label(const ChPages *pages, const char *language)
{
    const Language *found = g_hash_table_lookup(pages->languages, language);
    return found ? found->label : language;
}

GString *ch_pages_render(const ChPages *pages, const char *language, ChSheet page, const ChValue *view,
                         GError **error)
{
    const Language *found = g_hash_table_lookup(pages->languages, language);
    g_autoptr(GString) html = g_string_new(NULL);
    if (!ch_mustache_render(g_hash_table_lookup(found->files, files[page]), view, PAGE_BYTES, html, error))
        return NULL;
    return g_steal_pointer(&html);
}
