/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server answers and what the outbox is told; connections, cancelling, the waits. TLS has its own
 * test, as has the directory. */
#include "base/error.h"
#include "smtp_server.h"

#include "deliver_client.h"

static ChSmtpConfig config_of(const Server *server)
{
    return (ChSmtpConfig){.host = (char *)"127.0.0.1",
                          .port = server->port,
                          .tls = CH_TLS_NONE,
                          .connections = 1,
                          .timeout = 10,
                          .retry_days = 5};
}

static ChTransport *connect_to(const ChSmtpConfig *config)
{
    g_autoptr(GError) error = NULL;
    ChTransport *transport = ch_transport_smtp_new(config, "desk.example.br", &error);
    g_assert_no_error(error);
    return transport;
}

/* One mail to a server with this script. */
typedef struct {
    const char *name;
    Script script;
    const char *user;
    ChDeliveryResult result;
    int code;
    const char *text;
    const char *never; /* a command that must not have been said */
} Case;

static const Case cases[] = {
    {"accepted", {0}, NULL, CH_DELIVERY_SENT, 250, "250 2.0.0 taken", "AUTH"},
    {"mail-452",
     {.mail_reply = "452 4.3.1 no room"},
     NULL,
     CH_DELIVERY_RETRY,
     452,
     "452 4.3.1 no room",
     "RCPT"},
    {"mail-552", {.mail_reply = "552 5.3.4 too big"}, NULL, CH_DELIVERY_FAILED, 552, "5.3.4 too big", "RCPT"},
    /* Our address, not theirs: it waits until an admin has seen to it. */
    {"mail-553",
     {.mail_reply = "553 5.7.1 not owned by user"},
     NULL,
     CH_DELIVERY_RETRY,
     553,
     "553 5.7.1 not owned",
     "RCPT"},
    {"mail-550", {.mail_reply = "550 no such domain"}, NULL, CH_DELIVERY_RETRY, 550, "550 no such", "RCPT"},
    {"rcpt-451", {.rcpt_reply = "451 4.7.1 greylisted"}, NULL, CH_DELIVERY_RETRY, 451, "4.7.1 grey", "DATA"},
    {"rcpt-421", {.rcpt_reply = "421 4.7.0 slow down"}, NULL, CH_DELIVERY_RETRY, 421, "slow down", "DATA"},
    {"rcpt-550",
     {.rcpt_reply = "550-5.1.1 nobody of that name\r\n550 5.1.1 lives here"},
     NULL,
     CH_DELIVERY_FAILED,
     550,
     "550 5.1.1 nobody of that name 5.1.1 lives here",
     "DATA"},
    {"rcpt-dirty",
     {.rcpt_reply = "550 n\xe3o \x1b[31m\x01 conhe\xc3\xa7o"},
     NULL,
     CH_DELIVERY_FAILED,
     550,
     "550 n\xef\xbf\xbdo  [31m  conhe\xc3\xa7o",
     "DATA"},
    {"rcpt-stall-at-quit",
     {.rcpt_reply = "550 5.1.1 no", .stall_at = "QUIT"},
     NULL,
     CH_DELIVERY_FAILED,
     550,
     "550 5.1.1 no",
     "DATA"},
    {"data-554", {.data_reply = "554 5.7.1 no"}, NULL, CH_DELIVERY_FAILED, 554, "554 5.7.1 no", "."},
    {"data-451", {.data_reply = "451 4.3.0 later"}, NULL, CH_DELIVERY_RETRY, 451, "4.3.0 later", "."},
    {"end-552", {.end_reply = "552 5.2.2 full"}, NULL, CH_DELIVERY_FAILED, 552, "5.2.2 full", NULL},
    {"end-451", {.end_reply = "451 4.3.0 later"}, NULL, CH_DELIVERY_RETRY, 451, "4.3.0 later", NULL},
    {"end-251", {.end_reply = "251 gone on"}, NULL, CH_DELIVERY_SENT, 251, "251 gone on", NULL},
    {"end-300", {.end_reply = "300 huh"}, NULL, CH_DELIVERY_RETRY, 300, "300 huh", NULL},
    {"end-closed", {.hang_up_at = "end"}, NULL, CH_DELIVERY_RETRY, 0, "it may have arrived", NULL},
    {"rcpt-closed", {.hang_up_at = "RCPT"}, NULL, CH_DELIVERY_RETRY, 0, "127.0.0.1: ", "DATA"},
    /* The server, or our configuration: never the mail's fault. */
    {"greeting-421", {.greeting = "421 4.3.2 closing"}, NULL, CH_DELIVERY_RETRY, 421, "4.3.2", "MAIL"},
    {"greeting-554", {.greeting = "554 5.7.1 go away"}, NULL, CH_DELIVERY_RETRY, 554, "go away", "MAIL"},
    {"greeting-closed", {.hang_up_at = "greeting"}, NULL, CH_DELIVERY_RETRY, 0, "127.0.0.1: ", "MAIL"},
    {"auth-535",
     {.ehlo_extra = "250-AUTH PLAIN LOGIN\r\n", .auth_reply = "535 5.7.8 wrong password"},
     "ana",
     CH_DELIVERY_RETRY,
     535,
     "535 5.7.8 wrong password",
     "MAIL"},
    {"auth-454",
     {.ehlo_extra = "250-AUTH PLAIN LOGIN\r\n", .auth_reply = "454 4.7.0 not now"},
     "ana",
     CH_DELIVERY_RETRY,
     454,
     "not now",
     "MAIL"},
    {"auth-not-offered", {0}, "ana", CH_DELIVERY_RETRY, 0, "offers no AUTH", "MAIL"},
    {"auth-unknown-mechanism",
     {.ehlo_extra = "250-AUTH GSSAPI CRAM-MD5\r\n"},
     "ana",
     CH_DELIVERY_RETRY,
     0,
     "127.0.0.1: ",
     "AUTH"},
    {"auth-good",
     {.ehlo_extra = "250-AUTH PLAIN LOGIN\r\n"},
     "ana",
     CH_DELIVERY_SENT,
     250,
     "taken",
     "AUTH LOGIN"},
    {"auth-over",
     {.rcpt_reply = "535 5.7.8 not any more"},
     NULL,
     CH_DELIVERY_RETRY,
     535,
     "not any more",
     "DATA"},
    {"auth-weak", {.rcpt_reply = "534 5.7.9 too weak"}, NULL, CH_DELIVERY_RETRY, 534, "too weak", "DATA"},
    {"auth-wanted", {.mail_reply = "530 5.7.0 log in"}, NULL, CH_DELIVERY_RETRY, 530, "log in", "RCPT"},
    {"auth-wanted-at-rcpt",
     {.rcpt_reply = "503 5.5.1 AUTH first"},
     NULL,
     CH_DELIVERY_RETRY,
     503,
     "AUTH first",
     "DATA"},
};

