-- SPDX-License-Identifier: GPL-3.0-or-later
-- Keys, departments, people.

-- name: key_newest
SELECT id, secret FROM token_key ORDER BY id DESC LIMIT 1;

-- name: key_all
SELECT id, secret FROM token_key ORDER BY id;

-- name: key_insert
INSERT INTO token_key (id, secret, created_at) VALUES (:id, :secret, :now);

-- name: department_insert
INSERT INTO department (name) VALUES (:name) ON CONFLICT DO NOTHING;

-- name: department_by_name
SELECT id FROM department WHERE name = :name;

-- name: address_find
SELECT person_id FROM address WHERE address = :address;

-- name: person_insert
INSERT INTO person (name, created_at) VALUES (:name, :now);

-- name: address_insert
INSERT INTO address (address, person_id, created_at) VALUES (:address, :person, :now);
