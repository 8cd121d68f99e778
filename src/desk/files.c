/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The policy for files: by name, by content, by size, number and sum. What a file's name and content are was
 * found by parse/; how a refusal is said to people is compose/'s business.
 */
#include "desk/files.h"

#include <string.h>

/* What a type by content means, as the extension that stands for it among those that are configured. */
static const struct {
    const char *type, *extension;
} contents[] = {
    {"application/pdf", "pdf"},
    {"application/x-tar", "tar"},
    {"application/gzip", "gz"},
    {"application/x-gzip", "gz"},
    {"image/bmp", "bmp"},
    {"image/x-ms-bmp", "bmp"},
    {"image/gif", "gif"},
    {"image/jpeg", "jpg"},
    {"image/png", "png"},
    {"image/apng", "png"},
    {"image/vnd.mozilla.apng", "png"},
    {"application/zip", "zip"},
    {"image/webp", "webp"},
    {"image/tiff", "tif"},
    {"image/heic", "heic"},
    {"image/heif", "heic"},
    {"image/svg+xml", "svg"},
    {"text/html", "html"},
    {"text/xml", "xml"},
    {"application/xml", "xml"},
    {"text/csv", "csv"},
    {"text/rtf", "rtf"},
    {"application/rtf", "rtf"},
    {"text/calendar", "ics"},
    {"text/vcard", "vcf"},
    {"text/x-vcard", "vcf"},
    {"message/rfc822", "eml"},
    {"application/json", "json"},
    {"application/postscript", "ps"},
    {"application/msword", "doc"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.ms-powerpoint", "ppt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/vnd.oasis.opendocument.text", "odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ods"},
    {"application/x-7z-compressed", "7z"},
    {"application/x-rar", "rar"},
    {"application/vnd.rar", "rar"},
    {"application/x-bzip2", "bz2"},
    {"application/x-xz", "xz"},
    {"application/zstd", "zst"},
    {"audio/mpeg", "mp3"},
    {"audio/ogg", "ogg"},
    {"audio/x-wav", "wav"},
    {"audio/x-m4a", "m4a"},
    {"audio/amr", "amr"},
    {"video/mp4", "mp4"},
    {"video/3gpp", "3gp"},
    {"video/quicktime", "mov"},
    {"video/x-msvideo", "avi"},
    {"application/x-dosexec", "exe"},
    {"application/vnd.microsoft.portable-executable", "exe"},
};

/* Extensions that mean the same. */
static const struct {
    const char *extension, *same;
} synonyms[] = {
    {"jpeg", "jpg"}, {"jpe", "jpg"},  {"jfif", "jpg"}, {"pjpeg", "jpg"}, {"apng", "png"},  {"dib", "bmp"},
    {"tiff", "tif"}, {"htm", "html"}, {"gzip", "gz"},  {"text", "txt"},  {"heif", "heic"},
};

static const char *plain_extension(const char *extension)
{
    for (guint i = 0; i < G_N_ELEMENTS(synonyms); i++)
        if (!strcmp(extension, synonyms[i].extension))
            return synonyms[i].same;
    return extension;
}

/* EXTENSION in lower case. */
static gboolean is_accepted(const ChDepartmentConfig *department, const char *extension)
{
    const char *plain = plain_extension(extension);
    for (char **type = department->attachment_types; type && *type; type++)
        if (!strcmp(*type, extension) || !strcmp(plain_extension(*type), plain))
            return TRUE;
    return !strcmp(extension, "tgz") && is_accepted(department, "tar") && is_accepted(department, "gz");
}

/* NULL where the table does not know TYPE. */
static const char *extension_of(const char *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++)
        if (!strcmp(type, contents[i].type))
            return contents[i].extension;
    return NULL;
}

static gboolean is_one_of(const char *word, const char *const *words)
{
    return word && g_strv_contains(words, word);
}

/* Documents that are zip archives inside, or the container of old Office files, may be told by that alone. */
static gboolean is_container(const char *type)
{
    static const char *const types[] = {"application/zip",           "application/x-ole-storage",
                                        "application/cdfv2",         "application/gzip",
                                        "application/x-gzip",        "text/xml",
                                        "application/xml",           "application/encrypted",
                                        "application/cdfv2-corrupt", NULL};
    return g_strv_contains(types, type);
}

/* Archives, pictures and PDF are what their first bytes say; other formats are told less surely, and a
 * container only says what they are made of. */
static gboolean is_exact(const char *extension)
{
    static const char *const exact[] = {"pdf", "tar", "gz", "bmp", "gif", "jpg", "png",  "zip",
                                        "tgz", "tif", "7z", "rar", "bz2", "xz",  "webp", NULL};
    return is_one_of(plain_extension(extension), exact);
}

