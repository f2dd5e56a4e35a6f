"""Lines on trial: agreed on for a time, and asked about on their last day (F21).

Both said yes to a line with its end, so after that day nobody has promised it any more: silence lets it run out, and no
silence makes it last (invariant 5). To have it for good, other words, or the line gone from the page is a change like any
other: whoever wishes it says so, and it holds when all have agreed to that version (invariant 4).
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.alliance import agreeing, letters, looking, question, standing
from agent.alliance import draft as page
from agent.alliance.dates import all_awake_at, at_hour, zone_named
from agent.alliance.event import Replied
from agent.alliance.model import Draft, Line, Trial
from agent.alliance.turn import Turn
from agent.alliance.words import Change, ConsentReading, Span, read_span

_KEEP = frozenset(("keep", "keep it", "yes", "yes keep it", "keep it for good", "for good", "yes please", "keep this"))
_DROP = frozenset(("drop", "drop it", "take it out", "no", "no drop it", "let it go", "drop this", "remove it"))
_POLITE = frozenset(("please", "thanks", "thank", "you"))


def plan(turn: Turn, draft: Draft, meets: frozenset[int]) -> None:
    """All agreed to this page: its trials begin, those that stand in it unchanged go on, and all others are off."""
    today = looking.local_day(turn, turn.now)
    trials = list(turn.alliance.trials)
    running = {(t.line, t.days, t.until): i for i, t in enumerate(trials) if not t.off}
    here = {(line.id, line.trial_days, line.trial_until) for line in draft.lines if _is_trial(line)}
    for key, place in running.items():
        if key not in here:
            trials[place] = replace(trials[place], off=True)
    for line_id, days, until in sorted(here - running.keys(), key=lambda key: key[0]):
        ends = until or today + timedelta(days=days)
        trials.append(Trial(line_id, ends, days, until, meets=line_id in meets))
    turn.change(trials=tuple(trials))


def _is_trial(line: Line) -> bool:
    return not line.open and bool(line.trial_days or line.trial_until)


def due_at(turn: Turn, trial: Trial) -> datetime:
    """The hour of its last day at which people look back, or when all are awake."""
    zone = zone_named(turn.alliance.zone or turn.house.zone) or UTC
    zones = [turn.zone(p.number) for p in turn.alliance.present]
    return all_awake_at(at_hour(trial.ends, turn.flow.checkin.hour, zone), zones, turn.house.quiet)


def ask(turn: Turn, place: int) -> None:
    """The last day has come: the same letter to everybody. It asks for no answer, since its silence has a meaning."""
    trial = turn.alliance.trials[place]
    _set(turn, place, replace(trial, asked=turn.now))
    number, text = _line(turn, trial)
    for p in turn.alliance.present:
        if not p.paused:
            turn.say(p.number, letters.TrialEnds(number, text, trial.ends), f"trial:{place}")


def days(turn: Turn) -> tuple[letters.TrialDay, ...]:
    """The trials of the page in force, for its letters."""
    known = ((_line(turn, t)[0], t) for t in turn.alliance.trials if not t.off)
    return tuple(letters.TrialDay(n, t.ends, over=t.asked is not None) for n, t in sorted(known, key=lambda x: x[0]))


def next_day(turn: Turn) -> date | None:
    """The next last day of a trial; None when there is none ahead."""
    return min((t.ends for t in turn.alliance.trials if not t.off and t.asked is None), default=None)


def reply(turn: Turn, event: Replied, place: int) -> None:
    """KEEP, DROP, some more time or other words: put to all as a change of the page."""
    trial = turn.alliance.trials[place] if 0 <= place < len(turn.alliance.trials) else None
    in_force = turn.alliance.in_force
    if trial is None or trial.off or in_force is None or turn.alliance.redesigned_at is not None:
        agreeing.page_reply(turn, event, turn.alliance.agreed)
        return
    number, _ = _line(turn, trial)
    plain = " ".join(w for w in page.plain(event.text).split() if w not in _POLITE)
    span = read_span(event.text, turn.local_now(event.participant).replace(tzinfo=None))
    if plain in _KEEP or plain == f"keep {number}":
        change = Change("trial", number, span=Span())
    elif plain in _DROP:
        change = Change("drop", number)
    elif span is not None:  # some more days are counted from here, whenever the last of them agrees
        until = span.until or (looking.local_day(turn, turn.now) + timedelta(days=span.days) if span.days else None)
        change = Change("trial", number, span=Span(until=until))
    else:
        agreeing.page_reply(turn, event, turn.alliance.agreed)
        return
    _put(turn, event, in_force, change)


def _put(turn: Turn, event: Replied, in_force: Draft, change: Change) -> None:
    """As a change to all; when the draft that is out says just that already, this draft once more."""
    number, newest = event.participant, turn.alliance.draft
    assert newest is not None
    if turn.flow.is_team and newest is in_force:
        standing.reopened(turn, event, in_force, (change,))
        return
    if turn.flow.is_team:
        turn.say(number, question.letter_for(turn, number, f"draft:{newest.version}"), f"draft:{newest.version}")
        return
    if newest is not in_force and not agreeing.changes(turn, event, in_force, (change,)):
        turn.say(number, question.draft_letter(turn, number), f"draft:{newest.version}")
        return
    agreeing.change(turn, event, in_force, ConsentReading("changes", (change,)))


def _line(turn: Turn, trial: Trial) -> tuple[int, str]:
    """The line's number and words on the page in force."""
    lines = turn.alliance.in_force.lines if turn.alliance.in_force else ()
    number, line = next((n, line) for n, line in enumerate(lines, 1) if line.id == trial.line)
    return number, page.line_text(turn.flow, turn.alliance, line)


def _set(turn: Turn, place: int, trial: Trial) -> None:
    turn.change(trials=tuple(trial if i == place else t for i, t in enumerate(turn.alliance.trials)))
