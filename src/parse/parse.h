/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage from bytes to a ChMail. Pure: no clock but the thread's own
 * processor time (limits.parse_time), no network, no database. The only user of GMime with
 * compose/. */
#pragma once

#include "base/config.h"
#include "mail/mail.h"

/* Once before the first call, from the main thread. */
void ch_parse_setup(void);

/* Reads INCOMING. Never fails on what a mail may contain: what can't be read becomes a warning, what goes
 * over a limit is left out with a warning. Which files are accepted is desk/files.h's business. Thread-safe.
 * The caller frees the result. */
ChMail *ch_parse(const ChIncoming *incoming, const ChLimits *limits);

/* Finds cuts and reply of MAIL anew, knowing SENT: the bytes (RFC 5322) of the COUNT mails of ours that it
 * answers, composed by us, the newest first, files left out; only the first CH_ANSWERED_MAX are read. What
 * repeats them is cut whatever a client did to it, what was typed into them is not (P9). Text and all else
 * stay as they are; a second call with the same SENT changes nothing. */
#define CH_ANSWERED_MAX 3
void ch_parse_answered(ChMail *mail, GBytes *const *sent, guint count);

/* The status of RFC 3463 that REPLY, the text of a server's refusal, names by a code or by its words ("user
 * unknown" is 5.1.1); "5.0.0" where it says nothing of the kind. Free with g_free. */
char *ch_parse_reply_status(const char *reply);

/* The decoded bytes of the part that ATTACHMENT.part names, cut out of RAW again. NULL where there is no such
 * part. The caller unrefs. */
GBytes *ch_parse_attachment(GBytes *raw, const char *part);
