"""What each letter has to say: one value per kind of letter, its fields the facts that its template may use.

The template of `PartDone` is `part_done`. `decide` chooses the letter and its facts; `compose` finds the template, adds
what every letter knows (`me`, `partner`, `names`, the footer) and the person's zone for dates. Facts are already what
this recipient may see (invariant 7); a template adds nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

from agent.alliance.model import Note

# Every kind of note that `_notes` can put into words.
NOTES = frozenset((
    "kept", "replaced", "joined_answers", "passed", "later", "rule", "zone", "rhythm", "rhythm_slower", "chosen",
    "settled", "left_open", "said_yes", "welcome", "passed_on", "stale", "not_understood", "short_set", "resumed",
    "address_changed", "numbers_on", "hidden", "released", "awake", "unplaced",
))  # fmt: skip

# ---------------------------------------------------------------- setting up


@dataclass(frozen=True, slots=True)
class SetupPartner:
    """Ask the initiator for the partner's address; `problem` says why it is asked: "", "missing", "same", "two", "refused"."""

    reason: str
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class SetupExisting:
    """The two already have an alliance: offer it before a second one (decision 22)."""

    name: str
    since: datetime
    agreed: bool


@dataclass(frozen=True, slots=True)
class SetupWhy:
    """Read back what was understood, and ask for the why (A02)."""

    name: str
    address: str
    reason: str
    ask: str
    hint: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """Ask somebody whether to join (A05)."""

    initiator: str
    initiator_full: str
    initiator_address: str
    why: str
    prompts: int
    mails: int
    opening: str = ""  # the first line, by kind of relationship


@dataclass(frozen=True, slots=True)
class SetupReady:
    """Show the invitation before it goes out (A04)."""

    notes: tuple[Note, ...]
    name: str
    address: str
    invitation: Invitation
    prompts: int
    short_prompts: int


@dataclass(frozen=True, slots=True)
class InvitationSent:
    """Tell the initiator that the invitation is out."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class InvitationReminder:
    """The one reminder, a week later (decision 14)."""

    initiator: str
    initiator_address: str
    why: str


@dataclass(frozen=True, slots=True)
class InvitationAsk:
    """An unclear answer to the invitation: one short question."""

    initiator: str
    words: str
    passed_on: bool = False  # the words were a question, and the initiator has it now


@dataclass(frozen=True, slots=True)
class InvitationQuestion:
    """The invitee asked something that is for the initiator: passed on with the invitee's words (decision 14)."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who is this, who asked, what is stored, how to stop (spec 4.7)."""

    initiator: str
    initiator_address: str
    stored: tuple[str, ...]
    invited: bool  # still undecided whether to join


@dataclass(frozen=True, slots=True)
class NotNow:
    """Receipt for NOT NOW."""

    initiator: str


@dataclass(frozen=True, slots=True)
class InvitationNotNow:
    """Tell the initiator, neutrally, that it is not now."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationDeclined:
    """Tell the initiator, neutrally, that the invitee is not joining (A28)."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationQuiet:
    """Two weeks after the reminder without a word: at rest (decision 14)."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationUndelivered:
    """The invitation could not be delivered; the address may be mended (decision 21)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SetupDropped:
    """The initiator dropped it before or after SEND; nothing more goes out."""

    name: str


# ---------------------------------------------------------------- prompts


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt (A07, A09, A14b-d). `position` is 0 for prompts outside the counted set."""

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


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt among several in one letter; `label` is what to put before the answer."""

    label: str
    title: str
    ask: str
    hint: str


