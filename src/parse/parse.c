/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The entry of the stage: the bytes of one mail, bounded and handed to GMime without a copy, then headers,
 * MIME tree and quotes in this order. What each of them reads is in headers.c, walk.c and quote.c.
 */
#include "parse/internal.h"

#include <string.h>

static GMimeParserOptions *options;

static void discard_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    (void)domain, (void)level, (void)message, (void)data;
}

void ch_parse_setup(void)
{
    if (options)
        return;
    g_mime_init();
    ch_base64_setup();
    /* GMime complains about odd mails on stderr; a mail is no fault of the program. */
    g_log_set_handler("gmime", G_LOG_LEVEL_MASK & ~G_LOG_LEVEL_ERROR, discard_log, NULL);
    static const char *charsets[] = {"utf-8", "windows-1252", NULL};
    options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, charsets);
    /* Otherwise GMime looks for the end of each encoded word in the whole rest of a parameter, which is
     * quadratic in its length; words are read in words.c, and those of file names too. */
    g_mime_parser_options_set_rfc2047_compliance_mode(options, GMIME_RFC_COMPLIANCE_STRICT);
}

void ch_parse_warn(ChMail *mail, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (!g_ptr_array_find_with_equal_func(mail->warnings, text, g_str_equal, NULL))
        g_ptr_array_add(mail->warnings, g_steal_pointer(&text));
}

/* Bytes for GMime: those of the raw mail, or a repaired copy. */
typedef struct {
    const char *bytes;
    gsize length;
    char *copy;
} Input;

/* Copies INPUT with LF where all its lines end in CR alone, which makes them one line to GMime, or in CR CR
 * LF, as programs write that turn LF into CRLF twice: from the first line on, or from below what servers put
 * on top. HEAD: where its header block ends. Returns what they were, or NULL. */
static const char *line_ends_mend(Input *input, gsize head)
{
    const char *cr = memchr(input->bytes, '\r', input->length);
    if (!cr)
        return NULL;
    const char *lf = memchr(input->bytes, '\n', input->length);
    gboolean twice = lf && ((lf - input->bytes > 2 && lf[-1] == '\r' && lf[-2] == '\r') ||
                            memmem(input->bytes, head, "\n\r\r\n", 4));
    if (lf && !twice)
        return NULL;
    input->copy = g_malloc(input->length);
    gsize kept = 0;
    for (gsize i = 0; i < input->length; i++) {
        if (twice && i + 2 < input->length && !memcmp(input->bytes + i, "\r\r\n", 3))
            i++; /* one CR goes: files keep their CRLF */
        input->copy[kept++] = !lf && input->bytes[i] == '\r' ? '\n' : input->bytes[i];
    }
    input->bytes = input->copy;
    input->length = kept;
    return twice ? "CR CR LF" : "CR alone";
}

/* Behind what is no header yet: a byte order mark, empty lines, the separator line of an mbox. */
static void skip_lead(Input *input)
{
    if (input->length >= 3 && !memcmp(input->bytes, "\xef\xbb\xbf", 3)) {
        input->bytes += 3;
        input->length -= 3;
    }
    while (input->length > 0 && (*input->bytes == '\n' || *input->bytes == '\r')) {
        input->bytes++;
        input->length--;
    }
    if (input->length > 5 && (!memcmp(input->bytes, "From ", 5) || !memcmp(input->bytes, ">From ", 6))) {
        const char *line = memchr(input->bytes, '\n', input->length);
        if (line) {
            input->length -= (gsize)(line + 1 - input->bytes);
            input->bytes = line + 1;
        }
    }
}

/* Copies INPUT with at most HEADER_MAX bytes of the header block that ends at HEAD, without its NULs. END:
 * with the empty line that it lacks. */
static void header_mend(Input *input, gsize head, gsize header_max, gboolean end)
{
    GString *copy = g_string_sized_new(input->length + 4);
    for (gsize i = 0; i < MIN(head, header_max); i++)
        if (input->bytes[i])
            g_string_append_c(copy, input->bytes[i]);
    if (end)
        g_string_append_c(copy, '\n');
    g_string_append_len(copy, input->bytes + head, (gssize)(input->length - head));
    g_free(input->copy);
    input->length = copy->len;
    input->copy = g_string_free(copy, FALSE);
    input->bytes = input->copy;
}

/* A copy is made only where something is to be repaired. MAIL is NULL where nobody wants the warnings. */
static void input_prepare(Input *input, GBytes *raw, gsize header_max, ChMail *mail)
{
    gsize length;
    const char *bytes = g_bytes_get_data(raw, &length);
    *input = (Input){bytes ? bytes : "", bytes ? length : 0, NULL};
    skip_lead(input);
    gsize head = ch_head_end(input->bytes, input->length);
    gboolean doubt = ch_head_is_doubtful(input->bytes, input->bytes + head);
    const char *odd = line_ends_mend(input, head);
    if (odd) {
        head = ch_head_end(input->bytes, input->length);
        doubt = doubt || ch_head_is_doubtful(input->bytes, input->bytes + head);
    }
    const char *words = ch_head_words(input->bytes, input->bytes + head);
    if (words == input->bytes)
        words = NULL; /* no header at all */
    if (words)
        head = (gsize)(words - input->bytes);
    gboolean nul = memchr(input->bytes, 0, head) != NULL, large = head > header_max;
    const char *bound = NULL;
    input->length = ch_bounds_scan(input->bytes, input->length, head, &bound);
    if (mail) {
        /* Our own server checked the bytes as they came, and may have read another From in them (P7). */
        mail->from_ambiguous = doubt || nul || large;
        if (odd)
            ch_parse_warn(mail, "line ends are %s", odd);
        if (words)
            ch_parse_warn(mail, "no empty line between the header and the text");
        if (bound)
            ch_parse_warn(mail, "%s; only the first %zu bytes were read", bound, input->length);
        if (nul)
            ch_parse_warn(mail, "NUL bytes in the headers were dropped");
        if (large)
            ch_parse_warn(mail, "the header block has %zu bytes; only the first %zu were read", head,
                          header_max);
    }
    if (large || nul || words)
        header_mend(input, head, header_max, large || words);
}

