"""A person's letters go to another address: asked from the registered one, confirmed by the new one, told to the old (T26)."""

from dataclasses import replace

from agent.alliance import anytime, letters, trust
from agent.alliance.event import Replied
from agent.alliance.model import Held, Note, Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import read_address, read_answer, read_invitation


def asked(turn: Turn, event: Replied) -> bool:
    """Whether a reply asks for it. Then the new address is asked too, and nothing changes until a number comes from there."""
    named = read_address(event.text)
    if not named:
        return False
    number, new = event.participant, turn.house.normal(named) or ""
    known = {p.address for p in turn.alliance.participants}
    if new in {"", *known, *turn.barred}:
        turn.say(number, letters.AddressChange("refused", new or named))
    elif trust.hold(turn, number, "", Held("move", "", new, event.cause, turn.now, "move")):
        turn.say(number, letters.AddressChange("asked", new), f"moving:{event.cause}")
    return True


def taken_back(turn: Turn, event: Replied) -> bool:
    """Whether the registered address says no to what was asked for in its name: then nothing comes of it."""
    kind, _, cause = event.about.partition(":")
    if (
        kind != "moving" or not _is_no(event) or read_answer(event.text, now=turn.now).commands
    ):  # STOP says more than no
        return False
    dropped = trust.drop(turn, event.participant, cause)
    turn.say(event.participant, letters.AddressChange("kept", dropped.sender if dropped else ""))
    return True


def declined(turn: Turn, event: Replied) -> bool:
    """Whether whoever was asked says no."""
    if not (event.at and _is_no(event)):
        return False
    unwanted(turn, event.participant, event.about, event.at)
    return True


def unwanted(turn: Turn, number: int, about: str, address: str) -> None:
    """That address is not theirs, or wants no letters of ours: nobody has it written to again (T54, T55)."""
    turn.refused.append(("", address))
    lost(turn, number, about)


def lost(turn: Turn, number: int, about: str) -> None:
    """The new address cannot be asked: who named it hears that, once, and not why."""
    if dropped := trust.drop(turn, number, about.removeprefix(trust.MOVE)):
        turn.say(number, letters.AddressChange("refused", dropped.sender))


def moved(turn: Turn, number: int, new: str) -> None:
    """The new address has answered."""
    old = turn.p(number).address
    if not take(turn, number, new):
        turn.say(number, letters.AddressChange("refused", new))
        return
    turn.moved.append((old, new))
    turn.say(number, letters.AddressChange("changed", new), at=old)


def take(turn: Turn, number: int, new: str) -> bool:
    """Write there from now on, what is open once more; False where somebody else of this alliance has that address.

    Where this person was only invited nothing changes: whoever invited them knows the old address, and no more.
    What still waits for a number, and what was called theirs, was asked for from the old address: it ends with it.
    """
    stage = turn.p(number).stage
    if stage == Stage.INVITED or any(p.address == new for p in turn.alliance.participants):
        return False
    person = turn.person(number)
    turn.set_person(replace(person, address=new, also=(), bounces=0))
    turn.set(number, address=new, held=())
    if turn.alliance.phase != Phase.ENDED and stage not in (Stage.LEFT, Stage.DECLINED):
        turn.hush(number)
        turn.note(number, Note("address_changed", turn.p(number).name, new))
        anytime.once_more(turn, number)
    return True


def _is_no(event: Replied) -> bool:
    return read_invitation(event.text).verdict in ("no", "not_me")
