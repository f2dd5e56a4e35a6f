"""Show how one mail is read: what of it was typed, what was cut and why, and whether a person wrote it."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import Reveal, complain, complaining, database, revealed, settings

if TYPE_CHECKING:
    from agent.alliance.model import Answer
    from agent.mail.message import Message

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a mail may try to write to the terminal
_ROW = re.compile(r"inbox:(\d{1,18})")


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail, and what is known of it where it was kept: `mail_from` is the envelope's sender, None for a file."""

    raw: bytes
    mail_from: str | None = None
    ours: tuple[str, ...] = ()
    about: str = ""
    earlier: tuple["Answer", ...] = ()  # of its writer


def explain(
    mail: Annotated[str, typer.Argument(help="A file with a mail, or a row that was kept: inbox:17.")],
    letter: Annotated[
        list[Path] | None, typer.Option(help="A file with the letter of ours that it answers; more than once if so.")
    ] = None,
    reveal: Reveal = False,
) -> None:
    """What of a mail was typed, what was cut and why. The words of a file are shown; those of a row with --reveal."""
    from agent.mail.message import read

    row = _ROW.fullmatch(mail)
    if row and not reveal:
        complain((f"{mail} holds people's words: add --reveal, and it is logged",), 1)
    found = _row(int(row[1])) if row else _Mail(_file(Path(mail)))
    letters = [read(_file(path)).text for path in letter or ()]
    typer.echo("\n".join(_told(read(found.raw), replace(found, ours=(*letters, *found.ours)))))


def _told(message: "Message", mail: _Mail) -> Iterator[str]:
    """The lines to show."""
    from agent.alliance.tail import WHY, parted
    from agent.mail.kind import kind_of
    from agent.mail.quote import Cut, new_text

    mail_from = mail.mail_from
    if mail_from is None:
        mail_from = (message.header("return-path") or (message.froms[0][1] if message.froms else "")).strip("<> ")
    verdict = kind_of(message, mail_from)
    found = new_text(message, mail.ours)
    kept, tail = parted(found.kept, mail.about, mail.earlier)
    yield f"kind: {verdict.kind}" + (f" ({verdict.why})" if verdict.why else "")
    if message.unreadable:
        yield f"without words: {message.unreadable}"
    if found.disagree:
        yield "the text and the HTML half say different things: a yes would be asked about"
    if found.quoted:
        yield "some of it stood behind quote marks: a yes would be asked about"
    yield from ("", "kept:", *_indented(kept or "(nothing)"))
    for cut in (*found.cut, *([Cut(tail, WHY)] if tail else ())):
        yield from ("", f"cut, {cut.why}:", *_indented(cut.text))


def _indented(text: str) -> Iterator[str]:
    return ("    " + _CONTROLS.sub("\ufffd", line) for line in text.strip("\n").split("\n"))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        complain((f"{path}: {error.strerror}",))


def _row(number: int) -> _Mail:
    """A message that was kept, with the letter that it was addressed to and what its writer had answered before."""
    from agent.mail.address import Route
    from agent.mail.answered import route_in
    from agent.store import alliances, inbox, outbox
    from agent.ways import doors_of

    async def load() -> _Mail | None:
        async with database(chosen.database.url) as opened, opened.transaction() as c:
            kept = await inbox.get(c, number)
            if kept is None or not kept.raw:
                return None
            route = route_in(kept.rcpt, kept.raw, doors_of(chosen))
            sent = await outbox.get(c, route.alliance, route.letter) if isinstance(route, Route) else None
            if sent is None:
                return _Mail(kept.raw, kept.mail_from)
            answers = (await alliances.load(c, [sent.alliance_id]))[sent.alliance_id].answers
            mine = (a for a in answers if a.participant == sent.participant)
            earlier = tuple(a for a in mine if (row := _ROW.fullmatch(a.cause)) and int(row[1]) < number)
            return _Mail(kept.raw, kept.mail_from, (f"{sent.subject}\n\n{sent.words}",), sent.about, earlier)

    with complaining():
        chosen = settings()
        found = asyncio.run(load())
    if found is None:
        complain((f"inbox:{number}: there is none, or its bytes were erased",), 1)
    revealed(inbox=number)
    return found
