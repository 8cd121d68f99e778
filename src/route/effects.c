/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a rule that holds asks for, with captures filled in, cleaned and bounded. What of it takes effect is
 * desk/'s; whether the configuration knows the names is asked nowhere here.
 */
#include "route/match_private.h"

#include "base/fold.h"

#include <string.h>

#define VALUE_MAX 500 /* bytes */
#define TITLE_MAX 200

static gboolean is_blank(gunichar c)
{
    return c < 0x20 || g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_CONTROL ||
           g_unichar_type(c) == G_UNICODE_LINE_SEPARATOR ||
           g_unichar_type(c) == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* TEXT on one line: each run of white space and control characters one space, none at the ends; at most MAX
 * bytes. */
static char *clean(const char *text, gsize max)
{
    g_autoptr(GString) line = g_string_new(NULL);
    gboolean blank = FALSE;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (is_blank(c)) {
            blank = line->len > 0;
            continue;
        }
        gsize length = (gsize)(g_utf8_next_char(at) - at);
        if (line->len + blank + length > max)
            break;
        if (blank)
            g_string_append_c(line, ' ');
        blank = FALSE;
        g_string_append_len(line, at, (gssize)length);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static gsize most_of(const ChDo *action)
{
    return action->kind == CH_DO_TITLE ? TITLE_MAX : VALUE_MAX;
}

char *ch_ask_clean(const ChDo *action, const char *text)
{
    return clean(text, most_of(action));
}

/* What "$NAME" stands for; "" where it took no part. */
static const char *lookup(const ChAsking *asking, const char *name, GHashTable *captures)
{
    const ChRuleInput *input = asking->input;
    const char *captured = captures ? g_hash_table_lookup(captures, name) : NULL;
    if (captured)
        return captured;
    if (strcmp(name, "subject") == 0)
        return input->mail->subject;
    const ChAddress *sender = input->verdict->sender;
    if (strcmp(name, "sender") == 0)
        return sender->address;
    if (strcmp(name, "name") == 0)
        return sender->name;
    const char *at = strcmp(name, "domain") == 0 ? strrchr(sender->address, '@') : NULL;
    return at ? at + 1 : "";
}

/* PATTERN with its captures, clean. Never more is put together than what the longest pattern and as many
 * captures of the longest value would be. */
static char *expand(const ChAsking *asking, const ChPattern *pattern, GHashTable *captures, gsize max)
{
    g_autoptr(GString) whole = g_string_new(NULL);
    for (guint i = 0; pattern && pattern->pieces[i]; i++) {
        if (i % 2 == 0) {
            g_string_append(whole, pattern->pieces[i]);
            continue;
        }
        g_autofree char *value = clean(lookup(asking, pattern->pieces[i], captures), max);
        g_string_append(whole, value);
    }
    return clean(whole->str, max);
}

gboolean ch_ask_wants_captures(const ChRule *rule)
{
    for (guint i = 0; i < rule->actions->len; i++) {
        const ChDo *action = g_ptr_array_index(rule->actions, i);
        if (action->value && action->value->pieces[0] && action->value->pieces[1])
            return TRUE;
    }
    return FALSE;
}

/* The first that says it: NAME under KIND is set from now on. LIST has room for more. */
static gboolean is_new(ChAsking *asking, const GPtrArray *list, const char *kind, const char *name)
{
    return *name && list->len < CH_RULE_VALUES_MAX &&
           g_hash_table_add(asking->named, g_strconcat(kind, " ", name, NULL));
}

static void add_value(ChAsking *asking, GPtrArray *list, const char *kind, const char *value)
{
    if (is_new(asking, list, kind, value))
        g_ptr_array_add(list, g_strdup(value));
}

static void add_tag(ChAsking *asking, const char *value)
{
    g_autofree char *tag = g_utf8_strdown(value, -1);
    add_value(asking, asking->effects->tags, "tag", g_strdelimit(tag, " ", '-'));
}

static void add_address(ChAsking *asking, GPtrArray *list, const char *kind, const char *value)
{
    g_autofree char *address = ch_address_fold(value);
    if (ch_address_is_plausible(address))
        add_value(asking, list, kind, address);
}

static void add_named(ChAsking *asking, GPtrArray *list, const char *kind, const char *name,
                      const char *value)
{
    g_autofree char *folded = ch_fold(name, strlen(name));
    if (*value && is_new(asking, list, kind, folded))
        g_ptr_array_add(list, ch_named_value_new(name, value));
}

static void set_once(char **place, const char *value)
{
    if (!*place && *value)
        *place = g_strdup(value);
}

static void set_assignee(ChEffects *effects, const ChDo *action, const char *value)
{
    g_autofree char *address = ch_address_fold(value);
    if (effects->assign != CH_ASSIGN_NONE ||
        (action->assign == CH_ASSIGN_AGENT && !ch_address_is_plausible(address)))
        return;
    effects->assign = action->assign;
    if (action->assign == CH_ASSIGN_AGENT)
        effects->assignee = g_steal_pointer(&address);
}

/* Why a mail or a file is set aside: as the rule words it, and where nothing is left of its words, the rule.
 */
static char *reason(const ChRule *rule, const char *value)
{
    return *value ? g_strdup(value) : clean(rule->text, VALUE_MAX);
}

static void set_aside(ChEffects *effects, const ChRule *rule, ChAside aside, const char *value)
{
    if (effects->aside)
        return;
    effects->aside = aside;
    effects->aside_rule = g_strdup_printf("%s:%u", rule->place.file, rule->place.line);
    effects->aside_why = reason(rule, value);
}

/* The name that ACTION has as a word, or else VALUE. */
static const char *word(const ChDo *action, const char *value)
{
    return action->name ? action->name : value;
}

static void ask_for(ChAsking *asking, const ChRule *rule, const ChDo *action, const char *value)
{
    ChEffects *effects = asking->effects;
    switch (action->kind) {
    case CH_DO_DEPARTMENT:
        set_once(&effects->department, word(action, value));
        break;
    case CH_DO_PRIORITY:
        effects->priority = effects->priority ? effects->priority : action->priority;
        break;
    case CH_DO_TAG:
        add_tag(asking, word(action, value));
        break;
    case CH_DO_FIELD:
        add_named(asking, effects->fields, "field", action->name, value);
        break;
    case CH_DO_ASSIGN:
        set_assignee(effects, action, value);
        break;
    case CH_DO_WATCH:
        add_address(asking, effects->watch, "watch", value);
        break;
    case CH_DO_NOTIFY:
        add_address(asking, effects->notify, "notify", value);
        break;
    case CH_DO_REFER:
        add_value(asking, effects->refer, "refer", word(action, value));
        break;
    case CH_DO_TITLE:
        set_once(&effects->title, value);
        break;
    case CH_DO_TEMPLATE:
        set_once(&effects->template, word(action, value));
        break;
    case CH_DO_HOLD:
        set_aside(effects, rule, CH_ASIDE_HOLD, value);
        break;
    case CH_DO_IGNORE:
        set_aside(effects, rule, CH_ASIDE_IGNORE, value);
        break;
    case CH_DO_QUARANTINE:
        set_aside(effects, rule, CH_ASIDE_QUARANTINE, value);
        break;
    case CH_DO_NO_ACK:
        effects->no_ack = TRUE;
        break;
    case CH_DO_LANGUAGE:
        set_once(&effects->language, word(action, value));
        break;
    case CH_DO_DUE:
        effects->due = effects->due ? effects->due : action->seconds;
        break;
    case CH_DO_SET_HEADER:
        add_named(asking, effects->headers, "header", action->name, value);
        break;
    case CH_DO_REFUSE_ATTACHMENT: /* ch_ask_refusal */
    case CH_DO_STOP:
        break;
    }
}

gboolean ch_ask(ChAsking *asking, const ChRule *rule, GHashTable *captures)
{
    gboolean stop = FALSE;
    for (guint i = 0; i < rule->actions->len; i++) {
        const ChDo *action = g_ptr_array_index(rule->actions, i);
        g_autofree char *value = expand(asking, action->value, captures, most_of(action));
        ask_for(asking, rule, action, value);
        stop = stop || action->kind == CH_DO_STOP;
    }
    return stop;
}

static void refuse(ChAsking *asking, guint number, const char *why)
{
    const ChAttachment *attachment = g_ptr_array_index(asking->input->mail->attachments, number);
    if (attachment->is_crypto || asking->refused[number])
        return;
    asking->refused[number] = TRUE;
    ChRefusal *refusal = g_new(ChRefusal, 1);
    *refusal = (ChRefusal){number, g_strdup(why)};
    g_ptr_array_add(asking->effects->refusals, refusal);
}

void ch_ask_refusal(ChAsking *asking, const ChRule *rule, guint number, gboolean all, GHashTable *captures)
{
    guint count = asking->input->mail->attachments->len;
    for (guint i = 0; count && !asking->all_refused && i < rule->actions->len; i++) {
        const ChDo *action = g_ptr_array_index(rule->actions, i);
        if (action->kind != CH_DO_REFUSE_ATTACHMENT)
            continue;
        g_autofree char *value = expand(asking, action->value, captures, VALUE_MAX);
        g_autofree char *why = reason(rule, value);
        for (guint j = all ? 0 : number; j < (all ? count : number + 1); j++)
            refuse(asking, j, why);
        asking->all_refused = all;
    }
}
