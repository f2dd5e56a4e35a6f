"""Finds our own letters again in what people send back, so that they can be subtracted from it.

Everything between us and the reply rewraps, indents, flattens and re-spells a quote; only the words stay, and their order.
So words are aligned and not lines: a run of our words, in our order, is ours wherever the lines break.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, pairwise

GRAM = 3  # words in a row that begin a run: two occur by chance, four miss our short lines
PASTED = 30  # words of ours, unmarked, from which on it is a flattened quote and not a sentence that someone adopts
LONG = 8  # words in a row from which on an unmarked run counts toward a flattened quote
MOST_WORDS = 20_000  # of a reply: thirty letters of ours

QUOTED = re.compile(r"[ \t]{0,3}(?:(?:>|&gt;)[ \t]?)+")
SAYS = re.compile(
    r"[^\s!-/:-@[-`{-~\u00a0-\u00bf\u2000-\u206f\u2500-\u25ff\ufeff]"
)  # more than ornament: an emoji is an answer
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<(?:https?|mailto|tel|cid):[^<>\s]*>|\[(?:cid|image):[^\]]*\]|\((?:https?|mailto):[^()\s]*\)")


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a text, and where each of its lines begins among them; one more for the end."""

    words: tuple[str, ...]
    begins: tuple[int, ...]

    @property
    def fresh(self) -> frozenset[int]:
        """The words that are the first of a line, and the end."""
        return frozenset(self.begins)

    def line_of(self, at: int) -> int:
        """The line on which this word stands."""
        return bisect_right(self.begins, at) - 1


