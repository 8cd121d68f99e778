/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts whose own header says in other words, or not at all, what they are: "plain/text", "html", "base-64",
 * words of the body where the empty line should stand. GMime takes the first two for unknown files and the
 * last for header fields; without this a person's words would be missing from the text (P9).
 */
#include "parse/internal.h"

#include <string.h>

#define DEPTH_MAX 200
/* Bytes of a part without a readable type that are looked at. */
#define LOOK_MAX 4096
/* Such parts of one mail: libmagic takes its time (P13). */
#define LOOKS_MAX 32

/* ---- Content-Transfer-Encoding ---- */

/* The letters and digits of the words of RAW, without "x-" and comments, are looked at one after the other:
 * "(c) base-64;", "8bit, quoted_printable". DEFAULT where none of them encodes. */
static GMimeContentEncoding meant_encoding(const char *raw)
{
    static const struct {
        const char *word;
        GMimeContentEncoding encoding;
    } known[] = {
        {"qp", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE},
        {"quotedprintable", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE},
        {"quotedprintible", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE},
        {"printablequoted", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE},
        {"base64", GMIME_CONTENT_ENCODING_BASE64},
        {"b64", GMIME_CONTENT_ENCODING_BASE64},
        {"uuencode", GMIME_CONTENT_ENCODING_UUENCODE},
        {"uue", GMIME_CONTENT_ENCODING_UUENCODE},
    };
    g_autofree char *value = g_ascii_strdown(raw, (gssize)strnlen(raw, 200));
    for (char *at = value; *at;) {
        char word[32];
        gsize length = 0;
        if (*at == '(')
            at += strcspn(at, ")");
        for (; *at && !strchr(",;( \t\r\n", *at); at++)
            if (g_ascii_isalnum(*at) && length < sizeof(word) - 1)
                word[length++] = *at;
        word[length] = '\0';
        const char *plain = word[0] == 'x' ? word + 1 : word;
        for (guint i = 0; i < G_N_ELEMENTS(known); i++)
            if (!strcmp(plain, known[i].word))
                return known[i].encoding;
        at += *at && *at != '(';
    }
    return GMIME_CONTENT_ENCODING_DEFAULT;
}

static void mend_encoding(GMimePart *part)
{
    const char *raw = ch_part_header(GMIME_OBJECT(part), "Content-Transfer-Encoding");
    if (!raw || g_mime_part_get_content_encoding(part) != GMIME_CONTENT_ENCODING_DEFAULT)
        return;
    GMimeContentEncoding meant = meant_encoding(raw);
    if (meant != GMIME_CONTENT_ENCODING_DEFAULT)
        g_mime_part_set_content_encoding(part, meant);
}

/* Text in base64 with words that are none. */
static void mend_base64(GMimePart *part)
{
    if (g_mime_part_get_content_encoding(part) != GMIME_CONTENT_ENCODING_BASE64 ||
        !ch_walk_is_type(GMIME_OBJECT(part), "text", "*") ||
        !g_strcmp0(g_mime_object_get_disposition(GMIME_OBJECT(part)), "attachment"))
        return;
    g_autofree char *name = ch_part_filename(GMIME_OBJECT(part), NULL);
    gsize length, size;
    const char *bytes = ch_part_encoded(part, &length);
    char *text = name && *name ? NULL : ch_base64_with_words(bytes, length, &size);
    if (text)
        ch_part_fill(part, text, size, GMIME_CONTENT_ENCODING_8BIT);
}

/* ---- Content-Type ---- */

/* What stands before the parameters of RAW, with one "/" for whatever separates its words. */
static char *type_words(const char *raw)
{
    g_autofree char *value = g_ascii_strdown(raw, (gssize)strnlen(raw, 200));
    value[strcspn(value, ";,")] = '\0';
    const char *at = value + strspn(value, " \t\r\n");
    if (g_str_has_prefix(at, "content-type:"))
        at += strlen("content-type:");
    GString *out = g_string_new(NULL);
    for (gboolean gap = FALSE; *at && *at != '='; at++) {
        if (g_ascii_isalnum(*at) || strchr("-+*", *at)) {
            if (gap && out->len > 0)
                g_string_append_c(out, '/');
            gap = FALSE;
            g_string_append_c(out, *at);
        } else if (!strchr("\"'<>", *at)) {
            gap = TRUE;
        }
    }
    return g_string_free(out, FALSE);
}

