"""How mail programs write what somebody types: headers, parts, and the older mail quoted as each of them does it. Pure.

The shapes are those of the programs themselves, so that what reads them here reads them in earnest. Nothing is drawn by
chance: where a program would draw an id or a boundary, it follows from the number of the mail.
"""

import re
import textwrap
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from hashlib import sha256
from html import escape

from agent.mail.html import text_of

_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")  # fmt: skip
_JOINER = "\ufeff"  # that Apple's Mail leaves where a quote begins
_FLOWED = 72  # columns: what Thunderbird and Roundcube wrap at
_GMAIL = 76  # columns at which Gmail wraps its text half, the typed words too


@dataclass(frozen=True, slots=True)
class Quoted:
    """The mail that is answered, as the program has it."""

    name: str  # of its sender
    address: str  # to which one replies
    to: str  # its To header
    subject: str
    message_id: str
    references: str
    at: datetime  # in the reader's own time
    text: str
    html: str
    raw: bytes
    return_path: str  # the envelope's sender

    @property
    def shown(self) -> str:
        """What a program shows, and makes plain text of to quote it."""
        return text_of(self.html) or self.text


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, from where, and what it answers: all that a program needs to write a mail."""

    number: int  # among all mails of the rehearsal
    name: str
    address: str
    to: str
    subject: str
    text: str
    at: datetime  # in the writer's own time
    answers: Quoted | None = None  # None for a mail that answers none

    @property
    def chance(self) -> str:
        """Forty hexadecimal digits that look drawn, and are the same in each run."""
        return sha256(f"{self.number} {self.address}".encode()).hexdigest()[:40]

    @property
    def host(self) -> str:
        """The domain that the mail comes from."""
        return self.address.rpartition("@")[2]


Program = Callable[[Typed], bytes]
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: its own headers and its octets."""

    headers: Headers
    body: bytes


# ---------------------------------------------------------------- the programs


def plain(typed: Typed) -> bytes:
    """Text alone: words on top, a line that says who wrote, and the whole mail quoted below."""
    body = typed.text
    if asked := typed.answers:
        body += f"\n\n{_on(asked, '%a, {} %b %Y at %H:%M')} wrote:\n{marked(asked.text)}"
    return whole(typed, f"{typed.number}.rehearsal@{typed.host}", text_part("plain", body))


def gmail(typed: Typed) -> bytes:
    """Gmail in the browser: both halves, the text half wrapped, the quote in a `gmail_quote`."""
    text, html = _wrapped(typed.text, _GMAIL), f'<div dir="ltr">{_in_divs(typed.text)}</div>'
    if asked := typed.answers:
        when = f"{asked.at:%a, %b} {asked.at.day}, {asked.at:%Y} at {asked.at:%I:%M}".replace("at 0", "at ")
        when += f"\u202f{asked.at:%p}"
        text += f"\n\nOn {when} {asked.name} <\n{asked.address}> wrote:\n\n{marked(_wrapped(asked.shown, _GMAIL))}"
        link = f'&lt;<a href="mailto:{asked.address}">{asked.address}</a>&gt;'
        html += (
            '<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f"On {when} {escape(asked.name)} {link} wrote:<br></div>"
            '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
            f'rgb(204,204,204);padding-left:1ex">{_inside(asked)}</blockquote></div>'
        )
    halves = [text_part("plain", text + "\n", '"UTF-8"'), text_part("html", html + "\n", '"UTF-8"')]
    message_id = f"CA{typed.chance[:30]}@mail.gmail.com"
    return whole(typed, message_id, multipart("alternative", f"000000000000{typed.chance[:16]}", halves))


def outlook(typed: Typed) -> bytes:
    """Outlook in German: written by Word, a block of headers above the older mail, and no quote marks at all."""
    text = typed.text.replace("\n", "\n\n")
    if asked := typed.answers:
        block = "\n".join(f"{name}: {value}" for name, value in _german(asked))
        text += f"\n\n\n\n{block}\n\n\n\n" + asked.shown.replace("\n", "\n\n")
    html, charset = _word(typed)
    halves = [text_part("plain", text + "\n\n", f'"{charset}"'), text_part("html", html, f'"{charset}"')]
    boundary = f"----=_NextPart_000_{typed.number:04X}_{typed.chance[:8]}.{typed.chance[8:16]}".upper()
    own = [*_of_exchange(typed), ("X-Mailer", "Microsoft Outlook 16.0")]
    message_id = f"{typed.chance[:32].upper()}@{typed.host}"
    return whole(typed, message_id, multipart("alternative", boundary, halves), own, re="AW: ")


