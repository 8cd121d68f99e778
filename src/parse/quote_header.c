/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Outlook and its like put above the mail that is answered: the block of its headers, "-----Original
 * Message-----", rules; and what tells a forward, whose block and text stay. One-line attributions are
 * quote_attribution.c's.
 */
#include "parse/quote_private.h"

#include <string.h>

#define BLOCK_LINES   20
#define BLOCK_FOLDED  4 /* lines that one field may go on for */
#define LABEL_BYTES   32
#define ORIGINAL_LINE 120

typedef enum {
    LABEL_NONE = 0,
    LABEL_FROM = 1,
    LABEL_SENT = 2, /* a word that only mails use */
    LABEL_DATE = 4,
    LABEL_TO = 8,
    LABEL_SUBJECT = 16,
    LABEL_OTHER = 32,
} Label;

static const struct {
    const char *words; /* each between two bars */
    Label label;
} labels[] = {
    {"|from|de|von|da|van|från|fra|od|lähettäjä|от|від|从|发件人|寄件者|寄件人|差出人|보낸 "
     "사람|kimden|gönderen|từ|από|מאת|من|จาก|saatja|nuo|изпратил|"
     "expéditeur|feladó|de la|από|remetente|remitente|mittente|afzender|absender|avsändare|afsender|",
     LABEL_FROM},
    {"|sent|enviado|enviada|enviadas|enviados|enviado em|enviada em|enviado el|enviado "
     "a|gesendet|envoyé|envoyé le|"
     "inviato|inviata|verzonden|skickat|sendt|lähetetty|odesláno|wysłano|отправлено|дата отправки|надіслано|"
     "发送时间|寄件日期|傳送時間|送信日時|보낸 날짜|gönderilme tarihi|gönderildi|gönderme tarihi|đã "
     "gửi|elküldve|"
     "trimis|enviat el|sent at|date sent|poslano|נשלח|תאריך "
     "שליחה|στάλθηκε|изпратено|išsiųsta|saadetud|nosūtīts|",
     LABEL_SENT},
    {"|date|data|fecha|datum|dato|datum/tid|päiväys|päivämäärä|дата|日期|日付|날짜|tarih|ngày|dátum|data e "
     "hora|"
     "data/hora|date et heure|",
     LABEL_DATE},
    {"|to|para|an|à|a|aan|till|til|komu|do|vastaanottaja|кому|收件人|收件者|宛先|받는 "
     "사람|kime|alıcı|đến|címzett|"
     "către|προς|prima|אל|إلى|kellele|kam|до|per a|destinatário|destinatario|destinataire|",
     LABEL_TO},
    {"|subject|assunto|asunto|betreff|objet|oggetto|onderwerp|ämne|emne|předmět|temat|aihe|тема|主题|主旨|"
     "件名|제목|"
     "konu|chủ đề|tárgy|subiect|θέμα|predmet|נושא|الموضوع|относно|assumpte|sujet|",
     LABEL_SUBJECT},
    {"|cc|bcc|cco|kopie|kopia|kopi|kopio|copie à|copie|copia|cópia|копия|抄送|副本|참조|bilgi|reply-to|"
     "responder para|responder "
     "a|organization|organização|importance|importância|importancia|priority|prioridade|"
     "wichtigkeit|attachments|anexos|anlagen|pièces jointes|allegati|adjuntos|",
     LABEL_OTHER},
};

/* From each word of labels to its Label. Made once, kept to the end. */
static GHashTable *label_table(void)
{
    static GHashTable *table;
    if (g_once_init_enter(&table)) {
        GHashTable *made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
            g_auto(GStrv) words = g_strsplit(labels[i].words, "|", -1);
            for (char **word = words; *word; word++)
                if (**word)
                    g_hash_table_insert(made, g_strdup(*word), GUINT_TO_POINTER(labels[i].label));
        }
        g_once_init_leave(&table, made);
    }
    return table;
}

