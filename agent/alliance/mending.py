"""An own slip, said and mended: words that go on to the other, word for word, after their author's yes (F42, A29).

Each may speak of their own lines alone; what somebody says of another's slip is never passed on (S34). Nothing is passed on
that its author has not seen as it would go.
"""

from dataclasses import replace
from datetime import date, datetime

from agent.alliance import agreeing, letters, to_and_fro
from agent.alliance import draft as page
from agent.alliance.dates import next_meetings, zone_named
from agent.alliance.event import Replied
from agent.alliance.model import Line, Passage, Phase
from agent.alliance.turn import Turn
from agent.alliance.words import SlipReading, joined, read_checkin, read_pass_on, read_slip


def heard(turn: Turn, event: Replied, kind: str) -> bool:
    """Whether this reply, to any letter while an agreement is in force, is meant for the other; then it is seen to."""
    if turn.alliance.phase not in (Phase.AGREED, Phase.CHANGING):
        return False
    if kind == "checkin" and read_checkin(event.text).rating is not None:
        return False  # "4, mornings, I broke line 8, partly" is a check-in
    if kind in ("draft", "final", "renewal") and agreeing.is_sure(turn, event):
        return False  # "I forgot, point 6 should say ..." is a change
    reading = read_slip(event.text, tuple(p.name for p in turn.alliance.others(event.participant)))
    if reading is None:
        return False
    if reading.others:
        turn.say(event.participant, letters.AskBack("not_own", reading.words, 0, 0), event.about)
    elif reading.line > len(_lines(turn)):
        turn.say(event.participant, letters.AskBack("number", event.text, 0, reading.line), event.about)
    else:
        _offer(turn, event, reading)
    return True


def reply(turn: Turn, event: Replied, place: int) -> None:
    """To "shall I pass this on?": yes, no, or other words."""
    passage = _passage(turn, place)
    verdict, words = read_pass_on(event.text)
    if passage is None or passage.author != event.participant or passage.passed or passage.kept:
        turn.say(event.participant, letters.AskBack("unclear", event.text, 0, 0), event.about)
    elif verdict == "yes":
        _pass_on(turn, place)
    elif verdict == "pass":
        _set(turn, place, replace(passage, text=words, at=turn.now, cause=event.cause))
        _pass_on(turn, place)
    elif verdict == "no":
        _set(turn, place, replace(passage, kept=True))
        turn.say(event.participant, letters.PassedOnWords(passage.text, ""))
    else:
        _set(turn, place, replace(passage, kept=True))
        again = replace(passage, text=words, at=turn.now, cause=event.cause)
        _ask(turn, event, again)


def answered(turn: Turn, event: Replied, place: int) -> None:
    """To words that came from the other: TALK, or an answer, which is shown before it goes on."""
    passage = _passage(turn, place)
    verdict, words = read_pass_on(event.text)
    if passage is None or passage.author == event.participant:
        turn.say(event.participant, letters.AskBack("unclear", event.text, 0, 0), event.about)
    elif verdict == "talk":
        _talk(turn, event, place)
    elif verdict == "no":
        turn.say(event.participant, letters.PassedOnWords(event.text, ""))
    else:  # "yes" to a time is a word for the other too
        answer = Passage(
            event.participant, words or event.text.strip(), turn.now, event.cause, line=passage.line, answers=place
        )
        _ask(turn, event, answer)


def _offer(turn: Turn, event: Replied, reading: SlipReading) -> None:
    """Words with their wish to go on, or words that may be meant so."""
    line = _lines(turn)[reading.line - 1] if reading.line else None
    mine = line is not None and event.participant in (line.owner or event.participant, line.asked_of)
    kind, _, key = event.about.partition(":")
    answers = int(key) if kind == "repair" else 0
    passage = Passage(
        event.participant, reading.words, turn.now, event.cause, reading.own, line.id if line and mine else 0, answers
    )
    if reading.wished:
        turn.change(passages=(*turn.alliance.passages, passage))
        _pass_on(turn, len(turn.alliance.passages))
    else:
        _ask(turn, event, passage)


