"""The loop over the outbox: claim what is due, hand it to the relay, settle what came of it.

At least once: a letter whose sender died goes out again, the same bytes under the same Message-ID. Giving up is visible:
the row says failed, and the alliance hears of it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from agent.advance import Advance, Matter
from agent.alliance.event import Undeliverable
from agent.mail.reply import Reply
from agent.store import outbox

BATCH = 100
LEASE = timedelta(minutes=30)  # longer than the longest conversation with a relay

_log = structlog.get_logger()


@dataclass(slots=True)
class Delivery:
    """What delivering needs. `send` is the relay's, `wait` says how long until the next try (None: give up)."""

    advance: Advance
    send: Callable[[str, str, bytes], Awaitable[Reply]]
    wait: Callable[[int], timedelta | None]
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter, init=False)  # attempts by kind and outcome

    async def deliver(self, now: datetime) -> int:
        """Deal with one batch; how many there were."""
        async with self.advance.database.transaction() as c:
            batch = await outbox.claim(c, now, BATCH, LEASE)
        if not batch:
            return 0
        replies = await asyncio.gather(*(self.send(x.mail_from, x.rcpt, x.raw) for x in batch))
        settled = [self._settled(x, reply, now) for x, reply in zip(batch, replies, strict=True)]
        await self._tell([x for x, (_, _, state, *_) in zip(batch, settled, strict=True) if state == "failed"], now)
        async with self.advance.database.transaction() as c:
            await outbox.settle(c, settled)
        kinds = (x.about.partition(":")[0] for x in batch)
        self.counted.update((kind, state) for kind, (_, _, state, *_) in zip(kinds, settled, strict=True))
        return len(batch)

    async def _tell(self, failed: list[outbox.Letter], now: datetime) -> None:
        """Let alliances know what could not be delivered, but not to an address that has been replaced since.

        Before it is settled: if we die in between, it is tried and told once more, and telling twice is telling once.
        """
        if not failed:
            return
        async with self.advance.database.transaction() as c:
            asked = await outbox.asked(c, [(x.alliance_id, x.number) for x in failed])
        current = {key for key, letter in asked.items() if letter.rcpt == letter.address}
        matters = [
            Matter(x.alliance_id, Undeliverable(x.participant, x.about, permanent=True, cause=f"outbox:{x.number}"))
            for x in failed
            if (x.alliance_id, x.number) in current
        ]
        for matter, error in await self.advance.bring(matters, now):
            _log.error("failure_untold", alliance=matter.alliance, cause=matter.event.cause, exc_info=error)

    def _settled(self, letter: outbox.Letter, reply: Reply, now: datetime) -> outbox.Settled:
        """What came of one letter: sent, failed for good, not known, or owed again later."""
        said = f"{reply.code} {reply.text}"
        key = (letter.alliance_id, letter.number)
        if reply.is_accepted:
            return (*key, "sent", said, None, now)
        wait = None if reply.is_permanent else self.wait(letter.attempts)
        if wait is None:
            _log.warning("letter_failed", alliance=letter.alliance_id, letter=letter.number, code=reply.code)
            return (*key, "unknown" if reply.is_unknown else "failed", said, None, now)
        return (*key, "queued", said, now + wait, now)
