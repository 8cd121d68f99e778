/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letters about people: questions, welcome, refusal, what waits, a budget that is used up; Reply-To; the
 * language that a person gets. What all templates have in common is in test_compose.c. */
#include "compose_test.h"

#include "compose/templates.h"
#include "mail/marker.h"

#define PAGE      "https://ajuda.integral.example.br/c/abcdefghijklmnopqrstuvwxyz?l=pt&x=1"
#define PAGE_HTML "https://ajuda.integral.example.br/c/abcdefghijklmnopqrstuvwxyz?l=pt&amp;x=1"
#define SIGNED    "suporte+1.a.3.9.mfrggzdf@integral.example.br"

/* What is taken out of a full letter. */
enum {
    NO_PAGE = 1,
    NO_REMINDER = 2,
    NO_TITLE = 4,
    NO_TICKET = 8,
    NO_DEPARTMENTS = 16,
    SMALL = 32, /* the mail was not too large */
    ONE = 64,   /* one day, one mail that waits */
    NO_NAME = 128,
};

static ChLetter *without(const char *template, const char *language, guint what)
{
    ChLetter *letter = full(template, language);
    if (what & NO_PAGE)
        set(&letter->page_url, "");
    if (what & NO_REMINDER)
        letter->reminder = FALSE;
    if (what & NO_TITLE)
        set(&letter->title, "");
    if (what & NO_TICKET) {
        set(&letter->subject_key, "");
        letter->number = 0;
    }
    if (what & NO_DEPARTMENTS)
        g_ptr_array_set_size(letter->departments, 0);
    if (what & SMALL)
        letter->truncated = FALSE;
    if (what & ONE) {
        letter->days = 1;
        letter->held_count = 1;
        g_ptr_array_set_size(letter->held, 1);
    }
    if (what & NO_NAME)
        set(&letter->to_name, "");
    return letter;
}

typedef struct {
    const char *template, *language;
    guint what;
    const char *subject;
    const char *has[7];   /* in the text and, marked up or not, in the HTML */
    const char *lacks[5]; /* in both */
} Case;

