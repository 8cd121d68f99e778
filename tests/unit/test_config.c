/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configuration files, good and bad ones, and exactly what is said of the bad. What good ones mean is in
 * test_config_values.c. */
#include "config_test.h"

static const struct {
    const char *name, *text, *expected; /* NULL: good */
} files[] = {
    {"empty", "", NULL},
    {"comments", "# a\n\n   # b\n", NULL},
    {"byte-order-mark", "\xef\xbb\xbf[desk]\r\nname = X\r\n", NULL},
    {"spaces", "  [ mailbox   suporte ]  \n\thost=localhost\n user =u \n" DEPARTMENT, NULL},
    {"no-mailbox", DEPARTMENT, NULL},
    {"value-with-equals", "[desk]\nname = a=b # c\n", NULL},
    {"empty-values", "[desk]\nprefix =\nadmins =\nlanguage =\n[limits]\nparts =\n", NULL},
    {"plain-loopback", MAILBOX "tls = none\nallow_plain = yes\n" DEPARTMENT, NULL},
    {"plain-ipv6", "[smtp]\nhost = ::1\ntls = none\n", NULL},
    {"plain-127", "[smtp]\nhost = 127.0.0.53\ntls = none\n", NULL},
    {"any-case", "[smtp]\nhost = LocalHost\ntls = NONE\nallow_plain = Yes\n", NULL},
    {"accents", "[department técnico]\naddresses = técnico@exemplo.br\n", NULL},
    {"closed", DEPARTMENT "registration = Closed\ndomains = *.grupo.example\nrefuse = no\n", NULL},
    {"closed-to-all", DEPARTMENT "registration = closed\n", NULL},
    {"no-reminder", "[registration]\nremind = 0\n", NULL},
    {"page", "[web]\nurl = https://ajuda.example.br:8443/desk\ncolour = #FFFFFF\n", NULL},
    {"page-here", "[web]\nurl = http://localhost:8025\nhost = ::1\n", NULL},
    {"page-127", "[web]\nurl = http://127.0.0.9\n", NULL},
    {"page-ipv6", "[web]\nurl = http://[::1]:8025\n", NULL},
    {"page-asks-nothing", "[web]\nfields = none\nrequired = NONE\nproxies = none\n", NULL},
    {"page-asks-little", "[web]\nfields = telephone, name\n", NULL},
    {"own-folder", MAILBOX "after = seen\nmove_to = INBOX\n" DEPARTMENT, NULL},

    {"no-equals", "[desk]\nhunter2\n",
     "x.conf:2: a line without '=', expected [section], key = value or # comment"},
    {"no-equals-known", "[smtp]\nhost = h\nuser suporte\n",
     "x.conf:3: 'user suporte' without '=', expected user = …"},
    {"no-equals-secret", "[smtp]\nhost = h\npassword: hunter2\n",
     "x.conf:3: 'password' without '=', expected password = …"},
    {"odd-key", "[smtp]\nhost = h\npassword hunter2 = x\n",
     "x.conf:3: a key that is not one word of letters, digits and '_', expected key = value"},
    {"no-key", "[desk]\n= hunter2\n",
     "x.conf:2: a key that is not one word of letters, digits and '_', expected key = value"},
    {"translated-key", "[desk]\nname[pt] = x\n",
     "x.conf:2: a key that is not one word of letters, digits and '_', expected key = value"},
    {"before-section", "# c\nname = X\n", "x.conf:2: 'name' before any section, expected [section]"},
    {"open-section", "[desk\nname = X\n",
     "x.conf:1: a section that does not end with ']', expected [section]"},
    {"section-comment", "[desk] # c\n", "x.conf:1: a section that does not end with ']', expected [section]"},
    {"control", "[desk]\nname = a\033[31m\n", "x.conf:2: a control character, expected printable text"},
    {"control-unicode", "[desk]\nname = a\u2028b\nprefix = \xc2\x85\n",
     "x.conf:2: a control character, expected printable text\nx.conf:3: a control character, expected "
     "printable "
     "text"},
    {"not-utf8", "[desk]\nname = Jo\xe3o\n", "x.conf:2: bytes that are not UTF-8, expected UTF-8 text"},

    {"unknown-key", "[smtp]\nhost = h\nconections = 2\n",
     "x.conf:3: unknown key 'conections' in [smtp], expected a key that is known; did you mean "
     "'connections'?"},
    {"swapped-key", "[smtp]\nhots = h\nhost = h\n",
     "x.conf:2: unknown key 'hots' in [smtp], expected a key that is known; did you mean 'host'?"},
    {"capital-key", "[desk]\nName = x\n",
     "x.conf:2: unknown key 'Name' in [desk], expected a key that is known; did you mean 'name'?"},
    {"far-key", "[desk]\ncolour = x\n",
     "x.conf:2: unknown key 'colour' in [desk], expected one of name, prefix, domain, language, admins, "
     "reopen_days, digest_hour"},
    {"secret-key", "[smtp]\nhost = h\nuser = u\npasword = hunter2\n",
     "x.conf:4: unknown key 'pasword' in [smtp], expected a key that is known; did you mean 'password'?"},
    {"unknown-section", "[mial]\nhost = h\n",
     "x.conf:1: unknown section [mial], expected one of desk, mailbox, department, field, registration, "
     "budgets, web, smtp, limits, attachments, trust, paths"},
    {"near-section", "[departament x]\n",
     "x.conf:1: unknown section [departament x], expected a section that is known; did you mean "
     "'department'?"},
    {"no-name", "[mailbox]\n", "x.conf:1: a section [mailbox] without a name, expected [mailbox NAME]"},
    {"too-much-name", "[smtp out]\n", "x.conf:1: a section [smtp out], expected [smtp] without a name"},
    {"odd-name", "[mailbox a/b]\n",
     "x.conf:1: 'a/b' as a name, expected at most 64 bytes of letters, digits, '-', '_' and '.'"},

    {"key-twice", "[smtp]\nhost = a\n\nhost = b\n",
     "x.conf:4: 'host' a second time in [smtp], expected once (it is in line 2)"},
    {"section-twice", DEPARTMENT "[desk]\n[department  suporte]\ntitle = X\n",
     "x.conf:4: [department suporte] a second time, expected once (it begins in line 1)"},
    {"key-in-second-section", "[desk]\nname = a\n[desk]\nname = b\n",
     "x.conf:3: [desk] a second time, expected once (it begins in line 1)\n"
     "x.conf:4: 'name' a second time in [desk], expected once (it is in line 2)"},

    {"word-for-number", "[smtp]\nhost = h\nport = abc\n",
     "x.conf:3: port is 'abc', expected a whole number from 0 to 65535"},
    {"port-too-big", "[smtp]\nhost = h\nport = 65536\n",
     "x.conf:3: port is '65536', expected a whole number from 0 to 65535"},
    {"negative", "[smtp]\nhost = h\nconnections = -1\n",
     "x.conf:3: connections is '-1', expected a whole number from 1 to 64"},
    {"unit-for-number", "[limits]\nparts = 5K\n",
     "x.conf:2: parts is '5K', expected a whole number from 1 to 100000"},
    {"comment-behind", "[smtp]\nhost = h\nport = 25 # the old one\n",
     "x.conf:3: port is '25 # the old one', expected a whole number from 0 to 65535; a comment stands on a "
     "line of "
     "its own"},
    {"huge-size", "[limits]\nmail_bytes = 99999999999999999999\n",
     "x.conf:2: mail_bytes is '99999999999999999999', expected a size from 1K to 1G, such as 512K or 24M"},
    {"overflowing-size", "[limits]\nbatch_bytes = 17179869185G\n",
     "x.conf:2: batch_bytes is '17179869185G', expected a size from 1K to 1G, such as 512K or 24M"},
    {"size-unit", "[limits]\nmail_bytes = 24MB\n",
     "x.conf:2: mail_bytes is '24MB', expected a size from 1K to 1G, such as 512K or 24M"},
    {"time", "[smtp]\nhost = h\ntimeout = soon\n",
     "x.conf:3: timeout is 'soon', expected a time from 1s to 1h, such as 90s, 5m or 1h"},
    {"time-zero", "[smtp]\nhost = h\ntimeout = 0\n",
     "x.conf:3: timeout is '0', expected a time from 1s to 1h, such as 90s, 5m or 1h"},
    {"boolean", "[smtp]\nhost = h\nallow_plain = maybe\n",
     "x.conf:3: allow_plain is 'maybe', expected yes or no"},
    {"tls", "[smtp]\nhost = h\ntls = ssl\n", "x.conf:3: tls is 'ssl', expected implicit, starttls or none"},
    {"after", MAILBOX "after = burn\n" DEPARTMENT,
     "x.conf:4: after is 'burn', expected move, seen or delete"},
    {"host-with-port", "[smtp]\nhost = h:25\n",
     "x.conf:2: host is 'h:25', expected a host name or an IP address, without a port"},
    {"language", "[desk]\nlanguage = ../x\n",
     "x.conf:2: language is '../x', expected a folder of templates such as pt_BR"},
    {"prefix", "[desk]\nprefix = Ex #\n",
     "x.conf:2: prefix is 'Ex #', expected at most 64 bytes without '[', ']' and "
     "'#'; a comment stands on a line of its own"},
    {"prefix-bracket", "[desk]\nprefix = a]b\n",
     "x.conf:2: prefix is 'a]b', expected at most 64 bytes without '[', ']' and '#'"},
    {"domain", "[desk]\ndomain = a..b\n", "x.conf:2: domain is 'a..b', expected a domain name"},
    {"address", "[department a]\naddresses = suporte\n",
     "x.conf:2: addresses has 'suporte', expected addresses such as ana@example.br apart by commas"},
    {"address-spaces", "[department a]\naddresses = a@b.br c@d.br\n",
     "x.conf:2: addresses has 'a@b.br c@d.br', expected addresses such as ana@example.br apart by commas"},
    {"address-brackets", DEPARTMENT "agents = Ana <ana@example.br>\n",
     "x.conf:3: agents has 'Ana <ana@example.br>', expected addresses such as ana@example.br apart by "
     "commas"},
    {"address-twice", DEPARTMENT "agents = ana@example.br, ANA@example.br\n",
     "x.conf:3: agents has 'ANA@example.br' twice, expected each once"},
    {"list-hole", DEPARTMENT "agents = a@b.br,, c@d.br\n",
     "x.conf:3: agents has nothing between two commas, expected an element there"},
    {"type", "[attachments]\ntypes = pdf, *.exe\n",
     "x.conf:2: types has '*.exe', expected file name extensions such as pdf apart by commas"},

    {"digest-hour", "[desk]\ndigest_hour = 24\n",
     "x.conf:2: digest_hour is '24', expected a whole number from 0 to 23"},
    {"registration", DEPARTMENT "registration = no\n",
     "x.conf:3: registration is 'no', expected validated, open or closed"},
    {"pattern", DEPARTMENT "registration = closed\ndomains = a.example, *grupo.example\n",
     "x.conf:4: domains has '*grupo.example', expected domains such as cliente.example or *.grupo.example "
     "apart by commas"},
    {"pattern-for-all", DEPARTMENT "registration = closed\ndomains = *\n",
     "x.conf:4: domains has '*', expected domains such as cliente.example or *.grupo.example apart by "
     "commas"},
    {"pattern-inside", DEPARTMENT "registration = closed\ndomains = a.*.example\n",
     "x.conf:4: domains has 'a.*.example', expected domains such as cliente.example or *.grupo.example apart "
     "by commas"},
    {"pattern-address", DEPARTMENT "registration = closed\ndomains = ana@cliente.example\n",
     "x.conf:4: domains has 'ana@cliente.example', expected domains such as cliente.example or "
     "*.grupo.example apart by commas"},
    {"pattern-twice", DEPARTMENT "registration = closed\ndomains = *.A.example, *.a.EXAMPLE\n",
     "x.conf:4: domains has '*.a.EXAMPLE' twice, expected each once"},
    {"domains-validated", DEPARTMENT "domains = cliente.example\n",
     "x.conf:3: domains where registration is validated, expected registration = closed"},
    {"domains-open", DEPARTMENT "domains = cliente.example\nregistration = open\n",
     "x.conf:3: domains where registration is open, expected registration = closed"},
    {"remind", "[registration]\nremind = never\n",
     "x.conf:2: remind is 'never', expected a time from 0 to 365d, such as 90s, 5m or 1h"},
    {"expire-never", "[registration]\nexpire = 0\n",
     "x.conf:2: expire is '0', expected a time from 1s to 365d, such as 90s, 5m or 1h"},
    {"per-day", "[registration]\nper_day = 25\n",
     "x.conf:2: per_day is '25', expected a whole number from 1 to 24"},
    {"budget-none", "[budgets]\naddress = 0\n",
     "x.conf:2: address is '0', expected a whole number from 1 to 1000000"},
    {"budget-huge", "[budgets]\ndesk = 1000001\n",
     "x.conf:2: desk is '1000001', expected a whole number from 1 to 1000000"},
    {"key-days", "[trust]\nkey_days = 0\n",
     "x.conf:2: key_days is '0', expected a whole number from 1 to 3650"},
    {"web-port", "[web]\nport = 0\n", "x.conf:2: port is '0', expected a whole number from 1 to 65535"},
    {"web-connections", "[web]\nconnections = 15\n",
     "x.conf:2: connections is '15', expected a whole number from 16 to 5000"},
    {"web-fields", "[web]\nfields = name, fone\n",
     "x.conf:2: fields has 'fone', expected none, or some of name, company, telephone and language apart by "
     "commas"},
    {"web-required", "[web]\nrequired = name, telephone\nfields = name\n",
     "x.conf:2: required has 'telephone', which fields lacks, expected some of fields or none"},
    {"web-required-default", "[web]\nfields = company\n",
     "x.conf:2: required has 'name', which fields lacks, expected some of fields or none"},
    {"web-colour", "[web]\ncolour = blue\n", "x.conf:2: colour is 'blue', expected a colour such as #0b5fa5"},
    {"web-colour-short", "[web]\ncolour = #fff\n",
     "x.conf:2: colour is '#fff', expected a colour such as #0b5fa5"},
    {"web-colour-style", "[web]\ncolour = #fffff;\n",
     "x.conf:2: colour is '#fffff;', expected a colour such as #0b5fa5"},
    {"web-proxies", "[web]\nproxies = 10.0.0.1, proxy.example.br\n",
     "x.conf:2: proxies has 'proxy.example.br', expected none, or IP addresses such as 127.0.0.1 apart by "
     "commas"},
    {"web-proxies-twice", "[web]\nproxies = ::1, 0:0::1\n",
     "x.conf:2: proxies has '0:0::1' twice, expected each once"},
    {"web-url-plain", "[web]\nport = 80\nurl = http://ajuda.example.br\n",
     "x.conf:3: url is http://ajuda.example.br, expected https:// or a loopback host"},
    {"web-url-lookalike", "[web]\nurl = http://127.0.0.1.example.br\n",
     "x.conf:2: url is http://127.0.0.1.example.br, expected https:// or a loopback host"},

    {"no-host", "[mailbox m]\nuser = u\n" DEPARTMENT, "x.conf:1: [mailbox m] has no host, expected host = …"},
    {"no-user", "[mailbox m]\nhost = h\nuser =\n" DEPARTMENT,
     "x.conf:3: [mailbox m] has no user, expected user = …"},
    {"smtp-no-host", "[smtp]\nport = 25\n", "x.conf:1: [smtp] has no host, expected host = …"},
    {"no-addresses", "[department a]\n", "x.conf:1: [department a] has no addresses, expected addresses = …"},
    {"no-department", MAILBOX,
     "x.conf:1: a mailbox but no department, expected a [department NAME] with its addresses"},
    {"missing-department", MAILBOX "department = vendas\n" DEPARTMENT,
     "x.conf:4: department is 'vendas', expected the name of a [department NAME]"},
    {"shared-address", DEPARTMENT "[department b]\naddresses = b@example.br, Suporte@Example.br\n",
     "x.conf:4: 'suporte@example.br' is an address of [department suporte] too, expected one department for "
     "each"},
    {"agent-is-desk", DEPARTMENT "[department b]\naddresses = b@x.br\nagents = a@x.br, SUPORTE@example.br\n",
     "x.conf:5: agent 'suporte@example.br' is an address of [department suporte], expected a person's own "
     "(mail would "
     "go in a circle)"},
    {"admin-is-desk", "[desk]\nadmins = suporte@example.br\n" DEPARTMENT,
     "x.conf:2: admin 'suporte@example.br' is an address of [department suporte], expected a person's own "
     "(mail would "
     "go in a circle)"},
    {"plain", MAILBOX "tls = none\n" DEPARTMENT,
     "x.conf:4: tls is none for imap.example.br, expected implicit, starttls, a loopback host or allow_plain "
     "= yes"},
    {"plain-smtp", "[smtp]\ntls = none\nhost = 10.0.0.1\n",
     "x.conf:2: tls is none for 10.0.0.1, expected implicit, starttls, a loopback host or allow_plain = yes"},
    {"plain-lookalike", "[smtp]\ntls = none\nhost = localhost.example.br\n",
     "x.conf:2: tls is none for localhost.example.br, expected implicit, starttls, a loopback host or "
     "allow_plain = "
     "yes"},
    {"two-passwords", MAILBOX "password = hunter2\npassword_env = X\n" DEPARTMENT,
     "x.conf:5: password_env beside password, expected one of them"},
    {"password-without-user", "[smtp]\nhost = h\npassword = hunter2\n",
     "x.conf:3: password without a user, expected user = …"},
    {"moves-to-itself", MAILBOX "folders = Inbox, b\nmove_to = INBOX\n" DEPARTMENT,
     "x.conf:5: move_to is 'INBOX', expected a folder that is not one of folders"},
    {"moves-to-default", MAILBOX "folders = INBOX, Chamado\n" DEPARTMENT,
     "x.conf:1: move_to is 'Chamado', expected a folder that is not one of folders"},
    {"little-memory", "[limits]\nmail_bytes = 100M\n",
     "x.conf:2: memory_bytes is less than mail_bytes, expected room for one mail at least"},

    {"fields", FIELDS DEPARTMENT "fields = pedido\nrequired = pedido, setor\n", NULL},
    {"fields-account", "[field x]\naccount = Company\n", NULL},
    {"field-own-alias", "[field pedido]\ntitle = Pedido\naliases = PEDIDO, Pedído\n", NULL},
    {"field-unknown", FIELDS DEPARTMENT "fields = pedidos\nrequired = setor\n",
     "x.conf:6: fields has 'pedidos', expected one of pedido, setor"},
    {"field-unknown-required", FIELDS DEPARTMENT "\nrequired = cor, setor\n",
     "x.conf:7: required has 'cor', expected one of pedido, setor"},
    {"field-none", DEPARTMENT "fields = pedido\n",
     "x.conf:3: fields has 'pedido', expected a [field NAME] of that name"},
    {"field-account", "[field x]\naccount = language\n",
     "x.conf:2: account is 'language', expected name, company or telephone"},
    {"field-same-title", FIELDS "[field c]\ntitle = PEDIDO DE COMPRA\n",
     "x.conf:5: 'PEDIDO DE COMPRA' means [field pedido] too, case and accents aside, expected one field for "
     "each"},
    {"field-same-alias", FIELDS "[field c]\naliases = Cor, Nº, SETÓR\n",
     "x.conf:5: 'SETÓR' means [field setor] too, case and accents aside, expected one field for each"},
    {"field-same-name", FIELDS "[field Setor]\n",
     "x.conf:4: 'Setor' means [field setor] too, case and accents aside, expected one field for each"},
    {"field-colon", "[field c]\ntitle = Pedido: qual\n",
     "x.conf:2: 'Pedido: qual' has a ':', which ends a title, expected none"},
    {"field-no-name", "[field]\n", "x.conf:1: a section [field] without a name, expected [field NAME]"},

    {"all-at-once", "[smtp]\nport = x\nhost = h\n[desc]\nname = a\n[desk]\nnam = a\nuser\n",
     "x.conf:2: port is 'x', expected a whole number from 0 to 65535\n"
     "x.conf:4: unknown section [desc], expected a section that is known; did you mean 'desk'?\n"
     "x.conf:7: unknown key 'nam' in [desk], expected a key that is known; did you mean 'name'?\n"
     "x.conf:8: a line without '=', expected [section], key = value or # comment"},
};

