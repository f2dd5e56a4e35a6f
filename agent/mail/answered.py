"""What a mail in an ordinary mailbox is to us, told by its header: what is not ours is never read.

Such a mailbox may be somebody's own. A mail is ours if it comes to a reply address, answers a letter of ours by that
letter's Message-ID or by the code in its subject, reports on one, or starts an alliance. All of these route and never
authorise: the From address must still be the registered one. Of reports and automatic answers alone more than the header
is looked at, for the Message-ID of the letter that they are about. What an envelope would have said is taken from what the
mailbox's own server wrote on top.
"""

import re
from collections.abc import Callable
from typing import Literal

from agent.mail import mime
from agent.mail.address import CLICK, Doors, Route, normal
from agent.mail.envelope import Envelope
from agent.mail.message import LONGEST_HEADERS, addresses

# All that is asked for of a mail before it is known to be ours.
FIELDS = ("Delivered-To", "Return-Path", "From", "To", "Cc", "Subject", "In-Reply-To", "References", "Content-Type")

_ID = re.compile(r"<[^<>\s]{1,990}>")
_RETURNED = re.compile(
    rb"^(?:Message-ID|CFBL-Address|Return-Path):\s*<?([^\s<>;@]{0,64}[bm][a-z2-7]{39}@[a-z0-9.-]{1,253})",
    re.IGNORECASE | re.MULTILINE,
)
LOOKED_THROUGH = 256 * 1024  # octets of a report in which the header of our letter stands, if it does
_NAMED = 20  # addresses of To and Cc that are looked at


def headers_of(raw: bytes) -> mime.Headers:
    """The header of a whole message, or what a server gave of it."""
    return mime.headers_of(mime.split(mime.begun(raw)[:LONGEST_HEADERS])[0])


def answered(headers: mime.Headers, doors: Doors) -> Route | None:
    """Which letter of ours this answers; None when it answers none.

    The server's own word on where it was delivered comes first, and only the topmost, for below it stands what the
    sender wrote (T36). Then whom it was written to, what it says it answers, and the code in its subject.
    """
    for address in (*_topmost(headers, "delivered-to"), *_named(headers)):
        route = doors.route_of(address)
        if isinstance(route, Route):
            return route
    ids = (*_ID.findall(mime.first(headers, "references")[-8_000:]), *_ID.findall(mime.first(headers, "in-reply-to")))
    found = (doors.route_of_id(one) for one in reversed(ids))
    return next((route for route in found if route), None) or doors.route_of_subject(_subject(headers))


def is_report(headers: mime.Headers) -> bool:
    """Whether a mail server wrote this, or a program that wants no answer: it may be about a letter of ours."""
    kind, _ = mime.typed(mime.first(headers, "content-type"))
    return kind == "multipart/report" or mime.first(headers, "return-path") == "<>"


def reported(raw: bytes, doors: Doors) -> Route | None:
    """Which letter of ours a report gives back; None when it is about other mail.

    Where letters have a return path it must be that, which nobody is shown: their Message-ID goes on in every answer (T51).
    """
    look = doors.route_of if doors.reach == "domain" else doors.route_of_id
    found = (look(m[1].decode("latin-1")) for m in _RETURNED.finditer(raw, 0, LOOKED_THROUGH))
    return next((route for route in found if isinstance(route, Route) and route.kind != "a"), None)


def starts(headers: mime.Headers, doors: Doors, may_start: Callable[[str], bool], word: str) -> bool:
    """Whether this begins an alliance: fresh mail from somebody who may, to us, and with this word in its subject.

    "" for the word where a mailbox is ours alone.
    """
    froms = [normal(address) for value in headers.get("from", ()) for _, address in addresses(value)]
    is_fresh = not (mime.first(headers, "in-reply-to") or mime.first(headers, "references"))
    if len(froms) != 1 or not froms[0] or doors.is_own(froms[0]) or not may_start(froms[0]) or not is_fresh:
        return False
    return re.search(rf"\b{re.escape(word)}\b", _subject(headers), re.IGNORECASE) is not None


def route_in(rcpt: str, raw: bytes, doors: Doors) -> Route | Literal["front"] | None:
    """Say where a message that was kept leads. Where mail has an envelope, that alone decides (T14), but for reports."""
    if rcpt.startswith(CLICK):
        return doors.route_of_click(rcpt.removeprefix(CLICK))
    route = doors.route_of(rcpt)
    if route != "front":
        return route
    headers = headers_of(raw)
    answers = answered(headers, doors) if doors.reach != "domain" else None
    return answers or (reported(raw, doors) if is_report(headers) else None) or "front"


def is_to(headers: mime.Headers, route: Route, doors: Doors) -> bool:
    """Whether its author wrote this mail to here: one that was signed for another reader answers nothing of ours (T25).

    By To alone, and the lowest, which is the one that a signature covers (RFC 6376 section 5.4.2).
    """
    named = {doors.route_of(address) for value in headers.get("to", ())[-1:] for _, address in addresses(value)}
    return route in named or (doors.reach != "domain" and "front" in named)


def alliance_in(rcpt: str, raw: bytes, doors: Doors) -> int | None:
    """Of which alliance such a message is; None when its address does not say."""
    route = route_in(rcpt, raw, doors)
    return route.alliance if isinstance(route, Route) else None


def envelope_of(headers: mime.Headers, raw: bytes, doors: Doors, peer: str) -> Envelope:
    """The envelope of a message of ours, as far as the mailbox has kept it. The same message always has the same one."""
    returns = mime.first(headers, "return-path").strip("<> ") if "return-path" in headers else None
    froms = [address for value in headers.get("from", ()) for _, address in addresses(value)]
    reached = (*_topmost(headers, "delivered-to"), *_named(headers))
    to = next((address for address in reached if isinstance(doors.route_of(address), Route)), doors.front)
    return Envelope((froms[0] if froms else "") if returns is None else returns, to, raw, peer)


def _topmost(headers: mime.Headers, name: str) -> tuple[str, ...]:
    return tuple(value.strip("<> ") for value in headers.get(name, ())[:1])


def _named(headers: mime.Headers) -> tuple[str, ...]:
    values = (value for name in ("to", "cc") for value in headers.get(name, ()))
    return tuple(address for value in values for _, address in addresses(value))[:_NAMED]


def _subject(headers: mime.Headers) -> str:
    return mime.decoded(mime.first(headers, "subject")[:2_000])
