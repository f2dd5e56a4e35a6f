-- What was found of a message's author, as JSON; "" until it was looked for, and where the registered address is enough.
ALTER TABLE inbox ADD COLUMN verdict TEXT NOT NULL DEFAULT '';

-- Other addresses that somebody writes from, as they said themselves, with a space between them.
ALTER TABLE people ADD COLUMN also TEXT NOT NULL DEFAULT '';

-- The mail by which somebody said yes, with what proved its author, sealed with the operator's key. It outlives the inbox.
CREATE TABLE proofs (
    inbox INTEGER PRIMARY KEY NOT NULL,
    alliance_id INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX proofs_participant ON proofs (alliance_id, participant);
