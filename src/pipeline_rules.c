/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes known of a change of rules: notes for `chamado status`, and the mail to the admins. When files
 * are read and swapped is admin/rules-reload.c's business. */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define IN_FORCE   "rules-in-force" /* "DIGEST COUNT" */
#define REFUSED    "rules-refused"  /* messages; "": none */
#define TOLD       "admin-rules"
#define TELL_EVERY (60 * 60)

void ch_rules_state_free(ChRulesState *state)
{
    if (!state)
        return;
    g_free(state->digest);
    g_free(state->refusal);
    g_free(state);
}

ChRulesState *ch_rules_state(ChStore *store, GError **error)
{
    g_autoptr(ChRulesState) state = g_new0(ChRulesState, 1);
    if (!ch_store_noted(store, IN_FORCE, &state->digest, &state->since, error) ||
        !ch_store_noted(store, REFUSED, &state->refusal, &state->refused_at, error))
        return NULL;
    char *count = state->digest ? strchr(state->digest, ' ') : NULL;
    if (count) {
        *count = '\0';
        state->count = (guint)g_ascii_strtoull(count + 1, NULL, 10);
    }
    if (state->refusal && !*state->refusal)
        g_clear_pointer(&state->refusal, g_free);
    return g_steal_pointer(&state);
}

gboolean ch_rules_note(ChStore *store, const ChRules *rules, GError **error)
{
    g_autoptr(ChRulesState) state = ch_rules_state(store, error);
    if (!state)
        return FALSE;
    g_autofree char *text = g_strdup_printf("%s %u", ch_rules_digest(rules), ch_rules_count(rules));
    if (g_strcmp0(state->digest, ch_rules_digest(rules)) != 0 && !ch_store_note(store, IN_FORCE, text, error))
        return FALSE;
    return !state->refusal || ch_store_note(store, REFUSED, "", error);
}

typedef struct {
    const ChDesk *desk;
    ChStore *store;
    const char *why;
    guint queued;
} Telling;

static gboolean tell_admins(gpointer data, GError **error)
{
    Telling *telling = data;
    const ChConfig *config = telling->desk->config;
    const ChDepartmentConfig *first = g_ptr_array_index(config->departments, 0);
    const ChPosting posting = {.desk = telling->desk, .store = telling->store, .queued = &telling->queued};
    const ChOccasion occasion = {.log_line = telling->why};
    for (char **admin = config->desk_admins; admin && *admin; admin++) {
        g_autoptr(ChDecision) none = ch_decision_new();
        if (!ch_post(&posting, ch_decision_mail(none, NULL, *admin, "admin-rules", first->language, TRUE),
                     &occasion, error))
            return FALSE;
    }
    return TRUE;
}

gboolean ch_rules_refuse(const ChDesk *desk, ChStore *store, const char *why, gboolean *tell, guint *queued,
                         GError **error)
{
    gint64 told_at, now = ch_clock_now();
    g_autoptr(ChRulesState) state = ch_rules_state(store, error);
    if (!state || (g_strcmp0(state->refusal, why) != 0 && !ch_store_note(store, REFUSED, why, error)) ||
        !ch_store_timer(store, TOLD, &told_at, error))
        return FALSE;
    if (!*tell || (told_at && now - told_at < TELL_EVERY))
        return TRUE;
    g_autoptr(GError) fault = NULL;
    Telling telling = {desk, store, why, 0};
    if (!ch_store_contain(store, tell_admins, &telling, &fault, error))
        return FALSE;
    if (fault)
        ch_log_error("admins-not-told", fault, NULL);
    else
        *queued += telling.queued;
    *tell = FALSE;
    return ch_store_timer_done(store, TOLD, now, error);
}