/* Any words are text, whatever they are about: a program's source, a letter, a table. */
static gboolean is_textual(const char *type)
{
    static const char *const others[] = {
        "application/json",     "application/javascript",    "application/x-ndjson",
        "application/xml",      "application/x-setupscript", "application/x-wine-extension-ini",
        "application/pgp-keys", "application/pgp-signature", "application/x-subrip",
        "image/svg+xml",        "application/pgp-encrypted", NULL};
    return g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "message/") ||
           g_strv_contains(others, type);
}

static gboolean is_text_name(const char *extension)
{
    static const char *const names[] = {"txt", "csv", "log", "md", "xml", "html", "json", "ini", NULL};
    return is_one_of(plain_extension(extension), names);
}

/* Whether a file of this content may go by an accepted name with EXTENSION. */
static gboolean fits(const ChDepartmentConfig *department, const char *type, const char *extension)
{
    const char *known = extension_of(type);
    if (known && (!strcmp(known, plain_extension(extension)) || is_accepted(department, known)))
        return TRUE;
    if (is_text_name(extension))
        return is_textual(type);
    /* An office document is a zip archive too. */
    if (!strcmp(extension, "zip"))
        return g_str_has_prefix(type, "application/vnd.openxmlformats-") ||
               g_str_has_prefix(type, "application/vnd.oasis.") || !strcmp(type, "application/epub+zip") ||
               !strcmp(type, "application/java-archive");
    if (!strcmp(extension, "tgz"))
        return known && !strcmp(known, "gz");
    static const char *const programs[] = {"application/x-executable",
                                           "application/x-pie-executable",
                                           "application/x-sharedlib",
                                           "application/x-mach-binary",
                                           "application/x-msi",
                                           "text/x-shellscript",
                                           NULL};
    return !is_exact(extension) && (is_container(type) || (!known && !g_strv_contains(programs, type)));
}

/* Why not, by name and content; NULL where nothing is against it. */
static char *refuse_type(const ChDepartmentConfig *department, const ChAttachment *file)
{
    const char *dot = ch_file_extension(file->name);
    g_autofree char *extension = dot ? g_ascii_strdown(dot, -1) : NULL;
    const char *type = file->content_type;
    const char *known = *type ? extension_of(type) : NULL;
    if (!extension)
        return known && is_accepted(department, known) ? NULL
               : *type ? g_strdup_printf(CH_REFUSED_TYPE "%s are not accepted", type)
                       : g_strdup(CH_REFUSED_NO_TYPE " that tells its type");
    if (!is_accepted(department, extension))
        return g_strdup_printf(CH_REFUSED_TYPE ".%s are not accepted", extension);
    if (*type && !fits(department, type, extension))
        return g_strdup_printf(CH_REFUSED_CONTENT ".%s, its content is %s, which is not accepted", extension,
                               type);
    return NULL;
}

/* What was accepted so far. */
typedef struct {
    guint count;
    guint64 bytes;
} Taken;

static char *refuse(const ChDepartmentConfig *department, const ChAttachment *file, const Taken *taken)
{
    char *reason = refuse_type(department, file);
    if (reason)
        return reason;
    if (file->size > department->attachment_bytes)
        return g_strdup_printf(CH_REFUSED_SIZE "%" G_GUINT64_FORMAT
                                               " bytes, more than the limit of %" G_GUINT64_FORMAT,
                               file->size, department->attachment_bytes);
    if (!file->is_inline && taken->count >= department->attachments_count)
        return g_strdup_printf(CH_REFUSED_COUNT "%u files in one mail are not accepted",
                               department->attachments_count);
    if (file->size > department->attachments_total - MIN(taken->bytes, department->attachments_total))
        return g_strdup_printf(CH_REFUSED_TOTAL "it is more than the limit of %" G_GUINT64_FORMAT
                                                " bytes for one mail",
                               department->attachments_total);
    return NULL;
}

void ch_files_weigh(const ChDepartmentConfig *department, const GPtrArray *files)
{
    Taken taken = {0};
    for (guint i = 0; i < files->len; i++) {
        ChAttachment *file = g_ptr_array_index(files, i);
        char *reason = refuse(department, file, &taken);
        file->accepted = reason == NULL;
        g_free(file->reason);
        file->reason = reason ? reason : g_strdup("");
        if (!file->accepted)
            continue;
        taken.count += !file->is_inline;
        taken.bytes += file->size;
    }
}
