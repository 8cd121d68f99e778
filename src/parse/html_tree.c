/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gumbo, bounded (P13): its cost grows with open elements, open formatting elements and attributes at once,
 * so tags beyond a bound are dropped before it sees them, and an arena with a budget ends it where that was
 * not enough. What the tree says is read by html.c.
 */
#include "parse/html_tree.h"
#include "parse/internal.h"

#include <setjmp.h>
#include <string.h>

/* Open elements at once: gumbo looks through all of them for many tags. */
#define NESTING_MAX 256
/* Open formatting elements: gumbo makes them anew in every block that they reach into. */
#define FORMATTING_MAX 24
/* Bytes of one tag: each attribute is compared with all before it. */
#define TAG_MAX 4096
/* Of an address that stands as a tag: it has its at sign before. */
#define ADDRESS_MAX 320
/* Memory for one document, and for each of its bytes. */
#define BUDGET_BASE (8u << 20)
#define BUDGET_BYTE 48

struct ChHtmlTree {
    GSList *blocks;
    char *at;
    gsize left;
    gsize budget;
    jmp_buf spent; /* gumbo has no way to refuse memory; it owns nothing but memory */
    char *copy;
    GumboNode *root;
};

/* ---- memory: gumbo frees its tree by recursion, an arena needs none ---- */

static void *arena_allocate(void *data, size_t size)
{
    ChHtmlTree *tree = data;
    size = (size + 15) & ~(size_t)15;
    if (size > tree->left) {
        gsize block = MAX(size, 32u << 10);
        if (block > tree->budget || ch_deadline_passed(CH_DEADLINE_NOW / 4))
            longjmp(tree->spent, 1);
        tree->budget -= block;
        tree->at = g_malloc(block);
        tree->left = block;
        tree->blocks = g_slist_prepend(tree->blocks, tree->at);
    }
    void *result = tree->at;
    tree->at += size;
    tree->left -= size;
    return result;
}

static void arena_ignore(void *data, void *block)
{
    (void)data, (void)block;
}

/* ---- what comes before gumbo ---- */

static gboolean is_one_of(const char *name, gsize length, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == length && !g_ascii_strncasecmp(*words, name, length))
            return TRUE;
    return FALSE;
}

/* Elements without content, and those that the next one of their kind ends: they don't add up. */
static const char *const flat[] = {"p",    "li",   "br",   "hr",    "img",    "td",    "tr",
                                   "th",   "meta", "link", "input", "tbody",  "thead", "wbr",
                                   "area", "base", "col",  "tfoot", "option", NULL};
static const char *const formatting[] = {"a", "b",     "big",    "code",   "em", "font", "i", "nobr",
                                         "s", "small", "strike", "strong", "tt", "u",    NULL};
/* A second one only adds its attributes to the first. */
static const char *const once[] = {"html", "body", "head", NULL};

/* What is text, or none, up to the end tag, and without one to the end of the mail: no client meant that. */
static const char *const raw[] = {"style", "title", "textarea", "xmp", NULL};

/* An end tag inside one of these closes nothing outside it. */
static const char *const barriers[] = {
    "table",   "template", "caption", "object",        "marquee",  "applet",         "svg", "math",
    "select",  "style",    "script",  "title",         "button",   "textarea",       "xmp", "iframe",
    "noembed", "noframes", "desc",    "foreignobject", "noscript", "annotation-xml", NULL};

/* An element that is open, by the first bytes of its name. */
typedef struct {
    guint64 name;
    gboolean formatting;
    gboolean barrier;
} Open;

static guint64 short_name(const char *name, gsize length)
{
    char bytes[8] = {0};
    for (gsize i = 0; i < MIN(length, 8); i++)
        bytes[i] = g_ascii_tolower(name[i]);
    guint64 packed;
    memcpy(&packed, bytes, 8);
    return packed;
}

typedef struct {
    Open open[NESTING_MAX];
    guint depth, formatting;
    gboolean seen[G_N_ELEMENTS(once)];
    const char *raw_end[G_N_ELEMENTS(raw)]; /* the next end tag of these kinds; the end where none follows */
} Filter;

