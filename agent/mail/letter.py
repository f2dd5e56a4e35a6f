"""A letter: what we send, written once as its final bytes and sent unchanged.

Our own writer, since the standard library's folds tokens into encoded words (In-Reply-To, List-Unsubscribe), joins
encoded words without a space, and lets a decoded newline start a header (mail.md, sections B and D). Ours is 7-bit from
end to end, so no hop has a reason to change it: header lines of at most 76 folded at spaces only, RFC 2047 in Subject
and display names only, quoted-printable bodies with lines no longer, CRLF everywhere, one To, never a Cc or Bcc.
"""

import re
from base64 import b64encode
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from agent.mail.address import normal

WIDTH = (
    76  # RFC 2047 section 2 for headers with encoded words, RFC 2045 section 6.7 for bodies; RFC 5322 would allow 78
)
LONGEST_WORD = 64  # so that a first word always fits on the line of its header's name
LARGEST_HTML = 80_000  # bytes; at some 102 KB Gmail cuts, and what stands below is not seen
REFERENCES = 10  # the root and so many of the last are enough for every client to thread
ONE_CLICK = "List-Unsubscribe=One-Click"  # what is posted (RFC 8058 section 3.1)
SERVICE = "alliance"  # the sender's name in Feedback-ID, which Gmail groups complaints by (5 to 15 characters)

_REPLIES = frozenset(
    {"receipt", "notice"}
)  # answers to one mail (RFC 3834 section 5), the rest we send of our own accord
_BULK = frozenset({"digest"})

_CONTROLS = re.compile("[\\s\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9._ -]+")
_CHUNK = 39  # octets in an encoded word, which makes it LONGEST_WORD with its furniture (RFC 2047 allows 75)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along. `content_type` may carry parameters; with a `content_id` the html part shows it inline."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""  # without angle brackets; html says cid:content_id


@dataclass(frozen=True, slots=True)
class Letter:
    """All that one letter says, before it is bytes. `html` may be "" (a notice in plain text alone)."""

    kind: str  # prompt, nudge, draft, receipt, digest, ...: see mail.md, section D
    from_name: str
    from_address: str  # the reply address where it may be, for clients that look at one of them only
    to_address: str
    subject: str
    date: datetime
    message_id: str  # with its angle brackets
    text: str
    reply_to: str = ""  # "" for the same as From
    html: str = ""
    to_name: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()  # this person's own thread, oldest first
    attachments: tuple[Attachment, ...] = ()
    list_unsubscribe: str = ""  # what to write there as a subject, STOP; "" for letters that are a record
    one_click: str = ""  # where a mail program does the same with one POST (RFC 8058), https; "" for nowhere
    complaints: str = ""  # where a feedback loop reports to (RFC 9477); "" for nowhere
    language: str = "en"
    flow: str = ""  # which flow, for Feedback-ID; never anything personal


def with_pictures(html: str, pictures: Iterable[tuple[str, str, bytes]]) -> str:
    """The html with its pictures (Content-ID, type, bytes) in it, for whoever looks at it outside a mail program."""
    for content_id, content_type, content in pictures:
        html = html.replace(f"cid:{content_id}", f"data:{content_type};base64,{b64encode(content).decode('ascii')}")
    return html


def write(letter: Letter) -> bytes:
    """Write a letter as its final bytes (RFC 5322, RFC 2045-2047).

    Whatever the values hold, no header can come out of them (T61), and equal letters are equal bytes. The one thing that
    is not 7-bit is a recipient whose local part is not (RFC 6531): it has no other spelling. The text says all that the
    html says, so html that is too large is left out.
    """
    if len(letter.html.encode("utf-8", "replace")) > LARGEST_HTML:
        letter = replace(letter, html="")
    kind, body = _body(letter)
    head = _head(letter) + kind
    return head.encode() + b"\r\n" + body


def _head(letter: Letter) -> str:
    reply_to = letter.reply_to or letter.from_address
    for address in (letter.from_address, reply_to, letter.to_address):
        assert normal(address) is not None, "a letter goes from one plain address to another"
    assert _ID.fullmatch(letter.message_id)
    return "".join(
        (
            _mailbox("From", letter.from_name, letter.from_address),
            _folded("Reply-To", [reply_to]),
            _mailbox("To", letter.to_name, letter.to_address),
            _folded("Subject", _words(plain(letter.subject))),
            f"Date: {format_datetime(letter.date)}\r\nMessage-ID: {letter.message_id}\r\n",
            _folded("In-Reply-To", _ids((letter.in_reply_to,))),
            _folded("References", _ids(letter.references)),
            _unsubscribing(letter, reply_to),
            _constants(letter.kind, letter.flow, letter.language, letter.from_address.rpartition("@")[2]),
        )
    )


def _unsubscribing(letter: Letter, reply_to: str) -> str:
    """By mail as ever (RFC 2369), with one click where there is a page for it (RFC 8058), and by complaint (RFC 9477)."""
    loop = _folded("CFBL-Address", [f"{letter.complaints};", "report=arf"]) if letter.complaints else ""
    if not letter.list_unsubscribe:
        return loop
    mailto = f"<mailto:{quote(reply_to, safe='@+')}?subject={quote(letter.list_unsubscribe)}>"
    if not letter.one_click:
        return loop + _folded("List-Unsubscribe", [mailto])
    ways = _folded("List-Unsubscribe", [f"<{letter.one_click}>,", mailto])
    return loop + ways + f"List-Unsubscribe-Post: {ONE_CLICK}\r\n"


def _mailbox(header: str, name: str, address: str) -> str:
    name = plain(name)
    return _folded(header, [*_phrase(name), f"<{address}>"] if name else [address])


