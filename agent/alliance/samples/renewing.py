"""Samples of the yearly look at the whole page."""

from datetime import date

from agent.alliance import letters as l
from agent.alliance.samples.people import answer


def samples() -> tuple[l.Letter, ...]:
    return (
        l.Renewal(1, 5, ()),
        l.Renewal(1, 1, ()),
        l.Renewal(2, 0, ()),
        l.Renewal(1, 5, (answer("Maya", "KEEP"), answer("Jonas", "REDESIGN"))),
        *(l.RenewalNoted(choice) for choice in ("keep", "tweak", "redesign")),
        l.RenewalOutcome("keep", date(2027, 6, 1)),
        l.RenewalOutcome("differ", None),
        l.RenewalOutcome("quiet", date(2027, 6, 1)),
    )
