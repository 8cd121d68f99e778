/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The header block of a mail into the fields of ChMail. Reads what stands there and believes nothing: whether
 * a mail is a machine's, or whose it is, is judge's business. The MIME headers are read by GMime (walk.c).
 */
#include "parse/internal.h"

#include <string.h>

/* GMime nests no deeper. */
#define NESTING_MAX 200
/* Of a text that names no charset, what is looked at for raw bytes in the headers. */
#define GUESS_BYTES (64u << 10)

typedef struct {
    ChMail *mail;
    const ChLimits *limits;
    gboolean have_from, have_subject;
    GPtrArray *from;
    GHashTable *delivered; /* the addresses of mail->delivered_to, which owns them */
    gboolean in_run;       /* nothing stood between the last Authentication-Results and here */
    char *accept_language, *content_language;
    GMimeObject *first;  /* the first leaf of the mail */
    const char *charset; /* of it: the guess for raw bytes; NULL: it names none */
    gboolean asked;      /* its text was asked where it names none */
} Reader;

/* The unfolded value as clean text on one line, not decoded. */
static char *plain_value(const char *raw)
{
    return ch_text_one_line(ch_text_to_utf8(raw, strnlen(raw, CH_HEADER_VALUE_MAX), NULL, NULL));
}

/* Behind the comments that begin AT (RFC 5322 section 3.2.2: they nest); its end where one is not closed. */
static const char *skip_comments(const char *at)
{
    guint depth = 0;
    for (; *at && (depth > 0 || *at == '(' || *at == ' '); at++) {
        depth += *at == '(';
        depth -= *at == ')';
        at += *at == '\\' && at[1];
    }
    return at;
}

/* "(Sieve) auto-replied (vacation); x=y" -> "auto-replied". NULL for an empty value. */
static char *keyword_value(const char *raw)
{
    g_autofree char *value = plain_value(raw);
    g_autofree char *word = g_strdup(skip_comments(value));
    word[strcspn(word, ";(")] = '\0';
    g_strstrip(word);
    return *word ? g_ascii_strdown(word, -1) : NULL;
}

/* FALSE where more were left out. */
static gboolean read_addresses(Reader *reader, const char *header, const char *raw, GPtrArray *list)
{
    if (ch_address_parse(raw, list, reader->limits->recipients))
        return TRUE;
    ch_parse_warn(reader->mail, "%s: only the first %u addresses were read", header,
                  reader->limits->recipients);
    return FALSE;
}

/* Where the mail really went. The same address twice is said once. */
static void read_delivered(Reader *reader, const char *header, const char *raw)
{
    GPtrArray *delivered = reader->mail->delivered_to;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    read_addresses(reader, header, raw, list);
    for (guint i = 0; i < list->len && delivered->len < reader->limits->recipients; i++) {
        const ChAddress *address = g_ptr_array_index(list, i);
        if (!*address->address || g_hash_table_contains(reader->delivered, address->address))
            continue;
        char *copy = g_strdup(address->address);
        g_ptr_array_add(delivered, copy);
        g_hash_table_add(reader->delivered, copy);
    }
}

