/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in any charset, and the forms of text other than HTML; the first byte of the input says which charset
 * is named. */
#include "fuzz.h"

#include "base/fold.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

static const char *const charsets[] = {NULL,     "utf-8",       "us-ascii",    "iso-8859-1", "windows-1252",
                                       "gb2312", "gb18030",     "iso-2022-jp", "shift_jis",  "euc-kr",
                                       "big5",   "utf-7",       "utf-16",      "utf-16le",   "koi8-r",
                                       "hz",     "iso-8859-15", "nonsense",    "utf-32be",   "windows-1251"};

static void check_forms(const char *text)
{
    g_autofree char *flowed = ch_flowed_to_text(text, FALSE);
    require_text(flowed);
    g_autofree char *joined = ch_flowed_to_text(text, TRUE);
    require_text(joined);
    g_autofree char *enriched = ch_enriched_to_text(text, FALSE);
    require_text(enriched);
    g_autofree char *rich = ch_enriched_to_text(text, TRUE);
    require_text(rich);
    g_autofree char *event = ch_calendar_to_text(text);
    if (event)
        require_text(event);
}

static void check_line(const char *text, gsize limit)
{
    g_autofree char *line = ch_text_one_line(g_strdup(text));
    require_line(line);
    g_autofree char *again = ch_text_one_line(g_strdup(line));
    REQUIRE(!strcmp(line, again));
    ch_text_cut(line, limit);
    REQUIRE(strlen(line) <= limit);
    require_line(line);
    g_autofree char *folded = ch_fold(text, strlen(text));
    require_line(folded);
    REQUIRE(!g_str_has_prefix(folded, " ") && !g_str_has_suffix(folded, " ") && !strstr(folded, "  "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autofree char *text =
        ch_text_to_utf8((const char *)data + 1, size - 1, charsets[data[0] % G_N_ELEMENTS(charsets)], NULL);
    REQUIRE(g_utf8_validate(text, -1, NULL));
    ch_text_clean(text);
    require_text(text);
    for (const char *at = text; *at; at++)
        REQUIRE((guchar)*at >= 0x20 || *at == '\n' || *at == '\t');
    g_autofree char *again = ch_text_clean(g_strdup(text));
    REQUIRE(!strcmp(text, again));
    check_forms(text);
    check_line(text, data[0] % 64u);
    return 0;
}
