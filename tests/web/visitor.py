"""A page over real HTTP on loopback, and as much of a client as is needed to try what no browser would send."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agent.web.page import application
from agent.web.server import guarded, listen, serving
from agent.web.views import Composer, Mailbox, Opened, Page, Paper, Play, Row


@dataclass
class Played:
    """Whoever plays, as far as a page can tell: it shows one mail and notes what it is asked to do."""

    acts: list = field(default_factory=list)
    subject: str = "Part 1"
    version: int = 1
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def view(self) -> Page:
        row = Row(1, False, self.subject, "Mon 2 Mar, 10:02", "Hi", unread=True)
        mail = Opened(1, False, self.subject, "Alliance to Maya", "Mon 2 Mar 2026", "Hi", True, ())
        composer = Composer(1, self.subject, "", "1-0", 0, True, True)
        maya = Mailbox("maya", "Maya Lind", "maya@example.org", "plain", "", (row,), mail, composer, 1)
        return Page(
            scene="",
            at="Mon 2 Mar 2026",
            playing=False,
            pace="calm",
            ahead="",
            goal="",
            said="",
            turn="",
            mailboxes=(maya,),
            latest=None,
            standing=None,
            personas=(("plain", "Plain"),),
            scripts=(),
            script="",
            flows=(),
            flow="",
            papers=(),
            faults=(),
        )

    async def act(self, name, form) -> None:
        if name == "dance":
            raise ValueError("That cannot be done here.")
        self.acts.append((name, form))

    async def paper(self, name) -> Paper | None:
        return Paper("1.eml", "message/rfc822", b"Subject: x\r\n\r\n<script>") if name == "mail/1.eml" else None

    async def changed(self, seen) -> int:
        async with self.news:
            await self.news.wait_for(lambda: not self.version or self.version > seen)
            return self.version

    async def end(self) -> None:
        async with self.news:
            self.version = 0
            self.news.notify_all()

    async def change(self, subject) -> None:
        self.subject = subject
        async with self.news:
            self.version += 1
            self.news.notify_all()

    def play(self) -> Play:
        return Play(self.view, self.act, self.paper, self.changed)


@dataclass
class Client:
    """Says exactly what it is told to say."""

    port: int

    async def ask(self, method="GET", path="/", body="", **headers) -> tuple[int, dict, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        told = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", "Content-Length": str(len(body.encode()))}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in told.items())]
        writer.write("\r\n".join([*lines, "", body]).encode())
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        head, _, content = answer.partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        return int(first.split()[1]), {n.lower(): v for n, v in (line.split(": ", 1) for line in rest)}, content


@asynccontextmanager
async def served(played, token=""):
    with listen("127.0.0.1", 0) as listening:
        async with serving(guarded(application(played.play()), "127.0.0.1", token), listening, played.end):
            yield Client(listening.getsockname()[1])
