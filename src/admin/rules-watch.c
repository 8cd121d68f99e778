/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files are watched, and when a burst of changes is over. What follows is rules-reload.c's business. */
#include "admin/rules-watch.h"

#include "base/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET 300  /* milliseconds without a change, after which the files belong together */
#define MOST  5000 /* milliseconds that a burst may last */

/* Entries that come and go, of any folder on the way; and writing, of folders that hold a file of ours. */
#define NAMES                                                                                                \
    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define WRITES (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

struct ChRulesWatch {
    void (*changed)(gpointer data);
    gpointer data;
    int fd; /* -1: none */
    guint source;
    GHashTable *names;   /* "3/vip.rules": an entry of the folder with watch descriptor 3 */
    GHashTable *folders; /* watch descriptor: in it, every *.rules counts */
    gboolean dirty;      /* something changed since ch_rules_watch_set */
    guint timer;         /* until the quiet is long enough; 0: nothing changed */
    gint64 first;        /* when the burst began; monotonic */
    gboolean complained;
};

ChRulesWatch *ch_rules_watch_new(void (*changed)(gpointer data), gpointer data)
{
    ChRulesWatch *watch = g_new0(ChRulesWatch, 1);
    watch->changed = changed;
    watch->data = data;
    watch->fd = -1;
    watch->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    watch->folders = g_hash_table_new(NULL, NULL);
    return watch;
}

static void stop(ChRulesWatch *watch)
{
    g_clear_handle_id(&watch->source, g_source_remove);
    if (watch->fd >= 0)
        close(watch->fd);
    watch->fd = -1;
    g_hash_table_remove_all(watch->names);
    g_hash_table_remove_all(watch->folders);
}

void ch_rules_watch_free(ChRulesWatch *watch)
{
    if (!watch)
        return;
    stop(watch);
    g_clear_handle_id(&watch->timer, g_source_remove);
    g_hash_table_unref(watch->names);
    g_hash_table_unref(watch->folders);
    g_free(watch);
}

static gboolean quiet(gpointer data)
{
    ChRulesWatch *watch = data;
    watch->timer = 0;
    watch->first = 0;
    watch->changed(watch->data);
    return G_SOURCE_REMOVE;
}

void ch_rules_watch_touch(ChRulesWatch *watch)
{
    gint64 now = g_get_monotonic_time();
    if (!watch->timer)
        watch->first = now;
    gint64 left = MOST - (now - watch->first) / G_TIME_SPAN_MILLISECOND;
    g_clear_handle_id(&watch->timer, g_source_remove);
    watch->timer = g_timeout_add((guint)CLAMP(left, 0, QUIET), quiet, watch);
}

static gboolean counts(const ChRulesWatch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
        return TRUE;
    if (!event->len)
        return FALSE;
    if (g_hash_table_contains(watch->folders, GINT_TO_POINTER(event->wd)) &&
        g_str_has_suffix(event->name, ".rules"))
        return TRUE;
    g_autofree char *key = g_strdup_printf("%d/%s", event->wd, event->name);
    return g_hash_table_contains(watch->names, key);
}

/* Reads all events that wait; whether one of them counts. */
static gboolean drain(ChRulesWatch *watch)
{
    gboolean some = FALSE;
    char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
    for (ssize_t length; watch->fd >= 0 && (length = read(watch->fd, buffer, sizeof buffer)) > 0;)
        for (char *at = buffer; at < buffer + length;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            some = counts(watch, event) || some;
            at += sizeof *event + event->len;
        }
    if (some)
        watch->dirty = TRUE;
    return some;
}

static gboolean readable(gint fd, GIOCondition condition, gpointer data)
{
    (void)fd, (void)condition;
    if (drain(data))
        ch_rules_watch_touch(data);
    return G_SOURCE_CONTINUE;
}

/* The limit of watches is the machine's; SIGHUP works without them. */
static void complain(ChRulesWatch *watch, const char *path)
{
    if (watch->complained || errno == ENOENT || errno == ENOTDIR) /* the folder above tells when it appears */
        return;
    watch->complained = TRUE;
    ch_log(CH_LOG_WARNING, "rules-not-watched", "path", path, "why", g_strerror(errno), "then",
           "changes there need SIGHUP", NULL);
}

/* The watch descriptor of FOLDER; -1: it can't be watched, or is not there. */
static int watch_folder(ChRulesWatch *watch, const char *folder, guint32 mask)
{
    int wd = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, folder, mask | IN_MASK_ADD);
    if (wd < 0 && watch->fd >= 0)
        complain(watch, folder);
    return wd;
}

/* PATH, absolute: its folder for what is written there, and the folders on the way for what is renamed. TRUE
 * where some entry is new. */
static gboolean watch_path(ChRulesWatch *watch, const char *path)
{
    gboolean fresh = FALSE;
    guint32 mask = NAMES | WRITES;
    g_autofree char *at = g_strdup(path);
    while (strcmp(at, "/") != 0) {
        g_autofree char *folder = g_path_get_dirname(at);
        g_autofree char *name = g_path_get_basename(at);
        int wd = watch_folder(watch, folder, mask);
        if (wd >= 0)
            fresh = g_hash_table_add(watch->names, g_strdup_printf("%d/%s", wd, name)) || fresh;
        mask = NAMES;
        g_free(at);
        at = g_steal_pointer(&folder);
    }
    return fresh;
}

/* PATH as it is named, and where symbolic links lead from there. */
static gboolean watch_both(ChRulesWatch *watch, const char *path)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    gboolean fresh = watch_path(watch, absolute);
    char *real = realpath(absolute, NULL);
    if (real && strcmp(real, absolute) != 0)
        fresh = watch_path(watch, real) || fresh;
    free(real);
    return fresh;
}

void ch_rules_watch_set(ChRulesWatch *watch, const char *path, const char *const *files)
{
    stop(watch);
    watch->dirty = FALSE;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0) {
        complain(watch, path);
        return;
    }
    watch->source = g_unix_fd_add(watch->fd, G_IO_IN, readable, watch);
    watch_both(watch, path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        int wd = watch_folder(watch, path, NAMES | WRITES);
        if (wd >= 0)
            g_hash_table_add(watch->folders, GINT_TO_POINTER(wd));
    }
    ch_rules_watch_add(watch, files);
}

gboolean ch_rules_watch_add(ChRulesWatch *watch, const char *const *files)
{
    gboolean fresh = FALSE;
    for (guint i = 0; files && files[i]; i++)
        fresh = watch_both(watch, files[i]) || fresh;
    return fresh;
}

gboolean ch_rules_watch_poll(ChRulesWatch *watch)
{
    if (drain(watch))
        ch_rules_watch_touch(watch);
    return watch->dirty;
}
