"""What is known to a person, when they ask: where their alliances stand, and all that is theirs (S09, S10, F57)."""

from agent.alliance import draft as page
from agent.alliance import letters, looking, question, trying
from agent.alliance.model import Alliance, Participant, Phase, Stage
from agent.alliance.own import own_of
from agent.alliance.turn import Turn
from agent.alliance.words import joined


def status(turn: Turn, number: int) -> letters.StatusRow:
    """Where this alliance stands, for this person: nothing about what the others have answered."""
    counted = [q for q in question.mine(turn, number) if q.counted]
    done = sum(1 for q in counted if turn.alliance.answered(number, q.id))
    p = turn.p(number)
    names = joined([q.name for q in _here(turn.alliance, p) if q.name], turn.language(number))
    ask = question.question_of(turn, number)[0]
    where = str(turn.alliance.phase)
    return letters.StatusRow(names, where, done, len(counted), ask, looking.next_day(turn), p.paused or p.resting)


def _here(alliance: Alliance, me: Participant) -> tuple[Participant, ...]:
    """Who takes part, as far as this person knows: while a team gathers nobody hears who said what to the invitation."""
    if len(alliance.participants) <= 2:  # a pair, or one alone
        return tuple(p for p in alliance.participants if p.stage != Stage.LEFT)
    if me.stage != Stage.INVITED and alliance.phase not in (Phase.SETUP, Phase.INVITED):
        return alliance.present
    return alliance.participants if me.number == 1 else (alliance.participants[0], me)


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
        others_there = [p.name for p in _here(alliance, me) if p.number != me.number]
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
