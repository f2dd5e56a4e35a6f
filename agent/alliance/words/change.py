"""What a reply to a draft wants otherwise: which line, and which words (F26, decision 5).

A change is made only where every word of its sentence is understood or is the person's own; the rest is `vague`: it
names the line as far as it can, and is asked about.
"""

import re
from dataclasses import dataclass
from typing import Literal

from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import Word, straight
from agent.alliance.words.values import Change

BESIDE = frozenset({"soft", "thanks", "lean"})  # may stand beside a yes
_NTH = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_SPLIT = frozenset(
    (",", ";", "-", "and", "but", ":", "&", "otherwise", "though", "only", "so", "just", "(", ")",
     "aber", "mais", "pero", "ma", "maar", "mas", "ale", "und", "et", "y", "e", "en")
)  # fmt: skip
_SENTENCE = re.compile(r"(?:We|I|Each|Both|Everyone|Nobody|Our|My)\b(?:\S*\s+\S+){2}")  # "CHANGE 6 We call first"
# Not a line's new words but a remark on the old ones ("6: Tuesday is better", "change 6 to something shorter").
_REMARK = re.compile(
    r"^(?:statt|anstatt|lieber|au lieu|plutôt|en vez|en lugar|invece|in plaats|liever|em vez|zamiast|be|something|anything|more|less|a bit|a little|too|shorter|longer|only|just|why|what|how|is|was|i (?:don't|can't|would|think|like|want|need))\b"
    r"|\b(?:better|worse|instead|rather than|wrong|too \w+|not sure|agreed?|unclear|vague)\b|\?|^(?:\S+\s+){1,3}not\s+\S+$",
    re.IGNORECASE,
)
# What follows these is the wording.
_SAYS = frozenset(("say", "read", "heißen", "lauten", "dire", "decir", "luiden", "dizer", "brzmieć"))
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


def changes_of(
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
    found = settled(found)
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
        or (not plain and any(r <= BESIDE | {"yes", "no", "hedge"} for r in grammar("consent").classes(said)))
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
        if tokens[k].text in {",", ";", "and"} and tokens[k + 1].text in _STRICT and _strict(texts(tokens[k + 1 :])):
            stop = k
            break
    end = tokens[stop - 1].end if stop < len(tokens) else len(text)
    return (text[tokens[i].start : end].strip(" ,;"), stop) if stop > i else None


_STRICT = frozenset(("drop", "delete", "remove", "keep", "open", "make", "change", "take", "leave", "please"))


def _strict(rest: tuple[str, ...]) -> bool:
    """Whether a change that names its line begins here, so that these are no longer a line's words."""
    g = grammar("change")
    return any(
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


def settled(changes: list[Change]) -> list[Change]:
    """Without a complaint about a line that the same reply goes on to change."""
    named = {c.number for c in changes if c.kind != "vague"}
    some = any(c.kind != "vague" for c in changes)
    kept = [c for c in changes if c.kind != "vague" or (c.number not in named if c.number else not some)]
    return list(dict.fromkeys(kept))
