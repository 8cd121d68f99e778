/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of a delivery-status part (RFC 3464, RFC 6533), as they are written and not only as they ought
 * to be. Where such a part stands is report.c's business; reports in plain words are bounce_text.c's.
 */
#include "parse/bounce.h"

#include <string.h>

#define HEADERS_LOOKED_AT (64 * 1024)

/* One recipient while its fields are read. */
typedef struct {
    char *original, *final, *actual;
    char *action, *status, *diagnostic;
    gboolean delayed; /* as ch_bounce_fields */
    gboolean blank;   /* an empty line came since its first field */
    GPtrArray *list;
} Group;

static gboolean name_is(const char *line, gsize length, const char *name)
{
    gsize size = strlen(name);
    return length > size && line[size] == ':' && !g_ascii_strncasecmp(line, name, size);
}

gboolean ch_bounce_is_field(const char *line, gsize length)
{
    return name_is(line, length, "Final-Recipient") || name_is(line, length, "Original-Recipient");
}

void ch_bounce_add(GPtrArray *list, const char *recipient, const char *action, const char *status,
                   const char *diagnostic)
{
    if (list->len >= CH_BOUNCES_MAX)
        return;
    for (guint i = 0; i < list->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(list, i);
        if (!g_ascii_strcasecmp(bounce->recipient, recipient) && !strcmp(bounce->action, action))
            return;
    }
    g_autofree char *line = ch_text_one_line(g_strndup(diagnostic, CH_DIAGNOSTIC_MAX * 4));
    ch_text_cut(line, CH_DIAGNOSTIC_MAX);
    g_ptr_array_add(list, ch_bounce_new(recipient, action, status, g_strstrip(line)));
}

/* The hexadecimal number at AT, of at most six digits, into *VALUE; the digits it has. */
static gsize read_hex(const char *at, gsize digits, gunichar *value)
{
    gsize count = 0;
    *value = 0;
    for (; count < digits && g_ascii_isxdigit(at[count]); count++)
        *value = *value * 16 + (gunichar)g_ascii_xdigit_value(at[count]);
    return count;
}

/* "ana+2Bx" (xtext, RFC 3461 section 4) and "\x{E9}" (utf-8-addr-xtext, RFC 6533 section 3) in words. A plus
 * that nothing of xtext follows stays: many servers write the address as it is. XTEXT: its type says so. */
static char *decode_xtext(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text) {
        gunichar c;
        gsize digits;
        if (g_str_has_prefix(text, "\\x{") && (digits = read_hex(text + 3, 6, &c)) > 0 &&
            text[3 + digits] == '}' && c >= 0x20 && g_unichar_validate(c)) {
            g_string_append_unichar(out, c);
            text += 4 + digits;
        } else if (!strncmp(text, "+3D", 3) || !strncmp(text, "+2B", 3) || !strncmp(text, "+40", 3)) {
            read_hex(text + 1, 2, &c);
            g_string_append_unichar(out, c);
            text += 3;
        } else {
            g_string_append_c(out, *text++);
        }
    }
    return g_string_free(out, FALSE);
}

/* "rfc822; <ana@x>", "ana@x", "utf-8; …", "LOTUS; CN=Ana" -> the address alone. NULL where there is none. */
static char *recipient_of(const char *value)
{
    const char *semicolon = strchr(value, ';');
    g_autofree char *text = g_strstrip(g_strdup(semicolon ? semicolon + 1 : value));
    char *open = strrchr(text, '<');
    if (open && strchr(open, '>') && !memchr(text, '@', (gsize)(open - text))) {
        *strchr(open, '>') = '\0';
        memmove(text, open + 1, strlen(open + 1) + 1);
    } else if (strchr(text, '@')) {
        /* "ana@x (expanded from ...)" */
        char *sign = strchr(text, '@');
        sign[strcspn(sign, " \t(,;\"'")] = '\0';
        memmove(text, text + strspn(text, "\"' "), strlen(text + strspn(text, "\"' ")) + 1);
    }
    g_strstrip(text);
    if (!g_ascii_strncasecmp(text, "mailto:", 7) || !g_ascii_strncasecmp(text, "smtp:", 5))
        memmove(text, strchr(text, ':') + 1, strlen(strchr(text, ':') + 1) + 1);
    return *text ? decode_xtext(text) : NULL;
}

/* The address that the desk wrote to, before the one that it became on its way. */
static const char *group_recipient(const Group *group)
{
    const char *const names[] = {group->original, group->final, group->actual};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i] && strchr(names[i], '@') && !strstr(names[i], "@ "))
            return names[i];
    return group->final ? group->final : group->original ? group->original : group->actual;
}

static const char *action_of(const Group *group, const char *status)
{
    static const struct {
        const char *begins, *action;
    } actions[] = {
        {"fail", "failed"},          {"delay", "delayed"},       {"deferred", "delayed"},
        {"delivered", "delivered"},  {"deliver", "delivered"},   {"relay", "relayed"},
        {"expand", "expanded"},      {"expired", "failed"},      {"rejected", "failed"},
        {"undeliverable", "failed"}, {"transferred", "relayed"}, {"denied", "failed"},
    };
    for (guint i = 0; group->action && i < G_N_ELEMENTS(actions); i++)
        if (!g_ascii_strncasecmp(group->action, actions[i].begins, strlen(actions[i].begins)))
            return actions[i].action;
    if (*status == '2')
        return "delivered";
    return *status == '4' || (!*status && group->delayed) ? "delayed" : "failed";
}

