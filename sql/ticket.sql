-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tickets, their entries and their log.

-- name: ticket_insert
INSERT INTO ticket (title, department_id, requester_id, requester_address, state, opened_at, changed_at, follows)
VALUES (:title, :department, :requester, :address, 'open', :now, :now, :follows);

-- name: ticket_get
SELECT t.title, d.name, t.state, p.name, t.requester_address, t.opened_at, t.changed_at, p.language,
    coalesce(t.follows, 0), coalesce(t.merged_into, 0), coalesce(t.closed_at, 0),
    t.priority, t.assignee, coalesce(t.due_at, 0), t.language
FROM ticket t JOIN department d ON d.id = t.department_id JOIN person p ON p.id = t.requester_id WHERE t.id = :ticket;

-- name: ticket_set_state
UPDATE ticket SET state = :state, changed_at = :now,
    closed_at = CASE :state WHEN 'closed' THEN coalesce(closed_at, :now) ELSE NULL END
WHERE id = :ticket;

-- name: ticket_merged_into
SELECT coalesce(merged_into, 0) FROM ticket WHERE id = :ticket;

-- Not the one that the mail itself opened.
-- name: ticket_follower
SELECT id FROM ticket WHERE follows = :ticket AND requester_id = :person AND state <> 'closed' AND merged_into IS NULL
    AND id <> :opened
ORDER BY id DESC LIMIT 1;

-- name: ticket_merge
UPDATE ticket SET merged_into = :into WHERE id = :ticket;

-- name: ticket_merged
SELECT id FROM ticket WHERE merged_into = :ticket ORDER BY id LIMIT :limit;

-- name: watcher_insert
INSERT INTO watcher (ticket_id, address, since) VALUES (:ticket, :address, :now) ON CONFLICT DO NOTHING;

-- name: watcher_count
SELECT count(*) FROM watcher WHERE ticket_id = :ticket AND address <> :address;

-- name: watcher_list
SELECT address FROM watcher WHERE ticket_id = :ticket ORDER BY since, address LIMIT :limit;

-- name: watcher_forget
DELETE FROM watcher WHERE address = :address;

-- name: referral_insert
INSERT INTO ticket_referral (ticket_id, department_id, referred_at) VALUES (:ticket, :department, :now)
ON CONFLICT DO NOTHING;

-- name: referral_list
SELECT d.name FROM ticket_referral r JOIN department d ON d.id = r.department_id WHERE r.ticket_id = :ticket
ORDER BY r.referred_at, d.id;

-- name: ticket_list
SELECT t.id, t.state, d.name, t.requester_address, t.title, t.changed_at, t.priority, t.assignee
FROM ticket t JOIN department d ON d.id = t.department_id
WHERE (:all OR t.state <> 'closed') ORDER BY t.id DESC LIMIT :limit;

-- name: ticket_list_of
SELECT t.id, t.state, d.name, t.requester_address, t.title, t.changed_at, t.priority, t.assignee
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
