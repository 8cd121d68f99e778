/* SPDX-License-Identifier: GPL-3.0-or-later */
/* That ch_config_load_public leaves no password anywhere in the memory of its process, freed memory included,
 * and otherwise reads what ch_config_load reads. */
#include "config_test.h"

#include "base/token.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NEEDLE 24
#define MASK   0x80
#define CHUNK  (1u << 16)
/* Larger ones are the tables of AddressSanitizer, not memory that it gives out. */
#define MAPPING_MAX (200u << 20)

/* The password with the highest bit of each byte turned over: the password itself stands nowhere but where a
 * test puts it. Each case has another one, since the ones before may be left in memory. */
static guchar needle[NEEDLE];

static void new_needle(void)
{
    ch_random(needle, sizeof needle);
    for (guint i = 0; i < NEEDLE; i++)
        needle[i] = (guchar)('a' + needle[i] % 26) ^ MASK;
}

static gboolean chunk_has_needle(const guchar *chunk, gsize length)
{
    const guchar *end = chunk + length, *at = chunk;
    while ((at = memchr(at, needle[0] ^ MASK, (gsize)(end - at))) != NULL) {
        gsize same = 0;
        while (same < NEEDLE && at + same < end && (at[same] ^ MASK) == needle[same])
            same++;
        if (same == NEEDLE)
            return TRUE;
        at++;
    }
    return FALSE;
}

static gboolean mapping_has_needle(int memory, guint64 from, guint64 to, guint64 *scanned)
{
    static guchar chunk[CHUNK];
    gboolean found = FALSE;
    for (guint64 at = from; at < to && !found; at += CHUNK - NEEDLE) { /* overlapping */
        gssize got = pread(memory, chunk, MIN(CHUNK, to - at), (off_t)at);
        found = got > 0 && chunk_has_needle(chunk, (gsize)got);
        *scanned += (guint64)MAX(got, 0);
    }
    explicit_bzero(chunk, sizeof chunk); /* or it would be found here */
    return found;
}

/* Whether the password stands in the heap, the stacks or any other memory that belongs to no file. */
static gboolean memory_has_needle(void)
{
    g_autofree char *maps = NULL;
    g_assert_true(g_file_get_contents("/proc/self/maps", &maps, NULL, NULL));
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(memory, >=, 0);
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    gboolean found = FALSE;
    guint64 scanned = 0;
    for (char **line = lines; *line && !found; line++) {
        guint64 from, to, inode;
        char mode[5];
        if (sscanf(*line, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s %*s %*s %" G_GUINT64_FORMAT,
                   &from, &to, mode, &inode) == 4 &&
            !inode && g_str_has_prefix(mode, "rw") && to - from < MAPPING_MAX)
            found = mapping_has_needle(memory, from, to, &scanned);
    }
    close(memory);
    if (!found)
        g_assert_cmpuint(scanned, >, 1 << 17);
    return found;
}

/* Writes TEXT as a file, each '$' in it as the password, in pieces: no buffer ever holds it whole. */
static char *write_secret(const char *text, gsize filling)
{
    char *path = g_build_filename(folder, "secret.conf", NULL);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    g_assert_cmpint(file, >=, 0);
    for (; *text; text++)
        for (guint i = 0; i < (*text == '$' ? NEEDLE : 1); i++) {
            char c = *text == '$' ? (char)(needle[i] ^ MASK) : *text;
            g_assert_cmpint(write(file, &c, 1), ==, 1);
        }
    g_autofree char *blank = g_strnfill(filling, '\n');
    g_assert_cmpint(write(file, blank, filling), ==, (gssize)filling);
    close(file);
    return path;
}

/* The same in memory, where it stands once. Free with g_free. */
static char *make_secret(const char *text)
{
    char *made = g_malloc0(strlen(text) + NEEDLE), *at = made;
    for (; *text; text++)
        for (guint i = 0; i < (*text == '$' ? NEEDLE : 1); i++)
            *at++ = *text == '$' ? (char)(needle[i] ^ MASK) : *text;
    return made;
}

#define LOGIN "[smtp]\nhost = smtp.example.br\nuser = s\n" /* 3 lines */

