"""The aggregate: all that belongs to one alliance, as values.

One alliance is one document. It is stored as JSON, so every field here is part of the storage format: add fields with
defaults, never rename one without a migration. Participants are numbered from 1; number 1 started the alliance but has
no extra powers (S14). A person's address, zone and language live once, in `Person`, across alliances (decision 28).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self


class Phase(StrEnum):
    """Where the alliance as a whole stands."""

    SETUP = "setup"  # one person prepares it; nobody else has been written to
    INVITED = "invited"  # invitations are out
    VOTING = "voting"  # a team chooses its own rules before the first prompt
    ASKING = "asking"  # prompts, reveals, settling
    DRAFTING = "drafting"  # a draft is out for agreement
    AGREED = "agreed"  # an agreement is in force; check-ins run
    CHANGING = "changing"  # in force, and a changed draft is out
    ENDED = "ended"  # declined, cancelled, left or closed; nothing more is sent


class Stage(StrEnum):
    """Where one participant stands."""

    PREPARING = "preparing"  # being asked whom, and why
    APPROVING = "approving"  # looking at the invitation before it goes out
    HOSTING = "hosting"  # invitation sent, waiting for the others
    INVITED = "invited"  # asked whether to join
    VOTING = "voting"  # said yes to a team; its rules come first
    ANSWERING = "answering"  # a prompt is open, or owed
    WAITING = "waiting"  # has done a part; the others have not
    READING = "reading"  # a reveal is open
    SETTLING = "settling"  # a settle letter is open
    REVIEWING = "reviewing"  # a draft is open
    CONFIRMED = "confirmed"  # said yes to the newest draft
    LIVING = "living"  # an agreement is in force
    CHECKING = "checking"  # a check-in is open
    DECLINED = "declined"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address, once, across alliances. `zone` is an IANA name that was given; "" when not."""

    address: str
    name: str = ""
    zone: str = ""
    offset_s: int | None = None  # seconds east of UTC, guessed from a Date header: good for quiet hours, not a zone
    language: str = ""  # in which they write; "" while it is not known: then that of the page
    suppressed: bool = False  # never write again: called our letter spam, or is not who was meant
    also: tuple[str, ...] = ()  # other addresses that they write from, as they said themselves; we never write to these
    bounces: int = 0  # what reports have said against the address since somebody wrote from it (`no_answer`)
    bounced_at: datetime | None = None  # the last time that one counted