/* Adds TEXT to IDS without the white space that folding left in it. */
static void add_id(GPtrArray *ids, const char *text, gsize length)
{
    if (length > 998) /* no header line may be longer (RFC 5322 section 2.1.1) */
        return;
    char *id = ch_text_one_line(ch_text_to_utf8(text, length, NULL, NULL));
    char *to = id;
    for (const char *from = id; *from; from++)
        if (*from != ' ' && *from != '<' && *from != '>')
            *to++ = *from;
    *to = '\0';
    if (!*id || g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
        g_free(id);
    else
        g_ptr_array_add(ids, id);
    if (ids->len > CH_REFERENCES_MAX + 1) /* one more shows that there were more */
        g_ptr_array_remove_index(ids, 0);
}

/* Message-IDs of In-Reply-To and References. Where there are angle brackets, only what stands in them counts
 * ("Your message of Monday <id@…>", RFC 822 section 4.6.2); otherwise every word of the form x@y does. */
static void read_ids(const char *raw, GPtrArray *ids)
{
    if (strchr(raw, '<')) {
        for (const char *at = strchr(raw, '<'); at; at = strchr(at, '<')) {
            gsize length = strcspn(at + 1, "<>");
            const char *next = at + 1 + length;
            /* Without its closing bracket it is an id only where one word with an at sign follows. */
            if (*next != '>')
                length = strcspn(at + 1, " \t\r\n,<>");
            if (*next == '>' || memchr(at + 1, '@', length))
                add_id(ids, at + 1, length);
            at = next;
        }
        return;
    }
    for (const char *at = raw; *at;) {
        at += strspn(at, " \t\r\n,;\"'()");
        gsize length = strcspn(at, " \t\r\n,;\"'()");
        const char *sign = memchr(at, '@', length);
        if (sign && sign > at && sign + 1 < at + length)
            add_id(ids, at, length);
        at += length;
    }
}

/* As read_ids; some libraries write a long Message-ID as encoded words, which hold its brackets too. */
static void read_any_ids(const char *raw, GPtrArray *ids)
{
    if (!strstr(raw, "=?")) {
        read_ids(raw, ids);
        return;
    }
    g_autofree char *decoded = ch_words_decode(raw, strlen(raw));
    read_ids(decoded, ids);
}

/* The last ones count (RFC 5322 section 3.6.4). */
static void read_references(ChMail *mail, const char *name, const char *raw, GPtrArray *ids)
{
    read_any_ids(raw, ids);
    if (ids->len <= CH_REFERENCES_MAX)
        return;
    ch_parse_warn(mail, "%s: only the last %d Message-IDs were kept", name, CH_REFERENCES_MAX);
    g_ptr_array_remove_index(ids, 0);
}

static char *message_id(const char *raw)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    read_any_ids(raw, ids);
    if (ids->len > 0)
        return g_strdup(g_ptr_array_index(ids, 0));
    g_autofree char *value = plain_value(raw);
    return strpbrk(value, " <>") ? g_strdup("") : g_steal_pointer(&value);
}

static void read_date(ChMail *mail, const char *raw)
{
    g_autofree char *value = plain_value(raw);
    g_autoptr(GDateTime) date = ch_date_read(value);
    /* Years with fewer or more than four digits are no dates that anybody meant. */
    if (!date || g_date_time_get_year(date) < 1970) {
        ch_parse_warn(mail, "Date can't be read");
        return;
    }
    mail->date = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z");
    mail->date_seconds = mail->date ? g_date_time_to_unix(date) : 0;
}

static char *return_path(const char *raw)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    ch_address_parse(raw, list, 1);
    const ChAddress *address = list->len > 0 ? g_ptr_array_index(list, 0) : NULL;
    return g_strdup(address ? address->address : "");
}

/* The first of several headers that should stand once wins. */
static gboolean first(char **field)
{
    return !*field;
}

static void read_machine(ChMail *mail, const char *name, const char *raw)
{
    static const char *const suppress[] = {"X-Autoreply",     "X-Autorespond",    "X-Autoresponder",
                                           "X-Auto-Reply",    "X-Auto-Responder", "X-AutoReply-To",
                                           "X-Mail-Autoreply"};
    if (!g_ascii_strcasecmp(name, "Auto-Submitted")) {
        if (first(&mail->auto_submitted))
            mail->auto_submitted = keyword_value(raw);
    } else if (!g_ascii_strcasecmp(name, "Precedence")) {
        if (first(&mail->precedence))
            mail->precedence = keyword_value(raw);
    } else if (!g_ascii_strcasecmp(name, "List-Id")) {
        if (first(&mail->list_id))
            mail->list_id = ch_words_decode(raw, strlen(raw));
    } else if (!g_ascii_strcasecmp(name, "X-Auto-Response-Suppress")) {
        /* "None" suppresses nothing (MS-OXCMAIL section 2.2.3.2.14). */
        g_autofree char *value = keyword_value(raw);
        if (g_strcmp0(value, "none"))
            mail->auto_suppress = TRUE;
    } else if (!g_ascii_strcasecmp(name, "Received")) {
        mail->received_count++;
    } else {
        for (guint i = 0; i < G_N_ELEMENTS(suppress); i++)
            if (!g_ascii_strcasecmp(name, suppress[i])) {
                g_autofree char *value = keyword_value(raw);
                if (g_strcmp0(value, "no"))
                    mail->auto_suppress = TRUE;
            }
    }
}

/* What others said of the mail, and what stands between: anybody can write below the run of our own server.
 */
