"""Wires the house, runs its loops, and closes it. The only place that knows all the edges.

Receiving never waits for delivering: they meet in the inbox and the outbox. Three loops sleep until there is something
to do; each says how many things it did. `settle` runs them until nothing is due, for rehearsals, tests and one-off tools.
Any number of nodes may run this over one PostgreSQL, each with all roles or some: what one has no time for, it tells the
others.
"""

import asyncio
import gc
import hmac
import random
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from pathlib import Path

import structlog

from agent.advance import COUNTED_FOR, Advance
from agent.alliance.event import Level
from agent.alliance.letters import Letter
from agent.alliance.model import Alliance
from agent.alliance.trust import starts_at
from agent.alliance.turn import House
from agent.checkin import Checkin
from agent.compose import Post
from agent.delivery import Delivery
from agent.files import Files, checked
from agent.health import Health
from agent.imap.mailbox import Mailbox
from agent.intake import BATCH, Intake
from agent.loops import Bell, Loops, Step
from agent.mail.address import CLICK, Doors, derived, normal
from agent.mail.dkim import signed
from agent.mail.envelope import Bookmark, Envelope
from agent.mail.letter import ONE_CLICK, Attachment
from agent.mail.reply import Reply
from agent.papers.enclosed import enclosed
from agent.settings import Settings, SettingsError, Watched, Web
from agent.smtp.inbound import Inbound, Limits
from agent.smtp.relay import Relay
from agent.smtp.retry import is_late, next_wait
from agent.store import alliances, bookmarks, inbox, keyring, outbox
from agent.store.database import ANY, Database, Unavailable, migrate, open_database
from agent.store.gather import Gather
from agent.ways import account_of, arrival_of, doors_of, judge_of, relay_of
from agent.web import health, unsubscribe
from agent.web.server import listen, private, public, serving

ROLES = ("inbound", "worker", "delivery", "clock")
FORGOTTEN = 200  # mails or letters whose bytes are erased at once: mail that arrives meanwhile waits for no more
CALM = timedelta(hours=1)  # between two rounds of forgetting old bytes

_log = structlog.get_logger()


