"""`decide`: what follows from an event. Total: every event in every state gives a decision, and nothing raises.

It finds the place of an event and hands it on: setting up (`setup`), a trust bank (`bank`), what may be said at any time
(`anytime`), what a letter asked (`placing`), what is no answer (`no_answer`), and what is due (`waking`).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from agent.alliance import (
    anytime,
    asking,
    bank,
    coming,
    guiding,
    kinds,
    letters,
    mending,
    moving,
    no_answer,
    over,
    overview,
    placing,
    question,
    setup,
    trust,
    waking,
)
from agent.alliance.event import (
    AutoReplied,
    Complained,
    Event,
    Forged,
    Moved,
    Replied,
    RepliedFromElsewhere,
    Started,
    Undeliverable,
    Unreadable,
    Unsubscribed,
    Woke,
)
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Note, Person, Phase, Stage
from agent.alliance.tail import parted
from agent.alliance.turn import LATER, Decision, House, Turn
from agent.alliance.words import (
    AnswerReading,
    Command,
    is_erasure,
    language_of,
    read_answer,
    read_invitation,
    read_mine,
    said_of_page,
    wished_language,
)

# questions back that say: not understood
_UNHELPED = frozenset(
    ("unclear", "answer", "number", "which_line", "what_words", "question", "choice", "draft", "send", "checkin_over", "held", "why_words", "renewal", "renewal_over",
     "people", "savings", "whom", "way", "vote", "three", "mend", "reveal")
)  # fmt: skip
_ASKS_BACK = (letters.AskBack, letters.BankAsk, letters.TeamAsk)
_ASIDES = frozenset(
    ("pause", "quiet", "later", "stop", "close", "status", "help", "data", "export", "human", "delete", "show", "who", "hide", "ideas", "tools", "bank")
)  # fmt: skip
_ALONE = frozenset(
    ["stop", "help", "status", "data", "export", "human", "delete", "explain", "who", "pause", "resume", "bank"]
)  # before the prompts


def decide(
    flow: Flow,
    house: House,
    alliance: Alliance,
    event: Event,
    now: datetime,
    *,
    barred: frozenset[str] = frozenset(),
    existing: Mapping[str, tuple[datetime, bool]] | None = None,
    others: tuple[Alliance, ...] = (),
) -> tuple[Decision, datetime | None]:
    """The decision, and when the alliance wants to be woken next."""
    actor = getattr(event, "participant", 0)
    level = event.level if isinstance(event, Started | Replied) else "C"

    def begun() -> Turn:
        return Turn(flow, house, alliance, now, event.cause, barred, existing or {}, others, actor, level)

    turn = begun()
    _take(turn, event)
    if isinstance(event, Started | Replied) and (act := trust.unsure(alliance, turn, event)):
        turn = begun()  # and so nothing of it has happened
        _ask_for_code(turn, event, act)
    waking.work_off(turn)
    return turn.decision(), waking.wake_at(turn)


def _take(turn: Turn, event: Event) -> None:
    match event:
        case Started() if turn.whole.solo:
            bank.start(turn, event)
        case Started():
            _begin_in_language(turn, event)
            setup.start(turn, event)
        case Replied():
            replied(turn, event)
            _offer_human(turn, event.participant)
        case RepliedFromElsewhere():
            no_answer.elsewhere(turn, event)
        case Forged():
            no_answer.forged(turn, event)
        case AutoReplied():
            no_answer.away(turn, event)
        case Undeliverable() if event.permanent and event.about.startswith(trust.MOVE):
            moving.lost(turn, event.participant, event.about)
        case Undeliverable():
            no_answer.undeliverable(turn, event)
        case Complained() if event.at:
            moving.unwanted(turn, event.participant, event.about, event.at)
        case Complained():
            no_answer.complained(turn, event)
        case Unreadable():
            no_answer.unreadable(turn, event)
        case Unsubscribed() if event.at:
            moving.unwanted(turn, event.participant, event.about, event.at)
        case Unsubscribed() if event.about.startswith(("checkin", "digest")):  # decision 17
            replied(turn, Replied(event.participant, event.about, "NO CHECK-INS", None, event.cause))
        case Unsubscribed():
            anytime.unsubscribe(turn, event.participant)
        case Moved():
            moving.take(turn, event.participant, event.address)
        case Woke():
            pass


def _ask_for_code(turn: Turn, event: Started | Replied, act: str) -> None:
    if isinstance(event, Replied):
        trust.ask(turn, event, act)
        return
    _begin_in_language(turn, event)
    turn.change(participants=(setup.host(turn, event),))
    trust.ask_start(turn, event)


def _offer_human(turn: Turn, number: int) -> None:
    """What could not be helped with twice in a row may be for a person: their address is offered, not sent to (S46)."""
    before = turn.p(number).unhelped
    lost = 0
    for place, send in enumerate(turn.sends):
        if isinstance(send.letter, _ASKS_BACK) and send.letter.kind in _UNHELPED:
            lost = before + 1
            turn.sends[place] = replace(send, letter=replace(send.letter, human=before > 0))
    if lost != before:
        turn.set(number, unhelped=lost)


# ---------------------------------------------------------------- a reply


def replied(turn: Turn, event: Replied) -> None:
    """Somebody's own new words. First what may be said at any time, then what this letter asked."""
    if event.about.startswith(trust.NUMBERED):
        _let(turn, event)
        return
    p = turn.p(event.participant)
    mine = [a for a in turn.alliance.answers if a.participant == p.number]
    event = replace(event, text=parted(event.text, event.about, mine)[0])
    if over.is_over(turn, event) or (
        turn.flow.is_team and p.stage != Stage.INVITED and coming.newcomer_in(turn, event)
    ):
        return
    turn.set(p.number, last_heard=turn.now, resting=False)
    turn.change(rested_at=None if turn.alliance.phase != Phase.INVITED else turn.alliance.rested_at)
    _know_offset(turn, event)
    no_answer.heard(turn, p.number)
    if wished := wished_language(event.text, turn.language(p.number)):
        anytime.speak(turn, event, wished)
        return
    if p.stage != Stage.INVITED and (moving.asked(turn, event) or moving.taken_back(turn, event)):
        return
    _know_language(turn, event)
    kind, _, key = event.about.partition(":")
    if kind == "was":
        _released(turn, event)
        return
    if kind == "erase":
        _erase(turn, event)
        return
    if p.stage == Stage.INVITED:
        _invited(turn, event)
        return
    if kind == "rest":
        event, kind, key = _woken(turn, event)
        if not kind:
            return
    if turn.alliance.phase in (Phase.SETUP, Phase.INVITED):
        _setting_up(turn, event)
        return
    reading = read_answer(event.text, now=turn.local_now(p.number), prompts=_labels(turn, event, kind))
    if reading.care:
        _care(turn, event)
        return
    if turn.flow.solo:
        if p.paused and not _is_aside(reading):
            anytime.unpause(turn, p.number)
        bank.reply(turn, event, reading)
        return
    if reading.guesses and kind in placing.PROMPTS:
        asking.guessed(turn, event, reading)
    event = _without_own(turn, event, reading, kind)
    if p.paused and not _is_aside(reading):
        anytime.unpause(turn, p.number)
    if guiding.asked(turn, event, prompt=kind in placing.PROMPTS) or guiding.asks_team(turn, event):
        return
    if not reading.commands and kind != "pass" and mending.heard(turn, event, kind):
        return
    if not placing.obeyed(turn, event, reading, kind):
        placing.place(turn, event, reading, kind, key)


