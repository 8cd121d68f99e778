/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts a file of rules into tokens and says what is wrong inside one of them. Which tokens may follow each
 * other is the grammar's business (grammar.y), what a keyword is compile.c's. */
#include "route/lexer.h"

#include <string.h>

#define MINUTES_MAX (24 * 60)

void ch_lexer_start(ChLexer *lexer, const char *text, gsize length, ChLexerFault fault, gpointer data)
{
    *lexer = (ChLexer){.at = text,
                       .end = text + length,
                       .line_start = text,
                       .line = 1,
                       .column = 1,
                       .blank = TRUE,
                       .fault = fault,
                       .data = data};
}

static void fault(ChLexer *lexer, guint column, guint width, const char *message)
{
    lexer->faults++;
    if (lexer->fault)
        lexer->fault(lexer->data, lexer->line, column, width, message);
}

/* The character at AT + OFFSET; 0 past the end. */
static gunichar peek(const ChLexer *lexer, const char *at)
{
    return at < lexer->end ? g_utf8_get_char(at) : 0;
}

static gboolean is_inner(gunichar c)
{
    return c == '_' || g_unichar_isalnum(c) || g_unichar_ismark(c) || c == 0xfffd;
}

static gboolean is_line_end(const ChLexer *lexer, const char *at)
{
    return at >= lexer->end || *at == '\n' || (*at == '\r' && (at + 1 >= lexer->end || at[1] == '\n'));
}

/* Goes on to AT, on the same line. */
static void go(ChLexer *lexer, const char *at)
{
    for (; lexer->at < at; lexer->at = g_utf8_next_char(lexer->at))
        lexer->column++;
}

static gboolean is_blank(gunichar c)
{
    return c == '\r' || c == '\t' || (c != '\n' && g_unichar_isspace(c)) || c == 0xfeff;
}

static void skip_blanks(ChLexer *lexer)
{
    for (;;) {
        if (peek(lexer, lexer->at) == '\n') {
            lexer->line_start = ++lexer->at;
            lexer->line++;
            lexer->column = 1;
            lexer->blank = TRUE;
        } else if (is_blank(peek(lexer, lexer->at))) {
            go(lexer, g_utf8_next_char(lexer->at));
        } else if (peek(lexer, lexer->at) == '#' && !lexer->comments) {
            while (!is_line_end(lexer, lexer->at))
                go(lexer, g_utf8_next_char(lexer->at));
        } else {
            return;
        }
    }
}

static void finish(ChLexer *lexer, ChToken *token, ChTokenKind kind, const char *end)
{
    token->kind = kind;
    token->length = (gsize)(end - token->start);
    go(lexer, end);
    token->width = lexer->column - token->column;
    lexer->blank = FALSE;
}

/* The number of digits at AT, before END. */
static gsize digits(const char *at, const char *end)
{
    gsize count = 0;
    while (at + count < end && g_ascii_isdigit(at[count]))
        count++;
    return count;
}

static gboolean is_number(ChToken *token)
{
    const char *at = token->start, *end = at + token->length;
    gsize whole = digits(at, end);
    if (whole == 0 || whole > 15)
        return FALSE;
    double value = g_ascii_strtod(at, NULL);
    at += whole;
    if (at < end && *at == '.') {
        gsize fraction = digits(at + 1, end);
        if (fraction == 0 || fraction > 15)
            return FALSE;
        at += 1 + fraction;
    }
    if (at < end && strchr("KMG", *at))
        value *= (double)(1 << (*at == 'K' ? 10 : *at == 'M' ? 20 : 30)), at++;
    token->number = value;
    return at == end;
}

