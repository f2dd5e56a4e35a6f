"""Letters at a reveal or a settle letter: "3A", "1b and 2: we eat together", "B please" (decisions 2 and 3)."""

import re
from collections.abc import Collection
from datetime import datetime

from agent.alliance.words.commands import command_of
from agent.alliance.words.tokens import LONGEST, sentences, straight
from agent.alliance.words.values import ChoiceReading, Command, Pick

_AT_REVEALS = frozenset(
    ("pass", "later", "pause", "resume", "next", "help", "status", "stop", "explain", "who", "show", "delete", "data", "human",
     "export", "resend", "edit", "ideas", "close")
)  # fmt: skip
_COURTESY = re.compile(
    r"(?:please|thanks|thank you|for me|i (?:choose|pick|take|vote for|like|prefer)|i'd (?:choose|pick|take|like)|let's (?:go with|take|do)|go with|option|answer|and|for|my choice(?: is)?|ok|yes|the|number|[,.;:!&+ -])*",
    re.IGNORECASE,
)


def read_choice(text: str, labels: Collection[str], *, now: datetime | None = None) -> ChoiceReading:
    """Read choices among `labels`: letters ("A") where one thing is settled, numbers with letters ("3A") at a reveal.

    A number with own words is a line of one's own for that point; own words alone come back as `rest`.
    """
    allowed = {label.upper() for label in labels}
    command: Command | None = None
    rest: list[str] = []
    picks: list[Pick] = []
    for line in text[:LONGEST].splitlines():
        found = command_of(line.strip(), now) if line.strip() else None
        found = found or next((c for s in sentences(line) if (c := command_of(s.text, now))), None)
        if found and found.name in _AT_REVEALS and not _picks(line, allowed):
            command = command or found
            rest += [
                s.text
                for s in sentences(line)
                if command_of(s.text, now) is None and command_of(line.strip(), now) is None
            ]
            continue
        here = _picks(line, allowed)
        picks += here
        if not here and line.strip():
            rest.append(line.strip())
    rest += [text[LONGEST:]] if text[LONGEST:] else []
    return ChoiceReading(tuple(dict.fromkeys(picks)), command, "\n".join(rest))


def _picks(line: str, allowed: set[str]) -> list[Pick]:
    """The choices on one line; [] when the line is something else."""
    plain = straight(line)
    marks = [m for m in _marks(allowed).finditer(plain) if _fits(m, allowed)]
    picks: list[Pick] = []
    at = 0
    for k, mark in enumerate(marks):
        if not _COURTESY.fullmatch(plain[at : mark.start()]):
            return picks if k else []
        own = mark["colon"] is not None
        end = (
            (marks[k + 1].start() if k + 1 < len(marks) and marks[k + 1]["colon"] is not None else len(plain))
            if own
            else mark.end()
        )
        words = re.sub(r"(?:\s+and|[,;])\s*\Z", "", line[mark.end() : end].strip()) if own else ""
        if own and not words and not mark["letter"]:
            return picks
        picks.append(Pick(int(mark["number"]) if mark["number"] else None, (mark["letter"] or "").upper(), words))
        at = end
        if own and end == len(plain):
            break
    return picks if picks and _COURTESY.fullmatch(plain[at:]) else []


def _marks(allowed: set[str]) -> re.Pattern[str]:
    letters = "".join(sorted({c for label in allowed for c in label if c.isalpha()})) or "A-Z"
    return re.compile(
        rf"(?<![\w'])(?:(?P<number>\d{{1,2}})[ .)]{{0,2}})?(?:(?P<letter>[{letters}])(?![\w'])[.)]?)?(?P<colon>\s*[:–—-]\s*(?=\S))?",
        re.IGNORECASE,
    )


def _fits(mark: re.Match[str], allowed: set[str]) -> bool:
    """Whether this names one of the labels, or a number that has own words to it."""
    number, letter = mark["number"] or "", (mark["letter"] or "").upper()
    if not letter:
        return bool(number and mark["colon"] and any(label.startswith(number) for label in allowed))
    return number + letter in allowed or (bool(number) and letter in allowed)
