/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails of ours, composed from the real templates, as clients quote them: the quote is found by its words,
 * what was typed stays (P9); and the cost of it. */
#include "compose_test.h"

#include "parse/parse.h"

#define ATTRIBUTION "\n\nJe 2026/11/24 Suporte kirjutas nii\n" /* in no table */
#define SAID                                                                                                 \
    "Verifiquei o certificado digital da empresa e ele venceu na semana passada, por isso a nota não sai."
#define ASKED "Pode enviar o arquivo novo para instalarmos ainda hoje?"

static ChMail *parse_text(const char *text, const char *headers)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autofree char *all = g_strconcat("From: ana@cliente.example\nMessage-ID: <a@b.example>\n", headers,
                                       "Content-Type: text/plain; charset=utf-8\n\n", text, NULL);
    g_autoptr(GBytes) raw = g_bytes_new(all, strlen(all));
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    return ch_parse(incoming, &limits);
}

/* Our answer to Ana, or the acknowledgement of what she wrote. */
static GBytes *compose_ours(const char *template)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full(template, "pt_BR");
    set(&letter->text, SAID "\n\n" ASKED "\n\nO endereço é https://ajuda.integral.example.br/certificado\n");
    GBytes *bytes = ch_compose(templates, letter, no_gaps, &error);
    g_assert_no_error(error);
    return bytes;
}

static char *sent_text(GBytes *bytes)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(bytes, "test");
    g_autoptr(ChMail) mail = ch_parse(incoming, &limits);
    return g_strdup(mail->text);
}

/* ---- what clients do to a text ---- */

static char *each_line(const char *text, const char *before)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *between = g_strconcat("\n", before, NULL);
    g_autofree char *joined = g_strjoinv(between, lines);
    return g_strconcat(before, joined, "\n", NULL);
}

