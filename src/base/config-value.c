/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values: from the text of the file to a field of the configuration, and back for `config show`.
 * Which keys there are stands in config-schema.c, what several of them must agree on in config-check.c. */
#include "base/config_private.h"

#include <gio/gio.h>
#include <string.h>

#define SHOWN_MAX    80  /* characters of a wrong value that an error repeats */
#define ADDRESS_MAX  254 /* RFC 5321 section 4.5.3.1.3, without the angle brackets */
#define LOCAL_MAX    64  /* RFC 5321 section 4.5.3.1.1 */
#define LANGUAGE_MAX 32

typedef struct {
    const char *text;
    guint64 number;
} Word;

static const Word tls_words[] = {
    {"implicit", CH_TLS_IMPLICIT}, {"starttls", CH_TLS_STARTTLS}, {"none", CH_TLS_NONE}, {NULL, 0}};
static const Word after_words[] = {
    {"move", CH_AFTER_MOVE}, {"seen", CH_AFTER_SEEN}, {"delete", CH_AFTER_DELETE}, {NULL, 0}};
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
    return type == CH_VALUE_TLS ? tls_words : type == CH_VALUE_AFTER ? after_words : boolean_words;
}

static const Word *units_of(ChValueType type)
{
    return type == CH_VALUE_BYTES ? byte_units : type == CH_VALUE_SECONDS ? second_units : NULL;
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

/* One label or more, apart by single dots: letters, digits, '-' and, for those who write them so, '_' and
 * letters beyond ASCII. */
static gboolean is_domain(const char *text)
{
    char last = '.';
    for (const char *at = text; *at; last = *at, at = g_utf8_next_char(at)) {
        if (*at == '.' && last == '.')
            return FALSE;
        if (*at != '.' && *at != '-' && *at != '_' && !g_unichar_isalnum(g_utf8_get_char(at)))
            return FALSE;
    }
    return last != '.' && strlen(text) <= 253;
}

/* A dot-atom of RFC 5322 section 3.2.3, or of RFC 6532 where it is not ASCII. */
static gboolean is_local(const char *text, gsize length)
{
    if (!length || length > LOCAL_MAX || text[0] == '.' || text[length - 1] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];
        if (c <= ' ' || c == 0x7f || strchr("()<>[]:;@\\,\"", c) || (c == '.' && text[i + 1] == '.'))
            return FALSE;
    }
    return TRUE;
}

char *ch_config_address(const char *address)
{
    if (!g_utf8_validate(address, -1, NULL))
        return NULL;
    g_autofree char *copy = g_strdup(address);
    g_strstrip(copy);
    const char *at = strrchr(copy, '@');
    if (!at || strlen(copy) > ADDRESS_MAX || !is_local(copy, (gsize)(at - copy)) || !is_domain(at + 1))
        return NULL;
    return g_utf8_strdown(copy, -1);
}

static gboolean is_host(const char *text)
{
    return g_hostname_is_ip_address(text) || is_domain(text);
}