def _without_own(turn: Turn, event: Replied, reading: AnswerReading, kind: str) -> Replied:
    """What is its author's alone and was not asked for is not kept, reaches nobody (F17), and this is said."""
    own = [*filter(None, (reading.private,)), *(text for _, text in reading.guesses)]
    if not own or kind in placing.PROMPTS:
        return event
    turn.note(event.participant, Note("left_out", text="\n".join(own)))
    return replace(event, text=reading.text)


def _begin_in_language(turn: Turn, event: Started) -> None:
    """The language of the page is that of the mail that begins it, or of whom it is from, else the operator's."""
    known = turn.alliance.people.get(event.address) or Person(event.address)
    written = language_of(f"{event.subject}\n{event.text}", turn.house.languages)
    turn.set_person(replace(known, language=written or known.language))
    wanted = (written, known.language, turn.house.languages[0], turn.whole.language)
    turn.change(language=next(tag for tag in wanted if turn.whole.speaks(tag)))
    turn.tailor()


def _know_language(turn: Turn, event: Replied) -> None:
    """Whoever surely writes in another language than that of the page is written to in it; words of theirs change it."""
    person = turn.person(event.participant)
    if not person.language and (written := language_of(event.text, turn.house.languages)):
        turn.set_person(replace(person, language=written))


