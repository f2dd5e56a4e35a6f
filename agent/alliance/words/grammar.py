"""The closed grammars: one readable `*.lark` file for each question, over normalised words.

A sentence is understood when the grammar derives all of its words, and not otherwise. A word that the file does not
hold cannot be skipped over, which is what keeps a negation, a condition or somebody else's name from being missed.

Lark reads the files. The matching is our own forty lines: the grammars have no recursion, so the ends that a rule can
reach are computed directly and remembered, a hundred times faster than Earley (docs/decisions/words.md), and **all**
readings are found, so that the most cautious one can decide.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from lark import Lark, Token, Tree

from agent.alliance.words.tokens import Word, mended, words

MOST_WORDS = 60  # a plain sentence is shorter; what is longer is asked about: the time it takes grows with the square
_FILE = r"""
start: rule+
rule: HEAD alt
alt: seq ("|" seq)*
seq: item+
item: atom OP?
?atom: NAME -> ref | WORD -> word | "(" alt ")" -> group | KIND -> kind
HEAD.2: /_?[a-z][a-z_0-9]*[ ]*:/
NAME: /_?[a-z][a-z_0-9]*/
KIND: /[A-Z]+/
OP: /[?*+]/
WORD: /"[^"]+"/
COMMENT: /\/\/[^\n]*/
%ignore COMMENT
%ignore /\s+/
"""
_WORDY = re.compile(r"\w")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l"})
Node = Tree[Token]


class _Item(NamedTuple):
    """One item of an alternative: a phrase, the name of a rule, a group of alternatives, or a KIND, with ?, * or +."""

    what: str  # word, ref, group, kind
    phrase: tuple[str, ...]
    name: str
    group: "tuple[_Sequence, ...]"
    op: str


_Sequence = tuple[_Item, ...]


def _sequence_of(seq: Node) -> _Sequence:
    """One alternative of the file, ready to be matched."""
    return tuple(_item_of(item) for item in seq.children if isinstance(item, Tree))


def _item_of(item: Node) -> _Item:
    atom = item.children[0]
    assert isinstance(atom, Tree)
    inner, op, what = atom.children[0], str(item.children[1]) if len(item.children) > 1 else "", str(atom.data)
    if isinstance(inner, Tree):
        return _Item(what, (), "", tuple(_sequence_of(s) for s in inner.children if isinstance(s, Tree)), op)
    return _Item(what, _phrase(str(inner)) if what == "word" else (), str(inner), (), op)


class Grammar:
    """One grammar file. Rules whose name begins without `_` are the classes that a clause can have."""

    def __init__(self, name: str) -> None:
        self._rules: dict[str, _Rule] = {}
        known: set[str] = set()
        english: set[str] = set()
        kinds: set[str] = set()
        for path in sorted(Path(__file__).parent.glob(f"{name}*.lark")):  # consent.lark, consent_other.lark
            tree = _reader().parse(path.read_text(encoding="utf-8"))
            for rule in tree.children:
                assert isinstance(rule, Tree)
                name_, alt = str(rule.children[0]).rstrip(" :"), rule.children[1]
                assert isinstance(alt, Tree)
                self._rules.setdefault(name_, _Rule()).take(alt)
            said = {str(t) for t in tree.scan_values(lambda t: isinstance(t, Token) and t.type == "WORD")}
            known |= said
            english |= said if path.stem == name else set()
            kinds |= {str(t) for t in tree.scan_values(lambda t: isinstance(t, Token) and t.type == "KIND")}
        self.known = frozenset(w for literal in known for w in _phrase(literal))
        for found in self._rules.values():
            found.index(self._rules)
        self._closed = "ANY" not in kinds
        # Slips are mended in English alone: where verbs are inflected, the next letter is the next person.
        mendable: dict[str, set[str]] = {}  # by their first letters, which a slip leaves as they are
        for word in (w for literal in english for w in _phrase(literal)):
            mendable.setdefault(word[0], set()).add(word)
        self.foreign = self.known.difference(*mendable.values())
        accented = _unaccented(self.known)
        self._mended = functools.lru_cache(maxsize=4096)(
            lambda word: word if word in self.known else accented.get(word) or mended(word, mendable.get(word[0], ()))
        )
        self._classes = [n for n in self._rules if not n.startswith("_")]
        self._remembered = functools.lru_cache(maxsize=4096)(self._read)

    def read(self, sentence: tuple[str, ...], kinds: tuple[tuple[str, str], ...] = ()) -> tuple[frozenset[str], ...]:
        """The sets of classes that these words can be divided into; () when they are not understood.

        `kinds` names words that stand for a KIND here: (("LINES", "6"),). N is any number. Plain sentences come again and
        are remembered; what is too long for one is not, for it would fill the memory with what somebody once wrote.
        """
        return self._remembered(sentence, kinds) if 0 < len(sentence) <= MOST_WORDS else ()

    def _read(self, sentence: tuple[str, ...], kinds: tuple[tuple[str, str], ...]) -> tuple[frozenset[str], ...]:
        run = self._run(sentence, dict(kinds))
        if self._closed and any(w not in self.known and not w.isdecimal() for w in run.words if w not in run.special):
            return ()
        reached: dict[int, set[frozenset[str]]] = {0: {frozenset()}}
        for i in range(len(sentence)):
            for end, name in run.steps(self._classes, i) if i in reached else ():
                more = {found | {name} for found in reached[i]} if name else reached[i]
                reached.setdefault(end, set()).update(more)
        return tuple(f for f in reached.get(len(sentence), ()) if f)

    def _run(self, sentence: tuple[str, ...], kinds: Mapping[str, str]) -> "_Run":
        special = {w for words_ in kinds.values() for w in words_.split()}
        return _Run(self._rules, tuple(w if w in special else self._mended(w) for w in sentence), kinds)

    def heads(self, sentence: tuple[str, ...], name: str, **kinds: str) -> tuple[int, ...]:
        """Where rule `name`, begun at the first word, can end: for sentences whose tail is a person's own words."""
        return _places(self._run(sentence[:MOST_WORDS], kinds).rule(name, 0))

    def scan(self, sentence: tuple[str, ...], **kinds: str) -> tuple[tuple[str, int, int], ...]:
        """What can be found in a sentence that need not be understood: (class, start, end), the longest from the left."""
        run = _Run(self._rules, sentence[:MOST_WORDS], kinds)
        found, i = [], 0
        while i < len(run.words):
            end, name = max(((e, n) for n in self._classes for e in _places(run.rule(n, i))), default=(i, ""))
            if end > i:
                found.append((name, i, end))
            i = max(end, i + 1)
        return tuple(found)

    def whole(self, sentence: tuple[str, ...], name: str, **kinds: str) -> bool:
        """Whether rule `name` derives exactly these words, as one clause."""
        return 0 < len(sentence) <= MOST_WORDS and len(sentence) in self.heads(sentence, name, **kinds)

    def classes(self, sentence: str, **kinds: str) -> tuple[frozenset[str], ...]:
        """All readings of one sentence, each as the set of its clauses' classes."""
        return self.read(texts(words(sentence)), tuple(kinds.items()))


