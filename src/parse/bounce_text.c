/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports that say in words what was not delivered, paragraph by paragraph, up to the mail that they return:
 * no form of any one server is known here, only how servers name recipients and what words stand around them.
 * The words are in bounce_words.c, the form of a line in bounce_line.c.
 */
#include "parse/bounce.h"

#include <string.h>

#define TEXT_LOOKED_AT  (48 * 1024)
#define LINES_LOOKED_AT 1500
#define PARAGRAPH_LINES 40
#define OPEN_FOR        2  /* paragraphs that name nobody, between "did not reach the following:" and whom */
#define WORDS_LOOKED_AT 12 /* paragraphs in which the report says what it is about */

typedef struct {
    const char *start;
    gsize length;
} Line;

/* How much the place of an address says. */
enum {
    WEAK,
    INSIDE,
    NAMED
};

typedef struct {
    char *address;
    guint tier;
    guint words; /* of the paragraph that introduced it */
    char *diagnostic;
} Candidate;

typedef struct {
    ChBounceText *out;
    const GPtrArray *own;
    GPtrArray *candidates;
    guint pending;    /* from this candidate on, the next paragraph may be the reason */
    guint open;       /* paragraphs for which the list stays open */
    guint words;      /* of the paragraph that opened it */
    guint paragraphs; /* so far */
} Scan;

static void candidate_free(gpointer data)
{
    Candidate *candidate = data;
    g_free(candidate->address);
    g_free(candidate->diagnostic);
    g_free(candidate);
}

static gboolean is_own(const Scan *scan, const char *address)
{
    for (guint i = 0; i < scan->own->len; i++) {
        const ChAddress *own = g_ptr_array_index(scan->own, i);
        if (!g_ascii_strcasecmp(own->address, address))
            return TRUE;
    }
    return FALSE;
}

/* Addresses that reports give for those who want to ask. */
static gboolean is_office(const char *address)
{
    static const char *const names[] = {"postmaster@", "abuse@", "support@",       "suporte@", "helpdesk@",
                                        "admin@",      "help@",  "mailer-daemon@", "noreply@", "no-reply@"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (!g_ascii_strncasecmp(address, names[i], strlen(names[i])))
            return TRUE;
    return FALSE;
}

static Candidate *add(Scan *scan, char *address, guint tier, guint words)
{
    for (guint i = 0; i < scan->candidates->len; i++) {
        Candidate *known = g_ptr_array_index(scan->candidates, i);
        if (!g_ascii_strcasecmp(known->address, address)) {
            known->words |= tier > known->tier ? words : 0;
            known->tier = MAX(known->tier, tier);
            g_free(address);
            return known;
        }
    }
    if (scan->candidates->len >= CH_BOUNCES_MAX) {
        g_free(address);
        return NULL;
    }
    Candidate *candidate = g_new0(Candidate, 1);
    candidate->address = address;
    candidate->tier = tier;
    candidate->words = words;
    g_ptr_array_add(scan->candidates, candidate);
    return candidate;
}

static gboolean is_heading(const Line *line)
{
    gsize indent = strspn(line->start, " \t");
    return line->length >= indent + 3 && strchr("-*_=#", line->start[indent]) &&
           line->start[indent] == line->start[indent + 1] && line->start[indent] == line->start[indent + 2];
}

/* A heading above the returned mail, no sentence about it; or the mail itself without any. */
static gboolean is_copy(const Line *line)
{
    if (line->length > 120)
        return FALSE;
    if (g_str_has_prefix(line->start, "Received: from ") || g_str_has_prefix(line->start, "Return-Path: <"))
        return TRUE;
    g_autofree char *folded = ch_fold(line->start, line->length);
    gsize length = strlen(folded);
    if (length < 8 || !(length <= 32 || strchr("-*_=[", folded[0]) || strchr(":-=*", folded[length - 1])))
        return FALSE;
    return (ch_bounce_words(folded) & CH_WORDS_COPY) != 0;
}

static gboolean is_reason(const char *text, gsize length)
{
    g_autofree char *folded = ch_fold(text, MIN(length, CH_DIAGNOSTIC_MAX * 2));
    return ch_bounce_is_reason(folded);
}

static gboolean line_has_code(const Line *line)
{
    g_autofree char *text = g_strndup(line->start, MIN(line->length, CH_DIAGNOSTIC_MAX * 2));
    return ch_bounce_has_code(text);
}

/* Whole characters of LINE from SKIP on, of at most LIMIT bytes, and a space. */
static void append_line(GString *text, const Line *line, gsize skip, gsize limit)
{
    gsize begin = MIN(skip, line->length), length = line->length - begin;
    if (length > limit)
        length = ch_text_span(line->start + begin, limit);
    g_string_append_len(text, line->start + begin, (gssize)length);
    g_string_append_c(text, ' ');
}

/* Lines [from, to) on one, without what servers put around it. NULL where they say nothing. */
static char *join(const Line *lines, guint from, guint to, gsize skip)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = from; i < to && text->len < CH_DIAGNOSTIC_MAX * 2; i++)
        append_line(text, &lines[i], i == from ? skip : 0, CH_DIAGNOSTIC_MAX * 2);
    const char *start = text->str + (skip > 0 ? strspn(text->str, " \t>)]\"'.:;,") : 0);
    g_autofree char *line = g_strstrip(ch_text_one_line(g_strdup(start)));
    gsize length = strlen(line);
    if (g_str_has_prefix(line, "(reason: ") && line[length - 1] == ')') /* Sendmail */
        return g_strndup(line + 9, length - 10);
    return length > 1 ? g_steal_pointer(&line) : NULL;
}

