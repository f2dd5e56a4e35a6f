"""What a reply to a draft says: a plain yes, changes, or something to ask about (F26-F29).

Three tiers. The closed grammar must understand every sentence before a yes or a change is recorded. What leans towards
a yes is echoed back. For everything else a loose look decides what to ask, never what to record.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from agent.alliance.words.change import BESIDE, changes_of, settled
from agent.alliance.words.commands import command_of, leading_command
from agent.alliance.words.courtesy import ungreeted, unnamed, unsigned
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, NUMBERS, Sentence, sentences, straight, words
from agent.alliance.words.trial import read_trial, with_trial
from agent.alliance.words.values import Change, Command, ConsentReading

_LEAD = re.compile(r":[ \t]*\r?\n\s*(?=\S)")  # "Make 6 say:", and the words on the next line


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was sent: how many lines, which version (None when the caller does not say), and when we are."""

    lines: int
    version: int | None
    now: datetime | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one sentence came to. Empty `readings` and no change: not understood."""

    sentence: Sentence
    readings: tuple[frozenset[str], ...] = ()
    changes: tuple[Change, ...] = ()
    command: Command | None = None

    @property
    def understood(self) -> bool:
        return bool(self.readings or self.changes or self.command)


@lru_cache(4)  # whether it is about the page is asked first, and what it says of the page later
def read_consent(
    text: str, lines: int, *, version: int | None = None, now: datetime | None = None, names: tuple[str, ...] = ()
) -> ConsentReading:
    """Read a reply to a draft whose lines are numbered from 1 to `lines`.

    `confirm` is said only when every sentence is understood, one of them is a plain yes, and none is a question, a
    change, a hedge or a no. A text too long to be plain is unclear. With `version`, a yes that names another draft is
    no plain yes; `now` lets "pause until 12 May" be read; `names` are those who may sign on the same line.
    """
    if len(text) > LONGEST:
        return ConsentReading("unclear", rest=text.strip())
    draft = _Draft(lines, version, now)
    body = unsigned(ungreeted(text))  # neither a greeting nor a name agrees or objects
    reading = _read(body, draft)
    if reading.verdict in ("unclear", "changes", "question") and (plain := unnamed(body, names)) != body:
        signed = _read(plain, draft)
        return signed if signed.verdict in ("confirm", "decline") else reading
    return reading


def _read(body: str, draft: _Draft) -> ConsentReading:
    parts = _parts(body, draft)
    if not parts:
        return ConsentReading("unclear" if not body.strip() else "not_an_answer")
    return _verdict(parts, draft.lines)


def _parts(body: str, draft: _Draft) -> list[_Part]:
    parts: list[_Part] = []
    about: int | None = None  # the line that "it" means
    body = _LEAD.sub(": ", body)
    for sentence in sentences(body):
        part = _part(sentence, draft, about)
        last = parts[-1] if parts else None
        if not part.understood and last and last.sentence.line == sentence.line and _takes_more(last):
            longer = body[last.sentence.start : sentence.end]
            parts[-1] = _part(replace(last.sentence, text=longer, end=sentence.end), draft, about)
            continue
        parts.append(part)
        named = {c.number for c in part.changes if c.number}
        about = (named.pop() if len(named) == 1 else None) if named else about  # of two lines "it" is neither
    return parts


def _takes_more(part: _Part) -> bool:
    """Whether a next sentence on the same line belongs to the words of a change."""
    return bool(part.changes) and part.changes[-1].kind in ("replace", "add") and not part.sentence.text.endswith('"')


def _part(sentence: Sentence, draft: _Draft, about: int | None) -> _Part:
    if draft.now and (trial := read_trial(sentence.text, draft.now)):
        return _Part(sentence, changes=(trial,))
    tokens = words(sentence.text)
    readings = grammar("consent").read(texts(tokens), _kinds(draft))
    if readings and not sentence.asks:
        return _Part(sentence, readings)
    changes = changes_of(sentence.text, tokens, draft.lines, about)
    if changes is not None:
        return _Part(sentence, changes[1], tuple(with_trial(c, draft.now) if draft.now else c for c in changes[0]))
    command = command_of(sentence.text, draft.now)
    return _Part(sentence, command=None if command and command.name == "explain" else command)


def _kinds(draft: _Draft) -> tuple[tuple[str, str], ...]:
    word = next((w for w, n in NUMBERS.items() if n == draft.lines), "")
    kinds = (("LINES", f"{draft.lines} {word}"),)
    return (*kinds, ("VERSION", str(draft.version))) if draft.version else kinds


def _verdict(parts: list[_Part], lines: int) -> ConsentReading:
    """From the sentences to the whole, the most cautious reading first."""
    changes = tuple(settled([c for p in parts for c in p.changes]))
    classes: frozenset[str] = frozenset().union(*(r for p in parts for r in p.readings)) if parts else frozenset()
    rest = " ".join(p.sentence.text for p in parts if not p.understood)
    command = next((p.command for p in parts if p.command), None)
    leaning = bool(classes & {"yes", "soft", "lean"}) and not classes & {"no"}
    if any(c.number is not None and not 1 <= c.number <= lines for c in changes):
        return ConsentReading("unclear", rest=" ".join(p.sentence.text for p in parts))
    if command and not changes and not rest and not classes & {"yes", "no"}:
        return ConsentReading("command", command=command)
    if changes:
        return ConsentReading("changes", changes, command, rest=rest)
    if rest or command:
        return _asked(parts, rest, command, leaning)
    return _plain(parts, classes, leaning)


def _plain(parts: list[_Part], classes: frozenset[str], leaning: bool) -> ConsentReading:
    """Every sentence was understood and nothing is to be changed."""
    sure = all("yes" in r and r <= BESIDE | {"yes"} for p in parts for r in p.readings if not r <= BESIDE)
    if "yes" in classes and sure and classes <= BESIDE | {"yes"} and not any(p.sentence.asks for p in parts):
        return ConsentReading("confirm")
    if "no" in classes and classes <= BESIDE | {"no"}:
        return ConsentReading("decline")
    if classes <= {"thanks", "defer"} | ({"soft", "yes"} if "defer" in classes else set()):
        return ConsentReading("not_an_answer")
    return ConsentReading("unclear", leaning=leaning and "receipt" not in classes)


_WISH = re.compile(
    r"\b(?:i (?:don't )?want|i'd like|i would like|as long as|change|instead|rather|should|add|remove|replace|delete|drop|leave out|take .{1,40} out|shorten|shorter|too (?:long|vague|strict|stiff|soft|short)"
    r"|prefer|wrong|correct(?:ion)?|amend\w*|edit|reword\w*|rephrase|clause|point|line|section|typo|missing|tweak|split|not quite|except|apart from)\b"
    r"|#\d|\bno\. ?\d",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:out of (?:the )?office|on (?:annual |parental )?leave|auto(?:matic)?[- ]reply|ticket|no longer work|will (?:read|look|reply|get back|have a look)|come back to you|later)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^(?:and |but |so |sorry,? |please |.{0,40}, ?)?(?:can|could|would|may|might|shall|should)\b.{0,80}\b(?:change|add|remove|replace|delete|drop|cut|leave out|take|make|be|move|put|reword|rephrase|split|shorten|say)\b",
    re.IGNORECASE | re.DOTALL,
)
_ASKS = re.compile(
    r"^(?:and |but |so |sorry,? )?(?:what|why|who|whose|where|when|which|how|does|do|did|is|are|can|could|should|would|will|has|have|if)\b",
    re.IGNORECASE,
)


def _wishes(text: str) -> bool:
    """Whether somebody seems to want other words, in what form ever."""
    return bool(_REQUEST.match(text) or (_WISH.search(text) and not _ASKS.match(text) and "?" not in text))


def _asked(parts: list[_Part], rest: str, command: Command | None, leaning: bool) -> ConsentReading:
    """Something was not understood: only what to ask is decided here."""
    unread = [p.sentence for p in parts if not p.understood]
    strong = next((c for s in unread if (c := leading_command(s.text))), None)
    if strong and not leaning:
        return ConsentReading("command", command=strong, rest=rest)
    if command and not unread:
        return ConsentReading("command" if not leaning else "unclear", command=command, leaning=leaning)
    wishes = tuple(Change("vague", None, s.text) for s in unread if _wishes(straight(s.text)))
    if any(s.asks or _ASKS.match(s.text) for s in unread) and not wishes:
        return ConsentReading("question", command=command, rest=rest)
    if wishes:
        return ConsentReading("changes", wishes, command, rest=rest)
    if _LATER.search(rest):
        return ConsentReading("not_an_answer", command=command, rest=rest)
    return ConsentReading("unclear", command=command, leaning=leaning, rest=rest)
