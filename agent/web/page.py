"""The rehearsal's page: drawn here from `views`, kept up to date by server-sent events, and moved by plain forms.

Each panel is drawn by itself. A browser is sent the panels that have changed; without JavaScript every form still works,
since it leads back to the page.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from agent.web import machine
from agent.web.server import body_of
from agent.web.views import Page, Paper, Play

HERE = Path(__file__).parent / "page"
MOST_TYPED = 200_000  # bytes of a form

_pages = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_pages.globals["phases"] = machine.phases
_pages.globals["stages"] = machine.stages


def application(play: Play) -> Starlette:
    """The page, over whoever plays."""

    async def page(_: Request) -> Response:
        view = play.view()
        drawn = panels(view)
        digests = {name: digest(html) for name, html in drawn.items()}
        return HTMLResponse(_pages.get_template("page.html").render(page=view, panels=drawn, digests=digests))

    async def act(request: Request) -> Response:
        body = await body_of(request, MOST_TYPED)
        if body is None:
            return PlainTextResponse("That is too much for one mail.", 413)
        try:
            await play.act(request.path_params["act"], dict(parse_qsl(body, keep_blank_values=True)))
        except ValueError as error:
            return PlainTextResponse(str(error), 409)
        if "x-act" not in request.headers:
            return RedirectResponse("../", 303)
        return Response(status_code=204, headers={"X-Version": str(await play.changed(-1))})

    async def events(request: Request) -> Response:
        return StreamingResponse(_events(play, dict(request.query_params)), media_type="text/event-stream")

    async def paper(request: Request) -> Response:
        found = await play.paper(request.path_params["name"])
        return _shown(found) if found else PlainTextResponse("There is no such thing here (yet).", 404)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/events", events),
            Route("/do/{act}", act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Route("/{name:path}", paper),
        ]
    )


def panels(view: Page) -> dict[str, str]:
    """Every panel of the page by its id."""
    drawn = {name: _panel(name, page=view) for name in ("bar", "goal", "inside", "news")}
    for place, box in enumerate(view.mailboxes):
        for name in ("badge", "rows", "mail", "reply"):
            drawn[f"{name}-{box.key}"] = _panel(name, page=view, box=box, place=place)
    return drawn


def _panel(template: str, **facts: object) -> str:
    return _pages.get_template(f"{template}.html").render(**facts)


async def _events(play: Play, sent: dict[str, str]) -> AsyncIterator[str]:
    """The panels that this browser does not have yet (`sent`: id and digest of those it has), whenever something has changed."""
    seen = -1
    yield "retry: 1000\n\n"
    while seen := await play.changed(seen):
        drawn = panels(play.view())
        now = {name: digest(html) for name, html in drawn.items()}
        if sent and sent.keys() != now.keys():  # other people: the page itself is another
            yield "event: anew\ndata: {}\n\n"
            return
        for name, html in drawn.items():
            if sent.get(name) != now[name]:
                yield f"event: panel\ndata: {json.dumps({'id': name, 'html': html})}\n\n"
        sent = now
        yield f"event: settled\ndata: {seen}\n\n"


def digest(html: str) -> str:
    """What tells one drawing of a panel from another."""
    return hashlib.sha256(html.encode()).hexdigest()[:12]


def _shown(paper: Paper) -> Response:
    how = "inline" if paper.shown else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{paper.name}"'}
    if paper.policy:
        headers["Content-Security-Policy"] = paper.policy
    return Response(paper.content, media_type=paper.kind, headers=headers)
