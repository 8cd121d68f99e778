/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who makes a request, and in which language they would like the answer: what the headers say of it. */
#pragma once

#include <glib.h>

/* The client's IP address. PEER is the other end of the connection. FORWARDED, an X-Forwarded-For (NULL:
 * none) counts where PEER is one of PROXIES: its last address, the one that the proxy itself saw. What is no
 * address does not count. Free with g_free. */
char *ch_client_address(const char *peer, const char *forwarded, const char *const *proxies);

/* Which of KNOWN (folder names such as pt_BR; NULL-terminated) ACCEPT, an Accept-Language (RFC 9110, section
 * 12.5.4; NULL: none), likes best; NULL: none of them. Borrowed from KNOWN. */
const char *ch_client_language(const char *accept, const char *const *known);
/* Which of KNOWN is LANGUAGE, "pt-BR" or "pt_BR", any case; NULL: none. */
const char *ch_client_known_language(const char *language, const char *const *known);
