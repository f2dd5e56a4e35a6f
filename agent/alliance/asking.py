"""Prompts, one at a time: answers and their versions, parts, and what comes when all have done one (F06-F14)."""

from dataclasses import replace
from datetime import datetime, timedelta

from agent.alliance import coming, keeping, letters, question, revealing, standing, team
from agent.alliance.dates import awake_at
from agent.alliance.event import Replied
from agent.alliance.model import Answer, Guess, Note, Stage
from agent.alliance.parts import Part
from agent.alliance.turn import LATER, Turn
from agent.alliance.words import (
    AnswerReading,
    read_answer,
)

# ---------------------------------------------------------------- going on


def begin(turn: Turn, number: int, *, tomorrow: bool = False) -> None:
    """The first part, at once or on the next day."""
    turn.set(number, part=turn.flow.parts[0].id, last_heard=turn.p(number).last_heard or turn.now)
    go_on(turn, number)
    if tomorrow:
        not_before(turn, number, awake_at(turn.now + timedelta(days=1), turn.zone(number), turn.house.quiet))


def not_before(turn: Turn, number: int, at: datetime) -> None:
    """The question that was just opened waits until then."""
    opened = turn.p(number).open
    if opened is not None:
        turn.unsay(number, lambda s: s.about == opened.about)
        turn.set(number, open=replace(opened, due=at, sent=None))


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
    if turn.flow.is_team and turn.alliance.agreed:  # somebody who joined a page that stands: nobody waits for anybody
        coming.go_through(turn, number)
        return
    if turn.flow.is_team and p.part in turn.alliance.revealed and (after := part_after(turn, number)):
        turn.say(number, team.letter(turn, turn.flow.part(p.part)), f"reveal:{p.part}")  # now it is theirs to see too
        turn.set(number, part=after.id)
        go_on(turn, number)
        return
    turn.move(number, "finish")
    turn.set(number, all_at_once=False)
    if not look_around(turn):
        part = turn.told(number).part(p.part)
        count = sum(1 for q in part.prompts if (a := turn.alliance.answer(number, q.id)) and not a.passed)
        after = part_after(turn, number)
        turn.say(number, letters.PartDone((), part.title, count, after.title if after else ""), f"part:{part.id}")


def part_after(turn: Turn, number: int) -> Part | None:
    """The next part in which this person is still asked something."""
    flow = turn.told(number)
    part = flow.after(turn.p(number).part)
    while part is not None and not question.remaining(turn, number, part.id):
        part = flow.after(part.id)
    return part


def next_part(turn: Turn, number: int) -> bool:
    """NEXT: open the next part for this person only (decision 10). False when there is none to open."""
    following, stage = part_after(turn, number), turn.p(number).stage
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


def look_around(turn: Turn) -> bool:
    """See whether all have now done a part, or everything; True when that was said in a letter of its own."""
    due, awaited = next_reveal(turn), turn.awaited()
    if not awaited:
        return False
    if due is not None:
        done, at = not any(question.remaining(turn, p.number, due.id) for p in awaited), turn.all_awake()
    else:
        done = all(p.stage == Stage.WAITING and not question.remaining(turn, p.number) for p in awaited)
        at = standing.after(turn, timedelta(days=1)) if turn.flow.is_team else turn.now  # what is picked there counts
    if not done:
        return False
    at = turn.alliance.reveal_due or at
    turn.change(reveal_due=at)
    if at > turn.now or any(p.paused for p in awaited):
        return False
    revealing.reveal(turn)
    return True


def next_reveal(turn: Turn) -> Part | None:
    """The part that is shown next; None when all have been, and the draft comes."""
    parts = (part for part in turn.flow.parts if part.reveal == "together")
    return next((part for part in parts if part.id not in turn.alliance.revealed), None)


# ---------------------------------------------------------------- answers


