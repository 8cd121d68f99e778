/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of rules look at, taken out of one mail once: texts, addresses, the score of a spam filter,
 * the hour. How a test looks at it is in tests.c.
 */
#include "route/match_private.h"

#include "base/fold.h"

#include <math.h>
#include <string.h>

static void text_free(gpointer pointer)
{
    ChText *text = pointer;
    g_free(text->text);
    g_free(text->folded);
    g_free(text);
}

static GPtrArray *texts_new(void)
{
    return g_ptr_array_new_with_free_func(text_free);
}

/* At most CH_RULE_TEXT_MAX bytes of WORDS, cut between two characters. */
static void add_text(GPtrArray *texts, const char *words)
{
    ChText *text = g_new0(ChText, 1);
    text->length = strnlen(words, CH_RULE_TEXT_MAX + 1);
    if (text->length > CH_RULE_TEXT_MAX) {
        text->length = CH_RULE_TEXT_MAX;
        while (text->length && ((guchar)words[text->length] & 0xc0) == 0x80)
            text->length--;
    }
    text->text = g_strndup(words, text->length);
    g_ptr_array_add(texts, text);
}

const char *ch_text_fold(ChText *text)
{
    if (!text->folded)
        text->folded = ch_fold(text->text, text->length);
    return text->folded;
}

static GPtrArray *one_text(const char *words)
{
    GPtrArray *texts = texts_new();
    if (words)
        add_text(texts, words);
    return texts;
}

static void add_address(GPtrArray *addresses, const char *address)
{
    if (*address)
        g_ptr_array_add(addresses, ch_address_fold(address));
}

static GPtrArray *fold_addresses(const GPtrArray *list)
{
    GPtrArray *folded = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; list && i < list->len; i++)
        add_address(folded, ((const ChAddress *)g_ptr_array_index(list, i))->address);
    return folded;
}

static void take_addresses(ChTexts *texts)
{
    const ChMail *mail = texts->input->mail;
    texts->from = g_ptr_array_new_with_free_func(g_free);
    add_address(texts->from, texts->input->verdict->sender->address);
    texts->to = fold_addresses(mail->to);
    texts->cc = fold_addresses(mail->cc);
    texts->recipients = fold_addresses(mail->to);
    g_ptr_array_extend_and_steal(texts->recipients, fold_addresses(mail->cc));
    for (guint i = 0; i < mail->delivered_to->len; i++)
        add_address(texts->recipients, g_ptr_array_index(mail->delivered_to, i));
    const char *at = texts->from->len ? strrchr(g_ptr_array_index(texts->from, 0), '@') : NULL;
    texts->domain = g_strdup(at ? at + 1 : "");
}

static void take_headers(ChTexts *texts)
{
    const GPtrArray *headers = texts->input->mail->headers;
    texts->headers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < headers->len; i++) {
        const ChHeader *header = g_ptr_array_index(headers, i);
        g_autofree char *name = g_ascii_strdown(header->name, -1);
        GPtrArray *fields = g_hash_table_lookup(texts->headers, name);
        if (!fields) {
            fields = texts_new();
            g_hash_table_insert(texts->headers, g_steal_pointer(&name), fields);
        }
        add_text(fields, header->value);
    }
}

static void take_files(ChTexts *texts)
{
    const GPtrArray *attachments = texts->input->mail->attachments;
    texts->file_names = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    texts->file_types = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    texts->attachments = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->is_crypto)
            continue;
        texts->file_count += !attachment->is_inline;
        if (texts->attachments->len == CH_RULE_ATTACHMENTS_MAX)
            continue;
        g_array_append_val(texts->attachments, i);
        g_ptr_array_add(texts->file_names, one_text(attachment->name));
        GPtrArray *types = one_text(attachment->type);
        if (*attachment->content_type && strcmp(attachment->content_type, attachment->type) != 0)
            add_text(types, attachment->content_type);
        g_ptr_array_add(texts->file_types, types);
    }
    texts->files = texts->attachments->len;
}

