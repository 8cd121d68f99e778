/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few things of CSS that change what a reader sees: what is hidden, what keeps its line ends, where lines
 * are drawn. No cascade: an element's own style, and the classes and ids that the document's sheets hide.
 */
#include "parse/html_private.h"

#include <string.h>

/* One style attribute; what is longer says nothing new. */
#define STYLE_MAX 2048
/* A document's sheets together, and the names they hide. */
#define SHEETS_MAX (256u << 10)
#define NAMES_MAX  1024

struct ChHtmlSheet {
    GHashTable *hidden; /* ".name" and "#name", lower case */
    gsize read;
};

const char *ch_html_attribute(const GumboElement *element, const char *name)
{
    GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);
    return found ? ch_text_clean(ch_text_mend((char *)found->value)) : NULL;
}

const char *ch_html_text(const GumboNode *node)
{
    return ch_text_clean(ch_text_mend((char *)node->v.text.text));
}

/* ---- declarations ---- */

/* "0", "0px", "0.0pt": a length of nothing. */
static gboolean is_zero(const char *value)
{
    gsize length = strspn(value, "0.");
    return length > 0 && (!value[length] || g_ascii_isalpha(value[length]) || value[length] == '%');
}

/* "-9999px": so far to the left or up that it is on no screen. */
static gboolean is_far_away(const char *value)
{
    return *value == '-' && g_ascii_strtod(value, NULL) <= -900;
}

/* At most one pixel or point: what senders write where they want nothing to be seen. */
static ChHtmlFont font_of(const char *value)
{
    if (!g_ascii_isdigit(*value) && *value != '.')
        return strcmp(value, "inherit") ? CH_FONT_SIZE : CH_FONT_SAME;
    char *unit;
    double size = g_ascii_strtod(value, &unit);
    if (g_str_has_prefix(unit, "px") || g_str_has_prefix(unit, "pt") || !*unit)
        return size <= 1 ? CH_FONT_NONE : CH_FONT_SIZE;
    /* Relative to what is around: that stays what it is unless this is nothing. */
    return size <= 0 ? CH_FONT_NONE : g_str_has_prefix(unit, "rem") ? CH_FONT_SIZE : CH_FONT_SAME;
}

static gboolean draws_line(const char *value)
{
    return (strstr(value, "solid") || strstr(value, "dashed") || strstr(value, "dotted")) && !is_zero(value);
}

/* Whether a margin that is written in one goes says nothing above and below. */
static gboolean is_tight_margin(const char *value)
{
    const char *space = strchr(value, ' ');
    const char *third = space ? strchr(space + 1, ' ') : NULL;
    return is_zero(value) && (!third || is_zero(third + 1));
}

typedef struct {
    ChHtmlStyle *style;
    gboolean no_height, clipped;
    gboolean placed, far_away; /* taken out of the page; at a place nobody sees */
} Declarations;

static void declare_box(Declarations *found, const char *name, const char *value)
{
    ChHtmlStyle *style = found->style;
    if (!strcmp(name, "border-top") || !strcmp(name, "border-top-style")) {
        style->border_top = draws_line(value);
    } else if (!strcmp(name, "border-left") || !strcmp(name, "border-left-style")) {
        style->border_left = draws_line(value);
    } else if (!strcmp(name, "border") || !strcmp(name, "border-style") || !strcmp(name, "border-width")) {
        style->no_border = g_str_has_prefix(value, "none") || (is_zero(value) && !strchr(value, ' '));
        /* "none none none solid": top, right, bottom, left */
        if (!strcmp(name, "border-style") && g_str_has_prefix(value, "none none none solid"))
            style->border_left = TRUE;
    } else if (!strcmp(name, "margin")) {
        style->tight = is_tight_margin(value);
        const char *left = strrchr(value, ' ');
        style->indented = left && strchr(value, ' ') != left && !is_zero(left + 1);
    } else if (!strcmp(name, "margin-top") || !strcmp(name, "margin-bottom")) {
        style->tight = is_zero(value);
    } else if (!strcmp(name, "margin-left")) {
        style->indented = !is_zero(value);
    } else if (!strcmp(name, "max-height") || !strcmp(name, "height")) {
        found->no_height |= is_zero(value);
    } else if (!strcmp(name, "overflow")) {
        found->clipped = g_str_has_prefix(value, "hidden");
    } else if (!strcmp(name, "position")) {
        found->placed = g_str_has_prefix(value, "absolute") || g_str_has_prefix(value, "fixed");
    } else if (!strcmp(name, "left") || !strcmp(name, "top")) {
        found->far_away |= is_far_away(value);
    } else if (!strcmp(name, "text-indent")) {
        style->hidden |= is_far_away(value);
    }
}

static void declare(Declarations *found, const char *name, const char *value)
{
    ChHtmlStyle *style = found->style;
    if (!strcmp(name, "display")) {
        style->hidden = g_str_has_prefix(value, "none");
        style->shown = !style->hidden;
        style->block = g_str_has_prefix(value, "block");
    } else if (!strcmp(name, "visibility")) {
        style->hidden |= g_str_has_prefix(value, "hidden");
    } else if (!strcmp(name, "opacity")) {
        style->hidden |= is_zero(value);
    } else if (!strcmp(name, "font-size")) {
        style->font = font_of(value);
    } else if (!strcmp(name, "white-space")) {
        style->pre = g_str_has_prefix(value, "pre") && !g_str_has_prefix(value, "pre-line");
    } else {
        declare_box(found, name, value);
    }
}

