/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine or person by subject and words alone: the first line is the subject, the rest what is written. */
#include "fuzz.h"

#include "base/fold.h"
#include "judge/notice.h"
#include "judge/subject.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

/* What says so is a static word of a table, never a piece of the mail. */
static void require_word(const char *word)
{
    REQUIRE(!word || (*word && g_utf8_validate(word, -1, NULL)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = ch_text_clean(fuzz_text(data, size));
    char *reply = strchr(text, '\n');
    g_autofree char *subject =
        ch_text_one_line(g_strndup(text, reply ? (gsize)(reply - text) : strlen(text)));
    reply = reply ? reply + 1 : text + strlen(text);
    g_autofree char *folded = ch_fold(reply, strlen(reply));
    REQUIRE(g_utf8_validate(folded, -1, NULL));
    for (guint flags = 0; flags < 16; flags++) {
        const char *name = flags & 4 ? "ana souza" : NULL;
        require_word(ch_notice_words(subject, reply, name, flags & 1, (flags & 2) != 0, (flags & 8) != 0));
        require_word(ch_subject_automatic(subject, flags & 1, (flags & 2) != 0));
    }
    g_autoptr(ChAddress) from = ch_address_new("Rita Souza", "rita.souza@cliente.example");
    ch_notice_announces_absence(subject, from);
    ch_notice_is_receipt(subject, reply);
    ch_notice_is_calendar(reply);
    ch_subject_is_aggregate(subject);
    ch_subject_is_meant(subject, folded);
    /* Nobody answers and forwards by one prefix. */
    REQUIRE(!ch_subject_is_reply(subject) || !ch_subject_is_forward(subject));
    return 0;
}
