/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificate checks inside the TLS handshake, so that nothing can be sent past a server that fails them.
 * The bytes on the wire are imap-stream.c's. */
#include "fetch/tls-verify.h"

#include "base/error.h"

#include <gio/gio.h>
#include <string.h>

gnutls_certificate_credentials_t ch_tls_trust(const char *ca_file, GError **error)
{
    gnutls_certificate_credentials_t credentials = NULL;
    int result = gnutls_certificate_allocate_credentials(&credentials);
    if (result == 0)
        result = ca_file ? gnutls_certificate_set_x509_trust_file(credentials, ca_file, GNUTLS_X509_FMT_PEM)
                         : gnutls_certificate_set_x509_system_trust(credentials);
    if (result > 0)
        return credentials;
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: no certificate authority can be read from it%s%s",
                ca_file ? ca_file : "the system's store", result < 0 ? ": " : "",
                result < 0 ? gnutls_strerror(result) : "");
    if (credentials)
        gnutls_certificate_free_credentials(credentials);
    return NULL;
}

static int prepare(gnutls_session_t session, const char *host, gnutls_certificate_credentials_t credentials)
{
    /* RFC 8996 ends the versions before 1.2; the rest is what the system's policy says. */
    int result = gnutls_set_default_priority_append(session, "-VERS-TLS1.0:-VERS-TLS1.1", NULL, 0);
    if (result == 0)
        result = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    if (result == 0 && !g_hostname_is_ip_address(host))
        result = gnutls_server_name_set(session, GNUTLS_NAME_DNS, host, strlen(host));
    return result;
}

gnutls_session_t ch_tls_session(const char *host, gnutls_certificate_credentials_t credentials,
                                GError **error)
{
    gnutls_session_t session = NULL;
    int result = gnutls_init(&session, GNUTLS_CLIENT);
    if (result == 0)
        result = prepare(session, host, credentials);
    if (result != 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_TLS, "TLS: %s", gnutls_strerror(result));
        if (session)
            gnutls_deinit(session);
        return NULL;
    }
    /* gnutls keeps the pointer: HOST belongs to the configuration and outlives the session. */
    gnutls_session_set_verify_cert(session, host, 0);
    return session;
}

GError *ch_tls_explain(gnutls_session_t session, const char *host, int code)
{
    guint status = gnutls_session_get_verify_cert_status(session);
    if (code != GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR || status == 0)
        return g_error_new(CH_ERROR, CH_ERROR_TLS, "TLS with %s failed: %s%s", host, gnutls_strerror(code),
                           code == GNUTLS_E_UNEXPECTED_PACKET || code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH
                               ? " Does it want tls = starttls?"
                               : "");
    gnutls_datum_t text = {NULL, 0};
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) != 0)
        return g_error_new(CH_ERROR, CH_ERROR_TLS, "the certificate of %s is not accepted", host);
    g_strchomp((char *)text.data);
    GError *error = g_error_new(CH_ERROR, CH_ERROR_TLS, "the certificate of %s is not accepted: %s", host,
                                (const char *)text.data);
    gnutls_free(text.data);
    return error;
}
