/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that were uuencoded into the text of a mail, as programs did before MIME and some still do. Each
 * becomes a part of the tree, so that the rest of parse/ sees a multipart like any other.
 */
#include "parse/internal.h"

#include <string.h>

/* Files of one text; what follows stays text. */
#define FILES_MAX 64
#define DEPTH_MAX 200

typedef struct {
    const char *start, *end; /* of the encoded file, from "begin" to the line after "end" */
    const char *name;
    gsize name_length;
} File;

static const char *line_end(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (gsize)(end - at));
    return stop ? stop + 1 : end;
}

/* "begin 644 name": the mode has three or four octal digits. */
static gboolean read_begin(const char *at, const char *end, File *file)
{
    if (end - at < 11 || memcmp(at, "begin ", 6))
        return FALSE;
    const char *digits = at + 6, *name = digits;
    while (name < end && *name >= '0' && *name <= '7')
        name++;
    if (name - digits < 3 || name - digits > 4 || name >= end || *name != ' ')
        return FALSE;
    const char *stop = line_end(++name, end);
    while (stop > name && g_ascii_isspace(stop[-1]))
        stop--;
    file->start = at;
    file->name = name;
    file->name_length = (gsize)(stop - name);
    return stop > name;
}

/* Whether a line of data stands at AT: its first character says how many bytes it holds. Blanks at its end
 * may have been lost on the way. */
static gboolean is_data(const char *at, const char *end, guint *bytes)
{
    const char *stop = line_end(at, end);
    while (stop > at && (stop[-1] == '\n' || stop[-1] == '\r'))
        stop--;
    if (stop == at || *at < ' ' || *at > '`')
        return FALSE;
    *bytes = (guint)(*at - ' ') & 63;
    gsize needed = (*bytes + 2) / 3 * 4, length = (gsize)(stop - at) - 1;
    if (length > needed + 2 || (*bytes > 0 && length == 0))
        return FALSE;
    for (; at < stop; at++)
        if (*at < ' ' || *at > '`')
            return FALSE;
    return TRUE;
}

/* The file whose first line stands at AT. One that ends without "end" was cut off on its way. */
static gboolean read_file(const char *at, const char *end, File *file)
{
    if (!read_begin(at, end, file))
        return FALSE;
    guint bytes, lines = 0;
    gboolean empty = FALSE;
    const char *line = line_end(at, end);
    while (line < end && is_data(line, end, &bytes)) {
        line = line_end(line, end);
        lines += bytes > 0;
        empty = bytes == 0;
        if (empty)
            break;
    }
    gboolean ended = end - line >= 3 && !memcmp(line, "end", 3) &&
                     (end - line == 3 || line[3] == '\n' || line[3] == '\r' || line[3] == ' ');
    file->end = ended ? line_end(line, end) : line;
    /* Of an empty file there is a line without bytes: "begin 600 people" and "end" are words. */
    return lines > 0 || (ended && empty);
}

static void add_part(GMimeMultipart *multipart, GMimePart *part)
{
    g_mime_multipart_add(multipart, GMIME_OBJECT(part));
    g_object_unref(part);
}

/* WORDS: BYTES without FILES, as a part like TEXT. */
static GMimePart *words_part(GMimeObject *text, const GByteArray *bytes, const GArray *files)
{
    GString *words = g_string_new(NULL);
    const char *at = (const char *)bytes->data;
    for (guint i = 0; i < files->len; i++) {
        const File *file = &g_array_index(files, File, i);
        g_string_append_len(words, at, file->start - at);
        at = file->end;
    }
    g_string_append_len(words, at, (const char *)bytes->data + bytes->len - at);
    GMimePart *part = g_mime_part_new();
    GMimeContentType *type = g_mime_object_get_content_type(text);
    if (type)
        g_mime_object_set_content_type(GMIME_OBJECT(part), type);
    gsize length = words->len;
    ch_part_fill(part, g_string_free(words, FALSE), length, GMIME_CONTENT_ENCODING_8BIT);
    return part;
}

static GMimePart *file_part(const File *file)
{
    GMimePart *part = g_mime_part_new_with_type("application", "octet-stream");
    g_autofree char *name = ch_words_decode(file->name, file->name_length);
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, *name ? name : "file");
    gsize length = (gsize)(file->end - file->start);
    ch_part_fill(part, g_memdup2(file->start, length), length, GMIME_CONTENT_ENCODING_UUENCODE);
    return part;
}

/* The multipart that takes the place of PART, or NULL where it holds no file. */
static GMimeObject *unfold_text(GMimeObject *part)
{
    const char *disposition = g_mime_object_get_disposition(part);
    if (!GMIME_IS_PART(part) || !ch_walk_is_type(part, "text", "plain") ||
        (disposition && !g_ascii_strcasecmp(disposition, "attachment")))
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, G_MAXSIZE, NULL, NULL);
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(File));
    const char *start = (const char *)bytes->data;
    const char *end = start + bytes->len;
    for (const char *at = start; at < end && files->len < FILES_MAX;) {
        File file;
        if (*at == 'b' && read_file(at, end, &file)) {
            g_array_append_val(files, file);
            at = file.end;
        } else {
            at = line_end(at, end);
        }
    }
    if (files->len == 0)
        return NULL;
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype("mixed");
    add_part(multipart, words_part(part, bytes, files));
    for (guint i = 0; i < files->len; i++)
        add_part(multipart, file_part(&g_array_index(files, File, i)));
    return GMIME_OBJECT(multipart);
}

/* Recursion is bounded by DEPTH; GMime nests no deeper itself. */
static void unfold_children(GMimeMultipart *multipart, guint depth)
{
    int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        if (GMIME_IS_MULTIPART(child)) {
            if (depth < DEPTH_MAX)
                unfold_children(GMIME_MULTIPART(child), depth + 1);
            continue;
        }
        g_autoptr(GMimeObject) unfolded = unfold_text(child);
        if (unfolded)
            g_object_unref(g_mime_multipart_replace(multipart, i, unfolded));
    }
}

GMimeObject *ch_uuencode_unfold(GMimeObject *top)
{
    if (GMIME_IS_MULTIPART(top)) {
        unfold_children(GMIME_MULTIPART(top), 0);
        return top;
    }
    GMimeObject *unfolded = unfold_text(top);
    if (!unfolded)
        return top;
    ch_headers_copy(top, unfolded);
    g_object_unref(top);
    return unfolded;
}
