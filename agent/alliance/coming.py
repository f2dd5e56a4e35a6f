"""Who comes to a team when its page stands, and who goes (spec 4.5; T17 to T20).

A newcomer is asked before being asked to sign, and nothing is reopened by it. A leaver's promises become open lines; who
takes one on says so, since nobody can be bound by another (invariant 3).
"""

import re
from dataclasses import replace

from agent.alliance import agreeing, asking, letters, question, standing
from agent.alliance import draft as page
from agent.alliance.event import Replied
from agent.alliance.model import Line, Participant, Person, Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import first_name, read_people, said_of_page

_INVITES = re.compile(
    r"\b(?:add|invite|welcome|bring(?:s|ing)? in|joins?|joining|new (?:member|colleague|one))\b", re.IGNORECASE
)
_MOST_WORDS = 40  # a note that names somebody new is short
_GOODBYE_WORDS = 400  # characters of a goodbye that is passed on


# ---------------------------------------------------------------- coming


def newcomer_in(turn: Turn, event: Replied) -> bool:
    """Any member may have somebody asked: "Add Gia <gia@...>". Whether this mail was that."""
    found = read_people(event.text)
    if turn.alliance.phase not in (Phase.VOTING, Phase.ASKING, Phase.DRAFTING, Phase.AGREED, Phase.CHANGING):
        return False
    if len(found) != 1 or not _INVITES.search(event.text) or len(event.text.split()) > _MOST_WORDS:
        return False
    name, written = found[0]
    address = turn.house.normal(written)
    if not address:
        return False
    known = next((p for p in turn.alliance.participants if p.address == address), None)
    if known is not None or address in turn.barred or len(turn.alliance.participants) >= turn.flow.people[1]:
        turn.say(event.participant, letters.TeamNotAsked(known.name if known else name or address), event.about)
        return True
    called = name or address.partition("@")[0].replace(".", " ").title()
    names = [p.name.casefold() for p in turn.alliance.participants]
    short = first_name(called)
    number = len(turn.alliance.participants) + 1
    someone = Participant(number, address, called if short.casefold() in names else short, called, stage=Stage.INVITED)
    turn.change(participants=(*turn.alliance.participants, someone))
    turn.set_person(turn.alliance.people.get(address) or Person(address, called))
    question.ask(turn, number, "invitation")
    turn.say(event.participant, letters.TeamAsked(someone.name, address), event.about)
    return True


def invitation(turn: Turn) -> letters.TeamNewcomer:
    """The page as it stands, before anybody is asked to sign it (T17)."""
    draft, me = turn.alliance.in_force, turn.p(1)
    assert draft is not None
    since = turn.alliance.first_agreed or turn.now
    return letters.TeamNewcomer(me.full_name, since, page.sections_of(turn.flow, turn.alliance, draft.lines))


def arrive(turn: Turn, number: int) -> None:
    """A newcomer said YES: three short questions, one from each part."""
    left_out = tuple(q.id for q in turn.flow.prompts.values() if not q.short)
    turn.move(number, "join")
    turn.set(number, skipped=left_out, short=True)
    asking.begin(turn, number)


def go_through(turn: Turn, number: int) -> None:
    """The next part for somebody who joined late, or their page."""
    following = asking.part_after(turn, number)
    if following is not None:
        turn.set(number, part=following.id)
        asking.go_on(turn, number)
        return
    alliance, p = turn.alliance, turn.p(number)
    draft = alliance.in_force
    assert draft is not None
    ids = max(line.id for d in alliance.drafts for line in d.lines)
    said = [
        (q, a)
        for q in turn.flow.prompts.values()
        if q.kind == "promise" and (a := alliance.answer(number, q.id)) and a.text
    ]
    own = tuple(
        Line(ids + n, q.section, page.tidy(a.text), (number,), (a.cause,), owner=number, hand=True)
        for n, (q, a) in enumerate(said, 1)
    )
    new = page.made(turn.flow, alliance, (*draft.lines, *own), turn.now)
    turn.change(drafts=(*alliance.drafts, new))
    turn.move(number, "moved_on")
    sections = page.sections_of(turn.flow, turn.alliance, new.lines)
    turn.say(number, letters.TeamYourPage((), new.version, sections), f"draft:{new.version}")
    turn.opened(number, f"draft:{new.version}")
    turn.set(p.number, last_heard=turn.now)


