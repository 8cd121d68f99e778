/* SPDX-License-Identifier: GPL-3.0-or-later */
/* winmail.dat: the input is the whole stream of one. */
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
    static const char before[] = "Content-Type: application/ms-tnef; name=winmail.dat\n"
                                 "Content-Transfer-Encoding: base64\n\n";
    g_autofree char *encoded = g_base64_encode(data, size);
    g_autofree char *mail = g_strconcat(before, encoded, "\n", NULL);
    g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    g_autoptr(ChMail) read = ch_parse(incoming, &limits);
    require_cuts(read);
    for (guint i = 0; i < read->attachments->len; i++) {
        const ChAttachment *file = g_ptr_array_index(read->attachments, i);
        g_autoptr(GBytes) bytes = ch_parse_attachment(raw, file->part);
        REQUIRE(bytes != NULL && g_bytes_get_size(bytes) == file->size);
    }
    return 0;
}
