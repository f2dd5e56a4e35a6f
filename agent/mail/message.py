"""Reads a message that arrived: the few things that the rest of the house needs, from any bytes at all.

Nothing here raises, whatever the bytes are; a defect becomes a lenient value or an empty one. We split MIME ourselves
and not with `email`, whose parser recurses, whose accessors raise on odd headers, and which costs ten times as much
(docs/decisions/reading-libraries.md). The bytes are kept elsewhere and are never written anew from what is read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agent.mail import html as hypertext
from agent.mail import mime

LARGE = 64 * 1024  # octets; longer messages are judged and read off the event loop, with what they mean
LARGEST = 25 * 1024 * 1024  # what the large mailbox providers carry at most
LONGEST_HEADERS = 256 * 1024  # twice what a long way over many hosts with ARC sets costs
DEEPEST = 50  # multiparts announced; a forward of a forward of a report needs six
WALKED = 12  # levels that are walked for words; nobody types deeper than that
TEXT_LIMIT = 256 * 1024  # characters of words that are read of one message: an answer is a page, a quote ten
SUBJECT_LIMIT = 2_000  # octets of a subject: twice the longest line that RFC 5322 allows
ADDRESSES_LIMIT = 4_096  # octets of one From header that are read: more than one person's name and address ever need

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]{1,990}>")
_DATE = re.compile(
    r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})\s+(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?\s*([+-]\d{4}|[A-Z]{1,5}\b)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"GMT": 0, "UT": 0, "UTC": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "BST": 1, "WET": 0, "WEST": 1, "MSK": 3, "JST": 9, "IST": 5.5, "AEST": 10, "AEDT": 11}  # fmt: skip
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[^\W_](?:[\w-]{0,62})\.)*[^\W_][\w-]{0,62}\.?"
)
_REACTED = re.compile(r"\S{0,12}\s*[^\n]{0,80}\breacted (?:to your message|via [\w ]+)\b", re.IGNORECASE)
_SAID_BY_MACHINES = ("message/delivery-status", "message/global-delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers", "message/rfc822-headers", "message/rfc822", "message/global", "message/global-headers", "text/calendar", "application/ics")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of the message. `text` is kept only of what machines say to machines (reports, headers, calendars)."""

    type: str  # lower case: "text/plain"
    disposition: str = ""  # inline, attachment, reaction
    name: str = ""  # the last component of the file name, for showing; never a path
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What arrived, read (RFC 5322). Absent text is ""; nothing here holds NUL or half a surrogate pair."""

    message_id: str = ""  # with its angle brackets
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""  # one line, decoded
    froms: tuple[
        tuple[str, str], ...
    ] = ()  # (name, address) of every From header; one trustworthy author means exactly one
    date: datetime | None = None  # UTC; None when absent or unreadable
    date_offset_s: int | None = (
        None  # seconds east of UTC where it was written; None also for -0000 (RFC 5322 section 3.3)
    )
    text: str = ""  # the text/plain that was meant to be read, flowed lines joined
    html: str = ""
    shown: str = ""  # what a reader sees of the HTML half, where there is no text half
    type: str = "text/plain"  # of the whole message
    parts: tuple[Part, ...] = ()
    headers: mime.Headers = field(default_factory=dict)  # lower-case name, values unfolded, not decoded
    unreadable: str = ""  # why there are no words: "" (there are), empty, encrypted, reaction, too large

    def header(self, name: str) -> str:
        """The first value of this header (lower-case name); "" when absent."""
        return self.headers.get(name, ("",))[0]

    @property
    def is_signed(self) -> bool:
        """Whether it claims a signature (S/MIME or PGP); nothing is verified here."""
        return self.type == "multipart/signed" or any("signature" in p.type or "pkcs7" in p.type for p in self.parts)

    @property
    def attachments(self) -> tuple[str, ...]:
        """The names of what was attached."""
        return tuple(p.name or p.type for p in self.parts if p.disposition == "attachment" or p.name)

    @property
    def is_only_images(self) -> bool:
        """Whether pictures are all that there is."""
        shown = [p for p in self.parts if not p.type.startswith("text/")]
        return self.unreadable == "empty" and bool(shown) and all(p.type.startswith("image/") for p in shown)


def scan(raw: bytes) -> str | None:
    """Why these bytes must not be parsed, found without parsing; None when they may. Linear in their size."""
    if len(raw) > LARGEST:
        return f"larger than {LARGEST} octets"
    end = mime.HEADERS_END.search(raw, 0, LONGEST_HEADERS + 4)
    if end is None and len(raw) > LONGEST_HEADERS:
        return f"more than {LONGEST_HEADERS} octets of headers"
    block = raw[: end.start() if end else len(raw)]
    if block.count(b"\n") > mime.MOST_LINES:
        return f"more than {mime.MOST_LINES} header lines"
    if len(block) > mime.LONGEST_LINE and any(
        len(line) > mime.LONGEST_LINE for line in re.split(rb"\n(?![ \t])", block)
    ):
        return f"a header of more than {mime.LONGEST_LINE} octets"
    if raw.lower().count(b"boundary") > DEEPEST and sum(1 for _ in _BOUNDARY.finditer(raw)) > DEEPEST:
        return f"more than {DEEPEST} multiparts"
    if raw.count(b"\n--") > mime.MOST_PARTS and b"oundary" in raw:
        return f"more than {mime.MOST_PARTS} parts"
    return None


def read(raw: bytes) -> Message:
    """Read what is needed of any bytes; never raises, and what cannot be read is "" or None."""
    raw = mime.begun(raw)
    refused = scan(raw)
    block, body = mime.split(raw[:LONGEST_HEADERS] if refused else raw)
    headers = mime.headers_of(block)
    leaf = _Leaves()
    if not refused:
        leaf.walk(headers, body)
        if leaf.more and (leaf.texts or leaf.htmls):
            (leaf.texts or leaf.htmls).append(hypertext.CUT_SHORT)
    offset_s, date = _date(mime.first(headers, "date"))
    ids = _ID.findall(mime.first(headers, "references")[-8_000:])
    kind, _ = mime.typed(mime.first(headers, "content-type"))
    text, html = "\n".join(leaf.texts), "\n".join(leaf.htmls)
    shown = hypertext.text_of(html) if html and not text.strip() else ""
    return Message(
        message_id=_id(mime.first(headers, "message-id")),
        in_reply_to=_id(mime.first(headers, "in-reply-to")),
        references=tuple(ids),
        subject=_CONTROLS.sub(" ", mime.decoded(mime.first(headers, "subject")[:SUBJECT_LIMIT])).strip(),
        froms=tuple(f for value in headers.get("from", ())[:10] for f in addresses(value)),
        date=date,
        date_offset_s=offset_s,
        text=text,
        html=html,
        shown=shown,
        type=kind or "text/plain",
        parts=tuple(leaf.parts),
        headers=headers,
        unreadable="too large" if refused else _unreadable(kind, leaf.parts, text, shown),
    )


def addresses(value: str) -> Iterator[tuple[str, str]]:
    """Each (name, address) of one From header, strictly; what is ambiguous gives none or several, never a wrong one.

    `"ann@good" <evil@evil>` is evil. `ann@good <evil@evil>` is both. Groups, routes, domain literals, quoted local parts,
    encoded words in an address and unbalanced brackets are nobody (CVE-2023-27043). One pass, no recursion.
    """
    if len(value) > ADDRESSES_LIMIT:
        return
    for words in _mailboxes(value):
        if words is None:
            return
        yield from _mailbox(words)


def _mailboxes(value: str) -> Iterator[list[tuple[str, str]] | None]:
    """Split at commas into tokens: ("q", quoted string), ("a", what stands in angles), ("t", text); None when malformed."""
    words: list[tuple[str, str]] = []
    at, end = 0, len(value)
    plain = ""
    while at < end:
        c = value[at]
        if c == '"':
            close = _closing_quote(value, at)
            if close < 0:
                yield None
                return
            words += [("t", plain), ("q", re.sub(r"\\(.)", r"\1", value[at + 1 : close]))]
            plain, at = "", close
        elif c == "(":
            close = _closing_comment(value, at)
            if close < 0:
                yield None
                return
            words += [("t", plain), ("c", value[at + 1 : close])]
            plain, at = "", close
        elif c == "<":
            close = value.find(">", at)
            if close < 0:
                yield None
                return
            words += [("t", plain), ("a", value[at + 1 : close])]
            plain, at = "", close
        elif c in ");:>[]\\":
            yield None
            return
        elif c == ",":
            yield [*words, ("t", plain)]
            words, plain = [], ""
        else:
            plain += c
        at += 1
    yield [*words, ("t", plain)]


def _closing_quote(value: str, at: int) -> int:
    found = re.compile(r'"(?:[^"\\]|\\.)*"').match(value, at)
    return found.end() - 1 if found else -1


def _closing_comment(value: str, at: int) -> int:
    depth = 0
    for i in range(at, len(value)):
        if value[i] == "\\":
            continue
        depth += {"(": 1, ")": -1}.get(value[i], 0)
        if depth == 0:
            return i
    return -1


def _mailbox(words: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    kept = [(kind, text.strip()) for kind, text in words if text.strip()]
    angles = [i for i, (kind, _) in enumerate(kept) if kind == "a"]
    if not kept or len(angles) > 1:
        return
    if not angles:
        plain = [text for kind, text in kept if kind != "c"]
        if len(plain) == 1 and all(kind != "q" for kind, _ in kept) and _is_address(plain[0]):
            comments = " ".join(text for kind, text in kept if kind == "c")
            yield _name(comments), plain[0]
        return
    before, address, after = kept[: angles[0]], kept[angles[0]][1], kept[angles[0] + 1 :]
    if any(kind != "c" for kind, _ in after) or not _is_address(address):
        return
    name = _name(" ".join(text for kind, text in before if kind != "c"))
    for claimed in (w.strip(".,'") for kind, text in before if kind == "t" for w in text.split() if "@" in w):
        if claimed.casefold() != address.casefold():
            yield "", claimed
    yield name, address


def _is_address(text: str) -> bool:
    return len(text) <= 254 and "=?" not in text and "\ufffd" not in text and _ADDRESS.fullmatch(text) is not None


def _name(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", mime.decoded(text)).split())[:200]


def _id(value: str) -> str:
    found = _ID.search(value)
    return found[0] if found else ""


def _date(value: str) -> tuple[int | None, datetime | None]:
    found = _DATE.search(value)
    if not found:
        return None, None
    day, month, year, hour, minute, second, zone = found.groups()
    if month.lower() not in _MONTHS:
        return None, None
    years = int(year) + (0 if len(year) == 4 else 1900 if int(year) > 49 else 2000)  # RFC 5322 section 4.3
    offset_s = _offset_s(zone or "")
    try:
        local = datetime(
            years,
            _MONTHS.index(month.lower()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=UTC,
        )
        return offset_s, local - timedelta(seconds=offset_s or 0)
    except (ValueError, OverflowError):
        return None, None


def _offset_s(zone: str) -> int | None:
    if zone[:1] in ("+", "-") and zone != "-0000":
        seconds = int(zone[1:3]) * 3600 + int(zone[3:]) * 60
        return None if seconds > 14 * 3600 else seconds if zone[0] == "+" else -seconds
    hours = _ZONES.get(zone)
    return None if hours is None else int(hours * 3600)


class _Leaves:
    """What a walk through the parts has gathered. Bounded in depth, number and length."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.htmls: list[str] = []
        self.parts: list[Part] = []
        self.left = mime.MOST_PARTS
        self.more = False  # some parts stood deeper than is walked

    def walk(self, headers: mime.Headers, body: bytes, depth: int = 0, within: str = "") -> None:
        """Take in one part and, if it is a multipart, its children."""
        self.left -= 1
        if self.left < 0 or depth > WALKED:
            self.more = True
            return
        kind, parameters = mime.typed(mime.first(headers, "content-type"))
        if "/" not in kind:
            kind = "message/rfc822" if within == "multipart/digest" else "text/plain"  # RFC 2045 section 5.2
        if kind.startswith("multipart/"):
            children = list(mime.children(body, parameters.get("boundary", "")))
            if children:
                self._walk_all(kind, children, depth)
                return
            kind = "text/plain"  # no boundary found: the words are still there (RFC 2046 section 5.1)
        self._leaf(kind, headers, body, depth, within)

    def _walk_all(self, kind: str, children: list[bytes], depth: int) -> None:
        for number, child in enumerate(children):
            seen = len(self.texts), len(self.htmls)
            self.walk(*mime.part_of(child), depth + 1, kind)
            mixed = kind == "multipart/mixed" and number and len(self.htmls) > seen[1] and len(self.texts) == seen[0]
            if mixed and self.texts:  # Apple Mail: text, then a picture, then HTML, all to be read in this order
                self.texts.append(hypertext.text_of("\n".join(self.htmls[seen[1] :])))

    def _leaf(self, kind: str, headers: mime.Headers, body: bytes, depth: int, within: str) -> None:
        _, parameters = mime.typed(mime.first(headers, "content-type"))
        disposition, named = mime.typed(mime.first(headers, "content-disposition"))
        name = _file_name(named.get("filename") or parameters.get("name") or "")
        encoding = mime.first(headers, "content-transfer-encoding").lower().strip(" \t;")
        is_words = (
            kind in ("text/plain", "text/html")
            and disposition != "reaction"
            and not (disposition == "attachment" and (name or self.texts or self.htmls))
        )
        said = ""
        if is_words or kind in _SAID_BY_MACHINES:
            said = mime.text_of(mime.body_of(body[: TEXT_LIMIT * 2], encoding), parameters.get("charset", ""))
            more = len(said) > TEXT_LIMIT or len(body) > TEXT_LIMIT * 2
            said = said[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
            said += f"\n{hypertext.CUT_SHORT}" if more and is_words else ""
        if is_words and not (name and (self.texts or self.htmls)):
            if kind == "text/html":
                self.htmls.append(said)
            elif parameters.get("format", "").lower() == "flowed":
                self.texts.append(mime.unflowed(said, delsp=parameters.get("delsp", "").lower() == "yes"))
            else:
                self.texts.append(said)
            said = ""
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            inner = mime.opaque(mime.body_of(body, encoding))
            if inner:
                self.walk(*mime.part_of(inner), depth + 1, kind)
        if kind not in ("text/plain", "text/html") or disposition or name or within == "multipart/report":
            self.parts.append(Part(kind, disposition, name, said if kind in _SAID_BY_MACHINES else ""))


def _file_name(name: str) -> str:
    return _CONTROLS.sub("", mime.decoded(name)).replace("\\", "/").rsplit("/", 1)[-1].strip(". ")[:120]


def _unreadable(kind: str, parts: list[Part], text: str, shown: str) -> str:
    types = {p.type for p in parts}
    if any(p.disposition == "reaction" or "reaction" in p.type for p in parts) or (
        text and len(text) < 300 and _REACTED.match(text.strip())
    ):
        return "reaction"
    if text.strip() or shown.strip("> \n"):
        return "encrypted" if text.lstrip().startswith("-----BEGIN PGP MESSAGE-----") else ""
    if kind == "multipart/encrypted" or types & {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/pgp-encrypted",
    }:
        return "encrypted"
    return "empty"
