/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules say of one mail: route/ fills it, desk/ decides what of it takes effect (man/chamado-rules.5
 * has the table), the store carries that out. Plain values; strings are UTF-8 on one line.
 */
#pragma once

#include "base/config.h"
#include "mail/mail.h"

/* Three-valued (Kleene): unknown where a test could not be done within its limits (P13). */
typedef enum {
    CH_RULE_NO,
    CH_RULE_YES,
    CH_RULE_UNKNOWN,
} ChRuleResult;

const char *ch_rule_result_name(ChRuleResult result); /* "no", "yes", "unknown" */

/* One rule and what it said of the mail. */
typedef struct {
    char *file; /* as it was opened: relative to the folder that was loaded */
    guint line; /* of "match" */
    char *text; /* the rule in one line, as `rules fmt` would write it without breaks; it names the rule in
                   the statistics, so that one that only moved keeps its history */
    ChRuleResult result;
    char *why; /* the condition that decided it, or why it is unknown; "" where that was not asked for */
} ChRuleHit;

void ch_rule_hit_free(ChRuleHit *hit);

/* "pedido" = "123456": a custom field, or a header field. */
typedef struct {
    char *name;
    char *value;
} ChNamedValue;

ChNamedValue *ch_named_value_new(const char *name, const char *value);
void ch_named_value_free(ChNamedValue *field);
/* The field of FIELDS (of ChNamedValue) with NAME, compared by ch_fold; NULL where there is none. Borrowed.
 */
ChNamedValue *ch_named_value_find(const GPtrArray *fields, const char *name);

typedef enum {
    CH_PRIORITY_UNSET,
    CH_PRIORITY_LOW,
    CH_PRIORITY_NORMAL,
    CH_PRIORITY_HIGH,
    CH_PRIORITY_URGENT,
} ChPriority;

const char *ch_priority_name(ChPriority priority); /* "low" …; NULL for unset */
gboolean ch_priority_parse(const char *name, ChPriority *priority);

typedef enum {
    CH_ASSIGN_NONE,
    CH_ASSIGN_AGENT,       /* to the address in assignee */
    CH_ASSIGN_LEAST_BUSY,  /* of the department's agents, who has the fewest tickets that are not closed */
    CH_ASSIGN_ROUND_ROBIN, /* who comes after the one who was assigned last in the department */
} ChAssign;

/* Where the rules want the mail instead of in a ticket. */
typedef enum {
    CH_ASIDE_NONE,
    CH_ASIDE_HOLD,
    CH_ASIDE_IGNORE,
    CH_ASIDE_QUARANTINE,
} ChAside;

/* A file that a rule refuses. */
typedef struct {
    guint attachment; /* index in ChMail.attachments */
    char *why;        /* for people, as the rule words it */
} ChRefusal;

void ch_refusal_free(ChRefusal *refusal);

/* What the rules that hold ask for, in the order of the rules. What can be only one thing is the first rule's
 * that named it; lists hold each value once. Nothing here is checked against the configuration. */
typedef struct {
    char *department; /* a configured name, perhaps of none; NULL: no rule named one */
    ChPriority priority;
    ChAssign assign;
    char *assignee; /* folded address, with CH_ASSIGN_AGENT; with the two others, once one was chosen; else
                       NULL */
    char *title;    /* NULL: none */
    char *template; /* of the acknowledgement, "ack-vip"; NULL: none */
    char *language; /* a folder of templates; NULL: none */
    guint due;      /* seconds from now; 0: none */
    gboolean no_ack;
    ChAside aside;
    char *aside_why;     /* NULL with CH_ASIDE_NONE */
    char *aside_rule;    /* "vip.rules:3": which rule says so; NULL with CH_ASIDE_NONE */
    GPtrArray *tags;     /* of char *, lower case */
    GPtrArray *fields;   /* of ChNamedValue; never an empty value */
    GPtrArray *watch;    /* of char *, folded addresses */
    GPtrArray *notify;   /* of char *, folded addresses */
    GPtrArray *refer;    /* of char *, departments */
    GPtrArray *headers;  /* of ChNamedValue: header fields of the notices that the mail causes */
    GPtrArray *refusals; /* of ChRefusal, at most one for each attachment */
    GPtrArray *hits;     /* of ChRuleHit: the rules that hold or are unknown, in order; with a trace, all */
} ChEffects;

ChEffects *ch_effects_new(void);
void ch_effects_free(ChEffects *effects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChEffects, ch_effects_free)

/* The effects as a rule would say them, each action once: "department financeiro", "tag urgente", "field
 * pedido = \"123\"", "refuse-attachment \"…\"". Of char *, the caller unrefs; empty where there are none. The
 * rules' tests, `rules replay` and the database (mail.effects) compare these words. */
GPtrArray *ch_effects_list(const ChEffects *effects);

/* Where a mail goes. */
typedef struct {
    const ChDepartmentConfig *department; /* for a new ticket; never NULL; borrowed from the configuration */
    GPtrArray *written_to; /* of const ChDepartmentConfig *, borrowed: departments whose address it names,
                              each once, by To, Cc and the delivery */
    ChEffects *effects;    /* never NULL */
    GPtrArray *reasons;    /* of char *: why that department */
} ChRouting;

ChRouting *ch_routing_new(const ChDepartmentConfig *department);
void ch_routing_free(ChRouting *routing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChRouting, ch_routing_free)
