-- SPDX-License-Identifier: GPL-3.0-or-later
-- People, their addresses, and whom the desk does not listen to.

-- name: address_find
SELECT person_id FROM address WHERE address = :address;

-- name: address_insert
INSERT INTO address (address, person_id, created_at) VALUES (:address, :person, :now);

-- name: address_move
UPDATE address SET person_id = :person WHERE address = :address;

-- name: address_of_person
SELECT address FROM address WHERE person_id = :person ORDER BY created_at, address;

-- name: address_merge
UPDATE address SET person_id = :into WHERE person_id = :from;

-- name: address_forget
DELETE FROM address WHERE person_id = :person;

-- name: person_get
SELECT account, name, language, company, telephone FROM person WHERE id = :person;

-- name: person_insert
INSERT INTO person (name, language, account, created_at) VALUES (:name, :language, 'pending', :now);

-- name: person_activate
UPDATE person SET account = 'active', activated_at = coalesce(activated_at, :now), name = coalesce(:name, name),
    company = coalesce(:company, company), telephone = coalesce(:telephone, telephone),
    language = coalesce(:language, language)
WHERE id = :person;

-- name: person_merge
UPDATE person SET account = CASE WHEN 'active' IN (person.account, f.account) THEN 'active' ELSE 'pending' END,
    activated_at = coalesce(person.activated_at, f.activated_at),
    name = CASE person.name WHEN '' THEN f.name ELSE person.name END,
    company = CASE person.company WHEN '' THEN f.company ELSE person.company END,
    telephone = CASE person.telephone WHEN '' THEN f.telephone ELSE person.telephone END,
    language = CASE person.language WHEN '' THEN f.language ELSE person.language END
FROM person AS f WHERE person.id = :into AND f.id = :from;

-- name: person_merge_tickets
UPDATE ticket SET requester_id = :into WHERE requester_id = :from;

-- name: person_merge_entries
UPDATE entry SET person_id = :into WHERE person_id = :from;

-- name: person_wrote
SELECT EXISTS (SELECT 1 FROM ticket WHERE requester_id = :person)
    OR EXISTS (SELECT 1 FROM entry WHERE person_id = :person);

-- name: person_erase
UPDATE person SET account = 'pending', activated_at = NULL, name = '', company = '', telephone = '', language = ''
WHERE id = :person;

-- name: person_delete
DELETE FROM person WHERE id = :person;

-- name: person_row
SELECT p.id, p.account, p.name, p.company, p.telephone, p.language, p.created_at, coalesce(p.activated_at, 0),
    (SELECT count(*) FROM ticket t WHERE t.requester_id = p.id),
    (SELECT count(*) FROM address a JOIN hold h ON h.address = a.address WHERE a.person_id = p.id)
FROM person p WHERE p.id = :person;

-- name: person_list
SELECT p.id, p.account, p.name, p.company, p.telephone, p.language, p.created_at, coalesce(p.activated_at, 0),
    (SELECT count(*) FROM ticket t WHERE t.requester_id = p.id),
    (SELECT count(*) FROM address a JOIN hold h ON h.address = a.address WHERE a.person_id = p.id)
FROM person p WHERE p.id IN (
    SELECT q.id FROM person q
    WHERE (NOT :pending OR q.account = 'pending') AND EXISTS (SELECT 1 FROM address WHERE person_id = q.id)
    ORDER BY q.id DESC LIMIT :limit)
ORDER BY p.id;

-- name: block_find
SELECT 1 FROM blocked WHERE pattern = :pattern;

-- name: block_insert
INSERT INTO blocked (pattern, created_at) VALUES (:pattern, :now) ON CONFLICT DO NOTHING;

-- name: block_delete
DELETE FROM blocked WHERE pattern = :pattern;

-- name: block_list
SELECT pattern FROM blocked ORDER BY pattern;