def _ask(turn: Turn, event: Replied, passage: Passage) -> None:
    if to_and_fro.kept_back(turn, passage.author, passage.text):
        return
    turn.change(passages=(*turn.alliance.passages, passage))
    to = joined([turn.p(n).name for n in _readers(turn, passage)], turn.language(passage.author))
    asked = letters.PassOnAsk(passage.text, to, _line(turn, passage.line)[0])
    turn.say(event.participant, asked, f"pass:{len(turn.alliance.passages)}")


def _pass_on(turn: Turn, place: int) -> None:
    """The author has said yes to these very words."""
    passage = _passage(turn, place)
    assert passage is not None
    if to_and_fro.kept_back(turn, passage.author, passage.text):
        _set(turn, place, replace(passage, kept=True))
        return
    _set(turn, place, replace(passage, passed=turn.now))
    name = turn.p(passage.author).name
    number, line = _line(turn, passage.line)
    readers = _readers(turn, passage)
    for reader in readers:
        if passage.answers:
            turn.say(reader, letters.RepairReply(name, passage.text, number), f"repair:{place}")
        else:
            turn.say(reader, letters.Repair(name, passage.text, number, line, passage.slip), f"repair:{place}")
    turn.say(
        passage.author,
        letters.PassedOnWords(passage.text, joined([turn.p(n).name for n in readers], turn.language(passage.author))),
    )
    to_and_fro.look_around(turn)


def _readers(turn: Turn, passage: Passage) -> list[int]:
    """An answer is for whoever wrote what it answers; all else is for all the others."""
    answered = _passage(turn, passage.answers)
    others = [p.number for p in turn.alliance.others(passage.author)]
    return [n for n in others if n == answered.author] if answered else others


def _talk(turn: Turn, event: Replied, place: int) -> None:
    """The next time that they meet by their own rule, to both; without a rule, who asked is asked for a time."""
    name, (day, at) = turn.p(event.participant).name, _next_meeting(turn)
    where = turn.alliance.place if day else ""
    turn.say(event.participant, letters.Talk("", day, at, where), f"repair:{place}")
    passage = _passage(turn, place)
    if day and passage is not None:
        turn.say(passage.author, letters.Talk(name, day, at, where), f"repair:{place}")


def _next_meeting(turn: Turn) -> tuple[date | None, datetime | None]:
    """The day and, where the rule has an hour, the instant; None when there is no rule, or its trial is over by then."""
    alliance = turn.alliance
    zone = zone_named(alliance.meeting.zone if alliance.meeting else "") or zone_named(alliance.zone or turn.house.zone)
    if alliance.meeting is None or zone is None or alliance.meeting_since is None:
        return None, None
    start = alliance.meeting_since.astimezone(zone).date()
    at = next(iter(next_meetings(alliance.meeting, zone, turn.now, 1, start=start)), None)
    until = next((t.ends for t in alliance.trials if t.meets and not t.off), None)
    day = at.astimezone(zone).date() if at else None
    if day is None or (until is not None and day > until):
        return None, None
    return day, at if alliance.meeting.hour is not None else None


def _lines(turn: Turn) -> tuple[Line, ...]:
    return turn.alliance.in_force.lines if turn.alliance.in_force else ()


def _line(turn: Turn, line_id: int) -> tuple[int, str]:
    """Its number and words on the page in force; (0, "") when it stands there no more."""
    found = ((n, line) for n, line in enumerate(_lines(turn), 1) if line.id == line_id)
    number, line = next(found, (0, None))
    return number, page.line_text(turn.flow, turn.alliance, line) if line else ""


def _passage(turn: Turn, place: int) -> Passage | None:
    """Counted from 1; None for 0 and for none."""
    return turn.alliance.passages[place - 1] if 1 <= place <= len(turn.alliance.passages) else None


def _set(turn: Turn, place: int, passage: Passage) -> None:
    turn.change(passages=tuple(passage if i == place else x for i, x in enumerate(turn.alliance.passages, 1)))
