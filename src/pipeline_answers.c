/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answered question brings about: an account becomes active, an address becomes one more of a person,
 * held mails are read again and take their effect in the order in which they came, or are dropped. Who may
 * answer is desk/'s business and the page's; here the answer is given.
 */
#include "pipeline_private.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/seam.h"

#include <string.h>

#define ANSWERS_MAX 8   /* in one transaction; the writer comes again for the rest */
#define MAILS_MAX   100 /* of one address that are released; registration.mails is far below */

typedef struct {
    const ChDesk *desk;
    ChStore *store;
    guint *queued;
    const ChQuestion *question;
} Carrying;

typedef struct {
    const Carrying *c;
    gint64 mail;
    ChWord word;
    char *source; /* NULL: it could not be read back */
    guint queued;
} Settling;

static gboolean settle_again(gpointer data, GError **error)
{
    Settling *s = data;
    g_autoptr(ChIncoming) incoming = ch_store_incoming(s->c->store, s->mail, error);
    if (!incoming)
        return FALSE;
    s->source = g_strdup(incoming->source);
    g_autoptr(ChReading) reading = ch_read(s->c->desk->config, incoming);
    return ch_settle_word(s->c->desk, s->c->store, s->mail, incoming, reading, s->word, &s->queued, error);
}

/* Reads a held mail again and settles it as if WORD had been given before it came. Its own failure costs only
 * itself (P12). */
static gboolean settle_held(const Carrying *c, gint64 mail, ChWord word, GError **error)
{
    g_autoptr(GError) fault = NULL;
    Settling settling = {.c = c, .mail = mail, .word = word};
    gboolean good = ch_store_contain(c->store, settle_again, &settling, &fault, error);
    g_autofree char *source = settling.source;
    if (!good)
        return FALSE;
    if (!fault) {
        *c->queued += settling.queued;
        return TRUE;
    }
    ch_log_error("release-failed", fault, NULL);
    return ch_quarantine(c->desk, c->store, mail, source ? source : "store", fault->message, c->queued,
                         error);
}

/* A mail that is held no more was released, dropped or forgotten before the answer came: its one outcome
 * stands (P2). */
static gboolean release(const Carrying *c, gint64 mail, ChWord word, GError **error)
{
    gboolean held;
    if (!ch_store_is_held(c->store, mail, &held, error))
        return FALSE;
    if (held)
        return settle_held(c, mail, word, error);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, mail);
    ch_log(CH_LOG_NOTICE, "held-no-more", "mail", number, NULL);
    return TRUE;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
    return one < other ? -1 : one > other;
}

static gboolean collect(const Carrying *c, const char *address, ChHoldKind kind, GArray *mails,
                        GError **error)
{
    g_autoptr(GArray) held = ch_store_held(c->store, address, kind, MAILS_MAX, error);
    if (held)
        g_array_append_vals(mails, held->data, held->len);
    return held != NULL;
}

/* What waits for any address of the person who has ADDRESS: they are active now, and will not be asked again.
 */
static gboolean release_all(const Carrying *c, const char *address, guint *released, GError **error)
{
    g_autoptr(ChPersonFacts) person = NULL;
    g_autoptr(GArray) mails = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!ch_store_person(c->store, address, &person, error))
        return FALSE;
    for (guint i = 0; person && i < person->addresses->len; i++) {
        const char *own = g_ptr_array_index(person->addresses, i);
        if (!collect(c, own, CH_HOLD_REGISTRATION, mails, error) ||
            !collect(c, own, CH_HOLD_CLOSED, mails, error))
            return FALSE;
    }
    g_array_sort(mails, by_number);
    for (guint i = 0; i < mails->len; i++)
        if (!release(c, g_array_index(mails, gint64, i), CH_WORD_ADDRESS, error))
            return FALSE;
    *released = mails->len;
    return TRUE;
}

static gboolean drop_all(const Carrying *c, GError **error)
{
    g_autoptr(GArray) mails =
        ch_store_held(c->store, c->question->address, CH_HOLD_REGISTRATION, MAILS_MAX, error);
    for (guint i = 0; mails && i < mails->len; i++)
        if (!ch_store_unhold(c->store, g_array_index(mails, gint64, i),
                             "its sender said that they did not write it", FALSE, error))
            return FALSE;
    return mails != NULL;
}

static gboolean post(const Carrying *c, const char *template, ChQuestionKind question, GError **error)
{
    g_autoptr(ChPersonFacts) person = NULL;
    g_autofree char *title = NULL;
    g_autofree char *department = NULL;
    if (!ch_store_person(c->store, c->question->address, &person, error) ||
        !ch_store_held_title(c->store, c->question->address, &title, &department, error))
        return FALSE;
    g_autoptr(ChDecision) none = ch_decision_new();
    ChMailPlan *plan = ch_decision_mail(none, person ? person->name : NULL, c->question->address, template,
                                        person ? person->language : NULL, FALSE);
    plan->question = question;
    const ChPosting posting = {.desk = c->desk, .store = c->store, .queued = c->queued};
    const ChOccasion occasion = {.title = title, .about = department};
    return ch_post(&posting, plan, &occasion, error);
}