static const struct {
    const char *name, *text;
    const char *override; /* NULL: none */
    const char *error;    /* of both ways to load; NULL: both load it */
    gboolean kept;        /* by ch_config_load: so the search must find it */
} cases[] = {
    {"mailbox", MAILBOX "password = $\n" DEPARTMENT, .kept = TRUE},
    {"smtp", LOGIN "password=$", .kept = TRUE},
    {"both", MAILBOX "password = $\n" DEPARTMENT LOGIN "password = $\n", .kept = TRUE},
    {"white-space", LOGIN " \t password \t =\t  $ \t\r\n", .kept = TRUE},
    {"byte-order-mark", "\xef\xbb\xbf" LOGIN "password = $\n", .kept = TRUE},
    {"inside", LOGIN "password = x=$ # $\n", .kept = TRUE},
    {"command", LOGIN "password_command = echo $\n", .kept = TRUE},
    {"override", LOGIN, .override = "smtp.password=$", .kept = TRUE},
    {"override-spaces", LOGIN, .override = " smtp.password = $ ", .kept = TRUE},
    {"override-named", MAILBOX DEPARTMENT, .override = "mailbox.suporte.password=$", .kept = TRUE},
    {"override-over", LOGIN "password = $\n", .override = "smtp.password_file=/$", .kept = TRUE},
    {"comment", LOGIN "#password = $\n # old: $\npassword_env = SENHA\n", .error = NULL},
    {"comment-first", "\xef\xbb\xbf# $\n" LOGIN, .error = NULL},
    {"mistyped", LOGIN "pasword = $\n",
     .error = "secret.conf:4: unknown key 'pasword' in [smtp], expected a key that is known; did you mean "
              "'password'?"},
    {"capital", LOGIN "Password = $\n",
     .error = "secret.conf:4: unknown key 'Password' in [smtp], expected a key that is known; did you mean "
              "'password'?"},
    {"colon", LOGIN "password: $\n", .error = "secret.conf:4: 'password' without '=', expected password = …"},
    {"no-equals", LOGIN "password $\n",
     .error = "secret.conf:4: 'password' without '=', expected password = …"},
    {"pasted", LOGIN "$\n",
     .error = "secret.conf:4: a line without '=', expected [section], key = value or # comment"},
    {"two-words", LOGIN "password $ = $\n",
     .error = "secret.conf:4: a key that is not one word of letters, digits and '_', expected key = value"},
    {"no-key", LOGIN "= $\n",
     .error = "secret.conf:4: a key that is not one word of letters, digits and '_', expected key = value"},
    {"no-section", "password = $\n",
     .error = "secret.conf:1: 'password' before any section, expected [section]"},
    {"unknown-section", "[stmp]\npassword = $\n",
     .error =
         "secret.conf:1: unknown section [stmp], expected a section that is known; did you mean 'smtp'?"},
    {"twice", LOGIN "password = $\npassword = $\n",
     .error = "secret.conf:5: 'password' a second time in [smtp], expected once (it is in line 4)"},
    {"other-error", LOGIN "password = $\nport = x\n",
     .error = "secret.conf:5: port is 'x', expected a whole number from 0 to 65535"},
    {"override-no-equals", LOGIN, .override = "smtp.password: $",
     .error = "-o smtp.password: not an assignment, expected section.key=value"},
    {"override-mistyped", LOGIN, .override = "smtp.pasword=$",
     .error = "-o smtp.pasword: unknown key 'pasword' in [smtp], expected a key that is known; did you mean "
              "'password'?"},
};

/* What is wrong, without the temporary folder; NULL: nothing. */
static char *complaint_of(const ChConfig *config, const GError *error)
{
    g_assert_true((config == NULL) == (error != NULL));
    if (config)
        return NULL;
    g_autofree char *prefix = g_strconcat(folder, "/", NULL);
    g_autoptr(GString) message = g_string_new(error->message);
    g_string_replace(message, prefix, "", 0);
    return g_string_free(g_steal_pointer(&message), FALSE);
}

static gboolean is_unset(const ChSecret *secret)
{
    return !secret->value && !secret->command && !secret->variable && !secret->file;
}