static gboolean is_duration(ChToken *token)
{
    static const struct {
        char letter;
        guint seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
    gsize count = digits(token->start, token->start + token->length);
    if (count == 0 || count > 9 || count + 1 != token->length)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (token->start[count] == units[i].letter) {
            token->units = g_ascii_strtoull(token->start, NULL, 10) * units[i].seconds;
            return TRUE;
        }
    return FALSE;
}

static gboolean is_clock(ChLexer *lexer, ChToken *token)
{
    const char *at = token->start;
    gsize hours = digits(at, at + token->length);
    if (hours == 0 || hours > 2 || token->length != hours + 3 || at[hours] != ':' ||
        digits(at + hours + 1, at + token->length) != 2)
        return FALSE;
    guint64 hour = g_ascii_strtoull(at, NULL, 10), minute = g_ascii_strtoull(at + hours + 1, NULL, 10);
    token->units = hour * 60 + minute;
    if (minute > 59 || token->units > MINUTES_MAX) {
        g_autofree char *message = g_strdup_printf("found '%.*s', expected a time from 00:00 to 24:00",
                                                   (int)token->length, token->start);
        fault(lexer, token->column, (guint)token->length, message);
        token->units = 0;
    }
    return TRUE;
}

static gboolean is_date(ChLexer *lexer, ChToken *token)
{
    const char *at = token->start;
    if (token->length != 10 || digits(at, at + 10) != 4 || at[4] != '-' || digits(at + 5, at + 10) != 2 ||
        at[7] != '-' || digits(at + 8, at + 10) != 2)
        return FALSE;
    if (!g_date_valid_dmy((GDateDay)g_ascii_strtoull(at + 8, NULL, 10),
                          (GDateMonth)g_ascii_strtoull(at + 5, NULL, 10),
                          (GDateYear)g_ascii_strtoull(at, NULL, 10))) {
        g_autofree char *message =
            g_strdup_printf("found '%.10s', expected a day that there is, such as 2026-12-25", at);
        fault(lexer, token->column, 10, message);
    }
    return TRUE;
}

/* A word, a number, a duration, a time or a date: one run of characters. */
static void read_run(ChLexer *lexer, ChToken *token)
{
    const char *at = lexer->at;
    gboolean only_digits = TRUE;
    for (gunichar c; (c = peek(lexer, at)); at = g_utf8_next_char(at)) {
        gboolean joint = c == '-' || c == '.' || (c == ':' && only_digits);
        if (!is_inner(c) && !(joint && is_inner(peek(lexer, at + 1))))
            break;
        only_digits = only_digits && g_unichar_isdigit(c);
    }
    finish(lexer, token, CH_TOKEN_WORD, at);
    if (is_number(token))
        token->kind = CH_TOKEN_NUMBER;
    else if (is_duration(token))
        token->kind = CH_TOKEN_DURATION;
    else if (is_clock(lexer, token))
        token->kind = CH_TOKEN_CLOCK;
    else if (is_date(lexer, token))
        token->kind = CH_TOKEN_DATE;
}

/* A control character inside quotes or slashes would pass unseen, and leave with a mail. */
static void check_control(ChLexer *lexer, const char *at, guint column)
{
    if (!g_ascii_iscntrl(*at) || *at == '\t')
        return;
    g_autofree char *message =
        g_strdup_printf("found a control character (0x%02x), expected visible text", (guchar)*at);
    fault(lexer, column, 1, message);
}

static void read_string(ChLexer *lexer, ChToken *token)
{
    const char *at = lexer->at + 1;
    guint column = lexer->column + 1;
    for (; !is_line_end(lexer, at) && *at != '"'; at = g_utf8_next_char(at), column++) {
        check_control(lexer, at, column);
        if (*at != '\\')
            continue;
        if (is_line_end(lexer, at + 1))
            continue;
        if (!strchr("\"\\nt", at[1])) {
            const char *next = g_utf8_next_char(at + 1);
            g_autofree char *message =
                g_strdup_printf("found '\\%.*s', expected one of \\\" \\\\ \\n \\t; a backslash itself is "
                                "written \\\\",
                                (int)(next - at - 1), at + 1);
            fault(lexer, column, 2, message);
            continue;
        }
        at++, column++;
    }
    token->body = (gsize)(at - token->start - 1);
    token->broken = is_line_end(lexer, at);
    if (token->broken)
        fault(lexer, token->column, 1,
              "found a string without an end, expected a closing '\"' on the same line");
    finish(lexer, token, CH_TOKEN_STRING, token->broken ? at : at + 1);
}

/* Past the character class that begins at AT, where it ends on its line; else past its '['. */
static const char *skip_class(const ChLexer *lexer, const char *at)
{
    const char *in = at + 1;
    if (peek(lexer, in) == '^')
        in++;
    if (peek(lexer, in) == ']')
        in++;
    while (!is_line_end(lexer, in) && *in != ']') {
        if (*in == '\\' && !is_line_end(lexer, in + 1)) {
            in = g_utf8_next_char(in + 1);
        } else if (*in == '[' && !is_line_end(lexer, in + 1) && strchr(":.=", in[1])) {
            const char *close = in + 2;
            while (!is_line_end(lexer, close) && !(*close == in[1] && peek(lexer, close + 1) == ']'))
                close = g_utf8_next_char(close);
            in = is_line_end(lexer, close) ? in + 1 : close + 2;
        } else {
            in = g_utf8_next_char(in);
        }
    }
    return is_line_end(lexer, in) ? at + 1 : in + 1;
}

static void read_flags(ChLexer *lexer, ChToken *token, const char *at)
{
    const char *flags = at;
    while (is_inner(peek(lexer, at)))
        at = g_utf8_next_char(at);
    finish(lexer, token, CH_TOKEN_REGEX, at);
    guint column = lexer->column - (guint)g_utf8_strlen(flags, at - flags);
    for (; flags < at; flags = g_utf8_next_char(flags), column++)
        if (!strchr("imsx", *flags)) {
            g_autofree char *message =
                g_strdup_printf("found the flag '%.*s', expected flags among i, m, s and x",
                                (int)(g_utf8_next_char(flags) - flags), flags);
            fault(lexer, column, 1, message);
        }
}

static void read_regex(ChLexer *lexer, ChToken *token)
{
    const char *at = lexer->at + 1;
    while (!is_line_end(lexer, at) && *at != '/') {
        if (*at == '\\' && !is_line_end(lexer, at + 1))
            at = g_utf8_next_char(at + 1);
        else if (*at == '[')
            at = skip_class(lexer, at);
        else
            at = g_utf8_next_char(at);
    }
    guint column = lexer->column + 1;
    for (const char *in = lexer->at + 1; in < at; in = g_utf8_next_char(in), column++)
        check_control(lexer, in, column);
    token->body = (gsize)(at - token->start - 1);
    token->broken = is_line_end(lexer, at);
    if (!token->broken) {
        read_flags(lexer, token, at + 1);
        return;
    }
    fault(lexer, token->column, 1,
          "found a regular expression without an end, expected a closing '/' on the same line");
    finish(lexer, token, CH_TOKEN_REGEX, at);
}

/* Strings in the quotes of other languages and of word processors are read as what they are meant to be. */
static gboolean read_foreign_string(ChLexer *lexer, ChToken *token)
{
    static const struct {
        gunichar open;
        const char *close;
    } quotes[] = {{0x201c, "\u201d"}, {0x201d, "\u201d"}, {0x201e, "\u201c"},
                  {0xab, "\u00bb"},   {0x2018, "\u2019"}, {'\'', "'"}};
    for (guint i = 0; i < G_N_ELEMENTS(quotes); i++) {
        if (peek(lexer, lexer->at) != quotes[i].open)
            continue;
        const char *at = g_utf8_next_char(lexer->at);
        gsize length = strlen(quotes[i].close);
        while (!is_line_end(lexer, at) &&
               ((gsize)(lexer->end - at) < length || memcmp(at, quotes[i].close, length) != 0))
            at = g_utf8_next_char(at);
        g_autofree char *message =
            g_strdup_printf("found %.*s, expected a string in straight double quotes, such as \"text\"",
                            (int)(g_utf8_next_char(lexer->at) - lexer->at), lexer->at);
        fault(lexer, token->column, 1, message);
        token->broken = is_line_end(lexer, at);
        finish(lexer, token, CH_TOKEN_STRING, token->broken ? at : at + length);
        return TRUE;
    }
    return FALSE;
}

static void read_sign(ChLexer *lexer, ChToken *token)
{
    static const struct {
        const char *text;
        ChTokenKind kind;
    } signs[] = {
        /* the longer ones first; those of other languages so that they are named as a whole */
        {"->", CH_TOKEN_ARROW}, {"<=", CH_TOKEN_AT_MOST}, {">=", CH_TOKEN_AT_LEAST}, {"=>", CH_TOKEN_OTHER},
        {"==", CH_TOKEN_OTHER}, {"!=", CH_TOKEN_OTHER},   {"<>", CH_TOKEN_OTHER},    {"=~", CH_TOKEN_OTHER},
        {"!~", CH_TOKEN_OTHER}, {"&&", CH_TOKEN_OTHER},   {"||", CH_TOKEN_OTHER},    {"=<", CH_TOKEN_OTHER},
        {"=", CH_TOKEN_EQUALS}, {"<", CH_TOKEN_LESS},     {">", CH_TOKEN_MORE},      {",", CH_TOKEN_COMMA},
        {"(", CH_TOKEN_OPEN},   {")", CH_TOKEN_CLOSE},    {"-", CH_TOKEN_OTHER}};
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++) {
        gsize length = strlen(signs[i].text);
        if ((gsize)(lexer->end - lexer->at) >= length && memcmp(lexer->at, signs[i].text, length) == 0) {
            finish(lexer, token, signs[i].kind, lexer->at + length);
            return;
        }
    }
    finish(lexer, token, CH_TOKEN_OTHER, g_utf8_next_char(lexer->at));
}

