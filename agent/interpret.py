"""From a message to an event: the joint between what mail is and what an alliance is. Pure.

A machine's mail is never an answer (F56). The envelope's recipient says which letter was answered; From, and what was
found of it, say at which level (`alliance.trust`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from agent.alliance.event import (
    AutoReplied,
    Complained,
    Event,
    Forged,
    Level,
    Replied,
    RepliedFromElsewhere,
    Started,
    Undeliverable,
    Unreadable,
    Unsubscribed,
)
from agent.alliance.trust import MOVE, NUMBERED, level_of
from agent.mail.address import Doors, normal
from agent.mail.kind import Kind, kind_of, returns
from agent.mail.message import Message
from agent.mail.quote import NewText, new_text
from agent.mail.report import is_complaint, reports_of

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
    also: tuple[str, ...] = ()  # other addresses that are the participant's too

    @property
    def elsewhere(self) -> str:
        """The address that was asked whether it is the participant's (T26); "" for all other letters."""
        return self.sent_to if self.about.startswith(MOVE) and self.sent_to != self.address else ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No event follows from this message; `why` is one stable word for the operator."""

    why: str


def event_of(
    message: Message, mail_from: str, asked: Asked, doors: Doors, *, finding: str, now: datetime, cause: str
) -> Event | Nothing:
    """What this message to a reply address means. `finding` is what was found of its author (`mail.authentic`)."""
    kind, sender, at = kind_of(message, mail_from).kind, sender_of(message), asked.elsewhere
    if (
        asked.sent_to != asked.address
        and not at
        and not (  # its token died with that address, but for whose it was, and for a code
            kind is Kind.REPLY and (sender in (asked.address, *asked.also) or asked.about.startswith("code:"))
        )
    ):
        return Nothing("replaced")
    if kind is Kind.BOUNCE:
        lost = [r.blame for r in reports_of(message) if r.is_lost]
        return Undeliverable(asked.participant, asked.about, bool(lost), cause, max(lost, default=0))
    if kind is Kind.AUTO_REPLY and not at:
        day = returns(message, now)
        until = datetime.combine(day, time(), UTC) if day else None
        return AutoReplied(asked.participant, until, cause)
    if is_complaint(message):
        return Complained(asked.participant, cause, asked.about, at)
    if kind is not Kind.REPLY:
        return Nothing(str(kind))
    if doors.is_own(sender):
        return Nothing("loop")
    registered = bool(sender) and sender == asked.address
    level = level_of(finding, registered=registered, also=sender in asked.also)
    if level == "D":
        return Forged(asked.participant, asked.about, cause) if registered else Nothing("forged")
    subject = doors.untitled(message.subject)
    theirs = level != "C"
    if (theirs or at) and message.unreadable == "empty" and _UNSUBSCRIBE.fullmatch(subject):
        return Unsubscribed(asked.participant, asked.about, cause, at)
    if theirs and message.unreadable:
        return Unreadable(asked.participant, asked.about, message.unreadable, cause)
    found = typed_of(message, doors, asked.words)
    if not theirs and not asked.about.startswith(NUMBERED):  # a number is as good from anywhere
        words = "" if message.unreadable else found.kept.strip() and found.kept
        return RepliedFromElsewhere(asked.participant, asked.about, words, sender or "?", cause, finding)
    if not found.kept.strip():
        if not theirs:
            return Nothing("elsewhere")
        return Unreadable(asked.participant, asked.about, "empty", cause)
    if (found.disagree or found.quoted) and not asked.about.removeprefix("rest:").startswith(_WORDS):
        return Unreadable(asked.participant, asked.about, "disagree", cause)
    return Replied(asked.participant, asked.about, found.kept, message.date_offset_s, cause, level, at)


def start_of(
    message: Message,
    mail_from: str,
    doors: Doors,
    *,
    finding: str,
    may_start: Callable[[str, Level], Level | None],
    cause: str,
) -> Started | Nothing:
    """What this message to the service's own address means: somebody who may starts, or nothing.

    `may_start` gives the level at which an address starts, from that of its mail; None where it may not.
    """
    kind = kind_of(message, mail_from).kind
    if kind is not Kind.REPLY:
        return Nothing(str(kind))
    sender = sender_of(message)
    if not sender or doors.is_own(sender):
        return Nothing("no sender" if not sender else "loop")
    if message.unreadable:
        return Nothing("unreadable")
    level = may_start(sender, found := level_of(finding, registered=True, also=False))
    if level is None:
        return Nothing("forged" if found == "D" else "stranger")
    name = next((n for n, a in message.froms if normal(a) == sender), "")
    words = typed_of(message, doors).kept
    return Started(sender, name, message.subject, words, message.date_offset_s, cause, level=level)


def typed_of(message: Message, doors: Doors, words: str = "") -> NewText:
    """What was typed this time, as it is kept: without our letter's words, and without reply addresses and codes (T11)."""
    found = new_text(message, (words,) if words else ())
    return replace(found, kept=doors.without_routes(found.kept))


def sender_of(message: Message) -> str:
    """The one address in From, in its one spelling; "" when there is none, or more than one, or two such headers (T17)."""
    if len(message.froms) != 1 or len(message.headers.get("from", ())) > 1:
        return ""
    return normal(message.froms[0][1]) or ""
