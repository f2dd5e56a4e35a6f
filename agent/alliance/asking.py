"""Prompts, one at a time: answers and their versions, parts, the reveal, and settling what cannot both be true."""

import re
from dataclasses import replace
from datetime import datetime

from agent.alliance import agreeing, letters, question
from agent.alliance import draft as page
from agent.alliance.event import Replied
from agent.alliance.flow import Part
from agent.alliance.model import Answer, Choice, Note, Option, Participant, Phase, Rhythm, Settlement, Stage
from agent.alliance.turn import LATER, Turn
from agent.alliance.words import (
    AnswerReading,
    MeetingReading,
    Pick,
    read_answer,
    read_choice,
    read_meeting,
    read_rhythm,
    read_zone,
    say_rhythm,
    say_rule,
    slower,
)

_KEEPS = re.compile(  # "Keep that": the words of one's own that the letter showed (S24), and what is added to them
    r"(?:(?:yes|ok|sure)\b[,.]?\s*)?(?:please\s+)?(?:keep|the same|same)\b(?:\s+(?:it|that|this|those|them|both))?(?:\s+(?:as (?:it|that) is|please|thanks))*"
    r"\s*(?:[.,;:!–—-]+\s*(?:and\s+|plus\s+)?|\n+\s*|\Z|(?:and|plus)\s+)",
    re.IGNORECASE,
)
_PASS_ON = re.compile(r"pass (?:this |it |that )?on\b[\s:,.-]*", re.IGNORECASE)
_BETWEEN_US = re.compile(
    r"\b(?:don['’]?t|do not|never|not) (?:tell|show|share|pass|forward|send|mention)\b|\bbetween (?:us|you and me)\b"
    r"|\b(?:confidential|secret|privately)\b",
    re.IGNORECASE,
)  # words that may be meant for the agent alone: asked about, never passed on at once (spec 4.7)

# ---------------------------------------------------------------- going on


def go_on(turn: Turn, number: int) -> None:
    """After anything that may have ended the open question: ask the next, or finish the part."""
    p = turn.p(number)
    if p.open is not None or p.stage != Stage.ANSWERING:
        return
    left = question.remaining(turn, number, p.part)
    put_off = {prompt for prompt, at in p.later if at > turn.now}
    ready = [q for q in left if q.id not in put_off]
    if p.all_at_once and question.remaining(turn, number):
        question.ask(turn, number, "all")
    elif ready:
        question.ask(turn, number, f"prompt:{ready[0].id}")
    elif not left:
        _finish(turn, number)


def _finish(turn: Turn, number: int) -> None:
    """The part is answered. With ALL the later parts may be too: they are passed through without a letter."""
    p = turn.p(number)
    following = turn.flow.after(p.part)
    if p.all_at_once and following is not None:
        turn.set(number, part=following.id)
        go_on(turn, number)
        return
    turn.move(number, "finish")
    turn.set(number, all_at_once=False)
    if not look_around(turn):
        part = turn.flow.part(p.part)
        count = sum(1 for q in part.prompts if (a := turn.alliance.answer(number, q.id)) and not a.passed)
        following = _next_part(turn, number)
        turn.say(
            number, letters.PartDone((), part.title, count, following.title if following else ""), f"part:{part.id}"
        )


def _next_part(turn: Turn, number: int) -> Part | None:
    """The next part in which this person is still asked something."""
    part = turn.flow.after(turn.p(number).part)
    while part is not None and not question.remaining(turn, number, part.id):
        part = turn.flow.after(part.id)
    return part


def next_part(turn: Turn, number: int) -> bool:
    """NEXT: open the next part for this person only (decision 10). False when there is none to open."""
    following, stage = _next_part(turn, number), turn.p(number).stage
    if following is None and stage == Stage.READING and not question.remaining(turn, number):
        following = turn.flow.parts[-1]  # all is answered, as after ALL: on to the draft
    if stage not in (Stage.WAITING, Stage.READING) or following is None:
        return False
    turn.close(number)
    turn.unsay(number, lambda s: isinstance(s.letter, letters.PartDone))
    turn.set(number, part=following.id)
    turn.move(number, "go_on")
    go_on(turn, number)
    return True


def has_done(turn: Turn, p: Participant, part_id: str) -> bool:
    """Whether this person has answered or passed all of a part."""
    return not question.remaining(turn, p.number, part_id)


