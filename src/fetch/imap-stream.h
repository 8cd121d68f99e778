/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connection below libetpan's IMAP: TCP, TLS, time limits, cancelling, a budget of bytes. libetpan's own
 * sockets have none of the last three, and its TLS neither verifies nor sends SNI.
 */
#pragma once

#include <gio/gio.h>
#include <libetpan/libetpan.h>

typedef struct ChImapStream ChImapStream;

typedef enum {
    CH_IMAP_READY,
    CH_IMAP_TIMEOUT,
    CH_IMAP_FAILED,
} ChImapReady;

/* Connects to HOST (borrowed, must outlive the stream). TIMEOUT is in seconds, for connecting and for each
 * wait on the network after it. CANCEL may be NULL. CH_ERROR_NETWORK, CH_ERROR_CANCELLED. */
ChImapStream *ch_imap_stream_open(const char *host, guint16 port, guint timeout, GCancellable *cancel,
                                  GError **error);

/* The stream as libetpan wants it. It owns STREAM from now on: mailstream_close frees both. */
mailstream *ch_imap_stream_wrap(ChImapStream *stream);

/* Shakes hands; from now on everything is encrypted, and HOST is who it says. CA_FILE as in ch_tls_trust.
 * CH_ERROR_TLS, CH_ERROR_CONFIG, CH_ERROR_NETWORK, CH_ERROR_CANCELLED. */
gboolean ch_imap_stream_start_tls(ChImapStream *stream, const char *ca_file, GError **error);

/* Whether the other end is this machine. */
gboolean ch_imap_stream_is_loopback(ChImapStream *stream);

/* What aborts the calls from now on; may be NULL. */
void ch_imap_stream_set_cancel(ChImapStream *stream, GCancellable *cancel);

/* The server may send BYTES more; past them reading fails with CH_ERROR_PROTOCOL (P13). */
void ch_imap_stream_allow(ChImapStream *stream, guint64 bytes);

/* Waits at most SECONDS for bytes that libetpan has not seen. FAILED leaves its reason as the error below. */
ChImapReady ch_imap_stream_wait(ChImapStream *stream, guint seconds);

/* Why reading or writing failed, NULL where nothing did. After the first failure every call fails. */
const GError *ch_imap_stream_error(const ChImapStream *stream);

/* Closing must not take long from now on. */
void ch_imap_stream_hurry(ChImapStream *stream);
