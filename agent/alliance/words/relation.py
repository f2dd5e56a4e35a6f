"""What two people are to each other, as far as free words surely say it; and whether one of them may be under age (S07).

The flow gives the words for each kind of relationship, `relation.lark` the frames in which they count: "my husband" of
somebody else, "we were colleagues" and "not a couple" stand in no frame.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from agent.alliance.parts import Relationship
from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, sentences, words
from agent.alliance.words.values import RelationReading

OF_AGE = 18
_NAME = "<name>"
_ADDRESS = re.compile(r"[(<\[]?(?:mailto:)?[^\s()<>\[\],;]+@[^\s()<>\[\],;]+[)>\]]?")
_BEFORE = frozenset(
    (
        "and",
        "but",
        "because",
        "since",
        "as",
        "so",
        "hi",
        "hello",
        "with",
        "help",
        "invite",
        "ask",
        "und",
        "mit",
        "für",
        "hallo",
        *",;:(-",
    )
)
_TO = frozenset(("with", "invite", "ask", "help", "between", "for", "mit", "für"))
_THEY = frozenset(("he", "she", "they", "he's", "she's", "they're"))
_DENIES = frozenset(
    ("not", "never", "without", "don't", "instead", "than", "like", "if", "nicht", "nie", "ohne", "als", "wie", "wenn")
)
_AFTER = frozenset(
    ("and", "but", "who", "since", "for", "from", "at", "in", "now", "opening", "running", "starting", "so", "because", "while",
     "together", "working", "living", "planning", "about", "on", "before", "this", "next", "called", "soon", "near", "here", "und", "aber", "seit", *",;:.()-")
)  # fmt: skip
_KIND = re.compile(
    r"^[ \t]*(?:kind|art)\b[ \t]*(:|=|is\b)?[ \t]*([^\n]{2,60}?)[ \t]*[.!]*[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_NO_KIND = frozenset(("none", "other", "general", "something else", "nothing"))


def read_relation(text: str, kinds: Sequence[Relationship], name: str = "") -> RelationReading:
    """Read what the writer and the person of this name are to each other; "" where it is not surely said.

    Where several kinds are said, the first in the order of the flow counts: "old friends opening a bakery" are business
    partners where these stand before friends. Without a name, "my husband" can only be the one who is asked for.
    """
    found = _Found(kinds, name)
    for sentence in sentences(_ADDRESS.sub(" ", text[: LONGEST * 2])):
        found.take(_glued(texts(words(sentence.text)), found.phrases, name))
    return found.reading()


def is_about_child(text: str, kinds: Sequence[Relationship], names: Sequence[str]) -> bool:
    """Whether one of several people may be under age, on the loosest sign: a word for a child, or an age beside a name."""
    children = {w for k in kinds for w in k.children}
    said = texts(words(text[: LONGEST * 2]))
    return bool(children & set(said)) or any(read_relation(text, kinds, name).child for name in names)


def read_kind(text: str, kinds: Sequence[Relationship], name: str = "") -> tuple[RelationReading | None, str]:
    """Read a correction: "KIND couple" on a line of its own, or "we are a couple" as the whole reply; and the other words.

    None when there is none. `kind` is "" for KIND none, and for a kind that nobody knows, which is in `unknown`.
    """
    for line in _KIND.finditer(text[:LONGEST]):
        said = re.sub(r"^(?:we are|a|an|my|our|the)\s+", "", line[2].casefold())
        rest = f"{text[: line.start()]}{text[line.end() :]}".strip()
        for kind in kinds:
            if said in (kind.id, kind.title.casefold()) or said in kind.words:
                side = next((n for n, s in enumerate(kind.sides, 1) if said in s.other and said != kind.id), 0)
                return RelationReading(kind.id, side, child=said in kind.children), rest
        if said in _NO_KIND or line[1] or line[0].strip().startswith(("KIND", "ART")):
            return RelationReading(unknown="" if said in _NO_KIND else line[2]), rest
    phrases = _phrases(kinds)
    for sentence in (found := sentences(bare(text[:LONGEST]))):
        tokens = _glued(texts(words(sentence.text)), phrases, name)
        if len(found) == 1 and grammar("relation").whole(tokens, "_alone", **_terminals(kinds, name)):
            return read_relation(sentence.text, kinds, name), ""
    return None, text


def read_age(text: str, name: str = "") -> str:
    """A reply to "18 or older?": "adult", "guardian" when the address is said to be one's, "" for anything else."""
    for sentence in sentences(bare(text[:LONGEST])):
        tokens = _glued(texts(words(sentence.text)), (), name)
        years = [int(t) for t in tokens if t.isdecimal()]
        terminals = _terminals((), name)
        if grammar("relation").whole(tokens, "_adult", **terminals) and all(n >= OF_AGE for n in years):
            return "adult"
        if grammar("relation").whole(tokens, "_guardian", **terminals):
            return "guardian"
    return ""


