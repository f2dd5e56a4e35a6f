"""Settling: values that cannot both be true, in two rounds at most, and what the time answers come to (F20, F33)."""

import re
from dataclasses import replace

from agent.alliance import agreeing, letters, question
from agent.alliance import draft as page
from agent.alliance.event import Replied
from agent.alliance.model import Choice, Note, Option, Rhythm, Settlement, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import MeetingReading, read_choice, read_meeting, read_rhythm, say_rhythm, slower

_CHOOSES = frozenset(("i", "you", "me", "whatever", "fine", "ich", "du", "mir", "dir", "egal"))


def settle_or_draft(turn: Turn) -> None:
    """All parts are done: settle what cannot both be true, then draft."""
    take_values(turn)
    done = {s.prompt for s in turn.alliance.settlements}
    prompt = next((q for q in turn.flow.prompts.values() if q.kind == "meeting" and q.id not in done), None)
    if prompt is None or not _conflict(turn, prompt.id):
        _say_slower(turn)
        agreeing.first_draft(turn)
        return
    found = [(p.number, a.text) for p, a in turn.alliance.said(prompt.id)]
    kinds = (
        [("theirs", n, t) for n, t in found] + [("trial", n, t) for n, t in found] + [("both", 0, ""), ("open", 0, "")]
    )
    options = tuple(Option(chr(ord("A") + i), kind, text, n) for i, (kind, n, text) in enumerate(kinds))
    turn.change(settlements=(*turn.alliance.settlements, Settlement(prompt.id, turn.now, options)))
    for p in turn.alliance.present:
        turn.move(p.number, "settle")
        question.ask(turn, p.number, f"settle:{prompt.id}")


def take_values(turn: Turn) -> None:
    """What the time answers come to: the slower rhythm wins (decision 16), a meeting rule that nobody contradicts holds."""
    slowest, *others = _rhythms(turn)
    found: list[MeetingReading] = []
    for q in turn.flow.prompts.values():
        if q.kind == "meeting":
            found += [reading for _, a in turn.alliance.said(q.id) if (reading := read_meeting(a.text)).rule]
    for rhythm in others:
        slowest = slower(slowest, rhythm)
    turn.change(rhythm=slowest)
    if found and all(r.rule == found[0].rule for r in found) and not turn.alliance.settlements:
        turn.change(meeting=found[0].rule, place=found[0].place)
    turn.change(zone=_meeting_zone(turn))


def _rhythms(turn: Turn) -> list[Rhythm]:
    """The rhythm that each named; who named none, or was not asked, takes the one that was suggested."""
    suggested = turn.flow.checkin.rhythm
    prompts = [q for q in turn.flow.prompts.values() if q.kind == "rhythm"]
    said = [turn.alliance.answer(p.number, q.id) for q in prompts for p in turn.alliance.present]
    return [(read_rhythm(a.text, suggested) if a and a.text else None) or suggested for a in said] or [suggested]


def _say_slower(turn: Turn) -> None:
    """Both are told, once, when they named different rhythms (decision 16)."""
    slowest = turn.alliance.rhythm
    if slowest is not None and any(r != slowest for r in _rhythms(turn)):
        for p in turn.alliance.present:
            turn.note(p.number, Note("rhythm_slower", text=say_rhythm(slowest, turn.language(p.number))))


def _meeting_zone(turn: Turn) -> str:
    return next((z for p in turn.alliance.present if (z := turn.person(p.number).zone)), turn.house.zone)


def _conflict(turn: Turn, prompt_id: str) -> bool:
    """Whether two meeting answers cannot both be true: another rule, or another place (decision 3)."""
    said = [a.text for _, a in turn.alliance.said(prompt_id)]
    readings = [read_meeting(text) for text in said]
    rules = {r.rule for r in readings if r.rule}
    places = {page.plain(r.place) for r in readings if r.rule and page.plain(r.place)}
    return len(said) > 1 and not all(page.same(t, said[0]) for t in said) and (len(rules) > 1 or len(places) > 1)


