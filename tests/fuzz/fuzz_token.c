/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ties a mail to a ticket: signed Message-IDs, reply addresses, the key in the subject; and what a reply
 * to a question says. Nothing that nobody signed verifies. */
#include "fuzz.h"

#include "base/token.h"
#include "desk/consent.h"
#include "mail/subject.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

static void check_ids(const char *text)
{
    static const ChKey key = {.id = 7, .secret = "no secret of anybody"};
    ChMessageId id = {0};
    REQUIRE(!ch_message_id_verify(text, &key, "ana@x.example"));
    REQUIRE(!ch_reply_address_verify(text, &key, "ana@x.example"));
    if (ch_message_id_parse(text, &id) || ch_reply_address_parse(text, &id))
        REQUIRE(id.ticket >= 0 && id.entry >= 0 && id.serial >= 0);
    g_autofree char *ours = ch_message_id_new(&key, &id, text, "desk.example");
    REQUIRE(ch_message_id_verify(ours, &key, text));
    /* Where nothing of it is changed, another recipient's does not verify. */
    g_autofree char *other = g_strconcat(text, "x", NULL);
    REQUIRE(!ch_message_id_verify(ours, &key, other));
}

static void check_subject(const char *text)
{
    gint64 numbers[CH_SUBJECT_KEYS_MAX], back[CH_SUBJECT_KEYS_MAX];
    guint count = ch_subject_numbers(text, "Integral", numbers);
    REQUIRE(count <= CH_SUBJECT_KEYS_MAX);
    for (guint i = 0; i < count; i++) {
        REQUIRE(numbers[i] > 0);
        g_autofree char *again = ch_subject_key("Integral", numbers[i]);
        REQUIRE(ch_subject_numbers(again, "Integral", back) == 1 && back[0] == numbers[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autofree char *line = ch_text_one_line(g_strdup(text));
    check_ids(line);
    check_subject(line);
    g_autoptr(ChMail) mail = ch_mail_new();
    g_free(mail->text);
    mail->text = g_strdup(text);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    ch_quote_cut(mail, marks);
    gboolean says_no = ch_consent_is_no(mail), unclear = ch_consent_is_unclear(mail);
    REQUIRE(!(says_no && unclear));
    ch_consent_says_more(mail);
    return 0;
}
