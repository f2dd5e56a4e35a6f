"""What a flow file says, and every fault that it may have.

A flow is data (TOML): parts with prompts in the order in which people meet them, the sections of the draft, the check-in.
How people are talked to at any time (correct, skip, pause, stop, help ...) is the engine's and is never spelled out here.
`load` reports every fault at once, with its key path and line.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.alliance.model import Rhythm

Form = TypeVar("Form", bound=BaseModel)
Kind = Literal[
    "hopes", "why", "personal", "shared", "exchange", "meeting", "between", "rhythm", "counted", "promise", "questions",
    "people", "savings", "guess", "to_ask",
]  # fmt: skip
_ALONE = ("people", "savings", "guess", "to_ask")  # kinds of a trust bank, which one person fills alone
RULES = {
    "questions": ("all", "short", "own"),
    "agree": ("everyone", "no_objection", "majority"),
    "rhythm": tuple(str(months) for months in range(1, 13)),
    "names": ("shown", "hidden"),
}
"""What a team can decide about its own way (S35), and the values that the engine knows."""


class FlowError(Exception):
    """A flow file cannot be used; `complaints` holds one line for each fault."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prompt(_Part):
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


class Part(_Part):
    """Prompts whose answers are shown together. `reveal` "draft" shows them in the draft only."""

    id: str = Field(min_length=1)
    title: str
    reveal: Literal["together", "draft"] = "together"
    when: Literal["", "own"] = ""  # "own": only in a team that writes its own questions
    prompts: tuple[Prompt, ...] = Field(alias="prompt", min_length=1)


class Section(_Part):
    """A titled group of lines on the page."""

    id: str
    title: str


class Suggested(_Part):
    """The rhythm of check-ins that is suggested; people may choose another."""

    first: tuple[int, ...]
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


class Touch(_Part):
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


class Side(_Part):
    """One of the two that a lopsided relationship has: the coach, or the client.

    `other` are words for whoever is on this side ("my coach"), `does` what they do to the one on the other side ("I coach
    Jonas"). The rest is said in the invitation of somebody on this side, in place of what the kind says.
    """

    other: tuple[str, ...] = Field(min_length=1)
    does: tuple[str, ...] = ()
    opening: str = ""
    note: str | None = None


class Relationship(_Part):
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


class Words(_Part):
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


class RuleOption(_Part):
    """One way to have a rule. `key` is what to reply; `value` is what the engine knows it as."""

    key: str = Field(pattern=r"^[a-z]$")
    value: str
    words: str


class Rule(_Part):
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


_UNSAID = Words(both="", asks="", meet="", rhythm="", trial="", unmet="", camera="", notice="")
_UNASKED = Checkin(first=(), every=1, unit="month", hour=9, digest_after_days=1, trust="", works="", care="")


