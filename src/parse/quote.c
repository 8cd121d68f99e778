/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person wrote now, told from what their mail client quoted below it and from the signature (P9).
 * Only finds offsets in ChMail.text; nothing is deleted, and in doubt a stretch stays. How quotes are
 * introduced is said in quote_attribution.c and quote_header.c, signatures in quote_signature.c;
 * quote_match.c compares with what we sent.
 */
#include "parse/quote_private.h"

#include "mail/marker.h"

#include <string.h>

/* What is looked at of a block of headers for the domains of a mail's recipients (P13). */
#define BLOCK_BYTES 4096
/* Lines that introduce a quote inside what the markup calls one. */
#define INTRO_LINES 5

/* One text while its cuts are looked for. */
typedef struct {
    ChQuoteLines lines;
    GArray *cuts;
    gboolean answers;  /* the mail answers another one */
    gboolean forwards; /* it shows another one to us */
    const ChMail *mail;
    guint shown; /* lines above it belong to headers that the person pasted */
} Search;

/* ---- what the markup says ---- */

/* Lines [FROM, TO) that the markup calls a quote. Where it has quote marks behind no more than an
 * introduction, what stands between and below them without a mark was typed there. */
static void mark_quote(ChQuoteLines *lines, guint from, guint to)
{
    guint first = from, above = 0, end;
    const char *subject;
    while (first < to && !lines->lines[first].quoted)
        above += !lines->lines[first++].blank;
    gboolean typed = first < to && above <= INTRO_LINES;
    for (guint i = from; typed && i < first; i++)
        typed = lines->lines[i].blank || !ch_quote_header(lines, i, &end, &subject);
    for (guint i = from; i < (typed ? first : to); i++) {
        lines->lines[i].intro = typed && !lines->lines[i].blank;
        lines->lines[i].quoted |= !lines->lines[i].blank;
    }
    for (guint i = first; i < to; i++)
        lines->lines[i].intro |= lines->lines[i].quoted && !typed;
    if (first < to && above == 0)
        lines->lines[first].intro = TRUE;
}

static void apply_marks(ChQuoteLines *lines, const GArray *marks)
{
    guint i = 0;
    for (guint m = 0; marks && m < marks->len; m++) {
        const ChCut *mark = &g_array_index(marks, ChCut, m);
        while (i < lines->count && lines->lines[i].start < mark->start)
            i++;
        guint from = i;
        while (i < lines->count && lines->lines[i].end <= mark->end)
            i++;
        if (mark->kind == CH_CUT_QUOTE)
            mark_quote(lines, from, i);
        for (guint at = from; mark->kind == CH_CUT_SIGNATURE && at < i; at++)
            lines->lines[at].is_private = !lines->lines[at].quoted;
    }
}

/* ---- the search ---- */

/* Most lines can begin nothing that is cut; only the others are worth a copy. */
static gboolean is_suspect(const ChQuoteLines *lines, guint i)
{
    const ChQuoteLine *line = &lines->lines[i];
    const char *text = lines->text + line->start;
    gsize length = line->end - line->start;
    if (line->blank)
        return FALSE;
    if (strchr("-_=*", *text) || (guchar)*text >= 0x80 || memchr(text, ':', MIN(length, 60)) ||
        memmem(text, length, "---", 3))
        return TRUE;
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    return length > 0 && (strchr(":*>", text[length - 1]) || (guchar)text[length - 1] >= 0x80 ||
                          (length > 6 && !memcmp(text + length - 5, "wrote", 5)));
}

/* Our marker, also where a client or a charset made something else of its dashes. */
static gboolean is_marker(const char *words)
{
    static const char *const markers[] = {CH_MARKER_PT, CH_MARKER_EN};
    for (guint i = 0; i < G_N_ELEMENTS(markers); i++) {
        if (strstr(words, markers[i]))
            return TRUE;
        gsize dash = strlen("— "), length = strlen(markers[i]) - 2 * dash;
        g_autofree char *phrase = g_strndup(markers[i] + dash, length);
        const char *at = strstr(words, phrase);
        gboolean alone = at != NULL;
        for (const char *c = words; alone && *c; c = g_utf8_next_char(c))
            alone = (c >= at && c < at + length) || !g_unichar_isalnum(g_utf8_get_char(c));
        if (alone)
            return TRUE;
    }
    return FALSE;
}

