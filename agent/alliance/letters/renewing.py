"""A year on (A25): keep, tweak, redesign or close."""

from dataclasses import dataclass
from datetime import date

from agent.alliance.letters.asking import RevealAnswer
from agent.alliance.letters.letter import Letter, Role


@dataclass(frozen=True, slots=True)
class Renewal(Letter):
    """What shall become of the agreement: asked once a year, and once more when they chose differently (F44)."""

    role = Role.QUESTION

    years: int  # since the first agreement
    looked_back: int  # how often they did
    chosen: tuple[RevealAnswer, ...]  # what each chose in the first round; empty then


@dataclass(frozen=True, slots=True)
class RenewalNoted(Letter):
    """Receipt for a choice while the others' are not in."""

    role = Role.RECEIPT

    choice: str


@dataclass(frozen=True, slots=True)
class RenewalOutcome(Letter):
    """It stays as it is. `why`: keep (all chose it, or said the same again), differ (twice), quiet (not all chose)."""

    why: str
    next_checkin: date | None
