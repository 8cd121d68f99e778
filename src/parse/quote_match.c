/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds in a mail what it repeats of ours, by the words alone: whatever a client did to line ends, quote
 * marks, bullets and links, the words are there in their order. Looks at each word a bounded number of times.
 * What other mails look like that are quoted is quote.c's business.
 */
#include "parse/quote_private.h"

#include <string.h>

#define SHINGLE      4  /* words in a row that are looked up */
#define CANDIDATES   6  /* places of ours that one shingle is tried at */
#define TOP_WORDS    24 /* a quote without marks begins within so many words of our mail */
#define LEAST_WORDS  6  /* that a stretch repeats */
#define INSERTED_MAX 2  /* words of ours that may be missing where something was typed */
#define CONTEXT      4  /* lines above an answer that stay with it */
#define TITLE_WORDS  12 /* in front of the colon of a form's blank */
#define TITLE_BYTES  400
#define SENT_PARTS   8
#define SENT_WORDS   200000

typedef struct {
    guint32 hash;
    guint32 line; /* of the mail; the number of the text, in ours */
} Word;

/* ---- words ---- */

/* Links and addresses are rewritten by clients, filters and servers: they are no words. */
static gboolean is_link(const char *at, gsize length)
{
    return memmem(at, length, "://", 3) || memchr(at, '@', length) ||
           !strncmp(at, "mailto:", MIN(length, 7)) || (length > 4 && !strncmp(at, "www.", 4));
}

/* Appends the words of [AT, END) to WORDS, in lower case and without their punctuation. */
static void add_words(const char *at, const char *end, guint32 line, GArray *words)
{
    while (at < end) {
        const char *stop = at;
        while (stop < end && !g_unichar_isspace(g_utf8_get_char(stop)))
            stop = g_utf8_next_char(stop);
        gboolean link = is_link(at, (gsize)(stop - at));
        guint32 hash = 5381;
        gboolean any = FALSE;
        for (; at < stop; at = g_utf8_next_char(at)) {
            gunichar c = g_utf8_get_char(at);
            gboolean letter = !link && g_unichar_isalnum(c);
            if (letter)
                hash = hash * 33 + g_unichar_tolower(c);
            else if (any) {
                g_array_append_vals(words, &(Word){hash, line}, 1);
                hash = 5381;
            }
            any = letter;
        }
        if (any)
            g_array_append_vals(words, &(Word){hash, line}, 1);
        if (at < end)
            at = g_utf8_next_char(at);
    }
}

static guint32 shingle(const Word *words)
{
    guint32 hash = 0;
    for (guint i = 0; i < SHINGLE; i++)
        hash = hash * 0x01000193 + words[i].hash;
    return hash;
}

/* The words of [AT, END) as one number; 0: there are none, or more than a title has. SCRATCH is empty before
 * and after. */
static guint32 title_hash(const char *at, const char *end, GArray *scratch)
{
    if (end - at <= TITLE_BYTES)
        add_words(at, end, 0, scratch);
    guint32 hash = scratch->len && scratch->len <= TITLE_WORDS ? 0x811c9dc5 : 0;
    for (guint i = 0; hash && i < scratch->len; i++)
        hash = MAX(1, hash * 0x01000193 + g_array_index(scratch, Word, i).hash);
    g_array_set_size(scratch, 0);
    return hash;
}

/* ---- what we sent ---- */

typedef struct {
    GHashTable *blanks; /* of title_hash: lines that end with a colon, to be filled in */
    GArray *words;      /* of Word, all texts after one another */
    GArray *heads;      /* of guint32: where each text begins */
    guint32 *next;      /* by place: one place more with the same bucket, + 1; 0: none */
    guint32 *first;
    guint32 mask;
} Sent;

/* "Pedido:", alone in its line. */
static void sent_add_blanks(Sent *sent, const char *text)
{
    g_autoptr(GArray) scratch = g_array_new(FALSE, FALSE, sizeof(Word));
    for (const char *at = text, *end; *at; at = *end ? end + 1 : end) {
        end = strchrnul(at, '\n');
        const char *last = end;
        while (last > at && g_ascii_isspace(last[-1]))
            last--;
        guint32 hash = last > at && last[-1] == ':' ? title_hash(at, last, scratch) : 0;
        if (hash)
            g_hash_table_add(sent->blanks, GUINT_TO_POINTER(hash));
    }
}

