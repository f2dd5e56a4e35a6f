"""Looking back: check-ins on a rhythm that people chose, one line at a time, and the digest (F34-F36, F40)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.alliance import closing, letters, pulse, question
from agent.alliance import draft as page
from agent.alliance.dates import all_awake_at, at_hour, checkin_days, zone_named
from agent.alliance.event import Replied
from agent.alliance.model import Checkin, CheckinReply, Phase, Rhythm, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import CheckinReading, read_checkin, read_rhythm, say_rhythm

_TALK = frozenset(
    ("we", "you", "see", "i", "it", "our", "us", "now", "is", "are", "was", "better", "nice", "fun", "have", "busy")
)
_WELL = r"(?:all|everything|it|alles)(?: is| s| ist)? (?:well|good|fine|right|gut)(?: as it is)?"
_NOTHING = re.compile(
    rf"(?:no|nope|nein|nothing|nichts)(?: (?:thanks|thank you|danke|changes?|to change|needed|not now|for now))*(?: {_WELL})?|{_WELL}|keep(?: it)?(?: as it is)?"
)
_NUMBERS = ("one", "two", "three", "four", "five")
_NONE = Rhythm((), 0, "never")
CALENDAR = 3  # check-ins that stand in the calendar file
ROUNDS = 6  # the newest in table and picture: as many as fit on a phone
TREND = 3  # rounds, from which on there is one (F37)
FAR = 400  # check-ins that are looked ahead for the next one: a hundred years of quarters


def local_day(turn: Turn, instant: datetime) -> date:
    """The day of an instant where the people of this alliance meet."""
    zone = zone_named(turn.alliance.zone or turn.house.zone)
    return instant.astimezone(zone).date() if zone else instant.date()


def plan(turn: Turn) -> None:
    """Set the next check-in: the first day of the rhythm that is ahead and later than the last that went out (F34)."""
    alliance = turn.alliance
    went = tuple(c for c in alliance.checkins if c.asked is not None)
    turn.change(checkins=went)
    if alliance.rhythm is None or alliance.rhythm.unit == "never" or alliance.first_agreed is None:
        return
    zone = zone_named(alliance.zone or turn.house.zone) or UTC
    last = max((local_day(turn, c.due) for c in went), default=date.min)
    days = checkin_days(alliance.rhythm, local_day(turn, alliance.first_agreed), FAR)
    ahead = (at_hour(d, turn.flow.checkin.hour, zone) for d in days if d > last)
    due = next((at for at in ahead if at > turn.now), None)
    if due is not None:
        turn.change(checkins=(*went, Checkin(len(went) + 1, due, _next_line(turn))))


def _next_line(turn: Turn) -> int:
    """The agreement line to look at: they rotate without repeats until all were asked (F36)."""
    alliance = turn.alliance
    lines = alliance.in_force.lines if alliance.in_force else ()
    acting = {q.section for q in turn.flow.prompts.values() if q.kind in ("shared", "exchange", "meeting")}
    over = {t.line for t in alliance.trials if t.asked is not None and not t.off}  # a trial that ran out binds nobody
    lines = tuple(line for line in lines if line.id not in over)
    ids = [line.id for line in lines if line.section in acting and not line.open] or [line.id for line in lines]
    asked = [c.line for c in alliance.checkins if c.asked is not None]
    promised = {q.section for q in turn.flow.prompts.values() if q.kind == "exchange"}  # what happens or does not
    first = {line.id for line in lines if line.section in promised}
    return min(ids, key=lambda i: (asked.count(i), i not in first, ids.index(i))) if ids else 0


def next_day(turn: Turn) -> date | None:
    """The day of the next check-in; None when none is planned."""
    ahead = [c for c in turn.alliance.checkins if c.asked is None]
    return local_day(turn, ahead[0].due) if ahead else None


def next_days(turn: Turn) -> tuple[date, ...]:
    """The next three days on which to look back, for the letter and the calendar."""
    alliance = turn.alliance
    if alliance.rhythm is None or alliance.first_agreed is None:
        return ()
    last = max([local_day(turn, turn.now), *(local_day(turn, c.due) for c in alliance.checkins if c.asked is not None)])
    days = checkin_days(alliance.rhythm, local_day(turn, alliance.first_agreed), FAR)
    return tuple(d for d in days if d > last)[:CALENDAR]


def open_checkin(turn: Turn) -> None:
    """The day has come: the same check-in to everybody (S19)."""
    checkin = turn.alliance.checkins[-1]
    shown = question.shows_numbers(turn.alliance)
    going = replace(checkin, asked=turn.now, line=_next_line(turn), digest_due=_digest_due(turn), numbers=shown)
    keep(turn, going)
    for p in turn.alliance.present:
        if p.stage == Stage.LIVING and not p.paused and p.checkins:
            turn.move(p.number, "look_back")
            turn.close(p.number)
            question.ask(turn, p.number, f"checkin:{checkin.number}")


def _digest_due(turn: Turn) -> datetime:
    """At the latest: some days later, when nobody is in quiet hours."""
    zones = [turn.zone(p.number) for p in turn.alliance.present]
    return all_awake_at(turn.now + timedelta(days=turn.flow.checkin.digest_after_days), zones, turn.house.quiet)


def keep(turn: Turn, checkin: Checkin) -> None:
    """Take the place of the check-in with this number."""
    turn.change(checkins=tuple(checkin if c.number == checkin.number else c for c in turn.alliance.checkins))


# ---------------------------------------------------------------- replies


def reply(turn: Turn, event: Replied, number: int) -> None:
    """One short reply fills four fields; what has none is asked back, and nothing is lost (F35)."""
    who, checkin = event.participant, turn.alliance.checkins[number - 1]
    if turn.flow.is_team and checkin.closed is None and checkin.asked is not None:
        pulse.reply(turn, event, checkin)
        return
    reading = read_checkin(event.text)
    if _says_nothing(reading) and change_rhythm(turn, who, event.text):
        return
    if checkin.closed is not None and not turn.flow.is_team and _is_still_the_last(turn, checkin, reading, who):
        checkin = replace(checkin, closed=None)
    if checkin.closed is not None or checkin.asked is None:
        late_reply(turn, event)
        return
    words = f"{reading.works} {reading.care} {reading.rest}"
    if (
        not reading.unclear
        and (reading.hide or not question.shows_numbers(turn.alliance))
        and _tells_a_number(words, reading.rating)
    ):
        turn.say(who, letters.AskBack("hidden_number", event.text, 0, number), event.about)
        return
    old = next((r for r in checkin.replies if r.participant == who), None)
    said = _merged(old, reading, event, turn.now)
    checkin = replace(checkin, replies=(*(r for r in checkin.replies if r.participant != who), said))
    keep(turn, checkin)
    if (said.rating is None or reading.unclear) and not said.passed:
        turn.say(who, letters.AskBack("rating", event.text, 0, number), event.about)
        return
    turn.close(who)
    if turn.p(who).stage == Stage.CHECKING:
        turn.move(who, "looked_back")
    checkin = end_if_all(turn, checkin)
    if any(x.to == who for x in turn.sends) and not turn.p(who).notes:
        return  # the digest says it all; there is none when everybody passed
    at = question.line_of(turn, checkin).number
    due = checkin.digest_due or turn.now
    noted = letters.CheckinNoted(said.rating, said.works, said.care, said.line, at, said.hide, due)
    turn.say(who, noted, event.about)


def is_about_page(text: str) -> bool:
    """Whether none of a check-in's four things is in it, so that "change 6 to ..." can be meant for the page."""
    return _says_nothing(read_checkin(text))


