-- The first schema. Written for SQLite; postgres.py swaps four type words. Instants are microseconds since 1970, UTC.
-- A migration is never edited once released: a change is the next number. Each statement ends with a semicolon and a newline.

-- What arrived and was answered with 250. A digest of recipient and bytes makes the same message twice one row (T33).
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'done', 'aside', 'dropped')),
    claimed_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    finished_at INTEGER CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'dropped'))),
    outcome TEXT NOT NULL DEFAULT '',
    rcpt TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    peer TEXT NOT NULL,
    raw BLOB
) STRICT;

CREATE INDEX inbox_open ON inbox (state, id) WHERE finished_at IS NULL;

CREATE INDEX inbox_finished ON inbox (finished_at) WHERE raw IS NOT NULL AND finished_at IS NOT NULL;

-- Flows by content, so that running alliances keep theirs when the files change (decision 29).
CREATE TABLE flows (
    key TEXT PRIMARY KEY NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE TABLE alliances (
    id INTEGER PRIMARY KEY NOT NULL,
    flow TEXT NOT NULL REFERENCES flows (key),
    phase TEXT NOT NULL,
    wake_at INTEGER,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX alliances_due ON alliances (wake_at) WHERE wake_at IS NOT NULL;

CREATE INDEX alliances_created ON alliances (created_at);

-- Who takes part, beside the document: to find an address.
CREATE TABLE participants (
    alliance_id INTEGER NOT NULL REFERENCES alliances (id),
    number INTEGER NOT NULL,
    address TEXT NOT NULL,
    stage TEXT NOT NULL,
    PRIMARY KEY (alliance_id, number)
) STRICT;

CREATE INDEX participants_address ON participants (address);

-- A person exists once, across alliances (decision 28).
CREATE TABLE people (
    address TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    offset_s INTEGER,
    language TEXT NOT NULL,
    suppressed INTEGER NOT NULL CHECK (suppressed IN (0, 1))
) STRICT;

-- Every decision that was kept, and what brought it: doing the same twice changes nothing.
CREATE TABLE steps (
    alliance_id INTEGER NOT NULL REFERENCES alliances (id),
    cause TEXT NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    phase TEXT NOT NULL,
    PRIMARY KEY (alliance_id, cause)
) STRICT;

-- Keyed hashes of "initiator|invitee" after NO THANKS; they survive erasure (decision 14).
CREATE TABLE refusals (
    digest TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Letters: written once, sent unchanged. While a letter is being sent, due_at is when its lease runs out.
CREATE TABLE outbox (
    alliance_id INTEGER NOT NULL REFERENCES alliances (id),
    number INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'unknown', 'failed', 'withdrawn')),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    settled_at INTEGER CHECK ((settled_at IS NULL) = (state IN ('queued', 'sending'))),
    message_id TEXT NOT NULL,
    reply TEXT NOT NULL DEFAULT '',
    rcpt TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    subject TEXT NOT NULL,
    words TEXT NOT NULL,
    raw BLOB,
    PRIMARY KEY (alliance_id, number)
) STRICT;

CREATE INDEX outbox_owed ON outbox (due_at) WHERE settled_at IS NULL;

CREATE INDEX outbox_settled ON outbox (state, settled_at) WHERE raw IS NOT NULL AND settled_at IS NOT NULL;

CREATE INDEX outbox_participant ON outbox (alliance_id, participant, number);