def exchange(typed: Typed) -> bytes:
    """The same behind an Exchange server that sends the HTML alone."""
    html, charset = _word(typed)
    message_id = f"{typed.chance[:32].upper()}@MBX01.{typed.host}"
    return whole(typed, message_id, text_part("html", html, f'"{charset}"'), _of_exchange(typed), re="AW: ")


def _of_exchange(typed: Typed) -> Headers:
    return [
        ("Thread-Index", f"AQ{typed.chance[:22]}=="),
        ("Accept-Language", "de-DE, en-US"),
        ("Content-Language", "de-DE"),
        ("X-MS-Has-Attach", ""),
        ("X-MS-TNEF-Correlator", ""),
    ]


def _german(asked: Quoted) -> Headers:
    day = f"{_DAYS[asked.at.weekday()]}, {asked.at.day}. {_MONTHS[asked.at.month - 1]} {asked.at:%Y %H:%M}"
    return [("Von", f"{asked.name} <{asked.address}>"), ("Gesendet", day), ("An", asked.to), ("Betreff", asked.subject)]


def _word(typed: Typed) -> tuple[str, str]:
    """The page that Word makes of it, and its charset."""
    html = _in_word(typed.text)
    if asked := typed.answers:
        rows = "<br>\n".join(f"<b>{name}:</b> {escape(value)}" for name, value in _german(asked))
        html += (
            '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n<div>\n<div style="border:none;border-top:solid #E1E1E1 1.0pt;'
            f'padding:3.0pt 0cm 0cm 0cm">\n<p class="MsoNormal">{rows}<o:p></o:p></p>\n</div>\n</div>\n'
            f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n{_inside(asked)}\n'
        )
    charset = _smallest(html + (typed.answers.shown if typed.answers else ""))
    page = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">\n<head>\n'
        f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
        '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">\n<style><!--\n'
        "p.MsoNormal, li.MsoNormal, div.MsoNormal\n\t{margin:0cm;font-size:11.0pt;font-family:Calibri,sans-serif;}\n"
        '--></style>\n</head>\n<body lang="DE" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">\n'
        f'<div class="WordSection1">\n{html}</div>\n</body>\n</html>\n'
    )
    return page, charset


def iphone(typed: Typed) -> bytes:
    """Mail on an iPhone: a footer nobody typed above the quote, and the line that says who wrote inside it."""
    text = f"{typed.text}\n\nSent from my iPhone\n"
    html = f'{escape(typed.text).replace(chr(10), "<br>")}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
    if asked := typed.answers:
        said = f"On {asked.at.day} {asked.at:%b %Y, at %H:%M}, {asked.name}"
        text += "\n" + marked(f"{said} <{asked.address}> wrote:\n\n{_JOINER}{asked.shown}") + "\n"
        html += (
            f'<div dir="ltr"><br><blockquote type="cite">{escape(f"{said} <{asked.address}>")} wrote:<br><br>'
            f'</blockquote></div><blockquote type="cite"><div dir="ltr">{_JOINER}{_inside(asked)}</div></blockquote>'
        )
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body dir="auto">{html}</body></html>'
    )
    mark = typed.chance.upper()
    boundary = f"Apple-Mail-{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}"
    halves = [text_part("plain", text, "utf-8"), text_part("html", html, "utf-8")]
    message_id = f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}@{typed.host}"
    own = [("X-Mailer", "iPhone Mail (22D72)")]
    return whole(typed, message_id, multipart("alternative", boundary, halves), own)


