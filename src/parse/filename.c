/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a file, safe to show and to write. It is the better of the names that the part gives (param.c
 * reads them), else what describes the part, else "part-2.png" by its number and type. What kind of file it
 * is, and whether it is accepted, is decided in attachment.c and desk/files.c.
 */
#include "parse/internal.h"

#include <string.h>

/* Bytes of a name, extension and all: what file systems take, with room for a suffix. */
#define NAME_MAX_BYTES 180
#define EXTENSION_MAX  16

/* Whether NAME is a path, of which only the end is the name. A slash elsewhere is a person's: "Nota 10/2024".
 */
static gboolean is_path(const char *name)
{
    if (strchr("/\\~.", *name) && *name)
        return TRUE;
    if (g_ascii_isalpha(name[0]) && name[1] == ':' && (name[2] == '\\' || name[2] == '/'))
        return TRUE;
    return strstr(name, "../") || strstr(name, "..\\") || strstr(name, "://");
}

/* Takes the folders out of NAME, in place. */
static void drop_path(char *name)
{
    if (is_path(name)) {
        gsize end = strlen(name);
        while (end > 0 && strchr("/\\", name[end - 1]))
            name[--end] = '\0';
        char *start = name + end;
        while (start > name && !strchr("/\\", start[-1]))
            start--;
        memmove(name, start, strlen(start) + 1);
    }
    g_strdelimit(name, "/\\", '-');
}

/* CON, NUL, COM1 and the like open devices on Windows, whatever their extension. */
static gboolean is_device(const char *name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$", NULL};
    g_autofree char *base = g_strndup(name, strcspn(name, "."));
    g_autofree char *lower = g_ascii_strdown(g_strchomp(base), -1);
    if (g_strv_contains(devices, lower))
        return TRUE;
    return strlen(lower) == 4 && (g_str_has_prefix(lower, "com") || g_str_has_prefix(lower, "lpt")) &&
           g_ascii_isdigit(lower[3]);
}

/* NAME within NAME_MAX_BYTES, its extension kept. Takes NAME. */
static char *bounded(char *name)
{
    if (strlen(name) <= NAME_MAX_BYTES)
        return name;
    const char *dot = strrchr(name, '.');
    g_autofree char *extension = g_strdup(dot && strlen(dot) <= EXTENSION_MAX ? dot : "");
    ch_text_cut(name, NAME_MAX_BYTES - strlen(extension));
    char *cut = g_strconcat(name, extension, NULL);
    g_free(name);
    return cut;
}

char *ch_filename_safe(char *name)
{
    ch_text_one_line(name);
    g_strstrip(name);
    drop_path(name);
    char *start = name + strspn(name, ". ");
    memmove(name, start, strlen(start) + 1);
    for (gsize length = strlen(name); length > 0 && strchr(". ", name[length - 1]);)
        name[--length] = '\0';
    if (is_device(name)) {
        char *other = g_strconcat("_", name, NULL);
        g_free(name);
        name = other;
    }
    if (*name)
        return bounded(name);
    g_free(name);
    return NULL;
}

/* How good NAME is, to choose between two: readable first, then with an extension. */
static guint worth(const char *name)
{
    if (!name || !*name)
        return 0;
    gboolean readable = !strstr(name, "\xef\xbf\xbd") && !strstr(name, "??") && !strstr(name, "=?");
    const char *dot = strrchr(name, '.');
    gboolean extension = dot && dot[1] && strlen(dot) <= EXTENSION_MAX;
    return 1 + (readable ? 2 : 0) + (extension ? 1 : 0);
}

