/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado people block|unblock|blocklist`, and what an address or a pattern on the command line must look
 * like. Which mail the blocklist stops is desk/'s business. */
#include "admin/people.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* Bytes of an address: as many as are read of one in a mail. */
#define ADDRESS_MAX 1000

/* Wider than what the configuration takes, for whoever wrote to the desk must be found: a local part in
 * quotes may hold anything that can be seen (RFC 5321 section 4.1.2), a domain may be an IP address in
 * brackets. */
static gboolean is_address(const char *text)
{
    const char *end = strrchr(text, '@');
    if (!end || end == text || strlen(text) > ADDRESS_MAX)
        return FALSE;
    gboolean quoted = end - text > 2 && text[0] == '"' && end[-1] == '"';
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iscntrl(c) || (!quoted && (g_unichar_isspace(c) || strchr("@<>(),;:\"", *at))))
            return FALSE;
    }
    gsize length = strlen(end + 1);
    if (end[1] == '[')
        return length > 2 && end[length] == ']' &&
               strspn(end + 2, G_CSET_a_2_z G_CSET_DIGITS ".:") == length - 2;
    return ch_config_is_domain(end + 1);
}

/* TEXT as a message may show it. */
static void refuse(const char *text, const char *expected, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *plain = ch_command_plain(valid);
    g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "'%s': expected %s", plain, expected);
}

char *ch_people_address(const char *text, GError **error)
{
    g_autofree char *folded = g_utf8_validate(text, -1, NULL) ? ch_address_fold(text) : NULL;
    if (folded && is_address(folded))
        return g_steal_pointer(&folded);
    refuse(text, "an address such as ana@example.br", error);
    return NULL;
}

char *ch_people_pattern(const char *text, GError **error)
{
    g_autofree char *folded = g_utf8_validate(text, -1, NULL) ? ch_address_fold(text) : NULL;
    gboolean good =
        folded && (folded[0] == '@'                ? ch_config_is_domain(folded + 1)
                   : g_str_has_prefix(folded, "*") ? folded[1] == '.' && ch_config_is_domain(folded + 2)
                                                   : is_address(folded));
    if (good)
        return g_steal_pointer(&folded);
    refuse(text,
           "an address such as ana@example.br, @example.br for a domain, or *.example.br for its subdomains",
           error);
    return NULL;
}

gboolean ch_people_pattern_matches(const char *pattern, const char *address)
{
    const char *at = strrchr(address, '@');
    if (pattern[0] == '@')
        return at && strcmp(at, pattern) == 0;
    if (pattern[0] == '*' && pattern[1] == '.') {
        const char *domain = at ? at + 1 : "";
        return g_str_has_suffix(domain, pattern + 1) && strlen(domain) > strlen(pattern + 1);
    }
    return strcmp(pattern, address) == 0;
}

gboolean ch_people_blocked_by(ChStore *store, const char *address, char **pattern, GError **error)
{
    *pattern = NULL;
    g_autoptr(GPtrArray) list = ch_store_blocklist(store, error);
    for (guint i = 0; list && !*pattern && i < list->len; i++)
        if (ch_people_pattern_matches(list->pdata[i], address))
            *pattern = g_strdup(list->pdata[i]);
    return list != NULL;
}

gboolean ch_people_not_ours(const ChConfig *config, const char *address, GError **error)
{
    if (!ch_config_is_desk_address(config, address))
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s is an address of the desk itself, expected a person's",
                address);
    return FALSE;
}

/* FALSE where PATTERN means one of ADDRESSES (may be NULL), which are those of WHAT. */
static gboolean spares(const char *pattern, char **addresses, const char *what, const char *department,
                       GError **error)
{
    for (; addresses && *addresses; addresses++) {
        g_autofree char *folded = ch_address_fold(*addresses);
        if (!ch_people_pattern_matches(pattern, folded))
            continue;
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s would block %s, %s%s; nothing was changed", pattern,
                    folded, what, department);
        return FALSE;
    }
    return TRUE;
}

/* The desk must not lock out those who run it. */
static gboolean spares_the_desk(const ChConfig *config, const char *pattern, GError **error)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (!spares(pattern, department->addresses, "an address of department ", department->name, error) ||
            !spares(pattern, department->agents, "an agent of department ", department->name, error))
            return FALSE;
    }
    return spares(pattern, config->desk_admins, "an admin of the desk", "", error);
}

gboolean ch_people_block(ChPeopleCall *call, GError **error)
{
    const char *pattern = call->arguments[0];
    gboolean changed;
    if (!spares_the_desk(call->context->config, pattern, error) ||
        !ch_store_block(call->store, pattern, TRUE, &changed, error))
        return FALSE;
    if (changed)
        g_string_printf(call->said,
                        "%s is blocked: its mail is ignored from now on, and so is what was held of it\n",
                        pattern);
    else
        g_string_printf(call->said, "%s is blocked already\n", pattern);
    return TRUE;
}

gboolean ch_people_unblock(ChPeopleCall *call, GError **error)
{
    const char *pattern = call->arguments[0];
    gboolean changed;
    if (!ch_store_block(call->store, pattern, FALSE, &changed, error))
        return FALSE;
    g_autofree char *other = NULL;
    if (!ch_people_blocked_by(call->store, pattern, &other, error))
        return FALSE;
    if (!changed) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "%s is not on the blocklist%s%s%s", pattern,
                    other ? "; it is blocked by " : "", other ? other : "",
                    other ? ", which can be unblocked" : "");
        return FALSE;
    }
    g_string_printf(call->said, "%s is not on the blocklist any more%s%s\n", pattern,
                    other ? ", but still blocked by " : "", other ? other : "");
    return TRUE;
}

gboolean ch_people_blocklist(ChPeopleCall *call, GError **error)
{
    g_autoptr(GPtrArray) list = ch_store_blocklist(call->store, error);
    if (!list)
        return FALSE;
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < list->len; i++) {
        if (!call->context->json)
            puts(list->pdata[i]);
        json_builder_add_string_value(json, list->pdata[i]);
    }
    json_builder_end_array(json);
    if (call->context->json)
        ch_command_json(json);
    return TRUE;
}