def _says_nothing(reading: CheckinReading) -> bool:
    return reading.rating is None and not (reading.works or reading.care or reading.line or reading.passed)


def _is_still_the_last(turn: Turn, checkin: Checkin, reading: CheckinReading, number: int) -> bool:
    """Whether a first and plain reply comes after the digest, but before the next check-in: then the digest goes out whole."""
    last = max(c.number for c in turn.alliance.checkins if c.asked is not None)
    first = all(r.participant != number for r in checkin.replies)
    return first and checkin.number == last and reading.rating is not None and not reading.unclear


def end_if_all(turn: Turn, checkin: Checkin) -> Checkin:
    """The digest does not wait for its day once everybody has replied, only for all to be awake."""
    if all_in(turn, checkin):
        checkin = replace(checkin, digest_due=turn.all_awake())
        keep(turn, checkin)
        if turn.all_awake() <= turn.now:
            digest(turn)
    return checkin


def _tells_a_number(words: str, rating: int | None) -> bool:
    """Whether the words hold the number itself, which nobody may see (F38)."""
    named = rf"{rating}|{_NUMBERS[rating - 1]}" if rating else f"[1-5]|{'|'.join(_NUMBERS)}"
    return re.search(rf"\b(?:{named})\b(?!\s*(?:[ap]\.?m\b|o'clock))", words, re.IGNORECASE) is not None


def all_in(turn: Turn, checkin: Checkin) -> bool:
    """Whether everybody who was asked has answered."""
    complete = {r.participant for r in checkin.replies if r.rating is not None or r.numbers or r.passed}
    return all(p.number in complete or p.paused or p.stage != Stage.CHECKING for p in turn.alliance.present) and bool(
        complete
    )


def _merged(old: CheckinReply | None, new: CheckinReading, event: Replied, now: datetime) -> CheckinReply:
    """A second reply replaces what it says again; what it does not mention stays."""
    base = old or CheckinReply(event.participant, now, event.cause)
    care = new.care or (new.rest if not base.care and not new.works and new.rating is not None else "")
    return replace(
        base,
        at=now,
        cause=event.cause,
        rating=new.rating if new.rating is not None else base.rating,
        works=new.works or base.works,
        care=care or base.care,
        line=new.line or base.line,
        hide=new.hide or base.hide,
        passed=new.passed and not old,
    )


