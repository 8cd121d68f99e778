/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers that lie, stall, break off and talk nonsense: each costs what it must cost and no more (P12, P13),
 * and no mail ever gets another one's bytes. */
#include "imap_desk.h"

/* libetpan 1.9.4 loses a few bytes where it can't parse an answer; test_fetch_imap.c, which has no such
 * answers, runs without this. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libetpan.so\n";
}

static gboolean is_body_fetch(const char *command)
{
    return g_str_has_prefix(command, "UID FETCH") && strstr(command, "BODY.PEEK[]");
}

static void assert_pass(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    desk_pass(desk, &error);
    g_assert_no_error(error);
}

static void assert_pass_fails(Desk *desk, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, code);
    g_assert_true(g_str_has_prefix(error->message, "suporte/INBOX: "));
    g_assert_null(strstr(error->message, "segredo-do-desk"));
}

static void test_size_lies(Desk *desk, gconstpointer data)
{
    (void)data;
    desk_fill(desk, 3);
    g_autofree char *filler = g_strnfill(50000, 'x');
    g_autofree char *large = g_strdup_printf("Subject: 35\r\n\r\n%s", filler);
    server_add(desk->server, 35, large)->size_said = 20;
    server_add(desk->server, 40, "Subject: 40\r\n\r\n")->size_said = 999;
    server_add(desk->server, 50, "Subject: 50\r\n\r\n")->size_said = 4000000000u;
    assert_pass(desk);
    assert_taken(desk, "10 20 30 35t 40 50t ");
    const ChIncoming *lied = g_ptr_array_index(desk->mails, 3);
    g_assert_cmpuint(lied->server_size, >, desk->limits.mail_bytes);
}

/* The answer backwards, flags of other mails between, a mail that nobody asked for, one twice. */
static gboolean answer_backwards(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command))
        return FALSE;
    const char *set = command + strlen("UID FETCH ");
    server_say(server, "* 1 FETCH (FLAGS (\\Flagged))\r\n");
    for (guint i = server->mails->len; i-- > 0;) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (!server_set_contains(set, mail->uid, G_MAXUINT32))
            continue;
        server_say_mail(server, command, i + 1);
        server_say(server, "* %u FETCH (UID %u FLAGS (\\Answered))\r\n* 99 EXISTS\r\n", i + 1, mail->uid);
        server_say(server,
                   "* 77 FETCH (UID 7777 BODY[] {5}\r\nwrong)\r\n* 78 FETCH (BODY[] {5}\r\nwrong)\r\n");
        server_say_mail(server, command, i + 1);
    }
    server_say(server, "* %u EXISTS\r\n%s OK fetched\r\n", server->mails->len, tag);
    return TRUE;
}

/* The UID after the body, and the body as a quoted string. */
static gboolean answer_inside_out(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command))
        return FALSE;
    const char *set = command + strlen("UID FETCH ");
    for (guint i = 0; i < server->mails->len; i++) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (server_set_contains(set, mail->uid, G_MAXUINT32))
            server_say(server, "* %u FETCH (FLAGS () BODY[] {%zu}\r\n%s UID %u)\r\n", i + 1,
                       strlen(mail->text), mail->text, mail->uid);
    }
    server_say(server, "%s OK fetched\r\n", tag);
    return TRUE;
}

static void test_order(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk_fill(desk, 7);
    assert_pass(desk);
    assert_taken(desk, "10 20 30 40 50 60 70 ");
    for (guint i = 0; i < desk->mails->len; i++) {
        const ChIncoming *incoming = g_ptr_array_index(desk->mails, i);
        g_autofree char *text =
            g_strdup_printf("Subject: %u\r\n\r\nBody of %u\r\n", incoming->uid, incoming->uid);
        gsize size;
        const char *raw = g_bytes_get_data(incoming->raw, &size);
        g_assert_cmpmem(raw, size, text, strlen(text));
    }
    g_assert_cmpstr(desk->unreadable->str, ==, "");
}

