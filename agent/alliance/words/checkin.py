"""A reply to a check-in: "4, mornings, money, partly" fills four fields (F35).

A number counts as the rating only in a clause that says nothing else ("4 out of 5", "a 2 from me", "from 2 to 3"), so
"at 4 pm" and "2 kids" are words. Two different ratings, or one between two, are asked about (decision 16).
"""

import re
import unicodedata
from typing import Literal, cast

from agent.alliance.words.commands import command_of
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, NUMBERS, mended, sentences, straight, words
from agent.alliance.words.values import CheckinReading

Kept = Literal["", "yes", "partly", "no", "not needed"]
_HIDE = re.compile(
    r"(?:^|[\s,;.(])(?:hide|verbergen)(?: (?:it|this(?: one)?|my (?:number|score)))?(?: please)?\s*(?=[\s,;.)!]|$)",
    re.IGNORECASE,
)
_KEPT: dict[str, Kept] = {
    "yes": "yes", "yeah": "yes", "yep": "yes", "yup": "yes", "y": "yes", "always": "yes", "yes it did": "yes", "it did": "yes",
    "yes we did": "yes", "partly": "partly", "partially": "partly", "mostly": "partly", "sometimes": "partly", "sort of": "partly",
    "kind of": "partly", "half": "partly", "in part": "partly", "a bit": "partly", "not always": "partly", "yes and no": "partly",
    "no": "no", "nope": "no", "n": "no", "never": "no", "not really": "no", "it did not": "no", "it didn't": "no", "not yet": "no",
    "not needed": "not needed", "no need": "not needed", "n/a": "not needed", "not necessary": "not needed", "wasn't needed": "not needed",
    "not applicable": "not needed", "didn't come up": "not needed", "never came up": "not needed",
    "ja": "yes", "immer": "yes", "teils": "partly", "teilweise": "partly", "zum teil": "partly", "manchmal": "partly", "meistens": "partly",
    "nein": "no", "nie": "no", "noch nicht": "no", "nicht nötig": "not needed", "war nicht nötig": "not needed",
}  # fmt: skip
_BESIDE = frozenset({"stop", "delete", "pause", "pass", "human"})  # commands that count beside an answer
_DASH = re.compile(r"(\s[-–—]+\s|:\s|\.\s)")
_GOES_ON = re.compile(
    r"(?:but|and|which|because|so|though|or|since|as|not|although|when|if)\b", re.IGNORECASE
)  # half a sentence
_LABEL = re.compile(
    r"^[ \t]*(?:(?P<rating>rating|score|trust|q?1[.):])|(?P<works>q?2[.):]|(?:what |that |one thing that )?works?(?: well)?\s*[:=–—-]|good\s*[:=–—-])"
    r"|(?P<care>q?3[.):]|(?:what )?(?:needs? )?care\s*[:=–—-]|needs? (?:work|care)\s*[:=–—-])|(?P<line>q?4[.):]|(?:and )?line(?: \d+)?\s*[:=–—-]|promise\s*[:=–—-]))[ \t]*(?P<rest>.*)$",
    re.IGNORECASE,
)


_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_HALF = re.compile(r"\W*[1-5],\d\b(?!,)")  # 4,5 as it is written on the continent
_FIRST = re.compile(r"(?m)^\s*(?:q?1[.):]\s*)(?=\S)(?=[\w★⭐]+)")


def read_checkin(text: str) -> CheckinReading:
    """Read the four fields in one line, in several, or under labels; what has no field is `rest`."""
    if len(text) > LONGEST * 4:
        return CheckinReading(rest=text.strip(), unclear=True)
    hide = bool(_HIDE.search(text))
    body = _HIDE.sub(" ", text).strip() if hide else text.strip()
    if whole := command_of(" ".join(body.split())):
        return CheckinReading(hide=hide, passed=whole.name == "pass", command=whole)
    if _HALF.match(body):
        return CheckinReading(hide=hide, rest=body, unclear=True)
    fields = _labels(body) or _listed(_FIRST.sub(_keep_mark, body))
    places = (*(s.text for s in sentences(body)), fields.get("rest", ""))
    said = (c for place in places if (c := command_of(place)) and c.name in _BESIDE)
    command = next((c for c in said if c.name != "pass" or not fields.get("works")), None)
    if command and command.name == "pass" and not rating_of(body):
        return CheckinReading(hide=hide, passed=True, command=command)
    rated = fields.pop("rating", "")
    rating, unclear = ratings_in(rated or body)
    if re.search(r"[^\W\d]", rated) and _clause(_tokens(rated))[0] != "rating":  # it says more, which is not lost
        fields["rest"] = "\n".join(filter(None, (rated, fields.get("rest", ""))))
    return CheckinReading(
        rating=rating, works=fields.get("works", ""), care=fields.get("care", ""),
        line=cast(Kept, fields.get("line", "")), hide=hide, command=command, rest=fields.get("rest", ""), unclear=unclear,
    )  # fmt: skip


