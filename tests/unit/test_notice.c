/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences that only a program writes, and the same words from people. Subjects are in test_judge.c. */
#include "judge/notice.h"

/* 0: a person, 1: a machine only where the mail answers another one, 2: a machine. */
static void test_words(void)
{
    static const struct {
        const char *reply;
        guint automatic;
    } table[] = {
        {"", 0},
        {"\n\n", 0},
        {"Esta é uma mensagem automática, favor não responder.", 2},
        {"Olá!\n\nEsta é uma resposta automática.", 2},
        {"*** This is an automated message ***", 2},
        {"Dies ist eine automatische Antwort.", 2},
        {"Ceci est un message automatique.", 2},
        {"這是自動回覆", 2},
        {"이 메일은 자동 발송입니다.", 2},
        {"Sua solicitação foi registrada com o protocolo 123.", 2},
        {"Estou de férias até 30/11. Voltarei dia 1.", 1},
        {"Boa tarde,\n\nEstarei ausente até dia 3.", 1},
        {"Obrigado pelo contato. Estou de licença.", 1},
        {"I’m out of the office until Monday.", 1},
        {"Hello Ana,\nI am on annual leave and will be back on 3 December.", 1},
        {"Ich bin bis zum 3.12. nicht im Haus.", 1},
        {"Jag är på semester.", 1},
        {"Я в отпуске до 3 декабря.", 1},
        {"Estou de férias, mas podem me ligar na sexta?", 0},
        {"Esta é uma mensagem automática?", 0},
        {"A impressora parou. Um. Dois. Três. Quatro. Esta é uma mensagem automática.", 0},
        {"O sistema mostra: esta é uma mensagem automática.", 0},
        {"Recebemos sua proposta e vamos aceitar.", 0},
        {"Seu chamado foi fechado com o número 4512, mas não foi resolvido.", 0},
        {"Your ticket has been closed, says your mail about 4512. It is not solved.", 0},
        {"Sua solicitação foi recebida. Para dar andamento precisamos do CNPJ de vocês.", 0},
        {"Olá, tudo bem? Estou de férias até 30/11.", 1},
        {"Olá, tudo bem? Estou de férias até 30/11, quem assina?", 0},
        {"Tudo bem? Esta é uma mensagem automática ou não?", 0},
        {"Seu atendimento foi registrado sob o protocolo 7.", 2},
        {"Não estou recebendo respostas automáticas.", 0},
        {"Recebemos sua mensagem. Nossa equipe irá responder em até 2 dias úteis.", 2},
        {"Olá!\n\nAgradecemos o seu contato! Sua mensagem foi recebida e em breve nossa equipe retornará.",
         2},
        {"Thank you!\nWe have received your e-mail. We will reply within two business days.", 2},
        {"Olá, Suporte\n\nSeu ticket foi criado com o número 7.", 2},
        {"Estaremos em recesso até dia 5. Sua mensagem será respondida no retorno.", 2},
        {"Recebemos seu e-mail, obrigado. Vamos testar e retornaremos em breve.", 0},
        {"Recebemos sua mensagem e nossa equipe testou: o erro continua.", 0},
        {"We have received your request for logs; our team attached them.", 0},
        {"Recebemos sua mensagem. Nossa equipe irá responder em até 2 dias úteis, mas precisamos do boleto.",
         0},
        {"Agradecemos o contato na feira. Nossa equipe quer uma demonstração.", 0},
        {"Recebemos sua mensagem. Nossa equipe retornará na sexta. Segue a lista de ramais.", 0},
        {"Olá!\n\nSua solicitação de nº 3310 foi registrada. O prazo de retorno é de um dia útil.", 2},
        {"Your request (3310) has been received and is being reviewed by our support staff.", 2},
        {"Ihr Ticket 3310 wurde angelegt. Wir antworten in Kürze.", 2},
        {"Su caso #3310 ha sido registrado. Le responderemos a la brevedad.", 2},
        {"Your ticket #3310 has been created, says the portal, and my mail still bounces.", 0},
        {"Seu chamado 3310 foi encaminhado ao fabricante, a equipe de campo avisa vocês.", 0},
        {"Seu chamado 3310 foi aberto, a equipe sai cedo e eu chego às 9h.", 0},
        {"Seu chamado 3310 foi registrado? O portal não mostra.", 0},
        {"Your ticket 3310 was opened by Rui.", 0},
        {"Your ticket 3310 has been created as soon as it rang, says the log, and nothing came.", 0},
        {"We have received your offer. Our team will review it, and I will call you.", 0},
        {"Agradecemos o seu contato de ontem. Um de nossos sócios irá responder ao preço.", 0},
        {"We have received your inquiry, and one of our agents will get back to you.", 2},
        {"Gentile cliente,\n\nil suo ticket n. 3310 è stato aperto. Le scriveremo al più presto.", 2},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].reply);
        g_assert_cmpint(ch_notice_words("", table[i].reply, NULL, FALSE, FALSE, FALSE) != NULL, ==,
                        table[i].automatic == 2);
        g_assert_cmpint(ch_notice_words("", table[i].reply, NULL, TRUE, FALSE, FALSE) != NULL, ==,
                        table[i].automatic > 0);
    }
}

