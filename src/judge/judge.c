/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machine or person, by what the header says of itself (P6), and how well the sender is proven. Reading
 * Authentication-Results is authres.c's and align.c's business; what follows from the verdict, desk/decide's.
 */
#include "judge/judge.h"

#include "judge/align.h"
#include "judge/authres.h"
#include "judge/subject.h"

#include <string.h>

#define HOPS_MAX                                                                                             \
    50 /* Received headers; RFC 5321 section 6.3 asks for at least 100 before a relay gives up               \
        */

static gboolean local_part_is(const char *address, const char *const *names)
{
    gsize length = strcspn(address, "@");
    for (; *names; names++)
        if (strlen(*names) == length && g_ascii_strncasecmp(address, *names, length) == 0)
            return TRUE;
    return FALSE;
}

/* A web form of the company's site writes From the desk itself and names the customer in Reply-To. FALSE
 * there: the sender is not whom From names. */
static gboolean take_sender(const ChConfig *config, const ChMail *mail, ChVerdict *verdict)
{
    const ChAddress *sender = mail->from;
    if (mail->reply_to->len == 1 && ch_config_is_desk_address(config, sender->address)) {
        const ChAddress *reply_to = g_ptr_array_index(mail->reply_to, 0);
        if (strchr(reply_to->address, '@') && !ch_config_is_desk_address(config, reply_to->address)) {
            ch_reason(verdict->reasons, "from the desk's own address, Reply-To %s: taken for a web form",
                      reply_to->address);
            sender = reply_to;
        }
    }
    ch_address_free(verdict->sender);
    verdict->sender = ch_address_new(sender->name, sender->address);
    return sender == mail->from;
}

static void weigh_domain(const ChConfig *config, const ChMail *mail, gboolean is_from, ChVerdict *verdict)
{
    ch_authres_believe(mail->auth_fields, config->authserv_id, verdict);
    if (is_from) /* a web form's own domain proves nothing of whom it names */
        ch_align_weigh(verdict, config->authserv_id, mail->from_ambiguous);
}

static gboolean is(ChVerdict *verdict, ChKind kind, const char *why)
{
    verdict->kind = kind;
    ch_reason(verdict->reasons, "%s: %s", ch_kind_name(kind), why);
    return TRUE;
}

/* A report says itself what it is (RFC 6522); a delay is no failure, but only its parts tell them apart. */
static gboolean judge_report(const ChMail *mail, ChVerdict *verdict)
{
    if (!mail->is_report)
        return FALSE;
    if (g_strcmp0(mail->report_type, "delivery-status") == 0)
        return is(verdict, CH_KIND_BOUNCE, "multipart/report of delivery-status (RFC 3464)");
    return is(verdict, CH_KIND_REPORT, "multipart/report (RFC 6522)");
}

static gboolean judge_auto(const ChMail *mail, ChVerdict *verdict)
{
    static const char *const daemons[] = {"mailer-daemon", "mail-daemon", NULL};
    if (mail->auto_submitted && strcmp(mail->auto_submitted, "no") != 0)
        return is(verdict, CH_KIND_AUTO_REPLY, "Auto-Submitted (RFC 3834)");
    if (mail->return_path && !*mail->return_path)
        return is(verdict, CH_KIND_BOUNCE, "empty Return-Path (RFC 5321 section 4.5.5)");
    if (local_part_is(mail->from->address, daemons))
        return is(verdict, CH_KIND_BOUNCE, "written by a mail server");
    return FALSE;
}

/* Last, since it is a guess where the others are told. */
static gboolean judge_subject(const ChMail *mail, ChVerdict *verdict)
{
    gboolean is_reply = mail->in_reply_to->len > 0 || mail->references->len > 0;
    const char *words = ch_subject_automatic(mail->subject, is_reply);
    if (!words)
        return FALSE;
    g_autofree char *why = g_strdup_printf("its subject begins with \"%s\"", words);
    return is(verdict, CH_KIND_AUTO_REPLY, why);
}

static gboolean judge_list(const ChMail *mail, ChVerdict *verdict)
{
    if (mail->list_id)
        return is(verdict, CH_KIND_LIST, "List-Id (RFC 2919)");
    if (!mail->precedence)
        return FALSE;
    if (strcmp(mail->precedence, "list") == 0)
        return is(verdict, CH_KIND_LIST, "Precedence: list");
    if (strcmp(mail->precedence, "bulk") == 0 || strcmp(mail->precedence, "junk") == 0 ||
        strcmp(mail->precedence, "auto_reply") == 0)
        return is(verdict, CH_KIND_AUTO_REPLY, "Precedence");
    return FALSE;
}

ChVerdict *ch_judge(const ChConfig *config, const ChMail *mail)
{
    static const char *const deaf[] = {"noreply",      "no-reply",    "donotreply", "do-not-reply",
                                       "nao-responda", "naoresponda", "postmaster", NULL};
    ChVerdict *verdict = ch_verdict_new();
    gboolean is_from = take_sender(config, mail, verdict);
    weigh_domain(config, mail, is_from, verdict);
    if (mail->received_count > HOPS_MAX)
        is(verdict, CH_KIND_LOOP, "too many Received headers");
    else if (ch_config_is_desk_address(config, verdict->sender->address))
        is(verdict, CH_KIND_LOOP, "written by an address of the desk itself");
    else if (!judge_report(mail, verdict) && !judge_auto(mail, verdict) && !judge_list(mail, verdict) &&
             !judge_subject(mail, verdict))
        verdict->kind = CH_KIND_PERSON;
    if (verdict->kind == CH_KIND_PERSON &&
        (mail->auto_suppress || local_part_is(verdict->sender->address, deaf))) {
        verdict->no_answer = TRUE;
        ch_reason(verdict->reasons, "no automatic answer is wanted there");
    }
    return verdict;
}

/* "1st", "2nd", "3rd", "4th", "11th" */
static const char *ordinal_ending(guint number)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    return number % 10 > 3 || (number % 100 > 10 && number % 100 < 14) ? "th" : endings[number % 10];
}

/* An autoresponder without any mark repeats itself (L21). A person who repeats themselves too much is held
 * up by it only until they, or an admin, stand up for the mail. */
static void judge_repetition(ChVerdict *verdict, const ChFacts *facts)
{
    guint count = facts->same_body + 1;
    if (count < CH_SAME_BODY_MAX || verdict->kind != CH_KIND_PERSON || facts->confirmed)
        return;
    g_autofree char *why = g_strdup_printf("the %u%s mail with the same body from this address within a day",
                                           count, ordinal_ending(count));
    is(verdict, CH_KIND_LOOP, why);
}

void ch_judge_facts(ChVerdict *verdict, const ChFacts *facts)
{
    if (facts->own_message_id)
        is(verdict, CH_KIND_LOOP, "our own mail came back");
    judge_repetition(verdict, facts);
    if (facts->match == CH_MATCH_TOKEN || facts->question) {
        verdict->evidence = CH_EVIDENCE_TOKEN;
        ch_reason(verdict->reasons, "token: answers a mail that we sent to this very address");
    }
    /* A number in the subject of a mail that waited for its address was given to nobody when it came: a
     * guess, perhaps a forger's. It needs a word of its own (P7). */
    if (facts->confirmed && !(facts->by_address && facts->match == CH_MATCH_SUBJECT)) {
        verdict->evidence = CH_EVIDENCE_TOKEN;
        ch_reason(verdict->reasons, "token: %s",
                  facts->by_admin ? "an admin stood up for it" : "its sender confirmed it by mail or page");
    }
}
