"""Finds what the person typed this time, and says why the rest is not it.

Our own letters are subtracted first, by their words (`ours`); only what is left is guessed (`history`). A leaked line costs
a smile, a lost word costs trust: when in doubt it stays. What is cut is handed back with its reason, and can be shown.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.mail import history
from agent.mail import html as hypertext
from agent.mail.message import Message
from agent.mail.ours import QUOTED, SAYS, left_over

_WORD = re.compile(r"[^\W_]+")
_SAID = re.compile(
    r"[^\W_]+|[?？\u2600-\u27bf\U0001f000-\U0001faff]"
)  # a question mark and an emoji may turn a yes around
_ADDRESS = re.compile(r"<?(?:https?://|mailto:|www\.)\S+")
_ARMOUR = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[\w-]+: [^\n]*\n)*\n(.*?)\n-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----[^\n]*|\Z)",
    re.DOTALL,
)
_SOURCE = re.compile(rf"{QUOTED.pattern}Content-(?:Type|Transfer-Encoding):\s", re.IGNORECASE)
_UNSEEN_WORD = re.compile(rf"(?<!\S){hypertext.INVISIBLE.pattern}+(?!\S)")
_SPACES = re.compile(r"(\s+)")
_BEGINS = re.compile(  # what may mean something at the start of a line: a sign, a label, PRIVATE, a command in capitals
    r"[\W_\d]|[^\W\d_]\.|(?:\S+ ){0,3}?\S*[:)–—]|[A-Z]{2}|(?i:privat)"
)
_HIDES = re.compile(r"PRIVAT\w*|GUESS|TIPP|^\W*(?i:privat\w*)", re.MULTILINE)  # until an empty line
_CLOSES = (":", ")", "]")  # "private :" is said on one line
NARROWEST = 60  # columns: nobody wraps lines that are shorter
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Cut:
    """What was taken away, and why: ours, quote, attribution, history, forwarded, signature, mobile footer, list footer, legal footer, banner."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class NewText:
    """What was typed this time. `disagree`: the text and the HTML half say different things, so that a consent must be asked about (T45)."""

    kept: str
    cut: tuple[Cut, ...] = ()
    disagree: bool = False
    quoted: bool = False  # some of it stood behind quote marks and is not ours: words, but never a yes of one's own


def new_text(message: Message, ours: Sequence[str] = ()) -> NewText:
    """What the person typed this time; `ours` is the plain text of the letters that they may be quoting, newest first.

    The words are those of the text half, which both people and machines read; its lines are those of the HTML half, where
    that has the same words: Gmail wraps the text half anywhere, and Outlook makes a paragraph of each line.
    """
    names = _names(message)
    if message.text.strip():
        found = typed(message.text, ours, names)
        shown = hypertext.text_of(message.html) if message.html else ""
        unmarked = [line for line in shown.split("\n") if not QUOTED.match(line)]
        if not shown.strip("> \n"):
            return found
        if _words(found.kept) == _words("\n".join(unmarked)):
            other = NewText(_tidy(unmarked))  # what is not marked as a quote is the same, as in most mail
        else:
            other = typed(shown, ours, names)
        struck = hypertext.STRUCK in other.kept and hypertext.STRUCK not in found.kept
        disagree = struck or _differ(found, other)
        if disagree and not Counter(_words(found.kept)) - Counter(_words(other.kept)):
            return replace(_unaligned(other, found.kept), disagree=True)  # it has all of the text half, and more
        return replace(_as_shown(found, other.kept), disagree=disagree)
    return typed(message.shown or hypertext.text_of(message.html), ours, names)


def _as_shown(found: NewText, shown: str) -> NewText:
    """The same with the lines of the HTML half, where that has the same words in a row.

    No half may make up what the other lacks: what is PRIVATE begins at the start of a line and ends at an empty line
    (F17), and so do labels and commands. A line begins where it does in either half, unless a program may have wrapped
    it there; an empty line has to stand in both.
    """
    pieces, others = _SPACES.split(_UNSEEN_WORD.sub("", found.kept).strip()), _SPACES.split(shown.strip())
    if [_words(piece) for piece in pieces[::2]] != [_words(other) for other in others[::2]]:
        return _unaligned(found, shown)
    width = max(NARROWEST, *map(len, found.kept.split("\n")))
    line = pieces[0]
    kept = [line]
    for at in range(1, len(pieces), 2):
        here, there, word = pieces[at], others[at], pieces[at + 1]
        begins = " ".join(pieces[at + 1 : at + 9 : 2])
        wrapped = len(line) + 1 + len(word) > width and not _BEGINS.match(unicodedata.normalize("NFKC", begins))
        apart = _gap(here, there, wrapped=wrapped)
        together = begins.startswith(_CLOSES) and not ("\n" in here and "\n" in there)
        kept += " " if together else apart, word
        line = word if "\n" in here else f"{line} {word}"
    return replace(found, kept="".join(kept))


def _unaligned(found: NewText, other: str) -> NewText:
    """Where no half can confirm an empty line of the other, none ends what is PRIVATE; and said in one half, it is said."""
    here, there = _HIDES.search(found.kept), _HIDES.search(other)
    if not (here or there):
        return found
    kept = re.sub(r"\n\s*\n", "\n", found.kept)
    return replace(found, kept=kept if here or not there else f"{there[0].strip()}\n{kept}")


