/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authentication-Results: the grammar of one field, which fields are believed, and what they prove of the
 * sender. Whole mails are judged in test_judge.c. */
#include "judge/align.h"
#include "judge/authres.h"

#include <string.h>
#include <time.h>

#define ID "mx.example.br"

/* "dkim=pass(cliente.example) spf=fail()" */
static char *results_text(const GPtrArray *results)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < results->len; i++) {
        const ChAuthResult *result = g_ptr_array_index(results, i);
        g_string_append_printf(text, "%s%s=%s(%s)", i ? " " : "", result->method, result->result,
                               result->domain);
    }
    return g_string_free(text, FALSE);
}

typedef struct {
    const char *value;
    const char *id;      /* "": none to be read */
    const char *results; /* NULL: broken */
} Field;

static const Field fields[] = {
    /* the form */
    {"mx.example.br; none", ID, ""},
    {"mx.example.br;none;", ID, ""},
    {"mx.example.br; NONE (nothing to see)", ID, ""},
    {"mx.example.br", ID, ""},
    {"mx.example.br;", ID, ""},
    {"mx.example.br; dkim=pass header.d=cliente.example", ID, "dkim=pass(cliente.example)"},
    {"mx.example.br; dkim=pass header.d=a.example; spf=fail smtp.mailfrom=ana@b.example;", ID,
     "dkim=pass(a.example) spf=fail(b.example)"},
    {"mx.example.br;dkim=pass;;spf=none", ID, "dkim=pass() spf=none()"},
    {"mx.example.br; dkim=pass header.d=a.example; dkim=fail header.d=b.example", ID,
     "dkim=pass(a.example) dkim=fail(b.example)"},
    {"MX.Example.BR; DKIM=Pass Header.D=Cliente.EXAMPLE", "MX.Example.BR", "dkim=pass(cliente.example)"},
    {"mx.example.br; dkim = pass header . d = cliente.example", ID, "dkim=pass(cliente.example)"},
    {"mx.example.br\t;\tspf\t=\tpass\tsmtp.mailfrom=cliente.example", ID, "spf=pass(cliente.example)"},
    /* identifier and versions */
    {"\"mx.example.br\"; dkim=pass", ID, "dkim=pass()"},
    {"\"mx\\.example.br\"; dkim=pass", ID, "dkim=pass()"},
    {"\"mx.example.br\".evil.example; dkim=pass", "", NULL},
    {"mx.example.br.evil.example; dkim=pass", "mx.example.br.evil.example", "dkim=pass()"},
    {"mx.example.br@evil.example; dkim=pass", "", NULL},
    {"mx.example.br 1; dkim=pass", ID, "dkim=pass()"},
    {"mx.example.br (us) 1 (still us); dkim=pass", ID, "dkim=pass()"},
    {"mx.example.br 2; dkim=pass", ID, NULL},
    {"mx.example.br one; dkim=pass", ID, NULL},
    {"mx.example.br dkim=pass", ID, NULL},
    {"mx.example.br; dkim/1=pass", ID, "dkim=pass()"},
    {"mx.example.br; dkim / 1 = pass", ID, "dkim=pass()"},
    {"mx.example.br; dkim/2=pass header.d=cliente.example", ID, "dkim/2=pass()"},
    {"; dkim=pass", "", NULL},
    {"", "", NULL},
    {"   ", "", NULL},
    /* comments */
    {"(a (nested \\) one)) mx.example.br (b) ; (c) dkim (d) = (e) pass (f) header (g) . (h) d (i) = (j) "
     "cliente.example (k)",
     ID, "dkim=pass(cliente.example)"},
    {"mx.example.br; spf=fail (; dmarc=pass header.from=cliente.example) smtp.mailfrom=evil.example", ID,
     "spf=fail(evil.example)"},
    {"mx.example.br; dmarc=pass(p=none dis=none) header.from=cliente.example", ID,
     "dmarc=pass(cliente.example)"},
    {"mx.example.br; dkim=pass (never closed", ID, NULL},
    {"mx.example.br (never closed; dkim=pass", ID, NULL},
    {"mx.example.br; dkim=pass ) header.d=a.example", ID, NULL},
    /* reasons and values */
    {"mx.example.br; dkim=fail reason=\"bad; dkim=pass header.d=cliente.example\" header.d=evil.example", ID,
     "dkim=fail(evil.example)"},
    {"mx.example.br; dkim=pass reason=good header.d=\"cliente.example\"", ID, "dkim=pass(cliente.example)"},
    {"mx.example.br; dkim=pass reason=\"never closed", ID, NULL},
    {"mx.example.br; dkim=pass reason=\"ends in \\", ID, NULL},
    {"mx.example.br; dkim=pass header.i=@cliente.example header.b=\"a/b+c=\"", ID,
     "dkim=pass(cliente.example)"},
    {"mx.example.br; dkim=pass header.i=ana@mail.cliente.example header.d=cliente.example header.s=s1 "
     "header.b=Xy+/9w==",
     ID, "dkim=pass(cliente.example)"},
    {"mx.example.br; dkim=pass header.d=a.example header.d=b.example", ID, "dkim=pass(?)"},
    {"mx.example.br; dkim=pass header.d=a.example header.d=A.example", ID, "dkim=pass(a.example)"},
    {"mx.example.br; dmarc=pass header.from=", ID, "dmarc=pass(?)"},
    {"mx.example.br; dmarc=pass header.from=ana@cliente.example", ID, "dmarc=pass(cliente.example)"},
    {"mx.example.br; dmarc=pass action=none header.from=cliente.example", ID, "dmarc=pass(cliente.example)"},
    {"mx.example.br; spf=pass smtp.mailfrom=<ana@cliente.example>", ID, "spf=pass(cliente.example)"},
    {"mx.example.br; spf=pass smtp.mailfrom=<>", ID, "spf=pass(?)"},
    {"mx.example.br; spf=pass smtp.mailfrom= smtp.helo=cliente.example", ID, "spf=pass(?)"},
    {"mx.example.br; spf=pass smtp.helo=cliente.example", ID, "spf=pass()"},
    {"mx.example.br; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=cliente.example\"@evil.example", ID,
     "spf=pass(evil.example)"},
    {"mx.example.br; spf=pass smtp.mailfrom=\"ana@cliente.example\"@evil.example", ID,
     "spf=pass(evil.example)"},
    {"mx.example.br; spf=pass smtp.mailfrom=ana@[192.0.2.1]", ID, "spf=pass(?)"},
    {"mx.example.br; auth=pass smtp.auth=cliente.example; iprev=pass policy.iprev=2001:db8::1", ID,
     "auth=pass() iprev=pass()"},
    /* broken */
    {"mx.example.br; dkim", ID, NULL},
    {"mx.example.br; dkim=", ID, NULL},
    {"mx.example.br; =pass", ID, NULL},
    {"mx.example.br; dkim=pass header.d", ID, NULL},
    {"mx.example.br; dkim=pass header.=x", ID, NULL},
    {"mx.example.br; dkim=pass and so on", ID, NULL},
    {"mx.example.br; dkim=pass. header.d=a.example", ID, NULL},
    {"mx.example.br; dkim=pass, spf=pass", ID, NULL},
    {"mx.example.br; none; dkim=pass", ID, NULL},
    {"mx.example.br; dkim=pass; none", ID, NULL},
};

