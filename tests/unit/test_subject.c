/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine or person by the subject alone (judge/subject.h); whole mails are in test_judge.c. */
#include "judge/subject.h"

#include <string.h>

/* 0: a person, 1: a machine only where the mail answers another one, 2: a machine. */
static void test_subjects(void)
{
    static const struct {
        const char *subject;
        guint automatic;
    } table[] = {
        {"Resposta automática: [#1042] Impressora", 2},
        {"RESPOSTA AUTOMATICA: Impressora", 2},
        {"Resposta autom\xc3\xa1tica : Impressora", 2},
        {"Resposta automa\xcc\x81tica: Impressora", 2},
        {"Ausência temporária: Impressora", 2},
        {"Ausencia Temporaria: Re: Impressora", 2},
        {"Automatic reply: Printer", 2},
        {"  Automatic  reply:Printer", 2},
        {"[EXTERNAL] Automatic reply: Printer", 2},
        {"[Externo] Fora do escritório: Re: Impressora", 2},
        {"[EXTERNAL] Fwd: Automatic reply: Printer", 0},
        {"[#1042] Automatic reply: Printer", 0},
        {"Automatic reply\xef\xbc\x9a Printer", 2},
        {"Out of Office: Printer", 2},
        {"Out of Office AutoReply: Printer", 2},
        {"Autoreply: Printer", 2},
        {"Auto-reply: Printer", 2},
        {"Respuesta automática: Impresora", 2},
        {"Abwesenheitsnotiz: Drucker", 2},
        {"Automatische Antwort: Drucker", 2},
        {"Réponse automatique : Imprimante", 2},
        {"R\xc3\x89PONSE AUTOMATIQUE\xc2\xa0: Imprimante", 2},
        {"Message d’absence: Imprimante", 2},
        {"Risposta automatica: Stampante", 2},
        {"Fora do escritório: Re: Impressora", 2},
        {"Fora do Escritório: [#1042] Impressora", 2},
        {"Ausência do escritório: [#1042] Impressora", 2},
        {"Fora do Escritório: [Integral #1042] Impressora", 2},
        {"Auto: RES: [#1042] Impressora", 2},
        {"Nicht im Büro: AW: Drucker", 2},
        {"Absence du bureau : RE: Imprimante", 2},
        {"Fuori ufficio: R: Stampante", 2},
        {"Fora do escritório Re: Impressora", 2},
        {"Fraværsmelding: SV: Printer", 2},

        {"Fora do escritório: sua solicitação", 1},
        {"Fora do escritório", 1},
        {"Auto: sua solicitação", 1},
        {"Fuera de la oficina: su solicitud", 1},
        {"Resposta automática", 1},
        {"Out of Office", 1},
        {"Abwesenheitsnotiz", 1},

        {"", 0},
        {":", 0},
        {"Re:", 0},
        {"Re: Re: Re:", 0},
        {"Re: Resposta automática: Impressora", 0},
        {"RES: AW: Re[2]: Resposta automática: Impressora", 0},
        {"AW: automatic reply: Printer", 0},
        {"Fora do escritóriore: x", 0},
        {"Impressora parada", 0},
        {"Fora do escritório não consigo acessar a VPN", 0},
        {"Fora do escritório - não consigo acessar a VPN", 0},
        {"Re: Fora do escritório não consigo acessar a VPN", 0},
        {"Re: Fora do escritório: a VPN não abre", 0},
        {"Re: Auto: vidro quebrado", 0},
        {"RES: Resposta automática", 0},
        {"Resposta automática não funciona", 0},
        {"Resposta automática do Outlook: como ligar?", 0},
        {"Como configuro a resposta automática: preciso de ajuda", 0},
        {"Automatic replying: broken", 0},
        {"Automatic reply is sent twice", 0},
        {"Out of office hours: who do I call?", 0},
        {"Automóvel: orçamento", 0},
        {"Automação: resposta automática", 0},
        {"Ausência temporária de sinal: bairro Centro", 0},
        {"ENC: Resposta automática: Impressora", 0},
        {"Fwd: Automatic reply: Printer", 0},
        {"[#1042] Resposta automática: não funciona", 0},
        {"Re: [#1042] Resposta automática: não funciona", 0},
        {"Abwesend bin ich nie", 0},
        {"\xff\xfe: Automatic reply: x", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].subject);
        g_assert_cmpint(ch_subject_automatic(table[i].subject, FALSE, FALSE) != NULL, ==,
                        table[i].automatic == 2);
        g_assert_cmpint(ch_subject_automatic(table[i].subject, TRUE, FALSE) != NULL, ==,
                        table[i].automatic > 0);
    }
}