static void read_auth(Reader *reader, const char *name, const char *raw)
{
    static const char *const between[] = {"DKIM-Filter", "DMARC-Filter", "Received-SPF"};
    GPtrArray *fields = reader->mail->auth_fields;
    /* A server puts its own on top, as a trace field (RFC 8601 section 2.1); what stands below From came with
     * the mail. */
    if (reader->have_from)
        return;
    if (g_ascii_strcasecmp(name, "Authentication-Results")) {
        gboolean parts = TRUE;
        for (guint i = 0; i < G_N_ELEMENTS(between); i++)
            parts = parts && g_ascii_strcasecmp(name, between[i]);
        reader->in_run = reader->in_run && !parts;
        return;
    }
    if (fields->len == CH_AUTH_FIELDS_MAX)
        ch_parse_warn(reader->mail, "only the first %d Authentication-Results were read", CH_AUTH_FIELDS_MAX);
    if (fields->len < CH_AUTH_FIELDS_MAX) {
        const ChAuthField *last = fields->len > 0 ? g_ptr_array_index(fields, fields->len - 1) : NULL;
        ChAuthField *field = g_new0(ChAuthField, 1);
        field->value = plain_value(raw);
        field->cut = strlen(raw) > CH_HEADER_VALUE_MAX;
        field->run = !last ? 0 : reader->in_run ? last->run : last->run + 1;
        g_ptr_array_add(fields, field);
    }
    reader->in_run = TRUE;
}

/* The next hop, or the next program, may read another From than we do: then nobody can be proven. */
static void read_from(Reader *reader, const char *raw)
{
    ChMail *mail = reader->mail;
    if (reader->have_from) {
        ch_parse_warn(mail, "several From headers; the first one counts");
        mail->from_ambiguous = TRUE;
    } else if (!read_addresses(reader, "From", raw, reader->from) ||
               (!strchr(raw, '<') && strchr(raw, '@') != strrchr(raw, '@'))) { /* "ana@x.example rui@y" */
        mail->from_ambiguous = TRUE;
    }
    reader->have_from = TRUE;
}

/* The first Subject that says anything. */
static void read_subject(Reader *reader, const char *raw)
{
    ChMail *mail = reader->mail;
    if (reader->have_subject)
        ch_parse_warn(mail, "several Subject headers; the first one that says anything counts");
    reader->have_subject = TRUE;
    if (!ch_text_is_blank(mail->subject))
        return;
    if (strlen(raw) > CH_HEADER_VALUE_MAX)
        ch_parse_warn(mail, "Subject: only the first %d bytes were read", CH_HEADER_VALUE_MAX);
    g_autofree char *value = NULL;
    gboolean utf7 = reader->charset && strcasestr(reader->charset, "utf-7");
    if (utf7 && !strstr(raw, "=?"))
        raw = value = ch_text_to_utf8(raw, strnlen(raw, CH_HEADER_VALUE_MAX), reader->charset, NULL);
    g_free(mail->subject);
    mail->subject = ch_words_decode(raw, strlen(raw));
}

static void read_language(Reader *reader, const char *name, const char *raw)
{
    char **field = !g_ascii_strcasecmp(name, "Accept-Language")    ? &reader->accept_language
                   : !g_ascii_strcasecmp(name, "Content-Language") ? &reader->content_language
                                                                   : NULL;
    if (field && !*field)
        *field = plain_value(raw);
}

static void take_language(Reader *reader)
{
    if (reader->accept_language)
        reader->mail->language = ch_language_first(reader->accept_language);
    if (!reader->mail->language && reader->content_language)
        reader->mail->language = ch_language_first(reader->content_language);
    g_free(reader->accept_language);
    g_free(reader->content_language);
}

