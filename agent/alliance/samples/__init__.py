"""Facts for every letter: `alliance preview` shows them and the tests read them.

Several samples of one letter show its branches.
"""

from typing import Any

from agent.alliance import letters as l
from agent.alliance.samples import (
    agreement,
    anytime,
    asking,
    bank,
    checkins,
    closing,
    kinds,
    living,
    renewing,
    setting_up,
    team,
    trust,
)
from agent.alliance.samples.people import ME, NAMES, PARTNER


def samples() -> tuple[l.Letter, ...]:
    """Every kind of letter at least once, in the order in which people meet them."""
    return tuple(letter for _, letters in by_subject() for letter in letters)


def by_subject() -> tuple[tuple[str, tuple[l.Letter, ...]], ...]:
    """The same letters under what they are about, those of one kind beside each other."""
    subjects = (
        ("Setting up", (*setting_up.samples(), *kinds.samples())),
        ("Questions and answers", asking.samples()),
        ("The agreement", agreement.samples()),
        ("A team", team.samples()),
        ("Check-ins", checkins.samples()),
        ("An agreement that lives", living.samples()),
        ("A year on", renewing.samples()),
        ("Closing well", closing.samples()),
        ("At any time", anytime.samples()),
        ("Who wrote it", trust.samples()),
        ("The trust bank", bank.samples()),
    )
    return tuple((about, _by_kind(letters)) for about, letters in subjects)


def _by_kind(letters: tuple[l.Letter, ...]) -> tuple[l.Letter, ...]:
    kinds_met = [*dict.fromkeys(map(type, letters))]
    return tuple(sorted(letters, key=lambda letter: kinds_met.index(type(letter))))


def reader_of(letter: l.Letter) -> dict[str, Any]:
    """Who reads a sample, and with whom: what Maya asks goes to Jonas, what is for a team to Ewa, all else to Maya."""
    about = type(letter).__module__.rpartition(".")[2]
    if about in ("gathering", "team"):
        return {"me": "Ewa", "partner": "the team", "names": "the team", "team": True}
    if about == "bank":
        return {"me": ME, "partner": "", "names": ME}
    match letter:
        case l.Invitation() | l.InvitationReminder() | l.InvitationAsk() | l.NotNow() if letter.initiator == ME:
            return {"me": PARTNER, "partner": ME, "names": NAMES}
        case _:
            return {"me": ME, "partner": PARTNER, "names": NAMES}


__all__ = ["ME", "NAMES", "PARTNER", "by_subject", "reader_of", "samples"]
