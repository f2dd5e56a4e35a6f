"""The trust bank: one person alone lists who matters, gives numbers, guesses, finds a question, and may invite (S40 to S44).

The steps are the prompts of the flow, asked one by one as in any other; at their end stands a page instead of a draft. The
page can be looked at again, and an invitation from it begins an alliance that knows nothing of the bank but a name (F52).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from dateutil.relativedelta import relativedelta

from agent.alliance import anytime, asking, closing, keeping, kinds, letters, question, savings, setup
from agent.alliance.dates import at_hour, awake_at
from agent.alliance.event import Replied, Started
from agent.alliance.model import Answer, Checkin, Choice, Note, Phase, Stage
from agent.alliance.parts import Prompt
from agent.alliance.savings import ME
from agent.alliance.turn import LATER, Turn
from agent.alliance.words import (
    AnswerReading,
    Command,
    Named,
    called,
    is_care,
    joined,
    read_person,
    read_relationships,
    read_savings,
    read_whom,
    say_savings,
)

AGAIN = relativedelta(months=1)  # from the page's LATER to the next look
_ELSEWHERE = frozenset(["stop", "close", "data", "export", "human", "delete", "pause", "resume"])


def start(turn: Turn, event: Started) -> None:
    """Begin at once: whoever asked for it is the only one who takes part."""
    turn.change(participants=(setup.host(turn, event),), reason=event.text.strip())
    turn.phase("begin")
    turn.move(ME, "join")
    turn.set(ME, part=turn.flow.parts[0].id)
    if is_care(event.text):
        turn.set(ME, paused=True)
        turn.say(ME, letters.Care(kinds.help_lines(turn)), "paused")
    else:
        _go_on(turn)


def reply(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """A reply to any letter of the bank: first what leaves or pauses, then the words, then other commands."""
    prompt = turn.flow.prompts.get(event.about.partition(":")[2])
    asks = prompt is not None and prompt.kind == "to_ask"  # there a question is the answer
    if reading.unsure is not None and not reading.commands and not (asks and reading.unsure.name == "help"):
        anytime.doubt(turn, event, reading.unsure, "answer" if prompt else "unclear")
        return
    first = [c for c in reading.commands if c.name in ("stop", "close", "delete", "pause")]
    for command in first:
        obey(turn, event, command)
    said = bool(reading.text or reading.private)
    if said and turn.alliance.phase != Phase.ENDED and all(c.name == "pause" for c in first):
        _place(turn, event, reading)
    elif not reading.commands:
        turn.say(ME, letters.AskBack("answer", event.text, 0, 0), event.about)
    for command in reading.commands:
        if command not in first and not (said and command.name in ("pass", "later")):
            obey(turn, event, command)


def obey(turn: Turn, event: Replied, command: Command) -> None:
    """Do what a command says; what means nothing here is answered with what does."""
    kind, _, key = event.about.partition(":")
    match command.name:
        case "pass" if kind == "page":
            _done(turn)
        case "pass" if key in turn.flow.prompts:
            _pass(turn, event, turn.flow.prompts[key])
        case "later" if kind == "page":
            _later(turn, command)
        case "later":
            anytime.pause(turn, ME, command.until or turn.local_now(ME).date() + LATER)
        case "show":
            turn.say(ME, question.letter_for(turn, ME, "page"), "page")
        case "both" if key in turn.flow.prompts and keeping.keep_both(turn, ME, key, event.cause):
            _after(turn, key)
        case "explain" | "resend" if key in turn.flow.prompts:
            anytime.obey(turn, event, command)
        case name if name in _ELSEWHERE:
            anytime.obey(turn, event, command)
        case _:
            turn.say(ME, letters.BankHelp(question.question_of(turn, ME)[0]), event.about)


# ---------------------------------------------------------------- the steps


def _place(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """What this letter asked decides how its reply is read."""
    kind, _, key = event.about.partition(":")
    words = "\n".join(filter(None, (reading.text, reading.private)))  # nobody else sees any of it, PRIVATE or not
    said = Answer(ME, key, words, "", turn.now, event.cause)
    prompt = turn.flow.prompts.get(key) if kind == "prompt" else None
    if kind == "paused":
        anytime.resume(turn, ME)
    elif prompt is None:
        _page_reply(turn, event, words)
    elif reading.not_an_answer:
        turn.say(ME, letters.AskBack("answer", event.text, 0, 0), event.about)
    elif prompt.kind == "people":
        _list(turn, event, said)
    elif prompt.kind == "savings":
        _save(turn, event, said)
    else:
        _guess_or_ask(turn, said)


def _list(turn: Turn, event: Replied, said: Answer) -> None:
    people = read_relationships(said.text, savings.signed(turn.alliance))
    if not people:
        turn.say(ME, letters.BankAsk("people", event.text, ""), event.about)
        return
    keeping.store(turn, said)
    turn.note(ME, Note("listed", text=_names(turn, people)))
    _after(turn, said.prompt)


def _names(turn: Turn, people: Sequence[Named]) -> str:
    language = turn.language(ME)
    return joined([called(n.name, language) for n in people], language)


def _save(turn: Turn, event: Replied, said: Answer) -> None:
    """What is clear is kept, and what is not is asked about: never guessed, and nothing is asked twice."""
    people = savings.people(turn.flow, turn.alliance)
    found = read_savings(said.text, people)
    if _list_too(turn, people, found.unclear):
        found = read_savings(said.text, savings.people(turn.flow, turn.alliance))
    if not found.savings and read_whom(said.text, people).verdict == "done":
        _pass(turn, event, turn.flow.prompts[said.prompt])
        return
    if found.savings:
        keeping.store(turn, said)
    if found.unclear or not found.savings:
        unclear = "\n".join(found.unclear) or event.text
        turn.say(ME, letters.BankAsk("savings", unclear, say_savings(found.savings, turn.language(ME))), event.about)
        return
    numbers = savings.rounds(turn.flow, turn.alliance)[-1]
    turn.note(ME, Note("saved", text=say_savings(tuple(numbers.values()), turn.language(ME))))
    _after(turn, said.prompt)


def _list_too(turn: Turn, people: Sequence[Named], unclear: Sequence[str]) -> bool:
    """Numbers for a name that is not on the list put it there. Whether there was one."""
    prompt = turn.flow.of_kind("people")
    listed = turn.alliance.answer(ME, prompt.id) if prompt else None
    before = [(piece, re.split(r"\d", piece)[0].strip(" ,:-")) for piece in unclear]
    new = [n.name for piece, name in before for n in read_relationships(name) if piece.startswith(n.name)]
    new = [name for name in new if name.casefold() not in {n.name.casefold() for n in people}]
    if listed is not None and new:
        keeping.store(turn, replace(listed, text="\n".join((listed.text, *new)), at=turn.now, cause=turn.cause))
    return listed is not None and bool(new)


def _guess_or_ask(turn: Turn, said: Answer) -> None:
    """An answer in free words; a name alone chooses whom it is about."""
    name, words = read_person(said.text, savings.people(turn.flow, turn.alliance))
    if name and (name != savings.chosen(turn.flow, turn.alliance) or not words):
        _choose(turn, name, said.cause)
    if not words:
        turn.close(ME)
        _again(turn)
        return
    keeping.keep(turn, replace(said, text=words))
    _after(turn, said.prompt)


def _choose(turn: Turn, name: str, cause: str) -> None:
    """From now on the guess and the question are about this person."""
    guess = turn.flow.of_kind("guess")
    choice = Choice(ME, guess.id if guess else "", "", name, cause, turn.now)
    turn.change(choices=(*turn.alliance.choices, choice))


def _pass(turn: Turn, event: Replied, prompt: Prompt) -> None:
    keeping.passed(turn, ME, prompt.id, event.cause)
    _after(turn, prompt.id)


def _after(turn: Turn, key: str) -> None:
    """Something was stored: go on if it was what is open, else say what was stored."""
    opened = turn.p(ME).open
    if opened is not None and opened.about in (f"prompt:{key}", "page"):
        turn.close(ME)
    if turn.p(ME).open is None:
        _again(turn)
    else:
        asking.receipt(turn, ME)


def _again(turn: Turn) -> None:
    """From the page, too: on to what is to be asked now."""
    if turn.p(ME).stage == Stage.READING:
        turn.move(ME, "go_on")
    _go_on(turn)


def _go_on(turn: Turn) -> None:
    """The next step that has no answer yet; after the last of them the page."""
    flow = turn.flow
    step = next((p for p in flow.prompts.values() if savings.is_asked(flow, turn.alliance, p.kind)), None)
    if step is None:
        turn.move(ME, "finish")
        turn.move(ME, "reveal")
        question.ask(turn, ME, "page")
        return
    if step.kind == "guess":
        _propose(turn)
    question.ask(turn, ME, f"prompt:{step.id}")


def _propose(turn: Turn) -> None:
    """Whom to look at: the widest gap, unless somebody was chosen. A later correction of numbers moves it no more."""
    name = savings.chosen(turn.flow, turn.alliance)
    picked = any(c.text == name for c in turn.alliance.choices)
    gap = not picked and name == savings.widest(turn.flow, turn.alliance)
    turn.note(ME, Note("widest" if gap else "look_at", called(name, turn.language(ME))))
    if not picked:
        _choose(turn, name, turn.cause)


# ---------------------------------------------------------------- the page


def _page_reply(turn: Turn, event: Replied, text: str) -> None:
    """Whom to invite, DONE, or new numbers."""
    people = savings.people(turn.flow, turn.alliance)
    found, whom = read_savings(text, people), read_whom(text, people)
    prompt = turn.flow.of_kind("savings")
    if prompt is not None and found.savings and not found.unclear:
        _save(turn, event, Answer(ME, prompt.id, text, "", turn.now, event.cause))
    elif whom.verdict == "invite" and turn.house.may_start(turn.p(ME).address):
        turn.close(ME)
        turn.start(
            ME, whom="" if called(whom.name, turn.language(ME)) != whom.name else whom.name, whom_at=whom.address
        )
    elif whom.verdict == "done":
        _done(turn)
    else:
        turn.say(ME, letters.BankAsk("whom", event.text, ""), "page")


def _done(turn: Turn) -> None:
    turn.close(ME)
    turn.say(ME, letters.BankDone(closing.forgotten_at(turn)), "done")
    turn.move(ME, "leave")
    turn.phase("end")
    turn.change(ended="done")


def _later(turn: Turn, command: Command) -> None:
    """In a month, or on the day that was named: the numbers are asked again."""
    day = command.until or turn.local_now(ME).date() + AGAIN
    at = awake_at(at_hour(day, 0, turn.zone(ME)), turn.zone(ME), turn.house.quiet)
    went = tuple(c for c in turn.alliance.checkins if c.asked is not None)
    turn.close(ME)
    turn.change(checkins=(*went, Checkin(len(went) + 1, max(at, turn.now), 0)))
    turn.say(ME, letters.BankLater(day), "page")


def look_again(turn: Turn) -> None:
    """The day has come: the numbers once more, without those of before."""
    *went, due = turn.alliance.checkins
    turn.change(checkins=(*went, replace(due, asked=turn.now)))
    prompt, people = turn.flow.of_kind("savings"), savings.people(turn.flow, turn.alliance)
    turn.close(ME)
    if turn.p(ME).stage == Stage.READING:
        turn.move(ME, "go_on")
    if prompt is None or not people:
        _go_on(turn)
        return
    turn.note(ME, Note("look_again", text=_names(turn, people)))
    question.ask(turn, ME, f"prompt:{prompt.id}")
