/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quotes by the marks of the markup, made by hand: whatever html_marks.c makes of a mail, the cuts are of
 * whole lines, in order, and never take what somebody typed. Mails as clients write them are in
 * ../mail/quote-*. */
#include "mail/marker.h"
#include "parse/internal.h"

#include <string.h>

typedef struct {
    const char *name;
    const char *text;
    const char *marks; /* "q" and "s" for each stretch: "q:first words|last words; s:…" */
    const char *reply; /* expected */
    gboolean is_new;   /* it answers nothing */
} Case;

static const Case cases[] = {
    {"a quote below", "Pode fechar.\n\nEm terça, Suporte escreveu:\nOi, Ana.\nResolveu?\n",
     "q:Em terça|Resolveu?", "Pode fechar.\n", FALSE},
    {"a quote above", "> Oi, Ana.\n> Resolveu?\n\nPode fechar.\n", "q:> Oi, Ana.|Resolveu?", "Pode fechar.\n",
     FALSE},
    {"between two quotes somebody answers: all of it stays", "Um?\nSim.\nDois?\nNão.\n",
     "q:Um?|Um?; q:Dois?|Dois?", "Um?\nSim.\nDois?\nNão.\n", FALSE},
    {"a quote that is everything", "Oi, Ana.\nResolveu?\n", "q:Oi|Resolveu?", "Oi, Ana.\nResolveu?\n", FALSE},
    {"a signature", "Pode fechar.\n\nAna Souza\nPadaria\n", "s:Ana Souza|Padaria", "Pode fechar.\n", FALSE},
    {"a signature above a quote", "Pode fechar.\n\nAna Souza\n\nOi, Ana.\n",
     "s:Ana Souza|Ana Souza; q:Oi|Oi, Ana.", "Pode fechar.\n", FALSE},
    {"a signature that is everything", "Ana Souza\nPadaria\n", "s:Ana|Padaria", "Ana Souza\nPadaria\n",
     FALSE},
    {"a mark that begins inside a line takes nothing of it", "Pode fechar. Oi, Ana.\n", "q:Oi|Ana.",
     "Pode fechar. Oi, Ana.\n", FALSE},
    {"so it does inside one stretch", "> Um?\nSim.\n> Dois?\nNão.\n", "q:> Um?|Não.",
     "> Um?\nSim.\n> Dois?\nNão.\n", FALSE},
    {"what stands below a marked quote in its stretch was typed there", "> Um?\nSim.\n", "q:> Um?|Sim.",
     "Sim.\n", FALSE},
    {"somebody answers between quotes, though the last one is introduced: all of it stays",
     "> Um?\nSim.\n\nEm 24/11/2026 10:00, Suporte <suporte@desk.example> escreveu:\n> Dois?\nNão.\n", "",
     "> Um?\nSim.\n\nEm 24/11/2026 10:00, Suporte <suporte@desk.example> escreveu:\n> Dois?\nNão.\n", FALSE},
    {"one that is introduced goes wherever it stands",
     "Sim.\n\nEm 24/11/2026 10:00, Suporte <suporte@desk.example> escreveu:\n> Dois?\n\nNão.\n", "",
     "Sim.\nNão.\n", FALSE},
    {"no mark", "Um.\nDois.\n", "", "Um.\nDois.\n", FALSE},
};

/* Appends the stretches that WORDS name in TEXT. */
static void make_marks(const char *text, const char *words, GArray *marks)
{
    g_auto(GStrv) all = g_strsplit(words, "; ", 0);
    for (char **one = all; *one; one++) {
        g_auto(GStrv) ends = g_strsplit(*one + 2, "|", 2);
        const char *from = strstr(text, ends[0]);
        g_assert_nonnull(from);
        const char *to = strstr(from, ends[1]);
        g_assert_nonnull(to);
        const ChCut mark = {(gsize)(from - text), (gsize)(to - text) + strlen(ends[1]),
                            **one == 'q' ? CH_CUT_QUOTE : CH_CUT_SIGNATURE};
        g_array_append_val(marks, mark);
    }
}

