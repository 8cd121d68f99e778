/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a good configuration sets: defaults, every key, what follows from other keys, -o, and that what is
 * shown can be loaded again. */
#include "config_test.h"
#include "paths.h"

/* What no file at all gives. */
static void test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(config->file);
    g_assert_cmpuint(config->mailboxes->len, ==, 0);
    g_assert_cmpuint(config->departments->len, ==, 1);
    const ChDepartmentConfig *department = ch_config_department(config, "suporte");
    g_assert_nonnull(department);
    g_assert_cmpstr(department->title, ==, "Suporte");
    g_assert_cmpstr(department->language, ==, "pt_BR");
    g_assert_cmpstr(department->addresses[0], ==, "suporte@localhost");
    g_assert_null(department->addresses[1]);
    g_assert_null(department->agents[0]);
    g_assert_cmpstr(config->desk_prefix, ==, "");
    g_assert_cmpstr(config->desk_domain, ==, "localhost");
    g_assert_null(config->desk_admins[0]);
    g_assert_null(config->smtp.host);
    g_assert_null(config->authserv_id);
    g_assert_cmpstr(config->state_dir, ==, "/var/lib/chamado");
    g_assert_nonnull(config->template_dir);
    g_assert_cmpuint(config->limits.mail_bytes, ==, 24 << 20);
    g_assert_true(g_strv_contains((const char *const *)config->files.types, "jpg"));
    g_assert_cmpuint(config->digest_hour, ==, 8);
    g_assert_cmpuint(config->reopen_days, ==, 14);
    g_assert_cmpuint(config->budgets.strangers, ==, 300);
    g_assert_cmpuint(config->key_days, ==, 180);
    g_assert_cmpint(department->registration, ==, CH_REGISTRATION_VALIDATED);
    g_assert_null(department->domains[0]);
    g_assert_true(department->refuse);
    g_assert_false(department->subaddress);
    const ChRegistrationConfig *registration = &config->registration;
    g_assert_cmpuint(registration->mails, ==, 5);
    g_assert_cmpuint(registration->bytes, ==, 48 << 20);
    g_assert_cmpuint(registration->per_day, ==, 3);
    g_assert_cmpuint(registration->remind, ==, 3 * 86400);
    g_assert_cmpuint(registration->expire, ==, 14 * 86400);
    g_assert_cmpuint(registration->retain, ==, 90 * 86400);
    g_assert_cmpuint(config->budgets.address, ==, 20);
    g_assert_cmpuint(config->budgets.ticket, ==, 10);
    g_assert_cmpuint(config->budgets.agent, ==, 500);
    g_assert_cmpuint(config->budgets.desk, ==, 3000);
    g_assert_null(ch_config_department(config, "vendas"));
    g_assert_null(ch_config_department(config, NULL));
}

static void test_page_defaults(void)
{
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, NULL);
    const ChWebConfig *web = &config->web;
    g_autofree char *fields = g_strjoinv(" ", web->fields), *required = g_strjoinv(" ", web->required);
    g_autofree char *proxies = g_strjoinv(" ", web->proxies);
    g_assert_cmpstr(web->host, ==, "127.0.0.1");
    g_assert_cmpuint(web->port, ==, 8025);
    g_assert_null(web->url);
    g_assert_cmpstr(fields, ==, "name company telephone language");
    g_assert_cmpstr(required, ==, "name");
    g_assert_cmpstr(web->colour, ==, "#0b5fa5");
    g_assert_null(web->logo);
    g_assert_cmpstr(proxies, ==, "127.0.0.1 ::1");
    g_assert_cmpuint(web->requests, ==, 60);
    g_assert_cmpuint(web->connections, ==, 400);
    g_assert_cmpuint(web->timeout, ==, 10);
}

