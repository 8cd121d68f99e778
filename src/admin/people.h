/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `chamado people` share: one call of it, its verbs, and the check of addresses. */
#pragma once

#include "admin/command.h"
#include "store/store.h"

/* One call. A verb that writes runs inside a transaction, and what it SAID is printed once that is committed.
 */
typedef struct {
    ChAdminContext *context;
    ChStore *store;
    char *arguments[2]; /* folded and checked; NULL where the verb takes fewer */
    gboolean pending;   /* --pending */
    gboolean yes;       /* --yes */
    guint limit;        /* --limit */
    GString *said;
} ChPeopleCall;

/* How many mails may go to an address now (P6). */
typedef struct {
    char *address;
    guint per_hour;
    int left;          /* below 0: a debt */
    gint64 tripped_at; /* 0: not since it was last full */
    gboolean used;     /* mail of ours went there lately */
} ChPeopleBudget;

/* How mail of ours fares at an address. */
typedef struct {
    char *address;
    ChTrouble *trouble; /* never NULL */
} ChPeopleTrouble;

/* All that the desk knows of one person (people-view.c). */
typedef struct {
    ChPersonRow *row;     /* NULL: the address is nobody's */
    GPtrArray *addresses; /* of char *: the person's, or the one that was asked for; never empty */
    GPtrArray *roles;     /* of char *: what the configuration makes of them */
    GPtrArray *blocked;   /* of char *: patterns of the blocklist that mean one of the addresses */
    GPtrArray *budgets;   /* of ChPeopleBudget, one for each address */
    GPtrArray *troubles;  /* of ChPeopleTrouble, of those addresses that have had one */
    GPtrArray *tickets;   /* of ChTicketRow, newest first, at most the call's limit */
    GPtrArray *held;      /* of ChMailRow, oldest first, at most the call's limit */
} ChPeopleView;

/* CH_ERROR_NOT_FOUND where the desk has nothing to say of ADDRESS (folded). */
ChPeopleView *ch_people_view(ChPeopleCall *call, const char *address, GError **error);
void ch_people_view_free(ChPeopleView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChPeopleView, ch_people_view_free)

/* The verbs (people-show.c, people-change.c, people-block.c). */
gboolean ch_people_list(ChPeopleCall *call, GError **error);
gboolean ch_people_show(ChPeopleCall *call, GError **error);
gboolean ch_people_validate(ChPeopleCall *call, GError **error);
gboolean ch_people_alias(ChPeopleCall *call, GError **error);
gboolean ch_people_merge(ChPeopleCall *call, GError **error);
gboolean ch_people_forget(ChPeopleCall *call, GError **error); /* CH_ERROR_USAGE without --yes */
gboolean ch_people_unmark(ChPeopleCall *call, GError **error);
gboolean ch_people_block(ChPeopleCall *call, GError **error);
gboolean ch_people_unblock(ChPeopleCall *call, GError **error);
gboolean ch_people_blocklist(ChPeopleCall *call, GError **error);

/* TEXT folded, or NULL with CH_ERROR_INPUT where it does not look like an address, or like a pattern of the
 * blocklist: an address, "@example.br", or "*.example.br" for its subdomains. Free with g_free. */
char *ch_people_address(const char *text, GError **error);
char *ch_people_pattern(const char *text, GError **error);

/* Whether ADDRESS is one of those that PATTERN means, both folded. */
gboolean ch_people_pattern_matches(const char *pattern, const char *address);

/* The first pattern of the blocklist that ADDRESS matches, *PATTERN NULL where there is none. Free with
 * g_free. */
gboolean ch_people_blocked_by(ChStore *store, const char *address, char **pattern, GError **error);

/* CH_ERROR_INPUT where ADDRESS is an address of a department: it is the desk's own and nobody's account. */
gboolean ch_people_not_ours(const ChConfig *config, const char *address, GError **error);
