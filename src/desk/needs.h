/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of DESIGN.md section 5: what each deed takes (P7). Nobody else compares evidence with a need. */
#pragma once

#include "mail/decision.h"

typedef enum {
    CH_DEED_OPEN,    /* open a ticket */
    CH_DEED_ADD,     /* add to a ticket */
    CH_DEED_COMMAND, /* command the desk as an agent */
    CH_DEED_GRAVE,   /* merge, announce, erase, block, mass changes */
    CH_DEED_READ,    /* be told what stands in a ticket */
    CH_DEEDS,
} ChDeed;

/* How somebody stands who wants to do it. */
typedef struct {
    ChAccount account;
    ChRole role; /* in the ticket; of an agent, CH_ROLE_AGENT */
    ChEvidence evidence;
    gboolean confirmed; /* a reply confirmed this very deed */
} ChStanding;

/* What is missing first; the order is that of the check. */
typedef enum {
    CH_NEED_NOTHING,
    CH_NEED_ACCOUNT,
    CH_NEED_ROLE,
    CH_NEED_EVIDENCE,
    CH_NEED_CONFIRMATION,
} ChNeed;

ChNeed ch_need(ChDeed deed, const ChStanding *standing);

/* What DEED needs, in words for reasons: "domain or token evidence of its requester, watcher or agent". */
const char *ch_need_words(ChDeed deed);
