"""Unsubscribing with one click: the page behind List-Unsubscribe (RFC 8058).

To look changes nothing, since scanners look before people do (T56); to post does. Who has the token got the letter, so it
is all that is asked for: no cookie, no form of ours before. The answer is the same for whatever token, also one that is
old or made up, so that nothing can be learned here (T60).
"""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from agent.web.server import body_of

PATH = "/u/"
LARGEST = 10_000  # bytes of a form with one field

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
_ASK = _PAGE.format(
    title="Stop these letters?",
    body="""<p>Nothing has changed yet.</p>
<form method="post"><button name="List-Unsubscribe" value="One-Click">Yes, stop them</button></form>
<p>You may also answer any letter with STOP.</p>""",
)
_DONE = _PAGE.format(title="It is noted", body="<p>These letters stop now. You may close this page.</p>")


def application(unsubscribe: Callable[[str], Awaitable[bool]]) -> Starlette:
    """The page. `unsubscribe` comes back when it is kept; False when that cannot be done now."""

    async def ask(_: Request) -> Response:
        return HTMLResponse(_ASK)

    async def act(request: Request) -> Response:
        body = await body_of(request, LARGEST)
        if body is None or "List-Unsubscribe" not in body or "One-Click" not in body:  # in whichever form it is coded
            return PlainTextResponse("Post List-Unsubscribe=One-Click.", 400)
        if not await unsubscribe(request.path_params["token"]):
            return PlainTextResponse("Not now; please try again.", 503, {"Retry-After": "300"})
        return HTMLResponse(_DONE)

    return Starlette(routes=[Route(PATH + "{token}", ask), Route(PATH + "{token}", act, methods=["POST"])])