/* GMime's tree over INPUT's own bytes; *ARRAY must live as long as it does. NULL where GMime sees no mail. */
static GMimeObject *input_parse(const Input *input, GByteArray **array)
{
    /* The array borrows the bytes: nothing writes to a parser's stream, and input_release takes them out. */
    *array = g_byte_array_new_take((guint8 *)input->bytes, input->length);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_byte_array(*array);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    g_mime_parser_set_persist_stream(parser, TRUE);
    /* As a part, not as a message: GMime would read the address headers too, and headers.c does. */
    return g_mime_parser_construct_part(parser, options);
}

GMimeObject *ch_parse_tree(char *bytes, gsize length)
{
    const char *why = NULL;
    length = ch_bounds_scan(bytes, length, ch_head_end(bytes, length), &why);
    g_autoptr(GMimeStream) stream = ch_part_stream(bytes, length);
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    g_mime_parser_set_persist_stream(parser, TRUE);
    return g_mime_parser_construct_part(parser, options);
}

static void input_release(Input *input, GByteArray *array)
{
    if (array) {
        gsize length;
        g_byte_array_steal(array, &length);
        g_byte_array_unref(array);
    }
    g_free(input->copy);
}

/* TOP, whose reference it takes, as it was meant. The same for the same bytes: part numbers depend on it. */
static GMimeObject *repaired(GMimeObject *top)
{
    top = ch_boundary_restore(top);
    ch_mend(top);
    return ch_uuencode_unfold(top);
}

ChMail *ch_parse(const ChIncoming *incoming, const ChLimits *limits)
{
    ChMail *mail = ch_mail_new();
    mail->truncated = incoming->truncated;
    mail->size = incoming->server_size;
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(ChCut));
    ch_deadline_begin(limits->parse_time);
    Input input;
    GByteArray *array = NULL;
    input_prepare(&input, incoming->raw, limits->header_bytes, mail);
    GMimeObject *top = input.length > 0 ? input_parse(&input, &array) : NULL;
    if (top) {
        ch_headers_read(mail, top, limits);
        ch_machine_read(mail, top);
        if (!incoming->truncated) {
            top = repaired(top);
            ch_walk(mail, top, limits, marks);
            ch_report_read(mail, top, limits);
        }
        g_object_unref(top);
    } else {
        ch_parse_warn(mail, "there is no mail in these %zu bytes", g_bytes_get_size(incoming->raw));
    }
    input_release(&input, array);
    ch_quote_cut(mail, marks);
    if (ch_deadline_end())
        ch_parse_warn(mail, "reading took more than %u s of processor time; the rest is in the raw mail",
                      limits->parse_time);
    return mail;
}

GBytes *ch_parse_attachment(GBytes *raw, const char *part)
{
    Input input;
    GByteArray *array = NULL;
    GBytes *result = NULL;
    /* No limit on the headers: a part that ch_parse listed has the same number without it. */
    input_prepare(&input, raw, G_MAXSIZE, NULL);
    GMimeObject *top = input.length > 0 ? input_parse(&input, &array) : NULL;
    if (top)
        top = repaired(top);
    const char *rest;
    GMimeObject *found = top ? ch_walk_find(top, part, &rest) : NULL;
    if (found && rest)
        result = ch_tnef_cut(found, rest);
    else if (found)
        result = g_byte_array_free_to_bytes(ch_part_decode(found, G_MAXSIZE, NULL, NULL));
    g_clear_object(&top);
    input_release(&input, array);
    return result;
}

void ch_parse_answered(ChMail *mail, GBytes *const *sent, guint count)
{
    Input inputs[CH_ANSWERED_MAX] = {{NULL, 0, NULL}};
    GByteArray *arrays[CH_ANSWERED_MAX] = {NULL};
    GMimeObject *tops[CH_ANSWERED_MAX] = {NULL};
    guint read = 0;
    count = MIN(count, CH_ANSWERED_MAX);
    for (guint i = 0; i < count; i++) {
        input_prepare(&inputs[i], sent[i], G_MAXSIZE, NULL);
        GMimeObject *top = inputs[i].length > 0 ? input_parse(&inputs[i], &arrays[i]) : NULL;
        if (top)
            tops[read++] = top;
    }
    ch_quote_match(mail, tops, read);
    for (guint i = 0; i < read; i++)
        g_object_unref(tops[i]);
    for (guint i = 0; i < count; i++)
        input_release(&inputs[i], arrays[i]);
}
