/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values from judge to commit: the verdict on a mail, the facts that the desk knows about it, and the
 * Decision. `explain` prints a Decision, the store carries it out; nothing else decides.
 */
#pragma once

#include "mail/mail.h"
#include "mail/routing.h"

typedef enum {
    CH_KIND_PERSON,
    CH_KIND_AUTO_REPLY,
    CH_KIND_BOUNCE,
    CH_KIND_DELAY,
    CH_KIND_LIST,
    CH_KIND_LOOP,
    CH_KIND_REPORT,
} ChKind;

typedef enum {
    CH_EVIDENCE_CLAIM,
    CH_EVIDENCE_DOMAIN,
    CH_EVIDENCE_TOKEN,
} ChEvidence;

/* What a mail is and how well its sender is proven (judge). */
typedef struct {
    ChKind kind;
    ChAddress *sender; /* whom the desk takes for the writer: From, or Reply-To of a web form that writes as
                          the desk */
    gboolean
        no_answer; /* a person's mail, but nobody reads an automatic answer to it: no acknowledgement (P6) */
    ChEvidence evidence;
    GPtrArray *auth;    /* of ChAuthResult: what our own server found; never NULL */
    GPtrArray *reasons; /* of char *, never NULL */
} ChVerdict;

/* One result of a believed Authentication-Results header (RFC 8601 section 2.2), all lower case. */
typedef struct {
    char *method; /* "dkim" */
    char *result; /* "pass" */
    char *domain; /* that it speaks of: header.d or header.i of dkim, smtp.mailfrom of spf, header.from of
                     dmarc; "" where it names none, "?" where it names several or an unreadable one */
} ChAuthResult;

void ch_auth_result_free(ChAuthResult *result);

ChVerdict *ch_verdict_new(void);
void ch_verdict_free(ChVerdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChVerdict, ch_verdict_free)

typedef enum {
    CH_MATCH_NONE,
    CH_MATCH_SUBJECT,
    CH_MATCH_REFERENCES,
    CH_MATCH_TOKEN,
} ChMatch;

typedef enum {
    CH_TICKET_OPEN,    /* waits for the desk */
    CH_TICKET_PENDING, /* waits for the customer */
    CH_TICKET_CLOSED,
} ChTicketState;

/* What a person is to a ticket. */
typedef enum {
    CH_ROLE_NONE,
    CH_ROLE_WATCHER,
    CH_ROLE_REQUESTER,
    CH_ROLE_AGENT,
} ChRole;

/* A ticket as the stages after the store need it. */
typedef struct {
    gint64 number;
    char *title;
    char *department; /* configured name */
    ChTicketState state;
    char *requester_name;
    char *requester_address;
    char *requester_language; /* that a rule set for the ticket, else as ChPersonFacts */
    ChPriority priority;      /* never unset */
    GPtrArray *tags;          /* of char *, in order */
    GPtrArray *fields;        /* of ChNamedValue: custom fields that have a value */
    char *assignee;           /* folded address; NULL: nobody */
    gint64 due_at;            /* seconds since 1970, UTC; 0: none */
    GPtrArray *watchers;      /* of char *, addresses, folded */
    GPtrArray *referred;      /* of char *, departments that it was sent to as well: their agents are its */
    gint64 closed_for;        /* seconds since it was closed; 0 where it is not */
    gint64 follows;           /* the ticket that it began as a late reply to; 0: none */
    GPtrArray *message_ids;   /* of char *: of its mails, oldest first, the last few (for References) */
} ChTicketFacts;

ChTicketFacts *ch_ticket_facts_new(void);
void ch_ticket_facts_free(ChTicketFacts *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTicketFacts, ch_ticket_facts_free)

/* How the desk knows a person. */
typedef enum {
    CH_ACCOUNT_NONE,
    CH_ACCOUNT_PENDING, /* wrote, and has not confirmed the address */
    CH_ACCOUNT_ACTIVE,
} ChAccount;