/* Away, and a person all the same: they go on to the matter, or their own program sent it. */
static void test_absent_person(void)
{
    static const struct {
        const char *subject, *reply;
        gboolean automatic;
    } table[] = {
        {"Re: [#7] Impressora parada", "Estou de férias até dia 20. Procure a Marina.", TRUE},
        {"Re: [#7] Impressora parada", "Estou de férias até dia 20. A impressora voltou sozinha.", FALSE},
        {"Re: [#7] Impressora parada", "Estou de férias até dia 20, podem fechar o chamado.", FALSE},
        {"Re: [#7] Printer", "I am out of the office, so let Bob fix the printer.", FALSE},
        {"Re: [#7] Printer", "I am out of the office and will answer \"Printer\" on Monday.", TRUE},
        {"AW: [#7] Termin", "Ich bin am Donnerstag ab 9 Uhr im Büro.", FALSE},
        {"AW: [#7] Termin", "Ich bin bis 17 Uhr erreichbar.", FALSE},
        {"AW: [#7] Termin", "Ich bin bis 17.8. im Urlaub.", TRUE},
        {"AW: [#7] Termin", "Ich bin vom 1.8. bis 17.8. nicht im Büro.", TRUE},
        {"AW: [#7] Termin", "Ich bin ab 17.8.", FALSE},
        {"Re: [#7] Boleto", "Estou em licença médica e retornarei no dia 10.", TRUE},
        {"Re: [#7] Visit", "I will be away from my desk at 3, come at 4.", FALSE},
        {"Re: [#7] Visit", "I will be away until Monday.", TRUE},
        {"Re: [#7] Factura", "Estoy de vacaciones pero ya probé y sigue igual.", FALSE},
        {"Re: [#7] Login", "I am currently on version 4.2 and it crashes.", FALSE},
        {"Re: [#7] Login", "I am currently on parental leave.", TRUE},
        {"Re: [#7] Acceso", "Estoy fuera de mi cuenta desde ayer.", FALSE},
        {"Re: [#7] Acceso", "Estoy fuera hasta el lunes.", TRUE},
        {"Re: [#7] Ponto", "Estou afastado por atestado e marcaram falta.", FALSE},
        {"Re: [#7] Ponto", "Estou afastada até dia 20.", TRUE},
        {"Re: [#7] Word", "Estou de licença vencida, a tela pede ativação.", FALSE},
        {"Re: [#7] Boleto", "De 3 a 10/8 estarei de férias. Procure a Lia.", TRUE},
        {"Re: [#7] Boleto", "De 3 a 10/8 o boleto não abriu; estarei de férias depois.", FALSE},
        {"AW: [#7] Termin", "Bis einschließlich 14.8. bin ich nicht im Haus.", TRUE},
        {"Re: [#7] Oferta", "Dziękuję za wiadomość. Do 14 sierpnia przebywam na urlopie.", TRUE},
        {"Re: [#7] Boleto", "Estou ausente. Retorno dia 10.", TRUE},
        {"Re: [#7] Boleto", "Encontro-me afastada até dia 10.", TRUE},
        {"Re: [#7] Boleto", "Estou em viagem com acesso limitado ao e-mail.", TRUE},
        {"Re: [#7] Boleto", "Estou em viagem até dia 12, assino na volta.", FALSE},
        {"Re: [#7] 見積", "8月10日から16日まで夏季休暇のため不在にしております。", TRUE},
        {"Re: [#7] 見積", "ありがとうございます。届きました。なお来週は不在にしております。", FALSE},
        {"Licença maternidade", "Estou em licença-maternidade até 30/11.", TRUE},
        {"Re: [#7] Cálculo da licença", "Estou em licença até 30/11 e o cálculo saiu errado.", FALSE},
        {"Re: [#7] Boleto", "O colaborador Rui não faz mais parte da empresa. Escreva para a Lia.", TRUE},
        {"Re: [#7] Boleto", "Rui is no longer with the company.", TRUE},
        {"Re: [#7] Boleto", "A Lia não trabalha mais aqui, cadastrem o Davi.", FALSE},
        {"Re: [#7] Boleto", "Já pagamos. O Rui não faz mais parte da empresa.", FALSE},
        {"Re: [#7] Boleto", "Boa tarde.\nNo período de 3/8 a 17/8 estarei ausente.", TRUE},
        {"Re: [#7] Договор", "С 3 по 14 августа я в отпуске.", TRUE},
        {"Re: [#7] Data", "De 3 a 7 de agosto estarei de férias, então venham no dia 10.", FALSE},
        {"RE: [#7] Datum", "Van 3 tot 7 augustus ben ik op vakantie, dus graag op 10 augustus.", FALSE},
        {"Re: [#7] Accesso", "Buongiorno, l'accesso non va. Dal 10 al 14 agosto sono in ferie.", FALSE},
        {"Re: [#7] Acesso", "Resolvido. Estarei de férias até dia 10.", FALSE},
        {"Re: [#7] Boleto", "Rui Costa está de férias. Procure a Lia.", TRUE},
        {"Re: [#7] Boleto", "O Rui Lima está de férias. Procure a Lia.", FALSE},
        {"Re: [#7] Boleto", "Não posso responder pelo financeiro. Escrevam para a Lia.", FALSE},
        {"Re: [#7] Boleto", "No momento não posso responder seu e-mail.", TRUE},
        {"Re: [#7] Agenda", "Estou de férias mas vi o e-mail. Pode atualizar hoje.", FALSE},
        {"Re: [#7] Agenda", "Estou de férias, mas verificarei o e-mail uma vez por dia.", TRUE},
        {"Re: [#7] Site", "Estarei ausente amanhã. Ok para publicar.", FALSE},
        {"Re: [#7] Upgrade", "I'm on leave next week. Go ahead without me.", FALSE},
        {"Re: [#7]", "Estarei de férias até dia 9, a Lia responde. O erro aparece ao salvar.", FALSE},
        {"Re: [#7] Troca", "I am on leave from Friday. Go ahead on Saturday, Kim has the keys.", FALSE},
        {"Re: [#7] Visita", "Não estou no escritório. Venham depois das 14h de amanhã.", FALSE},
        {"AW: [#7] VPN", "Ich bin im Urlaub, die VPN funktioniert hier nicht.", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].reply);
        const char *words =
            ch_notice_words(table[i].subject, table[i].reply, "rui costa", TRUE, FALSE, FALSE);
        g_assert_cmpint(words != NULL, ==, table[i].automatic);
    }
    /* Somebody told of by their name: a machine's where it answers, and else whoever writes about them. */
    static const char told[] = "Pedro Nunes está de férias até dia 20.";
    g_assert_nonnull(ch_notice_words("", told, "pedro nunes", TRUE, FALSE, FALSE));
    g_assert_null(ch_notice_words("", told, "pedro nunes", FALSE, FALSE, FALSE));
    g_assert_null(ch_notice_words("", told, "rui lima", TRUE, FALSE, FALSE));
}

