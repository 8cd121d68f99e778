-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mails that leave.

-- name: outbox_next_id
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0) + 1;

-- name: outbox_insert
INSERT INTO outbox (id, ticket_id, entry_id, template, envelope_from, recipient, message_id, state, attempts,
    created_at, next_at, reply_code, reply_text, question_id)
VALUES (:id, :ticket, :entry, :template, :envelope_from, :recipient, :message_id, 'queued', 0, :now, :next, 0, '', :question);

-- name: outbox_bytes_insert
INSERT INTO outbox_bytes (outbox_id, bytes, gaps, mail_id) VALUES (:id, :bytes, :gaps, :mail);

-- name: outbox_bytes
SELECT bytes, gaps, coalesce(mail_id, 0) FROM outbox_bytes WHERE outbox_id = :id;

-- name: outbox_sent
SELECT bytes FROM outbox_bytes WHERE outbox_id = :id;

-- name: outbox_bytes_delete
DELETE FROM outbox_bytes WHERE outbox_id = :id;

-- name: outbox_token
SELECT message_id, coalesce(ticket_id, 0), recipient, coalesce(question_id, 0), template FROM outbox WHERE id = :id;

-- name: outbox_of_question
SELECT id FROM outbox WHERE question_id = :question;

-- name: outbox_of_recipient
SELECT message_id FROM outbox WHERE ticket_id = :ticket AND recipient = :recipient ORDER BY id DESC LIMIT :limit;

-- name: outbox_due
SELECT id, envelope_from, recipient, attempts, state, coalesce(ticket_id, 0), created_at
FROM outbox WHERE state IN ('queued', 'sending') AND next_at <= :now ORDER BY next_at, id LIMIT :limit;

-- name: outbox_next_due
SELECT min(next_at) FROM outbox WHERE state IN ('queued', 'sending');

-- name: outbox_mend
UPDATE outbox SET next_at = :now WHERE state IN ('queued', 'sending') AND next_at > :latest;

-- name: outbox_get
SELECT id, state, attempts, created_at, next_at, coalesce(done_at, 0), recipient, envelope_from, template,
    coalesce(ticket_id, 0), message_id, reply_code, reply_text,
    coalesce(question_id, 0), EXISTS (SELECT 1 FROM outbox_bytes WHERE outbox_id = outbox.id)
FROM outbox WHERE id = :id;

-- name: outbox_list
SELECT id, state, attempts, created_at, next_at, coalesce(done_at, 0), recipient, envelope_from, template,
    coalesce(ticket_id, 0), message_id, reply_code, reply_text,
    coalesce(question_id, 0), EXISTS (SELECT 1 FROM outbox_bytes WHERE outbox_id = outbox.id)
FROM outbox WHERE (:all OR state IN ('queued', 'sending', 'failed')) ORDER BY id LIMIT :limit;

-- name: outbox_set_state
UPDATE outbox SET state = :state, attempts = :attempts, next_at = :next, done_at = :done, reply_code = :code,
    reply_text = :text
WHERE id = :id;
