"""Schedules in other languages, said again in the words of schedule.lark: one phrasebook a language, one engine for all.

A phrasebook (`schedules/fr.toml`) has on the left what schedule.lark calls a thing and on the right how it is said there.
The longest phrase wins. DAY, NUM and UNIT in a phrase stand for a weekday, a number, a unit of the same book.
"""

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from agent.alliance.words.grammar import MOST_WORDS
from agent.alliance.words.tokens import ALONE, MARKS, Word

_TOKEN = re.compile(rf"\d{{1,2}}[:.：]\d\d(?![\d.])|\d+|[{ALONE}]|(?:(?![{ALONE}])[^\W\d_]|[{MARKS}])+|[^\w\s]")
_FOLDED = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "ة": "ه", "ى": "ي", "、": ",", "，": ",", "،": ",", "。": "."})
_SLOTS = {
    "DAY": frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")),
    "UNIT": frozenset(("day", "week", "month", "quarter", "year", "weekend")),
}  # fmt: skip
_UNKNOWN = "~"
_GROWN = 8  # letters that a weekday and a part of the day have together at least
_PARTS = frozenset(("morning", "afternoon", "evening", "night"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in the words of schedule.lark, as one language has it. A word that it does not know is no word of theirs."""

    words: tuple[Word, ...]
    fillers: tuple[tuple[int, int], ...] = ()  # where words stand that the language knows and that say nothing
    known: int = 0  # how many characters it knows; 0 when none stand in a phrase


@dataclass(frozen=True, slots=True)
class _Book:
    phrases: dict[str, list[tuple[tuple[str, ...], str]]]  # by their first token, the longest first
    tokens: frozenset[str]

    def may_know(self, tokens: tuple[Word, ...]) -> int:
        """At most so many characters, without looking at phrases: most texts are in a language of few."""
        return sum(
            t.end - t.start for t in tokens if t.text in self.tokens or t.text[:1].isdecimal() or len(t.text) >= _GROWN
        )

    def spoken(self, tokens: tuple[Word, ...]) -> Spoken:
        """Say it again; what no phrase holds becomes a word that keeps its neighbours apart, but for figures and marks."""
        said: list[Word] = []
        fillers: list[tuple[int, int]] = []
        i = known = phrases = 0
        while i < len(tokens):
            end, meaning = self._longest(tokens, i)
            start, stop = tokens[i].start, tokens[max(end, i + 1) - 1].end
            if end == i:
                meaning, end = self._single(tokens[i].text), i + 1
            else:
                phrases += 1
                fillers += [] if meaning else [(start, stop)]
            known += stop - start if meaning != _UNKNOWN else 0
            said += [Word(word, start, stop) for word in meaning.split()]
            i = end
        return Spoken(tuple(said), tuple(fillers), known if phrases else 0)

    def _longest(self, tokens: tuple[Word, ...], i: int) -> tuple[int, str]:
        """The end of the longest phrase that begins here, and what it means; (i, "") for none."""
        found = (i, "")
        slots = (slot for slot in (*_SLOTS, "NUM") if self._slot(tokens, i, slot)[1])
        for first in (tokens[i].text, *slots):
            for phrase, meaning in self.phrases.get(first, ()):
                end, said = self._phrase(tokens, i, phrase, meaning)
                if end > found[0]:
                    found = (end, said)
        return found

    def _phrase(self, tokens: tuple[Word, ...], i: int, phrase: tuple[str, ...], meaning: str) -> tuple[int, str]:
        at = i
        for word in phrase:
            if word in _SLOTS or word == "NUM":
                at, filled = self._slot(tokens, at, word)
                meaning = meaning.replace(word, filled, 1)
            elif at < len(tokens) and tokens[at].text == word:
                at += 1
                filled = word
            else:
                filled = ""
            if not filled:
                return i, ""
        return at, meaning

    def _slot(self, tokens: tuple[Word, ...], i: int, slot: str) -> tuple[int, str]:
        """The longest plain phrase here that fills the slot."""
        if i >= len(tokens):
            return i, ""
        if slot == "NUM" and tokens[i].text.isdecimal():
            return i + 1, str(int(tokens[i].text[:6]))
        for phrase, meaning in self.phrases.get(tokens[i].text, ()):
            fits = meaning.isdecimal() if slot == "NUM" else meaning in _SLOTS[slot]
            if fits and tuple(t.text for t in tokens[i : i + len(phrase)]) == phrase:
                return i + len(phrase), meaning
        return i, ""

    def _single(self, token: str) -> str:
        """A token in no phrase: figures, a clock, marks, or a weekday grown together with a part of the day."""
        if clock := re.fullmatch(r"(\d+)\W(\d+)", token):
            return f"{int(clock[1])} : {clock[2]}"
        if token.isdecimal():
            return str(int(token[:6]))
        if token in ("am", "pm") or (len(token) == 1 and not token.isalnum()):
            return token
        halves = ((self._plain(token[:k]), self._plain(token[k:])) for k in range(_GROWN - 4, len(token) - 3))
        return next((f"{a} {b}" for a, b in halves if a in _SLOTS["DAY"] and b in _PARTS), _UNKNOWN)

    def _plain(self, token: str) -> str:
        return next((meaning for phrase, meaning in self.phrases.get(token, ()) if len(phrase) == 1), "")


def spoken_in(text: str, least: int = 1) -> list[Spoken]:
    """The text as each language has it that knows so many characters of it, the one that knows the most first."""
    tokens = _tokens(text)[:MOST_WORDS]
    found = (book.spoken(tokens) for book in _books() if book.may_know(tokens) >= least)
    return sorted((spoken for spoken in found if spoken.known), key=lambda spoken: -spoken.known)


def _tokens(text: str) -> tuple[Word, ...]:
    return tuple(Word(_folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))


def _folded(token: str) -> str:
    """A word in lower case and without accents, which are often left out in a hurry; other scripts keep their marks."""
    plain = unicodedata.normalize("NFKC", token).casefold()
    apart = unicodedata.normalize("NFKD", plain)
    if apart[:1] < "\u0700":  # Latin, Greek, Cyrillic, Arabic; elsewhere the marks are vowels
        plain = "".join(c for c in apart if not unicodedata.combining(c))
    return plain.translate(_FOLDED)


@functools.cache
def _books() -> tuple[_Book, ...]:
    return tuple(_book(path) for path in sorted(Path(__file__).with_name("schedules").glob("*.toml")))


def _book(path: Path) -> _Book:
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for meaning, said in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for phrase in said.split("|"):
            tokens = tuple(word for part in phrase.split() for word in _phrase_tokens(part))
            phrases.setdefault(tokens[0], []).append((tokens, meaning))
    for some in phrases.values():
        some.sort(key=lambda entry: -len(entry[0]))
    return _Book(phrases, frozenset(word for some in phrases.values() for phrase, _ in some for word in phrase))


def _phrase_tokens(part: str) -> list[str]:
    """The tokens of one word of a phrasebook; a slot may be grown together with signs: 每NUM周."""
    pieces = re.split(r"(DAY|NUM|UNIT)", part)
    return [t for p in pieces for t in ([p] if p in ("DAY", "NUM", "UNIT") else [w.text for w in _tokens(p)])]
