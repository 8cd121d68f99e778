/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail on a file descriptor, as an MTA pipes it. It is refused whole where it is too large: the MTA still
 * has it, and bounces or keeps it. Files and folders are path.c's. */
#include "base/error.h"
#include "fetch/raw.h"
#include "fetch/source.h"

ChIncoming *ch_fetch_stream(int fd, const ChLimits *limits, const char *name, GError **error)
{
    g_autoptr(GByteArray) bytes = ch_raw_read(fd, limits->mail_bytes, error);
    if (!bytes) {
        g_prefix_error(error, "%s: ", name);
        return NULL;
    }
    if (bytes->len > limits->mail_bytes) {
        g_autofree char *size = g_format_size_full(limits->mail_bytes, G_FORMAT_SIZE_IEC_UNITS);
        g_auto(GStrv) words = g_strsplit(size, "\u00a0", -1); /* an MTA's bounce is plain ASCII */
        g_autofree char *plain = g_strjoinv(" ", words);
        g_set_error(error, CH_ERROR, CH_ERROR_LIMIT, "%s: the mail is larger than limits.mail_bytes, %s",
                    name, plain);
        return NULL;
    }
    gsize from = ch_raw_from_line(bytes->data, bytes->len);
    if (from == bytes->len) {
        g_set_error(error, CH_ERROR, CH_ERROR_INPUT, "%s: no mail in it", name);
        return NULL;
    }
    g_byte_array_remove_range(bytes, 0, from);
    g_autoptr(GBytes) raw = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    return ch_incoming_new(raw, name);
}
