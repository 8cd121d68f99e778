/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile winmail.dat, S/MIME and names: whatever is cut off or changed, nothing crashes, what is listed can
 * be cut out again, and the cost stays linear (P13). */
#include "parse/parse.h"

#include <string.h>
#include <time.h>

/* Processor time for one mail in the sanitised build. Quadratic work on these mails takes minutes. */
#define SECONDS_MAX 2.0

static ChMail *parse(GBytes *raw)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    return ch_parse(incoming, &limits);
}

static void check_files(const ChMail *mail, GBytes *raw)
{
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *file = g_ptr_array_index(mail->attachments, i);
        g_autoptr(GBytes) bytes = ch_parse_attachment(raw, file->part);
        g_assert_nonnull(bytes);
        gsize size;
        gconstpointer data = g_bytes_get_data(bytes, &size);
        g_autofree char *digest =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, data ? data : (gconstpointer) "", size);
        g_assert_cmpstr(digest, ==, file->sha256);
        g_assert_cmpstr(file->name, !=, "");
        g_assert_true(g_utf8_validate(file->name, -1, NULL));
        g_assert_null(strpbrk(file->name, "/\\\n"));
    }
}

static GBytes *mail_of(const char *type, const guint8 *bytes, gsize length)
{
    g_autofree char *body = g_base64_encode(bytes, length);
    char *mail = g_strdup_printf("From: a@x.example\nMIME-Version: 1.0\nContent-Type: %s\n"
                                 "Content-Transfer-Encoding: base64\n\n%s\n",
                                 type, body);
    return g_bytes_new_take(mail, strlen(mail));
}

/* The container of a fixture: its part, decoded. */
static GBytes *container(const char *path, const char *part)
{
    char *content;
    gsize length;
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_autoptr(GBytes) raw = g_bytes_new_take(content, length);
    GBytes *bytes = ch_parse_attachment(raw, part);
    g_assert_nonnull(bytes);
    return bytes;
}

static void damage(const char *path, const char *part, const char *type, gsize step)
{
    g_autoptr(GBytes) whole = container(path, part);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(whole, &length);
    static const guint8 values[] = {0x00, 0xff, 0x7f, 0x0d};
    for (gsize at = 0; at < length; at += step) {
        g_autoptr(GBytes) cut = mail_of(type, bytes, at);
        g_autoptr(ChMail) of_cut = parse(cut);
        check_files(of_cut, cut);
        g_autofree guint8 *changed = g_memdup2(bytes, length);
        changed[at] = values[at / step % G_N_ELEMENTS(values)];
        g_autoptr(GBytes) other = mail_of(type, changed, length);
        g_autoptr(ChMail) of_other = parse(other);
        check_files(of_other, other);
    }
}

static void test_damaged_tnef(void)
{
    damage("tests/mail/file-winmail.eml", "2", "application/ms-tnef", 1);
    damage("tests/mail/file-winmail-mail-inside.eml", "2", "application/ms-tnef", 1);
}

static void test_damaged_signed(void)
{
    damage("tests/mail/file-smime-opaque.eml", "1", "application/pkcs7-mime; name=smime.p7m", 7);
}

static void in_time(GBytes *raw)
{
    clock_t start = clock();
    g_autoptr(ChMail) mail = parse(raw);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    g_test_message("%zu bytes: %.2f s", g_bytes_get_size(raw), seconds);
    g_assert_cmpfloat(seconds, <, SECONDS_MAX);
    g_assert_cmpuint(mail->attachments->len, <=, 501);
}

static void append_attribute(GByteArray *out, guint32 id, const guint8 *bytes, guint32 length)
{
    const guint8 head[] = {2,
                           (guint8)id,
                           (guint8)(id >> 8),
                           (guint8)(id >> 16),
                           (guint8)(id >> 24),
                           (guint8)length,
                           (guint8)(length >> 8),
                           (guint8)(length >> 16),
                           (guint8)(length >> 24)};
    g_byte_array_append(out, head, sizeof(head));
    g_byte_array_append(out, bytes, length);
    g_byte_array_append(out, (const guint8 *)"\0\0", 2);
}

