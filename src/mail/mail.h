/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values that travel from fetch to judge: an incoming mail's bytes, and what they say. Plain structs,
 * filled by one stage and not changed after it. All text is valid UTF-8 with LF line ends and no NUL.
 */
#pragma once

#include <glib.h>

/* One mail as a source hands it over (fetch -> pipeline). */
typedef struct {
    GBytes *raw;         /* the whole mail; the header block alone where truncated */
    gboolean truncated;  /* over limits.mail_bytes on the server: the body was not fetched (L3) */
    guint64 server_size; /* bytes it has on the server (RFC822.SIZE, RFC 3501); of raw where not truncated */
    char *source;        /* for people: "suporte/INBOX", "stdin", a path */
    char *mailbox;       /* configured name, or NULL where it came from no mailbox */
    char *folder;        /* NULL with mailbox */
    guint32 uidvalidity; /* 0 with mailbox */
    guint32 uid;         /* 0 with mailbox */
} ChIncoming;

ChIncoming *ch_incoming_new(GBytes *raw, const char *source); /* takes its own reference of RAW */
void ch_incoming_free(ChIncoming *incoming);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChIncoming, ch_incoming_free)

typedef struct {
    char *name;    /* decoded, one line; "" where there is none */
    char *address; /* as written, without angle brackets or comments; "" where it could not be read */
} ChAddress;

ChAddress *ch_address_new(const char *name, const char *address);
void ch_address_free(ChAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChAddress, ch_address_free)

/* ADDRESS folded for comparing: white space at the ends gone, lower case. The local part too: no mail system
 * that people use tells Ana@ from ana@. Free with g_free. */
char *ch_address_fold(const char *address);

/* How ChAttachment.reason begins where the desk's own policy refused a file (desk/files.h): compose knows
 * them by it, and says them in the reader's language. Any other reason is shown as it is. */
#define CH_REFUSED_SIZE    "it has "
#define CH_REFUSED_TYPE    "files of the type "
#define CH_REFUSED_NO_TYPE "its name has no extension"
#define CH_REFUSED_CONTENT "its name says one type and its content another: "
#define CH_REFUSED_PROGRAM "it is a program: "
#define CH_REFUSED_TOTAL   "all files together have more than "
#define CH_REFUSED_COUNT   "the mail has more than "
#define CH_REFUSED_SEALED  "what is inside cannot be read"
#define CH_REFUSED_CRYPTO  "it belongs to the mail's signature or encryption"
/* A rule refused it: its own words for people follow, and are shown as they are. */
#define CH_REFUSED_RULE "a rule refuses it: "

/* One file of a mail. Its bytes stay in the raw mail; PART says where. */
typedef struct {
    char *part; /* place in the MIME tree, "1.2", as in IMAP's BODY[1.2] (RFC 3501 section 6.4.5); "2/1" is
                   the first file inside part 2 (a winmail.dat, or a mail signed by S/MIME) */
    char *name; /* decoded and made safe: no path, no control characters; never empty */
    char *type; /* "image/png", lower case, as declared */
    char *content_type; /* as its first bytes say; "" where they say nothing, or that it is plain text */
    guint64 size;       /* decoded bytes */
    char sha256[65];    /* of the decoded bytes, lower-case hexadecimal */
    gboolean is_inline; /* an image that is shown inside the text */
    gboolean is_crypto; /* a signature, or the sealed body of an encrypted mail: no file that somebody sent */
    gboolean is_sealed; /* a container (winmail.dat) that could not be opened whole */
    gboolean accepted;  /* desk: by the policy of its department (desk/files.h); FALSE before */
    char *reason;       /* why not, in English for the log; "" where accepted, and before */
} ChAttachment;

void ch_attachment_free(ChAttachment *attachment);
/* What a person would call a file of theirs: no signature of the mail, and no logo below the text that was
 * refused. */
gboolean ch_attachment_is_listed(const ChAttachment *attachment);

/* What a report says of one recipient of a mail (RFC 3464 section 2.3), or what the words of a report without
 * such a part say. */
typedef struct {
    char *recipient;  /* address, as written; "" where none is named */
    char *action;     /* "failed", "delayed", "delivered", "relayed" or "expanded" */
    char *status;     /* "5.1.1" (RFC 3463); "" where none can be told */
    char *diagnostic; /* what the server said, one line of at most CH_DIAGNOSTIC_MAX bytes; "": nothing */
} ChBounce;

ChBounce *ch_bounce_new(const char *recipient, const char *action, const char *status,
                        const char *diagnostic);
void ch_bounce_free(ChBounce *bounce);

typedef enum {
    CH_CUT_QUOTE,
    CH_CUT_SIGNATURE,
} ChCutKind;

/* A stretch of ChMail.text that is hidden in reply: bytes [start, end). */
typedef struct {
    gsize start, end;
    ChCutKind kind;
} ChCut;

const char *ch_cut_name(ChCutKind kind);

