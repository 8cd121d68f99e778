/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The custom fields of a ticket: what a customer's mail, the rules, the ticket that it follows and the
 * account say of them, what is required and missing, and whether the customer is asked for it. Which fields
 * there are is the configuration's business, how a letter asks for them letter.c's and the templates'.
 */
#include "base/fold.h"
#include "desk/case.h"

#include <string.h>

#define LINES_MAX 20  /* not blank, from the top of the reply */
#define TITLE_MAX 200 /* bytes in front of a value that may be a title */
#define VALUE_MAX 500 /* bytes of a value */

/* What may stand in front of a title, or around it, and is no part of it: marks of quotes and lists, bold
 * type as text has it. */
#define MARKS ">|*_#~+-•·◦–—"

static const char *const none[] = {NULL};

typedef struct {
    const ChCase *c;
    const ChTicketFacts *ticket; /* NULL: a new one */
    const char *const *fields;   /* of the department */
    const char *const *required;
    GPtrArray *given; /* of ChNamedValue: by configured names, what lines and rules say now */
    GPtrArray *known; /* the same of the ticket that the new one follows, and of the account */
} Work;

static gboolean is_mark(gunichar c)
{
    return g_unichar_isspace(c) || g_utf8_strchr(MARKS, -1, c);
}

/* The first character at TEXT or below, before END, that is no mark. */
static const char *skip_marks(const char *text, const char *end)
{
    while (text < end && is_mark(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    return text;
}

/* "1." or "2)" and a blank in front of an item. */
static const char *skip_number(const char *text, const char *end)
{
    const char *at = text;
    while (at < end && g_ascii_isdigit(*at))
        at++;
    return at > text && at + 1 < end && (*at == '.' || *at == ')') && at[1] == ' ' ? at + 2 : text;
}

/* How titles are compared: without marks at the ends, case and accents; "n°" is "nº". */
static char *key_of(const char *text, gsize length)
{
    const char *end = text + length, *start = skip_marks(text, end);
    while (end > start) {
        const char *last = g_utf8_prev_char(end);
        if (!is_mark(g_utf8_get_char(last)))
            break;
        end = last;
    }
    g_autofree char *folded = ch_fold(start, (gsize)(end - start));
    g_auto(GStrv) pieces = g_strsplit(folded, "°", -1);
    return g_strjoinv("o", pieces);
}

static void add_titles(GHashTable *titles, const ChFieldConfig *field)
{
    g_hash_table_insert(titles, key_of(field->name, strlen(field->name)), (gpointer)field);
    g_hash_table_insert(titles, key_of(field->title, strlen(field->title)), (gpointer)field);
    for (char **alias = field->aliases; *alias; alias++)
        g_hash_table_insert(titles, key_of(*alias, strlen(*alias)), (gpointer)field);
}

static GHashTable *titles_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* [TEXT, END) as a value: one line without control and format characters; NULL where it says nothing. */
static char *clean(const char *text, const char *end)
{
    g_autoptr(GString) value = g_string_new(NULL);
    gboolean says = FALSE, gap = FALSE;
    for (; text < end; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        GUnicodeType type = g_unichar_type(c);
        gboolean space = g_unichar_isspace(c);
        if (!space && (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT))
            continue;
        if (value->len + (gsize)g_unichar_to_utf8(c, NULL) + gap > VALUE_MAX)
            break;
        if (!space) {
            if (gap && value->len)
                g_string_append_c(value, ' ');
            g_string_append_unichar(value, c);
            says = says || g_unichar_isalnum(c);
        }
        gap = space;
    }
    return says ? g_string_free(g_steal_pointer(&value), FALSE) : NULL;
}

/* Where a separator begins in [TEXT, END): a colon or an equals sign, or where DASH, a dash between blanks.
 * *VALUE is behind it. NULL: there is none. */
static const char *find_separator(const char *text, const char *end, gboolean dash, const char **value)
{
    const char *limit = MIN(end, text + TITLE_MAX);
    for (const char *at = text; at < limit; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        const char *next = g_utf8_next_char(at);
        gboolean is_dash = (c == '-' || c == 0x2013 || c == 0x2014) && at > text && at[-1] == ' ' &&
                           next < end && *next == ' ';
        if (dash ? is_dash : c == ':' || c == '=' || c == 0xff1a) {
            *value = next;
            return at;
        }
    }
    return NULL;
}

/* "Pedido - não chegou" is a sentence; "Pedido - 123" and "Setor - Compras" are none. */
static gboolean is_sentence(const char *value)
{
    return !g_ascii_isdigit(*value) && strchr(value, ' ');
}

/* What the line [TEXT, END) says of one of the fields in TITLES; NULL: nothing. *FIELD is that field. */
static char *read_line(const char *text, const char *end, GHashTable *titles, const ChFieldConfig **field)
{
    const char *start = skip_marks(skip_number(skip_marks(text, end), end), end);
    gboolean bold = start > text && strchr("*_", start[-1]);
    for (guint dash = 0; dash <= 1; dash++) {
        const char *value, *separator = find_separator(start, end, dash, &value);
        if (!separator)
            continue;
        g_autofree char *key = key_of(start, (gsize)(separator - start));
        *field = g_hash_table_lookup(titles, key);
        if (!*field)
            continue;
        const char *stop = end;
        while (bold && value < stop && strchr("*_ ", *value))
            value++;
        while (bold && stop > value && strchr("*_ ", stop[-1]))
            stop--;
        g_autofree char *cleaned = clean(value, stop);
        return cleaned && dash && is_sentence(cleaned) ? NULL : g_steal_pointer(&cleaned);
    }
    return NULL;
}

static gboolean has(const GPtrArray *values, const char *name)
{
    return ch_named_value_find(values, name) != NULL;
}

static gboolean lacked(const Work *work, const char *name)
{
    return !work->ticket || !has(work->ticket->fields, name);
}

/* A quote is no news, but for the blanks of our form that somebody filled in where they stood. */
static gboolean may_say(const Work *work, const char *line, const ChFieldConfig *field)
{
    gboolean quoted = *line == '>';
    return !quoted ||
           (work->ticket && g_strv_contains(work->required, field->name) && lacked(work, field->name));
}

/* FALSE where it was said already. */
static gboolean give(const Work *work, GPtrArray *values, const char *name, const char *value, const char *by)
{
    if (has(values, name))
        return FALSE;
    ch_reason(work->c->decision->reasons, "%s says what the field %s is", by, name);
    g_ptr_array_add(values, ch_named_value_new(name, value));
    return TRUE;
}

static void read_lines(const Work *work)
{
    g_autoptr(GHashTable) titles = titles_new();
    for (const char *const *name = work->fields; *name; name++)
        add_titles(titles, ch_config_field(work->c->config, *name));
    if (g_hash_table_size(titles) == 0)
        return;
    const char *line = work->c->mail->reply;
    for (guint lines = 0; *line && lines < LINES_MAX;) {
        const char *end = strchrnul(line, '\n');
        while (line < end && g_ascii_isspace(*line))
            line++;
        lines += line < end;
        const ChFieldConfig *field;
        g_autofree char *value = read_line(line, end, titles, &field);
        if (value && may_say(work, line, field))
            give(work, work->given, field->name, value, "a line of the mail");
        line = *end ? end + 1 : end;
    }
}

static gboolean is_already(const Work *work, const char *name, const char *value)
{
    const ChNamedValue *old = work->ticket ? ch_named_value_find(work->ticket->fields, name) : NULL;
    return old && strcmp(old->value, value) == 0;
}

/* A rule may name a field as people do, and fields that no section describes. */
static void ask_rules(const Work *work)
{
    const GPtrArray *fields = work->c->routing->effects->fields;
    if (!fields->len)
        return;
    g_autoptr(GHashTable) titles = titles_new();
    for (guint i = 0; i < work->c->config->fields->len; i++)
        add_titles(titles, g_ptr_array_index(work->c->config->fields, i));
    for (guint i = 0; i < fields->len; i++) {
        const ChNamedValue *set = g_ptr_array_index(fields, i);
        g_autofree char *key = key_of(set->name, strlen(set->name));
        const ChFieldConfig *field = g_hash_table_lookup(titles, key);
        const char *name = field ? field->name : set->name;
        if (give(work, work->given, name, set->value, "a rule") && !is_already(work, name, set->value))
            g_ptr_array_add(work->c->applied->fields, ch_named_value_new(set->name, set->value));
    }
}

/* Nobody is asked again for what the closed ticket says that the new one follows; but what an account fills
 * is its owner's alone. */
static void ask_followed(const Work *work)
{
    const ChCase *c = work->c;
    const ChTicketFacts *followed = work->ticket ? NULL : c->facts->ticket;
    if (!followed)
        return;
    gboolean own = ch_case_role(c->config, followed, c->sender, c->facts->person) == CH_ROLE_REQUESTER;
    g_autofree char *by = g_strdup_printf("ticket %" G_GINT64_FORMAT ", which it follows,", followed->number);
    for (const char *const *name = work->fields; *name; name++) {
        const ChNamedValue *old = ch_named_value_find(followed->fields, *name);
        if (old && !has(work->given, *name) && (own || !ch_config_field(c->config, *name)->account))
            give(work, work->known, *name, old->value, by);
    }
}

static const char *account_says(const ChPersonFacts *person, const char *what)
{
    return strcmp(what, "name") == 0      ? person->name
           : strcmp(what, "company") == 0 ? person->company
                                          : person->telephone;
}

/* What is known of the requester fills what nobody said. */
static void ask_account(const Work *work)
{
    const ChPersonFacts *person = work->c->facts->person;
    if (!person || work->c->decision->role != CH_ROLE_REQUESTER)
        return;
    for (const char *const *name = work->fields; *name; name++) {
        const ChFieldConfig *field = ch_config_field(work->c->config, *name);
        const char *says = field->account ? account_says(person, field->account) : NULL;
        if (!says || !*says || has(work->given, *name) || !lacked(work, *name))
            continue;
        g_autofree char *value = clean(says, says + strlen(says));
        if (value)
            give(work, work->known, *name, value, "the account");
    }
}

static void set_fields(const Work *work, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++) {
        const ChNamedValue *field = g_ptr_array_index(values, i);
        if (!is_already(work, field->name, field->value))
            ch_decision_act(work->c->decision, CH_ACTION_FIELD, CH_TICKET_OPEN, field->name, field->value);
    }
}

/* The acknowledgement becomes the letter that asks; a rule that wants none doesn't forbid to ask. */
static void ask_customer(const Work *work)
{
    const ChCase *c = work->c;
    for (guint i = 0; i < c->decision->missing->len; i++)
        ch_reason(c->decision->reasons, "the required field %s is missing: the customer is asked for it",
                  (const char *)g_ptr_array_index(c->decision->missing, i));
    for (guint i = 0; i < c->decision->mails->len && !work->ticket; i++) {
        ChMailPlan *plan = g_ptr_array_index(c->decision->mails, i);
        if (plan->internal || !g_str_has_prefix(plan->template, "ack"))
            continue;
        g_free(plan->template);
        plan->template = g_strdup("ask-fields");
        g_clear_pointer(&c->applied->template, g_free); /* a rule's, which is not used then */
        return;
    }
    ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, "ask-fields",
                     ch_case_language(c), FALSE);
}

