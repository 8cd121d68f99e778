/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Authentication-Results (RFC 8601): what a server found out about a mail's sender. Anybody can write such a
 * field, so what is read here is believed only where ch_authres_believe says that our own server wrote it.
 */
#pragma once

#include "mail/decision.h"

/* Results that are read of one mail; a mail with more has none that are believed. */
#define CH_AUTHRES_MAX 64

/*
 * Reads VALUE, one unfolded field body (section 2.2), in time linear in its length. *AUTHSERV_ID becomes its
 * identifier as written, "" where there is none to be read; free with g_free. RESULTS (of ChAuthResult) gets
 * the results in order, as ChAuthResult describes them; a method of another version than 1 is named with it,
 * "dkim/2". FALSE where VALUE is not of this form or has more than CH_AUTHRES_MAX results: then RESULTS is as
 * it was before. Beyond the grammar it takes what servers write: values with any characters but white space,
 * ';', '(', properties without a ptype ("action=none"), and no results at all.
 */
gboolean ch_authres_parse(const char *value, char **authserv_id, GPtrArray *results);

/*
 * Appends to VERDICT->auth the results of those FIELDS (of ChAuthField, from the top) that AUTHSERV_ID's
 * server wrote: their identifier is AUTHSERV_ID, without regard to case, and they stand in the topmost run
 * that has one of it. Fields of others in that run are skipped. A method counts in the topmost field that
 * reports it, since a forged field may stand right below ours; below a field of ours that can't be read
 * nothing counts, since what it reported is not known. With AUTHSERV_ID NULL or empty: nothing.
 */
void ch_authres_believe(const GPtrArray *fields, const char *authserv_id, ChVerdict *verdict);
