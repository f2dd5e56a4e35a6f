"""The envelope: what carries a message to us, whichever way it comes. And how far a mailbox was read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient, as it came: `mail_from` is "" for the null sender, `raw` has its dots undone."""

    mail_from: str
    rcpt_to: str
    raw: bytes
    peer: str  # the client's IP address, or the server of the mailbox


@dataclass(frozen=True, slots=True)
class Bookmark:
    """All mail up to `uid` was looked at by `at`; numbers of another `validity` mean nothing (RFC 3501 section 2.3.1.1)."""

    validity: int
    uid: int
    at: datetime
