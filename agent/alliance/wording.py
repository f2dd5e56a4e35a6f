"""What a flow's own words would read like in letters: each question is put into its letters and held to the house rules.

The same rules hold for our own letters (spec section 5). In an operator's flow what breaks one is a warning: the words
are theirs, and an article's wording may measure what it likes.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime

from agent.alliance import letters, question
from agent.alliance.flow import Flow
from agent.alliance.lettercheck import faults_of
from agent.alliance.model import Alliance, Participant
from agent.alliance.parts import Prompt
from agent.alliance.turn import House, Turn

ME, PARTNER = "Maya", "Jonas"
_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)

Render = Callable[[letters.Letter], tuple[str, str, str]]
"""Puts a letter to `ME` about `PARTNER` into words: its subject, text and HTML."""


def warnings_of(flow: Flow, render: Render, sources: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The id of each prompt whose letters break a house rule, and which. `sources` are used word for word."""
    people = tuple(Participant(n, f"{name}@example.org", name) for n, name in enumerate((ME, PARTNER), 1))
    turn = Turn(flow, House(), Alliance(1, flow.name, _AT, participants=people), _AT, "check")
    for prompt in flow.prompts.values():
        found = {
            f"row {fault.row}: {fault.what}"
            for letter in _letters(turn, prompt)
            for fault in faults_of(letter, *render(letter), me=ME, sources=sources, language=flow.language)
            if not fault.warning
        }
        told = repr([*_letters(turn, prompt)])
        found |= {f"there is no slot {slot}, so it is shown as it is" for slot in re.findall(r"\{\w*\}", told)}
        yield from ((prompt.id, what) for what in sorted(found))


def _letters(turn: Turn, prompt: Prompt) -> Iterator[letters.Letter]:
    """The letters in which somebody reads the words of a prompt: when it is asked, and when it is explained."""
    yield question.prompt_letter(turn, 1, prompt)
    yield question.explained(turn, 1, prompt)
