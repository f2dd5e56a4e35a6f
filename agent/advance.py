"""The one door: load, decide, compose, keep = one transaction for a whole batch.

Whatever moves an alliance comes through here with a cause. A cause that an alliance has had already changes nothing, so
that doing a thing twice is doing it once. Everything that follows from an event (the new state, the letters as bytes,
the letters that are no longer owed, and that its message is done) is kept together or not at all.
"""

import asyncio
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain

from agent.alliance.decide import decide
from agent.alliance.event import Event, Moved, Replied, Started
from agent.alliance.figures import Tally, tally_of
from agent.alliance.flow import Flow
from agent.alliance.flow import load as load_flow
from agent.alliance.letters import NewAddress, Status
from agent.alliance.model import Alliance, Person, Phase
from agent.alliance.shelf import Shelf
from agent.alliance.trust import HELD
from agent.alliance.turn import Decision
from agent.compose import Post, Written, letters_of
from agent.mail.address import derived
from agent.store import alliances, inbox, outbox, proofs, tallies
from agent.store.database import Connection, Database, Unavailable

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# The brake: so many letters, and what is more waits. It needs no header of any machine, and no person is so fast.
_TO_ONE = ((60, _HOUR), (150, _DAY))
_LOOKED_BACK = 3 * _DAY  # for letters that were written then: they may have waited
COUNTED_FOR = 8 * _DAY  # what is capped is counted by the day or by the week
PAIR = 2  # only an alliance of two is one with that person (F51)


@dataclass(frozen=True, slots=True)
class Matter:
    """One event of one alliance. `inbox` is the kept message that brought it, None when none did.

    `verdict` is what was found of its author just now, to be kept with what follows from it.
    """

    alliance: int
    event: Event
    inbox: int | None = None
    message_id: str = ""  # of that message, where its registered sender wrote it
    verdict: str = ""


class _MoreNeededError(Exception):
    """A batch comes to alliances that it does not hold. It begins anew with them, since all are locked in the order of ids."""

    def __init__(self, ids: set[int]) -> None:
        super().__init__()
        self.ids = ids


