"""Serves an application over HTTP: whom it answers, and what browsers are told about every answer.

A rehearsal on loopback only, unless the operator says otherwise with a token, which is then the first part of every path.
There are no cookies. A page elsewhere can neither read us (Host is checked, against DNS rebinding) nor make us act (a POST
that a browser sends for another site says so in Sec-Fetch-Site or Origin, and is refused). What mail programs use is for
everybody, but under its own name alone; there the path proves all that needs proof, whatever sends it.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GRACE_S = 1  # how long open streams may take to end
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)  # of our pages; who answers with something else says its own
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a form's Origin would be null, as a sandboxed letter's is
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PUBLIC = _ALWAYS | {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the path is a secret (T58)
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(slots=True)
class Guard:
    """Refuses what a page of another site makes a browser send, and puts the headers on every answer. ASGI middleware."""

    app: ASGIApp
    hosts: frozenset[str] = frozenset()  # that we answer to; empty for any
    headers: Mapping[str, str] = field(default_factory=lambda: _ALWAYS)
    public: bool = False  # whether pages of other sites may post here too

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if self.hosts and _name_of(headers.get("host", "")) not in self.hosts:
            await PlainTextResponse("Nobody here has that name.", 400)(scope, receive, told)
        elif not self.public and _is_of_another_site(scope["method"], headers):
            await PlainTextResponse("This came from another site.", 403)(scope, receive, told)
        else:
            await self.app(scope, receive, told)


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_of_another_site(method: str, headers: Headers) -> bool:
    """A link on another site may lead here; nothing else of it may ask us, or move anything."""
    site = headers.get("sec-fetch-site", "same-origin")
    if method in ("GET", "HEAD"):
        return site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate"
    if site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def is_loopback(host: str) -> bool:
    """Whether this address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def guarded(app: Starlette, host: str, token: str = "") -> ASGIApp:
    """The application as it may be served: to this machine alone, or below a path that only who has the token knows."""
    if token:
        return Guard(Starlette(routes=[Mount(f"/{token}", app=app)]))
    return Guard(app, frozenset({"127.0.0.1", "localhost", "::1", host.strip("[]")}))


def private(app: Starlette) -> ASGIApp:
    """The application for programs of the operator's, at whatever name they know this machine by."""
    return Guard(app)


def public(app: Starlette, url: str) -> ASGIApp:
    """The application for everybody, under the name in this URL and no other (T57)."""
    app.router.redirect_slashes = False  # where one click is posted, nothing may redirect (RFC 8058 section 3.1)
    return Guard(app, frozenset({urlsplit(url).hostname or ""}), _PUBLIC, public=True)


async def body_of(request: Request, most: int) -> str | None:
    """The content of a small form; None when it has more bytes than this."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            return None
    return content.decode("utf-8", "replace")


@asynccontextmanager
async def serving(
    app: ASGIApp, listening: socket.socket, ending: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve until the block is left; yields a task that ends when the process is told to stop.

    `ending` is called before connections are waited for: whoever holds a stream open ends it then. Without it the process
    is not ours, and signals are left to whoever runs it.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=GRACE_S
    )
    server = _Server(config)
    server.ending = ending
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield task
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Tells when it begins to stop."""

    ending: Callable[[], Awaitable[None]] | None

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        with super().capture_signals() if self.ending else nullcontext():
            yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.ending:
            await self.ending()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises OSError when none can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host.strip("[]"), port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
