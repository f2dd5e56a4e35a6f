"""What `bench/reply.py` holds the service against: the same replies, with each library used as its first example uses it.

A mail is kept in SQLite, by a commit of its own, before the 250. A task takes it apart with `email.policy.default`, cuts off
the quote where its introduction stands, keeps the answer, moves a machine of `transitions` on, fills a template and lays it out
with MJML, builds an `EmailMessage`, sends it over a connection of its own and marks it sent. With a key, dkimpy checks the mail
and signs the letter. It knows no teams, drafts, dates or commands, the quotes of one program alone, and no trouble.
"""

import asyncio
import os
import re
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import cast

import aiosmtplib
import aiosqlite
import dkim
import dns.resolver
import mjml
from aiosmtpd.smtp import SMTP, Envelope
from jinja2 import Environment
from stage import OURS, ROOT, serve
from transitions import Machine

FLOW = tomllib.loads((ROOT / "flows" / "one_to_one.toml").read_text("utf-8"))
PROMPTS = [prompt for part in FLOW["part"] for prompt in part["prompt"]]
STATES = [prompt["id"] for prompt in PROMPTS]
TEXT = "{{ name }},\n\n{{ lead }}\n\n{{ ask }}\n{{ hint }}\n\nYou answer by replying to this email. PASS skips it.\n"
PAGE = """<mjml><mj-head><mj-title>{{ ask }}</mj-title><mj-attributes><mj-all font-family="sans-serif" /></mj-attributes></mj-head>
<mj-body background-color="#efece6"><mj-section background-color="#fffdf9"><mj-column>
<mj-text font-size="16px">{{ name }},</mj-text><mj-text font-size="16px">{{ lead }}</mj-text>
<mj-text font-size="20px" color="#17504b">{{ ask }}</mj-text><mj-text font-size="16px">{{ hint }}</mj-text>
<mj-text font-size="13px">You answer by replying to this email. <b>PASS</b> skips it.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""
TABLES = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, partner TEXT, address TEXT, state TEXT);
CREATE TABLE inbox (id INTEGER PRIMARY KEY, person INTEGER, raw BLOB, taken INTEGER DEFAULT 0);
CREATE TABLE answer (person INTEGER, prompt TEXT, words TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, person INTEGER, raw BLOB, sent INTEGER DEFAULT 0);
"""
MACHINE = Machine(None, STATES, STATES[0], ordered_transitions=True, auto_transitions=False)
_QUOTED = re.compile(r"^On .* wrote:$.*", re.MULTILINE | re.DOTALL)


class Place:
    """Where a person is, as the machine moves it on."""

    state: str
    next_state: Callable[[], bool]


