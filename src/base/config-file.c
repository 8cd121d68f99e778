/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a file and from -o to a list of entries, each with its place. GKeyFile reads the values; it neither
 * knows lines nor refuses a key or section given twice, so an index of the lines does (P10). What an entry
 * means is looked up in config.c. */
#include "base/config_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX       (1u << 20) /* P13 */
#define COMPLAINTS_MAX 50
#define OVERRIDE_ORDER (G_MAXUINT / 2)

typedef struct {
    guint order, number;
    char *text;
} Complaint;

static void complaint_free(gpointer data)
{
    Complaint *complaint = data;
    g_free(complaint->text);
    g_free(complaint);
}

static void entry_free(gpointer data)
{
    ChConfigEntry *entry = data;
    g_free(entry->section);
    g_free(entry->key);
    g_free(entry->value);
    g_free(entry->place);
    g_free(entry);
}

ChConfigReader *ch_config_reader_new(const char *file)
{
    ChConfigReader *reader = g_new0(ChConfigReader, 1);
    reader->file = file;
    g_autofree char *folder = g_path_get_dirname(file ? file : ".");
    reader->folder = g_canonicalize_filename(folder, NULL);
    reader->entries = g_ptr_array_new_with_free_func(entry_free);
    reader->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader->errors = g_ptr_array_new_with_free_func(complaint_free);
    return reader;
}

void ch_config_reader_free(ChConfigReader *reader)
{
    if (!reader)
        return;
    g_free(reader->folder);
    g_hash_table_unref(reader->index);
    g_ptr_array_unref(reader->entries);
    g_ptr_array_unref(reader->errors);
    g_free(reader);
}

void ch_config_complain(ChConfigReader *reader, const ChConfigEntry *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    Complaint *complaint = g_new0(Complaint, 1);
    complaint->order = where ? where->order : 0;
    complaint->number = reader->errors->len;
    const char *place = where ? where->place : reader->file ? reader->file : "built-in";
    complaint->text = g_strdup_printf("%s: %s", place, text);
    g_ptr_array_add(reader->errors, complaint);
}

/* By line; in a line, what was found first comes first. */
static int compare(gconstpointer a, gconstpointer b)
{
    const Complaint *one = *(Complaint *const *)a, *other = *(Complaint *const *)b;
    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return one->number < other->number ? -1 : 1;
}

char *ch_config_complaints(const ChConfigReader *reader)
{
    if (!reader->errors->len)
        return NULL;
    g_autoptr(GPtrArray) sorted = g_ptr_array_copy(reader->errors, NULL, NULL);
    g_ptr_array_set_free_func(sorted, NULL);
    g_ptr_array_sort(sorted, compare);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < MIN(sorted->len, COMPLAINTS_MAX); i++) {
        const Complaint *complaint = g_ptr_array_index(sorted, i);
        g_string_append_printf(all, "%s%s", i ? "\n" : "", complaint->text);
    }
    if (sorted->len > COMPLAINTS_MAX)
        g_string_append_printf(all, "\nand %u more", sorted->len - COMPLAINTS_MAX);
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* No section has a line break in it. */
static char *index_name(const char *section, const char *key)
{
    return g_strdup_printf("%s\n%s", section, key ? key : "");
}

const ChConfigEntry *ch_config_reader_find(const ChConfigReader *reader, const char *section, const char *key)
{
    g_autofree char *name = index_name(section, key);
    return g_hash_table_lookup(reader->index, name);
}

static ChConfigEntry *add_entry(ChConfigReader *reader, const char *section, const char *key,
                                const ChConfigEntry *where)
{
    ChConfigEntry *entry = g_new0(ChConfigEntry, 1);
    entry->section = g_strdup(section);
    entry->key = g_strdup(key);
    entry->place = g_strdup(where->place);
    entry->order = where->order;
    entry->override = where->override;
    g_ptr_array_add(reader->entries, entry);
    g_hash_table_insert(reader->index, index_name(section, key), entry);
    return entry;
}

/* TEXT is valid UTF-8. Values end up in headers of mails, in the log and on terminals: a tab is as far as it
 * goes. */
