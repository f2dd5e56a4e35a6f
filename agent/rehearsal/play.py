"""Runs the real service and people's mailboxes on loopback, and lets scripts or a person play with them.

Everything is as in earnest but three things: the relay is the people's mailboxes, the key is no secret, and the clock
stands still until somebody waits. So two runs of one script give the same letters, byte for byte.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtplib import SMTP

from agent import settings as house
from agent.alliance.model import Alliance
from agent.files import checked
from agent.mail.envelope import Envelope
from agent.rehearsal import machines, mailbox, personas
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.personas import PERSONAS, Persona
from agent.rehearsal.programs import Program, Typed
from agent.rehearsal.script import Gets, Person, Quiet, Replies, Scene, Script, Step, Unseen, Uses, Waits, Writes
from agent.service import Service, opened
from agent.smtp.inbound import Inbound, Limits
from agent.store import alliances, inbox, outbox

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday morning
DOMAIN = "alliance.example.org"
KEY = b"rehearsed, and no secret at all."
TYPING = timedelta(minutes=2)  # what it takes to read a mail and to answer it
JUMPS = 12  # how many due instants are tried until an expected mail comes

_PATIENCE_S = 2.0  # for a page that a scanner asks for
_IDLE = Limits(command_s=30 * 86400, data_s=600)  # in a rehearsal people think as long as they like


class UnmetError(Exception):
    """The rehearsal went another way than its script says; the message begins with the place."""


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is told to go on."""

    at: datetime

    def __call__(self) -> datetime:
        """What time it is."""
        return self.at


