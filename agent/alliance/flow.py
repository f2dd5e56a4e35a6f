"""What a flow file says, and every fault that it may have.

A flow is data (TOML): parts with prompts in the order in which people meet them, the sections of the draft, the check-in.
How people are talked to at any time (correct, skip, pause, stop, help ...) is the engine's and is never spelled out here.
`load` reports every fault at once, with its key path and line.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from agent.alliance import translation
from agent.alliance.parts import (
    RULES,
    Checkin,
    Kind,
    Part,
    Prompt,
    Relationship,
    Rule,
    Section,
    Table,
    Words,
    faults_of_kinds,
    touched,
)
from agent.alliance.tables import Path, complaints
from agent.alliance.translation import Translation

Form = TypeVar("Form", bound=BaseModel)
_APART = "\f"  # between a flow and its translations: a character that TOML does not know
_ALONE = ("people", "savings", "guess", "to_ask")  # kinds of a trust bank, which one person fills alone


class FlowError(Exception):
    """A flow file cannot be used; `complaints` holds one line for each fault."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


_UNSAID = Words(both="", asks="", meet="", rhythm="", trial="", unmet="", camera="", notice="")
_UNASKED = Checkin(first=(), every=1, unit="month", hour=9, digest_after_days=1, trust="", works="", care="")


class Flow(Table):
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
    translations: dict[str, Translation] = Field(alias="translation", default={})

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Ids are unique, and every reference leads somewhere."""
        faults = list(faults_of_kinds(self.relationships, {p.id for part in self.parts for p in part.prompts}))
        ids = [p.id for part in self.parts for p in part.prompts] + [part.id for part in self.parts]
        ids += [extra.id for kind in self.relationships for extra in kind.extras]
        faults += [f"id {i!r} is used twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
        if not 1 <= self.people[0] <= self.people[1]:
            faults.append("people: the least number comes first, and then the greatest")
        faults += self._faults_alone() if self.solo else self._faults_together()
        for words in self.translations.values():
            faults += [f"translation {words.language}: {fault}" for fault in translation.faults_of(self, words)]
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
        if not self.is_team and getattr(self.prompts.get("why"), "kind", "") != "why":
            faults.append("prompt: one with id and kind 'why' is needed, which the invitation tells")
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
        parts = tuple(p.model_copy(update={"prompts": tuple(touched(p.prompts, kind))}) for p in self.parts)
        checkin = self.checkin.model_copy(update=kind.checkin.model_dump() if kind.checkin else {})
        return self.changed(parts=parts, checkin=checkin, relationships=())

    def of_kind(self, kind: Kind) -> Prompt | None:
        """The first prompt of this kind; None when there is none."""
        return next((p for p in self.prompts.values() if p.kind == kind), None)

    @cached_property
    def _told(self) -> dict[str, "Flow"]:
        return {tag: self.changed(**translation.translated(self, words)) for tag, words in self.translations.items()}

    def speaks(self, language: str) -> bool:
        """Whether its wording is there in this language."""
        return language == self.language or language in self.translations

    def told_in(self, language: str) -> "Flow":
        """The same flow in another language; the flow itself when there is no translation."""
        return self if language == self.language else self._told.get(language, self)

    def changed(self, **fields: Any) -> "Flow":
        """A copy with other fields, that has forgotten what was reckoned from the old ones."""
        copy = self.model_copy(update=fields)
        for name in copy.__dict__.keys() - Flow.model_fields.keys():
            del copy.__dict__[name]
        return copy

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


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow with the content it was read from; `key` pins a running alliance to it (decision 29)."""

    key: str
    content: str
    flow: Flow


def load(content: str, name: str = "flow") -> FlowFile:
    """Read a flow file's content, with the translations that `with_translations` put behind it.

    Raises FlowError with every fault. `name` is what the file is called there; a translation lies beside it, in the
    folder of its language.
    """
    text, *others = content.split(_APART)
    data = _tables(text, name)
    where: dict[Path, tuple[str, str]] = {(): (name, text)}
    for other in others:
        words = _tables(other, name)
        tag = str(words.get("language", ""))
        data.setdefault("translation", {})[tag] = words
        where["translation", tag] = (str(PurePath(name).parent / tag / PurePath(name).name), other)
    flow = _read(Flow, data, where)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return FlowFile(f"{flow.name}@{digest}", content, flow)


def read(form: type[Form], content: str, name: str) -> Form:
    """Read a TOML file of this form; raises FlowError with every fault, each with its key path and line."""
    return _read(form, _tables(content, name), {(): (name, content)})


def _read(form: type[Form], data: dict[str, Any], where: Mapping[Path, tuple[str, str]]) -> Form:
    try:
        return form.model_validate(data)
    except ValidationError as error:
        raise FlowError(tuple(complaints(form, error, data, where))) from None


def with_translations(content: str, *translations: str) -> str:
    """One text that holds a flow and its translations, to be stored and loaded as one: an alliance keeps them all."""
    return _APART.join((content, *translations))


def schema(form: type[BaseModel] = Flow) -> dict[str, Any]:
    """The form of a flow file as a JSON Schema, by which editors complete and check it as one types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | form.model_json_schema()


def _tables(content: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise FlowError((f"{name}: {error}",)) from None
