/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the parts of a mail by GMime's encoders. A paragraph stays one line, however long: quoted-printable
 * carries it, and each client wraps it to its own window, which on a phone reads better than lines of 72.
 */
#include "compose/part.h"

#include "compose/gmime-auto.h"
#include "compose/header.h"

#include <string.h>

#define CHUNK 49152 /* bytes of a file encoded at a time; a multiple of a base64 line's 57 isn't needed */

static void append_crlf(GString *out, const char *text, gsize length)
{
    while (length > 0) {
        const char *newline = memchr(text, '\n', length);
        gsize run = newline ? (gsize)(newline - text) : length;
        g_string_append_len(out, text, (gssize)run);
        if (!newline)
            break;
        g_string_append_len(out, "\r\n", 2);
        text += run + 1;
        length -= run + 1;
    }
}

static void append_encoded(GString *out, const char *bytes, gsize length, GMimeContentEncoding encoding)
{
    GMimeEncoding state;
    g_mime_encoding_init_encode(&state, encoding);
    g_autofree char *buffer = g_malloc(g_mime_encoding_outlen(&state, MIN(length, CHUNK)));
    while (length > CHUNK) {
        append_crlf(out, buffer, g_mime_encoding_step(&state, bytes, CHUNK, buffer));
        bytes += CHUNK;
        length -= CHUNK;
    }
    append_crlf(out, buffer, g_mime_encoding_flush(&state, bytes, length, buffer));
}

void ch_part_text(GString *out, const char *subtype, const char *text, gsize length)
{
    g_string_append_printf(out,
                           "Content-Type: text/%s; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                           subtype);
    append_encoded(out, text, length, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
}

static gboolean is_token(const char *text)
{
    gsize length = strlen(text);
    return length > 0 && length <= 127 &&
           strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-.+_") == length;
}

/* TYPE where it is one that base64 may carry (RFC 2045 section 6.4), application/octet-stream otherwise. */
static const char *safe_type(const char *type)
{
    g_auto(GStrv) halves = g_strsplit(type ? type : "", "/", 3);
    gboolean good = g_strv_length(halves) == 2 && is_token(halves[0]) && is_token(halves[1]) &&
                    g_ascii_strcasecmp(halves[0], "multipart") != 0 &&
                    g_ascii_strcasecmp(halves[0], "message") != 0;
    return good ? type : "application/octet-stream";
}

static void append_file_name(GString *out, const char *name)
{
    g_autoptr(GMimeFormatOptions) options = g_mime_format_options_clone(NULL);
    g_autoptr(GMimeParamList) parameters = g_mime_param_list_new();
    g_mime_param_list_set_parameter(parameters, "filename", name);
    GMimeParam *parameter = g_mime_param_list_get_parameter(parameters, "filename");
    g_mime_param_set_charset(parameter, "utf-8");
    g_mime_param_set_encoding_method(parameter, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    g_autoptr(GString) field = g_string_new("Content-Disposition: attachment");
    g_mime_param_list_encode(parameters, options, TRUE, field);
    g_strchomp(field->str);
    append_crlf(out, field->str, strlen(field->str));
    g_string_append(out, "\r\n");
}

void ch_part_enclosure(GString *out, const ChEnclosure *enclosure)
{
    g_autofree char *valid = g_utf8_make_valid(enclosure->name, -1);
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *p = valid; *p; p = g_utf8_next_char(p))
        if (!g_unichar_iscntrl(g_utf8_get_char(p)) && g_utf8_get_char(p) != '/')
            g_string_append_unichar(name, g_utf8_get_char(p));
    if (name->len == 0)
        g_string_assign(name, "file");
    g_string_append_printf(out, "Content-Type: %s", safe_type(enclosure->type));
    ch_header_parameter_words(out, "name", name->str);
    g_string_append(out, "\r\n");
    append_file_name(out, name->str);
    g_string_append(out, "Content-Transfer-Encoding: base64\r\n\r\n");
}

void ch_part_base64(GString *out, GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    append_encoded(out, data ? data : "", length, GMIME_CONTENT_ENCODING_BASE64);
}
