/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * winmail.dat, in which Outlook wraps files (MS-OXTNEF): the files inside, and the text for a mail that has
 * no other. It reads lengths before it believes them and copies only what it returns; libytnef does neither,
 * and writes to standard output. Rich text (RTF) is tnef_rtf.c's; which of the files are accepted is
 * desk/files.c's business.
 */
#include "parse/internal.h"

#include <string.h>

#define FILES_MAX 500
/* Mails inside mails; Outlook forwards them so. */
#define DEPTH_MAX 4

/* Attributes: the ids of MS-OXTNEF section 2.1.3. */
enum {
    ATT_BODY = 0x0002800c,
    ATT_ATTACH_DATA = 0x0006800f,
    ATT_ATTACH_TITLE = 0x00018010,
    ATT_ATTACH_RENDERING = 0x00069002,
    ATT_PROPERTIES = 0x00069003,
    ATT_ATTACHMENT = 0x00069005,
    ATT_CODEPAGE = 0x00069007,
};

/* Properties (MS-OXPROPS), and the types of their values (MS-OXCDATA section 2.11.1). */
enum {
    PR_SUBJECT = 0x0037,
    PR_BODY = 0x1000,
    PR_RTF_COMPRESSED = 0x1009,
    PR_BODY_HTML = 0x1013,
    PR_DISPLAY_NAME = 0x3001,
    PR_ATTACH_DATA = 0x3701,
    PR_ATTACH_FILENAME = 0x3704,
    PR_ATTACH_LONG_FILENAME = 0x3707,
    PR_ATTACH_MIME_TAG = 0x370e,
    PR_ATTACH_CONTENT_ID = 0x3712,
};
enum {
    PT_OBJECT = 0x0d,
    PT_STRING8 = 0x1e,
    PT_UNICODE = 0x1f,
    PT_BINARY = 0x102,
    PT_MANY = 0x1000
};

/* What is left to be read. */
typedef struct {
    const guint8 *at;
    gsize left;
} Cursor;

static gboolean take(Cursor *cursor, gsize size, const guint8 **bytes)
{
    if (size > cursor->left)
        return FALSE;
    *bytes = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return TRUE;
}

static gboolean take_number(Cursor *cursor, guint size, guint32 *number)
{
    const guint8 *bytes;
    if (!take(cursor, size, &bytes))
        return FALSE;
    *number = 0;
    for (guint i = 0; i < size; i++)
        *number |= (guint32)bytes[i] << (8 * i);
    return TRUE;
}

/* One value of a property, where it stands. */
typedef struct {
    guint type; /* 0: it was not there */
    const guint8 *bytes;
    gsize length;
} Value;

/* One message, or one file of it, while its attributes are read. */
typedef struct {
    Value title, data, body, rtf, html, subject, display, filename, long_filename, mime, content_id;
} Draft;

static Value *place_of(Draft *draft, guint32 id)
{
    switch (id) {
    case PR_SUBJECT:
        return &draft->subject;
    case PR_BODY:
        return &draft->body;
    case PR_RTF_COMPRESSED:
        return &draft->rtf;
    case PR_BODY_HTML:
        return &draft->html;
    case PR_DISPLAY_NAME:
        return &draft->display;
    case PR_ATTACH_DATA:
        return &draft->data;
    case PR_ATTACH_FILENAME:
        return &draft->filename;
    case PR_ATTACH_LONG_FILENAME:
        return &draft->long_filename;
    case PR_ATTACH_MIME_TAG:
        return &draft->mime;
    case PR_ATTACH_CONTENT_ID:
        return &draft->content_id;
    default:
        return NULL;
    }
}

static gboolean is_long(guint type)
{
    return type == PT_OBJECT || type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY;
}

