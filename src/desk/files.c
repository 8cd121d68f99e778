/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The policy of files: by name, by content, by size, and by what a mail has in all. Names and content come
 * from parse/attachment.c and parse/content_type.c; how a refusal is worded for people is compose/view.c's
 * business.
 */
#include "desk/files.h"

#include <string.h>

/* An extension longer than this is none: "Contrato da Sra. Albuquerque". */
#define EXTENSION_MAX 10

/* Spellings of one type; the second column is the one that policies name. */
static const char *const aliases[][2] = {
    {"jpeg", "jpg"},   {"jpe", "jpg"}, {"jfif", "jpg"}, {"dib", "bmp"},  {"tgz", "tar gz"},
    {"taz", "tar gz"}, {"gzip", "gz"}, {"text", "txt"}, {"tiff", "tif"}, {"htm", "html"}};

/* What content each extension may have, as libmagic names it; the first is its own. A name that ends in '*'
 * is the beginning of several. */
static const struct {
    const char *extension;
    const char *contents[6];
} types[] = {
    {"pdf", {"application/pdf"}},
    {"tar", {"application/x-tar", "application/x-gtar", "application/x-ustar"}},
    {"gz", {"application/gzip", "application/x-gzip"}},
    {"bmp", {"image/bmp", "image/x-ms-bmp", "image/x-bmp"}},
    {"gif", {"image/gif"}},
    {"jpg", {"image/jpeg", "image/jpg", "image/pjpeg"}},
    {"png", {"image/png", "image/x-png"}},
    {"zip",
     {"application/zip", "application/x-zip*", "application/vnd.openxmlformats*",
      "application/vnd.oasis.opendocument*", "application/epub+zip", "application/java-archive"}},
    {"txt", {"text/*", "application/json", "application/csv", "message/*", "application/x-ndjson"}},
    {"tif", {"image/tiff"}},
    {"webp", {"image/webp"}},
    {"html", {"text/html"}},
    {"svg", {"image/svg*"}},
    {"rtf", {"text/rtf", "application/rtf"}},
    {"xml", {"text/xml", "application/xml"}},
    {"7z", {"application/x-7z-compressed"}},
    {"rar", {"application/x-rar*", "application/vnd.rar"}},
};

static gboolean starts_as(const char *pattern, const char *content)
{
    gsize length = strlen(pattern);
    return pattern[length - 1] == '*' ? strncmp(pattern, content, length - 1) == 0
                                      : strcmp(pattern, content) == 0;
}

static gboolean may_hold(guint type, const char *content)
{
    for (guint i = 0; i < G_N_ELEMENTS(types[0].contents) && types[type].contents[i]; i++)
        if (starts_as(types[type].contents[i], content))
            return TRUE;
    return FALSE;
}

/* What runs when it is opened. Scripts are text, and known by their names alone. */
static gboolean is_program(const char *content)
{
    static const char *const programs[] = {"application/x-dosexec",
                                           "application/vnd.microsoft.portable-executable",
                                           "application/x-msdownload",
                                           "application/x-executable",
                                           "application/x-pie-executable",
                                           "application/x-sharedlib",
                                           "application/x-object",
                                           "application/x-mach-binary",
                                           "application/x-msi",
                                           "application/x-ms-shortcut",
                                           "application/vnd.android.package-archive",
                                           NULL};
    return g_strv_contains(programs, content);
}

static gboolean has_type(const ChFilePolicy *policy, const char *extension)
{
    return policy->types && g_strv_contains((const char *const *)policy->types, extension);
}

/* Whether policies that name other spellings of EXTENSION, or its parts, accept it. */
static gboolean accepts(const ChFilePolicy *policy, const char *extension)
{
    if (has_type(policy, extension))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(aliases); i++) {
        if (strcmp(aliases[i][1], extension) == 0 && has_type(policy, aliases[i][0]))
            return TRUE;
        if (strcmp(aliases[i][0], extension) != 0)
            continue;
        g_auto(GStrv) parts = g_strsplit(aliases[i][1], " ", 0);
        gboolean all = TRUE;
        for (char **part = parts; *part; part++)
            all = all && accepts(policy, *part);
        return all;
    }
    return FALSE;
}

/* Whether CONTENT is what an accepted type holds. */
static gboolean is_accepted_content(const ChFilePolicy *policy, const char *content)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (may_hold(i, content) && accepts(policy, types[i].extension))
            return TRUE;
    return FALSE;
}

