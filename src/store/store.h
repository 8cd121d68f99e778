/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk's database: the whole contract, free of SQLite's types so that a second engine can stand beside
 * it. One ChStore is one connection and belongs to one thread at a time. Functions that write need an open
 * transaction (ch_store_begin). Errors: CH_ERROR_STORE (nothing was changed, perhaps a full disk),
 * CH_ERROR_INPUT (what was to be stored breaks a rule of the schema), CH_ERROR_BUSY, CH_ERROR_NEWER,
 * CH_ERROR_NOT_FOUND. Times are seconds since 1970, UTC.
 */
#pragma once

#include "base/token.h"
#include "mail/decision.h"
#include "mail/outgoing.h"

typedef struct ChStore ChStore;

typedef enum {
    CH_STORE_WRITE, /* creates and migrates the database */
    CH_STORE_READ,  /* CH_ERROR_NOT_FOUND where there is none */
} ChStoreMode;

/* Opens DIR/desk.db. Free with ch_store_free. */
ChStore *ch_store_open(const char *dir, ChStoreMode mode, GError **error);
void ch_store_free(ChStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChStore, ch_store_free)

gboolean ch_store_begin(ChStore *store, GError **error);
gboolean ch_store_commit(ChStore *store, GError **error); /* synced when it returns TRUE (P1, P4) */
void ch_store_rollback(ChStore *store);
/* A transaction in the transaction, so that one mail's failure does not cost the others (P12). */
gboolean ch_store_savepoint(ChStore *store, GError **error);
gboolean ch_store_release(ChStore *store, GError **error);
void ch_store_rollback_savepoint(ChStore *store);
/* Does WORK in a savepoint. Where it fails through a fault of its own, what it did is undone, *FAULT says why
 * (the caller's to free), and the result is TRUE: nothing else is hurt (P12). What is wrong with the database
 * as a whole, or will pass by itself, is ERROR's and FALSE: the transaction must not go on. */
typedef gboolean (*ChWork)(gpointer data, GError **error);
gboolean ch_store_contain(ChStore *store, ChWork work, gpointer data, GError **fault, GError **error);

/* TRUE where another connection has changed the database since the last call. */
gboolean ch_store_changed(ChStore *store);

/* Who works on this desk (lock.c): one `serve` or `poll` at a time. The result is closed by ch_desk_unlock;
 * CH_ERROR_BUSY names the holder. */
int ch_desk_lock(const char *dir, const char *who, GError **error);
void ch_desk_unlock(int lock);
/* A file of DIR that root has made becomes that of DIR's owner, who must be able to go on: one `sudo chamado
 * poll` would lock the desk's own user out. SQLite does so with its -wal and -shm. */
void ch_desk_hand_over(const char *dir, const char *path);
/* Who holds it now, "chamado serve, process 1234", without touching it; NULL: nobody. Free with g_free. */
char *ch_desk_holder(const char *dir);

/* The keys that sign Message-IDs and reply addresses, oldest first, the last one signs. The store's own, good
 * until the next ch_store_refresh or rollback; made at first use (needs a transaction then). Array of ChKey.
 */
const GArray *ch_store_keys(ChStore *store, GError **error);
/* A new key signs from now on; the one before verifies until EXPIRES_AT, and none before it longer than that.
 */
gboolean ch_store_rotate_keys(ChStore *store, gint64 expires_at, GError **error);
/* The keys as an admin may see them, oldest first: without their secrets. Array of ChKeyRow; needs no
 * transaction. */
typedef struct {
    guint32 id;
    gint64 created_at;
    gint64 expires_at; /* as in ChKey */
} ChKeyRow;

GArray *ch_store_key_list(ChStore *store, GError **error);
/* Forgets what is kept in memory of tables that another process may have changed: the keys. */
void ch_store_refresh(ChStore *store);
gboolean ch_store_add_department(ChStore *store, const char *name, GError **error);

/* --- Mails as they are taken in (mails.c) --- */