static void read_comment(ChLexer *lexer, ChToken *token)
{
    const char *at = lexer->at;
    while (!is_line_end(lexer, at))
        at = g_utf8_next_char(at);
    gboolean blank = lexer->blank;
    finish(lexer, token, CH_TOKEN_COMMENT, at);
    lexer->blank = blank;
}

void ch_lexer_next(ChLexer *lexer, ChToken *token)
{
    skip_blanks(lexer);
    *token =
        (ChToken){.start = lexer->at, .line = lexer->line, .column = lexer->column, .first = lexer->blank};
    guint faults = lexer->faults;
    gunichar c = peek(lexer, lexer->at);
    if (!c)
        token->kind = CH_TOKEN_END;
    else if (c == '#')
        read_comment(lexer, token);
    else if (c == '"')
        read_string(lexer, token);
    else if (c == '/')
        read_regex(lexer, token);
    else if (is_inner(c))
        read_run(lexer, token);
    else if (!read_foreign_string(lexer, token))
        read_sign(lexer, token);
    token->faulty = lexer->faults > faults;
}

/* One character of a string: its bytes in OUT (up to 6), their number in COUNT. Returns what follows it. */
static const char *unescape(const char *at, const char *end, char *out, gsize *count)
{
    if (*at == '\\' && at + 1 < end && strchr("\"\\nt", at[1])) {
        *out = at[1] == 'n' ? '\n' : at[1] == 't' ? '\t' : at[1];
        *count = 1;
        return at + 2;
    }
    const char *next = g_utf8_next_char(at);
    *count = (gsize)(next - at);
    memcpy(out, at, *count);
    return next;
}

char *ch_token_string(const ChToken *token)
{
    g_autoptr(GString) text = g_string_sized_new(token->body + 1);
    for (const char *at = token->start + 1, *end = at + token->body; at < end;) {
        char out[6];
        gsize count;
        at = unescape(at, end, out, &count);
        g_string_append_len(text, out, (gssize)count);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

guint ch_token_column(const ChToken *token, gsize offset)
{
    guint column = token->column + 1;
    for (const char *at = token->start + 1, *end = at + token->body; at < end;) {
        char out[6];
        gsize count;
        const char *next = unescape(at, end, out, &count);
        if (offset < count)
            break;
        offset -= count;
        column += (guint)g_utf8_strlen(at, next - at);
        at = next;
    }
    return column;
}