/* "because:", "The reason was:" say nothing; the next paragraph does. */
static gboolean is_lead(const char *text)
{
    gsize length = strlen(text);
    return length > 0 && text[length - 1] == ':' && !ch_bounce_has_code(text);
}

static gsize indent_of(const Line *line)
{
    return MIN(strspn(line->start, " \t"), line->length);
}

/* Behind what begins at line AT: the lines below it that stand further in go on with it. */
static guint sentence_end(const Line *lines, guint count, guint at)
{
    guint end = at + 1;
    while (end < count && indent_of(&lines[end]) > indent_of(&lines[at]))
        end++;
    return end;
}

/* The reason of the candidates that have none yet. FALSE where the next paragraph must say it. */
static gboolean give_reason(Scan *scan, const char *reason)
{
    if (!reason || is_lead(reason))
        return FALSE;
    for (guint i = scan->pending; i < scan->candidates->len; i++) {
        Candidate *candidate = g_ptr_array_index(scan->candidates, i);
        if (!candidate->diagnostic)
            candidate->diagnostic = g_strdup(reason);
    }
    scan->pending = scan->candidates->len;
    return TRUE;
}

/* A paragraph that names nobody: a reason of those before, or a transcript that names them again. */
static void read_transcript(Scan *scan, const Line *lines, guint count)
{
    for (guint i = 0; i < count; i++) {
        if (lines[i].start[0] == '>' || !is_reason(lines[i].start, lines[i].length))
            continue;
        g_autofree char *line = join(lines, i, i + 1, 0);
        if (line && (!*scan->out->diagnostic ||
                     (!ch_bounce_has_code(scan->out->diagnostic) && ch_bounce_has_code(line)))) {
            g_free(scan->out->diagnostic);
            scan->out->diagnostic = g_strdup(line);
        }
        for (guint j = 0; line && j < scan->candidates->len && j < 16; j++) {
            Candidate *candidate = g_ptr_array_index(scan->candidates, j);
            if (!candidate->diagnostic && strstr(line, candidate->address))
                candidate->diagnostic = g_strdup(line);
        }
    }
}

/* What the address of line AT is, by its form and what stands around it; -1 where it is nobody's. */
static int tier_of(const Scan *scan, const Line *lines, guint count, guint at, ChLineForm form,
                   const char *address, guint words)
{
    guint about = CH_WORDS_FAILED | CH_WORDS_DELAYED;
    switch (form) {
    case CH_LINE_COLON:
        return NAMED;
    case CH_LINE_LABEL:
        return is_own(scan, address) ? -1 : NAMED;
    case CH_LINE_ALONE:
        if (scan->open > 0 || (at > 0 && (words & about)))
            return NAMED;
        if (is_own(scan, address) || is_office(address))
            return -1;
        for (guint i = at; i < count && i < at + 4; i++)
            if (is_reason(lines[i].start, lines[i].length))
                return NAMED;
        return WEAK;
    case CH_LINE_TO:
        return is_own(scan, address) ? -1 : WEAK;
    case CH_LINE_INSIDE:
        if (is_own(scan, address) || is_office(address))
            return -1;
        /* Exchange writes "For assistance …" above the reply that names the recipient. */
        if (words & CH_WORDS_HELP)
            return line_has_code(&lines[at]) ? INSIDE : -1;
        if (words & about)
            return INSIDE;
        for (guint i = at, end = sentence_end(lines, count, at); i < end; i++)
            if (is_reason(lines[i].start, lines[i].length))
                return INSIDE;
        return -1;
    default:
        return -1;
    }
}

