/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML to text, and the stretches that the markup of mail clients calls a quote or a signature: in what is
 * expected, "«q" to "»" is a quote and "«s" to "»" a signature. Hostile HTML is in test_parse_limits.c. */
#include "parse/internal.h"

#include <string.h>

static const struct {
    const char *name, *html, *text;
} cases[] = {
    /* text */
    {"lines", "<p>um<br>dois</p><p>três</p>", "um\ndois\n\ntrês\n"},
    {"empty-div", "<div>um</div><div><br></div><div>dois</div>", "um\n\ndois\n"},
    {"mso-paragraphs",
     "<p class=MsoNormal>um<o:p></o:p></p><p class=MsoNormal>dois</p>"
     "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>três</p>",
     "um\ndois\n\ntrês\n"},
    {"entities", "a &lt;b&gt; &amp;amp; &eacute;&#8364;&nbsp;x", "a <b> &amp; é€ x\n"},
    {"invisible", "<p>\xcd\x8f\xe2\x80\x8c&nbsp;\xc2\xad vi\xc2\xadsível &#8238;ab&#8203;c</p>",
     "visível abc\n"},
    {"controls", "<pre>a&#13;b&#7;c</pre><a href='https://a.example/&#13;&#x4444444444;x'>d</a>",
     "a\nbc\n\nd <https://a.example/ \xef\xbf\xbdx>\n"},
    {"comments", "um<!-- dois --><!--[if mso]>três<![endif]--> quatro", "um quatro\n"},
    {"hidden",
     "<p style='display:none'>a</p><p style='font-size:0'>b<span style='font-size:12px'>c</span></p>"
     "<div style='max-height:0;overflow:hidden'>d</div><p hidden>e</p>f",
     "c\n\nf\n"},
    {"sheet",
     "<head><style>.pre,td.x{display:none!important} @media print{.y{display:none}} .z{display:none}"
     ".z{display:block}</style></head><div class='pre'>a</div><div class='y'>b</div><div class=z>c</div>",
     "b\nc\n"},
    {"off-screen",
     "<div style='position:absolute;left:-9999px'>a</div><p style='text-indent:-9999px'>b</p>"
     "<p style='position:absolute;left:-20px'>c</p><p style='margin-left:-9999px'>d</p>"
     "<p style='text-indent:-18.0pt'>e</p>",
     "c\n\nd\n\ne\n"},
    {"all-hidden", "<div style='display:none'>tudo</div>", "tudo\n"},
    {"links",
     "<a href='https://a.example/'>https://a.example</a> <a href='https://b.example/x'>aqui</a> "
     "<a href='mailto:ana@example.br?subject=x'>escreva</a>",
     "https://a.example aqui <https://b.example/x> escreva <ana@example.br>\n"},
    {"phrases-as-blocks",
     "<p>um <span style='display:block'>dois</span><a style='display: block' href='#'>três</a> "
     "<b style='display:inline-block'>quatro</b> cinco</p>",
     "um\ndois\ntrês\nquatro cinco\n"},
    {"link-after-blank", "<a href='\n https://a.example/x'>aqui</a>", "aqui <https://a.example/x>\n"},
    {"address-as-tag",
     "<p>De: Ana <ana@a.example><br>Para: <b@b.example; c@c.example>, Dê <MAILTO:d@d.example></p>"
     "<p>Veja <https://a.example/x?y=1&z=2> e <www.a.example></p><p><o:p>x</o:p><at id=1>y</at>"
     "<a title='e@e.example'href='#'>z</a><https: x></p>",
     "De: Ana <ana@a.example>\nPara: <b@b.example; c@c.example>, Dê <MAILTO:d@d.example>\n\n"
     "Veja <https://a.example/x?y=1&z=2> e <www.a.example>\n\nxyz\n"},
    {"lists", "<ul><li>um<ol start=3><li>a</li><li><p>b</p></li></ol></li><li>dois</li></ul>",
     "- um\n  3. a\n  4. b\n- dois\n"},
    {"list-letters",
     "<ol type=a><li>um<ol style='list-style-type: lower-roman' start=3><li>x<li>y</ol><li>dois</ol>"
     "<ol type=A start=26><li>z<li>depois</ol><ol><li style='list-style-type:upper-roman' value=1999>m</ol>",
     "a. um\n  iii. x\n  iv. y\nb. dois\n\nZ. z\n27. depois\n\nMCMXCIX. m\n"},
    {"pre", "<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd\n"},
    {"pre-wrap", "<div style='white-space: pre-wrap'>a\nb</div>", "a\nb\n"},
    {"ruled-table",
     "<table "
     "border=1><tr><th>Item</th><th>Qtd</th></tr><tr><td><p>Cabo</p></td><td><p>2</p></td></tr></table>",
     "Item | Qtd\nCabo | 2\n"},
    {"pairs",
     "<table><tr><td><p>Nome:</p></td><td><p>Ana</p></td></tr><tr><td>Setor:</td><td>RH</td></tr></table>",
     "Nome: Ana\nSetor: RH\n"},
    {"layout-table",
     "<table><tr><td><table><tr><td><p>Olá,</p><p>tudo bem?</p></td></tr></table></td></tr></table>",
     "Olá,\n\ntudo bem?\n"},
    {"indented", "<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>a</blockquote>", "a\n"},
    {"image", "<img alt='logo' src='x'> <img alt='\xf0\x9f\x98\x80'> <img alt='p' width=1 height=1>",
     "[logo] \xf0\x9f\x98\x80\n"},
    /* marks */
    {"gmail",
     "<div dir=ltr>Sim</div><br><div class='gmail_quote'><div class='gmail_attr'>Em ter., Ana escreveu:<br>"
     "</div><blockquote class='gmail_quote'>Pode?</blockquote></div>",
     "Sim\n\n«qEm ter., Ana escreveu:\n\n> Pode?»\n"},
    {"gmail-between",
     "<div class='gmail_quote'><div class='gmail_attr'>Ana escreveu:<br></div><blockquote "
     "class='gmail_quote'>"
     "Um?</blockquote><div>Sim.</div><blockquote class='gmail_quote'>Dois?</blockquote><div>Não.</div></div>",
     "«qAna escreveu:\n\n> Um?»\n\nSim.\n\n«q> Dois?»\n\nNão.\n"},
    {"gmail-forward",
     "<div>Veja</div><div class='gmail_quote'><div class='gmail_attr'>---------- Mensagem encaminhada "
     "---------<br>De: Ana</div><blockquote type=cite>x</blockquote></div>",
     "Veja\n---------- Mensagem encaminhada ---------\nDe: Ana\n\n> x\n"},
    {"gmail-signature", "<div>Oi</div><div class='gmail_signature'>Ana<br>RH</div>", "Oi\n«sAna\nRH»\n"},
    {"apple",
     "<div>Sim</div><div><br><blockquote type=cite><div>On 24 Nov 2026, Ana "
     "wrote:</div><br></blockquote></div>"
     "<blockquote type=cite><div>Pode?</div></blockquote>",
     "Sim\n\n«q> On 24 Nov 2026, Ana wrote:\n\n> Pode?»\n"},
    {"apple-forward",
     "<div>Veja</div><blockquote type=cite><div>Begin forwarded message:</div><div>x</div></blockquote>",
     "Veja\n\n> Begin forwarded message:\n> x\n"},
    {"moz",
     "<p>Sim</p><div class='moz-cite-prefix'>Em 24/11, Ana escreveu:<br></div><blockquote type=cite>Pode?"
     "</blockquote><p>Mais.</p><div class='moz-signature'>-- <br>Ana</div>",
     "Sim\n\n«qEm 24/11, Ana escreveu:\n\n> Pode?»\n\nMais.\n\n«s--\nAna»\n"},
    {"outlook",
     "<div class=WordSection1><p class=MsoNormal>Sim</p><div><div style='border:none;border-top:solid "
     "#E1E1E1 "
     "1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>De:</b> Ana<br><b>Assunto:</b> x</p></div></div>"
     "<p class=MsoNormal>Pode?</p></div><p>rodapé</p>",
     "Sim\n«qDe: Ana\nAssunto: x\nPode?»\n\nrodapé\n"},
    {"outlook-box", "<div style='border-top:solid red 1pt'><p><b>Atenção:</b> leia</p></div><p>fim</p>",
     "Atenção: leia\n\nfim\n"},
    {"outlook-web",
     "<div>Sim</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>De:</b> "
     "Ana</div><div>Pode?</div>",
     "Sim\n«q----\nDe: Ana\nPode?»\n"},
    {"outlook-web-x",
     "<div>Sim</div><div id='x_divRplyFwdMsg'><b>De:</b> Ana</div><div id='x_Signature'>S</div>",
     "Sim\n«qDe: Ana\nS»\n"},
    {"outlook-mac", "Sim<span id='OLK_SRC_BODY_SECTION'><div>De: Ana</div><div>Pode?</div></span>",
     "Sim\n«qDe: Ana\nPode?»\n"},
    {"outlook-mobile",
     "<div>Sim</div><div id='ms-outlook-mobile-signature'>Obter o Outlook</div><hr><div id='divRplyFwdMsg'>"
     "<b>De:</b> Ana</div>x",
     "Sim\n«sObter o Outlook»\n«q----\nDe: Ana\nx»\n"},
    {"yahoo",
     "<div>Sim</div><div id='ydp1yahoo_quoted' class='ydp1yahoo_quoted'><div>Em ter, Ana "
     "escreveu:</div>Pode?</div>",
     "Sim\n«qEm ter, Ana escreveu:\nPode?»\n"},
    {"proton",
     "Sim<div class='protonmail_quote'>Ana escreveu:<br><blockquote class='protonmail_quote' "
     "type='cite'>Pode?"
     "</blockquote></div>",
     "Sim\n«qAna escreveu:\n\n> Pode?»\n"},
    {"plain-blockquote", "<p>Como diz a lei:</p><blockquote>Artigo 1</blockquote><p>Certo?</p>",
     "Como diz a lei:\n\n> Artigo 1\n\nCerto?\n"},
    {"signature-holds-quote", "Sim<div id='Signature'>Ana<blockquote type=cite>Pode?</blockquote></div>",
     "Sim\n«sAna»\n\n«q> Pode?»\n"},
};

