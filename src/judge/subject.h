/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subjects by which an automatic answer gives itself away where its header says nothing (P6, L21). Pure. */
#pragma once

#include <glib.h>

/*
 * How a subject that an autoresponder wrote begins, in the words of the table of subject.c; NULL where a
 * person may have written SUBJECT (decoded): taking a person for a machine loses a mail, taking a machine for
 * a person costs one, so only what no person writes counts. IS_REPLY: the mail names another one in
 * In-Reply-To or References. ASKS: its text asks something, as notices hardly do. Static.
 */
const char *ch_subject_automatic(const char *subject, gboolean is_reply, gboolean asks);

/* Whether SUBJECT begins with a prefix of an answer ("Re:", "RES:"). */
gboolean ch_subject_is_reply(const char *subject);

/* Whether SUBJECT begins with a prefix of a forward ("Fwd:", "ENC:"), which people alone write. */
gboolean ch_subject_is_forward(const char *subject);

/* Whether FOLDED (ch_fold), part of a mail's text, uses a word of what SUBJECT says behind its prefixes and
 * its ticket's key: whoever writes so means the matter, where a notice says the same to everybody. A subject
 * that is cited as a whole does not count. */
gboolean ch_subject_is_meant(const char *subject, const char *folded);

/* Whether SUBJECT is that of an aggregate report on the mail of a domain, whose form is laid down (RFC 7489
 * section 7.2.1.1, RFC 8460 section 5.3): "Report Domain: a.example Submitter: b.example Report-ID: 7". */
gboolean ch_subject_is_aggregate(const char *subject);
