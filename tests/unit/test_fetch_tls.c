/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets the password: a server whose certificate is trusted, in its time and names it; nobody else,
 * whatever it says. Certificates are made here. */
#include "imap_desk.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

typedef struct {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
} Identity;

typedef enum {
    NAMES_LOCALHOST,
    NAMES_ADDRESS,
    NAMES_BOTH,
    NAMES_OTHER,
} Names;

static void add_name(gnutls_x509_crt_t certificate, Names names)
{
    static const guint8 address[] = {127, 0, 0, 1};
    const char *dns = names == NAMES_OTHER ? "mail.example.org" : "localhost";
    if (names != NAMES_ADDRESS)
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, dns, strlen(dns),
                                             GNUTLS_FSAN_APPEND);
    if (names == NAMES_ADDRESS || names == NAMES_BOTH)
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, sizeof address,
                                             GNUTLS_FSAN_APPEND);
}

/* Signed by ISSUER; an authority that signs itself where that is NULL. Valid from FROM to TO days from now.
 */
static Identity make_identity(const Identity *issuer, Names names, int from, int to)
{
    static guint8 serial;
    Identity identity;
    gnutls_x509_privkey_init(&identity.key);
    gnutls_x509_privkey_generate(identity.key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&identity.certificate);
    gnutls_x509_crt_t certificate = identity.certificate;
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_key(certificate, identity.key);
    serial++;
    gnutls_x509_crt_set_serial(certificate, &serial, 1);
    time_t now = time(NULL);
    gnutls_x509_crt_set_activation_time(certificate, now + (time_t)from * DAY);
    gnutls_x509_crt_set_expiration_time(certificate, now + (time_t)to * DAY);
    const char *name = issuer ? "server" : "authority";
    gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen(name));
    if (issuer) {
        add_name(certificate, names);
        gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    } else {
        gnutls_x509_crt_set_ca_status(certificate, 1);
        gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN);
    }
    const Identity *signer = issuer ? issuer : &identity;
    int result = gnutls_x509_crt_sign2(certificate, signer->certificate, signer->key, GNUTLS_DIG_SHA256, 0);
    g_assert_cmpint(result, ==, 0);
    return identity;
}

static void identity_clear(Identity *identity)
{
    gnutls_x509_crt_deinit(identity->certificate);
    gnutls_x509_privkey_deinit(identity->key);
}

static char *write_ca_file(const Identity *authority)
{
    gnutls_datum_t text;
    g_assert_cmpint(gnutls_x509_crt_export2(authority->certificate, GNUTLS_X509_FMT_PEM, &text), ==, 0);
    char *file = NULL;
    int fd = g_file_open_tmp("chamado-ca-XXXXXX", &file, NULL);
    g_assert_cmpint(write(fd, text.data, text.size), ==, (gssize)text.size);
    close(fd);
    gnutls_free(text.data);
    return file;
}

typedef struct {
    const char *name;
    ChTls tls;
    const char *host;
    Names names;
    int from, to;           /* days */
    gboolean other_ca;      /* the server's authority is not the one in ca_file */
    gboolean system_ca;     /* no ca_file */
    const char *greeting;   /* as in Server */
    const char *capability; /* as in Server */
    const char *injected;   /* after the answer to STARTTLS */
    ServerTwist twist;
    int code; /* -1: all is well */
} Case;

static gboolean refuse_starttls(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "STARTTLS"))
        return FALSE;
    server_say(server, "%s NO not today\r\n", tag);
    return TRUE;
}

/* It offers AUTH=PLAIN before TLS, and nothing after it: what was said before must not count. */
static gboolean change_mind(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "CAPABILITY"))
        return FALSE;
    server_say(server, "* CAPABILITY IMAP4rev1 %s\r\n%s OK that\r\n",
               server->tls ? "LOGINDISABLED" : "STARTTLS AUTH=PLAIN", tag);
    return TRUE;
}

/* The server breaks off in the handshake. */
static gboolean break_off(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "STARTTLS"))
        return FALSE;
    server_say(server, "%s OK begin\r\n", tag);
    server_hang_up(server);
    return TRUE;
}

#define WITH_STARTTLS "IMAP4rev1 STARTTLS AUTH=PLAIN MOVE"
#define PLAIN_ONLY    "IMAP4rev1 AUTH=PLAIN MOVE"

