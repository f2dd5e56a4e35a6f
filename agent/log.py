"""Logs without people's words: one stable word for what happened, then ids, counts and durations.

Whoever logs writes `log.info("kept", inbox=17, bytes=2048)`. The gate below lets through only keys that are listed, and
of these only numbers and single short words: so a careless line loses a value, and never tells a secret. What libraries
log passes the same gate, which leaves of it who spoke and how loud.
"""

import logging
import re
import sys
import traceback
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# What may be said. A new key is added here on purpose, or not at all.
KEYS = frozenset(
    {
        "alliance", "at", "attempt", "attempts", "batch", "bytes", "cause", "code", "count", "due", "duration_ms",
        "error", "flow", "inbox", "kind", "letter", "letters", "line", "loop", "migration", "module", "number",
        "outbox", "participant", "phase", "port", "protocol", "reason", "rows", "seconds", "stage", "status",
        "templates", "version", "waiting",
    }
)  # fmt: skip
WITHHELD = "withheld"

_EVENT = re.compile(r"[a-z][a-z0-9 _.-]{0,39}", re.ASCII)
_WORD = re.compile(r"(?![^.:/_-]{32})[A-Za-z0-9.:/_-]{1,64}", re.ASCII)  # no address, no sentence, no token or key


def configure(level: str, form: Literal["json", "console"], stream: TextIO) -> None:
    """Send our own log and that of all libraries to one stream, through the gate."""
    render: Processor = structlog.processors.JSONRenderer()
    if form == "console":
        render = structlog.dev.ConsoleRenderer(colors=stream.isatty())
    structlog.configure(
        processors=[
            gate,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Lenient(stream))),
    )
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def gate(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Withhold what may hold people's words: unlisted keys, sentences, addresses, tokens, texts of exceptions."""
    said = event.pop("event", "")
    error = _exception_of(event.pop("exc_info", None))
    passed: EventDict = {"event": said if isinstance(said, str) and _EVENT.fullmatch(said) else WITHHELD}
    passed.update((key, _plain(value) if key in KEYS else WITHHELD) for key, value in event.items())
    if error is not None:
        passed.update(error=type(error).__qualname__, at=_places(error.__traceback__))
    return passed


def _plain(value: object) -> object:
    """Leave a number, an instant or a single short word as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, int | float) or (isinstance(value, str) and _WORD.fullmatch(value)):
        return value
    return WITHHELD


def _exception_of(said: object) -> BaseException | None:
    """Find the exception in the forms that logging allows for it."""
    if said is True:
        said = sys.exc_info()
    if isinstance(said, tuple):
        said = said[1]
    return said if isinstance(said, BaseException) else None


def _places(trace: TracebackType | None) -> list[str]:
    """Say where it broke, innermost last: files and lines, no source and no values."""
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}" for frame in frames]


class _Lenient:
    """A stream that may be closed, broken or full: a line that cannot be logged is lost, and stops nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self.stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.flush()


class _Libraries(logging.Handler):
    """What other people's code logs: aiosmtpd quotes what the client said, asyncio the values of a task."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on who spoke and how loud, and the kind of exception; the message stays behind."""
        say = structlog.get_logger().error if record.levelno >= logging.ERROR else structlog.get_logger().warning
        say("library", module=record.name, line=record.lineno, exc_info=record.exc_info)
