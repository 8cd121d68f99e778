/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decodes and checks what somebody typed. The bytes are bounded by whoever receives them (server.c); what
 * becomes of the values is in site.c. */
#include "web/form.h"

#include <string.h>

const char *const ch_field_names[CH_FIELDS + 1] = {"name", "company", "telephone", "language", NULL};

#define KEPT 1000 /* characters of a value that is too long, to be shown again */

static const glong longest[CH_FIELDS] = {200, 200, 40, 20}; /* characters */

static void append_decoded(GString *text, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '+') {
            g_string_append_c(text, ' ');
        } else if (*at == '%' && end - at > 2 && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
            g_string_append_c(text, (char)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2])));
            at += 2;
        } else {
            g_string_append_c(text, *at);
        }
    }
}

/* What stands between AT and END. NUL and bytes that are not UTF-8 become U+FFFD, which no field takes. */
static char *decoded(const char *at, const char *end)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_decoded(text, at, end);
    return g_strstrip(g_utf8_make_valid(text->str, (gssize)text->len));
}

static char **place(ChForm *form, const char *name)
{
    if (strcmp(name, "token") == 0)
        return &form->token;
    for (ChField field = 0; field < CH_FIELDS; field++)
        if (strcmp(name, ch_field_names[field]) == 0)
            return &form->values[field];
    return NULL;
}

ChForm *ch_form_read(const char *body, gsize length)
{
    ChForm *form = g_new0(ChForm, 1);
    const char *limit = body + length;
    for (const char *at = body; at < limit;) {
        const char *end = memchr(at, '&', (gsize)(limit - at));
        if (!end)
            end = limit;
        const char *equals = memchr(at, '=', (gsize)(end - at));
        if (equals) {
            g_autofree char *name = decoded(at, equals);
            char **value = place(form, name);
            if (value && !*value)
                *value = decoded(equals + 1, end);
        }
        at = end + 1;
    }
    if (!form->token)
        form->token = g_strdup("");
    for (ChField field = 0; field < CH_FIELDS; field++)
        if (!form->values[field])
            form->values[field] = g_strdup("");
    return form;
}

void ch_form_free(ChForm *form)
{
    if (!form)
        return;
    g_free(form->token);
    for (ChField field = 0; field < CH_FIELDS; field++)
        g_free(form->values[field]);
    g_free(form);
}

/* Direction overrides make a name read as another one; ZWJ and ZWNJ, which some scripts need, are fine. */
static gboolean is_override(gunichar c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean is_plain(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        GUnicodeType type = g_unichar_type(c);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR || c == 0xFFFD || is_override(c))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_telephone(const char *text)
{
    return text[strspn(text, "0123456789 +-().x")] == '\0' && strpbrk(text, "0123456789");
}

static ChFault fault_of(ChField field, char *value, gboolean required, const char *const *languages)
{
    if (!*value)
        return required ? CH_FAULT_MISSING : CH_FAULT_NONE;
    if (g_utf8_strlen(value, -1) > longest[field]) {
        if (g_utf8_strlen(value, -1) > KEPT)
            *g_utf8_offset_to_pointer(value, KEPT) = '\0';
        return CH_FAULT_LONG;
    }
    gboolean good = is_plain(value);
    if (field == CH_FIELD_TELEPHONE)
        good = is_telephone(value);
    else if (field == CH_FIELD_LANGUAGE)
        good = g_strv_contains(languages, value);
    return good ? CH_FAULT_NONE : CH_FAULT_BAD;
}

gboolean ch_form_check(ChForm *form, const char *const *fields, const char *const *required,
                       const char *const *languages)
{
    gboolean good = TRUE;
    g_strdelimit(form->values[CH_FIELD_LANGUAGE], "-", '_');
    for (ChField field = 0; field < CH_FIELDS; field++) {
        if (!g_strv_contains(fields, ch_field_names[field]))
            *form->values[field] = '\0';
        gboolean shown = g_strv_contains(fields, ch_field_names[field]);
        form->faults[field] = shown ? fault_of(field, form->values[field],
                                               g_strv_contains(required, ch_field_names[field]), languages)
                                    : CH_FAULT_NONE;
        good = good && form->faults[field] == CH_FAULT_NONE;
    }
    return good;
}
