/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When rules are read anew, and whether they come into force. What is watched is rules-watch.c's business,
 * what is told of it pipeline_rules.c's. */
#include "admin/rules-reload.h"

#include "admin/rules-load.h"
#include "admin/rules-watch.h"
#include "base/log.h"

#define LINES_MOST 20 /* messages of one refusal in the log */
#define NOTED_MOST 5  /* and in the admins' mail and `chamado status` */
#define AGAIN_EVERY                                                                                          \
    60 /* seconds between looks at what is refused: what can't be watched may have mended it */

struct ChRulesKeeper {
    const ChConfig *config;
    ChRules *rules; /* in force */
    GPtrArray
        *seen; /* of char *: files that were read last, whether they came into force or not; ends with NULL */
    ChRun *run;      /* NULL: between two rounds */
    char *refusal;   /* what is wrong with the files on disk; NULL: nothing */
    gboolean untold; /* the admins have not heard of it */
    ChRulesWatch *watch;
    guint again; /* timer, with a refusal */
};

static void check(gpointer data);

static void watch_files(ChRulesKeeper *keeper)
{
    const char *path = keeper->config->rules_dir;
    if (!path)
        return;
    ch_rules_watch_set(keeper->watch, path, ch_rules_files(keeper->rules));
    if (keeper->seen)
        ch_rules_watch_add(keeper->watch, (const char *const *)keeper->seen->pdata);
}

static void log_in_force(const ChRules *rules)
{
    g_autofree char *count = g_strdup_printf("%u", ch_rules_count(rules));
    ch_log(CH_LOG_NOTICE, "rules-in-force", "rules", count, "digest", ch_rules_digest(rules), NULL);
}

typedef struct {
    ChDesk *desk;
    ChRules *rules;  /* that come into force */
    ChRules *before; /* those that were; NULL: it did not come to that */
} Swap;

/* In the writer's thread. The last step is the one that cannot fail. */
static gboolean swap_in(ChStore *store, gpointer data, GError **error)
{
    Swap *swap = data;
    if (!ch_rules_note(store, swap->rules, error))
        return FALSE;
    swap->before = swap->desk->rules;
    swap->desk->rules = swap->rules;
    return TRUE;
}

/* RULES come into force in RUN; FALSE: those before stay, and the log says why. */
static gboolean put_in_force(ChRun *run, ChRules *rules)
{
    g_autoptr(GError) error = NULL;
    Swap swap = {&run->desk, ch_rules_ref(rules), NULL};
    if (ch_engine_call(run->engine, swap_in, &swap, &error)) {
        ch_rules_unref(swap.before);
        return TRUE;
    }
    /* Not committed: the call was undone, or the writer has ended with its whole transaction. */
    if (swap.before)
        run->desk.rules = swap.before;
    ch_rules_unref(rules);
    ch_log_error("rules-not-swapped", error, NULL);
    return FALSE;
}

typedef struct {
    ChRulesKeeper *keeper;
    guint queued;
} Refusing;

static gboolean note_refusal(ChStore *store, gpointer data, GError **error)
{
    Refusing *refusing = data;
    ChRulesKeeper *keeper = refusing->keeper;
    return ch_rules_refuse(&keeper->run->desk, store, keeper->refusal, &keeper->untold, &refusing->queued,
                           error);
}

static void tell(ChRulesKeeper *keeper)
{
    g_autoptr(GError) error = NULL;
    Refusing refusing = {keeper, 0};
    gboolean untold = keeper->untold;
    if (!keeper->run)
        return; /* when there is one */
    if (!ch_engine_call(keeper->run->engine, note_refusal, &refusing, &error)) {
        keeper->untold = untold;
        ch_log_error("refusal-not-noted", error, NULL);
    } else if (refusing.queued)
        ch_engine_look(keeper->run->engine); /* the outbox has mail */
}

static gboolean check_again(gpointer data)
{
    ((ChRulesKeeper *)data)->again = 0;
    check(data);
    return G_SOURCE_REMOVE;
}

