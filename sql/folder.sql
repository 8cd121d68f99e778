-- SPDX-License-Identifier: GPL-3.0-or-later
-- How far each folder was read.

-- name: folder_find
SELECT id, uidvalidity, highest FROM folder WHERE mailbox = :mailbox AND folder = :folder;

-- name: folder_insert
INSERT INTO folder (mailbox, folder, uidvalidity, highest) VALUES (:mailbox, :folder, :uidvalidity, 0);

-- name: folder_reset
UPDATE folder SET uidvalidity = :uidvalidity, highest = 0 WHERE id = :folder;

-- name: folder_forget_uids
DELETE FROM seen_uid WHERE folder_id = :folder;

-- name: folder_advance
UPDATE folder SET highest = max(highest, :uid) WHERE id = :folder;

-- name: uid_taken
INSERT INTO seen_uid (folder_id, uid, mail_id, failures) VALUES (:folder, :uid, :mail, 0)
ON CONFLICT DO UPDATE SET mail_id = excluded.mail_id;

-- name: uid_failed
INSERT INTO seen_uid (folder_id, uid, mail_id, failures) VALUES (:folder, :uid, NULL, 1)
ON CONFLICT DO UPDATE SET failures = failures + 1;

-- name: uid_done
DELETE FROM seen_uid WHERE folder_id = :folder AND uid = :uid;

-- Those that were tried least come first.
-- name: uid_list
SELECT uid, mail_id IS NOT NULL FROM seen_uid WHERE folder_id = :folder ORDER BY failures, uid;