static void test_field(gconstpointer data)
{
    const Field *field = data;
    g_autofree char *id = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_result_free);
    gboolean whole = ch_authres_parse(field->value, &id, results);
    g_autofree char *text = results_text(results);
    g_test_message("%s", field->value);
    g_assert_cmpstr(id, ==, field->id);
    g_assert_cmpint(whole, ==, field->results != NULL);
    g_assert_cmpstr(text, ==, field->results ? field->results : "");
}

/* One mail: its fields from the top, a line with "--" where another header parts the runs. */
typedef struct {
    const char *name;
    const char *from;
    const char *fields;
    const char *results; /* that are believed */
    ChEvidence evidence;
} Case;

#define D CH_EVIDENCE_DOMAIN
#define C CH_EVIDENCE_CLAIM

static const Case cases[] = {
    {"nothing", "ana@cliente.example", "", "", C},
    {"dmarc", "ana@cliente.example", "mx.example.br; dmarc=pass header.from=cliente.example",
     "dmarc=pass(cliente.example)", D},
    {"dmarc-without-from", "ana@cliente.example", "mx.example.br; dmarc=pass", "dmarc=pass()", D},
    {"dmarc-empty-from", "ana@cliente.example", "mx.example.br; dmarc=pass header.from=", "dmarc=pass(?)", C},
    {"dmarc-two-froms", "ana@cliente.example",
     "mx.example.br; dmarc=pass header.from=evil.example header.from=cliente.example", "dmarc=pass(?)", C},
    {"dmarc-of-another", "ana@cliente.example", "mx.example.br; dmarc=pass header.from=evil.example",
     "dmarc=pass(evil.example)", C},
    {"dmarc-of-the-organization", "ana@mail.cliente.example",
     "mx.example.br; dmarc=pass header.from=cliente.example", "dmarc=pass(cliente.example)", C},
    {"dmarc-quarantine-is-no-pass", "ana@cliente.example",
     "mx.example.br; dmarc=quarantine header.from=cliente.example", "dmarc=quarantine(cliente.example)", C},
    {"dmarc-bestguesspass", "ana@cliente.example",
     "mx.example.br; dmarc=bestguesspass header.from=cliente.example", "dmarc=bestguesspass(cliente.example)",
     C},
    {"dmarc-fail-overrides", "ana@cliente.example",
     "mx.example.br; dkim=pass header.d=cliente.example; dmarc=fail header.from=cliente.example",
     "dkim=pass(cliente.example) dmarc=fail(cliente.example)", C},
    {"dmarc-fail-in-another-field", "ana@cliente.example",
     "mx.example.br; dmarc=fail\nmx.example.br; spf=pass smtp.mailfrom=cliente.example",
     "dmarc=fail() spf=pass(cliente.example)", C},
    {"dmarc-none-does-not", "ana@cliente.example",
     "mx.example.br; dmarc=none; dkim=pass header.d=cliente.example",
     "dmarc=none() dkim=pass(cliente.example)", D},
    {"dmarc-against-the-others", "ana@cliente.example",
     "mx.example.br; dkim=none; spf=softfail smtp.mailfrom=evil.example\n"
     "mx.example.br; dmarc=pass header.from=cliente.example",
     "dkim=none() spf=softfail(evil.example) dmarc=pass(cliente.example)", C},
    {"dmarc-with-one-of-them", "ana@cliente.example",
     "mx.example.br; dkim=fail header.d=cliente.example; dmarc=pass header.from=cliente.example",
     "dkim=fail(cliente.example) dmarc=pass(cliente.example)", D},

    {"dkim", "ana@cliente.example", "mx.example.br; dkim=pass header.d=cliente.example",
     "dkim=pass(cliente.example)", D},
    {"dkim-testing", "ana@cliente.example", "mx.example.br; dkim=pass (testing) header.d=cliente.example",
     "dkim=pass(cliente.example)", D},
    {"dkim-by-i", "ana@cliente.example", "mx.example.br; dkim=pass header.i=@cliente.example header.b=abc",
     "dkim=pass(cliente.example)", D},
    {"dkim-d-before-i", "ana@cliente.example",
     "mx.example.br; dkim=pass header.i=@cliente.example header.d=evil.example", "dkim=pass(evil.example)",
     C},
    {"dkim-nobody", "ana@cliente.example", "mx.example.br; dkim=pass header.b=abc", "dkim=pass()", C},
    {"dkim-fail", "ana@cliente.example", "mx.example.br; dkim=fail header.d=cliente.example",
     "dkim=fail(cliente.example)", C},
    {"dkim-second-signature", "ana@cliente.example",
     "mx.example.br; dkim=pass header.d=lista.example; dkim=pass header.d=cliente.example",
     "dkim=pass(lista.example) dkim=pass(cliente.example)", D},
    {"dkim-other-version", "ana@cliente.example", "mx.example.br; dkim/2=pass header.d=cliente.example",
     "dkim/2=pass()", C},
    {"dkim-subdomain", "ana@cliente.example", "mx.example.br; dkim=pass header.d=mail.cliente.example",
     "dkim=pass(mail.cliente.example)", D},
    {"dkim-sibling", "ana@a.cliente.com.br", "mx.example.br; dkim=pass header.d=b.cliente.com.br",
     "dkim=pass(b.cliente.com.br)", D},
    {"dkim-public-suffix", "ana@cliente.com.br", "mx.example.br; dkim=pass header.d=com.br",
     "dkim=pass(com.br)", C},
    {"dkim-neighbour-under-suffix", "ana@cliente.com.br", "mx.example.br; dkim=pass header.d=evil.com.br",
     "dkim=pass(evil.com.br)", C},
    {"dkim-neighbour-blog", "ana@cliente.blogspot.com", "mx.example.br; dkim=pass header.d=evil.blogspot.com",
     "dkim=pass(evil.blogspot.com)", C},
    {"dkim-suffix-itself", "ana@blogspot.com", "mx.example.br; dkim=pass header.d=blogspot.com",
     "dkim=pass(blogspot.com)", D},
    {"dkim-looks-alike", "ana@cliente.example", "mx.example.br; dkim=pass header.d=evilcliente.example",
     "dkim=pass(evilcliente.example)", C},
    {"dkim-idn", "ana@café.com.br", "mx.example.br; dkim=pass header.d=mail.xn--caf-dma.com.br",
     "dkim=pass(mail.xn--caf-dma.com.br)", D},
    {"dkim-idn-other-way", "ana@xn--caf-dma.com.br", "mx.example.br; dkim=pass header.d=café.com.br",
     "dkim=pass(café.com.br)", D},

    {"spf", "ana@cliente.example", "mx.example.br; spf=pass smtp.mailfrom=volta@cliente.example",
     "spf=pass(cliente.example)", D},
    {"spf-helo-only", "ana@cliente.example", "mx.example.br; spf=pass smtp.helo=cliente.example",
     "spf=pass()", C},
    {"spf-of-another", "ana@cliente.example", "mx.example.br; spf=pass smtp.mailfrom=evil.example",
     "spf=pass(evil.example)", C},
    {"spf-neutral", "ana@cliente.example", "mx.example.br; spf=neutral smtp.mailfrom=cliente.example",
     "spf=neutral(cliente.example)", C},
    {"other-methods", "ana@cliente.example",
     "mx.example.br; auth=pass smtp.auth=ana@cliente.example; arc=pass header.d=cliente.example",
     "auth=pass() arc=pass()", C},

    {"id-upper-case", "ana@cliente.example", "MX.EXAMPLE.BR; DMARC=PASS HEADER.FROM=CLIENTE.EXAMPLE",
     "dmarc=pass(cliente.example)", D},
    {"id-quoted", "ana@cliente.example", "\"mx.example.br\" 1; dmarc=pass header.from=cliente.example",
     "dmarc=pass(cliente.example)", D},
    {"id-with-suffix", "ana@cliente.example", "mx.example.br.evil.example; dmarc=pass", "", C},
    {"id-with-prefix", "ana@cliente.example", "evil.mx.example.br; dmarc=pass", "", C},
    {"id-in-comment", "ana@cliente.example", "(mx.example.br) evil.example; dmarc=pass", "", C},
    {"id-of-another", "ana@cliente.example", "mx.evil.example; dmarc=pass", "", C},

    {"five-and-one-ours", "ana@cliente.example",
     "mx.example.br; spf=fail smtp.mailfrom=evil.example\n--\nmx.example.br; dmarc=pass\n--\n"
     "mx.example.br; dkim=pass header.d=cliente.example\n--\nmx.evil.example; dmarc=pass\n"
     "mx.example.br; dmarc=pass",
     "spf=fail(evil.example)", C},
    {"below-our-run", "ana@cliente.example",
     "mx.example.br; none\n--\nmx.example.br; dmarc=pass header.from=cliente.example", "", C},
    {"right-below-ours", "ana@cliente.example",
     "mx.example.br; dmarc=none; dkim=none; spf=none\n"
     "mx.example.br; dmarc=pass; dkim=pass header.d=cliente.example; spf=pass "
     "smtp.mailfrom=cliente.example",
     "dmarc=none() dkim=none() spf=none()", C},
    {"right-below-ours-of-another", "ana@cliente.example",
     "mx.example.br; spf=none\nevil.example; dmarc=pass", "spf=none()", C},
    {"filters-count-together", "ana@cliente.example",
     "mx.example.br; dkim=pass header.d=cliente.example\nmx.example.br; spf=none\n"
     "mx.example.br; dmarc=pass header.from=cliente.example",
     "dkim=pass(cliente.example) spf=none() dmarc=pass(cliente.example)", D},
    {"another-host-on-top", "ana@cliente.example",
     "imap.example.br; none\n--\nmx.example.br; dmarc=pass header.from=cliente.example",
     "dmarc=pass(cliente.example)", D},
    {"another-between-ours", "ana@cliente.example",
     "mx.example.br; spf=none\nscan.example.br; dkim=fail\nmx.example.br; dmarc=pass",
     "spf=none() dmarc=pass()", D},
    {"ours-cannot-be-read", "ana@cliente.example",
     "mx.example.br; dmarc=fail (x\nmx.example.br; dmarc=pass header.from=cliente.example", "", C},
    {"ours-has-another-version", "ana@cliente.example",
     "mx.example.br 2; dmarc=fail\nmx.example.br; dmarc=pass header.from=cliente.example", "", C},
    {"another-cannot-be-read", "ana@cliente.example", "mx.evil.example; (\nmx.example.br; dmarc=pass",
     "dmarc=pass()", D},

    {"no-address", "", "mx.example.br; dmarc=pass", "dmarc=pass()", C},
    {"no-domain", "ana", "mx.example.br; dmarc=pass", "dmarc=pass()", C},
    {"two-at-signs", "ana@cliente.example@evil.example", "mx.example.br; dmarc=pass", "dmarc=pass()", C},
};