static void test_answer(gconstpointer data)
{
    const Case *one = data;
    g_autoptr(Server) server = server_new(&one->script);
    ChSmtpConfig config = config_of(server);
    config.user = (char *)one->user;
    config.password.value = (char *)"s3cret-word";
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@example.br");
    gint64 before = g_get_monotonic_time();
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    expect(told, 1, one->result, one->code, one->text);
    g_assert_null(strstr(told_of(told, 1)->text, "s3cret-word"));
    g_assert_cmpuint(server->connections, ==, 1);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 8 * G_TIME_SPAN_SECOND);
    if (one->never)
        g_assert_cmpuint(server_heard(server, one->never), ==, 0);
}

static void test_reply_is_bounded(void)
{
    g_autofree char *words = g_strnfill(700, 'w');
    g_autoptr(GString) reply = g_string_new(NULL);
    for (guint i = 0; i < 40; i++)
        g_string_append_printf(reply, "550-%s\r\n", words);
    g_string_append_printf(reply, "550 %s", words);
    Script script = {.rcpt_reply = reply->str};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@example.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_FAILED, 550, "550 wwww");
    g_assert_cmpuint(strlen(told_of(told, 1)->text), <, 512);
}

/* Each mail gets its own fate, in one call and over few connections. */
static void test_fates(void)
{
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.connections = 2;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    const char *recipients[] = {
        "ana@x.br",      "550@x.br",      "bia@x.br",  "451@x.br", "caio@x.br",
        "data-552@x.br", "data-451@x.br", "davi@x.br", "",         "e@x.br>\r\nRCPT TO:<spy@x.br",
        "eva@x.br"};
    for (guint i = 0; i < G_N_ELEMENTS(recipients); i++)
        add(envelopes, recipients[i]);
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_SENT, 250, "taken");
    expect(told, 2, CH_DELIVERY_FAILED, 550, "not for them");
    expect(told, 3, CH_DELIVERY_SENT, 250, "taken");
    expect(told, 4, CH_DELIVERY_RETRY, 451, "not for them");
    expect(told, 5, CH_DELIVERY_SENT, 250, "taken");
    expect(told, 6, CH_DELIVERY_FAILED, 552, "not this one");
    expect(told, 7, CH_DELIVERY_RETRY, 451, "not this one");
    expect(told, 8, CH_DELIVERY_SENT, 250, "taken");
    expect(told, 9, CH_DELIVERY_FAILED, 0, "no recipient");
    expect(told, 10, CH_DELIVERY_FAILED, 0, "recipient's address");
    expect(told, 11, CH_DELIVERY_SENT, 250, "taken");
    g_assert_cmpuint(server_heard(server, "RCPT TO:<spy"), ==, 0);
}

