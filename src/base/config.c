/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the configuration from what config-file.c read, by the table of config-schema.c, and shows it. The
 * meaning of single values is in config-value.c, the checks across keys in config-check.c, passwords in
 * config-secret.c. */
#include "base/config.h"

#include "base/config_private.h"
#include "base/error.h"
#include "base/log.h"
#include "paths.h"

#include <string.h>
#include <sys/stat.h>

/* The department of a desk that names none: enough for `explain` and for a first look. */
static const char built_in[] = "[department suporte]\n"
                               "title = Suporte\n"
                               "addresses = suporte@localhost\n";

static void clear_section(gpointer object, ChSection section)
{
    for (guint i = 0; i < ch_config_key_count; i++)
        if (ch_config_keys[i].section == section)
            ch_config_value_clear(object, &ch_config_keys[i]);
}

static void mailbox_free(gpointer data)
{
    ChMailboxConfig *mailbox = data;
    clear_section(mailbox, CH_SECTION_MAILBOX);
    g_free(mailbox->name);
    g_free(mailbox);
}

static void department_free(gpointer data)
{
    ChDepartmentConfig *department = data;
    clear_section(department, CH_SECTION_DEPARTMENT);
    g_free(department->name);
    g_free(department);
}

static void field_free(gpointer data)
{
    ChFieldConfig *field = data;
    clear_section(field, CH_SECTION_FIELD);
    g_free(field->name);
    g_free(field);
}

static ChConfig *config_new(const char *file)
{
    ChConfig *config = g_new0(ChConfig, 1);
    config->file = g_strdup(file);
    config->mailboxes = g_ptr_array_new_with_free_func(mailbox_free);
    config->departments = g_ptr_array_new_with_free_func(department_free);
    config->fields = g_ptr_array_new_with_free_func(field_free);
    ch_limits_default(&config->limits);
    return config;
}

void ch_config_free(ChConfig *config)
{
    if (!config)
        return;
    for (ChSection section = 0; section < CH_SECTIONS; section++)
        if (!ch_section_is_named(section))
            clear_section(config, section);
    g_ptr_array_unref(config->mailboxes);
    g_ptr_array_unref(config->departments);
    g_ptr_array_unref(config->fields);
    g_free(config->file);
    g_free(config);
}

/* All that named sections of one kind describe; NULL where SECTION has no name. */
static GPtrArray *list_of(const ChConfig *config, ChSection section)
{
    return section == CH_SECTION_MAILBOX      ? config->mailboxes
           : section == CH_SECTION_DEPARTMENT ? config->departments
           : section == CH_SECTION_FIELD      ? config->fields
                                              : NULL;
}

static char **name_of(gpointer object, ChSection section)
{
    return section == CH_SECTION_MAILBOX      ? &((ChMailboxConfig *)object)->name
           : section == CH_SECTION_DEPARTMENT ? &((ChDepartmentConfig *)object)->name
                                              : &((ChFieldConfig *)object)->name;
}

static gpointer find_named(const ChConfig *config, ChSection section, const char *name)
{
    const GPtrArray *list = list_of(config, section);
    for (guint i = 0; name && i < list->len; i++)
        if (strcmp(*name_of(g_ptr_array_index(list, i), section), name) == 0)
            return g_ptr_array_index(list, i);
    return NULL;
}

/* The object that SECTION and NAME describe. Named ones are made at their first use. */
static gpointer object_of(ChConfig *config, ChSection section, const char *name)
{
    static const gsize sizes[CH_SECTIONS] = {[CH_SECTION_MAILBOX] = sizeof(ChMailboxConfig),
                                             [CH_SECTION_DEPARTMENT] = sizeof(ChDepartmentConfig),
                                             [CH_SECTION_FIELD] = sizeof(ChFieldConfig)};
    GPtrArray *list = list_of(config, section);
    gpointer object = list ? find_named(config, section, name) : config;
    if (object)
        return object;
    object = g_malloc0(sizes[section]);
    *name_of(object, section) = g_strdup(name);
    g_ptr_array_add(list, object);
    return object;
}

