"""The loop over the outbox: claim what is due, hand it to the relay, settle what came of it.

At least once: a letter whose sender died goes out again, the same bytes under the same Message-ID. Giving up is visible:
the row says failed, and the alliance hears of it. A letter that the relay is slow to answer stays under way, and the next
ones go meanwhile (R5).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from agent.advance import Advance, Matter
from agent.alliance.event import Undeliverable
from agent.alliance.trust import MOVE
from agent.mail.reply import Reply
from agent.mail.report import blame_of
from agent.store import outbox
from agent.store.database import Unavailable

BATCH = 100
ENDING_S = 5.0  # for what is under way when the service ends; what is cut off then may be sent twice
UNDER_WAY = 3 * BATCH  # letters at most, so that what waits for slow servers fills no memory

_log = structlog.get_logger()


@dataclass(slots=True)
class Delivery:
    """What delivering needs. `send` is the relay's, `wait` says how long until the next try (None: give up).

    `is_late` says of an attempt whether the operator should hear that it failed.
    """

    advance: Advance
    send: Callable[[str, str, bytes], Awaitable[Reply]]
    wait: Callable[[int], timedelta | None]
    is_late: Callable[[int], bool]
    lease: timedelta  # how long a claimed letter is nobody else's; it is claimed anew for as long as it is under way
    patience_s: float = 1.0  # for the slowest of those under way, until it is looked whether others are due
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter, init=False)  # attempts by kind and outcome

    _claimed: list[tuple[int, int]] = field(default_factory=list, init=False)
    _under_way: dict["asyncio.Task[Reply]", outbox.Letter] = field(default_factory=dict, init=False)

    async def deliver(self, now: datetime) -> int:
        """Send what is due, and settle what has been answered; how many letters were under way."""
        if len(self._under_way) < UNDER_WAY:
            await self._begin(now)
        count = len(self._under_way)
        if not count:
            return 0
        await self._settle(now, self.patience_s)
        return count

    async def _settle(self, now: datetime, patience_s: float) -> None:
        """Keep what has been answered, and hold on to what has not."""
        ended, going = await asyncio.wait(self._under_way, timeout=patience_s)
        answered = [(self._under_way[task], task.result()) for task in ended]
        settled = [self._settled(x, reply, now) for x, reply in answered]
        lost = [pair for pair, (_, _, state, *_) in zip(answered, settled, strict=True) if state == "failed"]
        await self._tell(lost, now)
        async with self.advance.database.transaction() as c:
            await outbox.settle(c, settled)
            aging = [task for task in going if self._under_way[task].due_at < now + self.lease / 2]
            await outbox.hold(c, [_key(self._under_way[task]) for task in aging], now + self.lease)
        kinds = (x.about.partition(":")[0] for x, _ in answered)
        self.counted.update((kind, state) for kind, (_, _, state, *_) in zip(kinds, settled, strict=True))
        for task in ended:  # not before: what could not be kept now is kept next time, and not sent again
            del self._under_way[task]
        for task in aging:
            self._under_way[task] = replace(self._under_way[task], due_at=now + self.lease)

    async def _begin(self, now: datetime) -> None:
        """Send what is due, but not what is still under way though its lease has run out."""
        held = set(map(_key, self._under_way.values()))
        async with self.advance.database.transaction() as c:
            await outbox.hold(c, self._claimed, now)  # if the database broke off just then: they are free
            batch = await outbox.claim(c, now, BATCH, self.lease)
            self._claimed = [*map(_key, batch)]
        self._claimed = []
        for x in batch:
            if _key(x) not in held:
                self._under_way[asyncio.create_task(self._sent(x))] = x

    async def _sent(self, letter: outbox.Letter) -> Reply:
        try:
            return await self.send(letter.mail_from, letter.rcpt, letter.raw)
        except Exception as error:  # noqa: BLE001 - one letter that breaks us stops no other
            _log.error("letter_broke", alliance=letter.alliance_id, letter=letter.number, exc_info=error)
            return Reply(421, "4.3.0 could not be sent for a reason of ours; the log has it")

    async def close(self, now: datetime) -> None:
        """Let what is under way come to its end, and break off what is slow; that is owed again when its lease runs out."""
        if self._under_way:
            with suppress(Unavailable):
                await self._settle(now, ENDING_S)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()

    async def _tell(self, failed: list[tuple[outbox.Letter, Reply]], now: datetime) -> None:
        """Let alliances know what could not be delivered, but not to an address that has been replaced since.

        Before it is settled: if we die in between, it is tried and told once more, and telling twice is telling once.
        """
        if not failed:
            return
        async with self.advance.database.transaction() as c:
            asked = await outbox.asked(c, [(x.alliance_id, x.number) for x, _ in failed])
        current = {
            key for key, letter in asked.items() if letter.rcpt == letter.address or letter.about.startswith(MOVE)
        }
        matters = [
            Matter(x.alliance_id, Undeliverable(x.participant, x.about, True, f"outbox:{x.number}", _blame(reply)))
            for x, reply in failed
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
        if self.is_late(letter.attempts):
            _log.warning("letter_delayed", alliance=letter.alliance_id, letter=letter.number, attempts=letter.attempts)
        return (*key, "queued", said, now + wait, now)


def _key(letter: outbox.Letter) -> tuple[int, int]:
    return letter.alliance_id, letter.number


def _blame(reply: Reply) -> int:
    """What a failure says against the address; that the relay was away (421) says nothing."""
    return 0 if reply.code == 421 else blame_of(reply.text, permanent=reply.is_permanent)