class Flow(_Part):
    """A whole flow file. A flow for one person makes no agreement: it has no words, sections and check-in of its own."""

    spec: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9_]+$")
    version: str
    language: str
    title: str
    people: tuple[int, int]
    vague: tuple[str, ...] = ()
    observable: tuple[str, ...] = ()
    words: Words = _UNSAID
    checkin: Checkin = _UNASKED
    sections: tuple[Section, ...] = Field(default=(), alias="section")
    parts: tuple[Part, ...] = Field(alias="part", min_length=1)
    rules: tuple[Rule, ...] = Field(alias="rule", default=())
    relationships: tuple[Relationship, ...] = Field(alias="kind", default=())

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Ids are unique, and every reference leads somewhere."""
        faults = list(_kind_faults(self.relationships, {p.id for part in self.parts for p in part.prompts}))
        ids = [p.id for part in self.parts for p in part.prompts] + [part.id for part in self.parts]
        ids += [extra.id for kind in self.relationships for extra in kind.extras]
        faults += [f"id {i!r} is used twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
        faults += self._faults_alone() if self.solo else self._faults_together()
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults_alone(self) -> list[str]:
        """What is wrong with a flow for one person."""
        kinds = [p.kind for p in self.prompts.values()]
        faults = [f"prompt {p.id}: kind {p.kind!r} takes two" for p in self.prompts.values() if p.kind not in _ALONE]
        return faults + [
            f"prompt: more than one has the kind {k!r}" for k in sorted({k for k in kinds if kinds.count(k) > 1})
        ]

    def _faults_together(self) -> list[str]:
        """What is wrong with a flow that leads to an agreement."""
        faults = [f"{name}: Field required" for name in ("words", "checkin") if name not in self.model_fields_set]
        known = {s.id for s in self.sections}
        for prompt in (*self.prompts.values(), *(extra for kind in self.relationships for extra in kind.extras)):
            if prompt.kind in _ALONE:
                faults.append(f"prompt {prompt.id}: kind {prompt.kind!r} is for a flow of one person")
            if prompt.section and prompt.section not in known:
                faults.append(f"prompt {prompt.id}: there is no section {prompt.section!r}")
            if not prompt.section and prompt.kind not in ("hopes", "questions"):
                faults.append(f"prompt {prompt.id}: needs a section for its line in the draft")
            if prompt.quote and prompt.quote not in self.prompts:
                faults.append(f"prompt {prompt.id}: quotes {prompt.quote!r}, which is no prompt")
        if "open" not in known:
            faults.append("section: one with id 'open' is needed for open points")
        if not any(p.short for p in self.prompts.values()):
            faults.append("prompt: at least one must be in the short set (short = true)")
        if self.is_team and {r.id for r in self.rules} != RULES.keys():
            faults.append(f"rule: a team decides all of {', '.join(RULES)}")
        if self.is_team and not (self.words.feels and self.words.asked and self.words.objected):
            faults.append("words: a team needs feels, asked and objected")
        if self.is_team and not (self.checkin.worry and self.checkin.living):
            faults.append("checkin: a team looks back with three numbers: trust, worry and living")
        return faults

    @property
    def solo(self) -> bool:
        """Whether one person goes through it alone, and nobody else ever sees a word of it."""
        return self.people[1] == 1

    @property
    def is_team(self) -> bool:
        """Whether more than two take part: then they decide their own rules, and nobody waits for the last."""
        return self.people[1] > 2

    @cached_property
    def prompts(self) -> dict[str, Prompt]:
        """All prompts by id, in order."""
        return {p.id: p for part in self.parts for p in part.prompts}

    @cached_property
    def _by_kind(self) -> dict[str, "Flow"]:
        return {kind.id: self._of(kind) for kind in self.relationships}

    def of(self, kind: str) -> "Flow":
        """The flow as people of this kind of relationship meet it; the flow itself when the kind is not known."""
        return self._by_kind.get(kind, self)

    def _of(self, kind: Relationship) -> "Flow":
        parts = tuple(p.model_copy(update={"prompts": tuple(_touched(p.prompts, kind))}) for p in self.parts)
        checkin = self.checkin.model_copy(update=kind.checkin.model_dump() if kind.checkin else {})
        prompts = {p.id: p for part in parts for p in part.prompts}  # given, since a copy keeps what was remembered
        return self.model_copy(update={"parts": parts, "checkin": checkin, "prompts": prompts, "relationships": ()})

    def of_kind(self, kind: Kind) -> Prompt | None:
        """The first prompt of this kind; None when there is none."""
        return next((p for p in self.prompts.values() if p.kind == kind), None)

    def part(self, part_id: str) -> Part:
        """The part with this id; there must be one."""
        return next(p for p in self.parts if p.id == part_id)

    def part_of(self, prompt_id: str) -> Part:
        """The part that holds this prompt."""
        return next(part for part in self.parts if any(p.id == prompt_id for p in part.prompts))

    def after(self, part_id: str) -> Part | None:
        """The part that follows; None after the last."""
        index = next(i for i, p in enumerate(self.parts) if p.id == part_id)
        return self.parts[index + 1] if index + 1 < len(self.parts) else None

    def counted(self, *, short: bool) -> tuple[Prompt, ...]:
        """The prompts that are numbered "1 of 12", of the full or the short set."""
        return tuple(p for p in self.prompts.values() if p.counted and (p.short or not short))

    def mails(self, *, short: bool) -> int:
        """About how many letters one person gets until the agreement: computed, never a fixed number (decision 9)."""
        asked = [p for p in self.prompts.values() if p.short or not short]
        reveals = [part for part in self.parts if part.reveal == "together" and any(p in asked for p in part.prompts)]
        receipts = len(self.parts) // 2  # "your answers are in" goes to whoever is first with a part
        return len(asked) + len(reveals) + receipts + 3  # the draft, one change to it, and the agreement itself


def _touched(prompts: tuple[Prompt, ...], kind: Relationship) -> Iterator[Prompt]:
    """The prompts of a part in the wording of one kind, each followed by what this kind asks besides."""
    for prompt in prompts:
        touch = kind.touches.get(prompt.id)
        yield prompt.model_copy(update=touch.model_dump(exclude_none=True)) if touch else prompt
        yield from (extra for extra in kind.extras if extra.after == prompt.id)


def _kind_faults(kinds: tuple[Relationship, ...], prompts: set[str]) -> Iterator[str]:
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


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow with the content it was read from; `key` pins a running alliance to it (decision 29)."""

    key: str
    content: str
    flow: Flow


def load(content: str, name: str = "flow") -> FlowFile:
    """Read a flow file's content; raises FlowError with every fault."""
    flow = read(Flow, content, name)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return FlowFile(f"{flow.name}@{digest}", content, flow)


def read(form: type[Form], content: str, name: str) -> Form:
    """Read a TOML file of this form; raises FlowError with every fault, each with its key path and line."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise FlowError((f"{name}: {error}",)) from None
    try:
        return form.model_validate(data)
    except ValidationError as error:
        raise FlowError(tuple(_complaint(name, content, e["loc"], e["msg"]) for e in error.errors())) from None


def _complaint(name: str, content: str, path: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(p) for p in path) or "file"
    line = _line_of(content, path)
    return f"{name}:{line}: {where}: {message}" if line else f"{name}: {where}: {message}"


def _line_of(content: str, path: tuple[int | str, ...]) -> int:
    """The line where this key path stands, or where its nearest table begins; 0 when it cannot be told."""
    seen: dict[str, int] = {}
    best, table = 0, ""
    wanted = ".".join(str(p) for p in path)
    for number, line in enumerate(content.splitlines(), 1):
        if header := re.match(r"\s*(\[{1,2})\s*([\w.]+)\s*\]{1,2}", line):
            table = _indexed(header[2], seen, many=header[1] == "[[")
            if wanted == table or wanted.startswith(table + "."):
                best = number
        elif (key := re.match(r"\s*([\w-]+)\s*=", line)) and wanted == ".".join(filter(None, (table, key[1]))):
            return number
    return best


def _indexed(header: str, seen: dict[str, int], *, many: bool) -> str:
    """The path of a table with the running index of each array of tables: `part.prompt` becomes `part.0.prompt.3`."""
    path = ""
    names = header.split(".")
    for depth, name in enumerate(names):
        path = f"{path}.{name}" if path else name
        if many and depth == len(names) - 1:
            seen[path] = seen.get(path, -1) + 1
        if path in seen:
            path = f"{path}.{seen[path]}"
    return path