static const Case cases[] = {
    {"verify",
     "pt_BR",
     NO_REMINDER | NO_TICKET | SMALL,
     "Confirme o seu e-mail: Não consigo emitir a nota fiscal",
     {"Olá, Ana Gonçalves!", "a sua mensagem “Não consigo emitir a nota fiscal”", "nada se perdeu",
      "é só responder a este e-mail", "Você tem 7 dias", "Não foi você?", CH_MARKER_PT},
     {"ajuda.integral.example.br/c/abc\n", "lembrete", "[#", "limite"}},
    {"verify",
     "en",
     NO_REMINDER | NO_TICKET | SMALL,
     "Please confirm your address: Não consigo emitir a nota fiscal",
     {"Hello Ana Gonçalves,", "your message “Não consigo emitir a nota fiscal”", "nothing is lost",
      "just reply to this e-mail", "You have 7 days", "If this was not you", CH_MARKER_EN},
     {"reminder", "[#", "limit"}},
    {"verify",
     "pt_BR",
     NO_TICKET | NO_PAGE | ONE,
     "Lembrete: confirme o seu e-mail: Não consigo emitir a nota fiscal",
     {"Este é só um lembrete", "Para confirmar, é só responder a este e-mail", "Você tem 1 dia para",
      "A mensagem tem 61,4 MB e passa do limite de 24 MB"},
     {"http:", "ajuda.integral", "botão", "nada se perdeu", "Se preferir"}},
    {"verify",
     "en",
     NO_TICKET | NO_PAGE | ONE,
     "Reminder: please confirm your address: Não consigo emitir a nota fiscal",
     {"This is just a reminder", "To confirm, just reply to this e-mail", "You have 1 day to",
      "The message is 61.4 MB, which is over our limit of 24 MB"},
     {"http:", "ajuda.integral", "button", "nothing is lost", "If you prefer"}},
    {"verify",
     "pt_BR",
     NO_REMINDER | NO_TICKET | NO_TITLE,
     "Confirme o seu e-mail",
     {"Recebemos o seu pedido de cadastro", "nenhum cadastro é feito"},
     {"mensagem", "Bom dia", "região.zip", "limite", "“"}},
    {"verify",
     "en",
     NO_TICKET | NO_TITLE,
     "Reminder: please confirm your address",
     {"We have received your request to register", "nothing is registered"},
     {"message", "Bom dia", "região.zip", "limit", "“"}},
    {"confirm",
     "pt_BR",
     0,
     "[#1042] Foi você que enviou esta mensagem? Não consigo emitir a nota fiscal",
     {"em seu nome para o chamado [#1042].", "Responda a este e-mail para confirmar", "Responda “não”",
      "Você tem 7 dias", "Suporte técnico", "Bom dia! A tela ", "região.zip"},
     {"http", "bia.interna"}},
    {"confirm",
     "en",
     NO_TICKET | ONE,
     "Did you send this message? Não consigo emitir a nota fiscal",
     {"in your name came for Suporte técnico.", "Reply to this e-mail to confirm", "Reply “no”",
      "You have 1 day to", "Bom dia! A tela ", CH_MARKER_EN},
     {"http", "[#", "mailto:", "Ticket"}},
    {"confirm", "pt_BR", NO_TITLE, "[#1042] Foi você que enviou esta mensagem?", {"(sem assunto)"}, {"http"}},
    {"confirm-alias",
     "pt_BR",
     0,
     "[#1042] ana.pessoal@outro.example.br também é seu?",
     {"ana.pessoal@outro.example.br", "chamado [#1042], “Não consigo emitir a nota fiscal”.",
      "Responda a este e-mail para confirmar", "Responda “não”", "Você tem 7 dias", CH_MARKER_PT},
     {"http", "Bom dia", "região.zip", "bia.interna"}},
    {"confirm-alias",
     "en",
     NO_TICKET | NO_TITLE,
     "Is ana.pessoal@outro.example.br yours too?",
     {"ana.pessoal@outro.example.br", "Reply to this e-mail to confirm", "Reply “no”"},
     {"ticket", "Bom dia", "[#"}},
    {"welcome",
     "pt_BR",
     NO_TICKET | NO_NAME,
     "Cadastro confirmado: Integral Sistemas",
     {"Olá!", "o seu cadastro está pronto", "suporte@integral.example.br", "contas+nf@integral.example.br"},
     {"[#", CH_MARKER_PT, "Bom dia", "+1.a."}},
    {"welcome",
     "en",
     NO_TICKET | NO_DEPARTMENTS | NO_NAME,
     "You are registered: Integral Sistemas",
     {"Hello,", "Our address is suporte@integral.example.br."},
     {"[#", CH_MARKER_EN, "Bom dia", "addresses:"}},
    {"refusal",
     "pt_BR",
     NO_TICKET,
     "Não podemos atender por este endereço: Não consigo emitir a nota fiscal",
     {"o endereço suporte@integral.example.br é reservado a clientes",
      "escreva para:", "contas+nf@integral.example.br"},
     {"[#", "Bom dia", CH_MARKER_PT, "região.zip"}},
    {"refusal",
     "en",
     NO_TICKET | NO_DEPARTMENTS | NO_TITLE,
     "We cannot help you at this address",
     {"the address suporte@integral.example.br takes mail of known customers only"},
     {"[#", "Otherwise", "contas+nf", "“"}},
    {"notice-held",
     "pt_BR",
     NO_TICKET,
     "Suporte técnico: 23 mensagens em espera",
     {"23 mensagens estão em espera em Suporte técnico.", "As mais recentes:", "De: carlos@terceiro.example",
      "Mensagem 12, desde 20/09/2026 19:26, chamado 1042", "RES: [#1040] Impressora", "De: (sem endereço)",
      "chamado held release NÚMERO"},
     {"[#1042] Não", CH_MARKER_PT, "desde 20/09/2026 18:26, chamado"}},
    {"notice-held",
     "en",
     NO_TICKET | ONE,
     "Suporte técnico: 1 message waiting",
     {"1 message is waiting in Suporte técnico.", "From: carlos@terceiro.example",
      "Message 11, since 2026-09-20 18:26", "The sender has not confirmed their address yet."},
     {"newest", "davi@", CH_MARKER_EN}},
    {"admin-budget",
     "pt_BR",
     NO_TICKET,
     "Integral Sistemas: limite de envio de e-mails atingido",
     {"Aviso de entrega: ", "são descartados", "esperam na fila", "chamado people show ENDEREÇO"},
     {"bia.interna", CH_MARKER_PT}},
    {"admin-budget",
     "en",
     NO_TICKET,
     "Integral Sistemas: a budget of outgoing mail is used up",
     {"Aviso de entrega: ", "are dropped", "wait in the queue", "chamado people show ADDRESS"},
     {"bia.interna", CH_MARKER_EN}},
};

