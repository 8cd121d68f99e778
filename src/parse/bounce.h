/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that read delivery reports share (report.c, bounce_fields.c, bounce_text.c,
 * bounce_words.c, bounce_subject.c, bounce_status.c).
 * Lists are of ChBounce and grow to at most CH_BOUNCES_MAX.
 */
#pragma once

#include "base/fold.h"
#include "parse/internal.h"

/* bounce_words.c */

/* What words say, as bits. */
enum {
    CH_WORDS_FAILED = 1,    /* a mail could not be delivered */
    CH_WORDS_DELAYED = 2,   /* it was not yet, and will be tried again */
    CH_WORDS_LIST = 4,      /* whom this concerns comes next */
    CH_WORDS_COPY = 8,      /* the returned mail comes next */
    CH_WORDS_PROGRAM = 16,  /* a server introduces itself */
    CH_WORDS_PERSON = 32,   /* somebody tells of an error that they saw, or asks */
    CH_WORDS_QUESTION = 64, /* a filter that wants its sender to prove something first */
    CH_WORDS_HELP = 128,    /* whom to ask about it: no recipient */
    CH_WORDS_FINAL = 256,   /* it will not be tried again */
    CH_WORDS_REPLY = 512,   /* a subject that answers another */
};

/* What FOLDED (ch_fold) says: a paragraph of a report, or a heading in it. */
guint ch_bounce_words(const char *folded);
/* bounce_subject.c */

/* What a folded subject says: CH_WORDS_FAILED, CH_WORDS_DELAYED, CH_WORDS_PERSON (a forward), CH_WORDS_REPLY;
 * 0: nothing. */
guint ch_bounce_subject(const char *folded);
/* Whether somebody with this local part and display name (folded both) is a mail server: 3 surely, 2
 * probably, 0 no. */
guint ch_bounce_daemon(const char *local_part, const char *name);
/* Whether NAME (folded) looks like somebody's, "carlos souza", and like no program's. */
gboolean ch_bounce_is_personal(const char *name);

/* bounce_status.c */

/* The status of RFC 3463 that DIAGNOSTIC names: by an enhanced code, or else by a reply code and what the
 * words say ("550 user unknown" is 5.1.1). CLASS, '4' or '5', where it has neither code. "" where it says
 * nothing at all. Free with g_free. */
char *ch_bounce_status(const char *diagnostic, char class);
/* Whether TEXT holds a reply code of failure or an enhanced one. */
gboolean ch_bounce_has_code(const char *text);
/* Whether TEXT (folded) holds an SMTP reply of failure, or words like "user unknown". */
gboolean ch_bounce_is_reason(const char *folded);

/* bounce_fields.c */

/* Whether the line of LENGTH bytes is one of the fields that name a recipient (RFC 3464 section 2.3). */
gboolean ch_bounce_is_field(const char *line, gsize length);
/* Appends the recipients of a delivery-status part to LIST, also of one whose empty lines are missing or too
 * many. TEXT: valid UTF-8, LF. DELAYED: what a group means that says neither action nor status. */
void ch_bounce_fields(const char *text, gsize length, gboolean delayed, GPtrArray *list);
/* The value of the field KEY, unfolded, in the header block with which TEXT begins; "" where it has none.
 * Reads at most 64 KB. Free with g_free. */
char *ch_bounce_header(const char *text, gsize length, const char *key);
/* The Message-ID in the value of a field, without brackets; "" for "". Free with g_free. */
char *ch_bounce_id(const char *value);
/* Appends to LIST unless the same recipient with the same action stands there, or the list is full. */
void ch_bounce_add(GPtrArray *list, const char *recipient, const char *action, const char *status,
                   const char *diagnostic);

/* bounce_line.c */

/* How an address stands in its line. */
typedef enum {
    CH_LINE_NOTHING, /* there is none */
    CH_LINE_COLON,   /* "<ana@x>: …" */
    CH_LINE_ALONE,   /* with decoration at most: "> ana@x", "Ana (ana@x)", "ana@x on 24/11/2026" */
    CH_LINE_LABEL,   /* "Recipient: ana@x" */
    CH_LINE_TO,      /* "To: ana@x" */
    CH_LINE_INSIDE,  /* in a sentence */
    CH_LINE_OTHER,   /* it is somebody else's: "From: ana@x" */
} ChLineForm;

/* The form of the first address in LINE. *ADDRESS: the address, NULL for CH_LINE_NOTHING; free with g_free.
 * *REST: the offset behind it and what belongs to it. */
ChLineForm ch_bounce_line(const char *line, gsize length, char **address, gsize *rest);

/* bounce_text.c */

/* What a report says in words. */
typedef struct {
    guint words;        /* bits of CH_WORDS_…: what it says before the returned mail */
    gboolean fields;    /* it holds the fields of a delivery-status part */
    gboolean named;     /* it names recipients as servers do, each on a line of its own */
    GPtrArray *bounces; /* of ChBounce; never NULL */
    char *diagnostic;   /* the first reply of a server; never NULL */
    const char *copy;   /* the returned mail inside the text that was read; NULL: none */
} ChBounceText;

/* Reads TEXT (valid UTF-8, LF) as the words of a report. OWN: addresses (ChAddress) that the report itself
 * was sent to, which it names without meaning them. DELAYED: the subject says so. */
ChBounceText *ch_bounce_text_read(const char *text, const GPtrArray *own, gboolean delayed);
void ch_bounce_text_free(ChBounceText *read);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChBounceText, ch_bounce_text_free)
