-- SPDX-License-Identifier: GPL-3.0-or-later
-- How often rules held, what they made of mails, and notes for `chamado status`.

-- name: rule_seen
INSERT INTO rule (file, text, line, last_at) VALUES (:file, :text, :line, :now)
ON CONFLICT DO UPDATE SET line = excluded.line, last_at = max(last_at, excluded.last_at)
RETURNING id;

-- name: rule_count
INSERT INTO rule_day (rule_id, day, hits, unknown) VALUES (:rule, :day, :hits, :unknown)
ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, unknown = unknown + excluded.unknown;

-- name: rule_stats
SELECT r.file, r.text, r.line, sum(d.hits), sum(d.unknown), r.last_at
FROM rule r JOIN rule_day d ON d.rule_id = r.id WHERE d.day >= :day
GROUP BY r.id ORDER BY sum(d.hits) DESC, sum(d.unknown) DESC, r.file, r.line, r.id;

-- name: rule_day_prune
DELETE FROM rule_day WHERE (rule_id, day) IN (SELECT rule_id, day FROM rule_day WHERE day < :day ORDER BY day LIMIT :limit);

-- name: rule_prune
DELETE FROM rule WHERE id IN (
    SELECT id FROM rule WHERE last_at < :before AND NOT EXISTS (SELECT 1 FROM rule_day WHERE rule_id = rule.id)
    ORDER BY last_at LIMIT :limit);

-- name: mail_decided
SELECT m.id, m.taken_at, m.outcome, coalesce(m.ticket_id, 0), m.effects, m.sender, m.subject,
    EXISTS (SELECT 1 FROM question WHERE mail_id = m.id AND answered_by = 'admin' AND answer = 'yes')
FROM mail m
WHERE m.id > :after AND m.taken_at >= :since AND m.kind = 'person' AND m.raw_gone_at IS NULL
    AND (m.outcome IN ('ticket', 'reply') OR (m.outcome IN ('held', 'ignored', 'quarantined') AND m.effects IS NOT NULL))
ORDER BY m.id LIMIT :limit;

-- name: note_set
INSERT INTO note (name, text, at) VALUES (:name, :text, :now)
ON CONFLICT DO UPDATE SET text = excluded.text, at = excluded.at;

-- name: note_get
SELECT text, at FROM note WHERE name = :name;