/* The rules on disk do not check: said once for each new reason. */
static void refuse(ChRulesKeeper *keeper, const GPtrArray *messages)
{
    g_autoptr(GPtrArray) lines = ch_rules_error_lines(messages, LINES_MOST);
    g_autoptr(GPtrArray) noted = ch_rules_error_lines(messages, NOTED_MOST);
    g_ptr_array_add(noted, NULL);
    g_autofree char *why = g_strjoinv("\n", (char **)noted->pdata);
    if (g_strcmp0(why, keeper->refusal) != 0)
        for (guint i = 0; i < lines->len; i++)
            ch_log(CH_LOG_ERROR, "rules-refused", "why", (const char *)g_ptr_array_index(lines, i), NULL);
    keeper->untold = keeper->untold || !keeper->refusal;
    g_free(keeper->refusal);
    keeper->refusal = g_steal_pointer(&why);
    tell(keeper);
    if (!keeper->again)
        keeper->again = g_timeout_add_seconds(AGAIN_EVERY, check_again, keeper);
}

static void forget_refusal(ChRulesKeeper *keeper)
{
    g_clear_pointer(&keeper->refusal, g_free);
    g_clear_handle_id(&keeper->again, g_source_remove);
    keeper->untold = FALSE;
}

static gboolean is_in_force(const ChRulesKeeper *keeper, const ChRules *rules)
{
    return g_strcmp0(ch_rules_digest(rules), ch_rules_digest(keeper->rules)) == 0;
}

static void accept(ChRulesKeeper *keeper, ChRules *rules)
{
    if (is_in_force(keeper, rules) && !keeper->refusal)
        return;
    if (keeper->run && !put_in_force(keeper->run, rules))
        return; /* the desk stops, or tries again with the next change */
    ch_rules_unref(keeper->rules);
    keeper->rules = ch_rules_ref(rules);
    forget_refusal(keeper);
    log_in_force(rules);
}

/* Files changed. What changed once more while they were read is half of something, and is read again. */
static void check(gpointer data)
{
    ChRulesKeeper *keeper = data;
    if (!keeper->config->rules_dir)
        return;
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    watch_files(keeper);
    g_clear_pointer(&keeper->seen, g_ptr_array_unref);
    keeper->seen = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(ChRules) rules =
        ch_rules_load_watched(keeper->config->rules_dir, keeper->config, messages, keeper->seen);
    g_ptr_array_add(keeper->seen, NULL);
    if (ch_rules_watch_add(keeper->watch, (const char *const *)keeper->seen->pdata)) {
        ch_rules_watch_touch(keeper->watch); /* they were read before they were watched */
        return;
    }
    if (ch_rules_watch_poll(keeper->watch))
        return;
    if (rules)
        accept(keeper, rules);
    else
        refuse(keeper, messages);
}

ChRulesKeeper *ch_rules_keeper_new(const ChConfig *config, GError **error)
{
    ChRules *rules = ch_run_rules(config, error);
    if (!rules)
        return NULL;
    ChRulesKeeper *keeper = g_new0(ChRulesKeeper, 1);
    keeper->watch = ch_rules_watch_new(check, keeper);
    ch_rules_keeper_take(keeper, config, rules);
    return keeper;
}

void ch_rules_keeper_free(ChRulesKeeper *keeper)
{
    if (!keeper)
        return;
    forget_refusal(keeper);
    ch_rules_watch_free(keeper->watch);
    ch_rules_unref(keeper->rules);
    g_clear_pointer(&keeper->seen, g_ptr_array_unref);
    g_free(keeper);
}

ChRules *ch_rules_keeper_rules(ChRulesKeeper *keeper)
{
    return keeper->rules;
}

void ch_rules_keeper_attach(ChRulesKeeper *keeper, ChRun *run)
{
    keeper->run = run;
    if (run && keeper->refusal)
        tell(keeper);
}

ChRules *ch_rules_keeper_check(ChRulesKeeper *keeper, const ChConfig *config)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *rules = ch_rules_load_tested(config->rules_dir, config, messages);
    if (!rules)
        refuse(keeper, messages);
    return rules;
}

void ch_rules_keeper_take(ChRulesKeeper *keeper, const ChConfig *config, ChRules *rules)
{
    forget_refusal(keeper);
    keeper->config = config;
    ch_rules_unref(keeper->rules);
    keeper->rules = rules;
    g_clear_pointer(&keeper->seen, g_ptr_array_unref);
    log_in_force(rules);
    watch_files(keeper);
    if (config->rules_dir)
        ch_rules_watch_touch(keeper->watch); /* they were read before they were watched */
}
