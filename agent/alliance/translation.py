"""A flow's wording in another language: its texts by the ids of what they belong to; what is not there stays as it is.

One file for each language, `flows/de/one_to_one.toml`, beside the flow that it belongs to. It holds words alone: which
questions there are, in which order and of which kind, is said once, in the flow. So two people may read one flow in two
languages, and answer the same questions.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from agent.alliance.flow import Flow
    from agent.alliance.parts import Relationship

_SLOT = re.compile(r"\{\w+\}")


class _Wording(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PromptWording(_Wording):
    """The texts of one prompt; None is not translated."""

    ask: str | None = None
    subject: str | None = Field(default=None, min_length=1, max_length=50)
    title: str | None = Field(default=None, min_length=1)
    hint: str | None = None
    example: str | None = None
    lead: str | None = None
    thin: str | None = None
    plain: str | None = None
    numbers: str | None = None
    choices: tuple[str, ...] | None = None


class SideWording(_Wording):
    """What the invitation says to one of two sides."""

    opening: str | None = None
    note: str | None = None


class KindWording(SideWording):
    """The texts of one kind of relationship. A hint or example of its own that is not here stays out: the prompt's counts."""

    title: str | None = Field(default=None, min_length=1)
    us: tuple[str, ...] = ()  # words by which it is known too, beside those of the flow
    other: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    sides: tuple[SideWording, ...] = Field(alias="side", default=())
    prompts: Mapping[str, PromptWording] = Field(alias="prompt", default={})


class Translation(_Wording):
    """A whole translation."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    title: str | None = None
    vague: tuple[str, ...] | None = None
    observable: tuple[str, ...] | None = None
    words: Mapping[str, str] = {}
    checkin: Mapping[str, str] = {}
    sections: Mapping[str, str] = Field(alias="section", default={})  # titles by id
    parts: Mapping[str, str] = Field(alias="part", default={})  # titles by id
    prompts: Mapping[str, PromptWording] = Field(alias="prompt", default={})
    kinds: Mapping[str, KindWording] = Field(alias="kind", default={})


def faults_of(flow: "Flow", words: Translation) -> Iterator[str]:
    """What of a translation belongs to nothing in its flow, and which slots, such as {partner}, it lost."""
    known = {
        "words": (words.words, flow.words.model_dump()),
        "checkin": (words.checkin, flow.checkin.model_dump()),
        "section": (words.sections, {s.id: s.title for s in flow.sections}),
        "part": (words.parts, {p.id: p.title for p in flow.parts}),
    }
    for table, (said, there) in known.items():
        for key, text in said.items():
            if not isinstance(there.get(key), str):
                yield f"{table} {key!r} is not in the flow"
            elif _slots(text) != _slots(there[key]):
                yield f"{table} {key!r}: does not have the same slots in braces as the flow"
    prompts = flow.prompts | {extra.id: extra for kind in flow.relationships for extra in kind.extras}
    for key, wording in words.prompts.items():
        prompt = prompts.get(key)
        if prompt is None:
            yield f"prompt {key!r} is not in the flow"
        elif wording.choices is not None and len(wording.choices) != len(prompt.choices):
            yield f"prompt {key!r}: has not as many choices as in the flow"
    kinds = {kind.id: kind for kind in flow.relationships}
    for key, told in words.kinds.items():
        if key not in kinds:
            yield f"kind {key!r} is not in the flow"
        elif len(told.sides) not in (0, len(kinds[key].sides)):
            yield f"kind {key!r}: has not as many sides as in the flow"
        yield from (f"kind {key!r}: there is no prompt {i!r}" for i in told.prompts if i not in flow.prompts)


def translated(flow: "Flow", words: Translation) -> dict[str, Any]:
    """What of a flow is different in this language, as its fields."""
    prompts = {q.id: q.model_copy(update=_given(words.prompts.get(q.id))) for q in flow.prompts.values()}
    parts = tuple(
        p.model_copy(
            update={"title": words.parts.get(p.id, p.title), "prompts": tuple(prompts[q.id] for q in p.prompts)}
        )
        for p in flow.parts
    )
    return {
        "language": words.language,
        "title": words.title or flow.title,
        "vague": words.vague or flow.vague,
        "observable": words.observable or flow.observable,
        "words": flow.words.model_copy(update=dict(words.words)),
        "checkin": flow.checkin.model_copy(update=dict(words.checkin)),
        "sections": tuple(s.model_copy(update={"title": words.sections.get(s.id, s.title)}) for s in flow.sections),
        "parts": parts,
        "relationships": tuple(_kind(kind, words) for kind in flow.relationships),
    }


def _kind(kind: "Relationship", words: Translation) -> "Relationship":
    told = words.kinds.get(kind.id) or KindWording()
    own = {i: _given(wording) for i, wording in told.prompts.items()}
    touches = {
        i: touch.model_copy(
            update=dict.fromkeys(PromptWording.model_fields.keys() & touch.model_fields_set) | own.get(i, {})
        )
        for i, touch in kind.touches.items()
    }
    sides = zip(kind.sides, told.sides or (None,) * len(kind.sides), strict=True)
    return kind.model_copy(
        update={k: v for k in ("title", "opening", "note") if (v := getattr(told, k)) is not None}
        | {k: (*getattr(kind, k), *getattr(told, k)) for k in ("us", "other", "children", "runs")}
        | {
            "touches": touches,
            "sides": tuple(side.model_copy(update=_given(said)) for side, said in sides),
            "extras": tuple(e.model_copy(update=_given(words.prompts.get(e.id))) for e in kind.extras),
        }
    )


def _given(wording: _Wording | None) -> dict[str, Any]:
    return wording.model_dump(exclude_none=True) if wording else {}


def _slots(text: str) -> list[str]:
    return sorted(_SLOT.findall(text))
