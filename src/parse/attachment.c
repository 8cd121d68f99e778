/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One part of a mail: its fields and bytes as they stand there, its bytes decoded and hashed in one pass;
 * what it is as a file. A file's name is filename.c's business; which parts are files and which are text is
 * decided in walk.c, which files are accepted in desk/files.c.
 */
#include "parse/internal.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define CHUNK     (64u << 10)
#define DEPTH_MAX 200

/* Where decoded bytes go. */
typedef struct {
    GByteArray *kept;
    gsize keep;
    guint64 size;
    gnutls_hash_hd_t hash; /* NULL: nobody wants a digest */
} Sink;

static void sink_take(Sink *sink, const void *bytes, gsize length)
{
    if (sink->hash)
        gnutls_hash(sink->hash, bytes, length);
    sink->size += length;
    gsize room = sink->keep - sink->kept->len;
    if (room > 0 && length > 0)
        g_byte_array_append(sink->kept, bytes, (guint)MIN(length, room));
}

const char *ch_part_header(GMimeObject *part, const char *name)
{
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(part), name);
    return header ? g_mime_header_get_raw_value(header) : NULL;
}

const char *ch_part_encoded(GMimePart *part, gsize *length)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    *length = 0;
    if (!stream || !GMIME_IS_STREAM_MEM(stream))
        return "";
    GByteArray *buffer = GMIME_STREAM_MEM(stream)->buffer;
    gint64 start = CLAMP(stream->bound_start, 0, (gint64)buffer->len);
    gint64 end = stream->bound_end < 0 ? (gint64)buffer->len : MIN(stream->bound_end, (gint64)buffer->len);
    if (end <= start)
        return "";
    *length = (gsize)(end - start);
    return (const char *)buffer->data + start;
}

GMimeStream *ch_part_stream(char *bytes, gsize length)
{
    GMimeStream *stream =
        g_mime_stream_mem_new_with_byte_array(g_byte_array_new_take((guint8 *)bytes, length));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), TRUE);
    return stream;
}

void ch_part_fill(GMimePart *part, char *bytes, gsize length, GMimeContentEncoding encoding)
{
    g_autoptr(GMimeStream) stream = ch_part_stream(bytes, length);
    g_autoptr(GMimeDataWrapper) content = g_mime_data_wrapper_new_with_stream(stream, encoding);
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part, encoding);
}

static void decode_base64(const char *bytes, gsize length, Sink *sink)
{
    ChBase64 state = {0};
    gsize piece = MIN(length, CHUNK);
    g_autofree guint8 *chunk = g_malloc(piece + 4);
    for (gsize at = 0; at < length; at += piece)
        sink_take(sink, chunk, ch_base64_decode(&state, bytes + at, MIN(length - at, piece), chunk));
    sink_take(sink, chunk, ch_base64_finish(&state, chunk));
}

static void decode_part(GMimePart *part, Sink *sink)
{
    gsize length;
    const char *bytes = ch_part_encoded(part, &length);
    GMimeContentEncoding encoding = g_mime_part_get_content_encoding(part);
    if (encoding == GMIME_CONTENT_ENCODING_UUENCODE) {
        /* The step function starts at the first line after "begin MODE NAME". */
        const char *begin = length > 6 && !memcmp(bytes, "begin ", 6) ? bytes : NULL;
        const char *found = begin ? begin : memmem(bytes, length, "\nbegin ", 7);
        const char *line = found ? memchr(found + 1, '\n', (gsize)(bytes + length - found - 1)) : NULL;
        if (line) {
            length -= (gsize)(line + 1 - bytes);
            bytes = line + 1;
        } else {
            encoding = GMIME_CONTENT_ENCODING_BINARY;
        }
    }
    if (encoding != GMIME_CONTENT_ENCODING_BASE64 && encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
        encoding != GMIME_CONTENT_ENCODING_UUENCODE) {
        sink_take(sink, bytes, length);
        return;
    }
    if (encoding == GMIME_CONTENT_ENCODING_BASE64) {
        decode_base64(bytes, length, sink);
        return;
    }
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, encoding);
    if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
        state.state |= GMIME_UUDECODE_STATE_BEGIN;
    gsize piece = MIN(length, CHUNK);
    g_autofree char *chunk = g_malloc(piece + 64);
    for (gsize at = 0; at < length; at += piece) {
        gsize size = g_mime_encoding_step(&state, bytes + at, MIN(length - at, piece), chunk);
        sink_take(sink, chunk, size);
    }
}

