/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no configuration may exceed (P13), and the limits that one may set. */
#pragma once

#include <glib.h>

typedef struct {
    guint64 mail_bytes;       /* larger on the server: only the headers are fetched */
    guint64 attachment_bytes; /* decoded, each */
    guint64 header_bytes;     /* the whole header block of a mail; the rest of it is not read */
    guint64 text_bytes;       /* decoded text kept of a mail; the rest is in the raw mail */
    guint parts;              /* MIME parts of a mail that are looked at */
    guint depth;              /* nesting of multiparts and forwarded mails */
    guint recipients;         /* addresses read from one header */
    guint parse_time;         /* seconds of processor time that reading one mail may take */
    guint batch_mails;        /* mails fetched in one IMAP command, and committed together */
    guint64 batch_bytes;      /* bytes fetched in one IMAP command, unless one mail alone is larger */
    guint64 memory_bytes;     /* raw mail held in memory between fetch and commit */
} ChLimits;

/* References that are looked up for one mail: the last ones count (RFC 5322 section 3.6.4). */
#define CH_REFERENCES_MAX 64
/* Bytes of one unfolded header value that are kept. */
#define CH_HEADER_VALUE_MAX 8192
/* Fields of one header block that are looked at. */
#define CH_HEADER_FIELDS_MAX 2000
/* Authentication-Results fields that are looked at. */
#define CH_AUTH_FIELDS_MAX 32
/* Recipients of one delivery report that are kept, and bytes of what the server said of each. */
#define CH_BOUNCES_MAX    200
#define CH_DIAGNOSTIC_MAX 500
/* Mails with the same body from one address in a day, from which on they are a machine's (P6). */
#define CH_SAME_BODY_MAX 3
/* A body shorter than this many bytes ("ok, obrigado") may come as often as people write it. */
#define CH_SAME_BODY_LEAST 24
/* Attempts to read a mail before it is quarantined unread (P12). */
#define CH_ATTEMPTS_MAX 3
/* Seconds that a password_command may take at most. */
#define CH_SECRET_SECONDS 60

void ch_limits_default(ChLimits *limits);
