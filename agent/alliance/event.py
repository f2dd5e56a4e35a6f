"""What can happen to an alliance. Each event is a value; `cause` names the kept thing that brought it, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Level = Literal["A", "B", "C", "D", "code"]  # how sure it is who wrote (`trust`); a code sent back is as good as A


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody who may wrote to the service's own address (F01), or the operator started one."""

    address: str
    name: str  # the display name of the sender, "" when there was none
    subject: str
    text: str
    offset_s: int | None
    cause: str
    bank: bool = False  # asked for in a letter of another alliance: a trust bank
    whom: str = ""  # the name and the address of whom to invite, where they are known beforehand
    whom_at: str = ""
    level: Level = "A"


@dataclass(frozen=True, slots=True)
class Replied:
    """A participant answered one of our letters."""

    participant: int
    about: str  # what the answered letter asked, as in `Open.about`
    text: str  # the new text alone
    offset_s: int | None  # of the Date header, seconds east of UTC
    cause: str
    level: Level = "A"
    at: str = ""  # where the letter went, if it asked an address that is not the registered one


@dataclass(frozen=True, slots=True)
class RepliedFromElsewhere:
    """A letter of this participant was answered, but not from the participant's address, or it is in doubt that it was."""

    participant: int
    about: str
    text: str  # "" when nothing can be read in it
    sender: str
    cause: str
    finding: str = "aligned"  # what was found of the sender, as `trust.level_of` takes it


@dataclass(frozen=True, slots=True)
class Forged:
    """A letter of this participant was answered by a mail that the domain in its From disowns."""

    participant: int
    about: str
    cause: str


@dataclass(frozen=True, slots=True)
class AutoReplied:
    """A machine answered for the participant: never an answer (F56). `until` is the day of return, if it said one."""

    participant: int
    until: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A letter could not be delivered.

    `permanent` says that it never will be. `blame` is what that says against the address: 2 for one that does not exist,
    1 for what may pass, 0 for what is not the address's fault, such as its server's policy.
    """

    participant: int
    about: str
    permanent: bool
    cause: str
    blame: int = 2


@dataclass(frozen=True, slots=True)
class Complained:
    """Whoever has this participant's mailbox called a letter of ours spam."""

    participant: int
    cause: str
    about: str = ""
    at: str = ""  # as in `Replied`


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail of this participant came whose words could not be read (encrypted, empty, picture only, too large)."""

    participant: int
    about: str
    why: str  # empty, encrypted, too large, reaction
    cause: str


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """A mail program unsubscribed from one of our letters, by mail or with one click (RFC 2369, RFC 8058)."""

    participant: int
    about: str
    cause: str
    at: str = ""  # as in `Replied`: then whoever has that address wants no letters


@dataclass(frozen=True, slots=True)
class Moved:
    """In another alliance of theirs this person's letters began to go to another address (decision 28)."""

    participant: int
    address: str
    cause: str


@dataclass(frozen=True, slots=True)
class Woke:
    """The instant `wake_at` has come."""

    cause: str


Event = (
    Started
    | Replied
    | RepliedFromElsewhere
    | Forged
    | AutoReplied
    | Undeliverable
    | Complained
    | Unreadable
    | Unsubscribed
    | Moved
    | Woke
)
