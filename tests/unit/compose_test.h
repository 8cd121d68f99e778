/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of compose share: letters with everything and with nothing in them, composing one, reading
 * it back. */
#pragma once

#include "compose/compose.h"
#include "compose/gmime-auto.h"

#include <string.h>

/* What Exchange is asked not to send: everything but delivery reports, which mark addresses (L7). */
#define SUPPRESSED "DR, RN, NRN, OOF, AutoReply"

static const char *const languages[] = {"pt_BR", "en"};

static inline ChTemplates *load(void)
{
    g_autoptr(GError) error = NULL;
    ChTemplates *templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    return templates;
}

static inline void set(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}

static inline void hold(ChLetter *letter, gint64 mail, gint64 ticket, ChHoldKind kind, const char *sender,
                        const char *subject)
{
    ChHeldLine *line = g_new0(ChHeldLine, 1);
    *line = (ChHeldLine){mail, ticket, kind, g_strdup(sender), g_strdup(subject), 1789900000 + mail * 3600};
    g_ptr_array_add(letter->held, line);
}

/* What the letters about people, questions and held mails need. */
static inline void fill_people(ChLetter *letter)
{
    set(&letter->page_url, "https://ajuda.integral.example.br/c/abcdefghijklmnopqrstuvwxyz?l=pt&x=1");
    letter->reminder = strcmp(letter->template, "verify") == 0;
    letter->days = 7;
    set(&letter->claimed, "ana.pessoal@outro.example.br");
    g_ptr_array_add(letter->departments,
                    ch_department_line_new("Suporte técnico", "suporte@integral.example.br"));
    g_ptr_array_add(letter->departments,
                    ch_department_line_new("Financeiro & <Cobrança>", "contas+nf@integral.example.br"));
    hold(letter, 11, 0, CH_HOLD_REGISTRATION, "carlos@terceiro.example", "Orçamento <urgente> & prazo");
    hold(letter, 12, 1042, CH_HOLD_CLAIM, "davi@terceiro.example", "RES: [#1042] Nota fiscal");
    hold(letter, 13, 1042, CH_HOLD_ALIAS, "elisa@terceiro.example", "RES: [#1042] Nota fiscal");
    hold(letter, 14, 1040, CH_HOLD_STRANGER, "fabio@terceiro.example", "RES: [#1040]\nImpressora");
    hold(letter, 15, 0, CH_HOLD_CLOSED, "gil@terceiro.example", "");
    hold(letter, 16, 0, CH_HOLD_NO_ADDRESS, "", "Boleto");
    letter->held_count = 23;
    set(&letter->reply_to, "suporte+1.a.3.9.mfrggzdf@integral.example.br");
}

/* What letters about fields need, and what notices show of how agents share their work. */
static inline void fill_fields(ChLetter *letter)
{
    g_ptr_array_add(letter->fields, ch_named_value_new("Empresa", "Pães & <Cia.>"));
    g_ptr_array_add(letter->fields, ch_named_value_new("Setor", "Compras"));
    g_ptr_array_add(letter->missing, g_strdup("Número do pedido"));
    g_ptr_array_add(letter->missing, g_strdup("Nota & série"));
    letter->priority = CH_PRIORITY_URGENT;
    g_ptr_array_add(letter->tags, g_strdup("nota-fiscal"));
    g_ptr_array_add(letter->tags, g_strdup("vip"));
    set(&letter->assignee, "caio.interno@integral.example.br");
    letter->due_at = 1790100000;
    g_ptr_array_add(letter->headers, ch_named_value_new("X-Chamado-Cor", "azul"));
}

/* A letter with everything in it. */
static inline ChLetter *full(const char *template, const char *language)
{
    static ChAttachment files[] = {
        {.name = (char *)"tela do erro.png", .size = 1234567, .accepted = TRUE, .reason = (char *)""},
        {.name = (char *)"região.zip", .size = 64384000, .reason = (char *)CH_REFUSED_SIZE "64384000 bytes"},
        {.name = (char *)"setup.exe", .size = 45000, .reason = (char *)CH_REFUSED_TYPE ".exe"},
        {.name = (char *)"LEIAME", .size = 1, .reason = (char *)CH_REFUSED_NO_TYPE " at all"},
        {.name = (char *)"fatura.pdf",
         .size = 9,
         .reason = (char *)CH_REFUSED_PROGRAM "application/x-dosexec"},
        {.name = (char *)"relato.png", .size = 9, .reason = (char *)CH_REFUSED_CONTENT "text/html"},
        {.name = (char *)"dados.zip", .size = 9, .reason = (char *)CH_REFUSED_TOTAL "9 bytes"},
        {.name = (char *)"fotos.zip", .size = 9, .reason = (char *)CH_REFUSED_COUNT "20 files"},
        {.name = (char *)"winmail.dat", .size = 9, .reason = (char *)CH_REFUSED_SEALED},
        {.name = (char *)"logo.svg", .size = 9, .is_inline = TRUE, .reason = (char *)CH_REFUSED_TYPE ".svg"},
        {.name = (char *)"assinatura.p7s", .size = 9, .is_crypto = TRUE, .reason = (char *)CH_REFUSED_CRYPTO},
        {.name = (char *)"nota.xml", .size = 2048, .reason = (char *)"NF-e por favor em ZIP"},
    };
    ChLetter *letter = ch_letter_new();
    set(&letter->template, template);
    set(&letter->language, language);
    set(&letter->desk_name, "Integral Sistemas");
    set(&letter->from_name, "Suporte técnico");
    set(&letter->from, "suporte@integral.example.br");
    set(&letter->to_name, "Ana Gonçalves");
    set(&letter->to, "ana@cliente.example.br");
    set(&letter->subject_key, "[#1042]");
    letter->number = 1042;
    set(&letter->title, "Não consigo emitir a nota fiscal");
    set(&letter->department_title, "Suporte técnico");
    set(&letter->state, "open");
    set(&letter->author, "Beatriz Lima");
    set(&letter->author_address, "bia.interna@integral.example.br");
    set(&letter->text, "Bom dia!\n\nA tela <erro> abre & fecha.\nVeja https://example.br/a?b=1&c=2.\n");
    set(&letter->summary, "Bom dia! A tela <erro> abre");
    set(&letter->log_line, "Aviso de entrega: <5.1.1>");
    letter->truncated = TRUE;
    letter->encrypted = TRUE;
    letter->size = 64384000;
    letter->size_limit = 24u << 20;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++)
        g_ptr_array_add(letter->attachments, &files[i]);
    set(&letter->message_id, "ch.1.1042.3.9.abcdef@integral.example.br");
    set(&letter->in_reply_to, "mail2@cliente.example.br");
    g_ptr_array_add(letter->references, g_strdup("mail1@cliente.example.br"));
    g_ptr_array_add(letter->references, g_strdup("mail2@cliente.example.br"));
    set(&letter->follows_key, "[#1007]");
    letter->referred = strcmp(template, "notice-new") == 0;
    set(&letter->failed_to, "carla@cliente.example.br");
    set(&letter->failed_template, "answer");
    set(&letter->failed_status, "5.1.1");
    set(&letter->failed_why, "550 5.1.1 <carla@cliente.example.br>: User unknown & gone");
    letter->unreachable = TRUE;
    letter->date = 1790000000;
    letter->automatic = strcmp(template, "answer") != 0;
    fill_people(letter);
    fill_fields(letter);
    return letter;
}

