-- SPDX-License-Identifier: GPL-3.0-or-later
-- Budgets of outgoing mail.

-- name: bucket_get
SELECT mails, at, coalesce(tripped_at, 0) FROM bucket WHERE scope = :scope;

-- name: bucket_save
INSERT INTO bucket (scope, mails, at, tripped_at) VALUES (:scope, :mails, :at, :tripped)
ON CONFLICT DO UPDATE SET mails = excluded.mails, at = excluded.at, tripped_at = excluded.tripped_at;

-- A debt is paid at one mail an hour at the least.
-- name: bucket_prune
DELETE FROM bucket WHERE scope IN (
    SELECT scope FROM bucket WHERE at < :before AND at - 3600 * min(mails, 0) < :before ORDER BY at LIMIT :limit);
