"""Before the prompts: whom, why, the invitation and its answers (A02 to A06, F01 to F05)."""

from dataclasses import dataclass
from datetime import datetime

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class SetupPartner(Letter):
    """Ask the initiator for the partner's address; `problem` says why it is asked: "", "missing", "same", "refused"."""

    role = Role.QUESTION

    reason: str
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class SetupExisting(Letter):
    """The two already have an alliance: offer it before a second one (decision 22)."""

    role = Role.QUESTION

    name: str
    since: datetime
    agreed: bool


@dataclass(frozen=True, slots=True)
class SetupWhy(Letter):
    """Read back what was understood, and ask for the why (A02)."""

    role = Role.QUESTION

    name: str
    address: str
    reason: str
    ask: str
    hint: str
    kind: str = ""  # what the two are to each other, in words; "" when it was not said
    known: tuple[str, ...] = ()  # what may stand behind KIND


@dataclass(frozen=True, slots=True)
class Invitation(Letter):
    """Ask somebody whether to join (A05)."""

    role = Role.QUESTION

    initiator: str
    initiator_full: str
    initiator_address: str
    why: str
    prompts: int
    mails: int
    opening: str = ""  # the first line, by kind of relationship
    note: str = ""  # a line of care, by kind of relationship
    guardian: bool = False  # the invitee is under age, and this goes to a guardian


@dataclass(frozen=True, slots=True)
class SetupReady(Letter):
    """Show the invitation before it goes out (A04)."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    name: str
    address: str
    invitation: Invitation
    prompts: int
    short_prompts: int
    kind: str = ""  # what the two are to each other, in words; "" when it was not said
    short_first: bool = False  # the short set is what this kind is offered first


@dataclass(frozen=True, slots=True)
class InvitationSent(Letter):
    """Tell the initiator that the invitation is out."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class InvitationReminder(Letter):
    """The one reminder, a week later (decision 14)."""

    role = Role.QUESTION

    initiator: str
    initiator_address: str
    why: str
    note: str = ""  # as in the invitation


@dataclass(frozen=True, slots=True)
class InvitationAsk(Letter):
    """An unclear answer to the invitation: one short question."""

    asks_back = True

    initiator: str
    words: str
    passed_on: bool = False  # the words were a question, and the initiator has it now


@dataclass(frozen=True, slots=True)
class InvitationQuestion(Letter):
    """The invitee asked something that is for the initiator: passed on with the invitee's words (decision 14)."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Who(Letter):
    """Who is this, who asked, what is stored, how to stop (spec 4.7)."""

    role = Role.RECEIPT

    initiator: str
    initiator_address: str
    stored: tuple[str, ...]
    invited: bool  # still undecided whether to join


@dataclass(frozen=True, slots=True)
class NotNow(Letter):
    """Receipt for NOT NOW."""

    role = Role.RECEIPT

    initiator: str


@dataclass(frozen=True, slots=True)
class InvitationNotNow(Letter):
    """Tell the initiator, neutrally, that it is not now."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationDeclined(Letter):
    """Tell the initiator, neutrally, that the invitee is not joining (A28)."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationQuiet(Letter):
    """Two weeks after the reminder without a word: at rest (decision 14)."""

    name: str


@dataclass(frozen=True, slots=True)
class InvitationUndelivered(Letter):
    """The invitation could not be delivered; the address may be mended (decision 21)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SetupDropped(Letter):
    """The initiator dropped it before or after SEND; nothing more goes out."""

    name: str
