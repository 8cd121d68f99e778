-- The desk's own keys.

-- name: key_newest
SELECT id, secret FROM token_key ORDER BY id DESC LIMIT 1;
