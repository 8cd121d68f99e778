-- SPDX-License-Identifier: GPL-3.0-or-later
-- The first schema. Times are seconds since 1970, UTC. Addresses are folded (ch_address_fold).

CREATE TABLE token_key (           -- keys that sign our Message-IDs; the newest signs, all verify
    id         INTEGER PRIMARY KEY, -- named in the Message-ID
    secret     BLOB NOT NULL CHECK (length(secret) = 32), -- for HMAC-SHA256
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE person (              -- somebody who wrote to the desk, or works for it
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,      -- as their first mail gave it; may be empty
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE address (             -- a person may have several
    address    TEXT PRIMARY KEY,   -- folded
    person_id  INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE department (          -- what the configuration named at any time; a ticket keeps its department
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE -- the section's name in the configuration
) STRICT;

CREATE TABLE ticket (
    id                INTEGER PRIMARY KEY AUTOINCREMENT, -- the number that people see; never used again
    title             TEXT NOT NULL,
    department_id     INTEGER NOT NULL REFERENCES department (id),
    requester_id      INTEGER NOT NULL REFERENCES person (id),
    requester_address TEXT NOT NULL, -- where answers go, as written in the mail that opened it
    state             TEXT NOT NULL CHECK (state IN ('open', 'pending', 'closed')),
    opened_at         INTEGER NOT NULL,
    changed_at        INTEGER NOT NULL -- the last entry or change of state
) STRICT;
CREATE INDEX ticket_by_change ON ticket (state, changed_at);

CREATE TABLE mail (                -- every mail taken in, with its one outcome (P2)
    id          INTEGER PRIMARY KEY,
    sha256      TEXT NOT NULL UNIQUE, -- of the raw bytes: the same bytes are taken in once (P3)
    size        INTEGER NOT NULL,  -- bytes on the server
    truncated   INTEGER NOT NULL CHECK (truncated IN (0, 1)), -- 1: too large, only the header block is kept
    source      TEXT NOT NULL,     -- for people: suporte/INBOX, stdin, a path
    mailbox     TEXT,              -- configured name; NULL where it came from no mailbox
    taken_at    INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,  -- at reading it, counted before each (P12)
    fingerprint TEXT,              -- ch_mail_fingerprint; NULL until decided, or where there is none
    message_id  TEXT,              -- NULL until decided
    sender      TEXT,              -- folded address; NULL until decided
    subject     TEXT,              -- decoded; NULL until decided
    kind        TEXT,              -- person, auto-reply, bounce …; NULL until decided
    outcome     TEXT CHECK (outcome IN ('ticket', 'reply', 'command', 'held', 'ignored', 'quarantined')), -- NULL until decided
    reasons     TEXT,              -- one a line; NULL until decided
    ticket_id   INTEGER REFERENCES ticket (id), -- that it opened, joined, or was held for; else NULL
    decided_at  INTEGER
) STRICT;
CREATE INDEX mail_by_fingerprint ON mail (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX mail_undecided ON mail (id) WHERE outcome IS NULL;
CREATE INDEX mail_waiting ON mail (outcome, id) WHERE outcome IN ('held', 'quarantined');

CREATE TABLE mail_raw (            -- apart from mail, so that recording an outcome does not rewrite the bytes
    mail_id    INTEGER PRIMARY KEY REFERENCES mail (id),
    bytes      BLOB NOT NULL       -- exactly as on the server; large ones packed with zstd (RFC 8878)
) STRICT;

CREATE TABLE entry (               -- what people wrote in a ticket
    id         INTEGER PRIMARY KEY,
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    mail_id    INTEGER NOT NULL UNIQUE REFERENCES mail (id), -- that it came with
    kind       TEXT NOT NULL CHECK (kind IN ('message', 'note')), -- notes never reach a customer (P8)
    person_id  INTEGER NOT NULL REFERENCES person (id), -- who wrote it
    address    TEXT NOT NULL,      -- from which address, as written
    role       TEXT NOT NULL CHECK (role IN ('requester', 'watcher', 'agent')),
    title      TEXT NOT NULL,      -- the mail's subject
    text       TEXT NOT NULL,      -- the whole text (P9)
    cuts       TEXT NOT NULL,      -- JSON [[start, end, "quote"], …]: bytes of text that are hidden
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_by_ticket ON entry (ticket_id);

CREATE TABLE attachment (          -- described here, cut out of the raw mail when asked for
    mail_id    INTEGER NOT NULL REFERENCES mail (id),
    part       TEXT NOT NULL,      -- place in the MIME tree, 1.2
    name       TEXT NOT NULL,      -- safe to write to a disk
    type       TEXT NOT NULL,      -- declared media type
    size       INTEGER NOT NULL,   -- decoded bytes
    sha256     TEXT NOT NULL,      -- of the decoded bytes
    inline     INTEGER NOT NULL CHECK (inline IN (0, 1)),
    accepted   INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    reason     TEXT NOT NULL,      -- why not; empty where accepted
    PRIMARY KEY (mail_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (               -- the log: append-only
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    ticket_id  INTEGER REFERENCES ticket (id), -- NULL: about no ticket
    mail_id    INTEGER REFERENCES mail (id),   -- the mail that caused it; NULL: a timer or an admin
    actor      TEXT NOT NULL,      -- a folded address, or desk
    kind       TEXT NOT NULL,      -- opened, message, state, held, machine-mail, copy, delivery-failed …
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_ticket ON event (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
BEGIN SELECT raise(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_stays BEFORE UPDATE ON event
BEGIN SELECT raise(ABORT, 'events are append-only'); END;

CREATE TABLE message_id (          -- Message-IDs of stored mails; those of ours carry their ticket themselves
    message_id TEXT PRIMARY KEY,   -- without brackets
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
    entry_id   INTEGER NOT NULL REFERENCES entry (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE folder (              -- how far each folder of each mailbox was read
    id          INTEGER PRIMARY KEY,
    mailbox     TEXT NOT NULL,     -- configured name
    folder      TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,  -- RFC 3501 section 2.3.1.1
    highest     INTEGER NOT NULL,  -- UID; all at or below it were taken, or stand in seen_uid
    UNIQUE (mailbox, folder)
) STRICT;

CREATE TABLE seen_uid (            -- UIDs with something left to do; done ones are removed
    folder_id  INTEGER NOT NULL REFERENCES folder (id),
    uid        INTEGER NOT NULL,
    mail_id    INTEGER REFERENCES mail (id), -- kept here, the server not yet told; NULL: it could not be fetched
    failures   INTEGER NOT NULL,   -- attempts to fetch it that failed
    PRIMARY KEY (folder_id, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (              -- every mail that leaves (P4)
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- the serial in its Message-ID
    ticket_id     INTEGER REFERENCES ticket (id), -- NULL: to an admin, about no ticket
    entry_id      INTEGER REFERENCES entry (id),  -- that it is about
    template      TEXT NOT NULL,
    envelope_from TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    message_id    TEXT NOT NULL,   -- fixed with the bytes (P5)
    state         TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
    attempts      INTEGER NOT NULL, -- begun
    created_at    INTEGER NOT NULL,
    next_at       INTEGER NOT NULL, -- not tried before
    done_at       INTEGER,         -- sent, failed or dropped
    reply_code    INTEGER NOT NULL, -- SMTP, of the last attempt; 0: none
    reply_text    TEXT NOT NULL    -- of the last attempt
) STRICT;
CREATE INDEX outbox_by_ticket ON outbox (ticket_id, recipient) WHERE ticket_id IS NOT NULL;
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('queued', 'sending');

CREATE TABLE outbox_bytes (        -- apart from outbox, so that an attempt does not rewrite them
    outbox_id  INTEGER PRIMARY KEY REFERENCES outbox (id),
    bytes      BLOB NOT NULL,      -- RFC 5322 without the files' bodies, packed as mail_raw
    gaps       TEXT NOT NULL,      -- where those belong: offset:part …; empty: there are none
    mail_id    INTEGER REFERENCES mail (id) -- whose parts they are; NULL with no gaps
) STRICT;
