/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A winmail.dat (MS-OXTNEF) as parts: its files, and what it says where the mail says nothing else. libytnef
 * reads what tnef_reduce.c leaves of it. A mail inside becomes a text file, and its files stand beside it.
 */
#include "parse/internal.h"
#include "parse/tnef_private.h"

#include <string.h>
#include <ytnef.h>

#define FILES_MAX                                                                                            \
    100 /* of one winmail.dat, those of mails inside included: libytnef's list is walked for each */
#define NESTING_MAX 4 /* mails in mails */
#define NAME_BYTES  1024
#define WHY         "chamado-why" /* of an object: a static string */

/* A stream that is still to be read. */
typedef struct {
    GBytes *bytes;
    guint depth;
} Pending;

typedef struct {
    GMimeMultipart *multipart;
    GQueue pending;
    guint files;
    const char *why;
} Opening;

/* ---- values ---- */

static const MAPIProperty *property_of(const MAPIProps *properties, guint number)
{
    for (guint i = 0; i < properties->count; i++)
        if (PROP_ID(properties->properties[i].id) == number)
            return &properties->properties[i];
    return NULL;
}

static guint long_of(const MAPIProps *properties, guint number)
{
    const MAPIProperty *property = property_of(properties, number);
    return property && PROP_TYPE(property->id) == CH_TNEF_LONG ? SwapDWord(property->data->data, 4) : 0;
}

/* The charset of code page PAGE. */
static void charset_of(guint page, char name[24])
{
    if (page == 65001)
        g_strlcpy(name, "utf-8", 24);
    else if (page >= 28591 && page <= 28605)
        g_snprintf(name, 24, "iso-8859-%u", page - 28590);
    else
        g_snprintf(name, 24, "windows-%u", page >= 437 && page < 1300 ? page : 1252);
}

static char *text_of_bytes(const guint8 *bytes, gsize length, gboolean utf16, guint page)
{
    char charset[24];
    charset_of(page, charset);
    if (utf16) {
        for (gsize i = 0; i + 1 < length; i += 2)
            if (!bytes[i] && !bytes[i + 1])
                length = i;
        length -= length % 2;
    } else {
        length = strnlen((const char *)bytes, length);
    }
    return ch_text_clean(ch_text_to_utf8((const char *)bytes, length, utf16 ? "utf-16le" : charset, NULL));
}

/* A property's text; NULL where there is none. Free with g_free. */
static char *text_of(const MAPIProps *properties, guint number, guint page)
{
    const MAPIProperty *property = property_of(properties, number);
    if (!property || !property->data->data || property->data->size <= 0)
        return NULL;
    return text_of_bytes(property->data->data, (gsize)property->data->size,
                         PROP_TYPE(property->id) == CH_TNEF_UTF16, page);
}

static guint page_of(const TNEFStruct *tnef)
{
    guint page = tnef->CodePage.size >= 4 ? SwapDWord(tnef->CodePage.data, 4) : 0;
    return page ? page : 1252;
}

/* ---- parts ---- */

static GMimePart *new_part(Opening *opening, const char *type, const char *subtype, GByteArray *bytes)
{
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), TRUE);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_BINARY);
    g_object_unref(stream);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BINARY);
    g_mime_multipart_add(opening->multipart, GMIME_OBJECT(part));
    g_object_unref(part);
    return part;
}

static GByteArray *bytes_of_text(char *text)
{
    return g_byte_array_new_take((guint8 *)text, strlen(text));
}

static gboolean is_token(const char *word)
{
    return *word &&
           strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._") == strlen(word);
}

/* What the file calls itself, or "application/octet-stream". The result is a pair; free with g_strfreev. */
static char **type_of(const MAPIProps *properties, guint page)
{
    g_autofree char *declared = text_of(properties, CH_TNEF_MIME_TYPE, page);
    char **pair = declared ? g_strsplit(declared, "/", 3) : NULL;
    /* A type that GMime would take for something other than a leaf says nothing of the bytes here. */
    gboolean is_leaf = pair && g_strv_length(pair) == 2 && is_token(pair[0]) && is_token(pair[1]) &&
                       g_ascii_strcasecmp(pair[0], "multipart") && g_ascii_strcasecmp(pair[0], "message");
    if (is_leaf)
        return pair;
    g_strfreev(pair);
    return g_strsplit("application/octet-stream", "/", 2);
}

static void set_name(GMimePart *part, char *name)
{
    g_autofree char *owned = ch_text_one_line(name);
    ch_text_cut(owned, NAME_BYTES);
    if (*owned)
        g_mime_part_set_filename(part, owned);
}