@dataclass(frozen=True, slots=True)
class Open:
    """The one letter a participant has to answer. `sent` is None while it is owed and not yet written."""

    about: str  # what it asks: "why", "invitation", "prompt:P11", "reveal:knowing", "settle:meeting", "draft:2", "checkin:1"
    due: datetime  # when it is to be written: now, or the end of the person's quiet hours
    sent: datetime | None = None
    nudges: int = 0
    nudged: datetime | None = None
    asked_back: int = 0  # how often an unclear reply to it was asked about
    away: datetime | None = None  # until when a machine said that the person is away: the nudge after it offers a pause


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was stored or understood, to open the next letter with (F13). Templates put it into words."""

    kind: str  # see `templates/*/_notes`: kept, replaced, passed, later, rule, zone, chosen, joined, ...
    title: str = ""  # the prompt's subject
    text: str = ""  # the person's own words, or a value in words
    private: int = 0  # how many lines were kept private
    at: datetime | None = None
    days: int = 0  # for how long it was chosen, where it is a trial


@dataclass(frozen=True, slots=True)
class Held:
    """A reply that came from another address, or that would do what wants a code: kept until the registered address says."""

    about: str
    text: str
    sender: str
    cause: str
    at: datetime
    act: str = ""  # what a code is asked for, as in `trust.ACTS`; "" where a word is enough
    title: str = ""  # the subject of a first mail
    tries: int = 0  # wrong codes so far
    asked: int = 1  # how often in a day


class _Changing:
    """What changes many times in one turn; without slots, since a copied dictionary is ten times as fast as `replace`."""

    def but(self, **changes: Any) -> Self:
        """The same with other values of these fields."""
        assert changes.keys() <= self.__dict__.keys(), f"no such field: {changes.keys() - self.__dict__.keys()}"
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__, **changes)
        return new


@dataclass(frozen=True)
class Participant(_Changing):
    """One person in this alliance."""

    number: int
    address: str
    name: str = ""  # the name others see: "Maya"
    full_name: str = ""
    stage: Stage = Stage.PREPARING
    short: bool = False
    part: str = ""  # the part of the flow this person is in
    open: Open | None = None
    notes: tuple[Note, ...] = ()
    all_at_once: bool = False  # asked for ALL: the rest comes in one letter
    paused: bool = False
    paused_until: datetime | None = None
    resting: bool = False  # two nudges unanswered: quiet until they write
    later: tuple[tuple[str, datetime], ...] = ()  # prompts put off, and when they come back
    skipped: tuple[str, ...] = ()  # prompts that SHORT left out
    followed: tuple[str, ...] = ()  # prompts whose vague answer was asked about, once
    numbers: bool = False  # agreed to show check-in numbers
    held: tuple[Held, ...] = ()  # each asked about by itself; released by the word for it alone
    told: tuple[tuple[str, datetime], ...] = ()  # why mail was not used, and when this person heard so, of the last day
    last_heard: datetime | None = None
    thread: tuple[int, ...] = ()  # numbers of the letters to this person: the first and the last ten, for References
    unhelped: int = 0  # how many replies in a row were not understood
    checkins: bool = True  # wants to be asked how it is going, where a team is
    asked_by: int = 0  # who had this newcomer to a team invited
    told_closed: bool = False  # was told, once, that the alliance has ended
    last_word: bool = False  # has answered the closing letter
    kept: int = 0  # the version that was in force when this person left: theirs to see, and no later one


@dataclass(frozen=True, slots=True)
class Answer:
    """One version of what one person said to one prompt; the newest counts, the others are history (F14)."""

    participant: int
    prompt: str
    text: str  # what others may see after the reveal
    private: str  # what nobody else ever sees (F17)
    at: datetime
    cause: str  # the kept message it came from: "inbox:17"
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """What one person thinks that the others wrote to a prompt (S08): its author's alone, for ever; the newest counts."""

    participant: int
    prompt: str
    text: str
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person chose for one shared prompt at its reveal: a letter, or a line of their own that joins."""

    participant: int
    prompt: str
    letter: str
    text: str
    cause: str
    at: datetime
    words: str = ""  # the words that were chosen, so that a later correction is not taken for them


@dataclass(frozen=True, slots=True)
class Option:
    """One way to settle: `key` is what to reply."""

    key: str
    kind: str  # theirs, trial, both, joined, open
    text: str = ""
    participant: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """A value that two people gave differently and that cannot both be true (F20)."""

    prompt: str
    opened: datetime
    options: tuple[Option, ...]
    replies: tuple[Choice, ...] = ()
    round: int = 1
    outcome: Option | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a draft. `id` stays for life; the number people see is its place in that draft."""

    id: int
    section: str
    text: str
    by: tuple[int, ...]  # whose words; all of the participants = "(both)"
    source: tuple[str, ...]  # where they said it: "inbox:17"
    owner: int = 0  # whose promise or preference it is: the name in front; 0 for a shared line
    asked_of: int = 0  # a request: holds only once this participant says yes (F23)
    open: bool = False  # an open point
    trial_days: int = 0  # holds for so many days from the day when all agree
    trial_until: date | None = None  # holds until this day
    changes: int = 0
    hand: bool = False  # changed or added by somebody: it stays as it is when answers are corrected


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference between two drafts. `now` is "" for a line taken out, `was` is "" for a new one."""

    id: int
    number: int  # its number in the older draft; in the newer one if it is new
    was: str
    now: str
    by: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A numbered version of the agreement. Never altered once made."""

    version: int
    lines: tuple[Line, ...]
    text: str  # the exact text that people agree to: NFC, LF, no dates of signing
    sha256: str
    at: datetime
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One person's yes to one version (F28)."""

    participant: int
    version: int
    sha256: str
    at: datetime
    cause: str
    words: str  # what they wrote
    level: str = "A"  # how sure it was who wrote: A, or code
    proved: str = ""  # the kept message that released it, where another did


@dataclass(frozen=True, slots=True)
class Trial:
    """A line that was agreed on for a time (F21); asked about on its last day. Its place in the list stays for life."""

    line: int  # the line's id
    ends: date
    days: int = 0  # as the line says it: the same words are the same trial
    until: date | None = None
    meets: bool = False  # the line is about meeting, so the meetings in the calendar end with it
    asked: datetime | None = None  # whether to keep it was asked; unless all agree to, it is over
    off: bool = False  # changed, kept or taken out: nothing is to be asked any more


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one person that may go on to another, word for word and after their yes (F42). Its place is for life."""

    author: int
    text: str
    at: datetime
    cause: str
    slip: bool = False  # an own slip: the others are asked what would help
    line: int = 0  # the id of the line that it is about; 0 for none
    answers: int = 0  # which passage it answers, counted from 1; 0 for none: then it is for all the others
    passed: datetime | None = None
    kept: bool = False  # stays between us


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often to check in: some first days after the agreement, then every so many months, weeks or days."""

    first: tuple[int, ...] = (30, 90)
    every: int = 3
    unit: str = "month"  # day, week, month; "never" for no check-ins


