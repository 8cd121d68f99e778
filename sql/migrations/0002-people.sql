-- SPDX-License-Identifier: GPL-3.0-or-later
-- People and trust. Whoever wrote to a desk of version 1 was answered there: they stay active.

ALTER TABLE person ADD COLUMN account TEXT NOT NULL DEFAULT 'active' CHECK (account IN ('pending', 'active'));
ALTER TABLE person ADD COLUMN company TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN telephone TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- of mails to them; empty: the department's
ALTER TABLE person ADD COLUMN activated_at INTEGER; -- confirmed, by page, reply or an admin
CREATE INDEX address_by_person ON address (person_id);
CREATE INDEX ticket_by_requester ON ticket (requester_id);
CREATE INDEX entry_by_person ON entry (person_id);

ALTER TABLE token_key ADD COLUMN expires_at INTEGER; -- verifies nothing from then on; NULL: the one that signs

CREATE TABLE question (            -- what the desk asked by mail
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL CHECK (kind IN ('register', 'claim', 'alias')),
    address      TEXT NOT NULL,    -- folded: asked there
    mail_id      INTEGER REFERENCES mail (id), -- that it is about; NULL: about all held ones of the address
    token_sha256 TEXT UNIQUE,      -- of the page's link, lower-case hexadecimal; NULL: asked without one
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    reminded     INTEGER NOT NULL DEFAULT 0 CHECK (reminded IN (0, 1)), -- this is a reminder, or one was sent for it, or it was asked anew
    answer       TEXT CHECK (answer IN ('yes', 'no')), -- NULL: none yet
    answered_by  TEXT CHECK (answered_by IN ('page', 'reply', 'admin')),
    answered_at  INTEGER,
    done_at      INTEGER,          -- what the answer brings about has happened
    again        INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1)), -- the page was asked for a new mail, not yet sent
    name         TEXT NOT NULL DEFAULT '', -- what the form said, until done
    company      TEXT NOT NULL DEFAULT '',
    telephone    TEXT NOT NULL DEFAULT '',
    language     TEXT NOT NULL DEFAULT '' -- before the answer: in which it was asked
) STRICT;
CREATE INDEX question_by_address ON question (address, asked_at);
CREATE INDEX question_by_mail ON question (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX question_to_do ON question (id) WHERE (answer IS NOT NULL AND done_at IS NULL) OR again = 1;
CREATE INDEX question_to_remind ON question (asked_at) WHERE kind = 'register' AND answer IS NULL AND reminded = 0;

CREATE TABLE hold (                -- a mail whose outcome is held, and what it waits for
    mail_id    INTEGER PRIMARY KEY REFERENCES mail (id),
    kind       TEXT NOT NULL CHECK (kind IN ('registration', 'claim', 'alias', 'stranger', 'closed', 'no-address')),
    address    TEXT NOT NULL,      -- folded: its sender
    department TEXT,               -- configured name; NULL: none is concerned
    held_at    INTEGER NOT NULL    -- when it was taken in
) STRICT;
CREATE INDEX hold_by_address ON hold (address, kind);
CREATE INDEX hold_by_time ON hold (held_at);
-- What version 1 held: strangers to a ticket, and mails without an address.
INSERT INTO hold (mail_id, kind, address, department, held_at)
SELECT m.id, CASE WHEN m.ticket_id IS NULL THEN 'no-address' ELSE 'stranger' END,
    CASE WHEN instr(m.sender, '@') > 0 THEN m.sender ELSE '' END, -- who named no address stands there as desk
    (SELECT d.name FROM ticket t JOIN department d ON d.id = t.department_id WHERE t.id = m.ticket_id),
    m.taken_at
FROM mail m WHERE m.outcome = 'held';

CREATE TABLE blocked (             -- whose mail is ignored, in silence
    pattern    TEXT PRIMARY KEY,   -- ana@example.br, @example.br, or *.example.br for its subdomains; lower case
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (              -- budgets of outgoing mail (P6), as token buckets
    scope      TEXT PRIMARY KEY,   -- desk, address:ana@example.br, ticket:12:ana@example.br
    mails      REAL NOT NULL,      -- that may still be sent, at the time below; below 0: a debt
    at         INTEGER NOT NULL,
    tripped_at INTEGER             -- the admin was told then; NULL: not since it was last full
) STRICT, WITHOUT ROWID;
CREATE INDEX bucket_by_time ON bucket (at);

CREATE TABLE timer (               -- what happens once a day or so
    name       TEXT PRIMARY KEY,
    done_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE mail ADD COLUMN raw_gone_at INTEGER; -- its raw bytes were erased then: it was held, and forgotten (its sender and subject too where a person was); NULL: they are kept
ALTER TABLE mail ADD COLUMN body_sha256 TEXT; -- of its reply and files, where it is long enough; NULL otherwise
CREATE INDEX mail_by_body ON mail (sender, body_sha256, decided_at) WHERE body_sha256 IS NOT NULL;

ALTER TABLE outbox ADD COLUMN question_id INTEGER REFERENCES question (id); -- that it asks; NULL: none
CREATE INDEX outbox_by_question ON outbox (question_id) WHERE question_id IS NOT NULL;
