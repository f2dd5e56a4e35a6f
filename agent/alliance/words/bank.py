"""Replies to the letters of a trust bank: who matters, how much trust is saved up with each, and whom to invite (S40 to S44).

Names and numbers come from the text alone. What is not plainly one or the other is handed back as unclear, to be asked
about; both are read back in the next letter.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.alliance.words.courtesy import ungreeted, unsigned
from agent.alliance.words.start import NOT_NAMES, read_setup, read_start
from agent.alliance.words.tokens import LONGEST, NUMBERS, straight, words

MOST = 12  # people that are read from one list; three to five are asked for
FULL = 10  # the most that can be saved up

_BANK = re.compile(r"\btrust[\s-]{0,3}bank\b", re.IGNORECASE)
_MARK = re.compile(r"(?m)^[ \t]*(?:\(?\d{1,2}[.)]|[-*•–—])[ \t]+(?=[^\W\d])")
_PIECES = re.compile(
    r"[,;](?![^()]*\))|\s(?:and|&|plus)\s|^and\s|(?<=\w\w)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!Mrs)\.(?=\s|$)"
)
_WORD = r"[^\W\d_](?:[^\W_]|['’.-](?=[^\W_]))*"
_CAPITAL = rf"(?![a-zß-öø-ÿ]){_WORD}\.?"
_PREFACE = re.compile(rf"^.*\b(?:are|is|be|have)\b:?\s+(?={_CAPITAL}|my\b|our\b)|^[^:]+:\s*$")
_NAME = re.compile(rf"{_CAPITAL}(?: {_CAPITAL}){{0,2}}")
_OWN = re.compile(rf"(?:my|our)(?: (?!(?:in|at|from|of|on)\b){_WORD}){{1,3}}(?:[ -]in[ -]law)?", re.IGNORECASE)
_SEVERAL = re.compile(r"\b\w+ \w+s ?\(([^()\n]*(?:,|&| and | und )[^()\n]*)\)")  # "2 friends (Al & Bo)"
_PLAIN = re.compile(rf"({_WORD})(?:\s*[(:=-]\s*(.+)|\s+((?:my|our|the|an?)\s.+))?", re.IGNORECASE)
_EDGE = re.compile(r"^[\s:=(\[-]+|[\s)\].]+$")
_NOBODY = NOT_NAMES | {
    "all", "also", "because", "both", "done", "etc", "everyone", "first", "hm", "is", "maybe", "nobody", "none", "not", "nothing",
    "ok", "okay", "others", "people", "perhaps", "rest", "so", "someone", "sure", "then", "um", "well", "nah", "nope", "yep",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """One person of a list: what to call them, and who that is, as written; "" where it was not said."""

    name: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """How much trust is saved up with one person, 0 to 10. `hoped` is None where only one number was given."""

    name: str
    now: int
    hoped: int | None = None


@dataclass(frozen=True, slots=True)
class SavingsReading:
    """The numbers that are clear, each person once, and the pieces of text that are not."""

    savings: tuple[Saving, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhomReading:
    """A reply to the page. `name` is as on the list where it names somebody of the list, else as written."""

    verdict: Literal["invite", "done", "unclear"]
    name: str = ""
    address: str = ""


def asks_for_bank(subject: str, text: str) -> bool:
    """Whether the first mail wants the trust bank: it says so, and names no address to write to."""
    return bool(_BANK.search(f"{subject}\n{text[:LONGEST]}")) and not read_start(subject, text).addresses


# ---------------------------------------------------------------- who matters


def read_relationships(text: str, signed: Collection[str] = ()) -> tuple[Named, ...]:
    """Read a list of people in any form; empty when it names nobody. `signed` are names of whoever wrote it."""
    found: list[Named] = []
    body = _body(text)
    small = not _NAME.search(body) and "\n" in body.strip()
    for line in body.splitlines():
        pieces = [p for p in (_PREFACE.sub("", p.strip()) for p in _PIECES.split(line)) if p.strip()]
        listed = not _NAME.search(line) and all(" " not in p or _OWN.fullmatch(p) for p in pieces)  # "lee, jo and kit"
        before = len(found)
        for piece in pieces:
            first = len(found) == before
            named = _named(piece, plain=listed or first, own=_is_told(found[before:]), loose=small and first)
            if named is not None:
                found.append(named)
            elif len(found) > before:  # "Kit, best mate": who it is
                found[-1] = Named(found[-1].name, ", ".join(filter(None, (found[-1].who, _EDGE.sub("", piece)))))
    if found and found[-1].name.casefold() in {name.casefold() for name in signed}:
        found.pop()
    return _told_apart(found[:MOST])


def _body(text: str) -> str:
    return _SEVERAL.sub(r", \1,", _MARK.sub("", straight(ungreeted(text[:LONGEST]))))


def _is_told(before: Sequence[Named]) -> bool:
    """Whether it was said who the last one is, so that "my mother" is somebody else."""
    return bool(before) and (bool(before[-1].who) or _OWN.fullmatch(before[-1].name) is not None)


def _named(piece: str, *, plain: bool, own: bool, loose: bool) -> Named | None:
    """The person that a piece of a list names. Only where `plain` may it be a name in small letters, or `own` "my mother".

    `loose` is a line of its own in a list without a capital: "kit best mate".
    """
    piece = piece.strip()
    if (first := _NAME.match(piece)) and (name := _real(first[0])):
        return Named(name, _EDGE.sub("", piece.partition(name)[2]))
    if mine := _OWN.fullmatch(piece):
        last = _NAME.search(piece, 3)
        if last and last.end() == len(piece):  # "my sister Lee"
            return Named(last[0], piece[: last.start()].strip())
        return Named(mine[0][:1].lower() + mine[0][1:]) if plain or own else None
    small = _PLAIN.fullmatch(piece) if plain else None
    if small is None and loose:
        small = re.fullmatch(rf"({_WORD}) ((?:{_WORD} ?){{1,3}})()", piece)
    if small is None or small[1].casefold() in _NOBODY:
        return None
    return Named(small[1][:1].upper() + small[1][1:], _EDGE.sub("", small[2] or small[3] or ""))


def _real(name: str) -> str:
    """The name without words before it that are none; "" when nothing is left."""
    parts = name.split()
    while parts and parts[0].casefold().strip(".") in _NOBODY:
        parts.pop(0)
    return " ".join(parts).rstrip(".")


def _told_apart(found: Sequence[Named]) -> tuple[Named, ...]:
    """Each name once: two of one name are told apart by who they are, and the same person twice is one."""
    count = Counter(n.name.casefold() for n in found)
    apart = (Named(f"{n.name} ({n.who})" if count[n.name.casefold()] > 1 and n.who else n.name, n.who) for n in found)
    return tuple({n.name.casefold(): n for n in apart}.values())


# ---------------------------------------------------------------- numbers

_SMALL = {**{word: n for word, n in NUMBERS.items() if n <= FULL}, **{str(n): n for n in range(FULL + 1)}}
_BESIDE = frozenset(
    (",", ":", "=", "(", ")", "/", ">", "→", "-", ".", '"', "of", "out", "to", "now", "and", "is", "at", "today", "hoped", "hope", "hoping",
     "hopes", "for", "wish", "would", "like", "want", "wanted", "goal", "target", "with", "i'd", "i", "it", "it's", "be", "should", "could",
     "currently", "about", "around", "from", "a", "we're", "we", "are", "i'm", "currently", "where", "then", "want", "point", "feels", "saved", "up")
)  # fmt: skip
_DOUBT = frozenset(
    ("or", "not", "but", "than", "rather", "between", "no", "if", "never", "?", "don't", "isn't", "~", "%")
)


def read_savings(text: str, people: Sequence[Named]) -> SavingsReading:
    """Read one or two numbers for each person that is named. What is doubtful gives none and is in `unclear`."""
    found: dict[str, set[Saving | None]] = {}
    pieces: list[tuple[str, str]] = []
    for name, piece, said in _by_person(_body(text), people):
        if name or _numbers(_tokens(said)):
            pieces.append((name, piece))
            found.setdefault(name, set()).add(_saving(name, said) if name else None)
    clear = {name: next(iter(said)) for name, said in found.items() if len(said) == 1}
    savings = tuple(s for s in clear.values() if s is not None)
    return SavingsReading(savings, tuple(piece for name, piece in pieces if clear.get(name) is None))


def _by_person(body: str, people: Sequence[Named]) -> Iterator[tuple[str, str, str]]:
    """The text in pieces of one person each: who ("" for nobody), the piece, and what is said beside the name."""
    mention = _mention(people)
    pieces: list[str] = []
    for line in body.splitlines():
        parts = [p for p in re.split(r"[,;]|(?<=\d)\.(?=\s)", line) if p.strip()]
        for part in parts:
            begun = bool(pieces) and bool(mention.search(pieces[-1])) and not _numbers(_tokens(pieces[-1]))
            tokens = _tokens(part)
            goes_on = begun or (tokens[:1] and tokens[0] in _SMALL) or set(tokens) <= _BESIDE | _SMALL.keys()
            if pieces and not mention.search(part) and goes_on:
                pieces[-1] += f",{part}"
                continue
            starts = [m.start() for m in mention.finditer(part)][1:]
            pieces += [part[a:b] for a, b in zip([0, *starts], [*starts, len(part)], strict=True)]
    names = _aliases(people)
    whos = {n.name: n.who for n in people}
    for piece in pieces:
        if at := mention.search(piece):
            name = names[at[0].casefold()]
            said = f"{piece[: at.start()]} {_without(piece[at.end() :], whos[name])}"
            yield name, piece.strip(), said
        else:
            yield (people[0].name if len(people) == 1 else ""), piece.strip(), piece


def _aliases(people: Sequence[Named]) -> dict[str, str]:
    """What may be written for each of these, in small letters; what could mean two of them is left out."""
    said = [(alias.casefold(), n.name) for n in people for alias in {n.name, re.sub(r"^(?:my|our) ", "", n.name)}]
    said += [(f"your {n.name[3:]}".casefold(), n.name) for n in people if n.name.startswith("my ")]
    first = [(n.name.split()[0].casefold(), n.name) for n in people if " " in n.name and not _OWN.fullmatch(n.name)]
    count = Counter(alias for alias, _ in {*said, *first})
    return {alias: name for alias, name in (*first, *said) if count[alias] == 1}


def _mention(people: Sequence[Named]) -> re.Pattern[str]:
    names = sorted(_aliases(people), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)(?!['’]s\b)", re.IGNORECASE)


def _without(text: str, who: str) -> str:
    return re.sub(rf"^[\s,(:-]*{re.escape(who)}(?!\w)", " ", text, count=1, flags=re.IGNORECASE) if who else text


def _tokens(text: str) -> list[str]:
    return [w.text for w in words(re.sub(r"-*>", " → ", text.replace(",", " , ")))]


def _numbers(tokens: Sequence[str]) -> list[int]:
    """The places of everything that is a number, of whatever size."""
    return [i for i, t in enumerate(tokens) if t in _SMALL or re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?%?", t)]


def _saving(name: str, said: str) -> Saving | None:
    """The one or two numbers of one person; None when they are not plain."""
    tokens = _tokens(said)
    places = _numbers(tokens)
    if any(c.isnumeric() and c not in "0123456789" for c in said):  # "4½"
        return None
    if not places or any(tokens[i] not in _SMALL for i in places) or set(tokens) & _DOUBT:
        return None
    if set(tokens[: places[-1]]) - _BESIDE - _SMALL.keys():
        return None
    plain = [i for i in places if not (_SMALL[tokens[i]] == FULL and i and tokens[i - 1] in ("/", "of"))]  # "out of 10"
    given = [_SMALL[tokens[i]] for i in plain]
    if len(given) not in (1, 2) or (len(given) == 1 and len(places) > 1):
        return None
    between = tokens[plain[0] + 1 : plain[-1]]
    if "-" in between or (
        re.search(r"\d,\d", said) and given[-1] < given[0]
    ):  # "4-5" is a range, and "7,5" may be one number
        return None
    return Saving(name, given[0], given[1] if len(given) > 1 else None)


# ---------------------------------------------------------------- one of them

_ASIDE = (
    r"(?:yes|ok|okay|sure|no|please|let's|lets|look at|start with|begin with|do|take|choose|rather|i'd|i would|i'll|like to|love to|want to|i"
    r"|can|could|we|you|invite|ask|write to|try|with|about|what|how|someone else|somebody else|instead|then|first|thanks|thank you|it|is|now|go for|gladly|to|and)"
)
_DONE = re.compile(
    r"(?:i'm |i am |all |we're )?done(?: for now| thanks| thank you)?|no(?: one| thanks| thank you)?|nobody|nope|nah|not really|pass|i'd rather not",
    re.IGNORECASE,
)


def read_person(text: str, people: Sequence[Named]) -> tuple[str, str]:
    """One of the list whom a reply names alone, or before a colon; and what is said behind that. ("", text) for nobody."""
    plain = straight(text).strip()
    names = _aliases(people)
    labelled = re.match(r"([^:\n]{1,60}):\s*(?=\S)", plain)
    if labelled and labelled[1].strip().casefold() in names:
        return names[labelled[1].strip().casefold()], text.strip()[labelled.end() :].strip()
    found = {names[m[0].casefold()] for m in _mention(people).finditer(plain)}
    rest = re.sub(rf"\b{_ASIDE}\b", " ", _mention(people).sub(" ", plain), flags=re.IGNORECASE)
    return (found.pop(), "") if len(found) == 1 and not re.search(r"\w", rest) else ("", text.strip())


def read_whom(text: str, people: Sequence[Named]) -> WhomReading:
    """Read a reply to the page: whom to invite, that it is done, or neither plainly. "Yes" alone names nobody."""
    plain = " ".join(straight(unsigned(ungreeted(text[:LONGEST]))).split())
    if _DONE.fullmatch(plain.rstrip(" .!").replace(",", "")):
        return WhomReading("done")
    name, rest = read_person(plain, people)
    if name and not rest and "?" not in plain:
        return WhomReading("invite", name)
    addresses = read_start("", plain).addresses
    if len(addresses) == 1:
        mentioned: Mapping[str, str] = _aliases(people)
        one = {mentioned[m[0].casefold()] for m in _mention(people).finditer(plain.replace(addresses[0], " "))}
        written = read_setup(plain).name or read_start("", plain).name
        return WhomReading("invite", one.pop() if len(one) == 1 else "" if one else written, addresses[0])
    asked = re.fullmatch(
        rf"(?:{_ASIDE}[ ,]+)*(?:invite|ask|begin with|start with)\s+({_NAME.pattern})[.!]?(?: please)?", plain
    )
    if asked and _real(asked[1]) == asked[1].rstrip("."):
        return WhomReading("invite", asked[1].rstrip("."))
    return WhomReading("unclear")
