/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MIME tree: which parts are the text, which are files (RFC 2046). Charsets are text.c's, HTML is
 * html.c's, a file's name and digest attachment.c's. Forwarded mails are files and not looked into.
 */
#include "parse/internal.h"

#include <string.h>

/* GMime nests no deeper itself; what limits.depth allows is never more than this. */
#define DEPTH_MAX 200

typedef struct {
    ChMail *mail;
    const ChLimits *limits;
    const char *const *types;
    guint parts;       /* leaves seen while listing files */
    guint texts;       /* leaves seen while gathering text */
    GMimeObject *body; /* the first leaf: text even where it has a file name */
    gboolean html_cut;
} Walk;

static guint depth_max(const Walk *walk)
{
    return MIN(walk->limits->depth, DEPTH_MAX);
}

static gboolean is_type(GMimeObject *part, const char *type, const char *subtype)
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
    const char *name = g_mime_object_get_content_disposition_parameter(part, "filename");
    if (!name || !*name)
        name = g_mime_object_get_content_type_parameter(part, "name");
    return name && *name;
}

/* Whether PART is words of the mail itself. */
static gboolean is_text(const Walk *walk, GMimeObject *part)
{
    if (!GMIME_IS_PART(part) || is_attachment(part))
        return FALSE;
    if (!is_type(part, "text", "plain") && !is_type(part, "text", "html") &&
        !is_type(part, "text", "enriched") && !is_type(part, "text", "richtext"))
        return FALSE;
    return part == walk->body || !has_name(part);
}

static GMimeObject *first_leaf(GMimeObject *part, guint depth)
{
    while (GMIME_IS_MULTIPART(part) && depth-- > 0 && g_mime_multipart_get_count(GMIME_MULTIPART(part)) > 0)
        part = g_mime_multipart_get_part(GMIME_MULTIPART(part), 0);
    return part;
}

/* ---- text ---- */

static char *leaf_text(Walk *walk, GMimeObject *part)
{
    gboolean html = is_type(part, "text", "html");
    /* Markup is larger than what it says; decoded text of any charset has at most two bytes for one of UTF-8
     * that counts here. */
    gsize keep = (gsize)walk->limits->text_bytes * 2 + 16;
    guint64 size;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, keep, &size, NULL);
    if (size > keep)
        ch_parse_warn(walk->mail,
                      "the text has more than %" G_GUINT64_FORMAT " bytes; the rest is in the raw mail",
                      walk->limits->text_bytes);
    const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
    gboolean repaired = FALSE;
    g_autofree char *text = ch_text_to_utf8((const char *)bytes->data, bytes->len, charset, &repaired);
    if (repaired)
        ch_parse_warn(walk->mail, "the text is not in the charset that it names");
    ch_text_clean(text);
    return html ? ch_html_to_text(text, strlen(text)) : g_steal_pointer(&text);
}

static void append_text(GString *out, const char *text)
{
    if (ch_text_is_blank(text))
        return;
    if (out->len > 0) {
        if (out->str[out->len - 1] != '\n')
            g_string_append_c(out, '\n');
        if (!g_str_has_suffix(out->str, "\n\n"))
            g_string_append_c(out, '\n');
    }
    g_string_append(out, text);
}

/* How well a child of multipart/alternative serves as text: plain is best, then what holds plain or HTML. */
static guint rank(const Walk *walk, GMimeObject *part, guint depth)
{
    if (GMIME_IS_MULTIPART(part)) {
        guint best = 0;
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && depth < depth_max(walk) && best < 3; i++) {
            guint child = rank(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
            best = MAX(best, child);
        }
        return best;
    }
    if (!is_text(walk, part))
        return 0;
    return is_type(part, "text", "plain") ? 3 : is_type(part, "text", "html") ? 2 : 1;
}

static void gather(Walk *walk, GMimeObject *part, guint depth, GString *out)
{
    if (out->len > walk->limits->text_bytes)
        return;
    if (!GMIME_IS_MULTIPART(part)) {
        if (!is_text(walk, part) || walk->texts++ >= walk->limits->parts)
            return;
        g_autofree char *text = leaf_text(walk, part);
        append_text(out, text);
        return;
    }
    if (depth >= depth_max(walk))
        return;
    GMimeMultipart *multipart = GMIME_MULTIPART(part);
    int count = g_mime_multipart_get_count(multipart);
    if (count == 0) { /* its boundary never comes: all of it is prologue */
        const char *prologue = g_mime_multipart_get_prologue(multipart);
        g_autofree char *text =
            prologue ? ch_text_clean(ch_text_to_utf8(prologue, strlen(prologue), NULL, NULL)) : g_strdup("");
        append_text(out, text);
        return;
    }
    if (!is_type(part, "multipart", "alternative")) {
        for (int i = 0; i < count; i++)
            gather(walk, g_mime_multipart_get_part(multipart, i), depth + 1, out);
        return;
    }
    /* The best alternative that says anything (RFC 2046 section 5.1.4). */
    for (guint wanted = 3; wanted > 0; wanted--) {
        for (int i = 0; i < count; i++) {
            GMimeObject *child = g_mime_multipart_get_part(multipart, i);
            if (rank(walk, child, depth + 1) != wanted)
                continue;
            g_autoptr(GString) text = g_string_new(NULL);
            gather(walk, child, depth + 1, text);
            if (!ch_text_is_blank(text->str)) {
                append_text(out, text->str);
                return;
            }
        }
    }
}

/* ---- files ---- */

static gboolean is_shown_inline(GMimeObject *part, gboolean related)
{
    if (!is_type(part, "image", "*") || !g_mime_object_get_content_id(part))
        return FALSE;
    const char *disposition = g_mime_object_get_disposition(part);
    return related || (disposition && !g_ascii_strcasecmp(disposition, "inline"));
}

static void list_files(Walk *walk, GMimeObject *part, const char *number, guint depth, gboolean related)
{
    if (walk->parts >= walk->limits->parts) {
        ch_parse_warn(walk->mail, "more than %u MIME parts; the rest was not read", walk->limits->parts);
        return;
    }
    gboolean too_deep = GMIME_IS_MULTIPART(part) && depth >= depth_max(walk);
    if (too_deep)
        ch_parse_warn(walk->mail, "MIME parts are nested deeper than %u; what is below was not read",
                      depth_max(walk));
    if (GMIME_IS_MULTIPART(part) && !too_deep) {
        gboolean is_related = is_type(part, "multipart", "related");
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
    if (!too_deep && is_text(walk, part))
        return;
    g_ptr_array_add(
        walk->mail->attachments,
        ch_attachment_describe(part, number, is_shown_inline(part, related), walk->limits, walk->types));
}

void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, const char *const *types)
{
    Walk walk = {.mail = mail, .limits = limits, .types = types};
    walk.body = first_leaf(top, depth_max(&walk));
    g_autoptr(GString) text = g_string_new(NULL);
    gather(&walk, top, 0, text);
    if (text->len > limits->text_bytes) {
        ch_parse_warn(mail, "the text has more than %" G_GUINT64_FORMAT " bytes; the rest is in the raw mail",
                      limits->text_bytes);
        ch_text_cut(text->str, limits->text_bytes);
    }
    g_free(mail->text);
    mail->text = g_string_free(g_steal_pointer(&text), FALSE);
    list_files(&walk, top, "1", 0, FALSE);
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