static void read_header(Reader *reader, const char *name, const char *raw)
{
    ChMail *mail = reader->mail;
    read_auth(reader, name, raw);
    read_language(reader, name, raw);
    if (!g_ascii_strcasecmp(name, "From")) {
        read_from(reader, raw);
    } else if (!g_ascii_strcasecmp(name, "Subject")) {
        read_subject(reader, raw);
    } else if (!g_ascii_strcasecmp(name, "To")) {
        read_addresses(reader, "To", raw, mail->to);
    } else if (!g_ascii_strcasecmp(name, "Cc")) {
        read_addresses(reader, "Cc", raw, mail->cc);
    } else if (!g_ascii_strcasecmp(name, "Reply-To")) {
        read_addresses(reader, "Reply-To", raw, mail->reply_to);
    } else if (!g_ascii_strcasecmp(name, "Message-ID")) {
        if (!*mail->message_id) {
            g_free(mail->message_id);
            mail->message_id = message_id(raw);
        }
    } else if (!g_ascii_strcasecmp(name, "In-Reply-To")) {
        read_references(mail, name, raw, mail->in_reply_to);
    } else if (!g_ascii_strcasecmp(name, "References")) {
        read_references(mail, name, raw, mail->references);
    } else if (!g_ascii_strcasecmp(name, "Date")) {
        if (first(&mail->date))
            read_date(mail, raw);
    } else if (!g_ascii_strcasecmp(name, "Return-Path")) {
        if (first(&mail->return_path))
            mail->return_path = return_path(raw);
    } else if (!g_ascii_strcasecmp(name, "Delivered-To") || !g_ascii_strcasecmp(name, "X-Original-To") ||
               !g_ascii_strcasecmp(name, "Envelope-To") || !g_ascii_strcasecmp(name, "Resent-To")) {
        read_delivered(reader, name, raw);
    } else {
        read_machine(mail, name, raw);
    }
}

static void take_from(Reader *reader)
{
    ChMail *mail = reader->mail;
    if (reader->from->len == 0)
        return;
    /* "=?utf-8?Q?Ana_=3Cana=40example.br=3E?=": some programs encode, or quote, address and all. Others see
     * no address there, so nobody is proven by it. */
    const ChAddress *only = g_ptr_array_index(reader->from, 0);
    if (reader->from->len == 1 && !*only->address && strchr(only->name, '@')) {
        g_autofree char *value = g_strdelimit(g_strdup(only->name), "\"", ' ');
        g_ptr_array_set_size(reader->from, 0);
        ch_address_parse(value, reader->from, 2);
        mail->from_ambiguous = TRUE;
        if (reader->from->len == 0)
            return;
    }
    /* Of several authors the first that can be answered. */
    guint chosen = 0, addresses = 0;
    for (guint i = 0; i < reader->from->len; i++) {
        const ChAddress *address = g_ptr_array_index(reader->from, i);
        if (*address->address && addresses++ == 0)
            chosen = i;
    }
    if (addresses > 1)
        mail->from_ambiguous = TRUE;
    if (reader->from->len > 1)
        ch_parse_warn(mail, "From names %u authors; one counts", reader->from->len);
    ch_address_free(mail->from);
    mail->from = g_ptr_array_steal_index(reader->from, chosen);
}

/* The first leaf of the mail. Borrowed from TOP. */
static GMimeObject *first_part(GMimeObject *top)
{
    for (guint depth = 0; GMIME_IS_MULTIPART(top) && depth < NESTING_MAX; depth++) {
        if (g_mime_multipart_get_count(GMIME_MULTIPART(top)) == 0)
            return top;
        top = g_mime_multipart_get_part(GMIME_MULTIPART(top), 0);
    }
    return top;
}

/* Whether CHARSET leaves ASCII as it is, as header fields need it: UTF-16 and EBCDIC make an address of none.
 */
static gboolean keeps_ascii(const char *charset)
{
    static const char probe[] = "<a@b.cd>";
    g_autoptr(GError) error = NULL;
    g_autofree char *same = g_convert(probe, -1, "UTF-8", charset, NULL, NULL, &error);
    return same ? !strcmp(same, probe)
                : g_error_matches(error, G_CONVERT_ERROR, G_CONVERT_ERROR_NO_CONVERSION);
}

/* The charset that the first text of the mail names, or is in where it names none and that is clear: it says
 * something of raw bytes in the headers, which UTF-8 and windows-1252 are tried for without it. NULL
 * otherwise. */
static const char *body_charset(Reader *reader)
{
    if (reader->asked)
        return reader->charset;
    reader->asked = TRUE;
    if (reader->charset) {
        reader->charset = keeps_ascii(reader->charset) ? reader->charset : NULL;
        return reader->charset;
    }
    if (!GMIME_IS_PART(reader->first) ||
        !g_mime_content_type_is_type(g_mime_object_get_content_type(reader->first), "text", "*"))
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(reader->first, GUESS_BYTES, NULL, NULL);
    if (!g_utf8_validate_len((const char *)bytes->data, bytes->len, NULL))
        reader->charset = ch_guess_charset((const char *)bytes->data, bytes->len);
    return reader->charset;
}

