/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mails whose header lost the boundary that their body still has: a missing ";" or quote, a line end in the
 * wrong place, no Content-Type at all. Only a body that begins with what must be a boundary is read anew;
 * everything else stays as it is.
 */
#include "parse/internal.h"

#include <string.h>

#define BOUNDARY_MAX 70  /* RFC 2046 section 5.1.1 */
#define PEEK         400 /* bytes in which a body without any type shows its first boundary */

/* The boundary that the first line of BODY which is not empty can only be: a header of a part stands below
 * it. Free with g_free; NULL where there is none. */
static char *find_boundary(const char *body)
{
    const char *line = body + strspn(body, " \t\r\n");
    const char *end = line + strcspn(line, "\r\n");
    gsize length = (gsize)(end - line);
    while (length > 0 && g_ascii_isspace(line[length - 1]))
        length--;
    if (length < 3 || length > BOUNDARY_MAX + 2 || line[0] != '-' || line[1] != '-' ||
        memchr(line, '"', length) || memchr(line, '\\', length))
        return NULL;
    const char *next = *end == '\r' && end[1] == '\n' ? end + 2 : *end ? end + 1 : end;
    return g_ascii_strncasecmp(next, "Content-", 8) ? NULL : g_strndup(line + 2, length - 2);
}

/* What stands where parts should. Free with g_free. NULL where TOP is not such a mail. */
static char *body_without_parts(GMimeObject *top)
{
    if (GMIME_IS_MULTIPART(top) && g_mime_multipart_get_count(GMIME_MULTIPART(top)) == 0)
        return g_strdup(g_mime_multipart_get_prologue(GMIME_MULTIPART(top)));
    if (!GMIME_IS_PART(top) || g_mime_object_get_header(top, "Content-Type"))
        return NULL;
    g_autoptr(GByteArray) head = ch_part_decode(top, PEEK, NULL, NULL);
    g_autofree char *start = g_strndup((const char *)head->data, head->len);
    g_autofree char *boundary = find_boundary(start);
    if (!boundary)
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(top, G_MAXSIZE, NULL, NULL);
    return g_strndup((const char *)bytes->data, bytes->len);
}

GMimeObject *ch_boundary_restore(GMimeObject *top)
{
    g_autofree char *body = body_without_parts(top);
    g_autofree char *boundary = body ? find_boundary(body) : NULL;
    if (!boundary)
        return top;
    GMimeContentType *type = g_mime_object_get_content_type(top);
    const char *subtype =
        GMIME_IS_MULTIPART(top) && type ? g_mime_content_type_get_media_subtype(type) : NULL;
    gsize word = subtype ? strspn(subtype, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") : 0;
    g_autoptr(GString) mail = g_string_new(NULL);
    g_string_append_printf(mail, "Content-Type: multipart/%.*s; boundary=\"%s\"\n\n", word ? (int)word : 5,
                           word ? subtype : "mixed", boundary);
    g_string_append(mail, body);
    GMimeObject *restored = ch_parse_tree((const guint8 *)mail->str, mail->len);
    if (!restored)
        return top;
    ch_headers_copy(top, restored);
    g_object_unref(top);
    return restored;
}
