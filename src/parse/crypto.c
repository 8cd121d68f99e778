/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signed and encrypted mail: what is a signature, what is sealed, and what stands inside an S/MIME mail that
 * is signed as a whole (RFC 8551 section 3.5.2). Nothing is verified and nothing deciphered: the desk has no
 * keys. Parts inside detached signatures are an ordinary multipart, read by body.c and walk.c.
 */
#include "parse/internal.h"

#include <gnutls/pkcs7.h>
#include <string.h>

#define INSIDE "chamado-inside"

/* "contrato.pdf.p7s" is somebody's signature of a file, and a file itself; a mail's own is "smime.p7s". */
static gboolean signs_a_file(GMimeObject *part)
{
    g_autofree char *name = ch_part_filename(part, NULL);
    const char *dot = name ? strchr(name, '.') : NULL;
    return dot && strchr(dot + 1, '.');
}

gboolean ch_crypto_is_signature(GMimeObject *part)
{
    return (ch_walk_is_type(part, "application", "pgp-signature") ||
            ch_walk_is_type(part, "application", "pkcs7-signature") ||
            ch_walk_is_type(part, "application", "x-pkcs7-signature")) &&
           !signs_a_file(part);
}

/* Lists hand it on as bytes of no type; what it holds is looked at before it is believed. */
static gboolean is_named_p7m(GMimeObject *part)
{
    if (!ch_walk_is_type(part, "application", "octet-stream"))
        return FALSE;
    g_autofree char *name = ch_part_filename(part, NULL);
    gsize length = name ? strlen(name) : 0;
    return length > 4 && !g_ascii_strcasecmp(name + length - 4, ".p7m");
}

static gboolean is_pkcs7(GMimeObject *part)
{
    return GMIME_IS_PART(part) &&
           (ch_walk_is_type(part, "application", "pkcs7-mime") ||
            ch_walk_is_type(part, "application", "x-pkcs7-mime") || is_named_p7m(part));
}

/* Which of the contents of PKCS#7 the DER begins with (RFC 5652 section 14): 2 signed, 3 enveloped, 6
 * encrypted, 23 authenticated and enveloped; 0: none that is known. */
static guint content_kind(const guint8 *bytes, gsize length)
{
    static const guint8 pkcs7[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07};
    static const guint8 smime[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01};
    gsize window = MIN(length, 40);
    if (window == 0)
        return 0;
    const guint8 *found = memmem(bytes, window, pkcs7, sizeof(pkcs7));
    if (!found && (found = memmem(bytes, window, smime, sizeof(smime))))
        found += sizeof(smime) - sizeof(pkcs7);
    const guint8 *kind = found ? found + sizeof(pkcs7) : NULL;
    return kind && kind < bytes + length ? *kind : 0;
}

gboolean ch_crypto_is_sealed(GMimeObject *part)
{
    if (ch_walk_is_type(part, "multipart", "encrypted") ||
        ch_walk_is_type(part, "application", "pgp-encrypted"))
        return TRUE;
    if (!is_pkcs7(part))
        return FALSE;
    g_autoptr(GByteArray) head = ch_part_decode(part, 40, NULL, NULL);
    guint kind = content_kind(head->data, head->len);
    return kind == 3 || kind == 6 || kind == 23;
}

static GMimeObject *open_signed(GMimeObject *part)
{
    g_autoptr(GByteArray) bytes = ch_part_decode(part, G_MAXUINT / 2, NULL, NULL);
    if (content_kind(bytes->data, bytes->len) != 2)
        return NULL;
    gnutls_pkcs7_t pkcs7;
    gnutls_datum_t der = {bytes->data, bytes->len}, content = {NULL, 0};
    if (gnutls_pkcs7_init(&pkcs7) < 0)
        return NULL;
    GMimeObject *inside = NULL;
    if (gnutls_pkcs7_import(pkcs7, &der, GNUTLS_X509_FMT_DER) >= 0 &&
        gnutls_pkcs7_get_embedded_data(pkcs7, 0, &content) >= 0 && content.size > 0)
        inside = ch_parse_tree(g_memdup2(content.data, content.size), content.size);
    gnutls_free(content.data);
    gnutls_pkcs7_deinit(pkcs7);
    return inside;
}

GMimeObject *ch_crypto_opened(GMimeObject *part)
{
    return g_object_get_data(G_OBJECT(part), INSIDE);
}

GMimeObject *ch_crypto_open(GMimeObject *part)
{
    GMimeObject *inside = ch_crypto_opened(part);
    if (inside || !is_pkcs7(part) || g_object_get_data(G_OBJECT(part), INSIDE "-tried"))
        return inside;
    g_object_set_data(G_OBJECT(part), INSIDE "-tried", GINT_TO_POINTER(1));
    if ((inside = open_signed(part)))
        g_object_set_data_full(G_OBJECT(part), INSIDE, inside, g_object_unref);
    return inside;
}
