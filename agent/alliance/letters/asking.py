"""Prompts, reveals and settling (A07 to A14)."""

from dataclasses import dataclass
from datetime import date

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class Prompt(Letter):
    """One prompt (A07, A09, A14b-d). `position` is 0 for prompts outside the counted set."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    subject: str
    position: int
    total: int
    lead: str
    ask: str
    hint: str
    example: str
    private: bool  # tell about PRIVATE lines here
    own: str  # the person's own earlier words that belong to this question, "" for none
    extra: str  # one more line under the hint (numbers)
    guess: bool = False  # offer to guess what the partner writes
    again: bool = False  # `own` is what they answered to this very question before
    nameless: bool = False  # a team has voted to see answers without names


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt among several in one letter; `label` is what to put before the answer."""

    label: str
    title: str
    ask: str
    hint: str
    own: str = ""  # what the reader answered to it before
    lead: str = ""  # "Here is a question from Maya's side:"


@dataclass(frozen=True, slots=True)
class AllPrompts(Letter):
    """The prompts that are left, in one letter."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FollowUp(Letter):
    """The one follow-up to a vague line: what would someone see or hear (F25)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    title: str
    line: str


@dataclass(frozen=True, slots=True)
class Nudge(Letter):
    """The first soft reminder of the open question (A10). `subject` is "" for the draft and for what is set up."""

    role = Role.QUESTION

    subject: str
    ask: str
    what: str  # prompt, reveal, settle, draft, setup
    away: date | None = None  # a machine said that the reader was away until this day: a pause is offered


@dataclass(frozen=True, slots=True)
class Rest(Letter):
    """The second and last one: places are kept, quiet from here (A11)."""

    role = Role.QUESTION

    what: str


@dataclass(frozen=True, slots=True)
class PartDone(Letter):
    """All answers of a part are stored, the other's are not in yet (A12)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    part: str
    count: int
    next_part: str  # "" when there is none


@dataclass(frozen=True, slots=True)
class RevealAnswer:
    """One person's words. `letter` is "" where there is nothing to choose."""

    letter: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RevealQuestion:
    """One prompt's answers side by side. `number` is 0 unless there is something to choose."""

    number: int
    title: str
    answers: tuple[RevealAnswer, ...]
    alike: bool  # the answers are equal
    shared_words: tuple[str, ...]  # equal choices from an offered list
    guess: str = ""  # what this letter's reader guessed
    compared: bool = True  # there are words of somebody else's to put beside the guess


@dataclass(frozen=True, slots=True)
class Reveal(Letter):
    """A part's answers, side by side, to all in the same minute (A13)."""

    notes: tuple[Note, ...]
    number: int
    part: str
    questions: tuple[RevealQuestion, ...]
    next_part: str  # "" when the draft is next


@dataclass(frozen=True, slots=True)
class PassedOn(Letter):
    """Words that another participant asked to pass on, or a line that was proposed to join two answers."""

    name: str
    part: str
    words: str
    proposals: tuple[Item, ...]  # label "2C", title, ask = the proposed line


@dataclass(frozen=True, slots=True)
class PassedOnReceipt(Letter):
    """Receipt for words passed on, and where to go on."""

    role = Role.RECEIPT

    notes: tuple[Note, ...]
    next_part: str


@dataclass(frozen=True, slots=True)
class Correction(Letter):
    """An answer was changed after its reveal: WAS and NOW (decision 12). `voided` is the draft whose yes was set aside."""

    name: str
    title: str
    was: str
    now: str
    voided: int


@dataclass(frozen=True, slots=True)
class Corrected(Letter):
    """Receipt for a correction: what is stored now (F14)."""

    role = Role.RECEIPT

    notes: tuple[Note, ...]
    others_told: bool


@dataclass(frozen=True, slots=True)
class SettleOption:
    """One way to settle. `kind` is theirs, trial, both, joined (a line that somebody wrote) or open; `name` whose way."""

    key: str
    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Settle(Letter):
    """Two values that cannot both be true (A14)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    title: str
    answers: tuple[RevealAnswer, ...]
    options: tuple[SettleOption, ...]
    replies: tuple[RevealAnswer, ...]  # what each chose in the first round; empty then
    round: int


@dataclass(frozen=True, slots=True)
class SettleNoted(Letter):
    """Receipt for a settle reply while the other's is not in."""

    role = Role.RECEIPT

    notes: tuple[Note, ...]
