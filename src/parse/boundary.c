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

/* The subtype of a multipart, as far as it is a word; "mixed" for anything else. */
static const char *subtype_of(GMimeObject *top, gsize *length)
{
    GMimeContentType *type = g_mime_object_get_content_type(top);
    const char *subtype =
        GMIME_IS_MULTIPART(top) && type ? g_mime_content_type_get_media_subtype(type) : NULL;
    *length = subtype ? strspn(subtype, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") : 0;
    if (*length > 0)
        return subtype;
    *length = strlen("mixed");
    return "mixed";
}

/* TOP once more, BODY behind a header that names BOUNDARY. */
static GMimeObject *read_again(GMimeObject *top, const char *body, gsize size, const char *boundary)
{
    gsize length;
    const char *subtype = subtype_of(top, &length);
    GString *mail = g_string_sized_new(size + 256);
    g_string_append_printf(mail, "Content-Type: multipart/%.*s; boundary=\"%s\"\n\n", (int)length, subtype,
                           boundary);
    g_string_append_len(mail, body, (gssize)size);
    gsize whole = mail->len;
    return ch_parse_tree(g_string_free(mail, FALSE), whole);
}

/* What TOP becomes where parts should stand in it and none were found; NULL where it is not such a mail. */
static GMimeObject *restored(GMimeObject *top)
{
    if (GMIME_IS_MULTIPART(top)) {
        const char *prologue = g_mime_multipart_get_count(GMIME_MULTIPART(top)) == 0
                                   ? g_mime_multipart_get_prologue(GMIME_MULTIPART(top))
                                   : NULL;
        g_autofree char *boundary = prologue ? find_boundary(prologue) : NULL;
        return boundary ? read_again(top, prologue, strlen(prologue), boundary) : NULL;
    }
    if (!GMIME_IS_PART(top) || g_mime_object_get_header(top, "Content-Type"))
        return NULL;
    g_autoptr(GByteArray) head = ch_part_decode(top, PEEK, NULL, NULL);
    g_autofree char *start = g_strndup((const char *)head->data, head->len);
    g_autofree char *boundary = find_boundary(start);
    if (!boundary)
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(top, G_MAXSIZE, NULL, NULL);
    return read_again(top, (const char *)bytes->data, bytes->len, boundary);
}

GMimeObject *ch_boundary_restore(GMimeObject *top)
{
    GMimeObject *again = restored(top);
    if (!again)
        return top;
    ch_headers_copy(top, again);
    g_object_unref(top);
    return again;
}
