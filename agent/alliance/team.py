"""A team's parts: answers side by side, with names or without, and what is chosen and added there (S30, S31).

Answers stand in a mixed order, so that neither their place nor their letter tells whose they are.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from agent.alliance import asking, letters, revealing, standing, team_lines
from agent.alliance import draft as page
from agent.alliance.dates import awake_at
from agent.alliance.event import Replied
from agent.alliance.model import Alliance, Note, Phase, Proposal, Stage
from agent.alliance.parts import Part, Prompt
from agent.alliance.tailor import written
from agent.alliance.turn import Turn
from agent.alliance.words import read_answer, read_choice

# ---------------------------------------------------------------- the reveal


def reveal(turn: Turn, part: Part) -> None:
    """Show a part to everybody, and ask the next one on the next day (T09)."""
    mixed = {q.id: _mixed(turn.alliance, q.id) for q in part.prompts}
    turn.change(order={**turn.alliance.order, **mixed})
    if any(q.kind == "questions" for q in part.prompts):
        turn.change(questions=written(turn.alliance, part))
        turn.tailor()
    shown = letter(turn, part)
    for number in [p.number for p in turn.alliance.present]:
        p = turn.p(number)
        following = asking.part_after(turn, number) if p.stage == Stage.WAITING and p.part == part.id else None
        if shown.questions:
            revealing.shows_itself(turn, number, shown.questions)
            title = following.title if following else ""
            turn.say(number, replace(shown, next_part=title), f"reveal:{part.id}")
        if following is not None:
            turn.set(number, part=following.id)
            turn.move(number, "go_on")
            asking.go_on(turn, number)
            asking.not_before(turn, number, awake_at(turn.now + timedelta(days=1), turn.zone(number), turn.house.quiet))
    asking.look_around(turn)


def letter(turn: Turn, part: Part) -> letters.TeamReveal:
    """A part's answers as they stand now, for all alike."""
    shown = [p.id for p in turn.flow.parts if p.reveal == "together"]
    hidden = turn.alliance.rules["names"] == "hidden"
    last = part.id == shown[-1]
    return letters.TeamReveal((), shown.index(part.id) + 1, part.title, _questions(turn, part), hidden, "", last)


def _mixed(alliance: Alliance, prompt_id: str) -> tuple[int, ...]:
    """Whose answers, in an order that follows from nothing that a member knows."""
    said = alliance.said(prompt_id)
    return tuple(p.number for p, a in sorted(said, key=lambda x: sha256(f"{prompt_id}|{x[1].cause}".encode()).digest()))


def _questions(turn: Turn, part: Part) -> tuple[letters.RevealQuestion, ...]:
    names = turn.alliance.rules["names"] == "shown"
    found: list[letters.RevealQuestion] = []
    for prompt in part.prompts:
        options = page.options(turn.alliance, prompt.id)
        if not options:
            continue
        choose = prompt in to_choose(turn, part)
        number = 1 + sum(1 for q in found if q.number) if choose else 0
        answers = tuple(
            letters.RevealAnswer(label if choose else "", turn.p(n).name if names else "", text)
            for label, n, text, _ in options
        )
        seen = tuple(
            f"{word} ({n})" for word, n in team_lines.counted(prompt, [text for _, _, text, _ in options]) if n > 1
        )
        found.append(letters.RevealQuestion(number, prompt.title, answers, alike=False, shared_words=seen))
    return tuple(found)


def to_choose(turn: Turn, part: Part) -> list[Prompt]:
    """The prompts that are numbered in a part's reveal: more than one answered. It stays so, whoever leaves later."""
    return [q for q in part.prompts if q.kind == "shared" and len(turn.alliance.order.get(q.id, ())) > 1]


def revealed_reply(turn: Turn, event: Replied, part_id: str) -> None:
    """At a team's reveal: choices by number and letter, and a line that is missing. Nobody else gets a letter for it."""
    number, part = event.participant, turn.flow.part(part_id)
    if turn.alliance.phase != Phase.ASKING:
        standing.aside(turn, event)
        return
    shared = to_choose(turn, part)
    labels = [f"{i}{o[0]}" for i, q in enumerate(shared, 1) for o in page.options(turn.alliance, q.id)]
    reading = read_choice(event.text, labels)
    picks = [pick for pick in reading.picks if pick.number and pick.number <= len(shared)]
    for pick in picks:
        revealing.choose(turn, number, shared[(pick.number or 1) - 1].id, pick, event.cause)
    rest = "" if read_answer(reading.rest, now=turn.now).not_an_answer else reading.rest.strip()
    if (rest and "?" in rest) or not (rest or picks):
        turn.say(number, letters.TeamAsk("reveal", event.text, 0), event.about)
        return
    if rest:
        section = next((q.section for q in part.prompts if q.section), turn.flow.sections[0].id)
        added = Proposal(number, 0, 0, rest, event.cause, turn.now, section)
        turn.change(proposals=(*turn.alliance.proposals, added))
        turn.note(number, Note("added", part.title, rest))
    turn.say(number, letters.Corrected((), others_told=False), event.about)
