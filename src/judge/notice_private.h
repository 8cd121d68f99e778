/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What notice.c, absence.c and receipt.c share. Texts are folded (ch_fold). Pure. */
#pragma once

#include "judge/notice.h"

/* The first of the COUNT entries of TABLE by which SENTENCE begins; NULL: none. */
const char *ch_notice_begins(const char *sentence, const char *const *table, guint count);

/* Whether one of the COUNT entries of TABLE stands in TEXT. */
gboolean ch_notice_has(const char *text, const char *const *table, guint count);

/* The length of the sentence at AT, with what ends it. */
gsize ch_notice_sentence(const char *at);

/* The words by which AT begins to tell its writer's absence, in TEXT, an answer of SUBJECT; NULL where it
 * does not, or a person goes on with the matter. Static. */
const char *ch_absence_begins(const char *at, const char *subject, const char *text);

/* Whether an absence behind SENTENCE may be a program's: nothing else than a matter stands before those of
 * people ("It still fails. I will be on vacation"). GREETED: polite words were skipped before SENTENCE. */
gboolean ch_absence_may_follow(const char *sentence, gboolean greeted);

/* The words by which SENTENCE tells that NAME, the sender's, is away; NULL: it does not. NAME may be NULL.
 * Static. */
const char *ch_absence_told(const char *sentence, const char *name);

/* Whether who tells what they received goes on in TEXT: "... mas nao foi resolvido". */
gboolean ch_receipt_is_contested(const char *text);

/* The words by which SENTENCE, of TEXT, acknowledges a mail with a number, or asks whether a person wrote it;
 * NULL: it does not. Static. */
const char *ch_receipt_begins(const char *sentence, const char *text);

/* The same where no number is given, but an answer promised. Static. */
const char *ch_receipt_promise(const char *sentence, const char *text);
