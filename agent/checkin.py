"""The loop over the clock: the alliances that want to be looked at now are woken, a batch at a time.

There are no timers to lose: `wake_at` is a column, and after downtime each alliance is woken once, for all that it owes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from agent.advance import Advance, Matter
from agent.alliance.event import Woke
from agent.store import alliances
from agent.store.database import Unavailable

BATCH = 50
AGAIN = timedelta(hours=1)  # when to look again at an alliance whose waking broke us

_log = structlog.get_logger()


@dataclass(slots=True)
class Checkin:
    """What waking needs."""

    advance: Advance

    async def wake(self, now: datetime) -> int:
        """Wake one batch; how many there were. Until it is kept, no other node finds these."""
        matters: list[Matter] = []
        try:
            async with self.advance.database.transaction() as c:
                due = await alliances.due(c, now, BATCH)
                matters += [Matter(number, Woke(f"wake:{at.isoformat()}")) for number, at in due.items()]
                await self.advance.within(c, matters, now)
        except Unavailable:
            raise
        except Exception:
            if not matters:
                raise
            # One that breaks us stops no other.
            for matter, error in await self.advance.bring(matters, now):
                _log.error("wake_failed", alliance=matter.alliance, exc_info=error)
                async with self.advance.database.transaction() as c:
                    await alliances.postpone(c, matter.alliance, due[matter.alliance], now + AGAIN)
        return len(matters)
