/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How queued mail leaves: SMTP by libcurl, or files in a directory for tests. Transports know nothing of the
 * store. */
#pragma once

#include "base/config.h"
#include "mail/outgoing.h"

#include <gio/gio.h>

typedef struct ChTransport ChTransport;

/* Called once for each envelope, from the thread that called ch_transport_send. CODE is the SMTP reply code,
 * 0 where there was none; TEXT what was said, one line, for the log and the ticket. */
typedef void (*ChDelivered)(gpointer data, const ChEnvelope *envelope, ChDeliveryResult result, int code,
                            const char *text);

/* CONFIG is borrowed and outlives the transport. DOMAIN is what we say in EHLO. */
ChTransport *ch_transport_smtp_new(const ChSmtpConfig *config, const char *domain, GError **error);
/* Writes each mail as DIRECTORY/ID.eml with the envelope in X-Envelope-* headers in front, synced. */
ChTransport *ch_transport_directory_new(const char *directory, GError **error);

/* Sends ENVELOPES (of ChEnvelope), several at once where the transport can, keeps connections for the next
 * call, and returns when DONE was called for each. CANCEL ends it early: what had no answer is
 * CH_DELIVERY_RETRY. FALSE only where nothing at all could be tried (password not to be had): every envelope
 * was given RETRY. */
gboolean ch_transport_send(ChTransport *transport, GPtrArray *envelopes, ChDelivered done, gpointer data,
                           GCancellable *cancel, GError **error);
void ch_transport_free(ChTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTransport, ch_transport_free)

/* Seconds until the next attempt after ATTEMPTS failed ones: 1 min, 2, 4 … at most 4 h, jittered; 0 when the
 * mail is AGE seconds old and RETRY_DAYS are over: give up. */
guint ch_delivery_wait(guint attempts, gint64 age, guint retry_days);