@dataclass(slots=True)
class Rehearsal:
    """A running rehearsal. `mails` are all that came or were written, in order; `shown` is told of each, and of scenes."""

    service: Service
    clock: Clock
    people: tuple[Person, ...]
    shown: Callable[[Mail | Scene], None]
    personas: dict[str, str] = field(default_factory=dict)  # of each person by key; may be changed at any time
    mails: list[Mail] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # that a scanner found in letters
    near: int = 0  # the one port of this machine whose links a scanner visits; 0 for none
    acted: int = 0  # the number of the newest mail when somebody last did something: what is above it is new
    _caught: list[Envelope] = field(default_factory=list)

    def persona(self, person: Person) -> Persona:
        """Who this person is just now."""
        return PERSONAS[self.personas[person.key]]

    async def write(self, person: Person, subject: str, text: str) -> None:
        """Let somebody write to the service's own address; from the one that it knows, since it knows no other."""
        await self._post(self._typed(self.persona(person).program, person, text, subject=subject))

    async def reply(self, to: Mail, text: str) -> None:
        """Let the reader of this mail reply to it, and before and after that do all that the persona does."""
        persona, person = self.persona(to.person), to.person
        if persona.beforehand:
            await self._post(self._typed(persona.beforehand, person, "", to=to))
            await self._own_up(person, persona)
        await self._post(self._typed(persona.program, person, text, to=to, elsewhere=persona.from_elsewhere))
        await self._own_up(person, persona)

    async def _own_up(self, person: Person, persona: Persona) -> None:
        """Where the service asks the registered address who wrote that, say so."""
        asked = mailbox.newest(self.mails, person, "was this you?", since=self.acted)
        if asked and persona.was_it:
            await self._post(self._typed(persona.program, person, persona.was_it, to=asked))

    def _typed(
        self,
        program: Program,
        person: Person,
        text: str,
        *,
        subject: str = "",
        to: Mail | None = None,
        elsewhere: bool = False,
    ) -> Mail:
        """What this program makes of it."""
        self.clock.at += TYPING
        return self._made(program, person, text, subject=subject, to=to, elsewhere=elsewhere)

    def _made(
        self,
        program: Program,
        person: Person,
        text: str = "",
        *,
        subject: str = "",
        to: Mail | None = None,
        elsewhere: bool = False,
        automatic: bool = False,
    ) -> Mail:
        number, answers = len(self.mails) + 1, mailbox.quoted(to) if to else None
        typed = Typed(
            number=number,
            name=person.name,
            address=personas.elsewhere(person.address) if elsewhere else person.address,
            to=answers.address if answers else self.service.doors.front,
            subject=subject,
            text=text,
            at=self.clock.at.astimezone(person.zone),
            answers=answers,
        )
        return mailbox.wrote(person, number, program(typed), text, automatic=automatic)

    async def jump(self) -> bool:
        """Go to the next instant at which something is due, and do it; False when nothing is ahead."""
        due = await self.service.next_due()
        if due is None:
            return False
        self.clock.at = max(self.clock.at, due)
        await self.settle()
        return True

    async def wait(self, time: timedelta) -> None:
        """Let time pass, doing each thing when it is due."""
        until = self.clock.at + time
        while (due := await self.service.next_due()) is not None and due <= until:
            await self.jump()
        self.clock.at = until

    async def settle(self) -> None:
        """Let the service do what is due now, and show what came and what it set off."""
        await self.service.settle()
        while self._caught:
            await self._receive(self._caught.pop(0))
            if not self._caught:
                await self.service.settle()

    async def _receive(self, envelope: Envelope) -> None:
        """One letter on its way into a mailbox."""
        person = next((p for p in self.people if p.address == envelope.rcpt_to), None) or self._newcomer(envelope)
        persona, raw = self.persona(person), envelope.raw
        if persona.gateway:
            raw = persona.gateway(raw)
            await self._visit(machines.links_in(envelope.raw))
        letter = mailbox.arrived(len(self.mails) + 1, person, raw, envelope.mail_from)
        if persona.receives:
            self._show(letter)
        if persona.by_itself:
            await self._send(self._made(persona.by_itself, person, to=letter, automatic=True))

    def _newcomer(self, envelope: Envelope) -> Person:
        """Somebody whom nobody foresaw, but to whom a letter goes: they have a mailbox from now on."""
        name = mailbox.addressee(envelope.raw) or envelope.rcpt_to.partition("@")[0].capitalize()
        keys = {p.key for p in self.people}
        first = re.sub(r"\W", "", name.split()[0].lower()) or "newcomer"
        key = next(k for n in range(len(keys) + 1) if (k := f"{first}{n or ''}") not in keys)
        person = Person(key, name, envelope.rcpt_to, self.people[0].zone)
        self.people = (*self.people, person)
        self.personas[key] = person.persona
        return person

    async def _visit(self, links: Sequence[str]) -> None:
        """Do as a scanner does with the links of a letter; it never leaves this machine."""
        self.links += links
        for link in (x for x in links if machines.leads_to(x, self.near)):
            with suppress(OSError, TimeoutError):  # nobody is there, or says nothing
                async with asyncio.timeout(_PATIENCE_S):
                    await _get(link)

    async def caught(self, envelopes: Sequence[Envelope]) -> None:
        """Take the service's letters: this is what its relay does with them."""
        self._caught += envelopes

    async def alliances(self) -> list[Alliance]:
        """What the service holds, oldest first."""
        async with self.service.database.transaction() as c:
            ids = [s.id for s in await alliances.listing(c, 100)]
            loaded = await alliances.load(c, ids)
        return [loaded[number] for number in reversed(ids)]

    async def faults(self) -> list[str]:
        """What must not be at the end: mail that was not dealt with, letters that were not delivered."""
        async with self.service.database.transaction() as c:
            found = {"inbox": await inbox.backlog(c), "outbox": await outbox.backlog(c)}
        return [f"{box}: {b.count} {b.state}" for box, rows in found.items() for b in rows]

    async def _post(self, mail: Mail) -> None:
        """Send what somebody wrote, and see what comes of it."""
        self.acted = mail.number
        await self._send(mail)
        await self.settle()

    async def _send(self, mail: Mail) -> None:
        self._show(mail)
        client = SMTP(hostname="127.0.0.1", port=self.service.port, start_tls=False, timeout=60)
        async with client:
            await client.sendmail(mail.mail_from, [mailbox.recipient(mail)], mail.raw)

    def _show(self, mail: Mail) -> None:
        self.mails.append(mail)
        self.shown(mail)