static char *wrapped(const char *text, guint width, const char *before)
{
    g_autoptr(GString) out = g_string_new(before);
    guint column = 0;
    for (const char *at = text; *at; at++) {
        gboolean end = (*at == ' ' && column > width) || *at == '\n';
        g_string_append_c(out, end ? '\n' : *at);
        column = end ? 0 : column + 1;
        if (end)
            g_string_append(out, before);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *marked(const char *text)
{
    return each_line(text, "> ");
}

static char *unmarked(const char *text)
{
    return g_strdup(text);
}

static char *rewrapped(const char *text)
{
    return wrapped(text, 30, "> ");
}

static char *rewrapped_unmarked(const char *text)
{
    return wrapped(text, 50, "");
}

static char *with_bars(const char *text)
{
    return each_line(text, "| ");
}

static char *links_rewritten(const char *text)
{
    g_autoptr(GString) out = g_string_new(text);
    g_string_replace(out, "https://ajuda.", "https://safe.example/?url=https%3A%2F%2Fajuda.", 0);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *one_line(const char *text)
{
    g_autofree char *copy = g_strdup(text);
    return g_strdup(g_strdelimit(copy, "\n", ' '));
}

static char *trimmed_marked(const char *text)
{
    const char *from = strstr(text, SAID);
    g_assert_nonnull(from);
    g_autofree char *part = g_strndup(from, strlen(SAID));
    return marked(part);
}

static void assert_ours_gone(const ChMail *mail)
{
    g_assert_null(strstr(mail->reply, "certificado digital"));
    g_assert_null(strstr(mail->reply, "semana passada"));
    g_assert_null(strstr(mail->reply, "instalarmos"));
    g_assert_nonnull(strstr(mail->text, "certificado"));
}

static void test_clients(void)
{
    static char *(*const clients[])(const char *) = {
        marked,    unmarked,        rewrapped, rewrapped_unmarked,
        with_bars, links_rewritten, one_line,  trimmed_marked};
    g_autoptr(GBytes) ours = compose_ours("answer");
    g_autofree char *text = sent_text(ours);
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++) {
        g_autofree char *quote = clients[i](text);
        g_autofree char *above = g_strconcat("Segue o arquivo pedido.", ATTRIBUTION, "\n", quote, NULL);
        g_autoptr(ChMail) mail = parse_text(above, "");
        ch_parse_answered(mail, &ours, 1);
        assert_ours_gone(mail);
        g_assert_true(g_str_has_prefix(mail->reply, "Segue o arquivo pedido."));
        g_autofree char *once = g_strdup(mail->reply);
        ch_parse_answered(mail, &ours, 1);
        g_assert_cmpstr(mail->reply, ==, once);

        g_autofree char *below = g_strconcat(quote, "\n\nSegue o arquivo pedido.\n", NULL);
        g_autoptr(ChMail) other = parse_text(below, "In-Reply-To: <x@desk.example>\n");
        ch_parse_answered(other, &ours, 1);
        assert_ours_gone(other);
        g_assert_nonnull(strstr(other->reply, "Segue o arquivo pedido."));
    }
}

/* What was typed into our text stays, with what it answers, also where the whole was quoted without marks. */
static void test_inside(void)
{
    g_autoptr(GBytes) ours = compose_ours("answer");
    g_autofree char *text = sent_text(ours);
    static const char *const heads[] = {
        "", "De: Suporte <suporte@integral.example.br>\nEnviado: 24 de novembro de 2026 10:05\nPara: Ana\n"
            "Assunto: [#1042] Nota\n\n"};
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
        const char *split = strstr(text, "O endereço");
        g_assert_nonnull(split);
        g_autofree char *before = g_strndup(text, (gsize)(split - text));
        g_autofree char *all = g_strconcat("Respondi abaixo.\n\n", heads[i], before,
                                           "Posso sim, vai anexo agora.\n\n", split, NULL);
        g_autoptr(ChMail) mail = parse_text(all, "In-Reply-To: <x@desk.example>\n");
        ch_parse_answered(mail, &ours, 1);
        g_assert_nonnull(strstr(mail->reply, "Respondi abaixo."));
        g_assert_nonnull(strstr(mail->reply, "Posso sim, vai anexo agora."));
        g_assert_nonnull(strstr(mail->reply, "instalarmos")); /* what it answers */
        g_assert_null(strstr(mail->reply, "certificado digital"));
    }
}

/* Our letter asks for fields, and they are filled in where it stands: in the quote, however it is marked.
 * Every second one, or all; what stays blank is no answer. */
static void test_form(void)
{
    static const char *const titles[] = {"Número do pedido",    "Setor",   "Endereço de entrega completo",
                                         "Nome de quem recebe", "Horário", "Andar e sala"};
    static char *(*const clients[])(const char *) = {marked, unmarked, with_bars};
    g_autoptr(GError) error = NULL;
    g_autoptr(ChTemplates) templates = load();
    g_autoptr(ChLetter) letter = full("ask-fields", "pt_BR");
    g_ptr_array_set_size(letter->missing, 0);
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++)
        g_ptr_array_add(letter->missing, g_strdup(titles[i]));
    g_autoptr(GBytes) ours = ch_compose(templates, letter, no_gaps, &error);
    g_assert_no_error(error);
    g_autofree char *text = sent_text(ours);
    for (guint i = 0; i < G_N_ELEMENTS(clients) * 2; i++) {
        g_autoptr(GString) filled = g_string_new(text);
        for (guint t = 0; t < G_N_ELEMENTS(titles); t += 1 + i % 2) {
            g_autofree char *blank = g_strdup_printf("\n%s:\n", titles[t]);
            g_autofree char *line = g_strdup_printf("\n%s: resposta %u\n", titles[t], t);
            g_assert_cmpuint(g_string_replace(filled, blank, line, 1), ==, 1);
        }
        g_autofree char *quote = clients[i / 2](filled->str);
        g_autofree char *all = g_strconcat("Segue abaixo.", ATTRIBUTION, "\n", quote, NULL);
        g_autoptr(ChMail) mail = parse_text(all, "In-Reply-To: <x@desk.example>\n");
        ch_parse_answered(mail, &ours, 1);
        g_test_message("%u: %s", i, mail->reply);
        for (guint t = 0; t < G_N_ELEMENTS(titles); t += 1 + i % 2) {
            g_autofree char *line = g_strdup_printf("%s: resposta %u\n", titles[t], t);
            assert_has(mail->reply, line);
        }
        assert_has(mail->reply, "Segue abaixo.");
        assert_lacks(mail->reply, "Responda a este e-mail");
        assert_lacks(mail->reply, "Departamento:");
    }
}

