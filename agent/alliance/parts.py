"""What a flow is made of: prompts in parts, sections, the look back, kinds of relationship, and what a team decides."""

from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from agent.alliance.model import Rhythm

Kind = Literal[
    "hopes", "why", "personal", "shared", "exchange", "meeting", "between", "rhythm", "counted", "promise", "questions",
    "people", "savings", "guess", "to_ask",
]  # fmt: skip
RULES = {
    "questions": ("all", "short", "own"),
    "agree": ("everyone", "no_objection", "majority"),
    "rhythm": tuple(str(months) for months in range(1, 13)),
    "names": ("shown", "hidden"),
}
"""What a team can decide about its own way (S35), and the values that the engine knows."""


_SLOTS = {
    "asks": frozenset("ab"), "trial": frozenset({"days"}), "trial_until": frozenset({"day"}), "feels": frozenset({"words"}),
    "asked": frozenset("b"), "objected": frozenset({"words"}),
}  # fmt: skip
"""What is filled into each sentence frame of the page."""


def _ahead(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(day < 1 for day in days) or list(days) != sorted(set(days)):
        raise ValueError("days from 1 on, each after the one before it")
    return days


Days = Annotated[tuple[int, ...], AfterValidator(_ahead)]


class Table(BaseModel):
    """A table of a file: fixed once read, and without a key that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Prompt(Table):
    """One question. `ask` is the source's own wording and is never edited (F07)."""

    id: str = Field(min_length=1)
    kind: Kind
    ask: str = Field(min_length=1)
    subject: str = Field(min_length=1, max_length=50)
    title: str = Field(min_length=1)
    hint: str = ""
    example: str = ""
    lead: str = ""
    thin: str = ""
    plain: str = ""
    section: str = ""
    choices: tuple[str, ...] = ()
    quote: str = ""
    numbers: str = ""
    private: bool = False
    camera: bool = False
    guess: bool = False
    short: bool = False
    counted: bool = True


class Part(Table):
    """Prompts whose answers are shown together. `reveal` "draft" shows them in the draft only."""

    id: str = Field(min_length=1)
    title: str
    reveal: Literal["together", "draft"] = "together"
    when: Literal["", "own"] = ""  # "own": only in a team that writes its own questions
    prompts: tuple[Prompt, ...] = Field(alias="prompt", min_length=1)


class Section(Table):
    """A titled group of lines on the page."""

    id: str
    title: str


class Suggested(Table):
    """The rhythm of check-ins that is suggested; people may choose another."""

    first: Days
    every: int = Field(gt=0)
    unit: Literal["day", "week", "month"]

    @property
    def rhythm(self) -> Rhythm:
        """The same as a value."""
        return Rhythm(self.first, self.every, self.unit)


class Checkin(Suggested):
    """How the agreement is looked back on."""

    hour: int = Field(ge=0, le=23)
    digest_after_days: int = Field(gt=0)
    trust: str
    works: str
    care: str
    worry: str = ""  # a team's second and third number
    living: str = ""
    worth: str = ""


class Touch(Table):
    """What a kind of relationship changes about one prompt. What is None stays; `ask` is no such thing (F53)."""

    lead: str | None = None
    hint: str | None = None
    example: str | None = None
    thin: str | None = None
    plain: str | None = None
    numbers: str | None = None
    private: bool | None = None


class Extra(Prompt):
    """A prompt that one kind of relationship has besides those of the flow, after the one that is named."""

    after: str


class Side(Table):
    """One of the two that a lopsided relationship has: the coach, or the client.

    `other` are words for whoever is on this side ("my coach"), `does` what they do to the one on the other side ("I coach
    Jonas"). The rest is said in the invitation of somebody on this side, in place of what the kind says.
    """

    other: tuple[str, ...] = Field(min_length=1)
    does: tuple[str, ...] = ()
    opening: str = ""
    note: str | None = None


class Relationship(Table):
    """A kind of relationship: the words by which it is known, and the wording, rhythm and care that it brings (spec 4.3)."""

    id: str = Field(pattern=r"^[a-z_]+$")
    title: str = Field(min_length=1)
    us: tuple[str, ...] = ()  # what the two are together: "we are a couple"
    other: tuple[str, ...] = ()  # what one is to the other: "my wife"
    children: tuple[str, ...] = ()  # the same, of people who may be under age: "my son"
    runs: tuple[str, ...] = ()  # what the two run or open together: "we are opening a bakery"
    opening: str = Field(min_length=1)  # the first line of the invitation
    note: str = ""  # a line of care in the invitation
    short_first: bool = False  # the short set is offered first
    help_lines: bool = False  # taken only where the operator has set local help lines
    checkin: Suggested | None = None
    sides: tuple[Side, ...] = Field(alias="side", default=())
    touches: dict[str, Touch] = Field(alias="prompt", default={})
    extras: tuple[Extra, ...] = Field(alias="extra", default=())

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that names it."""
        return (*self.us, *self.other, *self.children, *(w for s in self.sides for w in s.other))


class Words(Table):
    """The sentence frames of the page that are not people's words."""

    both: str
    asks: str
    meet: str
    rhythm: str
    trial: str
    trial_until: str = "try until {day}"  # flows that run since before it was a key
    unmet: str
    camera: str
    notice: str
    why: str = "Why"
    feels: str = ""  # a team's: the words that most named
    asked: str = ""  # a request, without whose it is
    objected: str = ""  # what stands above a view that the others outvoted

    @model_validator(mode="after")
    def _can_be_filled(self) -> Self:
        faults = []
        for key, text in self.model_dump().items():
            try:
                slots = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            except ValueError:
                faults.append(f"{key}: has a brace of which there is no other half")
                continue
            known = _SLOTS.get(key, frozenset())
            faults += [f"{key}: there is no slot {{{name}}} here" for name in sorted(slots - known)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


class RuleOption(Table):
    """One way to have a rule. `key` is what to reply; `value` is what the engine knows it as."""

    key: str = Field(pattern=r"^[a-z]$")
    value: str
    words: str


class Rule(Table):
    """One thing that a team decides by vote before its first prompt (S35, F46)."""

    id: Literal["questions", "agree", "rhythm", "names"]
    title: str
    options: tuple[RuleOption, ...] = Field(alias="option", min_length=2)
    protects: tuple[str, ...]  # values: at a tie, the first of these that is tied stands

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        faults = [
            f"option {o.key}: {o.value!r} is none of {RULES[self.id]}"
            for o in self.options
            if o.value not in RULES[self.id]
        ]
        if sorted(self.protects) != sorted(o.value for o in self.options):
            faults.append("protects: must name the value of each option once")
        if len({o.key for o in self.options}) != len(self.options):
            faults.append("option: a key is used twice")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def words_of(self, value: str) -> str:
        """A value as people read it."""
        return next(o.words for o in self.options if o.value == value)


def touched(prompts: tuple[Prompt, ...], kind: Relationship) -> Iterator[Prompt]:
    """The prompts of a part in the wording of one kind, each followed by what this kind asks besides."""
    for prompt in prompts:
        touch = kind.touches.get(prompt.id)
        yield prompt.model_copy(update=touch.model_dump(exclude_none=True)) if touch else prompt
        yield from (extra for extra in kind.extras if extra.after == prompt.id)


def faults_of_kinds(kinds: tuple[Relationship, ...], prompts: set[str]) -> Iterator[str]:
    named: dict[str, str] = {}
    for kind in kinds:
        if [k.id for k in kinds].count(kind.id) > 1:
            yield f"kind {kind.id!r} is there twice"
        if len(kind.sides) not in (0, 2):
            yield f"kind {kind.id}: has {len(kind.sides)} sides; there are two, or none"
        if not kind.words and not kind.runs:
            yield f"kind {kind.id}: needs words by which it is known: us, other, children, runs or sides"
        for word in sorted(set(kind.words) | set(kind.runs)):
            if named.setdefault(word, kind.id) != kind.id:
                yield f"kind {kind.id}: {word!r} names {named[word]} too"
        used = (*kind.touches, *(extra.after for extra in kind.extras))
        yield from (f"kind {kind.id}: there is no prompt {i!r}" for i in used if i not in prompts)
