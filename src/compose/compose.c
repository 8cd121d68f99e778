/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a letter together: header, rendered templates, files. The same letter gives the same bytes (P5): no
 * clock, no random boundary. Values for the templates are made in view.c, bytes in header.c and part.c. */
#include "compose/compose.h"

#include "base/error.h"
#include "base/token.h"
#include "compose/header.h"
#include "compose/part.h"
#include "compose/templates.h"
#include "compose/view.h"

#include <string.h>

/* Characters; room for any key and words of ours around a title of view.c's TITLE_MAX. Were the whole cut, it
 * would be cut elsewhere with "Re: " in front, and clients that thread by the subject would see two threads.
 */
#define SUBJECT_MAX      400
#define SUBJECT_BYTES    (64u << 10) /* as rendered, before it is cut to that */
#define OUTPUT_MAX       (32u << 20) /* bytes of one rendered text (P13) */
#define HEADERS_MAX      50          /* that rules add */
#define HEADER_NAME_MAX  60
#define HEADER_VALUE_MAX 500 /* characters */
#define REFERENCES_MAX   20  /* the first and the last ones, as RFC 5322 section 3.6.4 allows to trim */

static void write_threading(GString *out, const ChLetter *letter)
{
    g_autoptr(GPtrArray) parent = g_ptr_array_new();
    g_ptr_array_add(parent, letter->in_reply_to);
    ch_header_ids(out, "In-Reply-To", parent, 1);
    g_autoptr(GPtrArray) references = g_ptr_array_new();
    for (guint i = 0; i < letter->references->len; i++)
        g_ptr_array_add(references, g_ptr_array_index(letter->references, i));
    /* The parent is the last one (RFC 5322 section 3.6.4): clients thread by it. */
    if (references->len == 0 ||
        strcmp(g_ptr_array_index(references, references->len - 1), letter->in_reply_to) != 0)
        g_ptr_array_add(references, letter->in_reply_to);
    ch_header_ids(out, "References", references, REFERENCES_MAX);
}

/* P6: says to other machines that a machine speaks. RFC 3834 section 5; the second one is what Exchange and
 * Outlook heed (MS-OXCMAIL 2.1.3.2.20). All but NDR: "All" would keep back the reports by which the desk
 * learns that an address does not exist (L7). */
static void write_automatic(GString *out, const ChLetter *letter)
{
    if (!letter->automatic)
        return;
    static const char *const replies[] = {"verify", "confirm", "confirm-alias", "welcome", "refusal", NULL};
    gboolean reply = (ch_template_is_ack(letter->template) || g_strv_contains(replies, letter->template)) &&
                     !letter->reminder;
    g_string_append_printf(out, "Auto-Submitted: %s\r\n", reply ? "auto-replied" : "auto-generated");
    g_string_append(out, "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n");
}

/* What rules add to notices to agents: "X-…" and Importance, none that the desk writes itself. */
static void write_more(GString *out, const ChLetter *letter)
{
    if (!g_str_has_prefix(letter->template, "notice-"))
        return; /* P8: whatever the caller filled in */
    for (guint i = 0; i < letter->headers->len && i < HEADERS_MAX; i++) {
        const ChNamedValue *header = g_ptr_array_index(letter->headers, i);
        gsize length = strlen(header->name);
        gboolean ours = g_ascii_strcasecmp(header->name, "X-Auto-Response-Suppress") == 0;
        gboolean free = g_ascii_strncasecmp(header->name, "X-", 2) == 0 && length > 2 && !ours;
        if ((free || g_ascii_strcasecmp(header->name, "Importance") == 0) && length <= HEADER_NAME_MAX &&
            strspn(header->name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == length)
            ch_header_text(out, header->name, header->value, HEADER_VALUE_MAX);
    }
}

static gboolean write_header(GString *out, const ChLetter *letter, const char *subject, GError **error)
{
    if (!ch_header_mailbox(out, "From", letter->from_name, letter->from)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                    "\"%s\" is no address to send from, expected name@domain", letter->from);
        return FALSE;
    }
    /* An address that no 7-bit header can hold is still queued: the transport says what the server thinks of
     * it, for this mail alone, and that is logged (P12). */
    if (!ch_header_mailbox(out, "To", letter->to_name, letter->to))
        g_string_append(out, "To: undisclosed-recipients:;\r\n");
    /* One that no header can hold is left out: the answer comes to From then, as without a signed address. */
    if (*letter->reply_to)
        ch_header_mailbox(out, "Reply-To", letter->from_name, letter->reply_to);
    ch_header_text(out, "Subject", subject, SUBJECT_MAX);
    ch_header_date(out, "Date", letter->date);
    g_string_append_printf(out, "Message-ID: <%s>\r\n", letter->message_id);
    write_threading(out, letter);
    write_automatic(out, letter);
    write_more(out, letter);
    g_string_append(out, "MIME-Version: 1.0\r\n");
    return TRUE;
}