char *ch_part_filename(GMimeObject *part, const char *charset)
{
    static const char *const places[][2] = {{"Content-Disposition", "filename"},
                                            {"Content-Type", "name"},
                                            {"Content-Disposition", "name"},
                                            {"Content-Type", "filename"}};
    char *best = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        const char *raw = ch_part_header(part, places[i][0]);
        char *name = raw ? ch_param_read(raw, places[i][1], charset) : NULL;
        if (name && worth(name) > worth(best)) {
            g_free(best);
            best = name;
        } else {
            g_free(name);
        }
    }
    return best;
}

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
        {"image/pjpeg", ".jpg"},
        {"image/gif", ".gif"},
        {"image/bmp", ".bmp"},
        {"image/x-ms-bmp", ".bmp"},
        {"image/webp", ".webp"},
        {"image/svg+xml", ".svg"},
        {"image/tiff", ".tif"},
        {"application/pdf", ".pdf"},
        {"application/zip", ".zip"},
        {"application/gzip", ".gz"},
        {"application/x-gzip", ".gz"},
        {"application/x-tar", ".tar"},
        {"application/xml", ".xml"},
        {"text/xml", ".xml"},
        {"text/rtf", ".rtf"},
        {"application/rtf", ".rtf"},
        {"application/json", ".json"},
        {"application/msword", ".doc"},
        {"application/ms-tnef", ".dat"},
        {"application/vnd.ms-tnef", ".dat"},
        {"message/rfc822", ".eml"},
        {"message/global", ".eml"},
        {"application/pgp-signature", ".asc"},
        {"application/pgp-encrypted", ".asc"},
        {"application/pkcs7-signature", ".p7s"},
        {"application/x-pkcs7-signature", ".p7s"},
        {"application/pkcs7-mime", ".p7m"},
        {"application/x-pkcs7-mime", ".p7m"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (!strcmp(type, known[i][0]))
            return known[i][1];
    if (g_str_has_prefix(type, "message/") || g_str_has_prefix(type, "text/"))
        return ".txt";
    return ".bin";
}

/* The subject of a forwarded mail, or the description of a part (RFC 2045 section 8), as a name. */
static char *described(GMimeObject *part, const char *extension)
{
    GMimeObject *about = part;
    if (GMIME_IS_MESSAGE_PART(part))
        about = GMIME_OBJECT(g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)));
    const char *raw = about ? ch_part_header(about, about == part ? "Content-Description" : "Subject") : NULL;
    char *name = raw ? ch_words_decode(raw, strlen(raw)) : NULL;
    if (!name)
        return NULL;
    g_strdelimit(name, "/\\", '-'); /* no path: a person's words */
    if (!(name = ch_filename_safe(name)))
        return NULL;
    if (worth(name) == 4 && about == part)
        return name;
    char *whole = g_strconcat(name, extension, NULL);
    g_free(name);
    return bounded(whole);
}

/* Outlook makes a Content-ID of the file's name, "image001.png@01D8A9B2.4C5E6F70"; NULL where what stands
 * before the @ does not end in EXTENSION, as other programs' random words do not. */
static char *identified(GMimeObject *part, const char *extension)
{
    const char *id = g_mime_object_get_content_id(part);
    const char *at = id ? strchr(id, '@') : NULL;
    gsize length = at ? (gsize)(at - id) : 0, tail = strlen(extension);
    if (length <= tail || length > NAME_MAX_BYTES || g_ascii_strncasecmp(at - tail, extension, tail))
        return NULL;
    return ch_filename_safe(ch_text_to_utf8(id, length, NULL, NULL));
}

/* A saved page names its pictures by where they were (RFC 2557), "https://www.example/img/logo.png?v=2"; NULL
 * where that does not end in EXTENSION. */
static char *located(GMimeObject *part, const char *extension)
{
    const char *raw = ch_part_header(part, "Content-Location");
    if (!raw)
        return NULL;
    g_autofree char *place = ch_words_decode(raw, strlen(raw));
    place[strcspn(place, "?#")] = '\0';
    const char *slash = strrchr(place, '/');
    g_autofree char *name = g_uri_unescape_string(slash ? slash + 1 : place, NULL);
    gsize length = name ? strlen(name) : 0, tail = strlen(extension);
    if (length <= tail || g_ascii_strcasecmp(name + length - tail, extension))
        return NULL;
    return ch_filename_safe(ch_text_to_utf8(name, length, NULL, NULL));
}

static char *numbered(const char *number, const char *extension)
{
    char *name = g_strdup_printf("part-%s%s", number, extension);
    return g_strdelimit(name, "/", '.');
}

char *ch_filename(GMimeObject *part, const char *number, const char *type, const char *content_type,
                  const char *charset)
{
    char *given = ch_part_filename(part, charset);
    char *name = given ? ch_filename_safe(given) : NULL;
    const char *extension = extension_of_type(type);
    if (!strcmp(extension, ".bin") && *content_type)
        extension = extension_of_type(content_type);
    if (!name)
        name = described(part, extension);
    if (!name)
        name = identified(part, extension);
    if (!name)
        name = located(part, extension);
    return name ? name : numbered(number, extension);
}

char *ch_filename_default(const char *number, const char *type)
{
    return numbered(number, extension_of_type(type));
}
