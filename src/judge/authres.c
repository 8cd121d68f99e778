/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads Authentication-Results fields and picks those that our own server wrote. What the results prove of a
 * mail's sender is align.c's business.
 */
#include "judge/authres.h"

#include <string.h>

#define DOMAIN_MAX 253 /* RFC 1035 section 2.3.4, as text */

/* One pass over the text: every function moves AT forward and never back. */
typedef struct {
    const char *at;
    gboolean broken; /* stays TRUE */
} Scanner;

/* White space and comments, which nest (RFC 5322 section 3.2.2). */
static void skip_cfws(Scanner *scanner)
{
    guint depth = 0;
    for (; *scanner->at; scanner->at++) {
        char c = *scanner->at;
        if (c == '(') {
            depth++;
        } else if (depth > 0) {
            if (c == ')')
                depth--;
            else if (c == '\\' && scanner->at[1])
                scanner->at++;
        } else if (!g_ascii_isspace(c)) {
            return;
        }
    }
    if (depth > 0)
        scanner->broken = TRUE;
}

/* Takes C with what may stand around it. */
static gboolean take(Scanner *scanner, char c)
{
    skip_cfws(scanner);
    if (*scanner->at != c)
        return FALSE;
    scanner->at++;
    skip_cfws(scanner);
    return TRUE;
}

/* A quoted-string, appended without its quotes. AT stands at the first quote. */
static void take_quoted(Scanner *scanner, GString *out)
{
    for (scanner->at++; *scanner->at != '"'; scanner->at++) {
        if (*scanner->at == '\\' && scanner->at[1])
            scanner->at++;
        if (!*scanner->at) {
            scanner->broken = TRUE;
            return;
        }
        g_string_append_c(out, *scanner->at);
    }
    scanner->at++;
}

/* The name of a method, result, ptype or property: letters, digits, '-' and '_'. Lower case; "" for none. */
static char *take_keyword(Scanner *scanner)
{
    const char *start = scanner->at;
    while (g_ascii_isalnum(*scanner->at) || *scanner->at == '-' || *scanner->at == '_')
        scanner->at++;
    return g_ascii_strdown(start, scanner->at - start);
}

/* The value of a property or reason. Quoted and bare pieces may follow each other: "ana silva"@example.br. */
static char *take_value(Scanner *scanner)
{
    GString *out = g_string_new(NULL);
    while (*scanner->at && !scanner->broken && !g_ascii_isspace(*scanner->at) && !strchr(";()", *scanner->at))
        if (*scanner->at == '"')
            take_quoted(scanner, out);
        else
            g_string_append_c(out, *scanner->at++);
    return g_string_free(out, FALSE);
}

/* The domain of "ana@example.br", "@example.br", "<ana@example.br>" or "example.br"; "?" for anything that is
 * none. */
static char *value_domain(const char *value)
{
    const char *sign = strrchr(value, '@');
    g_autofree char *domain = g_ascii_strdown(sign ? sign + 1 : value, -1);
    gsize length = strlen(domain);
    if (sign && *value == '<' && length > 0 && domain[length - 1] == '>')
        domain[--length] = '\0';
    if (length == 0 || length > DOMAIN_MAX || strpbrk(domain, " \t\"\\<>()[],;:=/"))
        return g_strdup("?");
    return g_steal_pointer(&domain);
}

/* One result while its properties are read. DOMAIN and LESSER are NULL as long as nothing named them. */
typedef struct {
    char *method, *result;
    char *domain; /* of the property that matters most */
    char *lesser; /* header.i of dkim, which counts where there is no header.d */
} Reading;

