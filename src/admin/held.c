/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado held list`: mails that wait because their sender may not do what they ask, or that nobody could
 * read. Also ignored ones, so that nothing that came in is out of sight. Reads only. */
#include "admin/command.h"

#include "base/error.h"
#include "store/store.h"

#include <string.h>
#include <sysexits.h>

static void print_json(const GPtrArray *mails, ChOutcome outcome)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_array(json);
    for (guint i = 0; i < mails->len; i++) {
        const ChMailRow *mail = g_ptr_array_index(mails, i);
        g_autofree char *at = ch_command_iso_time(mail->taken_at);
        g_auto(GStrv) reasons = g_strsplit(mail->reasons, "\n", -1);
        json_builder_begin_object(json);
        ch_json_int(json, "mail", mail->id);
        ch_json_text(json, "outcome", ch_outcome_name(outcome));
        ch_json_text(json, "taken_at", at);
        ch_json_text(json, "from", mail->sender);
        ch_json_text(json, "subject", mail->subject);
        ch_json_int(json, "ticket", mail->ticket);
        ch_json_text(json, "source", mail->source);
        json_builder_set_member_name(json, "reasons");
        json_builder_begin_array(json);
        for (char **reason = reasons; *reason; reason++)
            json_builder_add_string_value(json, *reason);
        json_builder_end_array(json);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    ch_command_json(json);
}

static void print_table(const GPtrArray *mails)
{
    static const char *const titles[] = {"MAIL", "TAKEN IN", "TICKET", "FROM", "SUBJECT", "WHY", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < mails->len; i++) {
        const ChMailRow *mail = g_ptr_array_index(mails, i);
        const char *last = strrchr(mail->reasons, '\n');
        char **row = g_new0(char *, G_N_ELEMENTS(titles));
        row[0] = g_strdup_printf("%" G_GINT64_FORMAT, mail->id);
        row[1] = ch_command_time(mail->taken_at);
        row[2] = mail->ticket ? g_strdup_printf("#%" G_GINT64_FORMAT, mail->ticket) : g_strdup("");
        row[3] = g_strdup(mail->sender);
        row[4] = g_strdup(mail->subject);
        row[5] = g_strdup(last ? last + 1 : mail->reasons);
        g_ptr_array_add(rows, row);
    }
    ch_command_table(titles, rows);
}

int ch_admin_held(ChAdminContext *context, int argc, char **argv)
{
    gboolean ignored = FALSE, quarantined = FALSE;
    int code = EX_OK, limit = CH_LIST_LIMIT;
    const GOptionEntry entries[] = {
        {"ignored", 0, 0, G_OPTION_ARG_NONE, &ignored, "those that were ignored instead", NULL},
        {"quarantined", 0, 0, G_OPTION_ARG_NONE, &quarantined, "those that could not be read instead", NULL},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &limit, "at most N", "N"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context, "list", "Lists the mails that are held, and why.", entries, &argc, &argv,
                            &code))
        return code;
    if (argc != 2 || strcmp(argv[1], "list") != 0)
        return ch_command_usage("held takes list");
    if (ignored && quarantined)
        return ch_command_usage("held list takes --ignored or --quarantined, not both");
    if (limit < 0)
        return ch_command_usage("--limit takes a positive number");
    ChOutcome outcome = ignored ? CH_OUTCOME_IGNORED : quarantined ? CH_OUTCOME_QUARANTINED : CH_OUTCOME_HELD;
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) store = ch_store_open(context->config->state_dir, CH_STORE_READ, &error);
    g_autoptr(GPtrArray) mails = store ? ch_store_mails(store, outcome, (guint)limit, &error) : NULL;
    if (mails && context->json)
        print_json(mails, outcome);
    else if (mails)
        print_table(mails);
    return error ? ch_command_fail(error) : code;
}
