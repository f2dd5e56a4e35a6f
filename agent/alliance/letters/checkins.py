"""Looking back (A21, A22)."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.asking import RevealAnswer
from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class Checkin(Letter):
    """Three short things and one line of the agreement (A21)."""

    role = Role.QUESTION

    number: int
    since: datetime  # when the agreement was made
    trust: str
    works: str
    care: str
    line_number: int
    line: str
    numbers: bool  # both chose to share numbers
    digest_days: int
    skipped: bool = False  # let two go by: ask whether the rhythm still fits (S19)


@dataclass(frozen=True, slots=True)
class CheckinNoted(Letter):
    """Receipt for a check-in reply: the four fields as they were read (F35)."""

    role = Role.RECEIPT

    rating: int | None
    works: str
    care: str
    line: str
    line_number: int
    hide: bool
    digest: datetime  # at the latest
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One person's numbers over the rounds, or a group's; None where there is none."""

    name: str
    ratings: tuple[float | None, ...]

    @property
    def began(self) -> int:
        """The round of the first number."""
        return next(n for n, rating in enumerate(self.ratings) if rating is not None)

    @property
    def known(self) -> int:
        """How many numbers there are."""
        return sum(rating is not None for rating in self.ratings)

    @property
    def trend(self) -> str:
        """Where the last number stands beside the first: up, down or level; no cause is claimed (F40)."""
        numbers = [rating for rating in self.ratings if rating is not None]
        return "up" if numbers[-1] > numbers[0] else "down" if numbers[-1] < numbers[0] else "level"


@dataclass(frozen=True, slots=True)
class Digest(Letter):
    """What both said, side by side (A22)."""

    encloses = True

    number: int
    rounds: tuple[date, ...]  # the columns of the table
    rows: tuple[Row, ...]  # empty when numbers are not shown; each has a number
    works: tuple[RevealAnswer, ...]
    care: tuple[RevealAnswer, ...]
    line_number: int
    line: str
    line_replies: tuple[RevealAnswer, ...]
    next_checkin: date | None
    worth: str = ""  # asks, once, whether it was worth their time
    trend: tuple[Row, ...] = ()  # the rows that are drawn and put into words: from the third round on (F37)


@dataclass(frozen=True, slots=True)
class RhythmChanged(Letter):
    """The check-in rhythm was changed by somebody; both are told."""

    encloses = True

    name: str  # "" for the recipient
    rhythm: str  # "" for no more check-ins
    next_checkin: date | None
    checkins: tuple[date, ...] = ()  # the next ones, for the calendar file that goes along
