/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pass and a wait against a server that behaves: what is taken, what the server is told, in which way. What
 * it does against one that does not is in test_fetch_hostile.c. */
#include "imap_desk.h"

static ServerMail *mail_of(Desk *desk, guint32 uid)
{
    for (guint i = 0; i < desk->server->mails->len; i++) {
        ServerMail *mail = g_ptr_array_index(desk->server->mails, i);
        if (mail->uid == uid)
            return mail;
    }
    return NULL;
}

static void assert_pass(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    desk_pass(desk, &error);
    g_assert_no_error(error);
}

static void test_move(Desk *desk, gconstpointer data)
{
    (void)data;
    desk_fill(desk, 11);
    assert_pass(desk);
    assert_taken(desk, "10 20 30 40 50 60 70 80 90 100 110 ");
    g_assert_cmpstr(desk->acted->str, ==, "10 20 30 40 50 60 70 80 90 100 110 ");
    g_autofree char *moved = server_moved(desk->server);
    g_assert_true(g_str_has_prefix(moved, "Chamado:10 Chamado:20 "));
    g_assert_cmpuint(desk->server->mails->len, ==, 0);
    const ChIncoming *first = g_ptr_array_index(desk->mails, 0);
    g_assert_cmpstr(first->source, ==, "suporte/INBOX");
    g_assert_cmpstr(first->mailbox, ==, "suporte");
    g_assert_cmpstr(first->folder, ==, "INBOX");
    g_assert_cmpuint(first->uidvalidity, ==, 7);
    gsize size;
    const char *raw = g_bytes_get_data(first->raw, &size);
    g_assert_cmpmem(raw, size, "Subject: 10\r\n\r\nBody of 10\r\n", 27);
    g_assert_false(server_has_received(desk->server, "BODY[")); /* PEEK alone: L1 */
}

static void test_seen(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.after = CH_AFTER_SEEN;
    desk_fill(desk, 9);
    assert_pass(desk);
    for (guint uid = 10; uid <= 90; uid += 10)
        g_assert_true(mail_of(desk, uid)->seen);
    server_add(desk->server, 200, "Subject: 200\r\n\r\n");
    server_add(desk->server, 201, "Subject: 201\r\n\r\n");
    assert_pass(desk);
    assert_taken(desk, "10 20 30 40 50 60 70 80 90 200 201 ");
    assert_pass(desk);
    g_assert_cmpuint(desk->mails->len, ==, 11);
    g_assert_cmpuint(desk->server->connections, ==, 1);
}

/* A folder in which most is old, and the new begins anywhere. */
static void test_find_place(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.after = CH_AFTER_SEEN;
    desk_fill(desk, 40);
    desk->uidvalidity = 7;
    desk->highest = 125;
    assert_pass(desk);
    g_assert_cmpuint(desk->mails->len, ==, 28);
    const ChIncoming *first = g_ptr_array_index(desk->mails, 0);
    g_assert_cmpuint(first->uid, ==, 130);
}

/* P1, L3: what was not fetched whole is not deleted. */
static void test_delete(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.after = CH_AFTER_DELETE;
    desk_fill(desk, 2);
    g_autofree char *filler = g_strnfill(2000, 'x');
    g_autofree char *large = g_strdup_printf("Subject: 30\r\n\r\n%s", filler);
    server_add(desk->server, 30, large);
    server_add(desk->server, 40, "Subject: 40\r\n\r\n");
    assert_pass(desk);
    assert_taken(desk, "10 20 30t 40 ");
    g_assert_cmpuint(desk->server->mails->len, ==, 1);
    g_assert_true(mail_of(desk, 30)->seen);
    g_assert_false(mail_of(desk, 30)->deleted);
    const ChIncoming *header = g_ptr_array_index(desk->mails, 2);
    g_assert_cmpuint(header->server_size, ==, strlen(large));
    g_assert_cmpuint(g_bytes_get_size(header->raw), ==, 15);
}

/* The same after a crash: the server's size is asked again, and one that lies is found out. */
static void test_unacted(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.after = CH_AFTER_DELETE;
    desk_fill(desk, 2);
    g_autofree char *filler = g_strnfill(2000, 'x');
    server_add(desk->server, 30, filler);
    server_add(desk->server, 40, filler)->size_said = 5;
    desk->uidvalidity = 7;
    desk->highest = 40;
    static const guint32 uids[] = {40, 30, 5, 20}; /* 5 is gone: that is done */
    for (guint i = 0; i < G_N_ELEMENTS(uids); i++)
        add_uid(desk->unacted, uids[i]);
    assert_pass(desk);
    assert_taken(desk, "");
    g_assert_cmpstr(desk->acted->str, ==, "5 20 30 40 ");
    g_assert_cmpuint(desk->server->mails->len, ==, 3);
    g_assert_false(mail_of(desk, 10)->seen);
    g_assert_true(mail_of(desk, 30)->seen && mail_of(desk, 40)->seen);
}

