-- Whether an older program can no longer serve once this was applied. A file says so in its first line: "-- Breaks older programs."
ALTER TABLE migrations ADD COLUMN breaking INTEGER NOT NULL DEFAULT 0 CHECK (breaking IN (0, 1));
