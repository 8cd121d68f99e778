/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MIME tree: which parts are the text, which are files (RFC 2046), and the number of each. Gathering the
 * text is body.c's business, a file's name and digest attachment.c's. Forwarded mails are files and not
 * looked into.
 */
#include "parse/internal.h"

#include <string.h>

/* GMime nests no deeper itself; what limits.depth allows is never more than this. */
#define DEPTH_MAX 200

guint ch_walk_depth(const ChWalk *walk)
{
    return MIN(walk->limits->depth, DEPTH_MAX);
}

gboolean ch_walk_is_type(GMimeObject *part, const char *type, const char *subtype)
{
    GMimeContentType *content = g_mime_object_get_content_type(part);
    return content && g_mime_content_type_is_type(content, type, subtype);
}

static gboolean is_attachment(GMimeObject *part)
{
    const char *disposition = g_mime_object_get_disposition(part);
    return disposition && !g_ascii_strcasecmp(disposition, "attachment");
}

static gboolean has_name(GMimeObject *part)
{
    const char *plain = g_mime_object_get_content_disposition_parameter(part, "filename");
    if (!plain || !*plain)
        plain = g_mime_object_get_content_type_parameter(part, "name");
    if (plain && *plain)
        return TRUE;
    g_autofree char *broken = ch_filename_given(part, NULL);
    return broken != NULL;
}

gboolean ch_walk_is_text(const ChWalk *walk, GMimeObject *part)
{
    if (!GMIME_IS_PART(part) || is_attachment(part))
        return FALSE;
    if (!ch_walk_is_type(part, "text", "plain") && !ch_walk_is_type(part, "text", "html") &&
        !ch_walk_is_type(part, "text", "enriched") && !ch_walk_is_type(part, "text", "richtext"))
        return FALSE;
    return part == walk->body || !has_name(part);
}

static GMimeObject *first_leaf(GMimeObject *part, guint depth)
{
    while (GMIME_IS_MULTIPART(part) && depth-- > 0 && g_mime_multipart_get_count(GMIME_MULTIPART(part)) > 0)
        part = g_mime_multipart_get_part(GMIME_MULTIPART(part), 0);
    return part;
}

static void list_files(ChWalk *walk, GMimeObject *part, const char *number, guint depth, gboolean related)
{
    if (walk->parts >= walk->limits->parts) {
        ch_parse_warn(walk->mail, "more than %u MIME parts; the rest was not read", walk->limits->parts);
        return;
    }
    gboolean too_deep = GMIME_IS_MULTIPART(part) && depth >= ch_walk_depth(walk);
    if (too_deep)
        ch_parse_warn(walk->mail, "MIME parts are nested deeper than %u; what is below was not read",
                      ch_walk_depth(walk));
    if (GMIME_IS_MULTIPART(part) && !too_deep) {
        gboolean is_related = ch_walk_is_type(part, "multipart", "related");
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && walk->parts < walk->limits->parts + 1; i++) {
            g_autofree char *child =
                depth == 0 ? g_strdup_printf("%d", i + 1) : g_strdup_printf("%s.%d", number, i + 1);
            list_files(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), child, depth + 1,
                       related || is_related);
        }
        return;
    }
    walk->parts++;
    if (!too_deep && ch_walk_is_text(walk, part))
        return;
    g_ptr_array_add(walk->mail->attachments,
                    ch_attachment_describe(part, number, ch_inline_is(walk, part, related), walk->charset));
}

void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, GArray *marks)
{
    ChWalk walk = {
        .top = top, .mail = mail, .limits = limits, .marks = marks, .charset = ch_headers_charset(top)};
    walk.body = first_leaf(top, ch_walk_depth(&walk));
    ch_body_read(&walk, top);
    list_files(&walk, top, "1", 0, FALSE);
    g_clear_pointer(&walk.references, g_hash_table_unref);
}

GMimeObject *ch_walk_find(GMimeObject *top, const char *number)
{
    GMimeObject *part = top;
    if (!GMIME_IS_MULTIPART(top))
        return strcmp(number, "1") ? NULL : top;
    for (const char *at = number; *at;) {
        guint64 index = 0;
        if (!g_ascii_isdigit(*at) || !GMIME_IS_MULTIPART(part))
            return NULL;
        while (g_ascii_isdigit(*at) && index < G_MAXINT)
            index = index * 10 + (guint64)(*at++ - '0');
        if (index < 1 || index > (guint64)g_mime_multipart_get_count(GMIME_MULTIPART(part)))
            return NULL;
        part = g_mime_multipart_get_part(GMIME_MULTIPART(part), (int)index - 1);
        if (*at == '.' && at[1])
            at++;
        else if (*at)
            return NULL;
    }
    return part == top ? NULL : part;
}
