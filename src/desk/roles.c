/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an address is to a ticket, and who is told of something in which language. What somebody may do by
 * their role stands in needs.c. */
#include "desk/case.h"
#include "desk/decide.h"

#include <string.h>

static gboolean is_agent(const ChDepartmentConfig *department, const char *folded)
{
    return department && g_strv_contains((const char *const *)department->agents, folded);
}

static gboolean is_agent_of(const ChConfig *config, const ChTicketFacts *ticket, const char *folded)
{
    gboolean agent = is_agent(ch_config_department(config, ticket->department), folded);
    for (guint i = 0; i < ticket->referred->len && !agent; i++)
        agent = is_agent(ch_config_department(config, g_ptr_array_index(ticket->referred, i)), folded);
    return agent;
}

const ChPersonFacts *ch_case_person(const ChCase *c, const char *folded)
{
    const ChPersonFacts *person = c->facts->person;
    for (guint i = 0; person && i < person->addresses->len; i++)
        if (strcmp(g_ptr_array_index(person->addresses, i), folded) == 0)
            return person;
    return NULL;
}

gboolean ch_is_agent_here(const ChCase *c, const ChTicketFacts *ticket, const char *folded)
{
    const GPtrArray *actions = c->decision->actions;
    if (ticket ? is_agent_of(c->config, ticket, folded)
               : is_agent(ch_config_department(c->config, c->decision->department), folded))
        return TRUE;
    for (guint i = 0; i < actions->len; i++) {
        const ChAction *action = g_ptr_array_index(actions, i);
        if (action->kind == CH_ACTION_REFER &&
            is_agent(ch_config_department(c->config, action->value), folded))
            return TRUE;
    }
    return FALSE;
}

/* What one address is to the ticket. An agent who is the requester asks as one. */
static ChRole role_of_address(const ChConfig *config, const ChTicketFacts *ticket, const char *folded)
{
    g_autofree char *requester = ch_address_fold(ticket->requester_address);
    if (strcmp(requester, folded) == 0)
        return CH_ROLE_REQUESTER;
    if (is_agent_of(config, ticket, folded))
        return CH_ROLE_AGENT;
    for (guint i = 0; i < ticket->watchers->len; i++)
        if (strcmp(g_ptr_array_index(ticket->watchers, i), folded) == 0)
            return CH_ROLE_WATCHER;
    return CH_ROLE_NONE;
}

/* The address itself counts first, then the others of the same person. */
ChRole ch_case_role(const ChConfig *config, const ChTicketFacts *ticket, const char *address,
                    const ChPersonFacts *person)
{
    ChRole role = role_of_address(config, ticket, address);
    for (guint i = 0; role == CH_ROLE_NONE && person && i < person->addresses->len; i++)
        role = role_of_address(config, ticket, g_ptr_array_index(person->addresses, i));
    return role;
}

ChAccount ch_account_of(const ChConfig *config, const char *folded, const ChPersonFacts *person)
{
    if (ch_config_is_agent(config, folded))
        return CH_ACCOUNT_ACTIVE;
    for (guint i = 0; person && i < person->addresses->len; i++)
        if (ch_config_is_agent(config, g_ptr_array_index(person->addresses, i)))
            return CH_ACCOUNT_ACTIVE;
    return person ? person->account : CH_ACCOUNT_NONE;
}

ChAccount ch_case_account(const ChCase *c)
{
    return ch_account_of(c->config, c->sender, c->facts->person);
}

static const char *language_of(const ChConfig *config, const char *department)
{
    const ChDepartmentConfig *found = ch_config_department(config, department);
    if (!found)
        found = g_ptr_array_index(config->departments, 0);
    return found->language;
}

const char *ch_case_language(const ChCase *c)
{
    const ChPersonFacts *person = c->facts->person;
    if (c->applied->language)
        return c->applied->language;
    if (person && *person->language)
        return person->language;
    return c->mail->language ? c->mail->language : c->route->language;
}

const char *ch_case_requester_language(const ChCase *c, const ChTicketFacts *ticket)
{
    if (c->applied->language)
        return c->applied->language;
    gboolean said = ticket->requester_language && *ticket->requester_language;
    return said ? ticket->requester_language : language_of(c->config, ticket->department);
}

static gboolean gets(const ChDecision *decision, const char *address, const char *template)
{
    for (guint i = 0; i < decision->mails->len; i++) {
        const ChMailPlan *plan = g_ptr_array_index(decision->mails, i);
        if (strcmp(plan->template, template) == 0 && strcmp(plan->to, address) == 0)
            return TRUE;
    }
    return FALSE;
}

static void tell(const ChCase *c, const ChDepartmentConfig *department, const char *template,
                 const char *besides, gboolean referred)
{
    for (char **agent = department ? department->agents : NULL; agent && *agent; agent++)
        if (strcmp(*agent, c->sender) != 0 && g_strcmp0(*agent, besides) != 0 &&
            !gets(c->decision, *agent, template))
            ch_decision_mail(c->decision, NULL, *agent, template, department->language, TRUE)->referred =
                referred;
}

void ch_tell_agents(const ChCase *c, const ChTicketFacts *ticket, const char *template, const char *besides)
{
    tell(c, ch_config_department(c->config, c->decision->department), template, besides, FALSE);
    for (guint i = 0; ticket && i < ticket->referred->len; i++)
        tell(c, ch_config_department(c->config, g_ptr_array_index(ticket->referred, i)), template, besides,
             FALSE);
}

void ch_tell_referred(const ChCase *c, const ChDepartmentConfig *department, const char *template)
{
    tell(c, department, template, NULL, TRUE);
}

gboolean ch_tell_address(const ChCase *c, const char *address, const char *template)
{
    if (gets(c->decision, address, template))
        return FALSE;
    ch_decision_mail(c->decision, NULL, address, template, language_of(c->config, c->decision->department),
                     TRUE);
    return TRUE;
}

void ch_tell_admins(const ChConfig *config, ChDecision *decision, const char *template, const char *author)
{
    const ChDepartmentConfig *first = g_ptr_array_index(config->departments, 0);
    for (char **admin = config->desk_admins; admin && *admin; admin++)
        if (g_strcmp0(*admin, author) != 0)
            ch_decision_mail(decision, NULL, *admin, template, first->language, TRUE);
}

void ch_tell_watchers(const ChCase *c, const ChTicketFacts *ticket, const char *template)
{
    for (guint i = 0; i < ticket->watchers->len; i++) {
        const char *watcher = g_ptr_array_index(ticket->watchers, i);
        if (strcmp(watcher, c->sender) != 0)
            ch_decision_mail(c->decision, NULL, watcher, template, language_of(c->config, ticket->department),
                             FALSE);
    }
}