def kept_of(text: str) -> Kept:
    """Whether the line that was looked at held: the whole text must say so."""
    return _KEPT.get(re.sub(r"^(?:line \d+|and line \d+)\s*[:,-]?\s*", "", straight(text).lower().strip(" .!,;")), "")


def _labels(body: str) -> dict[str, str]:
    """Fields by labels or numbers at the line starts; {} when fewer than two stand there."""
    found: dict[str, list[str]] = {}
    at = "rest"
    for line in body.splitlines():
        label = _LABEL.match(line)
        name = label.lastgroup if label else None
        if label and name:
            at = next(n for n in ("rating", "works", "care", "line") if label[n])
        found.setdefault(at, []).append((label["rest"] if label else line).strip())
    named = {k: "\n".join(v).strip() for k, v in found.items()}
    if len([k for k in named if k != "rest"]) < 2:
        return {}
    if "line" not in named:  # a bare "yes" under the last answer
        head, _, last = named[at].rpartition("\n")
        if kept_of(last) and head.strip():
            named |= {at: head.strip(), "line": last}
    if "line" in named and not kept_of(named["line"]):
        named["rest"] = "\n".join(x for x in (named.get("rest", ""), named.pop("line")) if x)
    elif "line" in named:
        named["line"] = kept_of(named["line"])
    return named


def _listed(body: str) -> dict[str, str]:
    """Fields by their place: lines, or the parts between commas, of which the first is a rating."""
    parts = _split(body)
    kept = kept_of(parts[-1]) if len(parts) > 1 else ""
    meant = len(parts) > 2 and _NUMBER.fullmatch(
        parts[0]
    )  # "7, sun, rain, yes": no rating, but the words are where they are
    if not parts or (rating_of(parts[0]) is None and not meant):
        return {"line": kept, "rest": body[: body.rfind(parts[-1])].rstrip(" ,;\n") if kept else body} if body else {}
    head, dash, tail = _DASH.split(parts[0], maxsplit=1) if _DASH.search(parts[0]) else (parts[0], "", "")
    if rating_of(head) is None:
        head, dash, tail = parts[0], "", ""
    inner = [p for p in (tail, *parts[1 : -1 if kept else None]) if p]
    plain = not any(_GOES_ON.match(p) for p in inner)
    if plain and ((len(inner) == 2 and (kept or not dash)) or (len(inner) == 1 and kept)):
        return {"rating": head, "works": inner[0].rstrip("."), "care": "".join(inner[1:]).rstrip("."), "line": kept}
    note = body[body.find(parts[0]) + len(head) :].lstrip(" ,;.:!\n–—-")
    note = note[: note.rfind(parts[-1])].rstrip(" ,;\n") if kept else note
    return {"rating": head, "line": kept, "rest": note}


def _split(body: str) -> list[str]:
    """The parts of a reply: four sentences, lines, what stands between commas, or a few short sentences."""
    said = [p.strip(" .!") for p in re.split(r"(?<=[.!?])\s+", body) if p.strip(" .!")]
    rated = bool(said) and "\n" not in body and _clause(_tokens(said[0]))[0] == "rating"
    if rated and len(said) == 4 and kept_of(said[-1]):
        return said
    lines = [x.strip() for x in body.splitlines() if x.strip()]
    parts = lines if len(lines) > 2 else [p.strip() for p in re.split(r"[,;\n]", body) if p.strip()]
    short = rated and len(parts) == 1 and len(said) > 2 and all(len(p.split()) < 6 for p in said)
    return said if short else parts


def rating_of(text: str) -> int | None:
    """The one rating that a text gives; None when it gives none or more."""
    return ratings_in(text)[0]


def ratings_in(text: str) -> tuple[int | None, bool]:
    """The rating, and whether a number was meant that is none."""
    found: list[int] = []
    unclear = several = False
    for clause, labelled in _clauses(text):
        kind, value = _clause(clause)
        if kind == "rating" and value and not labelled:
            found.append(value)
        several = several or kind == "other"
        unclear = unclear or kind in ("range", "none") or (kind == "rating" and labelled)
    distinct = set(found)
    unclear = unclear or (not found and bool(re.match(r"\s*[1-5]\b(?!\s*(?:am|pm|o'clock|th|nd|rd|st)\b)", text)))
    unclear = unclear or (several and bool(found))
    if len(distinct) == 1 and not unclear:
        return found[0], False
    return None, unclear or len(distinct) > 1