/* A reply that fills nothing is no reason to ask again. */
static void check_required(const Work *work)
{
    GPtrArray *missing = work->c->decision->missing;
    gboolean filled = !work->ticket;
    for (const char *const *name = work->fields; *name; name++) { /* in the order in which they are shown */
        if (!g_strv_contains(work->required, *name) || !lacked(work, *name))
            continue;
        if (has(work->given, *name))
            filled = TRUE;
        else if (!has(work->known, *name))
            g_ptr_array_add(missing, g_strdup(*name));
    }
    if (!filled || work->c->verdict->no_answer)
        g_ptr_array_set_size(missing, 0);
    if (missing->len)
        ask_customer(work);
}

void ch_decide_fields(const ChCase *c, const ChTicketFacts *ticket)
{
    const ChDepartmentConfig *department = ch_config_department(c->config, c->decision->department);
    g_autoptr(GPtrArray) given = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    const Work work = {.c = c,
                       .ticket = ticket,
                       .fields = department ? (const char *const *)department->fields : none,
                       .required = department ? (const char *const *)department->required : none,
                       .given = given,
                       .known = known};
    read_lines(&work);
    ask_rules(&work);
    ask_followed(&work);
    ask_account(&work);
    set_fields(&work, given);
    set_fields(&work, known);
    check_required(&work);
}
