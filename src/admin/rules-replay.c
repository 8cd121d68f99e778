/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules replay`: which mails of the past would have gone otherwise. What rules make of one of them
 * is pipeline.c's ch_redecide; nothing is changed. */
#include "admin/command.h"
#include "admin/rules-history.h"
#include "admin/rules-load.h"
#include "admin/run.h"

#include "base/clock.h"
#include "base/error.h"
#include "parse/parse.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define AT_ONCE 100 /* rows; their mails are read one at a time */
#define COLUMNS 80
#define INDENT  6

typedef struct {
    const ChConfig *config;
    ChStore *store;
    ChRules *rules; /* that are tried: of --rules, else the configured ones */
    ChRules *base;  /* the configured ones, with --rules; NULL: what was recorded is compared */
    gboolean json;
    guint looked_at, changed, unknown;
    GHashTable *skipped; /* why: how many, char * to a count */
} Replay;

static gboolean has(const GPtrArray *list, const char *text)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)list, text, g_str_equal, NULL);
}

/* What of LIST is not in OTHER, in order. */
static GPtrArray *without(const GPtrArray *list, const GPtrArray *other)
{
    GPtrArray *rest = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < list->len; i++)
        if (!has(other, g_ptr_array_index(list, i)))
            g_ptr_array_add(rest, g_strdup(g_ptr_array_index(list, i)));
    return rest;
}

/* What became of a mail, on one side of the comparison. */
typedef struct {
    gboolean opened;  /* a ticket */
    char *department; /* that it went to, then */
    GPtrArray *effects;
} Fate;

static void fate_free(Fate *fate)
{
    g_free(fate->department);
    g_clear_pointer(&fate->effects, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fate, fate_free)

static gboolean recorded(const Replay *replay, const ChDecidedRow *row, Fate *fate, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(row->effects, "\n", -1);
    fate->effects = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line; line++)
        if (**line)
            g_ptr_array_add(fate->effects, g_strdup(*line));
    fate->opened = row->outcome == CH_OUTCOME_TICKET;
    if (!fate->opened)
        return TRUE;
    g_autoptr(ChTicketFacts) ticket = ch_store_ticket(replay->store, row->ticket, NULL, error);
    fate->department = ticket ? g_strdup(ticket->department) : NULL;
    return ticket != NULL;
}

static Fate fate_of(const ChRedecided *redecided)
{
    return (Fate){redecided->outcome == CH_OUTCOME_TICKET, g_strdup(redecided->department),
                  g_ptr_array_ref(redecided->wanted)};
}

/* Reads the mail anew, for trying rules completes what is read. */
static ChRedecided *redecide(const Replay *replay, ChRules *rules, const ChDecidedRow *row,
                             const ChIncoming *incoming, GError **error)
{
    g_autoptr(ChReading) reading = ch_read(replay->config, incoming);
    return ch_redecide(replay->config, rules, replay->store, row, incoming, reading, error);
}

static void drop_departments(GPtrArray *list)
{
    for (guint i = list->len; i > 0; i--)
        if (g_str_has_prefix(g_ptr_array_index(list, i - 1), "department "))
            g_ptr_array_remove_index(list, i - 1);
}

/* A new ticket has a department, whether a rule named it or the address: that it is another one is what
 * counts, and that is said first. */
static void compare_departments(const Fate *before, const Fate *now, GPtrArray *removed, GPtrArray *added)
{
    if (!before->opened || !now->opened)
        return;
    drop_departments(removed);
    drop_departments(added);
    if (g_strcmp0(before->department, now->department) == 0)
        return;
    g_ptr_array_insert(removed, 0, g_strconcat("department ", before->department, NULL));
    g_ptr_array_insert(added, 0, g_strconcat("department ", now->department, NULL));
}

/* TEXT for a terminal, cut to COLUMNS characters. */
static char *fit(const char *text, guint columns)
{
    g_autofree char *plain = g_strdelimit(ch_command_plain(text), "\n\t", ' ');
    if (g_utf8_strlen(plain, -1) <= (glong)columns)
        return g_steal_pointer(&plain);
    g_autofree char *cut = g_utf8_substring(plain, 0, (glong)columns - 1);
    return g_strconcat(cut, "…", NULL);
}

static void print_list(char sign, const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        g_autofree char *text = fit(g_ptr_array_index(list, i), COLUMNS - INDENT);
        printf("    %c %s\n", sign, text);
    }
}

static void print_text(const ChDecidedRow *row, const GPtrArray *removed, const GPtrArray *added)
{
    gboolean ticket = row->ticket != 0;
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(row->taken_at);
    g_autofree char *day = g_date_time_format(at, "%Y-%m-%d");
    g_autofree char *head = g_strdup_printf("%s%" G_GINT64_FORMAT " %s %s", ticket ? "#" : "mail ",
                                            ticket ? row->ticket : row->id, day, row->sender);
    g_autofree char *who = fit(head, COLUMNS - 12);
    glong left = COLUMNS - g_utf8_strlen(who, -1) - 3;
    g_autofree char *subject = fit(row->subject, (guint)MAX(left, 8));
    printf("%s \"%s\"\n", who, subject);
    print_list('-', removed);
    print_list('+', added);
}

/* One at a time, for there may be many. */
static void print_json(const Replay *replay, const ChDecidedRow *row, const GPtrArray *removed,
                       const GPtrArray *added)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *at = ch_command_iso_time(row->taken_at);
    if (replay->changed)
        puts(",");
    json_builder_begin_object(json);
    ch_json_int(json, "mail", row->id);
    ch_json_int(json, "ticket", row->ticket);
    ch_json_text(json, "taken_at", at);
    ch_json_text(json, "from", row->sender);
    ch_json_text(json, "subject", row->subject);
    ch_json_texts(json, "removed", removed);
    ch_json_texts(json, "added", added);
    json_builder_end_object(json);
    ch_command_json(json);
}

static void show(Replay *replay, const ChDecidedRow *row, const GPtrArray *removed, const GPtrArray *added)
{
    if (!removed->len && !added->len)
        return;
    if (replay->json)
        print_json(replay, row, removed, added);
    else
        print_text(row, removed, added);
    replay->changed++;
}

static gboolean compare(Replay *replay, const ChDecidedRow *row, const ChIncoming *incoming, GError **error)
{
    g_auto(Fate) before = {0};
    g_autoptr(ChRedecided) base = replay->base ? redecide(replay, replay->base, row, incoming, error) : NULL;
    g_autoptr(ChRedecided) tried = redecide(replay, replay->rules, row, incoming, error);
    if (!tried || (replay->base && !base))
        return FALSE;
    if (base)
        before = fate_of(base);
    else if (!recorded(replay, row, &before, error))
        return FALSE;
    g_auto(Fate) now = fate_of(tried);
    g_autoptr(GPtrArray) removed = without(before.effects, now.effects);
    /* What a reply's ticket has today, it may have had before that reply: that was not recorded then. */
    g_autoptr(GPtrArray) added = without(base ? now.effects : tried->effects, before.effects);
    compare_departments(&before, &now, removed, added);
    replay->looked_at++;
    replay->unknown += tried->unknown || (base && base->unknown);
    show(replay, row, removed, added);
    return TRUE;
}

static void skip(Replay *replay, const char *why)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(replay->skipped, why));
    g_hash_table_insert(replay->skipped, g_strdup(why), GUINT_TO_POINTER(count + 1));
}

static gboolean replay_one(Replay *replay, const ChDecidedRow *row, GError **error)
{
    g_autoptr(GError) fault = NULL;
    g_autoptr(ChIncoming) incoming = ch_store_incoming(replay->store, row->id, &fault);
    if (incoming)
        return compare(replay, row, incoming, error);
    if (ch_error_is_temporary(fault)) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return FALSE;
    }
    skip(replay, fault->message);
    return TRUE;
}

static gboolean replay_all(Replay *replay, gint64 since, GError **error)
{
    for (gint64 after = 0;;) {
        g_autoptr(GPtrArray) rows = ch_store_decided(replay->store, since, after, AT_ONCE, error);
        if (!rows)
            return FALSE;
        if (!rows->len)
            return TRUE;
        for (guint i = 0; i < rows->len; i++) {
            const ChDecidedRow *row = g_ptr_array_index(rows, i);
            if (!replay_one(replay, row, error))
                return FALSE;
            after = row->id;
        }
    }
}

static void print_counts(const Replay *replay)
{
    g_autoptr(GList) whys = g_list_sort(g_hash_table_get_keys(replay->skipped), (GCompareFunc)g_strcmp0);
    printf("%s%u mails looked at: %u changed, %u unchanged; %u with an unknown rule\n",
           replay->changed ? "\n" : "", replay->looked_at, replay->changed,
           replay->looked_at - replay->changed, replay->unknown);
    for (const GList *why = whys; why; why = why->next)
        printf("%u skipped: %s\n", GPOINTER_TO_UINT(g_hash_table_lookup(replay->skipped, why->data)),
               (const char *)why->data);
}

static void json_counts(const Replay *replay)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(GList) whys = g_list_sort(g_hash_table_get_keys(replay->skipped), (GCompareFunc)g_strcmp0);
    json_builder_begin_object(json);
    ch_json_int(json, "looked_at", replay->looked_at);
    ch_json_int(json, "changed", replay->changed);
    ch_json_int(json, "unchanged", replay->looked_at - replay->changed);
    ch_json_int(json, "unknown", replay->unknown);
    json_builder_set_member_name(json, "skipped");
    json_builder_begin_object(json);
    for (const GList *why = whys; why; why = why->next)
        ch_json_int(json, why->data, GPOINTER_TO_UINT(g_hash_table_lookup(replay->skipped, why->data)));
    json_builder_end_object(json);
    json_builder_end_object(json);
    printf("],\n\"counts\": ");
    ch_command_json(json);
    puts("}");
}

/* "30d" in seconds; 0: it is no such thing. */
static gint64 read_duration(const char *text)
{
    static const struct {
        char letter;
        guint seconds;
    } units[] = {{'w', 7 * 24 * 3600}, {'d', 24 * 3600}, {'h', 3600}, {'m', 60}, {'s', 1}};
    char *end;
    guint64 number = g_ascii_strtoull(text, &end, 10);
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_ascii_isdigit(*text) && *end == units[i].letter && !end[1] && number <= G_MAXINT32)
            return (gint64)number * units[i].seconds;
    return 0;
}

/* The configured rules, and those at PATH where it is given. */
static gboolean read_rules(Replay *replay, const char *path, GError **error)
{
    ChRules *configured = ch_run_rules(replay->config, error);
    if (!configured)
        return FALSE;
    if (!path) {
        replay->rules = configured;
        return TRUE;
    }
    replay->base = configured;
    replay->rules = ch_run_rules_at(path, replay->config, error);
    return replay->rules != NULL;
}

static gboolean run(Replay *replay, const char *path, gint64 seconds, GError **error)
{
    ch_parse_setup();
    replay->store = ch_store_open(replay->config->state_dir, CH_STORE_READ, error);
    if (!replay->store || !read_rules(replay, path, error))
        return FALSE;
    if (replay->json)
        puts("{\"mails\": [");
    if (!replay_all(replay, ch_clock_now() - seconds, error))
        return FALSE;
    (replay->json ? json_counts : print_counts)(replay);
    return TRUE;
}

int ch_rules_replay(ChAdminContext *context, int argc, char **argv)
{
    g_autofree char *since = NULL;
    g_autofree char *path = NULL;
    int code = EX_OK;
    const GOptionEntry entries[] = {
        {"since", 0, 0, G_OPTION_ARG_STRING, &since, "mails that came in so long ago or later (30d)",
         "DURATION"},
        {"rules", 0, 0, G_OPTION_ARG_FILENAME, &path,
         "compare the configured rules with those at PATH, not with what was done", "PATH"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, NULL,
                            "Tries the rules on mails of the past, and shows those that would have been "
                            "treated otherwise. Changes nothing.",
                            entries, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("rules replay takes no argument");
    gint64 seconds = read_duration(since ? since : "30d");
    if (!seconds)
        return ch_command_usage("--since: expected a duration like 30d, 12h or 4w");
    g_autoptr(GError) error = NULL;
    Replay replay = {.config = context->config, .json = context->json};
    replay.skipped = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!run(&replay, path, seconds, &error))
        code = ch_command_fail(error);
    g_hash_table_unref(replay.skipped);
    ch_rules_unref(replay.base);
    ch_rules_unref(replay.rules);
    ch_store_free(replay.store);
    return code;
}