@dataclass(frozen=True, slots=True)
class _Letter:
    words: tuple[str, ...]
    fresh: frozenset[int]
    grams: dict[tuple[str, ...], list[int]]


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of a reply, from `start` to before `end`, that stand in our letter in this order from `place` on."""

    start: int
    end: int
    letter: int  # which of them
    place: int

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def places(self) -> range:
        """Where its words stand, counted through all our letters."""
        first = 2 * MOST_WORDS * self.letter + self.place  # no letter is read further
        return range(first, first + len(self))


def left_over(lines: Sequence[str], ours: Sequence[str]) -> list[str | None]:
    """For each line of a reply: what stays when our letters are taken away; None where nothing of it is ours.

    "" is a line that is wholly ours. A marked line (`>`) that ends in other words gives these: an answer typed behind
    our question. A line in the middle of which something was changed stays whole, since the change is the answer.
    """
    letters = [_letter(text) for text in ours if text]
    text = _text(lines) if letters else _Text((), ())
    if not text.words:
        return [None] * len(lines)
    marked = [QUOTED.match(line) is not None for line in lines]
    runs = _without_chance(list(_in_one_mark(_runs(text, letters), text, marked)), text, marked, letters)
    ours_at = bytearray(len(text.words))
    for run in runs:
        ours_at[run.start : run.end] = b"\1" * len(run)
    line_ends = {run.end for run in runs if run.place + len(run) in letters[run.letter].fresh}
    left: list[str | None] = []
    for line, mark, (begin, end) in zip(lines, marked, pairwise(text.begins), strict=True):
        flags = ours_at[begin:end]
        if 1 not in flags:
            left.append(None)
        elif 0 not in flags:
            left.append("")
        else:
            left.append(_rest(line, flags, marked=mark, ends_line=begin + flags.rindex(1) + 1 in line_ends))
    return _without_ornament(lines, left)


def _text(lines: Iterable[str]) -> _Text:
    words: list[str] = []
    begins = [0]
    for line in lines:
        if line and len(words) <= MOST_WORDS:
            words += map(str.casefold, _WORD.findall(_without_links(line))[:MOST_WORDS])
        begins.append(len(words))
    return _Text(tuple(words), tuple(begins))


def _without_links(line: str) -> str:
    return _LINK.sub(lambda m: " " * len(m[0]), line) if "<" in line or "[" in line or "(" in line else line


@lru_cache(maxsize=32)  # of one reply and those that come with it: they hold words, and a long letter takes a megabyte
def _letter(text: str) -> _Letter:
    read = _text(text.split("\n"))
    grams: dict[tuple[str, ...], list[int]] = {}
    for at, gram in enumerate(zip(*(read.words[n:] for n in range(GRAM)), strict=False)):
        grams.setdefault(gram, []).append(at)
    return _Letter(read.words, read.fresh, grams)


def _runs(text: _Text, letters: list[_Letter]) -> Iterator[_Run]:
    """Each run of our words. Greedy: a run goes on as long as it can, and the next is looked for behind it."""
    words, fresh = text.words, text.fresh
    at, number, behind = 0, 0, 0
    while at < len(words):
        found = _start(words, at, number, behind, letters, fresh_line=at in fresh)
        if found is None:
            at += 1
            continue
        number, behind = found
        begun, place, letter = at, behind, letters[number]
        for word, ours in zip(islice(words, at, None), islice(letter.words, behind, None), strict=False):
            if word != ours:
                break
            at += 1
        behind += at - begun
        at = at if at in fresh else _given_back(begun, at, letter, behind)
        yield _Run(begun, at, number, place)


def _start(
    words: tuple[str, ...], at: int, number: int, behind: int, letters: list[_Letter], *, fresh_line: bool
) -> tuple[int, int] | None:
    """The letter and the place in it where a run begins with this word of the reply; None for nowhere."""
    gram, letter = words[at : at + GRAM], letters[number]
    places = letter.grams.get(gram)
    if places:
        return number, next((p for p in places if p >= behind), places[0])
    for n, other in enumerate(letters):
        if gram in other.grams:
            return n, other.grams[gram][0]
    if fresh_line and 0 < len(letter.words) - behind < GRAM:
        rest = letter.words[behind:]
        if rest == words[at : at + len(rest)]:
            return number, behind
    return None


def _given_back(begun: int, at: int, letter: _Letter, behind: int) -> int:
    """Where a run ends that stops inside a line: a word or two into our next line, it has met an answer that begins as we went on."""
    for back in range(1, min(GRAM, at - begun, behind)):
        if behind - back in letter.fresh:
            return at - back  # they may begin another line of ours
    return at


def _in_one_mark(runs: Iterable[_Run], text: _Text, marked: list[bool]) -> Iterator[_Run]:
    """The runs, divided where marked lines begin or end."""
    turns: list[int] = []
    mark: bool | None = None
    for line, (begin, end) in zip(marked, pairwise(text.begins), strict=True):
        if begin < end and line != mark:
            turns.append(begin)
            mark = line
    for run in runs:
        begun = run.start
        for turn in turns:
            if begun < turn < run.end:
                yield _Run(begun, turn, run.letter, run.place + begun - run.start)
                begun = turn
        yield replace(run, start=begun, place=run.place + begun - run.start) if begun > run.start else run


def _without_chance(runs: list[_Run], text: _Text, marked: list[bool], letters: list[_Letter]) -> list[_Run]:
    """Unmarked words are ours only in a flattened quote: people may type a line of ours to adopt it."""
    bare = [run for run in runs if not marked[text.line_of(run.start)]]
    if not bare:
        return runs
    quoted = [run for run in runs if marked[text.line_of(run.start)]]
    whole = sum(len(run) for run in bare if len(run) >= LONG)
    shortest = min((len(letter.words) for letter in letters if letter.words), default=0)
    if whole >= PASTED or (whole >= LONG and whole >= 0.9 * shortest):
        bare = list(_beside(bare, quoted))
    ends = {run.end for run in quoted}
    dropped = {run for run in bare if not _between(run, text, marked, ends)}
    return [run for run in runs if run not in dropped]


def _beside(bare: list[_Run], marked: list[_Run]) -> Iterator[_Run]:
    """The runs that stand beside a flattened quote and not in it: a sentence of ours that somebody typed to adopt it.

    A quote has our order, and says each thing once: what is typed above it is said again in it, or out of order.
    """
    first, last = _ends(bare, marked)
    said = set[int]().union(*(run.places for run in (*bare[first : last + 1], *marked)))
    for n, run in enumerate(bare):
        if first <= n <= last:
            continue
        in_order = _follows(run, bare[first]) if n < first else _follows(bare[last], run)
        if len(run) < GRAM or not in_order or said.issuperset(run.places):
            yield run


def _ends(bare: list[_Run], marked: list[_Run]) -> tuple[int, int]:
    """The first and the last long run of the quote itself: out of our order does not tell which of two was typed, said twice does."""
    long = [run for run in bare if len(run) >= LONG]
    first, last = 0, len(long) - 1
    times = Counter(chain.from_iterable(run.places for run in (*long, *marked)))
    while first < last and not _follows(long[first], long[first + 1]) and _is_said_again(long[first], times):
        first += 1
    while first < last and not _follows(long[last - 1], long[last]) and _is_said_again(long[last], times):
        last -= 1
    ends = [n for n, run in enumerate(bare) if len(run) >= LONG]
    return ends[first], ends[last]


def _is_said_again(run: _Run, times: Counter[int]) -> bool:
    """Whether each of its words stands elsewhere in the quote; if so it is taken out of the count."""
    again = all(times[place] > 1 for place in run.places)
    if again:
        times.subtract(run.places)
    return again


def _follows(run: _Run, after: _Run) -> bool:
    """Whether one run is followed by the other in our letter, as in the reply; of two letters nothing can be said."""
    return run.letter != after.letter or run.place + len(run) <= after.place


def _between(run: _Run, text: _Text, marked: list[bool], ends: set[int]) -> bool:
    """Whether this is the overhang of a marked line that was wrapped: marked words of ours right before, marked lines right after."""
    line = text.line_of(run.start)
    if not 0 < line < len(marked) - 1 or not (marked[line - 1] and marked[line + 1]):
        return False
    is_whole_line = (run.start, run.end) == text.begins[line : line + 2]
    return is_whole_line and text.begins[line - 1] < run.start and run.start in ends


def _rest(line: str, ours: bytearray, *, marked: bool, ends_line: bool) -> str | None:
    """What stays of a line that is ours in part: one flag a word, and whether the last of ours ends a line of our letter."""
    last = ours.rindex(1)
    end = next(islice(_WORD.finditer(_without_links(line)), last, None)).end()
    rest = line[end:].lstrip(" \t?.!:;,)]}>*_\"'”’»")
    in_one_piece = 0 not in ours[: last + 1]
    if in_one_piece and (marked or ends_line):
        return rest
    if marked and sum(ours) < len(ours) / 2 and max(map(len, ours.split(b"\0"))) < GRAM:
        return None
    return QUOTED.sub("", line, count=1).strip() if marked else None


def _without_ornament(lines: Sequence[str], left: list[str | None]) -> list[str | None]:
    """Rules, bullets and empty lines between lines of ours are ours too."""
    last = -1  # the line of ours below which there was only ornament; -1 for none
    for i, line in enumerate(lines):
        if left[i] == "":
            if last >= 0:
                left[last:i] = [""] * (i - last)
            last = i
        elif last >= 0 and SAYS.search(line):
            last = -1
    return left
