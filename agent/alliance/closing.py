"""Closing well, and what is left after the end: last words for a week, everything for a month, then nothing (F45).

STOP ends it for one person, with one line and no question. CLOSE ends it for all, one-sided and at once (decision 17):
two optional questions, thanks that are passed on as they were written, and each one's own words to keep.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from agent.alliance import kinds, letters
from agent.alliance.dates import all_awake_at
from agent.alliance.event import Replied
from agent.alliance.model import Worth
from agent.alliance.own import own_of
from agent.alliance.turn import Duty, Turn
from agent.alliance.words import read_answer, read_passing

KEPT_FOR = timedelta(days=30)  # after the end, however it came, nothing is left
LAST_WORDS = timedelta(days=7)
THANKS = timedelta(days=1)  # the closer's, before the others are told without any
WORTH_AFTER = timedelta(days=90)

_RATING = re.compile(
    r"^[ \t]*([1-5])(?:[ \t]*(?:/|out of)[ \t]*5)?[ \t]*(?:[.,;][ \t]*)?$", re.MULTILINE | re.IGNORECASE
)


def close(turn: Turn, number: int) -> None:
    """End it for all, now; who closes it may still say something, and takes along what is theirs."""
    for p in turn.alliance.present:
        turn.close(p.number)
    turn.phase("end")
    turn.change(ended="closed", closed_by=number, reveal_due=None)
    mine = own_of(turn.told(number), turn.alliance, number)
    turn.say(number, letters.ClosingAsk(mine, turn.flow.checkin.worth, forgotten_at(turn)), "closing")


def forgotten_at(turn: Turn) -> datetime:
    """When nothing is left of an alliance that ends, or has ended."""
    return (turn.alliance.ended_at or turn.now) + KEPT_FOR


def duties(turn: Turn) -> Iterator[Duty]:
    """What is owed after the end: the others hear of it, and in the end all is forgotten."""
    alliance = turn.alliance
    if alliance.ended_at is None or turn.forgotten:
        return
    if alliance.closed_by:
        zones = [turn.zone(p.number) for p in alliance.others(alliance.closed_by)]
        yield Duty(all_awake_at(alliance.ended_at + THANKS, zones, turn.house.quiet), _tell)
    yield Duty(forgotten_at(turn), _forget)


def _forget(turn: Turn) -> None:
    turn.forgotten = True


def _tell(turn: Turn, words: str = "") -> None:
    """The others hear that it is closed, without a reason, with what the closer left for them (A27)."""
    closer = turn.p(turn.alliance.closed_by)
    ended = turn.alliance.ended_at or turn.now
    turn.change(closed_by=0)
    for other in turn.alliance.others(closer.number):
        letter = letters.Closing(
            name=closer.name,
            words=words,
            mine=own_of(turn.told(other.number), turn.alliance, other.number),
            worth=turn.flow.checkin.worth,
            reply_by=ended + LAST_WORDS,
            until=forgotten_at(turn),
        )
        turn.say(other.number, letter, "closing")


def last_word(turn: Turn, event: Replied) -> bool:
    """A reply to the closing letter, once and within the week: passed on word for word. False for any other."""
    p, alliance = turn.p(event.participant), turn.alliance
    in_time = alliance.ended_at is not None and turn.now <= alliance.ended_at + LAST_WORDS
    if event.about != "closing" or p.last_word or not in_time or p not in alliance.present:
        return False
    reading = read_answer(event.text, now=turn.now)
    if reading.care:  # such words are for nobody but a person who can help
        turn.say(p.number, letters.Care(kinds.help_lines(turn)), "closing")
        return True
    if not reading.text and any(c.name != "pass" for c in reading.commands):
        return False
    rating, rest = _parted(reading.text)
    words, ours = read_passing("" if reading.not_an_answer else rest)
    if ours:
        turn.say(p.number, letters.AskBack("pass_on", words, 0, 0), "closing")
        return True
    turn.set(p.number, last_word=True)
    if rating:
        keep_worth(turn, p.number, rating)
    if alliance.closed_by == p.number:
        _tell(turn, words)
    elif words:
        turn.tell_others(p.number, letters.LastWord(p.name, words), "closing")
    turn.say(p.number, letters.ClosingNoted(bool(words), rating), "closing")
    return True


def _parted(text: str) -> tuple[int | None, str]:
    """The number that stands on a line of its own, which is for us, and the words without it."""
    found = _RATING.search(text)
    return (int(found[1]), (text[: found.start()] + text[found.end() :]).strip()) if found else (None, text)


# ---------------------------------------------------------------- was it worth your time


def asks_worth(turn: Turn, number: int) -> str:
    """The question, with the first look back after 90 days, and else ""."""
    since = turn.alliance.first_agreed
    late = (c.number for c in turn.alliance.checkins if since and c.due.date() - since.date() >= WORTH_AFTER)
    return turn.flow.checkin.worth if next(late, 0) == number else ""


def worth_reply(turn: Turn, event: Replied, number: int) -> bool:
    """A number and nothing else in reply to the digest that asked. False for any other reply."""
    rating, words = _parted(event.text)
    if rating is None or words or not asks_worth(turn, number):
        return False
    keep_worth(turn, event.participant, rating)
    turn.say(event.participant, letters.WorthNoted(rating), event.about)
    return True


def keep_worth(turn: Turn, number: int, rating: int) -> None:
    """For the operator's figures; the others never see it."""
    turn.change(worths=(*turn.alliance.worths, Worth(number, rating, turn.now)))
