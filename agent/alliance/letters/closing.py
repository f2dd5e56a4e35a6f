"""Closing well (A26, A27): two questions, what each may keep, and a last word."""

from dataclasses import dataclass
from datetime import datetime

from agent.alliance.letters.anytime import Own
from agent.alliance.letters.letter import Letter, Role


@dataclass(frozen=True, slots=True)
class ClosingAsk(Letter):
    """To whoever closes: what it gave, and thanks, both optional; the copy to keep goes along (A26)."""

    role = Role.RECEIPT
    encloses = True

    mine: Own
    worth: str  # asks whether it was worth their time; "" when that is not asked
    until: datetime  # when all is deleted


@dataclass(frozen=True, slots=True)
class Closing(Letter):
    """To the others: it is closed, and what the closer left for them (A27). `words` "" when nothing."""

    encloses = True

    name: str
    words: str
    mine: Own
    worth: str
    reply_by: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LastWord(Letter):
    """One person's last word, passed on as it was written."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class ClosingNoted(Letter):
    """Receipt for a reply at the end: whether words were passed on, and the number that stays with us."""

    role = Role.RECEIPT

    passed_on: bool
    worth: int | None


@dataclass(frozen=True, slots=True)
class WorthNoted(Letter):
    """Receipt for the answer to "was this worth your time"."""

    role = Role.RECEIPT

    worth: int