class _Found:
    """What the sentences so far have said."""

    def __init__(self, kinds: Sequence[Relationship], name: str) -> None:
        self.kinds, self.name = kinds, name
        self.phrases = _phrases(kinds)
        self.terminals = _terminals(kinds, name)
        self.children = {_joined(w) for k in kinds for w in k.children}
        self.said: dict[str, int] = {}  # by kind: the side of the other person
        self.child = self.perhaps = self.young = False

    def take(self, tokens: tuple[str, ...]) -> None:
        """Look at one sentence."""
        for rule, start, end in grammar("relation").scan(tokens, **self.terminals):
            before = tokens[start - 1] if start else ","
            after = tokens[end] if end < len(tokens) else "."
            inside = tokens[start:end]
            self.perhaps = self.perhaps or bool(self.children & set(inside))
            if rule in ("aged", "young"):
                self._age(rule, inside, after)
            elif rule != "kin" and (before in _BEFORE or (inside[0] in _TO and before not in _DENIES)):
                self._claim(rule, inside, after)

    def _age(self, rule: str, inside: tuple[str, ...], after: str) -> None:
        under = any(t.isdecimal() and int(t) < OF_AGE for t in inside)
        if under and after in ("years", "year", "jahre", "and", "but", "und", *",.;)-"):
            self.young = self.young or rule == "young"
            self.child = self.child or (rule == "aged" and inside[0] == _NAME)
            self.perhaps = self.perhaps or rule == "aged"

    def _claim(self, rule: str, inside: tuple[str, ...], after: str) -> None:
        stands = after in _AFTER if rule in ("us", "mine", "run") else "'" not in after
        if not stands or (rule in ("mine", "both") and self.name and inside[0] not in _THEY):
            return
        for kind, side in self._named(rule, inside):
            self.said.setdefault(kind.id, side)
            if self.children & set(inside) and rule in ("named", "mine", "both"):
                self.child = True

    def _named(self, rule: str, inside: tuple[str, ...]) -> Iterator[tuple[Relationship, int]]:
        """The kinds that these words name, and on which side the other person is."""
        for kind in self.kinds:
            if rule == "run":
                if {_joined(w) for w in kind.runs} & set(inside):
                    yield kind, 0
            elif rule in ("does", "done"):
                for n, side in enumerate(kind.sides, 1):
                    if {_joined(w) for w in side.does} & set(inside):
                        yield kind, n if rule == "done" else 3 - n
            elif {_joined(w) for w in kind.words} & set(inside):
                sides = [n for n, side in enumerate(kind.sides, 1) if {_joined(w) for w in side.other} & set(inside)]
                yield kind, 0 if len(sides) != 1 else 3 - sides[0] if rule == "inverse" else sides[0]

    def reading(self) -> RelationReading:
        """What it comes to."""
        kind = next((k.id for k in self.kinds if k.id in self.said), "")
        child = self.child or (self.perhaps and not kind)
        return RelationReading(kind, self.said.get(kind, 0), child=child, young=self.young)


def _phrases(kinds: Sequence[Relationship]) -> tuple[tuple[str, ...], ...]:
    """Whatever the flow has words for, as normalised words, the longest first."""
    said = {w for k in kinds for w in (*k.words, *k.runs, *(d for s in k.sides for d in s.does))}
    return tuple(sorted(map(_normal, said), key=len, reverse=True))


@cache
def _normal(phrase: str) -> tuple[str, ...]:
    """A phrase of a flow file as normalised words; there are some hundred, which every first mail is held to."""
    return texts(words(phrase))


def _joined(phrase: str) -> str:
    return "_".join(_normal(phrase))


def _terminals(kinds: Sequence[Relationship], name: str) -> dict[str, str]:
    """What the capitals in the grammar stand for. A name nobody has keeps an empty one from meaning any number."""
    given = {
        "US": [w for k in kinds for w in k.us],
        "OTHER": [w for k in kinds for w in k.words if w not in k.us],
        "DOES": [w for k in kinds for s in k.sides for w in s.does],
        "THING": [w for k in kinds for w in k.runs],
    }
    found = {key: " ".join(map(_joined, said)) for key, said in given.items()}
    return found | {"NAME": _NAME, "WHOSE": " ".join(f"{part}'s" for part in _parts(name))}


def _parts(name: str) -> tuple[str, ...]:
    return tuple(t for t in texts(words(name)) if t.isalpha())


def _glued(tokens: tuple[str, ...], phrases: Sequence[tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The same words, with each phrase as one word, and the other person's name as another."""
    parts, i = set(_parts(name)), 0
    found: list[str] = []
    while i < len(tokens):
        phrase = next((p for p in phrases if tokens[i : i + len(p)] == p), tokens[i : i + 1])
        word = _NAME if tokens[i] in parts else "_".join(phrase)
        if word != _NAME or found[-1:] != [_NAME]:
            found.append(word)
        i += 1 if word == _NAME else len(phrase)
    return tuple(found)
