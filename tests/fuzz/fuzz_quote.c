/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding quotes and signatures in a text; the first byte of the input says which marks come with it. */
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(ChMail) mail = ch_mail_new();
    g_free(mail->text);
    mail->text = fuzz_text(data + 1, size - 1);
    g_free(mail->subject);
    mail->subject = g_strdup(data[0] & 1 ? "Re: [#1] x" : "Fwd: x");
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    gsize length = strlen(mail->text);
    ChCut mark = {length * (data[0] >> 4) / 16, length, CH_CUT_QUOTE};
    while (mark.start < length && ((guchar)mail->text[mark.start] & 0xc0) == 0x80)
        mark.start++;
    if (data[0] & 2 && mark.start < mark.end)
        g_array_append_val(marks, mark);
    ch_quote_cut(mail, marks);
    require_cuts(mail);
    return 0;
}