/* Bytes packed for ch_store_take (small ones stay as they are): pure, so that any thread may do it. The
 * caller unrefs. */
GBytes *ch_store_pack(GBytes *bytes);

/* Keeps INCOMING, whose raw bytes have SHA256 and were packed. ATTEMPTS counts one that follows at once. *ID
 * is its mail id; *KNOWN where the same bytes were taken in before (P3): then nothing was added. */
gboolean ch_store_take(ChStore *store, const ChIncoming *incoming, const char *sha256, GBytes *packed,
                       guint attempts, gint64 *id, gboolean *known, GError **error);

typedef struct {
    gint64 id;
    guint attempts;
} ChUndecided;

/* Mails without an outcome, after mail AFTER, with LEAST to MOST attempts; at most LIMIT. Array of
 * ChUndecided. */
GArray *ch_store_undecided(ChStore *store, gint64 after, guint least, guint most, guint limit,
                           GError **error);
gboolean ch_store_attempt(ChStore *store, gint64 mail, GError **error); /* counts one more (P12) */

/* The mail as it was taken in, with its raw bytes. */
ChIncoming *ch_store_incoming(ChStore *store, gint64 mail, GError **error);

/* --- Facts and their use (facts.c, commit.c) --- */

/* What is to be looked up for a mail. */
typedef struct {
    gint64 mail_id; /* 0: not taken in (explain) */
    const ChMail *mail;
    const char *sender; /* whom judge takes for it */
    const char *fingerprint;
    const char *body;      /* ch_mail_body_digest; "": none */
    gint64 subject_ticket; /* the first number that its subject names; 0: none */
    const gint64 *others;  /* the further ones; NULL: none */
    guint other_count;
    gboolean machine; /* it was not written by a person: what it says of a mail of ours is wanted */
} ChInquiry;

/* What the desk knows about the mail of INQUIRY. Never NULL on success. */
ChFacts *ch_store_facts(ChStore *store, const ChInquiry *inquiry, GError **error);

/* What carrying out a decision made. */
typedef struct {
    gint64 ticket; /* number; 0 none */
    gint64 entry;  /* 0 none */
} ChCommitted;

/* Carries out DECISION for MAIL_ID, which has no outcome yet or is held (then its hold ends). MAIL and
 * VERDICT may be NULL (quarantined unread). */
gboolean ch_store_carry_out(ChStore *store, gint64 mail_id, const ChMail *mail, const ChVerdict *verdict,
                            const ChDecision *decision, const char *fingerprint, const char *body,
                            ChCommitted *committed, GError **error);

/* A held mail's end without being read again: it becomes ignored, WHY is added to its reasons. FORGET: its
 * raw bytes go too. CH_ERROR_NOT_FOUND where it is not held. */
gboolean ch_store_unhold(ChStore *store, gint64 mail_id, const char *why, gboolean forget, GError **error);

/* A line in the log. TICKET and MAIL may be 0. */
gboolean ch_store_log(ChStore *store, gint64 ticket, gint64 mail, const char *actor, const char *kind,
                      const char *detail, GError **error);

/* The ticket for composing: ChTicketFacts, or NULL with CH_ERROR_NOT_FOUND. RECIPIENT (may be NULL):
 * message_ids ends with the mails that this address got about it, so that its client threads. */
ChTicketFacts *ch_store_ticket(ChStore *store, gint64 ticket, const char *recipient, GError **error);

/* --- What an admin does to a ticket (tickets.c) --- */

/* Closes it, or opens it again; *CHANGED: it was not so before. CH_ERROR_USAGE where it was merged. */
gboolean ch_store_set_ticket_state(ChStore *store, gint64 number, ChTicketState state, const char *actor,
                                   gboolean *changed, GError **error);
/* Replies to FROM land in INTO from now on, its requester and watchers follow INTO, and it is closed; its
 * messages stay where they are. CH_ERROR_USAGE where one of them was merged already, or they are the same. */