/* The least that is ever composed. */
static inline ChLetter *bare(const char *template, const char *language)
{
    ChLetter *letter = ch_letter_new();
    set(&letter->template, template);
    set(&letter->language, language);
    set(&letter->from, "suporte@integral.example.br");
    set(&letter->to, "ana@cliente.example.br");
    set(&letter->message_id, "ch.1.0.0.9.abcdef@integral.example.br");
    return letter;
}

/* For letters that fail before they have any. */
static GPtrArray *no_gaps;

/* The contents of all files that tests enclose; a part's name is its place here. */
static GPtrArray *contents;

static inline GBytes *content_of(const char *part)
{
    return g_ptr_array_index(contents, (guint)g_ascii_strtoull(part, NULL, 10));
}

static inline void enclose(ChLetter *letter, const char *name, const char *type, GBytes *content)
{
    g_autofree char *part = g_strdup_printf("%u", contents->len);
    g_ptr_array_add(contents, g_bytes_ref(content));
    g_ptr_array_add(letter->enclosures, ch_enclosure_new(name, type, part));
}

/* The mail as it leaves: composed, its gaps kept as the outbox keeps them, the files put in. */
static inline GBytes *compose(const ChTemplates *templates, const ChLetter *letter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
    g_autoptr(GBytes) bytes = ch_compose(templates, letter, gaps, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(gaps->len, ==, letter->enclosures->len);
    g_autofree char *stored = ch_gaps_write(gaps);
    g_autoptr(GPtrArray) read = ch_gaps_read(stored);
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    for (guint i = 0; i < read->len; i++)
        g_ptr_array_add(files, content_of(((ChGap *)g_ptr_array_index(read, i))->part));
    return ch_compose_fill(bytes, read, files);
}

/* 7-bit, CRLF everywhere and nowhere half of one, no long lines. */
static inline void check_wire(GBytes *bytes)
{
    gsize length, width = 0;
    const guchar *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpuint(length, >, 2);
    for (gsize i = 0; i < length; i++) {
        g_assert_cmpuint(data[i], <, 0x80);
        g_assert_true(data[i] >= 0x20 || data[i] == '\t' || data[i] == '\r' || data[i] == '\n');
        g_assert_cmpint(data[i] == '\r', ==, i + 1 < length && data[i + 1] == '\n');
        width = data[i] == '\n' ? 0 : width + 1;
        g_assert_cmpuint(width, <=, 998);
    }
    g_assert_cmpint(data[length - 1], ==, '\n');
}

static inline GMimeMessage *read_back(GBytes *bytes)
{
    check_wire(bytes);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(data, length);
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_assert_nonnull(message);
    return message;
}

static inline char *text_of(GMimeMessage *message, int index)
{
    GMimeObject *top = g_mime_message_get_mime_part(message);
    g_assert_true(GMIME_IS_MULTIPART(top));
    GMimeObject *first = g_mime_multipart_get_part(GMIME_MULTIPART(top), 0);
    GMimeMultipart *alternative = GMIME_MULTIPART(GMIME_IS_MULTIPART(first) ? first : top);
    g_assert_cmpint(g_mime_multipart_get_count(alternative), ==, 2);
    GMimeObject *part = g_mime_multipart_get_part(alternative, index);
    g_assert_true(GMIME_IS_TEXT_PART(part));
    char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    char *to = text; /* by hand: under ASan each search in a string measures all of it first */
    for (const char *at = text; *at; at++)
        if (at[0] != '\r' || at[1] != '\n')
            *to++ = *at;
    *to = '\0';
    return text;
}

static inline const char *header(GMimeMessage *message, const char *name)
{
    return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

static inline void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        g_error("\"%s\" is missing in:\n%s", wanted, text);
}

static inline void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        g_error("\"%s\" stands in:\n%s", unwanted, text);
}
