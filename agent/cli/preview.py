"""Leave the gallery of letters in a folder, and say which break a rule."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.common import complain, complaining


def preview(
    folder: Annotated[Path, typer.Option(help="Where to leave it.")] = Path("preview"),
    templates: Annotated[Path | None, typer.Option(help="A folder of letters of your own.")] = None,
    language: Annotated[str, typer.Option(help="The language to show; what there is not in it is left out.")] = "en",
) -> None:
    """Render every letter to HTML and text, to look at. Leaves with 1 when one breaks a rule."""
    from agent.cli.flows import sources
    from agent.cli.gallery import files_of, letters_of
    from agent.settings import shipped

    with complaining():
        shown = letters_of(templates or shipped("templates"), sources(), language)
        if not shown:
            complain((f"{language}: there are no letters in this language",))
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files_of(shown):
            (folder / name).write_text(content, "utf-8")
    faults = [(one.name, fault) for one in shown for fault in one.faults]
    for name, fault in faults:
        typer.echo(f"{name}: rule {fault.row}: {fault.what}{' (a warning)' if fault.warning else ''}")
    broken = {name for name, fault in faults if not fault.warning}
    typer.echo(f"{len(shown)} letters, {len(broken)} with a fault: {folder / 'index.html'}")
    raise typer.Exit(bool(broken))
