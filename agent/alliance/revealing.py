"""The reveal: a part's answers side by side, to all in the same minute, and what is chosen or passed on there (F15-F19)."""

import re
from dataclasses import replace

from agent.alliance import agreeing, asking, letters, settling, team, to_and_fro
from agent.alliance import draft as page
from agent.alliance.event import Replied
from agent.alliance.model import Answer, Choice, Note, Participant, Passage, Phase, Stage
from agent.alliance.parts import Part, Prompt
from agent.alliance.turn import Turn
from agent.alliance.words import Pick, read_answer, read_choice, read_passing


def reveal(turn: Turn) -> None:
    """Show a part's answers to all, in the same minute (F15, F16)."""
    part = asking.next_reveal(turn)
    turn.change(reveal_due=None)
    if part is None:  # a team has had a day to read the last one
        settling.settle_or_draft(turn)
        return
    turn.change(revealed=(*turn.alliance.revealed, part.id))
    if turn.flow.is_team:
        team.reveal(turn, part)
        return
    shown = tuple(p for p in turn.flow.parts if p.reveal == "together")
    for number in [p.number for p in turn.alliance.present]:
        p, read = turn.p(number), turn.told(number)
        questions = _questions(turn, read.part(part.id))
        following = read.part(p.part) if p.stage == Stage.ANSWERING else asking.part_after(turn, number)
        if questions:
            mine = _with_guesses(turn, number, read.part(part.id), questions)
            title = following.title if following else ""
            shows_itself(turn, number, questions)
            letter = letters.Reveal((), shown.index(part) + 1, read.part(part.id).title, mine, title)
            turn.say(p.number, letter, f"reveal:{part.id}")
        if p.stage == Stage.WAITING and p.part == part.id and following is not None:
            turn.move(p.number, "reveal")
            turn.opened(p.number, f"reveal:{part.id}")
            if not questions:
                asking.next_part(turn, p.number)
    asking.look_around(turn)


def shows_itself(turn: Turn, number: int, questions: tuple[letters.RevealQuestion, ...]) -> None:
    """An answer that a reveal shows is not read back in it as well, unless a line of it stays private."""
    shown = {q.title for q in questions}
    notes = turn.p(number).notes
    turn.set(number, notes=tuple(n for n in notes if n.title not in shown or n.private or n.kind == "passed"))


def _questions(turn: Turn, part: Part) -> tuple[letters.RevealQuestion, ...]:
    found: list[letters.RevealQuestion] = []
    for prompt in part.prompts:
        said = turn.alliance.said(prompt.id)
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


def _with_guesses(
    turn: Turn, number: int, part: Part, questions: tuple[letters.RevealQuestion, ...]
) -> tuple[letters.RevealQuestion, ...]:
    """The same questions, beside each what this person guessed: to nobody else, and for nothing when nobody else wrote."""
    asked = {q.title: q for q in part.prompts}
    name = turn.p(number).name
    return tuple(
        replace(q, guess=guess, compared=any(a.name != name for a in q.answers))
        if (guess := turn.alliance.guess(number, asked[q.title].id))
        else q
        for q in questions
    )


def _common(choices: tuple[str, ...], said: list[tuple[Participant, Answer]]) -> tuple[str, ...]:
    """Choices from the offered list that everybody named: what can be computed and checked (decision 4)."""
    if len(said) < 2:
        return ()
    return tuple(c for c in choices if all(f" {page.plain(c)} " in f" {page.plain(a.text)} " for _, a in said))


