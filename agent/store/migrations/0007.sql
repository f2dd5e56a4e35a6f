-- What reports say against an address, and when last: a person who cannot be reached is left alone after a while.
ALTER TABLE people ADD COLUMN bounces INTEGER NOT NULL DEFAULT 0;

ALTER TABLE people ADD COLUMN bounced_at INTEGER;

-- How many letters an address got, and how many invitations went out, in the last hours: the brake.
CREATE INDEX outbox_recipient ON outbox (rcpt, at);

CREATE INDEX outbox_invitations ON outbox (at) WHERE about = 'invitation' AND question = 1;
