/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado status`: whether the desk runs, which rules are in force, how much waits. Reads only; what is
 * wrong with single mails is said by `held`, `queue` and `verify`. */
#include "admin/command.h"
#include "admin/rules-load.h"
#include "admin/run.h"

#include "base/clock.h"
#include "base/error.h"
#include "pipeline.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define LINES_MOST 5
#define TAKES_LONG (10 * 60) /* seconds in which a desk that runs has decided a mail */
#define IS_LATE    (60 * 60) /* for a mail that was tried: a server that asks to come again means minutes */
#define EXIT_LOOK  1         /* an admin should look */

typedef struct {
    char *holder; /* NULL: nobody works on the desk */
    gint64 holder_since;
    ChRulesState *rules;
    GPtrArray *refused; /* what is wrong with the rules on disk, empty where nothing is */
    gboolean others;    /* the rules on disk are not those in force */
    ChStatus waits;
    gboolean stuck;    /* mails wait for their outcome longer than they should */
    gboolean late;     /* and so does a mail that leaves */
    GPtrArray *unread; /* of Unread, the folders that can't be read */
} State;

typedef struct {
    char *why; /* with the folder's name */
    gint64 since;
} Unread;

static void unread_free(gpointer data)
{
    g_free(((Unread *)data)->why);
    g_free(data);
}

static void state_free(State *state)
{
    g_free(state->holder);
    ch_rules_state_free(state->rules);
    g_clear_pointer(&state->refused, g_ptr_array_unref);
    g_clear_pointer(&state->unread, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(State, state_free)

static void read_rules(State *state, const ChConfig *config)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    g_autoptr(ChRules) rules = ch_rules_load_tested(config->rules_dir, config, messages);
    state->refused = rules ? g_ptr_array_new() : ch_rules_error_lines(messages, LINES_MOST);
    state->others = rules && g_strcmp0(ch_rules_digest(rules), state->rules->digest) != 0;
}

static gboolean read_folders(State *state, ChStore *store, const ChConfig *config, GError **error)
{
    state->unread = g_ptr_array_new_with_free_func(unread_free);
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const ChMailboxConfig *mailbox = g_ptr_array_index(config->mailboxes, i);
        for (char **folder = mailbox->folders; *folder; folder++) {
            g_autofree char *name = ch_fetcher_note_name(mailbox, *folder);
            Unread found = {0};
            if (!ch_store_noted(store, name, &found.why, &found.since, error))
                return FALSE;
            if (found.why && *found.why)
                g_ptr_array_add(state->unread, g_memdup2(&found, sizeof found));
            else
                g_free(found.why);
        }
    }
    return TRUE;
}

static gboolean read_state(State *state, const ChConfig *config, GError **error)
{
    g_autoptr(ChStore) store = ch_store_open(config->state_dir, CH_STORE_READ, error);
    g_autofree char *noted = NULL;
    gint64 at;
    if (!store || !ch_store_noted(store, "serving", &noted, &at, error) ||
        !(state->rules = ch_rules_state(store, error)) || !ch_store_status(store, &state->waits, error) ||
        !read_folders(state, store, config, error))
        return FALSE;
    state->holder = ch_desk_holder(config->state_dir);
    if (state->holder && g_strcmp0(state->holder, noted) == 0)
        state->holder_since = at;
    state->stuck = state->waits.undecided && ch_clock_now() - state->waits.undecided_since > TAKES_LONG;
    state->late = state->waits.hindered_since && ch_clock_now() - state->waits.hindered_since > IS_LATE;
    read_rules(state, config);
    return TRUE;
}

static void print_line(const char *title, const char *text, gint64 since)
{
    g_autofree char *plain = ch_command_plain(text);
    g_autofree char *time = ch_command_time(since);
    printf("%-8s%s%s%s\n", title, plain, since ? " since " : "", time);
}

static void print_rules(const State *state)
{
    g_autofree char *count = g_strdup_printf("%u in force", state->rules->count);
    print_line("rules", state->rules->digest ? count : "none were ever in force",
               state->rules->digest ? state->rules->since : 0);
    if (state->others)
        print_line("",
                   state->holder ? "those on disk are others, and not in force yet"
                                 : "those on disk are others: the next run goes by them",
                   0);
    if (!state->refused->len)
        return;
    print_line("REFUSED", "the rules on disk:", 0);
    for (guint i = 0; i < state->refused->len; i++)
        print_line("", g_ptr_array_index(state->refused, i), 0);
    if (state->rules->refusal)
        print_line("", "refused", state->rules->refused_at);
}

static void print_text(const State *state)
{
    const ChStatus *waits = &state->waits;
    print_line("desk", state->holder ? state->holder : "nobody works on it", state->holder_since);
    print_rules(state);
    for (guint i = 0; i < state->unread->len; i++) {
        const Unread *unread = g_ptr_array_index(state->unread, i);
        print_line(i ? "" : "UNREAD", unread->why, unread->since);
    }
    g_autofree char *mails = g_strdup_printf("%u undecided, %u held, %u quarantined", waits->undecided,
                                             waits->held, waits->quarantined);
    print_line("mails", mails, 0);
    if (state->stuck)
        print_line("WAITING", "a mail has no outcome", waits->undecided_since);
    g_autofree char *queued = g_strdup_printf("%u failed, %u queued%s", waits->failed, waits->queued,
                                              waits->queued ? ", the oldest" : "");
    print_line("outbox", queued, waits->queued_since);
    if (state->late)
        print_line("LATE", "a mail can't be delivered (chamado queue list)", waits->hindered_since);
}

static void json_time(JsonBuilder *json, const char *name, gint64 at)
{
    g_autofree char *time = ch_command_iso_time(at);
    ch_json_text(json, name, time);
}

static void print_json(const State *state, gboolean look)
{
    const ChStatus *waits = &state->waits;
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    ch_json_bool(json, "look", look);
    ch_json_text(json, "holder", state->holder);
    json_time(json, "holder_since", state->holder_since);
    ch_json_text(json, "rules_digest", state->rules->digest);
    ch_json_int(json, "rules", state->rules->count);
    json_time(json, "rules_since", state->rules->since);
    ch_json_bool(json, "rules_on_disk_are_others", state->others);
    ch_json_texts(json, "rules_refused", state->refused);
    json_time(json, "rules_refused_at",
              state->refused->len && state->rules->refusal ? state->rules->refused_at : 0);
    ch_json_int(json, "undecided", waits->undecided);
    json_time(json, "undecided_since", waits->undecided_since);
    ch_json_int(json, "held", waits->held);
    ch_json_int(json, "quarantined", waits->quarantined);
    ch_json_int(json, "queued", waits->queued);
    json_time(json, "queued_since", waits->queued_since);
    json_time(json, "late_since", state->late ? waits->hindered_since : 0);
    json_builder_set_member_name(json, "unread");
    json_builder_begin_array(json);
    for (guint i = 0; i < state->unread->len; i++) {
        const Unread *unread = g_ptr_array_index(state->unread, i);
        json_builder_begin_object(json);
        ch_json_text(json, "error", unread->why);
        json_time(json, "since", unread->since);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_json_int(json, "failed", waits->failed);
    json_builder_end_object(json);
    ch_command_json(json);
}

int ch_admin_status(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, NULL,
                            "Says whether the desk runs, which rules are in force, and how much waits. Exit "
                            "code 1 where an admin should look: rules that are refused, a mailbox that can't "
                            "be read, mails that can't leave, mails that stay without an outcome.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("status takes no argument");
    g_autoptr(GError) error = NULL;
    g_auto(State) state = {0};
    if (!read_state(&state, context->config, &error))
        return ch_command_fail(error);
    gboolean look =
        state.refused->len || state.unread->len || state.waits.failed || state.stuck || state.late;
    if (context->json)
        print_json(&state, look);
    else
        print_text(&state);
    return look ? EXIT_LOOK : EX_OK;
}
