/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's certificate must show before it learns anything from us. */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

/* Whom to believe: the authorities in CA_FILE (PEM) alone, or the system's store where it is NULL. Free with
 * gnutls_certificate_free_credentials. CH_ERROR_CONFIG where nothing can be read from there. */
gnutls_certificate_credentials_t ch_tls_trust(const char *ca_file, GError **error);

/* A client session that asks for HOST (SNI, not for an address: RFC 6066 section 3), speaks TLS 1.2 or newer,
 * and whose handshake fails unless the certificate chain is trusted, in its time, made for servers, and names
 * HOST (an address needs an iPAddress entry). CREDENTIALS must live as long. Free with gnutls_deinit. */
gnutls_session_t ch_tls_session(const char *host, gnutls_certificate_credentials_t credentials,
                                GError **error);

/* Why the handshake with HOST ended with gnutls error CODE, as CH_ERROR_TLS. */
GError *ch_tls_explain(gnutls_session_t session, const char *host, int code);
