"""The numbers of the check-ins as a picture (F37): one strip for each person, or for each question to a group.

Strips stand under one another and are never laid over one another: nobody is measured against anybody. The look is in
`templates/papers/trend.typ`. To draw takes some 30 ms, so it is done off the event loop.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import typst

from agent.papers.pdf import own_fonts
from agent.papers.words import plain

CID = "trend"  # what the letter's html calls it by
LOW, HIGH = 1, 5
_DENSITY = 144.0  # dots per inch: two for each pixel of the letter


def trend_png(rounds: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]], template: Path) -> bytes:
    """Draw rows of (name, numbers) with a number, or None, for each round; the sheet shows through."""
    assert all(len(ratings) == len(rounds) for _, ratings in rows)
    data = {"rounds": rounds, "rows": [(plain(name), ratings) for name, ratings in rows], "low": LOW, "high": HIGH}
    made = typst.compile(
        str(template), format="png", ppi=_DENSITY, font_paths=own_fonts(), sys_inputs={"trend": json.dumps(data)}
    )
    assert isinstance(made, bytes), "one page"
    return made
