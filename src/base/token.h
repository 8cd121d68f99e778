/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signed Message-IDs and reply addresses (DESIGN.md section 5): HMAC-SHA256 over (ticket, recipient, entry,
 * serial), cut to 128 bits, as RFC 2104 section 5 allows, so that a reply proves which mail of ours it
 * answers.
 */
#pragma once

#include <glib.h>

#define CH_KEY_BYTES 32

typedef struct {
    guint32 id; /* named in the Message-ID, so that an old key still verifies after a rotation */
    guint8 secret[CH_KEY_BYTES];
    gint64 expires_at; /* seconds since 1970, UTC: verifies nothing from then on; 0: the one that signs */
} ChKey;

/* What a Message-ID of ours carries. */
typedef struct {
    guint32 key;
    gint64 ticket; /* 0: about no ticket */
    gint64 entry;  /* 0: about no entry */
    gint64 serial; /* the outbox row; makes every one unique */
} ChMessageId;

/* Fills BUFFER from the system's random source; aborts the program if there is none. */
void ch_random(guint8 *buffer, gsize length);

/* "ch.KEY.TICKET.ENTRY.SERIAL.MAC@DOMAIN" without angle brackets. RECIPIENT is an address in any case. Free
 * with g_free. */
char *ch_message_id_new(const ChKey *key, const ChMessageId *id, const char *recipient, const char *domain);

/* Reads TEXT (with or without angle brackets) as one of ours. FALSE where it has another form; says nothing
 * about its signature. */
gboolean ch_message_id_parse(const char *text, ChMessageId *id);

/* TRUE where TEXT parses, KEY signed it for RECIPIENT, and KEY has not expired. The comparison takes the same
 * time for all. */
gboolean ch_message_id_verify(const char *text, const ChKey *key, const char *recipient);

/*
 * A signed reply address: BASE "suporte@example.br" becomes "suporte+KEY.TICKET.ENTRY.SERIAL.MAC@example.br"
 * (subaddressing, RFC 5233; the MAC is 128 bits in base32, lower case, RFC 4648 section 6). NULL where the
 * local part would be longer than 64 octets (RFC 5321 section 4.5.3.1.1), or BASE is no address. Free with
 * g_free.
 */
char *ch_reply_address_new(const ChKey *key, const ChMessageId *id, const char *recipient, const char *base);
/* As ch_message_id_parse: what stands behind the last '+' counts, digits and letters in any case. */
gboolean ch_reply_address_parse(const char *address, ChMessageId *id);
/* As ch_message_id_verify; what stands before the '+' and behind the '@' is not signed. A Message-ID's MAC is
 * no reply address's, nor the other way round. */
gboolean ch_reply_address_verify(const char *address, const ChKey *key, const char *recipient);

/* A new secret for the page's link: 128 random bits in base32, lower case: 26 letters and digits. Free with
 * g_free. */
char *ch_page_token_new(void);

/* Lower-case hexadecimal SHA-256 of the LENGTH bytes at DATA into OUT (64 digits and a NUL). */
void ch_sha256(const void *data, gsize length, char out[65]);
