"""Clocks that jump, sleep, and change their hour: every duty comes once (R9)."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pair import FIRST, JONAS, MAYA, WHY, Pair

from agent.log import configure
from agent.rehearsal.play import Rehearsal, rehearsing

HOUR = timedelta(hours=1)
DAYS = 12
BEGINNINGS = {
    "summer time begins": datetime(2026, 3, 25, 9, tzinfo=UTC),
    "summer time ends": datetime(2026, 10, 20, 9, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 24, 9, tzinfo=UTC),
}


async def even(play: Rehearsal) -> None:
    await play.wait(timedelta(days=DAYS))


async def jumping(play: Rehearsal) -> None:
    """An hour ahead, and back again, eight times a day."""
    end = play.clock.at + timedelta(days=DAYS)
    while play.clock.at < end:
        play.clock.at += 4 * HOUR
        await play.settle()
        play.clock.at -= HOUR
        await play.settle()


async def asleep(play: Rehearsal) -> None:
    """A machine that was suspended all the time."""
    play.clock.at += timedelta(days=DAYS)
    await play.settle()
    await play.settle()


async def _letters(folder: Path, start: datetime, passing: Callable) -> Counter[tuple[str, str]]:
    async with rehearsing((MAYA, JONAS), folder / f"{passing.__name__}.db", lambda _: None, start) as play:
        pair = Pair(play)
        await play.write(MAYA, "Jonas and me", FIRST)
        await pair.says(MAYA, WHY)
        await pair.says(MAYA, "SEND")
        await pair.says(JONAS, "Yes, gladly")
        before = len(play.mails)
        await passing(play)
        return Counter((m.person.key, m.subject) for m in play.mails[before:] if not m.mine)


@pytest.mark.row("R9")
@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_every_duty_comes_once_however_the_clock_goes(tmp_path: Path, beginning: str) -> None:
    configure("error", "json", sys.stderr)
    start = BEGINNINGS[beginning]

    smooth = await _letters(tmp_path, start, even)
    jumped = await _letters(tmp_path, start, jumping)
    slept = await _letters(tmp_path, start, asleep)

    assert smooth
    assert jumped == smooth
    assert slept
    assert slept <= smooth  # what is long past is not made up for
