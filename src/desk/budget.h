/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Budgets of outgoing mail (P6): a token bucket for each address, for each address in each ticket, for the
 * desk, and for the strangers that write to it. Pure: the caller loads and saves the buckets. */
#pragma once

#include "mail/outgoing.h"

/* One of the buckets that a mail is paid from. */
typedef struct {
    char *scope;    /* "desk", "strangers", "address:ana@example.br", "ticket:12:ana@example.br" */
    guint per_hour; /* mails that an hour gives; the bucket holds as many */
    gboolean waits; /* a machine's mail waits for it too, for a day at most */
    ChBucket bucket;
    gboolean tripped; /* out: it is used up, for the first time since it was last full: tell the admin */
} ChBudget;

/* What it holds at NOW. One that is full again is not used up any more. */
void ch_budget_fill(ChBudget *budget, gint64 now);

/* Fills the COUNT BUDGETS up to NOW and takes one mail from each, or from none. TRUE where the mail may be
 * sent after *DELAY seconds. A machine's mail (AUTOMATIC) is not sent where one of them is empty, unless that
 * one WAITS and its debt is paid within a day; a person's words are never dropped: they make a debt, and wait
 * until it is paid. */
gboolean ch_budget_spend(ChBudget *budgets, guint count, gint64 now, gboolean automatic, guint *delay);
