/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket that the page listens on. */
#pragma once

#include <glib.h>

/* A socket that listens on HOST (a name or an IP address) and PORT (0: a free one, *PORT says which), does
 * not block and is closed on exec; the caller closes it. -1: CH_ERROR_CONFIG for a host that is none,
 * CH_ERROR_IO where it can't be had. */
int ch_listen(const char *host, guint16 *port, GError **error);
