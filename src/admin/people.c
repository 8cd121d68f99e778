/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado people`: the table of its verbs, their arguments and the transaction around those that write. What
 * they do is in people-show.c, people-change.c and people-block.c. */
#include "admin/people.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

typedef enum {
    TAKES_NOTHING,
    TAKES_ADDRESS,
    TAKES_TWO_ADDRESSES,
    TAKES_PATTERN,
} Takes;

typedef struct {
    const char *name;
    Takes takes;
    gboolean writes;
    gboolean lists; /* takes --limit */
    gboolean (*run)(ChPeopleCall *call, GError **error);
    const char *usage;
} Verb;

static const Verb verbs[] = {
    {"list", TAKES_NOTHING, FALSE, TRUE, ch_people_list, "people list takes no argument"},
    {"show", TAKES_ADDRESS, FALSE, TRUE, ch_people_show, "people show takes an address"},
    {"validate", TAKES_ADDRESS, TRUE, FALSE, ch_people_validate, "people validate takes an address"},
    {"unmark", TAKES_ADDRESS, TRUE, FALSE, ch_people_unmark, "people unmark takes an address"},
    {"block", TAKES_PATTERN, TRUE, FALSE, ch_people_block,
     "people block takes an address, @example.br or *.example.br"},
    {"unblock", TAKES_PATTERN, TRUE, FALSE, ch_people_unblock,
     "people unblock takes a pattern of people blocklist"},
    {"blocklist", TAKES_NOTHING, FALSE, FALSE, ch_people_blocklist, "people blocklist takes no argument"},
    {"alias", TAKES_TWO_ADDRESSES, TRUE, FALSE, ch_people_alias,
     "people alias takes the new address and one that the person has"},
    {"merge", TAKES_TWO_ADDRESSES, TRUE, FALSE, ch_people_merge,
     "people merge takes an address of the person who goes and one of the person who stays"},
    {"forget", TAKES_ADDRESS, TRUE, FALSE, ch_people_forget, "people forget takes an address"},
};

static guint count_of(Takes takes)
{
    return takes == TAKES_NOTHING ? 0 : takes == TAKES_TWO_ADDRESSES ? 2 : 1;
}

static const Verb *find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

/* Nothing is opened before the arguments are good: a slip of the pen makes no database. */
static gboolean read_arguments(ChPeopleCall *call, const Verb *verb, char **arguments, GError **error)
{
    for (guint i = 0; i < count_of(verb->takes); i++) {
        call->arguments[i] = verb->takes == TAKES_PATTERN ? ch_people_pattern(arguments[i], error)
                                                          : ch_people_address(arguments[i], error);
        if (!call->arguments[i])
            return FALSE;
    }
    return TRUE;
}

static gboolean run(ChPeopleCall *call, const Verb *verb, gboolean writes, GError **error)
{
    call->store =
        ch_store_open(call->context->config->state_dir, writes ? CH_STORE_WRITE : CH_STORE_READ, error);
    if (!call->store)
        return FALSE;
    if (!writes)
        return verb->run(call, error);
    if (ch_store_begin(call->store, error) && verb->run(call, error) && ch_store_commit(call->store, error))
        return TRUE;
    ch_store_rollback(call->store);
    return FALSE;
}

static const char *wrong_options(const Verb *verb, gboolean pending, gboolean yes, int limit)
{
    if (pending && verb->run != ch_people_list)
        return "--pending belongs to people list";
    if (yes && verb->run != ch_people_forget)
        return "--yes belongs to people forget";
    if (limit != CH_LIST_LIMIT && !verb->lists)
        return "--limit belongs to people list and people show";
    return limit < 1 ? "--limit takes a positive number" : NULL;
}

int ch_admin_people(ChAdminContext *context, int argc, char **argv)
{
    gboolean pending = FALSE, yes = FALSE;
    int limit = CH_LIST_LIMIT, code = EX_OK;
    const GOptionEntry entries[] = {{"pending", 0, 0, G_OPTION_ARG_NONE, &pending,
                                     "list: those who have not confirmed their address", NULL},
                                    {"limit", 'n', 0, G_OPTION_ARG_INT, &limit,
                                     "list, show: at most N people, or tickets and held mails of one", "N"},
                                    {"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "forget: do it", NULL},
                                    G_OPTION_ENTRY_NULL};
    if (!ch_command_options(context,
                            "list | show ADDRESS | validate ADDRESS | unmark ADDRESS | block PATTERN | "
                            "unblock PATTERN | blocklist | "
                            "alias ADDRESS OF | merge FROM INTO | forget ADDRESS",
                            "Shows who the desk knows, says for somebody that their address is theirs, or "
                            "that mail arrives there again, keeps the "
                            "blocklist, joins what belongs to one person, and erases one.",
                            entries, &argc, &argv, &code))
        return code;
    const Verb *verb = argc > 1 ? find(argv[1]) : NULL;
    if (!verb)
        return ch_command_usage(
            "people takes list, show, validate, unmark, block, unblock, blocklist, alias, merge or forget");
    if ((guint)argc != 2 + count_of(verb->takes))
        return ch_command_usage(verb->usage);
    const char *wrong = wrong_options(verb, pending, yes, limit);
    if (wrong)
        return ch_command_usage(wrong);
    g_autoptr(GError) error = NULL;
    ChPeopleCall call = {.context = context,
                         .pending = pending,
                         .yes = yes,
                         .limit = (guint)limit,
                         .said = g_string_new(NULL)};
    gboolean writes = verb->writes && (yes || verb->run != ch_people_forget);
    if (read_arguments(&call, verb, argv + 2, &error) && run(&call, verb, writes, &error))
        fputs(call.said->str, stdout);
    ch_store_free(call.store);
    g_free(call.arguments[0]);
    g_free(call.arguments[1]);
    g_string_free(call.said, TRUE);
    return error ? ch_command_fail(error) : code;
}
