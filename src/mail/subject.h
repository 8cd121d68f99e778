/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key in the subject that names a ticket: "[#1042]", or "[Integral #1042]" with a prefix. */
#pragma once

#include <glib.h>

#define CH_SUBJECT_KEYS_MAX 8 /* in one subject that are looked at */

/* PREFIX may be "" or NULL. Free with g_free. */
char *ch_subject_key(const char *prefix, gint64 number);

/* The numbers that keys in SUBJECT name, in order, into NUMBERS; how many. Any number of "Re:" may stand
 * before a key. The bare "[#1042]" counts with a prefix too; fullwidth forms (U+FF3B, U+3010) and any white
 * space in a key count as the plain ones. "#1042" without brackets is no key. */
guint ch_subject_numbers(const char *subject, const char *prefix, gint64 numbers[CH_SUBJECT_KEYS_MAX]);

/* What SUBJECT says beside its keys, and beside the "Re:", "RES:", "ENC:", "AW:", "Fwd:" … before it: what
 * the writer of a reply calls it. "" where that is nothing. Free with g_free. */
char *ch_subject_title(const char *subject, const char *prefix);
