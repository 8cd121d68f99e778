/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `rules fmt`: the one layout of a file of rules, from its tokens. It changes nothing but white space, keeps
 * comments and single blank lines, and knows no more of the grammar than where statements and their parts
 * begin; whether they are right is the compiler's business. */
#include "route/compile.h"

#include <string.h>

#define WIDTH       100
#define INDENT      4
#define WRAP_INDENT 8

/* Where a token may begin a line of a statement that is too long for one. */
typedef enum {
    BREAK_NEVER,
    BREAK_WRAP,   /* only where the line is full: after a comma in parentheses, before a property */
    BREAK_JOIN,   /* before "and" and "or" */
    BREAK_ARROW,  /* before "->" */
    BREAK_ACTION, /* after a comma between actions */
    BREAK_PART,   /* always: "mail" and "expect" of a test */
} Break;

typedef struct {
    ChToken token;
    gboolean begins; /* a statement */
    Break may;       /* stand before it */
    guint blanks;    /* of a comment or a statement: whether blank lines stood before it */
} Item;

typedef struct {
    const ChRuleSource *source;
    GPtrArray *messages;
    GArray *items; /* of Item */
    gboolean wrong;
    GString *out;
    guint column; /* characters of the last line of OUT */
} Formatter;

static void complain(Formatter *formatter, guint line, guint column, guint width, const char *message)
{
    const ChPlace place = {formatter->source->name, line, column, MAX(width, 1)};
    g_autofree char *text = ch_rule_source_line(formatter->source, line);
    ch_rule_complain(formatter->messages, FALSE, &place, text, "%s", message);
    formatter->wrong = TRUE;
}

static void on_fault(gpointer data, guint line, guint column, guint width, const char *message)
{
    complain(data, line, column, width, message);
}

static gboolean is_word(const ChToken *token, const char *word)
{
    return token->kind == CH_TOKEN_WORD && token->length == strlen(word) &&
           memcmp(token->start, word, token->length) == 0;
}

static gboolean is_any(const ChToken *token, const char *const *words)
{
    for (; *words; words++)
        if (is_word(token, *words))
            return TRUE;
    return FALSE;
}

static const char *const statement_words[] = {"match", "test", "define", "include", NULL};
/* Words before a name, which may look like any other word. */
static const char *const before_name_in_condition[] = {"is", "least", "per", "weekday", "define", NULL};
static const char *const before_name[] = {"department", "refer",    "template", "field",   "language",
                                          "tag",        "assign",   "per",      "weekday", "priority",
                                          "kind",       "evidence", "customer", "ticket",  NULL};
static const char *const property_words[] = {
    "from",     "to",         "cc",     "recipient", "domain",  "subject",  "body", "company",
    "header",   "attachment", "size",   "spam",      "rate",    "evidence", "kind", "customer",
    "language", "department", "ticket", "time",      "weekday", "date",     NULL};

/* Where the reader of tokens stands. */
typedef struct {
    enum {
        IN_NOTHING,
        IN_CONDITION,
        IN_ACTIONS,
        IN_TEST,
        IN_MAIL,
        IN_EXPECT
    } part;
    guint depth;      /* of parentheses */
    gboolean name;    /* the next word is a name, whatever it looks like */
    gboolean comma;   /* the last token was one */
    gboolean keyword; /* the last token was the first word of a property */
} Reader;

static void begin(Reader *reader, const ChToken *token)
{
    *reader = (Reader){.part = is_word(token, "test")                                ? IN_TEST
                               : is_word(token, "match") || is_word(token, "define") ? IN_CONDITION
                                                                                     : IN_NOTHING};
    reader->name = is_word(token, "define");
}

static gboolean begins_statement(const Reader *reader, const ChToken *token)
{
    return is_any(token, statement_words) && (token->first || (!reader->name && !reader->depth));
}

