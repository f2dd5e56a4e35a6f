"""The two machines as drawings, with where somebody stands lit: inline SVG, made from the tables themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from agent.alliance.machine import PHASES, STAGES, Move
from agent.alliance.model import Phase, Stage

BOX = (84, 30)  # width and height of a state, in pixels
STEP = (104, 62)  # from one place to the next
MANY = 4  # an arrow that starts in more states than these is told once, below the drawing

# Where each state stands: column, row. A test says that none is missing.
PHASE_PLACES: Mapping[str, tuple[float, float]] = {
    Phase.SETUP: (0, 0), Phase.INVITED: (1, 0), Phase.ASKING: (2, 0), Phase.DRAFTING: (3, 0), Phase.AGREED: (4, 0),
    Phase.CHANGING: (4, 1), Phase.ENDED: (0, 1), Phase.VOTING: (2, 1),
}  # fmt: skip
STAGE_PLACES: Mapping[str, tuple[float, float]] = {
    Stage.PREPARING: (0, 0), Stage.APPROVING: (1, 0), Stage.HOSTING: (2, 0), Stage.INVITED: (2, 1), Stage.VOTING: (3, 1),
    Stage.ANSWERING: (4, 0), Stage.WAITING: (5, 0), Stage.READING: (5, 1), Stage.SETTLING: (4, 1),
    Stage.REVIEWING: (5, 2), Stage.CONFIRMED: (4, 2), Stage.LIVING: (3, 2), Stage.CHECKING: (2, 2),
    Stage.DECLINED: (1, 1), Stage.LEFT: (0, 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + BOX[0] / 2, self.y + BOX[1] / 2


def phases(lit: str) -> Markup:
    """The phases of an alliance, this one lit."""
    return _drawn("Phases of an alliance", PHASES, PHASE_PLACES, {lit: ""})


def stages(people: Iterable[tuple[str, str]]) -> Markup:
    """The stages of participants; `people` are name and stage, and those that somebody is in are lit."""
    lit: dict[str, str] = {}
    for name, stage in people:
        lit[stage] = f"{lit[stage]} & {name}" if stage in lit else name
    return _drawn("Stages of a participant", STAGES, STAGE_PLACES, lit)


def _drawn(
    title: str, table: tuple[Move, ...], places: Mapping[str, tuple[float, float]], lit: Mapping[str, str]
) -> Markup:
    boxes = {str(state): _Box(4 + x * STEP[0], 18 + y * STEP[1]) for state, (x, y) in places.items()}
    width = max(b.x for b in boxes.values()) + BOX[0] + 4
    height = max(b.y for b in boxes.values()) + BOX[1] + 6
    where = ", ".join(f"{state}{f' ({who})' if who else ''}" for state, who in lit.items())
    parts = [
        Markup('<svg class="machine" viewBox="0 0 {} {}" role="img" aria-label="{}; now: {}">').format(
            width, height, title, where
        ),
        Markup(
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0 8 4 0 8z"/></marker></defs>'
        ),
    ]
    for move in table:
        if len(move.sources) <= MANY:
            parts += [_arrow(boxes[str(s)], boxes[str(move.dest)], move) for s in move.sources]
    for state, box in boxes.items():
        here = Markup(' class="lit"') if state in lit else ""
        parts.append(
            Markup('<g{}><rect x="{}" y="{}" width="{}" height="{}" rx="8"/><text x="{}" y="{}">{}</text></g>').format(
                here, box.x, box.y, *BOX, box.middle[0], box.middle[1] + 4, state
            )
        )
        if lit.get(state):
            parts.append(
                Markup('<text class="who" x="{}" y="{}">{}</text>').format(box.middle[0], box.y - 4, lit[state])
            )
    wide = [m for m in table if len(m.sources) > MANY]
    told = Markup("").join(Markup("<small>{} → {}: {}</small>").format("from any", m.dest, m.why) for m in wide)
    return Markup("").join([*parts, Markup("</svg>")]) + told


def _arrow(start: _Box, end: _Box, move: Move) -> Markup:
    """From border to border; bent a little, so that there and back are two lines."""
    (x1, y1), (x2, y2) = start.middle, end.middle
    dx, dy = x2 - x1, y2 - y1
    if abs(dx) > abs(dy) * 1.2:
        side = 1 if dx > 0 else -1
        x1, x2 = x1 + side * BOX[0] / 2, x2 - side * BOX[0] / 2
    else:
        side = 1 if dy > 0 else -1
        y1, y2 = y1 + side * BOX[1] / 2, y2 - side * BOX[1] / 2
    long = max(abs(dx) / STEP[0], abs(dy) / STEP[1])
    bend = 7 if long <= 1 else 16 * long
    length = max(1.0, (dx * dx + dy * dy) ** 0.5)
    bx, by = (x1 + x2) / 2 - dy / length * bend, (y1 + y2) / 2 + dx / length * bend
    return Markup(
        '<path class="arrow" d="M{:.0f} {:.0f}Q{:.0f} {:.0f} {:.0f} {:.0f}"><title>{}: {}</title></path>'
    ).format(x1, y1, bx, by, x2, y2, move.trigger, move.why)
