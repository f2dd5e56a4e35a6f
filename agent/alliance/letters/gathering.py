"""How a team comes together: who, which way, and the invitation (T02, T03)."""

from dataclasses import dataclass

from agent.alliance.letters.letter import Letter, Role
from agent.alliance.model import Note


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom the initiator named."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class TeamWho(Letter):
    """Ask the initiator for names and addresses. `problem`: few, many, refused (then `refused` has their names)."""

    role = Role.QUESTION

    people: tuple[Named, ...]
    problem: str
    refused: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class TeamWay(Letter):
    """Alliances of two first, side by side, or straight to the team: a suggestion that blocks nothing (S26, F51, T02)."""

    role = Role.QUESTION

    size: int
    people: tuple[Named, ...]
    pairs: tuple[str, ...]  # with whom there is an alliance of two already
    alone: tuple[str, ...]  # and with whom there is none


@dataclass(frozen=True, slots=True)
class TeamPairs(Letter):
    """Receipt for FIRST and TOGETHER: with whom an alliance of two begins, and with how many more it could (S26)."""

    role = Role.RECEIPT

    whom: str  # "" when there is one with each already
    more: int
    first: bool  # the team rests until TEAM is said


@dataclass(frozen=True, slots=True)
class TeamWhy(Letter):
    """Ask the initiator for the reason that all will read."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    others: int


@dataclass(frozen=True, slots=True)
class TeamInvitation(Letter):
    """Ask one member whether to take part (T03)."""

    role = Role.QUESTION

    initiator: str
    initiator_full: str
    initiator_address: str
    why: str
    size: int
    opening: str = ""  # the first line, by the sort of team
    guardian: bool = False  # some take part by way of a parent or guardian


@dataclass(frozen=True, slots=True)
class TeamReady(Letter):
    """Show the initiator whom it goes to, and the email as they will get it."""

    role = Role.QUESTION

    notes: tuple[Note, ...]
    people: tuple[Named, ...]
    invitation: TeamInvitation


@dataclass(frozen=True, slots=True)
class TeamSent(Letter):
    """The invitations are out."""

    others: int


@dataclass(frozen=True, slots=True)
class TeamWelcome(Letter):
    """Receipt for a YES, while others have not answered."""

    role = Role.RECEIPT

    initiator: str


@dataclass(frozen=True, slots=True)
class TeamTooFew(Letter):
    """Fewer than three said yes: it ends here, and the initiator is offered alliances of two (spec 4.5)."""

    host: bool
