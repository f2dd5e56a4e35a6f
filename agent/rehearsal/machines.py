"""Mails that nobody types: automatic replies, notices of mail servers, reactions; and what a gateway makes of a letter. Pure.

Each takes what a program takes (`Typed`, whose text is left aside), and gives the mail in the shape of the real thing.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message
from email.utils import format_datetime
from html import escape
from urllib.parse import quote, urlsplit

from agent.rehearsal import programs
from agent.rehearsal.programs import Part, Quoted, Typed, header, multipart, text_part, wire, written

AWAY = timedelta(days=3)
BANNER = (
    "ACHTUNG / CAUTION: This email originated from outside of the organisation. "
    "Do not click links or open attachments unless you recognise the sender."
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_HREF = re.compile(r"(href=[\"'])(https?://[^\"'\s]+)", re.IGNORECASE)


def _asked(typed: Typed) -> Quoted:
    assert typed.answers is not None, "a machine answers a letter"
    return typed.answers


# ---------------------------------------------------------------- while somebody is away


def out_of_office(typed: Typed) -> bytes:
    """A vacation responder that heeds no header of ours, and writes to the return path as RFC 3834 section 4 asks."""
    asked, back = _asked(typed), typed.at + AWAY
    text = (
        f"Hello,\n\nthank you for your message. I am out of the office and will be back on {back.day} {back:%B %Y}.\n"
        f"In urgent cases please call the shop.\n\nBest regards\n{typed.name}\n"
    )
    headers = [
        ("From", f'"{typed.name}" <{typed.address}>'),
        ("To", asked.return_path),
        ("Subject", header(f"Automatic reply: {asked.subject}")),
        ("Date", format_datetime(typed.at)),
        ("Message-ID", f"<{typed.chance[:24]}.vacation@{typed.host}>"),
        ("In-Reply-To", asked.message_id),
        ("References", asked.message_id),
        ("Auto-Submitted", "auto-replied (vacation)"),
        ("Precedence", "bulk"),
        ("MIME-Version", "1.0"),
    ]
    part = text_part("plain", text)
    return written([*headers, *part.headers], part.body)


# ---------------------------------------------------------------- what mail servers say


def delayed(typed: Typed) -> bytes:
    """Postfix, when a mailbox is full: it goes on trying."""
    said = "452 4.2.2 Mailbox full (in reply to RCPT TO command)"
    words = (
        "####################################################################\n"
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
        "####################################################################\n\n"
        "Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n"
    )
    until = [("Will-Retry-Until", format_datetime(typed.at + timedelta(days=5)))]
    return _notice(typed, "Delayed Mail (still being retried)", words, said, until)


def undelivered(typed: Typed) -> bytes:
    """Postfix, when there is no such address: it has given up."""
    said = f"550 5.1.1 <{typed.address}>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)"
    words = "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n"
    return _notice(typed, "Undelivered Mail Returned to Sender", words, said, ())


def _notice(typed: Typed, subject: str, words: str, said: str, more: Sequence[tuple[str, str]]) -> bytes:
    """A report as Postfix writes it (RFC 3464): for people, for machines, and the letter or its headers."""
    asked, host, queue = _asked(typed), f"mx.{typed.host}", typed.chance[:10].upper()
    failed = not more
    text = (
        f"This is the mail system at host {host}.\n\n{words}\n"
        "For further assistance, please send mail to postmaster.\n\n"
        "If you do so, please include this problem report. You can\ndelete your own text from the attached returned message.\n\n"
        f"                   The mail system\n\n<{typed.address}>: host mail.{typed.host}[192.0.2.25] said:\n    {said}\n"
    )
    about = [("Reporting-MTA", f"dns; {host}"), ("X-Postfix-Queue-ID", queue), ("Arrival-Date", format_datetime(typed.at))]  # fmt: skip
    whom = [
        ("Final-Recipient", f"rfc822; {typed.address}"),
        ("Original-Recipient", f"rfc822;{typed.address}"),
        ("Action", "failed" if failed else "delayed"),
        ("Status", re.findall(r"\d\.\d\.\d", said)[0]),
        ("Remote-MTA", f"dns; mail.{typed.host}"),
        ("Diagnostic-Code", f"smtp; {said}"),
        *more,
    ]
    returned = asked.raw if failed else re.split(rb"\r?\n\r?\n", asked.raw)[0] + b"\r\n"
    kind, name = ("message/rfc822", "Undelivered Message") if failed else ("text/rfc822-headers", "Undelivered Message Headers")  # fmt: skip
    parts = [
        Part([("Content-Description", "Notification"), ("Content-Type", "text/plain; charset=us-ascii")], wire(text)),
        Part([("Content-Description", "Delivery report"), ("Content-Type", "message/delivery-status")], written(about, written(whom, b""))),
        Part([("Content-Description", name), ("Content-Type", kind)], returned),
    ]  # fmt: skip
    body = multipart("report", f"{queue}.{int(typed.at.timestamp())}/{host}", parts, " report-type=delivery-status;")
    headers = [
        ("Date", format_datetime(typed.at)),
        ("From", f"MAILER-DAEMON@{host} (Mail Delivery System)"),
        ("Subject", subject),
        ("To", asked.return_path),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
        ("Message-ID", f"<20260302090000.{queue}@{host}>"),
    ]
    return written([*headers, *body.headers], b"This is a MIME-encapsulated message.\r\n\r\n" + body.body)


# ---------------------------------------------------------------- a reaction


def gmail_reaction(typed: Typed) -> bytes:
    """An emoji under the letter, as Gmail sends it: between a text and an HTML half for programs that know it not."""
    said = f"{typed.name} reacted via Gmail"
    link = '<a href="https://www.google.com/gmail/about/?utm_source=gmail-in-product&amp;utm_medium=et&amp;utm_campaign=emojireactionemail">Gmail</a>'
    parts = [
        text_part("plain", f"👍\n\n{said} <https://www.google.com/gmail/about/?utm_source=gmail-in-product&utm_medium=et&utm_campaign=emojireactionemail>\n", '"UTF-8"'),
        Part([("Content-Type", 'text/vnd.google.email-reaction+json; charset="UTF-8"'), ("Content-Transfer-Encoding", "quoted-printable")],
             b'{"emoji":"=F0=9F=91=8D","version":1}'),
        text_part("html", f'<div><p style="font-size:50px;margin-top:0;margin-bottom:0">👍</p><p style="margin-top:10px;margin-bottom:0">{escape(typed.name)} reacted via {link}</p></div>\n', '"UTF-8"'),
    ]  # fmt: skip
    body = multipart("alternative", f"000000000000{typed.chance[:16]}", parts)
    return programs.whole(typed, f"CA{typed.chance[:30]}@mail.gmail.com", body)


def outlook_reaction(typed: Typed) -> bytes:
    """The mail that a click on a thumb in Outlook becomes outside of its own house; nothing in it but the words says so."""
    said = f"{typed.name} reacted to your message:"
    html = (
        '<html><head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><div>'
        f'<img alt="like" src="cid:like" width="24" height="24"> <b>{escape(said)}</b></div></body></html>\n'
    )
    parts = [text_part("plain", f"👍 {said}\n\n", '"utf-8"'), text_part("html", html, '"utf-8"')]
    body = multipart("alternative", f"_000_{typed.chance[:32].upper()}", parts)
    own = [("Thread-Index", f"AQ{typed.chance[:22]}=="), ("X-MS-Has-Attach", ""), ("Content-Language", "en-US")]
    return programs.whole(typed, f"{typed.chance[:32].upper()}@{typed.host}", body, own)


# ---------------------------------------------------------------- a gateway


def gateway(raw: bytes) -> bytes:
    """A letter as a company's gateway hands it on: a mark in the subject, a banner on top, and its own links."""
    message = message_from_bytes(raw, policy=policy.compat32.clone(linesep="\r\n"))
    marked = header(f"[EXTERN] {message_from_bytes(raw, policy=policy.default)['Subject']}")
    message.replace_header("Subject", marked)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html") and not part.get_filename():
            _put(part, _warned(_content(part), html=part.get_content_type() == "text/html"))
    return message.as_bytes()