def look_around(turn: Turn) -> bool:
    """See whether all have now done a part, or everything; True when that was said in a letter of its own."""
    due = next(
        (part for part in turn.flow.parts if part.reveal == "together" and part.id not in turn.alliance.revealed),
        None,
    )
    present = turn.alliance.present
    if due is not None and all(has_done(turn, p, due.id) for p in present):
        at = turn.alliance.reveal_due or turn.all_awake()
        turn.change(reveal_due=at)
        if at > turn.now or any(p.paused for p in present):
            return False
        reveal(turn)
        return True
    if due is None and all(p.stage == Stage.WAITING and not question.remaining(turn, p.number) for p in present):
        settle_or_draft(turn)
        return True
    return False


# ---------------------------------------------------------------- answers


def answered(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """A reply with an answer to a prompt: the open one, a late one, or a correction (F12, F14)."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    private = _labelled(turn, event, reading)
    if reading.text or private:
        if kind == "follow":
            _add_to(turn, number, key, reading, event.cause)
        elif kind == "prompt":
            text = reading.text
            if reading.both and (old := turn.alliance.answer(number, key)) and old.text:
                text = f"{old.text}\n{text}".strip()
            _keep(turn, Answer(number, key, text, private, turn.now, event.cause))
        elif kind == "all" and len(left := question.remaining(turn, number)) == 1:
            _keep(turn, Answer(number, left[0].id, reading.text, private, turn.now, event.cause))
        elif reading.labelled:
            turn.note(number, Note("unplaced", text=reading.text))
        else:
            turn.say(number, letters.AskBack("number", event.text, 0, 0), event.about)
            return
    elif reading.both and not _keep_both(turn, number, _replaced(turn, number, key), event.cause):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    _after_answers(turn, number)


def _labelled(turn: Turn, event: Replied, reading: AnswerReading) -> str:
    """File each labelled answer (F12); gives the private lines that are not kept yet.

    Private lines have no label: they are kept with the first answer, or with that of the one prompt that was asked.
    """
    kind, _, key = event.about.partition(":")
    private = reading.private
    for prompt_id, text in reading.labelled:
        alone = read_answer(text, now=turn.now)
        if not alone.text and any(c.name == "pass" for c in alone.commands):
            passed(turn, event.participant, prompt_id, event.cause)
            continue
        own = "" if kind == "prompt" and key != prompt_id else private
        _keep(turn, Answer(event.participant, prompt_id, text, own, turn.now, event.cause))
        private = private.removeprefix(own) if own else private
    return private


def _after_answers(turn: Turn, number: int) -> None:
    """Ask the follow-up, or go on; where nothing follows now, say what was stored."""
    p = turn.p(number)
    opened = p.open.about.partition(":") if p.open else ("", "", "")
    if opened[0] == "prompt" and turn.alliance.answer(number, opened[2]) is not None:
        turn.close(number)
        _follow_up(turn, number, opened[2])
    elif opened[0] == "follow":
        turn.close(number)
    elif opened[0] == "all":
        turn.close(number)
        turn.set(number, all_at_once=not question.remaining(turn, number))
    if turn.p(number).stage == Stage.READING and not question.remaining(turn, number):
        next_part(turn, number)
    go_on(turn, number)
    receipt(turn, number)


def receipt(turn: Turn, number: int) -> None:
    """Say what was stored, unless the next letter is about to (F13)."""
    opened = turn.p(number).open
    others_told = any(isinstance(s.letter, letters.Correction) for s in turn.sends)
    if turn.p(number).notes and (opened is None or opened.sent is not None):
        turn.say(number, letters.Corrected((), others_told=others_told))


def _follow_up(turn: Turn, number: int, prompt_id: str) -> None:
    """One question about a vague line, once for each prompt (F25)."""
    prompt, answer = turn.flow.prompts[prompt_id], turn.alliance.answer(number, prompt_id)
    p = turn.p(number)
    if prompt.camera and answer and prompt_id not in p.followed and question.vague_line(turn, answer.text):
        turn.set(number, followed=(*p.followed, prompt_id))
        question.ask(turn, number, f"follow:{prompt_id}")


def _add_to(turn: Turn, number: int, prompt_id: str, reading: AnswerReading, cause: str) -> None:
    """What someone would see or hear is added to the answer, as a line of its own."""
    old = turn.alliance.answer(number, prompt_id)
    text = f"{old.text}\n\n{reading.text}".strip() if old else reading.text
    private = "\n".join(filter(None, (old.private if old else "", reading.private)))
    _store(turn, Answer(number, prompt_id, text, private, turn.now, cause))
    turn.note(number, Note("kept", turn.flow.prompts[prompt_id].title, reading.text, _lines(reading.private)))


def _keep(turn: Turn, said: Answer) -> None:
    number, prompt_id = said.participant, said.prompt
    prompt, old = turn.flow.prompts[prompt_id], turn.alliance.answer(number, prompt_id)
    text, private = _special(turn, number, prompt_id, said.text), said.private
    if not text and not private:  # NUMBERS alone, or beside a PASS: our suggestion stands
        passed(turn, number, prompt_id, said.cause)
        return
    _store(turn, replace(said, text=text))
    kind = "replaced" if old is not None and not old.passed else "kept"
    turn.note(number, Note(kind, prompt.title, text, _lines(private)))
    turn.set(number, later=tuple(x for x in turn.p(number).later if x[0] != prompt_id))
    _read_values(turn, number, prompt_id, text)
    if old is not None:
        after_correction(turn, number, prompt_id, old)


def _replaced(turn: Turn, number: int, key: str) -> str:
    """The prompt that BOTH is about: the one whose letter was answered, else the one that was answered last."""
    mine = [a.prompt for a in turn.alliance.answers if a.participant == number and not a.passed]
    return key if mine.count(key) > 1 else mine[-1] if mine else ""


def _keep_both(turn: Turn, number: int, prompt_id: str, cause: str) -> bool:
    """BOTH: the two newest versions count together (decision 10). False when there are no two."""
    versions = [a for a in turn.alliance.answers if (a.participant, a.prompt) == (number, prompt_id) and not a.passed]
    if len(versions) < 2:
        return False
    if versions[-2].text in versions[-1].text:
        return False  # they are together already
    text = f"{versions[-2].text}\n{versions[-1].text}"
    private = "\n".join(filter(None, (versions[-2].private, versions[-1].private)))
    _store(turn, Answer(number, prompt_id, text, private, turn.now, cause))
    turn.note(number, Note("joined_answers", turn.flow.prompts[prompt_id].title, text))
    after_correction(turn, number, prompt_id, versions[-1])
    return True


def _store(turn: Turn, answer: Answer) -> None:
    turn.change(answers=(*turn.alliance.answers, answer))


def _lines(private: str) -> int:
    return len([line for line in private.splitlines() if line.strip()])


def _special(turn: Turn, number: int, prompt_id: str, text: str) -> str:
    """What is no word of the answer: "Keep that" for words shown (S24), NUMBERS for the rhythm (decision 16)."""
    quoted = turn.alliance.answer(number, turn.flow.prompts[prompt_id].quote)
    if quoted is not None and quoted.text and (keeps := _KEEPS.match(text)):
        return f"{quoted.text}\n{text[keeps.end() :]}".strip()
    if turn.flow.prompts[prompt_id].kind != "rhythm" or not (
        found := re.search(r"\bnumbers\b[.,;]?", text, re.IGNORECASE)
    ):
        return text
    turn.set(number, numbers=True)
    turn.note(number, Note("numbers_on"))
    rest = (text[: found.start()] + text[found.end() :]).strip()
    return "" if page.plain(rest) in ("", "pass") else rest


def _read_values(turn: Turn, number: int, prompt_id: str, text: str) -> None:
    """Read a date rule or a rhythm out of free words, and say how it was read (S21, F33)."""
    kind = turn.flow.prompts[prompt_id].kind
    if kind in ("meeting", "between") and (zone := read_zone(text)):
        turn.set_person(replace(turn.person(number), zone=zone))
        turn.note(number, Note("zone", text=zone))
    if kind == "meeting" and (rule := read_meeting(text).rule):
        turn.note(number, Note("rule", text=say_rule(rule)))
    if kind == "rhythm" and (rhythm := read_rhythm(text)):
        turn.note(number, Note("rhythm", text=say_rhythm(rhythm)))


def after_correction(turn: Turn, number: int, prompt_id: str, old: Answer) -> None:
    """A correction after the reveal goes to all as WAS and NOW, and the draft follows (decision 12)."""
    new = turn.alliance.answer(number, prompt_id)
    assert new is not None
    prompt, part = turn.flow.prompts[prompt_id], turn.flow.part_of(prompt_id)
    if old.text == new.text:
        return
    if part.id in turn.alliance.revealed:
        newest = turn.alliance.draft
        voided = (
            newest.version if newest and any(c.version == newest.version for c in turn.alliance.confirmations) else 0
        )
        letter = letters.Correction(turn.p(number).name, prompt.title, old.text, new.text, voided)
        turn.tell_others(number, letter, f"reveal:{part.id}")
    if turn.alliance.phase == Phase.DRAFTING:
        kept = tuple(s for s in turn.alliance.settlements if s.prompt != prompt_id)
        turn.change(settlements=kept)  # the words that were settled are no longer said: each stands with its name
        _take_values(turn)
        agreeing.redraft(turn, number)


def passed(turn: Turn, number: int, prompt_id: str, cause: str) -> None:
    """PASS: nothing is shown, and never with a name (decision 11); an answer nobody has seen yet is taken back."""
    if turn.alliance.answer(number, prompt_id) is None or turn.flow.part_of(prompt_id).id not in turn.alliance.revealed:
        _store(turn, Answer(number, prompt_id, "", "", turn.now, cause, passed=True))
    turn.note(number, Note("passed", turn.flow.prompts[prompt_id].title))


def skip(turn: Turn, event: Replied) -> None:
    """PASS in reply to a prompt, a follow-up or the letter with all prompts."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    if kind == "all":
        for q in question.remaining(turn, number):
            passed(turn, number, q.id, event.cause)
    elif kind == "prompt":
        passed(turn, number, key, event.cause)
    _after_answers(turn, number)


def put_off(turn: Turn, event: Replied, until: datetime | None) -> None:
    """LATER: the prompt comes back in a week, or when the person said; the next one goes on meanwhile."""
    number = event.participant
    key = event.about.partition(":")[2]
    at = until or turn.now + LATER
    p = turn.p(number)
    turn.set(number, later=(*(x for x in p.later if x[0] != key), (key, at)))
    turn.note(number, Note("later", turn.flow.prompts[key].title, at=at))
    if p.open and p.open.about == f"prompt:{key}":
        turn.close(number)
    go_on(turn, number)
    receipt(turn, number)


# ---------------------------------------------------------------- reveal


def reveal(turn: Turn) -> None:
    """Show a part's answers to all, in the same minute (F15, F16)."""
    part = next(p for p in turn.flow.parts if p.reveal == "together" and p.id not in turn.alliance.revealed)
    turn.change(revealed=(*turn.alliance.revealed, part.id), reveal_due=None)
    shown = tuple(p for p in turn.flow.parts if p.reveal == "together")
    questions = _questions(turn, part.id)
    for number in [p.number for p in turn.alliance.present]:
        p = turn.p(number)
        following = turn.flow.part(p.part) if p.stage == Stage.ANSWERING else _next_part(turn, number)
        if questions:
            letter = letters.Reveal(shown.index(part) + 1, part.title, questions, following.title if following else "")
            told = {q.title for q in questions}  # the reveal shows these; the next letter tells the others
            turn.set(p.number, notes=tuple(n for n in p.notes if n.title not in told))
            turn.say(p.number, letter, f"reveal:{part.id}")
        if p.stage == Stage.WAITING and p.part == part.id and following is not None:
            turn.move(p.number, "reveal")
            turn.opened(p.number, f"reveal:{part.id}")
            if not questions:
                next_part(turn, p.number)
    look_around(turn)


def _questions(turn: Turn, part_id: str) -> tuple[letters.RevealQuestion, ...]:
    found: list[letters.RevealQuestion] = []
    for prompt in turn.flow.part(part_id).prompts:
        said = [(p, a) for p in turn.alliance.present if (a := turn.alliance.answer(p.number, prompt.id)) and a.text]
        if not said:
            continue
        choose = prompt.kind == "shared"
        number = 1 + sum(1 for q in found if q.number) if choose else 0
        alike = len(said) > 1 and all(page.same(a.text, said[0][1].text) for _, a in said)
        answers = tuple(
            letters.RevealAnswer(chr(ord("A") + i) if choose and not alike else "", p.name, a.text)
            for i, (p, a) in enumerate(said)
        )
        found.append(letters.RevealQuestion(number, prompt.title, answers, alike, _common(prompt.choices, said)))
    return tuple(found)


def _common(choices: tuple[str, ...], said: list[tuple[Participant, Answer]]) -> tuple[str, ...]:
    """Choices from the offered list that everybody named: what can be computed and checked (decision 4)."""
    if len(said) < 2:
        return ()
    return tuple(c for c in choices if all(f" {page.plain(c)} " in f" {page.plain(a.text)} " for _, a in said))


def revealed_reply(turn: Turn, event: Replied, part_id: str) -> None:
    """At a reveal: choices by number and letter, a line that joins, words to pass on, NEXT."""
    number = event.participant
    shared = [q for q in turn.flow.part(part_id).prompts if q.kind == "shared" and page.options(turn.alliance, q.id)]
    labels = [f"{i}{o[0]}" for i, q in enumerate(shared, 1) for o in page.options(turn.alliance, q.id)]
    reading = read_choice(event.text, labels)
    if (
        turn.alliance.phase == Phase.DRAFTING and reading.picks and not reading.rest
    ):  # after ALL the draft comes at once
        for pick in reading.picks:
            if pick.number and pick.number <= len(shared):
                _choose(turn, number, shared[pick.number - 1].id, pick, event.cause)
        agreeing.redraft(turn, number)
        receipt(turn, number)
        return
    if turn.alliance.phase != Phase.ASKING:  # the page has taken over: what is still wished is a change to it
        agreeing.change_asked(turn, number, event.text)
        return
    picks = [pick for pick in reading.picks if pick.number and pick.number <= len(shared)]
    proposals: list[letters.Item] = []
    for pick in picks:
        proposals += _choose(turn, number, shared[(pick.number or 1) - 1].id, pick, event.cause)
    rest = "" if read_answer(reading.rest, now=turn.now).not_an_answer else reading.rest.strip()
    told = _PASS_ON.match(rest)
    if rest and not told and not picks and (turn.p(number).stage != Stage.READING or _BETWEEN_US.search(rest)):
        turn.say(number, letters.AskBack("pass_on", event.text, 0, 0), event.about)
        return
    rest = rest[told.end() :].strip() if told else rest
    part = turn.flow.part(part_id)
    if rest or proposals:
        letter = letters.PassedOn(turn.p(number).name, part.title, rest, tuple(proposals))
        turn.tell_others(number, letter, f"reveal:{part_id}")
        if rest:
            turn.note(number, Note("passed_on", text=rest))
    if reading.command is not None and reading.command.name == "next" and next_part(turn, number):
        return
    if not (rest or picks):
        turn.say(number, letters.AskBack("choice", event.text, 0, 0), event.about)
        return
    following = _next_part(turn, number) if turn.p(number).stage in (Stage.READING, Stage.WAITING) else None
    turn.say(number, letters.PassedOnReceipt((), following.title if following else ""), event.about)
    if turn.p(number).stage == Stage.READING:
        turn.opened(number, event.about)


def _choose(turn: Turn, number: int, prompt_id: str, pick: Pick, cause: str) -> list[letters.Item]:
    """Keep a choice; a line of one's own becomes one more letter that the others may take too (decision 2)."""
    title = turn.flow.prompts[prompt_id].title
    options = page.options(turn.alliance, prompt_id)
    letter, text = pick.letter, pick.text.strip()
    if text:
        letter = chr(ord("A") + len(options))
    words = text or next((o[2] for o in options if o[0] == letter), "")
    turn.change(choices=(*turn.alliance.choices, Choice(number, prompt_id, letter, text, cause, turn.now, words)))
    turn.note(number, Note("chosen", title, words))
    shared = [
        q.id for q in turn.flow.part_of(prompt_id).prompts if q.kind == "shared" and page.options(turn.alliance, q.id)
    ]
    return [letters.Item(f"{shared.index(prompt_id) + 1}{letter}", title, text, "")] if text else []


# ---------------------------------------------------------------- settling


def settle_or_draft(turn: Turn) -> None:
    """All parts are done: settle what cannot both be true, then draft."""
    _take_values(turn)
    done = {s.prompt for s in turn.alliance.settlements}
    prompt = next((q for q in turn.flow.prompts.values() if q.kind == "meeting" and q.id not in done), None)
    if prompt is None or not _conflict(turn, prompt.id):
        _say_slower(turn)
        agreeing.first_draft(turn)
        return
    found = []
    for p in turn.alliance.present:
        a = turn.alliance.answer(p.number, prompt.id)
        assert a is not None
        found.append((p.number, a.text))
    kinds = (
        [("theirs", n, t) for n, t in found] + [("trial", n, t) for n, t in found] + [("both", 0, ""), ("open", 0, "")]
    )
    options = tuple(Option(chr(ord("A") + i), kind, text, n) for i, (kind, n, text) in enumerate(kinds))
    turn.change(settlements=(*turn.alliance.settlements, Settlement(prompt.id, turn.now, options)))
    for p in turn.alliance.present:
        turn.move(p.number, "settle")
        question.ask(turn, p.number, f"settle:{prompt.id}")


def _take_values(turn: Turn) -> None:
    """What the time answers come to: the slower rhythm wins (decision 16), a meeting rule that nobody contradicts holds."""
    rhythms = _rhythms(turn)
    found: list[MeetingReading] = []
    for q in turn.flow.prompts.values():
        for p in turn.alliance.present:
            a = turn.alliance.answer(p.number, q.id)
            if q.kind == "meeting" and a and a.text and (reading := read_meeting(a.text)).rule:
                found.append(reading)
    if rhythms:
        slowest = rhythms[0]
        for rhythm in rhythms[1:]:
            slowest = slower(slowest, rhythm)
        turn.change(rhythm=slowest)
    if found and all(r.rule == found[0].rule for r in found) and not turn.alliance.settlements:
        turn.change(meeting=found[0].rule, place=found[0].place)
    turn.change(zone=_meeting_zone(turn))


def _rhythms(turn: Turn) -> list[Rhythm]:
    """The rhythm that each named; who named none takes the one that was suggested."""
    asked = turn.flow.checkin
    default = Rhythm(asked.first, asked.every, asked.unit)
    prompts = [q for q in turn.flow.prompts.values() if q.kind == "rhythm"]
    said = [turn.alliance.answer(p.number, q.id) for q in prompts for p in turn.alliance.present]
    return [(read_rhythm(a.text) if a and a.text else None) or default for a in said]


def _say_slower(turn: Turn) -> None:
    """Both are told, once, when they named different rhythms (decision 16)."""
    slowest = turn.alliance.rhythm
    if slowest is not None and any(r != slowest for r in _rhythms(turn)):
        for p in turn.alliance.present:
            turn.note(p.number, Note("rhythm_slower", text=say_rhythm(slowest)))


def _meeting_zone(turn: Turn) -> str:
    return next((z for p in turn.alliance.present if (z := turn.person(p.number).zone)), turn.house.zone)


def _conflict(turn: Turn, prompt_id: str) -> bool:
    """Whether two meeting answers cannot both be true: another rule, or another place (decision 3)."""
    said = [a.text for p in turn.alliance.present if (a := turn.alliance.answer(p.number, prompt_id)) and a.text]
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
    reading = read_choice(event.text, [o.key for o in settlement.options])
    pick = reading.picks[0] if len(reading.picks) == 1 and not reading.rest else None
    own = pick.text.strip() if pick else reading.rest.strip() if not reading.picks and _is_line(reading.rest) else ""
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
    turn.note(number, Note(kind, turn.flow.prompts[prompt_id].title, option.text))
    if turn.p(number).stage == Stage.SETTLING:
        turn.move(number, "settled")
    _conclude(turn, prompt_id)
    if turn.p(number).stage == Stage.WAITING and turn.p(number).notes:
        turn.say(number, letters.SettleNoted(()), f"settle:{prompt_id}")


def _is_line(text: str) -> bool:
    """Whether this may stand as a line of one's own: some words, and no question."""
    return len(text.split()) > 2 and "?" not in text


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
        turn.note(p.number, Note(kind, turn.flow.prompts[settlement.prompt].title, option.text))
    settle_or_draft(turn)


def settle_overdue(turn: Turn, prompt_id: str) -> None:
    """Unanswered for seven days: left open."""
    settlement = next(s for s in turn.alliance.settlements if s.prompt == prompt_id)
    for p in turn.alliance.present:
        if p.stage == Stage.SETTLING:
            turn.close(p.number)
            turn.move(p.number, "settled")
    _outcome(turn, settlement, next(o for o in settlement.options if o.kind == "open"))
