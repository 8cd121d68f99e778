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

/* TRUE where another connection has changed the database since the last call. */
gboolean ch_store_changed(ChStore *store);

/* Who works on this desk (lock.c): one `serve` or `poll` at a time. The result is closed by ch_desk_unlock;
 * CH_ERROR_BUSY names the holder. */
int ch_desk_lock(const char *dir, const char *who, GError **error);
void ch_desk_unlock(int lock);

/* The keys that sign Message-IDs, oldest first, the last one signs. The store's own; made at first use (needs
 * a transaction then). Array of ChKey. */
const GArray *ch_store_keys(ChStore *store, GError **error);
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

/* What the desk knows about MAIL, whose taken sender is SENDER and fingerprint FINGERPRINT. MAIL_ID may be 0
 * (explain). Never NULL on success. SUBJECT_TICKET is the number that its subject names, 0: none. */
ChFacts *ch_store_facts(ChStore *store, gint64 mail_id, const ChMail *mail, const char *sender,
                        const char *fingerprint, gint64 subject_ticket, GError **error);

/* What carrying out a decision made. */
typedef struct {
    gint64 ticket; /* number; 0 none */
    gint64 entry;  /* 0 none */
} ChCommitted;

/* Carries out DECISION for MAIL_ID. MAIL and VERDICT may be NULL (quarantined unread). */
gboolean ch_store_carry_out(ChStore *store, gint64 mail_id, const ChMail *mail, const ChVerdict *verdict,
                            const ChDecision *decision, const char *fingerprint, ChCommitted *committed,
                            GError **error);

/* A line in the log. TICKET and MAIL may be 0. */
gboolean ch_store_log(ChStore *store, gint64 ticket, gint64 mail, const char *actor, const char *kind,
                      const char *detail, GError **error);

/* The ticket for composing: ChTicketFacts, or NULL with CH_ERROR_NOT_FOUND. RECIPIENT (may be NULL):
 * message_ids ends with the mails that this address got about it, so that its client threads. */
ChTicketFacts *ch_store_ticket(ChStore *store, gint64 ticket, const char *recipient, GError **error);

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
} ChQueued;

gboolean ch_store_queue(ChStore *store, const ChQueued *queued, GError **error);

/* A queued mail's bytes as the outbox keeps them. */
typedef struct {
    GBytes *bytes;   /* composed, without its files */
    GPtrArray *gaps; /* of ChGap: where they belong */
    GBytes *raw;     /* the mail that they are cut out of; NULL: there are none */
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

/* At most LIMIT mails (and about 16 MB) that are due, marked as being sent, attempt counted. Array of ChDue.
 */
GPtrArray *ch_store_claim(ChStore *store, guint limit, GError **error);
/* When the next one is due; 0: none waits. */
gint64 ch_store_next_due(ChStore *store, GError **error);
/* How an attempt ended. WAIT is used with CH_DELIVERY_RETRY: seconds, 0 gives up. A failure is logged in the
 * ticket. */
gboolean ch_store_delivered(ChStore *store, gint64 id, ChDeliveryResult result, guint wait, int code,
                            const char *text, GError **error);
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
} ChOutboxRow;

void ch_outbox_row_free(ChOutboxRow *row);
GPtrArray *ch_store_outbox(ChStore *store, gboolean all, guint limit, GError **error); /* of ChOutboxRow */
ChOutboxRow *ch_store_outbox_get(ChStore *store, gint64 id, GError **error);
ChStored *ch_store_outbox_bytes(ChStore *store, gint64 id, GError **error);

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
    GPtrArray *entries; /* of ChEntryRow */
    GPtrArray *events;  /* of ChEventRow */
} ChTicketView;

typedef struct {
    gint64 id, taken_at, ticket;
    char *sender, *subject, *reasons, *source;
} ChMailRow;

GPtrArray *ch_store_tickets(ChStore *store, gboolean all, guint limit, GError **error); /* of ChTicketRow */
ChTicketView *ch_store_ticket_view(ChStore *store, gint64 number, GError **error);
void ch_ticket_view_free(ChTicketView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTicketView, ch_ticket_view_free)
GPtrArray *ch_store_mails(ChStore *store, ChOutcome outcome, guint limit, GError **error); /* of ChMailRow */

/* Counts each outcome into COUNTS (hash of char * to GINT_TO_POINTER, the caller's) and checks that the sums
 * balance (P2). Array of char *: what does not; empty where all is well. */
GPtrArray *ch_store_verify(ChStore *store, GHashTable *counts, GError **error);