/* What may stand before TOKEN, a word of its part. */
static Break break_before(Reader *reader, const ChToken *token)
{
    if (token->kind == CH_TOKEN_ARROW && !reader->depth) {
        reader->part = IN_ACTIONS;
        return BREAK_ARROW;
    }
    if (reader->comma && !is_any(token, statement_words)) /* those begin a statement at a line's start */
        return reader->depth ? BREAK_WRAP : reader->part == IN_ACTIONS ? BREAK_ACTION : BREAK_WRAP;
    if (reader->name || reader->depth)
        return BREAK_NEVER;
    if (reader->part == IN_CONDITION && (is_word(token, "and") || is_word(token, "or")))
        return BREAK_JOIN;
    if ((reader->part == IN_TEST && is_word(token, "mail")) ||
        (reader->part == IN_MAIL && is_word(token, "expect"))) {
        reader->part++;
        return BREAK_PART;
    }
    /* The first property stays beside "mail", and "type" beside "attachment". */
    return reader->part == IN_MAIL && is_any(token, property_words) && !reader->keyword ? BREAK_WRAP
                                                                                        : BREAK_NEVER;
}

static void read_token(Reader *reader, Item *item)
{
    const ChToken *token = &item->token;
    if ((item->begins = begins_statement(reader, token))) {
        begin(reader, token);
        return;
    }
    item->may = break_before(reader, token);
    reader->depth += token->kind == CH_TOKEN_OPEN;
    reader->depth -= token->kind == CH_TOKEN_CLOSE && reader->depth;
    reader->keyword = !reader->name && (is_word(token, "attachment") || item->may == BREAK_PART);
    if (!reader->name || !is_word(token, "not")) /* which is none: "department is not test" */
        reader->name = !reader->name &&
                       is_any(token, reader->part == IN_CONDITION ? before_name_in_condition : before_name);
    reader->comma = token->kind == CH_TOKEN_COMMA;
}

/* All tokens with their breaks. */
static void read_all(Formatter *formatter)
{
    ChLexer lexer;
    Reader reader = {0};
    guint last_line = 0;
    gboolean begun = FALSE;
    ch_lexer_start(&lexer, formatter->source->text, formatter->source->length, on_fault, formatter);
    lexer.comments = TRUE;
    for (;;) {
        Item item = {0};
        ch_lexer_next(&lexer, &item.token);
        if (item.token.kind == CH_TOKEN_END)
            return;
        if (item.token.kind != CH_TOKEN_COMMENT)
            read_token(&reader, &item);
        begun |= item.begins;
        if (!begun && item.token.kind != CH_TOKEN_COMMENT) {
            complain(formatter, item.token.line, item.token.column, item.token.width,
                     "expected 'match', 'test', 'define' or 'include'");
            return;
        }
        item.blanks = last_line && item.token.line > last_line + 1;
        last_line = item.token.line;
        g_array_append_val(formatter->items, item);
    }
}

static const Item *item_at(const Formatter *formatter, guint i)
{
    return &g_array_index(formatter->items, Item, i);
}

static gboolean is_comment(const Item *item)
{
    return item->token.kind == CH_TOKEN_COMMENT;
}

/* No white space between two tokens. */
static gboolean is_tight(const ChToken *before, const ChToken *token)
{
    return before->kind == CH_TOKEN_OPEN || token->kind == CH_TOKEN_CLOSE || token->kind == CH_TOKEN_COMMA;
}

/* Characters of items FROM to END (not itself) on one line. */
static guint flat_width(const Formatter *formatter, guint from, guint end)
{
    guint width = 0;
    for (guint i = from; i < end; i++) {
        const ChToken *token = &item_at(formatter, i)->token;
        width += token->width + (i > from && !is_tight(&item_at(formatter, i - 1)->token, token));
    }
    return width;
}

static gboolean has_comment(const Formatter *formatter, guint from, guint end)
{
    for (guint i = from; i < end; i++)
        if (is_comment(item_at(formatter, i)))
            return TRUE;
    return FALSE;
}

static void new_line(Formatter *formatter, guint indent)
{
    g_string_append_printf(formatter->out, "\n%*s", (int)indent, "");
    formatter->column = indent;
}

static void put(Formatter *formatter, const ChToken *token)
{
    g_string_append_len(formatter->out, token->start, (gssize)token->length);
    formatter->column += token->width;
}

static void put_comment(Formatter *formatter, const ChToken *token, gboolean own_line)
{
    if (!own_line)
        g_string_append(formatter->out, "  ");
    g_autofree char *text = g_strndup(token->start, token->length);
    g_string_append(formatter->out, g_strchomp(text));
}

