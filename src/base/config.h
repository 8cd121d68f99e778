/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration file: read, checked against one table of all keys, never written.
 * A file that does not check gives `file:line: what was found, expected what` (P10), CH_ERROR_CONFIG.
 */
#pragma once

#include "base/limits.h"

typedef enum {
    CH_TLS_IMPLICIT, /* IMAPS 993, SMTPS 465 (RFC 8314) */
    CH_TLS_STARTTLS, /* must succeed before the password is sent */
    CH_TLS_NONE,     /* only to loopback, or with allow_plain */
} ChTls;

typedef enum {
    CH_AFTER_MOVE,
    CH_AFTER_SEEN,
    CH_AFTER_DELETE,
} ChAfter;

/* Where a password comes from; at most one is set. Resolved at each connection, so a rotated one is picked
 * up. */
typedef struct {
    char *value;
    char *command; /* run by /bin/sh; the first line of its output */
    char *variable;
    char *file; /* its first line */
} ChSecret;

typedef struct {
    char *name; /* the section's: [mailbox NAME] */
    char *host;
    guint16 port; /* never 0: where the file says 0, the protocol's own for this tls */
    ChTls tls;
    char *ca_file; /* NULL: the system's store */
    gboolean allow_plain;
    char *user;
    ChSecret password;
    char **folders; /* at least one */
    ChAfter after;
    char *move_to;
    gboolean idle;
    guint interval;   /* seconds between polls where there is no IDLE */
    guint timeout;    /* seconds for each network call */
    char *department; /* for mail that was written to no department's address; NULL: the first department */
} ChMailboxConfig;

typedef struct {
    char *host;
    guint16 port;
    ChTls tls;
    char *ca_file;
    gboolean allow_plain;
    char *user; /* NULL: no AUTH */
    ChSecret password;
    guint connections; /* at most at once */
    guint timeout;     /* seconds for one mail */
    guint retry_days;  /* a mail that could not be delivered by then is given up */
} ChSmtpConfig;

/* Whose first mail opens a ticket. */
typedef enum {
    CH_REGISTRATION_VALIDATED, /* of those who confirmed their address; others are asked to */
    CH_REGISTRATION_OPEN,      /* everybody's */
    CH_REGISTRATION_CLOSED,    /* as validated, and nobody new but those of `domains` is asked */
} ChRegistration;

/* Which files are accepted, of all departments or of one. */
typedef struct {
    char **types;  /* file name extensions, lower case */
    guint64 each;  /* decoded bytes of one file */
    guint64 total; /* decoded bytes of all that are accepted of one mail */
    guint count;   /* that are accepted of one mail */
} ChFilePolicy;

typedef struct {
    char *name;       /* the section's: [department NAME]; stable, it is what the database keeps */
    char *title;      /* what people read */
    char **addresses; /* lower case; the first is the From of its mails */
    char **agents;    /* lower case; addresses */
    char *language;   /* pt_BR or en: a folder of templates */
    ChRegistration registration;
    char **domains;      /* lower case, "cliente.example" or "*.grupo.example"; used where closed */
    gboolean refuse;     /* closed: one polite mail; FALSE: silence */
    gboolean subaddress; /* its mailbox takes "local+anything@domain" (RFC 5233): signed Reply-To addresses */
    ChFilePolicy files;  /* complete: what the section does not say is as for all departments */
    char **fields;       /* names of [field NAME] sections: those that its tickets have; never NULL */
    char **required;     /* of fields: those that a new ticket must have; never NULL */
} ChDepartmentConfig;

/* A custom field of tickets (PORTAL.md row 7). */
typedef struct {
    char *name;     /* the section's: [field NAME]; stable, what rules and the database call it */
    char *title;    /* what people read, and write before ":"; the name where the file says nothing */
    char **aliases; /* other titles that people write; may be empty */
    char *
        account; /* which of "name", "company", "telephone" of the requester's account fills it; NULL: none */
} ChFieldConfig;

/* How somebody becomes known to the desk. */
typedef struct {
    guint mails;   /* of one unconfirmed address that are held for release */
    guint64 bytes; /* of those together */
    guint per_day; /* questions to one address in a day; besides, at most one an hour */
    guint remind;  /* seconds until a reminder; 0: none */
    guint expire;  /* seconds until a question can't be answered any more */
    guint retain;  /* seconds that a mail is held, from the day it came */
} ChRegistrationConfig;

/* Mails in an hour, all kinds counted (P6); a bucket holds as many as one hour gives. */
typedef struct {
    guint address;   /* to one address */
    guint ticket;    /* to one address about one ticket */
    guint agent;     /* to one agent or admin */
    guint desk;      /* in all, but for those that strangers pays */
    guint strangers; /* questions and refusals to people who have not confirmed their address */
} ChBudgetConfig;

