/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of the page: DIR/LANG/PAGE.html in Mustache (compose/mustache.h), partials whose names begin with
 * "_", and DIR/LANG/language.txt, the language's own name for itself. What a template may show is ChWord.
 */
#pragma once

#include "compose/mustache.h"

/* Those that each language must have. */
typedef enum {
    CH_SHEET_HOME,    /* at / */
    CH_SHEET_FORM,    /* of an open link */
    CH_SHEET_DONE,    /* just confirmed */
    CH_SHEET_ALREADY, /* confirmed before */
    CH_SHEET_INVALID, /* no link of ours, or not any more */
    CH_SHEET_AGAIN,   /* a new mail was asked for */
    CH_SHEET_PROBLEM, /* everything that can't be answered */
    CH_SHEETS,
} ChSheet;

/* Names in the templates. Each field has five: its own is its value. */
#define CH_WORDS_OF(FIELD)                                                                                   \
    CH_WORD_##FIELD, CH_WORD_##FIELD##_ASK, CH_WORD_##FIELD##_OPTIONAL, CH_WORD_##FIELD##_MISSING,           \
        CH_WORD_##FIELD##_LONG, CH_WORD_##FIELD##_BAD

typedef enum {
    CH_WORDS_OF(NAME), /* the order is ChField's and ChFault's */
    CH_WORDS_OF(COMPANY),
    CH_WORDS_OF(TELEPHONE),
    CH_WORDS_OF(LANGUAGE),
    CH_WORD_LANG,  /* pt-BR */
    CH_WORD_BASE,  /* what comes before /style.css */
    CH_WORD_STYLE, /* the style's URL */
    CH_WORD_LOGO,  /* true: there is one */
    CH_WORD_DESK_NAME,
    CH_WORD_ACTION, /* where the form goes */
    CH_WORD_ACTION_AGAIN,
    CH_WORD_TOKEN,
    CH_WORD_ADDRESS,     /* of mail, also of a department */
    CH_WORD_FAULTS,      /* true: some field has one */
    CH_WORD_HELD,        /* how many mails wait */
    CH_WORD_HELD_ONE,    /* true: one */
    CH_WORD_HELD_MANY,   /* true: more than one */
    CH_WORD_DEPARTMENTS, /* of title, address, mailto */
    CH_WORD_TITLE,
    CH_WORD_MAILTO,
    CH_WORD_CHOICES, /* of code, label, selected: languages for mail */
    CH_WORD_OTHERS,  /* of code, label, url: this page in other languages */
    CH_WORD_CODE,
    CH_WORD_LABEL,
    CH_WORD_SELECTED,
    CH_WORD_URL,
    CH_WORD_NOT_FOUND, /* the problem page: one of these is true */
    CH_WORD_METHOD,
    CH_WORD_MISMATCH,
    CH_WORD_LARGE,
    CH_WORD_MANY,
    CH_WORD_BUSY,
    CH_WORDS,
} ChWord;

typedef struct ChPages ChPages;

/* CH_ERROR_CONFIG names the file, and line and column where it has them. */
ChPages *ch_pages_load(const char *dir, GError **error);
void ch_pages_free(ChPages *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChPages, ch_pages_free)

/* Folder names, sorted, NULL-terminated; at least one. Borrowed. */
const char *const *ch_pages_languages(const ChPages *pages);
/* "Português (Brasil)"; LANGUAGE itself where it is not known. Borrowed. */
const char *ch_pages_label(const ChPages *pages, const char *language);

/* The page as HTML. LANGUAGE is one of ch_pages_languages. */
GString *ch_pages_render(const ChPages *pages, const char *language, ChSheet page, const ChValue *view,
                         GError **error);
