/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's threads beside each other: what one does must wake the other that waits for it. */
#include "store_test.h"

#include "base/clock.h"
#include "engine/engine_private.h"

#define NOON 1800000000 /* some day */
#define YEAR (365 * 24 * 60 * 60)
#define SOON (20 * G_TIME_SPAN_SECOND)

typedef struct {
    char *folder, *out;
    ChConfig *config;
    ChTemplates *templates;
    ChDesk desk;
    ChEngine *engine;
    ChTransport *transport;
    GCancellable *cancel;
} Engine;

static void open_engine(Engine *e)
{
    GError *error = NULL;
    e->folder = fixture_folder();
    e->out = fixture_folder();
    e->config = fixture_desk(e->folder);
    e->templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    e->desk = (ChDesk){.config = e->config, .templates = e->templates};
    e->transport = ch_transport_directory_new(e->out, &error);
    g_assert_no_error(error);
    e->engine = ch_engine_new(&e->desk, &error);
    g_assert_no_error(error);
    e->cancel = g_cancellable_new();
}

static void close_engine(Engine *e)
{
    ch_engine_free(e->engine);
    ch_transport_free(e->transport);
    ch_templates_free(e->templates);
    ch_config_free(e->config);
    fixture_remove(e->folder);
    fixture_remove(e->out);
    g_free(e->folder);
    g_free(e->out);
    g_object_unref(e->cancel);
    ch_clock_set(-1);
}

/* Queues a mail that may leave DELAY seconds from now on; *DATA is that, and afterwards its id. */
static gboolean queue_one(ChStore *store, gpointer data, GError **error)
{
    gint64 *delay = data;
    g_autoptr(GPtrArray) gaps = g_ptr_array_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static("Subject: x\r\n\r\nx\r\n", 18);
    const ChQueued mine = {.serial = ch_store_next_serial(store, error),
                           .template = "answer",
                           .envelope_from = "suporte@desk.example",
                           .recipient = "x@c.example",
                           .message_id = "a@b",
                           .bytes = bytes,
                           .gaps = gaps,
                           .delay = (guint)*delay};
    *delay = mine.serial;
    return mine.serial && ch_store_queue(store, &mine, error);
}

static gint64 queue(Engine *e, gint64 delay)
{
    GError *error = NULL;
    g_assert_true(ch_engine_call(e->engine, queue_one, &delay, &error));
    g_assert_no_error(error);
    return delay;
}

static gpointer deliver(gpointer data)
{
    Engine *e = data;
    GError *error = NULL;
    g_assert_true(ch_engine_deliver(e->engine, e->transport, TRUE, e->cancel, &error));
    g_assert_no_error(error);
    return NULL;
}

static gboolean left_soon(Engine *e, gint64 id)
{
    g_autofree char *path = g_strdup_printf("%s/%010" G_GINT64_FORMAT ".eml", e->out, id);
    gint64 until = g_get_monotonic_time() + SOON;
    while (!g_file_test(path, G_FILE_TEST_EXISTS) && g_get_monotonic_time() < until)
        g_usleep(1000);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean rests_soon(ChEngine *engine)
{
    gint64 until = g_get_monotonic_time() + SOON;
    for (gboolean resting = FALSE; g_get_monotonic_time() < until; g_usleep(1000)) {
        g_mutex_lock(&engine->lock);
        resting = engine->resting;
        g_mutex_unlock(&engine->lock);
        if (resting)
            return TRUE;
    }
    return FALSE;
}

/* Put off by a clock that ran years ahead, a mail is due when the clock is set right, and nobody else has to
 * be written to for the thread that delivers to notice. */
static void test_clock_set_back(void)
{
    Engine e;
    ch_clock_set(NOON + 10 * (gint64)YEAR);
    open_engine(&e);
    gint64 at_once = queue(&e, 0), put_off = queue(&e, 60);
    g_autoptr(GThread) thread = g_thread_new("deliver", deliver, &e);
    g_assert_true(left_soon(&e, at_once));
    g_assert_true(rests_soon(e.engine));
    ch_clock_set(NOON);
    ch_engine_tick(e.engine);
    g_assert_true(left_soon(&e, put_off));
    g_cancellable_cancel(e.cancel);
    ch_engine_look(e.engine);
    g_thread_join(g_steal_pointer(&thread));
    close_engine(&e);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine/clock-set-back", test_clock_set_back);
    return g_test_run();
}