class _Rule:
    """One rule: its alternatives, found by the words that they can begin with."""

    def __init__(self) -> None:
        self.all: list[_Sequence] = []
        self._by_word: dict[str, list[_Sequence]] = {}
        self._any: list[_Sequence] = []  # begins with a KIND, or may be empty
        self._first: tuple[frozenset[str], bool] | None = None

    def take(self, alt: Node) -> None:
        """Add the alternatives of one place where the rule is written."""
        self.all += [_sequence_of(seq) for seq in alt.children if isinstance(seq, Tree)]

    def index(self, rules: "Mapping[str, _Rule]") -> None:
        """Sort the alternatives by their first words."""
        for seq in self.all:
            firsts, open_ = _first_of(seq, rules)
            if open_:
                self._any.append(seq)
            for word in () if open_ else firsts:
                self._by_word.setdefault(word, []).append(seq)
        self._by_word = {word: found + self._any for word, found in self._by_word.items()}

    def first(self, rules: "Mapping[str, _Rule]") -> tuple[frozenset[str], bool]:
        """The words that it can begin with, and whether it can begin with any or none."""
        if self._first is None:
            found = [_first_of(seq, rules) for seq in self.all]
            self._first = frozenset(w for firsts, _ in found for w in firsts), any(open_ for _, open_ in found)
        return self._first

    def starting(self, word: str) -> list[_Sequence]:
        """The alternatives worth trying at this word."""
        return self._by_word.get(word, self._any)


def _first_of(seq: _Sequence, rules: Mapping[str, _Rule]) -> tuple[frozenset[str], bool]:
    """What one alternative can begin with; open when that can be anything, or nothing."""
    firsts: frozenset[str] = frozenset()
    for item in seq:
        if item.what == "word":
            some, open_ = frozenset(item.phrase[:1]), False
        elif item.what == "ref":
            some, open_ = rules[item.name].first(rules)
        elif item.what == "group":
            parts = [_first_of(s, rules) for s in item.group]
            some, open_ = frozenset(w for f, _ in parts for w in f), any(o for _, o in parts)
        else:
            some, open_ = frozenset(), True
        firsts |= some
        if open_ or not item.op:
            return firsts, open_
        if item.op == "+":
            return firsts, False
    return firsts, True


