"""Group commit: what arrives while one batch is being committed becomes the next batch. Nothing waits for a clock."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Gather(Generic[T]):
    """One door for many tasks that each have one thing to commit.

    `commit` is given a batch. What it raises reaches everybody whose thing was in that batch, and nobody else.
    """

    def __init__(self, commit: Callable[[list[T]], Awaitable[None]], *, limit: int = 200) -> None:
        """`limit` bounds a batch: larger ones commit hardly faster and let the first wait longer."""
        self._commit = commit
        self._limit = limit
        self._waiting: deque[tuple[T, asyncio.Future[None]]] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def put(self, item: T) -> None:
        """Have this committed with whatever else is waiting; returns once it is.

        Cancelled while it still waits, the thing is not committed. Cancelled later, it may be: nobody else notices.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        await future

    async def close(self) -> None:
        """Wait until all that was put is committed."""
        while self._draining is not None:
            await asyncio.wait([self._draining])

    async def _drain(self) -> None:
        """Commit batches until nobody waits. A task of its own, so that no waiter's cancelling ends another's commit."""
        try:
            while batch := self._next():
                await self._commit_batch(batch)
        finally:
            self._draining = None
            for _, future in self._waiting:  # only when this task was cancelled, with its loop
                future.cancel()

    def _next(self) -> list[tuple[T, asyncio.Future[None]]]:
        batch: list[tuple[T, asyncio.Future[None]]] = []
        while self._waiting and len(batch) < self._limit:
            item, future = self._waiting.popleft()
            if not future.done():
                batch.append((item, future))
        return batch

    async def _commit_batch(self, batch: list[tuple[T, asyncio.Future[None]]]) -> None:
        futures = [future for _, future in batch]
        try:
            await self._commit([item for item, _ in batch])
        except asyncio.CancelledError:
            for future in futures:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is handed to those who asked
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            return
        for future in futures:
            if not future.done():
                future.set_result(None)
