/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number in the subject: "[#1042]", or "[Integral #1042]" where the desk has a prefix (DESIGN.md section
 * 6). */
#pragma once

#include <glib.h>

/* "[#1042]" or "[PREFIX #1042]". PREFIX may be NULL or empty. Free with g_free. */
char *ch_subject_key(const char *prefix, gint64 number);

/* The number that SUBJECT (decoded) carries in a key of this desk, the first one; 0 where there is none. The
 * prefix is compared without regard to case, and white space inside the brackets does not matter: mail
 * clients fold there. A desk with a prefix takes a bare [#1042] too: the prefix may have been configured
 * later. */
gint64 ch_subject_number(const char *subject, const char *prefix);
