/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S/MIME (RFC 8551): signed content is taken out of its envelope, encrypted content is known as such. No
 * signature is verified, for nothing here rests on one. Detached signatures need no envelope opened: walk.c
 * knows them by their type.
 */
#include "parse/internal.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs7.h>
#include <string.h>

#define HEAD_BYTES 64

static gboolean is_smime(GMimeObject *part)
{
    if (!GMIME_IS_PART(part))
        return FALSE;
    if (ch_walk_is_type(part, "application", "pkcs7-mime") ||
        ch_walk_is_type(part, "application", "x-pkcs7-mime"))
        return TRUE;
    /* Gateways that know no such type leave its name (RFC 8551 section 3.2.1). */
    g_autofree char *name =
        ch_walk_is_type(part, "application", "octet-stream") ? ch_part_filename(part) : NULL;
    return name && !g_ascii_strcasecmp(name, "smime.p7m");
}

static gboolean says(GMimeObject *part, const char *smime_type)
{
    const char *value = g_mime_object_get_content_type_parameter(part, "smime-type");
    return value && !g_ascii_strcasecmp(value, smime_type);
}

/* The tail of the object identifier that a ContentInfo begins with (RFC 5652 section 3), all below
 * 1.2.840.113549.1; NULL where BYTES begin in another way. *LENGTH becomes its length. */
static const guint8 *content_type(const guint8 *bytes, gsize size, gsize *length)
{
    static const guint8 pkcs[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01};
    if (size < 2 || bytes[0] != 0x30)
        return NULL;
    gsize at = bytes[1] > 0x80 ? 2 + (gsize)(bytes[1] & 0x7f) : 2;
    if (at + 2 > size || bytes[at] != 0x06)
        return NULL;
    gsize identifier = bytes[at + 1];
    at += 2;
    if (identifier <= sizeof(pkcs) || identifier > size - at || memcmp(bytes + at, pkcs, sizeof(pkcs)))
        return NULL;
    *length = identifier - sizeof(pkcs);
    return bytes + at + sizeof(pkcs);
}

gboolean ch_smime_is_encrypted(GMimeObject *part)
{
    /* pkcs7 3 and 6: envelopedData, encryptedData; smime ct 23: authEnvelopedData (RFC 5083). */
    static const guint8 enveloped[] = {7, 3}, encrypted[] = {7, 6}, auth_enveloped[] = {9, 16, 1, 23};
    if (!is_smime(part))
        return FALSE;
    if (says(part, "enveloped-data") || says(part, "authEnveloped-data"))
        return TRUE;
    g_autoptr(GByteArray) head = ch_part_decode(part, HEAD_BYTES, NULL, NULL);
    gsize length;
    const guint8 *type = content_type(head->data, head->len, &length);
    return type && ((length == 2 && (!memcmp(type, enveloped, 2) || !memcmp(type, encrypted, 2))) ||
                    (length == 4 && !memcmp(type, auth_enveloped, 4)));
}

GMimeObject *ch_smime_open(GMimeObject *part)
{
    if (!is_smime(part) || ch_smime_is_encrypted(part))
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, G_MAXUINT, NULL, NULL);
    gnutls_pkcs7_t signed_data;
    if (bytes->len == 0 || gnutls_pkcs7_init(&signed_data) < 0)
        return NULL;
    const gnutls_datum_t der = {bytes->data, bytes->len};
    gnutls_datum_t content = {NULL, 0};
    gboolean opened = gnutls_pkcs7_import(signed_data, &der, GNUTLS_X509_FMT_DER) >= 0 &&
                      gnutls_pkcs7_get_embedded_data(signed_data, 0, &content) >= 0;
    gnutls_pkcs7_deinit(signed_data);
    if (!opened)
        return NULL;
    g_autoptr(GBytes) inner = g_bytes_new(content.data, content.size);
    gnutls_free(content.data);
    return ch_parse_content(inner);
}
