-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a bounce does, and what a mail belongs to.

CREATE TABLE trouble (             -- addresses that mail of ours did not reach, or whose owner complained of it
    address       TEXT PRIMARY KEY, -- folded
    failed_at     INTEGER,         -- a mail could not be delivered, the last time; NULL: never
    status        TEXT NOT NULL DEFAULT '', -- RFC 3463, 5.1.1; of the failure that marked it, else of the last one; empty: none was given
    diagnostic    TEXT NOT NULL DEFAULT '', -- what the server said then
    marked_at     INTEGER,         -- nothing arrives there: it gets no automatic mail since then; NULL: it does
    told_at       INTEGER,         -- agents or admins were told of a failure; NULL: not yet, or not since it was reached
    complained_at INTEGER          -- an abuse report came; NULL: none did
) STRICT, WITHOUT ROWID;

CREATE TABLE watcher (             -- who follows a ticket beside its requester
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    address    TEXT NOT NULL,      -- folded
    since      INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX watcher_by_address ON watcher (address);

CREATE TABLE ticket_referral (     -- departments that a ticket was sent to as well: their agents are its agents
    ticket_id     INTEGER NOT NULL REFERENCES ticket (id),
    department_id INTEGER NOT NULL REFERENCES department (id),
    referred_at   INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, department_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE ticket ADD COLUMN merged_into INTEGER REFERENCES ticket (id); -- replies land there; NULL: it stands for itself
ALTER TABLE ticket ADD COLUMN follows INTEGER REFERENCES ticket (id); -- it began as a late reply to that one; NULL: it did not
ALTER TABLE ticket ADD COLUMN closed_at INTEGER; -- NULL: it is not closed
UPDATE ticket SET closed_at = changed_at WHERE state = 'closed';
CREATE INDEX ticket_by_follows ON ticket (follows) WHERE follows IS NOT NULL;
CREATE INDEX ticket_by_merge ON ticket (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE question ADD COLUMN undeliverable_at INTEGER; -- the mail that asks it came back then; NULL: it did not
