/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of store/ share: the connection and its prepared statements. Nobody else includes this. */
#pragma once

#include "queries.h"
#include "store/store.h"

#include <sqlite3.h>

struct ChStore {
    sqlite3 *db;
    char *dir;
    sqlite3_stmt *statements[CH_QUERY_COUNT];
    GArray *keys;            /* of ChKey, or NULL: not read yet */
    GHashTable *departments; /* name -> id in a GINT; only ever grows */
    gint64 data_version;
};

/* A borrowed statement: bound by name, stepped, and reset when it leaves the scope: always before a COMMIT,
 * which fails while one is still stepping. */
typedef struct {
    ChStore *store;
    sqlite3_stmt *statement;
    ChQuery query;
    gboolean failed; /* ch_next ended with an error */
} ChRow;

ChRow ch_row(ChStore *store, ChQuery query);
void ch_row_reset(ChRow *row);
#define CH_ROW __attribute__((cleanup(ch_row_reset))) ChRow

/* An unknown name is our own mistake and ends the program in any test. TEXT NULL and a zero for _id bind
 * NULL. */
void ch_bind_int(ChRow *row, const char *name, gint64 value);
void ch_bind_id(ChRow *row, const char *name, gint64 id);
void ch_bind_real(ChRow *row, const char *name, double value);
void ch_bind_text(ChRow *row, const char *name, const char *text); /* borrowed until the reset */
void ch_bind_bytes(ChRow *row, const char *name, GBytes *bytes);   /* borrowed until the reset */

/* One step. TRUE with *ANY (may be NULL: then a row is not expected) telling whether there is a row. */
gboolean ch_step(ChRow *row, gboolean *any, GError **error);

/* For loops over rows: TRUE while there is one more; at the end row->failed tells whether ERROR was set. */
gboolean ch_next(ChRow *row, GError **error);

/* The ids in the first column of all rows. Array of gint64. */
GArray *ch_ids(ChRow *row, GError **error);
/* Runs a statement whose one parameter is NAME, and which gives no rows. */
gboolean ch_run_id(ChStore *store, ChQuery query, const char *name, gint64 id, GError **error);
gboolean ch_run_text(ChStore *store, ChQuery query, const char *name, const char *text, GError **error);

gint64 ch_int(ChRow *row, int column);
char *ch_text(ChRow *row, int column);         /* a copy; "" for NULL */
char *ch_text_or_null(ChRow *row, int column); /* a copy; NULL for NULL */

gboolean ch_db_fail(ChStore *store, const char *what, GError **error); /* sets the error, returns FALSE */
gboolean ch_db_migrate(ChStore *store, GError **error);
/* For a reader: whether the schema is this program's. */
gboolean ch_db_check(ChStore *store, GError **error);
/* Runs SQL that gives no rows. */
gboolean ch_db_run(ChStore *store, const char *sql, GError **error);
/* Undoes ch_store_pack; NULL with CH_ERROR_INPUT where the bytes are broken: that mail alone is lost (P12).
 */
GBytes *ch_unpack(const void *data, gsize length, GError **error);

/* people.c: the person who has ADDRESS (folded); 0: nobody has. */
gboolean ch_db_person_of(ChStore *store, const char *address, gint64 *id, GError **error);
/* A new pending person with ADDRESS (folded), NAME and LANGUAGE (both may be NULL). */
gboolean ch_db_person_make(ChStore *store, const char *address, const char *name, const char *language,
                           gint64 *id, GError **error);

/* holds.c: ends all the held MAILS of the array, as ch_store_unhold does, and unrefs it; *COUNT (may be NULL)
 * grows by how many there were. MAILS NULL: ERROR is set already. */
gboolean ch_db_unhold_all(ChStore *store, GArray *mails, const char *why, gboolean forget, guint *count,
                          GError **error);

/* questions.c: ch_store_answer, with what the form said (PROFILE may be NULL). */
gboolean ch_db_answer(ChStore *store, gint64 id, gboolean yes, const char *by, const ChProfile *profile,
                      GError **error);

/* outbox.c: the mails that ask QUESTION and have not left never will. */
gboolean ch_db_drop_question(ChStore *store, gint64 question, GError **error);