/* What stands before the colon of WORDS; *VALUE behind it. */
static Label label_of(const char *words, const char **value)
{
    const char *colon = strchr(words, ':');
    gsize length = colon ? (gsize)(colon - words) : 0;
    while (length > 0 && words[length - 1] == ' ')
        length--;
    if (length == 0 || length > LABEL_BYTES)
        return LABEL_NONE;
    *value = colon + 1;
    char key[LABEL_BYTES + 1];
    g_strlcpy(key, words, length + 1);
    return GPOINTER_TO_UINT(g_hash_table_lookup(label_table(), key));
}

/* What a block says of itself. */
typedef struct {
    guint seen; /* of Label */
    Label last;
    const char *subject;
    gboolean address, from_address;
    gboolean dated;   /* what says when it was sent has the numbers of a date */
    gboolean moment;  /* its date is whole */
    gboolean machine; /* and has a zone: "Wed, 16 May 2012 00:15:02 -0600" */
} Block;

static void read_value(Block *block, const char *value)
{
    gboolean address = strchr(value, '@') != NULL;
    block->address |= address;
    block->from_address |= address && block->last == LABEL_FROM;
    if (block->last != LABEL_SENT && block->last != LABEL_DATE)
        return;
    ChQuoteMoment moment = ch_quote_moment(value);
    block->dated |= block->last == LABEL_SENT && moment.numbers >= 3;
    block->moment |= ch_quote_moment_is_full(&moment);
    const char *zone = strpbrk(value, "+-");
    block->machine |=
        block->moment && ((zone && strspn(zone + 1, "0123456789") == 4) || strstr(value, "gmt"));
}

/* "De: São Paulo / Para: Rio / Data: 24/11" is a journey: a mail's block has an address, a word that only
 * mails use, or a subject beside a whole date. */
static gboolean is_mail(const Block *block)
{
    gboolean from = (block->seen & LABEL_FROM) != 0, sent = (block->seen & LABEL_SENT) != 0;
    gboolean date = sent || (block->seen & LABEL_DATE), subject = (block->seen & LABEL_SUBJECT) != 0;
    gboolean to = (block->seen & LABEL_TO) != 0;
    if (from && date && (to || subject))
        return block->dated || block->address || (subject && block->moment);
    if (from && block->from_address)
        return block->moment || (to && subject);
    return date && block->machine && block->address && (to || subject);
}

/* "E-mail: ana@example.br": a field that no mail has, not the rest of the one above. */
static gboolean is_other_field(const char *words)
{
    gsize length = strcspn(words, ":");
    return words[length] && length <= LABEL_BYTES && length > 0 &&
           g_unichar_isalpha(g_utf8_get_char(words)) && strcspn(words, "@<[\"0123456789;,") > length &&
           strncmp(words, "mailto", 6) != 0;
}

gboolean ch_quote_header(ChQuoteLines *lines, guint i, guint *end, const char **subject)
{
    const char *value = NULL;
    Block block = {.last = label_of(ch_quote_words(lines, i), &value)};
    *subject = NULL;
    if (block.last == LABEL_NONE || block.last == LABEL_OTHER)
        return FALSE;
    block.seen = block.last;
    block.subject = block.last == LABEL_SUBJECT ? value : NULL;
    read_value(&block, value);
    gboolean quoted = lines->lines[i].quoted;
    guint folded = 0;
    *end = i + 1;
    for (guint at = i + 1; at < lines->count && at < i + BLOCK_LINES; at++) {
        if (lines->lines[at].blank) /* HTML paragraphs: each field has an empty line below it */
            continue;
        const char *words = ch_quote_words(lines, at);
        Label label = label_of(words, &value);
        gboolean apart = at > *end;
        if (lines->lines[at].quoted != quoted ||
            (label == LABEL_NONE && (apart || ++folded > BLOCK_FOLDED)) ||
            (label != LABEL_OTHER && (block.seen & label)) || at > *end + 1)
            break;
        if (label != LABEL_NONE) {
            block.last = label;
            block.seen |= label;
            block.subject = label == LABEL_SUBJECT ? value : block.subject;
            folded = 0;
        }
        if (label != LABEL_NONE || !is_other_field(words))
            read_value(&block, label == LABEL_NONE ? words : value);
        *end = at + 1;
    }
    if (!block.dated && !block.address)
        *subject = block.subject;
    return is_mail(&block);
}