static gboolean is_language(const char *text)
{
    return g_ascii_isalpha(*text) && strlen(text) <= LANGUAGE_MAX &&
           text[strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-")] == '\0';
}

/* VALUE as an error repeats it. */
static char *shorten(const char *value)
{
    return g_utf8_substring(value, 0, MIN(SHOWN_MAX, g_utf8_strlen(value, -1)));
}

/* One element of a list in its stored form, or NULL. */
static char *read_element(const char *text, ChValueType type)
{
    if (type == CH_VALUE_ADDRESSES)
        return ch_config_address(text);
    if (type == CH_VALUE_LIST)
        return g_strdup(text);
    const char *name = *text == '.' ? text + 1 : text; /* .pdf is pdf */
    if (!*name || name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_+-")])
        return NULL;
    return g_ascii_strdown(name, -1);
}

static gboolean read_list(const char *value, const ChConfigKey *key, char ***list, char **why)
{
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
            *why = g_strdup_printf("has '%s', expected %s apart by commas", shown,
                                   key->type == CH_VALUE_ADDRESSES ? "addresses such as ana@example.br"
                                                                   : "file name extensions such as pdf");
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
        return is_language(value) ? g_strdup(value) : NULL;
    case CH_VALUE_HOST:
        return is_host(value) ? g_strdup(value) : NULL;
    case CH_VALUE_DOMAIN:
        return is_domain(value) ? g_utf8_strdown(value, -1) : NULL;
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

gboolean ch_config_value_set(gpointer object, const ChConfigKey *key, const char *value, const char *folder,
                             char **why)
{
    gpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    const Word *word;
    guint64 number;
    switch (key->type) {
    case CH_VALUE_LIST:
    case CH_VALUE_ADDRESSES:
    case CH_VALUE_EXTENSIONS: {
        char **list;
        if (!read_list(value, key, &list, why))
            return FALSE;
        ch_config_value_clear(object, key);
        *(char ***)field = list;
        return TRUE;
    }
    case CH_VALUE_NUMBER:
    case CH_VALUE_SECONDS:
    case CH_VALUE_PORT:
    case CH_VALUE_BYTES:
        if (!read_number(value, key, &number))
            break;
        if (key->type == CH_VALUE_PORT)
            *(guint16 *)field = (guint16)number;
        else if (key->type == CH_VALUE_BYTES)
            *(guint64 *)field = number;
        else
            *(guint *)field = (guint)number;
        return TRUE;
    case CH_VALUE_BOOLEAN:
    case CH_VALUE_TLS:
    case CH_VALUE_AFTER:
        word = find_word(words_of(key->type), value);
        if (!word)
            break;
        *(guint *)field = (guint)word->number;
        return TRUE;
    default: {
        char *text = read_text(value, key->type, folder);
        if (!text)
            break;
        ch_config_value_clear(object, key);
        *(char **)field = text;
        return TRUE;
    }
    }
    *why = wrong(key, value);
    return FALSE;
}

char *ch_config_value_show(gconstpointer object, const ChConfigKey *key)
{
    gconstpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    switch (key->type) {
    case CH_VALUE_LIST:
    case CH_VALUE_ADDRESSES:
    case CH_VALUE_EXTENSIONS:
        return g_strjoinv(", ", *(char **const *)field);
    case CH_VALUE_PORT:
        return show_number(*(const guint16 *)field, NULL);
    case CH_VALUE_NUMBER:
    case CH_VALUE_SECONDS:
        return show_number(*(const guint *)field, units_of(key->type));
    case CH_VALUE_BYTES:
        return show_number(*(const guint64 *)field, units_of(key->type));
    case CH_VALUE_BOOLEAN:
    case CH_VALUE_TLS:
    case CH_VALUE_AFTER:
        for (const Word *word = words_of(key->type); word->text; word++)
            if (word->number == *(const guint *)field)
                return g_strdup(word->text);
        g_assert_not_reached();
    case CH_VALUE_SECRET:
        return g_strdup(*(char *const *)field ? "********" : "");
    default:
        return g_strdup(*(char *const *)field ? *(char *const *)field : "");
    }
}

void ch_config_value_clear(gpointer object, const ChConfigKey *key)
{
    gpointer field = G_STRUCT_MEMBER_P(object, key->offset);
    switch (key->type) {
    case CH_VALUE_LIST:
    case CH_VALUE_ADDRESSES:
    case CH_VALUE_EXTENSIONS:
        g_clear_pointer((char ***)field, g_strfreev);
        break;
    case CH_VALUE_NUMBER:
    case CH_VALUE_SECONDS:
    case CH_VALUE_PORT:
    case CH_VALUE_BYTES:
    case CH_VALUE_BOOLEAN:
    case CH_VALUE_TLS:
    case CH_VALUE_AFTER:
        break;
    default:
        g_clear_pointer((char **)field, g_free);
    }
}
