"""Whatever is said, and wherever the program stops and begins again: what is kept is as if it had never stopped.

The conversations are those of the properties of pairs and of teams, with all that must hold for them. Beside the pure core
each event goes through the one door into a real database, which breaks before any statement, or before the commit, as
often as is drawn; then the event comes again, and once more when it was kept already.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crew import FLOW as TEAM
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stretch
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from talk import FLOW as PAIR
from test_properties import Alliances
from test_team_properties import Teams

from agent.advance import Advance, Matter
from agent.alliance.model import Alliance
from agent.alliance.shelf import Shelf
from agent.alliance.turn import House
from agent.compose import Post
from agent.files import read_flow
from agent.mail.address import Doors
from agent.store import alliances
from agent.store.database import Connection, Database, migrate, open_database

BANK = read_flow(Path(__file__).parents[2] / "flows", "trust_bank")
MOST = 40  # the statements of the longest steps


class CrashError(Exception):
    """The program stops here."""


@dataclass(frozen=True)
class Words:
    """A letter in no words: what it says is looked at in the core."""

    subject: str = "x"
    text: str = "x"
    html: str = "x"
    words: str = ""


@dataclass
class Breaking:
    """A real database that breaks after so many statements, or after the last one and before the commit."""

    database: Database
    left: int | None = None  # None: it does not break

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator["Counting"]:
        async with self.database.transaction(lasting=lasting) as c:
            yield Counting(c, self)
            if self.left is not None:
                raise CrashError


@dataclass
class Counting:
    """A connection that counts what it is asked."""

    c: Connection
    whole: Breaking

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self.c, name)

        async def counted(*args: object) -> object:
            if self.whole.left == 0:
                raise CrashError
            if self.whole.left is not None:
                self.whole.left -= 1
            return await asked(*args)

        return counted


class Kept:
    """One alliance in a database, moved through the one door."""

    def __init__(self, alliance: Alliance, house: House) -> None:
        self.loop = asyncio.new_event_loop()
        self.database = Breaking(self.run(open_database("sqlite::memory:")))
        doors, words = Doors("a.test", (b"k" * 32,)), Words()
        post = Post(doors, house, "Alliance", "h@a.test", lambda *_, **__: words, lambda *_: (), lambda *_: "")
        self.door = Advance(self.database, post, Shelf(PAIR, TEAM, BANK), 1000, 1000)  # type: ignore[arg-type]
        self.run(self._begin(alliance))

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _begin(self, alliance: Alliance) -> None:
        await migrate(self.database.database)
        async with self.database.transaction() as c:
            for file in (PAIR, TEAM):
                await alliances.put_flow(c, file.key, file.content)
            await alliances.save(c, [(alliance, None)])

    def happens(self, event: Any, now: Any) -> None:
        """Bring an event through the door."""
        self.run(self.door.advance([Matter(1, event)], now))

    def crashes(self, event: Any, now: Any, after: int) -> None:
        """The same, and the program stops after so many statements, or before the commit when there are fewer."""
        self.database.left = after
        with pytest.raises(CrashError):
            self.happens(event, now)
        self.database.left = None

    def read(self) -> tuple[Alliance | None, set[int]]:
        """What is kept: the alliance, and which letters were written."""
        return self.run(self._read())

    async def _read(self) -> tuple[Alliance | None, set[int]]:
        async with self.database.transaction() as c:
            found = await alliances.load(c, [1])
            return found.get(1), {n for (n,) in await c.fetch("SELECT number FROM outbox WHERE alliance_id = 1")}

    def close(self) -> None:
        self.run(self.database.database.close())
        self.loop.close()


class Crashing:
    """What is common to both: the conversation and its copy in the database, which stays the same."""

    kept: Kept
    crashes: tuple[int, ...] = ()
    again: bool = False
    gone: bool = False  # nothing of it is to be left

    def keep(self, talk: Any) -> None:
        self.kept = Kept(talk.alliance, talk.house)
        self.letters: set[int] = set()

    @rule(crashes=st.lists(st.one_of(st.integers(0, MOST), st.just(MOST)), max_size=3), again=st.booleans())
    def it_is_going_to_crash(self, crashes: list[int], again: bool) -> None:
        self.crashes, self.again = tuple(crashes), again

    def copy(self, talk: Any, event: Any) -> None:
        before = self.kept.read()
        for after in self.crashes:
            self.kept.crashes(event, talk.now, after)
            assert self.kept.read() == before
        self.kept.happens(event, talk.now)
        if self.again:
            self.kept.happens(event, talk.now + timedelta(hours=9))
        alliance, written = self.kept.read()
        self.gone = self.gone or talk.forgotten
        if self.gone:
            assert (alliance, written) == (None, set())
            return
        assert alliance is not None
        assert _as_kept(alliance, alliance) == _as_kept(talk.alliance, alliance)
        assert before[0] is not None
        erased = {p.number for p in before[0].participants if not p.address}
        people = talk.alliance.people
        unwanted = {
            p.number for p in talk.alliance.participants if p.address in people and people[p.address].suppressed
        }
        self.letters |= {s.number for s in talk.new if s.to not in erased | unwanted}
        assert written == self.letters

    def teardown(self) -> None:
        if hasattr(self, "kept"):
            self.kept.close()


def _as_kept(alliance: Alliance, kept: Alliance) -> Alliance:
    """Without people, and without the addresses of those who were erased: these the store takes out."""
    known = tuple(
        replace(p, address=q.address, full_name=q.full_name) if not q.address else p
        for p, q in zip(alliance.participants, kept.participants, strict=True)
    )
    return replace(alliance, people={}, participants=known)


class CrashingPairs(Crashing, Alliances):
    """Two people, and a program that stops anywhere."""

    @initialize(
        depth=st.sampled_from(
            ["invited", "joined", "revealed", "last answers", "drafted", "agreed", "checking", "on trial", "a year on"]
        )
    )
    def begin(self, depth: str) -> None:
        super().begin(depth)
        self.keep(self.talk)

    def happens(self, event: object, text: str = "") -> None:
        super().happens(event, text)
        self.copy(self.talk, event)


class CrashingTeams(Crashing, Teams):
    """Three to eight people, and a program that stops anywhere."""

    @initialize(
        size=st.integers(3, 8),
        depth=st.sampled_from(["invited", "voting", "asking", "drafted", "agreed", "checking"]),
        votes=st.sampled_from(["a a b b", "a b b b", "b c a a"]),
    )
    def begin(self, size: int, depth: str, votes: str) -> None:
        super().begin(size, depth, votes)
        self.keep(self.t)

    def happens(self, event: object, text: str = "") -> None:
        super().happens(event, text)
        self.copy(self.t, event)


_SEEKS = os.environ.get("HYPOTHESIS_PROFILE") == "seek"
_HOW = settings(
    max_examples=1000 if _SEEKS else 12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Stretch.explicit, Stretch.reuse, Stretch.generate],
)


@pytest.mark.row("T70")
@pytest.mark.parametrize("people", [CrashingPairs, CrashingTeams])
def test_whatever_is_said_and_wherever_it_stops_a_reveal_is_all_or_none(people: type[RuleBasedStateMachine]) -> None:
    """And whatever else must hold of a conversation: above all that nobody reads what is not shown yet."""
    run_state_machine_as_test(people, settings=_HOW)
