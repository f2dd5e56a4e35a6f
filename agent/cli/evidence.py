"""Evidence of an agreement: written by the operator, checked by anybody."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import Reveal, complain, complaining, database, revealed, settings

if TYPE_CHECKING:
    from agent.alliance.model import Alliance
    from agent.evidence import Mail
    from agent.settings import Settings

_SIGNS = {True: "yes", False: "NO ", None: "-  "}


def evidence(
    number: Annotated[int, typer.Argument(help="The alliance.")],
    person: Annotated[int | None, typer.Option("--for", help="Of whose mails alone: 1 started it.")] = None,
    to: Annotated[Path | None, typer.Option(help="The file to write; else evidence-ALLIANCE.zip here.")] = None,
    reveal: Reveal = False,
) -> None:
    """Write who agreed to what, with the mails that prove it. Anybody can check it with `alliance verify`."""
    if not reveal:
        complain(("this file holds people's mail: add --reveal, and it is logged",), 1)
    from agent.evidence import made

    with complaining():
        chosen = settings()
        alliance, mails = asyncio.run(_found(number, chosen))
    if alliance is None or not alliance.agreed:
        complain((f"alliance {number} has no agreement",), 1)
    if person is not None and not 1 <= person <= len(alliance.participants):
        complain((f"alliance {number} has no participant {person}",), 1)
    revealed(alliance=number, participant=person or 0)
    to = to or Path(f"evidence-{number}{f'-{person}' if person else ''}.zip")
    to.write_bytes(made(alliance, mails, chosen.service.name, person))
    typer.echo(to)


async def _found(number: int, chosen: "Settings") -> "tuple[Alliance | None, dict[str, Mail]]":
    import msgspec

    from agent.evidence import Mail
    from agent.mail.address import Route
    from agent.mail.answered import route_in
    from agent.mail.authentic import Verdict
    from agent.store import alliances, outbox, proofs
    from agent.ways import doors_of

    doors = doors_of(chosen)
    async with database(chosen.database.url) as opened, opened.transaction() as c:
        alliance = (await alliances.load(c, [number])).get(number)
        kept = await proofs.of_alliance(c, number, doors.keys)
        routes = {p.inbox: r for p in kept if isinstance(r := route_in(p.rcpt, p.raw, doors), Route)}
        asked = await outbox.asked(c, {(r.alliance, r.letter) for r in routes.values()}) if routes else {}
    mails = {}
    for proof in kept:
        route = routes.get(proof.inbox)
        letter = asked.get((route.alliance, route.letter)) if route else None
        verdict = msgspec.json.decode(proof.verdict, type=Verdict) if proof.verdict else None
        words = f"{letter.subject}\n\n{letter.words}" if letter else ""
        mails[f"inbox:{proof.inbox}"] = Mail(proof.raw, proof.at, verdict, words)
    return alliance, mails


def verify(file: Annotated[Path, typer.Argument(help="What `alliance evidence` wrote.")]) -> None:
    """Check such a file, without a network. It checks the text, the mails, their signatures and their words."""
    from agent.evidence import checks, outcome

    try:
        found = checks(file.read_bytes())
    except OSError as error:
        complain((f"{file}: {error.strerror}",), 1)
    for check in found:
        typer.echo(f"{_SIGNS[check.result]} {check.what}")
    said = {
        "proved": "All of it fits, and at least one yes is proved by a signature. This is no legal signature.",
        "said": "All of it fits, but no signature proves a yes: it is the word of the service.",
        "broken": "Something does not fit: see the lines with NO.",
    }
    verdict = outcome(found)
    typer.echo(f"\n{said[verdict]}")
    if verdict == "broken":
        raise typer.Exit(1)
