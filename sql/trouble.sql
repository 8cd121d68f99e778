-- SPDX-License-Identifier: GPL-3.0-or-later
-- Addresses that mail does not reach, and what came back.

-- name: trouble_get
SELECT status, diagnostic, coalesce(failed_at, 0), coalesce(marked_at, 0), coalesce(told_at, 0),
    coalesce(complained_at, 0)
FROM trouble WHERE address = :address;

-- What marked it stays: a later failure of another kind says less.
-- name: trouble_failed
INSERT INTO trouble (address, failed_at, status, diagnostic, marked_at, told_at)
VALUES (:address, :now, :status, :diagnostic, :marked, :told)
ON CONFLICT DO UPDATE SET failed_at = excluded.failed_at,
    status = CASE WHEN trouble.marked_at IS NULL THEN excluded.status ELSE trouble.status END,
    diagnostic = CASE WHEN trouble.marked_at IS NULL THEN excluded.diagnostic ELSE trouble.diagnostic END,
    marked_at = coalesce(trouble.marked_at, excluded.marked_at), told_at = coalesce(excluded.told_at, trouble.told_at);

-- name: trouble_complained
INSERT INTO trouble (address, complained_at) VALUES (:address, :now)
ON CONFLICT DO UPDATE SET complained_at = coalesce(trouble.complained_at, excluded.complained_at);

-- name: trouble_over
UPDATE trouble SET marked_at = NULL, told_at = NULL WHERE address = :address AND marked_at IS NOT NULL;

-- name: trouble_forget
DELETE FROM trouble WHERE address = :address;

-- name: question_undeliverable
UPDATE question SET undeliverable_at = :now, expires_at = min(expires_at, :now) WHERE id = :id AND answer IS NULL;
