"""Free words into date rules and back: how often to meet, how often to check in (S21, S22, F34).

A schedule is read back before anything follows from it, so the words around it need not be understood. What points to
no rule ("next Tuesday"), or to two ("weekly or monthly"), is asked about.
"""

import re
from dataclasses import dataclass

from agent.alliance.model import Rule
from agent.alliance.words.grammar import MOST_WORDS, grammar, texts
from agent.alliance.words.phrases import Spoken, spoken_in
from agent.alliance.words.tokens import LONGEST, NUMBERS, Word, straight, words
from agent.alliance.words.zone import zone_in

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|r|urs|nes|day|sday|nesday|rsday|ursday|urday)?s?")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_MANY = {"fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90}
_FREQ = {
    "daily": ("DAILY", 1), "otherday": ("DAILY", 2), "ndays": ("DAILY", 0), "workdays": ("WEEKLY", 1), "weekend": ("WEEKLY", 1),
    "nweekend": ("WEEKLY", 0), "weekly": ("WEEKLY", 1), "fortnightly": ("WEEKLY", 2), "nweeks": ("WEEKLY", 0), "monthly": ("MONTHLY", 1),
    "nmonths": ("MONTHLY", 0), "othermonth": ("MONTHLY", 2), "quarterly": ("MONTHLY", 3), "nquarters": ("MONTHLY", 0), "halfyearly": ("MONTHLY", 6),
    "yearly": ("YEARLY", 1), "nyears": ("YEARLY", 0), "otherdays": ("WEEKLY", 2), "otherthrough": ("WEEKLY", 2), "times": ("", 0),
}  # fmt: skip
_UNITS = {
    "day": "day", "daily": "day", "week": "week", "weeks": "week", "wk": "week", "wks": "week", "weekly": "week", "month": "month", "monthly": "month",
    "quarter": "quarter", "quarterly": "quarter", "year": "year", "yearly": "year", "annually": "year",
}  # fmt: skip
_NONE = frozenset(("or", "asks", "few", "date", "except", "rather"))  # pieces with which nothing is sure
# Words that say how often: where one of them is in no piece, something was said that is not understood.
_COUNTS = frozenset(
    ("day", "days", "week", "weeks", "wk", "wks", "weekly", "month", "months", "monthly", "quarter", "quarters", "year", "years", "weekend", "weekends",
     "fortnight", "hour", "hours", "hourly", "minutes", "every", "each", "half", "alternate", "twice", "thrice", "times", "january", "february", "april", "june",
     "july", "august", "september", "october", "november", "december")
)  # fmt: skip
_FILLER = re.compile(
    r"(?:\b(?:i|we|i'd|we'd|say|think|would|like|to|meet|let's|us|both|works?|for|me|please|maybe|perhaps|good|be|is|are|best|fine|ok|how|about|shall|should|can|could|may"
    r"|enough|on|at|the|in|and|a|of|it|that|one|time|hi|thanks|yes|so|or|just|usually|always|again|once|with|you)\b|[\s,.;:!?()@/&'-])+",
    re.IGNORECASE,
)
_PART = re.compile(r"[,;\n]|[.!?](?=\s|$)")


@dataclass(frozen=True, slots=True)
class MeetingReading:
    """How often, and what is left of the words: where."""

    rule: Rule | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    name: str
    words: tuple[str, ...]
    start: int  # offsets in the text
    end: int

    @property
    def numbers(self) -> list[int]:
        return [n for n in map(_number, self.words) if n is not None]

    @property
    def days(self) -> tuple[int, ...]:
        return tuple(d for d in map(_day, self.words) if d is not None)


def read_schedule(text: str) -> Rule | None:
    """The date rule that a text gives; None when it gives none, or more than one."""
    return read_meeting(text).rule


