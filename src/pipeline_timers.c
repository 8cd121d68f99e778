/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time brings about: reminders to confirm, the agents' daily line of what is held, the end of what was
 * held too long. Each call does a bounded piece; the next one goes on. */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/log.h"

#define AT_ONCE    20
#define HELD_LINES 20
#define BUCKETS    500
#define RULE_DAYS  500
#define BUCKET_IS_OLD                                                                                        \
    (2 * 60 * 60) /* an hour fills every bucket that has no debt; debts end within a day                     \
                   */

#define LATEST (3 * 24 * 60 * 60) /* no mail waits so long for a budget or between two attempts */

typedef struct {
    const ChDesk *desk;
    ChStore *store;
    guint *queued;
    gint64 now;
} Timing;

static gboolean remind_one(const Timing *t, const ChQuestion *question, GError **error)
{
    g_autoptr(ChPersonFacts) person = NULL;
    g_autofree char *title = NULL;
    g_autofree char *department = NULL;
    if (!ch_store_person(t->store, question->address, &person, error) ||
        !ch_store_held_title(t->store, question->address, &title, &department, error))
        return FALSE;
    g_autoptr(ChDecision) none = ch_decision_new();
    ChMailPlan *plan = ch_decision_mail(none, person ? person->name : NULL, question->address, "verify",
                                        person ? person->language : NULL, FALSE);
    plan->question = CH_QUESTION_REGISTER;
    const ChPosting posting = {.desk = t->desk, .store = t->store, .queued = t->queued};
    const ChOccasion occasion = {.title = title, .about = department, .reminder = TRUE};
    return ch_store_question_reminded(t->store, question->id, error) &&
           ch_post(&posting, plan, &occasion, error);
}

/* Does WORK, which QUEUES mails; what is wrong with it alone is logged under EVENT, and stops nothing else
 * (P12). *FAILED may be NULL. */
static gboolean apart(const Timing *t, ChWork work, gpointer data, guint *queued, const char *event,
                      gboolean *failed, GError **error)
{
    g_autoptr(GError) fault = NULL;
    if (!ch_store_contain(t->store, work, data, &fault, error))
        return FALSE;
    if (fault)
        ch_log_error(event, fault, NULL);
    else
        *t->queued += *queued;
    if (failed)
        *failed = fault != NULL;
    return TRUE;
}

typedef struct {
    Timing timing; /* counts its own mails */
    const ChQuestion *question;
} Reminding;

static gboolean remind_apart(gpointer data, GError **error)
{
    const Reminding *reminding = data;
    return remind_one(&reminding->timing, reminding->question, error);
}

static gboolean remind(const Timing *t, GError **error)
{
    guint after = t->desk->config->registration.remind;
    if (!after)
        return TRUE;
    g_autoptr(GPtrArray) due = ch_store_questions_to_remind(t->store, t->now, after, AT_ONCE, error);
    for (guint i = 0; due && i < due->len; i++) {
        guint queued = 0;
        gboolean failed;
        Reminding reminding = {*t, g_ptr_array_index(due, i)};
        reminding.timing.queued = &queued;
        if (!apart(t, remind_apart, &reminding, &queued, "reminder-failed", &failed, error))
            return FALSE;
        /* It would fail again, and keep its place before the others. */
        if (failed && !ch_store_question_reminded(t->store, reminding.question->id, error))
            return FALSE;
    }
    return due != NULL;
}

typedef struct {
    ChStore *store;
    gint64 mail;
} Ending;

static gboolean end_hold(gpointer data, GError **error)
{
    const Ending *ending = data;
    return ch_store_unhold(ending->store, ending->mail, "held as long as mails are held", TRUE, error);
}

