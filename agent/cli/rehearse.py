"""The rehearsal: a page by default; in the terminal a script that plays, or you as both people."""

import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from agent.cli.common import Json, as_json, complain, complaining

if TYPE_CHECKING:
    from rich.console import Console

    from agent.rehearsal.mailbox import Mail
    from agent.rehearsal.play import Rehearsal
    from agent.rehearsal.script import Scene, Script

COLOURS = ("cyan", "magenta", "green", "yellow")
HOST, PORT = "127.0.0.1", 8025
GLANCE = 2  # lines of a mail that are shown in passing
HELP = "a number reads a mail · r NUMBER replies · w NAME writes a first mail · j jumps to what is due next · l or l NAME lists · q quits"


def rehearse(  # noqa: PLR0917 - typer's options
    script: Annotated[
        str,
        typer.Option(
            help="Play this script in the terminal: a file, or a shipped one: pair, short, tour, declined, living, years, couple, manager, deutsch, team, solo."
        ),
    ] = "",
    folder: Annotated[Path, typer.Option(help="Where to leave the mails and the agreement.")] = Path("rehearsal"),
    terminal: Annotated[bool, typer.Option("--terminal", help="No page: you are everybody, in the terminal.")] = False,
    flow: Annotated[Path | None, typer.Option(help="A flow file of your own.")] = None,
    templates: Annotated[Path | None, typer.Option(help="A folder of letters of your own; edits show at once.")] = None,
    host: Annotated[str, typer.Option(help="Where the page listens; other than loopback it needs a token.")] = HOST,
    port: Annotated[
        int, typer.Option(max=65535, min=0, help="The page's port; if it is taken, a free one is found.")
    ] = PORT,
    full: Annotated[bool, typer.Option("--full", help="In the terminal, show the whole text of every mail.")] = False,
    json: Json = False,
) -> None:
    """Live through a whole alliance on this machine. Service and mail are real; the clock jumps.

    Opens a page in which you are everybody. With --script it plays in the terminal instead, as tests do.
    """
    with complaining():
        from agent import log
        from agent.rehearsal import keep

        own = _Own(flow, templates)
        if not script and not terminal:
            from agent.cli.browse import show

            show(own.flow, own.templates, folder, host, port)
            return
        from rich.console import Console

        read = _script(script or "pair")
        keep.cleared(folder)
        with (folder / "alliance.log").open("w", encoding="utf-8") as stream:
            log.configure("info", "json", stream)
            face = _Face(Console(highlight=False, quiet=json), read, full)
            summary = asyncio.run(_run(face, folder, own, interactive=terminal))
            log.configure("warning", "console", sys.stderr)
    if json:
        as_json(summary)
    else:
        face.sum_up(summary)
    raise typer.Exit(bool(summary["unmet"] or summary["faults"]))


class _Own(NamedTuple):
    """What the operator brings along."""

    flow: Path | None
    templates: Path | None


def _script(named: str) -> "Script":
    from agent.rehearsal.script import read
    from agent.settings import shipped

    path = Path(named)
    if not path.is_file() and (inside := shipped("rehearsals") / f"{named}.txt").is_file():
        path = inside
    try:
        return read(path.read_text("utf-8"), str(named))
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(p.stem for p in shipped("rehearsals").glob("*.txt")))
        said = error.strerror if isinstance(error, OSError) else error
        complain((f"{named}: {said}; shipped scripts are {known}",))


async def _run(face: "_Face", folder: Path, own: _Own, *, interactive: bool) -> dict[str, Any]:
    """Play it, leave the folder, and say what came of it."""
    from agent.rehearsal import keep
    from agent.rehearsal.play import UnmetError, play, rehearsing

    began, unmet = monotonic(), ""
    people, database = face.script.people, folder / "alliance.db"
    async with rehearsing(people, database, face.show, face.script.start, **own._asdict()) as rehearsal:
        start = rehearsal.clock.at
        try:
            await (_by_hand(face, rehearsal) if interactive else play(face.script, rehearsal))
        except UnmetError as error:
            unmet = str(error)
        keep.mails(folder, rehearsal.mails)
        files = keep.papers(folder, rehearsal.mails, await rehearsal.alliances())
        return {
            "script": face.script.name,
            "mails": len(rehearsal.mails),
            "people": [
                {
                    "name": person.name,
                    "got": sum(m.person == person and not m.mine for m in rehearsal.mails),
                    "wrote": sum(m.person == person and m.mine and not m.automatic for m in rehearsal.mails),
                }
                for person in face.script.people
            ],
            "days": (rehearsal.clock.at - start).days,
            "seconds": round(monotonic() - began, 1),
            "folder": str(folder),
            "files": {name: str(path) for name, path in files.items()},
            "faults": [] if interactive else await rehearsal.faults(),
            "unmet": unmet,
        }


