/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail from files: a Maildir, a folder of .eml files, or one file; nothing there is changed, so every pass
 * takes all of it again, and the store knows what it has (P3). An mbox with many mails is not split here. */
#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"
#include "fetch/raw.h"
#include "fetch/source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    ChSource base;
    char *path;
    const ChLimits *limits;
} PathSource;

static int by_basename(gconstpointer a, gconstpointer b)
{
    const char *const *left = a, *const *right = b;
    const char *left_slash = strrchr(*left, '/'), *right_slash = strrchr(*right, '/');
    int order = strcmp(left_slash ? left_slash : *left, right_slash ? right_slash : *right);
    return order ? order : strcmp(*left, *right);
}

/* Adds the files of FOLDER whose name ends in SUFFIX; names that begin with a dot are nobody's mail. */
static gboolean list_folder(const char *folder, const char *suffix, GPtrArray *files, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &reason);
    if (!dir) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s", reason->message);
        return FALSE;
    }
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (*name != '.' && g_str_has_suffix(name, suffix))
            g_ptr_array_add(files, g_build_filename(folder, name, NULL));
    return TRUE;
}

static GPtrArray *list_files(const char *path, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return g_steal_pointer(&files);
    }
    gboolean maildir = FALSE;
    static const char *const parts[] = {"new", "cur"};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *folder = g_build_filename(path, parts[i], NULL);
        if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
            continue;
        maildir = TRUE;
        if (!list_folder(folder, "", files, error))
            return NULL;
    }
    if (!maildir && !list_folder(path, ".eml", files, error))
        return NULL;
    g_ptr_array_sort(files, by_basename);
    return g_steal_pointer(&files);
}

static int open_file(const char *file, guint64 *size, GError **error)
{
    /* O_NONBLOCK: a FIFO that somebody put there must not hold us. */
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, CH_ERROR, errno == ENOENT ? CH_ERROR_NOT_FOUND : CH_ERROR_IO, "%s: %s", file,
                    g_strerror(errno));
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s: not a file", file);
        return -1;
    }
    *size = status.st_size;
    return fd;
}

static ChIncoming *read_file(const char *file, const ChLimits *limits, GError **error)
{
    guint64 size = 0;
    int fd = open_file(file, &size, error);
    if (fd < 0)
        return NULL;
    gboolean over = size > limits->mail_bytes;
    g_autoptr(GByteArray) bytes = ch_raw_read(fd, over ? limits->header_bytes : limits->mail_bytes, error);
    close(fd);
    if (!bytes) {
        g_prefix_error(error, "%s: ", file);
        return NULL;
    }
    if (bytes->len > limits->mail_bytes) /* it grew since fstat */
        over = TRUE;
    gsize from = ch_raw_from_line(bytes->data, bytes->len);
    g_byte_array_remove_range(bytes, 0, from);
    if (bytes->len == 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s: no mail in it", file);
        return NULL;
    }
    if (over) /* L3: its header block alone, as from a server */
        g_byte_array_set_size(bytes, MIN(ch_raw_header(bytes->data, bytes->len), limits->header_bytes));
    guint64 whole = MAX(size - MIN(size, from), bytes->len);
    g_autoptr(GBytes) raw = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    ChIncoming *incoming = ch_incoming_new(raw, file);
    incoming->truncated = over;
    if (over)
        incoming->server_size = whole;
    return incoming;
}

/* A file that can't be read costs that file (P12): the pass goes on and fails at its end, with the first
 * reason. */
static gboolean pass(ChSource *source, GCancellable *cancel, GError **error)
{
    PathSource *self = (PathSource *)source;
    const ChSink *sink = source->sink;
    g_autoptr(GPtrArray) files = list_files(self->path, error);
    if (!files)
        return FALSE;
    g_autoptr(GError) first = NULL;
    for (guint i = 0; i < files->len; i++) {
        const char *file = g_ptr_array_index(files, i);
        if (cancel && g_cancellable_is_cancelled(cancel)) {
            g_set_error(error, CH_ERROR, CH_ERROR_CANCELLED, "%s: cancelled", self->path);
            return FALSE;
        }
        g_autoptr(GError) reason = NULL;
        ChIncoming *incoming = read_file(file, self->limits, &reason);
        if (!incoming) {
            /* A mail client may move a file from new/ to cur/ at any moment. */
            if (files->len > 1 && g_error_matches(reason, CH_ERROR, CH_ERROR_NOT_FOUND))
                continue;
            ch_log_error("file-unreadable", reason, "file", file, NULL);
            if (!first)
                first = g_steal_pointer(&reason);
            continue;
        }
        ch_seam("fetched");
        if (!sink->take(sink->data, incoming, error))
            return FALSE;
    }
    g_autoptr(GArray) kept = sink->kept(sink->data, NULL, NULL, TRUE, error);
    if (!kept)
        return FALSE;
    if (first) {
        g_propagate_error(error, g_steal_pointer(&first));
        return FALSE;
    }
    return TRUE;
}

/* Files have nothing to wait for: it returns at once. Whoever wants new ones asks for another pass. */
static gboolean wait_for_more(ChSource *source, GCancellable *cancel, GError **error)
{
    (void)source, (void)cancel, (void)error;
    return TRUE;
}

static void path_free(ChSource *source)
{
    PathSource *self = (PathSource *)source;
    g_free(self->path);
    g_free(self);
}

ChSource *ch_source_path_new(const char *path, const ChLimits *limits, const ChSink *sink)
{
    static const ChSourceClass klass = {pass, wait_for_more, path_free};
    PathSource *self = g_new0(PathSource, 1);
    self->base.klass = &klass;
    self->base.sink = sink;
    self->path = g_strdup(path);
    self->limits = limits;
    return &self->base;
}