/* Domino's subjects. */
static void test_announced(void)
{
    static const struct {
        const char *name, *address, *subject;
        gboolean announced;
    } table[] = {
        {"", "lia.prado@banco.example", "Lia Prado is out of the office.", TRUE},
        {"Lia Prado", "lp@banco.example", "Lia Prado está fora do escritório.", TRUE},
        {"Prado, Lia", "lp@banco.example", "Lia Prado ist außer Haus.", TRUE},
        {"Lia Prado", "lp@banco.example", "Lia Prado est absente.", TRUE},
        {"Rui Costa", "rui@banco.example", "Lia Prado is out of the office", FALSE},
        {"Lia Prado", "lp@banco.example", "Lia Costa is out of the office", FALSE},
        {"Lia Prado", "lp@banco.example", "Lia Prado is out of the office: who has her keys", FALSE},
        {"Lia Prado", "lp@banco.example", "Lia Prado", FALSE},
        {"", "", "is out of the office", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(ChAddress) from = ch_address_new(table[i].name, table[i].address);
        g_test_message("%s", table[i].subject);
        g_assert_cmpint(ch_notice_announces_absence(table[i].subject, from), ==, table[i].announced);
    }
}

/* What a mail program of people sends. */
static void test_by_client(void)
{
    static const struct {
        const char *reply;
        gboolean automatic;
    } table[] = {
        {"Olá!\n\nEsta é uma resposta automática.", TRUE},
        {"Não resolveu. De: Suporte. Esta é uma mensagem automática.", FALSE},
        {"Seu chamado 3310 foi registrado. Nossa equipe de campo vai aí às 9h.", FALSE},
        {"Recebemos sua mensagem. Nossa equipe retornará com a aprovação.", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].reply);
        g_assert_nonnull(ch_notice_words("", table[i].reply, NULL, FALSE, FALSE, FALSE));
        g_assert_cmpint(ch_notice_words("", table[i].reply, NULL, FALSE, FALSE, TRUE) != NULL, ==,
                        table[i].automatic);
    }
}