@dataclass(frozen=True, slots=True)
class Rule:
    """A date rule that was read from free text: RFC 5545 RRULE parts, and the wall time."""

    freq: str  # DAILY, WEEKLY, MONTHLY, YEARLY
    interval: int = 1
    byday: tuple[str, ...] = ()  # MO, 1MO, -1FR
    bymonthday: tuple[int, ...] = ()
    hour: int | None = None
    minute: int = 0
    zone: str = ""  # an IANA name, where one was given


@dataclass(frozen=True, slots=True)
class CheckinReply:
    """One person's reply to one check-in; absent fields are None or ""."""

    participant: int
    at: datetime
    cause: str
    rating: int | None = None
    works: str = ""
    care: str = ""
    line: str = ""  # yes, partly, no, not needed
    hide: bool = False
    passed: bool = False
    numbers: tuple[int, ...] = ()  # a team's three: trust, worry, living by it; its line is in `works`


@dataclass(frozen=True, slots=True)
class Checkin:
    """One round of looking back."""

    number: int
    due: datetime
    line: int  # the id of the agreement line that is looked at
    replies: tuple[CheckinReply, ...] = ()
    asked: datetime | None = None  # when it went out; None while it is ahead
    numbers: bool = False  # all were told that their numbers are shown, and nobody hid one
    digest_due: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What one member chose: for each rule by its id the key of an option; "" leaves it to the others."""

    participant: int
    picks: dict[str, str]
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote of a team on its own rules (S35, F46). The newest vote of each member counts."""

    number: int
    opened: datetime
    closes: datetime
    votes: tuple[Vote, ...] = ()
    closed: datetime | None = None
    rules: tuple[str, ...] = ()  # ids of the rules that it is about
    tied: tuple[str, ...] = ()  # the rules in which the option that protects people more had to decide


@dataclass(frozen=True, slots=True)
class Objection:
    """What one member has against one line of a team's draft: the harm that it could do, in their words (F47, T13)."""

    participant: int
    version: int
    line: int  # the line's id
    why: str
    cause: str
    at: datetime
    shown: bool = False  # its author wants it under the line that the others let stand (spec 4.5)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Words that a member would have in a team's next draft: for a line, or with `line` 0 as a new one; "" keeps the line."""

    participant: int
    version: int
    line: int
    text: str
    cause: str
    at: datetime
    section: str = ""  # where a new one belongs


@dataclass(frozen=True, slots=True)
class Worth:
    """What one person answered to "was this worth your time?": 1 to 5. For the operator's figures, never for the others."""

    participant: int
    rating: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Renewal:
    """Once a year: keep, tweak, redesign or close (F44)."""

    asked: datetime  # in this round
    round: int = 1
    choices: tuple[Choice, ...] = ()  # of this round; `letter` is the word that was chosen
    before: tuple[Choice, ...] = ()  # of the first round, when these differed
    closed: datetime | None = None