static void add_file(Opening *opening, Attachment *attachment, GByteArray *bytes, guint page)
{
    const MAPIProps *properties = &attachment->MAPI;
    g_auto(GStrv) type = type_of(properties, page);
    GMimePart *part = new_part(opening, type[0], type[1], bytes);
    char *name = text_of(properties, CH_TNEF_LONG_NAME, page);
    if (!name && attachment->Title.size > 0)
        name = text_of_bytes(attachment->Title.data, (gsize)attachment->Title.size, FALSE, page);
    if (!name)
        name = text_of(properties, CH_TNEF_NAME, page);
    if (name)
        set_name(part, name);
    g_autofree char *id = text_of(properties, CH_TNEF_CONTENT_ID, page);
    /* PR_ATTACH_FLAGS, 4: shown in the text. */
    gboolean shown = id && (long_of(properties, CH_TNEF_FLAGS) & 4) && !g_ascii_strcasecmp(type[0], "image");
    if (shown)
        g_mime_part_set_content_id(part, id);
    g_mime_object_set_disposition(GMIME_OBJECT(part),
                                  shown ? GMIME_DISPOSITION_INLINE : GMIME_DISPOSITION_ATTACHMENT);
}

/* The bytes of one object of a file's properties, behind the 16 that say what it is (MS-OXTNEF section
 * 2.1.3.4.2). Takes them out of the property. */
