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

/* ---- one part ---- */

/* Whether TEXT begins as a document does: some programs send HTML as text/plain. */
static gboolean is_document(const char *text)
{
    text += strspn(text, " \t\n");
    return !g_ascii_strncasecmp(text, "<!doctype html", 14) || !g_ascii_strncasecmp(text, "<html>", 6) ||
           !g_ascii_strncasecmp(text, "<html ", 6);
}

/* Whether there is any tag or entity in TEXT: others send plain text as text/html. */
static gboolean has_markup(const char *text)
{
    for (const char *at = text; (at = strpbrk(at, "<&")); at++) {
        const char *end = at + 1;
        while (g_ascii_isalnum(*end) || *end == '-' || (*end == ':' && g_ascii_isalpha(end[1])))
            end++;
        /* "<ana@example.br>" and "<https://example.br>" are none. */
        gboolean other = *at == '<' && *end && (*end == '@' || *end == '.' || *end == ':');
        if ((at[1] && strchr("/!#", at[1])) || (g_ascii_isalpha(at[1]) && !other))
            return TRUE;
    }
    return FALSE;
}

/* The charset that the document itself names (HTML, section 13.2.3.2), or NULL. Free with g_free. */
static char *document_charset(const char *bytes, gsize length)
{
    if (length == 0)
        return NULL;
    g_autofree char *head = g_strndup(bytes, MIN(length, 2048));
    const char *found = strcasestr(head, "charset");
    if (!found)
        return NULL;
    found += strlen("charset");
    found += strspn(found, " \t\r\n=\"'");
    gsize size = strspn(found, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.");
    return size > 0 && size < 40 ? g_strndup(found, size) : NULL;
}

/* Bytes of a part that are looked at: markup is larger than what it says; decoded text of any charset has at
 * most two bytes for one of UTF-8 that counts here. */
static gsize keep_of(const ChWalk *walk)
{
    return (gsize)walk->limits->text_bytes * 2 + 16;
}

/* The part's bytes as clean UTF-8, of at most as many bytes as the limits let a text have. */
static char *read_part(ChWalk *walk, GMimeObject *part)
{
    gsize keep = keep_of(walk);
    guint64 size;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, keep, &size, NULL);
    if (size > keep)
        ch_parse_warn(walk->mail,
                      "the text has more than %" G_GUINT64_FORMAT " bytes; the rest is in the raw mail",
                      walk->limits->text_bytes);
    const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
    g_autofree char *own = NULL;
    if ((!charset || !*charset) && ch_walk_is_type(part, "text", "html"))
        charset = own = document_charset((const char *)bytes->data, bytes->len);
    gboolean repaired = FALSE;
    char *text = ch_text_to_utf8((const char *)bytes->data, bytes->len, charset, &repaired);
    if (repaired)
        ch_parse_warn(walk->mail, "the text is not in the charset that it names");
    return ch_text_clean(text);
}

static gboolean has_parameter(GMimeObject *part, const char *name, const char *wanted)
{
    const char *value = g_mime_object_get_content_type_parameter(part, name);
    return value && !g_ascii_strcasecmp(value, wanted);
}

static gboolean is_html(GMimeObject *part)
{
    return ch_walk_is_type(part, "text", "html") || ch_walk_is_type(part, "text", "x-amp-html") ||
           ch_walk_is_type(part, "text", "watch-html");
}

