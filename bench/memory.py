"""Memory of idle connections: the service with none, and with a thousand that said EHLO and wait.

.venv/bin/python bench/memory.py [--connections 1000]
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from stage import Server, Talk, serving, table


async def waiting(server: Server, connections: int) -> tuple[int, int]:
    """Octets that the service holds before and while so many wait."""
    before = server.resident()
    talks = [await Talk.opened(server.port) for _ in range(connections)]
    while_waiting = server.resident()
    for talk in talks:
        talk.close()
    return before, while_waiting


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--connections", type=int, default=1000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:{Path(folder) / 'bench.db'}"
        with serving("inbound.py", "--serve", "ours", url) as server:
            before, there = asyncio.run(waiting(server, given.connections))
    found = {"alone_mb": round(before / 1e6, 1), "waiting_mb": round((there - before) / 1e6, 1)}
    table(list(found.items()))
    print(json.dumps({"bench": "memory", "connections": given.connections, **found}))


if __name__ == "__main__":
    main()
