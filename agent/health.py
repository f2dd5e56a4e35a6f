"""How the house is, read from where it shows: what waits in the database, and whether each loop still comes round."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from agent.imap.mailbox import Mailbox
from agent.store import alliances, inbox, outbox
from agent.store.database import Connection, Database, Unavailable, try_writing
from agent.web.health import Checkup, Figure, Values

ANSWERS_S = 5.0  # for the database; who asks has no more patience either
STALLED_S = 900.0  # a loop comes round every minute; nothing that it does takes a quarter of an hour


@dataclass(slots=True)
class Health:
    """What is looked at. `counted` is what the loops have done since the start, by the words of their outcomes."""

    database: Database
    now: Callable[[], datetime]
    counted: Mapping[str, Counter[tuple[str, ...]]]
    mailbox: Mailbox | None = None
    clock: Callable[[], float] = monotonic  # the time of day may jump

    _rounds: dict[str, float] = field(default_factory=dict, init=False)

    def round(self, loop: str) -> None:
        """Note that this loop has come round."""
        self._rounds[loop] = self.clock()

    async def look(self) -> Checkup:
        """Look at all of it now. A database that does not answer or keep is a fault, and leaves out what only it knows."""
        faults: list[str] = []
        figures: tuple[Figure, ...] = ()
        try:
            async with asyncio.timeout(ANSWERS_S), self.database.transaction() as c:
                await try_writing(c)
                found = await waiting(c, self.now())
            figures = found
        except (Unavailable, TimeoutError):
            faults.append("database")
        ages: Values = {(loop,): self.clock() - at for loop, at in self._rounds.items()}
        patience = STALLED_S + (self.mailbox.poll_s if self.mailbox else 0)
        faults += [f"loop {loop}" for (loop,), age in sorted(ages.items()) if age > patience]
        figures += (
            Figure(
                "alliance_database_up", "gauge", "Whether the database answers and keeps.", (), {(): not faults[:1]}
            ),
            Figure("alliance_loop_seconds", "gauge", "Since when a loop has not come round.", ("loop",), ages),
            *(
                Figure(f"alliance_{what}_total", "counter", f"{means} since the start.", labels, self.counted[what])
                for what, means, labels in (
                    ("received", "Mail by what came of it", ("outcome",)),
                    ("sent", "Attempts to send a letter by what came of them", ("kind", "outcome")),
                )
            ),
        )
        if self.mailbox:
            fetched = self.mailbox.fetched
            age: Values = {(): (self.now() - fetched).total_seconds()} if fetched else {}
            faults += ["mailbox"] if age.get((), patience) >= patience else []
            figures += (Figure("alliance_mailbox_seconds", "gauge", "Since when the mailbox was not read.", (), age),)
        return Checkup(tuple(faults), figures)


async def waiting(c: Connection, now: datetime) -> tuple[Figure, ...]:
    """What waits for us and for the operator, and for how long."""
    found = {"inbox": await inbox.backlog(c), "outbox": await outbox.backlog(c)}
    due = [at for at in (await alliances.next_wake(c), await outbox.next_due(c)) if at is not None]
    late = max(0.0, (now - min(due)).total_seconds()) if due else 0.0
    states = {"inbox": ("kept", "aside"), "outbox": ("owed", "failed", "unknown")}
    counts: dict[tuple[str, ...], float] = {(box, state): 0.0 for box in states for state in states[box]}
    ages: dict[tuple[str, ...], float] = {}
    for box, rows in found.items():
        for row in rows:
            counts[box, row.state] = row.count
            ages[box, row.state] = max(0.0, (now - row.oldest).total_seconds())
    return (
        Figure("alliance_waiting", "gauge", "Mail and letters that wait, or were given up.", ("box", "state"), counts),
        Figure("alliance_waiting_seconds", "gauge", "The age of the oldest of these.", ("box", "state"), ages),
        Figure("alliance_overdue_seconds", "gauge", "How late the earliest duty is that is due.", (), {(): late}),
    )