/* "> wrote:" is what is left of an attribution that was broken behind the address, no quote. "  (http://…) >"
 * is the rest of a quoted line that a mailer broke. */
static void mend_marks(ChQuoteLines *lines)
{
    for (guint i = 1; i < lines->count; i++) {
        ChQuoteLine *line = &lines->lines[i];
        gsize length = line->end - line->start;
        const char *text = lines->text + line->start;
        if (line->blank || length > 300)
            continue;
        if (line->quoted && !lines->lines[i - 1].quoted && length < 24 && text[length - 1] == ':') {
            line->quoted = FALSE;
            guint first;
            if (!lines->lines[i - 1].blank && ch_attribution_find(lines, i, &first) != CH_ATTRIBUTION_NONE &&
                first < i)
                continue;
            line->quoted = TRUE;
        } else if (!line->quoted && lines->lines[i - 1].quoted && i + 1 < lines->count &&
                   lines->lines[i + 1].quoted && strchr(")>", text[length - 1])) {
            const char *words = ch_quote_words(lines, i);
            gboolean one = strcspn(words, " ") >= strlen(words) - 2;
            line->quoted = one && (strstr(words, "://") || strpbrk(words, "=%&") != NULL);
        }
    }
}

/* "AS> Resolveu?", "ИП>> Да.": the initials that The Bat! puts before the mark. */
static gboolean has_initials(const ChQuoteLines *lines, guint i)
{
    const char *at = lines->text + lines->lines[i].start, *end = lines->text + lines->lines[i].end;
    guint letters = 0;
    at += at < end && *at == ' ';
    for (; at < end && letters < 4 && g_unichar_isupper(g_utf8_get_char(at)); letters++)
        at = g_utf8_next_char(at);
    return letters > 0 && letters < 4 && at < end && *at == '>';
}

/* Lines with initials are quoted below "…, you wrote:", as far as nothing else stands between them. */
static void mark_initials(ChQuoteLines *lines)
{
    gboolean inside = FALSE;
    guint first, last = 0; /* the line above that is not blank */
    for (guint i = 0; i < lines->count; i++) {
        if (lines->lines[i].blank)
            continue;
        inside = has_initials(lines, i) &&
                 (inside || (i > 0 && !lines->lines[last].quoted &&
                             ch_attribution_find(lines, last, &first) != CH_ATTRIBUTION_NONE));
        lines->lines[i].quoted |= inside;
        last = i;
    }
}

/* Lines [FROM, TO) introduce the quoted lines that follow. */
static void mark_intro(ChQuoteLines *lines, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        lines->lines[i].quoted = lines->lines[i].intro = TRUE;
}

typedef enum {
    STEP_ON,
    STEP_TAIL,    /* from here all is quoted */
    STEP_FORWARD, /* from here all is shown to us */
} Step;

/* What an attribution that ends at line I means. *FIRST: where it begins. */
static Step look_at_attribution(Search *search, guint i, guint *first)
{
    ChQuoteLines *lines = &search->lines;
    ChAttribution attribution = ch_attribution_find(lines, i, first);
    if (attribution == CH_ATTRIBUTION_NONE)
        return search->answers && ch_attribution_glued(lines, i) ? STEP_TAIL : STEP_ON;
    guint next = ch_quote_next(lines, i + 1);
    if (next < lines->count && lines->lines[next].quoted) {
        gsize offset;
        if (attribution != CH_ATTRIBUTION_STRONG && !search->answers)
            return STEP_ON; /* "My boss wrote:" in a first mail is what it is about */
        if (*first < i || !ch_attribution_inside(lines, i, &offset))
            mark_intro(lines, *first, i + 1);
        return STEP_ON;
    }
    return attribution == CH_ATTRIBUTION_STRONG && search->answers ? STEP_TAIL : STEP_ON;
}

static gboolean names_domain(const ChQuoteLines *lines, guint from, guint to, const GPtrArray *addresses)
{
    gsize start = lines->lines[from].start, length = MIN(lines->lines[to - 1].end - start, BLOCK_BYTES);
    g_autofree char *block = g_ascii_strdown(lines->text + start, (gssize)length);
    for (guint i = 0; i < addresses->len; i++) {
        const char *at = strrchr(((const ChAddress *)g_ptr_array_index(addresses, i))->address, '@');
        g_autofree char *domain = at ? g_ascii_strdown(at, -1) : NULL;
        if (domain && strstr(block, domain))
            return TRUE;
    }
    return FALSE;
}