def _warned(text: str, *, html: bool) -> str:
    if not html:
        return f"{BANNER}\n\n{_LINK.sub(lambda m: _rewritten(m[0]), text)}"
    text = _HREF.sub(lambda m: m[1] + _rewritten(m[2]), text)
    top = (
        '<table border="0" cellspacing="0" cellpadding="0" align="left" width="100%"><tr>'
        f'<td style="background:#FFB900;padding:5pt 2pt"></td><td style="background:#FFF8E5;padding:5pt 4pt">{BANNER}</td></tr></table>\n<br>\n'
    )
    return re.sub(r"(<body[^>]*>)", lambda m: m[1] + top, text, count=1)


def _rewritten(link: str) -> str:
    return f"https://scanner.example.net/?url={quote(link, safe='')}"


def _content(part: Message) -> str:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode("utf-8", "replace").replace("\r\n", "\n")


def _put(part: Message, text: str) -> None:
    said = text_part("plain", text)
    del part["Content-Transfer-Encoding"]
    for name, value in said.headers[1:]:
        part[name] = value
    part.set_payload(said.body.decode("ascii").replace("\r\n", "\n"))


def links_in(raw: bytes) -> list[str]:
    """Every link that a scanner finds in a letter, each once."""
    found: dict[str, None] = {}
    for part in message_from_bytes(raw, policy=policy.default).walk():
        if part.get_content_type() == "text/plain":
            found |= dict.fromkeys(_LINK.findall(_content(part)))
        elif part.get_content_type() == "text/html":
            found |= dict.fromkeys(link for _, link in _HREF.findall(_content(part)))
    return list(found)


def leads_to(link: str, port: int) -> bool:
    """Whether a link leads to this port of this machine and can be asked for: only such are visited."""
    try:
        parts = urlsplit(link)
        return parts.hostname in ("127.0.0.1", "::1", "localhost") and parts.port == port != 0 and link.isprintable()
    except ValueError:  # a port that is none
        return False
