/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that read winmail.dat share (MS-OXTNEF). */
#pragma once

#include <glib.h>

/* The properties that are read (MS-OXPROPS), by number. */
enum {
    CH_TNEF_SUBJECT = 0x0037,
    CH_TNEF_SENDER_NAME = 0x0c1a,
    CH_TNEF_SENDER_ADDRESS = 0x0c1f,
    CH_TNEF_BODY = 0x1000,
    CH_TNEF_RTF = 0x1009,
    CH_TNEF_HTML = 0x1013,
    CH_TNEF_DATA = 0x3701,
    CH_TNEF_NAME = 0x3704,
    CH_TNEF_LONG_NAME = 0x3707,
    CH_TNEF_MIME_TYPE = 0x370e,
    CH_TNEF_CONTENT_ID = 0x3712,
    CH_TNEF_FLAGS = 0x3714,
    CH_TNEF_CODE_PAGE = 0x3fde,
};

/* Their types in a reduced stream (MS-OXCDATA section 2.11.1). */
enum {
    CH_TNEF_LONG = 0x0003,
    CH_TNEF_UTF16 = 0x000d, /* not Unicode: libytnef's own conversion fails above 100,000 bytes */
    CH_TNEF_STRING = 0x001e,
    CH_TNEF_BINARY = 0x0102,
};

/*
 * A TNEF stream that holds only what is wanted of the one in BYTES, and all of it well-formed: the code page,
 * the plain text, the properties above and at most FILES_MAX files. libytnef 2.0 allocates what lengths say,
 * reads past the end of fields that are too short, follows pointers that it did not set where a property
 * block is broken, leaks what comes twice and prints on standard output: it is never shown anything but this.
 * *WHY is set, to a static string, where something of BYTES could not be taken over. NULL where BYTES are no
 * TNEF stream.
 */
GByteArray *ch_tnef_reduce(const guint8 *bytes, gsize length, guint files_max, const char **why);

/* The words of a compressed RTF (MS-OXRTFCP), valid UTF-8 with LF line ends; NULL where it is none. Free with
 * g_free. */
char *ch_tnef_rtf(const guint8 *bytes, gsize length);
