"""What the operator may know: six figures for each kind of alliance, from counts without words, names or addresses.

A `Tally` is what one decision adds to the counts of its alliance. The store adds them up and keeps the sums when all else
of an alliance is forgotten, so that a figure does not rest on those alone who stayed. Whoever reads the figures together
sees what pressure would cost: a reply rate that rises with regret is no success.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

from agent.alliance.event import Event, Replied
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Participant, Phase, Stage
from agent.alliance.turn import Decision

# Survey tools show no group below three to five. Two people make an alliance, and each of them knows one of its numbers:
# five of them leave at least eight people among whom nobody can be told.
FEWEST = 5
OTHERS = "others"
_SOON = timedelta(hours=24)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one alliance: of one decision as `tally_of` makes it, of all decisions so far as the store keeps it."""

    alliance: int
    flow: str  # its name
    team: bool
    kind: str  # what the people are to each other; "" when it is not known
    created: datetime
    joined: datetime | None = None  # the first YES
    agreed: datetime | None = None  # the last AGREE to the first agreement
    invited: int = 0  # people who were asked to take part, and
    accepted: int = 0  # those of them who said YES; both are as they are now, all below is added up
    replies: int = 0
    asked_back: int = 0  # replies that were answered with a question about what they mean
    checkins: int = 0  # check-ins that were sent, to one person each, and
    looked_back: int = 0  # those that were answered or passed
    nudges: int = 0
    regrets: int = 0  # people who left within a day of a nudge


def tally_of(flow: Flow, before: Alliance, decision: Decision, event: Event, now: datetime) -> Tally:
    """What this decision adds; `before` is the alliance as the event found it."""
    after = decision.alliance
    guests = after.participants[1:] if after.invited_at else ()
    accepted = sum(1 for p in guests if p.stage not in (Stage.INVITED, Stage.DECLINED))
    pairs = [*zip(before.participants, after.participants, strict=False)]
    return Tally(
        alliance=after.id,
        flow=flow.name,
        team=flow.is_team,
        kind=after.kind,
        created=after.created,
        joined=now if accepted else None,
        agreed=after.first_agreed,
        invited=len(guests),
        accepted=accepted,
        replies=int(isinstance(event, Replied)),
        asked_back=int(isinstance(event, Replied) and any(s.letter.asks_back for s in decision.sends)),
        checkins=sum(1 for a, b in pairs if a.stage != Stage.CHECKING and b.stage == Stage.CHECKING),
        looked_back=len(_looked_back(after) - _looked_back(before)),
        nudges=sum(1 for a, b in pairs if _is_nudged(a, b)),
        regrets=sum(1 for a, b in pairs if _is_regret(a, b, event, after.phase, now)),
    )


def _looked_back(alliance: Alliance) -> set[tuple[int, int]]:
    return {(checkin.number, reply.participant) for checkin in alliance.checkins for reply in checkin.replies}


def _is_nudged(before: Participant, after: Participant) -> bool:
    """Whether a nudge went out; the reminder of an invitation is none, for a NO to it is an answer and no regret."""
    if before.stage == Stage.INVITED or before.open is None or after.open is None:
        return False
    return after.open.nudges > before.open.nudges


def _is_regret(before: Participant, after: Participant, event: Event, phase: Phase, now: datetime) -> bool:
    """Whether this person just left, in answer to a nudge."""
    mine = isinstance(event, Replied) and event.participant == before.number
    nudged = before.open.nudged if before.open is not None and before.stage != Stage.INVITED else None
    left = before.stage != Stage.LEFT and (after.stage == Stage.LEFT or phase == Phase.ENDED)
    return mine and left and nudged is not None and timedelta(0) <= now - nudged <= _SOON


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures: what it says, what it is hoped to be, and what one alliance brings to it.

    `of` gives a part and the whole that it is a part of; an alliance of which the whole is 0 does not count.
    """

    name: str
    definition: str
    target: str
    team_target: str
    of: Callable[[Tally], tuple[float, int]]
    unit: str = "%"  # or days, of which the median is taken
    places: int = 0


FIGURES = (
    Figure(
        "acceptance",
        "YES, of all who were invited",
        *("at least 60 %", "at least 70 %"),
        lambda t: (t.accepted, t.invited),
    ),
    Figure(
        "completion",
        "agreements, of all that began",
        *("at least 55 %", "at least 60 %"),
        lambda t: (t.agreed is not None, int(t.joined is not None)),
    ),
    Figure(
        "days to agreement",
        "first YES to last AGREE, median",
        *("at most 14 days", "at most 21 days"),
        lambda t: ((t.agreed - t.joined) / _DAY, 1) if t.agreed and t.joined else (0, 0),
        unit="days",
        places=1,
    ),
    Figure(
        "understood first time",
        "replies that were not asked about",
        *("at least 95 %", "at least 95 %"),
        lambda t: (t.replies - t.asked_back, t.replies),
    ),
    Figure(
        "check-in reply",
        "answered or passed, of all sent",
        *("70 %, later 50 %", "70 %, later 50 %"),
        lambda t: (t.looked_back, t.checkins),
    ),
    Figure(
        "regret",
        "left within 24 hours, of nudges",
        *("under 0.5 %", "under 0.5 %"),
        lambda t: (t.regrets, t.nudges),
        places=1,
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of one kind of alliance. `value` and `alliances` are None when it rests on too few to be shown."""

    flow: str
    kind: str  # "" when it is not known; OTHERS for the kinds of which there are too few
    figure: str
    value: float | None
    unit: str
    alliances: int | None  # on how many it rests
    target: str
    definition: str


def figures(tallies: Iterable[Tally]) -> tuple[Shown, ...]:
    """All figures for each kind of alliance, flow by flow.

    Kinds of which there are too few are taken together, and there is no sum over all kinds: from it and the others one
    could tell what is not shown.
    """
    shown: list[Shown] = []
    for flow, of_flow in groupby(sorted(tallies, key=lambda t: (t.flow, t.kind)), key=lambda t: t.flow):
        kinds = {kind: [*found] for kind, found in groupby(of_flow, key=lambda t: t.kind)}
        few = [kind for kind, found in kinds.items() if len(found) < FEWEST]
        if len(few) > 1:
            kinds[OTHERS] = [t for kind in few for t in kinds.pop(kind)]
        shown += [_shown(flow, kind, figure, found) for kind, found in kinds.items() for figure in FIGURES]
    return tuple(shown)


def _shown(flow: str, kind: str, figure: Figure, tallies: list[Tally]) -> Shown:
    found = [(part, whole) for part, whole in map(figure.of, tallies) if whole]
    value = None
    if len(found) >= FEWEST:
        parts, wholes = zip(*found, strict=True)
        value = round(median(parts) if figure.unit == "days" else 100 * sum(parts) / sum(wholes), figure.places)
    target = figure.team_target if tallies[0].team else figure.target
    count = len(found) if value is not None else None
    return Shown(flow, kind, figure.name, value, figure.unit, count, target, figure.definition)
