/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a file: the best of those that its part gives, made safe, or one made for it. How a name is
 * read out of a header field is parameter.c's business, whether the file is accepted desk/files.c's.
 */
#include "parse/internal.h"

#include <string.h>

#define NAME_MAX_BYTES      180
#define EXTENSION_MAX_BYTES 16
#define DESCRIPTION_MAX     120

/* ---- safe ---- */

/* Characters that are not seen and change how the name around them is read; those of emoji and of Persian
 * and Indian scripts (U+200C, U+200D) stay. Those that turn the order of reading are out already. */
static gboolean is_invisible(gunichar c)
{
    return c == 0x00ad || c == 0x061c || c == 0x180e || c == 0x200b || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x2029) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0001 && c <= 0xe007f);
}

static void drop_invisible(char *name)
{
    char *to = name;
    for (const char *at = name; *at;) {
        const char *next = g_utf8_next_char(at);
        if (!is_invisible(g_utf8_get_char(at))) {
            memmove(to, at, (gsize)(next - at));
            to += next - at;
        }
        at = next;
    }
    *to = '\0';
}

/* Windows opens a device for these names, whatever the extension. */
static gboolean is_device(const char *name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"};
    gsize length = strcspn(name, ".");
    while (length > 0 && name[length - 1] == ' ')
        length--;
    for (guint i = 0; i < G_N_ELEMENTS(devices); i++)
        if (length == strlen(devices[i]) && !g_ascii_strncasecmp(name, devices[i], length))
            return TRUE;
    if (length < 4 || (g_ascii_strncasecmp(name, "com", 3) && g_ascii_strncasecmp(name, "lpt", 3)))
        return FALSE;
    gunichar digit = g_utf8_get_char(name + 3); /* superscripts count there too */
    return g_utf8_next_char(name + 3) == name + length &&
           ((digit >= '0' && digit <= '9') || digit == 0xb9 || digit == 0xb2 || digit == 0xb3);
}

/* What stands after the last separator that anything stands after, and after a drive. */
static const char *without_path(char *name)
{
    gsize length = strlen(name);
    while (length > 0 && strchr("/\\ ", name[length - 1]))
        name[--length] = '\0';
    const char *start = name;
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            start = at + 1;
    if (g_ascii_isalpha(start[0]) && start[1] == ':' && start[2])
        start += 2;
    return start + strspn(start, ". ");
}

/* NAME without path, controls or leading dots, bounded; the extension survives the cut. NULL where nothing is
 * left. Free with g_free. */
static char *safe_name(const char *name)
{
    g_autofree char *whole = ch_text_one_line(g_strdup(name));
    drop_invisible(whole);
    g_autofree char *safe = g_strdup(without_path(g_strstrip(whole)));
    gsize length = strlen(safe);
    while (length > 0 && (safe[length - 1] == '.' || safe[length - 1] == ' '))
        safe[--length] = '\0';
    if (ch_text_is_blank(safe))
        return NULL;
    if (length > NAME_MAX_BYTES) {
        const char *dot = strrchr(safe, '.');
        g_autofree char *extension = g_strdup(dot && strlen(dot) <= EXTENSION_MAX_BYTES ? dot : "");
        ch_text_cut(safe, NAME_MAX_BYTES - strlen(extension));
        return g_strconcat(safe, extension, NULL);
    }
    return is_device(safe) ? g_strconcat("_", safe, NULL) : g_steal_pointer(&safe);
}

/* ---- the best of several ---- */

/* How much of a name has come through: programs that could not write it put other characters there, or cut
 * it. */
static guint score(const char *name)
{
    guint points = 1;
    if (!strstr(name, "\xef\xbf\xbd") && !strstr(name, "??") && !strstr(name, "=?"))
        points += 2;
    return points + (ch_file_extension(name) != NULL);
}

/* The texts of PARAMETER of all the header fields called FIELD of PART, appended to NAMES. */
static void read_field(GMimeObject *part, const char *field, const char *parameter, const char *charset,
                       GPtrArray *names)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(part);
    int count = g_mime_header_list_get_count(headers);
    for (int i = 0; i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
        const char *raw = g_mime_header_get_raw_value(header);
        if (raw && !g_ascii_strcasecmp(g_mime_header_get_name(header), field))
            ch_parameter_read(raw, parameter, charset, names);
    }
}