def nothing_to_change(turn: Turn, event: Replied) -> bool:
    """A plain no to a digest's "would you like to change a line?": it stays, and nothing is asked back."""
    if turn.alliance.phase != Phase.AGREED or not _NOTHING.fullmatch(page.plain(event.text)):
        return False
    turn.say(event.participant, letters.RenewalOutcome("keep", next_day(turn)), f"final:{turn.alliance.agreed}")
    return True


def late_reply(turn: Turn, event: Replied) -> None:
    """A reply to a check-in that is over, or to a digest: a new rhythm, or a question back."""
    if not change_rhythm(turn, event.participant, event.text):
        turn.say(event.participant, letters.AskBack("checkin_over", event.text, 0, 0), event.about)


def change_rhythm(turn: Turn, number: int, text: str, *, asked: bool = False) -> bool:
    """Either may change the rhythm, and both are told (decision 16). False when the text names none.

    "No thanks" and "all good" say how often only where that was `asked`, or where they name the check-ins.
    """
    named = asked or re.search(r"\bcheck-?\s?ins?\b|\brhythm\b|\brückblicke?\b", text, re.IGNORECASE) is not None
    rhythm = read_rhythm(text, turn.flow.checkin.rhythm if named else _NONE) if _is_about_rhythm(text, named) else None
    if rhythm is None or (rhythm == _NONE and not named) or turn.alliance.phase not in (Phase.AGREED, Phase.CHANGING):
        return False
    if turn.flow.is_team:  # the rhythm is the team's to change (S35)
        if rhythm.unit == "never":
            pulse.no_more(turn, number)
        else:
            pulse.ask_for_vote(turn, number, text)
        return True
    set_rhythm(turn, rhythm)
    turn.change(calendar_sequence=turn.alliance.calendar_sequence + 1)
    for p in turn.alliance.present:
        name = "" if p.number == number else turn.p(number).name
        said = "" if rhythm.unit == "never" else say_rhythm(rhythm, turn.language(p.number))
        turn.say(p.number, letters.RhythmChanged(name, said, next_day(turn), next_days(turn)), "rhythm")
    return True


def _is_about_rhythm(text: str, named: bool) -> bool:
    """Whether a whole reply may say how often, and is no small talk with "every week" in it."""
    plain = page.plain(text).split()
    return len(plain) <= (12 if named else 5) and not _TALK & set(plain)


def set_rhythm(turn: Turn, rhythm: Rhythm) -> None:
    """Count anew from the agreement by this rhythm; a check-in that is out stays as it is (F34)."""
    turn.change(rhythm=rhythm)
    plan(turn)


# ---------------------------------------------------------------- digest


def digest(turn: Turn) -> None:
    """What those who replied said, side by side; nothing about who did not (decision 16, invariant 5)."""
    checkin = next(c for c in turn.alliance.checkins if c.asked is not None and c.closed is None)
    shown = checkin.numbers and question.shows_numbers(turn.alliance) and not any(r.hide for r in checkin.replies)
    keep(turn, replace(checkin, closed=turn.now, numbers=shown))
    for p in turn.alliance.present:
        if p.stage == Stage.CHECKING:
            turn.close(p.number)
            turn.move(p.number, "looked_back")
    plan(turn)
    if turn.flow.is_team:
        pulse.digest(turn, checkin)
        return
    replies = sorted((r for r in checkin.replies if not r.passed), key=lambda r: r.participant)  # not by who was first
    if not replies:
        return
    looked_at = question.line_of(turn, checkin)
    names = {p.number: p.name for p in turn.alliance.participants}

    def said(field: str) -> tuple[letters.RevealAnswer, ...]:
        return tuple(letters.RevealAnswer("", names[r.participant], t) for r in replies if (t := getattr(r, field)))

    rounds = [c for c in turn.alliance.checkins if c.closed is not None][-ROUNDS:]
    rows = _rows(turn, rounds)
    letter = letters.Digest(
        number=checkin.number,
        rounds=tuple(local_day(turn, c.due) for c in rounds),
        rows=rows,
        works=said("works"),
        care=said("care"),
        line_number=looked_at.number,
        line=looked_at.text,
        line_replies=said("line"),
        next_checkin=next_day(turn),
        worth=closing.asks_worth(turn, checkin.number),
        trend=tuple(row for row in rows if row.known > 1) if len(rounds) >= TREND else (),
    )
    for p in turn.alliance.present:
        if not p.paused:
            turn.say(p.number, letter, f"digest:{checkin.number}")


def _rows(turn: Turn, rounds: list[Checkin]) -> tuple[letters.Row, ...]:
    """The numbers of those rounds in which all chose to show them, if this is one (F38)."""
    if not rounds[-1].numbers:
        return ()
    rows = []
    here = {r.participant for r in rounds[-1].replies if r.rating is not None}
    for p in (p for p in turn.alliance.present if p.number in here):  # nothing shows who did not reply
        by_round = [next((r for r in c.replies if r.participant == p.number), None) for c in rounds]
        shown = zip(by_round, rounds, strict=True)
        rows.append(letters.Row(p.name, tuple(r.rating if r and c.numbers else None for r, c in shown)))
    return tuple(rows)