/* The person whose address a mail names as its sender. */
typedef struct {
    gint64 id;
    ChAccount account;
    char *name;
    char *company, *telephone; /* as the form said; "" where it did not */
    char *language;            /* as the form or an earlier mail said; "" where nothing did */
    GPtrArray *addresses;      /* of char *, folded: all of this person's */
} ChPersonFacts;

ChPersonFacts *ch_person_facts_new(void);
void ch_person_facts_free(ChPersonFacts *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChPersonFacts, ch_person_facts_free)

/* A question that the desk asks by mail, and acts upon when it is answered. */
typedef enum {
    CH_QUESTION_NONE,
    CH_QUESTION_REGISTER, /* is this address yours? */
    CH_QUESTION_CLAIM,    /* did you write this mail? */
    CH_QUESTION_ALIAS,    /* is that other address, which answered a mail of yours, yours too? */
} ChQuestionKind;

typedef struct {
    gint64 id;
    ChQuestionKind kind;
    gboolean answered;
    gboolean expired;
} ChQuestionFacts;

/* The mail of ours that a report speaks of. */
typedef struct {
    gint64 ticket;     /* 0: about none */
    gint64 question;   /* that it asked; 0: none */
    char *recipient;   /* folded */
    char *template;    /* which mail it was */
    gboolean verified; /* the report has its signature, which those alone can know who got it or carried it */
    gboolean marked;   /* the recipient is marked: nothing arrives there */
    gboolean told;     /* somebody was told within a day that a mail did not reach the recipient */
    gboolean complained; /* the recipient complained before */
} ChReturnedFacts;

/* Why a mail is held. */
typedef enum {
    CH_HOLD_NONE,
    CH_HOLD_REGISTRATION, /* its address is not confirmed yet */
    CH_HOLD_CLAIM,        /* too little evidence that its sender wrote it */
    CH_HOLD_ALIAS,        /* from another address than the one that was written to */
    CH_HOLD_STRANGER,     /* its sender has nothing to do with the ticket */
    CH_HOLD_CLOSED,       /* its department takes nobody new */
    CH_HOLD_NO_ADDRESS,   /* it names no address that could be answered */
    CH_HOLD_RULE,         /* a rule says so: an admin looks at it */
} ChHoldKind;

/* What the desk knows about one mail, looked up inside the writer's transaction. */
typedef struct {
    gint64 duplicate_of;      /* mail id with the same fingerprint, 0: none (P3) */
    gint64 duplicate_ticket;  /* its ticket, 0: none */
    gboolean duplicate_claim; /* it is held because too little proves who wrote it */
    ChTicketFacts
        *duplicate; /* that ticket, where the mail stands in it; NULL: it is held for it, or only logged */
    gboolean own_message_id; /* the Message-ID is one that we made: our own mail came back (L21) */
    ChTicketFacts *ticket;   /* the ticket that it seems to belong to, or NULL */
    ChMatch match;
    char *disagreement; /* NULL, or which weaker traces pointed to which other tickets */
    gint64 meant; /* the number that it names, where that leads to ticket: it was merged into it, or is closed
                     and that one, of the same requester, follows it; 0: ticket itself */
    ChReturnedFacts *returned; /* NULL: it speaks of no mail of ours */
    gboolean unreachable;      /* the sender's address is marked: mail of ours does not arrive there */

    char *blocked;         /* the pattern of the blocklist that the sender matches; NULL: none */
    ChPersonFacts *person; /* the sender's; NULL: never heard of */
    char *token_of; /* the mail answers one that we sent to this other address (folded); NULL: it does not */
    ChPersonFacts *token_person; /* whose that address is; NULL: nobody's, or no token_of */
    ChQuestionFacts *question;   /* that the mail answers, proven by its token; NULL: none */
    guint held_mails;            /* of this address that wait for its confirmation */
    guint64 held_bytes;          /* of those */
    guint held_closed;           /* of this address that a closed department holds */
    guint asked_hour, asked_day; /* questions to this address in the last hour and day */
    guint token_asked_day;       /* to token_of in the last day */
    guint rate_hour, rate_day; /* earlier mails from this address in the hour and day before it was taken in,
                                  at most CH_RATE_MAX */
    guint same_body;           /* earlier mails with the same body from this address in the last day */
    gboolean confirmed;        /* the mail was held, and its sender, or an admin, stood up for it */
    gboolean by_admin;         /* with confirmed: an admin did */
    gboolean by_address; /* with confirmed: its sender confirmed the address, and was asked nothing of this
                            one mail */
    gint64 now;          /* seconds since 1970, UTC: when it is decided */
    GPtrArray *sent;     /* of GBytes, never NULL: the mails of ours that it answers, without their files; the
                            newest first, at most CH_SENT_MAX; bytes that are gone are left out */
} ChFacts;

