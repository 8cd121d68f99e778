/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base64, quoted-printable and uuencode: the input is what is encoded, and what claims to be encoded. */
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

/* What LENGTH characters decode to, given in pieces of PIECE. */
static GByteArray *decode(const char *text, gsize length, gsize piece)
{
    ChBase64 state = {0};
    GByteArray *bytes = g_byte_array_new();
    g_autofree guint8 *out = g_malloc(piece + 4);
    for (gsize at = 0; at < length; at += piece) {
        gsize size = ch_base64_decode(&state, text + at, MIN(piece, length - at), out);
        REQUIRE(size <= MIN(piece, length - at) * 3 / 4 + 3);
        g_byte_array_append(bytes, out, (guint)size);
    }
    gsize rest = ch_base64_finish(&state, out);
    REQUIRE(rest <= 2);
    g_byte_array_append(bytes, out, (guint)rest);
    return bytes;
}

static void require_same(const GByteArray *a, const void *bytes, gsize length)
{
    REQUIRE(a->len == length && (length == 0 || !memcmp(a->data, bytes, length)));
}

/* However it is cut, it decodes to the same; and what was encoded comes back through any noise. */
static void check_base64(const uint8_t *data, size_t size, gsize piece)
{
    g_autoptr(GByteArray) whole = decode((const char *)data, size, size + 1);
    g_autoptr(GByteArray) pieces = decode((const char *)data, size, piece);
    require_same(pieces, whole->data, whole->len);
    g_autofree char *encoded = g_base64_encode(data, size);
    g_autoptr(GString) noisy = g_string_new(NULL);
    for (gsize i = 0; encoded[i]; i++) {
        if (i % piece == 0)
            g_string_append(noisy, "\r\n !\x80");
        g_string_append_c(noisy, encoded[i]);
    }
    g_autoptr(GByteArray) back = decode(noisy->str, noisy->len, piece);
    require_same(back, data, size);
}

static void check_part(const char *encoding, const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) mail = g_byte_array_new();
    g_autofree char *head = g_strdup_printf("Content-Type: application/pdf; name=a.pdf\n"
                                            "Content-Transfer-Encoding: %s\n\n",
                                            encoding);
    g_byte_array_append(mail, (const guint8 *)head, (guint)strlen(head));
    g_byte_array_append(mail, data, (guint)size);
    g_autoptr(GBytes) raw = g_bytes_new(mail->data, mail->len);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(ChMail) read = ch_parse(incoming, &limits);
    REQUIRE(read->attachments->len == 1);
    const ChAttachment *file = g_ptr_array_index(read->attachments, 0);
    g_autoptr(GBytes) bytes = ch_parse_attachment(raw, file->part);
    REQUIRE(bytes != NULL && g_bytes_get_size(bytes) == file->size);
    REQUIRE(file->size <= size + 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    check_base64(data + 1, size - 1, data[0] % 80u + 1);
    static const char *const encodings[] = {"base64", "quoted-printable", "x-uuencode", "7bit"};
    check_part(encodings[data[0] % G_N_ELEMENTS(encodings)], data + 1, size - 1);
    return 0;
}