def _gap(here: str, there: str, *, wrapped: bool) -> str:
    """What stands between two words: here in the text half, there in the HTML half."""
    least, most = sorted((here.count("\n"), there.count("\n")))
    if least > 1:
        return "\n\n"
    return "\n" if least or there.count("\n") or (most and not (wrapped and most == 1)) else " "


def typed(text: str, ours: Sequence[str] = (), names: Sequence[str] = ()) -> NewText:
    """The same for plain text alone. `names` are the sender's own, which may open a signature."""
    lines = history.apart(_unarmoured(text)).split("\n")
    known = _without_source(lines, left_over(lines, ours))
    why = history.guess(lines, known, names, answers=bool(ours))
    is_only_quote = bool(ours) or not {"attribution", "history", "forwarded"} & set(why)
    if is_only_quote and not any(SAYS.search(_kept_line(*one) or "") for one in zip(lines, known, why, strict=True)):
        why = _recovered(lines, known, why)
    kept = [line for one in zip(lines, known, why, strict=True) if (line := _kept_line(*one)) is not None]
    return NewText(_tidy(kept), tuple(_cuts(lines, known, why)), quoted=bool({"recovered", history.BY_HAND} & set(why)))


def _without_source(lines: Sequence[str], known: list[str | None]) -> list[str | None]:
    """In a quote of a mail as it lies on the disk (MH), what stands behind words of ours is tags and octets, and no answer."""
    first = next((i for i, line in enumerate(lines) if _SOURCE.match(line)), len(lines))
    return ["" if rest and i > first and QUOTED.match(lines[i]) else rest for i, rest in enumerate(known)]


def _kept_line(line: str, rest: str | None, why: str) -> str | None:
    """What stays of a line; None when nothing does."""
    if why == "recovered":
        return _unmarked(line)
    if why == history.BY_HAND:
        return line
    if why:
        return None
    return line if rest is None else rest


def _unmarked(line: str) -> str:
    """Without the marks before it; one that was broken off a marked line has none, and what it says of ">" stays."""
    marks = QUOTED.match(line)
    return line[marks.end() :] if marks else line


def _recovered(lines: Sequence[str], known: Sequence[str | None], why: list[str]) -> list[str]:
    """Nothing was typed, so it seems: then marked lines that are not ours are the answer, typed by a client that marks all."""
    marked = [i for i, reason in enumerate(why) if reason == "quote" and known[i] is None][: history.MOST_LINES]
    bare = [_unmarked(lines[i]) for i in marked]
    inner = history.guess(bare, [None] * len(bare))
    for i, line, reason in zip(marked, bare, inner, strict=True):
        if not reason and _WORD.search(line):
            why[i] = "recovered"
    return why


def _cuts(lines: Sequence[str], known: Sequence[str | None], why: Sequence[str]) -> Iterator[Cut]:
    """Neighbouring lines that were cut for one reason, together."""
    cut: list[str] = []
    before = ""
    for line, rest, reason in zip([*lines, ""], [*known, None], [*why, ""], strict=True):
        reason = reason if reason not in ("recovered", history.BY_HAND) else ""  # noqa: PLW2901 - kept after all
        if cut and reason != before:
            yield Cut("\n".join(cut), before)
            cut = []
        if reason:
            cut.append(line)
        elif rest:
            yield Cut(line.removesuffix(rest), "ours")
        before = reason


def _unarmoured(text: str) -> str:
    """A PGP signed text without its armour (RFC 9580 section 7), once, and where a line begins; nothing is verified."""
    begun = f"\n{text}".find("\n-----BEGIN PGP SIGNED")
    found = _ARMOUR.match(text, begun) if begun >= 0 else None
    if found is None:
        return text
    return text[:begun] + re.sub(r"^- ", "", found[1], flags=re.MULTILINE) + text[found.end() :]


def _tidy(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return _EMPTY_LINES.sub("\n\n", text).strip("\n").rstrip()


def _names(message: Message) -> tuple[str, ...]:
    if len(message.froms) != 1:
        return ()
    name, address = message.froms[0]
    words = _WORD.findall(f"{name} {address.partition('@')[0]}".casefold())
    return tuple(w for w in words if len(w) > 2)


def _words(text: str | None) -> list[str]:
    return _SAID.findall(_ADDRESS.sub(" ", hypertext.INVISIBLE.sub("", text).casefold())) if text else []


def _differ(text: NewText, other: NewText) -> bool:
    """Whether one half says words that the other half does not: not even among what was cut of it for other reasons than being quoted."""
    here, there = Counter(_words(text.kept)), Counter(_words(other.kept))
    if here == there:
        return False
    spare_here = Counter(w for cut in text.cut if cut.why not in ("quote", "ours", "history") for w in _words(cut.text))
    spare_there = Counter(
        w for cut in other.cut if cut.why not in ("quote", "ours", "history") for w in _words(cut.text)
    )
    return bool(here - there - spare_there) or bool(there - here - spare_here)
