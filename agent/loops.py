"""Loops side by side: each sleeps until there is something to do, or until its bell is rung.

A node that has no loop free for what there is to do tells the other nodes, which hear it from the database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from agent.store.database import ANY, Database, Unavailable

POLL = 60.0  # seconds: how long a loop sleeps at most, for what nobody has told it
CALLS = 0.05  # seconds between two calls to other nodes: who is busy would call with each mail
TRY_AGAIN = 5.0  # seconds: after the database could not be reached

Step = Callable[[], Awaitable[float]]  # says for how many seconds nothing will be due

_log = structlog.get_logger()


@dataclass(slots=True)
class Bell:
    """Wakes a loop of this node."""

    name: str
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    asleep: bool = False  # whether the loop waits for it


@dataclass(slots=True)
class Loops:
    """Those of one node. `noted` hears the name of a loop each time that it comes round."""

    database: Database
    noted: Callable[[str], None]
    arrived: Bell = field(default_factory=lambda: Bell("arrived"))
    owed: Bell = field(default_factory=lambda: Bell("owed"))
    try_again_s: float = TRY_AGAIN
    poll_s: float = POLL

    _for_others: set[str] = field(default_factory=set, init=False)  # bells for which no loop of this node is free
    _told: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def loop(self, step: Step, bell: Bell) -> None:
        """One step after the other. Each says for how many seconds nothing will be due, unless the bell is rung."""
        while True:
            bell.rung.clear()
            self.noted(step.__name__.strip("_"))
            if not (pause := await self._paused(step)):
                continue
            bell.asleep = True
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await bell.rung.wait()
            bell.asleep = False

    async def again(self, step: Step) -> None:
        """One step after the other, which no bell wakes."""
        while True:
            pause = await self._paused(step)
            await asyncio.sleep(pause)

    async def _paused(self, step: Step) -> float:
        """Take one step, which ends no loop when it breaks; how long to wait then."""
        try:
            return await step()
        except Unavailable:
            _log.warning("database_unavailable")
            return self.try_again_s
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("step_failed", loop=step.__name__.strip("_"), exc_info=error)
            await asyncio.sleep(self.try_again_s)  # whatever rings
            return 0

    def ring(self, bell: Bell) -> None:
        """There is something to do. Where no loop of this node is free for it, other nodes are told."""
        bell.rung.set()
        if not bell.asleep:
            self._for_others.add(bell.name)
            self._told.set()

    async def tell(self) -> float:
        """Tell other nodes what there is to do, once there is something and until they could be told; a step."""
        await self._told.wait()
        name = self._for_others.pop()  # before it is rung: what comes meanwhile is told anew
        try:
            await self.database.ring(name)
        except BaseException:
            self._for_others.add(name)
            raise
        if not self._for_others:
            self._told.clear()
        return CALLS

    async def listen(self) -> float:
        """Hear what other nodes tell, for as long as the database lets us; a step."""

        def rung(name: str) -> None:
            for bell in (self.arrived, self.owed):
                if name in (bell.name, ANY):
                    bell.rung.set()

        await self.database.listen(rung)
        return 0

    def until(self, due: datetime | None, now: datetime) -> float:
        """How long to wait for what is due then."""
        pause = (due - now).total_seconds() if due else self.poll_s
        return min(self.poll_s, max(0.05, pause))
