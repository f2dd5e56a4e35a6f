"""Thousands of replies while the service is killed hundreds of times, and every crash point: `make soak` (R1, R2).

    python tests/soak.py --replies 10000 --kills 200 --points 1000 --seed 7 --database sqlite:/somewhere/alliance.db

Nothing is lost and nothing done twice, and letters are doubled only under the same Message-ID, with the same bytes. The
suite does the same with some dozens of replies.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
PATHS = [str(HERE.parent), str(HERE), str(HERE / "house")]
sys.path[:0] = PATHS

from served import settings_for  # noqa: E402 - the folders stand above
from test_kill import Sink, free_port, persist, prepared, storm  # noqa: E402

from agent.service import opened  # noqa: E402
from agent.store import alliances, inbox, outbox  # noqa: E402

ROUNDS = 20  # replies of one person, each a correction of the one before


async def storms(url: str, replies: int, kills: int) -> dict[str, float]:
    pairs = max(1, replies // (2 * ROUNDS))
    sink, port, began = Sink(), free_port(), time.monotonic()
    relay = await sink.inbound.start()
    async with opened(settings_for(url, port, relay)) as service:
        await prepared(service, pairs)
    people = dict(sink.address)
    done = asyncio.Event()
    storming = asyncio.create_task(storm(url, port, relay, done, kills))

    async def writes(person: str, to: str) -> None:
        for n in range(ROUNDS):
            await persist(person, to, port, f"round {n}")

    await asyncio.gather(*(writes(person, to) for person, to in people.items()))
    done.set()
    killed = await storming
    async with opened(settings_for(url, port, relay)) as service:
        async with service.database.transaction() as c:  # who held these is dead
            await inbox.release(c)
            await outbox.release(c, service.now())
        await service.settle()
        async with service.database.transaction() as c:
            kept = dict(await c.fetch("SELECT outcome, COUNT(*) FROM inbox GROUP BY outcome"))
            steps = await c.fetch(
                "SELECT alliance_id, COUNT(*) FROM steps WHERE event = 'Replied' GROUP BY alliance_id"
            )
            loaded = await alliances.load(c, range(1, pairs + 1))
    await sink.inbound.stop()
    last = Counter(
        alliance.answer(p.number, "hopes").text == f"{p.address} hopes for round {ROUNDS - 1}."
        for alliance in loaded.values()
        for p in alliance.participants
    )
    assert all(len(set(copies)) == 1 for copies in sink.letters.values()), "a letter was sent with other bytes"
    return {
        "replies": len(people) * ROUNDS,
        "killed": killed,
        "done": kept.get("replied", 0),
        "lost": len(people) * ROUNDS - kept.get("replied", 0),
        "doubled": sum(count for _, count in steps) - 3 * pairs - len(people) * ROUNDS,
        "last words wrong": last[False],
        "letters": len(sink.letters),
        "letters twice, the same": sum(len(copies) - 1 for copies in sink.letters.values()),
        "seconds": round(time.monotonic() - began),
    }


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    for name, most in (("replies", 10_000), ("kills", 200), ("points", 1000), ("seed", 7)):
        told.add_argument(f"--{name}", type=int, default=most)
    told.add_argument("--database", default="")
    chosen = told.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(storms(chosen.database or f"sqlite:{folder}/alliance.db", chosen.replies, chosen.kills))
        print(json.dumps(found), flush=True)  # noqa: T201
        (points := Path(folder) / "points").mkdir()
        command = [sys.executable, str(HERE / "house/points.py"), str(points), str(chosen.points), str(chosen.seed)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)}
        ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        seen = json.loads(ended.stdout)
        print(json.dumps({key: seen[key] for key in ("points", "labels", "killed", "twice", "faults")}))  # noqa: T201
    return int(bool(found["lost"] or found["doubled"] or found["last words wrong"] or seen["faults"]))


if __name__ == "__main__":
    sys.exit(main())
