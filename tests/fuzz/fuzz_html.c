/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML to text, and where its markup says that a quote stands. */
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *html = fuzz_text(data, size);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    g_autofree char *text = ch_html_to_text(html, strlen(html), marks);
    require_text(text);
    gsize at = 0, length = strlen(text);
    for (guint i = 0; i < marks->len; i++) {
        const ChCut *mark = &g_array_index(marks, ChCut, i);
        REQUIRE(mark->start >= at && mark->end >= mark->start && mark->end <= length);
        at = mark->end;
    }
    return 0;
}
