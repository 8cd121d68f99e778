/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a template may show: the names, and their values for one letter. */
#pragma once

#include "compose/mustache.h"
#include "mail/outgoing.h"

/* name, whether its value is HTML already */
#define CH_VIEW_NAMES(X)                                                                                     \
    X(lang, FALSE)       /* "pt-BR" (RFC 5646), for HTML's lang */                                           \
    X(answerable, FALSE) /* an answer to the letter does something: the marker belongs on top */             \
    X(marker, FALSE)     /* the line of mail/marker.h */                                                     \
    X(desk_name, FALSE)                                                                                      \
    X(department, FALSE) /* its title */                                                                     \
    X(from, FALSE)       /* the department's address */                                                      \
    X(to_name, FALSE)                                                                                        \
    X(subject_key, FALSE) /* "[#1042]" */                                                                    \
    X(number, FALSE)      /* "1042"; false where no ticket is concerned */                                   \
    X(title, FALSE)                                                                                          \
    X(mailto, FALSE)     /* opens an answer that lands in the ticket */                                      \
    X(state_open, FALSE) /* one of the three is true */                                                      \
    X(state_pending, FALSE)                                                                                  \
    X(state_closed, FALSE)                                                                                   \
    X(author, FALSE)                                                                                         \
    X(author_address, FALSE) /* agents' and admins' letters alone (P8) */                                    \
    X(preview, FALSE)        /* the first words of the text, one line, for lists of mails */                 \
    X(text, FALSE)                                                                                           \
    X(text_html, TRUE) /* the same with paragraphs and links */                                              \
    X(text_cut, FALSE) /* the text was longer than a mail shows */                                           \
    X(summary, FALSE)                                                                                        \
    X(summary_html, TRUE)                                                                                    \
    X(truncated, FALSE) /* the mail was too large and only its header was read */                            \
    X(encrypted, FALSE) /* some of the mail is encrypted, and could not be read */                           \
    X(size, FALSE)      /* of that mail, for people: "61,4 MB" */                                            \
    X(size_limit, FALSE)                                                                                     \
    X(has_files, FALSE)                                                                                      \
    X(has_refused, FALSE) /* one of the files, at least, was refused */                                      \
    X(sent, FALSE)        /* notice-answer: an agent's files, that went to the customer where accepted */    \
    X(unread, FALSE)      /* nothing of the mail could be read */                                            \
    X(files, FALSE)       /* a list; each has the names below */                                             \
    X(file_name, FALSE)                                                                                      \
    X(file_size, FALSE)                                                                                      \
    X(accepted, FALSE)                                                                                       \
    X(refused, FALSE)                                                                                        \
    X(too_large, FALSE) /* why it was refused: one of these nine */                                          \
    X(type_not_accepted, FALSE)                                                                              \
    X(type_unknown, FALSE)  /* its name has no extension */                                                  \
    X(other_content, FALSE) /* its content is not what its name says */                                      \
    X(is_program, FALSE)                                                                                     \
    X(over_total, FALSE) /* all files together are too large */                                              \
    X(over_count, FALSE) /* the mail has too many */                                                         \
    X(sealed, FALSE)     /* a container that cannot be opened */                                             \
    X(reason, FALSE)     /* any other reason, as a rule words it */                                          \
    X(log_line, FALSE)                                                                                       \
    X(has_fields, FALSE)                                                                                     \
    X(fields, FALSE) /* a list of the ticket's custom fields; each has the two names below */                \
    X(field_title, FALSE)                                                                                    \
    X(field_value, FALSE)                                                                                    \
    X(has_missing, FALSE)                                                                                    \
    X(missing_one, FALSE)   /* it is one */                                                                  \
    X(missing, FALSE)       /* ask-fields: a list of what is asked for; each has field_title */              \
    X(again, FALSE)         /* ask-fields: after an answer that filled some */                               \
    X(fields_mailto, FALSE) /* opens an answer with the blanks to be filled in */                            \
    X(has_work, FALSE)      /* one of the following is there; notices to agents alone (P8) */                \
    X(priority_low, FALSE)  /* one of the three, or none: normal */                                          \
    X(priority_high, FALSE)                                                                                  \
    X(priority_urgent, FALSE)                                                                                \
    X(tags, FALSE)            /* "nota-fiscal, vip" */                                                       \
    X(assignee, FALSE)        /* an agent's address */                                                       \
    X(assigned_to_you, FALSE) /* it is the reader's */                                                       \
    X(due, FALSE)             /* date and time, the server's own zone */                                     \
    X(follows_key, FALSE)     /* the key of the closed ticket that this one follows */                       \
    X(referred, FALSE)        /* notice-new: it is another department's ticket, referred to the reader's */  \
    X(failed_to, FALSE)       /* notice-bounce, admin-bounce alone (P8): where a mail did not arrive */      \
    X(failed_template, FALSE) /* which mail */                                                               \
    X(failed_answer, FALSE)   /* which mail, for people: one of these three */                               \
    X(failed_ack, FALSE)                                                                                     \
    X(failed_other, FALSE)                                                                                   \
    X(failed_status, FALSE)  /* "5.1.1" */                                                                   \
    X(failed_why, FALSE)     /* what the server said */                                                      \
    X(failed_unknown, FALSE) /* why, for people: one of these four */                                        \
    X(failed_full, FALSE)                                                                                    \
    X(failed_refused, FALSE)                                                                                 \
    X(failed_unclear, FALSE)                                                                                 \
    X(unreachable, FALSE) /* no automatic mail goes there from now on */                                     \
    X(complaint, FALSE)   /* admin-bounce: it arrived, and was reported as abuse */                          \
    X(page_url, FALSE)    /* verify: the page's link; false where there is no page */                        \
    X(reminder, FALSE)    /* verify: it was asked before */                                                  \
    X(days, FALSE)        /* until a question expires: "7" */                                                \
    X(one_day, FALSE)     /* it is one */                                                                    \
    X(claimed, FALSE)     /* confirm-alias alone: the other address */                                       \
    X(has_departments, FALSE)                                                                                \
    X(departments, FALSE) /* a list; each has the three names below */                                       \
    X(department_title, FALSE)                                                                               \
    X(department_address, FALSE)                                                                             \
    X(department_mailto, FALSE)                                                                              \
    X(held_count, FALSE) /* notice-held: of all that wait */                                                 \
    X(held_one, FALSE)   /* it is one */                                                                     \
    X(held_more, FALSE)  /* the list has fewer than that */                                                  \
    X(has_held, FALSE)                                                                                       \
    X(held, FALSE)      /* a list; each has the names below; notice-held alone (P8) */                       \
    X(held_mail, FALSE) /* its number, as `chamado held list` shows it */                                    \
    X(held_sender, FALSE)                                                                                    \
    X(held_subject, FALSE)                                                                                   \
    X(held_ticket, FALSE)       /* its number; false where it has none */                                    \
    X(held_since, FALSE)        /* date and time, the server's own zone */                                   \
    X(held_registration, FALSE) /* why: one of these seven */                                                \
    X(held_claim, FALSE)                                                                                     \
    X(held_alias, FALSE)                                                                                     \
    X(held_stranger, FALSE)                                                                                  \
    X(held_closed, FALSE)                                                                                    \
    X(held_no_address, FALSE)                                                                                \
    X(held_rule, FALSE)

typedef enum {
#define CH_VIEW_ENUM(name, markup) CH_VIEW_##name,
    CH_VIEW_NAMES(CH_VIEW_ENUM)
#undef CH_VIEW_ENUM
} ChViewName;

/* The same as a list, for ch_mustache_compile. */
extern const ChMustacheName ch_view_names[];

/* The values for LETTER, which outlives them. */
ChValue *ch_view_new(const ChLetter *letter);

/* SIZE for people in LANGUAGE: "812 bytes", "61,4 MB" (1 MB is 1024 KB). Free with g_free. */
char *ch_view_size(guint64 size, const char *language);

/* "mailto:ADDRESS?subject=SUBJECT", percent-encoded (RFC 6068). Free with g_free. */
char *ch_view_mailto(const char *address, const char *subject);

/* MAILTO, which has a subject, with a body of one line "TITLE: " for each of TITLES (of char *), as many as
 * every client takes. Free with g_free. */
char *ch_view_form(const char *mailto, const GPtrArray *titles);