@dataclass(slots=True)
class Advance:
    """What the door needs: the database, the post, the flows for new alliances, and the operator's caps."""

    database: Database
    post: Post
    shelf: Shelf
    starts_per_day: int = 5
    invitations_per_address: int = 2
    invitations_by_one: int = 60  # in a day: a team of fifty, and a few slips
    invitations_to_domain: int = 200
    flows: dict[str, Flow] = field(default_factory=dict)  # those that running alliances are pinned to (decision 29)

    async def advance(self, batch: Sequence[Matter], now: datetime) -> int:
        """Do all of a batch in one transaction; how many letters were written.

        Raises if one of it breaks: then nothing was kept, and the caller tries them one by one.
        """
        held: set[int] = set()
        while True:
            try:
                async with self.database.transaction() as c:
                    return await self.within(c, batch, now, held)
            except _MoreNeededError as more:
                held |= more.ids

    async def bring(self, batch: Sequence[Matter], now: datetime) -> list[tuple[Matter, Exception]]:
        """The same for a loop: if it breaks, one by one, so that what breaks us stops no other. It comes back with why."""
        if not batch:
            return []
        try:
            await self.advance(batch, now)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the loops' own: they say it and go on
            if len(batch) == 1:
                return [(batch[0], error)]
            return [broken for matter in batch for broken in await self.bring([matter], now)]
        return []

    async def within(self, c: Connection, batch: Sequence[Matter], now: datetime, more: Iterable[int] = ()) -> int:
        """The same within a transaction that the caller opened, and with `more` held; raises if that is not enough."""
        held = {*more, *(m.alliance for m in batch)}
        before = await alliances.load(c, held)
        seen = await alliances.seen(c, [(m.alliance, m.event.cause) for m in batch])
        known = {address: person for alliance in before.values() for address, person in alliance.people.items()}
        work = _Work(held, before, dict(before), known, dict(known))
        for matter in batch:
            key = (matter.alliance, matter.event.cause)
            if key not in seen:
                seen.add(key)
                await self._one(c, work, matter, now)
            if matter.inbox is not None:
                work.done.setdefault(matter.inbox, type(matter.event).__name__.lower())
        await inbox.judge(c, [(m.inbox, m.verdict) for m in batch if m.inbox is not None and m.verdict])
        await self._keep(c, work, now)
        return len(work.written)

    async def _one(self, c: Connection, work: "_Work", matter: Matter, now: datetime) -> None:
        alliance = work.current.get(matter.alliance)
        if matter.alliance in work.forgotten:
            return
        if alliance is None:
            if not isinstance(matter.event, Started):
                return  # erased, or never was
            address = matter.event.address
            if not await self._counted(c, [(f"started {now:%F}", address, self.starts_per_day)], now):
                work.done[matter.inbox or 0] = "capped"
                return
            flow_file = self.shelf.for_start(matter.event)
            await alliances.put_flow(c, flow_file.key, flow_file.content)
            _get_to_know(work, await alliances.people(c, [address]))
            alliance = Alliance(matter.alliance, flow_file.key, now)
        alliance = alliance.but(people=work.people)  # as the batch so far has left them
        flow = await self._flow(c, alliance.flow)
        decision, wake_at = decide(flow, self.post.house, alliance, matter.event, now)
        new = decision.alliance.people.keys() - alliance.people.keys()
        if new and (met := await alliances.met(c, new)):  # their zone and language are as other alliances know them
            _get_to_know(work, met)
            alliance = alliance.but(people=work.people)
            decision, wake_at = decide(flow, self.post.house, alliance, matter.event, now)
        setting_up = {alliance.phase, decision.alliance.phase} <= {Phase.SETUP, Phase.INVITED}
        if setting_up or {p.address for p in decision.alliance.invited} - {p.address for p in alliance.participants}:
            barred, existing = await self._acquaintance(c, work, decision.alliance)
            if barred or existing:
                decision, wake_at = decide(
                    flow, self.post.house, alliance, matter.event, now, barred=barred, existing=existing
                )
        if isinstance(matter.event, Replied) and any(isinstance(s.letter, Status) for s in decision.sends):
            others = await self._others(c, work, decision.alliance, matter.event.participant)
            decision, wake_at = decide(flow, self.post.house, alliance, matter.event, now, others=others)
        asks = next((s for s in decision.sends if isinstance(s.letter, NewAddress)), None)
        if asks and not await self._may_ask(c, alliance.participant(asks.to).address, asks.at, now):
            barred = frozenset({asks.at})
            decision, wake_at = decide(flow, self.post.house, alliance, matter.event, now, barred=barred)
        answers = (getattr(matter.event, "participant", 0), matter.message_id)
        if any(s.letter.encloses for s in decision.sends):  # to print and to draw takes a while
            written = await asyncio.to_thread(letters_of, decision, self.post, now, answers)
        else:
            written = letters_of(decision, self.post, now, answers)
        work.take(matter, decision, wake_at, written, now)
        work.tallies.append(tally_of(flow, alliance, decision, matter.event, now))
        for place, event in enumerate(decision.starts):
            await self._one(c, work, Matter(self._another(matter, place), event), now)
        for addresses in decision.moved:
            await self._move(c, work, matter, addresses, now)

    async def _move(
        self, c: Connection, work: "_Work", matter: Matter, addresses: tuple[str, str], now: datetime
    ) -> None:
        """Bring a new address to all other alliances of this person too (decision 28)."""
        old, new = addresses
        places = [(i, number) for i, number, _ in await _places(c, work, old) if i != matter.alliance]
        if more := {i for i, _ in places} - work.held - work.current.keys():
            raise _MoreNeededError(more)
        for i, number in places:
            await self._one(c, work, Matter(i, Moved(number, new, matter.event.cause)), now)
        work.unknown.add(old)

    def _another(self, matter: Matter, place: int) -> int:
        """The id of an alliance that this event of another one starts: always the same one, and nobody can guess it."""
        key = derived(self.post.doors.keys[-1], b"another")
        digest = hmac.new(key, f"{matter.alliance}|{matter.event.cause}|{place}".encode(), sha256).digest()
        return int.from_bytes(digest[:6], "big")

    async def _flow(self, c: Connection, key: str) -> Flow:
        if key not in self.flows:
            content = await alliances.flow(c, key)
            assert content is not None, "an alliance's flow is stored with it"
            self.flows[key] = load_flow(content, key).flow
        return self.flows[key]

    async def _acquaintance(
        self, c: Connection, work: "_Work", alliance: Alliance
    ) -> tuple[frozenset[str], dict[str, tuple[datetime, bool]]]:
        """Whom this initiator may not invite again, and with whom there is an alliance already (decisions 14, 22)."""
        host, *rest = alliance.participants
        digests = {self._digest(by, p.address): p.address for p in rest if p.address for by in (host.address, "")}
        refused = await alliances.refused(c, digests)
        barred = frozenset(digests[d] for d in refused)
        mine = {i for i, _, phase in await _places(c, work, host.address) if phase not in ("ended", "setup")}
        existing: dict[str, tuple[datetime, bool]] = {}
        for p in rest:
            if p.address:
                found = [x for x in await _places(c, work, p.address) if x[0] != alliance.id]
                invited = sum(1 for _, number, phase in found if number > 1 and phase == "invited")
                if invited >= self.invitations_per_address:
                    barred |= {p.address}
                both = mine & {i for i, _, _ in found}
                others = await alliances.see(c, both) | work.current
                for other in (others[i] for i in sorted(both) if len(others[i].participants) == PAIR):
                    existing[p.address] = (other.created, bool(other.agreed))
        return barred, existing

    async def _may_ask(self, c: Connection, person: str, new: str, now: datetime) -> bool:
        """Whether this person may have it asked whether that address is theirs; not of who wants no letters (T54)."""
        caps = (
            (f"moves {now:%F}", person, HELD),
            (f"asked {now:%G-%V}", new, self.invitations_per_address),
            (f"asked {now:%F}", new.rpartition("@")[2], self.invitations_to_domain),
        )
        return not await alliances.refused(c, [self._digest("", new)]) and await self._counted(c, caps, now)

    async def _counted(self, c: Connection, caps: Iterable[tuple[str, str, int]], now: datetime) -> bool:
        """Count one more of each (what and when, whose, how many there may be); False, and none, where one is full.

        It is counted by keyed hashes, so that whoever has themselves forgotten does not begin anew with none (T54).
        """
        marks = [
            [alliances.MARK + self._digest(f"{what} {k}", whose) for k in range(most)] for what, whose, most in caps
        ]
        used = await alliances.refused(c, chain.from_iterable(marks))
        free = [next((mark for mark in some if mark not in used), "") for some in marks]
        for mark in free if all(free) else ():
            await alliances.refuse(c, mark, now)
        return all(free)

    async def _others(self, c: Connection, work: "_Work", alliance: Alliance, participant: int) -> tuple[Alliance, ...]:
        """Where else this participant takes part (S09): asked for from the registered address alone."""
        address = alliance.participant(participant).address
        places = [i for i, _, _ in await _places(c, work, address) if i != alliance.id]
        found = await alliances.see(c, places) | work.current
        return tuple(found[i] for i in dict.fromkeys(places))

    def _digest(self, initiator: str, invitee: str) -> str:
        key = derived(self.post.doors.keys[-1], b"refusal")
        return hmac.new(key, f"{initiator}|{invitee}".encode(), sha256).hexdigest()

    async def _keep(self, c: Connection, work: "_Work", now: datetime) -> None:
        changed = [(work.current[i].but(people=work.people), wake_at) for i, wake_at in work.wake.items()]
        await alliances.save(c, changed, work.before, work.known)
        await self._keep_proofs(c, work)
        await alliances.record(c, work.steps)
        await tallies.add(c, work.tallies)
        await outbox.withdraw(c, work.withdrawn, now)
        for initiator, invitee in work.refused:
            await alliances.refuse(c, self._digest(initiator, invitee), now)
        await inbox.done(c, sorted(work.done.items()), now)
        for alliance_id, participant in work.erased:
            await inbox.erase(c, alliance_id, participant, now)
            await outbox.erase(c, alliance_id, participant, now)
            await proofs.erase(c, alliance_id, participant)
            if work.current[alliance_id].phase == Phase.ENDED:  # else their mail and letters are still to be read with
                await inbox.erase_raw(c, alliance_id)
                await outbox.erase_words(c, alliance_id)
                await proofs.erase(c, alliance_id)
        await alliances.forget_people(c, work.unknown)
        await outbox.put(c, await self._paced(c, work, now))  # now: the receipt for an erasure stays
        if work.forgotten:
            await alliances.forget(c, sorted(work.forgotten))

    async def _keep_proofs(self, c: Connection, work: "_Work") -> None:
        """The mail of every yes is kept for as long as the yes stands, with that by which it was released."""
        was, now = ({x for i in work.wake for x in _yeses(of.get(i))} for of in (work.before, work.current))
        if now - was:
            await proofs.keep(c, sorted(now - was), self.post.doors.keys)
        await proofs.drop(c, {(of, number) for number, of, _ in was} - {(of, number) for number, of, _ in now})

    async def _paced(self, c: Connection, work: "_Work", now: datetime) -> list[outbox.Letter]:
        """The letters, in the pace in which one address may get them, and one person or domain invitations (T50, T54)."""
        owed = [_owed(i, w, now) for i, w in work.written]
        times: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        if owed:
            found = await outbox.pace(c, {x.rcpt for x in owed}, now - _LOOKED_BACK)
            times.update({("to", rcpt): at for rcpt, at in found.items()})
        if any(x.is_invitation for x in owed):
            for host, rcpt, at in await outbox.invitations(c, now - _LOOKED_BACK):
                for key in _keys(host, rcpt):
                    times[key].append(at)
        return [self._one_paced(work, letter, times, now) for letter in owed]

    def _one_paced(
        self, work: "_Work", letter: outbox.Letter, times: dict[tuple[str, str], list[datetime]], now: datetime
    ) -> outbox.Letter:
        to = ("to", letter.rcpt)
        limits = [(to, most, per) for most, per in _TO_ONE]
        if letter.is_invitation:
            caps = (self.invitations_by_one, self.invitations_per_address, self.invitations_to_domain)
            host = work.current[letter.alliance_id].participant(1).address
            limits += [(key, most, _DAY) for key, most in zip(_keys(host, letter.rcpt), caps, strict=True)]
        due = max(letter.due_at, *(paced(times[key], most, per, now) for key, most, per in limits))
        for key in {key for key, _, _ in limits}:
            times[key].append(due)
        return letter if due == letter.due_at else replace(letter, due_at=due, reply="waits: many letters at once")


