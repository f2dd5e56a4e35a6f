"""What has to be asked first, for the kind of relationship or for somebody's age (spec 4.3)."""

from dataclasses import dataclass

from agent.alliance.letters.gathering import Named
from agent.alliance.letters.letter import Letter, Role


@dataclass(frozen=True, slots=True)
class AskAge(Letter):
    """The first mail may be about a child, or by one: ask, and write to no child."""

    role = Role.QUESTION

    name: str  # who may be under age; "" when no name was given
    own: bool  # it is the initiator who may be
    people: tuple[Named, ...] = ()  # of a team: everybody, any of whom may be


@dataclass(frozen=True, slots=True)
class KindRefused(Letter):
    """A kind of relationship that is not taken here, since the operator has set no help lines for it."""

    role = Role.QUESTION

    kind: str
    known: tuple[str, ...]  # what else may stand behind KIND
