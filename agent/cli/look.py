"""Looking at alliances: where they stand, without people's words; and what a participant may have, as files."""

import asyncio
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.common import Json, Reveal, as_json, as_table, complain, complaining, database, revealed, settings

if TYPE_CHECKING:
    from agent.alliance.figures import Shown, Tally
    from agent.alliance.model import Alliance
    from agent.settings import Settings
    from agent.store.alliances import Step
    from agent.web.health import Figure

Number = Annotated[int, typer.Argument(help="The alliance, as `alliance list` shows it.")]


def list_(
    address: Annotated[str, typer.Argument(help="Only those in which this address takes part.")] = "",
    limit: Annotated[int, typer.Option(help="How many at most.")] = 50,
    before: Annotated[int, typer.Option(help="The last alliance of the page before.")] = 0,
    json: Json = False,
) -> None:
    """All alliances, the newest first, and where they stand."""
    with complaining():
        found = asyncio.run(_listed(settings(), address, limit, before))
    if json:
        as_json(found)
        return
    rows = [(s.id, s.phase, s.created, s.wake_at, s.flow.partition("@")[0], s.version) for s in found]
    as_table(("alliance", "phase", "started", "next", "flow", "steps"), rows, "There is no alliance yet.")


async def _listed(chosen: "Settings", address: str, limit: int, before: int) -> list[Any]:
    from agent.mail.address import normal
    from agent.store import alliances

    async with database(chosen.database.url) as opened, opened.transaction() as c:
        last = (await alliances.see(c, [before])).get(before)
        if before and not last:
            complain((f"alliance {before}: there is none any more; begin again without --before",), 1)
        behind = (last.created, before) if last else None
        if address:
            return await alliances.listing_of(c, normal(address) or "", limit, before=behind)
        return await alliances.listing(c, limit, before=behind)


def show(number: Number, reveal: Reveal = False, json: Json = False) -> None:
    """One alliance: its people and its steps. With --reveal also what was said."""
    with complaining():
        alliance, steps, _ = _loaded(number)
    if reveal:
        revealed(alliance=number)
    facts = _facts(alliance, steps) | (_words(alliance) if reveal else {})
    if json:
        as_json(facts)
        return
    people = facts.pop("participants")
    done = facts.pop("steps")
    said = facts.pop("words", None)
    as_table(("", ""), facts.items(), "")
    as_table(tuple(people[0]) if people else (), [row.values() for row in people], "")
    as_table(("at", "cause", "event", "phase"), [row.values() for row in done], "")
    if said:
        as_table(("", ""), [(k, v) for k, v in said.items() if not isinstance(v, list)], "")
        as_table(("participant", "prompt", "said", "private"), [row.values() for row in said["answers"]], "")


def _loaded(number: int) -> "tuple[Alliance, list[Step], Settings]":
    from agent.store import alliances

    async def load(chosen: "Settings") -> "tuple[Alliance | None, list[Step]]":
        async with database(chosen.database.url) as opened, opened.transaction() as c:
            return (await alliances.load(c, [number])).get(number), await alliances.history(c, number)

    chosen = settings()
    alliance, steps = asyncio.run(load(chosen))
    if alliance is None:
        complain((f"alliance {number}: there is none",), 1)
    return alliance, steps, chosen


def _facts(alliance: "Alliance", steps: "list[Step]") -> dict[str, Any]:
    """Where it stands, without a word that anybody wrote."""
    return {
        "alliance": alliance.id,
        "phase": str(alliance.phase),
        "ended": alliance.ended,
        "started": alliance.created,
        "flow": alliance.flow,
        "letters": alliance.letters,
        "revealed": ", ".join(alliance.revealed),
        "drafts": len(alliance.drafts),
        "agreed": alliance.agreed,
        "check-ins": sum(1 for c in alliance.checkins if c.asked),
        "participants": [
            {
                "number": p.number,
                "name": p.full_name or p.name,
                "address": p.address,
                "stage": str(p.stage),
                "open": p.open.about if p.open else "",
                "paused": p.paused,
                "resting": p.resting,
                "last_heard": p.last_heard,
            }
            for p in alliance.participants
        ],
        "steps": [{"at": s.at, "cause": s.cause, "event": s.event, "phase": s.phase} for s in steps],
    }


