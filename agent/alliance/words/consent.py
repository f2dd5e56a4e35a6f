"""What a reply to a draft says: a plain yes, changes, or something to ask about (F26-F29).

Three tiers. The closed grammar must understand every sentence before a yes or a change is recorded. What leans towards
a yes is echoed back. For everything else a loose look decides what to ask, never what to record.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from agent.alliance.words.commands import command_of, leading_command
from agent.alliance.words.courtesy import ungreeted, unnamed, unsigned
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, NUMBERS, Sentence, Word, sentences, straight, words
from agent.alliance.words.values import Change, Command, ConsentReading

_BESIDE = frozenset({"soft", "thanks", "lean"})  # may stand beside a yes
_NTH = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_SPLIT = frozenset(
    {
        ",",
        ";",
        "-",
        "and",
        "but",
        ":",
        "&",
        "otherwise",
        "though",
        "only",
        "so",
        "just",
        "(",
        ")",
        "aber",
        "mais",
        "pero",
        "ma",
        "maar",
        "mas",
        "ale",
        "und",
        "et",
        "y",
        "e",
        "en",
    }
)
_SENTENCE = re.compile(r"(?:We|I|Each|Both|Everyone|Nobody|Our|My)\b(?:\S*\s+\S+){2}")  # "CHANGE 6 We call first"
_LEAD = re.compile(r":[ \t]*\r?\n\s*(?=\S)")  # "Make 6 say:", and the words on the next line
# Not a line's new words but a remark on the old ones ("6: Tuesday is better", "change 6 to something shorter").
_REMARK = re.compile(
    r"^(?:statt|anstatt|lieber|au lieu|plutôt|en vez|en lugar|invece|in plaats|liever|em vez|zamiast|be|something|anything|more|less|a bit|a little|too|shorter|longer|only|just|why|what|how|is|was|i (?:don't|can't|would|think|like|want|need))\b"
    r"|\b(?:better|worse|instead|rather than|wrong|too \w+|not sure|agreed?|unclear|vague)\b|\?|^(?:\S+\s+){1,3}not\s+\S+$",
    re.IGNORECASE,
)
_SAYS = frozenset(
    {"say", "read", "heißen", "lauten", "dire", "decir", "luiden", "dizer", "brzmieć"}
)  # what follows is the wording
# The same in other languages: what is not surely a new wording is asked about.
_REMARK_OTHER = re.compile(
    r"^(?:statt|anstatt|lieber|besser|nicht|kein\w*|zu|warum|wieso|was|wie|ist|sind|klingt|gefällt|passt|stört|finde|bitte|ja|nein|ohne|nur|mehr|weniger|etwas|kürzer|da|dem|damit"
    r"|au lieu|plutôt|trop|pourquoi|que|quoi|ne|n'|pas|non|oui|moins|plus|je|c'est|ce|à|sans|pour|d'accord|il faut"
    r"|en vez|en lugar|mejor|demasiado|muy|por qué|qué|no|sí|más|menos|es|me|sin|creo|quiero|hay que"
    r"|invece|meglio|troppo|perché|che|non|sì|più|meno|è|mi|senza|vorrei|da|al posto"
    r"|in plaats|liever|beter|te|waarom|wat|niet|geen|nee|meer|minder|klinkt|vind|zonder|graag|akkoord"
    r"|em vez|melhor|demais|muito|porquê|por que|o que|não|sim|mais|é|acho|sem|quero"
    r"|zamiast|lepiej|zbyt|za|dlaczego|co|nie|tak|bardziej|mniej|jest|brzmi|bez|proszę|raczej|wolę)\b"
    r"|[→>]|\b(?:ersetz|streich|lösch|ändern|remplac|supprim|enlev|chang|cambi|sustitu|elimin|sostitu|togli|schrap|vervang|wijzig|troc|substitu|remov|zmieni|usun|zamie)\w*|[\"'].+[\"'].+\w",
    re.IGNORECASE,
)


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


def read_consent(
    text: str, lines: int, *, version: int | None = None, now: datetime | None = None, names: Collection[str] = ()
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
    tokens = words(sentence.text)
    readings = grammar("consent").read(texts(tokens), _kinds(draft))
    if readings and not sentence.asks:
        return _Part(sentence, readings)
    changes = _changes(sentence.text, tokens, draft.lines, about)
    if changes is not None:
        return _Part(sentence, changes[1], changes[0])
    command = command_of(sentence.text, draft.now)
    return _Part(sentence, command=None if command and command.name == "explain" else command)


def _kinds(draft: _Draft) -> tuple[tuple[str, str], ...]:
    word = next((w for w, n in NUMBERS.items() if n == draft.lines), "")
    kinds = (("LINES", f"{draft.lines} {word}"),)
    return (*kinds, ("VERSION", str(draft.version))) if draft.version else kinds


def _changes(
    text: str, tokens: tuple[Word, ...], lines: int, about: int | None
) -> tuple[tuple[Change, ...], tuple[frozenset[str], ...]] | None:
    """The changes that one sentence asks for, with the classes of its other clauses; None when not understood."""
    found: list[Change] = []
    classes: set[str] = set()
    i = 0
    while i < len(tokens):
        step = _change_at(_Place(text, tokens, i, lines, about))
        if step is not None:
            changes, i = step
            found += changes
            about = next((c.number for c in reversed(changes) if c.number), about)
        elif (beside := _beside_at(tokens, i)) is not None:
            name, i = beside
            classes.add(name)
        elif tokens[i].text in _SPLIT:
            i += 1
        else:
            return None
    found = _settled(found)
    return (tuple(found), (frozenset(classes),) if classes else ()) if found else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a sentence a change may begin, and what was spoken of before."""

    text: str
    tokens: tuple[Word, ...]
    at: int
    lines: int
    about: int | None

    @property
    def rest(self) -> tuple[str, ...]:
        return texts(self.tokens[self.at :])

    def numbers(self, end: int) -> list[int]:
        """The lines that the next `end` words name, or the one spoken of."""
        return _numbers(self.rest[:end], self.lines) or ([self.about] if self.about else [])


