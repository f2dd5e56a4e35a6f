"""Kill the process at every labelled point, and see that the rest is done as if nothing had been: python points.py FOLDER COUNT SEED.

The points are before and after each SQL statement, commit and SMTP verb. They are put around the product from outside. A
process is prepared once and forked for each point, since to start takes a second; what dies is the fork, by os._exit,
which like SIGKILL runs nothing more. Prints one line of JSON.
"""

import asyncio
import functools
import hashlib
import json
import os
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosmtpd.smtp
import aiosmtplib
from served import settings_for

from agent import templates
from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.mail.envelope import Envelope
from agent.service import opened
from agent.smtp.inbound import Inbound
from agent.store import alliances, sqlite

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN, BEN = "ann@a.test", "ben@b.test"
REFUSED = "nobody@gone.test"
VERBS_IN = ("smtp_EHLO", "smtp_MAIL", "smtp_RCPT", "smtp_DATA", "smtp_QUIT")
VERBS_OUT = ("connect", "ehlo", "mail", "rcpt", "data")


class Points:
    """Counts what is passed, and dies at one of it."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.deadly: tuple[str, int] | None = None

    def at(self, label: str) -> None:
        self.passed[label] += 1
        if self.deadly == (label, self.passed[label]):
            os._exit(9)

    def around(self, owner: type, name: str, label: Callable[..., str]) -> None:
        inner = getattr(owner, name)

        @functools.wraps(inner)
        async def labelled(*args: object, **named: object) -> object:
            said = label(*args)
            self.at(f"before {said}")
            result = await inner(*args, **named)
            self.at(f"after {said}")
            return result

        setattr(owner, name, labelled)


def placed() -> Points:
    """Put all points around the product."""
    points = Points()

    def statement(_: object, sql: str, *__: object) -> str:
        found = re.match(r"\s*(\w+)(?:.*?\b(?:FROM|INTO|UPDATE)\s+(\w+)|\s+(\w+))?", sql, re.DOTALL)
        assert found
        return " ".join(filter(None, found.groups()))

    for name in ("execute", "executemany", "fetch"):
        points.around(sqlite.SQLiteTransaction, name, statement)
    for verb in VERBS_IN:
        points.around(aiosmtpd.smtp.SMTP, verb, lambda server, *_, verb=verb: f"{server.hostname} {verb}")
    for verb in VERBS_OUT:
        points.around(aiosmtplib.SMTP, verb, lambda client, *_, verb=verb: f"{client.local_hostname} {verb}")
    inner = sqlite.SQLite.transaction

    @asynccontextmanager
    async def transaction(self: sqlite.SQLite, *, lasting: bool = True):
        async with inner(self, lasting=lasting) as c:
            points.at("after begin")
            yield c
            points.at("before commit")
        points.at("after commit")

    sqlite.SQLite.transaction = transaction
    return points


class Sink:
    """The next hop, which remembers on disk what it has said 250 to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.doors: dict[str, str] = {}
        self.inbound = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="sink.test")

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            number, to = (re.search(rb"\r\n" + name + rb":\s+(\S+)", e.raw) for name in (b"Message-ID", b"Reply-To"))
            assert number
            assert to
            self.doors[e.rcpt_to] = to[1].decode()
            digest = hashlib.sha256(e.raw).hexdigest()
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([number[1].decode(), digest, e.rcpt_to]) + "\n")


async def prepare(folder: Path) -> dict[str, str]:
    """A pair with its first prompt open; the addresses to which they answer."""
    sink = Sink(folder / "before")
    relay = await sink.inbound.start()
    async with opened(settings_for(f"sqlite:{folder}/alliance.db", 2599, relay), now=lambda: NOON) as service:
        events = [
            Started(ANN, "Ann", "hi", f"Ben ({BEN}) and I open a bakery.", 0, "start"),
            Replied(1, "why", "I want us to be friends in five years.", 0, "why"),
            Replied(1, "ready", "SEND", 0, "send"),
            Replied(2, "invitation", "Yes", 0, "yes"),
        ]
        await service.delivery.advance.advance([Matter(1, event) for event in events], NOON)
        await service.settle()
    await sink.inbound.stop()
    return sink.doors


