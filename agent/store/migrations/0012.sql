-- Of `attempts`, those before the operator had it sent again: it is tried for as long as at first, and each claim has its number.
ALTER TABLE outbox ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0;