/* Bytes of a value of a fixed TYPE; 0: no such type. */
static gsize fixed_size(guint type)
{
    static const struct {
        guint type;
        gsize size;
    } sizes[] = {{0x02, 4}, {0x03, 4}, {0x04, 4}, {0x0a, 4}, {0x0b, 4}, {0x05, 8},
                 {0x06, 8}, {0x07, 8}, {0x14, 8}, {0x40, 8}, {0x48, 16}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        if (sizes[i].type == type)
            return sizes[i].size;
    return 0;
}

/* The name of a named property (MS-OXTNEF section 2.1.3.4): a number, or words. */
static gboolean skip_name(Cursor *cursor)
{
    const guint8 *skipped;
    guint32 kind, length;
    if (!take(cursor, 16, &skipped) || !take_number(cursor, 4, &kind) || !take_number(cursor, 4, &length))
        return FALSE;
    return kind == 0 || (length < G_MAXINT32 && take(cursor, (length + 3) & ~(gsize)3, &skipped));
}

static gboolean read_value(Cursor *cursor, guint type, Value *value)
{
    guint32 length;
    const guint8 *padding;
    *value = (Value){.type = type};
    if (!is_long(type)) {
        value->length = fixed_size(type);
        return value->length > 0 && take(cursor, value->length, &value->bytes);
    }
    if (!take_number(cursor, 4, &length) || !take(cursor, length, &value->bytes))
        return FALSE;
    value->length = length;
    take(cursor, MIN((4 - length % 4) % 4, cursor->left), &padding);
    return TRUE;
}

/* FALSE where the list ends before it says. */
static gboolean read_properties(Cursor cursor, Draft *draft)
{
    guint32 count, type, id, values;
    if (!take_number(&cursor, 4, &count))
        return FALSE;
    for (guint32 i = 0; i < count; i++) {
        if (!take_number(&cursor, 2, &type) || !take_number(&cursor, 2, &id) ||
            (id >= 0x8000 && !skip_name(&cursor)))
            return FALSE;
        values = 1;
        if (((type & PT_MANY) || is_long(type)) && !take_number(&cursor, 4, &values))
            return FALSE;
        Value *place = type & PT_MANY ? NULL : place_of(draft, id);
        for (guint32 k = 0; k < values; k++) {
            Value value;
            if (!read_value(&cursor, type & ~(guint)PT_MANY, &value))
                return FALSE;
            if (place && !place->type)
                *place = value;
        }
    }
    return TRUE;
}

static char *value_text(const Value *value, const char *charset)
{
    gsize length = value->length;
    guint unit = value->type == PT_UNICODE ? 2 : 1;
    while (length >= unit && !value->bytes[length - 1] && !value->bytes[length - unit])
        length -= unit;
    return ch_text_to_utf8((const char *)value->bytes, length, unit == 2 ? "UTF-16LE" : charset, NULL);
}

/* A container while it is read. */
typedef struct {
    ChTnef *tnef;
    GBytes *whole;
    const guint8 *start;
    char *charset; /* of text that is not Unicode */
    guint depth;
} Reader;

static GBytes *slice(const Reader *reader, const Value *value, gsize skip)
{
    return g_bytes_new_from_bytes(reader->whole, (gsize)(value->bytes - reader->start) + skip,
                                  value->length - skip);
}

static void add(const Reader *reader, char *name, char *type, gboolean is_inline, GBytes *bytes)
{
    ChTnefFile *file = g_new0(ChTnefFile, 1);
    file->name = name ? ch_filename_safe(name) : NULL;
    file->type = type;
    file->is_inline = is_inline;
    file->bytes = bytes;
    g_ptr_array_add(reader->tnef->files, file);
}

static char *body_of(const Draft *message, const char *charset)
{
    g_autofree char *text = message->body.type ? value_text(&message->body, charset) : NULL;
    if (text && !ch_text_is_blank(text))
        return ch_text_clean(g_steal_pointer(&text));
    g_autofree char *html = message->html.type ? value_text(&message->html, charset) : NULL;
    if (html)
        return ch_html_to_text(ch_text_clean(html), strlen(html), NULL);
    return message->rtf.type == PT_BINARY ? ch_tnef_rtf(message->rtf.bytes, message->rtf.length) : NULL;
}

static void read_container(Reader *outer, Cursor cursor, const char *title);

/* One file is complete. A mail as a file gives its files and, as "its subject.txt", its words. */
static void finish_file(Reader *reader, const Draft *draft)
{
    if (reader->tnef->files->len >= FILES_MAX) {
        reader->tnef->whole = FALSE;
        return;
    }
    const Value *named = draft->long_filename.type ? &draft->long_filename
                         : draft->filename.type    ? &draft->filename
                         : draft->title.type       ? &draft->title
                                                   : &draft->display;
    g_autofree char *name = named->type ? value_text(named, reader->charset) : NULL;
    if (draft->data.type == PT_OBJECT && draft->data.length > 16) {
        g_autofree char *title = draft->display.type ? value_text(&draft->display, reader->charset) : NULL;
        read_container(reader, (Cursor){draft->data.bytes + 16, draft->data.length - 16},
                       title ? title : name);
        return;
    }
    g_autofree char *mime = draft->mime.type ? value_text(&draft->mime, reader->charset) : NULL;
    gboolean image = mime && g_str_has_prefix(mime, "image/");
    add(reader, g_steal_pointer(&name), mime ? g_ascii_strdown(mime, -1) : NULL,
        image && draft->content_id.length > 1,
        draft->data.type ? slice(reader, &draft->data, 0) : g_bytes_new(NULL, 0));
}

static void finish_message(Reader *reader, const Draft *message, const char *title)
{
    char *text = body_of(message, reader->charset);
    if (!text || reader->depth <= 1) {
        g_free(reader->tnef->text);
        reader->tnef->text = text;
        return;
    }
    g_autofree char *subject = message->subject.type ? value_text(&message->subject, reader->charset) : NULL;
    const char *base = subject && *subject ? subject : title ? title : "mail";
    char *name = g_strdelimit(g_strconcat(base, ".txt", NULL), "/\\", '-');
    gsize length = strlen(text);
    if (reader->tnef->files->len < FILES_MAX)
        add(reader, name, g_strdup("text/plain"), FALSE, g_bytes_new_take(text, length));
}

static void take_attribute(Reader *reader, guint32 id, const Value *value, Draft *message, Draft **file,
                           Draft *next)
{
    Cursor inner = {value->bytes, value->length};
    guint32 codepage;
    if (id == ATT_ATTACH_RENDERING) {
        if (*file)
            finish_file(reader, *file);
        *next = (Draft){0};
        *file = next;
    } else if (id == ATT_CODEPAGE && take_number(&inner, 4, &codepage) && codepage < 100000) {
        g_free(reader->charset);
        reader->charset = codepage == 65001 ? g_strdup("utf-8") : g_strdup_printf("cp%u", (guint)codepage);
    } else if (id == ATT_PROPERTIES && !read_properties(inner, message)) {
        reader->tnef->whole = FALSE;
    } else if (id == ATT_BODY && !message->body.type) {
        message->body = *value;
    } else if (*file && id == ATT_ATTACH_TITLE) {
        (*file)->title = *value;
    } else if (*file && id == ATT_ATTACH_DATA && !(*file)->data.type) {
        (*file)->data = *value;
    } else if (*file && id == ATT_ATTACHMENT) {
        Draft properties = **file;
        properties.data = (Value){0};
        if (!read_properties(inner, &properties))
            reader->tnef->whole = FALSE;
        /* The data stand outside of the properties, unless it is a mail. */
        if (properties.data.type != PT_OBJECT && (*file)->data.type)
            properties.data = (*file)->data;
        **file = properties;
    }
}

/* Reads the attributes of one container. OUTER: the one around it, or the first reader. */
static void read_container(Reader *outer, Cursor cursor, const char *title)
{
    Reader reader = *outer;
    reader.charset = g_strdup(outer->charset);
    Draft message = {0}, next, *file = NULL;
    guint32 signature, key, level, id, length, checksum;
    gboolean good = reader.depth++ < DEPTH_MAX && take_number(&cursor, 4, &signature) &&
                    signature == CH_TNEF_SIGNATURE && take_number(&cursor, 2, &key);
    while (good && cursor.left > 0) {
        Value value = {.type = PT_STRING8};
        good = take_number(&cursor, 1, &level) && take_number(&cursor, 4, &id) &&
               take_number(&cursor, 4, &length) && take(&cursor, length, &value.bytes);
        if (!good)
            break;
        value.length = length;
        take_number(&cursor, (guint)MIN(2, cursor.left), &checksum);
        take_attribute(&reader, id, &value, &message, &file, &next);
    }
    if (file && (good || file->data.type)) /* where the data are cut off, nothing may pass for the file */
        finish_file(&reader, file);
    reader.tnef->whole = reader.tnef->whole && good;
    finish_message(&reader, &message, title);
    g_free(reader.charset);
}

static void file_free(gpointer data)
{
    ChTnefFile *file = data;
    g_free(file->name);
    g_free(file->type);
    g_bytes_unref(file->bytes);
    g_free(file);
}

ChTnef *ch_tnef_open(GMimeObject *part)
{
    GBytes *whole = g_byte_array_free_to_bytes(ch_part_decode(part, G_MAXUINT / 2, NULL, NULL));
    ChTnef *tnef = g_new0(ChTnef, 1);
    tnef->files = g_ptr_array_new_with_free_func(file_free);
    tnef->whole = TRUE;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(whole, &length);
    Reader reader = {.tnef = tnef, .whole = whole, .start = bytes, .charset = (char *)"windows-1252"};
    read_container(&reader, (Cursor){bytes, length}, NULL);
    g_bytes_unref(whole); /* the files hold their own references */
    return tnef;
}

void ch_tnef_free(ChTnef *tnef)
{
    if (!tnef)
        return;
    g_ptr_array_unref(tnef->files);
    g_free(tnef->text);
    g_free(tnef);
}

gboolean ch_tnef_is(GMimeObject *part)
{
    if (!GMIME_IS_PART(part))
        return FALSE;
    if (ch_walk_is_type(part, "application", "ms-tnef") ||
        ch_walk_is_type(part, "application", "vnd.ms-tnef"))
        return TRUE;
    g_autofree char *name = ch_part_filename(part, NULL);
    return name && (!g_ascii_strcasecmp(name, "winmail.dat") || !g_ascii_strcasecmp(name, "win.dat"));
}

GBytes *ch_tnef_cut(GMimeObject *part, const char *number)
{
    g_autoptr(ChTnef) tnef = ch_tnef_is(part) ? ch_tnef_open(part) : NULL;
    guint64 index;
    if (!tnef || !g_ascii_string_to_unsigned(number, 10, 1, MAX(tnef->files->len, 1), &index, NULL) ||
        tnef->files->len == 0)
        return NULL;
    return g_bytes_ref(((ChTnefFile *)g_ptr_array_index(tnef->files, (guint)index - 1))->bytes);
}
