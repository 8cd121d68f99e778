/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transport for tests and for trying out: each mail becomes a file, written whole or not at all. It
 * speaks no protocol; smtp.c does.
 */
#include "base/error.h"
#include "base/seam.h"
#include "deliver/transport_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
    ChTransport base;
    char *directory;
} Directory;

static gboolean fail(GError **error, const char *what, const char *path)
{
    g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: %s: %s", path, what, g_strerror(errno));
    return FALSE;
}

static gboolean write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        bytes += written;
        length -= (gsize)written;
    }
    return TRUE;
}

static gboolean sync_directory(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, "can't be opened", path);
    gboolean synced = fsync(fd) == 0;
    if (!synced)
        fail(error, "can't be synced", path);
    close(fd);
    return synced;
}

static gboolean write_file(const char *path, const ChEnvelope *envelope, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, "can't be created", path);
    g_autofree char *head =
        g_strdup_printf("X-Envelope-From: <%s>\r\nX-Envelope-To: <%s>\r\n",
                        envelope->envelope_from ? envelope->envelope_from : "", envelope->recipient);
    gsize length;
    const char *bytes = g_bytes_get_data(envelope->bytes, &length);
    gboolean written = write_all(fd, head, strlen(head)) && write_all(fd, bytes, length) && fsync(fd) == 0;
    if (!written)
        fail(error, "can't be written", path);
    if (close(fd) != 0 && written)
        return fail(error, "can't be written", path);
    return written;
}

/* A second attempt writes the same bytes over the first one's (P5). */
static gboolean deliver(const Directory *directory, const ChEnvelope *envelope, GError **error)
{
    g_autofree char *final =
        g_strdup_printf("%s/%010" G_GINT64_FORMAT ".eml", directory->directory, envelope->id);
    g_autofree char *temporary = g_strconcat(final, ".tmp", NULL);
    if (!write_file(temporary, envelope, error)) {
        g_unlink(temporary);
        return FALSE;
    }
    if (g_rename(temporary, final) != 0) {
        fail(error, "can't be renamed", temporary);
        g_unlink(temporary);
        return FALSE;
    }
    return sync_directory(directory->directory, error);
}

static gboolean directory_send(ChTransport *transport, GPtrArray *envelopes, ChDelivered done, gpointer data,
                               GCancellable *cancel, GError **error G_GNUC_UNUSED)
{
    for (guint i = 0; i < envelopes->len; i++) {
        const ChEnvelope *envelope = g_ptr_array_index(envelopes, i);
        g_autoptr(GError) problem = NULL;
        const char *why;
        if (g_cancellable_is_cancelled(cancel)) {
            done(data, envelope, CH_DELIVERY_RETRY, 0, CH_DELIVERY_STOPPED);
            continue;
        }
        if (!ch_envelope_is_usable(envelope, &why)) {
            done(data, envelope, CH_DELIVERY_FAILED, 0, why);
            continue;
        }
        ch_seam("before-send");
        if (deliver((Directory *)transport, envelope, &problem)) {
            ch_seam("after-send");
            done(data, envelope, CH_DELIVERY_SENT, 250, "250 written to a file");
        } else {
            done(data, envelope, CH_DELIVERY_RETRY, 0, problem->message);
        }
    }
    return TRUE;
}

static void directory_free(ChTransport *transport)
{
    Directory *directory = (Directory *)transport;
    g_free(directory->directory);
    g_free(directory);
}

ChTransport *ch_transport_directory_new(const char *path, GError **error)
{
    static const ChTransportClass klass = {directory_send, directory_free};
    if (g_mkdir_with_parents(path, 0700) != 0) {
        fail(error, "can't be created", path);
        return NULL;
    }
    Directory *directory = g_new0(Directory, 1);
    directory->base.klass = &klass;
    directory->directory = g_strdup(path);
    return &directory->base;
}
