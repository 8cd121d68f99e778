/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the transports share: the table of functions behind ChTransport, and what an envelope may say. */
#pragma once

#include "deliver/transport.h"

typedef struct {
    gboolean (*send)(ChTransport *transport, GPtrArray *envelopes, ChDelivered done, gpointer data,
                     GCancellable *cancel, GError **error);
    void (*free)(ChTransport *transport);
} ChTransportClass;

struct ChTransport {
    const ChTransportClass *klass;
};

/* Whether sender and recipient may stand in an SMTP command (RFC 5321 section 4.1.2): no control characters,
 * which would begin a command of their own, no brackets, at most 512 bytes, a recipient that is not empty.
 * *WHY is static text. */
gboolean ch_envelope_is_usable(const ChEnvelope *envelope, const char **why);

/* What a transport says of a mail when it is cancelled. */
#define CH_DELIVERY_STOPPED "stopped before an answer came"
