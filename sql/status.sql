-- SPDX-License-Identifier: GPL-3.0-or-later
-- What `chamado status` counts.

-- name: status_mails
SELECT (SELECT count(*) FROM mail WHERE outcome IS NULL), (SELECT coalesce(min(taken_at), 0) FROM mail WHERE outcome IS NULL),
    (SELECT count(*) FROM mail WHERE outcome = 'held'), (SELECT count(*) FROM mail WHERE outcome = 'quarantined');

-- name: status_outbox
SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')),
    (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state IN ('queued', 'sending')),
    (SELECT count(*) FROM outbox WHERE state = 'failed'),
    (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state IN ('queued', 'sending') AND attempts > 1);