def _yeses(alliance: Alliance | None) -> set[tuple[int, int, int]]:
    """The messages by which people said yes: inbox, alliance, participant."""
    yeses = alliance.confirmations if alliance else ()
    return {
        (int(cause.removeprefix("inbox:")), alliance.id, yes.participant)
        for yes in yeses
        for cause in (yes.cause, yes.proved)
        if alliance and cause.startswith("inbox:")
    }


def _keys(host: str, rcpt: str) -> tuple[tuple[str, str], ...]:
    return ("by", host), ("invited", rcpt), ("at", rcpt.rpartition("@")[2])


def paced(times: Sequence[datetime], most: int, per: timedelta, now: datetime) -> datetime:
    """When one more may go, so that there are at most so many in any such time."""
    recent = sorted(at for at in times if at > now - per)
    return now if len(recent) < most else max(now, recent[-most] + per)


def _get_to_know(work: "_Work", met: dict[str, Person]) -> None:
    work.known, work.people = met | work.known, met | work.people


async def _places(c: Connection, work: "_Work", address: str) -> list[tuple[int, int, str]]:
    """Where this address takes part, as `alliances.of_address`, but as it will be when this batch is kept."""
    stored = [x for x in await alliances.of_address(c, address) if x[0] not in work.wake]
    ours = [(i, p, work.current[i].phase) for i in work.wake for p in work.current[i].participants]
    return stored + [(i, p.number, str(phase)) for i, p, phase in ours if p.address == address]


