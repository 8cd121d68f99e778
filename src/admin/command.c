/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, errors, tables and JSON for the subcommands. What they do is in their own files. */
#include "admin/command.h"

#include "base/error.h"
#include "mail/mail.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

gboolean ch_command_options(ChAdminContext *context, const char *synopsis, const char *description,
                            const GOptionEntry *entries, int *argc, char ***argv, int *code)
{
    const GOptionEntry common[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &context->json, "print JSON for programs", NULL},
        G_OPTION_ENTRY_NULL};
    g_autofree char *name = g_strdup_printf("chamado %s", (*argv)[0]);
    g_autoptr(GOptionContext) options = g_option_context_new(synopsis);
    g_autoptr(GError) error = NULL;
    g_option_context_set_summary(options, description);
    g_option_context_set_help_enabled(options, FALSE);
    gboolean help = FALSE;
    const GOptionEntry helps[] = {{"help", 'h', 0, G_OPTION_ARG_NONE, &help, "say how it is used", NULL},
                                  G_OPTION_ENTRY_NULL};
    if (entries)
        g_option_context_add_main_entries(options, entries, NULL);
    g_option_context_add_main_entries(options, common, NULL);
    g_option_context_add_main_entries(options, helps, NULL);
    if (!g_option_context_parse(options, argc, argv, &error)) {
        *code = ch_command_usage(error->message);
        return FALSE;
    }
    if (!help)
        return TRUE;
    g_set_prgname(name);
    g_autofree char *text = g_option_context_get_help(options, FALSE, NULL);
    fputs(text, stdout);
    *code = EX_OK;
    return FALSE;
}

int ch_command_fail(const GError *error)
{
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *plain = ch_command_plain(*line);
        /* Why serve does not start is an error for the journal too: sd-daemon(3). */
        fprintf(stderr, "%schamado: %s\n", g_getenv("JOURNAL_STREAM") ? "<3>" : "", plain);
    }
    return ch_error_exit_code(error);
}

int ch_command_usage(const char *message)
{
    g_autofree char *plain = ch_command_plain(message);
    fprintf(stderr, "chamado: %s (see --help)\n", plain);
    return EX_USAGE;
}

gint64 ch_command_number(const char *text)
{
    const char *at = text + (*text == '[');
    at += *at == '#';
    char *end;
    gint64 number = g_ascii_strtoll(at, &end, 10);
    if (number > 0 && end > at && (!*end || strcmp(end, "]") == 0))
        return number;
    g_autofree char *plain = ch_command_plain(text);
    fprintf(stderr, "chamado: %s: expected a number\n", plain);
    return 0;
}

char *ch_command_plain(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) plain = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c))
            g_string_append_unichar(plain, c);
        else
            g_string_append_c(plain, '?');
    }
    return g_string_free(g_steal_pointer(&plain), FALSE);
}

char *ch_command_person(const char *name, const char *address)
{
    g_autofree char *person = *name ? g_strdup_printf("%s <%s>", name, address) : g_strdup(address);
    return ch_command_plain(person);
}

static char *cell(const char *text)
{
    char *plain = ch_command_plain(text);
    return g_strdelimit(plain, "\n\t", ' ');
}

static guint columns_of(const char *text)
{
    guint columns = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        columns += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    }
    return columns;
}

static void print_row(char **cells, const guint *widths, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *plain = cell(cells[i]);
        gboolean last = i + 1 == count;
        printf("%s%*s", plain, last ? 0 : (int)(widths[i] - columns_of(plain) + 2), "");
    }
    putchar('\n');
}

void ch_command_table(const char *const *titles, const GPtrArray *rows)
{
    guint count = g_strv_length((char **)titles);
    g_autofree guint *widths = g_new0(guint, count);
    for (guint i = 0; i < count; i++) {
        widths[i] = columns_of(titles[i]);
        for (guint j = 0; j < rows->len; j++) {
            g_autofree char *plain = cell(((char **)g_ptr_array_index(rows, j))[i]);
            widths[i] = MAX(widths[i], columns_of(plain));
        }
    }
    print_row((char **)titles, widths, count);
    for (guint j = 0; j < rows->len; j++)
        print_row(g_ptr_array_index(rows, j), widths, count);
}

char *ch_command_time(gint64 seconds)
{
    if (seconds == 0)
        return g_strdup("");
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
    return g_date_time_format(time, "%Y-%m-%d %H:%M");
}

char *ch_command_iso_time(gint64 seconds)
{
    if (seconds == 0)
        return NULL;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

void ch_command_json(JsonBuilder *builder)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    JsonNode *root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    gsize length;
    g_autofree char *text = json_generator_to_data(generator, &length);
    fwrite(text, 1, length, stdout);
    putchar('\n');
    json_node_unref(root);
}

void ch_json_string(JsonBuilder *builder, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    json_builder_add_string_value(builder, valid);
}

void ch_json_text(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value)
        ch_json_string(builder, value);
    else
        json_builder_add_null_value(builder);
}

void ch_json_int(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

void ch_json_bool(JsonBuilder *builder, const char *name, gboolean value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_boolean_value(builder, value);
}

void ch_json_texts(JsonBuilder *builder, const char *name, const GPtrArray *texts)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (guint i = 0; i < texts->len; i++)
        ch_json_string(builder, g_ptr_array_index(texts, i));
    json_builder_end_array(builder);
}

void ch_json_attachments(JsonBuilder *builder, const GPtrArray *attachments)
{
    json_builder_set_member_name(builder, "attachments");
    json_builder_begin_array(builder);
    for (guint i = 0; i < attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(attachments, i);
        json_builder_begin_object(builder);
        ch_json_text(builder, "part", attachment->part);
        ch_json_text(builder, "name", attachment->name);
        ch_json_text(builder, "type", attachment->type);
        if (attachment->content_type) /* told of a mail that is read, not kept in the database */
            ch_json_text(builder, "content_type", attachment->content_type);
        ch_json_int(builder, "size", (gint64)attachment->size);
        ch_json_text(builder, "sha256", attachment->sha256);
        ch_json_bool(builder, "inline", attachment->is_inline);
        ch_json_bool(builder, "accepted", attachment->accepted);
        ch_json_text(builder, "reason", attachment->reason);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}
