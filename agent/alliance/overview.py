"""What is known to a person, when they ask: where their alliances stand, and all that is theirs (S09, S10, F57)."""

from agent.alliance import draft as page
from agent.alliance import letters, looking, question, trying
from agent.alliance.model import Phase, Stage
from agent.alliance.own import own_of
from agent.alliance.turn import Turn
from agent.alliance.words import joined


def status(turn: Turn, number: int) -> letters.StatusRow:
    """Where this alliance stands, for this person: nothing about what the others have answered."""
    counted = [q for q in question.mine(turn, number) if q.counted]
    done = sum(1 for q in counted if turn.alliance.answered(number, q.id))
    here = turn.alliance.present if turn.flow.is_team else turn.alliance.participants  # no list of who was asked (F39)
    names = joined([q.name for q in here if q.name and q.stage != Stage.LEFT], turn.language(number))
    ask = question.question_of(turn, number)[0]
    p = turn.p(number)
    where = str(turn.alliance.phase)
    return letters.StatusRow(names, where, done, len(counted), ask, looking.next_day(turn), p.paused or p.resting)


def others(turn: Turn, number: int) -> tuple[letters.OtherRow, ...]:
    """Where else this person takes part, as far as they know of them; nothing of what is said in them."""
    address = turn.p(number).address
    rows = []
    for alliance in turn.others:
        there = Turn(turn.flow, turn.house, alliance, turn.now, turn.cause)
        gone = (Stage.LEFT, Stage.DECLINED)
        me = next((p for p in alliance.participants if p.address == address and p.stage not in gone), None)
        unasked = me is not None and me.stage == Stage.INVITED and alliance.phase == Phase.SETUP
        if me is None or unasked or alliance.phase == Phase.ENDED:
            continue
        days = [day for day in (looking.next_day(there), trying.next_day(there)) if day]
        asked = me.stage == Stage.INVITED
        here = alliance.participants if me.number == 1 else alliance.participants[:1] if asked else alliance.present
        others_there = [p.name for p in here if p.number != me.number and p.stage not in gone]
        names = joined(others_there, turn.language(number))
        alone = len(alliance.participants) == 1 and alliance.phase != Phase.SETUP
        where = "asked" if asked else "bank" if alone else str(alliance.phase)
        rows.append(letters.OtherRow(names, where, min(days, default=None)))
    return tuple(rows)


def my_data(turn: Turn, number: int) -> letters.MyData:
    """All and only what this person wrote or may see (F57)."""
    alliance = turn.alliance
    draft = alliance.page_of(number)
    sections = page.sections_of(turn.flow, alliance, draft.lines) if draft else ()
    return letters.MyData(own_of(turn.told(number), alliance, number), sections)