static void sent_add(Sent *sent, const char *text)
{
    if (sent->words->len > SENT_WORDS)
        return;
    g_array_append_vals(sent->heads, &(guint32){sent->words->len}, 1);
    add_words(text, text + strlen(text), sent->heads->len - 1, sent->words);
    sent_add_blanks(sent, text);
}

/* Both alternatives: a client quotes either. */
static void sent_read(Sent *sent, GMimeObject *top)
{
    GMimePartIter *iter = g_mime_part_iter_new(top);
    for (guint i = 0; i < SENT_PARTS && g_mime_part_iter_is_valid(iter); i++) {
        GMimeObject *part = g_mime_part_iter_get_current(iter);
        gboolean html = ch_walk_is_type(part, "text", "html");
        if (GMIME_IS_PART(part) && (html || ch_walk_is_type(part, "text", "plain"))) {
            g_autoptr(GByteArray) bytes = ch_part_decode(part, 8 * SENT_WORDS, NULL, NULL);
            g_autofree char *text =
                ch_text_clean(ch_text_to_utf8((const char *)bytes->data, bytes->len, "utf-8", NULL));
            g_autofree char *plain = html ? ch_html_to_text(text, strlen(text), NULL) : NULL;
            sent_add(sent, plain ? plain : text);
        }
        if (!g_mime_part_iter_next(iter))
            break;
    }
    g_mime_part_iter_free(iter);
}

static void sent_index(Sent *sent)
{
    guint count = sent->words->len;
    sent->mask = 255;
    while (sent->mask < count * 2)
        sent->mask = sent->mask * 2 + 1;
    sent->first = g_new0(guint32, sent->mask + 1);
    sent->next = g_new0(guint32, count + 1);
    const Word *words = (const Word *)(void *)sent->words->data;
    for (guint i = count >= SHINGLE ? count - SHINGLE + 1 : 0; i-- > 0;) {
        guint32 *bucket = &sent->first[shingle(words + i) & sent->mask];
        sent->next[i] = *bucket;
        *bucket = i + 1;
    }
}

static void sent_clear(Sent *sent)
{
    g_array_unref(sent->words);
    g_array_unref(sent->heads);
    g_hash_table_unref(sent->blanks);
    g_free(sent->next);
    g_free(sent->first);
}

/* Where the words at OURS stand in SENT: at or below AFTER in its text, where there is such a place,
 * otherwise anywhere. + 1; 0: nowhere. */
static guint32 sent_find(const Sent *sent, const Word *ours, guint32 after)
{
    const Word *words = (const Word *)(void *)sent->words->data;
    guint32 found = 0, tried = 0;
    for (guint32 at = sent->first[shingle(ours) & sent->mask]; at && tried < CANDIDATES;
         at = sent->next[at - 1], tried++) {
        gboolean same = TRUE;
        for (guint i = 0; i < SHINGLE && same; i++)
            same = words[at - 1 + i].hash == ours[i].hash && words[at - 1 + i].line == words[at - 1].line;
        if (!same)
            continue;
        if (after && at >= after && words[at - 1].line == words[after - 1].line)
            return at;
        if (!found)
            found = at;
    }
    return found;
}

/* ---- the mail ---- */

/* What becomes of one line. */
typedef struct {
    guint words, ours;
    gboolean typed; /* it has words that stand between two of ours that belong together, or in a blank */
    gboolean blank; /* it is one of our blanks, filled in or not */
    guint32 place;  /* of its first word of ours, + 1 */
} Fate;

/* For each word of MAIL, its place in SENT + 1, or 0. */
static guint32 *align(const GArray *mail, const Sent *sent)
{
    const Word *words = (const Word *)(void *)mail->data, *ours = (const Word *)(void *)sent->words->data;
    guint32 *places = g_new0(guint32, mail->len + 1);
    guint32 after = 0; /* the place behind the last match, + 1 */
    for (guint i = 0; i < mail->len;) {
        guint32 at = i + SHINGLE <= mail->len ? sent_find(sent, words + i, after) : 0;
        if (!at) {
            i++;
            continue;
        }
        guint32 text = ours[at - 1].line;
        while (i < mail->len && at <= sent->words->len && ours[at - 1].line == text &&
               ours[at - 1].hash == words[i].hash)
            places[i++] = at++;
        after = at <= sent->words->len && ours[at - 1].line == text ? at : 0;
    }
    return places;
}

