"""The loop over the inbox: take what was kept, read it, and bring it to the door of `advance`.

Reading happens before the transaction. A message that breaks us is set aside with its reason, and the next goes on.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
import structlog

from agent.advance import Advance, Matter
from agent.alliance.event import AutoReplied, Complained, Level, Replied, Undeliverable, Unreadable, Unsubscribed
from agent.interpret import Asked, Nothing, event_of, sender_of, start_of
from agent.mail.address import Doors, Route, derived, normal
from agent.mail.answered import is_to, reported, route_in
from agent.mail.authentic import Verdict, author
from agent.mail.message import LARGE, read
from agent.store import inbox, outbox, restored
from agent.store.database import NewerSchemaError, Unavailable

BATCH = 50  # one commit for so many; larger ones are hardly faster and let the first wait
NEWER = timedelta(seconds=5)  # for which mail waits for other nodes, if only a newer version understands its alliance

_VERDICT = msgspec.json.Decoder(Verdict)

_log = structlog.get_logger()


@dataclass(slots=True)
class Intake:
    """What reading needs: the door, the addresses, who may start, and what finds out who wrote a message that came then."""

    advance: Advance
    doors: Doors
    may_start: Callable[[str, Level], Level | None]
    judge: Callable[[bytes, datetime], Awaitable[Verdict]] | None  # None: the address in From is enough
    lease: timedelta  # how long what was taken is nobody else's
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter, init=False)  # mail by what came of it
    _unfinished: list[inbox.Claim] = field(default_factory=list, init=False)

    async def take(self, now: datetime) -> int:
        """Deal with one batch; how many there were."""
        database = self.advance.database
        async with database.transaction(lasting=False) as c:
            await inbox.give_back(c, self._unfinished)  # of a round that the database broke off
            batch = await inbox.take(c, now, BATCH, self.lease)
            self._unfinished = [kept.claim for kept in batch]
            routes = {kept.id: route_in(kept.rcpt, kept.raw, self.doors) for kept in batch}
            wanted = {(r.alliance, r.letter) for r in routes.values() if isinstance(r, Route)}
            asked = await outbox.asked(c, wanted) if wanted else {}
            asked |= await restored.asked(
                c, {route: sender for route, sender in _routed(batch, routes) if route not in asked}
            )
            await inbox.belong(c, [x for kept in batch if (x := self._owner(kept.id, routes[kept.id], asked))])
        verdicts, new = await self._verdicts([kept for kept in batch if self._matters(kept, routes[kept.id])])
        matters: list[Matter] = []
        nothing: list[tuple[int, str]] = []
        for kept in batch:
            try:
                what = kept, routes[kept.id], verdicts.get(kept.id), asked, now
                large = len(kept.raw) >= LARGE
                found = await asyncio.to_thread(self._matter, *what) if large else self._matter(*what)
            except Exception as error:  # noqa: BLE001 - one message that breaks us stops no other
                await self._set_aside(kept.claim, error, new)
                continue
            if isinstance(found, Matter):
                matters.append(replace(found, verdict=new.get(kept.id, "")))
            else:
                nothing.append((kept.id, found.why))
        if nothing:
            async with database.transaction() as c:
                await inbox.judge(c, [(number, new[number]) for number, _ in nothing if number in new])
                await inbox.done(c, nothing, now)
        broken = await self.advance.bring(matters, now)
        claims = {kept.id: kept.claim for kept in batch}
        left = {matter.inbox or 0: why for matter, why in broken}
        for number, why in left.items():
            if isinstance(why, NewerSchemaError):
                _log.warning("left_to_newer", inbox=number)
                async with database.transaction() as c:
                    await inbox.give_back(c, [claims[number]], now + NEWER)
            else:
                await self._set_aside(claims[number], why, new)
        self._unfinished = []
        self.counted.update((why,) for _, why in nothing)
        self.counted.update((type(m.event).__name__.lower(),) for m in matters if m.inbox not in left)
        return len(batch)

    async def close(self) -> None:
        """Let other nodes have what was taken and not dealt with."""
        if self._unfinished:
            with suppress(Unavailable):  # then they may have it when the lease runs out
                async with self.advance.database.transaction() as c:
                    await inbox.give_back(c, self._unfinished)

    def _matters(self, kept: inbox.Kept, route: object) -> bool:
        """Whether it makes a difference who wrote it: no stranger makes us ask the DNS."""
        return self.may_start(author(kept.raw), "A") is not None if route == "front" else route is not None

    async def _verdicts(self, batch: Sequence[inbox.Kept]) -> tuple[dict[int, Verdict], dict[int, str]]:
        """Who wrote each of these, as it was found the first time; without one for those of which that broke us.

        And what was found just now, to be kept with what comes of it: a second look finds the same.
        """
        judge = self.judge
        if judge is None:
            return {kept.id: Verdict("aligned", "", author(kept.raw)) for kept in batch}, {}
        known = {kept.id: _VERDICT.decode(kept.verdict) for kept in batch if kept.verdict}
        unknown = [kept for kept in batch if kept.id not in known]
        found = await asyncio.gather(*(judge(k.raw, k.at) for k in unknown), return_exceptions=True)
        new: dict[int, Verdict] = {}
        for kept, verdict in zip(unknown, found, strict=True):
            if isinstance(verdict, Verdict):
                new[kept.id] = verdict
            else:
                _log.error("not_judged", inbox=kept.id, exc_info=verdict)
        return known | new, {number: msgspec.json.encode(verdict).decode() for number, verdict in new.items()}

    def _owner(
        self, number: int, route: object, asked: dict[tuple[int, int], outbox.Answered]
    ) -> tuple[int, int, int] | None:
        """Whose this kept message is: row, alliance, participant; None when it is nobody's."""
        if route == "front":
            return number, self._new_alliance(number), 1
        letter = asked.get((route.alliance, route.letter)) if isinstance(route, Route) else None
        return (number, route.alliance, letter.participant) if isinstance(route, Route) and letter else None

    async def _set_aside(self, claim: inbox.Claim, error: Exception, verdicts: Mapping[int, str]) -> None:
        number, *_ = claim
        _log.error("set_aside", inbox=number, exc_info=error)
        async with self.advance.database.transaction() as c:
            await inbox.judge(c, [(number, verdicts[number])] if number in verdicts else [])
            await inbox.set_aside(c, claim, type(error).__name__)
        self.counted["aside",] += 1

    def _matter(
        self,
        kept: inbox.Kept,
        route: object,
        verdict: Verdict | None,
        asked: dict[tuple[int, int], outbox.Answered],
        now: datetime,
    ) -> Matter | Nothing:
        """What one kept message means."""
        cause = f"inbox:{kept.id}"
        message = read(kept.raw)
        finding = "doubted" if verdict is None else verdict.finding  # None: to find out broke us, or is no use
        if verdict and verdict.sender != sender_of(message):
            finding = "doubted"  # two readers, two authors: it was made so
        elif verdict and self.judge and isinstance(route, Route) and not is_to(message.headers, route, self.doors):
            finding = "unknown" if finding == "aligned" else finding
        if route == "front":
            started = start_of(
                message, kept.mail_from, self.doors, finding=finding, may_start=self.may_start, cause=cause
            )
            return started if isinstance(started, Nothing) else Matter(self._new_alliance(kept.id), started, kept.id)
        if not isinstance(route, Route):
            return Nothing("unknown")
        letter = asked.get((route.alliance, route.letter))
        if letter is None:
            return Nothing("unknown")
        words = f"{letter.subject}\n\n{letter.words}"  # our page is titled with it, and some programs quote the title
        answered = Asked(letter.participant, letter.about, letter.address, letter.rcpt, words, letter.also)
        if route.kind == "u":
            if letter.rcpt != letter.address and not answered.elsewhere:  # as in `event_of`
                return Nothing("replaced")
            clicked = Unsubscribed(letter.participant, letter.about, cause, answered.elsewhere)
            return Matter(route.alliance, clicked, kept.id)
        event = event_of(message, kept.mail_from, answered, self.doors, finding=finding, now=now, cause=cause)
        if isinstance(event, Nothing):
            return event
        if isinstance(event, Undeliverable | Complained):
            return self._of_report(kept, route, event)
        away = (
            isinstance(event, AutoReplied) and sender_of(message) == letter.address
        )  # a notice of a filter tells no return
        if route.kind == "b" and not away:
            return Nothing("not a report")  # but RFC 3834 section 4 sends automatic replies to the return path too
        is_theirs = isinstance(event, Replied | Unreadable)
        return Matter(route.alliance, event, kept.id, message.message_id if is_theirs else "")

    def _of_report(self, kept: inbox.Kept, route: Route, event: Undeliverable | Complained) -> Matter | Nothing:
        """A report counts if whoever wrote it had our letter: it came to its return path, or gives what is in it back.

        One of (non-)delivery has the null sender besides (RFC 3464 section 2), which no person can write from (T51). No
        feedback loop tells of an ordinary mailbox, where the Message-ID is all that could be given back.
        """
        letter = (route.alliance, route.letter)
        back = reported(kept.raw, self.doors)
        had_it = route.kind == "b" or (back is not None and (back.alliance, back.letter) == letter)
        told = kept.mail_from.strip("<> ") == "" if isinstance(event, Undeliverable) else self.doors.reach == "domain"
        if not (had_it and told):
            return Nothing("unproved report")
        if isinstance(event, Complained) or event.permanent:  # a delay is nobody's to mend
            word = "complained" if isinstance(event, Complained) else "bounced"
            _log.info(word, alliance=route.alliance, letter=route.letter, participant=event.participant)
        return Matter(route.alliance, event, kept.id)

    def _new_alliance(self, number: int) -> int:
        """The id of the alliance that this kept message starts: always the same one, and nobody can guess it."""
        digest = hmac.new(derived(self.doors.keys[-1], b"alliance"), str(number).encode(), sha256).digest()
        return int.from_bytes(digest[:6], "big")


def _routed(batch: Sequence[inbox.Kept], routes: Mapping[int, object]) -> Iterator[tuple[tuple[int, int], str]]:
    """Which letters are answered, by alliance and number, and from which addresses."""
    for kept in batch:
        if isinstance(route := routes[kept.id], Route) and (sender := normal(kept.mail_from)):
            yield (route.alliance, route.letter), sender