def _clauses(text: str) -> list[tuple[tuple[str, ...], bool]]:
    """The clauses of a text, and whether each stands behind a label of something else ("clause 2: 5")."""
    clauses: list[tuple[tuple[str, ...], bool]] = []
    text = _FIRST.sub(_keep_mark, unicodedata.normalize("NFKC", text))
    text = re.sub(r"([★⭐☆\ufe0f]+)", r"\1\n", text)
    for line in re.split(r"[\n!?]+|(?<=\S)\.(?=\s|$)", text):
        labelled = False
        for part in re.split(
            r"(:)|[,;()]|\s[-–—]+\s|\s(?:because|since|as|and(?! a half)|but|though|despite|so)\s", straight(line)
        ):
            if part == ":":
                labelled = bool(clauses) and _clause(clauses[-1][0])[0] == "" and not _is_intro(clauses[-1][0])
            elif part and part.strip():
                clauses.append((_tokens(part), labelled))
                labelled = False
    return clauses


def _keep_mark(mark: re.Match[str]) -> str:
    """Tell a list, `1. 4`, from a rating of one, `1. It has been awful`."""
    rest = mark.string[mark.end() : mark.end() + 40]
    return "" if re.match(r"(?:[1-5]\b|one|two|three|four|five|★|⭐)", rest, re.IGNORECASE) else mark.group()


def _is_intro(tokens: tuple[str, ...]) -> bool:
    return grammar("rating").whole((*tokens, "3"), "rating")


def _tokens(text: str) -> tuple[str, ...]:
    plain = text.replace("⭐", "★").replace("★", " * ").replace("☆", " o ")
    plain = re.sub(r"(\d)\s*\ufe0f?\u20e3", r" \1 ", plain)
    plain = re.sub(r"\b([1-5])(?:ish|-ish)\b", r"\1 ish", plain)
    plain = re.sub(r"([1-5一二三四五])\s*(?:です|点|分|점)", r"\1", plain)
    known = set(_RATES) | grammar("rating").known
    found = texts(words(plain))
    slip = len(found) == 1 and found[0] not in _NEARLY_NUMBERS
    return tuple(mended(w, known) for w in found) if slip else found


def _clause(tokens: tuple[str, ...]) -> tuple[str, int | None]:
    """What one clause says: rating, notit, range, none or nothing; and the number."""
    small = {w: n for w, n in _RATES.items() if len(tokens) == 1 or w not in _ARTICLES}
    kinds = {
        "RATE": " ".join(small), "FIVE": "5 five", "BIG": " ".join(t for t in tokens if (t.isdecimal() or t in NUMBERS) and t not in small),
        "HALF": " ".join(t for t in tokens if re.fullmatch(r"[0-9]+[.,][0-9]+", t)),
    }  # fmt: skip
    names = ("rating", "notit", "range", "none", "other")
    kind = next((k for k in names if grammar("rating").whole(tokens, k, **kinds)), "")
    if kind != "rating":
        return kind, None
    if "*" in tokens:
        return kind, min(tokens.count("*"), 5) if tokens.count("*") <= 5 else None
    rates = [small[t] for t in _without_scale(tokens) if t in small]
    return kind, rates[-1] if rates else None


def _without_scale(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Without "out of five"."""
    scale = (k for k in range(1, len(tokens)) if tokens[k] in _OF and tokens[k + 1 : k + 2] in (("5",), ("five",)))
    return tokens[: next(scale, len(tokens))]


_OF = frozenset(("/", "of", "von", "sur", "sobre", "su", "van", "de", "na", "z", "من"))
_RATES = {
    **{w: n for w, n in NUMBERS.items() if 1 <= n <= 5}, **{str(n): n for n in range(1, 6)},
    "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "uno": 1,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "een": 1, "twee": 2, "drie": 3,
    "vijf": 5, "um": 1, "dois": 2, "três": 3, "quatro": 4, "jeden": 1, "dwa": 2, "trzy": 3, "cztery": 4, "pięć": 5, "一": 1, "二": 2,
    "三": 3, "四": 4, "五": 5,
}  # fmt: skip
_NEARLY_NUMBERS = frozenset(
    {"fine", "there", "find", "file", "fire", "flour", "free", "trees", "tree", "once", "give", "live"}
)  # words, not slips
_ARTICLES = frozenset({"un", "une", "uno", "een", "um"})