def revealed_reply(turn: Turn, event: Replied, part_id: str) -> None:
    """At a reveal: choices by number and letter, a line that joins, words to pass on, NEXT."""
    number = event.participant
    if turn.flow.is_team:
        team.revealed_reply(turn, event, part_id)
        return
    if part_id not in turn.alliance.revealed:  # of the time before a redesign: its letters stand for nothing now
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    shared = to_choose(turn, turn.flow.part(part_id))
    labels = [f"{i}{o[0]}" for i, q in enumerate(shared, 1) for o in page.options(turn.alliance, q.id)]
    reading = read_choice(event.text, labels)
    if (
        turn.alliance.phase == Phase.DRAFTING and reading.picks and not reading.rest
    ):  # after ALL the draft comes at once
        for pick in reading.picks:
            if pick.number and pick.number <= len(shared):
                choose(turn, number, shared[pick.number - 1].id, pick, event.cause)
        agreeing.redraft(turn, number)
        asking.receipt(turn, number)
        return
    if turn.alliance.phase != Phase.ASKING:  # the page has taken over: what is still wished is a change to it
        agreeing.change_asked(turn, number, event.text)
        return
    picks = [pick for pick in reading.picks if pick.number and pick.number <= len(shared)]
    proposals: list[letters.Item] = []
    for pick in picks:
        proposals += choose(turn, number, shared[(pick.number or 1) - 1].id, pick, event.cause)
    rest = "" if read_answer(reading.rest, now=turn.now).not_an_answer else reading.rest.strip()
    words, ours = read_passing(rest)
    ours = ours or (_names_nothing(rest) and bool(read_answer(rest, now=turn.now).commands))
    unsure = rest and words == rest and (turn.p(number).stage != Stage.READING or ours)
    if unsure:
        turn.say(number, letters.AskBack("pass_on", rest, 0, 0), event.about)
        if not proposals:
            return
        words = ""
    if words and to_and_fro.kept_back(turn, number, words):
        if not picks and reading.command is None:
            return
        words = ""
    rest = words
    part = turn.flow.part(part_id)
    if rest or proposals:
        letter = letters.PassedOn(turn.p(number).name, part.title, rest, tuple(proposals))
        turn.tell_others(number, letter, f"reveal:{part_id}")
        if rest:
            turn.note(number, Note("passed_on", text=rest))
            said = Passage(number, rest, turn.now, event.cause, passed=turn.now)
            turn.change(passages=(*turn.alliance.passages, said))
            to_and_fro.look_around(turn)
    if reading.command is not None and reading.command.name == "next" and asking.next_part(turn, number):
        return
    if not (rest or picks):
        turn.say(number, letters.AskBack("choice", event.text, 0, 0), event.about)
        return
    following = asking.part_after(turn, number) if turn.p(number).stage in (Stage.READING, Stage.WAITING) else None
    turn.say(number, letters.PassedOnReceipt((), following.title if following else ""), event.about)
    if turn.p(number).stage == Stage.READING:
        turn.opened(number, event.about)


def _names_nothing(text: str) -> bool:
    """As in "What do you mean?": said to us, perhaps. "What do you mean by early?" is for whoever wrote it."""
    return len(text.split()) < 4 or re.search(r"\b(?:you|this|that|it) mean\W*\Z", text) is not None


def to_choose(turn: Turn, part: Part) -> list[Prompt]:
    """The prompts of a part that are numbered in its reveal, since there is something to choose."""
    return [q for q in part.prompts if q.kind == "shared" and page.options(turn.alliance, q.id)]


def choose(turn: Turn, number: int, prompt_id: str, pick: Pick, cause: str) -> list[letters.Item]:
    """Keep a choice; a line of one's own becomes one more letter that the others may take too (decision 2)."""
    title = turn.told(number).prompts[prompt_id].title
    options = page.options(turn.alliance, prompt_id)
    letter, text = pick.letter, pick.text.strip()
    if text:
        letter = chr(ord("A") + len(options))
    words = text or next((o[2] for o in options if o[0] == letter), "")
    turn.change(choices=(*turn.alliance.choices, Choice(number, prompt_id, letter, text, cause, turn.now, words)))
    turn.note(number, Note("chosen", title, words))
    shared = [q.id for q in to_choose(turn, turn.flow.part_of(prompt_id))] if text else []
    return [letters.Item(f"{shared.index(prompt_id) + 1}{letter}", title, text, "")] if text else []