static void test_one_connection(void)
{
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    for (guint call = 0; call < 3; call++) {
        g_autoptr(GPtrArray) envelopes = envelopes_new();
        for (guint i = 0; i < 5; i++) {
            g_autofree char *mail = g_strdup_printf("Subject: %u\r\n\r\nx\r\n", call * 5 + i);
            add_mail(envelopes, "ana@x.br", mail, strlen(mail));
        }
        g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
        for (guint i = 0; i < 5; i++)
            g_assert_cmpint(((Told *)g_ptr_array_index(told, i))->id, ==, i + 1);
    }
    g_assert_cmpuint(server->connections, ==, 1);
    g_assert_cmpuint(server_heard(server, "EHLO desk.example.br"), ==, 1);
    g_assert_cmpuint(server->mails->len, ==, 15);
    for (guint i = 0; i < 15; i++) {
        g_autofree char *mail = g_strdup_printf("Subject: %u\r\n\r\nx\r\n", i);
        g_autoptr(GBytes) expected = g_bytes_new(mail, strlen(mail));
        g_assert_true(g_bytes_equal(expected, g_ptr_array_index(server->mails, i)));
    }
    g_clear_pointer(&transport, ch_transport_free);
    SERVER_UNTIL(server, server->open == 0);
    g_assert_cmpuint(server_heard(server, "QUIT"), ==, 1);
}

/* Two mails are in the server's hands at the same time, although it answers neither before it has both. */
static void test_two_at_once(void)
{
    Script script = {.meet_at_end = TRUE};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.connections = 2;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 6; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 6; i++)
        expect(told, i, CH_DELIVERY_SENT, 250, "taken");
    g_assert_cmpuint(server->connections, ==, 2);
}

/* The server allows fewer connections than we want: everything goes over those that it allows. */
static void test_fewer_connections(void)
{
    Script script = {.connections_max = 1};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.connections = 3;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 40; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 40; i++)
        g_assert_cmpint(told_of(told, i)->result, !=, CH_DELIVERY_FAILED);
    /* A connection turned away hands its mail to one that works; only where none is at work is it put off. */
    g_assert_cmpuint(server->mails->len, >=, 38);
}

/* A kept connection that the server closed meanwhile costs nobody a wait. */
static void test_stale_connection(void)
{
    Script script = {.mails_a_connection = 1};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 10; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 10; i++)
        expect(told, i, CH_DELIVERY_SENT, 250, "taken");
    g_assert_cmpuint(server->connections, ==, 10);
    g_assert_cmpuint(server->mails->len, ==, 10);
}

/* Nobody listens: one attempt, the same words for all. */
static void test_unreachable(void)
{
    Script script = {0};
    Server *server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    server_free(server);
    config.connections = 4;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 1000; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 1000; i++)
        expect(told, i, CH_DELIVERY_RETRY, 0, told_of(told, 1)->text);
}

/* A wrong password is tried once in a call, however many mails and connections; a new one is picked up. */
static void test_wrong_password(void)
{
    Script script = {.ehlo_extra = "250-AUTH PLAIN\r\n", .auth_reply = "535 5.7.8 no"};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.connections = 3;
    config.user = (char *)"ana";
    config.password.variable = (char *)"CH_TEST_PASSWORD";
    g_setenv("CH_TEST_PASSWORD", "before", TRUE);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 20; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 20; i++)
        expect(told, i, CH_DELIVERY_RETRY, 535, "535 5.7.8 no");
    g_assert_cmpuint(server_heard(server, "AUTH"), ==, 1);

    g_mutex_lock(&server->lock);
    server->script.auth_reply = NULL;
    g_mutex_unlock(&server->lock);
    g_setenv("CH_TEST_PASSWORD", "after", TRUE);
    g_autoptr(GPtrArray) again = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 20; i++)
        expect(again, i, CH_DELIVERY_SENT, 250, "taken");
    g_autofree char *expected = g_base64_encode((const guchar *)"\0ana\0after", 10);
    g_autofree char *command = g_strconcat("AUTH PLAIN ", expected, NULL);
    g_assert_cmpuint(server_heard(server, command), >=, 1);
    g_unsetenv("CH_TEST_PASSWORD");
}

