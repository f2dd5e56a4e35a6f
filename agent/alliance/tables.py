"""Where a fault stands in a TOML file: its line and its key path, from what pydantic says of the values."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

Path = tuple[int | str, ...]


def place(name: str, content: str, path: Path) -> str:
    """Where a key path stands in a file, to open a complaint with: "mine.toml:12: part.0.prompt.3.hint"."""
    where, line = ".".join(str(p) for p in path) or "file", _line_of(content, path)
    return f"{name}:{line}: {where}" if line else f"{name}: {where}"


def complaints(
    form: type[BaseModel], error: ValidationError, data: Mapping[str, Any], where: Mapping[Path, tuple[str, str]]
) -> Iterator[str]:
    """Each fault with its place. One that names the id of a table is told where that table stands.

    `where` has the name and the content of the file for each key path that is a file of its own, and () for the first.
    """
    faults = error.errors()
    for fault in faults:
        path, message = fault["loc"], fault["msg"]
        inside = (f["loc"] for f in faults if f is not fault)
        if fault["type"] == "too_short" and any(loc[: len(path)] == path for loc in inside):
            continue  # what is wrong with the one that it holds has been said
        told = [message]
        if fault["type"] == "extra_forbidden":
            told = [f"there is no such key{_meant(form, path)}"]
        elif fault["type"] == "value_error":
            told = message.removeprefix("Value error, ").split("; ")
        for one in told:
            at = path or _place_in(one, data, where)
            own = at[:2] if at[:2] in where else ()
            yield f"{place(*where[own], at[len(own) :])}: {one}"


def _place_in(told: str, data: Mapping[str, Any], where: Mapping[Path, Any]) -> Path:
    """The key path that a fault speaks of: "prompt P03: ...", or "translation de: prompt 'P03' ..."."""
    named = re.match(r"([a-z]+) '?([\w-]+)'?(?:: ([a-z]+) '([\w-]+)')?", told)
    if named and named.group(1, 2) in where:
        return (*named.group(1, 2), *filter(None, named.group(3, 4)))
    return table_of(data, named[2] if named else "")


def _meant(form: Any, path: Path) -> str:
    """The key that was likely meant by one that there is not; "" when none is near."""
    for step in path[:-1]:
        if isinstance(step, str):
            fields = getattr(form, "model_fields", {})  # else a table whose keys are ids
            form = next((f.annotation for key, f in fields.items() if step in (key, f.alias)), form)
            while not hasattr(form, "model_fields"):
                form = next(a for a in reversed(get_args(form)) if a is not Ellipsis)
    keys = [f.alias or key for key, f in form.model_fields.items()]
    near = get_close_matches(str(path[-1]), keys, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; the keys here are {', '.join(keys)}"


def table_of(value: Any, wanted: str, path: Path = ()) -> Path:
    """The path of the last table with this id; () when there is none."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in reversed(list(inside)):
        if found := table_of(one, wanted, (*path, key)):
            return found
    return path if isinstance(value, dict) and value.get("id") == wanted else ()


def _line_of(content: str, path: Path) -> int:
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
