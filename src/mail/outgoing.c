/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and freeing outgoing mails, and the states of the outbox. */
#include "mail/outgoing.h"

/* The fields that are never NULL, for making and freeing. */
#define LETTER_STRINGS(letter)                                                                               \
    {                                                                                                        \
        &(letter)->template, &(letter)->language, &(letter)->desk_name, &(letter)->from_name,                \
            &(letter)->from, &(letter)->to_name, &(letter)->to, &(letter)->subject_key, &(letter)->title,    \
            &(letter)->state, &(letter)->department_title, &(letter)->author, &(letter)->author_address,     \
            &(letter)->text, &(letter)->summary, &(letter)->log_line, &(letter)->page_url,                   \
            &(letter)->claimed, &(letter)->reply_to, &(letter)->message_id, &(letter)->in_reply_to,          \
            &(letter)->follows_key, &(letter)->failed_to, &(letter)->failed_template,                        \
            &(letter)->failed_status, &(letter)->failed_why, &(letter)->assignee                             \
    }

ChLetter *ch_letter_new(void)
{
    ChLetter *letter = g_new0(ChLetter, 1);
    char **strings[] = LETTER_STRINGS(letter);
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        *strings[i] = g_strdup("");
    letter->attachments = g_ptr_array_new();
    letter->enclosures = g_ptr_array_new_with_free_func((GDestroyNotify)ch_enclosure_free);
    letter->departments = g_ptr_array_new_with_free_func((GDestroyNotify)ch_department_line_free);
    letter->held = g_ptr_array_new_with_free_func((GDestroyNotify)ch_held_line_free);
    letter->references = g_ptr_array_new_with_free_func(g_free);
    letter->fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    letter->missing = g_ptr_array_new_with_free_func(g_free);
    letter->tags = g_ptr_array_new_with_free_func(g_free);
    letter->headers = g_ptr_array_new_with_free_func((GDestroyNotify)ch_named_value_free);
    return letter;
}

void ch_letter_free(ChLetter *letter)
{
    if (!letter)
        return;
    char **strings[] = LETTER_STRINGS(letter);
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(*strings[i]);
    g_ptr_array_unref(letter->attachments);
    g_ptr_array_unref(letter->enclosures);
    g_ptr_array_unref(letter->departments);
    g_ptr_array_unref(letter->held);
    g_ptr_array_unref(letter->references);
    g_ptr_array_unref(letter->fields);
    g_ptr_array_unref(letter->missing);
    g_ptr_array_unref(letter->tags);
    g_ptr_array_unref(letter->headers);
    g_free(letter);
}

ChDepartmentLine *ch_department_line_new(const char *title, const char *address)
{
    ChDepartmentLine *line = g_new0(ChDepartmentLine, 1);
    line->title = g_strdup(title);
    line->address = g_strdup(address);
    return line;
}

void ch_department_line_free(ChDepartmentLine *line)
{
    if (!line)
        return;
    g_free(line->title);
    g_free(line->address);
    g_free(line);
}

void ch_held_line_free(ChHeldLine *line)
{
    if (!line)
        return;
    g_free(line->sender);
    g_free(line->subject);
    g_free(line);
}

ChEnclosure *ch_enclosure_new(const char *name, const char *type, const char *part)
{
    ChEnclosure *enclosure = g_new0(ChEnclosure, 1);
    enclosure->name = g_strdup(name);
    enclosure->type = g_strdup(type);
    enclosure->part = g_strdup(part);
    return enclosure;
}

void ch_enclosure_free(ChEnclosure *enclosure)
{
    if (!enclosure)
        return;
    g_free(enclosure->name);
    g_free(enclosure->type);
    g_free(enclosure->part);
    g_free(enclosure);
}

ChGap *ch_gap_new(gsize offset, const char *part)
{
    ChGap *gap = g_new(ChGap, 1);
    gap->offset = offset;
    gap->part = g_strdup(part);
    return gap;
}

void ch_gap_free(ChGap *gap)
{
    if (!gap)
        return;
    g_free(gap->part);
    g_free(gap);
}

char *ch_gaps_write(const GPtrArray *gaps)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < gaps->len; i++) {
        const ChGap *gap = g_ptr_array_index(gaps, i);
        g_string_append_printf(text, "%s%zu:%s", i ? " " : "", gap->offset, gap->part);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

GPtrArray *ch_gaps_read(const char *text)
{
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)ch_gap_free);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word && **word; word++) {
        char *end;
        guint64 offset = g_ascii_strtoull(*word, &end, 10);
        if (end == *word || *end != ':' || !end[1])
            return NULL;
        g_ptr_array_add(gaps, ch_gap_new(offset, end + 1));
    }
    return g_steal_pointer(&gaps);
}

ChEnvelope *ch_envelope_new(gint64 id, const char *envelope_from, const char *recipient, GBytes *bytes,
                            guint attempts)
{
    ChEnvelope *envelope = g_new0(ChEnvelope, 1);
    envelope->id = id;
    envelope->envelope_from = g_strdup(envelope_from);
    envelope->recipient = g_strdup(recipient);
    envelope->bytes = g_bytes_ref(bytes);
    envelope->attempts = attempts;
    return envelope;
}

void ch_envelope_free(ChEnvelope *envelope)
{
    if (!envelope)
        return;
    g_free(envelope->envelope_from);
    g_free(envelope->recipient);
    g_bytes_unref(envelope->bytes);
    g_free(envelope);
}

static const char *const outbox_names[] = {
    [CH_OUTBOX_QUEUED] = "queued", [CH_OUTBOX_SENDING] = "sending", [CH_OUTBOX_SENT] = "sent",
    [CH_OUTBOX_FAILED] = "failed", [CH_OUTBOX_DROPPED] = "dropped",
};

const char *ch_outbox_state_name(ChOutboxState state)
{
    return outbox_names[state];
}

gboolean ch_outbox_state_parse(const char *name, ChOutboxState *state)
{
    for (guint i = 0; i < G_N_ELEMENTS(outbox_names); i++)
        if (g_strcmp0(name, outbox_names[i]) == 0) {
            *state = (ChOutboxState)i;
            return TRUE;
        }
    return FALSE;
}

gboolean ch_outbox_state_may(ChOutboxState from, ChOutboxState to)
{
    static const gboolean may[5][5] = {
        /* to sent: an admin asked for another try while the server was taking it */
        [CH_OUTBOX_QUEUED] = {[CH_OUTBOX_SENDING] = TRUE,
                              [CH_OUTBOX_SENT] = TRUE,
                              [CH_OUTBOX_QUEUED] = TRUE,
                              [CH_OUTBOX_DROPPED] = TRUE},
        /* to sending again: the program died in the attempt before */
        [CH_OUTBOX_SENDING] = {[CH_OUTBOX_SENDING] = TRUE,
                               [CH_OUTBOX_SENT] = TRUE,
                               [CH_OUTBOX_QUEUED] = TRUE,
                               [CH_OUTBOX_FAILED] = TRUE,
                               [CH_OUTBOX_DROPPED] = TRUE},
        [CH_OUTBOX_FAILED] = {[CH_OUTBOX_QUEUED] = TRUE, [CH_OUTBOX_DROPPED] = TRUE},
    };
    return may[from][to];
}
