/* SPDX-License-Identifier: GPL-3.0-or-later */
/* winmail.dat that is broken: cut off anywhere, with any byte changed, with and without right checksums, with
 * lengths and counts that lie, nested without end, with thousands of files. Each listed file is cut out again
 * as it was listed. What good ones say is in tests/mail/tnef-*. */
#include "parse/parse.h"

#include <string.h>

static const char *const types[] = {"pdf", "png", "txt", NULL};
static ChLimits limits;

/* ---- streams ---- */

static void put(GByteArray *out, guint32 number, guint size)
{
    for (guint i = 0; i < size; i++, number >>= 8)
        g_byte_array_append(out, (const guint8[]){(guint8)number}, 1);
}

static void put_attribute(GByteArray *out, guint level, guint32 tag, gconstpointer data, gsize length)
{
    guint sum = 0;
    for (gsize i = 0; i < length; i++)
        sum += ((const guint8 *)data)[i];
    put(out, level, 1);
    put(out, tag, 4);
    put(out, (guint32)length, 4);
    g_byte_array_append(out, data, (guint)length);
    put(out, sum & 0xffff, 2);
}

static GByteArray *new_stream(void)
{
    GByteArray *out = g_byte_array_new();
    put(out, 0x223e9f78, 4);
    put(out, 1, 2);
    put_attribute(out, 1, 0x00069007, "\xe4\x04\0\0\0\0\0\0", 8);
    return out;
}

static void put_value(GByteArray *out, guint32 tag, gconstpointer data, gsize length)
{
    put(out, tag, 4);
    put(out, 1, 4);
    put(out, (guint32)length, 4);
    g_byte_array_append(out, data, (guint)length);
    put(out, 0, (guint)((4 - length % 4) % 4));
}

static void put_file(GByteArray *out, const char *name, gconstpointer data, gsize length)
{
    put_attribute(out, 2, 0x00069002, "\1\0\xff\xff\xff\xff\x20\0\x20\0\0\0\0\0", 14);
    put_attribute(out, 2, 0x00018010, name, strlen(name) + 1);
    put_attribute(out, 2, 0x0006800f, data, length);
}

/* A file whose content is OBJECT, a stream behind its sixteen bytes. */
static void put_message(GByteArray *out, const GByteArray *object)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    g_byte_array_append(data, (const guint8 *)"\7\3\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16);
    g_byte_array_append(data, object->data, object->len);
    g_autoptr(GByteArray) properties = g_byte_array_new();
    put(properties, 1, 4);
    put_value(properties, 0x3701000d, data->data, data->len);
    put_attribute(out, 2, 0x00069002, "\1\0\xff\xff\xff\xff\x20\0\x20\0\0\0\0\0", 14);
    put_attribute(out, 2, 0x00069005, properties->data, properties->len);
}

/* One of each kind of thing. */
static GByteArray *sample(void)
{
    GByteArray *out = new_stream();
    put_attribute(out, 1, 0x0002800c, "o texto\0", 8);
    g_autoptr(GByteArray) properties = g_byte_array_new();
    put(properties, 5, 4);
    put_value(properties, 0x1000001f, "o\0l\0a\0\0\0", 8);
    put(properties, 0x80011003, 4); /* a named one with two values */
    g_byte_array_append(properties, (const guint8 *)"0123456789abcdef", 16);
    put(properties, 1, 4);
    put(properties, 4, 4);
    put(properties, 0x00410041, 4);
    put(properties, 2, 4);
    put(properties, 7, 4);
    put(properties, 8, 4);
    put(properties, 0x00390040, 4);
    put(properties, 0, 8);
    put(properties, 0x3fde0003, 4);
    put(properties, 1252, 4);
    put_value(properties, 0x10130102, "<p>ola</p>", 10);
    put_attribute(out, 1, 0x00069003, properties->data, properties->len);
    put_file(out, "um.pdf", "%PDF-1.4", 8);
    g_autoptr(GByteArray) inner = new_stream();
    put_file(inner, "dois.txt", "dois", 4);
    put_message(out, inner);
    return out;
}

/* ---- checks ---- */

static ChMail *parse(const guint8 *bytes, gsize length, GBytes **raw)
{
    g_autofree char *base64 = g_base64_encode(bytes, length);
    char *mail = g_strdup_printf("From: a@b.example\nContent-Type: application/ms-tnef\n"
                                 "Content-Transfer-Encoding: base64\n\n%s\n",
                                 base64);
    *raw = g_bytes_new_take(mail, strlen(mail));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(*raw, "test");
    return ch_parse(incoming, &limits, types);
}

