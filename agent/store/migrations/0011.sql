-- The keys with which all this was written, as hashes that say nothing of them. The last one names letters and refusals.
CREATE TABLE keys (
    fingerprint TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL CHECK (last IN (0, 1))
) STRICT;
