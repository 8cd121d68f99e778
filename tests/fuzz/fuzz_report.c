/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery reports: the input as message/delivery-status, and as the words of one without such a part. */
#include "fuzz.h"

#include "judge/judge.h"

static ChConfig *config;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    config = ch_config_load(NULL, NULL, NULL);
    return 0;
}

static void read_one(const char *before, const uint8_t *data, size_t size, const char *after)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)before, (guint)strlen(before));
    g_byte_array_append(bytes, data, (guint)size);
    g_byte_array_append(bytes, (const guint8 *)after, (guint)strlen(after));
    g_autoptr(GBytes) raw = g_bytes_new(bytes->data, bytes->len);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    g_autoptr(ChMail) mail = ch_parse(incoming, &config->limits);
    g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
    REQUIRE(verdict->sender != NULL && ch_kind_name(verdict->kind) != NULL);
    REQUIRE(mail->bounces->len <= CH_BOUNCES_MAX);
    require_line(mail->returned_id);
    for (guint i = 0; i < mail->bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(mail->bounces, i);
        require_line(bounce->recipient);
        require_line(bounce->action);
        require_line(bounce->status);
        require_line(bounce->diagnostic);
        REQUIRE(strlen(bounce->diagnostic) <= CH_DIAGNOSTIC_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_one("From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; "
             "boundary=b\n\n"
             "--b\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n",
             data, size, "\n--b--\n");
    read_one("From: MAILER-DAEMON@mx.example\nSubject: failure notice\nReturn-Path: <>\n\n", data, size, "");
    return 0;
}