/* "These are the headers of the spam:" above the headers of a mail that none of those had to do with whom
 * this one goes to: the person shows it, and goes on below. */
static gboolean is_shown(Search *search, guint from, guint to)
{
    ChQuoteLines *lines = &search->lines;
    guint above = from, first;
    for (guint gap = 0; above > 0 && lines->lines[above - 1].blank && gap < CH_QUOTE_GAP; gap++)
        above--;
    if (above == 0 || lines->lines[above - 1].quoted)
        return FALSE;
    gsize start = lines->lines[from].start;
    return ch_quote_announces(ch_quote_words(lines, above - 1)) &&
           ch_attribution_find(lines, above - 1, &first) == CH_ATTRIBUTION_NONE &&
           memchr(lines->text + start, '@', lines->lines[to - 1].end - start) &&
           !names_domain(lines, from, to, search->mail->to) &&
           !names_domain(lines, from, to, search->mail->cc);
}

/* Whether anything below line FROM says that what follows is a mail: a machine may print "-- Original Message
 * --" too. */
static gboolean has_evidence(ChQuoteLines *lines, guint from)
{
    for (guint i = from, used = 0; i < lines->count && used < INTRO_LINES; i++) {
        if (!lines->lines[i].blank && ch_quote_is_evidence(lines, i))
            return TRUE;
        used += !lines->lines[i].blank;
    }
    return FALSE;
}

static const char *behind_colons(const char *subject)
{
    const char *colon = strrchr(subject, ':');
    const char *at = colon ? colon + 1 : subject;
    return at + strspn(at, " ");
}

/* Whether SUBJECT (in words) is what the mail itself is about: the block that has it quotes what is answered.
 */
static gboolean is_our_subject(const Search *search, const char *subject)
{
    g_autofree char *lower = g_utf8_strdown(search->mail->subject, -1);
    const char *ours = behind_colons(lower), *theirs = behind_colons(subject);
    return !*ours || !*theirs || strstr(ours, theirs) || strstr(theirs, ours);
}

/* What a header block, or the line above one, means that begins at I. */
static Step look_at_header(Search *search, guint i, gboolean original)
{
    ChQuoteLines *lines = &search->lines;
    guint end = i + 1, below;
    const char *subject;
    if (i < search->shown)
        return STEP_ON;
    if (original) {
        guint next = ch_quote_next(lines, i + 1);
        if (next < lines->count && ch_quote_header(lines, next, &below, &subject))
            end = below;
        else if (!has_evidence(lines, i + 1))
            return STEP_ON;
    } else if (!ch_quote_header(lines, i, &end, &subject)) {
        return STEP_ON;
    } else if (subject && !search->forwards && !is_our_subject(search, subject)) {
        search->shown = end;
        return STEP_ON;
    }
    if (search->forwards)
        return STEP_FORWARD;
    if (!search->answers)
        return STEP_ON;
    if (is_shown(search, i, end)) {
        search->shown = end;
        return STEP_ON;
    }
    guint next = ch_quote_next(lines, end);
    if (next == lines->count || !lines->lines[next].quoted)
        return STEP_TAIL;
    mark_intro(lines, i, end);
    return STEP_ON;
}

/* ">>> Ana Souza <ana@example.br> 24/11/2026 10:00 >>>": GroupWise, whose quote has no marks. */
static gboolean is_groupwise(ChQuoteLines *lines, guint i)
{
    const ChQuoteLine *line = &lines->lines[i];
    const char *text = lines->text + line->start;
    gsize length = line->end - line->start;
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    if (length < 20 || length > 300 || memcmp(text, ">>> ", 4) || memcmp(text + length - 3, ">>>", 3))
        return FALSE;
    ChQuoteMoment moment = ch_quote_moment(ch_quote_words(lines, i));
    return ch_quote_moment_is_full(&moment);
}

