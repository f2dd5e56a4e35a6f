"""A team: its own rules, its parts, its draft, looking back, and who comes and goes (T04 to T20)."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.letters.agreement import LineChange, PageLine, PageSection
from agent.alliance.letters.asking import RevealQuestion
from agent.alliance.letters.checkins import Row
from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note

# ---------------------------------------------------------------- the team's rules


@dataclass(frozen=True, slots=True)
class BallotOption:
    """One way to have a rule; `now` when it holds today."""

    key: str
    words: str
    now: bool


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One rule and its options."""

    number: int
    title: str
    options: tuple[BallotOption, ...]


@dataclass(frozen=True, slots=True)
class Ballot(Letter):
    """The team decides how it does this (S35, F46, T04)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    rows: tuple[BallotRow, ...]
    closes: datetime
    again: bool  # the rules are put to the vote anew


@dataclass(frozen=True, slots=True)
class Voted(Letter):
    """Receipt for a vote: as it was read; "" was left to the others."""

    role = Role.RECEIPT

    rows: tuple[tuple[str, str], ...]
    closes: datetime


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as it was decided."""

    title: str
    words: str
    tied: bool


@dataclass(frozen=True, slots=True)
class TeamRules(Letter):
    """What the team chose, and who takes part (T05)."""

    rows: tuple[RuleRow, ...]
    people: str
    size: int
    first: bool  # the first question comes next


# ---------------------------------------------------------------- parts and draft


@dataclass(frozen=True, slots=True)
class TeamReveal(Letter):
    """A part's answers, in mixed order, to all in the same minute (T09)."""

    notes: tuple[Note, ...]
    number: int
    part: str
    questions: tuple[RevealQuestion, ...]
    hidden: bool  # without names
    next_part: str  # what comes to this member tomorrow; "" for nothing
    last: bool  # the draft comes tomorrow


@dataclass(frozen=True, slots=True)
class TeamDraft(Letter):
    """A draft for the team, with the rule by which a line stands, and what silence means (F48, T12)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    version: int
    changes: tuple[LineChange, ...]
    in_force: int  # the version that stays in force meanwhile; 0 when none
    sections: tuple[PageSection, ...]
    asks_of_me: tuple[int, ...]
    voided: int  # the draft that this member had said OK to, which this one sets aside (invariant 4); 0 for none
    rule: str  # everyone, no_objection, majority
    left_out: int  # answers for which there was no room
    long: bool  # more than twelve lines that are nobody's own (decision 8)
    closes: datetime | None  # None while nothing is counted: words are waited for, or a line is being mended


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was understood about a line; `number` 0 for a new one. `words` "" is KEEP."""

    number: int
    why: str
    words: str


@dataclass(frozen=True, slots=True)
class Objected(Letter):
    """Receipt for objections and better words; `no_harm` are lines of which the harm was not named."""

    role = Role.RECEIPT

    heard: tuple[Heard, ...]
    no_harm: tuple[int, ...]
    closes: datetime
    may_print: bool  # the others may outvote it, and its author may have it printed all the same


@dataclass(frozen=True, slots=True)
class TeamPrinted(Letter):
    """Receipt: this view stands under its line on the page, if the others let the line stand."""

    role = Role.RECEIPT

    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MendRow:
    """One line to mend: what is feared, and better words that somebody has sent."""

    number: int
    line: str
    whys: tuple[str, ...]
    words: tuple[str, ...]
    owner: str = ""  # whose promise it is


@dataclass(frozen=True, slots=True)
class Mend(Letter):
    """Ask all for words that would mend what somebody objects to, without a name (T13)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    rows: tuple[MendRow, ...]
    others: int  # lines without an objection
    closes: datetime


# ---------------------------------------------------------------- looking back


@dataclass(frozen=True, slots=True)
class TeamCheckin(Letter):
    """Three numbers and one line for the team (S38, T15)."""

    role = Role.QUESTION

    number: int
    trust: str
    worry: str
    living: str
    digest_days: int


@dataclass(frozen=True, slots=True)
class TeamCheckinNoted(Letter):
    """Receipt for a check-in reply, as it was read."""

    role = Role.RECEIPT

    numbers: tuple[int, ...]
    words: str
    named: str = ""  # whom the line names: then it is not kept, since a check-in is about the page and not a person


@dataclass(frozen=True, slots=True)
class TeamDigest(Letter):
    """What the team noticed: numbers of the whole group when four or more replied, lines without names (F39, T16)."""

    encloses = True

    number: int
    rounds: tuple[date, ...]
    rows: tuple[Row, ...]  # empty when fewer than four replied
    words: tuple[str, ...]
    next_checkin: date | None
    trend: tuple[Row, ...] = ()  # the rows that are drawn and put into words: from the third round on (F37)


@dataclass(frozen=True, slots=True)
class TeamYear(Letter):
    """Once a year a team looks at its whole page; any member may put new words to the others, as at any time (S06)."""

    years: int
    looked_back: int  # check-ins in which somebody replied
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True)
class TeamAsk(Letter):
    """One short question about an unclear reply in a team: `kind` is way, vote, draft, reveal, mend, three or rhythm."""

    role = Role.RECEIPT
    asks_back = True

    kind: str
    words: str
    version: int
    human: bool = False  # not understood for the second time: a person is offered (S46)


@dataclass(frozen=True, slots=True)
class TeamWait(Letter):
    """The rule asks for words that have not come: wait, or change the rule by vote; the same to all (spec 4.5)."""

    rule: str


# ---------------------------------------------------------------- coming and going


@dataclass(frozen=True, slots=True)
class TeamAsked(Letter):
    """Receipt: somebody new is asked."""

    role = Role.RECEIPT

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class TeamNotAsked(Letter):
    """Somebody new is not asked: they are in already, or may not be written to."""

    role = Role.RECEIPT

    name: str


@dataclass(frozen=True, slots=True)
class TeamNewcomer(Letter):
    """Ask somebody new, with the page as it stands, and no signature before a say (T17)."""

    role = Role.QUESTION

    initiator_full: str
    since: datetime
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True)
class TeamYourPage(Letter):
    """The page with the newcomer's own line, for their OK."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True)
class TeamJoined(Letter):
    """Somebody joined: what they add and ask. The others have nothing to do (T18)."""

    name: str
    adds: tuple[str, ...]
    asks: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class TeamLeft(Letter):
    """Somebody left: their goodbye if any, and the lines that need a home (T20)."""

    name: str
    words: str
    lines: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class TeamGoodbye(Letter):
    """The last letter to who leaves, with room for a word to the team (T19)."""

    role = Role.RECORD

    agreed: bool


@dataclass(frozen=True, slots=True)
class TeamTaken(Letter):
    """Somebody took on an open line; `name` "" for who did."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamLine(Letter):
    """Somebody wonders whether a line still fits: all are asked, and nobody is told who (S39)."""

    number: int
    line: str