/* Words between two of ours that stand beside each other in our mail were typed there. */
static void find_typed(const GArray *mail, const guint32 *places, Fate *fates)
{
    const Word *words = (const Word *)(void *)mail->data;
    guint last = G_MAXUINT;
    for (guint i = 0; i < mail->len; i++) {
        if (!places[i])
            continue;
        gboolean gap = last != G_MAXUINT && i > last + 1 && places[i] > places[last] &&
                       places[i] - places[last] <= INSERTED_MAX + 1;
        for (guint at = last + 1; gap && at < i; at++)
            fates[words[at].line].typed = TRUE;
        last = i;
    }
}

static gboolean is_ours(const Fate *fate)
{
    return fate->words > 0 && fate->ours == fate->words;
}

/* "> Pedido: 123" where ours said "Pedido:". Several blanks in a row leave no words of ours between them. */
static void find_filled(const ChQuoteLines *lines, const Sent *sent, Fate *fates)
{
    g_autoptr(GArray) scratch = g_array_new(FALSE, FALSE, sizeof(Word));
    for (guint i = 0; g_hash_table_size(sent->blanks) && i < lines->count; i++) {
        const char *at = lines->text + lines->lines[i].start, *end = lines->text + lines->lines[i].end;
        const char *colon = is_ours(&fates[i]) ? NULL : memchr(at, ':', MIN((gsize)(end - at), TITLE_BYTES));
        guint32 hash = colon ? title_hash(at, colon, scratch) : 0;
        fates[i].blank = hash && g_hash_table_contains(sent->blanks, GUINT_TO_POINTER(hash));
        for (at = fates[i].blank ? colon + 1 : end; at < end && !fates[i].typed; at++)
            fates[i].typed = !g_ascii_isspace(*at) && *at != '*' && *at != '_';
    }
}

static Fate *weigh_lines(const ChQuoteLines *lines, const GArray *mail, const Sent *sent)
{
    Fate *fates = g_new0(Fate, lines->count + 1);
    g_autofree guint32 *places = align(mail, sent);
    const Word *words = (const Word *)(void *)mail->data;
    for (guint i = 0; i < mail->len; i++) {
        Fate *fate = &fates[words[i].line];
        fate->words++;
        fate->ours += places[i] != 0;
        if (places[i] && !fate->place)
            fate->place = places[i];
    }
    find_typed(mail, places, fates);
    find_filled(lines, sent, fates);
    return fates;
}

/* How far PLACE is below the top of its text. */
static guint32 depth_of(const Sent *sent, guint32 place)
{
    const Word *words = (const Word *)(void *)sent->words->data;
    return place - 1 - g_array_index(sent->heads, guint32, words[place - 1].line);
}

/* One stretch of lines that repeats ours. */
typedef struct {
    guint from, to;
    guint words;
    gboolean sure; /* it is no chance, and not the person's own words once more */
} Stretch;

/* A person may write again what they wrote before, and our mail shows it. So a stretch has quote marks, or
 * begins where our mail does, or below what introduces a quote. */
static gboolean is_sure(ChQuoteLines *lines, const Sent *sent, const Fate *fates, Stretch *stretch)
{
    const ChQuoteLine *top = &lines->lines[stretch->from];
    if (top->quoted || depth_of(sent, fates[stretch->from].place) < TOP_WORDS)
        return stretch->words >= LEAST_WORDS;
    guint above = stretch->from, first;
    for (guint gap = 0; above > 0 && lines->lines[above - 1].blank && gap < CH_QUOTE_GAP; gap++)
        above--;
    return stretch->words >= LEAST_WORDS && above > 0 &&
           (ch_quote_is_original(ch_quote_words(lines, above - 1)) ||
            ch_attribution_find(lines, above - 1, &first) != CH_ATTRIBUTION_NONE);
}

/* The stretch that begins at line FROM, which is ours: to the last line of ours that follows without anything
 * between but what was typed there or has no words. */
static Stretch stretch_at(ChQuoteLines *lines, const Sent *sent, const Fate *fates, guint from)
{
    Stretch stretch = {.from = from};
    for (guint i = from; i < lines->count; i++) {
        const Fate *fate = &fates[i];
        if (!is_ours(fate) && !fate->typed && !fate->blank && fate->words > 0)
            break;
        if (is_ours(fate) || (fate->blank && lines->lines[i].quoted)) {
            stretch.to = i + 1;
            stretch.words += fates[i].words;
        }
    }
    stretch.sure = is_sure(lines, sent, fates, &stretch);
    return stretch;
}

/* What introduces a stretch goes with it. */
static guint above_stretch(ChQuoteLines *lines, guint from)
{
    guint above = from, first;
    for (guint gap = 0; above > 0 && lines->lines[above - 1].blank && gap < CH_QUOTE_GAP; gap++)
        above--;
    if (above > 0 && ch_attribution_find(lines, above - 1, &first) != CH_ATTRIBUTION_NONE)
        return first;
    return above > 0 && ch_quote_is_original(ch_quote_words(lines, above - 1)) ? above - 1 : from;
}

