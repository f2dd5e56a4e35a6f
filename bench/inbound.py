"""Accepting mail durably: the service, aiosmtpd's Mailbox and other mail servers against a bare aiosmtpd that does nothing.

    .venv/bin/python bench/inbound.py [--messages 1500] [--rounds 5] [--connections 1 10 50] [--database URL]

All servers run at once, each in a process of its own, and are asked in turn in each round; the medians of the rounds are
printed, with the processor time of the server and its children from the operating system. Ours says 250 after the commit; its
ratio to the bare one ("/ bare") and to the others ("ours /") is what counts, since rates move with the neighbours; "by CPU" is
the same ratio of work for a second of processor, which moves less. One mail is 2.3 KB of text and HTML. Ours runs on uvloop,
the bare one and the Mailbox on the loop that Python brings. How the other servers are set up stands in peers.py; those that
are not installed are named.
"""

import argparse
import asyncio
import itertools
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import uvloop
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP
from peers import started
from stage import OURS, Mail, Server, middle, sent, serve, serving, table

BODY = "I hope that we stay friends, and that we find out who decides what before the doors open in May. "
_numbers = itertools.count()


def mail(rcpt: str = OURS) -> Mail:
    """A mail like no other: one that was sent before would be known, and not be kept."""
    number = next(_numbers)
    half = (BODY * 10).replace(". ", ".\r\n")
    raw = (
        f"From: Ann <ann@a.test>\r\nTo: <{rcpt}>\r\nSubject: Our alliance\r\nMessage-ID: <{number}@a.test>\r\n"
        "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{half}\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{half}</p>\r\n--b--\r\n"
    )
    return Mail("ann@a.test", rcpt, raw.encode())


def ours(url: str) -> None:
    """Serve the service's own door, which keeps and does nothing else."""
    from reply import settings_for  # noqa: PLC0415 - the other servers need none of it

    from agent.service import opened  # noqa: PLC0415

    async def start() -> int:
        service = await stack.enter_async_context(opened(settings_for(url, 25)))
        service.inbound.port = 0  # a free one: several services run at once
        return await service.inbound.start()

    stack = AsyncExitStack()
    serve(start, uvloop.run)


class Nothing:
    """A handler that does nothing."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


def stock(handler: object) -> None:
    """Serve aiosmtpd as it comes, with this handler."""

    async def start() -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, hostname="bare.test"), "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    serve(start)


def measured(servers: dict[str, Server], rounds: int, messages: int, connections: list[int]) -> Iterator[list[object]]:
    """Rows of the table: server, connections, reused or not, mails/s, CPU in microseconds; ratios to bare, and ours to it."""
    rates: dict[tuple[str, int, bool], list[float]] = defaultdict(list)
    cpus: dict[tuple[str, int, bool], list[float]] = defaultdict(list)
    ways = [(n, True) for n in connections] + [(connections[-1], False)]
    for turn in range(rounds + 1):  # the first one warms up
        for (count, reuse), (name, server) in itertools.product(ways, servers.items()):
            mails = [mail() for _ in range(messages if turn else messages // 10)]
            before = server.cpu()
            seconds = asyncio.run(sent(server.port, mails, count, reuse=reuse, hello=server.hello))
            if turn:
                rates[name, count, reuse].append(len(mails) / seconds)
                cpus[name, count, reuse].append((server.cpu() - before) / len(mails) * 1e6)
    rate, cpu = ({case: middle(values) for case, values in found.items()} for found in (rates, cpus))
    for case in rates:
        name, count, reuse = case
        bare, us = ("bare", count, reuse), ("ours", count, reuse)
        yield [
            name,
            count,
            "reused" if reuse else "one each",
            round(rate[case]),
            round(cpu[case]),
            f"{rate[case] / rate[bare]:.2f}",
            f"{cpu[bare] / cpu[case]:.2f}",
            f"{rate[us] / rate[case]:.2f}",
            f"{cpu[case] / cpu[us]:.2f}",
        ]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--serve", nargs="+")
    options.add_argument("--messages", type=int, default=1500)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, nargs="+", default=[1, 10, 50])
    options.add_argument("--database", default="")
    given = options.parse_args()
    if given.serve:
        name, where = given.serve
        return ours(where) if name == "ours" else stock(Mailbox(where) if where else Nothing())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = given.database or f"sqlite:{Path(folder) / 'bench.db'}"
        asked = {"bare": ("bare", ""), "ours": ("ours", url), "Mailbox": ("stock", str(Path(folder) / "mailbox"))}
        servers = {name: stack.enter_context(serving("inbound.py", "--serve", *how)) for name, how in asked.items()}
        peers, missing = started(stack)
        servers |= peers
        found = list(measured(servers, given.rounds, given.messages, given.connections))
    table([["server", "connections", "", "mails/s", "CPU µs", "/ bare", "by CPU", "ours /", "by CPU"], *found])
    if missing:
        print(f"not measured: {', '.join(missing)}")
    print(json.dumps({"bench": "inbound", "load": os.getloadavg()[0], "rows": found, "not measured": missing}))
    return None


if __name__ == "__main__":
    main()