/* The acknowledgement shows what she wrote. She may write it again, and mean it. */
static void test_own_words(void)
{
    g_autoptr(GBytes) ours = compose_ours("ack");
    g_autofree char *text = sent_text(ours);
    const char *own = strstr(text, "A sua mensagem:");
    g_assert_nonnull(own);
    own += strlen("A sua mensagem:\n\n");
    g_autofree char *again = g_strndup(own, MIN(strlen(own), strcspn(own, "\n")));
    g_autoptr(ChMail) mail = parse_text(again, "In-Reply-To: <x@desk.example>\n");
    ch_parse_answered(mail, &ours, 1);
    g_assert_cmpstr(mail->reply, ==, mail->text);
    g_assert_cmpuint(mail->cuts->len, ==, 0);
}

/* A mail that is nothing but ours, none of ours, or answers bytes that are no mail. */
static void test_edges(void)
{
    g_autoptr(GBytes) ours = compose_ours("answer");
    g_autofree char *text = sent_text(ours);
    g_autoptr(ChMail) same = parse_text(text, "");
    ch_parse_answered(same, &ours, 1);
    g_assert_cmpstr(same->reply, ==, same->text); /* P9 */
    g_autoptr(ChMail) other = parse_text("Bom dia, outra coisa.\n", "");
    ch_parse_answered(other, &ours, 1);
    g_assert_cmpstr(other->reply, ==, "Bom dia, outra coisa.\n");
    g_autoptr(GBytes) nothing = g_bytes_new("", 0);
    g_autoptr(GBytes) junk = g_bytes_new("\0\xff\n\n\n", 5);
    GBytes *several[] = {nothing, junk, ours, ours};
    ch_parse_answered(other, several, 4);
    g_assert_cmpstr(other->reply, ==, "Bom dia, outra coisa.\n");
}

static double seconds_for(const char *piece, gsize length, GBytes *ours)
{
    g_autoptr(GString) text = g_string_new("Obrigada.\n\n");
    while (text->len < length)
        g_string_append(text, piece);
    g_autoptr(GTimer) timer = g_timer_new();
    g_autoptr(ChMail) mail = parse_text(text->str, "In-Reply-To: <x@desk.example>\n");
    ch_parse_answered(mail, &ours, 1);
    return g_timer_elapsed(timer, NULL);
}

/* Eight times the mail takes no more than a few times eight times the time. */
static void test_cost(void)
{
    static const char *const pieces[] = {"> ",
                                         ">\n",
                                         "a:\n",
                                         "1 a b c:\n",
                                         "A sua mensagem: x\n",
                                         "-- a wrote --\n",
                                         "On 24/11/2026 10:05 a@b.example\n",
                                         "\n",
                                         "De: a@b.example\n",
                                         "a a a a a a a a\n",
                                         "--\n",
                                         "Verifiquei o certificado digital da empresa\n",
                                         "Em 24/11/2026 10:05, Ana <a@b.example> escreveu:\n> x\ny\n"};
    g_autoptr(GBytes) ours = compose_ours("ask-fields");
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        double little = seconds_for(pieces[i], 96 << 10, ours),
               much = seconds_for(pieces[i], 767 << 10, ours);
        g_test_message("%.20s: %.0f ms, %.0f ms", pieces[i], little * 1000, much * 1000);
        g_assert_cmpfloat(much, <, MAX(little, 0.02) * 40);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    no_gaps = g_ptr_array_new(); /* no letter here has files */
    g_test_add_func("/quote/match/clients", test_clients);
    g_test_add_func("/quote/match/inside", test_inside);
    g_test_add_func("/quote/match/form", test_form);
    g_test_add_func("/quote/match/own-words", test_own_words);
    g_test_add_func("/quote/match/edges", test_edges);
    g_test_add_func("/quote/match/cost", test_cost);
    int result = g_test_run();
    g_ptr_array_unref(no_gaps);
    return result;
}
