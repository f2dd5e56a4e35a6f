"""What the operator's own programs ask over HTTP: whether the house is well, and in figures how it is.

For a private address. No label and no word here is about a person: counts, ages, and words of our own (T66).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

TEXT = "text/plain; version=0.0.4; charset=utf-8"  # what Prometheus asks for


Values = Mapping[tuple[str, ...], float]


class Figure(NamedTuple):
    """One figure of one meaning, by the values of its labels; () where it has none."""

    name: str
    kind: Literal["gauge", "counter"]
    means: str
    labels: tuple[str, ...]
    values: Values


@dataclass(frozen=True, slots=True)
class Checkup:
    """How the house is. `faults` are stable words; none of them means that it can serve."""

    faults: tuple[str, ...]
    figures: tuple[Figure, ...]

    @property
    def is_alive(self) -> bool:
        """Whether waiting helps; a loop that hangs is helped by a restart alone."""
        return not any(fault.startswith("loop ") for fault in self.faults)


def text_of(figures: tuple[Figure, ...]) -> str:
    """The figures as Prometheus reads them. Label values are words of ours, with nothing in them to escape."""
    lines: list[str] = []
    for name, kind, means, labels, values in figures:
        lines += [f"# HELP {name} {means}", f"# TYPE {name} {kind}"]
        for words, value in sorted(values.items()):
            said = ",".join(f'{label}="{word}"' for label, word in zip(labels, words, strict=True))
            lines.append(f"{name}{{{said}}} {value:.10g}" if said else f"{name} {value:.10g}")
    return "\n".join([*lines, ""])


def application(look: Callable[[], Awaitable[Checkup]]) -> Starlette:
    """The three pages: /health (503 when it cannot serve), /health/live (503 when it should be restarted), /metrics."""

    async def ready(_: Request) -> Response:
        found = await look()
        return JSONResponse({"ready": not found.faults, "faults": found.faults}, 503 if found.faults else 200)

    async def live(_: Request) -> Response:
        found = await look()
        return JSONResponse({"live": found.is_alive}, 200 if found.is_alive else 503)

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(text_of((await look()).figures), media_type=TEXT)

    return Starlette(routes=[Route("/health", ready), Route("/health/live", live), Route("/metrics", metrics)])