/* trouble.c: what FAILURE, which MAIL reports, leaves of its recipient. */
gboolean ch_db_failed(ChStore *store, gint64 mail, const ChFailure *failure, GError **error);
gboolean ch_db_complained(ChStore *store, const ChFailure *failure, GError **error);

/* tickets.c: the ticket that NUMBER leads to through merges; *END 0: there is none of that number. */
gboolean ch_db_ticket_end(ChStore *store, gint64 number, gint64 *end, GError **error);
/* The one place where a ticket gets a state; logged. MAIL 0: none caused it. */
gboolean ch_db_set_state(ChStore *store, gint64 ticket, gint64 mail, const char *actor, ChTicketState state,
                         GError **error);
/* Those that were merged into TICKET. Array of gint64. */
GArray *ch_db_merged(ChStore *store, gint64 ticket, GError **error);

/* values.c: ACTION, of the kinds CH_ACTION_PRIORITY to CH_ACTION_LANGUAGE, is done to TICKET for MAIL; logged
 * as ACTOR's where it changes anything. */
gboolean ch_db_set_value(ChStore *store, gint64 ticket, gint64 mail, const char *actor,
                         const ChAction *action, GError **error);
/* The tags (of char *) and fields (of ChNamedValue) of TICKET are appended. */
gboolean ch_db_values(ChStore *store, gint64 ticket, GPtrArray *tags, GPtrArray *fields, GError **error);

/* rules.c: each of HITS (of ChRuleHit; NULL: none) that holds or is unknown is counted as of now. */
gboolean ch_db_count_rules(ChStore *store, const GPtrArray *hits, GError **error);

/* When a mail was taken in, and what was decided of it. */
typedef struct {
    gint64 taken_at;
    gint64 decided_at; /* 0: nothing yet, or it is held and will be decided anew; then the rest is 0 */
    ChOutcome outcome;
    gint64 ticket;
    gint64 opened; /* ticket, where the mail opened it; 0: it did not */
} ChThen;

/* facts-then.c: of MAIL; 0: it is taken in now. */
gboolean ch_db_then(ChStore *store, gint64 mail, ChThen *then, GError **error);
/* What FACTS say of the ticket and the person of MAIL, which SENDER (folded) wrote, as it was when it was
 * decided. */
gboolean ch_db_as_then(ChStore *store, gint64 mail, const char *sender, const ChThen *then, ChFacts *facts,
                       GError **error);

/* outbox.c: the bytes of outbox mail ID, without its files, appended to SENT (of GBytes); nothing where they
 * are gone or damaged. */
gboolean ch_db_sent(ChStore *store, gint64 id, GPtrArray *sent, GError **error);

/* What the traces in a mail say (traces.c). */
typedef struct {
    gint64 opened; /* in: the ticket that the mail itself opened, which is no trace; 0: none */
    gboolean own_message_id;
    gint64 ticket; /* of the strongest trace; 0: none */
    ChMatch match;
    gint64
        merged; /* the number that the strongest trace has, where it was merged into ticket; 0: it was not */
    char *disagreement;
    guint disagreements;
    gint64 question; /* of the newest token that its sender got with a question; 0: none */
    char *token_of;  /* whose token it is that the sender did not get, the newest; NULL: none */
    gint64 question_serial, token_serial; /* of the mails that brought these */
    gint64 returned;                 /* outbox row of the mail of ours that a report speaks of; 0: of none */
    ChReturnedFacts *returned_facts; /* of it; NULL with returned 0 */
    gint64 returned_rank;            /* how that is known */
    gint64 sent[CH_SENT_MAX];        /* serials of the mails of ours that it names, what it answers first */
    guint sent_count;
} ChTraces;

/* OWN: of char *, folded: the addresses of the sender. What TRACES points to is the caller's to free. */
gboolean ch_db_traces(ChStore *store, const ChMail *mail, const GPtrArray *own, ChTraces *traces,
                      GError **error);
/* One more trace: NUMBER, which may have been merged into another, or never given out (then it is none). */
gboolean ch_traces_weigh(ChStore *store, ChTraces *traces, gint64 number, ChMatch match, GError **error);