def thunderbird(typed: Typed) -> bytes:
    """Thunderbird: format=flowed text with soft breaks, `moz-cite-prefix` and `blockquote type=cite` beside it."""
    text, html = _flowed(typed.text), f"<p>{escape(typed.text).replace(chr(10), '<br>')}</p>"
    if asked := typed.answers:
        said = f"On {asked.at:%d/%m/%Y %H:%M}, {asked.name} wrote:"
        text += f"\n\n{said}\n{_flowed(asked.shown, '>')}"
        html += (
            f'<div class="moz-cite-prefix">{escape(said)}<br></div>\n'
            f'<blockquote type="cite" cite="mid:{asked.message_id.strip("<>")}">{_inside(asked)}</blockquote>'
        )
    html = (
        '<!DOCTYPE html>\n<html>\n  <head>\n    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\n'
        f"  </head>\n  <body>\n    {html}\n  </body>\n</html>\n"
    )
    halves = [
        Part([("Content-Type", "text/plain; charset=UTF-8; format=flowed"), ("Content-Transfer-Encoding", "8bit")], wire(text + "\n")),
        Part([("Content-Type", "text/html; charset=UTF-8"), ("Content-Transfer-Encoding", "8bit")], wire(html)),
    ]  # fmt: skip
    mark = typed.chance
    message_id = f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}@{typed.host}"
    own = [
        ("User-Agent", "Mozilla Thunderbird"),
        ("Content-Language", "en-GB"),
    ]
    return whole(typed, message_id, multipart("alternative", f"------------{mark[:24]}", halves), own)


def bottom(typed: Typed) -> bytes:
    """Roundcube, which begins below the quote; and a signature under that."""
    signature = f"-- \n{typed.name}\n+49 30 5550 {typed.number:03}"
    text = f"{typed.text}\n\n{signature}"
    if asked := typed.answers:
        text = f"On {asked.at:%Y-%m-%d %H:%M}, {asked.name} wrote:\n{_flowed(asked.text, '>')}\n\n{text}"
    headers = [("Content-Type", "text/plain; charset=UTF-8;\n format=flowed"), ("Content-Transfer-Encoding", "8bit")]
    own = [("User-Agent", "Roundcube Webmail/1.6.9"), ("X-Sender", typed.address)]
    return whole(typed, f"{typed.chance[:32]}@{typed.host}", Part(headers, wire(text + "\n")), own)


def mutt(typed: Typed) -> bytes:
    """Mutt in the hands of one who answers each paragraph below it."""
    text = typed.text
    if asked := typed.answers:
        when = f"{asked.at:%a, %b %d, %Y at %I:%M:%S%p %z}"
        text = f"On {when}, {asked.name} wrote:\n{between(asked.text, typed.text)}"
    own = [("User-Agent", "Mutt/2.2.13 (2024-03-09)")]
    part = text_part("plain", text + "\n", "us-ascii" if text.isascii() else "utf-8")
    return whole(typed, f"{typed.chance[:16]}@{typed.host}", part, own)


def between(asked: str, text: str) -> str:
    """The older mail, quoted, with each piece of the answer below a paragraph: the first below what was asked."""
    paragraphs = [p for p in re.split(r"\n(?:[ \t]*\n)+", asked.strip("\n")) if p.strip()]
    at = _asking(paragraphs)
    pieces = [p.strip("\n") for p in re.split(r"\n(?:[ \t]*\n)+|\n(?=\d{1,2}[.:] )", text) if p.strip()]
    said: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        said.append(marked(paragraph))
        if number >= at and pieces:
            answer = "\n\n".join(pieces) if number == len(paragraphs) - 1 else pieces[0]
            pieces = [] if number == len(paragraphs) - 1 else pieces[1:]
            said += ["", answer, ""]
        elif number < len(paragraphs) - 1:
            said.append(">")
    return "\n".join(said)


def _asking(paragraphs: Sequence[str]) -> int:
    """Which paragraph one answers: the last question that is not itself a quote, or what says how to reply, or the first."""
    asks = [n for n, p in enumerate(paragraphs) if p.rstrip().endswith("?") and not p.startswith(">")]
    says = [n for n, p in enumerate(paragraphs) if p.startswith("Reply ")]
    return (asks or says or [0])[-1]


# ---------------------------------------------------------------- what they are made of


