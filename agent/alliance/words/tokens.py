"""Text into sentences and normalised words, so that the grammars stay short.

Nothing here changes what a person wrote: sentences keep their own characters; the words are only for matching. What
cannot be a plain word (a quotation mark, an ellipsis, a doubtful emoji) stays a token that no grammar knows, so the
sentence that holds it is never understood.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

LONGEST = 4_000  # characters that a reader of intentions looks at; a longer text is simply nothing plain
WRAPPED = 50  # a line at least this long that ends without a stop was probably broken by a mail program

_FOLD = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "‒": "-"})
ALONE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u3005"  # written without blanks: each sign is a word
MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963"  # belong to the letter before them
_LETTERS = rf"(?:(?![{ALONE}])[^\W\d_]|[{MARKS}])+"
# A row of stops is tried from its first one alone: from each, a long row that no sentence ends in would take for ever.
_UNSEEN = "\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff"  # what programs leave behind, and nobody sees
_END = re.compile(
    rf"(?:(?<![.!?。！？؟।…])[.!?。！？؟।…]+[\"'”’)\]]*|(?![{_UNSEEN}]+\s)[^\w\s,.;:()\"'&/{MARKS}¡¿、،-]{{1,4}})(?=\s|$)|(?<=[。！？])"
)
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:p|e\.g|i\.e|etc|vs|ca|approx|dr|mr|mrs|ms|st|sec|p\.s|a\.m|p\.m)\.$", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:^|\W)(?:no|nr|pt)\.$", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\s*\(?\d{1,3}[.)]$")
_TOKEN = re.compile(
    rf"[+-]1\b|100 ?%|\d+(?:[.,]\d+)?|[{ALONE}]|{_LETTERS}(?:'{_LETTERS})*|:-?\)|:-?D\b|<3|\.\.+|[^\w\s]\ufe0f?|_",
)
_STOP = re.compile(r"(?<![.!。！।])(?:\.|[!。！।]+)\s*$")
_INVISIBLE = frozenset(_UNSEEN + "\ufe0f¡")
_WORDS = {
    "im": "i'm", "ive": "i've", "ill": "i'll", "id": "i'd", "dont": "don't", "cant": "can't", "wont": "won't", "didnt": "didn't",
    "doesnt": "doesn't", "isnt": "isn't", "its": "it's", "thats": "that's", "lets": "let's", "cannot": "can't", "pls": "please",
    "plz": "please", "pleas": "please", "thx": "thanks", "ty": "thanks", "cheers": "thanks", "thank": "thank", "u": "you",
    "ur": "your", "okay": "ok", "okey": "ok", "oki": "ok", "k": "ok", "kk": "ok", "yep": "yes", "yup": "yes", "yeah": "yes",
    "yea": "yes", "ya": "yes", "ye": "yes", "yess": "yes", "yass": "yes", "yas": "yes", "nope": "no", "nah": "no",
    "completely": "fully", "totally": "fully", "entirely": "fully", "wholeheartedly": "fully", "whole-heartedly": "fully",
    "100%": "fully", "100 %": "fully", "tmrw": "tomorrow", "tmr": "tomorrow", "msg": "message", "emails": "mails", "email": "mail",
    "e-mail": "mail", "e-mails": "mails", "messages": "mails", "message": "mail", "reminders": "mails", "emailing": "mailing",
    "unsubscribe": "unsubscribe", "unsub": "unsubscribe", "unsuscribe": "unsubscribe", "skp": "skip", "favour": "favor",
    "w": "with", "v": "version", "draft": "draft", "clauses": "points", "items": "points", "lines": "points", "sections": "points",
    "clause": "point", "item": "point", "line": "point", "section": "point", "number": "point", "nr": "point", "no.": "point",
    "#": "point", "、": ",", "،": ",",
}  # fmt: skip
_EMOJI = {
    "👍": "<thumb>", "👌": "<thumb>", "✅": "<thumb>", "✔": "<thumb>", "☑": "<thumb>", "🆗": "<thumb>", "👎": "<down>",
    "❌": "<down>", "🤝": "<glad>", "❤": "<glad>", "💯": "<glad>", "🎉": "<glad>", "🥳": "<glad>", "😊": "<glad>", "🙂": "<glad>",
    "😀": "<glad>", "😃": "<glad>", "😄": "<glad>", "👏": "<glad>", "🙌": "<glad>", "🙏": "<glad>", "🔒": "<glad>", "💪": "<glad>",
    "🚀": "<glad>", "🥰": "<glad>", "😍": "<glad>", "✨": "<glad>", "♥": "<glad>", ":)": "<glad>", ":-)": "<glad>", ":D": "<glad>",
    ":-D": "<glad>", "<3": "<glad>",
}  # fmt: skip
NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as written, and where it stands."""

    text: str  # trimmed, with its stop
    start: int  # offsets in the whole text
    end: int
    line: int  # sentences with the same number stand on the same (unwrapped) line

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return bool(re.search(r"[?？؟][^\w?？؟]*$", self.text))


