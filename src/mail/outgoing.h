/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values from compose to deliver: what a letter is to say, its bytes, and one attempt to deliver them. */
#pragma once

#include "mail/decision.h"

/* A file that travels with a letter: a part of the mail that the letter is about. */
typedef struct {
    char *name;
    char *type;
    char *part; /* ChAttachment.part */
} ChEnclosure;

/* A place in composed bytes where a file's base64 body belongs. It is put in when the mail leaves, cut out of
 * the raw mail, which never changes: so the bytes are fixed (P5) and a file is not stored again for each
 * recipient. */
typedef struct {
    gsize offset;
    char *part; /* ChAttachment.part */
} ChGap;

ChGap *ch_gap_new(gsize offset, const char *part);
void ch_gap_free(ChGap *gap);
/* "1200:1.2 3400:2", and back; an array of ChGap, NULL where TEXT has another form. */
char *ch_gaps_write(const GPtrArray *gaps);
GPtrArray *ch_gaps_read(const char *text);

/* A department as a customer may write to it. */
typedef struct {
    char *title;
    char *address;
} ChDepartmentLine;

ChDepartmentLine *ch_department_line_new(const char *title, const char *address);
void ch_department_line_free(ChDepartmentLine *line);

/* A mail that waits, as agents are told once a day. */
typedef struct {
    gint64 mail;   /* as `chamado held list` names it */
    gint64 ticket; /* 0: none */
    ChHoldKind kind;
    char *sender;
    char *subject;
    gint64 taken_at; /* seconds since 1970, UTC */
} ChHeldLine;

void ch_held_line_free(ChHeldLine *line);

/* Everything that a template may show (compose gets it, and gets nothing else). Strings are UTF-8, never NULL
 * unless said; a template sees an empty one as false. */
typedef struct {
    char *template; /* "ack", … */
    char *language; /* folder of templates */

    char *desk_name;
    char *from_name; /* the department's title, or the desk's */
    char *from;      /* the department's address: the only sender a customer sees (P8) */
    char *to_name;
    char *to;

    char *subject_key; /* "[#1042]" */
    gint64 number;
    char *title; /* the ticket's */
    char *department_title;
    char *state;  /* ticket state name: open, pending, closed; templates translate it by sections */
    char *author; /* who wrote the text: a name for people; never an agent's address in a letter to a customer
                   */
    char *author_address;   /* shown in letters to agents and admins alone; "" in one to a customer (P8) */
    char *text;             /* what the author wrote now; LF */
    char *summary;          /* its first lines, for acknowledgements */
    gboolean truncated;     /* the mail was too large and only its headers were read */
    gboolean encrypted;     /* some of the mail is encrypted, and could not be read */
    guint64 size;           /* of that mail, bytes */
    guint64 size_limit;     /* bytes */
    GPtrArray *attachments; /* of ChAttachment (borrowed elements): all of the mail, accepted or refused */
    GPtrArray *enclosures;  /* of ChEnclosure: the files that this letter carries */
    char *log_line;         /* for admin-quarantine and admin-budget: what happened */

    GPtrArray *fields;  /* of ChNamedValue, by their titles: the ticket's fields that have a value */
    GPtrArray *missing; /* of char *: ask-fields: titles of the required fields that have none */
    gboolean again;     /* ask-fields: after an answer that filled some */
    /* These in letters to agents alone (P8); unset, empty or 0 in others. */
    ChPriority priority;
    GPtrArray *tags; /* of char * */
    char *assignee;  /* address; "": nobody */
    gboolean assigned_to_you;
    gint64 due_at;      /* seconds since 1970, UTC; 0: none */
    GPtrArray *headers; /* of ChNamedValue: more header fields */

    char *follows_key;     /* ack, notice-new: the key of the closed ticket that this one follows; "": none */
    gboolean referred;     /* notice-new: the ticket is another department's, and was referred to this one */
    char *failed_to;       /* notice-bounce, admin-bounce: the address where a mail of ours did not arrive */
    char *failed_template; /* of that mail */
    char *failed_status;   /* RFC 3463, "5.1.1"; "" none */
    char *failed_why;      /* what its server said; "" nothing */
    gboolean unreachable;  /* no automatic mail goes there from now on */
    gboolean complaint;    /* admin-bounce: it arrived, and was reported as abuse */

    char *page_url;         /* verify: the page's link, with its token; "": there is no page */
    gboolean reminder;      /* verify: it was asked before */
    guint days;             /* verify, confirm, confirm-alias: until the question expires */
    char *claimed;          /* confirm-alias: the other address that wrote */
    GPtrArray *departments; /* of ChDepartmentLine: welcome, refusal: where one may write */
    GPtrArray *held;        /* of ChHeldLine: notice-held, the newest ones */
    guint held_count;       /* of all */

    char *reply_to;        /* a signed address for Reply-To and the mailto links; "": as from */
    char *message_id;      /* without brackets */
    char *in_reply_to;     /* without brackets; "" for none */
    GPtrArray *references; /* of char *, without brackets, oldest first */
    gint64 date;           /* seconds since 1970, UTC */
    gboolean automatic;    /* RFC 3834: an acknowledgement or notice, not a person's words */
} ChLetter;

ChLetter *ch_letter_new(void); /* all strings "", all arrays empty */
void ch_letter_free(ChLetter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChLetter, ch_letter_free)

ChEnclosure *ch_enclosure_new(const char *name, const char *type, const char *part);
void ch_enclosure_free(ChEnclosure *enclosure);

/* A token bucket of outgoing mail (desk/budget.h). */
typedef struct {
    double mails;      /* left at the time AT; below 0: a debt */
    gint64 at;         /* seconds since 1970, UTC; 0: there is no such bucket yet */
    gint64 tripped_at; /* 0: not since it was last full */
} ChBucket;

/* One queued mail, as the outbox hands it to a transport. */
typedef struct {
    gint64 id; /* outbox row */
    char *envelope_from;
    char *recipient;
    GBytes *bytes;    /* RFC 5322, CRLF line ends; the same at every attempt (P5) */
    guint attempts;   /* made before this one */
    gint64 queued_at; /* seconds since 1970, UTC */
} ChEnvelope;

ChEnvelope *ch_envelope_new(gint64 id, const char *envelope_from, const char *recipient, GBytes *bytes,
                            guint attempts);
void ch_envelope_free(ChEnvelope *envelope);

typedef enum {
    CH_DELIVERY_SENT,
    CH_DELIVERY_RETRY, /* 4xx, 5xx about us, no connection, a timeout: the mail may or may not have arrived */
    CH_DELIVERY_FAILED, /* 5xx for this mail: never again */
} ChDeliveryResult;

/* The life of an outbox row. */
typedef enum {
    CH_OUTBOX_QUEUED,
    CH_OUTBOX_SENDING, /* an attempt is under way, or was when the program died: uncertain (L17) */
    CH_OUTBOX_SENT,
    CH_OUTBOX_FAILED,
    CH_OUTBOX_DROPPED, /* by an admin */
} ChOutboxState;

const char *ch_outbox_state_name(ChOutboxState state);
gboolean ch_outbox_state_parse(const char *name, ChOutboxState *state);
/* Whether an outbox row may go from one state to another; the one table of transitions. */
gboolean ch_outbox_state_may(ChOutboxState from, ChOutboxState to);
