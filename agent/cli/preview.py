"""A gallery of every letter, with sample facts and the verdicts of the house rules."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import complaining

if TYPE_CHECKING:
    from agent.alliance.lettercheck import Fault

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Letters</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }}
article {{ margin: 3rem 0 }} h2 {{ font-size: 1.1rem; margin: 0 }} p {{ margin: .3rem 0 }}
iframe {{ width: 100%; height: 30rem; border: 1px solid #8888; border-radius: 6px; background: #fff }}
.fault {{ color: #b00020 }} small {{ opacity: .7 }}
</style></head><body><h1>Letters</h1><p>{count} letters, {faulty} with a fault.</p>
{articles}
</body></html>
"""


def preview(
    folder: Annotated[Path, typer.Option(help="Where to leave it.")] = Path("preview"),
    templates: Annotated[Path | None, typer.Option(help="A folder of templates; else the shipped ones.")] = None,
) -> None:
    """Render every letter to HTML and text, with an index.html to look at; leaves with 1 when one breaks a rule."""
    from zoneinfo import ZoneInfo

    from rich.progress import track

    from agent.alliance import samples
    from agent.alliance.lettercheck import faults_of
    from agent.settings import shipped
    from agent.templates import load, template_of

    with complaining():
        filled = load(templates or shipped("templates"))
    folder.mkdir(parents=True, exist_ok=True)
    articles, broken = [], 0
    letters = samples.samples()
    for number, letter in enumerate(track(letters, "Rendering", transient=True), 1):
        said = filled.render(
            letter,
            me=samples.ME,
            partner=samples.PARTNER,
            names=samples.NAMES,
            language="en",
            zone=ZoneInfo("Europe/Berlin"),
            contact="operator@example.org",
            service="Alliance",
        )
        faults = faults_of(letter, said.subject, said.text, said.html, me=samples.ME, sources=_sources())
        name = f"{number:03}-{template_of(type(letter))}"
        (folder / f"{name}.html").write_text(said.html, "utf-8")
        (folder / f"{name}.txt").write_text(f"Subject: {said.subject}\n\n{said.text}", "utf-8")
        articles.append(_article(name, said.subject, faults))
        for fault in faults:
            broken += not fault.warning
            typer.echo(f"{name}: rule {fault.row}: {fault.what}{' (a warning)' if fault.warning else ''}")
    faulty = sum("class=fault" in article for article in articles)
    page = PAGE.format(count=len(articles), faulty=faulty, articles="\n".join(articles))
    (folder / "index.html").write_text(page, "utf-8")
    typer.echo(f"{len(articles)} letters, {faulty} with a fault: {folder / 'index.html'}")
    raise typer.Exit(broken > 0)


def _sources() -> tuple[str, ...]:
    """The prompts, which are used word for word whatever they measure."""
    from agent.service import FLOW, read_flow
    from agent.settings import shipped

    return tuple(prompt.ask for prompt in read_flow(shipped("flows"), FLOW).flow.prompts.values())


def _article(name: str, subject: str, faults: "tuple[Fault, ...]") -> str:
    told = "".join(f"<p{'' if f.warning else ' class=fault'}>Rule {f.row}: {escape(f.what)}</p>" for f in faults)
    head = f"<h2>{escape(subject)}</h2><p><small>{name}</small> · <a href={name}.txt>text</a></p>"
    frame = f'<iframe sandbox loading="lazy" src="{name}.html" title="{escape(subject)}"></iframe>'
    return f"<article>{head}{told or '<p><small>keeps every rule</small></p>'}{frame}</article>"