/* The number that WORDS begin with, and nothing but white space, "/" or "(" after it. */
static gboolean read_number(const char *words, double *number)
{
    char *end;
    words += strspn(words, " \t");
    *number = g_ascii_strtod(words, &end);
    return end > words && isfinite(*number) && (*end == '\0' || strchr(" \t/(,;", *end));
}

static const char *first_header(const ChTexts *texts, const char *name)
{
    const GPtrArray *fields = g_hash_table_lookup(texts->headers, name);
    return fields ? ((const ChText *)g_ptr_array_index(fields, 0))->text : NULL;
}

static void take_spam(ChTexts *texts)
{
    static const char *const numbers[] = {"x-spam-score", "x-rspamd-score"};
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const char *words = first_header(texts, numbers[i]);
        if (words) {
            texts->spam = read_number(words, &texts->spam_score) ? CH_RULE_YES : CH_RULE_UNKNOWN;
            return;
        }
    }
    const char *status = first_header(texts, "x-spam-status"), *stars = first_header(texts, "x-spam-level");
    if (status) {
        const char *score = strstr(status, "score=");
        gboolean good = score && read_number(score + strlen("score="), &texts->spam_score);
        texts->spam = good ? CH_RULE_YES : CH_RULE_UNKNOWN;
    } else if (stars) {
        texts->spam = CH_RULE_YES;
        for (; *stars; stars++)
            texts->spam_score += *stars == '*';
    }
}

static void take_hour(ChTexts *texts)
{
    const ChRuleInput *input = texts->input;
    g_autoptr(GTimeZone) zone = input->zone ? g_time_zone_ref(input->zone) : g_time_zone_new_local();
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(input->now);
    g_autoptr(GDateTime) there = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    if (!there)
        return;
    texts->minutes = (guint)(g_date_time_get_hour(there) * 60 + g_date_time_get_minute(there));
    texts->weekday = (guint)g_date_time_get_day_of_week(there) - 1;
    g_snprintf(texts->date, sizeof texts->date, "%04d-%02d-%02d", g_date_time_get_year(there),
               g_date_time_get_month(there), g_date_time_get_day_of_month(there));
}

ChTexts *ch_texts_new(const ChRuleInput *input)
{
    ChTexts *texts = g_new0(ChTexts, 1);
    texts->input = input;
    texts->subject = one_text(input->mail->subject);
    texts->body = one_text(input->mail->reply);
    texts->company = one_text(input->company && *input->company ? input->company : NULL);
    take_addresses(texts);
    take_headers(texts);
    take_files(texts);
    take_spam(texts);
    take_hour(texts);
    return texts;
}

void ch_texts_free(ChTexts *texts)
{
    if (!texts)
        return;
    GPtrArray *arrays[] = {texts->subject, texts->body, texts->company, texts->file_names, texts->file_types,
                           texts->from,    texts->to,   texts->cc,      texts->recipients};
    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_ptr_array_unref(arrays[i]);
    g_array_unref(texts->attachments);
    g_hash_table_unref(texts->headers);
    g_free(texts->domain);
    g_free(texts);
}

const GPtrArray *ch_texts_of(const ChTexts *texts, const ChCondition *test, guint file)
{
    switch (test->what) {
    case CH_TEST_SUBJECT:
        return texts->subject;
    case CH_TEST_BODY:
        return texts->body;
    case CH_TEST_COMPANY:
        return texts->company;
    case CH_TEST_FILE_NAME:
        return file < texts->files ? g_ptr_array_index(texts->file_names, file) : NULL;
    case CH_TEST_FILE_TYPE:
        return file < texts->files ? g_ptr_array_index(texts->file_types, file) : NULL;
    case CH_TEST_HEADER: {
        g_autofree char *name = g_ascii_strdown(test->header, -1);
        return g_hash_table_lookup(texts->headers, name);
    }
    default:
        return NULL;
    }
}

const GPtrArray *ch_texts_addresses(const ChTexts *texts, ChTestWhat what)
{
    switch (what) {
    case CH_TEST_FROM:
        return texts->from;
    case CH_TEST_TO:
        return texts->to;
    case CH_TEST_CC:
        return texts->cc;
    case CH_TEST_RECIPIENT:
        return texts->recipients;
    default:
        return NULL;
    }
}