/* Where the part ends in which a person answers; *STEP says what follows. */
static guint find_end(Search *search, Step *step)
{
    ChQuoteLines *lines = &search->lines;
    for (guint i = 0; i < lines->count; i++) {
        if (lines->lines[i].quoted) {
            if (search->answers && !search->forwards && is_groupwise(lines, i)) {
                *step = STEP_TAIL;
                return i;
            }
            continue;
        }
        if (!is_suspect(lines, i))
            continue;
        if (ch_deadline_passed(1))
            break;
        const char *words = ch_quote_words(lines, i);
        guint first = i;
        if (ch_quote_is_forward(words))
            *step = STEP_FORWARD;
        else if (is_marker(words) && !search->forwards)
            *step = STEP_TAIL;
        else if ((*step = look_at_header(search, i, ch_quote_is_original(words))) == STEP_ON &&
                 !search->forwards)
            *step = look_at_attribution(search, i, &first);
        if (*step != STEP_ON)
            return first;
    }
    return lines->count;
}

/* What introduces the end at line I, and rules and blank lines above it, go with it. */
static guint back_over_intro(ChQuoteLines *lines, guint i)
{
    guint first = i;
    for (guint gap = 0; first > 0 && lines->lines[first - 1].blank && gap < CH_QUOTE_GAP; gap++)
        first--;
    guint above;
    if (first > 0 && ch_attribution_find(lines, first - 1, &above) != CH_ATTRIBUTION_NONE)
        i = above;
    while (i > 0) {
        const char *words = ch_quote_words(lines, i - 1);
        if (!lines->lines[i - 1].blank && !ch_quote_is_rule(words) && !ch_quote_is_original(words))
            break;
        i--;
    }
    return i;
}

static void add_cut(Search *search, guint from, guint to, ChCutKind kind)
{
    const ChQuoteLines *lines = &search->lines;
    if (from >= to)
        return;
    gsize end = to < lines->count ? lines->lines[to].start : lines->lines[lines->count - 1].end;
    if (to >= lines->count && lines->text[end] == '\n')
        end++;
    ChCut cut = {lines->lines[from].start, end, kind};
    g_array_append_val(search->cuts, cut);
}

/* The blocks of quoted lines in a stretch, with nothing but blank lines inside. */
typedef struct {
    guint count;
    guint start, stop; /* of the last one */
} Blocks;

static Blocks find_blocks(const ChQuoteLines *lines, guint end)
{
    Blocks blocks = {0};
    gboolean open = FALSE;
    for (guint i = 0; i < end; i++) {
        if (lines->lines[i].quoted) {
            if (!open)
                blocks.start = i;
            blocks.count += !open;
            blocks.stop = i + 1;
            open = TRUE;
        } else if (!lines->lines[i].blank) {
            open = FALSE;
        }
    }
    return blocks;
}

/* Whether something says that the block at START is a quote of a mail, more than its marks do. */
static gboolean is_introduced(ChQuoteLines *lines, guint start)
{
    guint first;
    if (lines->lines[start].intro)
        return TRUE;
    for (guint i = start; i < lines->count && i < start + INTRO_LINES && lines->lines[i].quoted; i++)
        if (ch_attribution_find(lines, i, &first) == CH_ATTRIBUTION_STRONG ||
            is_marker(ch_quote_words(lines, i)))
            return TRUE;
    return FALSE;
}

/* "reply On Wed, Apr 4, 2012 at 3:59 PM, ana@example.br wrote:" above quoted lines. */
static gboolean cut_inside(Search *search, guint start)
{
    gsize offset;
    const ChQuoteLines *lines = &search->lines;
    guint above = start;
    for (guint gap = 0; above > 0 && lines->lines[above - 1].blank && gap < CH_QUOTE_GAP; gap++)
        above--;
    if (above == 0 || !ch_attribution_inside(lines, above - 1, &offset))
        return FALSE;
    ChCut cut = {offset, lines->lines[start - 1].end, CH_CUT_QUOTE};
    g_array_append_val(search->cuts, cut);
    return TRUE;
}

/* Quoted lines in [0, *END): the last block is cut where nothing follows it, and a single one that is
 * introduced wherever it stands. Between several of them a person has answered; those stay. *END becomes
 * where the text above a block at the end ends. */
