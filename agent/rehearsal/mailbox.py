"""What a mailbox shows: mails as people see them, either way, and what to look for in them. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import lru_cache

from agent.mail.letter import with_pictures
from agent.rehearsal.programs import Quoted
from agent.rehearsal.script import Person


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as a person sees it, either way. `at` is in the person's own time."""

    number: int  # among all mails of the rehearsal
    person: Person
    mine: bool  # it comes from the person's side
    subject: str
    text: str
    html: str
    at: datetime
    raw: bytes
    attachments: tuple[tuple[str, str, bytes], ...] = ()  # name, type, content
    sender: str = ""  # the address that it says it is from: a colleague's, another of the person's, a mail server's
    mail_from: str = ""  # the envelope's sender; "" is the null sender
    automatic: bool = False  # a program or a mail server wrote it by itself

    @property
    def by(self) -> str:
        """Who wrote it, for people to read."""
        if not self.mine:
            return "Alliance"
        known = self.sender in ("", self.person.address)
        return (self.person.name if known else self.sender) + (" (automatic)" if self.automatic else "")

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


def arrived(number: int, person: Person, raw: bytes, mail_from: str = "") -> Mail:
    """Read a mail that came to this person."""
    message = _parsed(raw)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    attached = tuple(
        (part.get_filename() or "unnamed", part.get_content_type(), bytes(part.get_payload(decode=True) or b""))
        for part in message.iter_attachments()
    )
    at = parsedate_to_datetime(str(message["Date"])).astimezone(person.zone)
    subject = str(message["Subject"])
    sender = message["From"].addresses[0].addr_spec
    pictures = [
        (cid.strip("<>"), part.get_content_type(), bytes(part.get_payload(decode=True) or b""))
        for part in message.walk()
        if (cid := part["Content-ID"])
    ]
    page = with_pictures(_content(html), pictures)
    return Mail(number, person, False, subject, _content(text), page, at, raw, attached, sender, mail_from=mail_from)


def quoted(mail: Mail) -> Quoted:
    """A letter as the person's program answers it."""
    asked = _parsed(mail.raw)
    sender = (asked["Reply-To"] or asked["From"]).addresses[0]
    return Quoted(
        name=asked["From"].addresses[0].display_name,
        address=sender.addr_spec,
        to=str(asked["To"]),
        subject=mail.subject,
        message_id=str(asked["Message-ID"]),
        references=str(asked["References"] or ""),
        at=mail.at,
        text=mail.text.rstrip(),
        html=_content(asked.get_body(("html",))),
        raw=mail.raw,
        return_path=mail.mail_from,
    )


def wrote(person: Person, number: int, raw: bytes, text: str = "", *, automatic: bool = False) -> Mail:
    """A mail from this person's side. `text` is what was typed; without it, what its text half says."""
    message = _parsed(raw)
    sender = message["From"].addresses[0].addr_spec
    return Mail(
        number,
        person,
        True,
        str(message["Subject"]),
        text or _content(message.get_body(("plain",))).strip(),
        "",
        parsedate_to_datetime(str(message["Date"])).astimezone(person.zone),
        raw,
        sender=sender,
        mail_from="" if automatic else sender,
        automatic=automatic,
    )


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


def addressee(raw: bytes) -> str:
    """The name of whom a letter is to; "" when it says none."""
    to = _parsed(raw)["To"]
    return str(to.addresses[0].display_name) if to and to.addresses else ""


def recipient(mail: Mail) -> str:
    """The address that a mail which somebody wrote goes to."""
    return str(_parsed(mail.raw)["To"].addresses[0].addr_spec)
