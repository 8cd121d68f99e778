/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machine or person (P6), and how well the sender is proven. Reading Authentication-Results is authres.c's
 * and align.c's business, words are subject.c's and notice.c's; what follows from the verdict, desk/decide's.
 */
#include "judge/judge.h"

#include "base/fold.h"
#include "judge/align.h"
#include "judge/authres.h"
#include "judge/notice.h"
#include "judge/subject.h"

#include <string.h>

/* Received headers; RFC 5321 section 6.3 asks for at least 100 before a relay gives up. */
#define HOPS_MAX 50

#define FORM_LINE_MAX 400 /* bytes of a line in which a form gives an address */

/* Local parts where nobody reads, alone or as a word: "alerts-noreply". */
static const char *const deaf[] = {
    "noreply",       "no-reply",     "no_reply",    "donotreply",    "do-not-reply",    "nao-responda",
    "naoresponda",   "nao_responda", "noresponder", "no-responder",  "nao-responder",   "naoresponder",
    "nao_responder", "noresponda",   "no-responda", "nepasrepondre", "ne-pas-repondre", NULL};
/* Accounts of programs, which nobody reads either. */
static const char *const programs[] = {
    "postmaster",   "root",          "daemon",       "cron",     "nobody",  "wordpress", "www-data",
    "apache",       "zabbix",        "nagios",       "icinga",   "grafana", "fail2ban",  "alertmanager",
    "notification", "notifications", "notificacoes", "logwatch", "scanner", NULL};

