"""Flow files: what is wrong with them, and how they look when drawn."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import Json, as_json, complaining

if TYPE_CHECKING:
    from agent.alliance.flow import Flow
    from agent.alliance.letters import Letter

app = typer.Typer(help="Flow files: what is asked, as data.", no_args_is_help=True)


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Else those that are shipped.")
    ] = None,
    as_data: Json = False,
) -> None:
    """Tell every fault of flow files, with file, line and key; leaves with 1 when there is one.

    What is no fault and reads badly in a letter is told too, as a warning.
    """
    from agent.alliance.flow import FlowError
    from agent.settings import shipped

    found: dict[str, tuple[list[str], list[str]]] = {}
    for path in files or sorted(shipped("flows").glob("*.toml")):
        faults, warnings = found[str(path)] = ([], [])
        try:
            warnings += _warnings(path)
        except FlowError as error:
            faults += error.complaints
    if as_data:
        as_json([{"file": name, "faults": faults, "warnings": warned} for name, (faults, warned) in found.items()])
    else:
        for name, (faults, warned) in found.items():
            told = [*faults, *(f"{one} (a warning)" for one in warned)]
            typer.echo("\n".join(told) or f"{name}: nothing is wrong")
    raise typer.Exit(any(faults for faults, _ in found.values()))


def _warnings(path: Path) -> Iterator[str]:
    """What reads badly in a flow that can be used, in each of its languages; raises FlowError when it cannot be."""
    import tomllib
    from zoneinfo import ZoneInfo

    from agent import templates
    from agent.alliance import wording
    from agent.alliance.tables import place, table_of
    from agent.files import flow_at, translations_of
    from agent.settings import shipped

    flow = flow_at(path).flow
    letters = templates.load(shipped("templates"), sure=shipped("templates"))
    for file in (path, *translations_of(path)):
        content = file.read_text("utf-8")
        data = tomllib.loads(content)
        said = flow.told_in(data["language"])
        common = {"me": wording.ME, "partner": wording.PARTNER, "names": wording.PARTNER, "language": said.language}

        def render(letter: "Letter", common: dict[str, str] = common) -> tuple[str, str, str]:
            filled = letters.render(letter, zone=ZoneInfo("UTC"), contact="", service="Alliance", team=False, **common)
            return filled.subject, filled.text, filled.html

        for prompt, what in wording.warnings_of(said, render, sources()):
            where = table_of(data, prompt) or ("prompt", prompt)
            yield f"{place(str(file), content, where)}: {what}"


def sources() -> tuple[str, ...]:
    """The article's questions, and their translations, which are used word for word whatever they measure."""
    from agent.files import flow_at
    from agent.settings import shipped

    flows = [flow_at(path).flow for path in shipped("flows").glob("*.toml")]
    told = [flow.told_in(tag) for flow in flows for tag in (flow.language, *flow.translations)]
    return tuple(prompt.ask for flow in told for prompt in flow.prompts.values())


@app.command()
def schema(
    translation: Annotated[bool, typer.Option("--translation", help="Of a translation, flows/de/... .toml.")] = False,
    write: Annotated[Path | None, typer.Option(help="Write it to this file, such as flows/flow.schema.json.")] = None,
) -> None:
    """The form of a flow file as a JSON Schema, for editors that complete and check TOML."""
    from agent.alliance.flow import Flow
    from agent.alliance.flow import schema as schema_of
    from agent.alliance.translation import Translation

    page = json.dumps(schema_of(Translation if translation else Flow), indent=2, ensure_ascii=False) + "\n"
    if write:
        write.write_text(page, "utf-8")
    else:
        typer.echo(page, nl=False)


@app.command()
def draw(
    file: Annotated[Path | None, typer.Argument(help="A flow file; else the shipped one.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write it to this file, such as docs/diagrams.md.")] = None,
) -> None:
    """Draw the two machines and a flow as Mermaid diagrams."""
    from agent.files import FLOW, flow_at
    from agent.settings import shipped

    path = file or shipped("flows") / f"{FLOW}.toml"
    with complaining():
        page = page_of(flow_at(path).flow)
    if write:
        write.write_text(page, "utf-8")
    else:
        typer.echo(page)


def page_of(flow: "Flow") -> str:
    """The page of diagrams. What it shows comes from the tables that run, so it cannot say anything else."""
    from agent.alliance.machine import PHASES, STAGES, drawn
    from agent.alliance.model import Phase, Stage

    tables = []
    for moves in (PHASES, STAGES):
        rows = "\n".join(f"| {m.trigger} | {', '.join(sorted(set(m.sources)))} | {m.dest} | {m.why} |" for m in moves)
        tables.append(f"| move | from | to | when |\n|---|---|---|---|\n{rows}")
    phases, stages = _plain(drawn(PHASES, Phase.SETUP)), _plain(drawn(STAGES, Stage.PREPARING))
    return (
        "\n\n".join(
            (
                "# Diagrams",
                "Drawn by `alliance flow draw --write docs/diagrams.md`; a test says that this page is current.",
                f"## The phases of an alliance\n\n```mermaid\n{phases}\n```\n\n{tables[0]}",
                "## The stages of a participant\n\nWho starts begins with `preparing`, and who is asked with `invited`.",
                f"```mermaid\n{stages}\n```\n\n{tables[1]}",
                f"## The flow `{flow.name}`\n\n```mermaid\n{_drawn(flow)}\n```",
            )
        )
        + "\n"
    )


def _plain(diagram: str) -> str:
    """The states and arrows of a machine's drawing, without its paint, which is unreadable on a dark page."""
    arrows = [line.strip() for line in diagram.splitlines() if "-->" in line]
    return "\n  ".join(("stateDiagram-v2", "direction LR", *sorted(arrows, key=lambda a: not a.startswith("[*]"))))


def _drawn(flow: "Flow") -> str:
    """The parts of a flow in order, with their prompts; those of the short set have a thick border."""
    lines = ["flowchart TD"]
    for n, part in enumerate(flow.parts, 1):
        lines.append(f'  subgraph part{n}["{n}. {part.title}"]\n    direction LR')
        lines += [f'    {q.id}["{q.title}"]' for q in part.prompts]
        lines += [f"    {a.id} --> {b.id}" for a, b in zip(part.prompts, part.prompts[1:], strict=False)]
        lines.append("  end")
    end = "page" if flow.solo else "draft"
    names = [f"part{n}" for n in range(1, len(flow.parts) + 1)]
    together = [part.reveal == "together" and not flow.solo for part in flow.parts]
    shown = [f"reveal{n}" if both else "" for n, both in enumerate(together, 1)]
    for n, (name, reveal) in enumerate(zip(names, shown, strict=True)):
        after = names[n + 1] if n + 1 < len(names) else end
        if reveal:
            lines += [f"  {reveal}([both see both]) ", f"  {name} --> {reveal} --> {after}"]
        else:
            lines.append(f"  {name} --> {after}")
    if flow.solo:
        lines.append("  page[[page]] -- a name --> invitation([an alliance of its own])")
    else:
        lines += ["  draft[[draft]] -- all say yes --> agreement[[agreement]]", "  draft -- a change --> draft"]
        lines.append("  agreement --> checkin([check-in]) --> digest([digest]) --> checkin")
    lines.append("  classDef short stroke-width:3px")
    lines.append(f"  class {','.join(q.id for q in flow.prompts.values() if q.short)} short")
    return "\n".join(line.rstrip() for line in lines)
