"""The document of an alliance is the storage format: whatever the model can say comes back."""

import hashlib
import json
import types
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.flow import schema
from agent.alliance.model import Alliance
from agent.store.alliances import _DOCUMENT, FORMAT, _document


@cache
def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that the model uses."""
    plain = {
        str: st.text(max_size=20),
        int: st.integers(-(2**63), 2**63 - 1),
        bool: st.booleans(),
        type(None): st.none(),
        datetime: st.datetimes(timezones=st.just(UTC)),
        date: st.dates(),
    }
    if kind in plain:
        return plain[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.deferred(lambda: st.builds(kind, **{f.name: anything(hints[f.name]) for f in fields(kind)}))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(anything, args))
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(anything(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(anything, args))
    if origin is dict:
        return st.dictionaries(anything(args[0]), anything(args[1]), max_size=2)
    raise TypeError(f"the model uses a type that nobody has said how to keep: {kind}")


@settings(max_examples=40, deadline=None)
@given(anything(Alliance))
def test_every_alliance_comes_back_from_its_document_without_its_people(alliance: Alliance) -> None:
    assert _DOCUMENT.decode(_document(alliance)) == replace(alliance, people={})


def test_a_document_written_before_a_field_was_added_still_reads() -> None:
    bare = b'{"id":1,"flow":"one_to_one@5f2c","created":"2026-03-04T09:30:15.123456Z","gone":[]}'

    assert _DOCUMENT.decode(bare) == Alliance(1, "one_to_one@5f2c", datetime(2026, 3, 4, 9, 30, 15, 123456, UTC))


def shape(schema: Any) -> Any:
    """What a schema demands, without the words that explain it."""
    if isinstance(schema, list):
        return [shape(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    words = {
        name for name in ("description", "title") if isinstance(schema.get(name), str)
    }  # and no field of that name
    return {name: shape(one) for name, one in schema.items() if name not in words}


def test_what_an_older_program_would_not_understand_has_a_format_of_its_own() -> None:
    """Where this fails, say by `alliances.FORMAT` whether older programs may decide without it; then renew this line."""
    shapes = json.dumps([shape(msgspec.json.schema(Alliance)), shape(schema())], sort_keys=True)

    assert (FORMAT, hashlib.sha256(shapes.encode()).hexdigest()[:16]) == (1, "feb5f22c9c0706e6")
