"""When two have written to each other through us six times in a row, we carry no more of their notes for a week (spec 4.5).

What goes to and fro so often is for a talk. Each of the two is told alone, in the same words, with the offer of ideas and
of a person to write to; nobody is judged, and nothing that is kept back is told to the other.
"""

from datetime import timedelta

from agent.alliance import letters
from agent.alliance.model import Passage
from agent.alliance.turn import Turn

MOST = 6  # notes: three from each
CALM = timedelta(days=7)  # without a note, and the next begins anew


def notes_of(turn: Turn) -> tuple[Passage, ...]:
    """The newest notes that two people sent each other in turn, the newest first."""
    passed = sorted(((x.passed, i, x) for i, x in enumerate(turn.alliance.passages) if x.passed), reverse=True)
    found: list[Passage] = []
    last = turn.now
    for at, _, note in passed:
        others = [x.author for x in found[-2:]]  # one of whom wrote the note before the last: now it is their turn
        if last - at >= CALM or others[-1:] == [note.author] or (len(others) > 1 and others[0] != note.author):
            break
        found.append(note)
        last = at
    return tuple(found)


def kept_back(turn: Turn, number: int, words: str) -> bool:
    """Whether words of this person stay with us for now; then they are told so."""
    notes = notes_of(turn)
    if len(notes) < MOST or number not in (notes[0].author, notes[1].author):
        return False
    _tell(turn, number, notes, words)
    return True


def look_around(turn: Turn) -> None:
    """A note was passed on: where it was the last that we carry, both are told."""
    notes = notes_of(turn)
    if len(notes) == MOST:
        for note in notes[:2]:
            _tell(turn, note.author, notes)


def _tell(turn: Turn, number: int, notes: tuple[Passage, ...], words: str = "") -> None:
    other = next(x.author for x in notes if x.author != number)
    assert notes[0].passed is not None
    until = (notes[0].passed + CALM).astimezone(turn.zone(number)).date()
    turn.say(number, letters.ToAndFro(turn.p(other).name, until, words), "info")
