"""Postfix, PostgreSQL and the service, each killed at any moment while replies come and letters go (R1)."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from engines import served_by_postgresql
from house.storm import Sink, Storm, Victim, wrong
from long import size, tell
from ports import free_port
from postfix import postfix

DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=40"


def victim(name: str, start: Callable[[], None], kill: Callable[[], None], longest_s: float) -> Victim:
    """A server whose programs start and kill it."""

    def again() -> None:
        """What was killed may still be going, and is waited for."""
        end = time.monotonic() + 90
        while True:
            try:
                return start()
            except subprocess.SubprocessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)  # other processes, which tell nobody

    return Victim(name, lambda: asyncio.to_thread(again), lambda: asyncio.to_thread(kill), longest_s)


def waiting(queue: Path) -> int:
    """The messages that Postfix still has to deliver: of those that were killed half written it knows nothing (cleanup(8))."""
    found = 0
    for path in (path for name in ("incoming", "active", "deferred") for path in (queue / name).rglob("*")):
        with suppress(FileNotFoundError):
            found += path.is_file() and bool(path.stat().st_mode & 0o100)
    return found


@pytest.mark.row("R1")
@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test's own clients, cut off
async def test_nothing_is_lost_or_done_twice_when_service_database_and_mta_are_killed(folder: Path) -> None:
    replies, rounds, kills = size((60, 10, (4, 2, 2)), (10_000, 20, (100, 50, 50)))
    sink, port = Sink(), free_port()
    with (
        served_by_postgresql(DURABLE) as server,
        postfix(folder / "p", await sink.inbound.start(), port, free_port, "alliance.test") as mta,
    ):

        def kill() -> None:
            os.killpg(int((mta.folder / "queue/pid/master.pid").read_text()), signal.SIGKILL)

        others = (
            victim("postgresql", server.up, server.kill, size(4, 16)),
            victim("postfix", mta.start, kill, size(8, 16)),
        )
        storm = Storm(server.url, port, mta.submission, sink, "lmtp", mta.port, lambda: waiting(mta.folder / "queue"))
        found = await storm.rage(replies, rounds, kills, others, longest_s=size(1, 8))
    await sink.inbound.stop()

    tell("storm", found)
    assert [*found["killed"].values()] == [*kills]
    assert not wrong(found), found