static gboolean end_holds(const Timing *t, GError **error)
{
    gint64 before = t->now - t->desk->config->registration.retain;
    guint none = 0;
    g_autoptr(GArray) mails = ch_store_held_before(t->store, before, AT_ONCE, error);
    for (guint i = 0; mails && i < mails->len; i++) {
        Ending ending = {t->store, g_array_index(mails, gint64, i)};
        if (!apart(t, end_hold, &ending, &none, "hold-not-ended", NULL, error))
            return FALSE;
    }
    return mails != NULL;
}

/* To every agent of DEPARTMENT, what of it is held, where some of it came since SINCE. */
static gboolean tell_agents(const Timing *t, const ChDepartmentConfig *department, gboolean first,
                            gint64 since, GError **error)
{
    guint count;
    g_autoptr(GPtrArray) held =
        ch_store_held_lines(t->store, department->name, first, HELD_LINES, &count, error);
    if (!held)
        return FALSE;
    const ChHeldLine *newest = held->len ? g_ptr_array_index(held, held->len - 1) : NULL;
    if (!newest || newest->taken_at < since)
        return TRUE; /* they were told, and nothing is new */
    const ChPosting posting = {.desk = t->desk, .store = t->store, .queued = t->queued};
    const ChOccasion occasion = {.about = department->name, .held = held, .held_count = count};
    for (char **agent = department->agents; *agent; agent++) {
        g_autoptr(ChDecision) none = ch_decision_new();
        const ChMailPlan *plan =
            ch_decision_mail(none, NULL, *agent, "notice-held", department->language, TRUE);
        if (!ch_post(&posting, plan, &occasion, error))
            return FALSE;
    }
    return TRUE;
}

typedef struct {
    Timing timing; /* counts its own mails */
    const ChDepartmentConfig *department;
    gboolean first;
    gint64 since;
} Telling;

static gboolean tell_apart(gpointer data, GError **error)
{
    const Telling *telling = data;
    return tell_agents(&telling->timing, telling->department, telling->first, telling->since, error);
}

/* The last time that it was digest_hour here, at or before NOW. */
static gint64 last_digest(gint64 now, guint hour)
{
    g_autoptr(GDateTime) local = g_date_time_new_from_unix_local(now);
    g_autoptr(GDateTime) today =
        g_date_time_new_local(g_date_time_get_year(local), g_date_time_get_month(local),
                              g_date_time_get_day_of_month(local), (gint)hour, 0, 0);
    if (g_date_time_to_unix(today) <= now)
        return g_date_time_to_unix(today);
    g_autoptr(GDateTime) yesterday = g_date_time_add_days(today, -1); /* a day may have 23 hours, or 25 */
    return g_date_time_to_unix(yesterday);
}

static gboolean daily(const Timing *t, GError **error)
{
    gint64 done;
    if (!ch_store_timer(t->store, "held-digest", &done, error))
        return FALSE;
    /* By a clock that ran ahead it was done later than now: that must not silence it until then. */
    if (done >= last_digest(t->now, t->desk->config->digest_hour) && done <= t->now)
        return TRUE;
    const GPtrArray *departments = t->desk->config->departments;
    gint64 since = done <= t->now ? done : 0;
    for (guint i = 0; done && i < departments->len; i++) { /* not on the day that the desk opens */
        guint queued = 0;
        Telling telling = {*t, g_ptr_array_index(departments, i), i == 0, since};
        telling.timing.queued = &queued;
        if (!apart(t, tell_apart, &telling, &queued, "digest-failed", NULL, error))
            return FALSE;
    }
    return ch_store_timer_done(t->store, "held-digest", t->now, error);
}

gboolean ch_carry_timers(const ChDesk *desk, ChStore *store, guint *queued, GError **error)
{
    const Timing timing = {desk, store, queued, ch_clock_now()};
    return ch_store_outbox_mend(store, timing.now, timing.now + LATEST, error) && remind(&timing, error) &&
           end_holds(&timing, error) && daily(&timing, error) &&
           ch_store_buckets_prune(store, timing.now - BUCKET_IS_OLD, BUCKETS, error) &&
           ch_store_rule_stats_prune(store, timing.now, RULE_DAYS, error);
}