@dataclass(slots=True)
class Service:
    """The running house. `now` is the only clock that anybody reads."""

    settings: Settings
    now: Callable[[], datetime]
    database: Database
    doors: Doors
    relay: Relay
    intake: Intake
    checkin: Checkin
    delivery: Delivery
    inbound: Inbound
    arrivals: Gather[inbox.Arrival]
    health: Health
    loops: Loops
    mailbox: Mailbox | None = None  # from which mail comes instead, where there is one
    roles: tuple[str, ...] = ROLES
    port: int = 0

    async def settle(self) -> int:
        """Run the three loops until nothing is due now; how many things were done."""
        done = 0
        while step := await self._once():
            done += step
        return done

    async def _once(self) -> int:
        now = self.now()
        return await self.intake.take(now) + await self.checkin.wake(now) + await self.delivery.deliver(now)

    async def next_due(self) -> datetime | None:
        """The next instant at which an alliance wants to be looked at, or a letter to be sent."""
        async with self.database.transaction() as c:
            found = [await alliances.next_wake(c), await outbox.next_due(c)]
        return min((at for at in found if at is not None), default=None)

    async def run(self) -> None:
        """Serve until cancelled. Cancelling is always safe: everything is a transaction."""
        steps: dict[str, list[tuple[Step, Bell]]] = {
            "inbound": [(self._watch, Bell("fetched"))] if self.mailbox else [],
            "worker": [(self._take, self.loops.arrived)],
            "delivery": [(self._deliver, self.loops.owed)],
            "clock": [(self._wake, Bell("due"))],
        }
        gc.freeze()  # flows, templates and words stay for ever: to look through them again took up to 80 ms of a reply
        async with asyncio.TaskGroup() as tasks:
            for step, bell in chain.from_iterable(steps[role] for role in self.roles):
                tasks.create_task(self.loops.loop(step, bell))
            if "clock" in self.roles:
                tasks.create_task(self.loops.again(self._forget))
            if self.database.shared:
                tasks.create_task(self.loops.again(self.loops.listen))
                tasks.create_task(self.loops.again(self.loops.tell))

    async def _take(self) -> float:
        if done := await self.intake.take(self.now()):
            _log.info("took", count=done)
            self.loops.ring(self.loops.owed)
            await asyncio.sleep(0)  # the letters go first
        if done == BATCH:
            return 0
        async with self.database.transaction() as c:
            return self.loops.until(await inbox.next_due(c), self.now())

    async def _deliver(self) -> float:
        going = await self.delivery.deliver(self.now())
        if done := self.delivery.answered:
            _log.info("delivered", count=done)
        if going:
            return 0
        async with self.database.transaction() as c:
            return self.loops.until(await outbox.next_due(c), self.now())

    async def _wake(self) -> float:
        if done := await self.checkin.wake(self.now()):
            _log.info("woke", count=done)
            self.loops.ring(self.loops.owed)
            return 0
        async with self.database.transaction() as c:
            return self.loops.until(await alliances.next_wake(c), self.now())

    async def _watch(self) -> float:
        assert self.mailbox
        if done := await self.mailbox.watch():
            _log.info("fetched", count=done)
        return 0  # it has waited already

    async def _forget(self) -> float:
        await self.forget()
        return CALM.total_seconds()

    async def forget(self) -> int:
        """Erase the raw bytes of mail that was dealt with and of letters that were delivered, and what was counted, when old."""
        now, keep, gone = self.now(), self.settings.keep, 0
        for forget_raw, days in ((inbox.forget_raw, keep.raw_days), (outbox.forget_raw, keep.letters_days)):
            some = FORGOTTEN
            while some == FORGOTTEN:
                async with self.database.transaction() as c:
                    some = await forget_raw(c, now - timedelta(days=days), FORGOTTEN)
                gone += some
        async with self.database.transaction() as c:
            await alliances.forget_marks(c, now - COUNTED_FOR)
        await self.database.wipe()
        return gone

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        """Keep what arrived; comes back when it is committed, and only then is 250 said."""
        now = self.now()
        await asyncio.gather(*(self.arrivals.put(arrival_of(self.settings, self.doors, e, now)) for e in envelopes))
        self.loops.ring(self.loops.arrived)

    async def unsubscribe(self, token: str) -> bool:
        """Keep that one click was made, as if it were a mail; False when it cannot be kept now.

        The same click is the same mail for a day: who comes back later may click again.
        """
        if self.doors.route_of_click(token):
            said = f"{ONE_CLICK} on {self.now():%Y-%m-%d}".encode()
            try:
                await self.keep([Envelope("", CLICK + token.lower(), said, "web")])
            except Unavailable:
                return False
        return True

    def accepts(self, mail_from: str, rcpt_to: str) -> bool | str:
        """Refuse strangers at RCPT: only addresses that we wrote are known, and only who may start finds the front door.

        Behind an MTA the front door is open to its probes; `intake` drops what strangers send, and answers nobody.
        """
        route = self.doors.route_of(rcpt_to)
        if route == "front" and self.settings.inbound.protocol == "smtp":
            sender = normal(mail_from)
            if sender is None or not self.settings.may_ask(sender):
                return "550 5.7.1 This address takes mail only from people its operator has listed"
        return route is not None


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    now: Callable[[], datetime] | None = None,
    alone: bool = True,
    files: Files | None = None,
    roles: tuple[str, ...] = ROLES,
) -> AsyncIterator[Service]:
    """Open everything but the port. Every fault of settings, flows, templates and keys is told before that.

    `alone` is False for a command that runs beside the service: what the service holds is then left to it. `files` are
    those that were `checked` already.
    """
    clock = now or _now
    files = files or checked(settings)
    database = await open_database(settings.database.url)
    try:
        await migrate(database)
        async with database.transaction() as c:
            await database.lock_schema(c)  # or two nodes that start first could have a key each
            if wrong := await keyring.fault(c, settings.keys):
                raise SettingsError((wrong,))
            await keyring.note(c, settings.keys)
            if alone and not database.shared:  # whoever held these is dead
                await inbox.release(c)
                await outbox.release(c, clock())
        service = _wired(settings, clock, database, files)
        service.roles = roles
        try:
            yield service
        finally:
            if service.mailbox:
                await service.mailbox.close()
            await service.arrivals.close()
            await service.intake.close()
            await service.delivery.close(clock())
            with suppress(Unavailable):
                await database.ring(ANY)  # others go on with what this one leaves, and with what it had no time to tell
            await service.relay.close()
    finally:
        await database.close()


def _wired(settings: Settings, clock: Callable[[], datetime], database: Database, files: Files) -> Service:
    chosen = settings.service
    doors = doors_of(settings)
    coach, lines = settings.coach, settings.care.help_lines
    languages = tuple(sorted(files.letters.languages, key=lambda tag: tag != chosen.language))
    house = House(
        chosen.zone,
        chosen.quiet_hours,
        normal,
        lines,
        files.guides,
        coach.name,
        coach.links,
        settings.may_ask,
        languages,
        code_of(settings.keys),
    )
    post = Post(
        doors,
        house,
        chosen.name,
        chosen.contact,
        files.letters.render,
        _papers(settings),
        _page(doors, settings.web.url),
    )
    advance = Advance(database, post, files.shelf, chosen.starts_per_day, chosen.invitations_per_address)
    advance.flows |= {file.key: file.flow for file in files.shelf.files}
    relay = relay_of(settings)

    async def send(mail_from: str, rcpt_to: str, raw: bytes) -> Reply:
        return await relay.send(mail_from, rcpt_to, signed(raw, files.signers, clock()))

    async def commit(batch: list[inbox.Arrival]) -> None:
        async with database.transaction() as c:
            await inbox.put(c, batch)

    lease = timedelta(seconds=settings.database.lease_s)
    intake, delivery = (
        Intake(advance, doors, _may_start(settings), judge_of(settings), lease),
        Delivery(advance, send, _wait, is_late, lease, settings.relay.connections),
    )
    vitals = Health(database, clock, {"received": intake.counted, "sent": delivery.counted})
    service = Service(
        settings=settings,
        now=clock,
        database=database,
        doors=doors,
        relay=relay,
        intake=intake,
        checkin=Checkin(advance),
        delivery=delivery,
        inbound=Inbound(accepts=lambda *_: False, keep=_nowhere, hostname=chosen.domain),
        arrivals=Gather(commit),
        health=vitals,
        loops=Loops(database, vitals.round),
    )
    service.inbound = _door(settings, service)
    if settings.mailbox.address:
        service.mailbox = service.health.mailbox = _mailbox(settings, service)
    return service


