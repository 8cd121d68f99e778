/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk in a folder, whose mails are values: judged, decided and carried out as the writer does it, and
 * looks at what came of it. Maria is a customer with an account. */
#pragma once

#include "store_test.h"

#include "judge/judge.h"
#include "pipeline.h"

typedef struct {
    char *folder;
    ChConfig *config;
    ChTemplates *templates;
    ChDesk desk;
    ChStore *store;
    guint queued; /* by the last mail */
} Desk;

static inline Desk open_desk(void)
{
    GError *error = NULL;
    gboolean first;
    Desk d = {.folder = fixture_folder()};
    d.config = fixture_desk(d.folder);
    ((ChDepartmentConfig *)g_ptr_array_index(d.config->departments, 0))->subaddress = TRUE;
    d.templates = ch_templates_load("etc/templates", &error);
    g_assert_no_error(error);
    d.desk = (ChDesk){.config = d.config, .templates = d.templates};
    d.store = open_store(d.folder);
    begin(d.store);
    g_assert_nonnull(ch_store_keys(d.store, &error));
    for (guint i = 0; i < d.config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(d.config->departments, i);
        g_assert_true(ch_store_add_department(d.store, department->name, &error));
    }
    g_assert_true(ch_store_activate(d.store, "maria@c.example", NULL, "admin", &first, &error));
    commit(d.store);
    return d;
}

static inline void close_desk(Desk *d)
{
    assert_balanced(d->store);
    ch_store_free(d->store);
    ch_templates_free(d->templates);
    ch_config_free(d->config);
    fixture_remove(d->folder);
    g_free(d->folder);
    ch_clock_set(-1);
}

/* Takes MAIL in as from MAILBOX and carries out what is decided, with EVIDENCE. Takes MAIL. */
static inline gint64 settle_mail(Desk *d, ChMail *mail, ChEvidence evidence)
{
    static guint number;
    GError *error = NULL;
    gboolean known;
    g_autofree char *text = g_strdup_printf("raw %u", ++number);
    begin(d->store);
    gint64 id = take(d->store, text, &known);
    g_autoptr(ChIncoming) incoming = ch_store_incoming(d->store, id, &error);
    ChReading *reading = g_new0(ChReading, 1);
    reading->mail = mail;
    reading->verdict = ch_judge(d->config, mail);
    reading->verdict->evidence = evidence;
    reading->fingerprint = ch_mail_fingerprint(mail);
    reading->body = g_strdup("");
    d->queued = 0;
    g_assert_true(ch_settle(&d->desk, d->store, id, incoming, reading, &d->queued, &error));
    g_assert_no_error(error);
    commit(d->store);
    ch_reading_free(reading);
    return id;
}

/* Maria writes to suporte. */
static inline void maria_writes(Desk *d, const char *subject, const char *message_id)
{
    settle_mail(d, fixture_mail("maria@c.example", "suporte@desk.example", subject, message_id),
                CH_EVIDENCE_CLAIM);
}

/* The Message-ID, or the envelope's sender, of the last mail by TEMPLATE to RECIPIENT; NULL: there is none.
 */
static inline ChOutboxRow *sent(Desk *d, const char *template, const char *recipient)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 1000, &error);
    g_assert_no_error(error);
    for (guint i = rows->len; i > 0; i--) {
        ChOutboxRow *row = rows->pdata[i - 1];
        if (strcmp(row->template, template) == 0 && g_ascii_strcasecmp(row->recipient, recipient) == 0)
            return ch_store_outbox_get(d->store, row->id, &error);
    }
    return NULL;
}

static inline guint count_sent(Desk *d, const char *template, const char *recipient)
{
    GError *error = NULL;
    guint count = 0;
    g_autoptr(GPtrArray) rows = ch_store_outbox(d->store, TRUE, 1000, &error);
    for (guint i = 0; i < rows->len; i++) {
        const ChOutboxRow *row = rows->pdata[i];
        count += strcmp(row->template, template) == 0 && g_ascii_strcasecmp(row->recipient, recipient) == 0;
    }
    return count;
}

/* How many lines of KIND whose detail has PIECE the log of TICKET (0: of none) has. */
static inline guint count_logged(Desk *d, gint64 ticket, const char *kind, const char *piece)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT count(*) FROM event WHERE coalesce(ticket_id, 0) = %" G_GINT64_FORMAT
                        " AND kind = '%s' AND instr(detail, '%s') > 0",
                        ticket, kind, piece);
    return (guint)store_number(d->folder, sql);
}

static inline void set_text(char **field, const char *value)
{
    g_free(*field);
    *field = g_strdup(value);
}