/* Sets what ENTRY says. An empty value is the same as none: the default holds. */
static void apply(ChConfig *config, ChConfigReader *reader, const ChConfigEntry *entry)
{
    ChSection section;
    const char *name;
    g_autofree char *why = NULL;
    gboolean known = ch_section_parse(entry->section, &section, &name, &why);
    g_assert(known); /* config-file.c takes no others */
    gpointer object = object_of(config, section, name);
    if (!entry->key)
        return;
    const ChConfigKey *key = ch_config_key(section, entry->key);
    if (!key) {
        g_autofree char *hint = ch_config_suggest(section, entry->key);
        ch_config_complain(reader, entry, "unknown key '%s' in [%s], %s", entry->key, entry->section, hint);
        return;
    }
    if (!*entry->value)
        return;
    if (key->type == CH_VALUE_SECRET)
        ch_log_secret(entry->value);
    g_autofree char *cwd = g_get_current_dir(); /* -o is written in a shell, where paths start here */
    if (!ch_config_value_set(object, key, entry->value, entry->override ? cwd : reader->folder, &why))
        ch_config_complain(reader, entry, "%s %s", entry->key, why);
}

/* Gives OBJECT the defaults of the keys that nobody set, and complains where there is none. */
static void complete(gpointer object, ChConfigReader *reader, ChSection section, const char *name)
{
    g_autofree char *title =
        name ? g_strdup_printf("%s %s", ch_section_name(section), name) : g_strdup(ch_section_name(section));
    const ChConfigEntry *place = ch_config_reader_find(reader, title, NULL);
    for (guint i = 0; i < ch_config_key_count; i++) {
        const ChConfigKey *key = &ch_config_keys[i];
        if (key->section != section)
            continue;
        const ChConfigEntry *entry = ch_config_reader_find(reader, title, key->key);
        gboolean given = entry && *entry->value;
        if (key->required && !given && place)
            ch_config_complain(reader, entry ? entry : place, "[%s] has no %s, expected %s = …", title,
                               key->key, key->key);
        if (given || !key->fallback || (!*key->fallback && !ch_config_is_list(key->type)))
            continue;
        g_autofree char *why = NULL;
        gboolean good = ch_config_value_set(object, key, key->fallback, reader->folder, &why);
        g_assert(good); /* the table is ours */
    }
}

static void complete_all(ChConfig *config, ChConfigReader *reader)
{
    for (ChSection section = 0; section < CH_SECTIONS; section++) {
        const GPtrArray *list = list_of(config, section);
        if (!list)
            complete(config, reader, section, NULL);
        for (guint i = 0; list && i < list->len; i++)
            complete(g_ptr_array_index(list, i), reader, section,
                     *name_of(g_ptr_array_index(list, i), section));
    }
    if (config->template_dir)
        return;
    /* Installed templates; a tree that was only built has its own beside the sample. */
    g_autofree char *beside = g_build_filename(reader->folder, "templates", NULL);
    gboolean use_beside = !g_file_test(CH_DATADIR "/templates", G_FILE_TEST_IS_DIR) && reader->file &&
                          g_file_test(beside, G_FILE_TEST_IS_DIR);
    config->template_dir = g_strdup(use_beside ? beside : CH_DATADIR "/templates");
}

static gboolean has_section(const ChConfigReader *reader, ChSection section)
{
    g_autofree char *prefix = g_strdup_printf("%s ", ch_section_name(section));
    for (guint i = 0; i < reader->entries->len; i++) {
        const ChConfigEntry *entry = g_ptr_array_index(reader->entries, i);
        if (g_str_has_prefix(entry->section, prefix))
            return TRUE;
    }
    return FALSE;
}

static void warn_of_readable_secrets(const ChConfigReader *reader)
{
    struct stat status;
    if (!reader->file || stat(reader->file, &status) != 0 || !(status.st_mode & S_IROTH))
        return;
    for (guint i = 0; i < reader->entries->len; i++) {
        const ChConfigEntry *entry = g_ptr_array_index(reader->entries, i);
        if (entry->override || g_strcmp0(entry->key, "password") != 0 || !*entry->value)
            continue;
        ch_log(CH_LOG_WARNING, "config-readable-by-all", "file", reader->file, "found",
               "a password in a file that every user can read", "expected", "chmod o-r, or password_file",
               NULL);
        return;
    }
}