def _phrase(name: str) -> list[str]:
    """A display name: a quoted string if that is ASCII of ordinary words, encoded otherwise."""
    quoted = ('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"').split(" ")
    return quoted if _is_ordinary(quoted) else _encoded(name)


def _words(text: str) -> list[str]:
    """Unstructured text as the words between which a line may be folded, encoded where it must be."""
    words = text.split(" ") if text else []
    return words if _is_ordinary(words) else _encoded(text)


def _is_ordinary(words: Sequence[str]) -> bool:
    """Whether words can stand as they are. What looks encoded cannot: some clients decode it, in quotes as well (T61)."""
    return all(len(word) <= LONGEST_WORD and word.isascii() and "=?" not in word for word in words)


def _encoded(text: str) -> list[str]:
    """Text as encoded words (RFC 2047); the spaces between them vanish when they are read."""
    return [f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?=" for chunk in _chunks(text.encode())]


def _chunks(octets: bytes) -> Iterable[bytes]:
    """Cut UTF-8 where characters end: an encoded word that holds half of one is unreadable (RFC 2047 section 5)."""
    start = 0
    while start < len(octets):
        end = min(start + _CHUNK, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1
        yield octets[start:end]
        start = end


def plain(text: str) -> str:
    """Make one line of a value: what could end a header, hide or turn round what follows becomes a space (T61)."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _CONTROLS.sub(" ", text).strip(" ")


def _ids(ids: Sequence[str]) -> list[str]:
    """Message-IDs to thread by: the root and the last ones. A stranger's that is not one is left out."""
    good = [i for i in ids if _ID.fullmatch(i)]
    return good if len(good) <= REFERENCES + 1 else [good[0], *good[-REFERENCES:]]


def _folded(name: str, words: Sequence[str]) -> str:
    """A header whose lines break between words and nowhere else; "" when there are none."""
    if not words:
        return ""
    whole = f"{name}: {' '.join(words)}"
    if len(whole) <= WIDTH:
        return whole + "\r\n"
    line, lines = name + ":", []
    for word in words:
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) + "\r\n"


@lru_cache(maxsize=256)
def _constants(kind: str, flow: str, language: str, domain: str) -> str:
    """The headers that all letters of a kind share."""
    tokens = [re.sub(r"[^A-Za-z0-9_-]+", "-", token)[:15] for token in (kind, flow)]
    return (
        "MIME-Version: 1.0\r\n"
        f"Content-Language: {re.sub('[^A-Za-z0-9-]+', '-', language)[:35]}\r\n"
        f"Auto-Submitted: {'auto-replied' if kind in _REPLIES else 'auto-generated'}\r\n"
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
        f"Feedback-ID: {tokens[0]}:{tokens[1]}::{SERVICE}\r\n"
    ) + (f"Precedence: bulk\r\nList-Id: <{kind}.{domain}>\r\n" if kind in _BULK else "")


def _body(letter: Letter) -> tuple[str, bytes]:
    """The headers that describe the body, and the body: text first, then html, then what is attached."""
    mark = sha256(letter.message_id.encode("ascii")).hexdigest()[:24]
    whole = _text("plain", letter.text)
    if letter.html:
        html = _text("html", letter.html)
        if shown := [_file(a) for a in letter.attachments if a.content_id]:
            html = _multipart("related", mark + "r", [html, *shown])
        whole = _multipart("alternative", mark + "a", [whole, html])
    if files := [_file(a) for a in letter.attachments if not (a.content_id and letter.html)]:
        whole = _multipart("mixed", mark + "m", [whole, *files])
    return whole


def _text(subtype: str, text: str) -> tuple[str, bytes]:
    octets = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _text_head(subtype), b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")


@lru_cache(maxsize=8)
def _text_head(subtype: str) -> str:
    return f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"


def _multipart(subtype: str, mark: str, parts: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Join parts. No body can hold the boundary: "=_" is neither quoted-printable nor base64 (RFC 2045 section 6.7)."""
    line = b"--=_" + mark.encode("ascii")
    pieces = [b"%b\r\n%b\r\n%b\r\n" % (line, head.encode("ascii"), body) for head, body in parts]
    return f'Content-Type: multipart/{subtype};\r\n boundary="=_{mark}"\r\n', b"".join((*pieces, line, b"--\r\n"))


def _file(attachment: Attachment) -> tuple[str, bytes]:
    shown = f"Content-ID: <{plain(attachment.content_id)}>\r\n" if attachment.content_id else ""
    disposition = ["inline;" if attachment.content_id else "attachment;", *_file_name(plain(attachment.name))]
    head = (
        _folded("Content-Type", plain(attachment.content_type).split(" "))
        + _folded("Content-Disposition", disposition)
        + "Content-Transfer-Encoding: base64\r\n"
        + shown
    )
    octets = attachment.content
    lines = [b2a_base64(octets[i : i + 57], newline=False) for i in range(0, len(octets), 57)]
    return head, b"\r\n".join(lines)


def _file_name(name: str) -> list[str]:
    """A file name as parameters: in ASCII for all, and as it is (RFC 2231) for those who can read that."""
    name = name.replace("/", "_").replace("\\", "_")[:100]
    ascii_name = _UNSAFE_NAME.sub("_", name)[:60]
    words = f'filename="{ascii_name}"'.split(" ")
    if ascii_name == name:
        return words
    encoded = quote(name, safe="")
    pieces = re.findall(r"(?:%..|[^%]){1,15}", f"utf-8''{encoded}")
    return "; ".join([" ".join(words), *(f"filename*{n}*={piece}" for n, piece in enumerate(pieces))]).split(" ")
