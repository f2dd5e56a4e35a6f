"""How a team looks back: three numbers that are shown for the whole group alone, and lines without names (F39, S28, S37).

Fewer than four replies show no number, and what is shown is rounded, so that nobody's number can be reckoned back. No
letter says who replied, and no line about somebody is shown (S34).
"""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from agent.alliance import draft as page
from agent.alliance import letters, looking
from agent.alliance.event import Replied
from agent.alliance.model import Checkin, CheckinReply, Note, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import phrase, read_three

ENOUGH = 4  # replies (invariant 13)
TREND_FROM = 3  # rounds (S37)


def letter(turn: Turn, key: int) -> letters.TeamCheckin:
    """Three questions and one line for the team (T15)."""
    asked = turn.flow.checkin
    return letters.TeamCheckin(key, asked.trust, asked.worry, asked.living, asked.digest_after_days)


def reply(turn: Turn, event: Replied, checkin: Checkin) -> None:
    """Three numbers and a line; without the three it is asked once more, and the line is kept."""
    who, reading = event.participant, read_three(event.text)
    if not (reading.numbers or reading.passed) and looking.change_rhythm(turn, who, event.text):
        return
    others = turn.alliance.others(who)
    named = next((p.name for p in others for s in page.sentences(reading.words) if page.named(s, p)), "")
    reading = replace(reading, words="") if named else reading
    old = next((r for r in checkin.replies if r.participant == who), None)
    said = CheckinReply(
        who,
        turn.now,
        event.cause,
        works=reading.words or (old.works if old else ""),
        numbers=reading.numbers or (old.numbers if old else ()),
        passed=reading.passed and not old,
    )
    checkin = replace(checkin, replies=(*(r for r in checkin.replies if r.participant != who), said))
    looking.keep(turn, checkin)
    if not (said.numbers or said.passed):
        turn.say(who, letters.TeamAsk("three", event.text, 0), event.about)
        return
    turn.close(who)
    if turn.p(who).stage == Stage.CHECKING:
        turn.move(who, "looked_back")
    looking.end_if_all(turn, checkin)
    if named or not any(s.to == who for s in turn.sends):
        turn.say(who, letters.TeamCheckinNoted(said.numbers, said.works, named), event.about)


def no_more(turn: Turn, number: int) -> None:
    """NO CHECK-INS ends them for this member alone (decision 17)."""
    turn.set(number, checkins=False)
    if turn.p(number).stage == Stage.CHECKING:
        turn.close(number)
        turn.move(number, "looked_back")
    turn.note(number, Note("no_checkins"))
    turn.say(number, letters.Corrected((), others_told=False), "rhythm")


def ask_for_vote(turn: Turn, number: int, text: str) -> None:
    """Another rhythm is for all of the team to choose."""
    turn.say(number, letters.TeamAsk("rhythm", text, 0), "rhythm")


def digest(turn: Turn, checkin: Checkin) -> None:
    """What the group said, to all alike; nothing when nobody said anything (T16)."""
    said = [r for r in checkin.replies if not r.passed]
    words = [r.works for r in sorted(said, key=lambda r: sha256(r.cause.encode()).digest()) if r.works]
    if not said:
        return
    enough = len([r for r in said if r.numbers]) >= ENOUGH
    for p in turn.alliance.present:
        if p.checkins and not p.paused:
            rows = _rows(turn, turn.language(p.number)) if enough else ()
            letter = letters.TeamDigest(
                number=checkin.number,
                rounds=_rounds(turn) if rows else (),
                rows=rows,
                words=tuple(words),
                next_checkin=looking.next_day(turn),
                trend=rows if rows and len(rows[0].ratings) >= TREND_FROM else (),
            )
            turn.say(p.number, letter, f"digest:{checkin.number}")


def _shown(turn: Turn) -> list[Checkin]:
    """The newest rounds that enough replied to."""
    closed = [c for c in turn.alliance.checkins if c.closed is not None]
    return [c for c in closed if sum(1 for r in c.replies if r.numbers) >= ENOUGH][-looking.ROUNDS :]


def _rounds(turn: Turn) -> tuple[date, ...]:
    return tuple(looking.local_day(turn, c.due) for c in _shown(turn))


def _rows(turn: Turn, language: str) -> tuple[letters.Row, ...]:
    titles = (phrase(language, "pulse", key) for key in ("trust", "worry", "living"))
    rounds = [[r.numbers for r in c.replies if r.numbers] for c in _shown(turn)]
    return tuple(
        letters.Row(title, tuple(_rounded([numbers[i] for numbers in one]) for one in rounds))
        for i, title in enumerate(titles)
    )


def _rounded(numbers: list[int]) -> float:
    """The mean to the nearest half; whole numbers without a point."""
    halves = int(2 * sum(numbers) / len(numbers) + 0.5)
    return halves / 2 if halves % 2 else halves // 2