/* PORTAL.md row 4: the account and its mails, together (P4). Who had no mail waiting is welcomed by one. */
static gboolean carry_register(const Carrying *c, GError **error)
{
    const ChQuestion *question = c->question;
    const ChProfile profile = {question->name, question->company, question->telephone, question->language};
    gboolean first;
    guint released = 0;
    const char *actor = strcmp(question->by, "admin") == 0 ? "admin" : question->address;
    if (!ch_store_activate(c->store, question->address, &profile, actor, &first, error) ||
        !release_all(c, question->address, &released, error))
        return FALSE;
    return !first || released || post(c, "welcome", CH_QUESTION_NONE, error);
}

/* The sender of the held mail is, from now on, one more address of the person who was asked. */
static gboolean carry_alias(const Carrying *c, GError **error)
{
    const ChQuestion *question = c->question;
    g_autoptr(GError) refusal = NULL;
    const ChProfile profile = {0};
    g_autofree char *sender = ch_store_sender(c->store, question->mail, error);
    gboolean first;
    guint released;
    /* The answer confirms the address that was asked, too; an agent's may be known by the configuration
     * alone. */
    if (!sender ||
        !ch_store_activate(c->store, question->address, &profile, question->address, &first, error))
        return FALSE;
    if (!ch_store_alias(c->store, sender, question->address, question->address, &refusal)) {
        if (!g_error_matches(refusal, CH_ERROR, CH_ERROR_INPUT)) {
            g_propagate_error(error, g_steal_pointer(&refusal));
            return FALSE;
        }
        ch_log_error("alias-refused", refusal, NULL); /* the mail stays held, for an admin */
        return TRUE;
    }
    return release(c, question->mail, CH_WORD_SENDER, error) &&
           release_all(c, question->address, &released, error);
}

/* An expired link's button. The rate is that of any other verification mail. */
static gboolean carry_again(const Carrying *c, GError **error)
{
    guint hour, day;
    gint64 now = ch_clock_now();
    if (!ch_store_asked(c->store, c->question->address, now - 60 * 60, &hour, error) ||
        !ch_store_asked(c->store, c->question->address, now - 24 * 60 * 60, &day, error))
        return FALSE;
    if (hour || day >= c->desk->config->registration.per_day)
        return TRUE;
    return post(c, "verify", CH_QUESTION_REGISTER, error);
}

static gboolean carry(const Carrying *c, GError **error)
{
    const ChQuestion *question = c->question;
    if (question->again)
        return carry_again(c, error);
    if (!question->yes)
        return question->kind == CH_QUESTION_REGISTER
                   ? drop_all(c, error)
                   : ch_store_unhold(c->store, question->mail, "its sender said that they did not write it",
                                     FALSE, error);
    gboolean was; /* who answers got the question */
    if (strcmp(question->by, "admin") != 0 &&
        !ch_store_reached(c->store, question->address, 0, question->address, &was, error))
        return FALSE;
    switch (question->kind) {
    case CH_QUESTION_REGISTER:
        return carry_register(c, error);
    case CH_QUESTION_ALIAS:
        return carry_alias(c, error);
    default:
        return release(c, question->mail, strcmp(question->by, "admin") == 0 ? CH_WORD_ADMIN : CH_WORD_SENDER,
                       error);
    }
}

/* It counts as done from the beginning: a mail that it releases may answer another question, and then the
 * rest is carried out in the midst of this one. */
static gboolean carry_once(gpointer data, GError **error)
{
    const Carrying *c = data;
    if (!ch_store_question_done(c->store, c->question->id, error) || !carry(c, error))
        return FALSE;
    ch_seam("answered");
    return TRUE;
}

/* One answer. What is wrong with it alone, such as a mail that an admin dropped meanwhile, ends it. */
static gboolean carry_one(const Carrying *c, GError **error)
{
    g_autoptr(GError) fault = NULL;
    guint queued = 0;
    Carrying mine = {c->desk, c->store, &queued, c->question};
    if (!ch_store_contain(c->store, carry_once, &mine, &fault, error))
        return FALSE;
    if (!fault) {
        *c->queued += queued;
        return TRUE;
    }
    ch_log_error("answer-without-effect", fault, NULL);
    return ch_store_question_done(c->store, c->question->id, error);
}

gboolean ch_carry_answers(const ChDesk *desk, ChStore *store, gboolean *more, guint *queued, GError **error)
{
    *more = TRUE;
    for (guint i = 0; *more && i < ANSWERS_MAX; i++) {
        g_autoptr(GPtrArray) next = ch_store_questions_to_do(store, 1, error);
        if (!next)
            return FALSE;
        *more = next->len > 0;
        const Carrying carrying = {desk, store, queued, *more ? g_ptr_array_index(next, 0) : NULL};
        if (*more && !carry_one(&carrying, error))
            return FALSE;
    }
    return TRUE;
}