def _unaccented(known: Iterable[str]) -> dict[str, str]:
    """Words as they are typed without their accents. In the last letter the accent stays: "confirme" is not "confirmé"."""
    found: dict[str, str] = {}
    for word in known:
        spelled = word.translate(_UMLAUTS)
        plain = "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
        found |= {p: word for p in (plain, bare) if p.isascii() and p not in known and p[-1] == word[-1]}
    return found


@functools.cache
def _reader() -> Lark:
    return Lark(_FILE, parser="lalr")


@functools.cache
def _phrase(literal: str) -> tuple[str, ...]:
    """The words of a literal, normalised as a reply's are; a mark stays as it is."""
    inside = literal[1:-1]
    return (inside,) if inside[:1] in "<*" or len(inside) == 1 else texts(words(inside))


class _Run:
    """One match: what each rule reaches from each place, remembered.

    Places are bits of a number, 1 << 3 for before the fourth word, so that one step takes all readings a word further.
    """

    def __init__(self, rules: Mapping[str, _Rule], sentence: tuple[str, ...], kinds: Mapping[str, str]) -> None:
        self.rules, self.words, self.kinds = rules, sentence, kinds
        self.special = {w for words_ in kinds.values() for w in words_.split()}
        self.seen: dict[tuple[str, int], int] = {}
        self.of_kind: dict[str, int] = {}
        self.of_word: dict[str, int] = {}
        for i, word in enumerate(sentence):
            self.of_word[word] = self.of_word.get(word, 0) | 1 << i

    def steps(self, classes: list[str], i: int) -> set[tuple[int, str]]:
        """From word i: to where, by a clause of which class, or "" by a separator."""
        found = {(end, name) for name in classes for end in _places(self.rule(name, i)) if end > i}
        joined, apart = (_places(self.rule(name, i)) if name in self.rules else () for name in ("_join", "_sep"))
        return found | {(end, "") for end in (*(e for e in joined if e < len(self.words)), *apart)}

    def rule(self, name: str, i: int) -> int:
        """Where this rule can end that begins at word i."""
        key = (name, i)
        found = self.seen.get(key)
        if found is None:
            found = 0
            for seq in self.rules[name].starting(self.words[i] if i < len(self.words) else ""):
                found |= self._sequence(seq, 1 << i)
            self.seen[key] = found
        return found

    def _sequence(self, seq: _Sequence, at: int) -> int:
        for item in seq:
            found = self._item(item, at)
            if item.op:
                once = found
                found |= at if item.op in "?*" else 0
                while once and item.op in "*+":
                    once = self._item(item, once) & ~found
                    found |= once
            if not found:
                return 0
            at = found
        return at

    def _item(self, item: _Item, at: int) -> int:
        if item.what == "word":
            for word in item.phrase:
                at = (at & self.of_word.get(word, 0)) << 1
            return at
        found = 0
        if item.what == "ref":
            for i in _places(at):
                found |= self.rule(item.name, i)
        elif item.what == "group":
            for seq in item.group:
                found |= self._sequence(seq, at)
        elif item.name == "END":  # takes no word
            found = at & self._kind(item.name)
        else:
            found = (at & self._kind(item.name)) << 1
        return found

    def _kind(self, kind: str) -> int:
        """Which words are of this kind; for END, before which a clause may end."""
        if kind not in self.of_kind:
            found = sum(1 << i for i, word in enumerate(self.words) if self._is(kind, word))
            self.of_kind[kind] = found | 1 << len(self.words) if kind == "END" else found
        return self.of_kind[kind]

    def _is(self, kind: str, word: str) -> bool:
        if kind == "END":
            return not _WORDY.search(word)
        if kind == "ANY":
            return word not in {",", ";", ":", "."}
        return word in self.kinds[kind].split() if kind in self.kinds else word.isdecimal()


def _places(bits: int) -> tuple[int, ...]:
    """The places that these bits are, in their order."""
    if not bits & (bits - 1):  # one or none, as nearly always
        return (bits.bit_length() - 1,) if bits else ()
    return tuple(i for i in range(bits.bit_length()) if bits >> i & 1)


def texts(tokens: Iterable[Word]) -> tuple[str, ...]:
    """The words alone."""
    return tuple(t.text for t in tokens)


@functools.cache
def grammar(name: str) -> Grammar:
    """The grammar of this name, read once."""
    return Grammar(name)