def straight(text: str) -> str:
    """The text with plain quotes and dashes, character for character, so that offsets stay true."""
    return text.translate(_FOLD).translate(_DASHES)


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, by stops and by line ends that no mail program made."""
    found: list[Sentence] = []
    for number, (start, end) in enumerate(_lines(text)):
        for a, b in _stops(text, start, end):
            piece = text[a:b].strip()
            if piece:
                lead = len(text[a:b]) - len(text[a:b].lstrip())
                found.append(Sentence(piece, a + lead, a + lead + len(piece), number))
    return tuple(found)


def _lines(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        end = at + len(line)
        before = text[spans[-1][0] : spans[-1][1]].rstrip("\r\n") if spans else ""
        last = before.rsplit("\n", 1)[-1]
        if len(last) >= WRAPPED and last.rstrip()[-1:] not in ".!?:" and line[:1].islower():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((at, end))
        at = end
    return spans


def _stops(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces, at = [], start
    for stop in _END.finditer(text, start, end):
        head = text[at : stop.end()]
        if _LIST_MARK.match(head) and text[stop.end() : end].strip():
            continue  # "6. We ..." is one line of a list
        if _ABBREVIATION.search(head) or (
            _NUMBERED.search(head) and text[stop.end() : stop.end() + 2].strip()[:1].isdecimal()
        ):
            continue
        pieces.append((at, stop.end()))
        at = stop.end()
    if text[at:end].strip():
        pieces.append((at, end))
    return pieces


class Word(NamedTuple):
    """A normalised word or mark, and where it stands in the sentence."""

    text: str
    start: int
    end: int


@lru_cache(16)
def words(text: str) -> tuple[Word, ...]:
    """The normalised words and marks of one sentence, without its final stop. Marks that show nothing are left out.

    Remembered for a moment, since each of our readers asks for those of the same few sentences.
    """
    plain = straight(text)
    stop = _STOP.search(plain)
    found = _TOKEN.finditer(plain, 0, stop.start() if stop else len(plain))
    return tuple(Word(_word(m.group()), m.start(), m.end()) for m in found if m.group() not in _INVISIBLE)


@lru_cache(4096)
def _word(raw: str) -> str:
    raw = unicodedata.normalize("NFKC", raw)
    mark = raw.rstrip("\ufe0f")
    if mark in _EMOJI:
        return _EMOJI[mark]
    if len(mark) == 1 and "\U0001f3fb" <= mark <= "\U0001f3ff":
        return "<skin>"
    low = raw.lower()
    low = re.sub(r"([a-z])\1{2,}", r"\1", low)
    return _WORDS.get(low, low)


def mended(word: str, known: Collection[str]) -> str:
    """The one known word that a slip of the finger away gives this word; the word itself when there is none or more.

    Only longer words are mended, and never one that is known: "disagree" stays what it is, "nto" is asked about. Another
    ending is no slip: "accepts" is somebody else, and so is "confirma" in Portuguese.
    """
    if word in known or len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    near = {k for k in known if len(k) >= 4 and k[0] == word[0] and abs(len(k) - len(word)) <= 1 and _one_slip(word, k)}
    swapped = {k for k in near if sorted(k) == sorted(word)}
    best = swapped or near
    return best.pop() if len(best) == 1 else word


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter too many, too few, wrong, or two swapped make the difference, and the last letter does not."""
    if a[-1] != b[-1]:
        return a[-2:] == b[-2:][::-1] and a[:-2] == b[:-2]
    if len(a) > len(b):
        a, b = b, a
    i = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
