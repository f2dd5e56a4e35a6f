"""Opens the rehearsal's page, and tells where it is."""

import asyncio
import secrets
import socket
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
    if templates and not (templates / "en").is_dir():
        complain((f"{templates}: a folder of letters holds a folder `en` with them",))
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
    with _listening(host, port) as listening:
        place = socket.gethostname() if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
        found = listening.getsockname()[1]
        await visit.anew(visit.script_name, visit.flow_name)
        try:
            play = Play(visit.view, visit.act, _Papers(visit).paper, visit.changed)
            async with serving(guarded(application(play), host, token), listening, visit.end) as task:
                typer.echo(f"Open http://{place}:{found}/{token + '/' if token else ''}")
                typer.echo("You are everybody in it. Nothing leaves this machine. Ctrl-C ends it.")
                await task
        finally:
            await visit.close()


def _listening(host: str, port: int) -> socket.socket:
    """At this port, or where that is taken at a free one."""
    from agent.web.server import listen

    try:
        return listen(host, port)
    except OSError:
        try:
            return listen(host, 0)
        except OSError as error:
            complain((f"cannot listen on {host}: {error.strerror or error}",))


class _Papers:
    """What there is to look at below the page: that of the visit, and the gallery of letters as they are now."""

    def __init__(self, visit: "Visit") -> None:
        self.visit = visit
        self.files: dict[str, str] = {}
        self.files_at: tuple[str, float] | None = None  # for which flow, and when the letters were edited last
        self.lock = asyncio.Lock()

    async def paper(self, name: str) -> "Paper | None":
        """Any of it by its path; None when there is no such thing."""
        place, slash, file = name.partition("/")
        if place != "letters" or not slash:
            return await self.visit.paper(name)
        from agent.rehearsal.visit import newest
        from agent.web.views import LETTER_POLICY, Paper

        async with self.lock:
            if self.files_at != (now := (self.visit.flow_name, newest(self.visit.letters_folder))):
                self.files, self.files_at = await asyncio.to_thread(self._drawn), now
        content = self.files.get(file or "index.html")
        if content is None:
            return None
        kind = "text/html" if not file.endswith(".txt") else "text/plain"
        policy = LETTER_POLICY if file not in ("", "index.html") else GALLERY_POLICY
        return Paper(file or "index.html", f"{kind}; charset=utf-8", content.encode(), shown=True, policy=policy)

    def _drawn(self) -> dict[str, str]:
        from agent.alliance.flow import FlowError
        from agent.cli.gallery import files_of, letters_of
        from agent.files import read_flow
        from agent.settings import shipped
        from agent.templates import TemplatesError

        try:
            paths = {*self.visit.flows.values(), *shipped("flows").glob("*.toml")}
            flows = [read_flow(path.parent, path.stem).flow for path in paths]
            asks = [prompt.ask for flow in flows for prompt in flow.prompts.values()]
            return dict(files_of(letters_of(self.visit.letters_folder, asks)))
        except (FlowError, TemplatesError) as error:
            return {"index.html": f"<!doctype html><title>Letters</title><pre>{escape(str(error))}</pre>"}