static void test_header_limit(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->limits.header_bytes = 100;
    g_autofree char *filler = g_strnfill(2000, 'x');
    g_autofree char *large = g_strdup_printf("Subject: 10\r\n\r\n%s", filler);
    g_autofree char *headers = g_strdup_printf("Subject: 20\r\nX-Long: %s\r\n\r\nbody", filler);
    server_add(desk->server, 10, large);
    server_add(desk->server, 20, headers);
    assert_pass(desk);
    g_assert_cmpuint(desk->mails->len, ==, 2);
    const ChIncoming *second = g_ptr_array_index(desk->mails, 1);
    g_assert_true(second->truncated);
    g_assert_cmpuint(g_bytes_get_size(second->raw), ==, 100);
}

static void test_copy_uidplus(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->capability = "IMAP4rev1 AUTH=PLAIN UIDPLUS";
    desk_fill(desk, 3);
    ((ServerMail *)g_ptr_array_index(desk->server->mails, 0))->deleted = TRUE; /* a person's */
    desk->uidvalidity = 7;
    desk->highest = 10;
    assert_pass(desk);
    g_autofree char *moved = server_moved(desk->server);
    g_assert_cmpstr(moved, ==, "Chamado:20 Chamado:30 ");
    g_assert_cmpuint(desk->server->mails->len, ==, 1);
    g_assert_nonnull(mail_of(desk, 10));
}

/* EXPUNGE takes what anybody marked. */
static void test_copy_plain(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->capability = "IMAP4rev1 AUTH=PLAIN";
    desk_fill(desk, 3);
    assert_pass(desk);
    g_assert_cmpuint(desk->server->mails->len, ==, 0);
    server_add(desk->server, 40, "Subject: 40\r\n\r\n")->deleted = TRUE; /* a person's */
    server_add(desk->server, 50, "Subject: 50\r\n\r\n");
    desk->highest = 40;
    assert_pass(desk);
    g_assert_cmpuint(desk->server->mails->len, ==, 2);
    g_assert_true(mail_of(desk, 50)->deleted);
    g_assert_cmpstr(desk->acted->str, ==, "10 20 30 50 ");
}

static void test_names(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.move_to = (char *)"Atenção & 💡/já";
    desk_fill(desk, 1);
    assert_pass(desk);
    g_autofree char *moved = server_moved(desk->server);
    g_assert_cmpstr(moved, ==, "Aten&AOcA4w-o &- &2D3coQ-/j&AOE-:10 ");
}

static void test_uidvalidity(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.after = CH_AFTER_SEEN;
    desk_fill(desk, 3);
    assert_pass(desk);
    desk->server->uidvalidity = 8;
    assert_pass(desk);
    assert_taken(desk, "10 20 30 10 20 30 ");
    g_assert_cmpuint(desk->uidvalidity, ==, 8);
}

static void test_again(Desk *desk, gconstpointer data)
{
    (void)data;
    desk_fill(desk, 3);
    desk->uidvalidity = 7;
    desk->highest = 20;
    add_uid(desk->again, 10);
    add_uid(desk->again, 15); /* gone meanwhile */
    assert_pass(desk);
    assert_taken(desk, "30 10 ");
    g_assert_cmpuint(desk->server->mails->len, ==, 1);
    g_assert_nonnull(strstr(desk->acted->str, "15 "));
}

/* The server takes our mail, not our order: mail still comes in, and the pass says what is wrong. */
static gboolean refuse_move(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "UID MOVE") && !g_str_has_prefix(command, "CREATE"))
        return FALSE;
    server_say(server, "%s NO over quota\r\n", tag);
    return TRUE;
}

static void test_refused_move(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = refuse_move;
    desk_fill(desk, 6);
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "suporte/INBOX"));
    g_assert_nonnull(strstr(error->message, "over quota"));
    assert_taken(desk, "10 20 30 40 50 60 ");
    g_assert_cmpstr(desk->acted->str, ==, "");
}

/* What it refused once in a pass is not asked again, however many mails wait for it. */
static gboolean refuse_store(Server *server, const char *tag, const char *command)
{
    server->twisted += g_str_has_prefix(command, "UID FETCH");
    if (!g_str_has_prefix(command, "UID STORE"))
        return FALSE;
    server_say(server, "%s NO read-only\r\n", tag);
    return TRUE;
}

static void test_refused_delete(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = refuse_store;
    desk->config.after = CH_AFTER_DELETE;
    desk_fill(desk, 9);
    desk->uidvalidity = desk->server->uidvalidity;
    desk->highest = 90;
    for (guint32 uid = 10; uid <= 90; uid += 10)
        add_uid(desk->unacted, uid);
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_REFUSED);
    g_assert_cmpuint(desk->server->twisted, ==, 1);
    g_assert_cmpuint(desk->server->mails->len, ==, 9);
}

