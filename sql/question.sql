-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the desk asked by mail, and what came of it.

-- name: question_insert
INSERT INTO question (kind, address, mail_id, token_sha256, asked_at, expires_at, reminded, language,
    answer, answered_by, answered_at)
VALUES (:kind, :address, :mail, :token, :now, :expires, :reminded, :language, :answer, :by, :answered);

-- Asked anew: the reminder is for the later one.
-- name: question_replaced
UPDATE question SET reminded = 1
WHERE address = :address AND kind = 'register' AND answer IS NULL AND reminded = 0 AND id < :id;

-- name: question_facts
SELECT kind, answer IS NOT NULL, expires_at FROM question WHERE id = :id;

-- name: question_to_do
SELECT id, kind, address, coalesce(mail_id, 0), coalesce(answer, ''), coalesce(answered_by, ''), again,
    name, company, telephone, language
FROM question WHERE (answer IS NOT NULL AND done_at IS NULL) OR again = 1 ORDER BY id LIMIT :limit;

-- name: question_to_remind
SELECT q.id, q.kind, q.address, coalesce(q.mail_id, 0), '', '', 0, '', '', '', ''
FROM question q JOIN address a ON a.address = q.address JOIN person p ON p.id = a.person_id
WHERE q.kind = 'register' AND q.answer IS NULL AND q.reminded = 0 AND q.asked_at <= :asked
    AND q.expires_at > :now AND p.account = 'pending'
ORDER BY q.asked_at LIMIT :limit;

-- name: question_answer
UPDATE question SET answer = :answer, answered_by = :by, answered_at = :now, name = :name, company = :company,
    telephone = :telephone, language = :language
WHERE id = :id AND answer IS NULL AND expires_at > :now;

-- name: question_done
UPDATE question SET done_at = CASE WHEN answer IS NULL THEN NULL ELSE :now END, again = 0,
    name = '', company = '', telephone = '', language = ''
WHERE id = :id;

-- name: question_reminded
UPDATE question SET reminded = 1 WHERE id = :id;

-- An admin's answer is a question that was never sent. One that was asked by a clock that ran ahead must not
-- count until then.
-- name: question_count
SELECT count(*) FROM question
WHERE address = :address AND asked_at BETWEEN :since AND :now AND answered_by IS NOT 'admin';

-- name: question_by_token
SELECT id, token_sha256, kind, address, coalesce(answer, ''), expires_at, language FROM question
WHERE token_sha256 >= :prefix AND token_sha256 < :prefix || 'g';

-- name: question_answered_otherwise
SELECT EXISTS (SELECT 1 FROM question WHERE address = :address AND kind = 'register' AND answer = 'yes'
    AND done_at IS NULL AND id <> :id);

-- name: question_again
UPDATE question SET again = 1 WHERE id = :id;

-- name: question_of_address
SELECT id FROM question WHERE address = :address;

-- name: question_erase
UPDATE question SET address = '', token_sha256 = NULL, answered_at = coalesce(answered_at, :now),
    answered_by = coalesce(answered_by, 'admin'), answer = coalesce(answer, 'no'), done_at = coalesce(done_at, :now),
    again = 0, name = '', company = '', telephone = '', language = ''
WHERE id = :id;
