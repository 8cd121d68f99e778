/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files: the input stands as the parameters of a part, in every form that these have. */
#include "fuzz.h"

static ChLimits limits;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    ch_limits_default(&limits);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) mail = g_byte_array_new();
    static const char before[] = "Content-Type: application/octet-stream\nContent-Disposition: attachment; ";
    static const char after[] = "\n\nbody\n";
    g_byte_array_append(mail, (const guint8 *)before, sizeof(before) - 1);
    g_byte_array_append(mail, data, (guint)size);
    g_byte_array_append(mail, (const guint8 *)after, sizeof(after) - 1);
    g_autoptr(GBytes) raw = g_bytes_new(mail->data, mail->len);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    g_autoptr(ChMail) read = ch_parse(incoming, &limits);
    for (guint i = 0; i < read->attachments->len; i++) {
        const ChAttachment *file = g_ptr_array_index(read->attachments, i);
        require_line(file->name);
        REQUIRE(*file->name && *file->name != '.' && !strpbrk(file->name, "/\\") && strlen(file->name) < 256);
    }
    return 0;
}
