"""What comes and answers nothing: words from another address, machines, letters that come back, mail that cannot be read."""

from dataclasses import replace
from datetime import timedelta

from agent.alliance import anytime, letters, question, trust
from agent.alliance.event import AutoReplied, Complained, Forged, RepliedFromElsewhere, Undeliverable, Unreadable
from agent.alliance.model import Held, Phase, Stage
from agent.alliance.turn import Turn

_GONE = 4  # two letters on two days that said the address does not exist, or four that said what may pass
_BOUNCE_EVERY = timedelta(days=1)  # one report a day counts: a broken server sends them in heaps
_BOUNCE_FADES = timedelta(days=60)  # after so long without another one the first was an accident


def elsewhere(turn: Turn, event: RepliedFromElsewhere) -> None:
    """The token says which conversation, the address says who: held, and the registered address is asked (T8).

    But what another participant may have written is shown to nobody (T3, T10), and whoever surely wrote it is told.
    Nor is it asked about what nobody vouches for: who writes in any name would learn which address is another's.
    """
    known = {q.number: (q.address, *turn.person(q.number).also) for q in turn.alliance.participants}
    mine = event.sender in known.pop(event.participant)
    writer = next((number for number, addresses in known.items() if event.sender in addresses), 0)
    if writer:
        level = trust.level_of(event.finding, registered=event.sender == known[writer][0], also=True)
        if level in ("A", "B"):
            turn.actor = writer
            _not_taken(turn, writer, "another")
    if not event.text:
        return
    if writer or not (mine or event.finding == "aligned"):
        _not_taken(turn, event.participant, "elsewhere", event.about, event.sender)
    elif not _is_silent(turn, event.participant):
        doubted = event.sender == turn.p(event.participant).address  # a word from there would be in doubt again
        held = Held(event.about, event.text, event.sender, event.cause, turn.now, "answer" if doubted else "")
        trust.hold(turn, event.participant, event.text, held)


def forged(turn: Turn, event: Forged) -> None:
    """Nothing of a forgery is used; whose name it bears hears of it (T15)."""
    _not_taken(turn, event.participant, "forged", event.about)


def _not_taken(turn: Turn, number: int, why: str, about: str = "info", sender: str = "") -> None:
    """Say that nothing is used of a mail: of a forgery once a day, of all else as often as somebody is asked."""
    if _is_silent(turn, number):
        return
    told = [x for x in turn.p(number).told if turn.now - x[1] < trust.TOLD_EVERY]
    left = (1 if why == "forged" else trust.HELD) - sum(w == why for w, _ in told)
    if left > 0:
        turn.set(number, told=(*told, (why, turn.now)))
        turn.say(number, letters.NotTaken(why, sender, left == 1), about)


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
    """An invitation that cannot be delivered is told to the initiator; later a few pause the person (decision 21).

    What counts is known of the person, across alliances (decision 28), until they write again.
    """
    p, person = turn.p(event.participant), turn.person(event.participant)
    if not event.permanent or _is_silent(turn, p.number):
        return
    if p.stage == Stage.INVITED:
        turn.close(p.number)
        turn.leave_alone(p.number)
        about = f"who:{p.number}" if turn.flow.is_team else "who"
        turn.say(p.asked_by or 1, letters.InvitationUndelivered(p.name, p.address), about)
        return
    last = person.bounced_at
    if event.blame and not (last and turn.now - last < _BOUNCE_EVERY):
        before = person.bounces if last and turn.now - last < _BOUNCE_FADES else 0
        person = replace(person, bounces=before + event.blame, bounced_at=turn.now)
        turn.set_person(person)
    if person.bounces >= _GONE and not p.paused:
        turn.set(p.number, paused=True, paused_until=None)
        turn.hush(p.number)


def heard(turn: Turn, number: int) -> None:
    """Somebody wrote to us from the registered address: it is well, and wants an answer, whatever was reported before."""
    person = turn.person(number)
    if person.bounces or person.suppressed:
        turn.set_person(replace(person, bounces=0, bounced_at=None, suppressed=False))


def complained(turn: Turn, event: Complained) -> None:
    """Whoever calls a letter spam gets no other, in any alliance. The others see that somebody left, and no more (T55)."""
    turn.never_again(event.participant)
    anytime.stop(turn, event.participant)


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