static GByteArray *object_of(Attachment *attachment)
{
    const MAPIProperty *property = property_of(&attachment->MAPI, CH_TNEF_DATA);
    if (!property || property->data->size <= 0)
        return g_byte_array_new();
    /* IID_IMessage, IID_IStorage and IID_IStream end alike. */
    static const guint8 identifier[12] = {0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
    GByteArray *bytes = g_byte_array_new_take(property->data->data, (gsize)property->data->size);
    property->data->data = NULL;
    property->data->size = 0;
    if (bytes->len >= 16 && !memcmp(bytes->data + 4, identifier, sizeof(identifier)))
        g_byte_array_remove_range(bytes, 0, 16);
    return bytes;
}

static gboolean is_stream(const GByteArray *bytes)
{
    return bytes->len > 6 && !memcmp(bytes->data, "\x78\x9f\x3e\x22", 4);
}

static void add_attachment(Opening *opening, Attachment *attachment, guint depth, guint page)
{
    GByteArray *bytes;
    if (attachment->FileData.size > 0) { /* allocated by malloc, as GLib does */
        bytes = g_byte_array_new_take(attachment->FileData.data, (gsize)attachment->FileData.size);
        attachment->FileData.data = NULL;
        attachment->FileData.size = 0;
    } else {
        bytes = object_of(attachment);
        if (is_stream(bytes) && depth < NESTING_MAX) {
            Pending *pending = g_new(Pending, 1);
            *pending = (Pending){g_byte_array_free_to_bytes(bytes), depth + 1};
            g_queue_push_tail(&opening->pending, pending);
            return;
        }
    }
    add_file(opening, attachment, bytes, page);
}

/* ---- the text ---- */

/* What the message says, as plain text. NULL where it says nothing that can be read. */
static char *plain_text(const TNEFStruct *tnef)
{
    guint page = page_of(tnef);
    char *text = text_of(&tnef->MapiProperties, CH_TNEF_BODY, page);
    if (!text && tnef->body.size > 0)
        text = text_of_bytes(tnef->body.data, (gsize)tnef->body.size, FALSE, page);
    if (text && ch_text_is_blank(text))
        g_clear_pointer(&text, g_free);
    const MAPIProperty *html = text ? NULL : property_of(&tnef->MapiProperties, CH_TNEF_HTML);
    if (html) {
        guint own = long_of(&tnef->MapiProperties, CH_TNEF_CODE_PAGE);
        g_autofree char *markup = text_of(&tnef->MapiProperties, CH_TNEF_HTML, own ? own : page);
        text = markup ? ch_html_to_text(markup, strlen(markup), NULL) : NULL;
    }
    const MAPIProperty *rtf = text ? NULL : property_of(&tnef->MapiProperties, CH_TNEF_RTF);
    if (rtf && rtf->data->data)
        text = ch_tnef_rtf(rtf->data->data, (gsize)rtf->data->size);
    return text;
}

static void append_line(GString *out, const char *name, const MAPIProps *properties, guint number, guint page)
{
    g_autofree char *value = text_of(properties, number, page);
    if (value && *ch_text_one_line(value))
        g_string_append_printf(out, "%s: %s\n", name, value);
}

/* A mail that was passed on, as a text file. */
static void add_message(Opening *opening, const TNEFStruct *tnef)
{
    const MAPIProps *properties = &tnef->MapiProperties;
    guint page = page_of(tnef);
    g_autofree char *text = plain_text(tnef);
    g_autoptr(GString) out = g_string_new(NULL);
    append_line(out, "From", properties, CH_TNEF_SENDER_NAME, page);
    append_line(out, "Address", properties, CH_TNEF_SENDER_ADDRESS, page);
    append_line(out, "Subject", properties, CH_TNEF_SUBJECT, page);
    if (text)
        g_string_append_printf(out, "\n%s\n", text);
    GMimePart *part =
        new_part(opening, "text", "plain", bytes_of_text(g_string_free(g_steal_pointer(&out), FALSE)));
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    g_autofree char *subject = text_of(properties, CH_TNEF_SUBJECT, page);
    if (subject)
        g_strdelimit(ch_text_one_line(subject), "/\\", '-');
    set_name(part, g_strconcat(subject && *subject ? subject : "message", ".txt", NULL));
}

static void add_text(Opening *opening, const TNEFStruct *tnef)
{
    char *text = plain_text(tnef);
    if (!text && !tnef->starting_attach.next)
        opening->why = opening->why ? opening->why : "there is nothing in it";
    GMimePart *part = new_part(opening, "text", "plain", bytes_of_text(text ? text : g_strdup("")));
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    ch_walk_mark_spare(GMIME_OBJECT(part));
}

/* ---- streams ---- */

static gboolean read_stream(Opening *opening, const guint8 *bytes, gsize length, guint depth)
{
    const char *why = NULL;
    guint room = FILES_MAX - MIN(FILES_MAX, opening->files);
    g_autoptr(GByteArray) reduced = ch_tnef_reduce(bytes, length, room, &why);
    if (!reduced)
        return FALSE;
    if (why)
        opening->why = why;
    TNEFStruct tnef = {0};
    TNEFInitialize(&tnef);
    gboolean read = TNEFParseMemory(reduced->data, (long)reduced->len, &tnef) == 0;
    if (read && depth == 0)
        add_text(opening, &tnef);
    else if (read)
        add_message(opening, &tnef);
    guint page = page_of(&tnef);
    for (Attachment *file = tnef.starting_attach.next; read && file; file = file->next) {
        opening->files++;
        add_attachment(opening, file, depth, page);
    }
    TNEFFree(&tnef);
    return read;
}

static void read_pending(Opening *opening)
{
    for (Pending *next; (next = g_queue_pop_head(&opening->pending));) {
        gsize length;
        const guint8 *bytes = g_bytes_get_data(next->bytes, &length);
        if (!read_stream(opening, bytes, length, next->depth))
            opening->why = "a mail in it cannot be read";
        g_bytes_unref(next->bytes);
        g_free(next);
    }
}

static gboolean is_tnef(GMimeObject *part)
{
    if (!GMIME_IS_PART(part))
        return FALSE;
    if (ch_walk_is_type(part, "application", "ms-tnef") ||
        ch_walk_is_type(part, "application", "vnd.ms-tnef"))
        return TRUE;
    g_autofree char *name = ch_part_filename(part);
    return name && !g_ascii_strcasecmp(name, "winmail.dat");
}

const char *ch_tnef_why(GMimeObject *part)
{
    if (!is_tnef(part))
        return NULL;
    const char *why = g_object_get_data(G_OBJECT(part), WHY);
    return why ? why : "it is none";
}

GMimeObject *ch_tnef_open(GMimeObject *part)
{
    if (!is_tnef(part))
        return NULL;
    g_autoptr(GByteArray) bytes = ch_part_decode(part, G_MAXUINT, NULL, NULL);
    Opening opening = {.multipart = ch_unfold_multipart()};
    g_queue_init(&opening.pending);
    gboolean read = read_stream(&opening, bytes->data, bytes->len, 0);
    if (!read) {
        g_object_unref(opening.multipart);
        return NULL;
    }
    read_pending(&opening);
    if (opening.why) {
        g_object_set_data(G_OBJECT(part), WHY, (gpointer)opening.why);
        g_mime_multipart_add(opening.multipart, part);
    }
    return GMIME_OBJECT(opening.multipart);
}
