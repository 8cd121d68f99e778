/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The structure of a winmail.dat checked (MS-OXTNEF sections 2.1.3 and 2.1.3.4), and what is wanted of it
 * copied into a stream of our own making. What the values mean is tnef.c's business.
 */
#include "parse/tnef_private.h"

#include <string.h>

#define SIGNATURE      0x223e9f78u
#define PROPERTIES_MAX 2000 /* of one block */

/* The numbers of attributes, and how a reduced stream tags them. */
enum {
    BODY = 0x0002800c,
    FILE_DATA = 0x0006800f,
    FILE_TITLE = 0x00018010,
    FILE_BEGIN = 0x00069002,
    PROPERTIES = 0x00069003,
    FILE_PROPERTIES = 0x00069005,
    CODE_PAGE = 0x00069007,
};
#define NUMBER(attribute) ((guint)(attribute)&0xffff)

enum {
    LEVEL_MESSAGE = 1,
    LEVEL_FILE = 2
};

/* Bytes still to be read; a read past the end makes it bad, and all further ones give 0. */
typedef struct {
    const guint8 *at;
    gsize left;
    gboolean bad;
} Input;

typedef struct {
    const guint8 *bytes; /* NULL: there is none */
    gsize length;
} Field;

typedef struct {
    GByteArray *out;
    guint files, files_max;
    gboolean in_file;
    Field code_page, body, properties;
    Field title, data, file_properties; /* of the file that is being read */
    const char *why;
} Reduction;

static const guint8 *take(Input *input, gsize length)
{
    if (input->bad || length > input->left) {
        input->bad = TRUE;
        return NULL;
    }
    const guint8 *taken = input->at;
    input->at += length;
    input->left -= length;
    return taken;
}

