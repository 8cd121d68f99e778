/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mails that wait for somebody's word, the questions that are asked for it, and the answers. What an answer
 * brings about is pipeline_answers.c's business; who needs which evidence is in needs.c.
 */
#include "desk/case.h"
#include "desk/consent.h"
#include "desk/needs.h"

#include <string.h>

/* DOMAIN is PATTERN, or below it where that is "*.grupo.example". */
static gboolean domain_matches(const char *domain, const char *pattern)
{
    if (g_str_has_prefix(pattern, "*."))
        return g_str_has_suffix(domain, pattern + 1);
    return strcmp(domain, pattern) == 0;
}

static gboolean is_of_known_domain(const ChCase *c)
{
    const char *at = strrchr(c->sender, '@');
    for (char **pattern = c->route->domains; at && pattern && *pattern; pattern++)
        if (domain_matches(at + 1, *pattern))
            return TRUE;
    return FALSE;
}

/* The domain's owner says that such mail is not theirs: a question would go to somebody who wrote nothing. */
static gboolean is_forged(const ChVerdict *verdict)
{
    for (guint i = 0; i < verdict->auth->len; i++) {
        const ChAuthResult *result = g_ptr_array_index(verdict->auth, i);
        if (strcmp(result->method, "dmarc") == 0 && strcmp(result->result, "fail") == 0)
            return TRUE;
    }
    return FALSE;
}

/* NULL where the mail is a reason to write to its sender, or to another one, about it; otherwise why not.
 * Spam, to name one thing that rules hold, comes under the names of people who never wrote. */
static const char *why_silent(const ChCase *c)
{
    if (c->verdict->no_answer)
        return "nobody reads an answer there";
    if (is_forged(c->verdict))
        return "dmarc=fail: its domain disowns it";
    if (ch_is_held_by_rule(c))
        return "a rule holds the mail";
    return NULL;
}

/* NULL where the sender may be asked now; otherwise why not. */
static const char *why_not_ask(const ChCase *c)
{
    const char *why = why_silent(c);
    if (why)
        return why;
    if (c->facts->asked_hour)
        return "they were asked within the last hour";
    if (c->facts->asked_day >= c->config->registration.per_day)
        return "they were asked often enough today";
    return NULL;
}

static void ask_to_register(const ChCase *c)
{
    const char *language = c->mail->language;
    ch_decision_act(c->decision, CH_ACTION_REGISTER, CH_TICKET_OPEN, language, NULL);
    const char *why = why_not_ask(c);
    if (why) {
        ch_reason(c->decision->reasons, "no verification mail: %s", why);
        return;
    }
    ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, "verify",
                     ch_case_language(c), FALSE)
        ->question = CH_QUESTION_REGISTER;
}

/* A closed department takes nobody new. One refusal is polite, a second one is noise. */
static gboolean is_refused(const ChCase *c)
{
    return c->route->registration == CH_REGISTRATION_CLOSED && !is_of_known_domain(c);
}

static void refuse(const ChCase *c)
{
    if (c->route->refuse && !c->facts->held_closed && !why_silent(c))
        ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, "refusal",
                         ch_case_language(c), FALSE);
}

void ch_hold_newcomer(const ChCase *c)
{
    const ChRegistrationConfig *limits = &c->config->registration;
    ch_reason(c->decision->reasons, "a ticket needs %s, and %s has none", ch_need_words(CH_DEED_OPEN),
              c->verdict->sender->address);
    g_free(c->decision->department);
    c->decision->department = g_strdup(c->route->name);
    if (is_refused(c)) {
        refuse(c);
        ch_decision_hold(c->decision, CH_HOLD_CLOSED, "its department takes mail of known customers only");
        return;
    }
    if (c->facts->held_mails > limits->mails || c->facts->held_bytes + c->mail->size > limits->bytes) {
        c->decision->outcome = CH_OUTCOME_IGNORED; /* P13: the first one and so many more */
        ch_reason(c->decision->reasons,
                  "ignored: %u mails of this address, %" G_GUINT64_FORMAT
                  " bytes, wait for its confirmation already",
                  c->facts->held_mails, c->facts->held_bytes);
        return;
    }
    ask_to_register(c);
    ch_decision_hold(c->decision, CH_HOLD_REGISTRATION,
                     ch_is_held_by_rule(c) ? "a rule says so, and its sender has not confirmed the address"
                                           : "until its sender confirms the address");
}