/* Below a person's words: their absence told in the signature, the footers of their company's server. */
static void test_footer(void)
{
    static const struct {
        const char *reply;
        gboolean automatic;
    } table[] = {
        {"Boa tarde,\n\nAinda dá o mesmo erro. Segue o print.\n\nEstarei de férias de 3 a 10/8.", FALSE},
        {"Deu certo.\n\nEstarei ausente até dia 10.", FALSE},
        {"Olá, Ana Souza\n\nEstarei ausente até dia 10.", TRUE},
        {"Recebi a sua mensagem. Estarei ausente até dia 10.", TRUE},
        {"A fatura saiu errada.\n\nLuiz Gomes\nFinanceiro\n\nEsta é uma mensagem automática.", FALSE},
        {"A fatura saiu errada.\nAtenciosamente\nLuiz\nEsta é uma\nmensagem automática.", FALSE},
        {"A fatura saiu errada.\n\nLucia Gomes\n\nEsta é uma mensagem automática.", TRUE},
        {"Luizinho, a fatura saiu.\n\nEsta é uma mensagem automática.", TRUE},
        {"A fatura saiu errada.\n\nEsta mensagem é confidencial.\nEsta é uma mensagem automática.", FALSE},
        {"A fatura saiu errada.\n\nEsta é uma mensagem automática do gateway de e-mail.", FALSE},
        {"O cliente recebe:\n\nEsta é uma mensagem automática.", FALSE},
        {"O cliente recebe isto\n\nEsta é uma mensagem automática.", TRUE},
        {"A fatura saiu.\n\nEsta é uma mensagem automática.", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].reply);
        const char *words =
            ch_notice_words("Re: [#7] Fatura", table[i].reply, "luiz gomes", TRUE, FALSE, FALSE);
        g_assert_cmpint(words != NULL, ==, table[i].automatic);
    }
}