static void check_public(const char *path, const char *override, const char *expected)
{
    g_autofree char *option = override ? make_secret(override) : NULL;
    char *overrides[] = {option, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load_public(path, overrides, &error);
    g_autofree char *got = complaint_of(config, error);
    g_assert_cmpstr(got, ==, expected);
    g_assert_false(memory_has_needle());
    if (!config)
        return;
    g_assert_true(is_unset(&config->smtp.password));
    for (guint i = 0; i < config->mailboxes->len; i++) {
        const ChMailboxConfig *mailbox = g_ptr_array_index(config->mailboxes, i);
        g_assert_true(is_unset(&mailbox->password));
        g_assert_cmpstr(mailbox->host, ==, "imap.example.br");
    }
}

/* The same with ch_config_load: without this, a search that finds nothing would prove nothing. */
static void check_private(const char *path, const char *override, const char *expected, gboolean kept)
{
    g_autofree char *option = override ? make_secret(override) : NULL;
    const char *overrides[] = {option, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(path, overrides, &error);
    g_autofree char *got = complaint_of(config, error);
    g_assert_cmpstr(got, ==, expected);
    if (option)
        explicit_bzero(option, strlen(option)); /* what is found then is a copy */
    if (kept)
        g_assert_true(memory_has_needle());
}

static void test_case(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    new_needle();
    g_autofree char *path = write_secret(cases[i].text, 0);
    check_public(path, cases[i].override, cases[i].error);
    check_private(path, cases[i].override, cases[i].error, cases[i].kept);
}

/* Memory that was freed counts too, where nobody overwrote it: a file that is refused as a whole. */
static void test_too_large(void)
{
    new_needle();
    g_autofree char *path = write_secret(LOGIN "password = $\n", 1 << 20);
    check_public(path, NULL, "secret.conf: more than 1 MB, expected a configuration file");
}

/* But for the passwords, both say the same of a file that has every kind of line. */
static void test_the_rest(void)
{
    g_autofree char *sample = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(sample, &text, NULL, NULL));
    g_autofree char *path = write_file("sample.conf", text, -1);
    char *name = g_strdup("desk.name = a=b # c"), *section = g_strdup("department.vendas.addresses=v@x.br");
    char *overrides[] = {name, section, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load_public(path, overrides, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(name, ==, "desk.name = a=b # c");
    g_assert_true(is_unset(&((const ChMailboxConfig *)g_ptr_array_index(config->mailboxes, 0))->password));
    g_autoptr(ChConfig) whole = ch_config_load(path, (const char *const *)overrides, &error);
    g_assert_no_error(error);
    g_autofree char *public_text = ch_config_show(config), *whole_text = ch_config_show(whole);
    g_autofree char *secret = g_strdup_printf("password_file = %s/suporte.password\n", folder);
    g_autoptr(GString) without = g_string_new(whole_text);
    g_assert_cmpuint(g_string_replace(without, secret, "password_file =\n", 0), ==, 1);
    g_assert_cmpstr(public_text, ==, without->str);
    g_free(name);
    g_free(section);

    g_autoptr(ChConfig) defaults = ch_config_load_public(NULL, NULL, &error);
    g_autoptr(ChConfig) same = ch_config_load(NULL, NULL, NULL);
    g_assert_no_error(error);
    g_autofree char *one = ch_config_show(defaults), *other = ch_config_show(same);
    g_assert_cmpstr(one, ==, other);
}

/* However a file is damaged: what is good stays good. */
static void test_damaged(void)
{
    g_autofree char *path = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *sample = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &sample, &length, NULL));
    for (guint i = 0; i < 300; i++) {
        g_autofree char *damaged = g_memdup2(sample, length);
        gsize kept = i % 3 ? length : (gsize)g_test_rand_int_range(0, (gint32)length);
        for (guint hits = i % 7; hits > 0 && kept; hits--)
            damaged[g_test_rand_int_range(0, (gint32)kept)] = (char)g_test_rand_int_range(0, 256);
        g_autofree char *file = write_file("damaged.conf", damaged, (gssize)kept);
        g_autoptr(GError) error = NULL, public_error = NULL;
        g_autoptr(ChConfig) whole = ch_config_load(file, NULL, &error);
        g_autoptr(ChConfig) config = ch_config_load_public(file, NULL, &public_error);
        g_assert_true((config == NULL) == (public_error != NULL));
        if (whole)
            g_assert_no_error(public_error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/config/public/", cases[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_case);
    }
    g_test_add_func("/config/public/too-large", test_too_large);
    g_test_add_func("/config/public/the-rest", test_the_rest);
    g_test_add_func("/config/public/damaged", test_damaged);
    return run_in_folder();
}
