"""Full and broken disks, a database that is gone or may only be read from: 4xx at once, nothing lost, and back without a restart (R3)."""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from aiosmtplib import SMTP, SMTPResponseException
from browser import lacking
from engines import PostgreSQL, served_by_postgresql
from served import settings_for
from test_batches import ANN, BEN, House

from agent.log import configure
from agent.mail.reply import Reply
from agent.service import Service, opened

LARGE = "more words\r\n" * 8000


@pytest.fixture(autouse=True)
def _logged() -> None:
    configure("error", "json", sys.stderr)


async def hands_in(service: Service, person: str, to: str, text: str) -> tuple[int, float]:
    """Hand one reply to the port, as an MTA does; the answer and how long it took."""
    raw = f"From: {person}\r\nTo: {to}\r\nSubject: Re: x\r\nMessage-ID: <{hash(text)}@x>\r\n\r\n{text}\r\n".encode()
    began = time.monotonic()
    try:
        async with SMTP(hostname="127.0.0.1", port=service.port, start_tls=False, timeout=30) as client:
            await client.sendmail(person, [to], raw)
    except SMTPResponseException as refused:
        return refused.code, time.monotonic() - began
    return 250, time.monotonic() - began


async def until_heard(house: House, *participants: int) -> None:
    """Until the running service has the first answers of these; each is followed by a letter."""
    came = asyncio.Event()

    async def send(mail_from: str, rcpt: str, raw: bytes) -> Reply:
        came.set()
        return await house.send(mail_from, rcpt, raw)

    house.service.delivery.send = send
    async with asyncio.timeout(60):
        while True:
            [alliance] = await house.all()
            if all(alliance.answer(n, "hopes") for n in participants):
                return
            await came.wait()
            came.clear()


@asynccontextmanager
async def running(url: str) -> AsyncIterator[tuple[Service, House]]:
    """A pair that is being asked, in a house that serves."""
    async with opened(settings_for(url, 2599, 1)) as service:
        service.inbound.port = 0
        service.port = await service.inbound.start()
        house = House(service)
        house.now = service.now()
        service.delivery.send = house.send
        await house.asking(1)
        await service.settle()
        serving = asyncio.create_task(service.run())
        service.loops.try_again_s = 0.05
        yield service, house
        assert not serving.done()
        serving.cancel()
        await asyncio.wait([serving])
        await service.inbound.stop()