def _change_at(place: _Place) -> tuple[list[Change], int] | None:
    """The changes that begin here, and the token after them; new words come before complaints."""
    return _whole_at(place, ("drop", "open", "keep", "part")) or _words_at(place) or _whole_at(place, ("vague",))


def _whole_at(place: _Place, kinds: tuple[str, ...]) -> tuple[list[Change], int] | None:
    """A change that needs no words of its own."""
    for kind in kinds:
        for end in sorted(grammar("change").heads(place.rest, kind), reverse=True):
            if end and _closed(place.rest, end):
                said = _slice(place.text, place.tokens[place.at : place.at + end])
                return _whole(kind, place.numbers(end), said), place.at + end
    return None


def _words_at(place: _Place) -> tuple[list[Change], int] | None:
    """A change that brings words."""
    for kind in ("say", "bare", "add"):
        for end in sorted(grammar("change").heads(place.rest, kind), reverse=True):
            found = _own_words(place.text, place.tokens, place.at + end) if end else None
            numbers = place.numbers(end)
            if found is None or (kind != "add" and len(numbers) != 1):
                continue
            if kind == "bare" and not (place.text.lstrip().startswith("CHANGE") and _SENTENCE.match(found[0])):
                continue
            said = found[0].rstrip("? ") if place.rest[0] in {"can", "could", "would"} else found[0]
            if kind == "add":
                return [Change("add", None, said)], found[1]
            if _is_remark(said, place.rest[:end]):
                return [Change("vague", numbers[0], _slice(place.text, place.tokens[place.at :]))], len(place.tokens)
            return [Change("replace", numbers[0], said)], found[1]
    return None


def _is_remark(said: str, head: tuple[str, ...]) -> bool:
    """Whether words after a line's number are about the line rather than its new wording: then they are asked about."""
    if not re.search(r"\w", said):
        return True
    plain = _SAYS & set(head)
    return (
        len(said.split()) < (1 if plain else 3)
        or (not said.endswith(".") and bool(_REMARK.search(straight(said))))
        or (not plain and set(head) & grammar("change").foreign and bool(_REMARK_OTHER.search(straight(said))))
        or (not plain and any(r <= _BESIDE | {"yes", "no", "hedge"} for r in grammar("consent").classes(said)))
    )


def _whole(kind: str, numbers: list[int], whole: str) -> list[Change]:
    if kind == "vague" or not numbers:
        return [Change("vague", n, whole) for n in numbers] or [Change("vague", None, whole)]
    named: dict[str, Literal["drop", "open", "keep"]] = {"drop": "drop", "open": "open", "keep": "keep", "part": "keep"}
    return [Change(named[kind], n) for n in numbers]