#define CH_SENT_MAX 3
#define CH_RATE_MAX                                                                                          \
    10000 /* a sender's mails are counted that far: each one more would cost all that follow */

ChFacts *ch_facts_new(void);
void ch_facts_free(ChFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChFacts, ch_facts_free)

typedef enum {
    CH_OUTCOME_TICKET,
    CH_OUTCOME_REPLY,
    CH_OUTCOME_COMMAND,
    CH_OUTCOME_HELD,
    CH_OUTCOME_IGNORED,
    CH_OUTCOME_QUARANTINED,
} ChOutcome;

typedef enum {
    CH_ACTION_OPEN_TICKET, /* value: title; department: where; id: the closed ticket that it follows, 0: none.
                              Both logs name the other */
    CH_ACTION_ADD_ENTRY,   /* the mail becomes a message of the ticket; value: its title, NULL: the subject */
    CH_ACTION_SET_STATE,   /* state */
    CH_ACTION_LOG,         /* value: event kind, detail: its text; a line in the ticket's log and no more */
    CH_ACTION_REFER,       /* value: a department whose agents become agents of the ticket */
    CH_ACTION_FAILURE,     /* the decision's failure is kept of its recipient */
    CH_ACTION_COMPLAINT,   /* that the failure's recipient complained is kept */
    CH_ACTION_REACHED,     /* value: an address that is marked no more */
    CH_ACTION_CLOSE,       /* id: a question whose mail came back: it can't be answered any more */
    CH_ACTION_HOLD,        /* hold: of which kind, detail: why; the mail waits, listed */
    CH_ACTION_REGISTER, /* the sender becomes a pending person where they are none; value: language or NULL */
    CH_ACTION_SUPERSEDE, /* id: a held mail of which this one is a proven copy; it is ignored */
    CH_ACTION_ANSWER,    /* id: the question that the mail answers; value: "yes" or "no" */
    /* Of a ticket, by rules and by what the mail says of its fields; each is logged. */
    CH_ACTION_PRIORITY, /* value: its name */
    CH_ACTION_TAG,      /* value: one more tag */
    CH_ACTION_FIELD,    /* value: the field, detail: what it is from now on */
    CH_ACTION_ASSIGN,   /* value: an agent's folded address */
    CH_ACTION_WATCH,    /* value: a folded address */
    CH_ACTION_DUE,      /* id: seconds since 1970, UTC */
    CH_ACTION_LANGUAGE, /* value: of the mails to its requester */
} ChActionKind;

typedef struct {
    ChActionKind kind;
    char *value;
    char *detail;
    ChTicketState state;
    ChHoldKind hold;
    gint64 id;
} ChAction;

