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
/* Mails signed as a whole that are opened in one mail: each takes as much memory as it has bytes (P13). */
#define CONTAINERS_MAX 4

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
    g_autofree char *name = ch_part_filename(part, NULL);
    return name && *name;
}

gboolean ch_walk_is_text(const ChWalk *walk, GMimeObject *part)
{
    if (!GMIME_IS_PART(part) || is_attachment(part))
        return FALSE;
    /* x-amp-html and watch-html: the same words again, for other programs. */
    static const char *const forms[] = {"plain", "html", "enriched", "richtext", "x-amp-html", "watch-html"};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        if (ch_walk_is_type(part, "text", forms[i]))
            return part == walk->body || !has_name(part);
    return FALSE;
}

static const char *charset_of(GMimeObject *body)
{
    return ch_walk_is_type(body, "text", "*") ? g_mime_object_get_content_type_parameter(body, "charset")
                                              : NULL;
}

GMimeObject *ch_walk_inside(ChWalk *walk, GMimeObject *part)
{
    GMimeObject *inside = ch_crypto_opened(part);
    if (inside || walk->opened >= CONTAINERS_MAX || !(inside = ch_crypto_open(part)))
        return inside;
    walk->opened++;
    return inside;
}

static GMimeObject *first_leaf(ChWalk *walk, GMimeObject *part, guint depth)
{
    for (GMimeObject *below = part; below && depth-- > 0;) {
        part = below;
        below = ch_walk_inside(walk, part);
        if (GMIME_IS_MULTIPART(part) && g_mime_multipart_get_count(GMIME_MULTIPART(part)) > 0)
            below = g_mime_multipart_get_part(GMIME_MULTIPART(part), 0);
    }
    return part;
}

/* Where a part of the tree is while files are listed. */
typedef struct {
    const char *number; /* of the part; of the root of a tree, what stands before its children's */
    gboolean root;
    guint depth;
    gboolean related; /* below a multipart/related */
    gboolean sealed;  /* below a multipart/encrypted */
} Place;

static void list_files(ChWalk *walk, GMimeObject *part, Place place);

static void list_children(ChWalk *walk, GMimeMultipart *multipart, Place place)
{
    GMimeObject *self = GMIME_OBJECT(multipart);
    int count = g_mime_multipart_get_count(multipart);
    Place below = {.depth = place.depth + 1,
                   .related = place.related || ch_walk_is_type(self, "multipart", "related"),
                   .sealed = place.sealed || ch_crypto_is_sealed(self)};
    walk->mail->encrypted = walk->mail->encrypted || below.sealed;
    for (int i = 0; i < count && walk->parts < walk->limits->parts + 1; i++) {
        g_autofree char *child = g_strdup_printf("%s%s%d", place.number, place.root ? "" : ".", i + 1);
        below.number = child;
        list_files(walk, g_mime_multipart_get_part(multipart, i), below);
    }
}

/* The files of a winmail.dat in its place. FALSE where the container is to be listed itself: it is damaged.
 */
static gboolean add_tnef(ChWalk *walk, GMimeObject *part, const char *number)
{
    g_autoptr(ChTnef) tnef = ch_tnef_open(part);
    for (guint i = 0; i < tnef->files->len && walk->parts < walk->limits->parts; i++) {
        g_autofree char *inner = g_strdup_printf("%s/%u", number, i + 1);
        walk->parts++;
        g_ptr_array_add(walk->mail->attachments,
                        ch_attachment_of_tnef(g_ptr_array_index(tnef->files, i), inner));
    }
    if (!walk->inner)
        walk->inner = g_steal_pointer(&tnef->text);
    return tnef->whole;
}