static guint32 take_number(Input *input, guint size)
{
    const guint8 *bytes = take(input, size);
    guint32 number = 0;
    for (guint i = size; bytes && i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

static void put_number(GByteArray *out, guint32 number, guint size)
{
    for (guint i = 0; i < size; i++, number >>= 8) {
        guint8 byte = (guint8)number;
        g_byte_array_append(out, &byte, 1);
    }
}

static guint16 checksum(const guint8 *bytes, gsize length)
{
    guint sum = 0;
    for (gsize i = 0; i < length; i++)
        sum += bytes[i];
    return (guint16)sum;
}

static void put_attribute(GByteArray *out, guint8 level, guint32 attribute, Field field)
{
    if (field.length == 0)
        return;
    put_number(out, level, 1);
    put_number(out, attribute, 4);
    put_number(out, (guint32)field.length, 4);
    g_byte_array_append(out, field.bytes, (guint)field.length);
    put_number(out, checksum(field.bytes, field.length), 2);
}

/* ---- properties ---- */

typedef struct {
    guint number, type;
    Field value; /* of a long, its four bytes */
} Property;

/* Bytes of a value of TYPE; 0: it says so itself; -1: there is no such type in a stream. */
static int type_size(guint type)
{
    switch (type) {
    case 0x0002: /* a short, a boolean: padded */
    case 0x0003:
    case 0x0004:
    case 0x000a:
    case 0x000b:
        return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
        return 8;
    case 0x0048:
        return 16;
    case 0x000d:
    case 0x001e:
    case 0x001f:
    case 0x0102:
        return 0;
    default:
        return -1;
    }
}

static gboolean is_wanted(guint number, guint type)
{
    static const guint wanted[] = {
        CH_TNEF_SUBJECT,    CH_TNEF_SENDER_NAME, CH_TNEF_SENDER_ADDRESS, CH_TNEF_BODY,      CH_TNEF_HTML,
        CH_TNEF_RTF,        CH_TNEF_DATA,        CH_TNEF_NAME,           CH_TNEF_LONG_NAME, CH_TNEF_MIME_TYPE,
        CH_TNEF_CONTENT_ID, CH_TNEF_FLAGS,       CH_TNEF_CODE_PAGE};
    gboolean is_long = number == CH_TNEF_FLAGS || number == CH_TNEF_CODE_PAGE;
    if (is_long ? type != 0x0003 : type_size(type) != 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (wanted[i] == number)
            return TRUE;
    return FALSE;
}

static Field take_value(Input *input, int size)
{
    gsize length = size > 0 ? (gsize)size : take_number(input, 4);
    Field value = {take(input, length), length};
    if (size == 0 && length % 4)
        take(input, MIN(input->left, 4 - length % 4)); /* some writers do not pad the last one */
    return value;
}

/* The name of a property that has one of its own (MS-OXTNEF section 2.1.3.4.1). */
static void skip_name(Input *input)
{
    take(input, 16);
    if (take_number(input, 4) == 0) {
        take(input, 4);
        return;
    }
    take_value(input, 0);
}

static Property take_property(Input *input)
{
    guint32 tag = take_number(input, 4);
    Property property = {.number = tag >> 16, .type = tag & 0xefff};
    gboolean many = (tag & 0x1000) != 0;
    int size = type_size(property.type);
    if (property.number >= 0x8000)
        skip_name(input);
    guint32 count = many || size == 0 ? take_number(input, 4) : 1;
    if (size < 0 || (!many && count != 1))
        input->bad = TRUE;
    for (guint32 i = 0; i < count && !input->bad; i++)
        property.value = take_value(input, size);
    if (many || input->bad)
        property.number = 0;
    return property;
}

static void put_property(GByteArray *out, const Property *property)
{
    gboolean is_long = property->type == 0x0003;
    guint type = property->type == 0x001f   ? CH_TNEF_UTF16
                 : property->type == 0x000d ? CH_TNEF_BINARY
                                            : property->type;
    put_number(out, property->number << 16 | type, 4);
    if (!is_long) {
        put_number(out, 1, 4);
        put_number(out, (guint32)property->value.length, 4);
    }
    g_byte_array_append(out, property->value.bytes, (guint)property->value.length);
    put_number(out, 0, (4 - property->value.length % 4) % 4);
}

/* The wanted ones of a block, each once. FALSE where it is broken: what was read before is there. */
static gboolean put_properties(GByteArray *out, guint8 level, guint32 attribute, Field block)
{
    Input input = {block.bytes, block.length, FALSE};
    g_autoptr(GByteArray) reduced = g_byte_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    guint32 count = block.bytes ? take_number(&input, 4) : 0;
    if (count > PROPERTIES_MAX)
        input.bad = TRUE;
    put_number(reduced, 0, 4);
    for (guint32 i = 0; i < count && !input.bad; i++) {
        Property property = take_property(&input);
        if (!is_wanted(property.number, property.type) || property.value.length == 0 ||
            !g_hash_table_add(seen, GUINT_TO_POINTER(property.number)))
            continue;
        put_property(reduced, &property);
    }
    guint kept = g_hash_table_size(seen);
    reduced->data[0] = (guint8)kept;
    if (kept > 0)
        put_attribute(out, level, attribute, (Field){reduced->data, reduced->len});
    return !input.bad;
}

/* ---- attributes ---- */

static void end_file(Reduction *r)
{
    if (!r->in_file)
        return;
    static const guint8 rendering[14];
    put_attribute(r->out, LEVEL_FILE, FILE_BEGIN, (Field){rendering, sizeof(rendering)});
    put_attribute(r->out, LEVEL_FILE, FILE_TITLE, r->title);
    put_attribute(r->out, LEVEL_FILE, FILE_DATA, r->data);
    if (!put_properties(r->out, LEVEL_FILE, FILE_PROPERTIES, r->file_properties))
        r->why = "what it says of a file is damaged";
    r->title = r->data = r->file_properties = (Field){0};
    r->in_file = FALSE;
}

static void keep(Field *field, Field value)
{
    if (!field->bytes)
        *field = value;
}

static void read_of_message(Reduction *r, guint number, Field value)
{
    if (number == NUMBER(CODE_PAGE) && value.length >= 4)
        keep(&r->code_page, value);
    else if (number == NUMBER(BODY))
        keep(&r->body, value);
    else if (number == NUMBER(PROPERTIES))
        keep(&r->properties, value);
}

/* FALSE where there are more files than may be. */
static gboolean read_of_file(Reduction *r, guint number, Field value)
{
    if (number == NUMBER(FILE_BEGIN)) {
        end_file(r);
        r->in_file = r->files < r->files_max;
        r->files += r->in_file;
        if (!r->in_file)
            r->why = "it holds too many files";
        return r->in_file;
    }
    if (!r->in_file)
        return TRUE;
    if (number == NUMBER(FILE_TITLE))
        keep(&r->title, value);
    else if (number == NUMBER(FILE_DATA))
        keep(&r->data, value);
    else if (number == NUMBER(FILE_PROPERTIES))
        keep(&r->file_properties, value);
    return TRUE;
}

/* FALSE at the end, and where what follows cannot be read. */
static gboolean read_attribute(Reduction *r, Input *input)
{
    enum {
        OVERHEAD = 11
    };
    if (input->left < OVERHEAD)
        return FALSE; /* line ends that came with the encoding */
    guint32 level = take_number(input, 1);
    guint number = take_number(input, 4) & 0xffff;
    gsize length = take_number(input, 4);
    Field value = {take(input, length), length};
    guint32 sum = take_number(input, 2);
    gboolean bad = input->bad || length > G_MAXINT || (level != LEVEL_MESSAGE && level != LEVEL_FILE);
    if (bad || sum != checksum(value.bytes, value.length)) {
        r->why = bad ? "it is damaged or was cut off" : "it is damaged: a checksum is wrong";
        r->in_file = r->in_file && (r->data.bytes || r->file_properties.bytes);
        return FALSE;
    }
    if (level == LEVEL_FILE)
        return read_of_file(r, number, value);
    read_of_message(r, number, value);
    return TRUE;
}

GByteArray *ch_tnef_reduce(const guint8 *bytes, gsize length, guint files_max, const char **why)
{
    Input input = {bytes, length, FALSE};
    if (take_number(&input, 4) != SIGNATURE)
        return NULL;
    take_number(&input, 2); /* a key, which nobody uses */
    Reduction r = {.out = g_byte_array_new(), .files_max = files_max};
    put_number(r.out, SIGNATURE, 4);
    put_number(r.out, 1, 2);
    if (input.bad)
        r.why = "it is damaged or was cut off";
    while (!input.bad && read_attribute(&r, &input))
        ;
    end_file(&r);
    put_attribute(r.out, LEVEL_MESSAGE, CODE_PAGE, r.code_page);
    put_attribute(r.out, LEVEL_MESSAGE, BODY, r.body);
    put_properties(r.out, LEVEL_MESSAGE, PROPERTIES, r.properties);
    *why = r.why;
    return r.out;
}