class _Face:
    """What is painted."""

    def __init__(self, console: "Console", script: "Script", full: bool) -> None:
        self.console = console
        self.script = script
        self.full = full
        self._colours = dict(zip((p.key for p in script.people), COLOURS * len(script.people), strict=False))

    def show(self, shown: "Mail | Scene") -> None:
        """Show a mail in passing, or a heading."""
        from rich.markup import escape
        from rich.rule import Rule

        from agent.rehearsal.script import Scene

        if isinstance(shown, Scene):
            self.console.print()
            self.console.print(Rule(shown.title, align="left", style="dim"))
            return
        self.console.print(self.line(shown))
        if self.full:
            self.console.print(f"\n{shown.text.rstrip()}\n", markup=False)
            return
        lines = [line for line in shown.text.splitlines() if line.strip()]
        for line in lines if shown.mine else lines[1 : GLANCE + 1]:
            style = "italic" if shown.mine else "dim"
            self.console.print(f"       [{style}]{escape(line)}[/]", overflow="ellipsis", no_wrap=True)

    def line(self, mail: "Mail") -> str:
        """One mail in one line: its number, when, who to whom, and what about."""
        from rich.markup import escape

        colour = self._colours[mail.person.key]
        name = mail.person.first
        by = mail.by.replace(mail.person.name, name)
        who = f"[{colour}]{escape(by)}[/] → Alliance" if mail.mine else f"Alliance → [{colour}]{escape(name)}[/]"
        return f"[dim]{mail.number:4}  {_day(mail.at)}[/]  {who}  [bold]{escape(mail.subject)}[/]"

    def sum_up(self, summary: dict[str, Any]) -> None:
        """Say what came of it."""
        from rich.panel import Panel
        from rich.text import Text

        say = self.console.print
        say()
        if text := summary["files"].get("agreement.txt"):
            say(Panel(Text(Path(text).read_text("utf-8").strip()), title="The agreement", border_style="dim"))
        for person in summary["people"]:
            say(f"{person['name']}: letters {person['got']}, replies {person['wrote']}.")
        say(f"{summary['mails']} mails and {summary['days']} days in {summary['seconds']} seconds.")
        say(f"All of it is in {summary['folder']}/: begin with index.txt.")
        for trouble in filter(None, (*summary["faults"], summary["unmet"])):
            say(f"[bold red]Not as it should be:[/] {Text(trouble).markup}")


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day:2} {at:%b %H:%M}"


# ---------------------------------------------------------------- by hand


async def _by_hand(face: _Face, rehearsal: "Rehearsal") -> None:
    """You read and reply for everybody, until you quit. While you think, nothing happens: the clock stands still."""
    people = {p.key: p for p in face.script.people}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's own would wait for the next line
    face.console.print(f"You are {' and '.join(p.name for p in face.script.people)}. {HELP}")
    face.console.print(f"Begin with: w {face.script.people[0].key}", markup=False)
    while (said := _asked(face, f"{_day(rehearsal.clock.at)} UTC > ")) is not None:
        word, _, rest = said.strip().partition(" ")
        rest = rest.strip()
        if word == "q":
            return
        if word == "j":
            before = len(rehearsal.mails)
            if not await rehearsal.jump():
                face.console.print("Nothing is due any more.")
            elif len(rehearsal.mails) == before:
                face.console.print("Time went on, and no mail came.")
        elif word == "l":
            for mail in rehearsal.mails:
                if rest in {"", mail.person.key}:
                    face.console.print(face.line(mail))
        elif word == "w" and rest in people:
            subject = _asked(face, "Subject: ") or ""
            if text := _typed(face):
                await rehearsal.write(people[rest], subject, text)
        elif word == "r" and (asked := _numbered(rehearsal, rest)) and not asked.mine:
            if text := _typed(face):
                await rehearsal.reply(asked, text)
        elif not rest and (chosen := _numbered(rehearsal, word)):
            face.console.print(face.line(chosen))
            face.console.print(f"\n{chosen.text.rstrip()}\n", markup=False)
        elif word:
            face.console.print(HELP)


def _numbered(rehearsal: "Rehearsal", text: str) -> "Mail | None":
    number = int(text) if text.isdecimal() else 0
    return rehearsal.mails[number - 1] if 0 < number <= len(rehearsal.mails) else None


def _typed(face: _Face) -> str:
    """The words of a mail, up to a line that is a dot."""
    face.console.print("Write; a line that is a dot ends it.", style="dim")
    lines: list[str] = []
    while (line := _asked(face, "")) is not None and line != ".":
        lines.append(line)
    return "\n".join(lines).strip()


def _asked(face: _Face, prompt: str) -> str | None:
    """One line from the keyboard; None at its end, or when somebody presses Ctrl-C."""
    try:
        return face.console.input(prompt, markup=False)
    except (EOFError, KeyboardInterrupt):
        return None
