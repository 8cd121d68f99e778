/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is common to all transports: the way to the right one, the check of the envelope, the waits between
 * attempts. How a mail leaves stands in smtp.c and directory.c; the outbox itself is the store's.
 */
#include "base/clock.h"
#include "deliver/transport_private.h"

#include <string.h>

#define WAIT_FIRST  60u
#define WAIT_MAX    (4u * 3600)
#define ADDRESS_MAX 512 /* RFC 5321 section 4.5.3.1.4: a whole command line */

gboolean ch_transport_send(ChTransport *transport, GPtrArray *envelopes, ChDelivered done, gpointer data,
                           GCancellable *cancel, GError **error)
{
    if (envelopes->len == 0)
        return TRUE;
    return transport->klass->send(transport, envelopes, done, data, cancel, error);
}

void ch_transport_free(ChTransport *transport)
{
    if (transport)
        transport->klass->free(transport);
}

guint ch_delivery_wait(guint attempts, gint64 age, guint retry_days)
{
    if (age >= (gint64)retry_days * 86400)
        return 0;
    return ch_backoff(attempts, WAIT_FIRST, WAIT_MAX);
}

static gboolean is_usable(const char *address)
{
    for (const char *at = address; *at; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f || *at == '<' || *at == '>')
            return FALSE;
    return strlen(address) <= ADDRESS_MAX;
}

gboolean ch_envelope_is_usable(const ChEnvelope *envelope, const char **why)
{
    if (!envelope->recipient || !*envelope->recipient) {
        *why = "the mail has no recipient";
        return FALSE;
    }
    if (!is_usable(envelope->recipient)) {
        *why = "the recipient's address can't be used in SMTP";
        return FALSE;
    }
    if (envelope->envelope_from && !is_usable(envelope->envelope_from)) {
        *why = "the sender's address can't be used in SMTP";
        return FALSE;
    }
    return TRUE;
}
