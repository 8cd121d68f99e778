/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole mails through parse and judge; every file that is listed is cut out again. */
#include "fuzz.h"

#include "base/token.h"
#include "judge/judge.h"

static ChConfig *config;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    config = ch_config_load(NULL, NULL, NULL);
    return 0;
}

static void require_addresses(const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        const ChAddress *address = g_ptr_array_index(list, i);
        require_line(address->name);
        require_line(address->address);
    }
}

static void require_files(const ChMail *mail, GBytes *raw)
{
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *file = g_ptr_array_index(mail->attachments, i);
        require_line(file->name);
        REQUIRE(*file->name && !strpbrk(file->name, "/\\"));
        require_line(file->type);
        g_autoptr(GBytes) bytes = ch_parse_attachment(raw, file->part);
        REQUIRE(bytes != NULL);
        gsize size;
        const void *data = g_bytes_get_data(bytes, &size);
        char digest[65];
        ch_sha256(size ? data : "", size, digest);
        REQUIRE(size == file->size && !strcmp(digest, file->sha256));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) raw = g_bytes_new(data, size);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    g_autoptr(ChMail) mail = ch_parse(incoming, &config->limits);
    g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
    REQUIRE(verdict->sender != NULL && ch_kind_name(verdict->kind) != NULL);
    require_line(mail->subject);
    require_line(mail->message_id);
    require_addresses(mail->to);
    require_addresses(mail->cc);
    require_addresses(mail->reply_to);
    require_cuts(mail);
    require_files(mail, raw);
    for (guint i = 0; i < mail->bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(mail->bounces, i);
        require_line(bounce->recipient);
        require_line(bounce->diagnostic);
    }
    g_autofree char *fingerprint = ch_mail_fingerprint(mail);
    g_autofree char *body = ch_mail_body_digest(mail);
    REQUIRE((strlen(fingerprint) == 64 || !*fingerprint) && (strlen(body) == 64 || !*body));
    return 0;
}