/* A mail to be composed when the decision is carried out. */
typedef struct {
    char *to_name;
    char *to;                /* address */
    char *template;          /* a name of ch_template_names (compose/templates.h), or "ack-NAME" */
    char *language;          /* wanted; where there are no templates in it, the department's */
    gboolean internal;       /* to an agent: may show what customers don't see (P8) */
    ChQuestionKind question; /* that the mail asks */
    gboolean referred;       /* to an agent of a department that the ticket is referred to */
} ChMailPlan;

/* A mail of ours that did not arrive, as a Decision and a letter about it have it. */
typedef struct {
    char *recipient;    /* folded */
    char *template;     /* which mail it was */
    char *status;       /* RFC 3463; "" where the report gives none */
    char *diagnostic;   /* what the server said; "" nothing */
    gboolean marks;     /* nothing will arrive there: no automatic mail from now on */
    gboolean told;      /* somebody is told */
    gboolean complaint; /* it arrived, and an abuse report of it came */
} ChFailure;

void ch_failure_free(ChFailure *failure);

/* What is to be done with one mail, and why (desk/decide). */
typedef struct {
    ChOutcome outcome;
    ChRole role;        /* of the sender in the ticket */
    gint64 ticket;      /* number; 0 for a new one, or none */
    char *department;   /* configured name; NULL where no ticket is concerned */
    GPtrArray *actions; /* of ChAction, in order */
    GPtrArray *mails;   /* of ChMailPlan */
    GPtrArray *reasons; /* of char *: one for every step */
    ChFailure *failure; /* that the mail reports; NULL: none */
    GPtrArray *rules;   /* of ChRuleHit: the rules that hold or are unknown; for `explain`, all */
    char *effects; /* what of them took effect, as ch_effects_list, one a line; NULL: no rule was asked, or
                      none did */
    GPtrArray *headers;  /* of ChNamedValue: header fields of the notices to agents (set-header) */
    GPtrArray *refusals; /* of ChRefusal: files that rules refuse (desk/files.h) */
    GPtrArray *missing;  /* of char *: names of the required fields that the ticket lacks, where the requester
                            is asked for them (the template ask-fields) */
    gboolean once_more;  /* it answers a question and says more: after that the mail is decided again */
} ChDecision;

ChDecision *ch_decision_new(void);
void ch_decision_free(ChDecision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChDecision, ch_decision_free)

/* Appends; all strings are copied, any may be NULL. The result is the decision's. */
ChAction *ch_decision_act(ChDecision *decision, ChActionKind kind, ChTicketState state, const char *value,
                          const char *detail);
ChMailPlan *ch_decision_mail(ChDecision *decision, const char *to_name, const char *to, const char *template,
                             const char *language, gboolean internal);
void ch_decision_hold(ChDecision *decision, ChHoldKind kind, const char *why);
void ch_decision_answer(ChDecision *decision, gint64 question, gboolean yes);
/* A line in the log of the decision's ticket. */
void ch_decision_log(ChDecision *decision, const char *kind, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Appends a reason to REASONS, printf-like. */
void ch_reason(GPtrArray *reasons, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The words of the JSON contract and of the database. */
const char *ch_kind_name(ChKind kind);
const char *ch_evidence_name(ChEvidence evidence);
const char *ch_match_name(ChMatch match); /* NULL for none */
const char *ch_outcome_name(ChOutcome outcome);
gboolean ch_outcome_parse(const char *name, ChOutcome *outcome);
const char *ch_role_name(ChRole role);
const char *ch_ticket_state_name(ChTicketState state);
const char *ch_account_name(ChAccount account); /* "none", "pending", "active" */
ChAccount ch_account_parse(const char *name);
const char *ch_question_name(ChQuestionKind kind); /* "register", "claim", "alias"; NULL for none */
ChQuestionKind ch_question_parse(const char *name);
const char *ch_hold_name(
    ChHoldKind kind); /* "registration", "claim", "alias", "stranger", "closed", "no-address", "rule" */
ChHoldKind ch_hold_parse(const char *name);
gboolean ch_ticket_state_parse(const char *name, ChTicketState *state);