gboolean ch_quote_is_rule(const char *words)
{
    gsize length = strlen(words);
    if (length >= 4 && strspn(words, "_-= ") == length)
        return TRUE;
    const char *at = words;
    while (g_str_has_prefix(at, "—") || g_str_has_prefix(at, "–") || g_str_has_prefix(at, "―"))
        at += 3;
    return at > words + 6 && !*at;
}

/* "Ana Souza ---24/11/2026 10:00:12---Problema": what Notes writes above a quote. */
static gboolean is_notes_line(const char *words)
{
    const char *open = strstr(words, "---");
    const char *close = open && open > words ? strstr(open + 3, "---") : NULL;
    if (!close || close - open > 40 || !g_ascii_isdigit(open[3]))
        return FALSE;
    g_autofree char *date = g_strndup(open, (gsize)(close - open));
    ChQuoteMoment moment = ch_quote_moment(date);
    return ch_quote_moment_is_full(&moment);
}

gboolean ch_quote_is_original(const char *words)
{
    static const char *const originals[] = {
        "original message",
        "mensagem original",
        "mensaje original",
        "message d'origine",
        "message original",
        "message initial",
        "mail original",
        "courriel original",
        "ursprüngliche nachricht",
        "originalnachricht",
        "original-nachricht",
        "ursprungliche nachricht",
        "messaggio originale",
        "oorspronkelijk bericht",
        "reply message",
        "originalmeddelande",
        "ursprungligt meddelande",
        "oprindelig meddelelse",
        "original besked",
        "oprindelig besked",
        "opprinnelig melding",
        "alkuperäinen viesti",
        "původní zpráva",
        "původní e-mail",
        "wiadomość oryginalna",
        "oryginalna wiadomość",
        "исходное сообщение",
        "исходное письмо",
        "оригинальное сообщение",
        "邮件原件",
        "原始邮件",
        "原始郵件",
        "元のメッセージ",
        "원본 메시지",
        "orijinal mesaj",
        "özgün ileti",
        "orijinal ileti",
        "orijinal e-posta",
        "thư gốc",
        "tin nhắn gốc",
        "eredeti üzenet",
        "mesaj original",
        "missatge original",
        "αρχικό μήνυμα",
    };
    gsize length = strlen(words);
    if (length > ORIGINAL_LINE)
        return FALSE;
    if (is_notes_line(words))
        return TRUE;
    return length > 6 && strspn(words, "-_ ") >= 2 && strchr("-_", words[length - 1]) &&
           ch_quote_has(words, originals, G_N_ELEMENTS(originals));
}

gboolean ch_quote_is_evidence(ChQuoteLines *lines, guint i)
{
    const char *words = ch_quote_words(lines, i), *value;
    ChQuoteMoment moment = ch_quote_moment(words);
    return lines->lines[i].quoted || strchr(words, '@') || label_of(words, &value) != LABEL_NONE ||
           (moment.numbers >= 3 && (moment.year || moment.time));
}

guint ch_quote_field(const char *text)
{
    gsize length = strnlen(text, LABEL_BYTES * 2);
    g_autofree char *lower = g_utf8_strdown(text, (gssize)length);
    const char *value;
    return label_of(lower, &value);
}

gboolean ch_quote_fields_of_mail(guint fields, guint shown, const char *text)
{
    guint subject = LABEL_FROM | LABEL_SUBJECT;
    if ((fields & subject) == subject)
        return TRUE;
    ChQuoteMoment moment = ch_quote_moment(text);
    gboolean several = (fields & (fields - 1)) != 0,
             whole = moment.numbers >= 4 && (moment.year || moment.time);
    /* Outlook in a language that has no words here shows an address, and a date with the time of day. */
    return (several && (whole || strchr(text, '@'))) ||
           (shown >= 3 && whole && moment.time && strchr(text, '@'));
}

