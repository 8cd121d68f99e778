/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of deliver/ do on the client's side: envelopes, and a notebook of what was told of them. */
#pragma once

#include "deliver/transport.h"

#define MAIL "From: a@example.br\r\nSubject: x\r\n\r\nhello\r\n"

typedef struct {
    gint64 id;
    ChDeliveryResult result;
    int code;
    char *text;
} Told;

static void told_free(Told *told)
{
    g_free(told->text);
    g_free(told);
}

static void on_delivered(gpointer data, const ChEnvelope *envelope, ChDeliveryResult result, int code,
                         const char *text)
{
    GPtrArray *all = data;
    g_assert_nonnull(text);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, "\r\n"));
    Told *told = g_new(Told, 1);
    *told = (Told){envelope->id, result, code, g_strdup(text)};
    g_ptr_array_add(all, told);
}

static GPtrArray *envelopes_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_envelope_free);
}

static void add_mail(GPtrArray *envelopes, const char *recipient, const void *bytes, gsize length)
{
    g_autoptr(GBytes) content = g_bytes_new(bytes, length);
    g_ptr_array_add(envelopes, ch_envelope_new(envelopes->len + 1, "desk@example.br", recipient, content, 0));
}

static void add(GPtrArray *envelopes, const char *recipient)
{
    add_mail(envelopes, recipient, MAIL, strlen(MAIL));
}

/* Sends and returns what was told, an entry for each envelope. */
static GPtrArray *send_all(ChTransport *transport, GPtrArray *envelopes, GCancellable *cancel)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *told = g_ptr_array_new_with_free_func((GDestroyNotify)told_free);
    g_assert_true(ch_transport_send(transport, envelopes, on_delivered, told, cancel, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(told->len, ==, envelopes->len);
    return told;
}

static const Told *told_of(GPtrArray *told, gint64 id)
{
    const Told *found = NULL;
    for (guint i = 0; i < told->len; i++) {
        const Told *one = g_ptr_array_index(told, i);
        if (one->id == id) {
            g_assert_null(found);
            found = one;
        }
    }
    g_assert_nonnull(found);
    return found;
}

static void expect(GPtrArray *told, gint64 id, ChDeliveryResult result, int code, const char *part)
{
    const Told *one = told_of(told, id);
    if (one->result != result || one->code != code || !strstr(one->text, part))
        g_error("mail %d: result %d code %d text \"%s\", expected %d %d \"%s\"", (int)id, one->result,
                one->code, one->text, result, code, part);
}