static const Case cases[] = {
    {"implicit/name", CH_TLS_IMPLICIT, "localhost", NAMES_LOCALHOST, -1, 1, .code = -1},
    {"implicit/address", CH_TLS_IMPLICIT, "127.0.0.1", NAMES_ADDRESS, -1, 1, .code = -1},
    {"implicit/both", CH_TLS_IMPLICIT, "127.0.0.1", NAMES_BOTH, -1, 1, .code = -1},
    {"implicit/wrong-name", CH_TLS_IMPLICIT, "localhost", NAMES_OTHER, -1, 1, .code = CH_ERROR_TLS},
    {"implicit/address-not-named", CH_TLS_IMPLICIT, "127.0.0.1", NAMES_LOCALHOST, -1, 1,
     .code = CH_ERROR_TLS},
    {"implicit/name-not-named", CH_TLS_IMPLICIT, "localhost", NAMES_ADDRESS, -1, 1, .code = CH_ERROR_TLS},
    {"implicit/expired", CH_TLS_IMPLICIT, "localhost", NAMES_LOCALHOST, -9, -1, .code = CH_ERROR_TLS},
    {"implicit/not-yet", CH_TLS_IMPLICIT, "localhost", NAMES_LOCALHOST, 1, 9, .code = CH_ERROR_TLS},
    {"implicit/unknown-ca", CH_TLS_IMPLICIT, "localhost", NAMES_LOCALHOST, -1, 1, .other_ca = TRUE,
     .code = CH_ERROR_TLS},
    {"implicit/not-in-system", CH_TLS_IMPLICIT, "localhost", NAMES_LOCALHOST, -1, 1, .system_ca = TRUE,
     .code = CH_ERROR_TLS},
    {"starttls/name", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .code = -1},
    {"starttls/wrong-name", CH_TLS_STARTTLS, "localhost", NAMES_OTHER, -1, 1, .code = CH_ERROR_TLS},
    {"starttls/expired", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -9, -1, .code = CH_ERROR_TLS},
    {"starttls/unknown-ca", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .other_ca = TRUE,
     .code = CH_ERROR_TLS},
    {"starttls/not-offered", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .capability = PLAIN_ONLY,
     .code = CH_ERROR_TLS},
    {"starttls/refused", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .twist = refuse_starttls,
     .code = CH_ERROR_TLS},
    {"starttls/preauth", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1,
     .greeting = "* PREAUTH come in", .code = CH_ERROR_TLS},
    {"starttls/injected", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1,
     .injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", .code = CH_ERROR_TLS},
    {"starttls/change-of-mind", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .twist = change_mind,
     .code = CH_ERROR_AUTH},
    {"starttls/broken-off", CH_TLS_STARTTLS, "localhost", NAMES_LOCALHOST, -1, 1, .twist = break_off,
     .code = CH_ERROR_NETWORK},
};

static void test_case(Desk *desk, gconstpointer data)
{
    const Case *each = data;
    Identity authority = make_identity(NULL, NAMES_OTHER, -10, 10);
    Identity other = make_identity(NULL, NAMES_OTHER, -10, 10);
    Identity server = make_identity(each->other_ca ? &other : &authority, each->names, each->from, each->to);
    g_autofree char *ca_file = write_ca_file(&authority);
    gnutls_certificate_allocate_credentials(&desk->server->credentials);
    gnutls_certificate_set_x509_key(desk->server->credentials, &server.certificate, 1, server.key);
    desk->server->implicit_tls = each->tls == CH_TLS_IMPLICIT;
    desk->server->capability = each->capability ? each->capability : WITH_STARTTLS;
    desk->server->greeting = each->greeting;
    desk->server->after_starttls = each->injected;
    desk->server->twist = each->twist;
    desk->config.tls = each->tls;
    desk->config.host = (char *)each->host;
    desk->config.ca_file = each->system_ca ? NULL : ca_file;
    desk_fill(desk, 3);
    g_autoptr(GError) error = NULL;
    gboolean done = desk_pass(desk, &error);
    if (each->code < 0) {
        g_assert_no_error(error);
        assert_taken(desk, "10 20 30 ");
        g_assert_true(server_has_received(desk->server, "segredo-do-desk"));
    } else {
        g_assert_false(done);
        g_assert_error(error, CH_ERROR, each->code);
        g_assert_true(g_str_has_prefix(error->message, "suporte/INBOX: "));
        g_assert_false(server_has_received(desk->server, "segredo-do-desk"));
        g_assert_false(server_has_received(desk->server, "LOGIN"));
        g_assert_false(server_has_received(desk->server, "AUTHENTICATE"));
        assert_taken(desk, "");
    }
    g_unlink(ca_file);
    identity_clear(&authority);
    identity_clear(&other);
    identity_clear(&server);
}

/* Without TLS, but with the certificate's machine: loopback needs none. */
static void test_plain_loopback(Desk *desk, gconstpointer data)
{
    (void)data;
    desk_fill(desk, 1);
    g_autoptr(GError) error = NULL;
    desk_pass(desk, &error);
    g_assert_no_error(error);
}

static void test_bad_ca_file(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.tls = CH_TLS_IMPLICIT;
    desk->config.ca_file = (char *)"/dev/null";
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "/dev/null"));
}

/* TLS asked for where the server speaks plain: no text of ours but the hello reaches it. */
static void test_tls_to_plain(Desk *desk, gconstpointer data)
{
    (void)data;
    Identity authority = make_identity(NULL, NAMES_OTHER, -10, 10);
    g_autofree char *ca_file = write_ca_file(&authority);
    desk->config.tls = CH_TLS_IMPLICIT;
    desk->config.ca_file = ca_file;
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_TLS);
    g_assert_false(server_has_received(desk->server, "segredo-do-desk"));
    g_unlink(ca_file);
    identity_clear(&authority);
    g_assert_nonnull(strstr(error->message, "Does it want tls = starttls?"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/fetch/tls/", cases[i].name, NULL);
        g_test_add(path, Desk, &cases[i], desk_set_up, test_case, desk_tear_down);
    }
    g_test_add("/fetch/tls/plain-loopback", Desk, NULL, desk_set_up, test_plain_loopback, desk_tear_down);
    g_test_add("/fetch/tls/bad-ca-file", Desk, NULL, desk_set_up, test_bad_ca_file, desk_tear_down);
    g_test_add("/fetch/tls/tls-to-plain", Desk, NULL, desk_set_up, test_tls_to_plain, desk_tear_down);
    return g_test_run();
}
