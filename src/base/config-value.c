/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values: from the text of the file to a field of the configuration, and back for `config show`.
 * The forms of domains, URLs and the like are in config-syntax.c, which keys there are in config-schema.c,
 * what several of them must agree on in config-check.c. */
#include "base/config_private.h"

#include <string.h>

#define SHOWN_MAX 80 /* characters of a wrong value that an error repeats */

typedef struct {
    const char *text;
    guint64 number;
} Word;

static const Word tls_words[] = {
    {"implicit", CH_TLS_IMPLICIT}, {"starttls", CH_TLS_STARTTLS}, {"none", CH_TLS_NONE}, {NULL, 0}};
static const Word after_words[] = {
    {"move", CH_AFTER_MOVE}, {"seen", CH_AFTER_SEEN}, {"delete", CH_AFTER_DELETE}, {NULL, 0}};
static const Word registration_words[] = {{"validated", CH_REGISTRATION_VALIDATED},
                                          {"open", CH_REGISTRATION_OPEN},
                                          {"closed", CH_REGISTRATION_CLOSED},
                                          {NULL, 0}};
static const Word boolean_words[] = {
    {"yes", TRUE}, {"no", FALSE}, {"true", TRUE}, {"false", FALSE}, {NULL, 0}};
/* The largest unit comes first: config show takes the first that divides. */
static const Word byte_units[] = {{"G", 1u << 30}, {"M", 1u << 20}, {"K", 1u << 10}, {"", 1}, {NULL, 0}};
static const Word second_units[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"", 1}, {NULL, 0}};

static const Word *find_word(const Word *words, const char *text)
{
    for (; words->text; words++)
        if (g_ascii_strcasecmp(words->text, text) == 0)
            return words;
    return NULL;
}

static const Word *words_of(ChValueType type)
{
    switch (type) {
    case CH_VALUE_TLS:
        return tls_words;
    case CH_VALUE_AFTER:
        return after_words;
    case CH_VALUE_REGISTRATION:
        return registration_words;
    case CH_VALUE_BOOLEAN:
        return boolean_words;
    default:
        return NULL;
    }
}

static const Word *units_of(ChValueType type)
{
    return type == CH_VALUE_BYTES ? byte_units : type == CH_VALUE_SECONDS ? second_units : NULL;
}

gboolean ch_config_is_list(ChValueType type)
{
    return type == CH_VALUE_LIST || type == CH_VALUE_ADDRESSES || type == CH_VALUE_EXTENSIONS ||
           type == CH_VALUE_PATTERNS || type == CH_VALUE_FIELDS || type == CH_VALUE_IPS;
}

static gboolean is_number(ChValueType type)
{
    return type == CH_VALUE_NUMBER || type == CH_VALUE_SECONDS || type == CH_VALUE_PORT ||
           type == CH_VALUE_BYTES;
}

