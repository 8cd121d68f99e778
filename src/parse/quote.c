/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person wrote now, told from what their mail client quoted below it and from the signature (P9).
 * Only finds offsets in ChMail.text; nothing is deleted, and in doubt a stretch stays. Each line is looked at
 * a bounded number of times.
 */
#include "mail/marker.h"
#include "parse/internal.h"

#include <string.h>

/* Lines that an attribution may be broken over. */
#define ATTRIBUTION_LINES 4
/* Lines after a bare "--" that may be a signature. */
#define SIGNATURE_LINES 12

typedef struct {
    gsize start, end; /* without the line end */
    gboolean blank, quoted;
} Line;

typedef struct {
    const char *text;
    Line *lines;
    guint count;
} Lines;

static Lines split(const char *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    const char *at = text;
    while (*at) {
        const char *end = strchrnul(at, '\n');
        const char *first = at;
        while (first < end &&
               (g_ascii_isspace(*first) || ((guchar)first[0] == 0xc2 && (guchar)first[1] == 0xa0)))
            first += (guchar)*first == 0xc2 ? 2 : 1;
        Line line = {(gsize)(at - text), (gsize)(end - text), first >= end, first < end && *first == '>'};
        g_array_append_val(lines, line);
        at = *end ? end + 1 : end;
    }
    guint count = lines->len;
    return (Lines){text, (Line *)g_array_free(lines, FALSE), count};
}

/* Line I, trimmed, at most 300 bytes, lower case, without the marks of bold type. Free with g_free. */
static char *line_text(const Lines *lines, guint i)
{
    const Line *line = &lines->lines[i];
    gsize length = MIN(line->end - line->start, 300);
    g_autofree char *raw = g_strndup(lines->text + line->start, length);
    g_autofree char *valid = g_utf8_make_valid(raw, -1);
    g_strdelimit(valid, "*", ' ');
    g_strstrip(valid);
    return g_utf8_strdown(valid, -1);
}

/* ---- attributions: "Em ter., 24 de nov. de 2026 às 10:00, Ana <ana@example.br> escreveu:" ---- */

static gboolean ends_in_verb(const char *text)
{
    static const char *const verbs[] = {"wrote",      "writes",
                                        "escreveu",   "escribió",
                                        "escribio",   "schrieb",
                                        "a écrit",    "écrit",
                                        "ha scritto", "scrisse",
                                        "schreef",    "skrev",
                                        "napisał",    "napisał(a)",
                                        "написал",    "написал(а)",
                                        "пишет",      "kirjoitti",
                                        "said",       "sent",
                                        "disse",      "wrote the following",
                                        "đã viết"};
    gsize length = strlen(text);
    while (length > 0 && strchr(": \t", text[length - 1]))
        length--;
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        gsize size = strlen(verbs[i]);
        if (length > size && !strncmp(text + length - size, verbs[i], size) && text[length - size - 1] == ' ')
            return TRUE;
    }
    return FALSE;
}

static gboolean begins_attribution(const char *text)
{
    static const char *const words[] = {"on ",   "em ", "no dia ",    "am ",     "el ",
                                        "le ",   "il ", "op ",        "den ",    "på ",
                                        "dnia ", "at ", "il giorno ", "w dniu ", "vào "};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_has_prefix(text, words[i]))
            return TRUE;
    return FALSE;
}

/* A year or a time of day, and somebody's address or a second number: no ordinary sentence has them all. */
static gboolean names_a_moment(const char *text)
{
    gboolean year = FALSE, moment = FALSE;
    guint numbers = 0;
    for (const char *at = text; *at;) {
        if (!g_ascii_isdigit(*at)) {
            at++;
            continue;
        }
        gsize length = strspn(at, "0123456789");
        year |= length == 4 && (g_str_has_prefix(at, "19") || g_str_has_prefix(at, "20"));
        moment |= length <= 2 && (at[length] == ':' || at[length] == 'h') && g_ascii_isdigit(at[length + 1]);
        numbers++;
        at += length;
    }
    return (year || moment) && numbers >= 2;
}

/* Whether an attribution ends at line LAST: *FIRST is its first line, *STRONG whether it could stand without
 * quote marks below it. */