/* What programs ask, and people too. */
static void test_refusal(void)
{
    static const struct {
        const char *reply;
        guint automatic; /* 0: a person, 1: a machine where nobody reads at its address, 2: a machine */
    } table[] = {
        {"Seu boleto vence dia 7. Favor não responder.", 1},
        {"Por favor, não responda este e-mail, que vou perder: escrevam para ana@nova.example.", 1},
        {"Please do not reply to this email, it was sent from an unattended mailbox.", 2},
        {"Your invoice is ready. Please do not reply to this message. It was sent automatically.", 2},
        {"Sua mensagem foi registrada sob o protocolo 7.\n\nE-mail automático. Não responda.", 2},
        {"This is an automatic gate, and it does not open.", 0},
        {"Dies ist eine automatische Tür, sie klemmt.", 0},
        {"Dies ist eine automatisch generierte E-Mail.", 2},
        {"Note: This is an automated response to your message.", 2},
        {"Esta é uma mensagem automática que recebo de vocês todo dia.", 0},
        {"This is an automated message that I get each day.", 0},
        {"Seu chamado foi respondido por engano no meu e-mail.", 0},
        {"Seu chamado foi aberto com o número 7.", 2},
        {"Recebemos seu protocolo e já pagamos.", 0},
        {"Registramos o protocolo 77 com vocês e ninguém veio.", 0},
        {"Sua solicitação foi encaminhada ao financeiro, com o protocolo 7.", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].reply);
        g_assert_cmpint(ch_notice_words("", table[i].reply, NULL, FALSE, FALSE, FALSE) != NULL, ==,
                        table[i].automatic == 2);
        g_assert_cmpint(ch_notice_words("", table[i].reply, NULL, FALSE, TRUE, FALSE) != NULL, ==,
                        table[i].automatic > 0);
    }
}

/* A notice is short: whoever says more is a person, except where a program says at once what it is. */
static void test_long(void)
{
    g_autoptr(GString) text = g_string_new("Estou de férias. ");
    for (guint i = 0; i < 1000; i++)
        g_string_append(text, "ação ");
    g_assert_null(ch_notice_words("", text->str, NULL, TRUE, FALSE, FALSE));
    g_string_prepend(text, "Esta é uma mensagem automática. ");
    g_assert_nonnull(ch_notice_words("", text->str, NULL, FALSE, FALSE, FALSE));
}

static void test_receipt(void)
{
    g_assert_true(ch_notice_is_receipt("Lida: Impressora", "Sua mensagem\n\nfoi lida em 24/11/2026 10:00."));
    g_assert_true(ch_notice_is_receipt("Read: Printer", "Your message was read on Tuesday."));
    g_assert_true(ch_notice_is_receipt("Gelesen: Drucker",
                                       "Ihre Nachricht\n\n   An: Ana\n   Betreff: Drucker\n\n"
                                       "wurde am Dienstag gelesen."));
    g_assert_true(ch_notice_is_receipt("Przeczytano: Drukarka", "Wiadomość\n\nDo: Ana\nTemat: Drukarka\n"));
    g_assert_false(ch_notice_is_receipt("Read: Printer", "What does this mean?\nSubject: Printer"));
    g_assert_false(ch_notice_is_receipt("Read:", "Subject: "));
    g_assert_false(ch_notice_is_receipt("Lida: Fatura", "Foi lida em que dia a minha mensagem?"));
    g_assert_true(ch_notice_is_receipt("Lida: Pago?", "Assunto: Pago?\n\nfoi lida em 24/11."));
    g_assert_false(ch_notice_is_receipt("Read: Printer", "Please read the manual."));
    g_assert_false(ch_notice_is_receipt("Impressora", "A mensagem foi lida em 24/11."));
}

static void test_calendar(void)
{
    g_assert_true(ch_notice_is_calendar(""));
    g_assert_true(ch_notice_is_calendar("Ana Souza aceitou este convite.\nVisita"));
    g_assert_true(ch_notice_is_calendar("Accepted: Visita?\nWhen: 24/11\nBy: Ana\n"));
    g_assert_false(ch_notice_is_calendar("Accepted: Visita\nBy: Ana\n\nLevarei o computador."));
    g_assert_false(ch_notice_is_calendar("Aceito, mas pode ser às 15h?"));
    g_assert_false(ch_notice_is_calendar("Levarei o computador."));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notice/words", test_words);
    g_test_add_func("/notice/absent-person", test_absent_person);
    g_test_add_func("/notice/announced", test_announced);
    g_test_add_func("/notice/by-client", test_by_client);
    g_test_add_func("/notice/footer", test_footer);
    g_test_add_func("/notice/refusal", test_refusal);
    g_test_add_func("/notice/long", test_long);
    g_test_add_func("/notice/receipt", test_receipt);
    g_test_add_func("/notice/calendar", test_calendar);
    return g_test_run();
}
