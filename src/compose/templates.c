/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and checks the template files of every language: DIR/LANG/NAME.subject, .txt and .html, and partials
 * whose names begin with "_". What they may show is in view.h, which one a mail gets is desk/'s business. */
#include "compose/templates.h"

#include "base/error.h"
#include "compose/gmime-auto.h"
#include "compose/view.h"

#include <string.h>

#define ACK_PREFIX "ack-"
#define TAG_MAX    35 /* characters of a language tag that are looked at (RFC 5646 section 4.4.1) */

const char *const ch_template_names[] = {
    "ack",         "ask-fields",       "answer",       "notice-new",   "notice-reply",  "notice-answer",
    "notice-held", "notice-bounce",    "verify",       "confirm",      "confirm-alias", "welcome",
    "refusal",     "admin-quarantine", "admin-budget", "admin-bounce", "admin-rules",   NULL};

typedef struct {
    const char *extension;
    ChMustacheContext context;
} Form;

static const Form forms[] = {
    {".subject", CH_MUSTACHE_HEADER},
    {".txt", CH_MUSTACHE_TEXT},
    {".html", CH_MUSTACHE_HTML},
};

typedef struct {
    GHashTable *files; /* file name -> ChMustache */
    GHashTable *acks;  /* "ack-NAME" -> ChTemplate */
    ChTemplate templates[G_N_ELEMENTS(ch_template_names)];
} Language;

struct ChTemplates {
    GHashTable *languages; /* folder name -> Language */
    char **acks;           /* of all of them */
};

static void language_free(Language *language)
{
    g_hash_table_unref(language->files);
    g_hash_table_unref(language->acks);
    g_free(language);
}

static const Form *form_of(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        if (g_str_has_suffix(name, forms[i].extension))
            return &forms[i];
    return NULL;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in PATH, sorted, so that the first mistake reported is always the same one. */
static GPtrArray *list(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &cause);
    if (!dir) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: %s, expected a folder of templates", path,
                    cause->message);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static gboolean load_file(Language *language, const char *folder, const char *name, const Form *form,
                          GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *source = NULL;
    gsize length = 0;
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, &source, &length, &cause)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s:1:1: %s, expected a template", path,
                    cause->message);
        return FALSE;
    }
    /* A file that an editor on Windows saved is as good: lines of the output end with LF. */
    g_autoptr(GString) lines = g_string_new_len(source, (gssize)length);
    g_string_replace(lines, "\r\n", "\n", 0);
    ChMustache *compiled =
        ch_mustache_compile(lines->str, lines->len, path, form->context, ch_view_names, error);
    if (!compiled)
        return FALSE;
    g_hash_table_insert(language->files, g_strdup(name), compiled);
    return TRUE;
}

typedef struct {
    const Language *language;
    const char *extension;
} Place;

/* A partial is looked for beside the template that includes it, in the same form. */
static ChMustache *find_partial(gpointer data, const char *name)
{
    const Place *place = data;
    g_autofree char *file = g_strconcat(name, place->extension, NULL);
    return *name == '_' ? g_hash_table_lookup(place->language->files, file) : NULL;
}

static ChMustache *pick(const Language *language, const char *folder, const char *name, const Form *form,
                        GError **error)
{
    g_autofree char *file = g_strconcat(name, form->extension, NULL);
    ChMustache *found = g_hash_table_lookup(language->files, file);
    if (!found)
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                    "%s/%s:1:1: there is no such file, expected each language to have this template", folder,
                    file);
    return found;
}

/* The three files of the template NAME. */
static gboolean pick_all(const Language *language, const char *folder, const char *name, ChTemplate *target,
                         GError **error)
{
    target->subject = pick(language, folder, name, &forms[0], error);
    target->text = target->subject ? pick(language, folder, name, &forms[1], error) : NULL;
    target->html = target->text ? pick(language, folder, name, &forms[2], error) : NULL;
    return target->html != NULL;
}