/* The extension of NAME in lower case, NULL where what follows the last dot is none: "12.03.2024", "v1.
 * final".
 */
static char *extension_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || !dot[1] || dot == name || strlen(dot + 1) > EXTENSION_MAX)
        return NULL;
    gboolean letter = FALSE;
    for (const char *at = dot + 1; *at; at++) {
        if (!g_ascii_isalnum(*at) && !strchr("-_+~", *at))
            return NULL;
        letter = letter || g_ascii_isalpha(*at);
    }
    return letter ? g_ascii_strdown(dot + 1, -1) : NULL;
}

/* Whether a file with this accepted EXTENSION may hold CONTENT. */
static gboolean agrees(const ChFilePolicy *policy, const char *extension, const char *content)
{
    if (!*content || is_accepted_content(policy, content))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        gboolean same = strcmp(types[i].extension, extension) == 0;
        for (guint k = 0; k < G_N_ELEMENTS(aliases) && !same; k++)
            same = strcmp(aliases[k][0], extension) == 0 && strstr(aliases[k][1], types[i].extension);
        if (same)
            return FALSE;
    }
    return TRUE; /* a type that the desk's admin knows, and this table does not: docx, dwg */
}

/* Why a rule refuses the file with this NUMBER; NULL where none does. */
static const char *refused_by_rule(const GPtrArray *refusals, guint number)
{
    for (guint i = 0; refusals && i < refusals->len; i++) {
        const ChRefusal *refusal = g_ptr_array_index(refusals, i);
        if (refusal->attachment == number)
            return refusal->why;
    }
    return NULL;
}

/* Why the file is refused by what it is; NULL where it is not. RULE: why one refuses it, or NULL. */
static char *refuse(const ChAttachment *file, const ChFilePolicy *policy, const char *rule)
{
    const char *content = file->content_type ? file->content_type : "";
    g_autofree char *extension = extension_of(file->name);
    if (file->is_crypto)
        return g_strdup(CH_REFUSED_CRYPTO);
    if (rule)
        return g_strconcat(CH_REFUSED_RULE, rule, NULL);
    if (file->is_sealed)
        return g_strdup(CH_REFUSED_SEALED);
    if (extension && !accepts(policy, extension))
        return g_strdup_printf(CH_REFUSED_TYPE ".%s are not accepted", extension);
    if (is_program(content))
        return g_strdup_printf(CH_REFUSED_PROGRAM "%s", content);
    if (!extension && (!*content || !is_accepted_content(policy, content)))
        return g_strdup_printf(CH_REFUSED_NO_TYPE " that tells its type%s%s", *content ? ", and it is " : "",
                               content);
    if (extension && !agrees(policy, extension, content))
        return g_strdup_printf(CH_REFUSED_CONTENT ".%s is %s", extension, content);
    if (file->size > policy->each)
        return g_strdup_printf(CH_REFUSED_SIZE "%" G_GUINT64_FORMAT
                                               " bytes, more than the limit of %" G_GUINT64_FORMAT,
                               file->size, policy->each);
    return NULL;
}

/* What the mail's files have taken so far. */
typedef struct {
    guint64 bytes;
    guint count;
} Taken;

static void judge_one(ChAttachment *file, const ChFilePolicy *policy, const char *rule, Taken *taken)
{
    g_free(file->reason);
    file->reason = refuse(file, policy, rule);
    if (!file->reason && taken->count >= policy->count)
        file->reason = g_strdup_printf(CH_REFUSED_COUNT "%u files", policy->count);
    if (!file->reason && file->size > policy->total - MIN(taken->bytes, policy->total))
        file->reason =
            g_strdup_printf(CH_REFUSED_TOTAL "the limit of %" G_GUINT64_FORMAT " bytes", policy->total);
    file->accepted = !file->reason;
    if (!file->accepted)
        return;
    file->reason = g_strdup("");
    taken->bytes += file->size;
    taken->count++;
}

void ch_files_judge(ChMail *mail, const ChFilePolicy *policy, const GPtrArray *refusals)
{
    Taken taken = {0};
    for (guint pass = 0; pass < 2; pass++)
        for (guint i = 0; i < mail->attachments->len; i++) {
            ChAttachment *file = g_ptr_array_index(mail->attachments, i);
            if (file->is_inline == (pass == 1))
                judge_one(file, policy, refused_by_rule(refusals, i), &taken);
        }
}
