"""Drafts, changes and the agreement (A15 to A20)."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class PageLine:
    """One numbered line as it stands on the page: the very words that are hashed."""

    number: int
    text: str
    views: tuple[str, ...] = ()  # what a team let stand beside it, in words that are not hashed


@dataclass(frozen=True, slots=True)
class PageSection:
    """A titled group of lines."""

    title: str
    lines: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class DraftLetter(Letter):
    """A first draft, or the same draft once more (A15)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    version: int
    sections: tuple[PageSection, ...]
    asks_of_me: tuple[int, ...]  # numbers of the lines that ask something of the recipient
    open_points: tuple[int, ...]
    long: bool  # more than twelve lines on how we act (decision 8)


@dataclass(frozen=True, slots=True)
class LineChange:
    """One changed line. `now` "" = taken out; `was` "" = new. `number` is what it was called before, or is now if new."""

    number: int
    was: str
    now: str
    name: str
    request: bool  # the new words ask something of the recipient


@dataclass(frozen=True, slots=True)
class DraftChanged(Letter):
    """Draft n+1: WAS and NOW for exactly the changed lines, then the whole page (A17)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    version: int
    changes: tuple[LineChange, ...]
    voided: int  # the version this person had agreed to; 0 when none
    mine: bool  # the recipient asked for these changes
    in_force: int  # the version that stays in force meanwhile; 0 when none
    sections: tuple[PageSection, ...]
    asks_of_me: tuple[int, ...]
    to_and_fro: tuple[int, ...] = ()  # lines that are open since they were changed so often


@dataclass(frozen=True, slots=True)
class Confirmed(Letter):
    """Receipt for a yes (A19)."""

    role = Role.RECEIPT

    version: int
    at: datetime
    waiting: bool  # the others have not all agreed yet


@dataclass(frozen=True, slots=True)
class Agreed:
    """One person's yes, as the final letter and the page name it."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrialDay:
    """A line that holds until a day, and whether that day has come."""

    number: int
    day: date
    over: bool


@dataclass(frozen=True, slots=True)
class Final(Letter):
    """The agreement is in place (A20). The page, the PDF and the calendar file go with it."""

    role = Role.RECORD
    encloses = True

    agreed: tuple[Agreed, ...]
    version: int
    sha256: str
    sections: tuple[PageSection, ...]
    open_points: tuple[PageLine, ...]
    meeting: str  # the meeting rule in words, "" when none could be read
    checkins: tuple[date, ...]  # the next ones
    calendar: bool  # whether a calendar file is attached
    again: bool  # a changed agreement replaces an earlier one
    trials: tuple[TrialDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Show(Letter):
    """The page as it stands, on request (SHOW)."""

    role = Role.RECORD

    version: int
    agreed_at: datetime | None  # None while it is a draft
    sections: tuple[PageSection, ...]
    next_checkin: date | None
    trials: tuple[TrialDay, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeAsk(Letter):
    """CHANGE without words: the numbered page, and the question what to change."""

    version: int
    in_force: bool
    set_aside: int  # the version whose yes by this person was taken back; 0 when none
    sections: tuple[PageSection, ...]
