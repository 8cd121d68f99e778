/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS: whom we believe, and that a server which we don't believe sees neither password nor mail. The
 * certificates are made here. */
#include "smtp_server.h"

#include "deliver_client.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>

#define SECRET "s3cret-word"

typedef struct {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
} Identity;

static Identity authority, stranger; /* two certificate authorities */
static char *authority_file;

/* A certificate for NAME (a host name or an address), signed by ISSUER, or by itself where that is NULL: then
 * it is an authority. Valid from one day ago to DAYS from now. */
static Identity identity_new(const char *name, const Identity *issuer, int days)
{
    static guint8 serial;
    guint8 number[] = {1, ++serial};
    Identity made;
    gnutls_x509_privkey_init(&made.key);
    g_assert_cmpint(gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                    ==, 0);
    gnutls_x509_crt_init(&made.certificate);
    gnutls_x509_crt_set_version(made.certificate, 3);
    gnutls_x509_crt_set_key(made.certificate, made.key);
    gnutls_x509_crt_set_serial(made.certificate, number, sizeof number);
    gnutls_x509_crt_set_dn_by_oid(made.certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    time_t now = time(NULL);
    gnutls_x509_crt_set_activation_time(made.certificate, now - 30 * 86400);
    gnutls_x509_crt_set_expiration_time(made.certificate, now + days * 86400);
    gnutls_x509_crt_set_basic_constraints(made.certificate, issuer == NULL, -1);
    if (issuer) {
        struct in_addr address;
        if (inet_aton(name, &address))
            gnutls_x509_crt_set_subject_alt_name(made.certificate, GNUTLS_SAN_IPADDRESS, &address,
                                                 sizeof address, 0);
        else
            gnutls_x509_crt_set_subject_alt_name(made.certificate, GNUTLS_SAN_DNSNAME, name,
                                                 (unsigned)strlen(name), 0);
        gnutls_x509_crt_set_key_usage(made.certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    } else {
        gnutls_x509_crt_set_key_usage(made.certificate, GNUTLS_KEY_KEY_CERT_SIGN);
    }
    const Identity *signer = issuer ? issuer : &made;
    g_assert_cmpint(
        gnutls_x509_crt_sign2(made.certificate, signer->certificate, signer->key, GNUTLS_DIG_SHA256, 0), ==,
        0);
    return made;
}

static void identity_clear(Identity *identity)
{
    gnutls_x509_crt_deinit(identity->certificate);
    gnutls_x509_privkey_deinit(identity->key);
}

static char *write_pem(const char *directory, const char *name, const Identity *identity)
{
    g_autoptr(GError) error = NULL;
    gnutls_datum_t pem;
    g_assert_cmpint(gnutls_x509_crt_export2(identity->certificate, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
    char *path = g_build_filename(directory, name, NULL);
    g_assert_true(g_file_set_contents(path, (char *)pem.data, pem.size, &error));
    gnutls_free(pem.data);
    return path;
}

typedef struct {
    const char *name;
    ChTls tls;
    const char *host;        /* what we connect to: on loopback all the same */
    const char *certificate; /* whose the server's is */
    int days;
    gboolean is_strangers; /* signed by the other authority */
    const char *ca_file;   /* "ours", "missing" or NULL: the system's */
    gboolean no_starttls;  /* the server doesn't offer it */
    gboolean is_accepted;
    const char *text;
} Case;

static const Case cases[] = {
    {"implicit-good", CH_TLS_IMPLICIT, "localhost", "localhost", 30, FALSE, "ours", FALSE, TRUE, "taken"},
    {"implicit-good-address", CH_TLS_IMPLICIT, "127.0.0.1", "127.0.0.1", 30, FALSE, "ours", FALSE, TRUE,
     "taken"},
    {"implicit-wrong-host", CH_TLS_IMPLICIT, "localhost", "mail.example.br", 30, FALSE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"implicit-wrong-address", CH_TLS_IMPLICIT, "127.0.0.1", "localhost", 30, FALSE, "ours", FALSE, FALSE,
     "no TLS with 127.0.0.1"},
    {"implicit-expired", CH_TLS_IMPLICIT, "localhost", "localhost", -2, FALSE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"implicit-unknown-authority", CH_TLS_IMPLICIT, "localhost", "localhost", 30, TRUE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"implicit-system-store", CH_TLS_IMPLICIT, "localhost", "localhost", 30, FALSE, NULL, FALSE, FALSE,
     "no TLS with localhost"},
    {"implicit-missing-ca-file", CH_TLS_IMPLICIT, "localhost", "localhost", 30, FALSE, "missing", FALSE,
     FALSE, "no TLS with localhost"},
    {"implicit-without-tls", CH_TLS_IMPLICIT, "localhost", "localhost", 30, FALSE, "ours", TRUE, FALSE,
     "Does it want tls = starttls?"},
    {"starttls-good", CH_TLS_STARTTLS, "localhost", "localhost", 30, FALSE, "ours", FALSE, TRUE, "taken"},
    {"starttls-wrong-host", CH_TLS_STARTTLS, "localhost", "mail.example.br", 30, FALSE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"starttls-expired", CH_TLS_STARTTLS, "localhost", "localhost", -2, FALSE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"starttls-unknown-authority", CH_TLS_STARTTLS, "localhost", "localhost", 30, TRUE, "ours", FALSE, FALSE,
     "no TLS with localhost"},
    {"starttls-not-offered", CH_TLS_STARTTLS, "localhost", "localhost", 30, FALSE, "ours", TRUE, FALSE,
     "no TLS with localhost"},
};

static void test_tls(gconstpointer data)
{
    const Case *one = data;
    Identity identity = identity_new(one->certificate, one->is_strangers ? &stranger : &authority, one->days);
    gnutls_certificate_credentials_t credentials;
    gnutls_certificate_allocate_credentials(&credentials);
    g_assert_cmpint(gnutls_certificate_set_x509_key(credentials, &identity.certificate, 1, identity.key), ==,
                    0);
    Script script = {.ehlo_extra = "250-AUTH PLAIN LOGIN\r\n",
                     .tls = one->no_starttls ? NULL : credentials,
                     .tls_at_once = one->tls == CH_TLS_IMPLICIT && !one->no_starttls};
    Server *server = server_new(&script);
    const char *ca_file = g_strcmp0(one->ca_file, "missing") == 0 ? "/nonexistent/ca.pem"
                          : one->ca_file                          ? authority_file
                                                                  : NULL;
    ChSmtpConfig config = {.host = (char *)one->host,
                           .port = server->port,
                           .tls = one->tls,
                           .ca_file = (char *)ca_file,
                           .user = (char *)"ana",
                           .password.value = (char *)SECRET,
                           .connections = 2,
                           .timeout = 10};
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTransport) transport = ch_transport_smtp_new(&config, "desk.example.br", &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 3; i++)
        add(envelopes, "ana@example.br");
    for (guint call = 0; call < 2; call++) {
        g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
        for (guint i = 1; i <= 3; i++)
            expect(told, i, one->is_accepted ? CH_DELIVERY_SENT : CH_DELIVERY_RETRY,
                   one->is_accepted ? 250 : 0, one->text);
    }
    if (one->is_accepted) {
        g_assert_cmpuint(server_heard(server, "AUTH PLAIN"), ==, server->connections);
        g_assert_cmpuint(server->mails->len, ==, 6);
        g_assert_cmpuint(server->connections, <=, 2);
    } else {
        g_assert_cmpuint(server_heard(server, "AUTH"), ==, 0);
        g_assert_cmpuint(server_heard(server, "MAIL"), ==, 0);
        g_assert_null(strstr(server->commands->str, SECRET));
        g_assert_cmpuint(server->mails->len, ==, 0);
    }
    g_clear_pointer(&transport, ch_transport_free);
    server_free(server);
    gnutls_certificate_free_credentials(credentials);
    identity_clear(&identity);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("chamado-tls-XXXXXX", &error);
    g_assert_no_error(error);
    authority = identity_new("our authority", NULL, 30);
    stranger = identity_new("another authority", NULL, 30);
    authority_file = write_pem(directory, "authority.pem", &authority);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/deliver/tls/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_tls);
    }
    int result = g_test_run();
    g_unlink(authority_file);
    g_rmdir(directory);
    g_free(authority_file);
    identity_clear(&authority);
    identity_clear(&stranger);
    return result;
}