/* The validation page. */
typedef struct {
    char *host; /* to listen on */
    guint16 port;
    char *url;       /* as people reach it, "https://ajuda.example.br", no slash at the end; NULL: no page */
    char **fields;   /* that the form shows, of "name", "company", "telephone", "language"; may be empty */
    char **required; /* of fields; may be empty */
    char *colour;    /* "#0b5fa5" */
    char *logo;      /* path of an SVG or PNG file; NULL: none */
    char **proxies;  /* IP addresses whose X-Forwarded-For is believed, as g_inet_address_to_string has
                        them; may be empty */
    guint requests;  /* in a minute from one address */
    guint connections; /* at most at once */
    guint timeout;     /* seconds that a request may take to come in whole */
} ChWebConfig;

typedef struct {
    char *file; /* NULL: built-in defaults */

    char *desk_name;
    char *desk_prefix;   /* "" or "Integral": the subject key is [#1042] or [Integral #1042] */
    char *desk_domain;   /* the right side of our Message-IDs */
    char **desk_admins;  /* addresses told of quarantined mail; may be empty */
    char *desk_language; /* of departments that name none */

    GPtrArray *mailboxes;   /* ChMailboxConfig *, in file order; may be empty */
    GPtrArray *departments; /* ChDepartmentConfig *, in file order; never empty */
    GPtrArray *fields;      /* ChFieldConfig *, in file order; may be empty */
    ChSmtpConfig smtp;      /* host NULL: no [smtp] section; mails wait in the outbox */

    ChLimits limits;
    ChFilePolicy files; /* of departments that say nothing else; each is limits.attachment_bytes */
    char *authserv_id;  /* NULL: no Authentication-Results header is believed */
    guint key_days;     /* that a key verifies after `keys rotate` */

    ChRegistrationConfig registration;
    ChBudgetConfig budgets;
    ChWebConfig web;
    guint
        reopen_days; /* in which a customer's reply opens a closed ticket again; then a new one follows it */
    guint digest_hour; /* local time, 0 to 23: when agents are told what is held */

    char *state_dir;    /* desk.db and the lock live here */
    char *template_dir; /* holds pt_BR/ and en/ */
    char *rules_dir;    /* a folder of *.rules, or one file; NULL: there are no rules */
} ChConfig;

/* Reads FILE (NULL: the built-in defaults of an empty desk), then applies OVERRIDES, "section.key=value"
 * ("mailbox NAME.key=value" for a named section), NULL-terminated, may be NULL. Free with ch_config_free. */
ChConfig *ch_config_load(const char *file, const char *const *overrides, GError **error);
/* The same for a process that must never hold a password: all four ways to give one are overwritten in what
 * was read before anything copies it, and left unset. So they are in the strings of OVERRIDES, which must be
 * writable; where those came from (argv) is the caller's to clean. */
ChConfig *ch_config_load_public(const char *file, char **overrides, GError **error);
void ch_config_free(ChConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChConfig, ch_config_free)

/* The whole configuration in force as the file would say it, passwords as "********". Free with g_free. */
char *ch_config_show(const ChConfig *config);

/* The password, told to the redacting log at once. *PASSWORD is NULL where none is configured. Free with
 * g_free. A command may take SECONDS, CH_SECRET_SECONDS at most (P13); the thread waits for it.
 * CH_ERROR_CONFIG where the command fails or the file or variable isn't there. */
gboolean ch_secret_resolve(const ChSecret *secret, guint seconds, char **password, GError **error);

/* Warns, in the log, of each password_file that everybody on this machine can read (loading does so); with
 * READING, of each that this user can't. */
void ch_secret_look(const ChConfig *config, gboolean reading);

/* NULL where there is none, and where NAME is NULL. Borrowed. */
const ChDepartmentConfig *ch_config_department(const ChConfig *config, const char *name);
const ChFieldConfig *ch_config_field(const ChConfig *config, const char *name);

/* Whether ADDRESS (any case) is an address of a department, perhaps with "+something" (RFC 5233): mail from
 * it is our own, and mail to it comes back to us. An agent's is none. */
gboolean ch_config_is_desk_address(const ChConfig *config, const char *address);

/* Whether ADDRESS (any case) is of a domain of ours: one that an address of a department has. */
gboolean ch_config_is_desk_domain(const ChConfig *config, const char *address);

/* Whether TEXT (UTF-8) looks like a domain; nothing is looked up. */
gboolean ch_config_is_domain(const char *text);

/* Whether FOLDED (ch_address_fold) is an agent's of any department, or an admin's. */
gboolean ch_config_is_agent(const ChConfig *config, const char *folded);
