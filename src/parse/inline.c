/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether an image is shown inside the text, as a logo or a pasted screenshot is, or is a file of its own: by
 * what the HTML of the mail refers to (RFC 2392). Which parts are files at all is walk.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* Of one reference: Content-IDs are short. */
#define ID_MAX 255

/* Content-IDs compare as bytes, but programs encode what URLs want encoded. */
static char *id_of_url(const char *start, gsize length)
{
    g_autofree char *raw = g_strndup(start, length);
    char *id = g_uri_unescape_string(raw, NULL);
    return id ? id : g_steal_pointer(&raw);
}

static void note_references(ChWalk *walk, GMimeObject *part)
{
    g_autoptr(GByteArray) bytes = ch_part_decode(part, (gsize)walk->limits->text_bytes * 2, NULL, NULL);
    const char *at = (const char *)bytes->data, *end = at + bytes->len;
    while (at < end && (at = memchr(at, ':', (gsize)(end - at)))) {
        gboolean cid = at - (const char *)bytes->data >= 3 && !g_ascii_strncasecmp(at - 3, "cid", 3);
        at++;
        if (!cid)
            continue;
        gsize length = 0, room = MIN((gsize)(end - at), ID_MAX);
        while (length < room && !g_ascii_isspace(at[length]) && !strchr("\"'<>)\\", at[length]))
            length++;
        if (length > 0)
            g_hash_table_add(walk->references, id_of_url(at, length));
    }
}

/* Recursion is bounded by DEPTH. */
static void gather(ChWalk *walk, GMimeObject *part, guint depth, guint *leaves)
{
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && depth < ch_walk_depth(walk) && *leaves < walk->limits->parts; i++)
            gather(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1, leaves);
        return;
    }
    (*leaves)++;
    if (!ch_walk_is_type(part, "text", "html") || !ch_walk_is_text(walk, part))
        return;
    walk->has_html = TRUE;
    note_references(walk, part);
}

gboolean ch_inline_is(ChWalk *walk, GMimeObject *part, gboolean related)
{
    const char *id = g_mime_object_get_content_id(part);
    if (!id || !*id || !ch_walk_is_type(part, "image", "*"))
        return FALSE;
    if (!walk->references) {
        guint leaves = 0;
        walk->references = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        gather(walk, walk->top, 0, &leaves);
    }
    if (g_hash_table_contains(walk->references, id))
        return TRUE;
    /* Apple Mail and phones give a Content-ID to each photo, whether the text shows it or not. */
    const char *disposition = g_mime_object_get_disposition(part);
    return !walk->has_html && related && (!disposition || g_ascii_strcasecmp(disposition, "attachment"));
}
