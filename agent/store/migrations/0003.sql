-- What is counted of each alliance for the operator's figures: no words, names or addresses. It belongs to no alliance by
-- a foreign key, since it stays when all else of an alliance is forgotten.
CREATE TABLE tallies (
    alliance_id INTEGER PRIMARY KEY NOT NULL,
    flow TEXT NOT NULL,
    team INTEGER NOT NULL CHECK (team IN (0, 1)),
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    joined_at INTEGER,
    agreed_at INTEGER,
    invited INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    asked_back INTEGER NOT NULL,
    checkins INTEGER NOT NULL,
    looked_back INTEGER NOT NULL,
    nudges INTEGER NOT NULL,
    regrets INTEGER NOT NULL
) STRICT;

CREATE INDEX tallies_created ON tallies (created_at);
