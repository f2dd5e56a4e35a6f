"""The house rules of every letter (spec section 5), so that they can be checked: by the build and by `alliance preview`.

Each fault names its row in that table. Rows 1 to 13, 16 and 17 are here, and 14 for words that are said to be hidden.
Row 15 is about what people write, not about letters.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from html import unescape

from agent.alliance import letters as l
from agent.alliance.tone import GRADE, TONES, WORD, Tone, sentences

LIMITS = {
    "prompt": 115, "nudge": 80, "invitation": 140, "info": 95, "reveal": 170, "draft": 280, "final": 130, "digest": 150,
    "guide": 120, "repair": 90,
}  # fmt: skip
TYPES: dict[type, str] = {
    l.AskAge: "prompt", l.KindRefused: "prompt", l.SetupPartner: "prompt", l.SetupWhy: "prompt", l.SetupReady: "prompt", l.SetupExisting: "prompt",
    l.Invitation: "invitation", l.InvitationReminder: "invitation", l.InvitationAsk: "invitation", l.InvitationUndelivered: "prompt",
    l.Prompt: "prompt", l.AllPrompts: "prompt", l.FollowUp: "prompt", l.Settle: "prompt", l.Checkin: "prompt", l.ChangeAsk: "prompt",
    l.Explain: "prompt", l.AskBack: "prompt", l.WasThisYou: "prompt", l.Code: "prompt", l.EraseAsk: "prompt", l.ClosingAsk: "prompt", l.Renewal: "prompt", l.Nudge: "nudge", l.Rest: "nudge",
    l.Reveal: "reveal", l.DraftLetter: "draft", l.DraftChanged: "draft", l.Final: "final", l.Digest: "digest", l.Help: "guide",
    l.TeamWho: "prompt", l.TeamWay: "prompt", l.TeamWhy: "prompt", l.TeamReady: "prompt", l.Ballot: "prompt", l.Mend: "prompt",
    l.TeamAsk: "prompt", l.TeamLine: "prompt", l.TeamInvitation: "invitation", l.TeamReveal: "reveal",
    l.TeamCheckin: "prompt", l.TeamNewcomer: "invitation", l.TeamYourPage: "draft", l.TeamDigest: "digest", l.TeamDraft: "draft",
    l.TrialEnds: "prompt", l.PassOnAsk: "prompt", l.Repair: "repair", l.RepairReply: "repair", l.Talk: "repair",
    l.Ideas: "guide", l.Tools: "guide", l.Tool: "guide",
    l.BankPage: "prompt", l.BankAsk: "prompt", l.BankHelp: "guide",
}  # fmt: skip
"""What sort of letter each is; the others are "info"."""

SENTENCE = 24
SUBJECT = 50
HTML = 80_000  # bytes; Gmail cuts at about 102 KB

_REMOTE = re.compile(
    r"""(?:src|href|background|action|data)\s*=\s*["']?\s*(?!cid:)[^"'\s>]|url\(|@import|<(?:link|script|iframe|form|object)\b""",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_FORWARD = re.compile(r"\s*(?:re|fwd?|aw|wg)\s*:|\[", re.IGNORECASE)
_SPOKEN = re.compile(r"“[^”]*”")
_INLINE_TAGS = re.compile(r"</?(?:b|i|em|strong|span|a)\b[^>]*>", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<head>.*?</head>|<!--.*?-->|<div style=\"display:none[^>]*>.*?</div>|<(?:style|title)\b.*?</(?:style|title)>",
    re.DOTALL,
)
_MARKS = re.compile(r"^(?:> ?|- |-- $)", re.MULTILINE)
_THEIRS = frozenset(
    {"text", "words", "why", "was", "now", "line", "own", "private", "works", "care", "reason", "stored", "guess"}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: the row of spec section 5, and what it is. A warning does not stop the build."""

    row: int
    what: str
    warning: bool = False


def faults_of(
    letter: l.Letter, subject: str, text: str, html: str, *, me: str, sources: Collection[str] = (), copied: Collection[str] = (),
    hidden: Collection[str] = (), language: str = "en",
) -> tuple[Fault, ...]:  # fmt: skip
    """All that breaks the house rules in one rendered letter.

    `sources` are prompts that are used word for word whatever they measure; `copied` are shingles (see `shingles`) of a
    text that we may not copy; `hidden` are words that this reader must never see.
    """
    tone = TONES.get(language, TONES["en"])
    sort = TYPES.get(type(letter), "info")
    ours = _ours(letter, text)
    plain = _without(ours, sources)
    return (
        *_length(ours, plain, sort, tone),
        *_subject(subject),
        *_asking(ours, sort, tone),
        *_tone(plain, sort, tone),
        *(Fault(10, f"copied: {run}") for run in _runs(plain) if _hashed(run) in copied),
        *_names(text, plain, me, tone),
        *_halves(text, html),
        *(Fault(14, "shows what is hidden") for words in hidden if words in text + html + subject),
    )


def shingles(text: str) -> frozenset[str]:
    """Every run of seven words of a text, hashed: enough to know one again, not enough to read it."""
    return frozenset(_hashed(run) for run in _runs(text))


def same_words(text: str, html: str) -> bool:
    """Whether both halves say the same words in the same order."""
    return _text_words(text) == _html_words(html)


# ---------------------------------------------------------------- the rows


def _length(ours: str, plain: str, sort: str, tone: Tone) -> Iterator[Fault]:
    count = len(WORD.findall(ours))
    if count > LIMITS[sort]:
        yield Fault(1, f"{count} words, {LIMITS[sort]} are enough for this ({sort})")
    level = tone.grade(plain)
    if level > GRADE:
        yield Fault(2, f"reads at grade {level:.1f}")
    lengths = [len(WORD.findall(s)) for s in sentences(ours)]
    if level < 0 and sum(lengths) < 5 * len(lengths):
        yield Fault(2, f"choppy: grade {level:.1f}", warning=True)
    yield from (
        Fault(3, f"{n} words in a sentence: {s}") for s, n in zip(sentences(ours), lengths, strict=True) if n > SENTENCE
    )


def _subject(subject: str) -> Iterator[Fault]:
    if not 0 < len(subject) <= SUBJECT or "\n" in subject:
        yield Fault(4, f"the subject has {len(subject)} characters")
    if _CAPITALS.search(subject) or _FORWARD.match(subject) or "reminder" in subject.lower():
        yield Fault(4, f"the subject shouts or pretends: {subject}")


def _asking(ours: str, sort: str, tone: Tone) -> Iterator[Fault]:
    blocks = [_SPOKEN.sub("", block) for block in ours.split("\n\n")]
    questions = [block for block in blocks if "?" in block]
    if sort in ("prompt", "invitation") and len(questions) > 2:
        yield Fault(5, f"{len(questions)} paragraphs ask something")
    if (questions or sort not in ("info", "guide", "final")) and not tone.ways_out.search(ours):
        yield Fault(6, "asks, and offers no way out")


def _tone(plain: str, sort: str, tone: Tone) -> Iterator[Fault]:
    rows = ((7, tone.guilt), (8, tone.jargon), (9, re.compile("!")), (17, tone.praise))
    for row, pattern in (*rows, (16, tone.causes)) if sort == "digest" else rows:
        yield from (Fault(row, f"says {found[0]!r}") for found in pattern.finditer(plain))


def _names(text: str, plain: str, me: str, tone: Tone) -> Iterator[Fault]:
    if me not in text:
        yield Fault(11, "does not know its reader's name")
    yield from (Fault(11, f"guesses at a person: {found[0]}") for found in tone.pronouns.finditer(plain))


def _halves(text: str, html: str) -> Iterator[Fault]:
    if not same_words(text, html):
        yield Fault(12, "the two halves differ: " + _first_difference(_text_words(text), _html_words(html)))
    if re.search(r"<img\b(?![^>]*\balt=\"[^\"<]+\")", html):
        yield Fault(13, "a picture without words")
    if found := _REMOTE.search(html):
        yield Fault(13, f"fetches or links something: {found[0]}")
    if len(html.encode()) > HTML:
        yield Fault(13, f"the HTML has {len(html.encode())} bytes")


# ---------------------------------------------------------------- whose words


def _ours(letter: l.Letter, text: str) -> str:
    """The words that are ours: without footer, quotes, pages, and what is only enclosed."""
    own = text.split("\n-- \n", maxsplit=1)[0]
    if isinstance(
        letter, l.SetupReady | l.TeamReady
    ):  # the invitation goes below its heading, and is checked as a letter of its own
        own = own[: next((m.start() for m in re.finditer(r"^.*\n", own, re.MULTILINE) if m[0].isupper()), len(own))]
    own = "\n".join(line for line in own.splitlines() if not line.startswith(">") and not line.isupper())
    enclosed = frozenset({"ask", "hint"}) if isinstance(letter, l.AllPrompts) else frozenset()
    enclosed |= frozenset({"lines"}) if isinstance(letter, l.Tool) else enclosed
    own = _without(own, _leaves(letter, _THEIRS | enclosed))
    return "\n".join(line for line in own.split("\n") if not line or any(c.isalpha() for c in line))


def _leaves(value: object, names: Collection[str], name: str = "") -> Iterator[str]:
    """Every text below a value whose field has one of these names."""
    if is_dataclass(value):
        for f in fields(value):
            yield from _leaves(getattr(value, f.name), names, f.name)
    elif isinstance(value, tuple):
        for one in value:
            yield from _leaves(one, names, name)
    elif isinstance(value, str) and name in names:
        yield value


def _without(text: str, words: Iterable[str]) -> str:
    for one in sorted({" ".join(w.split()) for w in words} - {""}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", "", text) if len(one) > 3 else text
    return text


def _text_words(text: str) -> list[str]:
    return _MARKS.sub("", text).casefold().split()


def _html_words(html: str) -> list[str]:
    seen = _INLINE_TAGS.sub("", _UNSEEN.sub("", html))
    return unescape(re.sub(r"<[^>]*>", " ", seen)).casefold().split()


def _first_difference(one: list[str], other: list[str]) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{' '.join(one[at : at + 5])!r} and {' '.join(other[at : at + 5])!r}"


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))
    return (" ".join(words[n : n + 7]) for n in range(len(words) - 6))


def _hashed(run: str) -> str:
    return sha256(run.encode()).hexdigest()[:12]
