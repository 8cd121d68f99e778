/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pipeline's files share. */
#pragma once

#include "desk/letter.h"
#include "pipeline.h"

/* Where mails are put that a decision, an answer or a timer causes: all in the open transaction of STORE. */
typedef struct {
    const ChDesk *desk;
    ChStore *store;
    gint64 mail;     /* that causes them; 0: none */
    gint64 ticket;   /* number; 0: none */
    gint64 entry;    /* 0: none */
    guint *queued;   /* grows by the mails queued */
    gboolean unpaid; /* by no budget: the notice that one is used up */
} ChPosting;

/* Pays PLAN's mail from its budgets (P6), records the question that it asks, composes and queues it. A mail
 * that no budget pays for is logged and left out. OCCASION gets its message_id, reply_to, language and ticket
 * here. */
gboolean ch_post(const ChPosting *posting, const ChMailPlan *plan, const ChOccasion *occasion,
                 GError **error);

/* Who stood up for a mail that was held. */
typedef enum {
    CH_WORD_NONE,
    CH_WORD_SENDER,
    CH_WORD_ADDRESS, /* its sender, for all that came from the address */
    CH_WORD_ADMIN,
} ChWord;

/* As ch_settle, for a mail that WORD was given for. */
gboolean ch_settle_word(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                        ChReading *reading, ChWord word, guint *queued, GError **error);

/* Where ROUTING's rules ask for the least busy agent, or the next one, puts who that is into
 * effects->assignee: of the department that the ticket is in, or will be; nobody where it has no agents. What
 * the rules asked for stays in effects->assign. STORE NULL: an empty desk. *WHY NULL: nobody was chosen; the
 * caller frees. */
gboolean ch_choose_agent(const ChConfig *config, ChStore *store, ChRouting *routing, const ChFacts *facts,
                         char **why, GError **error);
/* WHY (NULL: nothing) becomes a reason of DECISION where that assigns its ticket. */
void ch_explain_choice(ChDecision *decision, const char *why);
