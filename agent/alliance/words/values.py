"""What a person's words can turn out to mean. Readers give these values; the engine decides what follows from them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

CommandName = Literal[
    "pass", "later", "pause", "resume", "all", "short", "next", "back", "help", "status", "stop", "explain", "who",
    "show", "change", "both", "edit", "delete", "data", "human", "hide", "send", "keep", "add", "resend", "close",
    "ideas", "tools", "export", "rules", "quiet", "bank",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One word to the agent rather than to the other person (F11)."""

    name: CommandName
    until: date | None = None  # pause, later: the day on which to come back; None when none was named
    which: str = ""  # edit, back: the answer that is meant, in the person's words: "feedback", "2", "last"
    text: str = ""  # edit, add: the new words that came with it


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """A reply to a prompt. Every word of it is in `text`, `private`, `labelled` or `own`, or is a command."""

    commands: tuple[Command, ...] = ()
    text: str = ""  # what others may see after the reveal, layout kept
    private: str = ""  # what nobody else ever sees (F17)
    guesses: tuple[
        tuple[str, str], ...
    ] = ()  # (prompt id, "" for the one that was asked; words): their author's alone (F18)
    labelled: tuple[tuple[str, str], ...] = ()  # (prompt id, text) of several answers in one reply (F12)
    own: tuple[tuple[str, str], ...] = ()  # (prompt id, what nobody else ever sees) behind a label
    both: bool = False  # BOTH: keep the earlier answer beside this one (decision 10)
    not_an_answer: bool = False  # thanks, "will do tomorrow", a bare "ok": ask, store nothing
    care: bool = False  # words of anger at being written to, of fear or of harm: hold back, offer a human
    unsure: Command | None = None  # it may be this command, or it may be an answer: ask


@dataclass(frozen=True, slots=True)
class InvitationReading:
    """A reply to the invitation. A loose yes will do here (decision 15), a conditional one will not."""

    verdict: Literal["yes", "not_now", "no", "not_me", "question", "who", "unclear"]
    short: bool = False  # asked for the short set
    text: str = ""
    care: bool = False
    command: Command | None = None  # delete, data, human, stop: said beside or instead of the verdict


@dataclass(frozen=True, slots=True)
class ApprovalReading:
    """What the initiator said to the copy of the invitation. `change` carries the words; SHORT alone sends."""

    verdict: Literal["send", "short", "change", "stop", "question", "unclear"]
    text: str = ""
    short: bool = False  # the short set is wanted, whatever else was said
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """How long a line is to hold: some days from the day when all agree, until a day, or (neither) for good."""

    days: int = 0
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One wish about a draft. `text` is the person's own words, unchanged; "" where none were needed or given."""

    kind: Literal["replace", "drop", "open", "keep", "add", "trial", "vague"]
    number: int | None = None  # the line, as numbered in the draft that was answered; None when no line was named
    text: str = ""
    span: Span | None = None  # for how long; None where nothing was said about it


@dataclass(frozen=True, slots=True)
class ConsentReading:
    """A reply to a draft. `confirm` is only ever said when every sentence was understood (F28, F29)."""

    verdict: Literal["confirm", "decline", "changes", "question", "unclear", "not_an_answer", "command"]
    changes: tuple[Change, ...] = ()
    command: Command | None = None
    leaning: bool = False  # sounds like a yes and is none: echo it back as one short question
    rest: str = ""  # sentences that were not understood; the engine shows or asks, and loses none


@dataclass(frozen=True, slots=True)
class CheckinReading:
    """A reply to a check-in: four short answers in any layout (F35)."""

    rating: int | None = None
    works: str = ""
    care: str = ""
    line: Literal["", "yes", "partly", "no", "not needed"] = ""
    hide: bool = False
    passed: bool = False
    command: Command | None = None
    rest: str = ""  # words that have no field
    unclear: bool = False  # a number was meant and is not one of 1 to 5: ask (decision 16)


@dataclass(frozen=True, slots=True)
class SlipReading:
    """Words that may be for the other person."""

    words: str  # what would go on, unchanged
    own: bool  # the author speaks of an own slip
    others: bool  # the author speaks of somebody else's
    line: int  # the line that is named; 0 for none
    wished: bool  # asked, apart from the words, to pass them on


@dataclass(frozen=True, slots=True)
class Pick:
    """One choice at a reveal or a settle letter: "3A", "B", or a line of one's own."""

    number: int | None = None
    letter: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceReading:
    """Choices, a command, and the words that are neither."""

    picks: tuple[Pick, ...] = ()
    command: Command | None = None
    rest: str = ""


@dataclass(frozen=True, slots=True)
class StartReading:
    """The first mail: whom with, and why, as far as it says."""

    name: str = ""  # the partner's full name, as written
    address: str | None = None  # None when no address was given
    addresses: tuple[str, ...] = ()  # all that were named, the sender's own too
    reason: str = ""  # the words as written
    people: tuple[tuple[str, str], ...] = ()  # (name, address) of all that were named; "" where one has no name
    team: bool = False  # it speaks of a team, a crew, a family of five


@dataclass(frozen=True, slots=True)
class RelationReading:
    """What two people are to each other, as far as it was surely said."""

    kind: str = ""  # the id of a kind of relationship
    side: int = 0  # the side that the other person is on, counted from 1; 0 when there are none, or it was not said
    child: bool = False  # the other person may be under age: ask
    young: bool = False  # so may the writer
    unknown: str = ""  # KIND and a word that names none


@dataclass(frozen=True, slots=True)
class SetupReading:
    """A correction while the alliance is being prepared."""

    address: str | None = None
    name: str = ""
    drop: bool = False
    text: str = ""  # all else that was said


# what `read_meeting` gives lives in schedule.py, since it holds a model.Rule
