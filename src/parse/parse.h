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
 * over a limit is left out with a warning. Thread-safe. The caller frees the result. */
ChMail *ch_parse(const ChIncoming *incoming, const ChLimits *limits, const char *const *attachment_types);

/* Finds cuts and reply of MAIL anew, knowing SENT: the bytes (RFC 5322) of the COUNT mails of ours that it
 * answers, composed by us, the newest first, files left out; only the first CH_ANSWERED_MAX are read. What
 * repeats them is cut whatever a client did to it, what was typed into them is not (P9). Text and all else
 * stay as they are; a second call with the same SENT changes nothing. */
#define CH_ANSWERED_MAX 3
void ch_parse_answered(ChMail *mail, GBytes *const *sent, guint count);

/* The decoded bytes of the part that ATTACHMENT.part names, cut out of RAW again. NULL where there is no such
 * part. The caller unrefs. */
GBytes *ch_parse_attachment(GBytes *raw, const char *part);

/* Whether a file of this NAME and SIZE is accepted (PORTAL.md row 8); otherwise *REASON says why not, in
 * English, the caller's to free. Filled into ChAttachment by ch_parse. */
gboolean ch_attachment_accept(const char *name, guint64 size, const ChLimits *limits,
                              const char *const *types, char **reason);