gboolean ch_store_merge_tickets(ChStore *store, gint64 from, gint64 into, const char *actor, GError **error);

/* --- Rules (rules.c) --- */

/* How many tickets that are not closed each of AGENTS (folded, NULL-terminated) is assigned: guint, in their
 * order. *LAST: who was assigned last in DEPARTMENT, NULL: nobody. The caller frees both. */
GArray *ch_store_workload(ChStore *store, const char *department, const char *const *agents, char **last,
                          GError **error);

/* How often a rule held, or was unknown, in the days that are kept (400). */
typedef struct {
    char *file, *text; /* ChRuleHit's: they name the rule */
    guint line;        /* where it stood the last time */
    guint hits, unknown;
    gint64 last_at;
} ChRuleStat;

void ch_rule_stat_free(ChRuleStat *stat);
/* Since SINCE (by whole days, UTC), most hits first. Array of ChRuleStat. That they are counted is
 * ch_store_carry_out's business. */
GPtrArray *ch_store_rule_stats(ChStore *store, gint64 since, GError **error);
/* Days that are older than are kept go, at most LIMIT rows. */
gboolean ch_store_rule_stats_prune(ChStore *store, gint64 now, guint limit, GError **error);

/* A mail that was decided, for `rules replay`. */
typedef struct {
    gint64 id, taken_at;
    ChOutcome outcome;
    gint64 ticket; /* 0: none */
    char *effects; /* ChDecision.effects; "" where there were none */
    char *sender, *subject;
    gboolean by_admin; /* it was held, and an admin let it in */
} ChDecidedRow;

void ch_decided_row_free(ChDecidedRow *row);
/* Mails of persons that became a ticket, a reply, or were held, ignored or quarantined by a rule, taken in at
 * SINCE or later, after mail AFTER, in order, at most LIMIT; those whose bytes are gone are left out. Array
 * of ChDecidedRow. */
GPtrArray *ch_store_decided(ChStore *store, gint64 since, gint64 after, guint limit, GError **error);

/* What `chamado status` says of the desk: one text for each name, the newest. */
gboolean ch_store_note(ChStore *store, const char *name, const char *text, GError **error);
/* *TEXT NULL: none; *AT: when it was written. The caller frees. */
gboolean ch_store_noted(ChStore *store, const char *name, char **text, gint64 *at, GError **error);

/* How much waits (status.c). */
typedef struct {
    guint undecided, held, quarantined; /* mails */
    gint64 undecided_since;             /* when the oldest was taken in; 0: there is none */
    guint queued, failed;               /* of the outbox; queued: those being sent too */
    gint64 queued_since;                /* when the oldest was composed; 0: there is none */
    gint64 hindered_since;              /* and the oldest of those that were tried, twice at least */
} ChStatus;

gboolean ch_store_status(ChStore *store, ChStatus *status, GError **error);

/* --- Addresses that mail does not reach (trouble.c) --- */

typedef struct {
    char *status, *diagnostic;                           /* "" where none was given */
    gint64 failed_at, marked_at, told_at, complained_at; /* 0: never, or not since it was reached */
} ChTrouble;

void ch_trouble_free(ChTrouble *trouble);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTrouble, ch_trouble_free)
/* Of ADDRESS (any case); *TROUBLE NULL: none. The caller frees. */
gboolean ch_store_trouble(ChStore *store, const char *address, ChTrouble **trouble, GError **error);
/* Whether no automatic mail goes to ADDRESS, since nothing arrives there. */
gboolean ch_store_marked(ChStore *store, const char *address, gboolean *marked, GError **error);
/* Mail goes to ADDRESS again, because of MAIL (0: none), which ACTOR wrote. *WAS: it did not before. */
gboolean ch_store_reached(ChStore *store, const char *address, gint64 mail, const char *actor, gboolean *was,
                          GError **error);

/* --- The outbox (outbox.c) --- */

