-- SPDX-License-Identifier: GPL-3.0-or-later
-- Held mails.

-- name: hold_insert
INSERT INTO hold (mail_id, kind, address, department, held_at)
SELECT id, :kind, :address, :department, taken_at FROM mail WHERE id = :mail;

-- name: hold_delete
DELETE FROM hold WHERE mail_id = :mail;

-- name: hold_address
SELECT address, kind FROM hold WHERE mail_id = :mail;

-- name: hold_of_kind
SELECT mail_id FROM hold WHERE address = :address AND kind = :kind ORDER BY mail_id LIMIT :limit;

-- name: hold_title
SELECT coalesce(m.subject, ''), h.department FROM hold h JOIN mail m ON m.id = h.mail_id
WHERE h.address = :address AND h.kind = 'registration' ORDER BY h.mail_id LIMIT 1;

-- name: mail_sender
SELECT sender FROM mail WHERE id = :mail AND sender IS NOT NULL;

-- name: hold_of_address
SELECT mail_id FROM hold WHERE address = :address ORDER BY mail_id;

-- name: hold_of_domain
SELECT mail_id FROM hold WHERE substr(address, -length(:suffix)) = :suffix ORDER BY mail_id;

-- name: hold_weight
SELECT count(*), coalesce(sum(m.size), 0) FROM hold h JOIN mail m ON m.id = h.mail_id
WHERE h.address = :address AND h.kind = :kind AND h.mail_id <> :mail;

-- name: hold_count
SELECT count(*) FROM (
    SELECT 1 FROM hold WHERE address = :address AND kind = :kind AND mail_id <> :mail LIMIT :limit);

-- name: hold_lines
SELECT h.mail_id, coalesce(m.ticket_id, 0), h.kind, h.address, coalesce(m.subject, ''), m.taken_at
FROM hold h JOIN mail m ON m.id = h.mail_id
WHERE h.department = :department OR (:first AND h.department IS NULL) ORDER BY h.mail_id DESC LIMIT :limit;

-- name: hold_lines_count
SELECT count(*) FROM hold WHERE department = :department OR (:first AND department IS NULL);

-- name: hold_before
SELECT mail_id FROM hold WHERE held_at < :before ORDER BY held_at, mail_id LIMIT :limit;

-- name: mail_unhold
UPDATE mail SET outcome = 'ignored', reasons = reasons || char(10) || :why, raw_gone_at = :gone
WHERE id = :mail AND outcome = 'held';

-- name: mail_raw_delete
DELETE FROM mail_raw WHERE mail_id = :mail;

-- name: mail_forget
UPDATE mail SET sender = NULL, subject = NULL, message_id = NULL, effects = NULL, reasons = :why WHERE id = :mail;
