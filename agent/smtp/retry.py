"""When to try again: a pure decision, from the attempt to the wait."""

from datetime import timedelta

SHORTEST = timedelta(minutes=5)  # long enough for greylisting
LONGEST = timedelta(hours=4)
FOR = timedelta(days=5)  # RFC 5321 section 4.5.4.1 asks for four or five

LATE = timedelta(hours=4)  # from then on a letter is worth a word to the operator

_SPREAD = 0.25  # of the wait, so that letters that failed together do not come back together


def next_wait(attempt: int, chance: float) -> timedelta | None:
    """How long to wait after this attempt (the first is 1); None when about five days have passed: give up.

    Doubles from five minutes to at most four hours. `chance` is between 0 and 1 and draws the wait from its spread.
    """
    waits = (_wait(n, 0.5) for n in range(1, attempt))
    if sum(waits, timedelta()) >= FOR:
        return None
    return _wait(attempt, chance)


def is_late(attempt: int) -> bool:
    """Whether a letter that failed at this attempt has waited for hours by now."""
    return sum((_wait(n, 0) for n in range(1, attempt)), timedelta()) >= LATE


def _wait(attempt: int, chance: float) -> timedelta:
    widest = LONGEST / (1 + _SPREAD)
    return min(SHORTEST * (1 << min(attempt - 1, 10)), widest) * (1 + _SPREAD * chance)