static gboolean has_control(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        GUnicodeType type = g_unichar_type(g_utf8_get_char(text));
        if (*text != '\t' && (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
                              type == G_UNICODE_PARAGRAPH_SEPARATOR))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_key(const char *text)
{
    return *text && text[strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_")] == '\0';
}

gboolean ch_config_is_password(const char *key)
{
    return g_str_has_prefix(key, "password");
}

/* "mailbox  suporte" as "mailbox suporte"; NULL where there is no such section: it was complained of. */
static char *read_section(ChConfigReader *reader, const ChConfigEntry *where, const char *text)
{
    ChSection section;
    const char *name;
    g_autofree char *why = NULL;
    if (!ch_section_parse(text, &section, &name, &why)) {
        ch_config_complain(reader, where, "%s", why);
        return NULL;
    }
    return name ? g_strdup_printf("%s %s", ch_section_name(section), name)
                : g_strdup(ch_section_name(section));
}

/* What one line after another needs to know. */
typedef struct {
    ChConfigReader *reader;
    GString *clean; /* the lines that were understood, for GKeyFile */
    char *section;  /* NULL: none yet, or one that was complained of */
    gboolean any_section;
} Index;

static void index_section(Index *index, const ChConfigEntry *where, char *line)
{
    index->any_section = TRUE;
    g_clear_pointer(&index->section, g_free);
    char *end = strchr(line, ']');
    if (!end || end[1] || strchr(line + 1, '[')) {
        ch_config_complain(index->reader, where, "a section that does not end with ']', expected [section]");
        return;
    }
    *end = '\0';
    index->section = read_section(index->reader, where, g_strstrip(line + 1));
    if (!index->section)
        return;
    const ChConfigEntry *first = ch_config_reader_find(index->reader, index->section, NULL);
    if (first)
        ch_config_complain(index->reader, where, "[%s] a second time, expected once (it begins in line %u)",
                           index->section, first->order);
    else
        add_entry(index->reader, index->section, NULL, where);
    g_string_append_printf(index->clean, "[%s]\n", index->section);
}

/* A line without '=' may be a password that was pasted: it is named only where it begins with a key that
 * holds none. */
static void complain_of_line(const Index *index, const ChConfigEntry *where, const char *line)
{
    g_autofree char *word = g_strndup(line, strcspn(line, " \t:"));
    ChSection section;
    const char *name;
    g_autofree char *why = NULL;
    const ChConfigKey *key = index->section && ch_section_parse(index->section, &section, &name, &why)
                                 ? ch_config_key(section, word)
                                 : NULL;
    if (!key)
        ch_config_complain(index->reader, where,
                           "a line without '=', expected [section], key = value or # comment");
    else
        ch_config_complain(index->reader, where, "'%s' without '=', expected %s = …",
                           ch_config_is_password(word) ? word : line, word);
}

static void index_key(Index *index, const ChConfigEntry *where, const char *line)
{
    const char *equals = strchr(line, '=');
    if (!equals) {
        complain_of_line(index, where, line);
        return;
    }
    g_autofree char *key = g_strndup(line, (gsize)(equals - line));
    g_strstrip(key);
    if (!is_key(key)) {
        ch_config_complain(index->reader, where,
                           "a key that is not one word of letters, digits and '_', expected key = value");
        return;
    }
    if (!index->any_section)
        ch_config_complain(index->reader, where, "'%s' before any section, expected [section]", key);
    if (!index->section)
        return;
    const ChConfigEntry *first = ch_config_reader_find(index->reader, index->section, key);
    if (first) {
        ch_config_complain(index->reader, where,
                           "'%s' a second time in [%s], expected once (it is in line %u)", key,
                           index->section, first->order);
        return;
    }
    add_entry(index->reader, index->section, key, where);
    g_string_append_printf(index->clean, "%s\n", line);
}

void ch_config_reader_text(ChConfigReader *reader, const char *text, gsize length)
{
    g_autoptr(GString) clean = g_string_new(NULL);
    Index index = {.reader = reader, .clean = clean};
    gsize at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* Notepad's byte order mark */
    for (guint number = 1; at < length; number++) {
        const char *newline = memchr(text + at, '\n', length - at);
        gsize end = newline ? (gsize)(newline - text) : length;
        g_autofree char *place = reader->file ? g_strdup_printf("%s:%u", reader->file, number) : NULL;
        ChConfigEntry where = {.place = place ? place : (char *)"built-in", .order = number};
        g_autofree char *line = g_strndup(text + at, end - at);
        gboolean valid = g_utf8_validate(text + at, (gssize)(end - at), NULL);
        at = end + 1;
        g_strstrip(line);
        if (valid && (!*line || *line == '#'))
            continue;
        if (!valid)
            ch_config_complain(reader, &where, "bytes that are not UTF-8, expected UTF-8 text");
        else if (has_control(line))
            ch_config_complain(reader, &where, "a control character, expected printable text");
        else if (*line == '[')
            index_section(&index, &where, line);
        else
            index_key(&index, &where, line);
    }
    g_free(index.section);

    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (clean->len && !g_key_file_load_from_data(keys, clean->str, clean->len, G_KEY_FILE_NONE, &error))
        ch_config_complain(reader, NULL, "%s", error->message);
    for (guint i = 0; i < reader->entries->len; i++) {
        ChConfigEntry *entry = g_ptr_array_index(reader->entries, i);
        if (!entry->key || entry->value)
            continue;
        entry->value = g_key_file_get_value(keys, entry->section, entry->key, NULL);
        entry->value = entry->value ? g_strstrip(entry->value) : g_strdup("");
    }
}

void ch_config_reader_file(ChConfigReader *reader)
{
    g_autofree char *text = g_malloc(FILE_MAX + 1);
    gsize length = 0;
    int fd = g_open(reader->file, O_RDONLY | O_CLOEXEC, 0);
    gssize got = fd < 0 ? -1 : 0;
    while (fd >= 0 && length <= FILE_MAX) {
        got = read(fd, text + length, FILE_MAX + 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (gsize)got;
    }
    int failed = got < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (reader->is_public)
        ch_config_wipe_text(text, length);
    if (failed)
        ch_config_complain(reader, NULL, "%s, expected a file that can be read%s", g_strerror(failed),
                           failed == EACCES ? "; with the desk's user, as in: sudo -u chamado chamado …"
                                            : "");
    else if (length > FILE_MAX)
        ch_config_complain(reader, NULL, "more than 1 MB, expected a configuration file");
    else
        ch_config_reader_text(reader, text, length);
}

/* Takes away what OVERRIDE replaces: the same key and, of the ways to give a password, all. */
static void remove_replaced(ChConfigReader *reader, const char *section, const char *key)
{
    for (guint i = reader->entries->len; i-- > 0;) {
        const ChConfigEntry *entry = g_ptr_array_index(reader->entries, i);
        if (!entry->key || strcmp(entry->section, section) != 0)
            continue;
        if (strcmp(entry->key, key) != 0 &&
            !(ch_config_is_password(entry->key) && ch_config_is_password(key)))
            continue;
        g_autofree char *name = index_name(section, entry->key);
        g_hash_table_remove(reader->index, name);
        g_ptr_array_remove_index(reader->entries, i);
    }
}

void ch_config_reader_override(ChConfigReader *reader, const char *override)
{
    static const ChConfigEntry nowhere = {.place = (char *)"-o", .order = OVERRIDE_ORDER, .override = TRUE};
    if (!g_utf8_validate(override, -1, NULL) || has_control(override)) {
        ch_config_complain(reader, &nowhere, "control characters or bytes that are not UTF-8, expected text");
        return;
    }
    const char *equals = strchr(override, '=');
    g_autofree char *left = equals ? g_strndup(override, (gsize)(equals - override)) : NULL;
    char *dot = left ? strrchr(g_strstrip(left), '.') : NULL;
    /* As far as it is no value: that may be a password. */
    g_autofree char *place = left ? g_strdup_printf("-o %s", left)
                                  : g_strdup_printf("-o %.*s", (int)strcspn(override, " :"), override);
    ChConfigEntry where = {.place = place, .order = OVERRIDE_ORDER, .override = TRUE};
    if (!dot || !is_key(dot + 1)) {
        ch_config_complain(reader, &where, "not an assignment, expected section.key=value");
        return;
    }
    *dot = '\0';
    char *name = strchr(left, '.'); /* mailbox.suporte.host as mailbox suporte.host */
    if (name && !strchr(left, ' '))
        *name = ' ';
    g_autofree char *section = read_section(reader, &where, left);
    if (!section)
        return;
    remove_replaced(reader, section, dot + 1);
    if (!ch_config_reader_find(reader, section, NULL))
        add_entry(reader, section, NULL, &where);
    ChConfigEntry *entry = add_entry(reader, section, dot + 1, &where);
    entry->value = g_strstrip(g_strdup(equals + 1));
}