def _may_start(settings: Settings) -> Callable[[str, Level], Level | None]:
    who, lists = settings.trust.start, settings.service.lists
    return lambda address, level: starts_at(level, who, listed=lists(address))


def code_of(keys: Sequence[bytes]) -> Callable[[str], str]:
    """What reckons the number for an act: six digits, which nobody can tell without the key that stays longest."""
    key = derived(keys[-1], b"act")

    def code(text: str) -> str:
        digits = f"{int.from_bytes(hmac.digest(key, text.encode(), 'sha256')[:8], 'big') % 10**6:06}"
        return f"{digits[:4]}-{digits[4:]}"

    return code


def _mailbox(settings: Settings, service: Service) -> Mailbox:
    box, database = settings.mailbox, service.database

    async def load() -> Bookmark | None:
        async with database.transaction() as c:
            return await bookmarks.get(c, box.address)

    async def save(mark: Bookmark) -> None:
        async with database.transaction() as c:
            await bookmarks.put(c, box.address, mark)

    return Mailbox(
        account_of(settings),
        service.doors,
        settings.may_ask,
        word="" if box.alone else settings.service.name,
        keep=service.keep,
        load=load,
        save=save,
        now=service.now,
        poll_s=box.poll_s,
    )


def _door(settings: Settings, service: Service) -> Inbound:
    door = settings.inbound
    limits = Limits(
        size=door.max_size,
        recipients=door.max_recipients,
        connections=door.max_connections,
        per_client=door.max_connections_per_client,
        command_s=door.timeout_s,
    )
    return Inbound(
        accepts=service.accepts,
        keep=service.keep,
        hostname=settings.service.domain,
        protocol=door.protocol,
        host=door.host,
        port=door.port,
        limits=limits,
        certificate=Path(door.tls_certificate) if door.tls_certificate else None,
        private_key=Path(door.tls_key) if door.tls_key else None,
    )


async def serve(settings: Settings, ready: Callable[[int], None], roles: tuple[str, ...] = ROLES) -> None:
    """Serve in these roles until the process is told to stop (SIGINT, SIGTERM).

    `ready` hears of the port, 0 where none was opened.
    """
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(opened(settings, roles=roles))
        if "inbound" in roles and not service.mailbox:
            service.port = await service.inbound.start()
            stack.push_async_callback(service.inbound.stop)
            _log.info("listening", port=service.port, protocol=settings.inbound.protocol)
        if "inbound" in roles and settings.web.url:
            clicks = public(unsubscribe.application(service.unsubscribe), settings.web.url)
            await stack.enter_async_context(serving(clicks, _listening("web", settings.web)))
        if settings.health.port:
            checkups = private(health.application(service.health.look))
            await stack.enter_async_context(serving(checkups, _listening("health", settings.health)))
        ready(service.port)
        running = asyncio.create_task(service.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            _log.info("stopping")


def _listening(section: str, at: Web | Watched) -> socket.socket:
    """What listens where this section of the settings says."""
    try:
        return listen(at.host, at.port)
    except OSError as error:
        fault = f"{section}.port: cannot listen on {at.host}:{at.port}: {error.strerror or error}"
        raise SettingsError((fault,)) from None


def _papers(settings: Settings) -> Callable[[Alliance, Letter, tzinfo], tuple[Attachment, ...]]:
    domain = settings.service.domain
    return lambda alliance, letter, zone: enclosed(alliance, letter, zone, domain, settings.paper)


def _page(doors: Doors, site: str) -> Callable[[int, int], str]:
    return lambda *letter: f"{site}{unsubscribe.PATH}{doors.click(*letter)}" if site else ""


def _wait(attempt: int) -> timedelta | None:
    return next_wait(attempt, random.random())  # noqa: S311 - spreads retries, protects nothing


def _now() -> datetime:
    return datetime.now(UTC)


async def _nowhere(_: Sequence[Envelope]) -> None:
    raise AssertionError("a port is opened only behind a wired service")
