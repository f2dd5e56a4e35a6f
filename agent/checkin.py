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
        """Wake one batch; how many there were."""
        async with self.advance.database.transaction() as c:
            due = await alliances.due(c, now, BATCH)
        cause = f"wake:{now.isoformat()}"
        try:
            await self.advance.advance([Matter(number, Woke(cause)) for number in due], now)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - found out which, below
            for number in due:
                await self._one(number, cause, now)
        return len(due)

    async def _one(self, number: int, cause: str, now: datetime) -> None:
        try:
            await self.advance.advance([Matter(number, Woke(cause))], now)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one alliance that breaks us stops no other
            _log.exception("wake_failed", alliance=number, error=type(error).__name__)
            async with self.advance.database.transaction() as c:
                await alliances.postpone(c, number, now + AGAIN)
