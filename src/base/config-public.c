/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overwrites passwords in the text of a configuration before anything copies it, for a process that must not
 * hold one. It does not ask what a secret looks like: what is not known to be harmless goes, old passwords in
 * comments and mistyped keys too. What is left is read as ever, by config-file.c. */
#include "base/config_private.h"

#include <string.h>

/* Not explicit_bzero: what is here is read afterwards, where a NUL would be an error, so the compiler keeps
 * it. */
static void overwrite(char *text, gsize length, char with)
{
    memset(text, with, length);
}

static const ChConfigKey *known(const char *key, gsize length)
{
    const ChConfigKey *found = NULL;
    for (guint i = 0; i < ch_config_key_count && !found; i++)
        if (strlen(ch_config_keys[i].key) == length && strncmp(ch_config_keys[i].key, key, length) == 0)
            found = &ch_config_keys[i];
    return found;
}

static gboolean is_harmless(const char *key, gsize length)
{
    const ChConfigKey *found = known(key, length);
    return found && !ch_config_is_password(found->key);
}

static gsize leading_space(const char *text, gsize length)
{
    gsize at = 0;
    while (at < length && g_ascii_isspace(text[at]))
        at++;
    return at;
}

static gsize word_length(const char *text, gsize length)
{
    gsize at = 0;
    while (at < length && (g_ascii_isalnum(text[at]) || text[at] == '_'))
        at++;
    return at;
}

/* LINE is one line without its end. It stays a good or a bad one, as it was. */
static void wipe_line(char *line, gsize length)
{
    gsize space = leading_space(line, length);
    line += space;
    length -= space;
    if (!length || *line == '[')
        return;
    if (*line == '#') {
        overwrite(line + 1, length - 1, ' ');
        return;
    }
    char *equals = memchr(line, '=', length);
    gsize before = equals ? (gsize)(equals - line) : length, word = word_length(line, before);
    gboolean alone = word + leading_space(line + word, before - word) == before;
    if (is_harmless(line, word) && (!equals || alone))
        return;
    if (equals && !alone) /* "password hunter2 = x" */
        overwrite(line, before, '?');
    if (equals)
        overwrite(equals + 1, length - before - 1, ' ');
    else if (known(line, word)) /* "password: hunter2" */
        overwrite(line + word, length - word, ' ');
    else
        overwrite(line, length, '?');
}

void ch_config_wipe_text(char *text, gsize length)
{
    gsize at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* as ch_config_reader_text */
    while (at < length) {
        char *newline = memchr(text + at, '\n', length - at);
        gsize end = newline ? (gsize)(newline - text) : length;
        wipe_line(text + at, end - at);
        at = end + 1;
    }
}

void ch_config_wipe_override(char *override)
{
    char *equals = strchr(override, '=');
    gsize before = equals ? (gsize)(equals - override) : strcspn(override, " :");
    const char *key = override;
    for (gsize i = 0; i < before; i++)
        if (override[i] == '.')
            key = override + i + 1;
    key += leading_space(key, (gsize)(override + before - key));
    gsize word = word_length(key, (gsize)(override + before - key));
    if (equals && is_harmless(key, word))
        return;
    char *value = override + before;
    overwrite(equals ? value + 1 : value, strlen(equals ? value + 1 : value), ' ');
}
