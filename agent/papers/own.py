"""What one person may take along, as files: their words to read, the same for a program, and the agreement (F45, F57)."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from agent.alliance.letters import Own, OwnAnswer, OwnCheckin


def own_files(own: Own) -> Iterator[tuple[str, str, bytes]]:
    """The files: name, type, content. The agreement is the exact text that was said yes to."""
    yield "my-words.txt", "text/plain; charset=utf-8", own_text(own).encode()
    yield "my-words.json", "application/json", own_json(own)
    if own.version:
        yield "agreement.txt", "text/plain; charset=utf-8", own.agreement.encode()


def own_json(own: Own) -> bytes:
    """The same facts, each under its name; instants are ISO 8601."""
    return json.dumps(asdict(own), ensure_ascii=False, indent=2, default=datetime.isoformat).encode()


def own_text(own: Own) -> str:
    """Day by day, in the person's words alone; private lines and guesses are marked as they were when they were written."""
    found: list[OwnAnswer | OwnCheckin] = sorted((*own.answers, *own.checkins), key=lambda one: one.at)
    return "\n\n".join([f"{own.name} <{own.address}>", *(f"{one.at:%Y-%m-%d}  {_said(one)}" for one in found)]) + "\n"


def _said(one: OwnAnswer | OwnCheckin) -> str:
    if isinstance(one, OwnCheckin):
        return "\n".join(str(field) for field in (one.rating, one.works, one.care, one.line) if field)
    private = [f"PRIVATE {line}" for line in one.private.splitlines()]
    guess = f"GUESS {one.guess}" if one.guess else ""
    return "\n".join(filter(None, (one.title, one.text, *private, guess)))
