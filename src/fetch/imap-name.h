/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of folders on the wire. */
#pragma once

#include <glib.h>

/* NAME (UTF-8) in modified UTF-7 (RFC 3501 section 5.1.3), as SELECT, CREATE and MOVE want it. Invalid UTF-8
 * is repaired first. Free with g_free. */
char *ch_imap_name(const char *name);