static void add_file(ChWalk *walk, GMimeObject *part, const char *number, const Place *place)
{
    gboolean is_tnef = ch_tnef_is(part);
    if (is_tnef && add_tnef(walk, part, number))
        return;
    ChAttachment *file = ch_attachment_describe(part, number, ch_inline_is(walk, part, place->related),
                                                charset_of(walk->body));
    file->is_sealed = is_tnef;
    gboolean sealed = ch_crypto_is_sealed(part);
    walk->mail->encrypted = walk->mail->encrypted || sealed;
    file->is_crypto = sealed || place->sealed || ch_crypto_is_signature(part);
    g_ptr_array_add(walk->mail->attachments, file);
}

static void list_files(ChWalk *walk, GMimeObject *part, Place place)
{
    if (walk->parts >= walk->limits->parts) {
        ch_parse_warn(walk->mail, "more than %u MIME parts; the rest was not read", walk->limits->parts);
        return;
    }
    if (ch_deadline_passed(CH_DEADLINE_NOW))
        return;
    GMimeObject *inside = ch_walk_inside(walk, part);
    gboolean too_deep = (GMIME_IS_MULTIPART(part) || inside) && place.depth >= ch_walk_depth(walk);
    if (too_deep)
        ch_parse_warn(walk->mail, "MIME parts are nested deeper than %u; what is below was not read",
                      ch_walk_depth(walk));
    if (GMIME_IS_MULTIPART(part) && !too_deep) {
        list_children(walk, GMIME_MULTIPART(part), place);
        return;
    }
    g_autofree char *number = g_strconcat(place.number, place.root ? "1" : "", NULL);
    if (inside && !too_deep) {
        g_autofree char *prefix = g_strconcat(number, "/", NULL);
        list_files(walk, inside, (Place){.number = prefix, .root = TRUE, .depth = place.depth + 1});
        return;
    }
    walk->parts++;
    if (too_deep || !ch_walk_is_text(walk, part))
        add_file(walk, part, number, &place);
}

void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, GArray *marks)
{
    ChWalk walk = {.top = top, .mail = mail, .limits = limits, .marks = marks};
    walk.body = first_leaf(&walk, top, ch_walk_depth(&walk));
    ch_body_read(&walk, top);
    list_files(&walk, top, (Place){.number = "", .root = TRUE});
    if (walk.inner && ch_text_is_blank(mail->text)) {
        ch_text_cut(walk.inner, limits->text_bytes);
        g_free(mail->text);
        mail->text = g_steal_pointer(&walk.inner);
    }
    g_free(walk.inner);
    g_clear_pointer(&walk.references, g_hash_table_unref);
}

/* The part below the root TOP that the digits and dots at *NUMBER name, which moves behind them. */
static GMimeObject *find_in_tree(GMimeObject *top, const char **number)
{
    GMimeObject *part = top;
    const char *at = *number;
    if (!GMIME_IS_MULTIPART(top)) {
        *number = at + 1;
        return *at == '1' ? top : NULL;
    }
    for (;;) {
        guint64 index = 0;
        if (!g_ascii_isdigit(*at) || !GMIME_IS_MULTIPART(part))
            return NULL;
        while (g_ascii_isdigit(*at) && index < G_MAXINT)
            index = index * 10 + (guint64)(*at++ - '0');
        if (index < 1 || index > (guint64)g_mime_multipart_get_count(GMIME_MULTIPART(part)))
            return NULL;
        part = g_mime_multipart_get_part(GMIME_MULTIPART(part), (int)index - 1);
        if (*at != '.')
            break;
        at++;
    }
    *number = at;
    return part;
}

GMimeObject *ch_walk_find(GMimeObject *top, const char *number, const char **rest)
{
    *rest = NULL;
    for (guint opened = 0; top && opened <= CONTAINERS_MAX; opened++) {
        GMimeObject *part = find_in_tree(top, &number);
        if (!part || !*number)
            return part;
        if (*number++ != '/')
            return NULL;
        if (!(top = ch_crypto_open(part))) {
            *rest = number;
            return part;
        }
    }
    return NULL;
}