/* HTML without its tags, so that a sentence is found whatever is bold in it. */
static char *untagged(const char *html)
{
    GString *text = g_string_new(NULL);
    gboolean inside = FALSE;
    for (const char *at = html; *at; at++) {
        inside = inside || *at == '<';
        if (!inside)
            g_string_append_c(text, *at);
        inside = inside && *at != '>';
    }
    return g_string_free(text, FALSE);
}

static void test_words(void)
{
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *test = &cases[i];
        g_test_message("%u: %s %s", i, test->language, test->template);
        g_autoptr(ChLetter) letter = without(test->template, test->language, test->what);
        g_autoptr(GBytes) bytes = compose(templates, letter);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
        g_autofree char *shown = untagged(html);
        g_assert_cmpstr(g_mime_message_get_subject(message), ==, test->subject);
        for (guint n = 0; n < G_N_ELEMENTS(test->has) && test->has[n]; n++) {
            assert_has(text, test->has[n]);
            assert_has(shown, test->has[n]);
        }
        for (guint n = 0; n < G_N_ELEMENTS(test->lacks) && test->lacks[n]; n++) {
            assert_lacks(text, test->lacks[n]);
            assert_lacks(html, test->lacks[n]);
        }
    }
}

/* The link is there as a button, and bare on a line of its own. What an unknown person wrote is no link. */
static void test_links(void)
{
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autoptr(ChLetter) verify = without("verify", languages[l], NO_TICKET);
        set(&verify->summary, "Veja http://isca.example/x e ligue");
        g_autoptr(GBytes) bytes = compose(templates, verify);
        g_autoptr(GMimeMessage) message = read_back(bytes);
        g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
        assert_has(text, "\n" PAGE "\n");
        assert_has(html, "<a href=\"" PAGE_HTML "\" style=\"");
        assert_has(html, "<a href=\"" PAGE_HTML "\">" PAGE_HTML "</a>");
        assert_has(text, "Veja http://isca.example/x e ligue\n");
        assert_has(html, "Veja http://isca.example/x e ligue");
        assert_lacks(html, "href=\"http://isca");

        g_autoptr(ChLetter) welcome = without("welcome", languages[l], NO_TICKET);
        g_autoptr(GBytes) welcome_bytes = compose(templates, welcome);
        g_autoptr(GMimeMessage) welcome_message = read_back(welcome_bytes);
        g_autofree char *welcome_text = text_of(welcome_message, 0),
                        *welcome_html = text_of(welcome_message, 1);
        assert_has(welcome_text, "- Suporte técnico: suporte@integral.example.br\n"
                                 "- Financeiro & <Cobrança>: contas+nf@integral.example.br\n");
        assert_has(welcome_html, "<strong>Financeiro &amp; &lt;Cobrança&gt;</strong><br>\n"
                                 "<a href=\"mailto:contas+nf@integral.example.br\">"
                                 "contas+nf@integral.example.br</a>");
    }
}