/* The serial that the next ch_store_queue gives; 0 on error. Only inside a transaction. */
gint64 ch_store_next_serial(ChStore *store, GError **error);

typedef struct {
    gint64 serial;        /* from ch_store_next_serial */
    gint64 ticket, entry; /* 0: none */
    gint64 mail;          /* whose files fill the gaps; 0: none */
    const char *template;
    const char *envelope_from;
    const char *recipient;
    const char *message_id;
    GBytes *bytes;
    const GPtrArray *gaps; /* of ChGap */
    gint64 question; /* that it asks; 0: none. Such bytes may hold a secret: they go once they are sent */
    guint delay;     /* seconds until it may leave, for a budget's sake */
} ChQueued;

gboolean ch_store_queue(ChStore *store, const ChQueued *queued, GError **error);

/* A queued mail's bytes as the outbox keeps them. */
typedef struct {
    GBytes *bytes;      /* composed, without its files */
    GPtrArray *gaps;    /* of ChGap: where they belong */
    GBytes *raw;        /* the mail that they are cut out of; NULL: there are none */
    GPtrArray *digests; /* of char *, one for each gap: SHA-256 of its file, as it was read when the mail was
                           queued. A parser that cuts out other bytes today must not send them (P5) */
} ChStored;

void ch_stored_free(ChStored *stored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChStored, ch_stored_free)

typedef struct {
    gint64 id;
    char *envelope_from, *recipient;
    guint attempts; /* before this one */
    gint64 queued_at, ticket;
    ChStored *stored;
    gboolean uncertain; /* the program died in an earlier attempt (L17) */
} ChDue;

void ch_due_free(ChDue *due);

/* At most LIMIT mails (and about 16 MB) that are due, marked as being sent, attempt counted. Array of ChDue;
 * empty where none is due. One whose stored bytes are damaged fails, which is logged in its ticket, and is
 * passed over (P12). */
GPtrArray *ch_store_claim(ChStore *store, guint limit, GError **error);
/* When the next one is due; 0: none waits. */
gint64 ch_store_next_due(ChStore *store, GError **error);
/* Mails that may not leave before LATEST may leave from NOW on: the clock ran ahead when they were queued. */
gboolean ch_store_outbox_mend(ChStore *store, gint64 now, gint64 latest, GError **error);
/* How an attempt ended. WAIT is used with CH_DELIVERY_RETRY: seconds, 0 gives up. A failure is logged in the
 * ticket; *FAILED (may be NULL): that is how it ended now. */
gboolean ch_store_delivered(ChStore *store, gint64 id, ChDeliveryResult result, guint wait, int code,
                            const char *text, gboolean *failed, GError **error);
/* Facts about the failed mail ID alone: returned, and the ticket. The caller frees. */
ChFacts *ch_store_undelivered(ChStore *store, gint64 id, GError **error);
/* FAILURE is kept of its recipient; QUESTION (0: none), which the mail asked, can't be answered any more. */
gboolean ch_store_failed(ChStore *store, const ChFailure *failure, gint64 question, GError **error);
/* An admin's wish. CH_ERROR_USAGE where its state does not allow it. */
gboolean ch_store_outbox_set(ChStore *store, gint64 id, ChOutboxState state, GError **error);

typedef struct {
    gint64 id;
    ChOutboxState state;
    guint attempts;
    gint64 created_at, next_at, done_at;
    char *recipient, *envelope_from, *template;
    gint64 ticket;
    char *message_id;
    int reply_code;
    char *reply_text;
    gint64 question; /* that it asks; 0: none */
    gboolean erased; /* its bytes held a secret and are gone: it can be neither shown nor tried again */
} ChOutboxRow;

void ch_outbox_row_free(ChOutboxRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChOutboxRow, ch_outbox_row_free)
GPtrArray *ch_store_outbox(ChStore *store, gboolean all, guint limit, GError **error); /* of ChOutboxRow */
ChOutboxRow *ch_store_outbox_get(ChStore *store, gint64 id, GError **error);
/* CH_ERROR_USAGE where they were erased. */
ChStored *ch_store_outbox_bytes(ChStore *store, gint64 id, GError **error);

