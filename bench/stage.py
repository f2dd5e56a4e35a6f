"""What benches share: a server in a process of its own, its processor time from the operating system, and a light client.

A server is a script that prints the port on which it is ready, and works until its standard input ends.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
OURS = "alliance@alliance.test"  # who takes mail, of whichever server
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready, and the word with which it is greeted: LMTP wants LHLO (RFC 2033 section 4.1)."""

    port: int
    pid: int
    hello: str = "EHLO"

    def cpu(self) -> float:
        """Processor seconds that it and its children have used, those that run and those that have ended."""
        return sum(map(_seconds, (self.pid, *_children(self.pid))))

    def resident(self) -> int:
        """Octets of memory that it holds now."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _seconds(pid: int) -> float:
    fields = _told(pid, "stat").rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def _children(pid: int) -> Iterator[int]:
    for child in _told(pid, f"task/{pid}/children").split():
        yield int(child)
        yield from _children(int(child))


def _told(pid: int, what: str) -> str:
    """What the system tells of a process; nothing of one that has just ended, which its parent counts."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/{what}").read_text()
    return ""


@contextmanager
def serving(script: str, *args: str, first: Callable[[str], None] | None = None) -> Iterator[Server]:
    """Run a script of this folder as a server; `first` gets a line that it prints before its port."""
    command = [sys.executable, str(ROOT / "bench" / script), *args]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            if first:
                first(child.stdout.readline())
            yield Server(int(child.stdout.readline()), child.pid)
        finally:
            child.communicate()


def serve(
    start: Callable[[], Awaitable[int]], run: Callable[[Coroutine[None, None, None]], None] = asyncio.run
) -> None:
    """The other end of `serving`: start, print the port, and go on until standard input ends; on whose loop `run` says."""

    async def until_told() -> None:
        print(await start(), flush=True)
        await asyncio.to_thread(sys.stdin.read)

    run(until_told())


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to send: the envelope, and the octets with CRLF and without the dot at the end."""

    mail_from: str
    rcpt_to: str
    raw: bytes


async def sent(port: int, mails: Sequence[Mail], connections: int, *, reuse: bool = True, hello: str = "EHLO") -> float:
    """Send these mails over so many connections at once, one command at a time; the seconds it took.

    Anything but an acceptance ends the bench: a server that refuses is faster than one that works.
    """
    waiting = iter(mails)
    begun = time.perf_counter()
    await asyncio.gather(*(_client(port, waiting, hello, reuse=reuse) for _ in range(connections)))
    return time.perf_counter() - begun


async def _client(port: int, waiting: Iterator[Mail], hello: str, *, reuse: bool) -> None:
    talk: Talk | None = None
    for mail in waiting:
        talk = talk or await Talk.opened(port, hello)
        await talk.say(f"MAIL FROM:<{mail.mail_from}>\r\n".encode(), b"250")
        await talk.say(f"RCPT TO:<{mail.rcpt_to}>\r\n".encode(), b"250")
        await talk.say(b"DATA\r\n", b"354")
        await talk.say(mail.raw + b".\r\n", b"250")
        if not reuse:
            talk = talk.close()
    if talk:
        talk.close()


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation with a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def opened(cls, port: int, hello: str = "EHLO") -> "Talk":
        talk = cls(*await asyncio.open_connection("127.0.0.1", port))
        await talk.say(b"", b"220")
        await talk.say(f"{hello} bench.test\r\n".encode(), b"250")
        return talk

    async def say(self, octets: bytes, wanted: bytes) -> None:
        """Say this; the answer has this code."""
        self.writer.write(octets)
        while (line := await self.reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(wanted):
            raise SystemExit(f"the server said {line!r}")

    def close(self) -> None:
        self.writer.write(b"QUIT\r\n")
        self.writer.close()


class Sink(asyncio.Protocol):
    """The relay at which letters end: it takes all of them at once, and hands each to `took` with its recipient."""

    def __init__(self, took: Callable[[str, bytes], None]) -> None:
        self._took, self._rest, self._rcpt, self._in_data = took, b"", "", False

    @classmethod
    async def listening(cls, took: Callable[[str, bytes], None]) -> int:
        """Listen on a free port of this machine, for as long as the loop runs."""
        server = await asyncio.get_running_loop().create_server(lambda: cls(took), "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.write(b"220 sink.test\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while True:
            mark = b"\r\n.\r\n" if self._in_data else b"\r\n"
            head, found, rest = self._rest.partition(mark)
            if not found:
                return
            self._rest = rest
            if self._in_data:
                self._in_data = False
                self._transport.write(b"250 OK\r\n")
                self._took(self._rcpt, head)
            else:
                self._command(head)

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._rcpt = line.partition(b"<")[2].partition(b">")[0].decode()
        self._in_data = verb == b"DATA"
        answers = {b"EHLO": b"250-sink.test\r\n250 8BITMIME\r\n", b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}
        self._transport.write(answers.get(verb, b"250 OK\r\n"))


def table(rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(x).ljust(w) for x, w in zip(row, widths, strict=True)).rstrip())


def middle(values: Sequence[float]) -> float:
    """The median of some rounds."""
    return statistics.median(values)