def read_meeting(text: str) -> MeetingReading:
    """The date rule, and the place in the person's own words.

    Every language reads it. The one that makes most of the words counts, and languages that do equally well must agree.
    A text too long to be read whole has no rule.
    """
    zone, plain = zone_in(straight(text[:LONGEST]))
    english = _english(plain)
    if len(text) > LONGEST or len(english.words) > MOST_WORDS:
        return MeetingReading(None, text.strip())
    best = [_heard(english, plain, zone)]
    for spoken in spoken_in(plain, best[0].grasp):
        if spoken.known >= best[0].grasp:
            one = _heard(spoken, plain, zone)
            best = [b for b in best if b.grasp >= one.grasp] + [one] * (one.grasp >= best[0].grasp)
    rule = best[0].rule if len({one.rule for one in best}) == 1 else None
    return MeetingReading(rule, _left(text, plain, best[0]) if rule else text.strip())


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one language makes of a text."""

    rule: Rule | None
    pieces: tuple[tuple[int, int], ...]  # where they stand
    fillers: tuple[tuple[int, int], ...]  # where words stand that say nothing
    grasp: int  # how many characters that are


def _heard(spoken: Spoken, plain: str, zone: str) -> _Heard:
    pieces = _pieces(spoken.words)
    kept = _kept(pieces)
    at = tuple(sorted({(p.start, p.end) for p in pieces}))
    inside = {k for a, b in at for k in range(a, b)}
    left = any(w.text in _COUNTS and w.start not in inside for w in spoken.words)
    unsure = left or not kept or _goes_on(spoken, plain, inside) or re.search(r"\?\s*\S.*\bor\b", plain)
    grasp = sum(plain[k].isalnum() for k in inside.union(*(range(a, b) for a, b in spoken.fillers)))
    return _Heard(None if unsure else _rule(kept, zone), at, spoken.fillers, grasp)


def _goes_on(spoken: Spoken, plain: str, inside: set[int]) -> bool:
    """Whether a number in signs stands right behind what was read: 周一三五 and 周一、三、五 name three days."""
    end = -1
    for word in spoken.words:
        sign = word.text.isdecimal() and not plain[word.start : word.end].isdecimal()
        if word.start == end and sign and word.start not in inside:
            return True
        if word.start in inside or (word.start == end and word.text in (",", "and")):
            end = word.end
    return False


def _english(plain: str) -> Spoken:
    tokens = words(re.sub(r"[\n]", " ", plain))
    tokens = tuple(
        t._replace(text=plain[t.start : t.end].lower()) if t.text in {"ok", "with", "point", "fully"} else t
        for t in tokens
    )
    fillers = tuple((t.start, t.end) for t in tokens if t.text.isalpha() and _FILLER.fullmatch(t.text))
    return Spoken(tokens, fillers)


def _pieces(tokens: tuple[Word, ...]) -> list[_Piece]:
    short = texts(tokens)
    kinds = {
        "NUM": " ".join({w for w in short if _number(w) is not None}),
        "NTH": " ".join(_NTH), "DAY": " ".join({w for w in short if _day(w) is not None}),
        "CLOCK": " ".join({w for w in short if re.fullmatch(r"\d{1,2}[.:]\d\d", w)}),
        "MILITARY": " ".join({w for w in short if re.fullmatch(r"(?:[01]\d|2[0-3])[0-5]\d", w) and not w.startswith("20")}),
    }  # fmt: skip
    found = grammar("schedule").scan(short, **kinds)
    return [_Piece(name, short[a:b], tokens[a].start, tokens[b - 1].end) for name, a, b in found]


def _number(word: str) -> int | None:
    return int(word[:6]) if word.isdecimal() else NUMBERS.get(word, _MANY.get(word))


def _day(word: str) -> int | None:
    found = _DAY.fullmatch(word)
    return [name[:3].lower() for name in _NAMES].index(found[1]) if found else None


def _kept(pieces: list[_Piece]) -> list[_Piece]:
    """Without the pieces that the text takes back: "not weekly", "weekly is too often"."""
    kept: list[_Piece] = []
    denied = False
    for piece in pieces:
        if piece.name == "toomuch":
            while kept and (kept[-1].name in _FREQ or kept[-1].name in ("days", "nth")):
                kept.pop()
        elif piece.name == "notit":
            denied = True
            continue
        elif not (denied and piece.name in {*_FREQ, "days", "nth", "time"}) and piece.name != "limits":
            kept.append(piece)
        denied = False
    return kept


def _rule(pieces: list[_Piece], zone: str) -> Rule | None:
    by = {p.name: p for p in pieces}
    freqs = list(dict.fromkeys(_freq(p) for p in pieces if p.name in _FREQ))
    byday, bymonthday = _byday(pieces), _bymonthday(pieces)
    nth = any(re.match(r"-?\d", code) for code in byday)
    if by.keys() & _NONE or ("once" in by and not freqs) or (not freqs and not byday and not bymonthday):
        return None
    if len(freqs) > 1 and set(freqs) & {("WEEKLY", 1), ("DAILY", 1)} and (byday or "part" in by):
        freqs = [f for f in freqs if f != ("DAILY", 1)]
    if len(freqs) > 1 and ("MONTHLY", 1) in freqs and (nth or bymonthday or "fortnightly" in by):
        freqs.remove(("MONTHLY", 1))
    if len(freqs) > 1 and ("WEEKLY", 1) in freqs and all(f[0] == "WEEKLY" for f in freqs):
        freqs.remove(("WEEKLY", 1))
    if len(freqs) > 1:
        return None
    freq, interval = freqs[0] if freqs else ("MONTHLY", 1) if nth or bymonthday else ("WEEKLY", 1)
    if ((nth or bymonthday) and freq in ("DAILY", "WEEKLY")) or (byday and bymonthday):
        return None
    if freq == "DAILY" and byday:
        freq = "WEEKLY"
    hour, minute = _time(pieces)
    return Rule(freq, interval, byday, bymonthday, hour, minute, zone) if 0 < interval < 1000 else None


def _freq(piece: _Piece) -> tuple[str, int]:
    freq, interval = _FREQ[piece.name]
    if piece.name == "times":
        return _spread(piece)
    nth = next((_NTH[w] for w in piece.words if w in _NTH), 0)
    interval = interval or next(iter(piece.numbers), nth or 2)  # "every other" has no number
    return freq, interval * (3 if piece.name == "nquarters" else 1)


def _spread(piece: _Piece) -> tuple[str, int]:
    """So many times in a unit, where that can be spread evenly; an interval of 0 where it cannot."""
    many = {"once": 1, "twice": 2, "thrice": 3}.get(piece.words[0]) or next(iter(piece.numbers), 0)
    unit = next((u for w in reversed(piece.words) if (u := _UNITS.get(w))), "")
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit, 0)
    if many == 1 and unit in ("day", "week"):
        return ("DAILY" if unit == "day" else "WEEKLY"), 1
    if (many, unit) == (2, "month"):
        return "WEEKLY", 2
    if (many, unit) == (1, "year"):
        return "YEARLY", 1
    return "MONTHLY", months // many if many and months % many == 0 else 0


def _byday(pieces: list[_Piece]) -> tuple[str, ...]:
    found: list[str] = []
    for p in pieces:
        if p.name == "nth":
            found += [f"{n}{_CODES[p.days[-1]]}" for n in _ordinals(p.words)]
        elif p.name in ("through", "otherthrough"):
            first, last = p.days[0], p.days[-1]
            found += [_CODES[(first + k) % 7] for k in range((last - first) % 7 + 1)]
        elif p.name == "workdays":
            found += _CODES[:5]
        elif p.name in ("weekend", "nweekend"):
            found += _CODES[5:]
        elif p.name in ("days", "otherdays"):
            found += [_CODES[d] for d in p.days]
    named = {c.lstrip("-0123456789") for c in found if c[0] in "-123456789"}
    return tuple(dict.fromkeys(c for c in found if c not in named))


def _ordinals(found: tuple[str, ...]) -> list[int]:
    places: list[int] = []
    for k, word in enumerate(found):
        if word == "last":
            if found[k - 2 : k] == ("to", "the") or found[k - 1 : k] == ("to",):
                places[-1] = -places[-1]
            else:
                places.append(-1)
        elif word in _NTH or word.isdecimal():
            places.append(_NTH.get(word) or int(word[:3]))
    return places


def _bymonthday(pieces: list[_Piece]) -> tuple[int, ...]:
    found: list[int] = []
    for p in pieces:
        if p.name == "monthday":
            found += [n for n in _ordinals(p.words) if -1 <= n <= 31]
        elif p.name in ("starts", "ends"):
            found.append(1 if p.name == "starts" else -1)
    return tuple(dict.fromkeys(found))


def _time(pieces: list[_Piece]) -> tuple[int | None, int]:
    """The wall time; an hour up to eleven in an afternoon or evening is counted from noon."""
    for p in pieces:
        if p.name != "time":
            continue
        if set(p.words) & {"noon", "midday", "midnight"}:
            return (0 if "midnight" in p.words else 12), 0
        digits = [int(x) for w in p.words for x in re.findall(r"\d+", w)] or p.numbers
        if "quarter" in p.words or "halfto" in p.words:  # "quarter to nine", "halb neun"
            before = "past" not in p.words
            digits = [digits[0] - before, 30 if "halfto" in p.words else 45 if before else 15]
        if len(digits) == 1 and digits[0] >= 100:
            digits = [digits[0] // 100, digits[0] % 100]
        hour, minute = digits[0], (digits[1] if len(digits) > 1 else 30 if "half" in p.words else 0)
        said = " ".join(w for q in pieces for w in q.words)
        late = bool(set(p.words) & {"pm", "p", "p.m"}) or (
            re.search(r"\b(?:afternoons?|evenings?|night)\b", said) and not set(p.words) & {"am", "a"}
        )
        if late and hour < 12:
            hour += 12
        elif set(p.words) & {"am", "a", "a.m"} and hour == 12:
            hour = 0
        return (hour, minute) if hour < 24 and minute < 60 else (None, 0)
    return None, 0


def _left(text: str, plain: str, heard: _Heard) -> str:
    """What is in no piece, without words that only join."""
    bare = straight(text)
    for start, end in heard.fillers:
        bare = bare[:start] + " " * (end - start) + bare[end:]
    parts, at = [], 0
    for start, end in (*heard.pieces, (len(plain), len(plain))):
        for part, said in zip(_PART.split(text[at:start]), _PART.split(bare[at:start]), strict=False):
            if re.search(r"\w", _FILLER.sub(" ", said)):
                parts.append(part.strip(" -–—()、，。"))
        at = max(at, end)
    return ", ".join(parts)
