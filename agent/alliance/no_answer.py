"""What comes and answers nothing: words from another address, machines, letters that come back, mail that cannot be read."""

from dataclasses import replace
from datetime import timedelta

from agent.alliance import letters, question, trust
from agent.alliance.event import AutoReplied, Forged, RepliedFromElsewhere, Undeliverable, Unreadable
from agent.alliance.model import Held, Phase, Stage
from agent.alliance.turn import Turn


def elsewhere(turn: Turn, event: RepliedFromElsewhere) -> None:
    """The token says which conversation, the address says who: held, and the registered address is asked (T8)."""
    p = turn.p(event.participant)
    if _is_silent(turn, p.number):
        return
    act = "answer" if event.sender == p.address else ""  # a word from the same address would be in doubt again
    held = Held(event.about, event.text, event.sender, event.cause, turn.now, act)
    trust.hold(turn, p.number, event.text, held)


def forged(turn: Turn, event: Forged) -> None:
    """Nothing of a forgery is used; whose name it bears hears of it (T15)."""
    if not _is_silent(turn, event.participant):
        trust.forged(turn, event)


def away(turn: Turn, event: AutoReplied) -> None:
    """Never an answer, and never answered. With a date of return there is no nudge before it (F56).

    A pause is not proposed at once, since the same machine would answer that too, but with the nudge after that day.
    """
    p = turn.p(event.participant)
    if p.open is None or p.open.sent is None or event.until is None or event.until <= turn.now:
        return
    if event.until - turn.now < timedelta(days=366):
        nudged = max(p.open.nudged, event.until) if p.open.nudged else None
        sent = max(p.open.sent, event.until)
        turn.set(p.number, open=replace(p.open, sent=sent, nudged=nudged, away=event.until))


def undeliverable(turn: Turn, event: Undeliverable) -> None:
    """An invitation that cannot be delivered is told to the initiator; later it pauses the person (decision 21)."""
    p = turn.p(event.participant)
    if not event.permanent or _is_silent(turn, p.number):
        return
    if p.stage == Stage.INVITED:
        turn.close(p.number)
        turn.leave_alone(p.number)
        about = f"who:{p.number}" if turn.flow.is_team else "who"
        turn.say(p.asked_by or 1, letters.InvitationUndelivered(p.name, p.address), about)
    else:
        turn.set(p.number, paused=True, paused_until=None)
        turn.hush(p.number)


def unreadable(turn: Turn, event: Unreadable) -> None:
    """Say which mail could not be read, and what to do; the question stays open."""
    p = turn.p(event.participant)
    if _is_silent(turn, p.number):
        return
    turn.say(p.number, letters.Unread(event.why, question.question_of(turn, p.number)[0]), event.about)


def _is_silent(turn: Turn, number: int) -> bool:
    """Whether nothing may go to this person: it is over for them, or the invitation has not been sent."""
    p, phase = turn.p(number), turn.alliance.phase
    unasked = p.stage == Stage.INVITED and phase == Phase.SETUP
    return unasked or phase == Phase.ENDED or p.stage in (Stage.LEFT, Stage.DECLINED)
