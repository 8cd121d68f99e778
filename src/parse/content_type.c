/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is by its first bytes, told by libmagic. What a mail calls it is attachment.c's, what is
 * accepted desk/files.c's business; nothing is unpacked.
 */
#include "parse/internal.h"

#include <magic.h>
#include <string.h>

/* One for the whole program: each would map libmagic's database once more, and that is several megabytes. It
 * serves one thread at a time. NULL: not opened yet, or libmagic has no database. */
static magic_t cookie;
static GMutex lock; /* of cookie, and of the text that it returned */

static void open_cookie(void)
{
    /* Text is what no other test knows: its kinds and charsets are not asked for, and cost the most. */
    cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_TEXT |
                        MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_CSV |
                        MAGIC_NO_CHECK_JSON);
    if (cookie && magic_load(cookie, NULL) != 0) {
        magic_close(cookie);
        cookie = NULL;
    }
}

/* With the lock held. */
static char *type_of(const guint8 *bytes, gsize length)
{
    static const char *const nothing[] = {"text/plain", "application/octet-stream", "application/x-empty",
                                          "inode/x-empty", NULL};
    static gboolean opened;
    if (!opened)
        open_cookie();
    opened = TRUE;
    const char *type = cookie ? magic_buffer(cookie, bytes, MIN(length, CH_CONTENT_HEAD)) : NULL;
    if (!type || !strchr(type, '/') || g_strv_contains(nothing, type) || !g_str_is_ascii(type) ||
        strlen(type) > 120)
        return g_strdup("");
    return g_ascii_strdown(type, -1);
}

char *ch_content_type(const guint8 *bytes, gsize length)
{
    if (length == 0)
        return g_strdup("");
    g_mutex_lock(&lock);
    char *type = type_of(bytes, length);
    g_mutex_unlock(&lock);
    return type;
}