/* "=_" can stand in no quoted-printable and no base64 body, so no text can end a part early. */
static char *boundary_of(const ChLetter *letter, char which)
{
    char digest[65];
    ch_sha256(letter->message_id, strlen(letter->message_id), digest);
    return g_strdup_printf("=_ch_%.24s_%c", digest, which);
}

static void write_alternative(GString *out, const ChLetter *letter, const GString *text, const GString *html)
{
    g_autofree char *boundary = boundary_of(letter, 'a');
    g_string_append_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
                           boundary, boundary);
    ch_part_text(out, "plain", text->str, text->len);
    g_string_append_printf(out, "\r\n--%s\r\n", boundary);
    ch_part_text(out, "html", html->str, html->len);
    g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
}

static void write_body(GString *out, const ChLetter *letter, const GString *text, const GString *html,
                       GPtrArray *gaps)
{
    if (letter->enclosures->len == 0) {
        write_alternative(out, letter, text, html);
        return;
    }
    g_autofree char *boundary = boundary_of(letter, 'm');
    g_string_append_printf(out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
                           boundary, boundary);
    write_alternative(out, letter, text, html);
    for (guint i = 0; i < letter->enclosures->len; i++) {
        g_string_append_printf(out, "\r\n--%s\r\n", boundary);
        const ChEnclosure *enclosure = g_ptr_array_index(letter->enclosures, i);
        ch_part_enclosure(out, enclosure);
        g_ptr_array_add(gaps, ch_gap_new(out->len, enclosure->part));
    }
    g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
}

/* Renders into a new string of valid UTF-8; NULL where the limit is passed. */
static GString *render(const ChMustache *template, const ChValue *view, gsize limit, GError **error)
{
    g_autoptr(GString) out = g_string_sized_new(4096);
    if (!ch_mustache_render(template, view, limit, out, error))
        return NULL;
    if (!g_utf8_validate(out->str, (gssize)out->len, NULL)) {
        g_autofree char *valid = g_utf8_make_valid(out->str, (gssize)out->len);
        g_string_assign(out, valid);
    }
    return g_steal_pointer(&out);
}

GBytes *ch_compose(const ChTemplates *templates, const ChLetter *letter, GPtrArray *gaps, GError **error)
{
    const ChTemplate *template = ch_templates_find(templates, letter->language, letter->template);
    if (!template) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "there is no template \"%s\" in \"%s\"",
                    letter->template, letter->language);
        return NULL;
    }
    if (!ch_header_id_is_safe(letter->message_id)) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "\"%s\" is no Message-ID", letter->message_id);
        return NULL;
    }
    g_autoptr(ChValue) view = ch_view_new(letter);
    g_autoptr(GString) subject = render(template->subject, view, SUBJECT_BYTES, error);
    g_autoptr(GString) text = subject ? render(template->text, view, OUTPUT_MAX, error) : NULL;
    g_autoptr(GString) html = text ? render(template->html, view, OUTPUT_MAX, error) : NULL;
    if (!html)
        return NULL;
    g_autoptr(GString) out = g_string_sized_new(4096 + (text->len + html->len) / 2 * 3);
    if (!write_header(out, letter, subject->str, error))
        return NULL;
    write_body(out, letter, text, html, gaps);
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

GBytes *ch_compose_fill(GBytes *composed, const GPtrArray *gaps, const GPtrArray *files)
{
    gsize length, at = 0, room = 0;
    const char *bytes = g_bytes_get_data(composed, &length);
    for (guint i = 0; i < files->len; i++)
        if (files->pdata[i])
            room += g_bytes_get_size(files->pdata[i]) / 3 * 4 * 74 / 72 + 256; /* 72 digits and CRLF a line */
    g_autoptr(GString) out = g_string_sized_new(length + room);
    for (guint i = 0; i < gaps->len; i++) {
        const ChGap *gap = g_ptr_array_index(gaps, i);
        gsize offset = CLAMP(gap->offset, at, length);
        g_string_append_len(out, bytes + at, (gssize)(offset - at));
        at = offset;
        if (files->pdata[i])
            ch_part_base64(out, files->pdata[i]);
    }
    g_string_append_len(out, bytes + at, (gssize)(length - at));
    return g_string_free_to_bytes(g_steal_pointer(&out));
}
