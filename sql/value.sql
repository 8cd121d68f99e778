-- SPDX-License-Identifier: GPL-3.0-or-later
-- Values of tickets. What changes one changes no row where it was so before.

-- name: value_priority
UPDATE ticket SET priority = :value WHERE id = :ticket AND priority <> :value;

-- name: value_assignee
UPDATE ticket SET assignee = :value, assigned_at = :now WHERE id = :ticket AND assignee IS NOT :value;

-- name: value_due
UPDATE ticket SET due_at = :value WHERE id = :ticket AND due_at IS NOT :value;

-- name: value_language
UPDATE ticket SET language = :value WHERE id = :ticket AND language IS NOT :value;

-- name: tag_insert
INSERT INTO ticket_tag (ticket_id, tag, since) VALUES (:ticket, :value, :now) ON CONFLICT DO NOTHING;

-- name: tag_count
SELECT count(*) FROM ticket_tag WHERE ticket_id = :ticket AND tag <> :value;

-- name: tag_list
SELECT tag FROM ticket_tag WHERE ticket_id = :ticket ORDER BY id LIMIT :limit;

-- name: field_set
INSERT INTO ticket_field (ticket_id, name, value, since) VALUES (:ticket, :name, :value, :now)
ON CONFLICT DO UPDATE SET value = excluded.value, since = excluded.since;

-- name: field_list
SELECT name, value FROM ticket_field WHERE ticket_id = :ticket ORDER BY id LIMIT :limit;

-- name: department_assigned
UPDATE department SET last_assignee = :agent WHERE id = (SELECT department_id FROM ticket WHERE id = :ticket);

-- name: department_last_assignee
SELECT last_assignee FROM department WHERE name = :name AND last_assignee IS NOT NULL;

-- name: workload
SELECT count(*) FROM ticket WHERE assignee = :agent AND state <> 'closed';

-- name: verify_values
SELECT count(*) FROM (
    SELECT id AS ticket, 'priority' AS kind FROM ticket WHERE priority <> 'normal'
    UNION ALL SELECT id, 'assigned' FROM ticket WHERE assignee IS NOT NULL
    UNION ALL SELECT id, 'due' FROM ticket WHERE due_at IS NOT NULL
    UNION ALL SELECT id, 'language' FROM ticket WHERE language IS NOT NULL
    UNION ALL SELECT DISTINCT ticket_id, 'tag' FROM ticket_tag
    UNION ALL SELECT DISTINCT ticket_id, 'field' FROM ticket_field) AS value
WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.ticket_id = value.ticket AND event.kind = value.kind);
