"""What two people are to each other: heard in free words, read back, corrected, and taken care of (S07, F53, spec 4.3).

The wording that a kind brings is the flow's (`Flow.of`); here is what the set-up has to know about it. All of it holds
only until the invitation goes out: what two people have begun stays as it is.
"""

from dataclasses import replace

from agent.alliance import letters
from agent.alliance.event import Replied
from agent.alliance.model import Note, Phase
from agent.alliance.parts import Relationship
from agent.alliance.turn import Turn
from agent.alliance.words import RelationReading, read_age, read_kind, read_relation, read_setup


def hear(turn: Turn, text: str, name: str) -> None:
    """Take what free words surely say, unless it is known already; `name` is the other person's as written, or ""."""
    reading = read_relation(text, turn.whole.told_in(turn.alliance.language).relationships, name)
    if reading.kind and not turn.alliance.kind:
        _take(turn, reading)
    if reading.child and not turn.alliance.guardian:
        turn.change(guardian="ask")
    if reading.young:
        turn.change(young=True)


def _take(turn: Turn, reading: RelationReading) -> None:
    turn.change(kind=reading.kind, side=reading.side)
    turn.tailor()


def hold(turn: Turn) -> bool:
    """Ask what has to be known before anybody else is written to; False when nothing has."""
    partner, kind = turn.p(2), _kind(turn)
    if turn.alliance.young:
        letter: letters.Letter = letters.AskAge("", own=True)
    elif _is_unguarded(turn):
        letter = letters.AskAge(partner.name, own=False)
    elif kind is not None and kind.help_lines and not help_lines(turn):
        letter = letters.KindRefused(kind.title, tuple(n for n in names(turn) if n != kind.title))
    else:
        return False
    turn.say(1, letter, "who")
    turn.opened(1, "who")
    return True


def _is_unguarded(turn: Turn) -> bool:
    """Whether the invitee may be under age, and the address is not known to be a guardian's; another one is asked about anew."""
    return turn.alliance.guardian not in ("", "adult") and not is_guarded(turn)


def is_guarded(turn: Turn) -> bool:
    """Whether the invitee is under age, and the address is a guardian's."""
    return bool(turn.alliance.guardian) and turn.alliance.guardian == turn.p(2).address


def correct(turn: Turn, event: Replied) -> Replied | None:
    """Take what a reply says about somebody's age, or about the kind, and give the rest of it; None when that was all."""
    if turn.alliance.phase != Phase.SETUP:
        return event
    if turn.alliance.young or _is_unguarded(turn):
        _take_age(turn, event.text)
        return None
    reading, rest = read_kind(event.text, turn.whole.told_in(turn.alliance.language).relationships, turn.p(2).name)
    if reading is None:
        return event
    _take(turn, reading)
    if reading.child and not turn.alliance.guardian:
        turn.change(guardian="ask")
    if reading.unknown:
        turn.note(1, Note("kind_unknown", reading.unknown))
    return replace(event, text=rest) if rest else None


def _take_age(turn: Turn, text: str) -> None:
    partner = turn.p(2)
    said = read_age(text, partner.name)
    if turn.alliance.young:
        turn.change(young=said != "adult")
        return
    address = turn.house.normal(read_setup(text).address or "")
    if address:
        turn.set(2, address=address)
    if said == "adult":
        turn.change(guardian="adult")
    elif address or (said == "guardian" and partner.address):
        turn.change(guardian=address or partner.address)


# ---------------------------------------------------------------- what letters say of it


def _kind(turn: Turn) -> Relationship | None:
    told = turn.whole.told_in(turn.alliance.language)
    return next((kind for kind in told.relationships if kind.id == turn.alliance.kind), None)


def names(turn: Turn) -> tuple[str, ...]:
    """What may stand behind KIND."""
    return tuple(kind.title for kind in turn.whole.told_in(turn.alliance.language).relationships)


def title(turn: Turn) -> str:
    """What the two are to each other, in words; "" when it was not said."""
    kind = _kind(turn)
    return kind.title if kind else ""


def is_short_first(turn: Turn) -> bool:
    """Whether the short set is what these two are offered first."""
    kind = _kind(turn)
    return kind is not None and kind.short_first


def wording(turn: Turn) -> tuple[str, str]:
    """How the invitation begins, and its line of care; what is said to one side goes before what is said to both."""
    kind = _kind(turn)
    if kind is None:
        return "", ""
    side = kind.sides[turn.alliance.side - 1] if turn.alliance.side else None
    opening = side.opening if side and side.opening else kind.opening
    note = kind.note if side is None or side.note is None else side.note
    return opening.replace("{initiator}", turn.p(1).name), note


def help_lines(turn: Turn) -> tuple[str, ...]:
    """The operator's help lines for these people: those for their kind, then those for all."""
    lines = turn.house.help_lines
    return (*lines.get(turn.alliance.kind, ()), *lines.get("any", ()))
