/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The path of one mail (DESIGN.md section 2): the only file that calls every stage, and passes the values on.
 * What runs beside what, and when it is committed, is engine/'s business.
 */
#pragma once

#include "base/config.h"
#include "compose/compose.h"
#include "mail/decision.h"
#include "route/route.h"
#include "store/store.h"

/* What all stages work by. Borrowed by those who use it. */
typedef struct {
    const ChConfig *config;
    const ChTemplates *templates;
    ChRules *rules; /* in force; NULL: none. Changed by the writer's thread alone, between two mails */
} ChDesk;

/* A mail read: parse and judge, which need nothing but the bytes. */
typedef struct {
    ChMail *mail;
    ChVerdict *verdict;
    char *fingerprint;
    char *body; /* ch_mail_body_digest */
} ChReading;

/* Safe for any thread. Free with ch_reading_free. */
ChReading *ch_read(const ChConfig *config, const ChIncoming *incoming);
void ch_reading_free(ChReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChReading, ch_reading_free)

/* For `explain`: looks up the facts, routes and decides; changes nothing. STORE NULL: an empty desk.
 * READING's verdict is completed by the facts. The decision's rules are all that there are. FACTS gets them,
 * the caller's to free. DESK's templates are not used. */
ChDecision *ch_weigh(const ChDesk *desk, ChStore *store, const ChIncoming *incoming, ChReading *reading,
                     ChFacts **facts, GError **error);

/* For `rules test`: what DESK's rules say of a mail that would come now, each with why; decides and changes
 * nothing. Otherwise as ch_weigh. The caller frees. */
ChRouting *ch_consult(const ChDesk *desk, ChStore *store, const ChIncoming *incoming, ChReading *reading,
                      GError **error);

/* What RULES make of a mail that was decided before, by what was known of it then. */
typedef struct {
    ChOutcome outcome;
    char *department;   /* of the ticket; NULL where none is concerned */
    GPtrArray *effects; /* of char *, as ch_effects_list: what takes effect in the ticket as it is today */
    GPtrArray *wanted;  /* the same, also what a reply's ticket has already */
    gboolean unknown;   /* some rule is */
} ChRedecided;

void ch_redecided_free(ChRedecided *redecided);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChRedecided, ch_redecided_free)
/* Changes nothing. DECIDED is the mail's row, INCOMING its bytes, READING made of them and used for nothing
 * else. The caller frees. */
ChRedecided *ch_redecide(const ChConfig *config, ChRules *rules, ChStore *store, const ChDecidedRow *decided,
                         const ChIncoming *incoming, ChReading *reading, GError **error);

/* Weighs the mail, carries the decision out, composes and queues its mails: inside the transaction that STORE
 * has open (P4). *QUEUED grows by the mails queued. */
gboolean ch_settle(const ChDesk *desk, ChStore *store, gint64 mail_id, const ChIncoming *incoming,
                   ChReading *reading, guint *queued, GError **error);

/* A queued mail as it leaves: its files cut out of the mail that it is about. The same bytes each time (P5),
 * or NULL with CH_ERROR_INPUT. Safe for any thread. The caller unrefs. */
GBytes *ch_outgoing_bytes(const ChStored *stored, GError **error);

/* Records that the mail could not be read, because of WHY (P12). */
gboolean ch_quarantine(const ChDesk *desk, ChStore *store, gint64 mail_id, const char *source,
                       const char *why, guint *queued, GError **error);

/* How one attempt to deliver a queued mail ended. */
typedef struct {
    gint64 id; /* outbox row */
    ChDeliveryResult result;
    guint wait;       /* with CH_DELIVERY_RETRY: seconds until the next attempt; 0 gives up */
    int code;         /* SMTP; 0: none */
    const char *text; /* what the server said; may be NULL */
} ChDeliveryEnd;

/* Inside the transaction that STORE has open: records it, and brings about what a failure does
 * (pipeline_delivery.c). */
gboolean ch_carry_delivery(const ChDesk *desk, ChStore *store, const ChDeliveryEnd *delivered, guint *queued,
                           GError **error);

/* Inside the transaction that STORE has open: what answers bring about that came by the page, by mail or from
 * an admin: accounts become active, held mails take their effect or are dropped (pipeline_answers.c). A few
 * at a time; *MORE where some are left. */
gboolean ch_carry_answers(const ChDesk *desk, ChStore *store, gboolean *more, guint *queued, GError **error);

/* What time brings about: reminders, the agents' daily line, the end of what was held too long
 * (pipeline_timers.c). For any number of calls; inside the transaction that STORE has open. */
gboolean ch_carry_timers(const ChDesk *desk, ChStore *store, guint *queued, GError **error);

/* Which rules are in force, as the desk keeps it in its notes (pipeline_rules.c). */
typedef struct {
    char *digest; /* ch_rules_digest; NULL: no rules were ever in force */
    guint count;
    gint64 since;
    char *refusal; /* why the files of that time were refused, one message a line; NULL: they were not */
    gint64 refused_at;
} ChRulesState;

void ch_rules_state_free(ChRulesState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChRulesState, ch_rules_state_free)
ChRulesState *ch_rules_state(ChStore *store, GError **error); /* never NULL on success; the caller frees */

/* Inside the transaction that STORE has open: RULES are in force, since now unless they were before; nothing
 * is refused. */
gboolean ch_rules_note(ChStore *store, const ChRules *rules, GError **error);
/* The files on disk are refused because of WHY, one message a line. TELL: the admins have not heard of it; it
 * is FALSE afterwards where they are told now, which is at most once an hour. */
gboolean ch_rules_refuse(const ChDesk *desk, ChStore *store, const char *why, gboolean *tell, guint *queued,
                         GError **error);