static void test_no_password(void)
{
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.user = (char *)"ana";
    config.password.file = (char *)"/nonexistent/password";
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    add(envelopes, "bia@x.br");
    g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func((GDestroyNotify)told_free);
    g_autoptr(GError) error = NULL;
    g_assert_false(ch_transport_send(transport, envelopes, on_delivered, told, NULL, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    expect(told, 1, CH_DELIVERY_RETRY, 0, error->message);
    expect(told, 2, CH_DELIVERY_RETRY, 0, error->message);
    g_assert_cmpuint(server->connections, ==, 0);
}

/* A server that says nothing costs its own time and no more. */
static void test_stall(gconstpointer step)
{
    Script script = {.stall_at = step};
    if (strcmp(step, "not-smtp") == 0)
        script.greeting = "SSH-2.0-OpenSSH"; /* and then it waits for us */
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.timeout = 1;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    gint64 before = g_get_monotonic_time();
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    g_clear_pointer(&transport, ch_transport_free);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * G_TIME_SPAN_SECOND);
    if (strcmp(step, "QUIT") == 0)
        expect(told, 1, CH_DELIVERY_SENT, 250, "taken");
    else
        expect(told, 1, CH_DELIVERY_RETRY, 0, strcmp(step, "end") == 0 ? "it may have arrived" : "");
}

static gpointer cancel_when_stalled(gpointer data)
{
    gpointer *both = data;
    Server *server = both[0];
    SERVER_UNTIL(server, server->waits);
    g_cancellable_cancel(both[1]);
    return NULL;
}

static void test_cancel(gconstpointer step)
{
    Script script = {.stall_at = step};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    config.timeout = 300;
    config.connections = 2;
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    for (guint i = 0; i < 10; i++)
        add(envelopes, "ana@x.br");
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    gpointer both[] = {server, cancel};
    GThread *thread = g_thread_new("cancel", cancel_when_stalled, both);
    gint64 before = g_get_monotonic_time();
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, cancel);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * G_TIME_SPAN_SECOND);
    g_thread_join(thread);
    for (guint i = 1; i <= 10; i++)
        expect(told, i, CH_DELIVERY_RETRY, 0, "stopped before an answer came");
}

/* Cancelled before it begins: nothing is tried, and the transport works again afterwards. */
static void test_already_cancelled(void)
{
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add(envelopes, "ana@x.br");
    add(envelopes, "bia@x.br");
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_cancellable_cancel(cancel);
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, cancel);
    for (guint i = 1; i <= 2; i++)
        expect(told, i, CH_DELIVERY_RETRY, 0, "stopped before an answer came");
    g_autoptr(GPtrArray) again = send_all(transport, envelopes, NULL);
    for (guint i = 1; i <= 2; i++)
        expect(again, i, CH_DELIVERY_SENT, 250, "taken");
    g_assert_cmpuint(server->connections, ==, 1);
    g_assert_cmpuint(server->mails->len, ==, 2);
}

/* What goes in comes out, byte for byte. */
static void test_bytes(void)
{
    g_autoptr(GString) mail =
        g_string_new(".first line\r\nSubject: ol\xc3\xa1\r\n\r\n.\r\n..\r\n...x\r\n.y\r\n");
    for (guint i = 0; i < 70000; i++)
        g_string_append(mail, i % 7 == 0 ? ".\r\n" : "z\r\n.");
    g_string_append(mail, "\r\n");
    for (guint i = 0; i < 5000; i++)
        g_string_append_c(mail, 'L'); /* longer than RFC 5321's 998 */
    g_string_append(mail, "\r\nlatin1 n\xe3o \xff\x80\r\n\r\n.\r\n");
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    add_mail(envelopes, "ana@x.br", mail->str, mail->len);
    add_mail(envelopes, "ana@x.br", MAIL, strlen(MAIL));
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_SENT, 250, "taken");
    for (guint i = 0; i < 2; i++) {
        const ChEnvelope *envelope = g_ptr_array_index(envelopes, i);
        g_assert_true(g_bytes_equal(envelope->bytes, g_ptr_array_index(server->mails, i)));
    }
    g_autofree char *size = g_strdup_printf("MAIL FROM:<desk@example.br> SIZE=%" G_GSIZE_FORMAT, mail->len);
    g_assert_cmpuint(server_heard(server, size), ==, 1);
}