char *ch_filename_given(GMimeObject *part, const char *charset)
{
    const char *own = g_mime_object_get_content_type_parameter(part, "charset");
    if (own && *own)
        charset = own;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    read_field(part, "Content-Disposition", "filename", charset, names);
    read_field(part, "Content-Type", "name", charset, names);
    read_field(part, "Content-Disposition", "name", charset, names);
    read_field(part, "Content-Type", "filename", charset, names);
    guint best = 0;
    char *chosen = NULL;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        guint points = score(name);
        char *safe = points > best ? safe_name(name) : NULL;
        if (!safe)
            continue;
        best = points;
        g_free(chosen);
        chosen = safe;
    }
    return chosen;
}

/* ---- where there is none ---- */

static const char *extension_of_type(const char *type)
{
    static const char *const known[][2] = {
        {"text/plain", ".txt"},
        {"text/html", ".html"},
        {"text/calendar", ".ics"},
        {"text/csv", ".csv"},
        {"text/vcard", ".vcf"},
        {"text/x-vcard", ".vcf"},
        {"image/png", ".png"},
        {"image/jpeg", ".jpg"},
        {"image/jpg", ".jpg"},
        {"image/gif", ".gif"},
        {"image/bmp", ".bmp"},
        {"image/svg+xml", ".svg"},
        {"image/tiff", ".tif"},
        {"application/pdf", ".pdf"},
        {"application/zip", ".zip"},
        {"application/gzip", ".gz"},
        {"application/xml", ".xml"},
        {"text/xml", ".xml"},
        {"application/json", ".json"},
        {"message/rfc822", ".eml"},
        {"message/global", ".eml"},
        {"application/pgp-signature", ".asc"},
        {"application/pkcs7-signature", ".p7s"},
        {"application/x-pkcs7-signature", ".p7s"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (!strcmp(type, known[i][0]))
            return known[i][1];
    if (g_str_has_prefix(type, "message/") || g_str_has_prefix(type, "text/"))
        return ".txt";
    return ".bin";
}

/* The decoded value of a field of OBJECT; NULL where there is none or it says nothing. Free with g_free. */
static char *header_text(GMimeObject *object, const char *name)
{
    GMimeHeaderList *headers = object ? g_mime_object_get_header_list(object) : NULL;
    GMimeHeader *header = headers ? g_mime_header_list_get_header(headers, name) : NULL;
    const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
    char *text = raw ? ch_words_decode(raw, strlen(raw)) : NULL;
    if (text && ch_text_is_blank(text))
        g_clear_pointer(&text, g_free);
    return text;
}

/* TITLE as a name with EXTENSION; what parts a path elsewhere is a dash here. */
static char *titled_name(const char *title, const char *extension)
{
    g_autofree char *flat = g_strdelimit(g_strdup(title), "/\\", '-');
    g_strstrip(flat);
    gsize length = strlen(flat), tail = strlen(extension);
    if (length > tail && !g_ascii_strcasecmp(flat + length - tail, extension))
        flat[length - tail] = '\0';
    g_autofree char *safe = safe_name(flat);
    g_autofree char *whole = safe ? g_strconcat(safe, extension, NULL) : NULL;
    return whole ? safe_name(whole) : NULL;
}

/* The end of a Content-Location (RFC 2557), or the beginning of a Content-ID, which Outlook makes of the
 * name: where it has an extension, it is one. */
static char *name_in_reference(GMimeObject *part)
{
    g_autofree char *location = header_text(part, "Content-Location");
    if (location) {
        location[strcspn(location, "?#")] = '\0';
        g_autofree char *decoded = g_uri_unescape_string(location, NULL);
        char *name = safe_name(decoded && g_utf8_validate(decoded, -1, NULL) ? decoded : location);
        if (name && ch_file_extension(name))
            return name;
        g_free(name);
    }
    g_autofree char *id = header_text(part, "Content-ID");
    if (!id)
        return NULL;
    char *start = *id == '<' ? id + 1 : id;
    start[strcspn(start, "@>")] = '\0';
    return ch_file_extension(start) ? safe_name(start) : NULL;
}

char *ch_filename_of(GMimeObject *part, const char *type, const char *number, const char *charset)
{
    char *name = ch_filename_given(part, charset);
    if (name)
        return name;
    const char *extension = extension_of_type(type);
    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        g_autofree char *subject = message ? header_text(GMIME_OBJECT(message), "Subject") : NULL;
        name = subject ? titled_name(subject, extension) : NULL;
    }
    if (name || (name = name_in_reference(part)))
        return name;
    g_autofree char *description = header_text(part, "Content-Description");
    if (description && strlen(description) <= DESCRIPTION_MAX)
        name = ch_file_extension(description) ? safe_name(description) : titled_name(description, extension);
    return name ? name : g_strdup_printf("part-%s%s", number, extension);
}