/* NUMBER with the largest unit that divides it. */
static char *show_number(guint64 number, const Word *units)
{
    for (const Word *unit = units; unit && unit->text; unit++)
        if (number && number % unit->number == 0)
            return g_strdup_printf("%" G_GUINT64_FORMAT "%s", number / unit->number, unit->text);
    return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

static gboolean read_number(const char *value, const ChConfigKey *key, guint64 *number)
{
    const Word *units = units_of(key->type);
    gsize digits = strspn(value, G_CSET_DIGITS);
    g_autofree char *plain = g_strndup(value, digits);
    const char *suffix = value + digits + strspn(value + digits, " ");
    guint64 factor = 1;
    if (units) {
        const Word *unit = find_word(units, suffix);
        if (!unit)
            return FALSE;
        factor = unit->number;
    } else if (value[digits]) {
        return FALSE;
    }
    guint64 count;
    if (!g_ascii_string_to_unsigned(plain, 10, 0, G_MAXUINT64 / factor, &count, NULL))
        return FALSE;
    *number = count * factor;
    return *number >= key->minimum && *number <= key->maximum;
}

/* VALUE as an error repeats it. */
static char *shorten(const char *value)
{
    return g_utf8_substring(value, 0, MIN(SHOWN_MAX, g_utf8_strlen(value, -1)));
}

/* One element of a list in its stored form, or NULL. */
static char *read_element(const char *text, ChValueType type)
{
    switch (type) {
    case CH_VALUE_ADDRESSES:
        return ch_config_address(text);
    case CH_VALUE_EXTENSIONS:
        return ch_config_extension(text);
    case CH_VALUE_PATTERNS:
        return ch_config_pattern(text);
    case CH_VALUE_FIELDS:
        return ch_config_page_field(text);
    case CH_VALUE_IPS:
        return ch_config_ip(text);
    default:
        return g_strdup(text);
    }
}

static const char *expected_elements(ChValueType type)
{
    switch (type) {
    case CH_VALUE_ADDRESSES:
        return "addresses such as ana@example.br";
    case CH_VALUE_EXTENSIONS:
        return "file name extensions such as pdf";
    case CH_VALUE_PATTERNS:
        return "domains such as cliente.example or *.grupo.example";
    case CH_VALUE_FIELDS:
        return "none, or some of name, company, telephone and language";
    default:
        return "none, or IP addresses such as 127.0.0.1";
    }
}

/* Lists whose default has something in it need a word for the empty one: an empty value is the default. */
static gboolean may_be_none(ChValueType type)
{
    return type == CH_VALUE_FIELDS || type == CH_VALUE_IPS;
}

static gboolean read_list(const char *value, const ChConfigKey *key, char ***list, char **why)
{
    if (may_be_none(key->type) && g_ascii_strcasecmp(value, "none") == 0)
        value = "";
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (char **part = parts; *part; part++) {
        g_strstrip(*part);
        g_autofree char *element = **part ? read_element(*part, key->type) : NULL;
        g_autofree char *shown = shorten(*part);
        if (!**part)
            *why = g_strdup("has nothing between two commas, expected an element there");
        else if (!element)
            *why =
                g_strdup_printf("has '%s', expected %s apart by commas", shown, expected_elements(key->type));
        else if (g_hash_table_contains(seen, element))
            *why = g_strdup_printf("has '%s' twice, expected each once", shown);
        if (*why)
            return FALSE;
        g_strv_builder_add(builder, element);
        g_hash_table_add(seen, g_steal_pointer(&element));
    }
    *list = g_strv_builder_end(builder);
    return TRUE;
}

/* Texts, in their stored form, or NULL. */
static char *read_text(const char *value, ChValueType type, const char *folder)
{
    switch (type) {
    case CH_VALUE_PREFIX:
        return strpbrk(value, "[]#\t") || strlen(value) > 64 ? NULL : g_strdup(value);
    case CH_VALUE_LANGUAGE:
        return ch_config_is_language(value) ? g_strdup(value) : NULL;
    case CH_VALUE_HOST:
        return ch_config_is_host(value) ? g_strdup(value) : NULL;
    case CH_VALUE_DOMAIN:
        return ch_config_is_domain(value) ? g_utf8_strdown(value, -1) : NULL;
    case CH_VALUE_COLOUR:
        return ch_config_is_colour(value) ? g_ascii_strdown(value, -1) : NULL;
    case CH_VALUE_URL:
        return ch_config_is_url(value) ? g_strdup(value) : NULL;
    case CH_VALUE_ACCOUNT:
        return ch_config_is_account(value) ? g_ascii_strdown(value, -1) : NULL;
    case CH_VALUE_PATH:
        return g_canonicalize_filename(value, folder);
    default:
        return g_strdup(value);
    }
}

static char *expected(const ChConfigKey *key)
{
    g_autofree char *low = show_number(key->minimum, units_of(key->type));
    g_autofree char *high = show_number(key->maximum, units_of(key->type));
    switch (key->type) {
    case CH_VALUE_PREFIX:
        return g_strdup("at most 64 bytes without '[', ']' and '#'");
    case CH_VALUE_LANGUAGE:
        return g_strdup("a folder of templates such as pt_BR");
    case CH_VALUE_HOST:
        return g_strdup("a host name or an IP address, without a port");
    case CH_VALUE_DOMAIN:
        return g_strdup("a domain name");
    case CH_VALUE_ACCOUNT:
        return g_strdup("name, company or telephone");
    case CH_VALUE_COLOUR:
        return g_strdup("a colour such as #0b5fa5");
    case CH_VALUE_URL:
        return g_strdup("a URL such as https://ajuda.example.br without '/' at its end, '?' and '#'");
    case CH_VALUE_NUMBER:
    case CH_VALUE_PORT:
        return g_strdup_printf("a whole number from %s to %s", low, high);
    case CH_VALUE_SECONDS:
        return g_strdup_printf("a time from %s to %s, such as 90s, 5m or 1h", low, high);
    case CH_VALUE_BYTES:
        return g_strdup_printf("a size from %s to %s, such as 512K or 24M", low, high);
    case CH_VALUE_TLS:
        return g_strdup("implicit, starttls or none");
    case CH_VALUE_AFTER:
        return g_strdup("move, seen or delete");
    case CH_VALUE_REGISTRATION:
        return g_strdup("validated, open or closed");
    default:
        return g_strdup("yes or no");
    }
}

static char *wrong(const ChConfigKey *key, const char *value)
{
    g_autofree char *shown = shorten(value);
    g_autofree char *what = expected(key);
    gboolean comment = strstr(value, " #") || strstr(value, "\t#");
    return g_strdup_printf("is '%s', expected %s%s", shown, what,
                           comment ? "; a comment stands on a line of its own" : "");
}

static void store_number(gpointer field, ChValueType type, guint64 number)
{
    if (type == CH_VALUE_PORT)
        *(guint16 *)field = (guint16)number;
    else if (type == CH_VALUE_BYTES)
        *(guint64 *)field = number;
    else
        *(guint *)field = (guint)number;
}

static guint64 load_number(gconstpointer field, ChValueType type)
{
    return type == CH_VALUE_PORT    ? *(const guint16 *)field
           : type == CH_VALUE_BYTES ? *(const guint64 *)field
                                    : *(const guint *)field;
}

gboolean ch_config_value_set(gpointer object, const ChConfigKey *key, const char *value, const char *folder,
                             char **why)
{
    gpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    const Word *words = words_of(key->type), *word = words ? find_word(words, value) : NULL;
    guint64 number;
    char **list;
    if (ch_config_is_list(key->type)) {
        if (!read_list(value, key, &list, why))
            return FALSE;
        ch_config_value_clear(object, key);
        *(char ***)field = list;
        return TRUE;
    }
    if (is_number(key->type) && read_number(value, key, &number)) {
        store_number(field, key->type, number);
        return TRUE;
    }
    if (word) {
        *(guint *)field = (guint)word->number;
        return TRUE;
    }
    char *text = is_number(key->type) || words ? NULL : read_text(value, key->type, folder);
    if (text) {
        ch_config_value_clear(object, key);
        *(char **)field = text;
        return TRUE;
    }
    *why = wrong(key, value);
    return FALSE;
}

char *ch_config_value_show(gconstpointer object, const ChConfigKey *key)
{
    gconstpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    if (ch_config_is_list(key->type)) {
        char **list = *(char **const *)field;
        return may_be_none(key->type) && !*list ? g_strdup("none") : g_strjoinv(", ", list);
    }
    if (is_number(key->type))
        return show_number(load_number(field, key->type), units_of(key->type));
    for (const Word *word = words_of(key->type); word && word->text; word++)
        if (word->number == *(const guint *)field)
            return g_strdup(word->text);
    g_assert(!words_of(key->type));
    const char *text = *(char *const *)field;
    return g_strdup(!text ? "" : key->type == CH_VALUE_SECRET ? "********" : text);
}

void ch_config_value_clear(gpointer object, const ChConfigKey *key)
{
    gpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    if (ch_config_is_list(key->type))
        g_clear_pointer((char ***)field, g_strfreev);
    else if (!is_number(key->type) && !words_of(key->type))
        g_clear_pointer((char **)field, g_free);
}