/* A line that names a recipient of its own ends the reason of the one before. */
static gboolean is_start(ChLineForm form)
{
    return form == CH_LINE_COLON || form == CH_LINE_ALONE || form == CH_LINE_LABEL;
}

/* Where the reason beside or below the recipient of line AT ends. */
static guint reason_end(const Line *lines, guint count, guint at, gsize rest, const char *address)
{
    gsize indent = indent_of(&lines[at]);
    gboolean beside =
        rest < lines[at].length && strspn(lines[at].start + rest, " \t>])\"':.") < lines[at].length - rest;
    guint end = at + 1;
    for (; end < count; end++) {
        if (indent_of(&lines[end]) > indent)
            continue;
        g_autofree char *next = NULL;
        gsize ignored;
        ChLineForm form = ch_bounce_line(lines[end].start, lines[end].length, &next, &ignored);
        if (beside || (is_start(form) && g_ascii_strcasecmp(next, address)))
            break;
    }
    return end;
}

/* The reason that stands beside the ADDRESS of line AT, or below it up to the next one. */
static char *reason_beside(const Line *lines, guint count, guint at, gsize rest, ChLineForm form,
                           const char *address)
{
    gboolean whole = form == CH_LINE_INSIDE || form == CH_LINE_LABEL;
    if (whole && is_reason(lines[at].start, lines[at].length))
        return join(lines, at, at + 1, 0);
    if (form == CH_LINE_INSIDE) {
        guint end = sentence_end(lines, count, at);
        for (guint i = at + 1; i < end; i++)
            if (is_reason(lines[i].start, lines[i].length))
                return join(lines, at, end, 0);
        return NULL;
    }
    if (form == CH_LINE_TO)
        return NULL;
    g_autofree char *reason = join(lines, at, reason_end(lines, count, at, rest, address), rest);
    return reason && !is_lead(reason) && !g_str_has_prefix(reason, "<") ? g_steal_pointer(&reason) : NULL;
}

/* TRUE where line AT names a recipient. WORDS: of its paragraph. FIRST: none of its lines did so far. */
static gboolean read_line(Scan *scan, const Line *lines, guint count, guint at, guint words, gboolean first)
{
    g_autofree char *address = NULL;
    gsize rest;
    ChLineForm form = ch_bounce_line(lines[at].start, lines[at].length, &address, &rest);
    int tier = form == CH_LINE_NOTHING ? -1 : tier_of(scan, lines, count, at, form, address, words);
    if (tier < 0)
        return FALSE;
    if (first && at > 0 && is_start(form)) {
        g_autofree char *reason = join(lines, 0, at, 0);
        give_reason(scan, reason);
    }
    Candidate *candidate =
        add(scan, g_steal_pointer(&address), (guint)tier, scan->open ? scan->words : words);
    if (candidate && (!candidate->diagnostic || !ch_bounce_has_code(candidate->diagnostic)) && tier > WEAK) {
        g_autofree char *reason = reason_beside(lines, count, at, rest, form, candidate->address);
        if (reason && (!candidate->diagnostic || ch_bounce_has_code(reason))) {
            g_free(candidate->diagnostic);
            candidate->diagnostic = g_steal_pointer(&reason);
        }
    }
    return tier == NAMED;
}

static guint paragraph_words(const Line *lines, guint count)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        append_line(joined, &lines[i], 0, CH_DIAGNOSTIC_MAX * 2);
    g_autofree char *folded = ch_fold(joined->str, joined->len);
    return ch_bounce_words(folded);
}