@dataclass
class Stack:
    """The whole service. `dns_port` and `pem` are where keys are asked for and ours; without them nothing is signed."""

    db: aiosqlite.Connection
    relay: int
    dns_port: int = 0
    pem: bytes = b""

    def __post_init__(self) -> None:
        self.pages = Environment(autoescape=True)
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.port = self.dns_port  # first: the servers take it over
        self.resolver.nameservers = ["127.0.0.1"]
        self.tasks: set[asyncio.Task[None]] = set()

    async def handle_DATA(self, _: SMTP, __: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        person = int(envelope.rcpt_tos[0].partition("+")[2].partition("@")[0])
        kept = await self.db.execute("INSERT INTO inbox (person, raw) VALUES (?, ?)", (person, envelope.content))
        await self.db.commit()
        task = asyncio.create_task(self.take(kept.lastrowid or 0, person, cast(bytes, envelope.content)))
        self.tasks.add(task)
        task.add_done_callback(ended)
        task.add_done_callback(self.tasks.discard)
        return "250 OK"

    async def take(self, mail: int, person: int, raw: bytes) -> None:
        """One reply: checked, read, kept, answered."""
        if self.pem and not await asyncio.to_thread(dkim.verify, raw, dnsfunc=self.txt):
            raise ValueError("not signed")
        message = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
        body = message.get_body(("plain",))
        words = _QUOTED.sub("", body.get_content() if body else "").strip()
        row = await self.db.execute("SELECT state FROM person WHERE id = ?", (person,))
        (state,) = await row.fetchone() or ("",)
        place = Place()
        MACHINE.add_model(place, initial=state)
        place.next_state()
        MACHINE.remove_model(place)
        await self.db.execute("INSERT INTO answer VALUES (?, ?, ?)", (person, state, words))
        await self.db.commit()
        await self.db.execute("UPDATE person SET state = ? WHERE id = ?", (place.state, person))
        await self.db.execute("UPDATE inbox SET taken = 1 WHERE id = ?", (mail,))
        await self.db.commit()
        await self.ask(person)

    def txt(self, name: bytes, timeout: int = 5) -> bytes:
        """A record as dkimpy wants it."""
        found = self.resolver.resolve(name.decode(), "TXT", lifetime=timeout)
        return b"".join(found[0].strings)

    async def ask(self, person: int) -> None:
        """Send this person the prompt at which they are."""
        row = await self.db.execute("SELECT name, partner, address, state FROM person WHERE id = ?", (person,))
        name, partner, address, state = await row.fetchone() or ("", "", "", "")
        prompt = PROMPTS[STATES.index(state)]
        said = {"name": name, "lead": prompt.get("lead", ""), "hint": prompt.get("hint", "")}
        said["ask"] = prompt["ask"].format(partner=partner)
        letter = EmailMessage(policy=policy.SMTP)
        letter["From"] = f"Alliance <alliance+{person}@alliance.test>"
        letter["To"] = address
        letter["Subject"] = f"You and {partner}: {prompt['subject']}"
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = make_msgid(domain="alliance.test")
        letter["List-Unsubscribe"] = f"<mailto:alliance+{person}@alliance.test?subject=stop>"
        letter.set_content(self.pages.from_string(TEXT).render(said))
        letter.add_alternative(mjml.mjml2html(self.pages.from_string(PAGE).render(said)), subtype="html")
        raw = letter.as_bytes()
        if self.pem:
            raw = dkim.sign(raw, b"bench", b"alliance.test", self.pem, canonicalize=(b"relaxed", b"relaxed")) + raw
        kept = await self.db.execute("INSERT INTO outbox (person, raw) VALUES (?, ?)", (person, raw))
        await self.db.commit()
        await aiosmtplib.send(raw, sender=OURS, recipients=[address], hostname="127.0.0.1", port=self.relay)
        await self.db.execute("UPDATE outbox SET sent = 1 WHERE id = ?", (kept.lastrowid,))
        await self.db.commit()


def ended(task: asyncio.Task[None]) -> None:
    """What fails would be waited for for ever."""
    if not task.cancelled() and task.exception():
        task.print_stack()
        os._exit(1)


def service(file: str, relay: int, count: int, dns_port: int, key: str) -> None:
    """Serve, after so many pairs have got the first prompt."""

    pem = Path(key).read_bytes() if key else b""

    async def start() -> int:
        begun = time.perf_counter()
        stack = Stack(await aiosqlite.connect(file), relay, dns_port, pem)
        await stack.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + TABLES)
        everyone = [(who, n) for n in range(count) for who in ("ann", "ben")]
        people = [(w.title(), "Ben" if w == "ann" else "Ann", f"{w}{n}@{w[0]}.test", STATES[0]) for w, n in everyone]
        await stack.db.executemany("INSERT INTO person (name, partner, address, state) VALUES (?, ?, ?, ?)", people)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(stack, hostname="straight.test"), "127.0.0.1", 0)
        ready = time.perf_counter() - begun
        for number in range(len(people)):
            await stack.ask(number + 1)
        print(ready, flush=True)
        return int(server.sockets[0].getsockname()[1])

    serve(start)
    os._exit(0)  # the database's thread would go on


if __name__ == "__main__":
    file, relay, count, dns_port, key = sys.argv[1:]
    service(file, int(relay), int(count), int(dns_port), key)
