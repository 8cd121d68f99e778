-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tickets, their entries and their log.

-- name: ticket_insert
INSERT INTO ticket (title, department_id, requester_id, requester_address, state, opened_at, changed_at)
VALUES (:title, :department, :requester, :address, 'open', :now, :now);

-- name: ticket_get
SELECT t.title, d.name, t.state, p.name, t.requester_address, t.opened_at, t.changed_at, p.language
FROM ticket t JOIN department d ON d.id = t.department_id JOIN person p ON p.id = t.requester_id WHERE t.id = :ticket;

-- name: ticket_set_state
UPDATE ticket SET state = :state, changed_at = :now WHERE id = :ticket;

-- name: ticket_touch
UPDATE ticket SET changed_at = :now WHERE id = :ticket;

-- name: ticket_list
SELECT t.id, t.state, d.name, t.requester_address, t.title, t.changed_at
FROM ticket t JOIN department d ON d.id = t.department_id
WHERE (:all OR t.state <> 'closed') ORDER BY t.id DESC LIMIT :limit;

-- name: ticket_list_of
SELECT t.id, t.state, d.name, t.requester_address, t.title, t.changed_at
FROM ticket t JOIN department d ON d.id = t.department_id
WHERE t.requester_id = :person ORDER BY t.id DESC LIMIT :limit;

-- name: entry_insert
INSERT INTO entry (ticket_id, mail_id, kind, person_id, address, role, title, text, cuts, created_at)
VALUES (:ticket, :mail, :kind, :person, :address, :role, :title, :text, :cuts, :now);

-- name: entry_list
SELECT e.id, e.mail_id, e.kind, e.role, p.name, e.address, e.title, e.text, e.cuts, e.created_at
FROM entry e JOIN person p ON p.id = e.person_id WHERE e.ticket_id = :ticket ORDER BY e.id;

-- name: event_insert
INSERT INTO event (at, ticket_id, mail_id, actor, kind, detail) VALUES (:now, :ticket, :mail, :actor, :kind, :detail);

-- name: event_list
SELECT at, actor, kind, detail, coalesce(mail_id, 0) FROM event WHERE ticket_id = :ticket ORDER BY id;

-- name: message_id_insert
INSERT INTO message_id (message_id, ticket_id, entry_id) VALUES (:message_id, :ticket, :entry) ON CONFLICT DO NOTHING;

-- name: message_id_find
SELECT ticket_id FROM message_id WHERE message_id = :message_id;

-- name: message_id_of_ticket
SELECT m.message_id FROM entry e JOIN mail m ON m.id = e.mail_id
WHERE e.ticket_id = :ticket AND e.role <> 'agent' AND m.message_id <> '' ORDER BY e.id DESC LIMIT :limit;
