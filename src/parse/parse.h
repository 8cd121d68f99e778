/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage from bytes to a ChMail. Pure: no clock, no network, no database. The only user of GMime with
 * compose/. */
#pragma once

#include "base/config.h"
#include "mail/mail.h"

/* Once before the first call, from the main thread. */
void ch_parse_setup(void);

/* Reads INCOMING. Never fails on what a mail may contain: what can't be read becomes a warning, what goes
 * over a limit is left out with a warning. Thread-safe. The caller frees the result; whether its files
 * are accepted nobody has decided yet (desk/files.h). */
ChMail *ch_parse(const ChIncoming *incoming, const ChLimits *limits);

/* The decoded bytes of the part that ATTACHMENT.part names, cut out of RAW again. NULL where there is no such
 * part. The caller unrefs. */
GBytes *ch_parse_attachment(GBytes *raw, const char *part);
