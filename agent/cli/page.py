"""Opens the rehearsal's page, and tells where it is."""

import asyncio
import secrets
import sys
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from agent.cli.common import complain

if TYPE_CHECKING:
    from agent.rehearsal.visit import Visit
    from agent.web.views import Paper

FIRST = "tour"  # the script that the page begins with: short, so that a newcomer sees the end of it
GALLERY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def show(flow: Path | None, templates: Path | None, folder: Path, host: str, port: int) -> None:
    """Serve the page until Ctrl-C, and leave the folder then."""
    from agent import log
    from agent.rehearsal import keep
    from agent.rehearsal.script import read
    from agent.rehearsal.visit import Visit
    from agent.settings import shipped

    keep.cleared(folder)
    scripts = {p.stem: read(p.read_text("utf-8"), p.name) for p in sorted(shipped("rehearsals").glob("*.txt"))}
    flows = {p.stem: p for p in sorted((flow.parent if flow else shipped("flows")).glob("*.toml"))}
    if flow and flow.stem not in flows:
        complain((f"{flow}: there is no flow file of this name",))
    with (folder / "alliance.log").open("w", encoding="utf-8") as stream:
        log.configure("info", "json", stream)
        visit = Visit(
            folder,
            scripts,
            flows,
            templates or shipped("templates"),
            script=FIRST,
            flow=flow.stem if flow else "one_to_one",
        )
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
            asyncio.run(_serve(visit, host, port))
        log.configure("warning", "console", sys.stderr)
    typer.echo(f"\nAll of it is in {folder}/: begin with index.txt.")


async def _serve(visit: "Visit", host: str, port: int) -> None:
    from agent.web.page import application
    from agent.web.server import guarded, is_loopback, serving
    from agent.web.views import Play

    token = "" if is_loopback(host) else secrets.token_urlsafe(24)
    await visit.anew(visit.script_name, visit.flow_name)
    try:
        papers = _Papers(visit)
        page = guarded(application(Play(visit.view, visit.act, papers.paper, visit.changed)), token)
        for tried in (port, 0):
            try:
                async with serving(page, host, tried, visit.end) as (found, task):
                    place = f"[{host}]" if ":" in host else host
                    typer.echo(f"Open http://{place}:{found}/{token + '/' if token else ''}")
                    typer.echo("You are everybody in it. Nothing leaves this machine. Ctrl-C ends it.")
                    await task
            except OSError as error:
                if tried == 0:
                    complain((f"cannot listen on {host}: {error.strerror or error}",))
            else:
                return
    finally:
        await visit.close()


class _Papers:
    """What there is to look at below the page: that of the visit, and the gallery of letters as they are now."""

    def __init__(self, visit: "Visit") -> None:
        self.visit = visit
        self.files: dict[str, str] = {}

    async def paper(self, name: str) -> "Paper | None":
        """Any of it by its path; None when there is no such thing."""
        place, _, file = name.partition("/")
        if place != "letters":
            return await self.visit.paper(name)
        from agent.web.page import LETTER_POLICY
        from agent.web.views import Paper

        if not file:
            self.files = await asyncio.to_thread(self._drawn)
        content = self.files.get(file or "index.html")
        if content is None:
            return None
        kind = "text/html" if not file.endswith(".txt") else "text/plain"
        policy = LETTER_POLICY if file else GALLERY_POLICY
        return Paper(file or "index.html", f"{kind}; charset=utf-8", content.encode(), shown=True, policy=policy)

    def _drawn(self) -> dict[str, str]:
        from agent.cli.gallery import files_of, letters_of
        from agent.service import read_flow
        from agent.templates import TemplatesError

        path = self.visit.flows[self.visit.flow_name]
        prompts = read_flow(path.parent, path.stem).flow.prompts.values()
        try:
            return dict(files_of(letters_of(self.visit.letters_folder, [prompt.ask for prompt in prompts])))
        except TemplatesError as error:
            return {"index.html": "<br>".join(escape(fault) for fault in error.faults)}
