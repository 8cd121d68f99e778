/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A header block: encoded words, address lists, Message-IDs, dates, languages. */
#include "fuzz.h"

#include "mail/subject.h"

static ChLimits limits;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    ch_limits_default(&limits);
    return 0;
}

static void read_block(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) raw = g_bytes_new(data, size);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "fuzz");
    incoming->truncated = TRUE; /* nothing but the header block */
    g_autoptr(ChMail) mail = ch_parse(incoming, &limits);
    require_line(mail->subject);
    require_line(mail->from->name);
    require_line(mail->from->address);
    gint64 numbers[CH_SUBJECT_KEYS_MAX];
    ch_subject_numbers(mail->subject, "Integral", numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_block(data, size);
    g_autofree char *value = fuzz_string(data, size);
    g_autofree char *words = ch_words_decode(value, strlen(value));
    require_line(words);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    ch_address_parse(value, list, 50);
    REQUIRE(list->len <= 50);
    for (guint i = 0; i < list->len; i++) {
        const ChAddress *address = g_ptr_array_index(list, i);
        require_line(address->name);
        require_line(address->address);
    }
    g_autofree char *language = ch_language_first(value);
    REQUIRE(!language || strlen(language) <= 35);
    return 0;
}
