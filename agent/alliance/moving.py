"""A person's letters go to another address: asked from the registered one, confirmed by the new one, told to the old (T26).

The words to ask count as a whole reply alone, and say that the address is new: an address may also be an answer.
"""

import re
from dataclasses import replace

from agent.alliance import anytime, letters, trust
from agent.alliance.event import Replied
from agent.alliance.model import Held, Note, Phase, Stage
from agent.alliance.turn import Turn

_WISH = re.compile(
    r"(?:(?:hi|hello|hallo|please|bitte)\W+)*"
    r"(?:(?:my|meine)\s+(?:new|neue)\s+(?:e-?mail[\s-]*)?(?:address|adresse)(?:\s+is|\s+ist|\s+lautet)?"
    r"|(?:new|neue)\s+(?:e-?mail[\s-]*)?(?:address|adresse)"
    r"|(?:change|ändere?)\s+(?:my|meine)\s+(?:e-?mail[\s-]*)?(?:address|adresse)\s+(?:to|in|zu|auf))"
    r"(?:\s+(?:now|jetzt|nun))?\s*:?\s*<?(?P<address>[^\s<>]+@[^\s<>]+?)>?[\s.!]*(?:(?:please|thanks|bitte|danke)[\s.!]*)?",
    re.IGNORECASE,
)
_LONGEST = 300  # characters of such a reply


def asked(turn: Turn, event: Replied) -> bool:
    """Whether a reply asks for it. Then the new address is asked too, and nothing changes until a number comes from there."""
    wish = _WISH.fullmatch(event.text.strip()) if len(event.text) < _LONGEST else None
    if wish is None:
        return False
    number, new = event.participant, turn.house.normal(wish["address"]) or ""
    known = {p.address for p in turn.alliance.participants}
    held = Held("move", "", new, event.cause, turn.now, "move")
    may = new not in {"", *known, *turn.barred} and trust.hold(turn, number, "", held)
    turn.say(number, letters.AddressChange("asked" if may else "refused", new or wish["address"]))
    return True


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
