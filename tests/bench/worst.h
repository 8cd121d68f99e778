/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The most expensive mails that we know how to build, of any size: what curve.c measures and
 * test_parse_cost.c holds linear. Each is a head, a piece that is repeated, and a tail.
 */
#pragma once

#include <glib.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *head; /* from the first header line on */
    const char
        *piece; /* "\1" in it stands for a number that grows, "\2" for one from 0 to 59 as so many '>' */
    const char *tail;
} Worst;

#define WORST_HEAD  "From: ana@cliente.example\nTo: suporte@desk.example\nSubject: s\nMIME-Version: 1.0\n"
#define WORST_PLAIN WORST_HEAD "Content-Type: text/plain; charset=utf-8\n\noi\n\n"
#define WORST_HTML  WORST_HEAD "Content-Type: text/html; charset=utf-8\n\n<html><body><p>oi</p>"
#define WORST_MIXED WORST_HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\noi\n"
#define WORST_FILE  WORST_MIXED "--b\nContent-Type: application/octet-stream; name=a.bin\n"
#define WORST_REPORT                                                                                         \
    WORST_HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\noi\n"      \
               "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
#define WORST_BOUNCE                                                                                         \
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nThis is the mail system.\n"

static const Worst worst[] = {
    /* words, quotes and signatures */
    {"quote-flat", WORST_PLAIN "Em ter., 24 de nov. de 2026 às 10:00, Ana escreveu:\n",
     "> uma linha citada de novo e de novo\n", ""},
    {"quote-levels", WORST_PLAIN, "\2 linha citada\n", ""},
    {"quote-alternating", WORST_PLAIN, "> citada\nresposta\n", ""},
    {"quote-blank-between", WORST_PLAIN, "> citada\n\n", ""},
    {"attribution-half", WORST_PLAIN, "Em ter., 24 de nov. de 2026 às 10:00, Ana\n", ""},
    {"attribution-en-half", WORST_PLAIN, "On Tue, Nov 24, 2026 at 10:00 AM Ana <ana@x.example>\n", ""},
    {"attribution-whole", WORST_PLAIN, "On Tue, Nov 24, 2026 at 10:00 AM Ana <ana@x.example> wrote:\n", ""},
    {"attribution-wrote-only", WORST_PLAIN, "Ana escreveu:\n", ""},
    {"header-lines", WORST_PLAIN, "De: Ana\n", ""},
    {"header-blocks", WORST_PLAIN, "From: Ana\nSent: terça\nTo: desk\nSubject: s\n", ""},
    {"header-blocks-apart", WORST_PLAIN, "De: Ana\nEnviado: terça\n\n", ""},
    {"original-message", WORST_PLAIN, "-----Mensagem original-----\n", ""},
    {"underscores", WORST_PLAIN, "________________________________\n", ""},
    {"signature-marks", WORST_PLAIN, "-- \nAna\n", ""},
    {"two-hyphens", WORST_PLAIN, "--\n", ""},
    {"phone-lines", WORST_PLAIN, "Enviado do meu iPhone\n", ""},
    {"empty-lines", WORST_PLAIN, "\n", "fim\n"},
    {"list-footers", WORST_PLAIN, "______________________________\nthe mailing list\n", ""},
    {"group-footers", WORST_PLAIN, "-- \nYou received this message because you are subscribed to\n", ""},
    {"scan-footers", WORST_PLAIN, "--\nThis email has been checked for viruses by AVG.\n", ""},
    {"scan-brackets", WORST_PLAIN,
     "--\nThis email, avg virus <<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n", ""},
    {"absences", WORST_HEAD "In-Reply-To: <a@x.example>\n\n", "Ich bin vom 1.8. bis 3.12. ", "\n"},
    {"greetings", WORST_HEAD "In-Reply-To: <a@x.example>\n\n", "Ola! ", "\n"},
    {"receipts", WORST_HEAD "In-Reply-To: <a@x.example>\n\n", "Recebemos sua mensagem 1\n", ""},
    {"subject-long", "Subject: ", "ferias ",
     "\nFrom: a@x.example\nIn-Reply-To: <a@x>\n\nEstou de ferias ate\n"},
    {"initials", WORST_HEAD "In-Reply-To: <a@x.example>\n\n", "On 24 Nov 2026, 10:00, you wrote:\nAS> x\n",
     ""},
    {"shown-headers", WORST_HEAD "In-Reply-To: <a@x.example>\n\n",
     "These are the headers:\nFrom: a@y.example\nSent: x\nTo: b\n", ""},
    {"groupwise", WORST_HEAD "In-Reply-To: <a@x.example>\n\n", ">>> Ana 24/11/2026 10:00 >>\n", ""},
    {"web-form", WORST_HEAD "Reply-To: b@x.example\nAuto-Submitted: auto-generated\n\n",
     "E-mail: b@x.exampl\n", ""},
    {"one-line", WORST_PLAIN, "palavra ", "\n"},
    {"one-word", WORST_PLAIN, "x", "\n"},
    {"colons", WORST_PLAIN, "a: ", "\n"},
    {"flowed", WORST_HEAD "Content-Type: text/plain; format=flowed\n\noi\n", "> palavras que seguem \n", ""},
    {"flowed-levels", WORST_HEAD "Content-Type: text/plain; format=flowed\n\noi\n", "\2 seguem \n", ""},
    {"latin1-called-utf8", WORST_PLAIN, "\xe1 \xe9\n", ""},
    {"bad-gb18030", WORST_HEAD "Content-Type: text/plain; charset=gb18030\n\n", "\xff\xe1 ", "\n"},
    {"bad-utf7", WORST_HEAD "Content-Type: text/plain; charset=utf-7\n\n", "+A", "\n"},
    {"bad-iso2022", WORST_HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B\xff\x1b(B", "\n"},
    {"enriched", WORST_HEAD "Content-Type: text/enriched\n\n", "<bold><x><<", "\n"},
    {"calendar", WORST_HEAD "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n",
     "BEGIN:VEVENT\nSUMMARY:a\n b\nDTSTART:20261124T100000Z\n", "END:VCALENDAR\n"},

    /* HTML */
    {"html-open-div", WORST_HTML, "<div>", ""},
    {"html-open-table", WORST_HTML, "<table><tr><td>", ""},
    {"html-rows", WORST_HTML "<table>", "<tr><td>x<td>y", ""},
    {"html-misnested", WORST_HTML, "<p><b><i>x</p>", ""},
    {"html-open-formatting", WORST_HTML, "<font size=\1><b>", ""},
    {"html-blockquotes", WORST_HTML, "<blockquote>x", ""},
    {"html-cite-siblings", WORST_HTML, "<blockquote type=cite>x</blockquote>y", ""},
    {"html-gmail-quotes", WORST_HTML, "<div class=gmail_quote>x</div>", ""},
    {"html-gmail-nested", WORST_HTML, "<div class=gmail_quote>x", ""},
    {"html-outlook-borders", WORST_HTML,
     "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><b>From:</b> a<br><b>Sent:</b> b</div>", ""},
    {"html-attribution", WORST_HTML, "<div>On Tue, Nov 24, 2026 Ana wrote:</div>", ""},
    {"html-links", WORST_HTML, "<a href='https://x.example/\1'>x</a> ", ""},
    {"html-one-link", WORST_HTML "<a href='https://x.example/'>", "palavra <b>x</b> ", "</a>"},
    {"html-open-links", WORST_HTML, "<a href='https://x.example/\1'>x", ""},
    {"html-lists", WORST_HTML, "<ul><li>x", ""},
    {"html-items", WORST_HTML "<ol>", "<li>x", ""},
    {"html-attributes", WORST_HTML "<p", " a\1=b", ">x"},
    {"html-one-attribute", WORST_HTML "<p style='", "color:red;", "'>x"},
    {"html-styles", WORST_HTML, "<p style='display:none;color:red'>x</p>", ""},
    {"html-style-element", WORST_HTML "<style>", ".c\1 { display: none }\n", "</style>x"},
    {"html-many-styles", WORST_HTML, "<style>.c\1{display:none}</style><p class=c\1>x</p>", ""},
    {"html-entities", WORST_HTML, "&aacute;&#65;&nope;&#1;", ""},
    {"html-comments", WORST_HTML, "<!-- a -->", ""},
    {"html-open-comments", WORST_HTML, "<!-- ", ""},
    {"html-conditional", WORST_HTML, "<!--[if mso]><p>x</p><![endif]-->", ""},
    {"html-lesser", WORST_HTML, "<", ""},
    {"html-open-quote", WORST_HTML, "<a b='", ""},
    {"html-end-tags", WORST_HTML, "</div></p>", ""},
    {"html-br", WORST_HTML, "<br>", "x"},
    {"html-spans", WORST_HTML, "<span>x", ""},
    {"html-selects", WORST_HTML, "<select><option>", ""},
    {"html-svg", WORST_HTML, "<svg><math>", ""},
    {"html-nbsp", WORST_HTML, "\xc2\xa0", "x"},
    {"html-pre", WORST_HTML "<pre>", "a\n\n  b\n", "</pre>"},

    /* the header block */
    {"words-q", "Subject: ", "=?utf-8?Q?=C3=A1?=\n ", "\nFrom: a@x.example\n\nx\n"},
    {"words-open", "Subject: ", "=?utf-8?B?/", "\nFrom: a@x.example\n\nx\n"},
    {"words-charsets", "From: ", "=?gb18030?B?xOM=?= <a\1@x.example>,\n ", "b@x.example\n\nx\n"},
    {"to-comments", WORST_HEAD "Cc: ", "(a (b) c) Ana \1 <a\1@x.example>,\n ", "b@x.example\n\nx\n"},
    {"to-open-comments", WORST_HEAD "Cc: ", "((", "\n\nx\n"},
    {"to-groups", WORST_HEAD "Cc: ", "g: a\1@x.example;, ", "b@x.example\n\nx\n"},
    {"to-quotes", WORST_HEAD "Cc: ", "\"a, b\" <", "\n\nx\n"},
    {"to-fields", WORST_HEAD, "To: a\1@x.example\n", "\nx\n"},
    {"delivered-to", WORST_HEAD, "Delivered-To: a\1@x.example\n", "\nx\n"},
    {"references", WORST_HEAD "References:", " <r\1@x.example>\n", "\nx\n"},
    {"references-open", WORST_HEAD "References: ", "<", "\n\nx\n"},
    {"references-no-brackets", WORST_HEAD "References: ", "a@", "\n\nx\n"},
    {"received", "", "Received: from a\1 by b; Tue, 24 Nov 2026 10:00:00 -0300\n", WORST_HEAD "\nx\n"},
    {"authres-fields", "", "Authentication-Results: mx.example.br; dkim=pass header.d=x\1.example\n",
     WORST_HEAD "\nx\n"},
    {"authres-results", "Authentication-Results: mx.example.br", "; dkim=pass (\1) header.d=x.example\n ",
     "\n" WORST_HEAD "\nx\n"},
    {"short-fields", WORST_HEAD, "X:\n", "\nx\n"},
    {"languages", WORST_HEAD "Accept-Language: ", "pt-BR;q=0.\1, ", "en\n\nx\n"},
    {"subject-prefixes", "Subject: ", "Re: [#1] ", "\nFrom: a@x.example\n\nx\n"},

    /* MIME */
    {"mime-params", WORST_HEAD "Content-Type: text/plain; ", "a\1=b;\n ", "charset=utf-8\n\nx\n"},
    {"rfc2231-pieces", WORST_FILE "Content-Disposition: attachment;\n filename*0*=utf-8''a;\n ",
     "filename*\1*=%C3%A1;\n ", "a=b\n\nx\n--b--\n"},
    {"rfc2231-one-name", WORST_FILE "Content-Disposition: attachment; filename*=utf-8''", "%C3%A1",
     "\n\nx\n--b--\n"},
    {"boundaries-nested", WORST_HEAD, "Content-Type: multipart/mixed; boundary=\"b\1\"\n\n--b\1\n",
     "Content-Type: text/plain\n\nola\n"},
    {"boundaries-prefixes", WORST_MIXED, "--ba\n--b-\n--b \n", "--b--\n"},
    {"alternatives-nested", WORST_HEAD, "Content-Type: multipart/alternative; boundary=\"b\1\"\n\n--b\1\n",
     "Content-Type: text/plain\n\n \n"},
    {"parts", WORST_MIXED, "--b\nContent-Type: image/png; name=a.png\n\nx\n", "--b--\n"},
    {"text-parts", WORST_MIXED, "--b\nContent-Type: text/plain\n\nx\n", "--b--\n"},
    {"html-parts", WORST_MIXED, "--b\nContent-Type: text/html\n\n<p>x\n", "--b--\n"},
    {"rfc822-nested", WORST_HEAD, "Content-Type: message/rfc822\n\n", "\nx\n"},
    {"rfc822-beside", WORST_MIXED, "--b\nContent-Type: message/rfc822\n\nSubject: a\n\nx\n", "--b--\n"},
    {"hyphen-lines", WORST_FILE "\n", "--\n", "--b--\n"},
    {"prologue", WORST_HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "nunca vem\n", ""},
    {"base64-noise", WORST_FILE "Content-Transfer-Encoding: base64\n\n", "QU!J=D*\n", "\n--b--\n"},
    {"base64-text", WORST_HEAD "Content-Transfer-Encoding: base64\n\n", "w6EKPiBhCg==\n", ""},
    {"qp-soft", WORST_HEAD "Content-Transfer-Encoding: quoted-printable\n\n", "=\n", "x\n"},
    {"qp-broken", WORST_HEAD "Content-Transfer-Encoding: quoted-printable\n\n", "=X=4", "\n"},
    {"uuencode-blocks", WORST_PLAIN, "begin 644 a\1.txt\n#86)C\n`\nend\n", ""},
    {"uuencode-open", WORST_PLAIN, "begin 644 a.txt\n", ""},
    {"tnef-attributes",
     WORST_MIXED "--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
                 "Content-Transfer-Encoding: base64\n\neJ8+IgEA\n",
     "AQSAAQAEAAAAYWJjACYB\n", "--b--\n"},
    {"tnef-files",
     WORST_MIXED "--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
                 "Content-Transfer-Encoding: base64\n\neJ8+IgEA\n",
     "AgKQBgAOAAAAAQD/////AAAAAAAAAAD9AwIQgAEABwAAAGFiLnR4dABRAgIPgAYAAwAAAHh5emsB\n", "--b--\n"},
    {"tnef-noise",
     WORST_MIXED "--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
                 "Content-Transfer-Encoding: base64\n\neJ8+IgEA\n",
     "AQaQCAAEAAAAAAABAAE=\n", "--b--\n"},
    {"names-2047", WORST_FILE "Content-Disposition: attachment; filename=\"",
     "=?utf-8?Q?=C3=A1?= ", "\"\n\nx\n--b--\n"},
    {"signed-parts", WORST_HEAD,
     "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=\"b\1\"\n\n--b\1\n",
     "Content-Type: text/plain\n\nola\n"},
    {"pgp-blocks", WORST_PLAIN, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n", ""},

    /* repairs */
    {"no-empty-line", WORST_HEAD, "palavras sem campo nenhum\n", ""},
    {"fields-without-colon", WORST_HEAD, "X-A: 1\nnenhum campo\n", "\nx\n"},
    {"blank-like-lines", WORST_HEAD, "X-A: 1\n\r\r\n", "\nx\n"},
    {"cr-cr-lf", "From: ana@cliente.example\r\r\nSubject: s\r\r\n\r\r\n", "\r\r\n> x\r\r\n", ""},
    {"cr-alone", "From: ana@cliente.example\rSubject: s\r\r", "> x\r", ""},
    {"nul-fields", WORST_HEAD, "X\x02: a\n", "\nx\n"},
    {"unreadable-types", WORST_MIXED, "--b\nContent-Type: ?\n\npalavras\n", "--b--\n"},
    {"unreadable-type-large", WORST_MIXED "--b\nContent-Type: ?\n\n", "palavras\n", "--b--\n"},
    {"parts-without-empty-line", WORST_MIXED, "--b\nContent-Type: text/plain\nsem linha vazia\n", "--b--\n"},
    {"part-head-long", WORST_MIXED "--b\nContent-Type: text/plain\n", "X-A: 1\nnada\n", "--b--\n"},
    {"parts-named-by-place", WORST_MIXED,
     "--b\nContent-Type: image/png\nContent-Location: https://x.example/%2e%2e/a.png?\n\nx\n", "--b--\n"},
    {"base64-words", WORST_HEAD "Content-Transfer-Encoding: base64\n\n",
     "w6EKPiBhCg==\nEste rodape, nada mais.\n", ""},
    {"base64-one-line", WORST_HEAD "Content-Transfer-Encoding: base64\n\n", "w6EKPiBhCg",
     "\nEste rodape, nada mais.\n"},
    {"base64-noisy-lines", WORST_HEAD "Content-Transfer-Encoding: base64\n\n",
     "w6EKPiBhCgw6EKPiBhCgw6EKPiBhCgw6EKPiBhCg\nabc!\nabcd\n", "fim, sem base64 nenhum.\n"},
    {"iso2022-open", WORST_HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B", "\n"},
    {"iso2022-rows", WORST_HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n",
     "\x1b$B-!!\x1b(I1\x1b$(D0!\x1b(B\n", "\n"},
    {"iso2022-half", WORST_HEAD "Content-Type: text/plain\n\n", "\x1b$B0\n\x1b(I", "\n"},
    {"hz", WORST_HEAD "Content-Type: text/plain; charset=hz-gb-2312\n\n", "~{VP~~", "\n"},
    {"twice-utf8", WORST_PLAIN, "\xc3\x83\xc2\xa7 ", "\xe2\x82\xac\n"},
    {"boundary-lost", WORST_HEAD "\n--b\nContent-Type: text/plain\n\n", "x\n--b\nContent-Type: image/png\n\n",
     "--b--\n"},
    {"boundary-glued", WORST_HEAD "Content-Type: multipart/mixed; boundary=b\n",
     "--b\nContent-Type: text/plain\n\nx\n", "--b--\n"},
    {"boundary-glued-often", WORST_HEAD "Content-Type: multipart/mixed; boundary=b\n", "--b\n",
     "Content-Type: text/plain\n\nx\n--b--\n"},
    {"dates", WORST_HEAD, "Date: 24-11-2026 10.00.00 GMT-0300 (a)\n", "\nx\n"},
    {"date-long", WORST_HEAD "Date: ", "GMT+03:00 ", "\n\nx\n"},
    {"location-long", WORST_FILE "Content-Location: ", "%2e/", ".bin\n\nx\n--b--\n"},

    /* reports */
    {"report-recipients", WORST_REPORT,
     "Final-Recipient: rfc822; a\1@x.example\nAction: failed\nStatus: 5.1.1\n\n", "--b--\n"},
    {"report-one-block", WORST_REPORT, "Final-Recipient: rfc822; a\1@x.example\n", "\n--b--\n"},
    {"bounce-recipients", WORST_BOUNCE, "<a\1@x.example>: host mx.x.example said: 550 5.1.1 User unknown\n\n",
     ""},
    {"bounce-lines", WORST_BOUNCE, "550 5.1.1 unknown\n", ""},
    {"bounce-one-line", WORST_BOUNCE, "<a\1@x.example> 550 ", "\n"},
    {"bounce-returned", WORST_BOUNCE, "--- Below this line is a copy of the message.\n\nMessage-ID: <\1@x>\n",
     ""},
    {"bounce-addresses", WORST_BOUNCE, "a\1@x.example\n", ""},
};

/* A mail of about SIZE bytes. Free with g_string_free. */
static inline GString *worst_build(const Worst *what, gsize size)
{
    GString *mail = g_string_sized_new(size + 256);
    g_string_append(mail, what->head);
    gsize tail = strlen(what->tail);
    for (guint number = 1; mail->len + tail < size; number++)
        for (const char *at = what->piece; *at; at++)
            if (*at == '\1')
                g_string_append_printf(mail, "%u", number);
            else if (*at == '\2')
                for (guint i = 0; i < number % 60; i++)
                    g_string_append_c(mail, '>');
            else
                g_string_append_c(mail, *at);
    g_string_append(mail, what->tail);
    return mail;
}