/* Every key once, none at its default. Only one of the four passwords may stand in one section. */
static const char full[] =
    "[desk]\nname = Mesa\nprefix = Integral\ndomain = mesa.example.br\nlanguage = en\n"
    "admins = raiz@example.br\ndigest_hour = 0\nreopen_days = 0\n"
    "[mailbox m.1]\nhost = imap.example.br\nport = 1143\ntls = starttls\nca_file = /ca.pem\n"
    "allow_plain = yes\nuser = m\npassword_command = pass show 'm' | head -n1\n"
    "folders = INBOX, Caixa de Entrada\nafter = delete\nmove_to = Feito\nidle = no\n"
    "interval = 90s\ntimeout = 1h\ndepartment = b\n"
    "[mailbox m2]\nhost = ::1\nuser = m\npassword_env = SENHA\n"
    "[department a]\ntitle = \"A\" = 1\naddresses = a@example.br\nagents = ana@example.br\n"
    "language = en\nregistration = closed\ndomains = cliente.example, *.grupo.example\nrefuse = no\n"
    "subaddress = yes\nattachment_types = docx\nattachment_bytes = 1M\nattachments_total = 2M\n"
    "attachments_count = 3\nfields = pedido, setor\nrequired = setor\n"
    "[department b]\naddresses = b@example.br, c@example.br\n"
    "[field setor]\ntitle = Qual setor\naliases = Área, Onde\naccount = company\n[field pedido]\n"
    "[registration]\nmails = 6\nbytes = 1M\nper_day = 2\nremind = 0\nexpire = 90s\nretain = 30d\n"
    "[budgets]\naddress = 1\nticket = 2\nagent = 3\ndesk = 1000000\nstrangers = 4\n"
    "[web]\nhost = ::\nport = 80\nurl = https://ajuda.example.br/x\nfields = language, company\n"
    "required = none\ncolour = #c0ffee\nlogo = /logo.svg\nproxies = 10.0.0.1, fe80::1\nrequests = 1\n"
    "connections = 16\ntimeout = 1m\n"
    "[smtp]\nhost = smtp.example.br\nport = 2525\ntls = none\nca_file = /ca.pem\n"
    "allow_plain = yes\nuser = s\npassword_file = /senha\nconnections = 9\ntimeout = 10s\n"
    "retry_days = 2\n"
    "[limits]\nmail_bytes = 3M\nattachment_bytes = 1000\nheader_bytes = 5K\ntext_bytes = 2M\n"
    "parts = 7\ndepth = 6\nrecipients = 5\nparse_time = 3s\nbatch_mails = 4\nbatch_bytes = 1M\n"
    "memory_bytes = 1G\n"
    "[attachments]\ntypes = pdf, xml\ntotal = 3M\ncount = 4\n[trust]\nauthserv_id = MX.example.br\nkey_days "
    "= 7\n"
    "[paths]\nstate = /srv/estado\ntemplates = /srv/modelos\nrules = /srv/regras\n";

/* The value of KEY in SECTION of TEXT as GKeyFile reads it; NULL: none. */
static char *value_in(const char *text, const char *section, const char *key)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_assert_true(g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, NULL));
    return g_key_file_get_value(keys, section, key, NULL);
}

static char *show(const char *text, const char *const *overrides)
{
    g_autofree char *path = write_file("full.conf", text, -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(path, overrides, &error);
    g_assert_no_error(error);
    return ch_config_show(config);
}

static void test_every_key(void)
{
    g_autofree char *shown = show(full, NULL);

    guint secrets = 0;
    for (guint i = 0; i < ch_config_key_count; i++) {
        const ChConfigKey *key = &ch_config_keys[i];
        const char *section = key->section == CH_SECTION_MAILBOX      ? "mailbox m.1"
                              : key->section == CH_SECTION_DEPARTMENT ? "department a"
                              : key->section == CH_SECTION_FIELD      ? "field setor"
                                                                      : ch_section_name(key->section);
        g_autofree char *given = value_in(full, section, key->key);
        g_autofree char *got = value_in(shown, section, key->key);
        if (!given && g_str_has_prefix(key->key, "password")) {
            g_assert_cmpstr(got, ==, "");
            secrets++;
            continue;
        }
        g_assert_nonnull(given); /* a key that is new in the table belongs in `full` */
        g_assert_cmpstr(given, !=, key->fallback);
        g_assert_cmpstr(got, ==, given);
    }
    g_assert_cmpuint(secrets, ==, 6);
    g_autofree char *variable = value_in(shown, "mailbox m2", "password_env");
    g_assert_cmpstr(variable, ==, "SENHA");
}

static void test_round_trip(void)
{
    g_autofree char *path = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *sample = NULL;
    g_assert_true(g_file_get_contents(path, &sample, NULL, NULL));
    const char *texts[] = {"", "[desk]\nname = X\n", MAILBOX "password = hunter2\n" DEPARTMENT, full, sample};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *once = show(texts[i], NULL);
        g_autofree char *twice = show(once, NULL);
        g_assert_cmpstr(once, ==, twice);
        g_assert_false(strstr(once, "hunter2"));
    }
    g_autofree char *masked = show(texts[2], NULL);
    g_autofree char *password = value_in(masked, "mailbox suporte", "password");
    g_assert_cmpstr(password, ==, "********");
}