static void test_file(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autofree char *got = complaint(files[i].text, -1, NULL);
    g_assert_cmpstr(got, ==, files[i].expected);
    g_assert_false(got && strstr(got, "hunter2"));
}

static void test_file_itself(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ch_config_load("/nonexistent/x.conf", NULL, &error));
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==,
                    "/nonexistent/x.conf: No such file or directory, expected a file that can be read");
    g_clear_error(&error);
    g_assert_null(ch_config_load(folder, NULL, &error));
    g_autofree char *expected =
        g_strdup_printf("%s: Is a directory, expected a file that can be read", folder);
    g_assert_cmpstr(error->message, ==, expected);

    g_autofree char *large = g_strnfill((1 << 20) + 1, '\n');
    g_autofree char *got = complaint(large, -1, NULL);
    g_assert_cmpstr(got, ==, "x.conf: more than 1 MB, expected a configuration file");
    large[1 << 20] = '\0';
    g_autofree char *fits = complaint(large, -1, NULL);
    g_assert_null(fits);
    g_autofree char *nul = complaint("[desk]\nname = a\0b\n", 18, NULL);
    g_assert_cmpstr(nul, ==, "x.conf:2: bytes that are not UTF-8, expected UTF-8 text");

    /* A large file takes time in proportion (each key against each would take half a minute). */
    g_autoptr(GString) keys = g_string_new("[desk]\n");
    for (guint i = 0; keys->len < (1 << 18); i++)
        g_string_append_printf(keys, "k%u=\n", i);
    gint64 started = g_get_monotonic_time();
    g_autofree char *unknown = complaint(keys->str, -1, NULL);
    g_assert_true(g_str_has_prefix(unknown, "x.conf:2: unknown key 'k0' in [desk], "));
    g_assert_cmpint(g_get_monotonic_time() - started, <, 15 * G_USEC_PER_SEC);

    g_autoptr(GString) many = g_string_new("[desk]\n");
    for (guint i = 0; i < 60; i++)
        g_string_append(many, "x\n");
    g_autofree char *bounded = complaint(many->str, -1, NULL);
    g_assert_true(g_str_has_suffix(bounded, "expected [section], key = value or # comment\nand 10 more"));
}

/* However a file is cut or damaged: a configuration or an error, and every line of it has a place. */
static void test_damaged(void)
{
    g_autofree char *path = g_build_filename(root, "etc", "chamado.conf", NULL);
    g_autofree char *sample = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &sample, &length, NULL));
    for (guint i = 0; i < 300; i++) {
        g_autofree char *damaged = g_memdup2(sample, length);
        gsize kept = length;
        if (i % 3 == 0)
            kept = (gsize)g_test_rand_int_range(0, (gint32)length);
        for (guint hits = i % 7; hits > 0 && kept; hits--)
            damaged[g_test_rand_int_range(0, (gint32)kept)] = (char)g_test_rand_int_range(0, 256);
        g_autofree char *got = complaint(damaged, (gssize)kept, NULL);
        g_auto(GStrv) lines = g_strsplit(got ? got : "", "\n", -1);
        for (char **line = lines; *line; line++)
            g_assert_true(g_str_has_prefix(*line, "x.conf:") || g_str_has_prefix(*line, "and "));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strconcat("/config/file/", files[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_file);
    }
    g_test_add_func("/config/file-itself", test_file_itself);
    g_test_add_func("/config/damaged", test_damaged);
    return run_in_folder();
}