/* Appends the text of one leaf to OUT, and to the walk's marks where its markup says what is quoted. */
static void leaf(ChWalk *walk, GMimeObject *part, GString *out)
{
    g_autofree char *text = read_part(walk, part);
    gboolean html = is_html(part) ? has_markup(text) : is_document(text);
    g_autofree char *rich =
        !html && ch_rtf_is(text, strlen(text)) ? ch_rtf_to_text(text, strlen(text)) : NULL;
    if (rich && !ch_text_is_blank(rich)) {
        append_text(out, rich);
        return;
    }
    if (!html) {
        gboolean sealed = ch_armour_strip(text);
        walk->mail->encrypted = walk->mail->encrypted || sealed;
        g_autofree char *other = NULL;
        if (ch_walk_is_type(part, "text", "enriched") || ch_walk_is_type(part, "text", "richtext"))
            other = ch_enriched_to_text(text, ch_walk_is_type(part, "text", "richtext"));
        else if (has_parameter(part, "format", "flowed"))
            other = ch_flowed_to_text(text, has_parameter(part, "delsp", "yes"));
        append_text(out, other ? other : text);
        return;
    }
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    g_autofree char *plain = ch_html_to_text(text, strlen(text), marks);
    gsize start = append_text(out, plain);
    if (start == out->len)
        return;
    for (guint i = 0; i < marks->len; i++) {
        ChCut mark = g_array_index(marks, ChCut, i);
        mark.start += start;
        mark.end += start;
        g_array_append_val(walk->marks, mark);
    }
}

/* ---- the tree ---- */

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

static void gather(ChWalk *walk, GMimeObject *part, guint depth, GString *out);

/* Whether TEXT is what mailers put into text/plain where they had nothing to say there. Where a person wrote
 * it, the HTML beside it says the same. */
static gboolean is_excuse(const char *text)
{
    static const char *const words[] = {"html", "browser", "navegador", "mail client", "mail reader"};
    if (strlen(text) > 1000)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcasestr(text, words[i]))
            return TRUE;
    return FALSE;
}

/* Gathers the first child of rank WANTED that says anything; FALSE where none does. */
static gboolean gather_ranked(ChWalk *walk, GMimeMultipart *multipart, guint wanted, guint depth,
                              GString *out)
{
    int count = g_mime_multipart_get_count(multipart);
    gsize before = out->len;
    for (int i = 0; i < count && out->len == before; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        if (rank(walk, child, depth) == wanted)
            gather(walk, child, depth, out);
    }
    return out->len > before;
}

/* The best alternative that says anything (RFC 2046 section 5.1.4). */
static void gather_best(ChWalk *walk, GMimeMultipart *multipart, guint depth, GString *out)
{
    gsize before = out->len;
    guint marks = walk->marks->len;
    gboolean plain = gather_ranked(walk, multipart, 3, depth, out);
    if (plain && !is_excuse(out->str + before))
        return;
    g_autofree char *excuse = g_strdup(out->str + before);
    g_string_truncate(out, before);
    g_array_set_size(walk->marks, marks);
    if (!gather_ranked(walk, multipart, 2, depth, out) && !plain)
        gather_ranked(walk, multipart, 1, depth, out);
    if (out->len == before)
        g_string_append(out, excuse);
}

/* Recursion is bounded by DEPTH. */
static void gather(ChWalk *walk, GMimeObject *part, guint depth, GString *out)
{
    if (out->len > walk->limits->text_bytes || ch_deadline_passed(CH_DEADLINE_NOW))
        return;
    GMimeObject *inside = depth < ch_walk_depth(walk) ? ch_walk_inside(walk, part) : NULL;
    if (inside) {
        gather(walk, inside, depth + 1, out);
        return;
    }
    if (!GMIME_IS_MULTIPART(part)) {
        if (ch_walk_is_text(walk, part) && walk->texts++ < walk->limits->parts)
            leaf(walk, part, out);
        return;
    }
    if (depth >= ch_walk_depth(walk))
        return;
    GMimeMultipart *multipart = GMIME_MULTIPART(part);
    int count = g_mime_multipart_get_count(multipart);
    if (count == 0) { /* its boundary never comes: all of it is prologue */
        const char *prologue = g_mime_multipart_get_prologue(multipart);
        gsize length = prologue ? strnlen(prologue, keep_of(walk)) : 0;
        g_autofree char *text = ch_text_clean(ch_text_to_utf8(prologue, length, NULL, NULL));
        append_text(out, text);
        return;
    }
    if (ch_walk_is_type(part, "multipart", "alternative")) {
        gather_best(walk, multipart, depth + 1, out);
        return;
    }
    for (int i = 0; i < count; i++)
        gather(walk, g_mime_multipart_get_part(multipart, i), depth + 1, out);
}