/* Marks in KEEP the lines that a person typed into the stretch, and what they answer. */
static void keep_typed(const ChQuoteLines *lines, const Fate *fates, const Stretch *stretch, gboolean *keep)
{
    for (guint i = stretch->from; i < stretch->to; i++) {
        if (!fates[i].typed)
            continue;
        keep[i] = TRUE;
        for (guint at = i, used = 0; at > stretch->from && used < CONTEXT; used++) {
            at--;
            gboolean gap = fates[at].words == 0;
            if ((gap && used > 0) || keep[at])
                break;
            keep[at] = TRUE;
        }
        for (guint at = i + 1; at < stretch->to && lines->lines[at].blank; at++)
            keep[at] = TRUE;
    }
}

static void cut_lines(const ChQuoteLines *lines, const gboolean *cut, GArray *cuts)
{
    for (guint i = 0; i < lines->count;) {
        guint from = i;
        while (i < lines->count && cut[i])
            i++;
        if (i > from) {
            gsize end = i < lines->count ? lines->lines[i].start : strlen(lines->text);
            ChCut one = {lines->lines[from].start, end, CH_CUT_QUOTE};
            g_array_append_val(cuts, one);
        }
        i += i < lines->count;
    }
}

/* The cuts that MAIL has, without the lines to be kept. */
static void apply_old(const ChQuoteLines *lines, const GArray *old, const gboolean *keep, GArray *cuts)
{
    guint line = 0;
    for (guint i = 0; i < old->len; i++) {
        ChCut cut = g_array_index(old, ChCut, i);
        while (line < lines->count && lines->lines[line].end < cut.start)
            line++;
        for (; line < lines->count && lines->lines[line].start < cut.end; line++) {
            if (!keep[line])
                continue;
            ChCut above = {cut.start, lines->lines[line].start, cut.kind};
            if (above.start < above.end)
                g_array_append_val(cuts, above);
            cut.start = MIN(lines->lines[line].end + 1, cut.end);
        }
        if (cut.start < cut.end)
            g_array_append_val(cuts, cut);
    }
}

static void recut(ChMail *mail, ChQuoteLines *lines, const Sent *sent, const Fate *fates)
{
    g_autofree gboolean *cut = g_new0(gboolean, lines->count + 1);
    g_autofree gboolean *keep = g_new0(gboolean, lines->count + 1);
    gboolean any = FALSE;
    for (guint i = 0; i < lines->count; i++) {
        if (!is_ours(&fates[i]))
            continue;
        Stretch stretch = stretch_at(lines, sent, fates, i);
        i = stretch.to - 1;
        if (!stretch.sure)
            continue;
        any = TRUE;
        keep_typed(lines, fates, &stretch, keep);
        for (guint at = above_stretch(lines, stretch.from); at < stretch.to; at++)
            cut[at] = !keep[at];
    }
    if (!any)
        return;
    g_autoptr(GArray) old = g_steal_pointer(&mail->cuts);
    mail->cuts = g_array_new(FALSE, FALSE, sizeof(ChCut));
    apply_old(lines, old, keep, mail->cuts);
    cut_lines(lines, cut, mail->cuts);
    if (ch_quote_finish(mail))
        return;
    /* The person answered below all that looked quoted. */
    cut_lines(lines, cut, mail->cuts);
    ch_quote_finish(mail);
}

void ch_quote_match(ChMail *mail, GMimeObject *const *tops, guint count)
{
    Sent sent = {.blanks = g_hash_table_new(NULL, NULL),
                 .words = g_array_new(FALSE, FALSE, sizeof(Word)),
                 .heads = g_array_new(FALSE, FALSE, sizeof(guint32))};
    for (guint i = 0; i < count; i++)
        sent_read(&sent, tops[i]);
    g_auto(ChQuoteLines) lines = {0};
    ch_quote_lines_init(&lines, mail->text);
    if (sent.words->len >= SHINGLE && lines.count > 0) {
        sent_index(&sent);
        g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(Word));
        for (guint i = 0; i < lines.count; i++)
            add_words(mail->text + lines.lines[i].start, mail->text + lines.lines[i].end, i, words);
        g_autofree Fate *fates = weigh_lines(&lines, words, &sent);
        recut(mail, &lines, &sent, fates);
    }
    sent_clear(&sent);
}