/* "plain" or "html" where WORDS say so in a way of their own. */
static const char *meant_text(const char *words)
{
    static const char *const plain[] = {
        "text",       "plain",      "txt",           "text/plain",      "plain/text",  "txt/plain",
        "text/txt",   "text/text",  "text/x-plain",  "text/plaintext",  "text-plain",  "test/plain",
        "text/plane", "text/ascii", "text/markdown", "text/x-markdown", "text/unknown"};
    static const char *const html[] = {"html",
                                       "htm",
                                       "text/html",
                                       "html/text",
                                       "text/htm",
                                       "txt/html",
                                       "test/html",
                                       "text-html",
                                       "text/x-html",
                                       "text/xhtml",
                                       "text/xhtml+xml",
                                       "application/html",
                                       "application/xhtml+xml"};
    for (guint i = 0; i < G_N_ELEMENTS(plain); i++)
        if (!strcmp(words, plain[i]))
            return "plain";
    for (guint i = 0; i < G_N_ELEMENTS(html); i++)
        if (!strcmp(words, html[i]))
            return "html";
    return NULL;
}

/* Whether PART holds words, as far as its first bytes tell. */
static gboolean holds_words(GMimeObject *part)
{
    g_autoptr(GByteArray) head = ch_part_decode(part, LOOK_MAX, NULL, NULL);
    for (guint i = 0; i < head->len; i++)
        if (head->data[i] < 0x20 && !strchr("\t\n\r\f\x1b", head->data[i]))
            return FALSE;
    g_autofree char *known = ch_content_type(head->data, head->len);
    return head->len > 0 && !*known;
}

/* LOOKS: how many parts were looked into. */
static void mend_type(GMimeObject *part, guint *looks)
{
    const char *raw = ch_part_header(part, "Content-Type");
    const char *disposition = g_mime_object_get_disposition(part);
    GMimeContentType *type = g_mime_object_get_content_type(part);
    if (!raw || !type || (disposition && !g_ascii_strcasecmp(disposition, "attachment")))
        return;
    if (g_mime_content_type_is_type(type, "text", "plain") ||
        g_mime_content_type_is_type(type, "text", "html"))
        return;
    g_autofree char *name = ch_part_filename(part, NULL);
    if (name && *name)
        return;
    g_autofree char *words = type_words(raw);
    const char *meant = meant_text(words);
    /* GMime's answer to a type that has no type and subtype; RFC 2045 section 5.2 calls it plain text. */
    gboolean unreadable = g_mime_content_type_is_type(type, "application", "octet-stream") &&
                          !g_str_has_prefix(words, "application");
    if (!meant && unreadable && (*looks)++ < LOOKS_MAX && holds_words(part))
        meant = "plain";
    if (!meant)
        return;
    g_autoptr(GMimeContentType) text = g_mime_content_type_new("text", meant);
    static const char *const parameters[] = {"charset", "format", "delsp"};
    for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
        g_autofree char *value = ch_param_read(raw, parameters[i], NULL);
        if (value)
            g_mime_content_type_set_parameter(text, parameters[i], value);
    }
    g_mime_object_set_content_type(part, text);
}

/* ---- the empty line below the header ---- */

/* Puts before the words of PART what GMime read as fields of its header and is none. */
static void mend_head(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (!stream || !GMIME_IS_STREAM_MEM(stream))
        return;
    const GByteArray *buffer = GMIME_STREAM_MEM(stream)->buffer;
    if (stream->bound_start <= 0 || stream->bound_start > (gint64)buffer->len)
        return;
    const char *bytes = (const char *)buffer->data, *end = bytes + stream->bound_start, *start = end;
    /* Back to the boundary above. */
    while (start > bytes && (gsize)(end - start) < CH_HEADER_VALUE_MAX &&
           !(start[-1] == '\n' && end - start > 2 && start[0] == '-' && start[1] == '-'))
        start--;
    if (start == bytes || start[0] != '-' || start[1] != '-')
        return;
    const char *line = memchr(start, '\n', (gsize)(end - start));
    const char *body = line ? ch_head_words(line + 1, end) : NULL;
    if (!body)
        return;
    g_autoptr(GMimeStream) longer = g_mime_stream_substream(stream, body - bytes, stream->bound_end);
    g_autoptr(GMimeDataWrapper) whole =
        g_mime_data_wrapper_new_with_stream(longer, g_mime_data_wrapper_get_encoding(content));
    g_mime_part_set_content(part, whole);
}

static void mend_part(GMimeObject *part, gboolean inside, guint *looks)
{
    if (!GMIME_IS_PART(part))
        return;
    if (inside)
        mend_head(GMIME_PART(part));
    mend_encoding(GMIME_PART(part));
    mend_type(part, looks);
    mend_base64(GMIME_PART(part));
}

/* Recursion is bounded by DEPTH; GMime nests no deeper itself. */
static void mend_children(GMimeMultipart *multipart, guint depth, guint *looks)
{
    int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        if (!GMIME_IS_MULTIPART(child))
            mend_part(child, TRUE, looks);
        else if (depth < DEPTH_MAX)
            mend_children(GMIME_MULTIPART(child), depth + 1, looks);
    }
}

void ch_mend(GMimeObject *top)
{
    guint looks = 0;
    if (GMIME_IS_MULTIPART(top))
        mend_children(GMIME_MULTIPART(top), 0, &looks);
    else
        mend_part(top, FALSE, &looks);
}
