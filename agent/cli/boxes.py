"""The inbox and the outbox: look, run again, and drop what was set aside."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from agent.cli.common import Json, Reveal, as_json, as_table, complain, complaining, database, revealed, settings

if TYPE_CHECKING:
    from agent.settings import Settings
    from agent.store.database import Connection

T = TypeVar("T")
LIMIT = 50  # rows of a list: as many as one looks at

Number = Annotated[int, typer.Argument(help="Its number, as `list` shows it.")]
Alliance = Annotated[int, typer.Argument(help="The alliance.")]
Limit = Annotated[int, typer.Option(help="How many rows at most.")]

inbox = typer.Typer(help="Mail that arrived.", no_args_is_help=True)
outbox = typer.Typer(help="Letters that are owed or were sent.", no_args_is_help=True)


def _do(work: "Callable[[Connection], Awaitable[T]]") -> "tuple[T, Settings]":
    """Run this in one transaction on the service's database."""

    async def run(chosen: "Settings") -> T:
        async with database(chosen.database.url) as opened, opened.transaction() as c:
            return await work(c)

    with complaining():
        chosen = settings()
        return asyncio.run(run(chosen)), chosen


def _must(done: bool, what: str) -> None:
    if not done:
        complain((f"{what}: there is none, or nothing can be done with it any more",), 1)
    typer.echo("done")


@inbox.command("list")
def inbox_list(
    state: Annotated[str, typer.Option(help="kept, aside, done, dropped or all.")] = "aside",
    limit: Limit = LIMIT,
    before: Annotated[int, typer.Option(help="The last number of the page before.")] = 0,
    json: Json = False,
) -> None:
    """What arrived; by default what broke us and was set aside."""
    from agent.store import inbox as store
    from agent.store.database import LAST

    rows, chosen = _do(lambda c: store.listing(c, None if state == "all" else state, limit, before=before or LAST))
    found = [
        {"number": r.id, "at": r.at, "state": r.state, "outcome": r.outcome, "attempts": r.attempts,
         "from": r.mail_from, "to": _door(chosen, r.rcpt)}
        for r in rows
    ]  # fmt: skip
    if json:
        as_json(found)
    else:
        columns = ("number", "at", "state", "outcome", "attempts", "from", "to")
        as_table(columns, [[row[c] for c in columns] for row in found], "Nothing here.")


def _door(chosen: "Settings", rcpt: str) -> str:
    """Where a mail was for, without the address, which is a secret."""
    from agent.mail.address import Route
    from agent.mail.answered import route_in
    from agent.ways import doors_of

    route = route_in(rcpt, b"", doors_of(chosen))
    if isinstance(route, Route):
        return f"alliance {route.alliance}, letter {route.letter}"
    return str(route or "nobody")


@inbox.command("show")
def inbox_show(number: Number, reveal: Reveal = False) -> None:
    """One message; its words with --reveal."""
    import msgspec

    from agent.store import inbox as store

    kept, chosen = _do(lambda c: store.get(c, number))
    if kept is None:
        complain((f"inbox {number}: there is none",), 1)
    rows = [("at", kept.at), ("state", kept.state), ("outcome", kept.outcome), ("attempts", kept.attempts)]
    if kept.verdict:
        verdict = msgspec.json.decode(kept.verdict)
        rows += [("author", f"{verdict['finding']} ({verdict['why']})")]
    rows += [("from", kept.mail_from), ("to", _door(chosen, kept.rcpt)), ("peer", kept.peer), ("bytes", len(kept.raw))]
    as_table(("", ""), rows, "")
    if reveal:
        revealed(inbox=number)
        typer.echo("\n" + kept.raw.decode("utf-8", "replace"))


@inbox.command("rerun")
def inbox_rerun(number: Number) -> None:
    """Try this one again; the running service takes it within a minute."""
    from agent.store import inbox as store

    _must(_do(lambda c: store.rerun(c, number))[0], f"inbox {number}")


@inbox.command("drop")
def inbox_drop(number: Number) -> None:
    """Let this one go unanswered."""
    from agent.store import inbox as store

    _must(_do(lambda c: store.drop(c, number, datetime.now(UTC)))[0], f"inbox {number}")


@outbox.command("list")
def outbox_list(
    state: Annotated[str, typer.Option(help="owed, queued, sending, sent, failed, unknown or withdrawn.")] = "owed",
    limit: Limit = LIMIT,
    before: Annotated[
        tuple[int, int], typer.Option(help="The last letter of the page before: its alliance and number.")
    ] = (0, 0),
    json: Json = False,
) -> None:
    """Letters; by default those that are owed."""
    from agent.store import outbox as store

    async def page(c: "Connection") -> "list[store.Letter]":
        last = await store.get(c, *before)
        at = last and (last.due_at if state in ("owed", *store.OWED) else last.settled_at)
        if any(before) and not at:
            complain(
                (f"outbox {before[0]} {before[1]}: is not in this list any more; begin again without --before",), 1
            )
        return await store.listing(c, None if state == "owed" else state, limit, before=(at, *before) if at else None)

    rows, _ = _do(page)
    found = [
        {"alliance": r.alliance_id, "number": r.number, "participant": r.participant, "about": r.about, "to": r.rcpt,
         "state": r.state, "attempts": r.attempts, "due_at": r.due_at, "reply": r.reply}
        for r in rows
    ]  # fmt: skip
    if json:
        as_json(found)
    else:
        columns = ("alliance", "number", "participant", "about", "to", "state", "attempts", "due_at", "reply")
        as_table(columns, [[row[c] for c in columns] for row in found], "Nothing here.")


@outbox.command("show")
def outbox_show(alliance: Alliance, number: Number, reveal: Reveal = False) -> None:
    """One letter; its words with --reveal."""
    from agent.store import outbox as store

    letter, _ = _do(lambda c: store.get(c, alliance, number))
    if letter is None:
        complain((f"outbox {alliance} {number}: there is none",), 1)
    rows = [("participant", letter.participant), ("about", letter.about), ("to", letter.rcpt), ("state", letter.state)]
    rows += [("written", letter.at), ("due", letter.due_at), ("attempts", letter.attempts), ("reply", letter.reply)]
    rows += [("settled", letter.settled_at), ("bytes", len(letter.raw))]
    as_table(("", ""), rows, "")
    if reveal:
        revealed(alliance=alliance, letter=number)
        typer.echo(f"\nSubject: {letter.subject}\n\n{letter.words}")


@outbox.command("rerun")
def outbox_rerun(alliance: Alliance, number: Number) -> None:
    """Send this one again, the same bytes; the running service does it within a minute."""
    from agent.store import outbox as store

    _must(_do(lambda c: store.rerun(c, alliance, number, datetime.now(UTC)))[0], f"outbox {alliance} {number}")


@outbox.command("drop")
def outbox_drop(alliance: Alliance, number: Number) -> None:
    """Owe this one no longer."""
    from agent.store import outbox as store

    _must(_do(lambda c: store.drop(c, alliance, number, datetime.now(UTC)))[0], f"outbox {alliance} {number}")