/* The words may end where the look ends, in the middle of a character too. */
static void test_subject_long(void)
{
    for (guint length = 0; length < 600; length++) {
        g_autoptr(GString) subject = g_string_new("Automatic reply: ");
        for (guint i = 0; i < length; i++)
            g_string_append(subject, i % 2 ? "ç" : "漢");
        g_assert_nonnull(ch_subject_automatic(subject->str, FALSE, FALSE));
        g_string_prepend(subject, "ç");
        g_assert_null(ch_subject_automatic(subject->str, FALSE, FALSE));
    }
}

static void test_subject_aggregate(void)
{
    g_assert_true(ch_subject_is_aggregate("Report Domain: a.example Submitter: b.example Report-ID: <7>"));
    g_assert_true(
        ch_subject_is_aggregate("[Preview] Report domain: a.example  Submitter: b.example Report-ID: 7"));
    g_assert_true(ch_subject_is_aggregate(
        "Dmarc Aggregate Report Domain: {a.example}  Submitter: {B} Date: {2026-08-01} Report-ID: {7}"));
    g_assert_false(ch_subject_is_aggregate("Report domain: o que devo fazer com isto?"));
    g_assert_false(
        ch_subject_is_aggregate("Fwd: Report domain: a.example Submitter: b.example Report-ID: 7"));
    g_assert_false(ch_subject_is_aggregate("Report-ID: 7 Report domain: a.example Submitter: b.example"));
    g_assert_false(ch_subject_is_aggregate(""));
}

/* Who is away and writes of the matter is a person. */
static void test_subject_meant(void)
{
    static const struct {
        const char *subject, *text;
        gboolean meant;
    } table[] = {
        {"Re: [#7] Impressora não imprime", " até dia 3. a impressora voltou.", TRUE},
        {"[#7] Drucker", " und brauche den drucker nicht.", TRUE},
        {"Принтер", " принтер работает.", TRUE},
        {"Re: [#7] Impressora não imprime", " até dia 3.", FALSE},
        {"Re: [#7] Impressora não imprime", ". recebi impressora nao imprime e leio dia 3.", FALSE},
        {"Re: [#7] Impressora", " e leio \"impressora\" dia 3.", FALSE},
        {"Re: [#7] Impressoras", " impressora", FALSE},
        {"Impressora", " superimpressora", FALSE},
        {"Re: [#7] Suporte", ". urgente? procure o suporte.", FALSE},
        {"Re: [#7] VPN", " e a vpn", FALSE}, /* too short */
        {"Re: [#7]", " até dia 3.", FALSE},
        {"", "", FALSE},
        {"[#", "[#", FALSE},
        {"[#1042\x1d Impressora", " e leio dia 3.", FALSE}, /* a key that never ends */
        {"Re: [#1042 Impressora", ", a impressora parou.", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].subject);
        g_assert_cmpint(ch_subject_is_meant(table[i].subject, table[i].text), ==, table[i].meant);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/judge/subjects", test_subjects);
    g_test_add_func("/judge/subject-long", test_subject_long);
    g_test_add_func("/judge/subject-aggregate", test_subject_aggregate);
    g_test_add_func("/judge/subject-meant", test_subject_meant);
    return g_test_run();
}
