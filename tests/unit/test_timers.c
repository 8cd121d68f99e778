/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time brings about, by a clock that people set: the agents' daily line through summer time, and clocks
 * that ran ahead. */
#include "store_test.h"

#include "base/clock.h"
#include "judge/judge.h"
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
    d.desk = (ChDesk){.config = d.config, .templates = d.templates};
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

/* The hour of the digest is part of the day that it begins. */
static void test_at_the_hour(void)
{
    gint64 now = at_utc(1, 10, 12);
    Desk d = open_desk(now);
    g_assert_cmpuint(tick(&d, now), ==, 0); /* the desk opens */
    g_autoptr(GDateTime) hour = g_date_time_new_local(2026, 1, 11, (gint)d.config->digest_hour, 0, 0);
    gint64 exact = g_date_time_to_unix(hour);
    hold_one(&d, exact - 60);
    g_assert_cmpuint(tick(&d, exact - 1), ==, 0);
    g_assert_cmpuint(tick(&d, exact), ==, 2);
    g_assert_cmpuint(tick(&d, exact + 1), ==, 0);
    close_desk(&d);
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

/* ADDRESS wrote to DEPARTMENT for the first time, and is asked whether it is theirs. */
static void ask(Desk *d, const char *department, const char *address)
{
    GError *error = NULL;
    gboolean known;
    gint64 id;
    ChCommitted committed;
    gint64 mail = take(d->store, address, &known);
    g_autoptr(ChMail) held = fixture_mail(address, "suporte@desk.example", "Oi", address);
    g_autoptr(ChDecision) decision = ch_decision_new();
    decision->department = g_strdup(department);
    ch_decision_act(decision, CH_ACTION_REGISTER, CH_TICKET_OPEN, NULL, NULL);
    ch_decision_hold(decision, CH_HOLD_REGISTRATION, "test");
    g_assert_true(settle(d->store, mail, held, decision, &committed, &error));
    const ChAsked asked = {
        .kind = CH_QUESTION_REGISTER, .address = address, .expires_at = ch_clock_now() + 14 * DAY};
    g_assert_true(ch_store_ask(d->store, &asked, &id, &error));
    g_assert_no_error(error);
}

static guint count(Desk *d, const char *template)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 100, &error);
    guint found = 0;
    for (guint i = 0; i < rows->len; i++)
        found += strcmp(((ChOutboxRow *)rows->pdata[i])->template, template) == 0;
    return found;
}

/* A department whose mails can't be composed keeps nobody else's reminder or digest from leaving (P12). */
static void test_a_broken_department(void)
{
    gint64 now = at_utc(1, 10, 12);
    Desk d = open_desk(now);
    ChDepartmentConfig *broken = g_ptr_array_index(d.config->departments, 1);
    g_autofree char *good = g_strdup("no address");
    char *own = broken->addresses[0];
    broken->addresses[0] = good;
    for (guint i = 0; i < 25; i++) { /* more than a tick looks at */
        g_autofree char *address = g_strdup_printf("a%u@c.example", i);
        ask(&d, broken->name, address);
    }
    tick(&d, now + 1); /* the desk opens */
    ask(&d, "suporte", "good@c.example");
    guint queued = 0;
    for (guint i = 1; i <= 3; i++)
        queued += tick(&d, now + 3 * DAY + i * HOUR);
    g_assert_cmpuint(count(&d, "verify"), ==, 1);
    g_assert_cmpuint(count(&d, "notice-held"), ==, 2); /* to both agents of suporte */
    g_assert_cmpuint(queued, ==, 3);
    broken->addresses[0] = own;
    close_desk(&d);
}

/* A flood of strangers: they are asked later, and an agent hears of a ticket at once. */
static void test_strangers(void)
{
    gint64 now = at_utc(1, 10, 12);
    Desk d = open_desk(now);
    d.config->budgets.strangers = 2;
    d.config->budgets.desk = 3;
    GError *error = NULL;
    guint queued = 0;
    g_assert_true(ch_store_add_department(d.store, "open", &error));
    for (guint i = 0; i < 60; i++) {
        g_autofree char *address = g_strdup_printf("novo%u@c.example", i);
        g_autofree char *text = g_strdup_printf("raw %u", i);
        gboolean known;
        gint64 id = take(d.store, text, &known);
        g_autoptr(ChIncoming) incoming = ch_store_incoming(d.store, id, &error);
        g_autoptr(ChReading) reading = g_new0(ChReading, 1);
        reading->mail =
            fixture_mail(address, i == 59 ? "open@desk.example" : "suporte@desk.example", "Oi", text);
        reading->verdict = ch_judge(d.config, reading->mail);
        reading->fingerprint = ch_mail_fingerprint(reading->mail);
        reading->body = g_strdup("");
        g_assert_true(ch_settle(&d.desk, d.store, id, incoming, reading, &queued, &error));
        g_assert_no_error(error);
    }
    g_autoptr(GPtrArray) rows = ch_store_outbox(d.store, TRUE, 1000, &error);
    guint at_once = 0, later = 0, acknowledged = 0;
    for (guint i = 0; i < rows->len; i++) {
        const ChOutboxRow *row = rows->pdata[i];
        if (strcmp(row->template, "verify") == 0) {
            at_once += row->next_at <= now;
            later += row->next_at > now;
            g_assert_cmpint(row->next_at, <=, now + DAY);
        }
        acknowledged += strcmp(row->template, "ack") == 0;
    }
    g_assert_cmpuint(at_once, ==, 2);
    g_assert_cmpuint(later, ==, 48);
    g_assert_cmpuint(acknowledged, ==, 1); /* the desk's own budget is not used up */
    close_desk(&d);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Europe/Lisbon", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timers/at-the-hour", test_at_the_hour);
    g_test_add_func("/timers/summer-time", test_summer_time);
    g_test_add_func("/timers/clock-that-ran-ahead", test_clock_that_ran_ahead);
    g_test_add_func("/timers/queued-ahead", test_queued_ahead);
    g_test_add_func("/timers/a-broken-department", test_a_broken_department);
    g_test_add_func("/timers/strangers", test_strangers);
    return g_test_run();
}