static char *without_blank_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
    g_autoptr(GString) kept = g_string_new(NULL);
    for (char **line = lines; *line; line++)
        if (**line)
            g_string_append_printf(kept, "%s\n", *line);
    return g_string_free(g_steal_pointer(&kept), FALSE);
}

static void test_marks(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        g_autoptr(ChMail) mail = ch_mail_new();
        g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
        g_free(mail->text);
        mail->text = g_strdup(c->text);
        if (!c->is_new)
            g_ptr_array_add(mail->in_reply_to, g_strdup("a@b"));
        make_marks(c->text, c->marks, marks);
        ch_quote_cut(mail, marks);
        g_test_message("%s", c->name);
        g_autofree char *reply = without_blank_lines(mail->reply);
        g_autofree char *expected = without_blank_lines(c->reply);
        g_assert_cmpstr(reply, ==, expected);
        gsize last = 0;
        for (guint n = 0; n < mail->cuts->len; n++) {
            const ChCut *cut = &g_array_index(mail->cuts, ChCut, n);
            g_assert_cmpuint(cut->start, >=, last);
            g_assert_cmpuint(cut->end, >, cut->start);
            g_assert_true(cut->start == 0 || c->text[cut->start - 1] == '\n');
            last = cut->end;
        }
        g_assert_cmpuint(last, <=, strlen(c->text));
    }
}

/* What stays as a whole: what somebody forwards, and what a first mail is about. */
static void test_whole(void)
{
    static const struct {
        const char *name, *subject;
        gboolean answers;
        const char *text;
    } table[] = {
        {"GroupWise's line in a forward", "Fwd: Impressora", TRUE,
         "Veja.\n\n>>> Ana Souza <ana@cliente.example> 24/11/2026 10:00 >>>\nParou.\n"},
        {"our marker in a forward", "Fwd: Impressora", TRUE,
         "Veja.\n\n" CH_MARKER_PT "\n\nRecebemos o seu chamado.\n"},
        {"a header block in a first mail", "Impressora", FALSE,
         "Veja.\n\nDe: Rui <rui@cliente.example>\nEnviada em: 24/11/2026 10:00\nPara: Ana "
         "<ana@cliente.example>\n"
         "Assunto: Impressora\n\nParou.\n"},
        {"a quote above what is forwarded", "Fwd: Impressora", TRUE,
         "Veja.\n\nEm 24/11/2026 10:00, Ana <ana@cliente.example> escreveu:\n> Parou.\n\n"
         "---------- Forwarded message ---------\nFrom: Rui <rui@cliente.example>\nSubject: "
         "Impressora\n\nParou.\n"},
        {"a forward without a sign where it begins", "Fwd: Impressora", FALSE,
         "Parou.\n\n-- \nRui\nPadaria\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(ChMail) mail = ch_mail_new();
        g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
        g_free(mail->text);
        mail->text = g_strdup(table[i].text);
        g_free(mail->subject);
        mail->subject = g_strdup(table[i].subject);
        if (table[i].answers)
            g_ptr_array_add(mail->in_reply_to, g_strdup("a@b"));
        ch_quote_cut(mail, marks);
        g_test_message("%s", table[i].name);
        g_assert_cmpstr(mail->reply, ==, table[i].text);
    }
}

/* Cuts of one kind beside each other are one. */
static void test_joined(void)
{
    static const char text[] =
        "Sim.\n\n> Dois?\n\n-----Mensagem original-----\nDe: Suporte <suporte@desk.example>\n"
        "Enviada em: 24/11/2026 10:00\nPara: Ana <ana@cliente.example>\nAssunto: Impressora\n\n"
        "Um?\n";
    g_autoptr(ChMail) mail = ch_mail_new();
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    g_free(mail->text);
    mail->text = g_strdup(text);
    g_free(mail->subject);
    mail->subject = g_strdup("RES: Impressora");
    ch_quote_cut(mail, marks);
    g_assert_true(g_str_has_prefix(mail->reply, "Sim.\n"));
    g_assert_null(strchr(mail->reply, '?'));
    g_assert_cmpuint(mail->cuts->len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_test_add_func("/quote/marks", test_marks);
    g_test_add_func("/quote/whole", test_whole);
    g_test_add_func("/quote/joined", test_joined);
    return g_test_run();
}