void ch_register(const ChCase *c, ChAccount account)
{
    c->decision->outcome = CH_OUTCOME_COMMAND;
    ch_reason(c->decision->reasons, "asks for an account");
    g_free(c->decision->department);
    c->decision->department = g_strdup(c->route->name);
    if (ch_hold_by_rule(c))
        return;
    if (account == CH_ACCOUNT_ACTIVE) {
        ch_reason(c->decision->reasons, "has one already");
        if (!c->verdict->no_answer)
            ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, "welcome",
                             ch_case_language(c), FALSE);
    } else if (is_refused(c)) {
        ch_hold_newcomer(c);
    } else {
        ask_to_register(c);
    }
}

void ch_hold_claim(const ChCase *c, ChRole role)
{
    ch_reason(c->decision->reasons, "to write into ticket %" G_GINT64_FORMAT " needs %s; this is a %s alone",
              c->facts->ticket->number, ch_need_words(CH_DEED_ADD), ch_evidence_name(c->verdict->evidence));
    const char *why = why_silent(c);
    if (why)
        ch_reason(c->decision->reasons, "not asked: %s", why);
    else
        ch_decision_mail(c->decision, c->verdict->sender->name, c->verdict->sender->address, "confirm",
                         ch_case_language(c), role == CH_ROLE_AGENT)
            ->question = CH_QUESTION_CLAIM;
    ch_decision_hold(c->decision, CH_HOLD_CLAIM, "until its sender confirms that they wrote it");
}

void ch_hold_alias(const ChCase *c)
{
    const ChPersonFacts *owner = c->facts->token_person;
    const char *silent = ch_is_held_by_rule(c) ? "a rule holds the mail"
                         : c->facts->token_asked_day >= c->config->registration.per_day
                             ? "they were asked often enough today"
                             : NULL;
    if (silent)
        ch_reason(c->decision->reasons, "not asked: %s", silent);
    else
        ch_decision_mail(c->decision, owner ? owner->name : NULL, c->facts->token_of, "confirm-alias",
                         owner && *owner->language ? owner->language : c->route->language, FALSE)
            ->question = CH_QUESTION_ALIAS;
    g_autofree char *why = g_strdup_printf("%s answers a mail that went to %s%s", c->verdict->sender->address,
                                           c->facts->token_of, silent ? "" : ", who is asked");
    ch_decision_hold(c->decision, CH_HOLD_ALIAS, why);
}

gboolean ch_answer_is_unclear(const ChCase *c)
{
    return c->facts->question->kind != CH_QUESTION_REGISTER && ch_consent_is_unclear(c->mail);
}

void ch_answer_question(const ChCase *c)
{
    const ChQuestionFacts *question = c->facts->question;
    gboolean no = ch_consent_is_no(c->mail);
    c->decision->outcome = CH_OUTCOME_COMMAND;
    if (ch_answer_is_unclear(c)) {
        ch_reason(c->decision->reasons,
                  "answers neither yes nor no to our question %" G_GINT64_FORMAT " (%s), which stays open",
                  question->id, ch_question_name(question->kind));
        return;
    }
    c->decision->once_more = !no && ch_consent_says_more(c->mail);
    ch_reason(c->decision->reasons, "answers %s to our question %" G_GINT64_FORMAT " (%s), with its token",
              no ? "no" : "yes", question->id, ch_question_name(question->kind));
    ch_decision_answer(c->decision, question->id, !no);
}
