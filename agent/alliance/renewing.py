"""Once a year two people look at the whole page: KEEP, TWEAK, REDESIGN or CLOSE; without replies it stays as it is (F44).

CLOSE is one-sided and comes at once, here as anywhere. All else takes both: who wants to change a line alone may do so
at any time. A redesign asks the prompts anew, each with the person's own old words beside it; the agreement stays in
force until both have said yes to the draft that comes of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.alliance import agreeing, asking, closing, letters, looking, question
from agent.alliance import draft as page
from agent.alliance.dates import at_hour, checkin_days, zone_named
from agent.alliance.event import Replied
from agent.alliance.model import Choice, Note, Phase, Renewal, Rhythm, Stage
from agent.alliance.turn import Duty, Turn
from agent.alliance.words import read_renewal

WITHIN = timedelta(days=14)  # after which it stays as it is
_YEARLY = Rhythm((), 12, "month")


def running(turn: Turn) -> Renewal | None:
    """The renewal that is out; None when there is none."""
    last = turn.alliance.renewals[-1:]
    return last[0] if last and last[0].closed is None else None


def duties(turn: Turn) -> Iterator[Duty]:
    """What is owed: to ask on the day, and to leave it be two weeks later, or at once when the page is being changed."""
    out = running(turn)
    if out is not None:
        yield Duty(out.asked + (WITHIN if turn.alliance.phase == Phase.AGREED else timedelta(0)), _leave_be)
    elif turn.alliance.phase == Phase.AGREED and (at := _due(turn)) is not None:
        yield Duty(at, _ask)


def _due(turn: Turn) -> datetime | None:
    """The next anniversary; None for those who want no check-ins."""
    alliance = turn.alliance
    if alliance.first_agreed is None or alliance.rhythm is None or alliance.rhythm.unit == "never":
        return None
    began = looking.local_day(turn, alliance.first_agreed)
    last = looking.local_day(turn, alliance.renewals[-1].asked) if alliance.renewals else began
    day = next(d for d in checkin_days(_YEARLY, began, looking.FAR) if d > last)
    return at_hour(day, turn.flow.checkin.hour, zone_named(alliance.zone or turn.house.zone) or UTC)


def _ask(turn: Turn) -> None:
    if turn.flow.is_team:
        _show_team(turn)
        return
    turn.change(renewals=(*turn.alliance.renewals, Renewal(turn.now)))
    _write(turn)


def _show_team(turn: Turn) -> None:
    """A team changes its page line by line and by its own rule, so there is nothing to choose: it is shown whole."""
    alliance = turn.alliance
    assert alliance.in_force is not None
    years, looked = question.looked_back(turn)
    letter = letters.TeamYear(years, looked, page.sections_of(turn.flow, alliance, alliance.in_force.lines))
    turn.change(renewals=(*alliance.renewals, Renewal(turn.now, closed=turn.now)))
    for p in alliance.present:
        if p.stage == Stage.LIVING and p.checkins and not p.paused:
            turn.say(p.number, letter, f"digest:{len(alliance.checkins)}")


def _write(turn: Turn) -> None:
    for p in turn.alliance.present:
        if p.stage == Stage.LIVING and not p.paused:
            turn.close(p.number)
            question.ask(turn, p.number, f"renewal:{len(turn.alliance.renewals)}")


def _set(turn: Turn, renewal: Renewal) -> None:
    turn.change(renewals=(*turn.alliance.renewals[:-1], renewal))


def _done(turn: Turn) -> None:
    out = running(turn)
    assert out is not None
    _set(turn, replace(out, closed=turn.now))
    looking.plan(turn)  # a check-in that fell due meanwhile is left out: the whole page was looked at
    for p in turn.alliance.present:
        if p.open is not None and p.open.about.startswith("renewal"):
            turn.close(p.number)


def _leave_be(turn: Turn) -> None:
    """No reply, or not from all: it stays as it is. Whoever wanted something else hears so, without a cause."""
    out = running(turn)
    assert out is not None
    _done(turn)
    for choice in out.choices if turn.alliance.phase == Phase.AGREED else ():
        if choice.letter != "keep":
            turn.say(choice.participant, letters.RenewalOutcome("quiet", looking.next_day(turn)), _page(turn))


def _page(turn: Turn) -> str:
    return f"final:{turn.alliance.agreed}"


# ---------------------------------------------------------------- replies


def reply(turn: Turn, event: Replied, number: int) -> None:
    """One word is enough; a change of a line is taken as such, and what is neither is asked about."""
    who, out = event.participant, running(turn)
    choice = read_renewal(event.text)
    if choice == "close":
        closing.close(turn, who)
    elif not choice:
        stands = turn.alliance.in_force
        if stands is not None and agreeing.read_page(turn, event, stands).verdict == "changes":
            agreeing.page_reply(turn, event, stands.version)
        else:
            turn.say(who, letters.AskBack("renewal", event.text, 0, 0), event.about)
    elif out is None or number != len(turn.alliance.renewals):
        turn.say(who, letters.AskBack("renewal_over", event.text, 0, 0), event.about)
    else:
        mine = Choice(who, event.about, choice, "", event.cause, turn.now)
        out = replace(out, choices=(*(c for c in out.choices if c.participant != who), mine))
        _set(turn, out)
        turn.close(who)
        if {c.participant for c in out.choices} >= {p.number for p in turn.alliance.present}:
            _conclude(turn, out)
        else:
            turn.say(who, letters.RenewalNoted(choice), event.about)


def _conclude(turn: Turn, out: Renewal) -> None:
    """All have chosen. When they differ both are shown, and asked once more; the second time it stays as it is."""
    chosen = {c.letter for c in out.choices}
    if len(chosen) > 1 and out.round == 1:
        _set(turn, Renewal(turn.now, 2, before=out.choices))
        _write(turn)
        return
    _done(turn)
    match chosen.pop() if len(chosen) == 1 else "":
        case "tweak":
            for p in turn.alliance.present:
                agreeing.change_asked(turn, p.number)
        case "redesign":
            _redesign(turn)
        case same:
            tell(turn, "keep" if same else "differ")


def tell(turn: Turn, why: str) -> None:
    """All hear that it stays as it is."""
    for p in turn.alliance.present:
        turn.say(p.number, letters.RenewalOutcome(why, looking.next_day(turn)), _page(turn))


def _redesign(turn: Turn) -> None:
    """Ask the prompts anew; what was said before still counts where nothing new is said."""
    turn.phase("redesign")
    turn.change(redesigned_at=turn.now, revealed=(), reveal_due=None)
    for p in turn.alliance.present:
        turn.close(p.number)
        turn.move(p.number, "redesign")
        turn.set(p.number, later=(), all_at_once=False)
        turn.note(p.number, Note("redesign"))
        asking.begin(turn, p.number)
