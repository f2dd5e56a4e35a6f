"""Letters about who wrote a mail."""

from dataclasses import dataclass
from datetime import datetime

from agent.alliance.letters.letter import Letter, Role


@dataclass(frozen=True, slots=True)
class Code(Letter):
    """A number to be sent back before something is done that nobody else may do (T24, T26)."""

    role = Role.RECEIPT

    act: str  # agree, invite, close, delete, export, address, answer, start
    code: str
    words: str  # what was written; "" where it is not shown
    sender: str  # the address that it came from, where it is another or in doubt
    version: int  # of the page as it stands
    last: bool = False  # more of this sort is left aside today


@dataclass(frozen=True, slots=True)
class CodeAgain(Letter):
    """A number that is not right, a reply without one, or one that has ended."""

    role = Role.RECEIPT

    problem: str  # wrong, none, over, many
    left: int  # guesses
    again: datetime | None = None  # when another one is sent, where that was too often


@dataclass(frozen=True, slots=True)
class NewAddress(Letter):
    """To an address that somebody says is theirs now: whether it is, by a number. It names nobody else (T26)."""

    role = Role.QUESTION

    code: str
    old: str  # the registered address, which asks


@dataclass(frozen=True, slots=True)
class AddressChange(Letter):
    """To the registered address: that another one was asked for, and that it took its place (T26)."""

    role = Role.RECEIPT

    state: str  # asked, kept, changed, refused
    address: str  # the new one


@dataclass(frozen=True, slots=True)
class NotTaken(Letter):
    """A mail of which nothing is used, and none of whose words are shown."""

    role = Role.RECEIPT

    why: str  # forged (T15); elsewhere: from an address for which nobody vouches, or another's; another: of a letter to them
    sender: str = ""  # where it came from, if from elsewhere
    last: bool = False  # others of this sort are left aside today