@dataclass(frozen=True)
class Alliance(_Changing):
    """The aggregate root. `people` is filled on loading from rows of their own and is not part of the document."""

    id: int
    flow: str  # "one_to_one@<sha256 of the file>"
    created: datetime
    phase: Phase = Phase.SETUP
    participants: tuple[Participant, ...] = ()
    people: dict[str, Person] = field(default_factory=dict)
    reason: str = ""  # what the first mail said, in its words
    kind: str = (
        ""  # what the two are to each other: the id of a kind of relationship in the flow; "" when it is not known
    )
    side: int = (
        0  # the side that the invitee is on, where a kind has two: 1 or 2 in the order of the flow; 0 when not known
    )
    young: bool = False  # the initiator may be under age: to be asked
    guardian: str = (
        ""  # "ask" when somebody may be under age; then "adult", or the guardian's address ("guardian" in a team)
    )
    language: str = ""  # of the page that they make; "" is the flow's own
    short: bool = False
    why: str = ""
    answers: tuple[Answer, ...] = ()
    guesses: tuple[Guess, ...] = ()
    revealed: tuple[str, ...] = ()  # parts
    reveal_due: datetime | None = None  # set when all have done the next part
    choices: tuple[Choice, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    drafts: tuple[Draft, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    agreed: int = 0  # the version in force; 0 for none
    agreed_at: datetime | None = None
    first_agreed: datetime | None = None  # check-in days are counted from here, also after a change
    trials: tuple[Trial, ...] = ()
    passages: tuple[Passage, ...] = ()
    rhythm: Rhythm | None = None
    meeting: Rule | None = None
    meeting_since: datetime | None = None  # when this rule was agreed: "every second week" is counted from here
    place: str = ""  # where they meet, in their words
    met: bool = False  # an agreement with a meeting rule was sent once: its calendar entry may have to be cancelled
    zone: str = ""  # the zone in which the two meet
    checkins: tuple[Checkin, ...] = ()
    invited_at: datetime | None = None
    reminded_at: datetime | None = None
    rested_at: datetime | None = None  # when the others were told "at rest"
    letters: int = 0  # how many letters were written: numbers the next
    calendar_sequence: int = 0
    second: bool = False  # the initiator asked for another alliance with the same person
    ballots: tuple[Ballot, ...] = ()
    way: str = ""  # how a team begins: first, together, team
    order: dict[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # prompt: whose answers, as a team's reveal mixed them
    rules: dict[str, str] = field(default_factory=dict)  # as the team voted them: the rule's id and the option's value
    objections: tuple[Objection, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    closes: datetime | None = None  # when a team's draft, or the mending of its lines, is counted
    mending: tuple[int, ...] = ()  # ids of the lines for which better words are sought now
    mended: tuple[int, ...] = ()  # and of those for which they were, since the page last stood
    asked_about: tuple[tuple[int, datetime], ...] = ()  # the lines that a member had the team asked about, and when
    questions: tuple[str, ...] = ()  # a team's own, as they were when they were shown
    ended: str = ""  # declined, cancelled, left, closed, expired, few, unproved
    ended_at: datetime | None = None
    closed_by: int = 0  # who closed it, until the others have been told
    worths: tuple[Worth, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    redesigned_at: datetime | None = None  # since when the prompts are asked anew; None when they are not

    def participant(self, number: int) -> Participant:
        """The participant with this number; there must be one."""
        return self.participants[number - 1]

    def others(self, number: int) -> tuple[Participant, ...]:
        """Everybody but this participant who takes part."""
        return tuple(p for p in self.present if p.number != number)

    @property
    def present(self) -> tuple[Participant, ...]:
        """Those who take part: they said yes, and have not left."""
        return tuple(p for p in self.participants if p.stage not in (Stage.INVITED, Stage.LEFT, Stage.DECLINED))

    @property
    def invited(self) -> tuple[Participant, ...]:
        """Those who were asked, or will be, and have not said yes or no."""
        return tuple(p for p in self.participants if p.stage == Stage.INVITED)

    @property
    def draft(self) -> Draft | None:
        """The newest draft."""
        return self.drafts[-1] if self.drafts else None

    @property
    def in_force(self) -> Draft | None:
        """The agreed draft; None before there is one."""
        return self.drafts[self.agreed - 1] if self.agreed else None

    def page_of(self, number: int) -> Draft | None:
        """The page that this participant may see, agreed or not; None for none.

        Who has left keeps what was agreed then, as long as it is there; who has not said yes has seen nothing.
        """
        p = self.participant(number)
        if p.stage not in (Stage.INVITED, Stage.DECLINED, Stage.LEFT):
            return self.in_force or self.draft
        return self.drafts[p.kept - 1] if p.kept and self.drafts[p.kept - 1].text else None

    def said(self, prompt: str) -> list[tuple[Participant, Answer]]:
        """Who answered this prompt with words that others may see, in the order of their numbers."""
        return [(p, a) for p in self.present if (a := self.answer(p.number, prompt)) and a.text]

    def answer(self, number: int, prompt: str) -> Answer | None:
        """The version that counts of what this participant said to this prompt; None when nothing yet."""
        return next((a for a in reversed(self.answers) if a.participant == number and a.prompt == prompt), None)

    def guess(self, number: int, prompt: str) -> str:
        """What this participant guessed of this prompt last, in a redesign since it began; "" for nothing.

        For this participant's letters alone.
        """
        mine = (g for g in reversed(self.guesses) if (g.participant, g.prompt) == (number, prompt))
        return next((g.text for g in mine if self._counts_now(g.at)), "")

    def answered(self, number: int, prompt: str) -> bool:
        """Whether this participant has answered or passed this prompt; in a redesign, since it began."""
        said = self.answer(number, prompt)
        return said is not None and self._counts_now(said.at)

    def _counts_now(self, at: datetime) -> bool:
        return self.redesigned_at is None or at >= self.redesigned_at