/* Each kind of held mail says why it waits, in words of its own. */
static void test_held_reasons(void)
{
    static const char *const words[][2] = {
        {"ainda não confirmou", "their address yet"}, {"quem escreveu:", "sender wrote it:"},
        {"de outro endereço:", "another address:"},   {"não participa do chamado", "no part in the ticket"},
        {"clientes cadastrados", "known customers"},  {"não traz um endereço", "names no address"},
    };
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++)
        for (guint kind = CH_HOLD_REGISTRATION; kind <= CH_HOLD_NO_ADDRESS; kind++) {
            g_autoptr(ChLetter) letter = without("notice-held", languages[l], NO_TICKET);
            g_ptr_array_set_size(letter->held, 0);
            hold(letter, 5, 0, kind, "x@terceiro.example", "x");
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
            for (guint w = 0; w < G_N_ELEMENTS(words); w++) {
                gboolean wanted = w + CH_HOLD_REGISTRATION == kind;
                (wanted ? assert_has : assert_lacks)(text, words[w][l]);
                (wanted ? assert_has : assert_lacks)(html, words[w][l]);
            }
        }
}

/* RFC 3834: all of them are automatic; those that answer a mail say so. */
static void test_automatic(void)
{
    static const char *const replied[] = {"ack",           "ask-fields", "verify",  "confirm",
                                          "confirm-alias", "welcome",    "refusal", NULL};
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; ch_template_names[i]; i++)
        for (guint reminder = 0; reminder < 2; reminder++) {
            const char *name = ch_template_names[i];
            g_autoptr(ChLetter) letter = full(name, "en");
            letter->reminder = reminder;
            letter->automatic = TRUE;
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            gboolean answers = g_strv_contains(replied, name) && !reminder;
            g_assert_cmpstr(header(message, "Auto-Submitted"), ==,
                            answers ? "auto-replied" : "auto-generated");
            g_assert_cmpstr(header(message, "X-Auto-Response-Suppress"), ==, SUPPRESSED);
        }
}

static void test_reply_to(void)
{
    static const struct {
        const char *reply_to, *header, *link;
    } table[] = {
        {SIGNED, "Suporte =?UTF-8?Q?t=C3=A9cnico?= <" SIGNED ">", "mailto:" SIGNED "?subject=Re%3A"},
        {"", NULL, "mailto:suporte@integral.example.br?subject=Re%3A"},
    };
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        for (guint n = 0; ch_template_names[n]; n++) {
            g_autoptr(ChLetter) letter = full(ch_template_names[n], "pt_BR");
            set(&letter->reply_to, table[i].reply_to);
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            g_autofree char *html = text_of(message, 1);
            const char *raw = header(message, "Reply-To");
            g_assert_cmpint(raw != NULL, ==, table[i].header != NULL);
            if (raw) {
                InternetAddressList *list = g_mime_message_get_reply_to(message);
                InternetAddress *address = internet_address_list_get_address(list, 0);
                g_assert_cmpint(internet_address_list_length(list), ==, 1);
                g_assert_cmpstr(internet_address_get_name(address), ==, "Suporte técnico");
                g_assert_cmpstr(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)), ==,
                                SIGNED);
            }
            g_autofree char *from =
                internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
            assert_has(from, "<suporte@integral.example.br>");
            if (strstr(html, "?subject="))
                assert_has(html, table[i].link);
        }

    /* One that no header can hold is not worth a failure. */
    g_autoptr(ChLetter) letter = full("ack", "en");
    set(&letter->reply_to, "nobody\r\nBcc: evil@example.br");
    g_autoptr(GBytes) bytes = compose(templates, letter);
    g_autoptr(GMimeMessage) message = read_back(bytes);
    g_assert_null(header(message, "Bcc"));
    InternetAddressList *list = g_mime_message_get_reply_to(message);
    g_assert_cmpint(list ? internet_address_list_length(list) : 0, <=, 1);
}

