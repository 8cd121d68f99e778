/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules cost a mail: sets of 10 to 10,000 rules of each sort over 10,000 mails, all made here from a
 * fixed seed. Prints mails in a second and milliseconds a mail; 1 where a realistic set of 10,000 costs more
 * than 5 ms. `rules [MAILS]`.
 */
#include "route/match_private.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define SEED      20261124
#define RULES_MAX 10000
#define LIMIT_MS  5.0

static const char *const stems[] = {"pedido",  "nota",       "fiscal",   "entrega", "boleto",  "senha",
                                    "acesso",  "sistema",    "erro",     "parado",  "troca",   "preço",
                                    "contato", "reunião",    "contrato", "cliente", "produto", "garantia",
                                    "prazo",   "urgente",    "conta",    "valor",   "recibo",  "cadastro",
                                    "visita",  "instalação", "cabo",     "modem",   "sinal",   "lento"};

/* One of very many words, the first ones more often. */
static void add_word(GString *text, GRand *rand)
{
    guint number = (guint)(g_rand_double(rand) * g_rand_double(rand) * 3000);
    g_string_append(text, stems[number % G_N_ELEMENTS(stems)]);
    if (number >= G_N_ELEMENTS(stems))
        g_string_append_printf(text, "%u", number / (guint)G_N_ELEMENTS(stems));
}

static void add_words(GString *text, GRand *rand, guint count, const char *between)
{
    for (guint i = 0; i < count; i++) {
        g_string_append(text, i ? between : "");
        add_word(text, rand);
    }
}

static void add_address(GString *text, GRand *rand)
{
    g_string_append_printf(text, "p%d@c%d.example", g_rand_int_range(rand, 0, 200),
                           g_rand_int_range(rand, 0, 20000));
}

/* A sort of rules: its condition, of the rule of that number. */
typedef void (*RuleFunc)(GString *text, GRand *rand, guint number);

static void by_address(GString *text, GRand *rand, guint number)
{
    (void)number;
    g_string_append(text, g_rand_int_range(rand, 0, 4) ? "from \"" : "recipient \"");
    add_address(text, rand);
    g_string_append(text, "\"");
}

static void by_domain(GString *text, GRand *rand, guint number)
{
    g_string_append_printf(text, number % 3 ? "from \"@c%d.example\"" : "domain \"*.c%d.example\"",
                           g_rand_int_range(rand, 0, 20000));
}

static void by_subject(GString *text, GRand *rand, guint number)
{
    g_string_append(text, number % 4 ? "subject contains \"" : "subject begins with \"");
    add_words(text, rand, 2, " ");
    g_string_append(text, "\"");
}

static void by_body(GString *text, GRand *rand, guint number)
{
    (void)number;
    g_string_append(text, "body contains any of (\"");
    add_words(text, rand, 2, " ");
    g_string_append(text, "\", \"");
    add_words(text, rand, 3, " ");
    g_string_append(text, "\")");
}

static void by_header(GString *text, GRand *rand, guint number)
{
    g_string_append_printf(text, "header \"X-Origin-%u\" is \"", number % 20);
    add_word(text, rand);
    g_string_append(text, "\"");
}

static void by_regex(GString *text, GRand *rand, guint number)
{
    g_string_append(text, number % 2 ? "subject /\\b(" : "body /\\b(");
    add_words(text, rand, 2, "|");
    g_string_append_printf(text, ")\\s+n?[ºo.]?\\s*(?<n>\\d{%u,})/i", number % 5 + 3);
}

static void combined(GString *text, GRand *rand, guint number)
{
    static const char *const hours[] = {"weekday mon to fri and time 08:00 to 18:00", "customer is active",
                                        "not kind is any of (list, loop)", "size < 1M", "ticket is new"};
    g_string_append_printf(text, "%s and (", hours[number % G_N_ELEMENTS(hours)]);
    by_subject(text, rand, number);
    g_string_append(text, " or ");
    by_body(text, rand, number);
    g_string_append(text, ") and not ");
    by_domain(text, rand, number);
}

/* As a desk has them: mostly who writes and what the subject says; a few that each mail is asked. */
static void realistic(GString *text, GRand *rand, guint number)
{
    static const RuleFunc sorts[] = {by_address, by_address, by_address, by_domain, by_domain, by_subject,
                                     by_subject, by_body,    by_header,  by_regex,  combined};
    if (number % 200 == 0)
        g_string_append(text, "attachment name ends with \".xml\" and attachment size > 2M");
    else if (number % 200 == 1)
        g_string_append(text, "not language is pt and weekday any of (sat, sun)");
    else if (number % 200 == 2)
        g_string_append(text, "from /^(no-?reply|bounce)[0-9]*@/");
    else
        sorts[g_rand_int_range(rand, 0, G_N_ELEMENTS(sorts))](text, rand, number);
}

/* Nothing that the index could use: each is tried on each body. */
static void worst(GString *text, GRand *rand, guint number)
{
    g_string_append_printf(text, "body /[%c-z]{%u,}\\d{%d}[^0-9\\s]/i", 'a' + (int)(number % 6),
                           number % 9 + 2, g_rand_int_range(rand, 4, 12));
}

