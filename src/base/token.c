/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed Message-IDs and reply addresses, digests and randomness, all from GnuTLS. What a signature allows is
 * desk/'s business. */
#include "base/token.h"

#include "base/clock.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define MAC_BYTES     16
#define HEX_DIGITS    (MAC_BYTES * 2)
#define BASE32_DIGITS 26 /* 16 bytes, five bits each; the last digit has two bits to spare */
#define LOCAL_MAX     64 /* RFC 5321 section 4.5.3.1.1 */

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

/* RFC 4648 section 6 in lower case, without the padding. */
static void base32(const guint8 bytes[MAC_BYTES], char out[BASE32_DIGITS + 1])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    guint32 bits = 0;
    guint have = 0, at = 0;
    for (guint i = 0; i < MAC_BYTES; i++) {
        bits = bits << 8 | bytes[i];
        for (have += 8; have >= 5; have -= 5)
            out[at++] = digits[bits >> (have - 5) & 31];
    }
    out[at++] = digits[bits << (5 - have) & 31];
    out[at] = '\0';
}

/* PURPOSE keeps signatures of one kind from being taken for those of another. */
static void sign(const char *purpose, const ChKey *key, const ChMessageId *id, const char *recipient,
                 guint8 mac[MAC_BYTES])
{
    g_autofree char *folded = g_utf8_strdown(recipient, -1);
    /* The address stands last, so no choice of it can imitate the numbers. */
    g_autofree char *message =
        g_strdup_printf("%s:%u:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s", purpose,
                        key->id, id->ticket, id->entry, id->serial, folded);
    guint8 digest[32];
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key->secret, CH_KEY_BYTES, message, strlen(message), digest) < 0)
        g_error("HMAC-SHA256 is not available");
    memcpy(mac, digest, MAC_BYTES);
}

static void sign_message_id(const ChKey *key, const ChMessageId *id, const char *recipient,
                            char mac[HEX_DIGITS + 1])
{
    guint8 bytes[MAC_BYTES];
    sign("message-id", key, id, recipient, bytes);
    hex(bytes, MAC_BYTES, mac);
}

static void sign_reply_address(const ChKey *key, const ChMessageId *id, const char *recipient,
                               char mac[BASE32_DIGITS + 1])
{
    guint8 bytes[MAC_BYTES];
    sign("reply-address", key, id, recipient, bytes);
    base32(bytes, mac);
}

static gboolean is_expired(const ChKey *key)
{
    return key->expires_at && key->expires_at <= ch_clock_now();
}

/* KEY.TICKET.ENTRY.SERIAL as both forms carry it. Free with g_free. */
static char *write_numbers(guint32 key, const ChMessageId *id)
{
    return g_strdup_printf("%u.%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, key, id->ticket,
                           id->entry, id->serial);
}

/* Reads "KEY.TICKET.ENTRY.SERIAL." at TEXT; gives what follows, or NULL. */
static const char *read_numbers(const char *text, ChMessageId *id)
{
    guint64 numbers[4];
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        char *end;
        if (!g_ascii_isdigit(*text))
            return NULL;
        numbers[i] = g_ascii_strtoull(text, &end, 10);
        if (*end != '.' || numbers[i] > G_MAXINT64)
            return NULL;
        text = end + 1;
    }
    if (numbers[0] > G_MAXUINT32)
        return NULL;
    *id = (ChMessageId){(guint32)numbers[0], (gint64)numbers[1], (gint64)numbers[2], (gint64)numbers[3]};
    return text;
}

/* Reads LENGTH of DIGITS at TEXT, in any case, and the '@' behind them. MAC gets them in lower case. */
static gboolean read_mac(const char *text, const char *digits, gsize length, char *mac)
{
    for (gsize i = 0; i < length; i++) {
        mac[i] = g_ascii_tolower(text[i]);
        if (!mac[i] || !strchr(digits, mac[i]))
            return FALSE;
    }
    mac[length] = '\0';
    return text[length] == '@';
}

char *ch_message_id_new(const ChKey *key, const ChMessageId *id, const char *recipient, const char *domain)
{
    char mac[HEX_DIGITS + 1];
    sign_message_id(key, id, recipient, mac);
    g_autofree char *numbers = write_numbers(key->id, id);
    return g_strdup_printf("ch.%s.%s@%s", numbers, mac, domain);
}

static gboolean split_message_id(const char *text, ChMessageId *id, char mac[HEX_DIGITS + 1])
{
    if (*text == '<')
        text++;
    if (g_ascii_strncasecmp(text, "ch.", 3) != 0)
        return FALSE;
    const char *rest = read_numbers(text + 3, id);
    return rest && read_mac(rest, "0123456789abcdef", HEX_DIGITS, mac);
}

gboolean ch_message_id_parse(const char *text, ChMessageId *id)
{
    ChMessageId read;
    char mac[HEX_DIGITS + 1];
    if (!split_message_id(text, &read, mac))
        return FALSE;
    *id = read;
    return TRUE;
}

gboolean ch_message_id_verify(const char *text, const ChKey *key, const char *recipient)
{
    ChMessageId id;
    char given[HEX_DIGITS + 1], expected[HEX_DIGITS + 1];
    if (!split_message_id(text, &id, given) || id.key != key->id || is_expired(key))
        return FALSE;
    sign_message_id(key, &id, recipient, expected);
    return gnutls_memcmp(given, expected, HEX_DIGITS) == 0;
}

char *ch_reply_address_new(const ChKey *key, const ChMessageId *id, const char *recipient, const char *base)
{
    const char *at = strrchr(base, '@');
    if (!at)
        return NULL;
    char mac[BASE32_DIGITS + 1];
    sign_reply_address(key, id, recipient, mac);
    g_autofree char *numbers = write_numbers(key->id, id);
    g_autofree char *local = g_strdup_printf("%.*s+%s.%s", (int)(at - base), base, numbers, mac);
    return strlen(local) <= LOCAL_MAX ? g_strconcat(local, at, NULL) : NULL;
}

/* What is signed stands behind the last '+': the address of a department may have one itself. */
static gboolean split_reply_address(const char *address, ChMessageId *id, char mac[BASE32_DIGITS + 1])
{
    const char *plus = strrchr(address, '+');
    const char *rest = plus && plus > address ? read_numbers(plus + 1, id) : NULL;
    return rest && read_mac(rest, "abcdefghijklmnopqrstuvwxyz234567", BASE32_DIGITS, mac);
}

gboolean ch_reply_address_parse(const char *address, ChMessageId *id)
{
    ChMessageId read;
    char mac[BASE32_DIGITS + 1];
    if (!split_reply_address(address, &read, mac))
        return FALSE;
    *id = read;
    return TRUE;
}

gboolean ch_reply_address_verify(const char *address, const ChKey *key, const char *recipient)
{
    ChMessageId id;
    char given[BASE32_DIGITS + 1], expected[BASE32_DIGITS + 1];
    if (!split_reply_address(address, &id, given) || id.key != key->id || is_expired(key))
        return FALSE;
    sign_reply_address(key, &id, recipient, expected);
    return gnutls_memcmp(given, expected, BASE32_DIGITS) == 0;
}

char *ch_page_token_new(void)
{
    guint8 bytes[MAC_BYTES];
    char token[BASE32_DIGITS + 1];
    ch_random(bytes, sizeof bytes);
    base32(bytes, token);
    return g_strdup(token);
}
