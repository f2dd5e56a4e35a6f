"""Postfix, PostgreSQL and the service, each killed at any moment while replies come and letters go (R1)."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from long import size, tell
from storm import storm


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that Postfix may enter, with a path that is short enough for its sockets."""
    with tempfile.TemporaryDirectory(prefix="storm") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.row("R1")
@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test's own clients, cut off
async def test_nothing_is_lost_or_done_twice_when_service_database_and_mta_are_killed(folder: Path) -> None:
    replies, kills, rounds = size((60, 8, 10), (10_000, 200, 20))

    found = await storm(folder, free_port, replies, kills, rounds, seed=7)

    tell("storm", found)
    assert sum(found["killed"].values()) == kills
    assert found["inbox"] == {"done": found["replies"]}
    wrong = ("lost", "doubled", "strange", "letters lost", "letters owed", "letters twice, changed")
    assert not any(found[what] for what in wrong), found