/* Where the tag whose name ends at AT ends: the byte after its '>'. Quotes count only where a value begins,
 * as in the tokenizer of the HTML standard: a filter that sees other tags than gumbo bounds nothing. */
static const char *tag_end(const char *at, const char *end)
{
    enum {
        BEFORE_NAME,
        NAME,
        AFTER_NAME,
        BEFORE_VALUE,
        VALUE
    } state = BEFORE_NAME;
    for (; at < end && *at != '>'; at++) {
        gboolean space = g_ascii_isspace(*at);
        if (state == BEFORE_VALUE && (*at == '"' || *at == '\'')) {
            const char *quote = memchr(at + 1, *at, (gsize)(end - at - 1));
            if (!quote)
                return end;
            at = quote;
            state = BEFORE_NAME;
        } else if (state == BEFORE_VALUE) {
            state = space ? BEFORE_VALUE : VALUE;
        } else if (state == VALUE) {
            state = space ? BEFORE_NAME : VALUE;
        } else if (*at == '/') {
            state = BEFORE_NAME;
        } else if (*at == '=' && state != BEFORE_NAME) {
            state = BEFORE_VALUE;
        } else if (space) {
            state = state == BEFORE_NAME ? BEFORE_NAME : AFTER_NAME;
        } else {
            state = NAME;
        }
    }
    return at < end ? at + 1 : end;
}

/* Where the comment or declaration at AT ends; NULL where it never does. */
static const char *comment_end(const char *at, const char *end)
{
    if (end - at < 4 || memcmp(at, "<!--", 4)) {
        const char *close = memchr(at, '>', (gsize)(end - at));
        return close ? close + 1 : NULL;
    }
    for (at += 2; (at = memmem(at, (gsize)(end - at), "--", 2)); at++) {
        if (end - at > 2 && at[2] == '>')
            return at + 3;
        if (end - at > 3 && at[2] == '!' && at[3] == '>')
            return at + 4;
    }
    return NULL;
}

/* Where what is to be dropped of the start tag NAME ends: CLOSE, or with a style, what it says too; NULL
 * where its end tag is there. Each end tag is looked for once (P13). */
static const char *unclosed_end(Filter *filter, const char *name, gsize length, const char *close,
                                const char *end)
{
    for (guint i = 0; raw[i]; i++) {
        if (strlen(raw[i]) != length || g_ascii_strncasecmp(raw[i], name, length))
            continue;
        const char *at = filter->raw_end[i];
        if (!at || at < close) {
            for (at = close; (at = memmem(at, (gsize)(end - at), "</", 2)); at += 2)
                if ((gsize)(end - at) >= length + 2 && !g_ascii_strncasecmp(raw[i], at + 2, length))
                    break;
            filter->raw_end[i] = at = at ? at : end;
        }
        if (at < end)
            return NULL;
        const char *tag = i == 0 ? memchr(close, '<', (gsize)(end - close)) : close;
        return tag ? tag : end;
    }
    return NULL;
}

/* Only the entry itself goes: gumbo may keep what was opened inside it. */
static void close_name(Filter *filter, guint64 name)
{
    for (guint i = filter->depth; i-- > 0;) {
        Open *open = &filter->open[i];
        if (open->name == name) {
            filter->formatting -= open->formatting;
            memmove(open, open + 1, (filter->depth - i - 1) * sizeof(Open));
            filter->depth--;
            return;
        }
        if (open->barrier)
            return;
    }
}

/* Whether the start tag may stay. */
static gboolean open_name(Filter *filter, const char *name, gsize length, gsize tag_length)
{
    if (tag_length > TAG_MAX)
        return FALSE;
    for (guint i = 0; once[i]; i++)
        if (strlen(once[i]) == length && !g_ascii_strncasecmp(once[i], name, length)) {
            gboolean first = !filter->seen[i];
            filter->seen[i] = TRUE;
            return first;
        }
    if (is_one_of(name, length, flat))
        return TRUE;
    gboolean formats = is_one_of(name, length, formatting);
    if (filter->depth == NESTING_MAX || (formats && filter->formatting == FORMATTING_MAX))
        return FALSE;
    filter->open[filter->depth++] =
        (Open){short_name(name, length), formats, is_one_of(name, length, barriers)};
    filter->formatting += formats;
    return TRUE;
}

