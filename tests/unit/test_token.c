/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a signed Message-ID or reply address proves, digests, and randomness. */
#include "base/clock.h"
#include "base/token.h"

#include <string.h>

static const ChKey key = {.id = 3, .secret = {1, 2, 3, 4, 5, 6, 7, 8}};
static const ChMessageId about = {.key = 3, .ticket = 1042, .entry = 17, .serial = 99};

static void test_message_id_form(void)
{
    g_autofree char *id = ch_message_id_new(&key, &about, "Ana@Example.br", "desk.example.br");
    g_assert_true(
        g_regex_match_simple("^ch\\.3\\.1042\\.17\\.99\\.[0-9a-f]{32}@desk\\.example\\.br$", id, 0, 0));
    g_autofree char *again = ch_message_id_new(&key, &about, "ana@example.BR", "desk.example.br");
    g_assert_cmpstr(id, ==, again); /* P5: the same at each attempt; addresses in any case */
    g_autofree char *bracketed = g_strdup_printf("<%s>", id), *upper = g_ascii_strup(id, -1);
    const char *forms[] = {id, bracketed, upper}; /* some mail programs change the case */
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        ChMessageId read = {0};
        g_assert_true(ch_message_id_parse(forms[i], &read));
        g_assert_cmpuint(read.key, ==, 3);
        g_assert_cmpint(read.ticket, ==, 1042);
        g_assert_cmpint(read.entry, ==, 17);
        g_assert_cmpint(read.serial, ==, 99);
        g_assert_true(ch_message_id_verify(forms[i], &key, "ANA@example.br"));
    }
}

/* The extremes survive. */
static void test_message_id_limits(void)
{
    ChKey last = {.id = G_MAXUINT32};
    ChMessageId most = {G_MAXUINT32, G_MAXINT64, G_MAXINT64, G_MAXINT64}, least = {0, 0, 0, 0}, read;
    ChKey first = {.id = 0};
    g_autofree char *high = ch_message_id_new(&last, &most, "a@b", "c"),
                    *low = ch_message_id_new(&first, &least, "a@b", "c");
    g_assert_true(ch_message_id_verify(high, &last, "a@b"));
    g_assert_true(ch_message_id_verify(low, &first, "a@b"));
    g_assert_true(ch_message_id_parse(high, &read));
    g_assert_cmpint(read.serial, ==, G_MAXINT64);
}

/* One thing changed, and the signature no longer holds. */
static void test_message_id_changes(void)
{
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "desk.example.br");
    g_assert_true(ch_message_id_verify(id, &key, "ana@example.br"));

    static const struct {
        const char *from, *to;
    } fields[] = {{".1042.", ".1043."},   {".1042.", ".104."}, {".17.", ".18."},          {".99.", ".98."},
                  {".17.99.", ".99.17."}, {"ch.3.", "ch.4."},  {".1042.17.", ".104.217."}};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GString) forged = g_string_new(id);
        g_assert_cmpuint(g_string_replace(forged, fields[i].from, fields[i].to, 1), ==, 1);
        ChMessageId read;
        g_assert_true(ch_message_id_parse(forged->str, &read));
        ChKey same_secret = key;
        same_secret.id = read.key; /* as if that key had been looked up */
        g_assert_false(ch_message_id_verify(forged->str, &same_secret, "ana@example.br"));
    }
    static const char *const others[] = {"ana@example.com", "ana@example.br.", "bruno@example.br", "",
                                         "ana@example.b"};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(ch_message_id_verify(id, &key, others[i]));

    const char *mac = strchr(id, '@') - 32;
    for (guint i = 0; i < 32; i++) {
        g_autofree char *forged = g_strdup(id);
        char *digit = forged + (mac - id) + i;
        *digit = *digit == '0' ? '1' : '0';
        g_assert_false(ch_message_id_verify(forged, &key, "ana@example.br"));
    }
    for (guint i = 0; i < CH_KEY_BYTES; i++) {
        ChKey other = key;
        other.secret[i] ^= 0x80;
        g_assert_false(ch_message_id_verify(id, &other, "ana@example.br"));
    }
    ChKey other_id = key;
    other_id.id = 4; /* the same secret under another number is another key */
    g_assert_false(ch_message_id_verify(id, &other_id, "ana@example.br"));
}