static gboolean find_attribution(const Lines *lines, guint last, guint *first, gboolean *strong)
{
    g_autofree char *tail = line_text(lines, last);
    gsize length = strlen(tail);
    if (length == 0 || tail[length - 1] != ':')
        return FALSE;
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint used = 0; used < ATTRIBUTION_LINES && used <= last; used++) {
        guint i = last - used;
        if (lines->lines[i].blank || lines->lines[i].quoted != lines->lines[last].quoted)
            break;
        g_autofree char *text = line_text(lines, i);
        if (used > 0)
            g_string_prepend_c(joined, ' ');
        g_string_prepend(joined, text);
        if (!ends_in_verb(joined->str) && !(strchr(joined->str, '@') && names_a_moment(joined->str)))
            continue;
        gboolean moment = names_a_moment(joined->str);
        if (begins_attribution(text) || (g_ascii_isdigit(text[0]) && moment)) {
            *first = i;
            *strong = moment;
            return TRUE;
        }
    }
    /* "Ana Silva escreveu:", "ter, 24 nov 2026 10:00 -0300 de Ana <ana@example.br>:" */
    if (!ends_in_verb(tail) && !(strchr(tail, '@') && names_a_moment(tail)))
        return FALSE;
    *first = last;
    *strong = FALSE;
    return TRUE;
}

/* ---- header blocks: Outlook and its like ---- */

typedef enum {
    LABEL_NONE,
    LABEL_FROM,
    LABEL_DATE,
    LABEL_TO,
    LABEL_SUBJECT,
} Label;

static Label label_of(const char *text)
{
    static const struct {
        const char *word;
        Label label;
    } labels[] = {
        {"from", LABEL_FROM},
        {"de", LABEL_FROM},
        {"von", LABEL_FROM},
        {"da", LABEL_FROM},
        {"van", LABEL_FROM},
        {"från", LABEL_FROM},
        {"fra", LABEL_FROM},
        {"od", LABEL_FROM},
        {"sent", LABEL_DATE},
        {"date", LABEL_DATE},
        {"enviado", LABEL_DATE},
        {"enviada", LABEL_DATE},
        {"enviado em", LABEL_DATE},
        {"enviada em", LABEL_DATE},
        {"enviado el", LABEL_DATE},
        {"data", LABEL_DATE},
        {"fecha", LABEL_DATE},
        {"gesendet", LABEL_DATE},
        {"datum", LABEL_DATE},
        {"envoyé", LABEL_DATE},
        {"inviato", LABEL_DATE},
        {"verzonden", LABEL_DATE},
        {"skickat", LABEL_DATE},
        {"sendt", LABEL_DATE},
        {"to", LABEL_TO},
        {"para", LABEL_TO},
        {"an", LABEL_TO},
        {"à", LABEL_TO},
        {"a", LABEL_TO},
        {"aan", LABEL_TO},
        {"till", LABEL_TO},
        {"til", LABEL_TO},
        {"cc", LABEL_TO},
        {"subject", LABEL_SUBJECT},
        {"assunto", LABEL_SUBJECT},
        {"asunto", LABEL_SUBJECT},
        {"betreff", LABEL_SUBJECT},
        {"objet", LABEL_SUBJECT},
        {"oggetto", LABEL_SUBJECT},
        {"onderwerp", LABEL_SUBJECT},
        {"ämne", LABEL_SUBJECT},
        {"emne", LABEL_SUBJECT},
    };
    const char *colon = strchr(text, ':');
    if (!colon)
        return LABEL_NONE;
    gsize length = (gsize)(colon - text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++)
        if (strlen(labels[i].word) == length && !strncmp(labels[i].word, text, length))
            return labels[i].label;
    return LABEL_NONE;
}

/* Whether a header block begins at line I: the sender and at least two of date, recipient and subject; the
 * sender or the date comes first. "De: 10/11 / Para: 12/11" is a range of dates and has too few. */
static gboolean is_header_block(const Lines *lines, guint i)
{
    g_autofree char *first = line_text(lines, i);
    Label label = label_of(first);
    if (label != LABEL_FROM && label != LABEL_DATE)
        return FALSE;
    guint seen = 1u << label;
    for (guint at = i + 1; at < lines->count && at < i + 8; at++) {
        if (lines->lines[at].blank && at > i + 2)
            break;
        g_autofree char *text = line_text(lines, at);
        seen |= 1u << label_of(text);
    }
    guint others = (seen >> LABEL_DATE & 1) + (seen >> LABEL_TO & 1) + (seen >> LABEL_SUBJECT & 1);
    return (seen >> LABEL_FROM & 1) && others >= 2;
}

