/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the validation page may know of its link, and do with it. Only the digest of a link's token is kept;
 * what follows from an answer is the writer's. */
#include "store/db.h"

#include "base/clock.h"

#include <string.h>

#define TOKEN_MAX 256 /* bytes of what came as a token that are looked at; ours are shorter */
#define PREFIX_DIGITS                                                                                        \
    16 /* of the digest, by which a row is looked up; the rest is compared in constant time */

/* A question as its link leads to it; all zero and NULL where it leads nowhere. */
typedef struct {
    gint64 id;
    ChQuestionKind kind;
    char *address;
    char *answer; /* "" where there is none yet */
    gboolean expired;
    char *language; /* in which it was asked; "" for any */
} Link;

static void link_clear(Link *link)
{
    g_free(link->address);
    g_free(link->answer);
    g_free(link->language);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Link, link_clear)

/* Without a branch on what is compared. */
static gboolean same_digest(const char *a, const char *b)
{
    guint8 difference = 0;
    if (strlen(a) != 64 || strlen(b) != 64)
        return FALSE;
    for (guint i = 0; i < 64; i++)
        difference |= (guint8)(a[i] ^ b[i]);
    return difference == 0;
}

static gboolean find_link(ChStore *store, const char *token, Link *link, GError **error)
{
    char digest[65], prefix[PREFIX_DIGITS + 1];
    ch_sha256(token, strnlen(token, TOKEN_MAX), digest);
    g_strlcpy(prefix, digest, sizeof prefix);
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_BY_TOKEN);
    ch_bind_text(&row, ":prefix", prefix);
    while (ch_next(&row, error)) {
        g_autofree char *kept = ch_text(&row, 1);
        if (!same_digest(kept, digest))
            continue;
        g_autofree char *kind = ch_text(&row, 2);
        link_clear(link);
        *link = (Link){ch_int(&row, 0),  ch_question_parse(kind),           ch_text(&row, 3),
                       ch_text(&row, 4), ch_int(&row, 5) <= ch_clock_now(), ch_text(&row, 6)};
    }
    return !row.failed;
}

/* Whether the address of LINK was confirmed by another link, a reply or an admin. */
static gboolean confirmed_otherwise(ChStore *store, const Link *link, ChAccount account, gboolean *confirmed,
                                    GError **error)
{
    *confirmed = account == CH_ACCOUNT_ACTIVE;
    if (*confirmed)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_QUESTION_ANSWERED_OTHERWISE);
    ch_bind_text(&row, ":address", link->address);
    ch_bind_int(&row, ":id", link->id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    *confirmed = ch_int(&row, 0) != 0;
    return TRUE;
}

static gboolean state_of(ChStore *store, const Link *link, ChPageState *state, GError **error)
{
    *state = CH_PAGE_NONE;
    if (!link->id)
        return TRUE;
    if (*link->answer) {
        if (strcmp(link->answer, "yes") == 0)
            *state = CH_PAGE_ANSWERED;
        return TRUE;
    }
    if (link->expired)
        return TRUE;
    *state = CH_PAGE_OPEN;
    if (link->kind != CH_QUESTION_REGISTER)
        return TRUE;
    g_autoptr(ChPersonFacts) person = NULL;
    gboolean confirmed;
    if (!ch_store_person(store, link->address, &person, error) ||
        !confirmed_otherwise(store, link, person ? person->account : CH_ACCOUNT_NONE, &confirmed, error))
        return FALSE;
    if (confirmed)
        *state = CH_PAGE_ANSWERED;
    return TRUE;
}

void ch_page_free(ChPage *page)
{
    if (!page)
        return;
    g_free(page->address);
    g_free(page->name);
    g_free(page->company);
    g_free(page->telephone);
    g_free(page->language);
    g_free(page);
}

static gboolean fill_profile(ChStore *store, ChPage *page, GError **error)
{
    gint64 id;
    if (!ch_db_person_of(store, page->address, &id, error))
        return FALSE;
    if (!id)
        return TRUE;
    CH_ROW row = ch_row(store, CH_QUERY_PERSON_GET);
    ch_bind_int(&row, ":person", id);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    char **fields[] = {&page->name, &page->language, &page->company, &page->telephone};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_free(*fields[i]);
        *fields[i] = ch_text(&row, (int)i + 1);
    }
    return TRUE;
}

static gboolean count_held(ChStore *store, ChPage *page, GError **error)
{
    CH_ROW row = ch_row(store, CH_QUERY_HOLD_WEIGHT);
    ch_bind_text(&row, ":address", page->address);
    ch_bind_text(&row, ":kind", ch_hold_name(CH_HOLD_REGISTRATION));
    ch_bind_int(&row, ":mail", 0);
    if (!ch_step(&row, NULL, error))
        return FALSE;
    page->held = (guint)ch_int(&row, 0);
    return TRUE;
}

ChPage *ch_store_page(ChStore *store, const char *token, GError **error)
{
    g_auto(Link) link = {0};
    g_autoptr(ChPage) page = g_new0(ChPage, 1);
    if (!find_link(store, token, &link, error) || !state_of(store, &link, &page->state, error))
        return NULL;
    page->address = g_strdup(page->state == CH_PAGE_NONE ? "" : link.address);
    page->name = g_strdup("");
    page->company = g_strdup("");
    page->telephone = g_strdup("");
    page->language = g_strdup("");
    if (page->state != CH_PAGE_NONE && !fill_profile(store, page, error))
        return NULL;
    if (page->state != CH_PAGE_NONE && !*page->language) {
        g_free(page->language);
        page->language = g_strdup(link.language);
    }
    if (page->state == CH_PAGE_OPEN && !count_held(store, page, error))
        return NULL;
    return g_steal_pointer(&page);
}

gboolean ch_store_page_confirm(ChStore *store, const char *token, const ChProfile *profile, gboolean *first,
                               GError **error)
{
    g_auto(Link) link = {0};
    ChPageState state;
    *first = FALSE;
    if (!find_link(store, token, &link, error) || !state_of(store, &link, &state, error))
        return FALSE;
    *first = state == CH_PAGE_OPEN;
    return !*first || ch_db_answer(store, link.id, TRUE, "page", profile, error);
}

gboolean ch_store_page_again(ChStore *store, const char *token, GError **error)
{
    g_auto(Link) link = {0};
    g_autoptr(ChPersonFacts) person = NULL;
    if (!find_link(store, token, &link, error))
        return FALSE;
    if (!link.id || *link.answer || !link.expired || link.kind != CH_QUESTION_REGISTER)
        return TRUE;
    if (!ch_store_person(store, link.address, &person, error))
        return FALSE;
    if (!person || person->account != CH_ACCOUNT_PENDING)
        return TRUE;
    return ch_run_id(store, CH_QUERY_QUESTION_AGAIN, ":id", link.id, error);
}
