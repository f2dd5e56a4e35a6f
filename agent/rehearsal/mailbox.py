"""What people's mail programs do: show a mail, and write a reply as the common ones write it. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parsedate_to_datetime
from functools import lru_cache
from html import escape

from agent.rehearsal.script import Person


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as a person sees it, either way. `at` is in the person's own time."""

    number: int  # among all mails of the rehearsal
    person: Person
    mine: bool  # the person wrote it
    subject: str
    text: str
    html: str
    at: datetime
    raw: bytes
    attachments: tuple[tuple[str, str, bytes], ...] = ()  # name, type, content
    sender: str = ""
    automatic: bool = False

    @property
    def seen(self) -> str:
        """All that this mail shows or carries, decoded, with white space made even: to look for words in it."""
        return _seen(self.raw)


@lru_cache(maxsize=1024)
def _seen(raw: bytes) -> str:
    message = _parsed(raw)
    headers = [f"{name}: {value}" for name, value in message.items()]
    parts = [_content(part) for part in message.walk() if part.get_content_maintype() == "text"]
    return even("\n".join((*headers, *parts, *(part.get_filename() or "" for part in message.walk()))))


def arrived(number: int, person: Person, raw: bytes) -> Mail:
    """Read a mail that came to this person."""
    message = _parsed(raw)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    attached = tuple(
        (part.get_filename() or "unnamed", part.get_content_type(), bytes(part.get_payload(decode=True) or b""))
        for part in message.iter_attachments()
    )
    at = parsedate_to_datetime(str(message["Date"])).astimezone(person.zone)
    subject = str(message["Subject"])
    return Mail(
        number,
        person,
        False,
        subject,
        _content(text),
        _content(html),
        at,
        raw,
        attached,
        message["From"].addresses[0].addr_spec,
    )


def note(number: int, person: Person, to: str, subject: str, text: str, *, now: datetime) -> Mail:
    """A mail that answers none."""
    message = _message(number, person, to, subject, now)
    message.set_content(text + "\n")
    if person.html:
        _add_html(number, message, _as_html(text))
    return _written(number, person, message, text, now)


def reply(number: int, to: Mail, text: str, *, now: datetime) -> Mail:
    """A reply as mail programs write it: words on top, a line that says who wrote, and the whole mail quoted below."""
    asked = _parsed(to.raw)
    sender = asked["Reply-To"] or asked["From"]
    subject = to.subject if re.match(r"(?i)re:", to.subject) else f"Re: {to.subject}"
    message = _message(number, to.person, str(sender), subject, now)
    message["In-Reply-To"] = str(asked["Message-ID"])
    message["References"] = f"{asked['References'] or ''} {asked['Message-ID']}".strip()
    said = f"On {to.at:%a}, {to.at.day} {to.at:%b %Y at %H:%M}, {sender} wrote:"
    quoted = "\n".join(f"> {line}".rstrip() for line in to.text.splitlines())
    message.set_content(f"{text}\n\n{said}\n{quoted}\n")
    if to.person.html:
        head, body = f'<div class="gmail_attr">{escape(said)}<br></div>', to.html or _as_html(to.text)
        quote = f'<div class="gmail_quote">{head}<blockquote class="gmail_quote">{body}</blockquote></div>'
        _add_html(number, message, f"{_as_html(text)}<br>{quote}")
    return _written(number, to.person, message, text, now)


def _message(number: int, person: Person, to: str, subject: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy.SMTP)
    message["From"] = formataddr((person.name, person.address))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now.astimezone(person.zone))
    message["Message-ID"] = f"<{number}.rehearsal@{person.address.rpartition('@')[2]}>"
    return message


def _add_html(number: int, message: EmailMessage, body: str) -> None:
    message.add_alternative(f"<div>{body}</div>", subtype="html")
    message.set_boundary(f"=_rehearsal_{number}")  # the library's own would be drawn by chance


def _written(number: int, person: Person, message: EmailMessage, text: str, now: datetime) -> Mail:
    return Mail(
        number, person, True, str(message["Subject"]), text, "", now.astimezone(person.zone), message.as_bytes()
    )


def _as_html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def newest(mails: Sequence[Mail], person: Person, subject: str, *, since: int = 0) -> Mail | None:
    """The newest mail to this person with these words in its subject, of those numbered above `since`; None if none came."""
    wanted = subject.lower()
    found = (m for m in reversed(mails) if m.person == person and not m.mine and m.number > since)
    return next((m for m in found if wanted in m.subject.lower()), None)


def missing(lines: Iterable[str], mail: Mail) -> list[str]:
    """Those lines that the mail does not show."""
    return [line for line in lines if even(line) not in mail.seen]


def even(text: str) -> str:
    """Words with one space between them: a line may be wrapped anywhere, and quoted."""
    return " ".join(re.sub(r"(?m)^(?:> ?)+", "", text).split())


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _content(part: object) -> str:
    return str(part.get_content()).replace("\r\n", "\n") if isinstance(part, EmailMessage) else ""


def recipient(mail: Mail) -> str:
    """The address that a mail which somebody wrote goes to."""
    return str(_parsed(mail.raw)["To"].addresses[0].addr_spec)