def answered(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """A reply with an answer to a prompt: the open one, a late one, or a correction (F12, F14)."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    reading = keeping.all_in_confidence(turn, number, reading)
    private = _labelled(turn, event, reading)
    if reading.text or private:
        if kind == "follow":
            _add_to(turn, number, key, reading, event.cause)
        elif kind == "prompt":
            text = reading.text
            if reading.both and (old := turn.alliance.answer(number, key)) and old.text:
                text = f"{old.text}\n{text}".strip()
            keeping.keep(turn, Answer(number, key, text, private, turn.now, event.cause))
        elif (
            kind == "all"
            and turn.alliance.redesigned_at
            and (keeps := keeping.KEEPS.match(reading.text))
            and keeps.end() == len(reading.text)
        ):
            for q in question.remaining(turn, number):
                keeping.passed(turn, number, q.id, event.cause)
        elif kind == "all" and len(left := question.remaining(turn, number)) == 1:
            keeping.keep(turn, Answer(number, left[0].id, reading.text, private, turn.now, event.cause))
        elif reading.labelled:
            turn.note(number, Note("unplaced", text=reading.text))
        else:
            turn.say(number, letters.AskBack("number", event.text, 0, 0), event.about)
            return
    elif reading.both and not keeping.keep_both(turn, number, _replaced(turn, number, key), event.cause):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    _after_answers(turn, number)


def _labelled(turn: Turn, event: Replied, reading: AnswerReading) -> str:
    """File each labelled answer with the private lines behind its label (F12); gives those that are not kept yet.

    Without a label they are kept with the first answer, or with that of the one prompt that was asked.
    """
    kind, _, key = event.about.partition(":")
    private, hidden = reading.private, dict(reading.own)
    for prompt_id, text in reading.labelled:
        alone = read_answer(text, now=turn.now)
        if not alone.text and any(c.name == "pass" for c in alone.commands):
            keeping.passed(turn, event.participant, prompt_id, event.cause)
            continue
        beside = "" if kind == "prompt" and key != prompt_id else private
        own = "\n\n".join(filter(None, (beside, hidden.get(prompt_id, ""))))
        keeping.keep(turn, Answer(event.participant, prompt_id, text, own, turn.now, event.cause))
        private = "" if beside else private
    return private


def guessed(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """Keep what somebody guesses that the others write (S08); once the words are out there is nothing to guess."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    for prompt_id, text in reading.guesses:
        prompt = turn.flow.prompts.get(prompt_id or (key if kind in ("prompt", "follow") else ""))
        part = turn.flow.part_of(prompt.id) if prompt else None
        if prompt is None or part is None or part.reveal != "together" or part.id in turn.alliance.revealed:
            turn.note(number, Note("left_out", text=text))
            continue
        said = Guess(number, prompt.id, text, turn.now, event.cause)
        turn.change(guesses=(*turn.alliance.guesses, said))
        turn.note(number, Note("guessed", prompt.title, text))


def _after_answers(turn: Turn, number: int) -> None:
    """Ask the follow-up, or go on; where nothing follows now, say what was stored."""
    p = turn.p(number)
    opened = p.open.about.partition(":") if p.open else ("", "", "")
    if opened[0] == "prompt" and turn.alliance.answered(number, opened[2]):
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


def _replaced(turn: Turn, number: int, key: str) -> str:
    """The prompt that BOTH is about: the one whose letter was answered, else the one that was answered last."""
    mine = [a.prompt for a in turn.alliance.answers if a.participant == number and not a.passed]
    return key if mine.count(key) > 1 else mine[-1] if mine else ""


def _follow_up(turn: Turn, number: int, prompt_id: str) -> None:
    """One question about a vague line, once for each prompt (F25)."""
    prompt, answer = turn.flow.prompts[prompt_id], turn.alliance.answer(number, prompt_id)
    p = turn.p(number)
    if prompt.camera and answer and prompt_id not in p.followed and question.vague_line(turn, number, answer.text):
        turn.set(number, followed=(*p.followed, prompt_id))
        question.ask(turn, number, f"follow:{prompt_id}")


def _add_to(turn: Turn, number: int, prompt_id: str, reading: AnswerReading, cause: str) -> None:
    """What someone would see or hear is added to the answer, as a line of its own."""
    old = turn.alliance.answer(number, prompt_id)
    said = keeping.in_confidence(turn, Answer(number, prompt_id, reading.text, reading.private, turn.now, cause))
    text = f"{old.text}\n\n{said.text}".strip() if old else said.text
    private = "\n".join(filter(None, (old.private if old else "", said.private)))
    keeping.store(turn, replace(said, text=text, private=private))
    title = turn.told(number).prompts[prompt_id].title
    turn.note(number, Note("kept", title, said.text, keeping.lines_of(said.private)))


def skip(turn: Turn, event: Replied) -> None:
    """PASS in reply to a prompt, a follow-up or the letter with all prompts."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    if kind == "all":
        for q in question.remaining(turn, number):
            keeping.passed(turn, number, q.id, event.cause)
    elif kind == "prompt":
        keeping.passed(turn, number, key, event.cause)
    _after_answers(turn, number)


def leave_to_others(turn: Turn, event: Replied) -> None:
    """QUIET: no more questions for this member of a team, who sees the draft when the others do (T10)."""
    number = event.participant
    for q in question.remaining(turn, number):
        keeping.store(turn, Answer(number, q.id, "", "", turn.now, event.cause, passed=True))
    turn.close(number)
    turn.note(number, Note("quiet"))
    turn.set(number, all_at_once=True)
    go_on(turn, number)
    receipt(turn, number)


def put_off(turn: Turn, event: Replied, until: datetime | None) -> None:
    """LATER: the prompt comes back in a week, or when the person said; the next one goes on meanwhile."""
    number = event.participant
    key = event.about.partition(":")[2]
    at = until or turn.now + LATER
    p = turn.p(number)
    turn.set(number, later=(*(x for x in p.later if x[0] != key), (key, at)))
    turn.note(number, Note("later", turn.told(number).prompts[key].title, at=at))
    if p.open and p.open.about == f"prompt:{key}":
        turn.close(number)
    go_on(turn, number)
    receipt(turn, number)
