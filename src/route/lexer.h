/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words, strings and signs of a file of rules, each with its place. It knows no keyword: those are words
 * here. The grammar reads it through compile.c, `rules fmt` with the comments.
 */
#pragma once

#include <glib.h>

typedef enum {
    CH_TOKEN_END,
    CH_TOKEN_WORD,
    CH_TOKEN_NUMBER,   /* 12, 2.5, 3M */
    CH_TOKEN_DURATION, /* 90s 30m 4h 2d 1w */
    CH_TOKEN_CLOCK,    /* 18:00, 24:00 at most */
    CH_TOKEN_DATE,     /* 2026-12-25 */
    CH_TOKEN_STRING,
    CH_TOKEN_REGEX,
    CH_TOKEN_ARROW,
    CH_TOKEN_COMMA,
    CH_TOKEN_OPEN,
    CH_TOKEN_CLOSE,
    CH_TOKEN_EQUALS,
    CH_TOKEN_LESS,
    CH_TOKEN_AT_MOST,
    CH_TOKEN_MORE,
    CH_TOKEN_AT_LEAST,
    CH_TOKEN_OTHER,   /* what is no part of the language */
    CH_TOKEN_COMMENT, /* from "#", without the line's end; only where comments are asked for */
} ChTokenKind;

/* START is borrowed from the text that is read. */
typedef struct {
    ChTokenKind kind;
    const char *start;
    gsize length;       /* bytes, with quotes, slashes and flags */
    gsize body;         /* bytes inside quotes or slashes, which begin at start + 1; 0 for others */
    guint line, column; /* from 1, column in characters */
    guint width;        /* characters */
    gboolean first;     /* nothing stands before it on its line */
    gboolean broken;    /* a string or regex whose end is missing: what follows it means little */
    gboolean faulty;    /* something in it is wrong, and was said */
    double number;      /* of NUMBER; bytes for 3M */
    guint64 units;      /* seconds of DURATION, minutes of CLOCK */
} ChToken;

/* Called for what is wrong in a token itself. MESSAGE is borrowed. */
typedef void (*ChLexerFault)(gpointer data, guint line, guint column, guint width, const char *message);

typedef struct {
    const char *at, *end;   /* the rest; valid UTF-8 without NUL */
    const char *line_start; /* of the line that AT is in */
    guint line, column;
    guint faults;      /* so far */
    gboolean blank;    /* nothing but white space so far on this line */
    gboolean comments; /* gives them as tokens, too */
    ChLexerFault fault;
    gpointer data;
} ChLexer;

/* LENGTH bytes of TEXT, which must be valid UTF-8 without NUL and outlive the lexer. FAULT may be NULL. */
void ch_lexer_start(ChLexer *lexer, const char *text, gsize length, ChLexerFault fault, gpointer data);
void ch_lexer_next(ChLexer *lexer, ChToken *token);

/* What a STRING says, without quotes and escapes. Free with g_free. */
char *ch_token_string(const ChToken *token);
/* The column of byte OFFSET of ch_token_string's text. */
guint ch_token_column(const ChToken *token, gsize offset);
