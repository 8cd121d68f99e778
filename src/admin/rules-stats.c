/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules stats`: how often each rule held. That it is counted is the store's business. */
#include "admin/command.h"
#include "admin/rules-history.h"
#include "admin/run.h"

#include "base/clock.h"

#include <stdio.h>
#include <sysexits.h>

#define DAY       (24 * 60 * 60)
#define DAYS_KEPT 400
#define TEXT_MOST 60 /* characters of a rule in the table */

/* A rule is named by its file and its text: one that only moved keeps its history. */
static char *key_of(const char *file, const char *text)
{
    return g_strconcat(file, "\n", text, NULL);
}

static GHashTable *by_rule(const GPtrArray *stats)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < stats->len; i++) {
        ChRuleStat *stat = g_ptr_array_index(stats, i);
        g_hash_table_insert(table, key_of(stat->file, stat->text), stat);
    }
    return table;
}

/* One rule of the table. */
typedef struct {
    ChRuleHit *rule;
    guint hits, unknown;
    gint64 last_at;
    gboolean gone; /* it is in the statistics, and in the configured rules no more */
} Line;

static void line_free(Line *line)
{
    ch_rule_hit_free(line->rule);
    g_free(line);
}

static Line *line_new(ChRuleHit *rule, const ChRuleStat *stat, gboolean gone)
{
    Line *line = g_new0(Line, 1);
    *line = (Line){.rule = rule, .gone = gone};
    if (stat) {
        line->hits = stat->hits;
        line->unknown = stat->unknown;
        line->last_at = stat->last_at;
    }
    return line;
}

/* The configured rules in their order, also those that never held; then those that are gone. Of Line. */
static GPtrArray *lines_of(const ChRules *rules, const GPtrArray *stats)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);
    g_autoptr(GHashTable) left = by_rule(stats);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < ch_rules_count(rules); i++) {
        ChRuleHit *rule = ch_rules_describe(rules, i);
        g_autofree char *key = key_of(rule->file, rule->text);
        ChRuleStat *stat = g_hash_table_lookup(left, key);
        if (stat)
            g_hash_table_add(seen, stat);
        g_ptr_array_add(lines, line_new(rule, stat, FALSE));
    }
    for (guint i = 0; i < stats->len; i++) {
        const ChRuleStat *stat = g_ptr_array_index(stats, i);
        if (g_hash_table_contains(seen, stat))
            continue;
        ChRuleHit *rule = g_new0(ChRuleHit, 1);
        *rule = (ChRuleHit){g_strdup(stat->file), stat->line, g_strdup(stat->text), CH_RULE_NO, g_strdup("")};
        g_ptr_array_add(lines, line_new(rule, stat, TRUE));
    }
    return lines;
}

static char *shorten(const char *text)
{
    if (g_utf8_strlen(text, -1) <= TEXT_MOST)
        return g_strdup(text);
    g_autofree char *cut = g_utf8_substring(text, 0, TEXT_MOST - 1);
    return g_strconcat(cut, "…", NULL);
}

static void print_table(const GPtrArray *lines, gboolean gone)
{
    static const char *const titles[] = {"HITS", "UNKNOWN", "LAST", "PLACE", "RULE", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = g_ptr_array_index(lines, i);
        if (line->gone != gone)
            continue;
        char **cells = g_new0(char *, G_N_ELEMENTS(titles));
        cells[0] = g_strdup_printf("%u", line->hits);
        cells[1] = g_strdup_printf("%u", line->unknown);
        cells[2] = line->last_at ? ch_command_time(line->last_at) : g_strdup("");
        cells[3] = g_strdup_printf("%s:%u", line->rule->file, line->rule->line);
        cells[4] = shorten(line->rule->text);
        g_ptr_array_add(rows, cells);
    }
    if (rows->len && gone)
        printf("\nChanged or removed since:\n");
    if (rows->len || !gone)
        ch_command_table(titles, rows);
}

static void print_json(const GPtrArray *lines)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = g_ptr_array_index(lines, i);
        g_autofree char *last = ch_command_iso_time(line->last_at);
        json_builder_begin_object(json);
        ch_json_text(json, "file", line->rule->file);
        ch_json_int(json, "line", line->rule->line);
        ch_json_text(json, "rule", line->rule->text);
        ch_json_int(json, "hits", line->hits);
        ch_json_int(json, "unknown", line->unknown);
        ch_json_text(json, "last_at", last);
        ch_json_bool(json, "gone", line->gone);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

int ch_rules_stats(ChAdminContext *context, int argc, char **argv)
{
    gint days = 30;
    int code = EX_OK;
    const GOptionEntry entries[] = {
        {"days", 0, 0, G_OPTION_ARG_INT, &days, "count so many days, 1 to 400 (30)", "NUMBER"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, NULL,
                            "Says how often each rule held, how often it was unknown, and when it last did "
                            "either. Days are those of UTC, today is one of them.",
                            entries, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("rules stats takes no argument");
    if (days < 1 || days > DAYS_KEPT)
        return ch_command_usage("--days: expected 1 to 400");
    g_autoptr(GError) error = NULL;
    g_autoptr(ChRules) rules = ch_run_rules(context->config, &error);
    g_autoptr(ChStore) store =
        rules ? ch_store_open(context->config->state_dir, CH_STORE_READ, &error) : NULL;
    g_autoptr(GPtrArray) stats =
        store ? ch_store_rule_stats(store, ch_clock_now() - (gint64)(days - 1) * DAY, &error) : NULL;
    if (!stats)
        return ch_command_fail(error);
    g_autoptr(GPtrArray) lines = lines_of(rules, stats);
    if (context->json) {
        print_json(lines);
    } else {
        print_table(lines, FALSE);
        print_table(lines, TRUE);
    }
    return EX_OK;
}
