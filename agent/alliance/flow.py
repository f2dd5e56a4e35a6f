"""What a flow file says, and every fault that it may have.

A flow is data (TOML): parts with prompts in the order in which people meet them, the sections of the draft, the check-in.
How people are talked to at any time (correct, skip, pause, stop, help ...) is the engine's and is never spelled out here.
`load` reports every fault at once, with its key path and line.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.alliance.model import Alliance

Kind = Literal[
    "hopes", "why", "personal", "shared", "exchange", "meeting", "between", "rhythm", "counted", "promise", "questions"
]
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


class Checkin(_Part):
    """How the agreement is looked back on."""

    first: tuple[int, ...]
    every: int = Field(gt=0)
    unit: Literal["day", "week", "month"]
    hour: int = Field(ge=0, le=23)
    digest_after_days: int = Field(gt=0)
    trust: str
    works: str
    care: str
    worry: str = ""  # a team's second and third number
    living: str = ""
    worth: str = ""


class Words(_Part):
    """The sentence frames of the page that are not people's words."""

    both: str
    asks: str
    meet: str
    rhythm: str
    trial: str
    unmet: str
    camera: str
    notice: str
    feels: str = ""
    objected: str = ""


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


class Flow(_Part):
    """A whole flow file."""

    spec: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9_]+$")
    version: str
    language: str
    title: str
    people: tuple[int, int]
    vague: tuple[str, ...] = ()
    observable: tuple[str, ...] = ()
    words: Words
    checkin: Checkin
    sections: tuple[Section, ...] = Field(alias="section", min_length=1)
    parts: tuple[Part, ...] = Field(alias="part", min_length=1)
    rules: tuple[Rule, ...] = Field(alias="rule", default=())

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Ids are unique, and every reference leads somewhere."""
        faults = []
        ids = [p.id for part in self.parts for p in part.prompts] + [part.id for part in self.parts]
        faults += [f"id {i!r} is used twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
        known = {s.id for s in self.sections}
        for prompt in self.prompts.values():
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
        if self.is_team and not (self.checkin.worry and self.checkin.living):
            faults.append("checkin: a team looks back with three numbers: trust, worry and living")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def is_team(self) -> bool:
        """Whether more than two take part: then they decide their own rules, and nobody waits for the last."""
        return self.people[1] > 2

    @cached_property
    def prompts(self) -> dict[str, Prompt]:
        """All prompts by id, in order."""
        return {p.id: p for part in self.parts for p in part.prompts}

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


OWN = "own"
_OWN_QUESTIONS = 9  # as many as the article has; more would be a questionnaire


def tailored(flow: Flow, alliance: Alliance) -> Flow:
    """The flow as this team has voted for it: all of its prompts, one from each part, or questions of its own (S35, S36)."""
    if not flow.is_team:
        return flow
    chosen = alliance.rules.get("questions", "all")
    usual = [part for part in flow.parts if not part.when]
    few = [part.model_copy(update={"prompts": tuple(q for q in part.prompts if q.short)}) for part in usual]
    if chosen == "all":
        parts = usual
    elif chosen == "short":
        parts = [part for part in few if part.prompts]
    else:
        asking = [part for part in flow.parts if part.when == OWN]
        written = _written(flow, alliance, asking[0]) if asking and asking[0].id in alliance.revealed else ()
        own = (
            [Part.model_construct(id=OWN, title=asking[0].title, reveal="together", when=OWN, prompts=written)]
            if written
            else []
        )
        parts = asking + own if own or asking[0].id not in alliance.revealed else asking + [p for p in few if p.prompts]
    copy = flow.model_copy(update={"parts": tuple(parts)})
    copy.__dict__.pop("prompts", None)  # what was cached for the whole flow
    return copy


def _written(flow: Flow, alliance: Alliance, part: Part) -> tuple[Prompt, ...]:
    """The questions that members wrote, one of each in turn, the same one once."""
    lists = [
        [line.strip(" -*•\t") for line in answer.text.splitlines() if line.strip(" -*•\t")]
        for prompt in part.prompts
        for _, answer in alliance.said(prompt.id)
    ]
    turns = [line for row in zip_longest(*lists) for line in row if line]
    found = list({" ".join(line.casefold().split()): line for line in reversed(turns)}.values())[::-1][:_OWN_QUESTIONS]
    section = next(q.section for q in reversed(flow.prompts.values()) if q.kind == "shared")
    return tuple(
        Prompt(
            id=f"{OWN}{n}",
            kind="shared",
            ask=line,
            subject=_short(line),
            title=_short(line),
            section=section,
            short=True,
        )
        for n, line in enumerate(found, 1)
    )


def _short(line: str) -> str:
    return line if len(line) <= 40 else line[:39].rsplit(" ", 1)[0] + "…"


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow with the content it was read from; `key` pins a running alliance to it (decision 29)."""

    key: str
    content: str
    flow: Flow


def load(content: str, name: str = "flow") -> FlowFile:
    """Read a flow file's content; raises FlowError with every fault."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise FlowError((f"{name}: {error}",)) from None
    try:
        flow = Flow.model_validate(data)
    except ValidationError as error:
        raise FlowError(tuple(_complaint(name, content, e["loc"], e["msg"]) for e in error.errors())) from None
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return FlowFile(f"{flow.name}@{digest}", content, flow)


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