class Small:
    """A disk with little room: a file system of its own where we are root, else a limit on what one file may have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def full(self) -> Iterator[None]:
        """While nothing more can be written."""
        if self.folder.is_mount():
            ballast = self.folder / "ballast"
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"x" * 4096) == 4096:
                    pass
            yield
            ballast.unlink()
            return
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        largest = max(path.stat().st_size for path in self.folder.glob("alliance.db*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture(params=["a file system of its own", "a limit on files"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Small]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "a limit on files":
        yield Small(folder)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system takes root")
    yield Small(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.row("R3", "T32")
async def test_a_disk_that_is_full_is_try_again_later_and_then_all_goes_on(small: Small) -> None:
    async with running(f"sqlite:{small.folder}/alliance.db") as (service, house):
        with small.full():
            answers = [
                await hands_in(service, ANN, house.doors[ANN], f"I hope for bread. {n} {LARGE}") for n in range(3)
            ]
            assert {code for code, _ in answers} == {451}
            assert max(seconds for _, seconds in answers) < 20

        code, _ = await hands_in(service, ANN, house.doors[ANN], "I hope for bread.")
        assert code == 250
        await until_heard(house, 1)
        assert (await house.fetch("PRAGMA integrity_check")) == [("ok",)]
        assert len(await house.fetch("SELECT id FROM inbox")) == 1


@contextmanager
def failing(error: str, pids: Iterable[int], files: Iterable[Path] = ()) -> Iterator[None]:
    """While these system calls fail in these processes, as on a disk that breaks; on some files, or on any."""
    if not (strace := shutil.which("strace")):
        lacking("strace is not installed")
    where = [*(f"--attach={pid}" for pid in pids), *(f"--trace-path={path}" for path in files)]
    command = [strace, "-f", *where, "-e", f"inject={error}", "-o", "/dev/null"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = process.stderr.readline()
            if "attached" not in said:
                lacking(f"strace may not look at this process: {said}")
            yield
        finally:
            process.terminate()


@pytest.mark.row("R3", "T32")
@pytest.mark.parametrize("error", ["pwrite64:error=EIO", "fsync,fdatasync:error=EIO", "pwrite64:error=EROFS"])
async def test_a_disk_that_breaks_is_try_again_later_is_told_and_then_all_goes_on(tmp_path: Path, error: str) -> None:
    """Writing fails, or what was written does not reach the disk, or it can only be read from."""
    async with running(f"sqlite:{tmp_path}/alliance.db") as (service, house):
        assert (await service.health.look()).faults == ()

        with failing(error, [os.getpid()], [tmp_path / "alliance.db", tmp_path / "alliance.db-wal"]):
            answers = [await hands_in(service, ANN, house.doors[ANN], f"I hope for bread. {n}") for n in range(3)]
            assert {code for code, _ in answers} == {451}
            assert max(seconds for _, seconds in answers) < 20
            assert (await service.health.look()).faults == ("database",)

        assert (await hands_in(service, ANN, house.doors[ANN], "I hope for bread."))[0] == 250
        await until_heard(house, 1)
        assert (await service.health.look()).faults == ()
        assert (await house.fetch("PRAGMA integrity_check")) == [("ok",)]
        assert len(await house.fetch("SELECT id FROM inbox")) == 1


@pytest.mark.row("R3", "T32")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_that_may_only_be_read_from_is_try_again_later_and_told(
    url: str, postgresql: PostgreSQL
) -> None:
    """As one is that has become a standby, or whose operator looks after it."""

    async def only_reads(yes: str) -> None:
        connection = await asyncpg.connect(postgresql.url, server_settings={"default_transaction_read_only": "off"})
        await connection.execute(f"ALTER ROLE app SET default_transaction_read_only = {yes}")
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        await connection.close()

    async with running(url) as (service, house):
        await only_reads("on")
        try:
            answers = [await hands_in(service, ANN, house.doors[ANN], "I hope for bread.") for _ in range(3)]
            found = await service.health.look()
        finally:
            await only_reads("off")

        assert {code for code, _ in answers} == {451}
        assert found.faults == ("database",)
        assert (await hands_in(service, ANN, house.doors[ANN], "I hope for bread."))[0] == 250
        await until_heard(house, 1)
        assert (await service.health.look()).faults == ()


@pytest.mark.row("R3")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_that_goes_and_comes_back_costs_nothing_but_time(url: str, postgresql: PostgreSQL) -> None:
    async with running(url) as (service, house):
        assert (await hands_in(service, ANN, house.doors[ANN], "I hope for bread."))[0] == 250

        postgresql.stop("fast")
        try:
            answers = [await hands_in(service, BEN, house.doors[BEN], "I hope for cake.") for _ in range(3)]
            found = await service.health.look()
        finally:
            postgresql.up()

        assert {code for code, _ in answers} == {451}
        assert max(seconds for _, seconds in answers) < 20
        assert found.faults == ("database",)
        assert (await hands_in(service, BEN, house.doors[BEN], "I hope for cake."))[0] == 250
        await until_heard(house, 1, 2)
        assert (await service.health.look()).faults == ()


@pytest.mark.row("R3", "T32")
async def test_a_servers_disk_that_loses_what_is_written_is_try_again_later_and_then_all_goes_on() -> None:
    """Then PostgreSQL trusts nothing in its memory: it ends, and does not come up before the disk keeps what it is given.

    What it had written just then may be there again, though nobody was told so: the sender's next try is the same row.
    """
    hopes = [f"I hope for bread. {n}" for n in range(3)]
    with served_by_postgresql("-c fsync=on -c max_connections=40") as server:
        async with running(server.url) as (service, house):
            assert (await hands_in(service, BEN, house.doors[BEN], "I hope for cake."))[0] == 250
            await until_heard(house, 2)

            with failing("fsync,fdatasync:error=EIO", server.pids):
                answers = [await hands_in(service, ANN, house.doors[ANN], hope) for hope in hopes]
                found = await service.health.look()
                await asyncio.to_thread(server.ends)
            server.up()

            assert {code for code, _ in answers} == {451}
            assert max(seconds for _, seconds in answers) < 20
            assert found.faults == ("database",)
            assert {(await hands_in(service, ANN, house.doors[ANN], hope))[0] for hope in hopes} == {250}
            await until_heard(house, 1, 2)
            assert (await service.health.look()).faults == ()
            assert len(await house.fetch("SELECT id FROM inbox")) == 1 + len(hopes)


@pytest.mark.row("R3")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_when_all_connections_are_taken_mail_is_try_again_later(url: str) -> None:
    async with opened(settings_for(url, 2599, 1)) as service:
        service.inbound.port = 0
        service.port = await service.inbound.start()
        free = asyncio.Event()

        async def holds() -> None:
            async with service.database.transaction():
                await free.wait()

        holding = [asyncio.create_task(holds()) for _ in range(4)]
        await asyncio.sleep(0)
        code, seconds = await hands_in(service, ANN, service.doors.front, "Ben (ben@b.test) and I open a bakery.")
        assert code == 451
        assert seconds < 20

        free.set()
        await asyncio.gather(*holding)
        assert (await hands_in(service, ANN, service.doors.front, "Ben (ben@b.test) and I open a bakery."))[0] == 250
        await service.inbound.stop()
