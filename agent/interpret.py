"""From a message to an event: the joint between what mail is and what an alliance is. Pure.

A machine's mail is never an answer (F56). The envelope's recipient says which letter was answered; the From address
must be the registered one, or the words are held and the registered address is asked (mail.md section B).
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from agent.alliance.event import AutoReplied, Event, Replied, RepliedFromElsewhere, Started, Undeliverable, Unreadable
from agent.mail.address import Doors, normal
from agent.mail.kind import Kind, kind_of, returns
from agent.mail.message import Message
from agent.mail.quote import NewText, new_text
from agent.mail.report import reports_of

_WORDS = ("prompt:", "follow:", "all", "checkin:", "why", "who")  # letters that ask for words; all others ask for a yes
_UNSUBSCRIBE = re.compile(r"\s*(stop|unsubscribe)\s*", re.IGNORECASE)  # what List-Unsubscribe writes, with no body


@dataclass(frozen=True, slots=True)
class Asked:
    """The letter of ours that was answered."""

    participant: int
    about: str
    address: str  # the participant's, as registered now
    sent_to: str  # the address that the letter went to
    words: str  # its subject and its plain text


@dataclass(frozen=True, slots=True)
class Nothing:
    """No event follows from this message; `why` is one stable word for the operator."""

    why: str


def event_of(
    message: Message, mail_from: str, asked: Asked, doors: Doors, *, now: datetime, cause: str
) -> Event | Nothing:
    """What this message to a reply address means."""
    if asked.sent_to != asked.address:  # the letter went to an address that has been replaced: its token died with it
        return Nothing("replaced")
    kind = kind_of(message, mail_from).kind
    if kind is Kind.BOUNCE:
        permanent = any(r.permanent for r in reports_of(message))
        return Undeliverable(asked.participant, asked.about, permanent, cause)
    if kind is Kind.AUTO_REPLY:
        day = returns(message, now)
        until = datetime.combine(day, time(), UTC) if day else None
        return AutoReplied(asked.participant, until, cause)
    if kind in (Kind.LIST, Kind.OTHER):
        return Nothing(str(kind))
    sender = sender_of(message)
    if doors.is_own(sender):
        return Nothing("loop")
    subject = doors.untitled(message.subject)
    if sender == asked.address and message.unreadable == "empty" and _UNSUBSCRIBE.fullmatch(subject):
        word = "NO CHECK-INS" if asked.about.startswith(("checkin", "digest")) else "STOP"  # decision 17
        return Replied(asked.participant, asked.about, word, message.date_offset_s, cause)
    if sender == asked.address and message.unreadable:
        return Unreadable(asked.participant, asked.about, message.unreadable, cause)
    found = typed_of(message, doors, asked.words)
    if sender != asked.address:
        if not found.kept.strip() or message.unreadable:
            return Nothing("elsewhere")
        return RepliedFromElsewhere(asked.participant, asked.about, found.kept, sender or "?", cause)
    if not found.kept.strip():
        return Unreadable(asked.participant, asked.about, "empty", cause)
    if (found.disagree or found.quoted) and not asked.about.removeprefix("rest:").startswith(_WORDS):
        return Unreadable(asked.participant, asked.about, "disagree", cause)
    return Replied(asked.participant, asked.about, found.kept, message.date_offset_s, cause)


def start_of(message: Message, mail_from: str, doors: Doors, cause: str) -> Started | Nothing:
    """What this message to the service's own address means: somebody starts, or nothing."""
    kind = kind_of(message, mail_from).kind
    if kind is not Kind.REPLY:
        return Nothing(str(kind))
    sender = sender_of(message)
    if not sender or doors.is_own(sender):
        return Nothing("no sender" if not sender else "loop")
    if message.unreadable:
        return Nothing("unreadable")
    name = next((n for n, a in message.froms if normal(a) == sender), "")
    return Started(sender, name, message.subject, typed_of(message, doors).kept, message.date_offset_s, cause)


def typed_of(message: Message, doors: Doors, words: str = "") -> NewText:
    """What was typed this time, as it is kept: without our letter's words, and without reply addresses and codes (T11)."""
    found = new_text(message, (words,) if words else ())
    return replace(found, kept=doors.without_routes(found.kept))


def sender_of(message: Message) -> str:
    """The one address in From, in its one spelling; "" when there is none, or more than one (T17)."""
    if len(message.froms) != 1:
        return ""
    return normal(message.froms[0][1]) or ""