/* Whether the mail that OBJECT is a part of came with CRLF line ends. Bounded as GMime's nesting is. */
static gboolean has_crlf(GMimeObject *object)
{
    for (guint depth = 0; object && depth < DEPTH_MAX; depth++) {
        if (GMIME_IS_MULTIPART(object)) {
            GMimeMultipart *multipart = GMIME_MULTIPART(object);
            object =
                g_mime_multipart_get_count(multipart) > 0 ? g_mime_multipart_get_part(multipart, 0) : NULL;
        } else if (GMIME_IS_MESSAGE_PART(object)) {
            object = (GMimeObject *)g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        } else if (GMIME_IS_MESSAGE(object)) {
            object = g_mime_message_get_mime_part(GMIME_MESSAGE(object));
        } else {
            GMimeDataWrapper *content =
                GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
            GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
            if (!stream || !GMIME_IS_STREAM_MEM(stream))
                return FALSE;
            const GByteArray *buffer = GMIME_STREAM_MEM(stream)->buffer;
            const guint8 *line = buffer->len ? memchr(buffer->data, '\n', buffer->len) : NULL;
            return line && line > buffer->data && line[-1] == '\r';
        }
    }
    return FALSE;
}

/* A forwarded mail, or a multipart that is not looked into, as it stands in the mail: GMime writes LF, and
 * who saves the file, or checks its signature, wants the line ends that it had. */
static void decode_whole(GMimeObject *part, Sink *sink)
{
    GMimeObject *object = part;
    if (GMIME_IS_MESSAGE_PART(part))
        object = (GMimeObject *)g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
    if (!object)
        return;
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();
    GMimeFormatOptions *format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, has_crlf(object) ? GMIME_NEWLINE_FORMAT_DOS
                                                                      : GMIME_NEWLINE_FORMAT_UNIX);
    g_mime_object_write_to_stream(object, format, stream);
    g_mime_format_options_free(format);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    sink_take(sink, bytes->data, bytes->len);
}

GByteArray *ch_part_decode(GMimeObject *part, gsize keep, guint64 *size, char sha256[65])
{
    /* Room for a byte: an empty GByteArray has no data, and nothing may be added to NULL. */
    Sink sink = {.kept = g_byte_array_sized_new(1), .keep = keep};
    if (sha256)
        sha256[0] = '\0';
    if (sha256 && gnutls_hash_init(&sink.hash, GNUTLS_DIG_SHA256) < 0)
        sink.hash = NULL;
    if (GMIME_IS_PART(part))
        decode_part(GMIME_PART(part), &sink);
    else
        decode_whole(part, &sink);
    if (sink.hash) {
        guint8 digest[32];
        gnutls_hash_deinit(sink.hash, digest);
        for (guint i = 0; i < sizeof(digest); i++)
            g_snprintf(sha256 + 2 * i, 3, "%02x", digest[i]);
    }
    if (size)
        *size = sink.size;
    return sink.kept;
}

static char *declared_type(GMimeObject *part)
{
    GMimeContentType *content = g_mime_object_get_content_type(part);
    g_autofree char *mime = content ? g_mime_content_type_get_mime_type(content) : NULL;
    if (!mime)
        return g_strdup("application/octet-stream");
    g_autofree char *clean = ch_text_one_line(ch_text_to_utf8(mime, MIN(strlen(mime), 120), NULL, NULL));
    return g_utf8_strdown(clean, -1);
}

ChAttachment *ch_attachment_describe(GMimeObject *part, const char *number, gboolean is_inline,
                                     const char *charset)
{
    ChAttachment *attachment = g_new0(ChAttachment, 1);
    attachment->part = g_strdup(number);
    attachment->type = declared_type(part);
    g_autoptr(GByteArray) head = ch_part_decode(part, CH_CONTENT_HEAD, &attachment->size, attachment->sha256);
    attachment->content_type = GMIME_IS_PART(part) ? ch_content_type(head->data, head->len) : g_strdup("");
    attachment->name = ch_filename(part, number, attachment->type, attachment->content_type, charset);
    attachment->is_inline = is_inline;
    attachment->reason = g_strdup("");
    return attachment;
}

ChAttachment *ch_attachment_of_tnef(const ChTnefFile *file, const char *number)
{
    ChAttachment *attachment = g_new0(ChAttachment, 1);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(file->bytes, &length);
    attachment->part = g_strdup(number);
    attachment->content_type = ch_content_type(bytes, length);
    attachment->type = g_strdup(file->type && *file->type   ? file->type
                                : *attachment->content_type ? attachment->content_type
                                                            : "application/octet-stream");
    ch_text_one_line(attachment->type);
    attachment->name = file->name ? g_strdup(file->name) : ch_filename_default(number, attachment->type);
    attachment->size = length;
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes ? bytes : (const guint8 *)"", length);
    g_strlcpy(attachment->sha256, digest, sizeof(attachment->sha256));
    attachment->is_inline = file->is_inline;
    attachment->reason = g_strdup("");
    return attachment;
}