def _own_words(text: str, tokens: tuple[Word, ...], i: int) -> tuple[str, int] | None:
    """The person's words from token i on, up to a closing quote or a further change by number; None when none."""
    if i >= len(tokens) or not re.search(r"\w", text[tokens[i].start :]):
        return None
    if tokens[i].text == '"':
        close = next((k for k in range(i + 1, len(tokens)) if tokens[k].text == '"'), None)
        if close is not None and close > i + 1:
            return text[tokens[i].end : tokens[close].start].strip(), close + 1
    stop = len(tokens)
    for k in range(i + 1, len(tokens) - 1):
        if tokens[k].text in {",", ";", "and"} and _strict(texts(tokens[k + 1 :])):
            stop = k
            break
    end = tokens[stop - 1].end if stop < len(tokens) else len(text)
    return (text[tokens[i].start : end].strip(" ,;"), stop) if stop > i else None


def _strict(rest: tuple[str, ...]) -> bool:
    """Whether a change that names its line begins here, so that these are no longer a line's words."""
    g = grammar("change")
    named = rest[:1] and (
        rest[0] in {"drop", "delete", "remove", "keep", "open", "make", "change", "take", "leave", "please"}
    )
    return bool(named) and any(
        any(w.isdecimal() for w in rest[:end]) and (kind == "say" or _closed(rest, end))
        for kind in ("drop", "open", "keep", "say")
        for end in g.heads(rest, kind)
    )


def _closed(rest: tuple[str, ...], end: int) -> bool:
    return end == len(rest) or rest[end] in _SPLIT or rest[end] in {"?", "!", "."}


def _beside_at(tokens: tuple[Word, ...], i: int) -> tuple[str, int] | None:
    """A clause beside the change ("yes", "looks good"), as long as it goes."""
    g = grammar("consent")
    rest = texts(tokens[i:])
    ends = [(end, name) for name in ("yes", "soft", "thanks", "hedge", "no") for end in g.heads(rest, name)]
    fitting = [  # "no" without a mark belongs to what follows: "non eliminare il punto 3"
        (end, name)
        for end, name in ends
        if end and (_closed(rest, end) or (name != "no" and _change_follows(rest, end)))
    ]
    if not fitting:
        return None
    end, name = max(fitting)
    return name, i + end


def _change_follows(rest: tuple[str, ...], end: int) -> bool:
    g = grammar("change")
    return any(g.heads(rest[end:], kind) for kind in ("drop", "open", "keep", "vague", "say", "add"))


def _numbers(part: tuple[str, ...], lines: int) -> list[int]:
    """The line numbers named, spans such as "1 - 4" filled in; "the last point" is the last line."""
    found: list[int] = []
    for k, word in enumerate(part):
        if word.isdecimal():
            n = int(word[:6])
            if k >= 2 and part[k - 1] in {"-", "to"} and part[k - 2].isdecimal() and found and found[-1] < n <= lines:
                found += range(found[-1] + 1, n)
            found.append(n)
        elif word in _NTH and k and part[k - 1] == "the":
            found.append(_NTH[word])
        elif word == "last" and k and part[k - 1] == "the":
            found.append(lines)
    return found


def _slice(text: str, tokens: tuple[Word, ...]) -> str:
    return text[tokens[0].start : tokens[-1].end]


def _settled(changes: list[Change]) -> list[Change]:
    """Without a complaint about a line that the same reply goes on to change."""
    named = {c.number for c in changes if c.kind != "vague"}
    some = any(c.kind != "vague" for c in changes)
    kept = [c for c in changes if c.kind != "vague" or (c.number not in named if c.number else not some)]
    return list(dict.fromkeys(kept))


def _verdict(parts: list[_Part], lines: int) -> ConsentReading:
    """From the sentences to the whole, the most cautious reading first."""
    changes = tuple(_settled([c for p in parts for c in p.changes]))
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
    sure = all("yes" in r and r <= _BESIDE | {"yes"} for p in parts for r in p.readings if not r <= _BESIDE)
    if "yes" in classes and sure and classes <= _BESIDE | {"yes"} and not any(p.sentence.asks for p in parts):
        return ConsentReading("confirm")
    if "no" in classes and classes <= _BESIDE | {"no"}:
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
