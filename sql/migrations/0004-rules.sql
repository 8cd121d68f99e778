-- SPDX-License-Identifier: GPL-3.0-or-later
-- What rules do: values of tickets, mails that a rule holds, how often each rule held.

ALTER TABLE ticket ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent'));
ALTER TABLE ticket ADD COLUMN assignee TEXT; -- folded address of an agent; NULL: nobody
ALTER TABLE ticket ADD COLUMN assigned_at INTEGER CHECK ((assigned_at IS NULL) = (assignee IS NULL));
ALTER TABLE ticket ADD COLUMN due_at INTEGER; -- NULL: never
ALTER TABLE ticket ADD COLUMN language TEXT; -- of mails to its requester; NULL: the person's
CREATE INDEX ticket_by_assignee ON ticket (assignee, state) WHERE assignee IS NOT NULL AND state <> 'closed';
ALTER TABLE department ADD COLUMN last_assignee TEXT; -- who was assigned the last time in one of its tickets; NULL: nobody yet

CREATE TABLE ticket_tag (
    id         INTEGER PRIMARY KEY, -- they are shown in this order
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    tag        TEXT NOT NULL,      -- lower case
    since      INTEGER NOT NULL,
    UNIQUE (ticket_id, tag)
) STRICT;

CREATE TABLE ticket_field (        -- custom fields that have a value
    id         INTEGER PRIMARY KEY, -- they are shown in this order
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    name       TEXT NOT NULL,      -- as configured
    value      TEXT NOT NULL,
    since      INTEGER NOT NULL,   -- this value
    UNIQUE (ticket_id, name)
) STRICT;

CREATE TABLE rule (                -- every rule that ever held, or was unknown, in the days that are kept
    id         INTEGER PRIMARY KEY,
    file       TEXT NOT NULL,      -- relative to the folder of the rules
    text       TEXT NOT NULL,      -- in one line; with file it names the rule
    line       INTEGER NOT NULL,   -- where it stood the last time
    last_at    INTEGER NOT NULL,   -- when it held, or was unknown, the last time
    UNIQUE (file, text)
) STRICT;
CREATE INDEX rule_by_time ON rule (last_at);

CREATE TABLE rule_day (
    rule_id    INTEGER NOT NULL REFERENCES rule (id),
    day        INTEGER NOT NULL,   -- days since 1970, UTC
    hits       INTEGER NOT NULL,   -- mails for which it held
    unknown    INTEGER NOT NULL,   -- mails for which its limits were hit
    PRIMARY KEY (rule_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_day_by_day ON rule_day (day);

CREATE TABLE note (                -- what `chamado status` says of the desk
    name       TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE mail ADD COLUMN effects TEXT; -- what of the rules took effect, one a line; NULL: nothing
CREATE INDEX mail_by_sender ON mail (sender, taken_at) WHERE sender IS NOT NULL;

-- One more kind.
CREATE TABLE hold_4 (              -- a mail whose outcome is held, and what it waits for
    mail_id    INTEGER PRIMARY KEY REFERENCES mail (id),
    kind       TEXT NOT NULL CHECK (kind IN ('registration', 'claim', 'alias', 'stranger', 'closed', 'no-address', 'rule')),
    address    TEXT NOT NULL,      -- folded: its sender
    department TEXT,               -- configured name; NULL: none is concerned
    held_at    INTEGER NOT NULL    -- when it was taken in
) STRICT;
INSERT INTO hold_4 (mail_id, kind, address, department, held_at)
SELECT mail_id, kind, address, department, held_at FROM hold;
DROP TABLE hold;
ALTER TABLE hold_4 RENAME TO hold;
CREATE INDEX hold_by_address ON hold (address, kind);
CREATE INDEX hold_by_time ON hold (held_at);