static void read_paragraph(Scan *scan, const Line *lines, guint count)
{
    guint words = paragraph_words(lines, count);
    if (scan->paragraphs++ < WORDS_LOOKED_AT)
        scan->out->words |= words;
    if ((words & CH_WORDS_LIST) && (words & (CH_WORDS_FAILED | CH_WORDS_DELAYED))) {
        scan->open = OPEN_FOR + 1;
        scan->words = words;
    }
    guint before = scan->candidates->len;
    gboolean waits = scan->pending < before, named = FALSE;
    gsize indent = G_MAXSIZE;
    for (guint i = 0; i < count; i++) {
        scan->out->fields = scan->out->fields || ch_bounce_is_field(lines[i].start, lines[i].length);
        if (indent_of(&lines[i]) > indent) /* goes on with what the line above began */
            continue;
        if (read_line(scan, lines, count, i, words, waits && !named)) {
            named = TRUE;
            indent = indent_of(&lines[i]);
        }
    }
    if (!named && waits && !is_heading(lines) && !(words & CH_WORDS_HELP)) {
        g_autofree char *lead = join(lines, 0, 1, 0);
        g_autofree char *reason = join(lines, count > 1 && lead && is_lead(lead) ? 1 : 0, count, 0);
        give_reason(scan, reason);
    } else if (is_heading(lines)) {
        scan->pending = before;
    }
    while (scan->pending < scan->candidates->len &&
           ((const Candidate *)g_ptr_array_index(scan->candidates, scan->pending))->diagnostic)
        scan->pending++;
    if (named)
        return;
    read_transcript(scan, lines, count);
    if (!(words & CH_WORDS_LIST))
        scan->open = is_heading(lines) || scan->open == 0 ? 0 : scan->open - 1;
}

/* The best of the candidates become bounces. */
static void choose(Scan *scan, gboolean delayed)
{
    ChBounceText *out = scan->out;
    guint best = WEAK;
    for (guint i = 0; i < scan->candidates->len; i++)
        best = MAX(best, ((const Candidate *)g_ptr_array_index(scan->candidates, i))->tier);
    out->named = best == NAMED && scan->candidates->len > 0;
    for (guint i = 0; i < scan->candidates->len; i++) {
        const Candidate *candidate = g_ptr_array_index(scan->candidates, i);
        if (candidate->tier != best)
            continue;
        gboolean waits = (candidate->words & CH_WORDS_DELAYED) ||
                         ((out->words & CH_WORDS_DELAYED || delayed) && !(out->words & CH_WORDS_FINAL));
        const char *diagnostic = candidate->diagnostic ? candidate->diagnostic : out->diagnostic;
        if (scan->candidates->len == 1 && !ch_bounce_has_code(diagnostic) &&
            ch_bounce_has_code(out->diagnostic))
            diagnostic = out->diagnostic; /* the server's own reply, not the reporter's words for it */
        g_autofree char *status = ch_bounce_status(diagnostic, waits ? '4' : '5');
        if (!*status && *out->diagnostic) {
            g_free(status);
            status = ch_bounce_status(out->diagnostic, waits ? '4' : '5');
        }
        ch_bounce_add(out->bounces, candidate->address, waits ? "delayed" : "failed", status, diagnostic);
    }
}

/* Reads paragraphs up to the returned mail; where that begins, or NULL. */
static const char *scan_text(Scan *scan, const char *text, const char *end)
{
    Line lines[PARAGRAPH_LINES];
    guint count = 0, total = 0;
    const char *at = text;
    while (at < end && total++ < LINES_LOOKED_AT) {
        const char *stop = memchr(at, '\n', (gsize)(end - at));
        Line line = {at, (gsize)((stop ? stop : end) - at)};
        at = stop ? stop + 1 : end;
        gboolean blank = strspn(line.start, " \t") >= line.length;
        gboolean copy = !blank && is_copy(&line);
        gboolean heading = !blank && is_heading(&line);
        if (count > 0 && (blank || copy || heading || count == PARAGRAPH_LINES)) {
            read_paragraph(scan, lines, count);
            count = 0;
        }
        if (copy)
            return line.start[0] == 'R' ? line.start : at; /* "Received:" is the mail itself */
        if (!blank)
            lines[count++] = line;
        if (heading) {
            read_paragraph(scan, lines, count);
            count = 0;
        }
    }
    if (count > 0)
        read_paragraph(scan, lines, count);
    return NULL;
}

ChBounceText *ch_bounce_text_read(const char *text, const GPtrArray *own, gboolean delayed)
{
    ChBounceText *out = g_new0(ChBounceText, 1);
    out->bounces = g_ptr_array_new_with_free_func((GDestroyNotify)ch_bounce_free);
    out->diagnostic = g_strdup("");
    Scan scan = {.out = out, .own = own, .candidates = g_ptr_array_new_with_free_func(candidate_free)};
    out->copy = scan_text(&scan, text, text + ch_text_span(text, TEXT_LOOKED_AT));
    choose(&scan, delayed);
    g_ptr_array_unref(scan.candidates);
    return out;
}

void ch_bounce_text_free(ChBounceText *read)
{
    g_ptr_array_unref(read->bounces);
    g_free(read->diagnostic);
    g_free(read);
}