/* ---- mails without words of their own ---- */

static void append_header(GString *out, GMimeObject *message, const char *name)
{
    const char *raw = ch_part_header(message, name);
    g_autofree char *value = raw ? ch_words_decode(raw, strlen(raw)) : NULL;
    if (value && *value)
        g_string_append_printf(out, "%s: %s\n", name, value);
}

/* A mail that was passed on as a file, in the form in which mail clients pass it on as text. */
static void append_message(ChWalk *walk, GMimeMessagePart *part, guint depth, GString *out)
{
    GMimeMessage *message = g_mime_message_part_get_message(part);
    GMimeObject *content = message ? g_mime_message_get_mime_part(message) : NULL;
    if (!content || walk->texts++ >= walk->limits->parts)
        return;
    g_autoptr(GString) head = g_string_new("---------- Forwarded message ---------\n");
    append_header(head, GMIME_OBJECT(message), "From");
    append_header(head, GMIME_OBJECT(message), "Date");
    append_header(head, GMIME_OBJECT(message), "Subject");
    append_text(out, head->str);
    guint marks = walk->marks->len;
    gather(walk, content, depth + 1, out);
    g_array_set_size(walk->marks, marks); /* nothing in a forward is quoted */
}

/* Whether PART is RTF that no name and no disposition calls a file, unless it is all there is. */
static gboolean is_rich_text(const ChWalk *walk, GMimeObject *part)
{
    const char *disposition = g_mime_object_get_disposition(part);
    if (!GMIME_IS_PART(part) || (disposition && !g_ascii_strcasecmp(disposition, "attachment")))
        return FALSE;
    if (!ch_walk_is_type(part, "text", "rtf") && !ch_walk_is_type(part, "application", "rtf") &&
        !ch_walk_is_type(part, "application", "x-rtf"))
        return FALSE;
    g_autofree char *name = ch_part_filename(part, NULL);
    return part == walk->body || !name || !*name;
}

static void append_rich_text(ChWalk *walk, GMimeObject *part, GString *out)
{
    gsize keep = (gsize)walk->limits->text_bytes * 2;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, keep, NULL, NULL);
    g_autofree char *text = ch_rtf_to_text((const char *)bytes->data, bytes->len);
    if (text)
        append_text(out, text);
}

/* What can be said of the files of a mail that has no words: rich text, invitations and mails. Recursion is
 * bounded by DEPTH. */
static void gather_files(ChWalk *walk, GMimeObject *part, guint depth, GString *out)
{
    if (out->len > walk->limits->text_bytes || depth >= ch_walk_depth(walk) ||
        ch_deadline_passed(CH_DEADLINE_NOW))
        return;
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count; i++)
            gather_files(walk, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1, out);
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        append_message(walk, GMIME_MESSAGE_PART(part), depth, out);
    } else if (is_rich_text(walk, part) && walk->texts++ < walk->limits->parts) {
        append_rich_text(walk, part, out);
    } else if (GMIME_IS_PART(part) && ch_walk_is_type(part, "text", "calendar") &&
               walk->texts++ < walk->limits->parts) {
        g_autofree char *text = read_part(walk, part);
        g_autofree char *lines = ch_calendar_to_text(text);
        if (lines)
            append_text(out, lines);
    }
}

void ch_body_read(ChWalk *walk, GMimeObject *top)
{
    ChMail *mail = walk->mail;
    guint64 limit = walk->limits->text_bytes;
    g_autoptr(GString) text = g_string_new(NULL);
    gather(walk, top, 0, text);
    if (text->len == 0)
        gather_files(walk, top, 0, text);
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