def _words(alliance: "Alliance") -> dict[str, Any]:
    """What people said, and what came of it."""
    answers = [
        {"participant": a.participant, "prompt": a.prompt, "said": a.text or "(passed)", "private": a.private}
        for a in alliance.answers
    ]
    draft = alliance.draft.text if alliance.draft else ""
    return {"words": {"reason": alliance.reason, "why": alliance.why, "answers": answers, "draft": draft}}


def export(
    number: Number,
    participant: Annotated[int, typer.Option(help="For which participant: 1 started it.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Where to; else export-ALLIANCE-PARTICIPANT here.")] = None,
    reveal: Reveal = False,
) -> None:
    """Write what a participant may have. It is the agreement as text, page and calendar, and the own answers."""
    if not reveal:
        complain(("these files hold people's words: add --reveal, and it is logged",), 1)
    with complaining():
        alliance, _, chosen = _loaded(number)
    if not 1 <= participant <= len(alliance.participants):
        complain((f"alliance {number} has no participant {participant}",), 1)
    revealed(alliance=number, participant=participant)
    files = _files(alliance, participant, chosen)
    folder = folder or Path(f"export-{number}-{participant}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        typer.echo(folder / name)


def _files(alliance: "Alliance", participant: int, chosen: "Settings") -> dict[str, bytes]:
    """The files by name. A participant's own private lines are the participant's; nobody else's are here."""
    from agent.alliance.agreeing import final
    from agent.alliance.dates import zone_named, zone_of
    from agent.alliance.own import own_of
    from agent.alliance.turn import House, Turn
    from agent.files import FLOW, read_flow
    from agent.papers.enclosed import enclosed
    from agent.papers.own import own_files

    house = House(chosen.service.zone, chosen.service.quiet_hours)
    turn = Turn(
        read_flow(chosen.flows_folder, FLOW).flow, house, alliance, alliance.agreed_at or alliance.created, "export"
    )
    files = {name: content for name, _, content in own_files(own_of(turn.flow, alliance, participant))}
    if not alliance.agreed:
        return files
    letter = final(turn, alliance.drafts[alliance.agreed - 1], again=False)
    person = alliance.people[alliance.participant(participant).address]
    zone = zone_named(alliance.zone) or zone_of(person, house.zone)
    papers = enclosed(alliance, letter, zone, chosen.service.domain, chosen.paper)
    return files | {paper.name: paper.content for paper in papers}


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text} is no day such as 2026-03-02") from None


def stats(
    since: Annotated[
        datetime | None,
        typer.Option(parser=_day, metavar="DAY", help="Only alliances that were started since this day."),
    ] = None,
    json: Json = False,
) -> None:
    """How it goes, in six figures for each kind of alliance. They are of no one person, and only where there are enough."""
    from agent.alliance.figures import figures

    day = since or datetime.min.replace(tzinfo=UTC)
    with complaining():
        shown = figures(asyncio.run(_tallied(settings(), day)))
    if json:
        as_json(shown)
        return
    for (flow, kind), found in groupby(shown, key=lambda s: (s.flow, s.kind)):
        typer.echo(", ".join(filter(None, (flow, kind))))
        columns = ("figure", "value", "alliances", "first target", "what it is")
        as_table(columns, [(s.figure, _said(s), s.alliances, s.target, s.definition) for s in found], "")
        typer.echo()
    if not shown:
        typer.echo("There is no alliance yet.")


async def _tallied(chosen: "Settings", day: datetime) -> "list[Tally]":
    from agent.store import tallies

    async with database(chosen.database.url) as opened, opened.transaction() as c:
        return await tallies.since(c, day)


def status(json: Json = False) -> None:
    """What waits, and how late it is. It counts mail that was not read or was set aside, and letters that are owed or given up."""
    with complaining():
        found = asyncio.run(_waiting(settings()))
    if json:
        as_json(
            {f.name: [{**dict(zip(f.labels, k, strict=True)), "value": v} for k, v in f.values.items()] for f in found}
        )
        return
    rows = [(f.means, " ".join(words), f"{value:g}") for f in found for words, value in f.values.items()]
    as_table(("figure", "of", "value"), rows, "")


async def _waiting(chosen: "Settings") -> "tuple[Figure, ...]":
    from agent.health import waiting

    async with database(chosen.database.url) as opened, opened.transaction() as c:
        return await waiting(c, datetime.now(UTC))


def _said(shown: "Shown") -> str:
    return "too few" if shown.value is None else f"{shown.value:g} {shown.unit}"