/* What follows from other keys. */
static void test_derived(void)
{
    static const struct {
        const char *text, *section, *key, *expected;
    } cases[] = {
        {MAILBOX DEPARTMENT, "mailbox suporte", "port", "993"},
        {MAILBOX "tls = starttls\n" DEPARTMENT, "mailbox suporte", "port", "143"},
        {"[smtp]\nhost = h\n", "smtp", "port", "465"},
        {"[smtp]\nhost = h\ntls = starttls\n", "smtp", "port", "587"},
        {"[smtp]\nhost = localhost\ntls = none\n", "smtp", "port", "25"},
        {"[smtp]\nhost = localhost\ntls = none\nport = 0\n", "smtp", "port", "25"},
        {DEPARTMENT, "department suporte", "title", "suporte"},
        {DEPARTMENT, "department suporte", "language", "pt_BR"},
        {"[desk]\nlanguage = en\n" DEPARTMENT, "department suporte", "language", "en"},
        {DEPARTMENT, "desk", "domain", "example.br"},
        {"[department a]\naddresses = A@Example.BR , b@x.br\n", "department a", "addresses",
         "a@example.br, b@x.br"},
        {"[attachments]\ntypes = .PDF, Tar\n", "attachments", "types", "pdf, tar"},
        {"[limits]\nmail_bytes = 2048\n", "limits", "mail_bytes", "2K"},
        {"[limits]\nmail_bytes = 2049\n", "limits", "mail_bytes", "2049"},
        {"[limits]\nmail_bytes = 2 m\n", "limits", "mail_bytes", "2M"},
        {"[smtp]\nhost = h\ntimeout = 120\n", "smtp", "timeout", "2m"},
        {"[desk]\nname = a\\nb \"c\"\n", "desk", "name", "a\\nb \"c\""},
        {DEPARTMENT "registration = closed\ndomains = Cliente.Example, *.GRUPO.example\n",
         "department suporte", "domains", "cliente.example, *.grupo.example"},
        {DEPARTMENT "registration = OPEN\n", "department suporte", "registration", "open"},
        {"[web]\nproxies = 0:0::1, 10.0.0.1\n", "web", "proxies", "::1, 10.0.0.1"},
        {"[web]\nproxies = none\n", "web", "proxies", "none"},
        {"[web]\nproxies =\n", "web", "proxies", "127.0.0.1, ::1"},
        {"[web]\nfields = Telephone, NAME\n", "web", "fields", "telephone, name"},
        {"[web]\nfields = none\nrequired = none\n", "web", "fields", "none"},
        {"[web]\ncolour = #C0FFEE\n", "web", "colour", "#c0ffee"},
        {"[registration]\nremind = 0d\n", "registration", "remind", "0"},
        {FIELDS, "field setor", "title", "setor"},
        {FIELDS, "field pedido", "title", "Pedido de compra"},
        {"[field x]\naccount = COMPANY\n", "field x", "account", "company"},
        {FIELDS DEPARTMENT "fields = pedido\nrequired = setor\n", "department suporte", "fields",
         "pedido, setor"},
        {FIELDS DEPARTMENT "required = setor, pedido\nfields = pedido\n", "department suporte", "fields",
         "pedido, setor"},
        {"[trust]\nauthserv_id = MX.Example.br\n", "trust", "authserv_id", "MX.Example.br"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = show(cases[i].text, NULL);
        g_autofree char *got = value_in(shown, cases[i].section, cases[i].key);
        g_assert_cmpstr(got, ==, cases[i].expected);
    }
    g_autofree char *shown = show("[smtp]\nhost = h\nca_file = ca.pem\n[paths]\nstate = ../s\n", NULL);
    g_autofree char *ca = value_in(shown, "smtp", "ca_file"), *state = value_in(shown, "paths", "state");
    g_autofree char *expected_ca = g_build_filename(folder, "ca.pem", NULL);
    g_autofree char *parent = g_path_get_dirname(folder);
    g_autofree char *expected_state = g_build_filename(parent, "s", NULL);
    g_assert_cmpstr(ca, ==, expected_ca);
    g_assert_cmpstr(state, ==, expected_state);
}

static void test_templates(void)
{
    if (g_file_test(CH_DATADIR "/templates", G_FILE_TEST_IS_DIR)) {
        g_test_skip("a Chamado is installed: its templates come first");
        return;
    }
    g_autofree char *before = show("", NULL);
    g_autofree char *none = value_in(before, "paths", "templates");
    g_assert_cmpstr(none, ==, CH_DATADIR "/templates");
    g_autofree char *beside = g_build_filename(folder, "templates", NULL);
    g_assert_cmpint(g_mkdir(beside, 0700), ==, 0);
    g_autofree char *after = show("", NULL);
    g_autofree char *found = value_in(after, "paths", "templates");
    g_assert_cmpint(g_rmdir(beside), ==, 0);
    g_assert_cmpstr(found, ==, beside);
}

static void test_overrides(void)
{
    static const char text[] = MAILBOX "password_file = senha\n" DEPARTMENT "[smtp]\nhost = h\nuser = u\n"
                                       "password_env = SENHA\n";
    static const struct {
        const char *override, *section, *key, *expected;
    } good[] = {
        {"desk.name=Outra", "desk", "name", "Outra"},
        {" desk.name = Outra ", "desk", "name", "Outra"},
        {"mailbox suporte.host=mx", "mailbox suporte", "host", "mx"},
        {"mailbox.suporte.host=mx", "mailbox suporte", "host", "mx"},
        {"trust.authserv_id=mx.example.br", "trust", "authserv_id", "mx.example.br"},
        {"smtp.password=hunter2", "smtp", "password", "********"},
        {"smtp.password=hunter2", "smtp", "password_env", ""},
        {"mailbox suporte.password_command=echo a=b", "mailbox suporte", "password_command", "echo a=b"},
        {"mailbox suporte.password_command=echo a=b", "mailbox suporte", "password_file", ""},
        {"mailbox suporte.password=", "mailbox suporte", "password_file", ""},
        {"department.a.b.addresses=x@y.br", "department a.b", "addresses", "x@y.br"},
        {"paths.state=/srv/x", "paths", "state", "/srv/x"},
        {"smtp.tls=starttls", "smtp", "port", "587"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        const char *overrides[] = {good[i].override, NULL};
        g_autofree char *shown = show(text, overrides);
        g_autofree char *got = value_in(shown, good[i].section, good[i].key);
        g_assert_cmpstr(got, ==, good[i].expected);
        g_assert_false(strstr(shown, "hunter2"));
    }
    /* The last one wins; a relative path starts where the shell stands. */
    const char *two[] = {"desk.name=A", "desk.name=B", "paths.state=x", NULL};
    g_autofree char *shown = show(text, two);
    g_autofree char *name = value_in(shown, "desk", "name"), *state = value_in(shown, "paths", "state");
    g_autofree char *here = g_canonicalize_filename("x", NULL);
    g_assert_cmpstr(name, ==, "B");
    g_assert_cmpstr(state, ==, here);

    static const struct {
        const char *override, *expected;
    } bad[] = {
        {"nonsense", "-o nonsense: not an assignment, expected section.key=value"},
        {"smtp.password: hunter2", "-o smtp.password: not an assignment, expected section.key=value"},
        {"name=x", "-o name: not an assignment, expected section.key=value"},
        {"", "-o : not an assignment, expected section.key=value"},
        {"smtp.port=many", "-o smtp.port: port is 'many', expected a whole number from 0 to 65535"},
        {"smtp.hots=x",
         "-o smtp.hots: unknown key 'hots' in [smtp], expected a key that is known; did you mean 'host'?"},
        {"smpt.host=x",
         "-o smpt.host: unknown section [smpt], expected a section that is known; did you mean 'smtp'?"},
        {"mailbox.host=x", "-o mailbox.host: a section [mailbox] without a name, expected [mailbox NAME]"},
        {"mailbox x.host=h", "-o mailbox x.host: [mailbox x] has no user, expected user = …"},
        {"department suporte.agents=Suporte@example.br",
         "-o department suporte.agents: agent 'suporte@example.br' is an address of [department suporte], "
         "expected a "
         "person's own (mail would go in a circle)"},
        {"smtp.tls=none", "-o smtp.tls: tls is none for h, expected implicit, starttls, a loopback host or "
                          "allow_plain = yes"},
        {"desk.name=a\nb", "-o: control characters or bytes that are not UTF-8, expected text"},
        {"desk.name=\xff", "-o: control characters or bytes that are not UTF-8, expected text"},
        {"smtp.user=", "x.conf:10: password_env without a user, expected user = …"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *overrides[] = {bad[i].override, NULL};
        g_autofree char *got = complaint(text, -1, overrides);
        g_assert_cmpstr(got, ==, bad[i].expected);
        g_assert_false(strstr(got, "hunter2"));
    }
    /* With no file: over the built-in desk. */
    const char *built_in[] = {"department suporte.title=Ajuda", "limits.depth=3", NULL};
    g_autoptr(ChConfig) config = ch_config_load(NULL, built_in, NULL);
    g_assert_nonnull(config);
    g_assert_cmpuint(config->departments->len, ==, 1);
    g_assert_cmpstr(ch_config_department(config, "suporte")->title, ==, "Ajuda");
    g_assert_cmpuint(config->limits.depth, ==, 3);
}

static void test_desk_address(void)
{
    g_autofree char *path =
        write_file("x.conf",
                   "[department a]\naddresses = a@x.br\n[department b]\naddresses = b@x.br, "
                   "técnico@x.br, c+d@x.br\nagents = ana@x.br, b+ana@x.br\n",
                   -1);
    g_autoptr(ChConfig) config = ch_config_load(path, NULL, NULL);
    g_assert_nonnull(config);
    g_assert_true(ch_config_is_desk_address(config, "a@x.br"));
    g_assert_true(ch_config_is_desk_address(config, " B@X.BR "));
    g_assert_true(ch_config_is_desk_address(config, "TÉCNICO@x.br"));
    g_assert_false(ch_config_is_desk_address(config, "ana@x.br"));
    g_assert_true(ch_config_is_desk_address(config, "a+1.2.3@x.br"));
    g_assert_true(ch_config_is_desk_address(config, "A+x+y@x.br"));
    g_assert_true(ch_config_is_desk_address(config, "c+d@x.br"));
    g_assert_true(ch_config_is_desk_address(config, "c+d+e@x.br"));
    g_assert_false(ch_config_is_desk_address(config, "c@x.br"));
    g_assert_false(ch_config_is_desk_address(config, "c+e@x.br"));
    g_assert_false(ch_config_is_desk_address(config, "+a@x.br"));
    g_assert_false(ch_config_is_desk_address(config, "a+@y.br"));
    g_assert_false(ch_config_is_desk_address(config, "b+ana@x.br")); /* an agent's */
    g_assert_true(ch_config_is_desk_domain(config, "Site@X.br"));
    g_assert_false(ch_config_is_desk_domain(config, "site@w.x.br"));
    g_assert_false(ch_config_is_desk_domain(config, "x.br"));
    g_assert_false(ch_config_is_desk_address(config, "a@x.br.evil.example"));
    g_assert_false(ch_config_is_desk_address(config, "a"));
    g_assert_false(ch_config_is_desk_address(config, ""));
    g_assert_false(ch_config_is_desk_address(config, "\xff@x.br"));
    g_assert_false(ch_config_is_desk_address(config, NULL));
}

static void test_addresses(void)
{
    static const char *const good[] = {"a@b", "ana.maria+x@example.com.br", "o'neil@x.ie", "josé@exemplo.br",
                                       NULL};
    static const char *const bad[] = {"",        "@",       "a@",      "@b",      "a b@c",  ".a@b",
                                      "a.@b",    "a..b@c",  "a@b..c",  "a@.b",    "a@b.",   "a@b c",
                                      "<a@b>",   "a@b@c",   "a,b@c",   "\"a\"@b", "a\t@b",  "a@b/c",
                                      "a@[1.1]", "a\xff@b", "a;b@c.d", "a:b@c.d", "(x)a@b", NULL};
    for (const char *const *address = good; *address; address++) {
        g_autofree char *folded = ch_config_address(*address);
        g_assert_nonnull(folded);
    }
    for (const char *const *address = bad; *address; address++) {
        g_autofree char *folded = ch_config_address(*address);
        g_assert_null(folded);
    }
    g_autofree char *local = g_strnfill(65, 'a'), *long_local = g_strconcat(local, "@b.br", NULL);
    g_assert_null(ch_config_address(long_local));
    g_autofree char *fits = ch_config_address(long_local + 1);
    g_assert_nonnull(fits);
}

static void test_urls(void)
{
    static const char *const good[] = {"https://ajuda.example.br",
                                       "https://ajuda.example.br:8443",
                                       "https://ajuda.example.br/suporte/2",
                                       "https://xn--ao-fka.example.br",
                                       "http://localhost:8025",
                                       "http://127.0.0.1",
                                       "http://[::1]:8025/a-b_c.d~e",
                                       NULL};
    static const char *const bad[] = {"",
                                      "https://",
                                      "https:///x",
                                      "https:ajuda.example.br",
                                      "ajuda.example.br",
                                      "//ajuda.example.br",
                                      "ftp://ajuda.example.br",
                                      "javascript:alert",
                                      "HTTPS://ajuda.example.br",
                                      "https://ajuda.example.br/",
                                      "https://ajuda.example.br/x/",
                                      "https://ajuda.example.br?x",
                                      "https://ajuda.example.br/x?y=z",
                                      "https://ajuda.example.br#x",
                                      "https://ana@ajuda.example.br",
                                      "https://ajuda.example.br:0",
                                      "https://ajuda.example.br:65536",
                                      "https://ajuda.example.br:x",
                                      "https://ajuda..example.br",
                                      "https://aju da.example.br",
                                      "https://ajuda.example.br/\"x",
                                      "https://ajuda.example.br/<x>",
                                      "https://ajuda.example.br/%zz",
                                      "https://ação.example.br",
                                      "https://[::1",
                                      NULL};
    for (const char *const *url = good; *url; url++) {
        g_test_message("%s", *url);
        g_assert_true(ch_config_is_url(*url));
    }
    for (const char *const *url = bad; *url; url++) {
        g_test_message("%s", *url);
        g_assert_false(ch_config_is_url(*url));
    }
    g_autofree char *filling = g_strnfill(200 - strlen("https://a.br/"), 'x');
    g_autofree char *longest = g_strconcat("https://a.br/", filling, NULL);
    g_autofree char *longer = g_strconcat(longest, "x", NULL);
    g_assert_true(ch_config_is_url(longest));
    g_assert_false(ch_config_is_url(longer));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/page-defaults", test_page_defaults);
    g_test_add_func("/config/urls", test_urls);
    g_test_add_func("/config/every-key", test_every_key);
    g_test_add_func("/config/round-trip", test_round_trip);
    g_test_add_func("/config/derived", test_derived);
    g_test_add_func("/config/templates", test_templates);
    g_test_add_func("/config/overrides", test_overrides);
    g_test_add_func("/config/desk-address", test_desk_address);
    g_test_add_func("/config/addresses", test_addresses);
    return run_in_folder();
}
