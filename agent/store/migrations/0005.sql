-- Where all this has moved to, or from where it came: 'to' closes this database for good, 'from' lets a broken move go on.
CREATE TABLE moves (
    way TEXT PRIMARY KEY NOT NULL CHECK (way IN ('to', 'from')),
    place TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