def settled_reply(turn: Turn, event: Replied, prompt_id: str, *, leave_open: bool = False) -> None:
    """One person's choice in a settle letter; with all in, the outcome or a second round."""
    number = event.participant
    settlement = next((s for s in turn.alliance.settlements if s.prompt == prompt_id), None)
    if (
        settlement is None
        or settlement.outcome is not None
        or turn.p(number).stage not in (Stage.SETTLING, Stage.WAITING)
    ):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    keys, called = [o.key for o in settlement.options], _by_letter(turn, number, settlement, event.text)
    reading = read_choice(called, keys)
    if not reading.picks:
        reading = read_choice(event.text, keys)
    pick = reading.picks[0] if len(reading.picks) == 1 and not reading.rest else None
    own = pick.text.strip() if pick else reading.rest.strip() if not reading.picks else ""
    if own and not (_is_line(own) and (called == event.text or read_meeting(own).rule)):
        own = ""
    if own and not leave_open:
        key = chr(ord("A") + len(settlement.options))
        option = Option(key, "joined", own, number)
        settlement = replace(settlement, options=(*settlement.options, option))
    elif leave_open:
        option = next(o for o in settlement.options if o.kind == "open")
    else:
        chosen = next((o for o in settlement.options if pick and o.key == pick.letter.upper()), None)
        if chosen is None:
            turn.say(number, letters.AskBack("choice", event.text, 0, 0), event.about)
            return
        option = chosen
    choice = Choice(number, prompt_id, option.key, option.text, event.cause, turn.now)
    replies = (*(c for c in settlement.replies if c.participant != number), choice)
    _set_settlement(turn, replace(settlement, replies=replies))
    turn.close(number)
    kind = "left_open" if option.kind == "open" else "chosen"
    turn.note(number, Note(kind, turn.told(number).prompts[prompt_id].title, option.text, days=_days(option)))
    if turn.p(number).stage == Stage.SETTLING:
        turn.move(number, "settled")
    _conclude(turn, prompt_id)
    if turn.p(number).stage == Stage.WAITING and turn.p(number).notes:
        turn.say(number, letters.SettleNoted(()), f"settle:{prompt_id}")


def _by_letter(turn: Turn, number: int, settlement: Settlement, text: str) -> str:
    """The same words with the letters that "mine", "hers" and "Maya's way" stand for."""
    for option in settlement.options:
        if option.kind == "theirs":
            name = re.escape(turn.p(option.participant).name)
            whose = rf"(?:{name}(?:['’]s?|s)?|his|her|their|your|the other)" if option.participant != number else "my"
            alone = rf"|his|hers|theirs|yours|{name}['’]s" if option.participant != number else "|mine|meins"
            way = rf"{whose} (?:way|one|idea|suggestion|vorschlag){alone}"
            text = re.sub(rf"\b(?:{way})\b", option.key, text, flags=re.IGNORECASE)
    return text


def _is_line(text: str) -> bool:
    """Whether this may stand as a line of one's own: some words, no question, and nothing about who chooses."""
    said = page.plain(text).split()
    return len(said) > 2 and "?" not in text and (not _CHOOSES & set(said) or read_meeting(text).rule is not None)


def _set_settlement(turn: Turn, settlement: Settlement) -> None:
    turn.change(
        settlements=tuple(settlement if s.prompt == settlement.prompt else s for s in turn.alliance.settlements)
    )


def _conclude(turn: Turn, prompt_id: str) -> None:
    settlement = next(s for s in turn.alliance.settlements if s.prompt == prompt_id)
    if any(p.stage == Stage.SETTLING for p in turn.alliance.present):
        return
    chosen = {c.letter for c in settlement.replies}
    by_key = {o.key: o for o in settlement.options}
    opened = next(o for o in settlement.options if o.kind == "open")
    if len(chosen) == 1:
        _outcome(turn, settlement, by_key[chosen.pop()])
    elif opened.key in chosen or settlement.round > 1:  # crossing twice: left open (decision 3)
        _outcome(turn, settlement, opened)
    else:
        _set_settlement(turn, replace(settlement, round=2, opened=turn.now))
        for p in turn.alliance.present:
            turn.move(p.number, "settle")
            turn.set(p.number, notes=())
            question.ask(turn, p.number, f"settle:{prompt_id}")


def _outcome(turn: Turn, settlement: Settlement, option: Option) -> None:
    _set_settlement(turn, replace(settlement, outcome=option))
    if option.kind in ("theirs", "trial", "joined"):
        reading = read_meeting(option.text)
        turn.change(meeting=reading.rule, place=reading.place)
    for p in turn.alliance.present:
        kind = "left_open" if option.kind == "open" else "settled"
        turn.set(p.number, notes=())
        title = turn.told(p.number).prompts[settlement.prompt].title
        turn.note(p.number, Note(kind, title, option.text, days=_days(option)))
    settle_or_draft(turn)


def _days(option: Option) -> int:
    return page.TRIAL_DAYS if option.kind == "trial" else 0


def settle_overdue(turn: Turn, prompt_id: str) -> None:
    """Unanswered for seven days: left open."""
    settlement = next(s for s in turn.alliance.settlements if s.prompt == prompt_id)
    for p in turn.alliance.present:
        if p.stage == Stage.SETTLING:
            turn.close(p.number)
            turn.move(p.number, "settled")
    _outcome(turn, settlement, next(o for o in settlement.options if o.kind == "open"))