static void group_end(Group *group)
{
    const char *recipient = group_recipient(group);
    if (recipient || group->action || group->status || group->diagnostic) {
        const char *diagnostic = group->diagnostic ? group->diagnostic : "";
        g_autofree char *said = ch_bounce_status(group->status ? group->status : "", '5');
        gboolean delayed = !strcmp(action_of(group, said), "delayed");
        const char *action = action_of(group, said);
        /* "5.0.0" says less than the server's own words (RFC 3463 section 3.1). */
        if ((!*said || g_str_has_suffix(said, ".0.0")) && *said != '2') {
            g_autofree char *better = ch_bounce_status(diagnostic, delayed ? '4' : '5');
            if (*better && (!*said || *better == *said)) {
                g_free(said);
                said = g_steal_pointer(&better);
            }
        }
        if (recipient || (group->action && (group->status || group->diagnostic)))
            ch_bounce_add(group->list, recipient ? recipient : "", action, said, diagnostic);
    }
    char **fields[] = {&group->original, &group->final,  &group->actual,
                       &group->action,   &group->status, &group->diagnostic};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_clear_pointer(fields[i], g_free);
}

/* "smtp; 550 no" -> "550 no". A semicolon further on is the server's own. */
static const char *diagnostic_words(const char *value)
{
    gsize type = strcspn(value, "; ");
    gsize space = strspn(value + type, " ");
    if (value[type + space] == ';')
        return value + type + space + 1 + strspn(value + type + space + 1, " ");
    return value;
}

static void group_field(Group *group, const char *line, gsize length, const char *value)
{
    char **field = NULL;
    gboolean names = TRUE;
    if (name_is(line, length, "Original-Recipient"))
        field = &group->original;
    else if (name_is(line, length, "Final-Recipient"))
        field = &group->final;
    else if (name_is(line, length, "X-Actual-Recipient"))
        field = &group->actual;
    else
        names = FALSE;
    if (names) {
        /* The next recipient, though no empty line came before it. */
        if (*field || (group->blank && (group->action || group->status)))
            group_end(group);
        group->blank = FALSE;
        *field = recipient_of(value);
        return;
    }
    if (name_is(line, length, "Action"))
        field = &group->action;
    else if (name_is(line, length, "Status"))
        field = &group->status;
    else if (name_is(line, length, "Diagnostic-Code"))
        field = &group->diagnostic;
    if (field && *field && group->blank && !group_recipient(group)) /* groups that name nobody */
        group_end(group);
    if (field && !*field && *value)
        *field = g_strdup(field == &group->diagnostic ? diagnostic_words(value) : value);
}

/* The field that begins at LINE, unfolded, without its name; *NEXT: behind it. Its value is bounded. */
static char *field_value(const char *line, const char *end, const char **next)
{
    GString *value = g_string_new(NULL);
    const char *first = memchr(line, '\n', (gsize)(end - line));
    const char *at = memchr(line, ':', (gsize)((first ? first : end) - line));
    at = at ? at + 1 : line;
    for (;;) {
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        gsize length = (gsize)((stop ? stop : end) - at);
        if (value->len < CH_HEADER_VALUE_MAX) {
            g_string_append_len(value, at, (gssize)MIN(length, CH_HEADER_VALUE_MAX));
            g_string_append_c(value, ' ');
        }
        at = stop ? stop + 1 : end;
        /* A line of white space alone ends a field, whatever RFC 5322 calls it. */
        if (at >= end || (*at != ' ' && *at != '\t') || at[strspn(at, " \t")] == '\n')
            break;
    }
    *next = at;
    char *text = g_string_free(value, FALSE);
    const char *valid_end;
    if (!g_utf8_validate(text, -1, &valid_end))
        text[valid_end - text] = '\0';
    return g_strstrip(ch_text_one_line(text));
}

void ch_bounce_fields(const char *text, gsize length, gboolean delayed, GPtrArray *list)
{
    Group group = {.list = list, .delayed = delayed};
    const char *end = text + length;
    for (const char *at = text; at < end && list->len < CH_BOUNCES_MAX;) {
        const char *start = at;
        gsize blank = strspn(at, " \t");
        if (at + blank >= end || at[blank] == '\n') {
            group.blank = TRUE; /* ends nothing alone: some servers write one after each field */
            at += MIN(blank + 1, (gsize)(end - at));
            continue;
        }
        g_autofree char *value = field_value(start, end, &at);
        group_field(&group, start, (gsize)(end - start), value);
    }
    group_end(&group);
}

char *ch_bounce_header(const char *text, gsize length, const char *key)
{
    const char *end = text + MIN(length, HEADERS_LOOKED_AT);
    gboolean seen = FALSE;
    for (const char *at = text; at < end;) {
        gsize blank = strspn(at, " \t");
        if (at + blank >= end || at[blank] == '\n') {
            if (seen)
                break;
            at += MIN(blank + 1, (gsize)(end - at));
            continue;
        }
        const char *start = seen ? at : at + blank;
        g_autofree char *value = field_value(start, end, &at);
        gsize name = strcspn(start, ": \t\n");
        seen = seen || (name > 0 && start[name] == ':' && at[0] != '\n');
        if (name_is(start, (gsize)(end - start), key))
            return g_steal_pointer(&value);
    }
    return g_strdup("");
}

char *ch_bounce_id(const char *value)
{
    const char *open = strchr(value, '<');
    const char *id = open ? open + 1 : value;
    gsize length = strcspn(id, "> \t");
    return length <= 998 ? g_strndup(id, length) : g_strdup(""); /* RFC 5322 section 2.1.1 */
}
