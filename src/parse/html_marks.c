/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quotes and signatures by the structure that mail clients give them in HTML, as stretches of the text that
 * is written. What text alone tells is quote.c's business, and so is what is cut in the end (P9).
 */
#include "parse/html_private.h"

#include <string.h>

/* How much of an element's beginning is looked at, in nodes and in bytes of text. */
#define PEEK_NODES 48
#define PEEK_BYTES 200
/* An introduction is a line or two; a holder that begins with more has words of its own. */
#define INTRO_MAX 600

typedef enum {
    MATCH_WORD,   /* one of the words of the attribute; ids of quoted mails carry "x_" before them */
    MATCH_SUFFIX, /* its last letters: Yahoo puts a number before it */
} Match;

static const struct {
    const char *attribute, *word;
    Match match;
    ChHtmlRole role;
} roles[] = {
    {"class", "gmail_quote", MATCH_WORD, CH_ROLE_HOLDER},
    {"class", "gmail_attr", MATCH_WORD, CH_ROLE_INTRO},
    {"class", "gmail_signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"data-smartmail", "gmail_signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "moz-cite-prefix", MATCH_WORD, CH_ROLE_INTRO},
    {"class", "moz-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "moz-forward-container", MATCH_WORD, CH_ROLE_FORWARD},
    {"class", "-x-evo-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"id", "divrplyfwdmsg", MATCH_WORD, CH_ROLE_HEADERS},
    {"id", "stopspelling", MATCH_WORD, CH_ROLE_HEADERS}, /* Hotmail's rule above the headers */
    {"id", "mail-editor-reference-message-container", MATCH_WORD, CH_ROLE_QUOTED},
    {"id", "olk_src_body_section", MATCH_WORD, CH_ROLE_QUOTED},
    {"id", "mac_outlook_attribution_blockquote", MATCH_WORD, CH_ROLE_QUOTED},
    {"class", "outlookmessageheader", MATCH_WORD, CH_ROLE_HEADERS},
    {"id", "signature", MATCH_WORD, CH_ROLE_SIGNATURE}, /* Outlook on the web */
    {"id", "ms-outlook-mobile-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "ms-outlook-mobile-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "yahoo_quoted", MATCH_SUFFIX, CH_ROLE_QUOTED},
    {"class", "zmail_extra", MATCH_WORD, CH_ROLE_HOLDER},
    {"id", "blockquote_zmail", MATCH_WORD, CH_ROLE_QUOTED},
    {"id", "zm-_id_-sgn", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "protonmail_quote", MATCH_WORD, CH_ROLE_HOLDER},
    {"class", "protonmail_signature_block", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "tutanota_quote", MATCH_WORD, CH_ROLE_QUOTED},
    {"class", "inoteshistory", MATCH_WORD, CH_ROLE_QUOTED},
    {"class", "front-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"id", "reply-intro", MATCH_WORD, CH_ROLE_INTRO}, /* Roundcube */
    {"id", "_rc_sig", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"id", "zwchr", MATCH_WORD, CH_ROLE_HEADERS}, /* Zimbra's rule */
    {"data-marker", "__quoted_text__", MATCH_WORD, CH_ROLE_QUOTED},
    {"data-marker", "__sig_post__", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"data-marker", "__sig_pre__", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"name", "messagereplysection", MATCH_WORD, CH_ROLE_QUOTED}, /* Spark */
    {"name", "messagesignaturesection", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"name", "quote", MATCH_WORD, CH_ROLE_QUOTED}, /* GMX and web.de */
    {"class", "gmx_quote", MATCH_WORD, CH_ROLE_QUOTED},
    {"id", "isreplycontent", MATCH_WORD, CH_ROLE_QUOTED}, /* NetEase */
    {"id", "ntes-pcmac-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"class", "k9mail-signature", MATCH_WORD, CH_ROLE_SIGNATURE},
    {"id", "composer_signature", MATCH_WORD, CH_ROLE_SIGNATURE}, /* Samsung */
};

static gboolean matches(const char *value, const char *word, Match match)
{
    gsize size = strlen(word);
    for (const char *at = value; *at;) {
        at += strspn(at, " \t\r\n");
        gsize length = strcspn(at, " \t\r\n");
        const char *next = at + length;
        while (length > 2 && !g_ascii_strncasecmp(at, "x_", 2)) {
            at += 2;
            length -= 2;
        }
        if (match == MATCH_SUFFIX && length > size) {
            at += length - size;
            length = size;
        }
        if (length == size && !g_ascii_strncasecmp(at, word, size))
            return TRUE;
        at = next;
    }
    return FALSE;
}

static ChHtmlRole named_role(const GumboElement *element)
{
    const GumboVector *attributes = &element->attributes;
    for (guint i = 0; i < attributes->length; i++) {
        const GumboAttribute *attribute = attributes->data[i];
        for (guint r = 0; r < G_N_ELEMENTS(roles); r++)
            if (!strcmp(attribute->name, roles[r].attribute) &&
                matches(attribute->value, roles[r].word, roles[r].match))
                return roles[r].role;
    }
    return CH_ROLE_PLAIN;
}

/* ---- what an element begins with ---- */

const GumboNode *ch_html_next(const GumboNode *node, const GumboNode *root)
{
    if (node->type == GUMBO_NODE_ELEMENT && node->v.element.children.length > 0)
        return node->v.element.children.data[0];
    while (node != root && node->parent) {
        const GumboVector *siblings = &node->parent->v.element.children;
        if (node->index_within_parent + 1 < siblings->length)
            return siblings->data[node->index_within_parent + 1];
        node = node->parent;
    }
    return NULL;
}

typedef struct {
    GString *text;
    guint labels; /* words in bold that end in a colon */
    guint fields; /* see ch_quote_field; of these words */
} Beginning;

static gboolean is_bold(const GumboNode *node)
{
    GumboTag tag = node->parent->v.element.tag;
    return tag == GUMBO_TAG_B || tag == GUMBO_TAG_STRONG ||
           (tag == GUMBO_TAG_SPAN && node->parent->parent &&
            (node->parent->parent->v.element.tag == GUMBO_TAG_B ||
             node->parent->parent->v.element.tag == GUMBO_TAG_STRONG));
}

static Beginning begins_with(const GumboNode *root)
{
    Beginning found = {.text = g_string_new(NULL)};
    const GumboNode *node = root;
    for (guint i = 0; node && i < PEEK_NODES && found.text->len < PEEK_BYTES; i++) {
        if (node->type == GUMBO_NODE_TEXT) {
            const char *text = ch_html_text(node);
            text += strspn(text, " \t\r\n");
            gsize length = strnlen(text, PEEK_BYTES);
            g_string_append_len(found.text, text, (gssize)length);
            while (length > 0 && (g_ascii_isspace(text[length - 1]) || (guchar)text[length - 1] == 0xa0 ||
                                  (guchar)text[length - 1] == 0xc2))
                length--;
            if (length > 1 && length < 40 && text[length - 1] == ':' && is_bold(node)) {
                found.labels++;
                found.fields |= ch_quote_field(text);
            }
        }
        node = ch_html_next(node, root);
    }
    return found;
}

/* What mail clients call a mail that is passed on, in the language of its owner. */
static gboolean names_forward(const char *text)
{
    static const char *const stems[] = {
        "forwarded",  "encaminhad",   "reenviad",   "weitergeleitet", "transféré", "réexpédié",
        "inoltrat",   "doorgestuurd", "vidarebefo", "videresend",     "przekazan", "przesłan",
        "пересыла",   "пересланн",    "iletilen",   "továbbított",    "přeposlan", "välitetty",
        "转发的邮件", "轉寄的郵件",   "転送"};
    gsize length = strnlen(text, PEEK_BYTES);
    g_autofree char *lower = g_utf8_strdown(text, (gssize)length); /* TEXT is valid, and short */
    for (guint i = 0; i < G_N_ELEMENTS(stems); i++)
        if (strstr(lower, stems[i]))
            return TRUE;
    return FALSE;
}

/* "---------- Forwarded message ---------", "Begin forwarded message:", above or at the beginning; TEXT may
 * run on into the mail itself, which may speak of forwards. */
static gboolean begins_forward(const char *text, gboolean gmail)
{
    gsize dashes = strspn(text, "-");
    if (gmail && dashes >= 5)
        return TRUE;
    g_autofree char *line = g_strndup(text, MIN(strcspn(text, ":\n"), 80));
    g_autofree char *valid = g_utf8_make_valid(line, -1);
    gsize length = strlen(text);
    gboolean ends = length <= 80 || text[strlen(line)] == ':' || dashes >= 5;
    return ends && names_forward(valid);
}

/* Whether the line above the quote says so; not the sentence "I have forwarded it". */
static gboolean line_names_forward(const char *line)
{
    gsize length = strlen(line);
    if (length == 0 || length >= 100 || (line[length - 1] != ':' && strncmp(line, "---", 3)))
        return FALSE;
    g_autofree char *valid = g_utf8_make_valid(line, -1);
    return names_forward(valid);
}

/* A blockquote with a line on its left, or one of a program's: people indent without it. */
static gboolean is_cited(const GumboElement *element, const ChHtmlStyle *style)
{
    const char *type = ch_html_attribute(element, "type");
    return (type && !g_ascii_strcasecmp(type, "cite")) || style->border_left ||
           ch_html_attribute(element, "cite");
}

static gboolean line_above_names_forward(const GString *text)
{
    gsize reach = MIN(text->len, 120);
    const char *line = text->str + text->len - reach;
    const char *end = memrchr(line, '\n', reach);
    return line_names_forward(end ? end + 1 : line);
}

ChHtmlRole ch_html_role(const GumboNode *node, const ChHtmlStyle *style, const GString *before)
{
    const GumboElement *element = &node->v.element;
    gboolean quotes = element->tag == GUMBO_TAG_BLOCKQUOTE;
    ChHtmlRole role = element->attributes.length > 0 ? named_role(element) : CH_ROLE_PLAIN;
    if (quotes && (role == CH_ROLE_HOLDER || (role == CH_ROLE_PLAIN && is_cited(element, style))))
        role = CH_ROLE_QUOTED;
    /* Outlook draws a line above the headers of the mail that it quotes; people draw one above other fields.
     */
    if (role == CH_ROLE_PLAIN && element->tag == GUMBO_TAG_DIV && style->border_top) {
        Beginning found = begins_with(node);
        if (found.labels >= 2 && ch_quote_fields_of_mail(found.fields, found.labels, found.text->str))
            role = CH_ROLE_HEADERS;
        g_string_free(found.text, TRUE);
    }
    if (role != CH_ROLE_HOLDER && role != CH_ROLE_QUOTED && role != CH_ROLE_INTRO)
        return role;
    Beginning found = begins_with(node);
    if (begins_forward(found.text->str, role != CH_ROLE_QUOTED) || line_above_names_forward(before))
        role = role == CH_ROLE_INTRO ? CH_ROLE_PLAIN : CH_ROLE_FORWARD;
    g_string_free(found.text, TRUE);
    return role;
}

/* ---- the stretches ---- */

static void finish(ChHtmlMarks *marks, gsize length)
{
    if (!marks->waiting && length > marks->now.start) {
        marks->now.end = length;
        g_array_append_val(marks->marks, marks->now);
    }
    marks->open = marks->waiting = marks->holder = FALSE;
}

static void begin(ChHtmlMarks *marks, ChCutKind kind, guint depth, gsize length)
{
    const ChCut *last =
        marks->marks->len > 0 ? &g_array_index(marks->marks, ChCut, marks->marks->len - 1) : NULL;
    marks->open = marks->waiting = TRUE;
    marks->intro_depth = 0;
    marks->now = (ChCut){0, 0, kind};
    marks->depth = depth;
    if (kind == CH_CUT_SIGNATURE)
        return;
    if (last && last->end == length && last->kind == kind) { /* its next piece: one quote */
        marks->now.start = last->start;
        marks->waiting = FALSE;
        g_array_set_size(marks->marks, marks->marks->len - 1);
    } else if (length > 0 && (marks->intro_end == length || marks->rule_end == length)) {
        gsize start = marks->intro_end == length ? marks->intro_start : marks->rule_start;
        marks->now.start = MAX(start, last ? last->end : 0); /* a signature may have taken the rule */
        marks->waiting = FALSE;
    }
}

/* The quote that a holder holds begins: the mark keeps the introduction. */
static void take_over(ChHtmlMarks *marks, guint depth, gsize length)
{
    marks->holder = FALSE;
    if (!marks->waiting && length - marks->now.start > INTRO_MAX) {
        marks->open = FALSE;
        begin(marks, CH_CUT_QUOTE, depth, length);
    }
    marks->depth = depth;
}

void ch_html_marks_open(ChHtmlMarks *marks, ChHtmlRole role, gboolean blockquote, guint depth, guint climbed,
                        gsize length)
{
    if (!marks->marks || marks->forward > 0)
        return;
    if (blockquote && role == CH_ROLE_PLAIN && marks->intro_end == length && length > 0)
        role = CH_ROLE_QUOTED;
    if (marks->open && marks->holder && (blockquote || role == CH_ROLE_QUOTED)) {
        take_over(marks, depth, length);
        return;
    }
    if (role == CH_ROLE_PLAIN)
        return;
    if (marks->open && marks->now.kind == CH_CUT_SIGNATURE && role != CH_ROLE_SIGNATURE &&
        role != CH_ROLE_INTRO)
        finish(marks, length); /* iPhones put the quote into the signature */
    if (marks->open)
        return;
    switch (role) {
    case CH_ROLE_FORWARD:
        marks->forward = depth;
        break;
    case CH_ROLE_INTRO:
        marks->intro_depth = depth;
        marks->intro_start = marks->intro_end = 0;
        marks->waiting = TRUE;
        break;
    case CH_ROLE_SIGNATURE:
        begin(marks, CH_CUT_SIGNATURE, depth, length);
        break;
    case CH_ROLE_HEADERS:
        /* To the end of what surrounds it. */
        begin(marks, CH_CUT_QUOTE, climbed > 0 ? climbed - 1 : 0, length);
        break;
    default:
        begin(marks, CH_CUT_QUOTE, depth, length);
        marks->holder = role == CH_ROLE_HOLDER;
        break;
    }
}

void ch_html_marks_close(ChHtmlMarks *marks, guint depth, gsize length)
{
    if (marks->forward == depth && depth > 0)
        marks->forward = 0;
    if (marks->intro_depth == depth && depth > 0) {
        marks->intro_depth = 0;
        marks->intro_end = marks->waiting ? 0 : length;
        if (!marks->open)
            marks->waiting = FALSE;
    }
    if (marks->open && marks->depth == depth)
        finish(marks, length);
}

void ch_html_marks_text(ChHtmlMarks *marks, gsize start)
{
    if (!marks->waiting)
        return;
    marks->waiting = FALSE;
    if (marks->open)
        marks->now.start = start;
    else
        marks->intro_start = start;
}
