/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time brings about, by a clock that people set: the agents' daily line through summer time, and clocks
 * that ran ahead. */
#include "store_test.h"

#include "base/clock.h"
#include "pipeline.h"

#define HOUR 3600
#define DAY  (24 * HOUR)

typedef struct {
    char *folder;
    ChConfig *config;
    ChTemplates *templates;
    ChDesk desk;
    ChStore *store;
} Desk;

/* One more mail is held, at AT. */
static void hold_one(Desk *d, gint64 at)
{
    static guint number;
    GError *error = NULL;
    gboolean known;
    ChCommitted committed;
    g_autofree char *text = g_strdup_printf("held %u", ++number);
    ch_clock_set(at);
    gint64 mail = take(d->store, text, &known);
    g_autoptr(ChMail) held = fixture_mail("b@c.example", "suporte@desk.example", text, text);
    g_autoptr(ChDecision) decision = ch_decision_new();
    decision->department = g_strdup("suporte");
    ch_decision_hold(decision, CH_HOLD_STRANGER, "test");
    g_assert_true(settle(d->store, mail, held, decision, &committed, &error));
}

/* A desk where one mail is held, at NOW. */
static Desk open_desk(gint64 now)
{
    GError *error = NULL;
    Desk d = {.folder = fixture_folder()};
    ch_clock_set(now);
    d.config = fixture_desk(d.folder);
    d.templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    d.desk = (ChDesk){d.config, d.templates};
    ChCommitted committed;
    d.store = store_with_ticket(d.folder, &committed);
    begin(d.store);
    hold_one(&d, now);
    return d;
}

static void close_desk(Desk *d)
{
    commit(d->store);
    ch_store_free(d->store);
    ch_templates_free(d->templates);
    ch_config_free(d->config);
    fixture_remove(d->folder);
    g_free(d->folder);
    ch_clock_set(-1);
}

/* How many mails a look at time's work queues at AT. */
static guint tick(Desk *d, gint64 at)
{
    GError *error = NULL;
    guint queued = 0;
    ch_clock_set(at);
    g_assert_true(ch_carry_timers(&d->desk, d->store, &queued, &error));
    g_assert_no_error(error);
    return queued;
}

static gint64 at_utc(int month, int day, int hour)
{
    g_autoptr(GDateTime) time = g_date_time_new_utc(2026, month, day, hour, 0, 1);
    return g_date_time_to_unix(time);
}

/* One line for each agent a day on which something new is held, on days of 23, 24 and 25 hours. */
static void test_summer_time(void)
{
    static const struct {
        int month, day; /* on which the clocks change, in the European Union */
    } changes[] = {{3, 29}, {10, 25}};
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        gint64 start = at_utc(changes[i].month, changes[i].day - 2, 12);
        Desk d = open_desk(start);
        g_assert_cmpuint(tick(&d, start), ==, 0); /* the desk opens */
        guint days = 5, queued = 0;
        for (gint64 at = start + HOUR / 2; at < start + days * DAY; at += HOUR / 2) {
            if ((at - start) % DAY == 0)
                hold_one(&d, at);
            guint now = tick(&d, at);
            g_assert_true(now == 0 || now == 2);
            queued += now;
        }
        g_assert_cmpuint(queued, ==, days * 2);
        for (gint64 at = start + days * DAY; at < start + 2 * days * DAY; at += HOUR)
            g_assert_cmpuint(tick(&d, at), ==, 0); /* nothing is new */
        close_desk(&d);
    }
}

/* The clock was years ahead for a while. */
static void test_clock_that_ran_ahead(void)
{
    gint64 now = at_utc(1, 10, 12), ahead = now + 3650 * (gint64)DAY;
    Desk d = open_desk(now);
    tick(&d, now);
    tick(&d, ahead); /* its digest is queued there */
    hold_one(&d, now + DAY);
    g_assert_cmpuint(tick(&d, now + DAY + HOUR), >, 0);
    g_assert_cmpuint(tick(&d, now + DAY + 2 * HOUR), ==, 0);
    hold_one(&d, now + 2 * DAY - HOUR);
    g_assert_cmpuint(tick(&d, now + 2 * DAY), >, 0);
    close_desk(&d);
}

/* What was queued by a clock that ran ahead leaves all the same. */
static void test_queued_ahead(void)
{
    gint64 now = at_utc(1, 10, 12), ahead = now + 3650 * (gint64)DAY;
    Desk d = open_desk(now);
    GError *error = NULL;
    g_autoptr(GPtrArray) gaps = g_ptr_array_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static("a", 1);
    ChQueued mine = {.template = "answer",
                     .envelope_from = "suporte@desk.example",
                     .recipient = "x@c.example",
                     .message_id = "a@b",
                     .bytes = bytes,
                     .gaps = gaps};
    ch_clock_set(ahead);
    mine.serial = ch_store_next_serial(d.store, &error);
    g_assert_true(ch_store_queue(d.store, &mine, &error));
    ch_clock_set(now);
    mine.delay = DAY; /* a budget's longest debt is no mistake */
    mine.serial = ch_store_next_serial(d.store, &error);
    g_assert_true(ch_store_queue(d.store, &mine, &error));
    tick(&d, now + 1);
    g_autoptr(GPtrArray) due = ch_store_claim(d.store, 10, &error);
    g_assert_no_error(error);
    guint answers = 0;
    for (guint i = 0; i < due->len; i++)
        answers += strcmp(((ChDue *)due->pdata[i])->recipient, "x@c.example") == 0;
    g_assert_cmpuint(answers, ==, 1);
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Europe/Lisbon", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timers/summer-time", test_summer_time);
    g_test_add_func("/timers/clock-that-ran-ahead", test_clock_that_ran_ahead);
    g_test_add_func("/timers/queued-ahead", test_queued_ahead);
    return g_test_run();
}
