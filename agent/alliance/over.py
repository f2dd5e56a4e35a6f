"""After the end: what is still answered to whoever has left, said no, or writes to an alliance that is over."""

import re

from agent.alliance import anytime, bank, closing, coming, gather, letters, no_answer
from agent.alliance.event import Replied
from agent.alliance.model import Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import is_erasure, read_answer, read_invitation

_AFTER = frozenset({"show", "data", "export", "human", "bank"})  # answered even when it has ended


def is_over(turn: Turn, event: Replied) -> bool:
    """A reply to an alliance that has ended, or by somebody who has left: one kind explanation, once."""
    p = turn.p(event.participant)
    if turn.alliance.phase != Phase.ENDED and p.stage not in (Stage.LEFT, Stage.DECLINED):
        return False
    if turn.flow.is_team and _joins_after_all(turn, event):
        return True
    commands = read_answer(event.text, now=turn.now).commands
    if not commands and turn.flow.is_team and coming.last_words(turn, event):
        return True
    wants = {c.name for c in commands}
    said = closing.last_word(turn, event)
    if "stop" in wants:
        anytime.stop(turn, p.number)
    if wants & {"delete", *_AFTER}:
        no_answer.heard(turn, p.number)
    if "delete" in wants and p.stage != Stage.DECLINED:
        if is_erasure(event.text) and (
            event.about == "erase" or re.search(r"\b(?:now|jetzt)\b", event.text, re.IGNORECASE)
        ):
            anytime.erase(turn, p.number)
        else:
            turn.say(p.number, letters.EraseAsk(bool(turn.alliance.agreed), turn.flow.solo), "erase")
    elif (
        p.stage != Stage.DECLINED and wants & _AFTER
    ):  # their copy and their words stay theirs while the addresses live
        obey = bank.obey if turn.flow.solo else anytime.obey
        obey(turn, event, next(c for c in commands if c.name in _AFTER))
    elif p.stage != Stage.DECLINED and not (said or p.told_closed):
        turn.set(p.number, told_closed=True)
        turn.say(p.number, letters.Closed(turn.alliance.ended_at or turn.now), "closed")
    return True


def _joins_after_all(turn: Turn, event: Replied) -> bool:
    """Who said no to a team is not asked again, and can ask to join (spec 4.5)."""
    p = turn.p(event.participant)
    wants = p.stage == Stage.DECLINED and turn.alliance.phase not in (Phase.SETUP, Phase.ENDED)
    if not wants or read_invitation(event.text).verdict != "yes":
        return False
    turn.move(p.number, "reconsider")
    gather.said_yes(turn, p.number)
    return True
