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
    const char *name = g_mime_object_get_content_disposition_parameter(part, "filename");
    if (!name || !*name)
        name = g_mime_object_get_content_type_parameter(part, "name");
    return name && *name;
}

#define SPARE "chamado-spare" /* of an object: it says again what others say */

void ch_walk_mark_spare(GMimeObject *part)
{
    g_object_set_data(G_OBJECT(part), SPARE, part);
}

gboolean ch_walk_is_spare(GMimeObject *part)
{
    return g_object_get_data(G_OBJECT(part), SPARE) != NULL;
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

static gboolean is_shown_inline(GMimeObject *part, gboolean related)
{
    if (!ch_walk_is_type(part, "image", "*") || !g_mime_object_get_content_id(part))
        return FALSE;
    const char *disposition = g_mime_object_get_disposition(part);
    return related || (disposition && !g_ascii_strcasecmp(disposition, "inline"));
}

/* What the parts around one are. */
typedef struct {
    gboolean related;      /* one of them is multipart/related */
    gboolean is_signed;    /* the nearest is multipart/signed, and this is not its first child */
    gboolean is_encrypted; /* the nearest is multipart/encrypted (RFC 3156 section 4) */
} Around;

/* Whether PART is a leaf that makes up a signature or an encrypted mail, which nobody would call a file of
 * it: a signature below multipart/signed, or one with the name that clients give it, which a mailing list
 * took out of its multipart/signed; encrypted content. *ENCRYPTED becomes TRUE where it is the latter. */
static gboolean is_machinery(GMimeObject *part, Around around, gboolean *encrypted)
{
    if (ch_smime_is_encrypted(part) || ch_walk_is_type(part, "application", "pgp-encrypted") ||
        (around.is_encrypted && ch_walk_is_type(part, "application", "octet-stream"))) {
        *encrypted = TRUE;
        return TRUE;
    }
    if (!ch_walk_is_type(part, "application", "pgp-signature") &&
        !ch_walk_is_type(part, "application", "pkcs7-signature") &&
        !ch_walk_is_type(part, "application", "x-pkcs7-signature"))
        return FALSE;
    if (around.is_signed)
        return TRUE;
    /* Any other name is a file: "contrato.pdf.p7s" is a signed contract. */
    static const char *const usual[] = {"smime.p7s", "signature.asc", "openpgp_digital_signature.asc", NULL};
    g_autofree char *name = ch_part_filename(part);
    g_autofree char *folded = name ? g_ascii_strdown(name, -1) : NULL;
    return folded && g_strv_contains(usual, folded);
}

static void list_leaf(ChWalk *walk, GMimeObject *part, const char *number, Around around)
{
    if (is_machinery(part, around, &walk->mail->encrypted))
        return;
    const char *why = ch_tnef_why(part);
    if (why)
        ch_parse_warn(walk->mail, "winmail.dat could not be read as a whole: %s", why);
    g_ptr_array_add(walk->mail->attachments,
                    ch_attachment_describe(part, number, is_shown_inline(part, around.related), walk->limits,
                                           walk->types));
}

static void list_files(ChWalk *walk, GMimeObject *part, const char *number, guint depth, Around around)
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
        gboolean is_related = around.related || ch_walk_is_type(part, "multipart", "related");
        gboolean is_signed = ch_walk_is_type(part, "multipart", "signed");
        gboolean is_encrypted = ch_walk_is_type(part, "multipart", "encrypted");
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && walk->parts < walk->limits->parts + 1; i++) {
            g_autofree char *child =
                depth == 0 ? g_strdup_printf("%d", i + 1) : g_strdup_printf("%s.%d", number, i + 1);
            list_files(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), child, depth + 1,
                       (Around){is_related, is_signed && i > 0, is_encrypted});
        }
        return;
    }
    walk->parts++;
    if (!too_deep && ch_walk_is_text(walk, part))
        return;
    list_leaf(walk, part, number, around);
}

void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, const char *const *types, GArray *marks)
{
    ChWalk walk = {.mail = mail, .limits = limits, .types = types, .marks = marks};
    walk.body = first_leaf(top, ch_walk_depth(&walk));
    ch_body_read(&walk, top);
    list_files(&walk, top, "1", 0, (Around){0});
    if (mail->encrypted)
        ch_parse_warn(mail, "it is encrypted, and cannot be read");
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
