/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts, watches and ends the page's process for `serve`. What it does is in web.c. */
#include "admin/web-child.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_BASE 1     /* seconds */
#define RETRY_CAP  120   /* as long as a customer may wait who will try again */
#define STEADY     60    /* a process that ran so many seconds ended for a new reason */
#define END_LIMIT  10000 /* milliseconds until SIGKILL */

struct ChWebChild {
    const ChAdminContext *context;
    const ChConfig *config;
    GPid pid; /* 0: not running */
    guint watch, timer;
    guint failures;
    gint64 started; /* monotonic */
};

/* "smtp.password=…" and its sisters: what the page must not know is not handed to it. */
static gboolean is_secret(const char *override)
{
    g_autofree char *name = g_strndup(override, strcspn(override, "="));
    const char *key = strrchr(name, '.');
    return key && g_str_has_prefix(key + 1, "password");
}

static char **arguments(const ChWebChild *child)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add(builder, "/proc/self/exe");
    if (child->context->config_file)
        g_strv_builder_add_many(builder, "-c", child->context->config_file, NULL);
    for (const char *const *o = child->context->overrides; o && *o; o++)
        if (!is_secret(*o))
            g_strv_builder_add_many(builder, "-o", *o, NULL);
    g_strv_builder_add(builder, "web");
    return g_strv_builder_end(builder);
}

static char **environment(const ChConfig *config)
{
    char **list = g_environ_unsetenv(g_get_environ(), "NOTIFY_SOCKET"); /* it is serve that is ready */
    if (config->smtp.password.variable)
        list = g_environ_unsetenv(list, config->smtp.password.variable);
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const ChMailboxConfig *mailbox = g_ptr_array_index(config->mailboxes, i);
        if (mailbox->password.variable)
            list = g_environ_unsetenv(list, mailbox->password.variable);
    }
    return list;
}

static void in_child(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean start(gpointer data);

static void start_later(ChWebChild *child)
{
    guint wait = ch_backoff(++child->failures, RETRY_BASE, RETRY_CAP);
    child->timer = g_timeout_add_seconds(wait, start, child);
}

static void ended(GPid pid, gint status, gpointer data)
{
    ChWebChild *child = data;
    g_autoptr(GError) error = NULL;
    g_spawn_close_pid(pid);
    child->pid = 0;
    child->watch = 0;
    g_spawn_check_wait_status(status, &error);
    ch_log(CH_LOG_ERROR, "web-ended", "why", error ? error->message : "by itself", NULL);
    if (g_get_monotonic_time() - child->started > STEADY * G_TIME_SPAN_SECOND)
        child->failures = 0;
    start_later(child);
}

static gboolean start(gpointer data)
{
    ChWebChild *child = data;
    g_auto(GStrv) argv = arguments(child);
    g_auto(GStrv) env = environment(child->config);
    g_autoptr(GError) error = NULL;
    child->timer = 0;
    child->started = g_get_monotonic_time();
    if (g_spawn_async(NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, in_child, NULL, &child->pid, &error)) {
        child->watch = g_child_watch_add(child->pid, ended, child);
    } else {
        child->pid = 0;
        ch_log_error("web-not-started", error, NULL);
        start_later(child);
    }
    return G_SOURCE_REMOVE;
}

ChWebChild *ch_web_child_start(const ChAdminContext *context, const ChConfig *config)
{
    if (!config->web.url)
        return NULL;
    ChWebChild *child = g_new0(ChWebChild, 1);
    child->context = context;
    child->config = config;
    start(child);
    return child;
}

static void end(GPid pid)
{
    kill(pid, SIGTERM);
    int fd = pidfd_open(pid, 0);
    struct pollfd over = {.fd = fd, .events = POLLIN};
    if (fd < 0 || poll(&over, 1, END_LIMIT) != 1)
        kill(pid, SIGKILL);
    if (fd >= 0)
        close(fd);
    waitpid(pid, NULL, 0);
}

void ch_web_child_stop(ChWebChild *child)
{
    if (!child)
        return;
    g_clear_handle_id(&child->watch, g_source_remove);
    g_clear_handle_id(&child->timer, g_source_remove);
    if (child->pid)
        end(child->pid);
    g_free(child);
}
