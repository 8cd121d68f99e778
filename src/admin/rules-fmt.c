/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado rules fmt`: files of rules in their one layout. What that is, route/format.c knows. */
#include "admin/rules.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

typedef struct {
    gboolean write, check;
    gboolean different; /* some file is not in its layout */
    GPtrArray *messages;
    JsonBuilder *json; /* NULL: for people */
} Fmt;

/* All of FILE, or of standard input; bounded (P13). */
static char *read_all(FILE *file, const char *name, gsize *length, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char piece[65536];
    for (gsize got; (got = fread(piece, 1, sizeof piece, file)) > 0;) {
        g_string_append_len(text, piece, (gssize)got);
        if (text->len > CH_RULE_FILE_BYTES) {
            g_set_error(error, CH_ERROR, CH_ERROR_LIMIT, "%s: a file of rules has at most %u bytes", name,
                        CH_RULE_FILE_BYTES);
            return NULL;
        }
    }
    if (ferror(file)) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: %s", name, g_strerror(errno));
        return NULL;
    }
    *length = text->len;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *read_path(const char *path, gsize *length, GError **error)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, "stdin", length, error);
    FILE *file = fopen(path, "re");
    if (!file) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    char *text = read_all(file, path, length, error);
    fclose(file);
    return text;
}

/* By a rename, so that nobody ever reads half of it; a link stays one, and the mode as it was. */
static gboolean write_path(const char *path, const char *text, GError **error)
{
    g_autoptr(GError) cause = NULL;
    struct stat found;
    g_autofree char *real = NULL;
    char *resolved = realpath(path, NULL);
    real = g_strdup(resolved ? resolved : path);
    free(resolved);
    int mode = stat(real, &found) == 0 ? (int)(found.st_mode & 0777) : 0644;
    if (g_file_set_contents_full(real, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, &cause))
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s", cause->message);
    return FALSE;
}

static void tell(const Fmt *fmt, const char *path, gboolean different)
{
    if (fmt->json) {
        json_builder_begin_object(fmt->json);
        ch_json_text(fmt->json, "file", path);
        ch_json_bool(fmt->json, "formatted", !different);
        json_builder_end_object(fmt->json);
    } else if (different && fmt->check) {
        puts(path);
    }
}

/* FALSE with ERROR, or with what cannot be read in the messages. */
static gboolean format(Fmt *fmt, const char *path, GError **error)
{
    gsize length;
    g_autofree char *text = read_path(path, &length, error);
    g_autofree char *formatted = text ? ch_rules_format(path, text, length, fmt->messages) : NULL;
    if (!formatted)
        return FALSE;
    gboolean different = strlen(formatted) != length || memcmp(formatted, text, length) != 0;
    fmt->different = fmt->different || different;
    if (fmt->check || fmt->write)
        tell(fmt, path, different);
    else
        fputs(formatted, stdout);
    return !fmt->write || !different || write_path(path, formatted, error);
}

static const char *wrong_arguments(const ChAdminContext *context, const Fmt *fmt, int argc, char **argv)
{
    if (argc < 2)
        return "rules fmt takes files";
    if (fmt->write && fmt->check)
        return "rules fmt takes -w or --check, not both";
    if (context->json && !fmt->write && !fmt->check)
        return "rules fmt --json goes with -w or --check";
    for (int i = 1; i < argc; i++)
        if (fmt->write && strcmp(argv[i], "-") == 0)
            return "rules fmt -w takes files, not standard input";
    return NULL;
}

int ch_rules_verb_fmt(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    Fmt fmt = {0};
    const GOptionEntry entries[] = {
        {"write", 'w', 0, G_OPTION_ARG_NONE, &fmt.write, "write the files instead of printing them", NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &fmt.check,
         "only name the files that are not in their layout; exit code 1 where there are any", NULL},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, "FILE…",
                            "Prints files of rules in their one layout (- is standard input). Comments stay.",
                            entries, &argc, &argv, &code))
        return code;
    const char *wrong = wrong_arguments(context, &fmt, argc, argv);
    if (wrong)
        return ch_command_usage(wrong);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonBuilder) json = context->json ? json_builder_new() : NULL;
    fmt.json = json;
    fmt.messages = ch_rules_messages();
    if (json)
        json_builder_begin_array(json);
    for (int i = 1; i < argc && !error; i++)
        if (!format(&fmt, argv[i], &error))
            code = EX_CONFIG;
    if (json) {
        json_builder_end_array(json);
        ch_command_json(json);
    }
    ch_rules_print_messages(fmt.messages);
    g_ptr_array_unref(fmt.messages);
    if (error)
        return ch_command_fail(error);
    return code != EX_OK ? code : fmt.check && fmt.different ? 1 : EX_OK;
}
