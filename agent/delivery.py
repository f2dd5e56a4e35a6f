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
from agent.store.database import NewerSchemaError, Unavailable

BATCH = 100  # letters under way at most, so that they fill no memory
ENDING_S = 5.0  # for what is under way when the service ends; what is cut off then may be sent twice

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
    connections: int = 4  # over which they go
    patience_s: float = 1.0  # for those under way, until it is looked whether others are due
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter, init=False)  # attempts by kind and outcome
    answered: int = field(default=0, init=False)  # letters in the last round

    _claimed: list[outbox.Letter] = field(default_factory=list, init=False)
    _under_way: dict["asyncio.Task[Reply]", outbox.Letter] = field(default_factory=dict, init=False)

    async def deliver(self, now: datetime) -> int:
        """Keep what has been answered, send what is due, and wait until something is answered; how many are under way.

        What is answered while this is committed is kept with the next round, as in `store.gather`.
        """
        await self._round(now, *self._room())
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self.patience_s, return_when=asyncio.FIRST_COMPLETED)
        return len(self._under_way)

    def _room(self) -> tuple[int, set[str]]:
        """How many letters to claim, and to which domains none.

        Twice as many as there are connections, or as were answered while the last ones were claimed, so that no connection
        waits for the database and what is more is left to other nodes. Once all these places are taken and nothing was
        answered, a domain counts as half of them at most, as in the relay: who is slow holds up no other (R5).
        """
        most = min(BATCH, 2 * max(self.connections, self.answered))
        going = [x.rcpt.rpartition("@")[2] for task, x in self._under_way.items() if not task.done()]
        if len(going) < most:
            return most - len(going), set()
        counts = Counter(going)
        return most - sum(min(n, most // 2) for n in counts.values()), {d for d, n in counts.items() if n >= most // 2}

    async def _round(self, now: datetime, room: int, but: set[str]) -> None:
        """In one transaction: settle what has been answered, hold on to what has not, and claim more."""
        ended = {task: x for task, x in self._under_way.items() if task.done()}
        aging = {t: x for t, x in self._under_way.items() if t not in ended and x.due_at < now + self.lease / 2}
        answered = [(x, task.result()) for task, x in ended.items()]
        settled = [self._settled(x, reply, now) for x, reply in answered]
        states = [state for *_, state, _, _, _ in settled]
        newer = await self._tell([pair for pair, state in zip(answered, states, strict=True) if state == "failed"], now)
        settled = [x for x in settled if not (x[0] in newer and x[3] == "failed")]  # until the lease ends: then anew
        async with self.advance.database.transaction(lasting=bool(settled)) as c:
            await outbox.settle(c, settled)
            await outbox.hold(c, [x.claim for x in aging.values()], now + self.lease)
            await outbox.let_go(c, self._claimed, now)
            batch = await outbox.claim(c, now, room, self.lease, but=but) if room > 0 else []
            self._claimed = batch
        self._claimed = []
        self.answered = len(answered)
        self.counted.update((x.about.partition(":")[0], state) for (x, _), state in zip(answered, states, strict=True))
        for task in ended:  # not before: what could not be kept now is kept next time, and not sent again
            del self._under_way[task]
        self._under_way |= {task: replace(x, due_at=now + self.lease) for task, x in aging.items()}
        # Where we were cut off for long enough, one of these is still under way.
        tasks = {_key(x): task for task, x in self._under_way.items()}
        for x in batch:
            self._under_way[tasks.get(_key(x)) or asyncio.create_task(self._sent(x))] = x

    async def _sent(self, letter: outbox.Letter) -> Reply:
        try:
            return await self.send(letter.mail_from, letter.rcpt, letter.raw)
        except Exception as error:  # noqa: BLE001 - one letter that breaks us stops no other
            _log.error("letter_broke", alliance=letter.alliance_id, letter=letter.number, exc_info=error)
            return Reply(421, "4.3.0 could not be sent for a reason of ours; the log has it")

    async def close(self, now: datetime) -> None:
        """Let what is under way come to its end, break off what is slow, and let other nodes have that."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=ENDING_S)
            for task in self._under_way:
                task.cancel()  # but what has ended
            await asyncio.wait(self._under_way)
        elif not self._claimed:
            return
        left = [self._under_way.pop(task) for task in [*self._under_way] if task.cancelled()]
        with suppress(Unavailable):  # then they may have it when the lease runs out
            await self._round(now, 0, set())
            async with self.advance.database.transaction() as c:
                await outbox.let_go(c, left, now)

    async def _tell(self, failed: list[tuple[outbox.Letter, Reply]], now: datetime) -> set[int]:
        """Let alliances know what could not be delivered, but not to an address that has been replaced since.

        Before it is settled: if we die in between, it is tried and told once more, and telling twice is telling once.
        Those that only a newer version can tell come back.
        """
        newer: set[int] = set()
        if not failed:
            return newer
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
            if isinstance(error, NewerSchemaError):
                newer.add(matter.alliance)
            else:
                _log.error("failure_untold", alliance=matter.alliance, cause=matter.event.cause, exc_info=error)
        return newer

    def _settled(self, letter: outbox.Letter, reply: Reply, now: datetime) -> outbox.Settled:
        """What came of one letter: sent, failed for good, not known, or owed again later."""
        said = f"{reply.code} {reply.text}"
        if reply.is_accepted:
            return (*letter.claim, "sent", said, None, now)
        wait = None if reply.is_permanent else self.wait(letter.tries)
        if wait is None:
            _log.warning("letter_failed", alliance=letter.alliance_id, letter=letter.number, code=reply.code)
            return (*letter.claim, "unknown" if reply.is_unknown else "failed", said, None, now)
        if self.is_late(letter.tries):
            _log.warning("letter_delayed", alliance=letter.alliance_id, letter=letter.number, attempts=letter.attempts)
        return (*letter.claim, "queued", said, now + wait, now)


def _key(letter: outbox.Letter) -> tuple[int, int]:
    return letter.alliance_id, letter.number


def _blame(reply: Reply) -> int:
    """What a failure says against the address; that the relay was away (421) says nothing."""
    return 0 if reply.code == 421 else blame_of(reply.text, permanent=reply.is_permanent)