/* TOKEN does not fit what is left of the line with the sign that cleaves to it. */
static gboolean is_full(const Formatter *formatter, guint i, guint end)
{
    guint last = i + 1;
    while (last < end && item_at(formatter, last)->may != BREAK_WRAP &&
           item_at(formatter, last)->may != BREAK_PART && !is_comment(item_at(formatter, last)))
        last++;
    return formatter->column + 1 + flat_width(formatter, i, last) > WIDTH;
}

/* Items FROM to END of one statement, with breaks of the kinds that BREAKS has (bits). */
static void put_items(Formatter *formatter, guint from, guint end, guint breaks)
{
    for (guint i = from; i < end; i++) {
        const Item *item = item_at(formatter, i);
        const Item *before = i > from ? item_at(formatter, i - 1) : NULL;
        if (is_comment(item)) {
            if (item->token.first)
                new_line(formatter, INDENT);
            put_comment(formatter, &item->token, item->token.first);
            continue;
        }
        if (before && is_comment(before))
            new_line(formatter, INDENT);
        else if (before && breaks >> item->may & 1)
            new_line(formatter, INDENT);
        else if (before && item->may == BREAK_WRAP && is_full(formatter, i, end))
            new_line(formatter, WRAP_INDENT);
        else if (before && !is_tight(&before->token, &item->token)) {
            g_string_append_c(formatter->out, ' ');
            formatter->column++;
        }
        put(formatter, &item->token);
    }
}

/* The bits of the breaks that the statement of items FROM to END needs. */
static guint needed_breaks(const Formatter *formatter, guint from, guint end)
{
    guint arrow = from;
    while (arrow < end && item_at(formatter, arrow)->may != BREAK_ARROW)
        arrow++;
    guint breaks = 1u << BREAK_PART;
    gboolean comments = has_comment(formatter, from, end);
    if (!comments && flat_width(formatter, from, end) <= WIDTH)
        return breaks;
    breaks |= 1u << BREAK_ARROW;
    if (has_comment(formatter, from, arrow) || flat_width(formatter, from, arrow) > WIDTH)
        breaks |= 1u << BREAK_JOIN;
    if (has_comment(formatter, arrow, end) || INDENT + flat_width(formatter, arrow, end) > WIDTH)
        breaks |= 1u << BREAK_ACTION;
    return breaks;
}

/* The end of the statement that begins at FROM: comments after its last token are not its own. */
static guint statement_end(const Formatter *formatter, guint from)
{
    guint end = from + 1;
    for (guint i = from + 1; i < formatter->items->len && !item_at(formatter, i)->begins; i++)
        if (!is_comment(item_at(formatter, i)))
            end = i + 1;
    return end;
}

static void write_all(Formatter *formatter)
{
    guint i = 0;
    while (i < formatter->items->len) {
        const Item *item = item_at(formatter, i);
        if (is_comment(item) && !item->token.first && i > 0) {
            put_comment(formatter, &item->token, FALSE);
            i++;
            continue;
        }
        if (i > 0)
            g_string_append(formatter->out, item->blanks ? "\n\n" : "\n");
        formatter->column = 0;
        if (is_comment(item)) {
            put_comment(formatter, &item->token, TRUE);
            i++;
            continue;
        }
        guint end = statement_end(formatter, i);
        put_items(formatter, i, end, needed_breaks(formatter, i, end));
        i = end;
    }
    if (formatter->items->len)
        g_string_append_c(formatter->out, '\n');
}

char *ch_rules_format(const char *name, const char *text, gsize length, GPtrArray *messages)
{
    guint bad_line, bad_column;
    guchar bad;
    ChRuleSource *source = ch_rule_source_new(name, NULL, text, length, &bad_line, &bad_column, &bad);
    Formatter formatter = {.source = source,
                           .messages = messages,
                           .items = g_array_new(FALSE, FALSE, sizeof(Item)),
                           .out = g_string_new(NULL)};
    if (bad_line)
        complain(&formatter, bad_line, bad_column, 1, "found a byte that is no UTF-8 text");
    else
        read_all(&formatter);
    if (!formatter.wrong)
        write_all(&formatter);
    g_array_unref(formatter.items);
    ch_rule_source_free(source);
    return g_string_free(formatter.out, formatter.wrong);
}