static void test_same_folder(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->config.move_to = (char *)"inbox";
    desk_fill(desk, 1);
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    g_assert_cmpuint(desk->server->mails->len, ==, 1);
}

static void test_login(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->capability = "IMAP4rev1 MOVE";
    desk_fill(desk, 1);
    assert_pass(desk);
    assert_taken(desk, "10 ");
    g_assert_true(server_has_received(desk->server, "LOGIN desk segredo-do-desk"));
}

static void test_login_disabled(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->capability = "IMAP4rev1 LOGINDISABLED AUTH=GSSAPI";
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_AUTH);
    g_assert_false(server_has_received(desk->server, "segredo-do-desk"));
}

static void test_wrong_password(Desk *desk, gconstpointer data)
{
    static const char *const capabilities[] = {"IMAP4rev1 AUTH=PLAIN", "IMAP4rev1"};
    (void)data;
    desk->server->password = "another";
    for (guint i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        desk->server->capability = capabilities[i];
        g_autoptr(GError) error = NULL;
        g_assert_false(desk_pass(desk, &error));
        g_assert_error(error, CH_ERROR, CH_ERROR_AUTH);
        g_assert_nonnull(strstr(error->message, "who are you"));
        g_assert_null(strstr(error->message, "segredo-do-desk"));
    }
}

/* The news comes before the "+", where libetpan would lose it. */
static gboolean news_before_idle(Server *server, const char *tag, const char *command)
{
    (void)tag;
    if (!g_str_has_prefix(command, "IDLE"))
        return FALSE;
    server_say(server, "* 4 EXISTS\r\n");
    return FALSE;
}

static gboolean news_in_idle(Server *server, const char *tag, const char *command)
{
    (void)tag;
    if (!g_str_has_prefix(command, "IDLE"))
        return FALSE;
    server_say(server,
               "+ idling\r\n* OK still here\r\n* 2 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 3 EXISTS\r\n");
    return FALSE;
}

static void test_idle(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk->config.after = CH_AFTER_SEEN;
    desk_fill(desk, 3);
    assert_pass(desk);
    g_autoptr(GError) error = NULL;
    ch_source_wait(desk->source, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(server_has_received(desk->server, "DONE"));
}

static gboolean refuse_idle(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "IDLE"))
        return FALSE;
    server->twisted++;
    server_say(server, "%s BAD no\r\n", tag);
    return TRUE;
}

/* Then the clock, which here has run out. */
static void test_idle_refused(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = refuse_idle;
    desk->config.interval = 0;
    assert_pass(desk);
    g_autoptr(GError) error = NULL;
    ch_source_wait(desk->source, NULL, &error);
    g_assert_no_error(error);
    ch_source_wait(desk->source, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(desk->server->twisted, ==, 1);
}

static gpointer cancel_when_idle(gpointer data)
{
    gpointer *arguments = data;
    while (!server_has_received(arguments[0], arguments[2]))
        g_thread_yield();
    g_cancellable_cancel(arguments[1]);
    return NULL;
}

static void test_cancel(Desk *desk, gconstpointer data)
{
    desk->config.idle = data != NULL;
    assert_pass(desk);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    gpointer arguments[] = {desk->server, cancel, (gpointer)(data ? "IDLE" : "SELECT")};
    GThread *canceller = g_thread_new("canceller", cancel_when_idle, arguments);
    g_autoptr(GError) error = NULL;
    g_assert_false(ch_source_wait(desk->source, cancel, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CANCELLED);
    g_thread_join(canceller);
    g_assert_false(ch_source_pass(desk->source, cancel, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Desk *, gconstpointer);
        gconstpointer data;
    } tests[] = {
        {"move", test_move, NULL},
        {"seen", test_seen, NULL},
        {"find-place", test_find_place, NULL},
        {"delete", test_delete, NULL},
        {"unacted", test_unacted, NULL},
        {"header-limit", test_header_limit, NULL},
        {"copy-uidplus", test_copy_uidplus, NULL},
        {"copy-plain", test_copy_plain, NULL},
        {"names", test_names, NULL},
        {"uidvalidity", test_uidvalidity, NULL},
        {"again", test_again, NULL},
        {"refused-move", test_refused_move, NULL},
        {"refused-delete", test_refused_delete, NULL},
        {"same-folder", test_same_folder, NULL},
        {"login", test_login, NULL},
        {"login-disabled", test_login_disabled, NULL},
        {"wrong-password", test_wrong_password, NULL},
        {"idle/before", test_idle, news_before_idle},
        {"idle/in", test_idle, news_in_idle},
        {"idle/refused", test_idle_refused, NULL},
        {"cancel/idle", test_cancel, "idle"},
        {"cancel/clock", test_cancel, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/fetch/imap/", tests[i].name, NULL);
        g_test_add(path, Desk, tests[i].data, desk_set_up, tests[i].run, desk_tear_down);
    }
    return g_test_run();
}