/* --- People (people.c) --- */

/* The person of ADDRESS (any case). *PERSON NULL where there is none. */
gboolean ch_store_person(ChStore *store, const char *address, ChPersonFacts **person, GError **error);

/* What the form, or an admin, says of a person; NULL or "": keep what is known. */
typedef struct {
    const char *name, *company, *telephone, *language;
} ChProfile;

/* The person of ADDRESS, who is made where there is none, is active from now on, and logged as such by ACTOR.
 * *FIRST where they were not before. */
gboolean ch_store_activate(ChStore *store, const char *address, const ChProfile *profile, const char *actor,
                           gboolean *first, GError **error);
/* ADDRESS becomes one more of the person who has OF. A person left without an address is merged into that
 * one: their tickets and entries are theirs. CH_ERROR_NOT_FOUND where OF is nobody's, CH_ERROR_INPUT where
 * ADDRESS belongs to another active person (then: merge). */
gboolean ch_store_alias(ChStore *store, const char *address, const char *of, const char *actor,
                        GError **error);
/* The person of FROM and all that is theirs become the person of INTO. */
gboolean ch_store_merge(ChStore *store, const char *from, const char *into, const char *actor,
                        GError **error);
/* The person of ADDRESS: name, profile, addresses and open questions are erased, held mails end with their
 * raw bytes. Tickets stay as they were written. *MAILS: how many held mails went. */
gboolean ch_store_forget(ChStore *store, const char *address, guint *mails, GError **error);

/* PATTERN: "ana@example.br", "@example.br" or "*.example.br", folded by the caller. *CHANGED: it was not so
 * before. Blocking ends the held mails of the address, or of the domain. */
gboolean ch_store_block(ChStore *store, const char *pattern, gboolean block, gboolean *changed,
                        GError **error);
GPtrArray *ch_store_blocklist(ChStore *store, GError **error); /* of char * */

typedef struct {
    gint64 id;
    ChAccount account;
    char *name, *company, *telephone, *language;
    gint64 created_at, activated_at; /* 0: never */
    GPtrArray *addresses;            /* of char * */
    guint tickets, held;
} ChPersonRow;

void ch_person_row_free(ChPersonRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChPersonRow, ch_person_row_free)
/* By id, newest last. PENDING: only those who are. Array of ChPersonRow. */
GPtrArray *ch_store_people(ChStore *store, gboolean pending, guint limit, GError **error);
ChPersonRow *ch_store_person_row(ChStore *store, const char *address,
                                 GError **error); /* CH_ERROR_NOT_FOUND */

/* --- Questions (questions.c) --- */

typedef struct {
    ChQuestionKind kind;
    const char *address;  /* any case */
    gint64 mail;          /* 0: about all held ones of the address */
    const char *token;    /* of the page's link, in the clear: only its digest is kept; NULL: no page */
    const char *language; /* in which it is asked, and the page answers; NULL: any */
    gint64 expires_at;
    gboolean reminder;
} ChAsked;

/* *ID names it; the mail that asks it is queued in the same transaction. */
gboolean ch_store_ask(ChStore *store, const ChAsked *asked, gint64 *id, GError **error);

/* A question as the writer needs it to act on it. */
typedef struct {
    gint64 id;
    ChQuestionKind kind;
    char *address;
    gint64 mail;                                 /* 0: none */
    gboolean yes;                                /* answered so */
    char *by;                                    /* "page", "reply", "admin"; "" where not answered */
    gboolean again;                              /* not answered: the page was asked for a new mail */
    char *name, *company, *telephone, *language; /* of the form; "" where it said nothing */
} ChQuestion;

