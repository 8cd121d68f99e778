/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed Message-IDs, digests and randomness, all from GnuTLS. What a signature allows is desk/'s business.
 */
#include "base/token.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define MAC_BYTES  16
#define MAC_DIGITS (MAC_BYTES * 2)

void ch_random(guint8 *buffer, gsize length)
{
    if (gnutls_rnd(GNUTLS_RND_KEY, buffer, length) < 0)
        g_error("the system gives no random numbers");
}

static void hex(const guint8 *bytes, gsize length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (gsize i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

void ch_sha256(const void *data, gsize length, char out[65])
{
    guint8 digest[32];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data, length, digest) < 0)
        g_error("SHA-256 is not available");
    hex(digest, sizeof digest, out);
}

static void sign(const ChKey *key, const ChMessageId *id, const char *recipient, char mac[MAC_DIGITS + 1])
{
    g_autofree char *folded = g_utf8_strdown(recipient, -1);
    /* The address stands last, so no choice of it can imitate the numbers. */
    g_autofree char *message =
        g_strdup_printf("message-id:%u:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s",
                        key->id, id->ticket, id->entry, id->serial, folded);
    guint8 digest[32];
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key->secret, CH_KEY_BYTES, message, strlen(message), digest) < 0)
        g_error("HMAC-SHA256 is not available");
    hex(digest, MAC_BYTES, mac);
}

char *ch_message_id_new(const ChKey *key, const ChMessageId *id, const char *recipient, const char *domain)
{
    char mac[MAC_DIGITS + 1];
    sign(key, id, recipient, mac);
    return g_strdup_printf("ch.%u.%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%s@%s",
                           key->id, id->ticket, id->entry, id->serial, mac, domain);
}

/* Splits TEXT; MAC gets the lower-cased digits. */
static gboolean split(const char *text, ChMessageId *id, char mac[MAC_DIGITS + 1])
{
    if (*text == '<')
        text++;
    if (g_ascii_strncasecmp(text, "ch.", 3) != 0)
        return FALSE;
    guint64 numbers[4];
    const char *at = text + 3;
    for (guint i = 0; i < 4; i++) {
        char *end;
        if (!g_ascii_isdigit(*at))
            return FALSE;
        numbers[i] = g_ascii_strtoull(at, &end, 10);
        if (*end != '.' || numbers[i] > G_MAXINT64)
            return FALSE;
        at = end + 1;
    }
    for (guint i = 0; i < MAC_DIGITS; i++) {
        if (!g_ascii_isxdigit(at[i]))
            return FALSE;
        mac[i] = g_ascii_tolower(at[i]);
    }
    mac[MAC_DIGITS] = '\0';
    if (at[MAC_DIGITS] != '@' || numbers[0] > G_MAXUINT32)
        return FALSE;
    *id = (ChMessageId){(guint32)numbers[0], (gint64)numbers[1], (gint64)numbers[2], (gint64)numbers[3]};
    return TRUE;
}

gboolean ch_message_id_parse(const char *text, ChMessageId *id)
{
    char mac[MAC_DIGITS + 1];
    return split(text, id, mac);
}

gboolean ch_message_id_verify(const char *text, const ChKey *key, const char *recipient)
{
    ChMessageId id;
    char given[MAC_DIGITS + 1], expected[MAC_DIGITS + 1];
    if (!split(text, &id, given) || id.key != key->id)
        return FALSE;
    sign(key, &id, recipient, expected);
    return gnutls_memcmp(given, expected, MAC_DIGITS) == 0;
}