@dataclass(slots=True)
class _Work:
    """What a batch comes to, before it is kept."""

    held: set[int]  # ids that were asked for, whether or not there are such alliances
    before: dict[int, Alliance]
    current: dict[int, Alliance]
    known: dict[str, Person]  # as they are kept
    people: dict[str, Person]  # all of the batch's, handed from decision to decision: one may be in several alliances
    wake: dict[int, datetime | None] = field(default_factory=dict)
    steps: list[alliances.Step] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    withdrawn: list[tuple[int, int, str | None]] = field(default_factory=list)
    written: list[tuple[int, Written]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    erased: list[tuple[int, int]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)  # addresses of those who were erased
    forgotten: set[int] = field(default_factory=set)
    done: dict[int, str] = field(default_factory=dict)

    def take(
        self, matter: Matter, decision: Decision, wake_at: datetime | None, written: list[Written], now: datetime
    ) -> None:
        """Add one decision. Letters that an earlier event of this batch wrote may be withdrawn by this one."""
        number = matter.alliance
        self.current[number] = decision.alliance
        self.people = decision.alliance.people
        self.wake[number] = wake_at
        event = type(matter.event).__name__
        self.steps.append(alliances.Step(number, matter.event.cause, now, event, str(decision.alliance.phase)))
        for participant, about in (*decision.withdrawn, *((p, None) for p in decision.erased)):
            self.withdrawn.append((number, participant, about))
            self.written = [
                (i, w)
                for i, w in self.written
                if (i, w.participant) != (number, participant)
                or (about is not None and (about != w.about or not w.question))
            ]
        self.written += [(number, w) for w in written]
        self.refused += decision.refused
        self.erased += [(number, participant) for participant in decision.erased]
        for participant in decision.erased:  # their last letter is written: the address goes too
            people = list(self.current[number].participants)
            self.unknown.add(people[participant - 1].address)
            people[participant - 1] = people[participant - 1].but(address="", full_name="")
            self.current[number] = self.current[number].but(participants=tuple(people))
        if decision.forgotten:
            self.forgotten.add(number)


def _owed(alliance_id: int, w: Written, now: datetime) -> outbox.Letter:
    return outbox.Letter(
        alliance_id,
        w.number,
        w.participant,
        w.about,
        w.rcpt,
        w.mail_from,
        w.message_id,
        w.subject,
        w.words,
        w.raw,
        w.due or now,
        now,
        question=w.question,
    )