static void test_message_id_malformed(void)
{
#define MAC "0123456789abcdef0123456789abcdef"
    static const char *const bad[] = {
        "",
        "<",
        "<>",
        "ch.",
        "ch.@",
        "a@b",
        "ch.1.2.3.4@b",
        "ch.1.2.3." MAC "@b",
        "ch.1.2.3.4.5." MAC "@b",
        "ch.1.2.3.4." MAC,
        "ch.1.2.3.4." MAC ">",
        "ch.1.2.3.4.0" MAC "@b",
        "ch.1.2.3.4.0123@b",
        "ch.1.2.3.4.g123456789abcdef0123456789abcdef@b",
        "ch.-1.2.3.4." MAC "@b",
        "ch.1.+2.3.4." MAC "@b",
        "ch.1. 2.3.4." MAC "@b",
        "ch.1.2..4." MAC "@b",
        "ch.1.2.3.9223372036854775808." MAC "@b",
        "ch.1.2.3.99999999999999999999." MAC "@b",
        "ch.4294967296.2.3.4." MAC "@b",
        "ch.0x1.2.3.4." MAC "@b",
        "xch.1.2.3.4." MAC "@b",
        "<<ch.1.2.3.4." MAC "@b>",
        " ch.1.2.3.4." MAC "@b",
        "hc.1.2.3.4." MAC "@b",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        ChMessageId read;
        g_test_message("%s", bad[i]);
        g_assert_false(ch_message_id_parse(bad[i], &read));
        g_assert_false(ch_message_id_verify(bad[i], &key, "ana@example.br"));
    }
    ChMessageId read;
    g_assert_true(ch_message_id_parse("ch.1.2.3.4." MAC "@b", &read)); /* the form that the others miss */
    g_assert_false(ch_message_id_verify("ch.3.2.3.4." MAC "@b", &key, "ana@example.br"));
    /* Every beginning of a good one is bad, up to the @. */
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "b");
    for (gsize length = 0; length < strlen(id) - 1; length++) {
        g_autofree char *part = g_strndup(id, length);
        g_assert_false(ch_message_id_parse(part, &read));
    }
}

