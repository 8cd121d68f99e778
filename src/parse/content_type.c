/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is by its first bytes, told by libmagic. What a mail calls it is attachment.c's, what is
 * accepted desk/files.c's business; nothing is unpacked.
 */
#include "parse/internal.h"

#include <magic.h>
#include <string.h>

static void cookie_free(gpointer data)
{
    if (data)
        magic_close(data);
}

/* A cookie serves one thread. It keeps libmagic's compiled database, which is mapped, not read. */
static GPrivate cookies = G_PRIVATE_INIT(cookie_free);

static magic_t cookie(void)
{
    magic_t own = g_private_get(&cookies);
    if (own)
        return own;
    /* Text is what no other test knows: its kinds and charsets are not asked for, and cost the most. */
    own = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_TEXT |
                     MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_CSV |
                     MAGIC_NO_CHECK_JSON);
    if (own && magic_load(own, NULL) != 0) {
        magic_close(own);
        own = NULL;
    }
    g_private_set(&cookies, own);
    return own;
}

char *ch_content_type(const guint8 *bytes, gsize length)
{
    static const char *const nothing[] = {"text/plain", "application/octet-stream", "application/x-empty",
                                          "inode/x-empty", NULL};
    magic_t own = length > 0 ? cookie() : NULL;
    const char *type = own ? magic_buffer(own, bytes, MIN(length, CH_CONTENT_HEAD)) : NULL;
    if (!type || !strchr(type, '/') || g_strv_contains(nothing, type) || !g_str_is_ascii(type) ||
        strlen(type) > 120)
        return g_strdup("");
    return g_ascii_strdown(type, -1);
}
