/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers share: the input as a string, and what must hold of every text that parse gives. */
#pragma once

#include "parse/internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, for libFuzzer to see, where CONDITION does not hold. */
#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            g_printerr("%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* The input without NULs, as valid UTF-8 and clean as parse's stages get it. Free with g_free. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    return ch_text_clean(ch_text_to_utf8((const char *)data, size, "utf-8", NULL));
}

/* The input as the bytes of a C string: it ends at a NUL. Free with g_free. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    return g_strndup((const char *)data, size);
}

static inline void require_text(const char *text)
{
    REQUIRE(text != NULL);
    REQUIRE(g_utf8_validate(text, -1, NULL));
    REQUIRE(!strchr(text, '\r'));
}

static inline void require_line(const char *text)
{
    require_text(text);
    REQUIRE(!strchr(text, '\n'));
}

/* P9: the reply is the text without the cuts, which are in order and between whole characters. */
static inline void require_cuts(const ChMail *mail)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    gsize at = 0, length = strlen(mail->text);
    for (guint i = 0; i < mail->cuts->len; i++) {
        const ChCut *cut = &g_array_index(mail->cuts, ChCut, i);
        REQUIRE(cut->start >= at && cut->end > cut->start && cut->end <= length);
        g_string_append_len(rest, mail->text + at, (gssize)(cut->start - at));
        at = cut->end;
    }
    g_string_append(rest, mail->text + at);
    REQUIRE(!strcmp(rest->str, mail->reply));
    REQUIRE(ch_text_is_blank(mail->text) || !ch_text_is_blank(mail->reply));
    require_text(mail->text);
    require_text(mail->reply);
}