def signed(turn: Turn, number: int) -> None:
    """The newcomer's OK: the page has one line more, and the others have nothing to do (T18)."""
    alliance = turn.alliance
    newest = alliance.draft
    assert newest is not None
    turn.change(agreed=newest.version, agreed_at=turn.now, calendar_sequence=alliance.calendar_sequence + 1)
    asked = [s for a in alliance.answers if a.participant == number for s in page.sentences(a.text) if s.endswith("?")]
    adds = tuple(line.text for line in newest.lines if line.owner == number)
    turn.tell_others(
        number, letters.TeamJoined(turn.p(number).name, adds, tuple(asked), newest.version), f"joined:{number}"
    )
    turn.say(number, agreeing.final(turn, newest, again=True), f"final:{newest.version}")


# ---------------------------------------------------------------- going


def gone(turn: Turn, number: int) -> None:
    """Somebody left: what they promised is open now, and the others hear it neutrally, without a cause (T20)."""
    name = turn.p(number).name
    draft = turn.alliance.in_force if turn.alliance.phase == Phase.AGREED else turn.alliance.draft
    theirs = [line for line in draft.lines if number in (line.owner, line.asked_of)] if draft is not None else []
    if draft is None or not theirs:
        for p in turn.alliance.present:
            turn.say(p.number, letters.TeamLeft(name, "", ()), f"left:{number}")
        return
    lines = tuple(
        replace(line, open=True, owner=0, asked_of=0, hand=True) if line in theirs else line for line in draft.lines
    )
    if turn.alliance.phase == Phase.AGREED:
        _in_force(turn, lines)
        now = turn.alliance.in_force
        assert now is not None
        ids = {line.id for line in theirs}
        rows = tuple(letters.PageLine(n, line.text) for n, line in enumerate(now.lines, 1) if line.id in ids)
        for p in turn.alliance.present:
            turn.say(p.number, letters.TeamLeft(name, "", rows), f"left:{number}")
    else:
        for p in turn.alliance.present:
            turn.say(p.number, letters.TeamLeft(name, "", ()), f"left:{number}")
        standing.put(turn, lines, page.difference(turn.flow, turn.alliance, draft.lines, lines, 0))


def _in_force(turn: Turn, lines: tuple[Line, ...]) -> None:
    """A version that only takes a promise away, or gives one to who took it on: it asks nothing of anybody else."""
    new = page.made(turn.flow, turn.alliance, lines, turn.now)
    turn.change(drafts=(*turn.alliance.drafts, new), agreed=new.version, agreed_at=turn.now)


def home_found(turn: Turn, event: Replied, gone_number: int) -> None:
    """MINE takes an open line on, DROP puts it to the others that the line goes; anything else is asked about (T20)."""
    draft = turn.alliance.in_force
    found = said_of_page(re.sub(r"\d+", " ", event.text))
    named = [int(n) for n in re.findall(r"\d+", event.text)]
    before = next((d for d in reversed(turn.alliance.drafts) if any(x.owner == gone_number for x in d.lines)), None)
    ids = {x.id for x in before.lines if x.owner == gone_number} if before else set()
    waiting = [n for n, x in enumerate(draft.lines, 1) if x.id in ids and x.open and not x.owner] if draft else []
    chosen = [n for n in waiting if n in named] if named else waiting
    if draft is None or turn.alliance.phase != Phase.AGREED or found not in ({"mine"}, {"drop"}) or not chosen:
        standing.reply(turn, event, turn.alliance.agreed or len(turn.alliance.drafts))
        return
    number = event.participant
    picked = {draft.lines[n - 1].id for n in chosen}
    if found == {"mine"}:
        _in_force(
            turn,
            tuple(
                replace(x, owner=number, by=(number,), source=(event.cause,), open=False) if x.id in picked else x
                for x in draft.lines
            ),
        )
        texts = tuple(x.text for x in draft.lines if x.id in picked)
        for p in turn.alliance.present:
            turn.say(p.number, letters.TeamTaken(turn.p(number).name if p.number != number else "", texts), "taken")
        return
    lines = tuple(x for x in draft.lines if x.id not in picked)
    standing.put(turn, lines, page.difference(turn.flow, turn.alliance, draft.lines, lines, number))


def last_words(turn: Turn, event: Replied) -> bool:
    """A goodbye in reply to the last letter, passed on word for word, once (T19). Whether it was one."""
    p, alliance = turn.p(event.participant), turn.alliance
    text = event.text.strip()
    if (
        event.about != "goodbye"
        or p.told_closed
        or alliance.phase == Phase.ENDED
        or not 0 < len(text) <= _GOODBYE_WORDS
    ):
        return False
    turn.set(p.number, told_closed=True)
    for other in alliance.present:
        turn.say(other.number, letters.TeamLeft(p.name, text, ()), "info")
    return True