static gboolean is_rule(const char *text)
{
    return strlen(text) >= 4 && strspn(text, "_-= ") == strlen(text);
}

/* "-----Mensagem original-----" */
static gboolean is_original_line(const char *text)
{
    static const char *const words[] = {
        "original message",       "mensagem original",       "mensaje original",
        "message d'origine",      "ursprüngliche nachricht", "messaggio originale",
        "oorspronkelijk bericht", "reply message",           "originalmeddelande"};
    if (text[0] != '-' && text[0] != '_')
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(text, words[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_forward_line(const char *text)
{
    return strstr(text, "forwarded message") || strstr(text, "mensagem encaminhada") ||
           strstr(text, "mensaje reenviado") || strstr(text, "mensagem reencaminhada") ||
           strstr(text, "weitergeleitete nachricht");
}

/* A forward's header block is what the person wants to show. */
static gboolean is_forward(const char *subject)
{
    static const char *const marks[] = {"fwd:", "fw:", "enc:", "rv:", "tr:", "wg:", "i:"};
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
        if (!g_ascii_strncasecmp(subject, marks[i], strlen(marks[i])))
            return TRUE;
    return FALSE;
}

/* ---- the search ---- */

/* Most lines can begin nothing that is cut; only the others are worth a copy. */
static gboolean is_suspect(const Lines *lines, guint i)
{
    const char *text = lines->text + lines->lines[i].start;
    gsize length = lines->lines[i].end - lines->lines[i].start;
    if (strchr("-_=*", *text) || (guchar)*text >= 0x80 || memchr(text, ':', MIN(length, 40)))
        return TRUE;
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    return length > 0 &&
           (text[length - 1] == ':' || text[length - 1] == '*' || (guchar)text[length - 1] >= 0x80);
}

/* The line where everything to the end is quoted without quote marks, or count. */
static guint find_tail(const Lines *lines, gboolean forward)
{
    for (guint i = 0; i < lines->count; i++) {
        const Line *line = &lines->lines[i];
        if (line->blank || line->quoted || !is_suspect(lines, i))
            continue;
        g_autofree char *text = line_text(lines, i);
        if (strstr(text, CH_MARKER_PT) || strstr(text, CH_MARKER_EN))
            return i;
        if (is_forward_line(text))
            return lines->count;
        if (!forward && (is_original_line(text) || is_header_block(lines, i)))
            return i;
        guint first;
        gboolean strong;
        if (text[strlen(text) - (*text != 0)] == ':' && find_attribution(lines, i, &first, &strong) &&
            strong) {
            guint next = i + 1;
            while (next < lines->count && lines->lines[next].blank)
                next++;
            if (next < lines->count && !lines->lines[next].quoted)
                return first;
        }
    }
    return lines->count;
}

/* Rules and blank lines above what is cut go with it. */
static guint back_over_rules(const Lines *lines, guint i)
{
    while (i > 0) {
        g_autofree char *text = line_text(lines, i - 1);
        if (!lines->lines[i - 1].blank && !is_rule(text) && !is_original_line(text))
            break;
        i--;
    }
    return i;
}

static gboolean blank_between(const Lines *lines, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        if (!lines->lines[i].blank)
            return FALSE;
    return TRUE;
}

static void add_cut(const Lines *lines, GArray *cuts, guint from, guint to, ChCutKind kind)
{
    if (from >= to)
        return;
    gsize end = to < lines->count ? lines->lines[to].start : lines->lines[lines->count - 1].end;
    if (to >= lines->count && lines->text[end] == '\n')
        end++;
    ChCut cut = {lines->lines[from].start, end, kind};
    g_array_append_val(cuts, cut);
}

/* Blocks of quoted lines in [0, END): the last one is cut where nothing follows it, and a single one that has
 * an attribution wherever it stands. Between several of them a person has answered; those stay. What is left
 * for a signature are the lines [*FROM, *END). */
static void cut_blocks(const Lines *lines, guint *from, guint *to, GArray *cuts)
{
    guint blocks = 0, start = 0, stop = 0, end = *to;
    for (guint i = 0; i < end; i++) {
        if (!lines->lines[i].quoted)
            continue;
        if (blocks == 0 || !blank_between(lines, stop, i)) {
            start = i;
            blocks++;
        }
        stop = i + 1;
    }
    if (blocks == 0)
        return;
    gboolean trailing = blank_between(lines, stop, end);
    guint above = start, first = start;
    while (above > 0 && lines->lines[above - 1].blank && start - above < 2)
        above--;
    gboolean strong;
    gboolean attributed = above > 0 && find_attribution(lines, above - 1, &first, &strong);
    if (!trailing && !(blocks == 1 && attributed)) {
        *from = stop; /* "-- " in a quote is somebody else's */
        return;
    }
    if (!attributed)
        first = start;
    while (!trailing && stop < end &&
           lines->lines[stop].blank) /* one empty line is enough between what stays */
        stop++;
    add_cut(lines, cuts, first, trailing ? end : stop, CH_CUT_QUOTE);
    if (trailing)
        *to = first;
    else
        *from = stop;
}

/* What phones and some programs put below every mail. */
static gboolean is_device_line(const Lines *lines, guint i)
{
    static const char *const marks[] = {"sent from my ",
                                        "sent from mail for ",
                                        "sent from outlook for ",
                                        "get outlook for ",
                                        "enviado do meu ",
                                        "enviado da minha ",
                                        "enviado a partir do meu ",
                                        "enviado desde mi ",
                                        "enviado via ",
                                        "obter o outlook para ",
                                        "obtenha o outlook para ",
                                        "envoyé de mon ",
                                        "von meinem ",
                                        "inviato da "};
    if (lines->lines[i].end - lines->lines[i].start > 70)
        return FALSE;
    g_autofree char *text = line_text(lines, i);
    for (guint m = 0; m < G_N_ELEMENTS(marks); m++)
        if (g_str_has_prefix(text, marks[m]))
            return !strpbrk(text, ",.!?");
    return FALSE;
}

/* Where the signature in [FROM, END) begins: "-- " (RFC 3676 section 4.3), which many clients write without
 * its blank, or the line of a phone at the end. END without one. */
static guint find_signature(const Lines *lines, guint from, guint end)
{
    guint last = end;
    while (last > from && lines->lines[last - 1].blank)
        last--;
    guint found = last > from && is_device_line(lines, last - 1) ? last - 1 : end;
    for (guint i = end; i-- > from;) {
        const Line *line = &lines->lines[i];
        gsize length = line->end - line->start;
        const char *text = lines->text + line->start;
        if (length == 3 && !memcmp(text, "-- ", 3))
            return i;
        if (length == 2 && !memcmp(text, "--", 2) && last - i <= SIGNATURE_LINES)
            return i;
    }
    return found;
}

static gint compare_cuts(gconstpointer a, gconstpointer b)
{
    const ChCut *left = a, *right = b;
    return left->start < right->start ? -1 : left->start > right->start;
}

static char *without_cuts(const char *text, const GArray *cuts)
{
    GString *reply = g_string_new(NULL);
    gsize at = 0;
    for (guint i = 0; i < cuts->len; i++) {
        const ChCut *cut = &g_array_index(cuts, ChCut, i);
        g_string_append_len(reply, text + at, (gssize)(cut->start - at));
        at = cut->end;
    }
    g_string_append(reply, text + at);
    return g_string_free(reply, FALSE);
}

void ch_quote_cut(ChMail *mail, const GArray *marks)
{
    (void)marks;
    g_array_set_size(mail->cuts, 0);
    g_free(mail->reply);
    Lines lines = split(mail->text);
    if (lines.count > 0) {
        guint tail = find_tail(&lines, is_forward(mail->subject));
        guint end = tail < lines.count ? back_over_rules(&lines, tail) : lines.count;
        add_cut(&lines, mail->cuts, end, lines.count, CH_CUT_QUOTE);
        guint from = 0;
        cut_blocks(&lines, &from, &end, mail->cuts);
        add_cut(&lines, mail->cuts, find_signature(&lines, from, end), end, CH_CUT_SIGNATURE);
        g_array_sort(mail->cuts, compare_cuts);
    }
    g_free(lines.lines);
    mail->reply = without_cuts(mail->text, mail->cuts);
    if (ch_text_is_blank(mail->reply)) { /* P9 */
        g_array_set_size(mail->cuts, 0);
        g_free(mail->reply);
        mail->reply = g_strdup(mail->text);
    }
}