static void test_reply_address_form(void)
{
    static const struct {
        const char *base, *expected; /* a pattern; NULL: none can be made */
    } cases[] = {
        {"suporte@example.br", "^suporte\\+3\\.1042\\.17\\.99\\.[a-z2-7]{26}@example\\.br$"},
        {"Suporte.TI@Example.BR", "^Suporte\\.TI\\+3\\.1042\\.17\\.99\\.[a-z2-7]{26}@Example\\.BR$"},
        {"suporte+ti@example.br", "^suporte\\+ti\\+3\\.1042\\.17\\.99\\.[a-z2-7]{26}@example\\.br$"},
        {"técnico@example.br", "^técnico\\+3\\.1042\\.17\\.99\\.[a-z2-7]{26}@example\\.br$"},
        /* 24 octets of BASE and 40 of ours are 64. */
        {"abcdefghijklmnopqrstuvwx@b", "^[a-x]{24}\\+3\\.1042\\.17\\.99\\.[a-z2-7]{26}@b$"},
        {"abcdefghijklmnopqrstuvwxy@b", NULL},
        {"suporte", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *address = ch_reply_address_new(&key, &about, "Ana@Example.br", cases[i].base);
        if (!cases[i].expected) {
            g_assert_null(address);
            continue;
        }
        g_assert_true(g_regex_match_simple(cases[i].expected, address, 0, 0));
        g_autofree char *upper = g_ascii_strup(address, -1);
        const char *forms[] = {address, upper};
        for (guint n = 0; n < G_N_ELEMENTS(forms); n++) {
            ChMessageId read = {0};
            g_assert_true(ch_reply_address_parse(forms[n], &read));
            g_assert_cmpuint(read.key, ==, 3);
            g_assert_cmpint(read.ticket, ==, 1042);
            g_assert_cmpint(read.entry, ==, 17);
            g_assert_cmpint(read.serial, ==, 99);
            g_assert_true(ch_reply_address_verify(forms[n], &key, "ANA@example.br"));
        }
    }
    /* The longest numbers leave no room for a department. */
    ChKey last = {.id = G_MAXUINT32};
    ChMessageId most = {G_MAXUINT32, G_MAXINT64, G_MAXINT64, G_MAXINT64};
    g_assert_null(ch_reply_address_new(&last, &most, "a@b", "s@b"));
}

/* Computed with Python's hmac and base64: an address that was given out must verify for years. */
static void test_reply_address_known(void)
{
    const ChKey zero = {.id = 0};
    const ChMessageId none = {0};
    g_autofree char *address = ch_reply_address_new(&zero, &none, "a@b", "s@b");
    g_assert_cmpstr(address, ==, "s+0.0.0.0.fzjtfozkoprd7flfsx4mwzz6ba@b");
}

static void test_reply_address_changes(void)
{
    g_autofree char *address = ch_reply_address_new(&key, &about, "ana@example.br", "suporte@example.br");
    g_assert_true(ch_reply_address_verify(address, &key, "ana@example.br"));
    static const char *const others[] = {"ana@example.com", "ana@example.br.", "bruno@example.br", "",
                                         "suporte@example.br"};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(ch_reply_address_verify(address, &key, others[i]));
    for (guint i = 0; i < CH_KEY_BYTES; i++) {
        ChKey other = key;
        other.secret[i] ^= 0x01;
        g_assert_false(ch_reply_address_verify(address, &other, "ana@example.br"));
    }
    ChKey other_id = key;
    other_id.id = 4;
    g_assert_false(ch_reply_address_verify(address, &other_id, "ana@example.br"));

    /* Each byte of what is signed, and what holds it together, by each other one. */
    gsize from = strcspn(address, "+"), to = strcspn(address, "@");
    for (gsize at = from; at <= to; at++)
        for (guint c = 0; c < 256; c++) {
            g_autofree char *forged = g_strdup(address);
            if (g_ascii_tolower((char)c) == address[at])
                continue; /* the same, in another case */
            forged[at] = (char)c;
            ChMessageId read = {.key = key.id};
            ch_reply_address_parse(forged, &read);
            ChKey same_secret = key;
            same_secret.id = read.key; /* as if that key had been looked up */
            g_assert_false(ch_reply_address_verify(forged, &same_secret, "ana@example.br"));
        }
}

static void test_reply_address_malformed(void)
{
#define MAC32 "abcdefghijklmnopqrstuvwx27"
    static const char *const bad[] = {
        "",
        "+",
        "@",
        "+@",
        "suporte@b",
        "suporte+@b",
        "suporte+ajuda@b",
        "+1.2.3.4." MAC32 "@b",
        "s+1.2.3." MAC32 "@b",
        "s+1.2.3.4.5." MAC32 "@b",
        "s+1.2.3.4." MAC32,
        "s+1.2.3.4.a" MAC32 "@b",
        "s+1.2.3.4.abcdefghijklmnopqrstuvwx2@b",
        "s+1.2.3.4.abcdefghijklmnopqrstuvwx20@b",
        "s+1.2.3.4.abcdefghijklmnopqrstuvwx2=@b",
        "s+1.2.3.4.abcdefghijklmnopqrstuvwx==@b",
        "s+-1.2.3.4." MAC32 "@b",
        "s+1. 2.3.4." MAC32 "@b",
        "s+1.2..4." MAC32 "@b",
        "s+1.2.3.9223372036854775808." MAC32 "@b",
        "s+4294967296.2.3.4." MAC32 "@b",
        "s+1.2.3.4." MAC32 "+@b",
        "s+1.2.3.4." MAC32 "+x@b",
        "s+1.2.3.4." MAC "@b",
        "ch.1.2.3.4." MAC "@b",
        "s-1.2.3.4." MAC32 "@b",
        "s@b+1.2.3.4." MAC32,
    };
    ChMessageId read = {.ticket = 7};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(ch_reply_address_parse(bad[i], &read));
        g_assert_cmpint(read.ticket, ==, 7);
        g_assert_false(ch_reply_address_verify(bad[i], &key, "ana@example.br"));
    }
    g_assert_true(ch_reply_address_parse("s+1.2.3.4." MAC32 "@b", &read)); /* the form that the others miss */
    g_assert_false(ch_reply_address_verify("s+3.2.3.4." MAC32 "@b", &key, "ana@example.br"));
    g_autofree char *address = ch_reply_address_new(&key, &about, "ana@example.br", "s@b");
    for (gsize length = 0; length < strlen(address) - 1; length++) {
        g_autofree char *part = g_strndup(address, length);
        g_assert_false(ch_reply_address_parse(part, &read));
    }
}

/* TEXT's lower-case digits, WIDTH bits each, as bytes; a last one that is not whole is left out. */
static void decode(const char *text, gsize digits, guint width, guint8 bytes[16])
{
    const char *alphabet = width == 5 ? "abcdefghijklmnopqrstuvwxyz234567" : "0123456789abcdef";
    guint32 bits = 0;
    guint have = 0, at = 0;
    for (gsize i = 0; i < digits; i++) {
        bits = bits << width | (guint32)(strchr(alphabet, text[i]) - alphabet);
        have += width;
        if (have >= 8)
            bytes[at++] = (guint8)(bits >> (have -= 8));
    }
    g_assert_cmpuint(at, ==, 16);
}

/* The same numbers for the same recipient: what signs a Message-ID signs no address. A Message-ID is seen by
 * everybody who gets a copy of the mail; with its MAC in the other's coat, one would be as good as the other.
 */