@dataclass(frozen=True, slots=True)
class AllPrompts:
    """The prompts that are left, in one letter."""

    notes: tuple[Note, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The one follow-up to a vague line: what would someone see or hear (F25)."""

    notes: tuple[Note, ...]
    title: str
    line: str


@dataclass(frozen=True, slots=True)
class Nudge:
    """The first soft reminder of the open question (A10). `subject` is "" for the draft and for what is set up."""

    subject: str
    ask: str
    what: str  # prompt, reveal, settle, draft, setup


@dataclass(frozen=True, slots=True)
class Rest:
    """The second and last one: places are kept, quiet from here (A11)."""

    what: str


@dataclass(frozen=True, slots=True)
class PartDone:
    """All answers of a part are stored, the other's are not in yet (A12)."""

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


@dataclass(frozen=True, slots=True)
class Reveal:
    """A part's answers, side by side, to all in the same minute (A13)."""

    number: int
    part: str
    questions: tuple[RevealQuestion, ...]
    next_part: str  # "" when the draft is next


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Words that another participant asked to pass on, or a line that was proposed to join two answers."""

    name: str
    part: str
    words: str
    proposals: tuple[Item, ...]  # label "2C", title, ask = the proposed line


@dataclass(frozen=True, slots=True)
class PassedOnReceipt:
    """Receipt for words passed on, and where to go on."""

    notes: tuple[Note, ...]
    next_part: str


@dataclass(frozen=True, slots=True)
class Correction:
    """An answer was changed after its reveal: WAS and NOW (decision 12). `voided` is the draft whose yes was set aside."""

    name: str
    title: str
    was: str
    now: str
    voided: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """Receipt for a correction: what is stored now (F14)."""

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
class Settle:
    """Two values that cannot both be true (A14)."""

    notes: tuple[Note, ...]
    title: str
    answers: tuple[RevealAnswer, ...]
    options: tuple[SettleOption, ...]
    replies: tuple[RevealAnswer, ...]  # what each chose in the first round; empty then
    round: int


@dataclass(frozen=True, slots=True)
class SettleNoted:
    """Receipt for a settle reply while the other's is not in."""

    notes: tuple[Note, ...]


# ---------------------------------------------------------------- draft and agreement


@dataclass(frozen=True, slots=True)
class PageLine:
    """One numbered line as it stands on the page: the very words that are hashed."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PageSection:
    """A titled group of lines."""

    title: str
    lines: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class DraftLetter:
    """A first draft, or the same draft once more (A15)."""

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
class DraftChanged:
    """Draft n+1: WAS and NOW for exactly the changed lines, then the whole page (A17)."""

    notes: tuple[Note, ...]
    version: int
    changes: tuple[LineChange, ...]
    voided: int  # the version this person had agreed to; 0 when none
    mine: bool  # the recipient asked for these changes
    in_force: int  # the version that stays in force meanwhile; 0 when none
    sections: tuple[PageSection, ...]
    asks_of_me: tuple[int, ...]
    open_points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Receipt for a yes (A19)."""

    version: int
    at: datetime
    waiting: bool  # the others have not all agreed yet


@dataclass(frozen=True, slots=True)
class Agreed:
    """One person's yes, as the final letter and the page name it."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Final:
    """The agreement is in place (A20). The page, the PDF and the calendar file go with it."""

    agreed: tuple[Agreed, ...]
    version: int
    sha256: str
    sections: tuple[PageSection, ...]
    open_points: tuple[PageLine, ...]
    meeting: str  # the meeting rule in words, "" when none could be read
    checkins: tuple[date, ...]  # the next ones
    calendar: bool  # whether a calendar file is attached
    again: bool  # a changed agreement replaces an earlier one


@dataclass(frozen=True, slots=True)
class Show:
    """The page as it stands, on request (SHOW)."""

    version: int
    agreed_at: datetime | None  # None while it is a draft
    sections: tuple[PageSection, ...]
    next_checkin: date | None


@dataclass(frozen=True, slots=True)
class ChangeAsk:
    """CHANGE without words: the numbered page, and the question what to change."""

    version: int
    in_force: bool
    set_aside: int  # the version whose yes by this person was taken back; 0 when none
    sections: tuple[PageSection, ...]


# ---------------------------------------------------------------- check-ins


@dataclass(frozen=True, slots=True)
class Checkin:
    """Three short things and one line of the agreement (A21)."""

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
class CheckinNoted:
    """Receipt for a check-in reply: the four fields as they were read (F35)."""

    rating: int | None
    works: str
    care: str
    line: str
    line_number: int
    hide: bool
    digest: datetime  # at the latest


@dataclass(frozen=True, slots=True)
class Row:
    """One person's numbers over the rounds; None where there is none."""

    name: str
    ratings: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What both said, side by side (A22)."""

    number: int
    rounds: tuple[date, ...]  # the columns of the table
    rows: tuple[Row, ...]  # empty when numbers are not shown
    works: tuple[RevealAnswer, ...]
    care: tuple[RevealAnswer, ...]
    line_number: int
    line: str
    line_replies: tuple[RevealAnswer, ...]
    next_checkin: date | None


@dataclass(frozen=True, slots=True)
class RhythmChanged:
    """The check-in rhythm was changed by somebody; both are told."""

    name: str  # "" for the recipient
    rhythm: str
    next_checkin: date | None
    checkins: tuple[date, ...] = ()  # the next ones, for the calendar file that goes along


# ---------------------------------------------------------------- at any time


@dataclass(frozen=True, slots=True)
class Help:
    """What can be replied now; `ask` is the open question in its own words, "" when nothing is open."""

    ask: str
    stage: str  # setup, invited, answering, waiting, reading, settling, reviewing, living


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One alliance of this person."""

    names: str
    where: str  # setup, invited, asking, drafting, agreed, changing, ended
    answered: int
    total: int
    ask: str
    next: date | None
    paused: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Where this alliance stands for this person."""

    row: StatusRow


@dataclass(frozen=True, slots=True)
class Explain:
    """The plain version of the open question, and an example; the question stays open."""

    ask: str
    plain: str
    example: str
    title: str = ""  # of the prompt, so that the subjects of two of them differ


@dataclass(frozen=True, slots=True)
class AskBack:
    """One short question about an unclear reply, which `kind` names; `words` are the person's own.

    yes, draft, question, which_line, what_words, number (of a line; 0 of a question), rating, choice, answer, send, held,
    pass_on, why_words, hidden_number, delete, nothing_yet, checkin_over, stop, pause; any other is asked about in general.
    """

    kind: str
    words: str
    version: int
    number: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Receipt for PAUSE or LATER. `until` None = until they write."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Goodbye:
    """One line after STOP, then nothing."""

    copy: bool  # an agreement exists, and the others keep their copy


@dataclass(frozen=True, slots=True)
class Left:
    """Tell the others, neutrally, that somebody has left (invariant 11)."""

    name: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class AtRest:
    """After 30 days without the others: at rest, without a cause (decision 13)."""


@dataclass(frozen=True, slots=True)
class WasThisYou:
    """A reply came from another address: ask the registered one (T8)."""

    sender: str
    words: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A reply came to an alliance that has ended; said once."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail came whose words could not be read. `why`: empty, encrypted, too large, reaction, unreadable."""

    why: str
    ask: str


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What one person once wrote."""

    title: str
    text: str
    private: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MyData:
    """All that is stored about the person in this alliance (F57)."""

    address: str
    zone: str
    answers: tuple[OwnAnswer, ...]
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True)
class EraseAsk:
    """DELETE: ask once before it is done."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """Receipt: what was erased and what remains."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class Care:
    """Anger, fear or harm: no prompt, a short kind text, the offer of a human (spec 4.7)."""


@dataclass(frozen=True, slots=True)
class Human:
    """HUMAN: who can be written to."""


Letter = (
    SetupPartner | SetupExisting | SetupWhy | SetupReady | Invitation | InvitationSent | InvitationReminder
    | InvitationAsk | InvitationQuestion | Who | NotNow | InvitationNotNow | InvitationDeclined | InvitationQuiet
    | InvitationUndelivered | SetupDropped | Prompt | AllPrompts | FollowUp | Nudge | Rest | PartDone | Reveal | PassedOn
    | PassedOnReceipt | Correction | Corrected | Settle | SettleNoted | DraftLetter | DraftChanged | Confirmed | Final
    | Show | ChangeAsk | Checkin | CheckinNoted | Digest | RhythmChanged | Help | Status | Explain | AskBack | Paused
    | Goodbye | Left | AtRest | WasThisYou | Closed | Unread | MyData | EraseAsk | Erased | Care | Human
)  # fmt: skip

QUESTIONS = (
    SetupPartner,
    SetupExisting,
    SetupWhy,
    SetupReady,
    Invitation,
    InvitationReminder,
    Prompt,
    AllPrompts,
    FollowUp,
    Nudge,
    Rest,
    PartDone,
    Settle,
    DraftLetter,
    DraftChanged,
    Checkin,
)  # fmt: skip - what is not owed any more once it is answered or moot; all other letters tell something and stay owed
