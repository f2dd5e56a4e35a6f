"""What is due, and when: the one list from which `wake_at` is read and which a `Woke` works off.

A timer never outlives its reason, because there are no timers: what is due is computed from the aggregate each time.
After downtime each thing is done once; a nudge counts from the letter that was really sent, so nothing is replayed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from agent.alliance import (
    anytime,
    asking,
    ballot,
    bank,
    closing,
    gather,
    kinds,
    letters,
    looking,
    question,
    renewing,
    revealing,
    settling,
    standing,
    trying,
)
from agent.alliance.dates import awake_at
from agent.alliance.model import Participant, Phase, Stage
from agent.alliance.turn import (
    AT_REST_AFTER,
    NUDGE_AFTER,
    QUIET_AFTER,
    REMIND_AFTER,
    REST_AFTER,
    SETTLE_WITHIN,
    Duty,
    Turn,
)

MOST_NUDGES = 2  # for one question (invariant 8)
_DONE = (Stage.WAITING, Stage.CONFIRMED)  # nothing is left to do until the others have
_MANY = 100  # more rounds than any alliance can owe at once: a guard against a duty that does not move


def wake_at(turn: Turn) -> datetime | None:
    """When this alliance wants to be looked at next; None when nothing is ahead."""
    return min((d.at for d in duties(turn)), default=None)


def work_off(turn: Turn) -> None:
    """Do everything that is due now, the oldest first."""
    for _ in range(_MANY):
        due = min((d for d in duties(turn) if d.at <= turn.now), key=lambda d: d.at, default=None)
        if due is None:
            return
        due.do(turn)
    raise AssertionError("a duty does not move")


def duties(turn: Turn) -> Iterator[Duty]:
    """All that is owed, at any time."""
    alliance = turn.alliance
    if alliance.phase == Phase.ENDED:
        yield from closing.duties(turn)
        return
    for p in (*alliance.present, *alliance.invited):
        yield from _of_participant(turn, p)
    if turn.flow.is_team:
        yield from _of_team(turn)
    if not turn.flow.is_team:
        yield from _of_invitation(turn)
    if alliance.phase == Phase.ASKING:
        if alliance.reveal_due is not None and not any(p.paused for p in turn.awaited()):
            yield Duty(alliance.reveal_due, revealing.reveal)
        for s in alliance.settlements:
            if s.outcome is None:
                yield Duty(s.opened + SETTLE_WITHIN, lambda t, prompt=s.prompt: settling.settle_overdue(t, prompt))  # type: ignore[misc]
    if alliance.phase in (Phase.ASKING, Phase.DRAFTING) and not turn.flow.is_team:
        yield from _at_rest(turn)
    if alliance.agreed:
        for place, trial in enumerate(alliance.trials):
            if trial.asked is None and not trial.off:
                yield Duty(trying.due_at(turn, trial), lambda t, place=place: trying.ask(t, place))  # type: ignore[misc]
    looked_back = all(c.closed is not None for c in alliance.checkins if c.asked is not None)
    if looked_back and not turn.flow.solo:
        yield from renewing.duties(turn)
    if turn.flow.solo and alliance.checkins and alliance.checkins[-1].asked is None and not alliance.present[0].paused:
        yield Duty(alliance.checkins[-1].due, bank.look_again)
    if alliance.checkins and alliance.phase in (Phase.AGREED, Phase.CHANGING):
        last = alliance.checkins[-1]
        running = next((c for c in alliance.checkins if c.asked is not None and c.closed is None), None)
        if last.asked is None and running is None and alliance.phase == Phase.AGREED and not renewing.running(turn):
            yield Duty(last.due, looking.open_checkin)
        if running is not None and running.digest_due is not None:
            yield Duty(running.digest_due, looking.digest)


def _of_team(turn: Turn) -> Iterator[Duty]:
    """When an invitation, a vote or a draft is counted though somebody is silent (F48)."""
    steps = (
        (gather.due(turn), gather.look_around),
        (ballot.due(turn), ballot.close),
        (turn.alliance.closes, standing.count),
    )
    yield from (Duty(at, do) for at, do in steps if at is not None)
    yield from _of_awaited(turn)
    for p in turn.alliance.invited:
        if p.open is not None and p.open.sent is not None and not p.open.nudges:
            since = max(p.open.sent, p.last_heard or p.open.sent)
            at = awake_at(since + REMIND_AFTER, turn.zone(p.number), turn.house.quiet)
            yield Duty(at, lambda t, number=p.number: _remind_member(t, number))  # type: ignore[misc]


def _remind_member(turn: Turn, number: int) -> None:
    opened = turn.p(number).open
    assert opened is not None
    _remind(turn, number)
    turn.set(number, open=replace(opened, nudges=1, nudged=turn.now))


def _of_participant(turn: Turn, p: Participant) -> Iterator[Duty]:
    number = p.number
    if p.paused:
        if p.paused_until is not None:
            yield Duty(p.paused_until, lambda t: anytime.resume(t, number, asked=False))
        return
    if p.open is None:
        if p.stage == Stage.ANSWERING and p.later:
            yield Duty(min(at for _, at in p.later), lambda t: _bring_back(t, number))
        return
    if p.open.sent is None:
        yield Duty(p.open.due, lambda t: question.write_open(t, number))
    elif p.open.nudges < MOST_NUDGES and not p.open.about.startswith(
        ("checkin", "invitation", "renewal", "vote", "mend")
    ):
        since = max(p.open.nudged or p.open.sent, p.last_heard or p.open.sent)
        wait = REST_AFTER if p.open.nudges else NUDGE_AFTER
        at = awake_at(since + wait, turn.zone(number), turn.house.quiet)
        yield Duty(at, lambda t: _nudge(t, number))


def _of_awaited(turn: Turn) -> Iterator[Duty]:
    """Who was silent, wrote a word and fell silent again holds up no team: they rest once more, without a letter (4.5)."""
    for p in turn.awaited() if turn.alliance.phase == Phase.ASKING else ():
        if p.open is not None and p.open.sent is not None and p.open.nudges == MOST_NUDGES:
            since = max(p.open.nudged or p.open.sent, p.last_heard or p.open.sent)
            yield Duty(since + REST_AFTER, lambda t, number=p.number: _rest_again(t, number))  # type: ignore[misc]


def _rest_again(turn: Turn, number: int) -> None:
    turn.set(number, resting=True)
    asking.look_around(turn)


def _bring_back(turn: Turn, number: int) -> None:
    p = turn.p(number)
    turn.set(number, later=tuple(x for x in p.later if x[1] > turn.now))
    asking.go_on(turn, number)


def _nudge(turn: Turn, number: int) -> None:
    """At most two for each question, then rest (invariant 8)."""
    opened = turn.p(number).open
    assert opened is not None
    kind = opened.about.partition(":")[0]
    what = {
        "follow": "prompt",
        "all": "prompt",
        "why": "setup",
        "who": "setup",
        "ready": "setup",
        "existing": "setup",
        "way": "setup",
    }.get(kind, kind)
    what = "bank" if turn.flow.solo else what
    ask, subject = question.question_of(turn, number)
    if opened.nudges == 0:
        away = opened.away.date() if opened.away else None  # a day, kept as its midnight in UTC
        turn.say(number, letters.Nudge(subject, ask, what, away), opened.about)
    else:
        turn.say(number, letters.Rest(what), f"rest:{opened.about}")
        turn.set(number, resting=True)
    turn.set(number, open=replace(opened, nudges=opened.nudges + 1, nudged=turn.now))
    if turn.flow.is_team and turn.alliance.phase == Phase.ASKING:
        asking.look_around(turn)  # the others do not wait for who is silent (spec 4.5)


def _of_invitation(turn: Turn) -> Iterator[Duty]:
    """One reminder a week after the invitation; two weeks later the initiator hears that it is at rest (decision 14)."""
    alliance = turn.alliance
    if alliance.phase != Phase.INVITED or alliance.invited_at is None:
        return
    waiting = [p for p in alliance.invited if p.open and p.open.sent]
    if not waiting or alliance.rested_at is not None:
        return
    number, opened, heard = waiting[0].number, waiting[0].open, waiting[0].last_heard
    zone = turn.zone(number)
    if alliance.reminded_at is None and opened is not None and opened.sent is not None:
        since = max(opened.sent, heard or opened.sent)
        yield Duty(awake_at(since + REMIND_AFTER, zone, turn.house.quiet), lambda t: _remind(t, number))
    elif alliance.reminded_at is not None:
        host = turn.zone(1)
        yield Duty(
            awake_at(alliance.reminded_at + QUIET_AFTER, host, turn.house.quiet), lambda t: _tell_quiet(t, number)
        )


def _remind(turn: Turn, number: int) -> None:
    host = turn.p(1)
    turn.say(
        number,
        letters.InvitationReminder(host.name, host.address, turn.alliance.why, kinds.wording(turn)[1]),
        "invitation",
    )
    turn.change(reminded_at=turn.now)


def _tell_quiet(turn: Turn, number: int) -> None:
    turn.say(1, letters.InvitationQuiet(turn.p(number).name), "sent")
    turn.change(rested_at=turn.now)


def _at_rest(turn: Turn) -> Iterator[Duty]:
    """After 30 days without somebody, the others are told "at rest", once and without a cause (decision 13)."""
    alliance = turn.alliance
    if alliance.rested_at is not None:
        return
    silent = [p for p in alliance.present if p.last_heard is not None]
    waiting = [p for p in alliance.present if p.stage in _DONE and not p.paused]
    if not waiting or not silent:
        return
    slowest = min((p for p in silent if p not in waiting), key=lambda p: p.last_heard or turn.now, default=None)
    if slowest is not None and slowest.last_heard is not None:
        host = turn.zone(waiting[0].number)
        yield Duty(awake_at(slowest.last_heard + AT_REST_AFTER, host, turn.house.quiet), _tell_at_rest)


def _tell_at_rest(turn: Turn) -> None:
    turn.change(rested_at=turn.now)
    for p in turn.alliance.present:
        if p.stage in _DONE and not p.paused:
            turn.say(p.number, letters.AtRest(), "at_rest")