gboolean ch_quote_is_forward(const char *words)
{
    static const char *const forwards[] = {
        "forwarded message",
        "forwarded by",
        "forwarded email",
        "mensagem encaminhada",
        "mensagem reencaminhada",
        "encaminhado por",
        "encaminhada por",
        "mensaje reenviado",
        "mensaje redirigido",
        "reenviado por",
        "message transféré",
        "message transmis",
        "message réexpédié",
        "transféré par",
        "weitergeleitete nachricht",
        "weitergeleitet von",
        "messaggio inoltrato",
        "inoltrato da",
        "doorgestuurd bericht",
        "vidarebefordrat meddelande",
        "vidarebefordrat brev",
        "videresendt meddelelse",
        "videresendt besked",
        "videresendt melding",
        "välitetty viesti",
        "edelleenlähetetty viesti",
        "přeposlaná zpráva",
        "forwardowana wiadomość",
        "wiadomość przekazana",
        "przekazana wiadomość",
        "пересылаемое сообщение",
        "пересланное сообщение",
        "转发的邮件",
        "转发邮件信息",
        "轉寄郵件",
        "転送されたメッセージ",
        "転送メッセージ",
        "전달된 메시지",
        "iletilen mesaj",
        "yönlendirilmiş ileti",
        "iletilmiş mesaj",
        "thư được chuyển tiếp",
        "továbbított üzenet",
        "továbbított levél",
        "mesaj redirecționat",
        "missatge reenviat",
    };
    static const char *const begins[] = {
        "begin forwarded message:",
        "início da mensagem encaminhada:",
        "início da mensagem reencaminhada:",
        "inicio del mensaje reenviado:",
        "début du message réexpédié :",
        "début du message transféré :",
        "début du message réexpédié:",
        "début du message transféré:",
        "anfang der weitergeleiteten nachricht:",
        "inizio messaggio inoltrato:",
        "begin doorgestuurd bericht:",
        "vidarebefordrat brev:",
        "videresendt besked:",
        "videresendt melding:",
        "начало переадресованного сообщения:",
        "転送されたメッセージ:",
    };
    gsize length = strlen(words);
    if (length < 8 || length > ORIGINAL_LINE)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(begins); i++)
        if (!strcmp(words, begins[i]))
            return TRUE;
    return strspn(words, "-= ") >= 2 && ch_quote_has(words, forwards, G_N_ELEMENTS(forwards));
}

/* Whether SUBJECT begins, behind a tag in brackets, with one of LIST and a colon; "Re[2]:" and "RE (3):" too.
 */
static gboolean subject_begins(const char *subject, const char *const *list, guint count)
{
    g_autofree char *folded = g_utf8_casefold(subject, (gssize)strnlen(subject, 200));
    const char *at = folded + strspn(folded, " ");
    const char *close = *at == '[' ? strchr(at, ']') : NULL;
    if (close)
        at = close + 1 + strspn(close + 1, " ");
    for (guint i = 0; i < count; i++) {
        if (!g_str_has_prefix(at, list[i]))
            continue;
        const char *rest = at + strlen(list[i]);
        rest += strspn(rest, "[]()0123456789 ");
        if (*rest == ':' || g_str_has_prefix(rest, "："))
            return TRUE;
    }
    return FALSE;
}

gboolean ch_quote_subject_forwards(const char *subject)
{
    static const char *const marks[] = {"fwd",  "fw",   "enc",    "rv",     "tr",    "wg",        "i",
                                        "vl",   "vb",   "doorst", "pd",     "reenv", "ilt",       "转发",
                                        "轉寄", "轉寄", "encam",  "vs fwd", "πρθ",   "továbbítás"};
    return subject_begins(subject, marks, G_N_ELEMENTS(marks));
}

gboolean ch_quote_subject_answers(const char *subject)
{
    static const char *const marks[] = {
        "re", "res", "aw",  "antw", "antwort", "sv",   "vs",   "odp",  "ynt",  "rif", "r",     "ref", "ri",
        "vá", "atb", "ats", "απ",   "σχετ",    "回复", "回覆", "答复", "返信", "отв", "ответ", "rép", "resp"};
    return subject_begins(subject, marks, G_N_ELEMENTS(marks));
}
