/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a mail: which parts of the MIME tree are text, the best of alternatives, in order (RFC 2046).
 * Which part is text and which a file is walk.c's, charsets are text.c's, HTML is html.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* Returns where in OUT it begins. */
static gsize append_text(GString *out, const char *text)
{
    if (ch_text_is_blank(text))
        return out->len;
    if (out->len > 0) {
        if (out->str[out->len - 1] != '\n')
            g_string_append_c(out, '\n');
        if (!g_str_has_suffix(out->str, "\n\n"))
            g_string_append_c(out, '\n');
    }
    gsize start = out->len;
    g_string_append(out, text);
    return start;
}

/* Appends the text of one leaf to OUT, and to the walk's marks where its markup says what is quoted. */
static void leaf(ChWalk *walk, GMimeObject *part, GString *out)
{
    gboolean html = ch_walk_is_type(part, "text", "html");
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
    if (!html) {
        gboolean sealed = ch_armour_strip(text);
        walk->mail->encrypted = walk->mail->encrypted || sealed;
        append_text(out, text);
        return;
    }
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    g_autofree char *plain = ch_html_to_text(text, strlen(text), marks);
    gsize start = append_text(out, plain);
    for (guint i = 0; i < marks->len; i++) {
        ChCut mark = g_array_index(marks, ChCut, i);
        mark.start += start;
        mark.end += start;
        g_array_append_val(walk->marks, mark);
    }
}

/* How well a child of multipart/alternative serves as text: plain is best, then what holds plain or HTML. */
static guint rank(ChWalk *walk, GMimeObject *part, guint depth)
{
    GMimeObject *inside = depth < ch_walk_depth(walk) ? ch_walk_inside(walk, part) : NULL;
    if (inside)
        return rank(walk, inside, depth + 1);
    if (GMIME_IS_MULTIPART(part)) {
        guint best = 0;
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && depth < ch_walk_depth(walk) && best < 3; i++) {
            guint child = rank(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
            best = MAX(best, child);
        }
        return best;
    }
    if (!ch_walk_is_text(walk, part))
        return 0;
    return ch_walk_is_type(part, "text", "plain") ? 3 : ch_walk_is_type(part, "text", "html") ? 2 : 1;
}

static void gather(ChWalk *walk, GMimeObject *part, guint depth, GString *out)
{
    if (out->len > walk->limits->text_bytes)
        return;
    GMimeObject *inside = depth < ch_walk_depth(walk) ? ch_walk_inside(walk, part) : NULL;
    if (inside) {
        gather(walk, inside, depth + 1, out);
        return;
    }
    if (!GMIME_IS_MULTIPART(part)) {
        if (!ch_walk_is_text(walk, part) || walk->texts++ >= walk->limits->parts)
            return;
        leaf(walk, part, out);
        return;
    }
    if (depth >= ch_walk_depth(walk))
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
    if (!ch_walk_is_type(part, "multipart", "alternative")) {
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
            gsize before = out->len;
            gather(walk, child, depth + 1, out);
            if (out->len > before)
                return;
        }
    }
}

void ch_body_read(ChWalk *walk, GMimeObject *top)
{
    ChMail *mail = walk->mail;
    guint64 limit = walk->limits->text_bytes;
    g_autoptr(GString) text = g_string_new(NULL);
    gather(walk, top, 0, text);
    if (text->len > limit) {
        ch_parse_warn(mail, "the text has more than %" G_GUINT64_FORMAT " bytes; the rest is in the raw mail",
                      limit);
        ch_text_cut(text->str, limit);
    }
    g_free(mail->text);
    mail->text = g_string_free(g_steal_pointer(&text), FALSE);
    gsize length = strlen(mail->text);
    for (guint i = walk->marks->len; i-- > 0;) {
        ChCut *mark = &g_array_index(walk->marks, ChCut, i);
        mark->end = MIN(mark->end, length);
        if (mark->start >= mark->end)
            g_array_remove_index(walk->marks, i);
    }
}
