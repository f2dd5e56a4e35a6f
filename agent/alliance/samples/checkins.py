"""Samples of check-ins and digests."""

from datetime import date

from agent.alliance import letters as l
from agent.alliance.samples.people import EVENING, MARCH, answer

_WORTH = "Was this worth your time, from 1 to 5?"


def samples() -> tuple[l.Letter, ...]:
    ask = (
        "How solid is the trust between you today? 1 is shaky, 5 is solid.",
        "What is one thing that works?",
        "What is one thing that needs care?",
    )
    rounds = (date(2026, 4, 2), date(2026, 6, 1), date(2026, 9, 1))
    rows = (l.Row("Maya", (3, None, 4)), l.Row("Jonas", (3, 3, 4)))
    long = (date(2026, 4, 2), date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1), date(2027, 3, 1), date(2027, 6, 1))
    steady = (l.Row("Maya", (4, 3, 3, 4, None, 4)), l.Row("Jonas", (None, 5, 4, 3, 3, 2)))
    works = (answer("Maya", "The mornings run like a clock."), answer("Jonas", "We laugh again."))
    care = (answer("Maya", "Money talks start too late at night."), answer("Jonas", "The same."))
    line = "If one of us is upset, we say so the same day."
    return (
        l.Checkin(1, MARCH, *ask, 5, line, numbers=True, digest_days=5),
        l.Checkin(2, MARCH, *ask, 5, line, numbers=False, digest_days=5),
        l.Checkin(4, MARCH, *ask, 5, line, numbers=True, digest_days=5, skipped=True),
        l.CheckinNoted(4, "mornings", "money", "partly", 5, hide=True, digest=EVENING),
        l.CheckinNoted(None, "", "", "", 5, hide=False, digest=EVENING),
        l.Digest(
            3,
            rounds,
            rows,
            works,
            care,
            5,
            line,
            (answer("Maya", "yes"), answer("Jonas", "partly")),
            date(2026, 12, 1),
            trend=rows,
        ),
        l.Digest(1, rounds[:1], (), works[:1], (), 5, line, (), None),
        l.Digest(6, long, steady, works, care, 5, line, (), date(2027, 9, 1), trend=steady),
        l.Digest(2, rounds[:2], (l.Row("Jonas", (2, 5)),), works, (), 5, line, (), date(2026, 9, 1), _WORTH),
        l.RhythmChanged("Jonas", "once a month", date(2026, 5, 2)),
        l.RhythmChanged("", "", None),
    )
