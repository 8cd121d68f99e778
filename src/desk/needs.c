/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of needs, and the one function that reads it. What is done where something is missing is
 * decide.c's business. */
#include "desk/needs.h"

typedef struct {
    ChAccount account;   /* at least */
    ChRole role;         /* at least: watcher, requester and agent are in this order */
    ChEvidence evidence; /* at least: claim, domain and token are in this order */
    gboolean confirmation;
    const char *words;
} Needs;

static const Needs table[CH_DEEDS] = {
    [CH_DEED_OPEN] = {CH_ACCOUNT_ACTIVE, CH_ROLE_NONE, CH_EVIDENCE_CLAIM, FALSE, "a validated account"},
    [CH_DEED_ADD] = {CH_ACCOUNT_NONE, CH_ROLE_WATCHER, CH_EVIDENCE_DOMAIN, FALSE,
                     "domain or token evidence of its requester, watcher or agent"},
    [CH_DEED_COMMAND] = {CH_ACCOUNT_NONE, CH_ROLE_AGENT, CH_EVIDENCE_DOMAIN, FALSE,
                         "domain or token evidence of an agent"},
    [CH_DEED_GRAVE] = {CH_ACCOUNT_NONE, CH_ROLE_AGENT, CH_EVIDENCE_DOMAIN, TRUE,
                       "domain or token evidence of an agent, and a confirmation"},
    [CH_DEED_READ] = {CH_ACCOUNT_NONE, CH_ROLE_WATCHER, CH_EVIDENCE_CLAIM, FALSE,
                      "an address that is on the ticket"},
};

ChNeed ch_need(ChDeed deed, const ChStanding *standing)
{
    const Needs *needs = &table[deed];
    if (standing->account < needs->account)
        return CH_NEED_ACCOUNT;
    if (standing->role < needs->role)
        return CH_NEED_ROLE;
    if (standing->evidence < needs->evidence)
        return CH_NEED_EVIDENCE;
    if (needs->confirmation && !standing->confirmed)
        return CH_NEED_CONFIRMATION;
    return CH_NEED_NOTHING;
}

const char *ch_need_words(ChDeed deed)
{
    return table[deed].words;
}
