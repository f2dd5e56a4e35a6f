"""A team's check-in in one short reply: "4 3 4, the calm mornings hold" (T15)."""

import re
from dataclasses import dataclass

from agent.alliance.words.commands import command_of
from agent.alliance.words.courtesy import bare
from agent.alliance.words.tokens import LONGEST, straight

_APART = r"[ \t]*[,;/|+&-]?[ \t\n]*(?:and[ \t]+)?"
_RUN = re.compile(
    rf"\W*([1-5])(?!\d|\.\d){_APART}([1-5])(?!\d|\.\d){_APART}([1-5])(?![\d%]|[\s,;.:/|–—-]*(?:or[ \t]|to[ \t])?\d)[\s,;.:–—-]*"
)
_LISTED = re.compile(
    r"(?:^|[\n;,])[ \t]*\(?([123])[.):=][ \t]*([1-5])(?!\d|[.,]\d|[ \t]*(?:-|–|or|to)[ \t]*\d)[\s,;.:–—-]*"
)
_NAMED = (
    re.compile(r"\btrust\b[^\w\n]*([1-5])(?!\d|[.,]\d)[\s,;.:–—-]*", re.IGNORECASE),
    re.compile(r"\bworr(?:y|ies)\b[^\w\n]*([1-5])(?!\d|[.,]\d)[\s,;.:–—-]*", re.IGNORECASE),
    re.compile(r"\b(?:agreement|living)\b[^\w\n]*([1-5])(?!\d|[.,]\d)[\s,;.:–—-]*", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class ThreeReading:
    """Three numbers from 1 to 5, or none, and the words beside them."""

    numbers: tuple[int, ...] = ()
    words: str = ""
    passed: bool = False


def read_three(text: str) -> ThreeReading:
    """Read the three numbers of a team's check-in. All three or none: what is not plain is asked for."""
    body = bare(straight(text)[:LONGEST]).strip()
    command = command_of(body)
    if command is not None and command.name == "pass":
        return ThreeReading(passed=True)
    run = _RUN.match(body)
    if run:
        return ThreeReading(tuple(int(g) for g in run.groups()), body[run.end() :].strip())
    listed = list(_LISTED.finditer(body))
    if [m[1] for m in listed] == ["1", "2", "3"]:
        return ThreeReading(tuple(int(m[2]) for m in listed), _LISTED.sub(" ", body).strip())
    named = [list(p.finditer(body)) for p in _NAMED]
    if all(len(found) == 1 for found in named):
        rest = body
        for pattern in _NAMED:
            rest = pattern.sub(" ", rest)
        return ThreeReading(tuple(int(found[0][1]) for found in named), " ".join(rest.split()))
    return ThreeReading(words=body)