static gboolean local_part_is(const char *address, const char *const *names)
{
    gsize length = strcspn(address, "@");
    for (; *names; names++)
        if (strlen(*names) == length && g_ascii_strncasecmp(address, *names, length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_deaf(const char *address)
{
    static const char apart[] = "-_.+";
    const char *end = address + strcspn(address, "@");
    for (const char *at = address; at < end; at++)
        for (guint i = 0; deaf[i] && (at == address || strchr(apart, at[-1])); i++) {
            gsize length = strlen(deaf[i]);
            if (!g_ascii_strncasecmp(at, deaf[i], length) &&
                (at + length == end || strchr(apart, at[length])))
                return TRUE;
        }
    return FALSE;
}

/* Whether a form of the company's own site may have written it: as the desk itself, or as nobody of our
 * domain. */
static gboolean may_be_form(const ChConfig *config, const char *address)
{
    if (ch_config_is_desk_address(config, address))
        return TRUE;
    return ch_config_is_desk_domain(config, address) &&
           (is_deaf(address) || local_part_is(address, programs));
}

/* A web form of the company's site names the customer in Reply-To. FALSE there: the sender is not whom From
 * names. Where Reply-To names several, the first who is not ourselves; a form may add the desk. */
static gboolean take_sender(const ChConfig *config, const ChMail *mail, ChVerdict *verdict)
{
    const ChAddress *sender = mail->from;
    gboolean form = may_be_form(config, sender->address);
    for (guint i = 0; form && sender == mail->from && i < mail->reply_to->len; i++) {
        const ChAddress *reply_to = g_ptr_array_index(mail->reply_to, i);
        if (!strchr(reply_to->address, '@') || may_be_form(config, reply_to->address))
            continue;
        ch_reason(verdict->reasons, "from the desk's own %s, Reply-To %s: taken for a web form",
                  ch_config_is_desk_address(config, sender->address) ? "address" : "domain",
                  reply_to->address);
        sender = reply_to;
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

/* A failure of one recipient outweighs what became of the others; a delay is no failure. */
static gboolean judge_bounces(const ChMail *mail, ChVerdict *verdict)
{
    gboolean failed = FALSE, delayed = FALSE;
    for (guint i = 0; i < mail->bounces->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(mail->bounces, i);
        failed = failed || !strcmp(bounce->action, "failed");
        delayed = delayed || !strcmp(bounce->action, "delayed");
    }
    const char *form = mail->is_report ? "a delivery report (RFC 3464)" : "a mail server's words";
    if (failed)
        return is(verdict, CH_KIND_BOUNCE, form);
    return is(verdict, delayed ? CH_KIND_DELAY : CH_KIND_REPORT, form);
}

/* A report says itself what it is (RFC 6522). */
static gboolean judge_report(const ChMail *mail, ChVerdict *verdict)
{
    if (mail->bounces->len > 0)
        return judge_bounces(mail, verdict);
    if (mail->is_report && g_strcmp0(mail->report_type, "delivery-status") == 0)
        return is(verdict, CH_KIND_BOUNCE, "multipart/report of delivery-status (RFC 3464)");
    if (mail->is_report)
        return is(verdict, CH_KIND_REPORT, "multipart/report (RFC 6522)");
    if (ch_subject_is_aggregate(mail->subject))
        return is(verdict, CH_KIND_REPORT, "an aggregate report (RFC 7489, RFC 8460)");
    if (ch_notice_is_receipt(mail->subject, mail->reply))
        return is(verdict, CH_KIND_REPORT, "a read receipt by its words");
    return FALSE;
}

static gboolean is_submitted_automatically(const ChMail *mail)
{
    return mail->auto_submitted && strcmp(mail->auto_submitted, "no") != 0;
}

static gboolean has_letter(const char *from, const char *end)
{
    for (const char *at = from; at < end; at++)
        if (g_ascii_isalnum(*at) || (guchar)*at > 127)
            return TRUE;
    return FALSE;
}

/* Whether the line of SIZE bytes gives AUTHOR's address and nothing else, behind its label or below it:
 * "E-mail: x", "*E-mail:* x", "E-mail | x", "De: Ana <x>", "x <mailto:x>". "Write to x" does not. */
static gboolean is_field_of(const char *line, gsize size, const char *author)
{
    g_autofree char *text = g_ascii_strdown(line, (gssize)size);
    g_autofree char *address = g_ascii_strdown(author, -1);
    const char *at = strstr(text, address);
    if (!at || (at > text && (g_ascii_isalnum(at[-1]) || strchr("._+-", at[-1]))))
        return FALSE;
    const char *rest = at + strlen(address);
    g_autofree char *link = g_strconcat("<mailto:", address, ">", NULL);
    const char *again = strstr(rest, link);
    if (has_letter(rest, again ? again : rest + strlen(rest)) ||
        (again && has_letter(again + strlen(link), again + strlen(again))))
        return FALSE;
    static const char *const labels[] = {
        "e-mail ",        "email ",      "mail ",       "e-mail address ",
        "email address ", "your email ", "seu e-mail ", "correo ",
        "from ",          "de ",         NULL}; /* in a table, without a colon */
    g_autofree char *before = g_strndup(text, (gsize)(at - text));
    if (g_strv_contains(labels, before))
        return TRUE;
    const char *value = text;
    for (const char *sign = text; sign < at; sign++)
        value = strchr(":|\t", *sign) ? sign + 1 : value;
    return !has_letter(value, at) || (value > text && strchr("<(", at[-1]));
}

/* Whether a web form's program wrote the mail, but a person its words: the one whom Reply-To names, and a
 * line of the text, "E-mail: ana@cliente.example" or the address below its label. */
static gboolean is_web_form(const ChMail *mail, gboolean is_from)
{
    if (mail->reply_to->len != 1 || mail->in_reply_to->len + mail->references->len > 0)
        return FALSE;
    const char *author = ((const ChAddress *)g_ptr_array_index(mail->reply_to, 0))->address;
    gsize length = strlen(author);
    if (!is_from) /* the desk's own form */
        return TRUE;
    if (length == 0 || !g_ascii_strcasecmp(author, mail->from->address))
        return FALSE;
    for (const char *line = mail->text; *line;) {
        gsize size = strcspn(line, "\n");
        if (size < FORM_LINE_MAX && memchr(line, '@', size) && is_field_of(line, size, author))
            return TRUE;
        line += size + (line[size] != '\0');
    }
    return FALSE;
}

/* Whether Reply-To, of one address, is at the domain of From. */
static gboolean is_same_domain(const ChMail *mail)
{
    const char *ours = strrchr(mail->from->address, '@');
    const char *other = strrchr(((const ChAddress *)g_ptr_array_index(mail->reply_to, 0))->address, '@');
    return ours && other && !g_ascii_strcasecmp(ours, other);
}

/* The same of another company's form: a supplier's "E-mail: " in its own mail is its own. */
static gboolean is_foreign_form(const ChMail *mail, gboolean is_from)
{
    return is_web_form(mail, is_from) && (!is_from || !is_same_domain(mail));
}

/* Exchange marks what a rule passes on as it marks what a rule answers; a person may have written the first.
 */
static gboolean is_passed_on(const ChMail *mail)
{
    return g_strcmp0(mail->automatic, "X-MS-Exchange-Generated-Message-Source") == 0 &&
           (!is_submitted_automatically(mail) || !strcmp(mail->auto_submitted, "auto-generated")) &&
           ch_subject_is_forward(mail->subject);
}

static gboolean judge_auto(const ChMail *mail, gboolean is_from, ChVerdict *verdict)
{
    static const char *const daemons[] = {"mailer-daemon", "mail-daemon", NULL};
    if (is_passed_on(mail)) {
        ch_reason(verdict->reasons, "a rule of Exchange passes it on");
        return FALSE;
    }
    /* RFC 3834 has such programs say auto-generated. */
    if (g_strcmp0(mail->auto_submitted, "auto-generated") == 0 && is_web_form(mail, is_from))
        ch_reason(verdict->reasons, "auto-generated, but with a person's words: taken for a web form");
    else if (is_submitted_automatically(mail))
        return is(verdict, CH_KIND_AUTO_REPLY, "Auto-Submitted (RFC 3834)");
    if (mail->automatic)
        return is(verdict, CH_KIND_AUTO_REPLY, mail->automatic);
    if (local_part_is(mail->from->address, daemons))
        return is(verdict, CH_KIND_BOUNCE, "written by a mail server");
    if (!mail->return_path || *mail->return_path || is_foreign_form(mail, is_from))
        return FALSE;
    /* Vacation notices have it too (RFC 3834 section 3.3); what they say is read by parse, or by nobody. */
    if (*mail->text)
        return is(verdict, CH_KIND_AUTO_REPLY,
                  "empty Return-Path (RFC 5321 section 4.5.5), and no report in it");
    return is(verdict, CH_KIND_BOUNCE, "empty Return-Path (RFC 5321 section 4.5.5)");
}

/* Below their words people leave what they answer; programs hardly do. */
static gboolean has_quote(const ChMail *mail)
{
    for (guint i = 0; i < mail->cuts->len; i++)
        if (g_array_index(mail->cuts, ChCut, i).kind == CH_CUT_QUOTE)
            return TRUE;
    return FALSE;
}

/* The name of the sender, folded, where the address is made of it ("Ana Souza <asouza@...>") and it is no
 * department's; otherwise NULL. */
static char *own_name(const ChAddress *from)
{
    static const char *const roles[] = {
        "financeiro", "cobranca",   "suporte", "support",  "loja",   "vendas",  "contato",   "atendimento",
        "nfe",        "notas",      "equipe",  "service",  "info",   "billing", "sales",     "help",
        "helpdesk",   "sistema",    "portal",  "rh",       "fiscal", "alerta",  "comercial", "faturamento",
        "office",     "secretaria", "team",    "customer", "news",   "store",   "shop",      "central"};
    g_autofree char *name = ch_fold(from->name, 128);
    g_autofree char *address = ch_fold(from->address, 128);
    address[strcspn(address, "@")] = '\0';
    g_auto(GStrv) words = g_strsplit_set(name, " ,.", 8);
    gboolean own = FALSE;
    for (guint i = 0; words[i] && !own; i++)
        own = strlen(words[i]) >= 3 && strstr(address, words[i]);
    if (!own || strlen(words[0]) < 3)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(roles); i++)
        if (!strcmp(words[0], roles[i]))
            return NULL;
    return g_steal_pointer(&name);
}

/* Last, since it is a guess where the others are told. */
static gboolean judge_words(const ChMail *mail, gboolean is_from, ChVerdict *verdict)
{
    /* What a form says of itself is not said of the person's words; a supplier's "E-mail: " is its own. */
    if (is_foreign_form(mail, is_from))
        return FALSE;
    gboolean is_reply = mail->in_reply_to->len > 0 || mail->references->len > 0;
    const char *words = ch_subject_automatic(mail->subject, is_reply, strchr(mail->reply, '?') != NULL);
    if (words) {
        g_autofree char *why = g_strdup_printf("its subject begins with \"%s\"", words);
        return is(verdict, CH_KIND_AUTO_REPLY, why);
    }
    if (ch_subject_is_forward(mail->subject)) /* what it holds may be an automatic reply */
        return FALSE;
    gboolean announced = ch_notice_announces_absence(mail->subject, mail->from);
    gboolean answers = is_reply || ch_subject_is_reply(mail->subject) || announced;
    g_autofree char *name = own_name(mail->from);
    words = ch_notice_words(announced ? "" : mail->subject, mail->reply, name,
                            answers && !mail->by_client && !has_quote(mail), is_deaf(mail->from->address),
                            mail->by_client);
    if (words) {
        g_autofree char *why = g_strdup_printf("it says \"%s\"", words);
        return is(verdict, CH_KIND_AUTO_REPLY, why);
    }
    if (mail->invitation_reply && ch_notice_is_calendar(mail->reply))
        return is(verdict, CH_KIND_AUTO_REPLY, "a calendar's answer to an invitation");
    return FALSE;
}

/* Whether LIST_ID is "<suporte.example.org>" where the desk is suporte@example.org: a group by which the mail
 * to that address comes to several people (Google Groups, Mailman), and so every customer's. */
static gboolean is_own_list(const ChConfig *config, const char *list_id)
{
    const char *open = list_id ? strrchr(list_id, '<') : NULL;
    g_autofree char *id = g_strdup(open ? open + 1 : list_id ? list_id : "");
    id[strcspn(id, "> ")] = '\0';
    for (char *dot = strchr(id, '.'); dot; dot = strchr(dot + 1, '.')) {
        *dot = '@';
        gboolean own = ch_config_is_desk_address(config, id);
        *dot = '.';
        if (own)
            return TRUE;
    }
    return FALSE;
}

static gboolean judge_precedence(const ChMail *mail, gboolean own_list, ChVerdict *verdict)
{
    const char *precedence = mail->precedence ? mail->precedence : "";
    if (strcmp(precedence, "list") == 0)
        return !own_list && is(verdict, CH_KIND_LIST, "Precedence: list");
    if (strcmp(precedence, "auto_reply") == 0)
        return is(verdict, CH_KIND_AUTO_REPLY, "Precedence");
    if (strcmp(precedence, "bulk") && strcmp(precedence, "junk"))
        return FALSE;
    /* Gateways put it on all mail of a company; Exchange's own answers say Auto-Submitted. Request Tracker
     * puts it on what its agents write. */
    if (mail->other_desk && strstr(mail->other_desk, "RT-"))
        return FALSE;
    if (mail->by_client || mail->threaded || (mail->in_reply_to->len > 0 && has_quote(mail)))
        return FALSE;
    return is(verdict, CH_KIND_AUTO_REPLY, "Precedence");
}

/* Services that send newsletters put the marks of these on what the forms of sites write, too. */
static gboolean is_form_in_bulk(const ChMail *mail, gboolean is_from)
{
    const char *precedence = mail->precedence ? mail->precedence : "";
    gboolean usual = !strcmp(precedence, "bulk") || !strcmp(precedence, "junk");
    gboolean unsubscribe = g_strcmp0(mail->list_mark, "List-Unsubscribe-Post") == 0;
    if ((mail->list_mark && !unsubscribe) || (*precedence && !usual))
        return FALSE;
    return (mail->bulk || unsubscribe || usual) && is_foreign_form(mail, is_from);
}

static gboolean judge_list(const ChConfig *config, const ChMail *mail, gboolean is_from, ChVerdict *verdict)
{
    gboolean own = is_own_list(config, mail->list_id);
    if (own)
        ch_reason(verdict->reasons, "the list is the desk's own address: a way to it, and no list");
    if (mail->list_id && !own)
        return is(verdict, CH_KIND_LIST, "List-Id (RFC 2919)");
    if (is_form_in_bulk(mail, is_from)) {
        ch_reason(verdict->reasons, "marked as bulk, but with a person's words: taken for a web form");
        verdict->no_answer = is_from; /* who wrote is not its sender */
        return FALSE;
    }
    if (mail->list_mark && !own)
        return is(verdict, CH_KIND_LIST, mail->list_mark);
    if (mail->bulk)
        return is(verdict, CH_KIND_LIST, mail->bulk);
    return judge_precedence(mail, own, verdict);
}

/* What went through the desk once and was marked there has no business here again. */
static gboolean is_own_loop(const ChConfig *config, const ChMail *mail)
{
    for (guint i = 0; i < mail->loop_marks->len; i++) {
        g_autofree char *mark = g_strdup(g_ptr_array_index(mail->loop_marks, i));
        char *address = mark + strspn(mark, " <");
        address[strcspn(address, " >;,")] = '\0';
        if (ch_config_is_desk_address(config, address))
            return TRUE;
    }
    return FALSE;
}

/* A person's mail that a program passes on, or to which nobody reads an automatic answer. */
static void weigh_answer(const ChMail *mail, gboolean is_from, ChVerdict *verdict)
{
    const char *sender = verdict->sender->address;
    gboolean marked = mail->auto_suppress || mail->other_desk || mail->loop_marks->len > 0 ||
                      mail->invitation_reply || mail->automatic ||
                      (mail->return_path && !*mail->return_path) ||
                      g_strcmp0(mail->precedence, "bulk") == 0 || g_strcmp0(mail->precedence, "junk") == 0 ||
                      (is_from && is_submitted_automatically(mail)); /* a web form's program */
    if (!marked && !is_deaf(sender) && !local_part_is(sender, programs))
        return;
    verdict->no_answer = TRUE;
    ch_reason(verdict->reasons, "no automatic answer is wanted there%s%s", mail->other_desk ? ": " : "",
              mail->other_desk ? mail->other_desk : "");
}

ChVerdict *ch_judge(const ChConfig *config, const ChMail *mail)
{
    ChVerdict *verdict = ch_verdict_new();
    gboolean is_from = take_sender(config, mail, verdict);
    weigh_domain(config, mail, is_from, verdict);
    if (mail->received_count > HOPS_MAX)
        is(verdict, CH_KIND_LOOP, "too many Received headers");
    else if (is_own_loop(config, mail))
        is(verdict, CH_KIND_LOOP, "X-Loop names an address of the desk");
    else if (ch_config_is_desk_address(config, verdict->sender->address))
        is(verdict, CH_KIND_LOOP, "written by an address of the desk itself");
    else if (!judge_report(mail, verdict) && !judge_auto(mail, is_from, verdict) &&
             !judge_list(config, mail, is_from, verdict) && !judge_words(mail, is_from, verdict))
        verdict->kind = CH_KIND_PERSON;
    if (verdict->kind == CH_KIND_PERSON)
        weigh_answer(mail, is_from, verdict);
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
