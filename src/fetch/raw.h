/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the bytes of one mail from a file descriptor, shared by path.c and stream.c. */
#pragma once

#include "base/limits.h"

/* Reads FD to its end, at most LIMIT bytes and one more, so that the caller sees when there was more.
 * CH_ERROR_IO where reading fails. */
GByteArray *ch_raw_read(int fd, guint64 limit, GError **error);

/* How many bytes a mbox "From " line takes at the front of DATA; 0 where there is none. No header field can
 * look like it: its name would hold a space (RFC 5322 section 2.2). */
gsize ch_raw_from_line(const guint8 *data, gsize length);

/* The length of the header block with the empty line that ends it; LENGTH where none does. */
gsize ch_raw_header(const guint8 *data, gsize length);
