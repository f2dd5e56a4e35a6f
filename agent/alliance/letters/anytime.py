"""What may be asked for, or has to be said, at any time."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.agreement import PageSection
from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class Help(Letter):
    """What can be replied now; `ask` is the open question in its own words, "" when nothing is open."""

    role = Role.RECEIPT

    ask: str
    stage: str  # preparing, approving, hosting, invited, answering, waiting, reading, settling, reviewing, living


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One alliance of this person."""

    names: str
    where: str  # preparing, approving, hosting, invited, asking, drafting, agreed, changing, ended
    answered: int
    total: int
    ask: str
    next: date | None
    paused: bool


@dataclass(frozen=True, slots=True)
class OtherRow:
    """Another alliance of the same person, in one line."""

    names: str  # the others in it
    where: str  # asked (invited, and has not said yes), bank (a trust bank, of nobody else), setup, invited, asking, drafting, agreed, changing
    next: date | None


@dataclass(frozen=True, slots=True)
class Status(Letter):
    """Where this alliance stands for this person, and all the others of theirs, when that was asked (S09, S10)."""

    role = Role.RECEIPT

    row: StatusRow
    others: tuple[OtherRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Explain(Letter):
    """The plain version of the open question, and an example; the question stays open."""

    role = Role.RECEIPT

    ask: str
    plain: str
    example: str
    title: str = ""  # of the prompt, so that the subjects of two of them differ


@dataclass(frozen=True, slots=True)
class AskBack(Letter):
    """One short question about an unclear reply, which `kind` names; `words` are the person's own.

    yes, draft, question, which_line, what_words, number (of a line; 0 of a question), rating, choice, answer, send, held,
    pass_on, not_own, why_words, hidden_number, delete, nothing_yet, checkin_over, renewal, renewal_over, redesign, stop, pause; any other is asked about in general.
    """

    role = Role.RECEIPT
    asks_back = True

    kind: str
    words: str
    version: int
    number: int
    notes: tuple[Note, ...] = ()
    human: bool = False  # not understood for the second time: a person is offered (S46)


@dataclass(frozen=True, slots=True)
class Paused(Letter):
    """Receipt for PAUSE or LATER. `until` None = until they write."""

    role = Role.RECEIPT

    until: date | None


@dataclass(frozen=True, slots=True)
class Goodbye(Letter):
    """One line after STOP, then nothing."""

    role = Role.RECORD

    copy: bool  # an agreement exists, and the others keep their copy


@dataclass(frozen=True, slots=True)
class Left(Letter):
    """Tell the others, neutrally, that somebody has left (invariant 11)."""

    name: str
    agreed: bool
    until: datetime | None = None  # when what is kept is deleted; None while the alliance goes on without the leaver


@dataclass(frozen=True, slots=True)
class AtRest(Letter):
    """After 30 days without the others: at rest, without a cause (decision 13)."""


@dataclass(frozen=True, slots=True)
class WasThisYou(Letter):
    """A reply came from another address: ask the registered one (T8)."""

    role = Role.RECEIPT

    sender: str
    words: str
    last: bool = False  # more of this sort is left aside today


@dataclass(frozen=True, slots=True)
class Closed(Letter):
    """A reply came to an alliance that has ended; said once."""

    role = Role.RECEIPT

    at: datetime


@dataclass(frozen=True, slots=True)
class Unread(Letter):
    """A mail came whose words could not be read. `why`: empty, encrypted, too large, reaction, unreadable."""

    role = Role.RECEIPT

    why: str
    ask: str


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What one person once wrote: an answer, a choice at a reveal, or a yes."""

    title: str
    text: str
    private: str
    at: datetime
    guess: str = ""


@dataclass(frozen=True, slots=True)
class OwnCheckin:
    """What one person once replied to a check-in."""

    at: datetime
    rating: int | None
    works: str
    care: str
    line: str


@dataclass(frozen=True, slots=True)
class Own:
    """All that one person wrote in an alliance, with every version, and the agreement that is theirs too (F57)."""

    name: str
    address: str
    zone: str
    answers: tuple[OwnAnswer, ...]  # oldest first
    checkins: tuple[OwnCheckin, ...]
    version: int  # of the agreement in force; 0 for none
    sha256: str
    agreement: str  # its exact text


@dataclass(frozen=True, slots=True)
class MyData(Letter):
    """All that is stored about the person in this alliance (F57); it goes along as files too."""

    role = Role.RECEIPT
    encloses = True

    mine: Own
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True)
class EraseAsk(Letter):
    """DELETE: ask once before it is done."""

    agreed: bool
    solo: bool = False  # it is a trust bank, with nobody else in it


@dataclass(frozen=True, slots=True)
class Erased(Letter):
    """Receipt: what was erased and what remains."""

    role = Role.RECORD

    agreed: bool


@dataclass(frozen=True, slots=True)
class Care(Letter):
    """Anger, fear or harm: no prompt, a short kind text, the offer of a human and of the operator's help lines (spec 4.7)."""

    role = Role.RECEIPT

    help_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Human(Letter):
    """HUMAN: who can be written to."""

    role = Role.RECEIPT
