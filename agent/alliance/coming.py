"""Who comes to a team when its page stands, and who goes (spec 4.5; T17 to T20).

A newcomer is asked before being asked to sign, and nothing is reopened by it. A leaver's promises become open lines; who
takes one on says so, since nobody can be bound by another (invariant 3).
"""

import re
from dataclasses import replace

from agent.alliance import agreeing, asking, ballot, gather, letters, question, standing, team_lines
from agent.alliance import draft as page
from agent.alliance.event import Replied
from agent.alliance.model import Draft, Line, Note, Participant, Person, Phase, Proposal, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import is_care, read_answer, read_people, said_of_page

_INVITES = re.compile(
    r"(?:\A|[.!?\n,]\s*)(?:hi|hello|please|pls|can you|could you|would you|will you|let's|let us|we'd like to|i'd like to|i want to|we want to|also|and|\s)*"
    r"\b(?:add|invite|include|welcome|bring in)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 40  # a note that names somebody new is short
_GOODBYE_LENGTH = 400  # characters of a goodbye that is passed on
_NEW = (Stage.ANSWERING, Stage.WAITING, Stage.REVIEWING)  # stages of somebody to whom a page that stands is new


# ---------------------------------------------------------------- coming


def newcomer_in(turn: Turn, event: Replied) -> bool:
    """Any member may have somebody asked: "Add Gia <gia@...>". Whether this mail was that."""
    alliance, found = turn.alliance, read_people(event.text)
    if alliance.phase not in (Phase.VOTING, Phase.ASKING, Phase.DRAFTING, Phase.AGREED, Phase.CHANGING):
        return False
    if len(found) != 1 or not _INVITES.search(event.text) or len(event.text.split()) > _MOST_WORDS:
        return False
    name, written = found[0]
    address = turn.house.normal(written)
    if not address:
        return False
    known = any(p.address == address for p in alliance.participants)
    full = len(alliance.present) + len(alliance.invited) >= turn.flow.people[1]
    if known or address in turn.barred or full:  # in their words: whose address it is, is for its owner to say
        turn.say(event.participant, letters.TeamNotAsked(name or address), event.about)
        return True
    number, called = len(alliance.participants) + 1, gather.called_by(name, address)
    new = Participant(number, address, called, called, stage=Stage.INVITED, asked_by=event.participant)
    names = gather.told_apart((*alliance.participants, new))
    turn.change(participants=(*alliance.participants, names[-1]))
    turn.set_person(alliance.people.get(address) or Person(address, called))
    question.ask(turn, number, "invitation")
    turn.say(event.participant, letters.TeamAsked(names[-1].name, address), event.about)
    return True


def invitation(turn: Turn, number: int) -> letters.TeamNewcomer:
    """The page as it stands, before anybody is asked to sign it (T17)."""
    draft, host = turn.alliance.in_force, turn.p(turn.p(number).asked_by or 1)
    assert draft is not None
    since = turn.alliance.first_agreed or turn.now
    return letters.TeamNewcomer(host.full_name, since, page.sections_of(turn.flow, turn.alliance, draft.lines))


def arrive(turn: Turn, number: int) -> None:
    """A newcomer said YES: what they promise is asked, since that is theirs alone; nothing else is opened."""
    left_out = tuple(q.id for q in turn.flow.prompts.values() if q.kind != "promise")
    turn.move(number, "join")
    turn.set(number, skipped=left_out)
    asking.begin(turn, number)


def go_through(turn: Turn, number: int) -> None:
    """The next part for somebody to whom this page is new, or the page."""
    following = asking.part_after(turn, number)
    if following is not None:
        turn.set(number, part=following.id)
        asking.go_on(turn, number)
        return
    turn.move(number, "moved_on")
    _show_page(turn, number)


def _show_page(turn: Turn, number: int) -> None:
    """The page that stands with the newcomer's own lines on it, as a version that only they are asked about."""
    alliance, p = turn.alliance, turn.p(number)
    assert alliance.in_force is not None
    ids = max(line.id for d in alliance.drafts for line in d.lines)
    own = [replace(line, id=ids + n, hand=True) for n, line in enumerate(_own(turn, p), 1)]
    new = page.made(turn.flow, alliance, (*alliance.in_force.lines, *own), turn.now)
    turn.change(drafts=(*alliance.drafts, new))
    sections = page.sections_of(turn.flow, alliance, new.lines)
    turn.say(number, letters.TeamYourPage((), sections), f"draft:{new.version}")
    turn.opened(number, f"draft:{new.version}")


def _own(turn: Turn, p: Participant) -> list[Line]:
    sections = dict.fromkeys(q.section for q in turn.flow.prompts.values() if q.kind == "promise")
    return [line for section in sections for line in team_lines.promises_of(turn.flow, turn.alliance, p, section)]


def is_page_of(turn: Turn, p: Participant, draft: Draft) -> bool:
    """Whether this is the page that stands, with all that this newcomer said and nothing else."""
    alliance = turn.alliance
    if alliance.phase != Phase.AGREED or p.stage != Stage.REVIEWING or alliance.in_force is None:
        return False
    own = {line.text for line in _own(turn, p)}
    ids = {line.id for line in alliance.in_force.lines}
    others = {line for line in draft.lines if line.id in ids}
    return others == set(alliance.in_force.lines) and {x.text for x in draft.lines if x.id not in ids} == own


def signed(turn: Turn, event: Replied, answered: Draft) -> None:
    """The newcomer's OK: the page has one line more, and the others have nothing to do (T18)."""
    number, name = event.participant, turn.p(event.participant).name
    if not is_page_of(turn, turn.p(number), answered):  # it has changed meanwhile
        turn.note(number, Note("stale", title=str(answered.version)))
        turn.close(number)
        _show_page(turn, number)
        return
    before = {line.id for line in turn.alliance.in_force.lines} if turn.alliance.in_force else set()
    standing.confirm(turn, event, answered)
    turn.close(number)
    turn.move(number, "confirm")
    turn.move(number, "live")
    sequence = turn.alliance.calendar_sequence + 1
    turn.change(agreed=answered.version, agreed_at=turn.now, calendar_sequence=sequence)
    said = [a for a in turn.alliance.answers if a.participant == number]
    asks = tuple(s for a in said for s in page.sentences(a.text) if s.endswith("?"))
    adds = tuple(page.line_text(turn.flow, turn.alliance, x) for x in answered.lines if x.id not in before)
    turn.tell_others(number, letters.TeamJoined(name, adds, asks, answered.version), f"joined:{number}")
    turn.say(number, agreeing.final(turn, answered, again=True), f"final:{answered.version}")


def bring_along(turn: Turn) -> None:
    """The page is opened while somebody new has not signed it: what they said waits as lines for the next draft."""
    new = [p for p in turn.alliance.present if p.stage in _NEW]
    lines = turn.alliance.drafts[-1].lines
    wishes = [
        Proposal(p.number, len(turn.alliance.drafts), 0, x.text, x.source[0], turn.now, x.section)
        for p in new
        for x in _own(turn, p)
        if all(x.text != line.text for line in lines)
    ]
    turn.change(proposals=(*turn.alliance.proposals, *wishes))


# ---------------------------------------------------------------- going


def gone(turn: Turn, number: int, stage: Stage) -> None:
    """Somebody left, from this stage: their promises are open now, and the others hear it without a cause (T20)."""
    alliance = turn.alliance
    if alliance.phase == Phase.AGREED and stage in _NEW:  # nobody but who asked them has heard of them
        return
    draft = alliance.in_force if alliance.phase == Phase.AGREED else alliance.draft
    before = draft.lines if draft is not None else ()
    theirs = {line.id for line in before if number in (line.owner, line.asked_of)}
    lines = tuple(replace(x, open=True, owner=0, asked_of=0, hand=True) if x.id in theirs else x for x in before)
    rows: tuple[letters.PageLine, ...] = ()
    if theirs and alliance.phase == Phase.AGREED:
        now = _in_force(turn, lines)
        rows = tuple(letters.PageLine(n, line.text) for n, line in enumerate(now.lines, 1) if line.id in theirs)
    for p in turn.alliance.present:
        turn.say(p.number, letters.TeamLeft(turn.p(number).name, "", rows), f"left:{number}")
    if theirs and alliance.phase != Phase.AGREED:
        changed = page.difference(turn.flow, alliance, before, lines, 0)
        standing.put(turn, lines, changed, settled=frozenset(theirs))
    standing.look_around(turn)
    ballot.look_around(turn)
    asking.look_around(turn)


def _in_force(turn: Turn, lines: tuple[Line, ...]) -> Draft:
    """A version that only takes a promise away, or gives one to who took it on: it asks nothing of anybody else."""
    new = page.made(turn.flow, turn.alliance, lines, turn.now)
    turn.change(drafts=(*turn.alliance.drafts, new), agreed=new.version, agreed_at=turn.now)
    return new


def home_found(turn: Turn, event: Replied, gone_number: int) -> None:
    """MINE takes an open line on, DROP puts it to the others that the line goes; anything else is asked about (T20)."""
    draft, number = turn.alliance.in_force, event.participant
    found = said_of_page(re.sub(r"\d+", " ", event.text))
    if draft is None or turn.alliance.phase != Phase.AGREED or found not in ({"mine"}, {"drop"}):
        standing.aside(turn, event, turn.alliance.agreed)
        return
    before = next((d for d in reversed(turn.alliance.drafts) if any(x.owner == gone_number for x in d.lines)), None)
    ids = {x.id for x in before.lines if x.owner == gone_number} if before else set()
    waiting = {n: x.id for n, x in enumerate(draft.lines, 1) if x.id in ids and x.open and not x.owner}
    named = [int(n) for n in re.findall(r"\d+", event.text)]
    picked = {i for n, i in waiting.items() if n in named or not named}
    if not picked:  # somebody else was first
        agreeing.show(turn, number)
    elif found == {"mine"}:
        texts = tuple(x.text for x in draft.lines if x.id in picked)
        taken = [replace(x, owner=number, by=(number,), source=(event.cause,), open=False) for x in draft.lines]
        _in_force(turn, tuple(t if t.id in picked else x for t, x in zip(taken, draft.lines, strict=True)))
        for p in turn.alliance.present:
            turn.say(p.number, letters.TeamTaken(turn.p(number).name if p.number != number else "", texts), "taken")
    else:
        lines = tuple(x for x in draft.lines if x.id not in picked)
        standing.put(turn, lines, page.difference(turn.flow, turn.alliance, draft.lines, lines, number))


def last_words(turn: Turn, event: Replied) -> bool:
    """A goodbye in reply to the last letter, passed on word for word, once (T19). Whether it was one.

    What is private, asks something or is no answer goes to nobody.
    """
    p, alliance = turn.p(event.participant), turn.alliance
    reading = read_answer(event.text, now=turn.now)
    text = reading.text.strip()
    if event.about != "goodbye" or p.told_closed or alliance.phase == Phase.ENDED:
        return False
    if reading.not_an_answer or is_care(event.text) or "?" in text or not 0 < len(text) <= _GOODBYE_LENGTH:
        return False
    turn.set(p.number, told_closed=True)
    for other in alliance.present:
        turn.say(other.number, letters.TeamLeft(p.name, text, ()), "info")
    return True
