/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado held list|release|drop`: mails that wait because their sender may not do what they ask, or that
 * nobody could read; also ignored ones, so that nothing that came in is out of sight. What a released mail
 * becomes is desk/'s business when the desk runs. */
#include "admin/command.h"

#include "base/error.h"
#include "store/store.h"

#include <stdio.h>
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
        ch_json_text(json, "kind", ch_hold_name(mail->hold));
        ch_json_text(json, "department", *mail->department ? mail->department : NULL);
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

/* Of REASONS, one a line, the last one that says why the mail is OUTCOME ("ignored: …"), and of a held one
 * what follows that word; else the last of all. Free with g_free. */
static char *main_reason(const char *reasons, ChOutcome outcome)
{
    g_auto(GStrv) lines = g_strsplit(reasons, "\n", -1);
    g_autofree char *word = g_strconcat(ch_outcome_name(outcome), ": ", NULL);
    guint count = g_strv_length(lines);
    for (guint i = count; i-- > 0;)
        if (g_str_has_prefix(lines[i], word))
            return g_strdup(lines[i] + (outcome == CH_OUTCOME_HELD ? strlen(word) : 0));
    return g_strdup(count ? lines[count - 1] : "");
}

/* The columns of ignored and quarantined mails begin behind KIND and DEPARTMENT: they wait for nothing. */
static void print_table(const GPtrArray *mails, ChOutcome outcome)
{
    gboolean held = outcome == CH_OUTCOME_HELD;
    static const char *const titles[] = {"MAIL", "TAKEN IN", "KIND", "DEPARTMENT", "TICKET",
                                         "FROM", "SUBJECT",  "WHY",  NULL};
    static const char *const less[] = {"MAIL", "TAKEN IN", "TICKET", "FROM", "SUBJECT", "WHY", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (guint i = 0; i < mails->len; i++) {
        const ChMailRow *mail = g_ptr_array_index(mails, i);
        char **row = g_new0(char *, G_N_ELEMENTS(titles));
        guint n = 0;
        row[n++] = g_strdup_printf("%" G_GINT64_FORMAT, mail->id);
        row[n++] = ch_command_time(mail->taken_at);
        if (held) {
            row[n++] = g_strdup(ch_hold_name(mail->hold));
            row[n++] = g_strdup(mail->department);
        }
        row[n++] = mail->ticket ? g_strdup_printf("#%" G_GINT64_FORMAT, mail->ticket) : g_strdup("");
        row[n++] = g_strdup(mail->sender);
        row[n++] = g_strdup(mail->subject);
        row[n++] = main_reason(mail->reasons, outcome);
        g_ptr_array_add(rows, row);
    }
    ch_command_table(held ? titles : less, rows);
}

/* What `held list` was asked for. */
typedef struct {
    ChOutcome outcome;
    const char *department; /* NULL: all */
    guint limit;
} Wanted;

/* MAILS without those of other departments and beyond the limit. CH_ERROR_NOT_FOUND where DEPARTMENT is
 * neither in CONFIG nor in any mail: a slip of the pen must not look like an empty list. */
static gboolean narrow(GPtrArray *mails, const ChConfig *config, const Wanted *wanted, GError **error)
{
    for (guint i = mails->len; i-- > 0;)
        if (strcmp(((const ChMailRow *)mails->pdata[i])->department, wanted->department) != 0)
            g_ptr_array_remove_index(mails, i);
    if (!mails->len && !ch_config_department(config, wanted->department)) {
        g_set_error(error, CH_ERROR, CH_ERROR_NOT_FOUND, "there is no department %s", wanted->department);
        return FALSE;
    }
    if (mails->len > wanted->limit)
        g_ptr_array_set_size(mails, (int)wanted->limit);
    return TRUE;
}

static gboolean list(ChAdminContext *context, ChStore *store, const Wanted *wanted, GError **error)
{
    /* The limit counts what is shown, so the filter comes first. */
    guint limit = wanted->department ? G_MAXINT : wanted->limit;
    g_autoptr(GPtrArray) mails = ch_store_mails(store, wanted->outcome, limit, error);
    if (!mails || (wanted->department && !narrow(mails, context->config, wanted, error)))
        return FALSE;
    if (context->json)
        print_json(mails, wanted->outcome);
    else
        print_table(mails, wanted->outcome);
    return TRUE;
}

/* The numbers of ARGUMENTS, each once; NULL with a message on stderr. */
static GArray *read_numbers(char **arguments, int count)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int i = 0; i < count; i++) {
        gint64 number = ch_command_number(arguments[i]);
        if (!number)
            return NULL;
        if (g_hash_table_add(seen, g_memdup2(&number, sizeof number)))
            g_array_append_val(numbers, number);
    }
    return g_steal_pointer(&numbers);
}

static gboolean change_all(ChStore *store, const GArray *mails, gboolean release, GError **error)
{
    for (guint i = 0; i < mails->len; i++) {
        gint64 mail = g_array_index(mails, gint64, i);
        if (!(release ? ch_store_release_mail(store, mail, error)
                      : ch_store_unhold(store, mail, "dropped by an admin", FALSE, error)))
            return FALSE;
    }
    return TRUE;
}

/* All of MAILS or none. */
static gboolean change(ChStore *store, const GArray *mails, gboolean release, GError **error)
{
    if (!ch_store_begin(store, error) || !change_all(store, mails, release, error) ||
        !ch_store_commit(store, error)) {
        ch_store_rollback(store);
        return FALSE;
    }
    if (release)
        printf("mails released: %u; they take effect as soon as the desk runs: at once under serve, else at "
               "the next "
               "poll\n",
               mails->len);
    else
        printf("mails dropped: %u; they are ignored, and kept\n", mails->len);
    return TRUE;
}

static const char *wrong(const char *verb, int arguments, const Wanted *wanted, int limit)
{
    gboolean lists = strcmp(verb, "list") == 0;
    gboolean changes = strcmp(verb, "release") == 0 || strcmp(verb, "drop") == 0;
    if ((!lists && !changes) || (lists ? arguments != 0 : arguments == 0))
        return "held takes list, or release or drop and the numbers of mails";
    if (changes && (wanted->outcome != CH_OUTCOME_HELD || wanted->department || limit != CH_LIST_LIMIT))
        return "--ignored, --quarantined, --department and --limit belong to held list";
    if (wanted->department && wanted->outcome != CH_OUTCOME_HELD)
        return "--department is for held mails: ignored and quarantined ones belong to none";
    return limit < 1 ? "--limit takes a positive number" : NULL;
}

int ch_admin_held(ChAdminContext *context, int argc, char **argv)
{
    gboolean ignored = FALSE, quarantined = FALSE;
    g_autofree char *department = NULL;
    int code = EX_OK, limit = CH_LIST_LIMIT;
    const GOptionEntry entries[] = {
        {"ignored", 0, 0, G_OPTION_ARG_NONE, &ignored, "list: those that were ignored instead", NULL},
        {"quarantined", 0, 0, G_OPTION_ARG_NONE, &quarantined, "list: those that could not be read instead",
         NULL},
        {"department", 0, 0, G_OPTION_ARG_STRING, &department, "list: those of one department", "NAME"},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &limit, "list: at most N", "N"},
        G_OPTION_ENTRY_NULL};
    if (!ch_command_options(
            context, "list | release MAIL… | drop MAIL…",
            "Lists the mails that are held, and why; has some of them take effect as if their sender "
            "had been proven, or be ignored.",
            entries, &argc, &argv, &code))
        return code;
    if (ignored && quarantined)
        return ch_command_usage("held list takes --ignored or --quarantined, not both");
    const char *verb = argc > 1 ? argv[1] : "";
    const Wanted wanted = {ignored       ? CH_OUTCOME_IGNORED
                           : quarantined ? CH_OUTCOME_QUARANTINED
                                         : CH_OUTCOME_HELD,
                           department, (guint)limit};
    const char *message = wrong(verb, argc - 2, &wanted, limit);
    if (message)
        return ch_command_usage(message);
    gboolean lists = strcmp(verb, "list") == 0;
    g_autoptr(GArray) numbers = lists ? NULL : read_numbers(argv + 2, argc - 2);
    if (!lists && !numbers)
        return EX_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(ChStore) store =
        ch_store_open(context->config->state_dir, lists ? CH_STORE_READ : CH_STORE_WRITE, &error);
    if (store && lists)
        list(context, store, &wanted, &error);
    else if (store)
        change(store, numbers, strcmp(verb, "release") == 0, &error);
    return error ? ch_command_fail(error) : code;
}