/* Another client deletes mail 20 after its size was asked. */
static gboolean vanish(Server *server, const char *tag, const char *command)
{
    (void)tag;
    if (!is_body_fetch(command) || server->twisted++)
        return FALSE;
    ServerMail *mail = g_ptr_array_index(server->mails, 1);
    g_assert_cmpuint(mail->uid, ==, 20);
    g_free(mail->text);
    g_free(mail);
    g_ptr_array_remove_index(server->mails, 1);
    server_say(server, "* 2 EXPUNGE\r\n");
    return FALSE;
}

static void test_vanished(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = vanish;
    desk_fill(desk, 9);
    assert_pass(desk);
    assert_taken(desk, "10 30 40 50 60 70 80 90 ");
    g_assert_cmpstr(desk->unreadable->str, ==, "");
}

/* The ways of not giving one mail. */
static gboolean refuse_20(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command) || !server_set_contains(command + 10, 20, G_MAXUINT32))
        return FALSE;
    server_say(server, "%s NO disk error\r\n", tag);
    return TRUE;
}

static gboolean say_for_20(Server *server, const char *tag, const char *command, const char *body)
{
    if (!is_body_fetch(command) || !server_set_contains(command + 10, 20, G_MAXUINT32))
        return FALSE;
    for (guint i = 0; i < server->mails->len; i++) {
        const ServerMail *mail = g_ptr_array_index(server->mails, i);
        if (mail->uid == 20)
            server_say(server, "* %u FETCH (UID 20 BODY[] %s)\r\n", i + 1, body);
        else if (server_set_contains(command + 10, mail->uid, G_MAXUINT32))
            server_say_mail(server, command, i + 1);
    }
    server_say(server, "%s OK fetched\r\n", tag);
    return TRUE;
}

static gboolean nil_for_20(Server *server, const char *tag, const char *command)
{
    return say_for_20(server, tag, command, "NIL");
}

static gboolean empty_for_20(Server *server, const char *tag, const char *command)
{
    return say_for_20(server, tag, command, "{0}\r\n");
}

static gboolean nonsense_for_20(Server *server, const char *tag, const char *command)
{
    return say_for_20(server, tag, command, "((]}{ 12");
}

static gboolean hang_up_for_20(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command) || !server_set_contains(command + 10, 20, G_MAXUINT32))
        return FALSE;
    server_say(server, "* 2 FETCH (UID 20 BODY[] {100}\r\nSubject: 20\r\n* BYE core dumped\r\n");
    server_hang_up(server);
    return (void)tag, TRUE;
}

static void test_one_bad(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk_fill(desk, 6);
    assert_pass(desk);
    assert_taken(desk, "10 30 40 50 60 ");
    g_assert_cmpstr(desk->unreadable->str, ==, "20 ");
    g_assert_cmpuint(desk->server->mails->len, ==, 1); /* it stays there */
}

/* Each of many mails breaks the connection at any try: the others come in all the same, pass after pass, and
 * in time each is tried again. */
static gboolean hang_up_below_90(Server *server, const char *tag, const char *command)
{
    for (guint32 uid = 10; is_body_fetch(command) && uid < 90; uid += 10)
        if (server_set_contains(command + 10, uid, G_MAXUINT32)) {
            server_hang_up(server);
            return (void)tag, TRUE;
        }
    return FALSE;
}

static void test_many_bad(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk_fill(desk, 10);
    desk->uidvalidity = desk->server->uidvalidity;
    desk->highest = 80;
    for (guint32 uid = 10; uid < 90; uid += 10)
        add_uid(desk->again, uid);
    assert_pass(desk);
    assert_taken(desk, "90 100 ");
    g_assert_cmpstr(desk->acted->str, ==, "90 100 ");
    g_assert_cmpstr(desk->unreadable->str, ==, "10 20 ");
    for (guint32 uid = 30; uid < 110; uid += 10)
        add_uid(desk->again, uid < 90 ? uid : uid - 80); /* those that were tried last come last */
    server_add(desk->server, 110, "Subject: 110\r\n\r\nBody of 110\r\n");
    assert_pass(desk);
    assert_taken(desk, "90 100 110 ");
    g_assert_cmpstr(desk->unreadable->str, ==, "10 20 30 40 ");
}