/* One Authentication-Results header field (RFC 8601). */
typedef struct {
    char *value;  /* unfolded */
    gboolean cut; /* it was longer than CH_HEADER_VALUE_MAX: value is its beginning, and proves nothing */
    guint run;    /* fields with the same number stood beside each other, the topmost run is 0; DKIM-Filter,
                     DMARC-Filter and Received-SPF, which filters write between their results, part no run */
} ChAuthField;

void ch_auth_field_free(ChAuthField *field);

/* One header field. */
typedef struct {
    char *name;  /* as written */
    char *value; /* decoded (RFC 2047), one line, at most CH_HEADER_VALUE_MAX bytes */
} ChHeader;

void ch_header_free(ChHeader *header);

/* What the bytes of one mail say (parse). Nothing here is believed yet. */
typedef struct {
    char *message_id;    /* without brackets; "" where missing */
    ChAddress *from;     /* never NULL; its address is "" where the mail names none */
    GPtrArray *reply_to; /* of ChAddress, as to and cc; never NULL */
    GPtrArray *to;
    GPtrArray *cc;
    GPtrArray *delivered_to; /* of char *: Delivered-To, X-Original-To, Envelope-To, Resent-To: where it
                                really went */
    char *return_path;       /* NULL: no such header; "": the null sender of RFC 5321 section 4.5.5 */
    char *subject;           /* decoded, one line; "" where missing */
    char *date;              /* ISO 8601 with offset; NULL where missing or unreadable */
    gint64 date_seconds;     /* since 1970 UTC; 0 with date NULL */
    GPtrArray *in_reply_to;  /* of char *, without brackets, in order; never NULL */
    GPtrArray *references;

    char *auto_submitted; /* RFC 3834, lower case, without parameters; NULL where missing */
    char *precedence;     /* lower case; NULL where missing */
    char *list_id;        /* RFC 2919; NULL where missing */
    gboolean
        auto_suppress; /* X-Auto-Response-Suppress, X-Autoreply, X-Autorespond or their like stands there */
    char *automatic;   /* the field, besides those above, by which a program says that nobody wrote this mail,
                          "X-Cron-Env"; NULL: none */
    char *list_mark;   /* the field, besides List-Id and Precedence, of mailing lists; NULL: none */
    char *bulk;        /* the field of mass mailings; NULL: none */
    char *other_desk;  /* the field by which another help desk or tracker shows, though people write through
                          it too; NULL: none */
    GPtrArray *loop_marks; /* of char *: values of X-Loop; never NULL */
    gboolean by_client;    /* it names a program in which people write mail, "X-Mailer: Microsoft Outlook" */
    gboolean threaded;     /* Thread-Index: Outlook or Exchange made it, if not a person in it */
    gboolean invitation_reply; /* it answers a calendar invitation (RFC 5546, METHOD:REPLY) */
    gboolean is_report;        /* the top is multipart/report (RFC 6522), or was meant to be */
    char *report_type;    /* its report-type parameter, lower case, or what its parts say; NULL otherwise */
    GPtrArray *bounces;   /* of ChBounce: what a delivery report says, in order; never NULL */
    char *returned_id;    /* Message-ID of the mail that a report returns or speaks of; "": none */
    guint received_count; /* Received headers: the hops so far */
    GPtrArray
        *auth_fields; /* of ChAuthField, from the top down to From, at most CH_AUTH_FIELDS_MAX; never NULL */
    GPtrArray *headers;      /* of ChHeader: every field of the header block in order, for the rules; at most
                                CH_HEADER_FIELDS_MAX; never NULL */
    gboolean from_ambiguous; /* several From headers, several addresses in one, or a header block that others
                                may read otherwise: nobody can be proven */
    char *language; /* the first tag of Accept-Language or Content-Language (RFC 3282), "pt-BR"; NULL: none */

    char *text;             /* the best text, whole */
    char *reply;            /* text without the cuts; text where the cuts would leave nothing (P9) */
    GArray *cuts;           /* of ChCut, in order, not overlapping */
    GPtrArray *attachments; /* of ChAttachment, in the order of the parts */
    gboolean encrypted;     /* some of it is encrypted (OpenPGP, S/MIME), and stands in no text */

    gboolean truncated;  /* as ChIncoming */
    guint64 size;        /* server_size of ChIncoming */
    GPtrArray *warnings; /* of char *: limits that were hit, repairs made; for the reasons */
} ChMail;

ChMail *ch_mail_new(void); /* all strings "", all arrays empty */
void ch_mail_free(ChMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChMail, ch_mail_free)

/*
 * What makes two deliveries the same mail (P3): SHA-256 over Message-ID, From, Date, Subject, text and the
 * attachments' digests, so that copies by two routes, or re-encoded on one of them, are one; and a forged
 * Message-ID alone never hides another mail. "" where the mail has neither Message-ID nor Date: then only the
 * same bytes are the same mail. Free with g_free.
 */
char *ch_mail_fingerprint(const ChMail *mail);

/* SHA-256 over the reply and the attachments' digests, by which the same body is known again (P6); "" where
 * there is no attachment and the reply has less than CH_SAME_BODY_LEAST bytes. Free with g_free. */
char *ch_mail_body_digest(const ChMail *mail);