static ChVerdict *weigh(const char *from, const char *text, gboolean ambiguous)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_field_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint run = 0;
    for (char **line = lines; *line; line++) {
        if (!strcmp(*line, "--")) {
            run++;
            continue;
        }
        ChAuthField *field = g_new0(ChAuthField, 1);
        field->value = g_strdup(*line);
        field->run = run;
        g_ptr_array_add(list, field);
    }
    ChVerdict *verdict = ch_verdict_new();
    ch_address_free(verdict->sender);
    verdict->sender = ch_address_new("Ana", from);
    ch_authres_believe(list, ID, verdict);
    ch_align_weigh(verdict, ID, ambiguous);
    return verdict;
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(ChVerdict) verdict = weigh(test->from, test->fields, FALSE);
    g_autofree char *text = results_text(verdict->auth);
    g_assert_cmpstr(text, ==, test->results);
    g_assert_cmpint(verdict->evidence, ==, test->evidence);
    if (*text) { /* a reason either way */
        g_assert_cmpuint(verdict->reasons->len, >, 0);
        g_assert_true(g_str_has_prefix(g_ptr_array_index(verdict->reasons, verdict->reasons->len - 1),
                                       test->evidence == D ? "domain: " : "claim: "));
    }
    /* A From that can be read in two ways is never proven. */
    g_autoptr(ChVerdict) ambiguous = weigh(test->from, test->fields, TRUE);
    g_assert_cmpint(ambiguous->evidence, ==, C);
}

