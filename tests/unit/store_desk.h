/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk for the tests of what rules leave in the store: mails decided by hand, one after the other. */
#pragma once

#include "store_test.h"

#define HOUR 3600
#define DAY  (24 * HOUR)

/* A desk whose first ticket Maria opened, and one mail decided after the other. */
typedef struct {
    char *folder;
    ChStore *store;
    ChCommitted first;
    guint mails;
} Desk;

static inline Desk open_desk(void)
{
    Desk d = {.folder = fixture_folder()};
    GError *error = NULL;
    ch_clock_set(20000 * DAY);
    d.store = store_with_ticket(d.folder, &d.first);
    begin(d.store);
    g_assert_true(ch_store_add_department(d.store, "vendas", &error));
    commit(d.store);
    return d;
}

static inline void close_desk(Desk *d)
{
    assert_balanced(d->store);
    ch_store_free(d->store);
    fixture_remove(d->folder);
    g_free(d->folder);
    ch_clock_set(-1);
}

/* A decision that adds an entry to TICKET (0: opens one) by FROM. */
static inline ChDecision *decision_for(gint64 ticket, const char *department)
{
    if (!ticket) {
        ChDecision *decision = new_ticket();
        g_free(decision->department);
        decision->department = g_strdup(department);
        return decision;
    }
    ChDecision *decision = ch_decision_new();
    decision->outcome = CH_OUTCOME_REPLY;
    decision->role = CH_ROLE_REQUESTER;
    decision->ticket = ticket;
    decision->department = g_strdup(department);
    ch_decision_act(decision, CH_ACTION_ADD_ENTRY, CH_TICKET_OPEN, NULL, NULL);
    return decision;
}

/* Takes in a mail of FROM, *ID, and carries DECISION out. Takes DECISION. */
static inline ChCommitted carry_id(Desk *d, const char *from, ChDecision *decision, gint64 *id)
{
    GError *error = NULL;
    gboolean known;
    ChCommitted committed;
    g_autofree char *text = g_strdup_printf("mail %u", ++d->mails);
    g_autofree char *message_id = g_strdup_printf("r%u@c.example", d->mails);
    g_autoptr(ChMail) mail = fixture_mail(from, "suporte@desk.example", text, message_id);
    begin(d->store);
    *id = take(d->store, text, &known);
    g_assert_false(known);
    g_assert_true(settle(d->store, *id, mail, decision, &committed, &error));
    g_assert_no_error(error);
    commit(d->store);
    ch_decision_free(decision);
    return committed;
}

static inline ChCommitted carry(Desk *d, const char *from, ChDecision *decision)
{
    gint64 id;
    return carry_id(d, from, decision, &id);
}

static inline ChDecision *with_values(void)
{
    ChDecision *decision = decision_for(1, "suporte");
    ch_decision_act(decision, CH_ACTION_PRIORITY, 0, "high", NULL);
    ch_decision_act(decision, CH_ACTION_TAG, 0, "zebra", NULL);
    ch_decision_act(decision, CH_ACTION_TAG, 0, "impressora", NULL);
    ch_decision_act(decision, CH_ACTION_FIELD, 0, "Pedido", "123");
    ch_decision_act(decision, CH_ACTION_ASSIGN, 0, "ana@desk.example", NULL);
    ch_decision_act(decision, CH_ACTION_WATCH, 0, "chefe@c.example", NULL);
    ch_decision_act(decision, CH_ACTION_DUE, 0, NULL, NULL)->id = 20001 * DAY;
    ch_decision_act(decision, CH_ACTION_LANGUAGE, 0, "en", NULL);
    return decision;
}

static inline ChFacts *facts_of(Desk *d, gint64 id, const ChMail *mail, gint64 subject)
{
    GError *error = NULL;
    g_autofree char *fingerprint = ch_mail_fingerprint(mail);
    const ChInquiry inquiry = {.mail_id = id,
                               .mail = mail,
                               .sender = mail->from->address,
                               .fingerprint = fingerprint,
                               .body = "",
                               .subject_ticket = subject};
    ChFacts *facts = ch_store_facts(d->store, &inquiry, &error);
    g_assert_no_error(error);
    return facts;
}
