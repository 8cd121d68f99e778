/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of one mail: read, and the two places in them that a source has to know. What they mean is
 * parse/'s business. */
#include "fetch/raw.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

GByteArray *ch_raw_read(int fd, guint64 limit, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 piece[32768];
    while (bytes->len <= limit) {
        gsize wanted = MIN(sizeof piece, limit + 1 - bytes->len);
        gssize got = read(fd, piece, wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_set_error(error, CH_ERROR, CH_ERROR_IO, "reading: %s", g_strerror(errno));
            return NULL;
        }
        if (got == 0)
            break;
        g_byte_array_append(bytes, piece, got);
    }
    return g_steal_pointer(&bytes);
}

gsize ch_raw_from_line(const guint8 *data, gsize length)
{
    if (length < 5 || memcmp(data, "From ", 5) != 0)
        return 0;
    const guint8 *end = memchr(data, '\n', length);
    return end ? (gsize)(end - data) + 1 : length;
}

gsize ch_raw_header(const guint8 *data, gsize length)
{
    gsize line = 0;
    while (line < length) {
        const guint8 *end = memchr(data + line, '\n', length - line);
        if (!end)
            return length;
        gsize next = (gsize)(end - data) + 1, width = next - line;
        if (width == 1 || (width == 2 && data[line] == '\r'))
            return next;
        line = next;
    }
    return length;
}