static void test_nothing_configured(void)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_field_free);
    ChAuthField *field = g_new0(ChAuthField, 1);
    field->value = g_strdup("; dmarc=pass");
    g_ptr_array_add(list, field);
    const char *const ids[] = {NULL, ""};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(ChVerdict) verdict = ch_verdict_new();
        ch_authres_believe(list, ids[i], verdict);
        g_assert_cmpuint(verdict->auth->len, ==, 0);
        g_assert_cmpuint(verdict->reasons->len, ==, 0);
    }
}

/* The end of a cut field may have said anything. */
static void test_cut(void)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_field_free);
    for (guint i = 0; i < 2; i++) {
        ChAuthField *field = g_new0(ChAuthField, 1);
        field->value = g_strdup(ID "; dkim=pass header.d=cliente.example");
        field->cut = i == 0;
        g_ptr_array_add(list, field);
    }
    g_autoptr(ChVerdict) verdict = ch_verdict_new();
    ch_authres_believe(list, ID, verdict);
    g_assert_cmpuint(verdict->auth->len, ==, 0);
    g_assert_cmpuint(verdict->reasons->len, ==, 1);
}

static void test_reasons(void)
{
    static const struct {
        const char *fields, *reason;
    } table[] = {
        {"mx.example.br; dmarc=pass header.from=cliente.example; dkim=pass header.d=cliente.example",
         "domain: dmarc=pass for cliente.example, by mx.example.br"},
        {"mx.example.br; dmarc=pass", "domain: dmarc=pass for cliente.example, by mx.example.br"},
        {"mx.example.br; dkim=pass header.d=m.cliente.example; dmarc=pass",
         "domain: dmarc=pass for cliente.example, by mx.example.br"},
        {"mx.example.br; dkim=pass header.d=m.cliente.example; dmarc=none",
         "domain: dkim=pass for m.cliente.example, by mx.example.br"},
        {"mx.example.br; dkim=pass header.d=evil.example; spf=none",
         "claim: no pass is for the sender's domain (dkim=pass for evil.example, spf=none, by "
         "mx.example.br)"},
        {"mx.example.br; dkim=pass header.d=cliente.example; dmarc=fail",
         "claim: dmarc=fail outweighs the others (dkim=pass for cliente.example, dmarc=fail, by "
         "mx.example.br)"},
        {"mx.example.br; dkim=a; dkim=b; dkim=c; dkim=d; dkim=e",
         "claim: no pass is for the sender's domain (dkim=a, dkim=b, dkim=c, dkim=d, …, by mx.example.br)"},
        {"mx.example.br; dmarc=pass; broken",
         "an Authentication-Results of mx.example.br can't be read: it and those below prove nothing"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(ChVerdict) verdict = weigh("ana@cliente.example", table[i].fields, FALSE);
        g_assert_cmpuint(verdict->reasons->len, ==, 1);
        g_assert_cmpstr(g_ptr_array_index(verdict->reasons, 0), ==, table[i].reason);
    }
}

static void test_align(void)
{
    static const struct {
        const char *a, *b;
        gboolean aligned;
    } table[] = {
        {"cliente.example", "cliente.example", TRUE},
        {"Cliente.Example", "cliente.EXAMPLE", TRUE},
        {"a.cliente.com.br", "b.c.cliente.com.br", TRUE},
        {"cliente.com.br", "outro.com.br", FALSE},
        {"com.br", "com.br", TRUE},
        {"com.br", "cliente.com.br", FALSE},
        {"localhost", "localhost", TRUE},
        {"localhost", "a.localhost", FALSE},
        {"example", "cliente.example", FALSE},
        {"cliente.github.io", "evil.github.io", FALSE},
        {"www.cliente.github.io", "cliente.github.io", TRUE},
        {"ação.com.br", "xn--ao-siap.com.br", TRUE},
        {"AÇÃO.com.br", "mail.ação.com.br", TRUE},
        {"ac\xcc\xa7"
         "a\xcc\x83o.com.br",
         "ação.com.br", TRUE},              /* decomposed */
        {"straße.de", "strasse.de", FALSE}, /* two domains with two owners (RFC 5894 section 7.2) */
        {"straße.de", "xn--strae-oqa.de", TRUE},
        {"fa\xe2\x80\x8c\x79.ir", "fay.ir", FALSE},
        {"ⓒliente.example", "cliente.example", FALSE},
        {"cliente.example.", "cliente.example", FALSE},
        {".cliente.example", "cliente.example", FALSE},
        {"a..cliente.example", "cliente.example", FALSE},
        {"cliente.example\n", "cliente.example", FALSE},
        {"cliente example", "cliente example", FALSE},
        {"", "", FALSE},
        {"?", "?", FALSE},
        {"\xff.example", "\xff.example", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s %s", table[i].a, table[i].b);
        g_assert_cmpint(ch_domains_align(table[i].a, table[i].b), ==, table[i].aligned);
        g_assert_cmpint(ch_domains_align(table[i].b, table[i].a), ==, table[i].aligned);
    }
}

static char *repeat(const char *before, const char *piece, gsize count)
{
    GString *text = g_string_new(before);
    for (gsize i = 0; i < count; i++)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

/* A name of more than 253 characters is no domain (RFC 1035 section 2.3.4). */
static void test_long_domain(void)
{
    for (guint over = 0; over < 2; over++) {
        g_autofree char *labels = repeat("", "aaaaaaaaa.", 24), *last = repeat("", "b", 5 + over);
        g_autofree char *domain = g_strconcat(labels, last, ".example", NULL);
        g_autofree char *value = g_strconcat(ID "; dkim=pass header.d=", domain, NULL);
        g_autofree char *read = g_strdup_printf("dkim=pass(%s)", over ? "?" : domain);
        g_autofree char *from = g_strconcat("ana@", domain, NULL);
        g_autoptr(ChVerdict) verdict = weigh(from, value, FALSE);
        g_autofree char *text = results_text(verdict->auth);
        g_assert_cmpuint(strlen(domain), ==, 253 + over);
        g_assert_cmpint(ch_domains_align(domain, domain), ==, !over);
        g_assert_cmpstr(text, ==, read);
        g_assert_cmpint(verdict->evidence, ==, over ? C : D);
    }
}

static gboolean parse(const char *value)
{
    g_autofree char *id = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_result_free);
    gboolean whole = ch_authres_parse(value, &id, results);
    g_assert_nonnull(id);
    g_assert_cmpuint(results->len, <=, CH_AUTHRES_MAX);
    return whole;
}

static void test_count(void)
{
    g_autofree char *most = repeat(ID, "; dkim=pass", CH_AUTHRES_MAX);
    g_autofree char *more = repeat(ID, "; dkim=pass", CH_AUTHRES_MAX + 1);
    g_assert_true(parse(most));
    g_assert_false(parse(more));
    /* In several fields too. */
    g_autofree char *two = g_strconcat(most, "\n" ID "; spf=pass smtp.mailfrom=cliente.example", NULL);
    g_autoptr(ChVerdict) verdict = weigh("ana@cliente.example", two, FALSE);
    g_assert_cmpuint(verdict->auth->len, ==, 0);
    g_assert_cmpint(verdict->evidence, ==, C);
}

/* Processor time, in microseconds, of the better of two. */
static gint64 cost(const char *value)
{
    gint64 best = G_MAXINT64;
    for (guint i = 0; i < 2; i++) {
        clock_t before = clock();
        parse(value);
        best = MIN(best, (gint64)(clock() - before) * G_USEC_PER_SEC / CLOCKS_PER_SEC);
    }
    return best;
}

/* Garbage of 100 KB, and of 400 KB: four times as much takes some four times as long, not sixteen times. */
static void test_garbage(void)
{
    static const char *const pieces[] = {"(",        ")",     "\"",        "\\",          "\\\"",   "; ",
                                         "=",        "a",     "(a) ",      "a=\"",        " a.b=c", "/",
                                         "@",        "((\\)", "; a=b",     "; a=b (c",    ";none",  ".",
                                         "\xff\xfe", " d=\"", "a.b=\"c\"", " header.d=a", "(\\(\"", "\t"};
    static const char *const begins[] = {"", ID "; ", ID "; dkim=pass ", ID "; dkim=pass header.d="};
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++)
        for (guint j = 0; j < G_N_ELEMENTS(begins); j++) {
            gsize count = 100 * 1024 / strlen(pieces[i]);
            g_autofree char *small = repeat(begins[j], pieces[i], count);
            g_autofree char *large = repeat(begins[j], pieces[i], count * 4);
            gint64 one = cost(small), four = cost(large);
            g_test_message("%s%s…: %" G_GINT64_FORMAT " us, %" G_GINT64_FORMAT " us", begins[j], pieces[i],
                           one, four);
            g_assert_cmpint(four, <, 12 * one + 20000);
        }
}

/* No bytes crash it, and no beginning of a field that says pass is believed more than the whole. */
static void test_cut_anywhere(void)
{
    const char *whole =
        "mx.example.br (a) 1; dkim=pass reason=\"x y\" header.d=evil.example (b (c)); dmarc=fail "
        "header.from=\"cliente.example\"";
    for (gsize length = 0; length <= strlen(whole); length++) {
        g_autofree char *part = g_strndup(whole, length);
        g_autoptr(ChVerdict) verdict = weigh("ana@cliente.example", part, FALSE);
        g_assert_cmpint(verdict->evidence, ==, C);
    }
    for (guint i = 0; i < 20000; i++) {
        g_autofree char *copy = g_strdup(whole);
        for (guint j = 0; j < 3; j++)
            copy[g_test_rand_int_range(0, (gint32)strlen(whole))] = (char)g_test_rand_int_range(1, 256);
        parse(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *name = g_strdup_printf("/authres/field/%02u", i + 1);
        g_test_add_data_func(name, &fields[i], test_field);
    }
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("/authres/mail/%s", cases[i].name);
        g_test_add_data_func(name, &cases[i], test_case);
    }
    g_test_add_func("/authres/nothing-configured", test_nothing_configured);
    g_test_add_func("/authres/cut", test_cut);
    g_test_add_func("/authres/reasons", test_reasons);
    g_test_add_func("/authres/align", test_align);
    g_test_add_func("/authres/long-domain", test_long_domain);
    g_test_add_func("/authres/count", test_count);
    g_test_add_func("/authres/garbage", test_garbage);
    g_test_add_func("/authres/cut-anywhere", test_cut_anywhere);
    return g_test_run();
}
