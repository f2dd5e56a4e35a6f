"""Reads what is ours out of one ordinary mailbox, again and again, for as long as we live.

Nothing is lost and nothing is doubled: a mail is kept, then marked, then the bookmark goes on; whatever stops in between
is done again, and the store knows a message that it has. A mail that is not ours is left as it is, and of it nothing but
the fields that say so was read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from agent.imap.connection import Account, Connection, Trouble, opened
from agent.mail.address import Doors
from agent.mail.answered import FIELDS, LOOKED_THROUGH, answered, envelope_of, headers_of, is_report, reported, starts
from agent.mail.envelope import Bookmark, Envelope
from agent.mail.message import LARGEST

T = TypeVar("T")
BATCH = 100  # mails whose headers are asked for at once
BACK = timedelta(days=2)  # servers count days where they live, and clocks are wrong
FRESH = timedelta(hours=1)  # so old may the time of a bookmark be
SHORTEST_S, LONGEST_S = 1.0, 30.0  # between two attempts to reach the server
REFUSED_S = 300.0  # after a refusal: who asks again and again with a wrong password is locked out

_log = structlog.get_logger()


@dataclass(eq=False)
class Mailbox:
    """One mailbox. `keep` returns when what it got is safe; `load` and `save` are for the bookmark."""

    account: Account
    doors: Doors
    may_start: Callable[[str], bool]
    word: str  # that the subject of a first mail must have; "" where the mailbox is ours alone
    keep: Callable[[Sequence[Envelope]], Awaitable[None]]
    load: Callable[[], Awaitable[Bookmark | None]]
    save: Callable[[Bookmark], Awaitable[None]]
    now: Callable[[], datetime]
    poll_s: float = 60

    fetched: datetime | None = field(default=None, init=False)  # when it was last read to its end
    _connection: Connection | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)

    async def watch(self) -> int:
        """Bring in what is there, and if there is nothing wait until there may be; how many there were."""
        try:
            taken = await self.fetch()
            self._failures, self.fetched = 0, self.now()
            if not taken:
                await self._held(lambda connection: connection.wait(self.poll_s))
        except Trouble as trouble:
            self._failures += 1
            _log.warning("mailbox_trouble", reason=trouble.reason, attempt=self._failures)
            wait = min(SHORTEST_S * 2 ** min(self._failures - 1, 10), LONGEST_S)
            await asyncio.sleep(REFUSED_S if trouble.is_lasting else wait)
            return 0
        return taken

    async def fetch(self) -> int:
        """Keep what has come since the last time and is ours; how many there were. Raises Trouble."""
        return await self._held(self._fetch)

    async def _held(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do this on our connection, or on a new one; whatever breaks it off, nobody goes on with what is left."""
        if self._connection is None:
            self._connection = await opened(self.account)
        try:
            return await work(self._connection)
        except BaseException:
            self._connection.cut()
            self._connection = None
            raise

    async def _fetch(self, connection: Connection) -> int:
        now, mark = self.now(), await self.load()
        if mark is None:  # what was there before us is not ours
            await self.save(Bookmark(connection.validity, connection.next_uid - 1, now))
            return 0
        renumbered = mark.validity != connection.validity
        if renumbered:
            uids = await connection.since((mark.at - BACK).date())
        else:
            uids = await connection.above(mark.uid)
        taken = 0
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            taken += await self._sift(connection, batch)
            if not renumbered:
                await self.save(Bookmark(connection.validity, batch[-1], now))
        if renumbered:  # not before the end, since the new numbers may be in another order than the days
            await self.save(Bookmark(connection.validity, max([*uids, connection.next_uid - 1]), now))
        elif not uids and now - mark.at > FRESH:
            await self.save(Bookmark(mark.validity, mark.uid, now))
        return taken

    async def _sift(self, connection: Connection, uids: Sequence[int]) -> int:
        """Keep those of these mails that are ours."""
        taken = 0
        for uid, block in sorted((await connection.headers(uids, FIELDS)).items()):
            headers = headers_of(block)
            if not (answered(headers, self.doors) or starts(headers, self.doors, self.may_start, self.word)):
                start = await connection.whole(uid, LOOKED_THROUGH) if is_report(headers) else None
                if start is None or not reported(start, self.doors):
                    continue
            raw = await connection.whole(uid, LARGEST + 1)
            if raw is None:
                continue
            await self.keep([envelope_of(headers, raw, self.doors, self.account.host)])
            try:
                await connection.taken(uid)
            except Trouble as trouble:
                if not trouble.is_lasting:
                    raise
                _log.warning("mailbox_unmarked", reason=trouble.reason)  # it is kept, and that is what counts
            taken += 1
        return taken

    async def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection:
            await self._connection.close()
            self._connection = None
