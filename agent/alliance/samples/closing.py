"""Samples of the end: closing, last words, and whether it was worth their time."""

from datetime import timedelta

from agent.alliance import letters as l
from agent.alliance.samples.people import BARE, MARCH, OWN

_WORTH = "Was this worth your time, from 1 to 5?"
_WORDS = "You taught me to say it on the day. Thank you for the Mondays."


def samples() -> tuple[l.Letter, ...]:
    week, month = MARCH + timedelta(days=7), MARCH + timedelta(days=30)
    return (
        l.ClosingAsk(OWN, _WORTH, month),
        l.ClosingAsk(BARE, "", month),
        l.Closing("Jonas", _WORDS, OWN, _WORTH, week, month),
        l.Closing("Jonas", "", BARE, "", week, month),
        l.LastWord("Jonas", _WORDS),
        *(l.ClosingNoted(passed_on, worth) for passed_on in (True, False) for worth in (4, None)),
        l.WorthNoted(5),
    )
