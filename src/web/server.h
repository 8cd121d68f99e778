/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page as an HTTP/1.1 server, in one thread, with bounded memory, time and connections (P13):
 * libmicrohttpd's only home.
 */
#pragma once

#include "base/config.h"
#include "store/store.h"

typedef struct ChWeb ChWeb;

/* What a client may send. */
#define CH_WEB_HEADER_BYTES 8192  /* else 431 */
#define CH_WEB_BODY_BYTES   16384 /* else 413; chunked: cut off */

/* Listens on [web] host and port (0: one that is free), and serves while CONTEXT (NULL: the default one) is
 * run, in the thread that runs it. CONFIG, which has a web.url, and STORE are borrowed; they outlive it.
 * CH_ERROR_CONFIG: texts, style, logo or host; CH_ERROR_IO: the port. */
ChWeb *ch_web_new(const ChConfig *config, ChStore *store, GMainContext *context, GError **error);
/* Ends every connection. In the thread that runs the context, or when nobody runs it any more. */
void ch_web_free(ChWeb *web);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChWeb, ch_web_free)

guint16 ch_web_port(const ChWeb *web); /* that it listens on */