/* Whether what stands behind a '<' at NAME is no element's but an address or a link, which programs put into
 * HTML as they stand in plain text: "<ana@example.br>". It would be lost as an unknown tag. */
static gboolean is_plain_address(const char *name, const char *end)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://", "mailto:", "www."};
    const char *sign = NULL;
    gsize length = 0, room = MIN((gsize)(end - name), ADDRESS_MAX);
    for (; length < room && !g_ascii_isspace(name[length]) && !strchr("<>\"'=", name[length]); length++)
        if (name[length] == '@')
            sign = name + length;
    if (sign && name + length - sign > 1)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (length > strlen(schemes[i]) && !g_ascii_strncasecmp(name, schemes[i], strlen(schemes[i])))
            return TRUE;
    return FALSE;
}

static void copy_until(GString **copy, const char **plain, const char *at, gsize length)
{
    if (!*copy)
        *copy = g_string_sized_new(length);
    g_string_append_len(*copy, *plain, at - *plain);
}

/* A copy of HTML with addresses that stand as tags escaped, without the start tags beyond the bounds and
 * those whose end is missing; no text is lost. NULL where there is nothing to drop. */
static char *bound_tags(const char *html, gsize length, gsize *kept)
{
    GString *copy = NULL;
    const char *end = html + length, *plain = html;
    Filter filter = {.depth = 0};
    for (const char *at = html; (at = memchr(at, '<', (gsize)(end - at)));) {
        gboolean closing = end - at > 1 && at[1] == '/';
        const char *name = at + 1 + closing, *stop = name;
        if (name < end && !g_ascii_isalpha(*name)) {
            gboolean skips = closing || *name == '!' || *name == '?';
            at = skips ? comment_end(at, end) : at + 1;
            if (!at)
                break;
            continue;
        }
        if (!closing && is_plain_address(name, end)) {
            copy_until(&copy, &plain, at, length);
            g_string_append(copy, "&lt;");
            at = plain = name;
            continue;
        }
        while (stop < end && !g_ascii_isspace(*stop) && *stop != '/' && *stop != '>')
            stop++;
        const char *close = tag_end(stop, end);
        const char *unclosed = closing ? NULL : unclosed_end(&filter, name, (gsize)(stop - name), close, end);
        if (closing) {
            close_name(&filter, short_name(name, (gsize)(stop - name)));
        } else if (unclosed || !open_name(&filter, name, (gsize)(stop - name), (gsize)(close - at))) {
            copy_until(&copy, &plain, at, length);
            g_string_append_c(copy, ' ');
            close = unclosed ? unclosed : close;
            plain = close;
        }
        at = close;
    }
    if (!copy)
        return NULL;
    g_string_append_len(copy, plain, end - plain);
    *kept = copy->len;
    return g_string_free(copy, FALSE);
}

static void run_gumbo(ChHtmlTree *tree, const char *html, gsize length)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = arena_allocate;
    options.deallocator = arena_ignore;
    options.userdata = tree;
    options.max_errors = 0;
    if (setjmp(tree->spent) == 0)
        tree->root = gumbo_parse_with_options(&options, html, length)->document;
}

ChHtmlTree *ch_html_tree_new(const char *html, gsize length)
{
    ChHtmlTree *tree = g_new0(ChHtmlTree, 1);
    tree->budget = BUDGET_BASE + length * BUDGET_BYTE;
    tree->copy = bound_tags(html, length, &length);
    run_gumbo(tree, tree->copy ? tree->copy : html, length);
    return tree;
}

GumboNode *ch_html_tree_root(const ChHtmlTree *tree)
{
    return tree->root;
}

void ch_html_tree_free(ChHtmlTree *tree)
{
    g_slist_free_full(tree->blocks, g_free);
    g_free(tree->copy);
    g_free(tree);
}