static ChConfig *load(const char *file, const char *const *overrides, gboolean is_public, GError **error)
{
    g_autoptr(ChConfigReader) reader = ch_config_reader_new(file);
    reader->is_public = is_public;
    if (file)
        ch_config_reader_file(reader);
    if (!has_section(reader, CH_SECTION_DEPARTMENT) && !has_section(reader, CH_SECTION_MAILBOX) &&
        !reader->errors->len)
        ch_config_reader_text(reader, built_in, strlen(built_in));
    for (const char *const *override = overrides; override && *override; override++)
        ch_config_reader_override(reader, *override);

    g_autoptr(ChConfig) config = config_new(file);
    for (guint i = 0; i < reader->entries->len; i++)
        apply(config, reader, g_ptr_array_index(reader->entries, i));
    complete_all(config, reader);
    ch_config_check(config, reader);
    g_autofree char *complaints = ch_config_complaints(reader);
    if (complaints) {
        g_set_error_literal(error, CH_ERROR, CH_ERROR_CONFIG, complaints);
        return NULL;
    }
    warn_of_readable_secrets(reader);
    if (!is_public)
        ch_secret_look(config, FALSE);
    return g_steal_pointer(&config);
}

ChConfig *ch_config_load(const char *file, const char *const *overrides, GError **error)
{
    return load(file, overrides, FALSE, error);
}

ChConfig *ch_config_load_public(const char *file, char **overrides, GError **error)
{
    for (char **override = overrides; override && *override; override++)
        ch_config_wipe_override(*override);
    return load(file, (const char *const *)overrides, TRUE, error);
}

static void show_section(GString *text, gconstpointer object, ChSection section, const char *name)
{
    g_string_append_printf(text, "\n[%s%s%s]\n", ch_section_name(section), name ? " " : "", name ? name : "");
    for (guint i = 0; i < ch_config_key_count; i++) {
        const ChConfigKey *key = &ch_config_keys[i];
        if (key->section != section)
            continue;
        g_autofree char *value = ch_config_value_show(object, key);
        g_string_append_printf(text, "%s =%s%s\n", key->key, *value ? " " : "", value);
    }
}

char *ch_config_show(const ChConfig *config)
{
    g_autoptr(GString) text = g_string_new("# The configuration in force; an empty value is none.\n");
    for (ChSection section = 0; section < CH_SECTIONS; section++) {
        const GPtrArray *list = list_of(config, section);
        for (guint i = 0; list && i < list->len; i++)
            show_section(text, g_ptr_array_index(list, i), section,
                         *name_of(g_ptr_array_index(list, i), section));
        if (!list && (section != CH_SECTION_SMTP || config->smtp.host))
            show_section(text, config, section, NULL); /* [smtp] without a host would be an error */
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

const ChDepartmentConfig *ch_config_department(const ChConfig *config, const char *name)
{
    return find_named(config, CH_SECTION_DEPARTMENT, name);
}

const ChFieldConfig *ch_config_field(const ChConfig *config, const char *name)
{
    return find_named(config, CH_SECTION_FIELD, name);
}

static gboolean is_department_address(const ChConfig *config, const char *folded)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (g_strv_contains((const char *const *)department->addresses, folded))
            return TRUE;
    }
    return FALSE;
}

gboolean ch_config_is_desk_address(const ChConfig *config, const char *address)
{
    g_autofree char *folded = address ? ch_config_address(address) : NULL;
    const char *at = folded ? strrchr(folded, '@') : NULL;
    if (!at)
        return FALSE;
    /* The address of a department may have a '+' itself: it is looked up whole, then without each tag. An
     * agent may have a tagged one, which the mail server sorts out. */
    if (is_department_address(config, folded))
        return TRUE;
    if (ch_config_is_agent(config, folded))
        return FALSE;
    for (const char *plus = at; (plus = g_strrstr_len(folded, plus - folded, "+"));) {
        g_autofree char *plain = g_strdup_printf("%.*s%s", (int)(plus - folded), folded, at);
        if (is_department_address(config, plain))
            return TRUE;
    }
    return FALSE;
}

gboolean ch_config_is_desk_domain(const ChConfig *config, const char *address)
{
    const char *at = strrchr(address, '@');
    for (guint i = 0; at && i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        for (char **own = department->addresses; *own; own++)
            if (g_ascii_strcasecmp(strrchr(*own, '@'), at) == 0)
                return TRUE;
    }
    return FALSE;
}

gboolean ch_config_is_agent(const ChConfig *config, const char *folded)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (g_strv_contains((const char *const *)department->agents, folded))
            return TRUE;
    }
    return config->desk_admins && g_strv_contains((const char *const *)config->desk_admins, folded);
}
