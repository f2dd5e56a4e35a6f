"""An agreement that lives: trials that end, words that are passed on, ideas and tools for whoever asks."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class TrialEnds(Letter):
    """The last day of a line on trial, to all (F21). No reply is an answer too: it has run out, as they agreed."""

    line_number: int
    line: str
    day: date


@dataclass(frozen=True, slots=True)
class PassOnAsk(Letter):
    """The very words that would be passed on, and the question whether they may (F42)."""

    role = Role.RECEIPT

    words: str
    to: str  # whose letter it would be
    line_number: int  # the line that they are about; 0 for none
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOnWords(Letter):
    """Receipt: passed on, or kept between us."""

    role = Role.RECEIPT

    words: str
    to: str  # "" when they were kept between us
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair(Letter):
    """Somebody's own slip, in their words, and what would help now (A29); or other words that they wish passed on."""

    name: str
    words: str
    line_number: int
    line: str
    slip: bool = True


@dataclass(frozen=True, slots=True)
class RepairReply(Letter):
    """What came back to such a note, in its author's words."""

    name: str
    words: str
    line_number: int


@dataclass(frozen=True, slots=True)
class ToAndFro(Letter):
    """Two have written to each other through us many times in a row: no more for a while, and what may help (spec 4.5)."""

    name: str  # the other one
    until: date
    words: str = ""  # the reader's own, which stay with us


@dataclass(frozen=True, slots=True)
class Talk(Letter):
    """A time to talk, from their own meeting rule (A29); without one, whoever asked is asked for a time."""

    name: str  # who would like to talk; "" for the reader
    day: date | None  # None when they have no rule, or its trial is over
    at: datetime | None
    place: str


@dataclass(frozen=True, slots=True)
class Ideas(Letter):
    """Three ideas, to whoever asked and nobody else (A24, S39). `topics` are offered when none could be told."""

    role = Role.RECEIPT

    topic: str
    ideas: tuple[str, ...]
    topics: tuple[str, ...]
    agreed: bool  # there is a page to which a line can be added


@dataclass(frozen=True, slots=True)
class Tools(Letter):
    """The tools there are, by number, with credit where it is due (S45, S47)."""

    role = Role.RECEIPT

    titles: tuple[str, ...]
    credit: str
    coach: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolPart:
    """A heading of a tool, and what stands below it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tool(Letter):
    """One tool, as text; a page to print goes along (F54)."""

    role = Role.RECEIPT
    encloses = True

    title: str
    lead: str
    parts: tuple[ToolPart, ...]
    credit: str
    blanks: bool = False  # a worksheet: room to write below each line