/* Declarations between FROM and TO into STYLE. */
static void read_declarations(ChHtmlStyle *style, const char *from, const char *to)
{
    gsize length = MIN((gsize)(to - from), STYLE_MAX);
    g_autofree char *text = g_ascii_strdown(from, (gssize)length);
    Declarations found = {.style = style};
    for (char *at = text; at;) {
        char *next = strchr(at, ';');
        if (next)
            *next++ = '\0';
        char *colon = strchr(at, ':');
        if (colon) {
            *colon = '\0';
            declare(&found, g_strstrip(at), g_strstrip(colon + 1));
        }
        at = next;
    }
    style->hidden |= (found.no_height && found.clipped) || (found.placed && found.far_away);
}

/* ---- style sheets ---- */

ChHtmlSheet *ch_html_sheet_new(void)
{
    ChHtmlSheet *sheet = g_new0(ChHtmlSheet, 1);
    sheet->hidden = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return sheet;
}

void ch_html_sheet_free(ChHtmlSheet *sheet)
{
    g_hash_table_unref(sheet->hidden);
    g_free(sheet);
}

/* CSS without comments, in any of the two forms that stand in style elements. */
static char *without_comments(const char *css, gsize length)
{
    GString *out = g_string_sized_new(length);
    const char *end = css + length;
    for (const char *at = css; at < end;) {
        if (end - at > 1 && at[0] == '/' && at[1] == '*') {
            const char *close = memmem(at + 2, (gsize)(end - at - 2), "*/", 2);
            at = close ? close + 2 : end;
        } else if (end - at > 3 && !memcmp(at, "<!--", 4)) {
            at += 4;
        } else if (end - at > 2 && !memcmp(at, "-->", 3)) {
            at += 3;
        } else {
            g_string_append_c(out, *at++);
        }
    }
    return g_string_free(out, FALSE);
}

/* "td.name", ".name" or "#name" -> ".name"; NULL for every other selector. */
static char *simple_name(const char *from, gsize length)
{
    while (length > 0 && g_ascii_isspace(*from)) {
        from++;
        length--;
    }
    while (length > 0 && g_ascii_isspace(from[length - 1]))
        length--;
    while (length > 0 && g_ascii_isalnum(*from)) {
        from++;
        length--;
    }
    if (length < 2 || (*from != '.' && *from != '#'))
        return NULL;
    for (gsize i = 1; i < length; i++)
        if (!g_ascii_isalnum(from[i]) && from[i] != '-' && from[i] != '_')
            return NULL;
    return g_ascii_strdown(from, (gssize)length);
}

static void read_rule(ChHtmlSheet *sheet, const char *selectors, const char *body, const char *end)
{
    ChHtmlStyle style = {0};
    read_declarations(&style, body + 1, end);
    if (!style.hidden && !style.shown)
        return;
    for (const char *at = selectors; at < body;) {
        const char *comma = memchr(at, ',', (gsize)(body - at));
        const char *stop = comma ? comma : body;
        char *name = simple_name(at, (gsize)(stop - at));
        if (name && style.hidden && g_hash_table_size(sheet->hidden) < NAMES_MAX)
            g_hash_table_add(sheet->hidden, g_steal_pointer(&name));
        else if (name)
            g_hash_table_remove(sheet->hidden, name);
        g_free(name);
        at = stop + 1;
    }
}

/* After the block whose '{' is at AT; rules of other screens are nested in it. */
static const char *block_end(const char *at)
{
    guint depth = 0;
    for (; *at; at++) {
        if (*at == '{')
            depth++;
        else if (*at == '}' && --depth == 0)
            return at + 1;
    }
    return at;
}

void ch_html_sheet_add(ChHtmlSheet *sheet, const char *css)
{
    gsize length = strnlen(css, SHEETS_MAX - sheet->read);
    sheet->read += length;
    g_autofree char *text = without_comments(css, length);
    for (const char *at = text; *at;) {
        at += strspn(at, " \t\r\n\f;}");
        const char *open = at + strcspn(at, "{;");
        if (!*open)
            return;
        if (*at == '@') {
            at = *open == '{' ? block_end(open) : open + 1;
            continue;
        }
        const char *close = open + strcspn(open, "}");
        if (*open == '{')
            read_rule(sheet, at, open, close);
        at = *close ? close + 1 : close;
    }
}

static gboolean sheet_hides(const ChHtmlSheet *sheet, char mark, const char *names)
{
    if (!names || g_hash_table_size(sheet->hidden) == 0)
        return FALSE;
    g_auto(GStrv) list = g_strsplit_set(names, " \t\r\n", 32);
    for (guint i = 0; list[i]; i++) {
        g_autofree char *lower = g_ascii_strdown(list[i], -1);
        g_autofree char *key = g_strdup_printf("%c%s", mark, lower);
        if (*lower && g_hash_table_contains(sheet->hidden, key))
            return TRUE;
    }
    return FALSE;
}

/* ---- elements ---- */

/* Elements whose content is for programs. */
static gboolean is_never_shown(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
        return TRUE;
    default:
        return FALSE;
    }
}

ChHtmlStyle ch_html_style_read(const GumboElement *element, const ChHtmlSheet *sheet)
{
    ChHtmlStyle style = {0};
    const char *own = ch_html_attribute(element, "style");
    if (own)
        read_declarations(&style, own, own + strlen(own));
    if (!style.shown && (sheet_hides(sheet, '.', ch_html_attribute(element, "class")) ||
                         sheet_hides(sheet, '#', ch_html_attribute(element, "id"))))
        style.hidden = TRUE;
    style.never = is_never_shown(element->tag);
    style.hidden |= ch_html_attribute(element, "hidden") != NULL;
    return style;
}
