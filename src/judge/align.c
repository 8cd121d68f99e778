/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alignment of what our server proved with the domain of the sender. Which Authentication-Results are ours is
 * decided in authres.c; what the evidence allows is desk/decide's business.
 */
#include "judge/align.h"

#include <libpsl.h>
#include <string.h>

#define DOMAIN_MAX 253 /* RFC 1035 section 2.3.4, as text */
#define TOLD_MAX   4   /* results that a reason lists */

static gboolean is_host_name(const char *domain)
{
    gsize length = strlen(domain);
    if (length == 0 || length > DOMAIN_MAX || domain[0] == '.' || domain[length - 1] == '.' ||
        strstr(domain, ".."))
        return FALSE;
    for (const char *at = domain; *at; at++)
        if (!g_ascii_isalnum(*at) && !strchr(".-_", *at))
            return FALSE;
    return TRUE;
}

/*
 * DOMAIN in lower case ASCII; NULL where it is no domain name. GLib leaves joiners out and maps characters
 * that look alike, as IDNA2003 does; to today's registries a name with a joiner is another one, with another
 * owner (RFC 5894 section 7.2). So only a name that comes back the same from ASCII is taken.
 */
static char *ascii_domain(const char *domain)
{
    if (strlen(domain) > DOMAIN_MAX * 4 || !g_utf8_validate(domain, -1, NULL))
        return NULL;
    g_autofree char *ascii = g_hostname_to_ascii(domain);
    if (!ascii || !is_host_name(ascii))
        return NULL;
    if (!g_str_is_ascii(domain)) {
        g_autofree char *lower = g_utf8_strdown(domain, -1);
        g_autofree char *composed = g_utf8_normalize(lower, -1, G_NORMALIZE_NFC);
        g_autofree char *unicode = g_hostname_to_unicode(ascii);
        if (g_strcmp0(composed, unicode) != 0)
            return NULL;
    }
    return g_ascii_strdown(ascii, -1);
}

gboolean ch_domains_align(const char *a, const char *b)
{
    g_autofree char *one = ascii_domain(a), *other = ascii_domain(b);
    if (!one || !other)
        return FALSE;
    if (!strcmp(one, other))
        return TRUE;
    const char *one_organization = psl_registrable_domain(psl_builtin(), one);
    const char *other_organization = psl_registrable_domain(psl_builtin(), other);
    return one_organization && other_organization && !strcmp(one_organization, other_organization);
}

static gboolean same_domain(const char *a, const char *b)
{
    g_autofree char *one = ascii_domain(a), *other = ascii_domain(b);
    return one && other && !strcmp(one, other);
}

/* The domain of ADDRESS; NULL where there is more than one way to read it. */
static const char *address_domain(const char *address)
{
    const char *sign = strchr(address, '@');
    return sign && sign > address && sign[1] && !strchr(sign + 1, '@') ? sign + 1 : NULL;
}

static gboolean has(const GPtrArray *auth, const char *method, const char *result)
{
    for (guint i = 0; i < auth->len; i++) {
        const ChAuthResult *at = g_ptr_array_index(auth, i);
        if (!strcmp(at->method, method) && (!result || !strcmp(at->result, result)))
            return TRUE;
    }
    return FALSE;
}

/*
 * Results that no server writes of one mail: DMARC passes only where DKIM or SPF does (RFC 7489 section
 * 6.6.2). A server that has no DMARC leaves room below its field for a forged one.
 */
static gboolean contradicts(const GPtrArray *auth)
{
    return has(auth, "dmarc", "pass") && has(auth, "dkim", NULL) && has(auth, "spf", NULL) &&
           !has(auth, "dkim", "pass") && !has(auth, "spf", "pass");
}

static gboolean proves(const ChAuthResult *result, const char *domain)
{
    if (strcmp(result->result, "pass") != 0)
        return FALSE;
    if (!strcmp(result->method, "dmarc"))
        return !*result->domain || same_domain(result->domain, domain);
    if (!strcmp(result->method, "dkim") || !strcmp(result->method, "spf"))
        return ch_domains_align(result->domain, domain);
    return FALSE;
}

/* The proof to be named: DMARC before the others. NULL: there is none. */
static const ChAuthResult *find_proof(const GPtrArray *auth, const char *domain)
{
    const ChAuthResult *proof = NULL;
    for (guint i = 0; i < auth->len; i++) {
        const ChAuthResult *result = g_ptr_array_index(auth, i);
        if (proves(result, domain) && (!proof || !strcmp(result->method, "dmarc")))
            proof = result;
    }
    return proof;
}

static char *describe(const GPtrArray *auth)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < auth->len && i < TOLD_MAX; i++) {
        const ChAuthResult *result = g_ptr_array_index(auth, i);
        g_string_append_printf(text, "%s%.32s=%.32s", i ? ", " : "", result->method, result->result);
        if (*result->domain)
            g_string_append_printf(text, " for %s", result->domain);
    }
    if (auth->len > TOLD_MAX)
        g_string_append(text, ", …");
    return g_string_free(text, FALSE);
}

/* Why nothing is proven, or NULL where there is a proof. */
static const char *find_doubt(const ChVerdict *verdict, gboolean ambiguous, const char *domain)
{
    if (ambiguous)
        return "From can be read in more than one way";
    if (!domain)
        return "the sender's address has no domain that could be proven";
    /* DMARC is what the domain's owner wants (its alignment may be strict), and a filter that says fail
     * looked at the very DKIM and SPF results that would align here. Where the two disagree we read the mail
     * in another way than our server did. */
    if (has(verdict->auth, "dmarc", "fail"))
        return "dmarc=fail outweighs the others";
    if (contradicts(verdict->auth))
        return "dmarc=pass where neither dkim nor spf passed";
    return find_proof(verdict->auth, domain) ? NULL : "no pass is for the sender's domain";
}

void ch_align_weigh(ChVerdict *verdict, const char *authserv_id, gboolean ambiguous)
{
    if (verdict->auth->len == 0)
        return;
    const char *domain = address_domain(verdict->sender->address);
    const char *doubt = find_doubt(verdict, ambiguous, domain);
    if (doubt) {
        g_autofree char *found = describe(verdict->auth);
        ch_reason(verdict->reasons, "claim: %s (%s, by %s)", doubt, found, authserv_id);
        return;
    }
    const ChAuthResult *proof = find_proof(verdict->auth, domain);
    verdict->evidence = CH_EVIDENCE_DOMAIN;
    ch_reason(verdict->reasons, "domain: %s=pass for %s, by %s", proof->method,
              *proof->domain ? proof->domain : domain, authserv_id);
}