/* TEXT with the marks written into it. */
static char *show(const char *text, const GArray *marks)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gsize at = 0, length = strlen(text);
    for (guint i = 0; i < marks->len; i++) {
        const ChCut *mark = &g_array_index(marks, ChCut, i);
        g_assert_cmpuint(mark->start, >=, at);
        g_assert_cmpuint(mark->end, >, mark->start);
        g_assert_cmpuint(mark->end, <=, length);
        g_string_append_len(out, text + at, (gssize)(mark->start - at));
        g_string_append(out, mark->kind == CH_CUT_QUOTE ? "«q" : "«s");
        g_string_append_len(out, text + mark->start, (gssize)(mark->end - mark->start));
        g_string_append(out, "»");
        at = mark->end;
    }
    g_string_append(out, text + at);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void test_case(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    g_autofree char *text = ch_html_to_text(cases[i].html, strlen(cases[i].html), marks);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_autofree char *shown = show(text, marks);
    g_assert_cmpstr(shown, ==, cases[i].text);
    g_autofree char *unmarked = ch_html_to_text(cases[i].html, strlen(cases[i].html), NULL);
    g_assert_cmpstr(unmarked, ==, text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("/parse/html/%s", cases[i].name);
        g_test_add_data_func(name, GSIZE_TO_POINTER(i), test_case);
    }
    return g_test_run();
}