/* The acknowledgements that only rules name: whoever has one file of it has all three. */
static gboolean complete_acks(Language *language, const char *folder, const GPtrArray *files, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index(files, i);
        const Form *form = form_of(file);
        if (!form || !g_str_has_prefix(file, ACK_PREFIX))
            continue;
        char *name = g_strndup(file, strlen(file) - strlen(form->extension));
        ChTemplate *template = g_new0(ChTemplate, 1);
        g_hash_table_replace(language->acks, name, template);
        if (!pick_all(language, folder, name, template, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean complete(Language *language, const char *folder, const GPtrArray *files, GError **error)
{
    /* Every file, also a partial that nothing includes: a mistake is found now, not when it is used. */
    for (guint i = 0; i < files->len; i++) {
        ChMustache *template = g_hash_table_lookup(language->files, g_ptr_array_index(files, i));
        Place place = {language, template ? form_of(g_ptr_array_index(files, i))->extension : NULL};
        if (template && !ch_mustache_link(template, find_partial, &place, error))
            return FALSE;
    }
    for (guint i = 0; ch_template_names[i]; i++)
        if (!pick_all(language, folder, ch_template_names[i], &language->templates[i], error))
            return FALSE;
    return complete_acks(language, folder, files, error);
}

static gboolean load_language(ChTemplates *templates, const char *folder, const char *name, GError **error)
{
    Language *language = g_new0(Language, 1);
    language->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ch_mustache_free);
    language->acks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(templates->languages, g_strdup(name), language);
    g_autoptr(GPtrArray) files = list(folder, error);
    if (!files)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index(files, i);
        const Form *form = form_of(file); /* NULL: an editor's backup, a README */
        if (form && !load_file(language, folder, file, form, error))
            return FALSE;
    }
    return complete(language, folder, files, error);
}

/* The names of the acknowledgements of all languages, each once. */
static char **list_acks(const ChTemplates *templates)
{
    g_autoptr(GHashTable) all = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter languages;
    gpointer language;
    g_hash_table_iter_init(&languages, templates->languages);
    while (g_hash_table_iter_next(&languages, NULL, &language)) {
        GHashTableIter acks;
        gpointer ack;
        g_hash_table_iter_init(&acks, ((Language *)language)->acks);
        while (g_hash_table_iter_next(&acks, &ack, NULL))
            g_hash_table_add(all, ack);
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter each;
    gpointer name;
    g_hash_table_iter_init(&each, all);
    while (g_hash_table_iter_next(&each, &name, NULL))
        g_ptr_array_add(names, name);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return g_strdupv((char **)names->pdata);
}

ChTemplates *ch_templates_load(const char *dir, GError **error)
{
    g_mime_init(); /* counted: more than once does no harm */
    g_autoptr(ChTemplates) templates = g_new0(ChTemplates, 1);
    templates->languages =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)language_free);
    g_autoptr(GPtrArray) folders = list(dir, error);
    if (!folders)
        return NULL;
    for (guint i = 0; i < folders->len; i++) {
        const char *name = g_ptr_array_index(folders, i);
        g_autofree char *folder = g_build_filename(dir, name, NULL);
        if (g_file_test(folder, G_FILE_TEST_IS_DIR) && !load_language(templates, folder, name, error))
            return NULL;
    }
    if (g_hash_table_size(templates->languages) == 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: no language in it, expected folders such as pt_BR",
                    dir);
        return NULL;
    }
    templates->acks = list_acks(templates);
    return g_steal_pointer(&templates);
}

void ch_templates_free(ChTemplates *templates)
{
    if (!templates)
        return;
    g_hash_table_unref(templates->languages);
    g_strfreev(templates->acks);
    g_free(templates);
}

gboolean ch_templates_have_language(const ChTemplates *templates, const char *language)
{
    return g_hash_table_contains(templates->languages, language);
}

/* The folder called TAG in any case, with "-" or "_"; NULL where there is none. */
static const char *folder_of(const ChTemplates *templates, const char *tag)
{
    GHashTableIter languages;
    gpointer folder;
    g_hash_table_iter_init(&languages, templates->languages);
    while (g_hash_table_iter_next(&languages, &folder, NULL)) {
        g_autofree char *name = g_strdelimit(g_strdup(folder), "-", '_');
        if (g_ascii_strcasecmp(name, tag) == 0)
            return folder;
    }
    return NULL;
}

/* The first folder by name of the primary language PRIMARY: "pt_BR" for "pt"; NULL where there is none. */
static const char *relative_of(const ChTemplates *templates, const char *primary)
{
    const char *best = NULL;
    gsize length = strlen(primary);
    GHashTableIter languages;
    gpointer folder;
    g_hash_table_iter_init(&languages, templates->languages);
    while (g_hash_table_iter_next(&languages, &folder, NULL)) {
        const char *name = folder;
        if (g_ascii_strncasecmp(name, primary, length) == 0 && !g_ascii_isalnum(name[length]) &&
            (!best || strcmp(name, best) < 0))
            best = name;
    }
    return best;
}

const char *ch_templates_pick(const ChTemplates *templates, const char *wanted, const char *fallback)
{
    while (wanted && *wanted == ' ')
        wanted++;
    gsize length = wanted ? strspn(wanted, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") : 0;
    g_autofree char *tag = g_strdelimit(g_strndup(wanted ? wanted : "", MIN(length, TAG_MAX)), "-", '_');
    const char *found = NULL;
    while (*tag && !found) { /* RFC 4647 section 3.4: from the whole tag to its language alone */
        found = folder_of(templates, tag);
        char *last = strrchr(tag, '_');
        if (!found && !last)
            found = relative_of(templates, tag);
        *(last ? last : tag) = '\0';
    }
    gpointer folder = NULL;
    if (!found && fallback && g_hash_table_lookup_extended(templates->languages, fallback, &folder, NULL))
        found = folder;
    return found;
}

const ChTemplate *ch_templates_find(const ChTemplates *templates, const char *language, const char *name)
{
    const Language *found = g_hash_table_lookup(templates->languages, language);
    for (guint i = 0; found && ch_template_names[i]; i++)
        if (strcmp(ch_template_names[i], name) == 0)
            return &found->templates[i];
    if (!found || !g_str_has_prefix(name, ACK_PREFIX))
        return NULL;
    const ChTemplate *ack = g_hash_table_lookup(found->acks, name);
    return ack ? ack : ch_templates_find(templates, language, "ack");
}

const char *const *ch_templates_acks(const ChTemplates *templates)
{
    return (const char *const *)templates->acks;
}

gboolean ch_template_is_ack(const char *name)
{
    return strcmp(name, "ack") == 0 || strcmp(name, "ask-fields") == 0 || g_str_has_prefix(name, ACK_PREFIX);
}