static void cut_blocks(Search *search, guint *end)
{
    ChQuoteLines *lines = &search->lines;
    Blocks blocks = find_blocks(lines, *end);
    if (blocks.count == 0)
        return;
    guint stop = blocks.stop, after = stop;
    while (after < *end && lines->lines[after].blank)
        after++;
    gboolean trailing = after == *end;
    gboolean sure = is_introduced(lines, blocks.start) || cut_inside(search, blocks.start);
    /* Quoted lines in a first mail are a log, a diff, or somebody else's words: they are what it is about. */
    if (!sure && !(trailing && search->answers))
        return;
    if (!trailing && blocks.count > 1)
        return;
    if (!trailing) /* one empty line is enough between what stays */
        stop = after;
    guint start = blocks.start;
    while (start > 0 && ch_quote_is_rule(ch_quote_words(lines, start - 1)))
        start--;
    add_cut(search, start, trailing ? *end : stop, CH_CUT_QUOTE);
    if (trailing)
        *end = start;
}

static void search_all(Search *search)
{
    ChQuoteLines *lines = &search->lines;
    Step step = STEP_ON;
    mend_marks(lines);
    if (search->answers)
        mark_initials(lines);
    guint end = find_end(search, &step);
    if (step == STEP_TAIL) {
        end = back_over_intro(lines, end);
        add_cut(search, end, lines->count, CH_CUT_QUOTE);
    }
    if (search->forwards && step == STEP_ON) /* somebody else's text, without a sign where it begins */
        return;
    guint signature = ch_quote_signature(lines, 0, end);
    add_cut(search, signature, end, CH_CUT_SIGNATURE);
    guint above = signature;
    if (step != STEP_FORWARD || !search->forwards)
        cut_blocks(search, &above);
    if (above < signature)
        add_cut(search, ch_quote_signature(lines, 0, above), above, CH_CUT_SIGNATURE);
}

/* ---- the result ---- */

static gint compare_cuts(gconstpointer a, gconstpointer b)
{
    const ChCut *left = a, *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

/* Overlapping cuts become ones beside each other; a quote that goes on in the next cut is one. */
static void join_cuts(GArray *cuts)
{
    guint kept = 0;
    for (guint i = 0; i < cuts->len; i++) {
        ChCut cut = g_array_index(cuts, ChCut, i);
        ChCut *last = kept ? &g_array_index(cuts, ChCut, kept - 1) : NULL;
        if (last && cut.start < last->end)
            cut.start = MIN(last->end, cut.end);
        if (cut.start >= cut.end)
            continue;
        if (last && last->end == cut.start && last->kind == cut.kind) {
            last->end = cut.end;
            continue;
        }
        g_array_index(cuts, ChCut, kept++) = cut;
    }
    g_array_set_size(cuts, kept);
}

static char *without_cuts(const char *text, const GArray *cuts)
{
    GString *reply = g_string_new(NULL);
    gsize at = 0;
    for (guint i = 0; i < cuts->len; i++) {
        const ChCut *cut = &g_array_index(cuts, ChCut, i);
        g_string_append_len(reply, text + at, (gssize)(cut->start - at));
        at = cut->end;
    }
    g_string_append(reply, text + at);
    return g_string_free(reply, FALSE);
}

gboolean ch_quote_finish(ChMail *mail)
{
    g_array_sort(mail->cuts, compare_cuts);
    join_cuts(mail->cuts);
    g_free(mail->reply);
    mail->reply = without_cuts(mail->text, mail->cuts);
    if (mail->cuts->len == 0 || !ch_text_is_blank(mail->reply))
        return TRUE;
    g_array_set_size(mail->cuts, 0); /* P9 */
    g_free(mail->reply);
    mail->reply = g_strdup(mail->text);
    return FALSE;
}

/* The key of a ticket in the subject, or a sign of an answer in the headers. */
static gboolean is_answer(const ChMail *mail)
{
    const char *key = strstr(mail->subject, "[#");
    return mail->in_reply_to->len > 0 || mail->references->len > 0 || key ||
           ch_quote_subject_answers(mail->subject);
}

void ch_quote_cut(ChMail *mail, const GArray *marks)
{
    g_array_set_size(mail->cuts, 0);
    g_auto(ChQuoteLines) lines = {0};
    ch_quote_lines_init(&lines, mail->text);
    Search search = {.lines = lines,
                     .cuts = mail->cuts,
                     .mail = mail,
                     .answers = is_answer(mail),
                     .forwards = ch_quote_subject_forwards(mail->subject)};
    apply_marks(&search.lines, marks);
    if (lines.count > 0)
        search_all(&search);
    if (ch_deadline_passed(CH_DEADLINE_NOW)) /* half a search may have missed where the reply goes on (P9) */
        g_array_set_size(mail->cuts, 0);
    ch_quote_finish(mail);
}