void ch_question_free(ChQuestion *question);
/* At most LIMIT of those with something to be done: answered, or asked for again. Array of ChQuestion. */
GPtrArray *ch_store_questions_to_do(ChStore *store, guint limit, GError **error);
/* Reminders due at NOW: register questions never answered, asked REMIND seconds ago or more, not expired,
 * whose address is still pending, and not reminded yet. Array of ChQuestion. */
GPtrArray *ch_store_questions_to_remind(ChStore *store, gint64 now, guint remind, guint limit,
                                        GError **error);
/* Answers it where it is open. */
gboolean ch_store_answer(ChStore *store, gint64 id, gboolean yes, const char *by, GError **error);
/* An admin's yes for ADDRESS: a register question that is answered as it is asked. */
gboolean ch_store_answer_for(ChStore *store, const char *address, GError **error);
/* An admin's yes for one held mail: a claim question, answered as it is asked. CH_ERROR_NOT_FOUND where it is
 * not held, CH_ERROR_INPUT where it has no sender whose it could be. */
gboolean ch_store_release_mail(ChStore *store, gint64 mail, GError **error);
/* What the answer brings about has happened; the form's values are erased. With AGAIN: the new mail was sent,
 * or was not allowed. */
gboolean ch_store_question_done(ChStore *store, gint64 id, GError **error);
gboolean ch_store_question_reminded(ChStore *store, gint64 id, GError **error);
/* Questions to ADDRESS since SINCE. */
gboolean ch_store_asked(ChStore *store, const char *address, gint64 since, guint *count, GError **error);

/* What the page may know of its link. */
typedef enum {
    CH_PAGE_NONE, /* unknown, or expired: the page does not tell them apart */
    CH_PAGE_OPEN,
    CH_PAGE_ANSWERED, /* by this link or another way */
} ChPageState;

typedef struct {
    ChPageState state;
    char *address;
    char *name, *company, *telephone, *language; /* known of the person; "" where nothing is */
    guint held;                                  /* mails that wait for it */
} ChPage;

void ch_page_free(ChPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChPage, ch_page_free)
/* TOKEN as the link has it, any text. The digests are compared in constant time. */
ChPage *ch_store_page(ChStore *store, const char *token, GError **error);
/* Answers yes with PROFILE where the link is open. *FIRST: it was. Needs a transaction. */
gboolean ch_store_page_confirm(ChStore *store, const char *token, const ChProfile *profile, gboolean *first,
                               GError **error);
/* Where TOKEN is an expired link whose address is still pending: a new mail is asked for. Says nothing either
 * way. Needs a transaction. */
gboolean ch_store_page_again(ChStore *store, const char *token, GError **error);

/* --- Held mails (holds.c) --- */

/* Held mails of ADDRESS and KIND, oldest first. Array of gint64. */
GArray *ch_store_held(ChStore *store, const char *address, ChHoldKind kind, guint limit, GError **error);
/* Whether MAIL is held now. */
gboolean ch_store_is_held(ChStore *store, gint64 mail, gboolean *held, GError **error);
/* The subject and department of the oldest mail that waits for ADDRESS to be confirmed; both NULL where none
 * does. Free with g_free. */
gboolean ch_store_held_title(ChStore *store, const char *address, char **title, char **department,
                             GError **error);
/* The folded sender of MAIL, or NULL with CH_ERROR_NOT_FOUND, also where they were forgotten. Free with
 * g_free. */
char *ch_store_sender(ChStore *store, gint64 mail, GError **error);
/* For the daily line: of DEPARTMENT (and those of none where FIRST), newest last; *COUNT is how many there
 * are. Array of ChHeldLine. */
GPtrArray *ch_store_held_lines(ChStore *store, const char *department, gboolean first, guint limit,
                               guint *count, GError **error);
/* Held since before BEFORE, oldest first. Array of gint64. */
GArray *ch_store_held_before(ChStore *store, gint64 before, guint limit, GError **error);

/* --- Budgets and timers (budgets.c) --- */