static void reading_clear(Reading *reading)
{
    g_free(reading->method);
    g_free(reading->result);
    g_free(reading->domain);
    g_free(reading->lesser);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

/* Two different domains for one property: nobody knows which one the server checked. */
static void set_domain(char **field, const char *value)
{
    g_autofree char *domain = value_domain(value);
    gboolean differs = *field && strcmp(*field, domain) != 0;
    g_free(*field);
    *field = differs ? g_strdup("?") : g_steal_pointer(&domain);
}

static void take_property(Reading *reading, const char *name, const char *value)
{
    static const struct {
        const char *method, *property;
        gboolean lesser;
    } table[] = {
        {"dkim", "header.d", FALSE},
        {"dkim", "header.i", TRUE},
        {"spf", "smtp.mailfrom", FALSE},
        {"dmarc", "header.from", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (!strcmp(table[i].method, reading->method) && !strcmp(table[i].property, name))
            set_domain(table[i].lesser ? &reading->lesser : &reading->domain, value);
}

/* method ["/" version] "=" result */
static gboolean read_method(Scanner *scanner, Reading *reading)
{
    reading->method = take_keyword(scanner);
    if (take(scanner, '/')) {
        g_autofree char *version = take_keyword(scanner);
        if (strcmp(version, "1") != 0) {
            char *named = g_strconcat(reading->method, "/", version, NULL);
            g_free(reading->method);
            reading->method = named;
        }
    }
    if (!*reading->method || !take(scanner, '='))
        return FALSE;
    reading->result = take_keyword(scanner);
    return *reading->result != '\0';
}

/* [ptype "."] property "=" value; the reason has the same form. */
static gboolean read_property(Scanner *scanner, Reading *reading)
{
    g_autofree char *name = take_keyword(scanner);
    if (*name && take(scanner, '.')) {
        g_autofree char *property = take_keyword(scanner);
        char *whole = *property ? g_strconcat(name, ".", property, NULL) : g_strdup("");
        g_free(name);
        name = whole;
    }
    if (!*name || !take(scanner, '='))
        return FALSE;
    g_autofree char *value = take_value(scanner);
    take_property(reading, name, value);
    return TRUE;
}

/* A name or value ends where white space, a comment, ';' or the text does. */
static gboolean at_border(Scanner *scanner)
{
    return !*scanner->at || g_ascii_isspace(*scanner->at) || strchr(";(", *scanner->at);
}

/* AT stands at the first character of a result. */
static gboolean read_result(Scanner *scanner, GPtrArray *results)
{
    g_auto(Reading) reading = {0};
    if (!read_method(scanner, &reading))
        return FALSE;
    while (at_border(scanner)) {
        skip_cfws(scanner);
        if (!*scanner->at || *scanner->at == ';')
            break;
        if (!read_property(scanner, &reading))
            return FALSE;
    }
    if (scanner->broken || (*scanner->at && *scanner->at != ';'))
        return FALSE;
    ChAuthResult *result = g_new0(ChAuthResult, 1);
    result->method = g_steal_pointer(&reading.method);
    result->result = g_steal_pointer(&reading.result);
    char **domain = reading.domain ? &reading.domain : &reading.lesser;
    result->domain = *domain ? g_steal_pointer(domain) : g_strdup("");
    g_ptr_array_add(results, result);
    return TRUE;
}

/* "none" in place of any result (section 2.2). */
static gboolean take_none(Scanner *scanner)
{
    if (g_ascii_strncasecmp(scanner->at, "none", 4) != 0)
        return FALSE;
    Scanner after = {.at = scanner->at + 4};
    if (!at_border(&after))
        return FALSE;
    skip_cfws(&after);
    if (*after.at == ';')
        take(&after, ';');
    if (*after.at || after.broken)
        return FALSE;
    *scanner = after;
    return TRUE;
}

/* The results, from behind the identifier on. */
static gboolean read_results(Scanner *scanner, GPtrArray *results)
{
    gboolean first = TRUE;
    guint count = 0;
    while (*scanner->at) {
        if (!take(scanner, ';') || scanner->broken)
            return FALSE;
        if (first && take_none(scanner))
            return TRUE;
        first = FALSE;
        if (!*scanner->at || *scanner->at == ';') /* a ';' too many */
            continue;
        if (count++ == CH_AUTHRES_MAX || !read_result(scanner, results))
            return FALSE;
    }
    return !scanner->broken;
}

/* A token or quoted-string, and the version: another one than 1 may mean anything (section 2.2). */
static gboolean read_identifier(Scanner *scanner, char **authserv_id)
{
    skip_cfws(scanner);
    GString *id = g_string_new(NULL);
    if (*scanner->at == '"')
        take_quoted(scanner, id);
    else
        while (*scanner->at && !at_border(scanner) && !strchr("<>@,:\\\"/[]?=)", *scanner->at))
            g_string_append_c(id, *scanner->at++);
    if (id->len == 0 || scanner->broken || !at_border(scanner)) {
        g_string_free(id, TRUE);
        return FALSE;
    }
    g_free(*authserv_id);
    *authserv_id = g_string_free(id, FALSE);
    skip_cfws(scanner);
    if (*scanner->at && *scanner->at != ';') {
        g_autofree char *version = take_keyword(scanner);
        skip_cfws(scanner);
        if (strcmp(version, "1") != 0)
            return FALSE;
    }
    return !scanner->broken && (!*scanner->at || *scanner->at == ';');
}

gboolean ch_authres_parse(const char *value, char **authserv_id, GPtrArray *results)
{
    Scanner scanner = {.at = value};
    guint before = results->len;
    *authserv_id = g_strdup("");
    if (read_identifier(&scanner, authserv_id) && read_results(&scanner, results))
        return TRUE;
    g_ptr_array_set_size(results, (gint)before);
    return FALSE;
}

static gboolean reports(const GPtrArray *results, guint until, const char *method)
{
    for (guint i = 0; i < until; i++)
        if (!strcmp(((const ChAuthResult *)g_ptr_array_index(results, i))->method, method))
            return TRUE;
    return FALSE;
}

/* Moves from FOUND those whose method no field above reports. */
static void merge(GPtrArray *auth, GPtrArray *found)
{
    guint above = auth->len;
    while (found->len > 0) {
        ChAuthResult *result = g_ptr_array_steal_index(found, 0);
        if (reports(auth, above, result->method))
            ch_auth_result_free(result);
        else
            g_ptr_array_add(auth, result);
    }
}

void ch_authres_believe(const GPtrArray *fields, const char *authserv_id, ChVerdict *verdict)
{
    if (!authserv_id || !*authserv_id)
        return;
    const ChAuthField *ours = NULL;
    for (guint i = 0; i < fields->len; i++) {
        const ChAuthField *field = g_ptr_array_index(fields, i);
        if (ours && field->run != ours->run)
            break;
        g_autofree char *id = NULL;
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_result_free);
        gboolean whole = ch_authres_parse(field->value, &id, found) && !field->cut;
        if (g_ascii_strcasecmp(id, authserv_id) != 0)
            continue;
        ours = field;
        if (!whole) {
            ch_reason(verdict->reasons,
                      "an Authentication-Results of %s can't be read: it and those below prove nothing",
                      authserv_id);
            break;
        }
        merge(verdict->auth, found);
    }
    if (verdict->auth->len > CH_AUTHRES_MAX) {
        ch_reason(verdict->reasons, "%s reports more than %d results: they prove nothing", authserv_id,
                  CH_AUTHRES_MAX);
        g_ptr_array_set_size(verdict->auth, 0);
    }
}