static void test_pick(void)
{
    static const struct {
        const char *wanted, *fallback, *folder;
    } table[] = {
        {"pt_BR", "en", "pt_BR"},
        {"pt-BR", "en", "pt_BR"},
        {"PT-br", "en", "pt_BR"},
        {"pt", "en", "pt_BR"},
        {"pt-PT", "en", "pt_BR"},
        {"en", "pt_BR", "en"},
        {"en-GB", "pt_BR", "en"},
        {"EN_us", "pt_BR", "en"},
        {"en-Latn-GB-oed", "pt_BR", "en"},
        {" en-GB, pt;q=0.5", "pt_BR", "en"},
        {"pt-BR;q=1", "en", "pt_BR"},
        {"en.UTF-8", "pt_BR", "en"},
        {NULL, "pt_BR", "pt_BR"},
        {"", "en", "en"},
        {"fr", "pt_BR", "pt_BR"},
        {"p", "en", "en"},
        {"ptx", "en", "en"},
        {"eng", "pt_BR", "pt_BR"},
        {"*", "en", "en"},
        {"-", "en", "en"},
        {"__", "en", "en"},
        {"../en", "pt_BR", "pt_BR"},
        {"\xff\xfe", "en", "en"},
        {"en", "fr", "en"},
        {"en", NULL, "en"},
        {"fr", "es", NULL},
        {NULL, NULL, NULL},
    };
    g_autoptr(ChTemplates) templates = load();
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%u: %s", i, table[i].wanted ? table[i].wanted : "NULL");
        g_autofree char *fallback = g_strdup(table[i].fallback);
        const char *folder = ch_templates_pick(templates, table[i].wanted, fallback);
        g_assert_cmpstr(folder, ==, table[i].folder);
        g_assert_true(!folder || folder != fallback); /* it outlives what was asked */
    }
    g_autofree char *endless = g_strnfill(1u << 20, '-');
    g_assert_cmpstr(ch_templates_pick(templates, endless, "en"), ==, "en");
}

/* A bounce: what its server said stands there once, and only what was marked can be unmarked. */
static void test_bounce_words(void)
{
    g_autoptr(ChTemplates) templates = load();
    for (guint l = 0; l < G_N_ELEMENTS(languages); l++)
        for (guint marked = 0; marked < 2; marked++) {
            g_autoptr(ChLetter) letter = full("notice-bounce", languages[l]);
            letter->unreachable = marked;
            set(&letter->failed_status, "5.1.1");
            set(&letter->failed_why, marked ? "550 5.1.1 gone" : "gone");
            g_autoptr(GBytes) bytes = compose(templates, letter);
            g_autoptr(GMimeMessage) message = read_back(bytes);
            g_autofree char *text = text_of(message, 0), *html = text_of(message, 1);
            assert_has(text, marked ? ": 550 5.1.1 gone\n" : ": 5.1.1 gone\n");
            assert_has(html, marked ? "<code>550 5.1.1 gone</code>" : "<code>5.1.1 gone</code>");
            g_assert_cmpint(strstr(text, "people unmark") != NULL, ==, marked);
            g_assert_cmpint(strstr(html, "people unmark") != NULL, ==, marked);
        }
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "<-03>3", TRUE); /* before any other thread is there */
    g_test_init(&argc, &argv, NULL);
    no_gaps = g_ptr_array_new();
    contents = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_test_add_func("/compose/people/bounce-words", test_bounce_words);
    g_test_add_func("/compose/people/words", test_words);
    g_test_add_func("/compose/people/links", test_links);
    g_test_add_func("/compose/people/held-reasons", test_held_reasons);
    g_test_add_func("/compose/people/automatic", test_automatic);
    g_test_add_func("/compose/people/reply-to", test_reply_to);
    g_test_add_func("/compose/people/pick", test_pick);
    int result = g_test_run();
    g_mime_shutdown();
    return result;
}
