-- Whose a message in the inbox is, so that all of it can be erased (decision 17); absent until it is taken.
ALTER TABLE inbox ADD COLUMN alliance_id INTEGER;

ALTER TABLE inbox ADD COLUMN participant INTEGER;

CREATE INDEX inbox_participant ON inbox (alliance_id, participant) WHERE alliance_id IS NOT NULL;

-- A question is withdrawn once it is answered or moot; what tells something stays owed.
ALTER TABLE outbox ADD COLUMN question INTEGER NOT NULL DEFAULT 1 CHECK (question IN (0, 1));

-- Not owed any more, though it is being sent just now: what becomes of it is noted, but it is never tried again.
ALTER TABLE outbox ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1));
