"""The trust bank (B02 to B10): letters to one person alone."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class BankRow:
    """One person on the page. `now` has one number for each time they were given; `hoped` None when it never was."""

    name: str
    now: tuple[str, ...]
    hoped: int | None
    own: str  # the question to ask this person, in the reader's words; "" for none


@dataclass(frozen=True, slots=True)
class BankPage(Letter):
    """The page, and whom to invite (B10)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    rows: tuple[BankRow, ...]
    name: str  # whom the question is for; "" when nobody was named
    own: str  # the question, where nobody was named
    may_invite: bool


@dataclass(frozen=True, slots=True)
class BankAsk(Letter):
    """One short question about what could not be read. `kind`: people, savings, whom."""

    role = Role.RECEIPT
    asks_back = True

    kind: str
    words: str  # what was not clear, as written
    noted: str  # the numbers that were clear, in words; "" for none
    human: bool = False  # not understood for the second time: a person is offered (S46)


@dataclass(frozen=True, slots=True)
class BankHelp(Letter):
    """Where the trust bank stands and what can be replied; `ask` is the open question, "" when the page or nothing is open."""

    role = Role.RECEIPT

    ask: str


@dataclass(frozen=True, slots=True)
class BankLater(Letter):
    """Receipt for LATER: when the numbers are asked again."""

    role = Role.RECEIPT

    day: date


@dataclass(frozen=True, slots=True)
class BankDone(Letter):
    """Receipt for DONE; the page is kept for a while, unless it is erased before."""

    role = Role.RECORD

    until: datetime