gboolean ch_store_bucket(ChStore *store, const char *scope, ChBucket *bucket, GError **error);
gboolean ch_store_bucket_save(ChStore *store, const char *scope, const ChBucket *bucket, GError **error);
/* Removes at most LIMIT buckets that were not used since BEFORE and must be full again. */
gboolean ch_store_buckets_prune(ChStore *store, gint64 before, guint limit, GError **error);

/* When the timer NAME was last done; 0: never. */
gboolean ch_store_timer(ChStore *store, const char *name, gint64 *done_at, GError **error);
gboolean ch_store_timer_done(ChStore *store, const char *name, gint64 now, GError **error);

/* --- Folders (folders.c); see ChSink for the meaning --- */
gboolean ch_store_folder(ChStore *store, const char *mailbox, const char *folder, guint32 uidvalidity,
                         gint64 *id, guint32 *highest, GArray **unacted, GArray **again, GError **error);
gboolean ch_store_uid_taken(ChStore *store, gint64 folder, guint32 uid, gint64 mail, GError **error);
gboolean ch_store_uid_failed(ChStore *store, gint64 folder, guint32 uid, GError **error);
gboolean ch_store_uid_done(ChStore *store, gint64 folder, guint32 uid, GError **error);

/* --- Lists for people (lists.c) --- */
typedef struct {
    gint64 number;
    ChTicketState state;
    char *department, *requester, *title;
    gint64 changed_at;
    ChPriority priority;
    char *assignee; /* folded address; NULL: nobody */
} ChTicketRow;

typedef struct {
    gint64 id, mail;
    char *kind, *role, *name, *address, *title, *text, *cuts;
    gint64 created_at;
    GPtrArray *attachments; /* of ChAttachment */
} ChEntryRow;

typedef struct {
    gint64 at, mail;
    char *actor, *kind, *detail;
} ChEventRow;

typedef struct {
    gint64 number, opened_at, changed_at;
    char *title, *department, *requester_name, *requester_address;
    ChTicketState state;
    gint64 follows, merged_into; /* numbers; 0: none */
    GArray *merged;              /* of gint64: tickets that were merged into this one */
    GPtrArray *watchers;         /* of char *, addresses */
    GPtrArray *referred;         /* of char *, departments */
    ChPriority priority;
    GPtrArray *tags;    /* of char *, in the order in which they came */
    GPtrArray *fields;  /* of ChNamedValue, in the same */
    char *assignee;     /* folded address; NULL: nobody */
    gint64 due_at;      /* 0: never */
    GPtrArray *entries; /* of ChEntryRow */
    GPtrArray *events;  /* of ChEventRow */
} ChTicketView;

typedef struct {
    gint64 id, taken_at, ticket;
    char *sender, *subject, *reasons, *source;
    ChHoldKind hold;  /* CH_HOLD_NONE where it is not held */
    char *department; /* of the hold; "" where there is none */
} ChMailRow;

GPtrArray *ch_store_tickets(ChStore *store, gboolean all, guint limit, GError **error); /* of ChTicketRow */
ChTicketView *ch_store_ticket_view(ChStore *store, gint64 number, GError **error);
void ch_ticket_view_free(ChTicketView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTicketView, ch_ticket_view_free)
GPtrArray *ch_store_mails(ChStore *store, ChOutcome outcome, guint limit, GError **error); /* of ChMailRow */
/* Those of the person PERSON (ChPersonRow.id): tickets that they opened, newest first; mails that are held,
 * oldest first. */
GPtrArray *ch_store_tickets_of(ChStore *store, gint64 person, guint limit,
                               GError **error);                                          /* of ChTicketRow */
GPtrArray *ch_store_held_of(ChStore *store, gint64 person, guint limit, GError **error); /* of ChMailRow */

/* Counts each outcome into COUNTS (hash of char * to GINT_TO_POINTER, the caller's) and checks that the sums
 * balance (P2). Array of char *: what does not; empty where all is well. */
GPtrArray *ch_store_verify(ChStore *store, GHashTable *counts, GError **error);
