"""Letters at a reveal or a settle letter: "3A", "1b and 2: we eat together", "B please" (decisions 2 and 3)."""

import re
from collections.abc import Collection
from datetime import datetime

from agent.alliance.words.commands import command_of
from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, sentences, straight, words
from agent.alliance.words.values import ChoiceReading, Command, Pick

_AT_REVEALS = frozenset(
    ("pass", "later", "pause", "resume", "next", "help", "status", "stop", "who", "show", "delete", "data", "human",
     "export", "resend", "edit", "ideas", "tools", "close")
)  # fmt: skip
_CUT = re.compile(r"(?P<stop>[.!;]\s*)(?=\S)|(?:,\s*|\s+)(?=\S)")
_MOST_CUTS = 40  # a line of choices with a command has fewer words


def read_choice(text: str, labels: Collection[str], *, now: datetime | None = None) -> ChoiceReading:
    """Read choices among `labels`: letters ("A") where one thing is settled, numbers with letters ("3A") at a reveal.

    A number with own words is a line of one's own for that point; own words alone come back as `rest`.
    """
    allowed = {label.upper() for label in labels}
    signed, plain = (_read(t, allowed, now) for t in (text, bare(text[:LONGEST])))
    return signed if plain.rest or len(text) > LONGEST or any(p.text for p in plain.picks) else plain


def _read(text: str, allowed: set[str], now: datetime | None) -> ChoiceReading:
    lines = [line.strip() for line in text[:LONGEST].splitlines() if line.strip()]
    found = [_line(line, allowed, now, alone=len(lines) == 1) for line in lines]
    picks = dict.fromkeys(pick for here, _, _ in found for pick in here)
    rest = [words_ for _, _, left in found for words_ in left] + ([text[LONGEST:]] if text[LONGEST:] else [])
    return ChoiceReading(tuple(picks), next((c for _, c, _ in found if c), None), "\n".join(rest))


def _line(
    line: str, allowed: set[str], now: datetime | None, *, alone: bool
) -> tuple[list[Pick], Command | None, list[str]]:
    """The choices on one line, a command beside them, and what is neither. A question beside other words is theirs."""
    beside = _beside(line, allowed, now)
    if beside:
        return *beside, []
    picks = _picks(line, allowed)
    if picks or not line:
        return picks, None, []
    if (whole := _command(line, now)) and (alone or "?" not in line):
        return [], whole, []
    read = [(s.text, None if s.asks else _command(s.text, now)) for s in sentences(line)]
    command = next((c for _, c in read if c), None)
    return [], command, [t for t, c in read if not c] if command else [line]


def _beside(line: str, allowed: set[str], now: datetime | None) -> tuple[list[Pick], Command] | None:
    """Choices with a command before or after them: "2B 3C NEXT". Own words end only at a stop."""
    cuts = list(_CUT.finditer(line))
    for cut in cuts if len(cuts) < _MOST_CUTS else ():
        head, tail = line[: cut.end()].strip(" ,;"), line[cut.end() :]
        for said, chosen in ((tail, head), (head, tail)):
            picks = _picks(chosen, allowed)
            if picks and _apart(cut, picks, said) and (command := _command(said, now)):
                return picks, command
    return None


def _apart(cut: re.Match[str], picks: list[Pick], said: str) -> bool:
    """Whether the words there are no part of the choice: "C. Next", "2B next", "C NEXT", but not "A pause"."""
    if cut["stop"] or any(p.text for p in picks):
        return cut["stop"] is not None
    return "," in cut.group() or said[:2].isupper() or all(p.number for p in picks)


def _command(text: str, now: datetime | None) -> Command | None:
    found = command_of(text, now)
    return found if found and found.name in _AT_REVEALS else None


def _picks(line: str, allowed: set[str]) -> list[Pick]:
    """The choices on one line; [] when any word of it is something else. A small "a" may be the article."""
    marks = [m for m in _marks(allowed).finditer(straight(line)) if _fits(m, allowed)]
    return _chosen(line, marks, allowed) or _chosen(line, [m for m in marks if m.group() != "a"], allowed)


def _chosen(line: str, marks: list[re.Match[str]], allowed: set[str]) -> list[Pick]:
    picks: list[Pick] = []
    at = 0
    for k, mark in enumerate(marks):
        if mark.start() < at:
            continue  # inside own words
        if not _is_courtesy(line[at : mark.start()], "between" if picks else "lead"):
            return []
        at = mark.end()
        own = ""
        if mark["colon"] is not None:
            at = next((m.start() for m in marks[k + 1 :] if m["colon"] is not None), len(line))
            own = re.sub(r"(?:\s+and|[,;])\s*\Z", "", line[mark.end() : at].strip())
        letter = (mark["letter"] or "").upper()
        if not letter and (mark["number"] + own.strip(" .").upper()) in allowed:
            letter, own = own.strip(" .").upper(), ""
        if not letter and not own:
            return []
        picks.append(Pick(int(mark["number"]) if mark["number"] else None, letter, own))
    return picks if picks and _is_courtesy(line[at:], "tail") else []


def _is_courtesy(text: str, rule: str) -> bool:
    tokens = texts(words(text))
    return not tokens or grammar("choice").whole(tokens, rule)


def _marks(allowed: set[str]) -> re.Pattern[str]:
    letters = "".join(sorted({c for label in allowed for c in label if c.isalpha()})) or "A-Z"
    longest = max((sum(c.isalpha() for c in label) for label in allowed), default=1)
    return re.compile(
        rf"(?<![\w'])(?:(?:number|point|question) )?(?:(?P<number>\d{{1,2}})[ .)]{{0,2}})?(?:(?P<letter>[{letters}]{{1,{longest}}})(?![\w'])[.)]?)?(?P<colon>\s*[:–—-]\s*(?=\S))?",
        re.IGNORECASE,
    )


def _fits(mark: re.Match[str], allowed: set[str]) -> bool:
    """Whether this names one of the labels, or a number that has own words to it."""
    number, letter = mark["number"] or "", (mark["letter"] or "").upper()
    if not letter:
        return bool(number and mark["colon"] and any(label.startswith(number) for label in allowed))
    return number + letter in allowed or (bool(number) and letter in allowed)
