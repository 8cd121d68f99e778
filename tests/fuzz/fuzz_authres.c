/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authentication-Results, read and weighed. */
#include "fuzz.h"

#include "judge/align.h"
#include "judge/authres.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    ch_parse_setup();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *value = ch_text_one_line(fuzz_text(data, size));
    g_autofree char *id = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_result_free);
    if (ch_authres_parse(value, &id, results))
        REQUIRE(id != NULL && results->len <= CH_AUTHRES_MAX);
    else
        REQUIRE(results->len == 0);
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_field_free);
    for (guint run = 0; run < 2; run++) {
        ChAuthField *field = g_new0(ChAuthField, 1);
        field->value = g_strconcat(run ? "mx.example.br; " : "", value, NULL);
        field->run = run;
        g_ptr_array_add(fields, field);
    }
    g_autoptr(ChVerdict) verdict = ch_verdict_new();
    ch_address_free(verdict->sender);
    verdict->sender = ch_address_new("", "ana@example.br");
    ch_authres_believe(fields, "mx.example.br", verdict);
    ch_align_weigh(verdict, "mx.example.br", FALSE);
    REQUIRE(verdict->evidence != CH_EVIDENCE_TOKEN);
    return 0;
}