/* 200,000 files in one container. */
static void test_many_files(void)
{
    g_autoptr(GByteArray) tnef = g_byte_array_new();
    g_byte_array_append(tnef, (const guint8 *)"\x78\x9f\x3e\x22\1\0", 6);
    for (guint i = 0; i < 200000; i++)
        append_attribute(tnef, 0x00069002, (const guint8 *)"x", 1);
    g_autoptr(GBytes) raw = mail_of("application/ms-tnef", tnef->data, tnef->len);
    in_time(raw);
}

/* Files of a container count as parts, too. */
static void test_limit(void)
{
    ChLimits limits;
    ch_limits_default(&limits);
    limits.parts = 3;
    g_autoptr(GByteArray) tnef = g_byte_array_new();
    g_byte_array_append(tnef, (const guint8 *)"\x78\x9f\x3e\x22\1\0", 6);
    for (guint i = 0; i < 5; i++)
        append_attribute(tnef, 0x00069002, (const guint8 *)"x", 1);
    g_autoptr(GBytes) raw = mail_of("application/ms-tnef", tnef->data, tnef->len);
    g_autoptr(ChMail) all = parse(raw);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    g_autoptr(ChMail) mail = ch_parse(incoming, &limits);
    g_assert_cmpuint(all->attachments->len, ==, 5);
    g_assert_cmpuint(mail->attachments->len, ==, 2); /* and the text */
}

/* The words of a container have the limit of any text. */
static void test_words(void)
{
    char *content;
    gsize length;
    ChLimits limits;
    ch_limits_default(&limits);
    limits.text_bytes = 2;
    g_assert_true(g_file_get_contents("tests/mail/file-winmail-text.eml", &content, &length, NULL));
    g_autoptr(GBytes) raw = g_bytes_new_take(content, length);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    g_autoptr(ChMail) mail = ch_parse(incoming, &limits);
    g_assert_cmpstr(mail->text, ==, "S"); /* the next character has two bytes */
}

/* What is sealed is sealed at any depth: nobody is asked for its files, and no rule looks at them. */
static void test_sealed(void)
{
    static const char text[] =
        "From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=a\n\n"
        "--a\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
        "--a\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: application/octet-stream; name=a.bin\n\nx\n--b--\n--a--\n";
    g_autoptr(GBytes) raw = g_bytes_new_static(text, strlen(text));
    g_autoptr(ChMail) mail = parse(raw);
    g_assert_true(mail->encrypted);
    g_assert_cmpuint(mail->attachments->len, ==, 2);
    for (guint i = 0; i < mail->attachments->len; i++)
        g_assert_true(((const ChAttachment *)g_ptr_array_index(mail->attachments, i))->is_crypto);
}

/* A megabyte of quotes, of pieces, of semicolons in the field that names a file, and 400 parts of it. */
static void test_long_names(void)
{
    static const char *const units[] = {"name=\"x;",  "name*0=\"a\";", "name=;", "=\"",
                                        "name*9*=%;", "\\\"",          "; a "};
    for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
        g_autoptr(GString) mail = g_string_new("From: a@x.example\nMIME-Version: 1.0\n"
                                               "Content-Type: multipart/mixed; boundary=b\n\n");
        for (guint part = 0; part < 400; part++) {
            g_string_append(mail, "--b\nContent-Type: image/png; ");
            for (guint k = 0; k < 300; k++)
                g_string_append(mail, units[i]);
            g_string_append(mail, "\n\nx\n");
        }
        g_autoptr(GBytes) raw = g_bytes_new(mail->str, mail->len);
        in_time(raw);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/containers/tnef/damaged", test_damaged_tnef);
    g_test_add_func("/containers/signed/damaged", test_damaged_signed);
    g_test_add_func("/containers/tnef/many-files", test_many_files);
    g_test_add_func("/containers/tnef/limit", test_limit);
    g_test_add_func("/containers/tnef/words", test_words);
    g_test_add_func("/containers/encrypted/sealed", test_sealed);
    g_test_add_func("/containers/names/long", test_long_names);
    return g_test_run();
}
