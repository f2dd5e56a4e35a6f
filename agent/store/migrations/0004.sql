-- How far each mailbox was read: its validity (RFC 3501 section 2.3.1.1), the last UID, and when that was so.
CREATE TABLE bookmarks (
    mailbox TEXT PRIMARY KEY NOT NULL,
    validity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
