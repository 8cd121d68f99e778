/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is by its first bytes (libmagic), whatever its name and its mail say. Nothing is unpacked, and
 * whether the file is accepted is desk/files.c's business.
 */
#include "parse/internal.h"

#include "base/log.h"

#include <magic.h>
#include <string.h>

/* Archives inside are not looked into, and what the words of a text are about is nobody's business here. */
#define FLAGS                                                                                                \
    (MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_CSV |                \
     MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_ENCODING)

static void cookie_free(gpointer data)
{
    magic_close(data);
}

/* libmagic keeps its state in the cookie: one for each thread. */
static GPrivate cookies = G_PRIVATE_INIT(cookie_free);

static magic_t cookie_of_thread(void)
{
    magic_t cookie = g_private_get(&cookies);
    if (cookie)
        return cookie;
    cookie = magic_open(FLAGS);
    if (!cookie)
        return NULL;
    if (magic_load(cookie, NULL) != 0) {
        magic_close(cookie);
        return NULL;
    }
    size_t bytes = CH_CONTENT_BYTES;
    magic_setparam(cookie, MAGIC_PARAM_BYTES_MAX, &bytes);
    g_private_set(&cookies, cookie);
    return cookie;
}

void ch_content_type_setup(void)
{
    if (!cookie_of_thread())
        ch_log(CH_LOG_WARNING, "no-magic", "found", "libmagic cannot load its database", "effect",
               "files are judged by their names alone", NULL);
}

char *ch_content_type(const guint8 *bytes, gsize length)
{
    magic_t cookie = length > 0 ? cookie_of_thread() : NULL;
    const char *type = cookie ? magic_buffer(cookie, bytes, MIN(length, CH_CONTENT_BYTES)) : NULL;
    if (!type || !strchr(type, '/') || !g_utf8_validate(type, -1, NULL) || !strcmp(type, "text/plain") ||
        !strcmp(type, "application/octet-stream"))
        return g_strdup("");
    return g_ascii_strdown(type, -1);
}