def _labels(turn: Turn, event: Replied, kind: str) -> dict[str, str]:
    """What may stand before an answer in reply to this kind of letter."""
    number = event.participant
    if kind in placing.PAGES or turn.flow.solo:
        return {}
    return question.labels(turn, number, numbers=kind not in ("prompt", "follow") or _is_numbered(turn, number, event))


def _is_numbered(turn: Turn, number: int, event: Replied) -> bool:
    """Whether "2: ..., 3: ..." answers prompts by their numbers (F12): with colons, from the one that was asked on.

    "1. ... 2. ..." in one answer is a list of its own, and so are numbers of prompts that were answered before.
    """
    prompt = turn.flow.prompts.get(event.about.partition(":")[2])
    found = [int(n) for n in re.findall(r"^[ \t]*(\d{1,2})[ \t]*:", event.text, re.MULTILINE)]
    if prompt is None or not found or not re.match(r"\s*\d{1,2}[ \t]*:", event.text):
        return False
    in_order = found == sorted(set(found)) and found[-1] <= len(question.mine(turn, number))
    return in_order and found[0] >= question.label_of(turn, number, prompt)


def _is_aside(reading: AnswerReading) -> bool:
    """Whether somebody who paused only asks something, and wants to go on being left in peace."""
    words = reading.text or reading.private or reading.labelled
    return bool(reading.commands) and not words and all(c.name in _ASIDES for c in reading.commands)


def _know_offset(turn: Turn, event: Replied) -> None:
    person = turn.person(event.participant)
    if event.offset_s is not None and not person.zone and person.offset_s != event.offset_s:
        turn.set_person(replace(person, offset_s=event.offset_s))


def _invited(turn: Turn, event: Replied) -> None:
    if turn.alliance.phase == Phase.SETUP:  # the invitation was withdrawn: nothing until it is sent again
        return
    reading = read_answer(event.text, now=turn.local_now(event.participant))
    command = reading.commands[0] if reading.commands and not reading.text else None
    if turn.flow.is_team and said_of_page(event.text) == {
        "read"
    }:  # the page first, as a newcomer's invitation offers it
        command = Command("later")
    if command is not None and command.name in _ALONE - {"pause", "resume", "explain"}:
        anytime.obey(turn, event, command)
    elif command is not None and command.name in ("pass", "pause", "later"):  # the footer's words: no "no" for ever
        setup.not_now(turn, event.participant)
    else:
        setup.invited(turn, _without_own(turn, event, reading, ""))


def _setting_up(turn: Turn, event: Replied) -> None:
    number = event.participant
    reading = read_answer(event.text, now=turn.local_now(number))
    if reading.care:
        _care(turn, event)
        return
    command = reading.commands[0] if reading.commands and not (reading.text or reading.private) else None
    if command is None and event.about == "existing" and read_invitation(event.text).verdict == "yes":
        turn.close(number)  # they go on with the one they have
        command = Command("status")
    if number != 1 and command is None:  # a member of a team that has not begun: only the initiator prepares it
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    if turn.p(number).paused and not _is_aside(reading):
        anytime.unpause(turn, number)
    if command is None or (command.name in ("short", "send", "stop") and event.about == "ready"):
        setup.reply(turn, _without_own(turn, event, reading, ""))
    elif command.name in _ALONE:
        anytime.obey(turn, event, command)
    elif command.name in ("send", "short") and turn.p(number).stage == Stage.PREPARING:
        turn.change(short=turn.alliance.short or command.name == "short")
        setup.ask_again(turn)
    elif command.name == "later":
        anytime.pause(turn, number, command.until or turn.local_now(number).date() + LATER)
    else:
        anytime.obey(turn, event, Command("help"))