static void test_null_sender(void)
{
    Script script = {0};
    g_autoptr(Server) server = server_new(&script);
    ChSmtpConfig config = config_of(server);
    g_autoptr(ChTransport) transport = connect_to(&config);
    g_autoptr(GPtrArray) envelopes = envelopes_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static(MAIL, strlen(MAIL));
    g_ptr_array_add(envelopes, ch_envelope_new(1, "", "ana@x.br", bytes, 0));
    g_autoptr(GPtrArray) told = send_all(transport, envelopes, NULL);
    expect(told, 1, CH_DELIVERY_SENT, 250, "taken");
    g_assert_cmpuint(server_heard(server, "MAIL FROM:<> "), ==, 1);
    g_assert_cmpuint(server_heard(server, "RCPT TO:<ana@x.br>"), ==, 1);
}

static void test_configuration(void)
{
    static const struct {
        const char *host;
        ChTls tls;
        gboolean allow_plain, accepted;
    } hosts[] = {
        {"127.0.0.1", CH_TLS_NONE, FALSE, TRUE},
        {"::1", CH_TLS_NONE, FALSE, TRUE},
        {"localhost", CH_TLS_NONE, FALSE, TRUE},
        {"mail.example.br", CH_TLS_NONE, FALSE, FALSE},
        {"192.0.2.1", CH_TLS_NONE, FALSE, FALSE},
        {"mail.example.br", CH_TLS_NONE, TRUE, TRUE},
        {"mail.example.br", CH_TLS_STARTTLS, FALSE, TRUE},
        {"2001:db8::1", CH_TLS_IMPLICIT, FALSE, TRUE},
        {"mail/../x", CH_TLS_IMPLICIT, FALSE, FALSE},
        {"", CH_TLS_IMPLICIT, FALSE, FALSE},
        {NULL, CH_TLS_IMPLICIT, FALSE, FALSE},
        {"a b", CH_TLS_IMPLICIT, FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(hosts); i++) {
        ChSmtpConfig config = {.host = (char *)hosts[i].host,
                               .tls = hosts[i].tls,
                               .allow_plain = hosts[i].allow_plain,
                               .connections = 1,
                               .timeout = 1};
        g_autoptr(GError) error = NULL;
        g_autoptr(ChTransport) transport = ch_transport_smtp_new(&config, "x.br", &error);
        if (hosts[i].accepted)
            g_assert_no_error(error);
        else
            g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
        g_assert_cmpint(transport != NULL, ==, hosts[i].accepted);
    }
}

static void test_wait(void)
{
    for (guint attempts = 1; attempts < 40; attempts++) {
        guint exact = attempts < 9 ? 60u << (attempts - 1) : 4 * 3600;
        guint wait = ch_delivery_wait(attempts, 3600, 5);
        g_assert_cmpuint(wait, >=, exact / 4 * 3 - 1);
        g_assert_cmpuint(wait, <=, exact / 4 * 5 + 1);
    }
    g_assert_cmpuint(ch_delivery_wait(3, 5 * 86400 - 1, 5), >, 0);
    g_assert_cmpuint(ch_delivery_wait(3, 5 * 86400, 5), ==, 0);
    g_assert_cmpuint(ch_delivery_wait(1, -3600, 5), >, 0); /* the clock was set back */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/deliver/answer/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_answer);
    }
    static const char *const stalls[] = {"not-smtp", "greeting", "EHLO", "MAIL", "RCPT", "end", "QUIT"};
    for (guint i = 0; i < G_N_ELEMENTS(stalls); i++) {
        g_autofree char *path = g_strconcat("/deliver/stall/", stalls[i], NULL);
        g_test_add_data_func(path, stalls[i], test_stall);
    }
    g_test_add_data_func("/deliver/cancel/greeting", "greeting", test_cancel);
    g_test_add_data_func("/deliver/cancel/end", "end", test_cancel);
    g_test_add_func("/deliver/cancel/before", test_already_cancelled);
    g_test_add_func("/deliver/reply-is-bounded", test_reply_is_bounded);
    g_test_add_func("/deliver/fates", test_fates);
    g_test_add_func("/deliver/one-connection", test_one_connection);
    g_test_add_func("/deliver/two-at-once", test_two_at_once);
    g_test_add_func("/deliver/fewer-connections", test_fewer_connections);
    g_test_add_func("/deliver/stale-connection", test_stale_connection);
    g_test_add_func("/deliver/unreachable", test_unreachable);
    g_test_add_func("/deliver/wrong-password", test_wrong_password);
    g_test_add_func("/deliver/no-password", test_no_password);
    g_test_add_func("/deliver/bytes", test_bytes);
    g_test_add_func("/deliver/null-sender", test_null_sender);
    g_test_add_func("/deliver/configuration", test_configuration);
    g_test_add_func("/deliver/wait", test_wait);
    return g_test_run();
}