static void test_mac_for_one_purpose(void)
{
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "b");
    g_autofree char *address = ch_reply_address_new(&key, &about, "ana@example.br", "s@b");
    guint8 of_id[16], of_address[16];
    decode(strchr(id, '@') - 32, 32, 4, of_id);
    decode(strchr(address, '@') - 26, 26, 5, of_address);
    g_assert_cmpint(memcmp(of_id, of_address, sizeof of_id), !=, 0);

    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    g_autoptr(GString) forged = g_string_new("s+3.1042.17.99.");
    for (guint i = 0; i < 26; i++) {
        guint digit = 0;
        for (guint bit = 5 * i; bit < 5 * i + 5; bit++)
            digit = digit << 1 | (bit < 128 ? of_id[bit / 8] >> (7 - bit % 8) & 1 : 0);
        g_string_append_c(forged, alphabet[digit]);
    }
    g_string_append(forged, "@b");
    ChMessageId read;
    g_assert_true(ch_reply_address_parse(forged->str, &read));
    g_assert_false(ch_reply_address_verify(forged->str, &key, "ana@example.br"));

    g_autoptr(GString) back = g_string_new("ch.3.1042.17.99.");
    for (guint i = 0; i < 16; i++)
        g_string_append_printf(back, "%02x", of_address[i]);
    g_string_append(back, "@b");
    g_assert_true(ch_message_id_parse(back->str, &read));
    g_assert_false(ch_message_id_verify(back->str, &key, "ana@example.br"));
}

static void test_expired_key(void)
{
    static const struct {
        gint64 expires_at, now;
        gboolean good;
    } cases[] = {{0, 1000, TRUE},     {0, G_MAXINT32, TRUE}, {1001, 1000, TRUE},
                 {1000, 1000, FALSE}, {999, 1000, FALSE},    {-1, 1000, FALSE}};
    g_autofree char *id = ch_message_id_new(&key, &about, "ana@example.br", "b");
    g_autofree char *address = ch_reply_address_new(&key, &about, "ana@example.br", "s@b");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ChKey old = key;
        old.expires_at = cases[i].expires_at;
        ch_clock_set(cases[i].now);
        g_assert_cmpint(ch_message_id_verify(id, &old, "ana@example.br"), ==, cases[i].good);
        g_assert_cmpint(ch_reply_address_verify(address, &old, "ana@example.br"), ==, cases[i].good);
    }
    ch_clock_set(-1);
}

static void test_page_token(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint8 letters[26][128] = {0};
    for (guint i = 0; i < 1000; i++) {
        char *token = ch_page_token_new();
        g_assert_cmpuint(strlen(token), ==, 26);
        g_assert_cmpuint(strspn(token, "abcdefghijklmnopqrstuvwxyz234567"), ==, 26);
        for (guint at = 0; at < 26; at++)
            letters[at][(guchar)token[at]] = 1;
        g_assert_true(g_hash_table_add(seen, token));
    }
    /* Every place takes every digit; the last one has three random bits. */
    for (guint at = 0; at < 26; at++) {
        guint different = 0;
        for (guint c = 0; c < 128; c++)
            different += letters[at][c];
        g_assert_cmpuint(different, ==, at < 25 ? 32 : 8);
    }
}

static void test_sha256(void)
{
    static const struct {
        const char *text, *digest; /* FIPS 180-2, appendix B */
    } cases[] = {{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                 {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char digest[65];
        ch_sha256(cases[i].text, strlen(cases[i].text), digest);
        g_assert_cmpstr(digest, ==, cases[i].digest);
    }
}

static void test_random(void)
{
    guint8 one[32] = {0}, other[32] = {0}, zero[32] = {0};
    ch_random(one, sizeof one);
    ch_random(other, sizeof other);
    g_assert_cmpint(memcmp(one, other, sizeof one), !=, 0);
    g_assert_cmpint(memcmp(one, zero, sizeof one), !=, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token/form", test_message_id_form);
    g_test_add_func("/token/limits", test_message_id_limits);
    g_test_add_func("/token/changes", test_message_id_changes);
    g_test_add_func("/token/malformed", test_message_id_malformed);
    g_test_add_func("/token/reply-address-form", test_reply_address_form);
    g_test_add_func("/token/reply-address-known", test_reply_address_known);
    g_test_add_func("/token/reply-address-changes", test_reply_address_changes);
    g_test_add_func("/token/reply-address-malformed", test_reply_address_malformed);
    g_test_add_func("/token/mac-for-one-purpose", test_mac_for_one_purpose);
    g_test_add_func("/token/expired-key", test_expired_key);
    g_test_add_func("/token/page-token", test_page_token);
    g_test_add_func("/token/sha256", test_sha256);
    g_test_add_func("/token/random", test_random);
    return g_test_run();
}