/* Whether COMMAND asks for WHAT of the mail with this UID, which is also its place in the folder times ten.
 */
static gboolean asks(const char *command, const char *what, guint32 uid)
{
    if (!strstr(command, what))
        return FALSE;
    return g_str_has_prefix(command, "UID FETCH ") ? server_set_contains(command + 10, uid, G_MAXUINT32)
           : g_str_has_prefix(command, "FETCH ")   ? server_set_contains(command + 6, uid / 10, G_MAXUINT32)
                                                   : FALSE;
}

/* The server can't read mail 20 to tell its size, and tells none of those after it. */
static gboolean no_size_of_20(Server *server, const char *tag, const char *command)
{
    if (!asks(command, "RFC822.SIZE", 20))
        return FALSE;
    if (asks(command, "RFC822.SIZE", 10))
        server_say_mail(server, command, 1);
    server_say(server, "%s NO [SERVERBUG] internal error\r\n", tag);
    return TRUE;
}

static void test_no_size(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = no_size_of_20;
    desk_fill(desk, 9);
    assert_pass(desk);
    assert_taken(desk, "10 20 30 40 50 60 70 80 90 ");
    g_assert_cmpstr(desk->unreadable->str, ==, "");
}

/* That it says nothing of a mail is no proof that the mail is gone. */
static void test_no_size_again(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = no_size_of_20;
    desk_fill(desk, 3);
    desk->uidvalidity = desk->server->uidvalidity;
    desk->highest = 30;
    add_uid(desk->again, 20);
    add_uid(desk->again, 25); /* this one is */
    assert_pass(desk);
    assert_taken(desk, "20 ");
    g_assert_cmpstr(desk->acted->str, ==, "25 20 ");
}

static gboolean nothing_of_20(Server *server, const char *tag, const char *command)
{
    if (asks(command, "BODY.PEEK[]", 20)) {
        for (guint i = 0; i < server->mails->len; i++) {
            const ServerMail *mail = g_ptr_array_index(server->mails, i);
            if (mail->uid != 20 && server_set_contains(command + 10, mail->uid, G_MAXUINT32))
                server_say_mail(server, command, i + 1);
        }
        server_say(server, "%s OK fetched\r\n", tag);
        return TRUE;
    }
    return g_str_has_prefix(command, "UID ") && no_size_of_20(server, tag, command);
}

/* Whether a mail is larger than what is kept of it can't be found out: it is not deleted (P1). */
static gboolean no_probe_of_20(Server *server, const char *tag, const char *command)
{
    if (!asks(command, "<1000.1>", 20))
        return FALSE;
    server_say(server, "%s NO [UNAVAILABLE] try later\r\n", tag);
    return TRUE;
}

static void test_no_probe(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = no_probe_of_20;
    desk->config.after = CH_AFTER_DELETE;
    g_autofree char *large = g_strnfill(3000, 'x');
    desk_fill(desk, 1);
    server_add(desk->server, 20, large)->size_said = 10;
    server_add(desk->server, 30, "Subject: 30\r\n\r\n");
    desk->uidvalidity = desk->server->uidvalidity;
    desk->highest = 30;
    for (guint32 uid = 10; uid <= 30; uid += 10)
        add_uid(desk->unacted, uid);
    assert_pass(desk);
    g_assert_cmpuint(desk->server->mails->len, ==, 1);
    const ServerMail *left = g_ptr_array_index(desk->server->mails, 0);
    g_assert_cmpuint(left->uid, ==, 20);
    g_assert_true(left->seen && !left->deleted);
}

/* 4 GB announced, and sent for as long as we listen. */
static gboolean flood_for_20(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command) || !server_set_contains(command + 10, 20, G_MAXUINT32))
        return FALSE;
    server_say(server, "* 2 FETCH (UID 20 BODY[] {4294967295}\r\n");
    g_autofree char *piece = g_strnfill(65536, 'x');
    for (guint i = 0; i < 1000; i++)
        server_say_bytes(server, piece, 65536);
    server_hang_up(server);
    return (void)tag, TRUE;
}