def whole(typed: Typed, message_id: str, body: Part, own: Headers = (), *, re: str = "Re: ") -> bytes:
    """A mail: the headers that all programs write, those of this one, and the body."""
    asked = typed.answers
    headers = [
        ("From", formataddr((typed.name, typed.address), "utf-8")),
        ("To", typed.to),
        ("Subject", header(_again(asked.subject, re) if asked else typed.subject)),
        ("Date", format_datetime(typed.at)),
        ("Message-ID", f"<{message_id}>"),
    ]
    if asked:
        headers.append(("In-Reply-To", asked.message_id))
        headers.append(("References", f"{asked.references} {asked.message_id}".strip().replace(" ", "\n ")))
    return written([*headers, *own, ("MIME-Version", "1.0"), *body.headers], body.body)


def _again(subject: str, prefix: str) -> str:
    return subject if subject[:3].lower() in ("re:", "aw:") else prefix + subject


def header(text: str) -> str:
    """A header's text, in encoded words where it is not ASCII (RFC 2047)."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=75).encode()


def written(headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Headers and a body as octets."""
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    return wire(head) + b"\r\n" + body


def text_part(subtype: str, text: str, charset: str = "utf-8") -> Part:
    """A text in quoted-printable, or as it is where nothing stands against it."""
    octets = text.encode(charset.strip('"'))
    simple = text.isascii() and all(len(line) < 900 for line in text.split("\n"))
    said = b2a_qp(octets, istext=True) if not simple else octets
    encoding = [] if simple else [("Content-Transfer-Encoding", "quoted-printable")]
    return Part([("Content-Type", f"text/{subtype}; charset={charset}"), *encoding], said.replace(b"\n", b"\r\n"))


def multipart(subtype: str, boundary: str, parts: Sequence[Part], parameters: str = "") -> Part:
    """Parts joined into one."""
    line = f"--{boundary}".encode()
    pieces = [line + b"\r\n" + written(part.headers, part.body) + b"\r\n" for part in parts]
    return Part([("Content-Type", f'multipart/{subtype};{parameters} boundary="{boundary}"')], b"".join((*pieces, line, b"--\r\n")))  # fmt: skip


def wire(text: str) -> bytes:
    """Text with the line ends of mail, as UTF-8."""
    return text.replace("\n", "\r\n").encode()


def marked(text: str, mark: str = "> ") -> str:
    """A quote in plain text; what was quoted in it is marked twice."""
    lines = text.split("\n")
    return "\n".join(mark[0] + line if line.startswith(">") else (mark + line).rstrip() for line in lines)


def _on(asked: Quoted, form: str) -> str:
    return f"On {asked.at.strftime(form.format(asked.at.day))}, {asked.name} <{asked.address}>"


def _wrapped(text: str, columns: int) -> str:
    return "\n".join(
        textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")
    )


def _flowed(text: str, mark: str = "") -> str:
    """Lines with soft breaks: a space at the end says that the line goes on (RFC 3676)."""
    lines: list[str] = []
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">")) if mark else 0
        words = line[depth:].strip() if mark else line
        pieces = textwrap.wrap(words, _FLOWED, break_long_words=False, break_on_hyphens=False) or [""]
        before = mark * (depth + 1) + " " if mark else ""
        stuffed = [f" {p}" if not mark and p.startswith((" ", ">", "From ")) else p for p in pieces]
        lines += [f"{before}{p} " for p in stuffed[:-1]] + [f"{before}{stuffed[-1]}".rstrip()]
    return "\n".join(lines)


def _in_divs(text: str) -> str:
    """Lines as Gmail's editor holds them."""
    first, *rest = (escape(line) or "<br>" for line in text.split("\n"))
    return first + "".join(f"<div>{line}</div>" for line in rest)


def _in_word(text: str) -> str:
    """Lines as Word's editor holds them."""
    lines = (escape(line) or "&nbsp;" for line in text.split("\n"))
    return "".join(
        f'<p class="MsoNormal"><span style="mso-fareast-language:EN-US">{line}<o:p></o:p></span></p>\n'
        for line in lines
    )


def _inside(asked: Quoted) -> str:
    """The older mail's HTML as it stands in a quote: what was its body."""
    html = asked.html or f"<p>{escape(asked.text).replace(chr(10), '<br>')}</p>"
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL)
    return found[1] if found else html


def _smallest(text: str) -> str:
    """The charset that Outlook takes: its old one where that is enough."""
    try:
        text.encode("windows-1252")
    except UnicodeEncodeError:
        return "utf-8"
    return "Windows-1252"
