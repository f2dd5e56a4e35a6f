"""Finds our own letters again in what people send back, so that they can be subtracted from it.

Everything between us and the reply rewraps, indents, flattens and re-spells a quote; only the words stay, and their order.
So words are aligned and not lines: a run of our words, in our order, is ours wherever the lines break.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

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
class _Letter:
    words: tuple[str, ...]
    lines: tuple[int, ...]  # the line on which each word stands
    grams: dict[tuple[str, ...], list[int]]


@dataclass(slots=True)
class _Word:
    text: str
    line: int
    start: int
    end: int
    ours: bool = False
    letter: int = -1  # which letter, and the place in it, of a word that is ours
    place: int = -1
    ends_line: bool = False  # the last word of a line of our letter


def left_over(lines: Sequence[str], ours: Sequence[str]) -> list[str | None]:
    """For each line of a reply: what stays when our letters are taken away; None where nothing of it is ours.

    "" is a line that is wholly ours. A marked line (`>`) that ends in other words gives these: an answer typed behind
    our question. A line in the middle of which something was changed stays whole, since the change is the answer.
    """
    letters = [_letter(text) for text in ours if text]
    words = _words(lines) if letters else []
    if not words:
        return [None] * len(lines)
    marked = [QUOTED.match(line) is not None for line in lines]
    _align(words, letters)
    _drop_chance(words, marked, letters)
    by_line: dict[int, list[_Word]] = {}
    for word in words:
        by_line.setdefault(word.line, []).append(word)
    left = [_rest(line, by_line.get(i, ()), marked=marked[i]) for i, line in enumerate(lines)]
    return _without_ornament(lines, left)


def _words(lines: Sequence[str]) -> list[_Word]:
    words: list[_Word] = []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        clean = _LINK.sub(lambda m: " " * len(m[0]), line) if "<" in line or "[" in line or "(" in line else line
        words += [_Word(m[0].casefold(), i, m.start(), m.end()) for m in islice(_WORD.finditer(clean), MOST_WORDS)]
        if len(words) > MOST_WORDS:
            break
    return words


@lru_cache(maxsize=256)
def _letter(text: str) -> _Letter:
    words = _words(text.split("\n"))
    texts = tuple(w.text for w in words)
    grams: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(texts) - GRAM + 1):
        grams.setdefault(texts[at : at + GRAM], []).append(at)
    return _Letter(texts, tuple(w.line for w in words), grams)


def _align(words: list[_Word], letters: list[_Letter]) -> None:
    """Mark each run of our words. Greedy: a run goes on as long as it can, and the next is looked for behind it."""
    texts = tuple(w.text for w in words)
    at, letter, behind = 0, letters[0], 0
    while at < len(words):
        found = _start(texts, at, letter, behind, letters, fresh_line=at == 0 or words[at].line != words[at - 1].line)
        if found is None:
            at += 1
            continue
        letter, behind = found
        begun = at
        while at < len(words) and behind < len(letter.words) and texts[at] == letter.words[behind]:
            words[at].ours, words[at].letter, words[at].place = True, letters.index(letter), behind
            words[at].ends_line = behind + 1 == len(letter.lines) or letter.lines[behind + 1] != letter.lines[behind]
            at, behind = at + 1, behind + 1
        at = _give_back(words, begun, at, letter, behind)


def _start(
    texts: tuple[str, ...], at: int, letter: _Letter, behind: int, letters: list[_Letter], *, fresh_line: bool
) -> tuple[_Letter, int] | None:
    gram = texts[at : at + GRAM]
    places = letter.grams.get(gram)
    if places:
        return letter, next((p for p in places if p >= behind), places[0])
    for other in letters:
        if gram in other.grams:
            return other, other.grams[gram][0]
    rest = letter.words[behind:]
    if fresh_line and 0 < len(rest) < GRAM and rest == texts[at : at + len(rest)]:
        return letter, behind
    return None


def _give_back(words: list[_Word], begun: int, at: int, letter: _Letter, behind: int) -> int:
    """A run that stops inside a line, a word or two into our next line, has met an answer that begins as we went on."""
    if at >= len(words) or at == begun or words[at].line != words[at - 1].line:
        return at
    for back in range(1, GRAM):
        if at - back <= begun or behind - back < 1:
            break
        if letter.lines[behind - back] != letter.lines[behind - back - 1]:
            for word in words[at - back : at]:
                word.ours = False
            return at - back  # they may begin another line of ours
    return at


def _drop_chance(words: list[_Word], marked: list[bool], letters: list[_Letter]) -> None:
    """Unmarked words are ours only in a flattened quote: people may type a line of ours to adopt it."""
    runs = _runs(words, marked)
    bare = [run for run in runs if not marked[run[0].line]]
    if not bare:
        return
    lines: dict[int, list[_Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    whole = sum(len(run) for run in bare if len(run) >= LONG)
    shortest = min((len(letter.words) for letter in letters if letter.words), default=0)
    pasted = whole >= PASTED or (whole >= LONG and whole >= 0.9 * shortest)
    if pasted:
        bare = list(_beside(bare, [run for run in runs if marked[run[0].line]]))
    for run in bare:
        if not _between(run, lines, marked):
            for word in run:
                word.ours = False


def _beside(bare: list[list[_Word]], marked: list[list[_Word]]) -> Iterator[list[_Word]]:
    """The runs that stand beside a flattened quote and not in it: a sentence of ours that somebody typed to adopt it.

    A quote has our order, and says each thing once: what is typed above it is said again in it, or out of order.
    """
    first, last = _ends(bare, marked)
    said = _places([*bare[first : last + 1], *marked])
    for n, run in enumerate(bare):
        if first <= n <= last:
            continue
        in_order = _follows(run, bare[first]) if n < first else _follows(bare[last], run)
        if len(run) < GRAM or not in_order or _places([run]) <= said:
            yield run


def _ends(bare: list[list[_Word]], marked: list[list[_Word]]) -> tuple[int, int]:
    """The first and the last long run of the quote itself: out of our order does not tell which of two was typed, said twice does."""
    long = [run for run in bare if len(run) >= LONG]
    first, last = 0, len(long) - 1
    times = Counter((word.letter, word.place) for run in (*long, *marked) for word in run)
    while first < last and not _follows(long[first], long[first + 1]) and _is_said_again(long[first], times):
        first += 1
    while first < last and not _follows(long[last - 1], long[last]) and _is_said_again(long[last], times):
        last -= 1
    ends = [n for n, run in enumerate(bare) if len(run) >= LONG]
    return ends[first], ends[last]


def _is_said_again(run: list[_Word], times: Counter[tuple[int, int]]) -> bool:
    """Whether each of its words stands elsewhere in the quote; if so it is taken out of the count."""
    places = [(word.letter, word.place) for word in run]
    again = all(times[place] > 1 for place in places)
    if again:
        times.subtract(places)
    return again


def _places(runs: Iterable[list[_Word]]) -> set[tuple[int, int]]:
    return {(word.letter, word.place) for run in runs for word in run}


def _follows(run: list[_Word], after: list[_Word]) -> bool:
    """Whether one run is followed by the other in our letter, as in the reply; of two letters nothing can be said."""
    return run[0].letter != after[0].letter or run[-1].place < after[0].place


def _runs(words: list[_Word], marked: list[bool]) -> list[list[_Word]]:
    runs: list[list[_Word]] = []
    before: _Word | None = None
    for word in words:
        if word.ours:
            if before and _goes_on(before, word) and marked[before.line] == marked[word.line]:
                runs[-1].append(word)
            else:
                runs.append([word])
        before = word
    return runs


def _goes_on(before: _Word, word: _Word) -> bool:
    """Whether a word is the next of our letter: what goes back to its top, or leaps ahead, is another run."""
    return before.ours and before.letter == word.letter and before.place + 1 == word.place


def _between(run: list[_Word], lines: dict[int, list[_Word]], marked: list[bool]) -> bool:
    """Whether this is the overhang of a marked line that was wrapped: marked words of ours right before, marked lines right after."""
    first, last = run[0].line, run[-1].line
    if first != last or not 0 < first < len(marked) - 1 or not (marked[first - 1] and marked[last + 1]):
        return False
    above = lines.get(first - 1, [])
    return len(lines[first]) == len(run) and bool(above) and above[-1].ours


def _rest(line: str, words: Sequence[_Word], *, marked: bool) -> str | None:
    ours = [w.ours for w in words]
    if not any(ours):
        return None
    if all(ours):
        return ""
    last = len(ours) - 1 - ours[::-1].index(True)
    rest = line[words[last].end :].lstrip(" \t?.!:;,)]}>*_\"'”’»")
    in_one_piece = all(ours[: last + 1]) and last < len(ours) - 1
    if in_one_piece and (marked or words[last].ends_line):
        return rest
    if marked and sum(ours) < len(ours) / 2 and max(_lengths(ours)) < GRAM:
        return None
    return QUOTED.sub("", line, count=1).strip() if marked else None


def _lengths(flags: Sequence[bool]) -> list[int]:
    lengths = [0]
    for flag in flags:
        if flag:
            lengths[-1] += 1
        else:
            lengths.append(0)
    return lengths


def _without_ornament(lines: Sequence[str], left: list[str | None]) -> list[str | None]:
    """Rules, bullets and empty lines between lines of ours are ours too."""
    known = [i for i, rest in enumerate(left) if rest == ""]
    for a, b in pairwise(known):
        between = range(a + 1, b)
        if all(not SAYS.search(lines[i]) for i in between):
            for i in between:
                left[i] = ""
    return left
