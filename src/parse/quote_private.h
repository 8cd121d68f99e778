/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that look for quotes and signatures share: a text as lines, and what a line can be. */
#pragma once

#include "parse/internal.h"

/* Lines of nothing that may stand between what introduces a quote and the quote. */
#define CH_QUOTE_GAP 5

/* Offsets are bytes of the text. */
typedef struct {
    gsize start, end;    /* without the line end */
    gboolean blank;      /* white space alone */
    gboolean quoted;     /* has a quote mark, or the markup or what stands around it says that it is quoted */
    gboolean intro;      /* quoted, because it introduces the quoted lines below it */
    gboolean is_private; /* the markup calls it a signature */
    char *words;         /* see ch_quote_words; NULL until somebody asked */
    gint8 promising;     /* whether it may be part of an attribution: 1, -1, or 0 until somebody asked */
} ChQuoteLine;

typedef struct {
    const char *text; /* borrowed */
    ChQuoteLine *lines;
    guint count;
} ChQuoteLines;

/* TEXT (UTF-8, borrowed until ch_quote_lines_clear) as lines. */
void ch_quote_lines_init(ChQuoteLines *lines, const char *text);
void ch_quote_lines_clear(ChQuoteLines *lines);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ChQuoteLines, ch_quote_lines_clear)

/* Line I as it is compared: without quote marks and the stars of bold type, one blank for any white space,
 * lower case, no direction marks, plain ' and :, at most about 400 bytes. Owned by LINES. */
const char *ch_quote_words(ChQuoteLines *lines, guint i);

/* The first line at FROM or below, at most CH_QUOTE_GAP further down, that is not blank; count: there is
 * none. */
guint ch_quote_next(const ChQuoteLines *lines, guint from);

/* Whether WORD stands in TEXT where no letter or digit touches it; CJK words need no room. Where it stands
 * for the last time, or NULL. */
const char *ch_quote_word(const char *text, const char *word);

/* Whether one of the COUNT entries of LIST stands in WORDS; whether WORDS begin with one. */
gboolean ch_quote_has(const char *words, const char *const *list, guint count);
gboolean ch_quote_begins(const char *words, const char *const *list, guint count);
/* "These are the headers of the spam:"; not "Hello:". */
gboolean ch_quote_announces(const char *words);

/* Numbers of a date. */
typedef struct {
    guint numbers;
    gboolean year, time;
} ChQuoteMoment;

ChQuoteMoment ch_quote_moment(const char *text);
/* A whole date with a time of day. */
gboolean ch_quote_moment_is_full(const ChQuoteMoment *moment);

/* quote_attribution.c */

typedef enum {
    CH_ATTRIBUTION_NONE,
    CH_ATTRIBUTION_WEAK,   /* only above lines that are marked as quoted */
    CH_ATTRIBUTION_STRONG, /* no ordinary sentence: what follows is a quote even without marks */
} ChAttribution;

/* Whether "On …, Ana wrote:" ends at line LAST, which may have begun up to four lines higher: *FIRST. */
ChAttribution ch_attribution_find(ChQuoteLines *lines, guint last, guint *first);
/* Whether an attribution with a moment begins inside line I and ends with it: *OFFSET of the text. */
gboolean ch_attribution_inside(const ChQuoteLines *lines, guint i, gsize *offset);
/* Whether one with an address and a moment begins line I, and the quote goes on in the same line behind
 * several blanks: Yahoo on a phone. */
gboolean ch_attribution_glued(const ChQuoteLines *lines, guint i);

/* quote_header.c */

/* Whether "From: … Sent: … To: … Subject: …" begins at line I; *END is the line below it. *SUBJECT is NULL,
 * or its subject (owned by LINES) where it has no address and no word that only mails use: minutes of a
 * meeting may look the same. */
gboolean ch_quote_header(ChQuoteLines *lines, guint i, guint *end, const char **subject);
gboolean ch_quote_is_rule(const char *words);     /* "________" */
gboolean ch_quote_is_original(const char *words); /* "-----Original Message-----", and the line of Notes */
gboolean ch_quote_is_forward(const char *words);  /* "---------- Forwarded message ---------" */
/* Whether I begins a line below "Original Message" as something that quotes a mail does: with a field of it,
 * an address, a date, a quote mark. */
gboolean ch_quote_is_evidence(ChQuoteLines *lines, guint i);
gboolean ch_quote_subject_forwards(const char *subject);
gboolean ch_quote_subject_answers(const char *subject);

/* quote_footer.c */

/* Where the footers of lists and virus scanners begin that end at line END, none of them above FROM or
 * quoted; END: there is none. */
guint ch_quote_footer(ChQuoteLines *lines, guint from, guint end);

/* quote_signature.c */

/* Where a signature begins that ends at line END, none of it above FROM or quoted; END: there is none. */
guint ch_quote_signature(ChQuoteLines *lines, guint from, guint end);

/* quote.c */

/* Puts the cuts of MAIL in order, joins those that touch, and makes its reply of them (P9). FALSE where they
 * would have left nothing, and none is left. */
gboolean ch_quote_finish(ChMail *mail);