async def _get(link: str) -> None:
    """One plain GET, to its end."""
    parts = urlsplit(link)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        target = f"{parts.path or '/'}?{parts.query}".rstrip("?")
        writer.write(f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        while await reader.read(65536):
            pass
    finally:
        writer.close()


@asynccontextmanager
async def rehearsing(
    people: Sequence[Person],
    database: Path,
    shown: Callable[[Mail | Scene], None],
    start: datetime | None = None,
    *,
    flow: Path | None = None,
    templates: Path | None = None,
) -> AsyncIterator[Rehearsal]:
    """Open the mailboxes and the service behind them. The database is a new file at this path.

    `flow` is an operator's own flow file, and `templates` a folder of their own letters; None for the shipped ones.
    """
    clock = Clock((start or START).astimezone(UTC))
    letterbox = Inbound(accepts=lambda *_: True, keep=_not_yet, hostname="mailboxes.example.org", limits=_IDLE)
    relay_port = await letterbox.start()
    try:
        settings = _settings(people, database, relay_port, flow, templates)
        async with opened(settings, now=clock, files=checked(settings, flow.stem if flow else "")) as service:
            begun = {p.key: p.persona for p in people}
            rehearsal = Rehearsal(service, clock, tuple(people), shown, begun)
            letterbox.keep = rehearsal.caught
            service.inbound.port = 0
            service.port = await service.inbound.start()
            try:
                yield rehearsal
            finally:
                await service.inbound.stop()
    finally:
        await letterbox.stop()


def _settings(
    people: Sequence[Person], database: Path, relay_port: int, flow: Path | None, templates: Path | None
) -> house.Settings:
    return house.Settings(
        service=house.Service(
            domain=DOMAIN, contact="operator@example.org", zone="Europe/Berlin", allow=tuple(p.address for p in people)
        ),
        database=house.Database(url=f"sqlite:{database}"),
        relay=house.Relay(port=relay_port, connections=1),  # one, so that letters come in the order in which they left
        trust=house.Trust(require="registered"),  # on loopback nobody signs
        flows=house.Flows(folder=str(flow.parent) if flow else ""),
        templates=house.Templates(folder=str(templates or "")),
        care=house.Care(help_lines={"any": ("A line of yours stands here: care.help_lines",)}),
        keys=(KEY,),
    )


async def _not_yet(_: Sequence[Envelope]) -> None:
    raise AssertionError("the service is not open yet")


# ---------------------------------------------------------------- a script


async def play(script: Script, rehearsal: Rehearsal) -> None:
    """Do what the script says; raises UnmetError at the first step that cannot be done or is not so."""
    people = {p.key: p for p in script.people}
    for step in script.steps:
        fault = await _do(step, rehearsal, people)
        if fault:
            raise UnmetError(f"{script.name}:{step.line}: {fault}")


async def _do(step: Step, r: Rehearsal, people: dict[str, Person]) -> str:
    """One step; what is wrong with it, "" when nothing is."""
    match step:
        case Scene():
            r.shown(step)
        case Writes():
            await r.write(people[step.who], step.subject, step.text)
        case Replies():
            mail = _numbered(r, step) if step.mail else await _await(r, people[step.who], step.subject, 0)
            if mail is None:
                return _never(step.who, step.subject, r, people)
            await r.reply(mail, step.text)
        case Uses():
            r.personas[step.who] = step.persona
        case Waits():
            r.acted = len(r.mails)
            await r.wait(step.time)
        case Gets():
            since, person = r.acted, people[step.who]
            mail = await _await(r, person, step.subject, since, jumps=JUMPS if step.until else 0)
            if mail is None:
                return _never(step.who, step.subject, r, people, since)
            if lost := mailbox.missing(step.lines, mail):
                return f"{mail.subject!r} to {person.name} does not say {lost[0]!r}; it says:\n\n{mail.text}"
        case Quiet():
            if mail := mailbox.newest(r.mails, people[step.who], "", since=r.acted):
                return f"{mail.person.name} got {mail.subject!r}"
        case Unseen():
            to_them = [m for m in r.mails if m.person == people[step.who] and not m.mine]
            for mail in to_them:
                if shown := [line for line in step.lines if mailbox.even(line) in mail.seen]:
                    return f"{mail.person.name} has seen {shown[0]!r} in {mail.subject!r}"
    return ""


def _numbered(r: Rehearsal, step: Replies) -> Mail | None:
    return next((m for m in r.mails if m.number == step.mail and m.person.key == step.who and not m.mine), None)


async def _await(r: Rehearsal, person: Person, subject: str, since: int, *, jumps: int = JUMPS) -> Mail | None:
    """The newest such mail; when there is none, time goes on to what is due next, some times."""
    for _ in range(jumps):
        if (mail := mailbox.newest(r.mails, person, subject, since=since)) or not await r.jump():
            return mail
    return mailbox.newest(r.mails, person, subject, since=since)


def _never(who: str, subject: str, r: Rehearsal, people: dict[str, Person], since: int = 0) -> str:
    got = [m.subject for m in r.mails if m.person == people[who] and not m.mine and m.number > since]
    return f"{people[who].name} got nothing with {subject!r} in its subject; what came: {got[-8:] or 'nothing'}"