def _woken(turn: Turn, event: Replied) -> tuple[Replied, str, str]:
    """After "reply with any word": a word or two asks again, more is the answer."""
    about = event.about.partition(":")[2]
    event = replace(event, about=about)
    kind, _, key = about.partition(":")
    reading = read_answer(event.text, now=turn.local_now(event.participant))
    few = len(event.text.split()) <= 2
    waits = turn.p(event.participant).open is not None and kind in (
        *placing.PROMPTS,
        "reveal",
        "settle",
        "draft",
        "why",
        "who",
        "ready",
    )
    if waits and not reading.commands and (few or reading.not_an_answer):
        anytime.resume(turn, event.participant)
        return event, "", ""
    return event, kind, key


def _care(turn: Turn, event: Replied) -> None:
    """Anger, fear or harm: no prompt, a human is offered, the series pauses (spec 4.7)."""
    number = event.participant
    turn.set(number, paused=True, paused_until=None)
    turn.hush(number)
    turn.say(number, letters.Care(kinds.help_lines(turn)), "paused")


def _erase(turn: Turn, event: Replied) -> None:
    reading = read_answer(event.text, now=turn.now)
    if is_erasure(event.text):
        anytime.erase(turn, event.participant)
    elif reading.commands and reading.commands[0].name in _ALONE:
        anytime.obey(turn, event, reading.commands[0])
    else:  # "With any other word, all stays as it is"
        turn.say(event.participant, letters.Status(overview.status(turn, event.participant)), event.about)


def _released(turn: Turn, event: Replied) -> None:
    """After "was this you?": one word releases it; anything else leaves it where it is."""
    p = turn.p(event.participant)
    held = next((h for h in p.held if f"was:{h.cause}" == event.about), None)
    commands = read_answer(event.text, now=turn.now).commands
    if commands and commands[0].name in _ALONE:
        anytime.obey(turn, event, commands[0])
        return
    verdict = read_mine(event.text)
    if held is None or verdict == "unclear":
        turn.say(event.participant, letters.AskBack("held" if held else "unclear", event.text, 0, 0), event.about)
        return
    turn.set(event.participant, held=tuple(h for h in p.held if h != held))
    if verdict != "no":
        if verdict == "also" and "@" in held.sender:
            trust.remember(turn, event.participant, held.sender)
        else:
            turn.note(event.participant, Note("released", title=held.sender))
        turn.proved = event.cause
        replied(turn, Replied(event.participant, held.about, held.text, None, held.cause, turn.level))


def _let(turn: Turn, event: Replied) -> None:
    """The code came back: what waited for it happens now, as if it had come from a sure sender."""
    if moving.declined(turn, event):
        return
    commands = read_answer(event.text, now=turn.now).commands
    here = turn.alliance.ended != "unproved" and turn.p(event.participant).stage != Stage.DECLINED
    if commands and commands[0].name in _ALONE and here and event.level != "C":
        if not over.is_over(turn, event):
            anytime.obey(turn, event, commands[0])
        return
    held = trust.given(turn, event)
    if held is None:
        return
    turn.level, turn.proved = "code", event.cause
    if held.act == "move":
        moving.moved(turn, event.participant, held.sender)
        return
    if held.act != "start":
        replied(turn, Replied(event.participant, held.about, held.text, None, held.cause, "code"))
        return
    me, person = turn.p(1), turn.person(1)
    turn.phase("prove")
    turn.change(participants=(), ended="", ended_at=None)
    _take(turn, Started(me.address, me.full_name, held.title, held.text, person.offset_s, held.cause, level="code"))