static ChRules *make_rules(RuleFunc sort, guint count)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append(text, "match ");
        sort(text, rand, i);
        g_string_append_printf(text, " -> tag t%u, priority high\n", i % 50);
    }
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)ch_rule_message_free);
    ChRules *rules = ch_rules_compile("bench.rules", text->str, text->len, NULL, messages);
    if (!rules) {
        g_autofree char *message = ch_rule_message_format(g_ptr_array_index(messages, 0));
        g_printerr("%s\n", message);
        exit(2);
    }
    return rules;
}

static void add_header(ChMail *mail, const char *name, char *value)
{
    ChHeader *header = g_new(ChHeader, 1);
    *header = (ChHeader){g_strdup(name), value};
    g_ptr_array_add(mail->headers, header);
}

static char *words(GRand *rand, guint count, const char *between)
{
    g_autoptr(GString) text = g_string_new(NULL);
    add_words(text, rand, count, between);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *address(GRand *rand)
{
    g_autoptr(GString) text = g_string_new(NULL);
    add_address(text, rand);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A mail of a customer: some words in the subject, 20 to 600 in the body, twenty header fields. */
static ChMail *make_mail(GRand *rand, ChVerdict *verdict)
{
    ChMail *mail = ch_mail_new();
    g_autofree char *from = address(rand);
    ch_address_free(verdict->sender);
    verdict->sender = ch_address_new("Alguém", from);
    g_ptr_array_add(mail->to, ch_address_new("Suporte", "suporte@desk.example"));
    g_free(mail->subject);
    mail->subject = words(rand, (guint)g_rand_int_range(rand, 2, 8), " ");
    g_free(mail->reply);
    g_autofree char *first = words(rand, (guint)g_rand_int_range(rand, 10, 300), " ");
    g_autofree char *second = words(rand, (guint)g_rand_int_range(rand, 10, 300), " ");
    mail->reply =
        g_strdup_printf("Bom dia,\n%s.\n\n%s nº %d\n", first, second, g_rand_int_range(rand, 0, 99999999));
    mail->size = strlen(mail->reply) + 3000;
    for (guint i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("X-Origin-%u", i * 3);
        add_header(mail, name, words(rand, 3, "; "));
    }
    return mail;
}

/* Milliseconds that one of COUNT mails costs, on average; *HELD the rules that held, of all. */
static double time_mails(ChRules *rules, guint count, gboolean plain, guint64 *held)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED + 1);
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("-03:00");
    gint64 work = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(ChVerdict) verdict = ch_verdict_new();
        g_autoptr(ChMail) mail = make_mail(rand, verdict);
        const ChRuleInput input = {.mail = mail,
                                   .verdict = verdict,
                                   .department = "suporte",
                                   .language = "pt-BR",
                                   .now = 1795000000 + i * 600,
                                   .zone = zone};
        gint64 start = ch_clock_work();
        g_autoptr(ChEffects) effects = ch_match_apply(rules, &input, FALSE, plain);
        work += ch_clock_work() - start;
        *held += effects->hits->len;
    }
    return (double)work / 1000 / count;
}

static double time_set(const char *name, RuleFunc sort, guint rules_count, guint mails, gboolean plain)
{
    gint64 start = ch_clock_work();
    g_autoptr(ChRules) rules = make_rules(sort, rules_count);
    double compiled = (double)(ch_clock_work() - start) / 1000;
    guint64 held = 0;
    double ms = time_mails(rules, mails, plain, &held);
    g_print("%-12s %6u rules%s %6u mails: %9.0f mails/s, %8.4f ms a mail, %6.2f rules hold; compiled in %.0f "
            "ms\n",
            name, rules_count, plain ? ", in turn," : ",", mails, 1000 / ms, ms, (double)held / mails,
            compiled);
    return ms;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        RuleFunc sort;
    } sorts[] = {{"addresses", by_address}, {"domains", by_domain},  {"subjects", by_subject},
                 {"bodies", by_body},       {"headers", by_header},  {"regexes", by_regex},
                 {"combined", combined},    {"realistic", realistic}};
    guint mails = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 10000;
    double most = 0;
    if (mails == 0) {
        g_printerr("usage: rules [MAILS]\n");
        return 2;
    }
    for (guint i = 0; i < G_N_ELEMENTS(sorts); i++)
        for (guint count = 10; count <= RULES_MAX; count *= 10)
            most = time_set(sorts[i].name, sorts[i].sort, count, mails, FALSE);
    for (guint count = 10; count <= RULES_MAX; count *= 10)
        time_set("worst", worst, count, MAX(mails * 10 / count, 10), FALSE);
    time_set("realistic", realistic, RULES_MAX, MAX(mails / 100, 1), TRUE);
    if (most > LIMIT_MS) {
        g_print("a realistic set of %u rules costs a mail %.2f ms, more than %.0f\n", RULES_MAX, most,
                LIMIT_MS);
        return 1;
    }
    return 0;
}