static void test_flood(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = flood_for_20;
    desk_fill(desk, 3);
    assert_pass(desk);
    assert_taken(desk, "10 20t 30 ");
}

/* Flags of mails that do not exist, without end. */
static gboolean chatter(Server *server, const char *tag, const char *command)
{
    (void)tag;
    if (!g_str_has_prefix(command, "SELECT"))
        return FALSE;
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++)
        g_string_append(line, "* OK chatter chatter chatter chatter chatter\r\n");
    for (guint i = 0; i < 1000; i++)
        server_say_bytes(server, line->str, line->len);
    return FALSE;
}

static void test_chatter(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = chatter;
    assert_pass_fails(desk, CH_ERROR_PROTOCOL);
}

static gboolean stall(Server *server, const char *tag, const char *command)
{
    (void)server, (void)tag;
    return g_str_has_prefix(command, "SELECT");
}

static gboolean stall_in_body(Server *server, const char *tag, const char *command)
{
    if (is_body_fetch(command))
        server_say(server, "* 1 FETCH (UID 10 BODY[] {100}\r\nSubj");
    /* and the connection after it is not answered at all */
    return (void)tag, server->connections > 1 || is_body_fetch(command);
}

static void test_stall(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk->config.timeout = 1;
    desk_fill(desk, 2);
    gint64 start = g_get_monotonic_time();
    assert_pass_fails(desk, CH_ERROR_NETWORK);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 15 * G_USEC_PER_SEC);
}

static gboolean bye(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "SELECT"))
        return FALSE;
    server_say(server, "* BYE shutting down for lunch\r\n");
    server_hang_up(server);
    return (void)tag, TRUE;
}

static void test_bye(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = bye;
    g_autoptr(GError) error = NULL;
    g_assert_false(desk_pass(desk, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, "shutting down for lunch"));
}

static void test_bye_greeting(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->greeting = "* BYE too many of you";
    assert_pass_fails(desk, CH_ERROR_NETWORK);
    g_assert_false(server_has_received(desk->server, "segredo-do-desk"));
}

/* A connection that was closed while we waited is replaced, and nobody hears of it. */
static gboolean autologout(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "SELECT") || ++server->twisted != 2)
        return FALSE;
    server_say(server, "* BYE autologout\r\n");
    server_hang_up(server);
    return (void)tag, TRUE;
}

static void test_autologout(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = autologout;
    assert_pass(desk);
    desk_fill(desk, 1);
    assert_pass(desk);
    assert_taken(desk, "10 ");
    g_assert_cmpuint(desk->server->connections, ==, 2);
}

/* The connection breaks once in the middle of a batch, and UIDVALIDITY is another one after it. */
static gboolean break_and_change(Server *server, const char *tag, const char *command)
{
    if (!is_body_fetch(command) || server->twisted++)
        return FALSE;
    server->uidvalidity++;
    server_hang_up(server);
    return (void)tag, TRUE;
}

static void test_uidvalidity_in_pass(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = break_and_change;
    desk_fill(desk, 2);
    assert_pass_fails(desk, CH_ERROR_PROTOCOL);
    assert_taken(desk, "");
    assert_pass(desk);
    assert_taken(desk, "10 20 ");
    g_assert_cmpuint(desk->uidvalidity, ==, 8);
}

static gboolean no_uidvalidity(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "SELECT"))
        return FALSE;
    server_say(server, "* 1 EXISTS\r\n%s OK open\r\n", tag);
    return TRUE;
}

/* Whatever number is asked for, a UID higher than all before, and no such mail. */
static gboolean rising_uids(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "FETCH"))
        return FALSE;
    server_say(server, "* 1 FETCH (UID %u RFC822.SIZE 5)\r\n%s OK fetched\r\n",
               4000000000u + server->twisted++, tag);
    return TRUE;
}

