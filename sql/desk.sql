-- SPDX-License-Identifier: GPL-3.0-or-later
-- Keys, departments, timers.

-- name: key_all
SELECT id, secret, coalesce(expires_at, 0) FROM token_key ORDER BY id;

-- name: key_insert
INSERT INTO token_key (id, secret, created_at) VALUES (:id, :secret, :now);

-- The one that signs and, where they would outlive it, those before it.
-- name: key_expire
UPDATE token_key SET expires_at = :expires WHERE id <= :id AND coalesce(expires_at, :expires) >= :expires;

-- name: key_list
SELECT id, created_at, coalesce(expires_at, 0) FROM token_key ORDER BY id;

-- name: department_insert
INSERT INTO department (name) VALUES (:name) ON CONFLICT DO NOTHING;

-- name: department_by_name
SELECT id FROM department WHERE name = :name;

-- name: timer_get
SELECT done_at FROM timer WHERE name = :name;

-- name: timer_set
INSERT INTO timer (name, done_at) VALUES (:name, :now) ON CONFLICT DO UPDATE SET done_at = excluded.done_at;
