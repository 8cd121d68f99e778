-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mails as they are taken in, and their outcomes.

-- name: mail_by_sha256
SELECT id FROM mail WHERE sha256 = :sha256;

-- name: mail_insert
INSERT INTO mail (sha256, size, truncated, source, mailbox, taken_at, attempts)
VALUES (:sha256, :size, :truncated, :source, :mailbox, :now, :attempts);

-- name: mail_raw_insert
INSERT INTO mail_raw (mail_id, bytes) VALUES (:mail, :bytes);

-- name: mail_raw
SELECT bytes FROM mail_raw WHERE mail_id = :mail;

-- name: mail_undecided
SELECT id, attempts FROM mail WHERE outcome IS NULL AND id > :after AND attempts BETWEEN :least AND :most
ORDER BY id LIMIT :limit;

-- name: mail_attempt
UPDATE mail SET attempts = attempts + 1 WHERE id = :mail;

-- name: mail_facts
SELECT size, truncated, source, mailbox, attempts FROM mail WHERE id = :mail;

-- A held mail that is decided anew is no copy: those that came of it were found to be its copies. Nor is one
-- that was decided before them. Of several, the one that stands in a ticket.
-- name: mail_by_fingerprint
SELECT id, coalesce(ticket_id, 0), outcome IN ('ticket', 'reply'),
    EXISTS (SELECT 1 FROM hold WHERE mail_id = mail.id AND kind = 'claim')
FROM mail WHERE fingerprint = :fingerprint AND id <> :mail
    AND NOT EXISTS (SELECT 1 FROM hold WHERE mail_id = :mail)
    AND NOT EXISTS (SELECT 1 FROM mail own WHERE own.id = :mail AND own.outcome IS NOT NULL
        AND (own.decided_at, own.id) < (mail.decided_at, mail.id))
ORDER BY outcome IN ('ticket', 'reply') DESC, id LIMIT 1;

-- Earlier mails of a sender, counted up to a limit.
-- name: mail_rate
SELECT count(*) FROM (
    SELECT 1 FROM mail WHERE sender = :sender AND taken_at > :since AND taken_at <= :until AND (:mail = 0 OR id < :mail)
    LIMIT :limit);

-- name: mail_then
SELECT taken_at, outcome, coalesce(ticket_id, 0), decided_at, EXISTS (SELECT 1 FROM hold WHERE mail_id = mail.id)
FROM mail WHERE id = :mail;

-- What a ticket's log says of its values, and whether before a mail was decided at :decided.
-- name: ticket_log_then
SELECT kind, detail, at, id < coalesce(
    (SELECT min(id) FROM event WHERE ticket_id = :ticket AND mail_id = :mail AND at >= :decided),
    (SELECT min(id) FROM event WHERE ticket_id = :ticket AND at > :decided), id + 1)
FROM event WHERE ticket_id = :ticket
    AND kind IN ('state', 'priority', 'assigned', 'due', 'tag', 'field', 'watching', 'referred')
ORDER BY id;

-- Whether a person was known, and active, when a mail of theirs was decided, which may have made them known.
-- name: person_then
SELECT created_at < :decided OR EXISTS (
        SELECT 1 FROM mail WHERE sender = :sender AND taken_at <= :taken AND id < :mail),
    coalesce(activated_at, 0) <= :decided
FROM person WHERE id = :person;

-- Copies of one mail count once.
-- name: mail_same_body
SELECT count(DISTINCT coalesce(fingerprint, sha256)) FROM (
    SELECT fingerprint, sha256 FROM mail
    WHERE sender = :sender AND body_sha256 = :body AND decided_at BETWEEN :since AND :now AND (:mail = 0 OR id < :mail)
    LIMIT :limit);

-- name: mail_decide
UPDATE mail SET fingerprint = :fingerprint, message_id = :message_id, sender = :sender, subject = :subject,
    kind = :kind, outcome = :outcome, reasons = :reasons, ticket_id = :ticket, decided_at = :now, body_sha256 = :body,
    effects = :effects
WHERE id = :mail AND (outcome IS NULL OR outcome = 'held');

-- name: mail_list
SELECT m.id, m.taken_at, coalesce(m.sender, ''), coalesce(m.subject, ''), coalesce(m.ticket_id, 0),
    coalesce(m.reasons, ''), m.source, h.kind, coalesce(h.department, '')
FROM mail m LEFT JOIN hold h ON h.mail_id = m.id WHERE m.outcome = :outcome ORDER BY m.id LIMIT :limit;

-- name: mail_list_of
SELECT m.id, m.taken_at, coalesce(m.sender, ''), coalesce(m.subject, ''), coalesce(m.ticket_id, 0),
    coalesce(m.reasons, ''), m.source, h.kind, coalesce(h.department, '')
FROM address a JOIN hold h ON h.address = a.address JOIN mail m ON m.id = h.mail_id
WHERE a.person_id = :person ORDER BY m.id LIMIT :limit;

-- name: mail_outcomes
SELECT coalesce(outcome, 'undecided'), count(*) FROM mail GROUP BY 1 ORDER BY 1;

-- name: attachment_insert
INSERT INTO attachment (mail_id, part, name, type, size, sha256, inline, accepted, reason)
VALUES (:mail, :part, :name, :type, :size, :sha256, :inline, :accepted, :reason);

-- name: attachment_list
SELECT part, name, type, size, sha256, inline, accepted, reason FROM attachment WHERE mail_id = :mail ORDER BY part;

-- name: attachment_digest
SELECT sha256 FROM attachment WHERE mail_id = :mail AND part = :part;

-- name: verify_ticket_outcomes
SELECT (SELECT count(*) FROM mail WHERE outcome = 'ticket') - (SELECT count(*) FROM ticket);

-- name: verify_entries
SELECT (SELECT count(*) FROM mail WHERE outcome IN ('ticket', 'reply')) - (SELECT count(*) FROM entry);

-- name: verify_raw
SELECT count(*) FROM mail WHERE raw_gone_at IS NULL AND id NOT IN (SELECT mail_id FROM mail_raw);

-- name: verify_raw_gone
SELECT count(*) FROM mail WHERE raw_gone_at IS NOT NULL
    AND (outcome IS NOT 'ignored' OR id IN (SELECT mail_id FROM mail_raw));

-- name: verify_held
SELECT count(*) FROM mail WHERE outcome = 'held' AND id NOT IN (SELECT mail_id FROM hold);

-- name: verify_holds
SELECT count(*) FROM hold WHERE mail_id NOT IN (SELECT id FROM mail WHERE outcome = 'held');

-- name: verify_outbox
SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND id NOT IN (SELECT outbox_id FROM outbox_bytes);