/* Returns how many files are listed, all of which must be there. */
static guint check(const guint8 *bytes, gsize length)
{
    g_autoptr(GBytes) raw = NULL;
    g_autoptr(ChMail) mail = parse(bytes, length, &raw);
    g_assert_true(g_utf8_validate(mail->text, -1, NULL));
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        g_autoptr(GBytes) cut = ch_parse_attachment(raw, attachment->part);
        g_assert_nonnull(cut);
        g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, cut);
        g_assert_cmpstr(digest, ==, attachment->sha256);
        g_assert_cmpuint(g_bytes_get_size(cut), ==, attachment->size);
    }
    return mail->attachments->len;
}

/* Every attribute's checksum, made right as far as the lengths lead. */
static void repair(guint8 *bytes, gsize length)
{
    for (gsize at = 6; at + 11 <= length;) {
        gsize size = bytes[at + 5] | (gsize)bytes[at + 6] << 8 | (gsize)bytes[at + 7] << 16 |
                     (gsize)bytes[at + 8] << 24;
        at += 9;
        if (size > length - at || length - at - size < 2)
            return;
        guint sum = 0;
        for (gsize i = 0; i < size; i++)
            sum += bytes[at + i];
        bytes[at + size] = (guint8)sum;
        bytes[at + size + 1] = (guint8)(sum >> 8);
        at += size + 2;
    }
}

static void test_sample(void)
{
    g_autoptr(GByteArray) bytes = sample();
    g_autoptr(GBytes) raw = NULL;
    g_autoptr(ChMail) mail = parse(bytes->data, bytes->len, &raw);
    g_assert_cmpstr(mail->text, ==, "ola");
    g_assert_cmpuint(mail->attachments->len, ==, 3); /* the mail inside is one, and so is its file */
    g_assert_cmpuint(mail->warnings->len, ==, 0);
}

static void test_cut_off(void)
{
    g_autoptr(GByteArray) bytes = sample();
    for (guint length = 0; length < bytes->len; length++) {
        g_autofree guint8 *copy = g_memdup2(bytes->data, MAX(length, 1)); /* its end is where ASan sees it */
        g_assert_cmpuint(check(copy, length), <=, 4);
    }
}

static void test_changed(void)
{
    static const guint8 values[] = {0x00, 0x01, 0x1f, 0x7f, 0x80, 0xff};
    g_autoptr(GByteArray) bytes = sample();
    for (guint at = 0; at < bytes->len; at++) {
        for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
            g_autofree guint8 *copy = g_memdup2(bytes->data, bytes->len);
            copy[at] = values[i];
            if (i % 2)
                check(copy, bytes->len);
            repair(copy, bytes->len);
            check(copy, bytes->len);
        }
    }
}

static void test_nested(void)
{
    GByteArray *bytes = new_stream();
    put_file(bytes, "dentro.txt", "x", 1);
    for (guint i = 0; i < 200; i++) {
        GByteArray *outer = new_stream();
        put_message(outer, bytes);
        g_byte_array_unref(bytes);
        bytes = outer;
    }
    g_assert_cmpuint(check(bytes->data, bytes->len), ==, 5); /* four mails, and the fifth as it is */
    g_byte_array_unref(bytes);
}

static void test_many_files(void)
{
    g_autoptr(GByteArray) bytes = new_stream();
    for (guint i = 0; i < 5000; i++)
        put_file(bytes, "a.txt", "x", 1);
    g_autoptr(GBytes) raw = NULL;
    g_autoptr(ChMail) mail = parse(bytes->data, bytes->len, &raw);
    g_assert_cmpuint(mail->attachments->len, ==, 101); /* and winmail.dat, which has the rest */
    g_assert_cmpuint(mail->warnings->len, ==, 1);
    const ChAttachment *last = g_ptr_array_index(mail->attachments, 100);
    g_assert_cmpuint(last->size, ==, bytes->len);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    ch_limits_default(&limits);
    g_test_add_func("/tnef/sample", test_sample);
    g_test_add_func("/tnef/cut-off", test_cut_off);
    g_test_add_func("/tnef/changed", test_changed);
    g_test_add_func("/tnef/nested", test_nested);
    g_test_add_func("/tnef/many-files", test_many_files);
    return g_test_run();
}