async def scenario(folder: Path, doors: dict[str, str], now: datetime) -> dict[str, object]:
    """Both answer, until somebody has said 250; then all that is due is done. What came of it."""
    sink, acked = Sink(folder / "sent"), folder / "acked"
    acked.touch()
    relay = await sink.inbound.start()
    async with opened(settings_for(f"sqlite:{folder}/alliance.db", 2599, relay), now=lambda: now) as service:
        service.inbound.port = 0
        port = await service.inbound.start()
        for person, to in doors.items():
            if person not in acked.read_text("utf-8").split():
                head = f"From: {person}\r\nTo: {to}\r\nSubject: Re: x\r\nMessage-ID: <{person}>\r\n\r\n"
                async with aiosmtplib.SMTP(
                    hostname="127.0.0.1", port=port, start_tls=False, timeout=10, local_hostname="their.test"
                ) as client:
                    await client.sendmail(person, [to], (head + f"{person} hopes for the best.\r\n").encode())
                with acked.open("a", encoding="utf-8") as out:
                    out.write(person + "\n")
            await service.settle()
        async with service.database.transaction() as c:
            alliance = (await alliances.load(c, [1]))[1]
            states = await c.fetch("SELECT number, participant, about, state FROM outbox ORDER BY number")
            inbox = await c.fetch("SELECT rcpt, state, outcome FROM inbox ORDER BY rcpt")
        await service.inbound.stop()
    await sink.inbound.stop()
    letters = [json.loads(line) for line in (folder / "sent").read_text("utf-8").splitlines()]
    return {
        "answers": sorted([a.participant, a.prompt, a.text] for a in alliance.answers),
        "letters": sorted({(to, number) for number, _, to in letters}),
        "changed": sorted(
            n for n, found in Counter(number for number, _ in {(n, d) for n, d, _ in letters}).items() if found > 1
        ),
        "copies": len(letters),
        "outbox": states,
        "inbox": inbox,
    }


def forked(folder: Path, doors: dict[str, str], points: Points, deadly: tuple[str, int] | None, now: datetime) -> int:
    """Play the scenario in a process of its own; how that ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    points.passed.clear()
    points.deadly = deadly
    try:
        found = asyncio.run(scenario(folder, doors, now))
        (folder / "result").write_text(json.dumps(found), "utf-8")
        (folder / "passed").write_text(json.dumps(points.passed), "utf-8")
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def main(folder: Path, count: int, seed: int) -> None:
    templates.load = functools.cache(templates.load)
    prepared = folder / "prepared"
    prepared.mkdir()
    doors = asyncio.run(prepare(prepared))
    points = placed()

    def fresh(name: str) -> Path:
        shutil.copytree(prepared, folder / name)
        return folder / name

    calm = fresh("calm")
    assert forked(calm, doors, points, None, NOON) == 0
    expected = json.loads((calm / "result").read_text("utf-8"))
    passed: dict[str, int] = json.loads((calm / "passed").read_text("utf-8"))
    every = [(label, n) for label, most in sorted(passed.items()) for n in range(1, most + 1)]
    first = [(label, 1) for label in sorted(passed)]  # each label at least once, as far as the count goes
    rest = [point for point in every if point not in first]
    chance = random.Random(seed)
    chance.shuffle(first)
    chance.shuffle(rest)
    faults, survived, copies = [], [], 0
    for place, point in enumerate((first + rest)[:count]):
        where = fresh(str(place))
        if forked(where, doors, points, point, NOON) != 9:
            survived.append(point)  # another order of things this time
        ended = forked(where, doors, points, None, NOON + timedelta(minutes=1))
        found = json.loads((where / "result").read_text("utf-8")) if ended == 0 else {"ended": ended}
        copies += found.pop("copies", 0) - expected["copies"]
        if found != {key: value for key, value in expected.items() if key != "copies"}:
            faults.append([point, found])
        shutil.rmtree(where)
    print(  # noqa: T201 - for the test
        json.dumps(
            {
                "points": len(every),
                "labels": len(passed),
                "killed": min(count, len(every)) - len(survived),
                "twice": copies,
            }
            | {"faults": faults, "expected": expected}
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