static void test_protocol(Desk *desk, gconstpointer data)
{
    desk->server->twist = data;
    desk_fill(desk, 30);
    desk->uidvalidity = 7;
    desk->highest = 100;
    assert_pass_fails(desk, CH_ERROR_PROTOCOL);
}

static gboolean capability_without(Server *server, const char *tag, const char *command)
{
    if (!g_str_has_prefix(command, "CAPABILITY"))
        return FALSE;
    server_say(server, "%s OK I shall not say\r\n", tag);
    return TRUE;
}

static void test_capability_missing(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = capability_without;
    desk_fill(desk, 1);
    assert_pass(desk); /* LOGIN, COPY and EXPUNGE are in every IMAP4rev1 */
    assert_taken(desk, "10 ");
}

/* Bytes at random in place of an answer: any error will do, but an error. */
static gboolean garbage(Server *server, const char *tag, const char *command)
{
    (void)tag;
    static const char *const places[] = {"CAPABILITY", "AUTHENTICATE", "SELECT",
                                         "FETCH",      "UID FETCH",    "UID MOVE"};
    if (!g_str_has_prefix(command, places[server->twisted % G_N_ELEMENTS(places)]))
        return FALSE;
    g_autoptr(GRand) rand = g_rand_new_with_seed(server->twisted);
    char bytes[400];
    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = "* FETCH(\r\n){}[]\\\"1290 OKBODY\xff"[g_rand_int_range(rand, 0, 29)];
    if (server->twisted % 3)
        memcpy(bytes, "* 1 FETCH (UID 10 BODY[", 23);
    server_say_bytes(server, bytes, sizeof bytes);
    server_hang_up(server);
    return TRUE;
}

static void test_garbage(Desk *desk, gconstpointer data)
{
    (void)data;
    desk->server->twist = garbage;
    desk_fill(desk, 2);
    for (guint i = 0; i < 120; i++) {
        desk->server->twisted = i;
        g_autoptr(GError) error = NULL;
        if (!desk_pass(desk, &error))
            g_assert_true(ch_error_is_temporary(error) || g_error_matches(error, CH_ERROR, CH_ERROR_AUTH));
    }
    desk->server->twist = NULL;
    assert_pass(desk);
    g_assert_cmpuint(desk->server->mails->len, <=, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Desk *, gconstpointer);
        ServerTwist twist;
    } tests[] = {
        {"size-lies", test_size_lies, NULL},
        {"order/backwards", test_order, answer_backwards},
        {"order/inside-out", test_order, answer_inside_out},
        {"vanished", test_vanished, NULL},
        {"one-bad/no", test_one_bad, refuse_20},
        {"one-bad/nil", test_one_bad, nil_for_20},
        {"one-bad/empty", test_one_bad, empty_for_20},
        {"one-bad/nonsense", test_one_bad, nonsense_for_20},
        {"one-bad/hang-up", test_one_bad, hang_up_for_20},
        {"one-bad/nothing", test_one_bad, nothing_of_20},
        {"many-bad", test_many_bad, hang_up_below_90},
        {"no-size", test_no_size, NULL},
        {"no-size/again", test_no_size_again, NULL},
        {"no-probe", test_no_probe, NULL},
        {"flood", test_flood, NULL},
        {"chatter", test_chatter, NULL},
        {"stall/select", test_stall, stall},
        {"stall/body", test_stall, stall_in_body},
        {"bye", test_bye, NULL},
        {"bye-greeting", test_bye_greeting, NULL},
        {"autologout", test_autologout, NULL},
        {"uidvalidity-in-pass", test_uidvalidity_in_pass, NULL},
        {"protocol/no-uidvalidity", test_protocol, no_uidvalidity},
        {"protocol/rising-uids", test_protocol, rising_uids},
        {"capability-missing", test_capability_missing, NULL},
        {"garbage", test_garbage, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/fetch/hostile/", tests[i].name, NULL);
        g_test_add(path, Desk, tests[i].twist, desk_set_up, tests[i].run, desk_tear_down);
    }
    return g_test_run();
}