/* A program that writes the text in a code page of DOS may write its headers in that of Windows. */
static gboolean is_dos(const char *charset)
{
    static const char *const pages[] = {"850", "437", "858", "860"};
    if (g_ascii_strncasecmp(charset, "cp", 2) && g_ascii_strncasecmp(charset, "ibm", 3))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++)
        if (g_str_has_suffix(charset, pages[i]))
            return TRUE;
    return FALSE;
}

/* RAW in UTF-8 where it holds bytes beyond ASCII, which nothing allows without saying what they are (RFC 6532
 * only UTF-8): the body's charset is the best guess. NULL where there is nothing to convert. */
static char *convert_raw(Reader *reader, const char *raw)
{
    gsize length = strlen(raw);
    gboolean ascii = TRUE;
    for (gsize i = 0; i < length && ascii; i++)
        ascii = (guchar)raw[i] < 0x80 && raw[i] != 0x1b;
    if (ascii || g_utf8_validate_len(raw, length, NULL))
        return ascii || !memchr(raw, 0x1b, length) ? NULL : ch_text_to_utf8(raw, length, NULL, NULL);
    const char *charset = body_charset(reader);
    if (!charset || (is_dos(charset) && !ch_guess_may_be_dos(raw, length)))
        return NULL;
    return ch_text_to_utf8(raw, length, charset, NULL);
}

/* For the rules, which may ask for any of them. */
static void keep_header(ChMail *mail, const char *name, const char *raw)
{
    ChHeader *header = g_new(ChHeader, 1);
    header->name = ch_text_mend(g_strdup(name));
    header->value = ch_words_decode(raw, strlen(raw));
    ch_text_cut(header->value, CH_HEADER_VALUE_MAX);
    g_ptr_array_add(mail->headers, header);
}

void ch_headers_read(ChMail *mail, GMimeObject *top, const ChLimits *limits)
{
    Reader reader = {.mail = mail, .limits = limits, .first = first_part(top)};
    const char *charset = g_mime_object_get_content_type_parameter(reader.first, "charset");
    reader.charset = charset && *charset ? charset : NULL;
    reader.from = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    reader.delivered = g_hash_table_new(g_str_hash, g_str_equal);
    GMimeHeaderList *headers = g_mime_object_get_header_list(top);
    int count = g_mime_header_list_get_count(headers);
    if (count > CH_HEADER_FIELDS_MAX) {
        mail->from_ambiguous = TRUE; /* one of the others may be a From */
        ch_parse_warn(mail, "the header has %d fields; only the first %d were read", count,
                      CH_HEADER_FIELDS_MAX);
    }
    for (int i = 0; i < MIN(count, CH_HEADER_FIELDS_MAX); i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
        const char *raw = g_mime_header_get_raw_value(header);
        if (!raw)
            continue;
        g_autofree char *converted = convert_raw(&reader, raw);
        read_header(&reader, g_mime_header_get_name(header), converted ? converted : raw);
        keep_header(mail, g_mime_header_get_name(header), converted ? converted : raw);
    }
    take_from(&reader);
    take_language(&reader);
    g_ptr_array_unref(reader.from);
    g_hash_table_unref(reader.delivered);
    GMimeContentType *type = g_mime_object_get_content_type(top);
    if (type && g_mime_content_type_is_type(type, "multipart", "report")) {
        mail->is_report = TRUE;
        const char *report = g_mime_content_type_get_parameter(type, "report-type");
        g_autofree char *clean = report ? plain_value(report) : NULL;
        mail->report_type = clean && *clean ? g_ascii_strdown(clean, -1) : NULL;
    }
}

void ch_headers_copy(GMimeObject *from, GMimeObject *to)
{
    GMimeHeaderList *source = g_mime_object_get_header_list(from);
    GMimeHeaderList *target = g_mime_object_get_header_list(to);
    int count = g_mime_header_list_get_count(source);
    for (int i = 0; i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(source, i);
        const char *name = g_mime_header_get_name(header), *value = g_mime_header_get_raw_value(header);
        if (!value || !g_ascii_strcasecmp(name, "Content-Type") ||
            !g_ascii_strcasecmp(name, "Content-Transfer-Encoding"))
            continue;
        g_mime_header_list_append(target, name, "", NULL);
        int last = g_mime_header_list_get_count(target) - 1;
        g_mime_header_set_raw_value(g_mime_header_list_get_header_at(target, last), value);
    }
}
