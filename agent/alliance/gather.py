"""A team gathers: who takes part, why, the invitations, and enough YES to begin (S26 to S31, F51; T01 to T05).

The initiator prepares it and is one of the team from then on: nobody hears who said what to the invitation.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from agent.alliance import asking, ballot, coming, letters, question
from agent.alliance.dates import awake_at
from agent.alliance.event import Replied, Started
from agent.alliance.model import Answer, Note, Participant, Person, Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import (
    Way,
    first_name,
    is_about_child,
    joined,
    read_age,
    read_approval,
    read_people,
    read_setup,
    read_sort,
    read_start,
    read_way,
)

GATHER = timedelta(days=2)  # from the invitation to the vote, when not all have answered by then (T04)
AT_ONCE = 3  # alliances of two that are begun at one time: each asks its own why
PATIENCE = timedelta(days=21)  # the reminder's week and two more: then a team that is too small is not waited for
_WITHOUT = re.compile(r"\b(?:remove|without|leave out|take out|drop|not)\b(.*)", re.IGNORECASE)


def start(turn: Turn, event: Started) -> None:
    """Open a team from the first mail; nothing goes to anybody but its author (F01)."""
    reading = read_start(event.subject, event.text)
    person = turn.alliance.people.get(event.address) or Person(event.address)
    turn.set_person(replace(person, name=person.name or event.name, offset_s=event.offset_s or person.offset_s))
    name = event.name or event.address.partition("@")[0].title()
    me = Participant(1, event.address, first_name(name), name, last_heard=turn.now)
    turn.change(participants=(me,), reason=reading.reason.strip())
    sorts = {kind.id: kind.us for kind in turn.whole.relationships}
    turn.change(kind=read_sort(f"{event.subject}\n{event.text}", sorts))
    turn.tailor()
    _take_people(turn, event.text)
    _hear_of_children(turn, event.text)
    ask_again(turn)


def _take_people(turn: Turn, text: str) -> bool:
    """Take in who is named with an address, take out who is not to be asked. Whether that changed anything."""
    before = turn.alliance.participants
    without = " ".join(m[1] for m in _WITHOUT.finditer(text)).casefold()
    kept = [p for p in before if p.number == 1 or not re.search(rf"\b{re.escape(p.name.casefold())}\b", without)]
    for name, written in read_people(text):
        address = turn.house.normal(written)
        if not address or address.casefold() in without or any(p.address == address for p in kept):
            continue
        called = called_by(name, address)
        known = next((i for i, p in enumerate(kept) if i and p in before and _is_called(p, called)), 0)
        if known:
            kept[known] = replace(kept[known], address=address)
        else:
            kept.append(Participant(0, address, first_name(called), called, stage=Stage.INVITED))
    turn.change(participants=told_apart(tuple(p.but(number=n) for n, p in enumerate(kept, 1))))
    return turn.alliance.participants != before


def _hear_of_children(turn: Turn, text: str, *, anew: bool = False) -> None:
    """Somebody in it may be under age: then it is asked first, since no letter goes to a child (spec 4.3).

    `anew`: somebody was named since it was answered.
    """
    names = [p.full_name for p in turn.alliance.participants if p.number > 1]
    if (anew or not turn.alliance.guardian) and is_about_child(text, turn.whole.relationships, names):
        turn.change(guardian="ask")


def called_by(name: str, address: str) -> str:
    """The name that was given, else what the address says."""
    return name or address.partition("@")[0].replace(".", " ").title()


def _is_called(p: Participant, name: str) -> bool:
    """Whether this is the one who is meant by a first name, or by the same full name."""
    low = name.casefold()
    return low in (p.name.casefold(), p.full_name.casefold()) or first_name(p.full_name).casefold() == low


def told_apart(people: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Two of the same first name are called by their full names, and two of the same full name by a number as well."""
    firsts = [first_name(p.full_name).casefold() for p in people]
    fulls = [p.full_name.casefold() for p in people]
    found = []
    for n, p in enumerate(people):
        twin = fulls[:n].count(fulls[n])
        name = p.full_name if firsts.count(firsts[n]) > 1 else first_name(p.full_name)
        found.append(p.but(name=f"{name} {twin + 1}" if twin else name))
    return tuple(found)


def ask_again(turn: Turn) -> None:
    """Ask for what is still missing, or show the invitation."""
    refused = tuple(p.name for p in turn.alliance.invited if p.address in turn.barred)
    if refused:  # decision 14: NO THANKS also blocks a new invitation by the same initiator
        kept = [p for p in turn.alliance.participants if p.address not in turn.barred]
        turn.change(participants=tuple(p.but(number=n) for n, p in enumerate(kept, 1)))
    least, most = turn.flow.people
    size = len(turn.alliance.participants)
    if size < least or size > most or refused:
        problem = "refused" if refused else "few" if size < least else "many"
        _ask(turn, letters.TeamWho(_named(turn), problem, refused, least, most), "who")
    elif turn.alliance.guardian == "ask":
        _ask(turn, letters.AskAge("", own=False, people=_named(turn)), "who")
    elif not turn.alliance.way:
        pairs = [p.name for p in turn.alliance.invited if p.address in turn.existing]
        alone = [p.name for p in turn.alliance.invited if p.address not in turn.existing]
        _ask(turn, letters.TeamWay(size, _named(turn), tuple(pairs), tuple(alone)), "way")
    elif not turn.alliance.why:
        _ask(turn, letters.TeamWhy((), size - 1), "why")
    else:
        if turn.p(1).stage == Stage.PREPARING:
            turn.move(1, "understand")
        _ask(turn, letters.TeamReady((), _named(turn), invitation(turn)), "ready")


def _ask(turn: Turn, letter: letters.Letter, about: str) -> None:
    turn.say(1, letter, about)
    turn.opened(1, about)


def _named(turn: Turn) -> tuple[letters.Named, ...]:
    return tuple(letters.Named(p.name, p.address) for p in turn.alliance.participants if p.number > 1)


def invitation(turn: Turn) -> letters.TeamInvitation:
    """The invitation as it goes out: the initiator's why, character for character (F03, T03)."""
    me = turn.p(1)
    kind = next((k for k in turn.whole.relationships if k.id == turn.alliance.kind), None)
    size = len(turn.alliance.participants)
    guarded, opening = turn.alliance.guardian == "guardian", kind.opening if kind else ""
    return letters.TeamInvitation(me.name, me.full_name, me.address, turn.alliance.why, size, opening, guarded)


# ---------------------------------------------------------------- the initiator's replies


def reply(turn: Turn, event: Replied) -> None:
    """The initiator answers while nothing has gone out yet, or mends an address of somebody who has not said yes."""
    if read_setup(event.text).drop:
        drop(turn)
        return
    kind = event.about.partition(":")[0]
    if turn.alliance.guardian == "ask":
        if said := read_age(event.text):  # who takes part by way of a guardian is not asked for an alliance of two
            turn.change(guardian=said, way="team" if said == "guardian" else "")
        _take_people(turn, event.text)
        ask_again(turn)
    elif turn.p(1).stage == Stage.HOSTING:
        mend(turn, event)
    elif kind == "ready" and turn.p(1).stage == Stage.APPROVING:
        _approve(turn, event)
    else:
        changed = _take_people(turn, event.text)
        _hear_of_children(turn, event.text)
        if kind == "way" and (way := read_way(event.text)):
            _take_way(turn, way)
            if way == "first":
                return
        elif kind == "way" and not changed:
            turn.say(1, letters.TeamAsk("way", event.text, 0), "way")
            return
        elif kind == "why" and event.text.strip() and not changed:
            _keep_why(turn, event.text.strip(), event.cause)
        ask_again(turn)


def _take_way(turn: Turn, way: Way) -> None:
    """FIRST and TOGETHER begin alliances of two with those who have none; FIRST lets the team rest till TEAM is said."""
    alone = [p for p in turn.alliance.invited if p.address not in turn.existing and p.address not in turn.barred]
    pairs = alone[:AT_ONCE] if way in ("first", "together") else []
    for p in pairs:
        turn.start(1, whom=p.full_name, whom_at=p.address)
    if way == "first":  # the way stays open: TEAM is the word that goes on
        turn.close(1)
    else:
        turn.change(way=way)
    if way != "team":
        named = [p.name for p in pairs]
        turn.say(1, letters.TeamPairs(joined(named, turn.language(1)), len(alone) - len(named), way == "first"), "way")


def _keep_why(turn: Turn, text: str, cause: str) -> None:
    turn.change(why=text, answers=(*turn.alliance.answers, Answer(1, "why", text, "", turn.now, cause)))
    turn.note(1, Note("kept", "Why", text))


def _approve(turn: Turn, event: Replied) -> None:
    reading = read_approval(event.text, tuple(p.name for p in turn.alliance.participants if p.number != 1))
    why = re.match(r"\s*why\b\s*[:–—-]\s*(\S.*)", event.text, re.IGNORECASE | re.DOTALL)
    if reading.verdict == "send" and not any(p.address in turn.barred for p in turn.alliance.invited):
        _send(turn)
    elif reading.verdict == "send":
        ask_again(turn)
    elif why:
        _keep_why(turn, why[1].strip(), event.cause)
        ask_again(turn)
    elif _take_people(turn, event.text):
        _hear_of_children(turn, event.text, anew=True)
        ask_again(turn)
    else:
        turn.say(1, letters.AskBack("send", event.text, 0, 0), "ready")


def _send(turn: Turn) -> None:
    turn.close(1)
    turn.move(1, "send")
    turn.phase("invite")
    turn.change(invited_at=turn.now)
    for p in turn.alliance.invited:
        turn.set_person(turn.alliance.people.get(p.address) or Person(p.address, p.full_name))
        question.ask(turn, p.number, "invitation")
    turn.say(1, letters.TeamSent(len(turn.alliance.invited)), "sent")


def mend(turn: Turn, event: Replied) -> None:
    """Before YES a mistyped address may be replaced; the old one's token dies with its withdrawn letter (decision 14)."""
    mended, came_back = False, event.about.partition(":")[2]
    for name, written in read_people(event.text):
        address = turn.house.normal(written)
        old = next((p for p in turn.alliance.invited if name and _is_called(p, name)), None)
        old = old or next((p for p in turn.alliance.invited if str(p.number) == came_back), None)
        if address and old and address in turn.barred:
            turn.say(event.participant, letters.TeamNotAsked(old.name), event.about)
            return
        if address and old and all(p.address != address for p in turn.alliance.participants):
            turn.close(old.number)
            turn.leave_alone(old.number)
            turn.set(old.number, address=address)
            turn.set_person(turn.alliance.people.get(address) or Person(address, old.full_name))
            turn.note(event.participant, Note("address_changed", old.name, address))
            question.ask(turn, old.number, "invitation")
            mended = True
    if mended:
        turn.say(event.participant, letters.Corrected((), others_told=False), "sent")
    else:
        turn.say(event.participant, letters.AskBack("unclear", event.text, 0, 0), event.about)


def drop(turn: Turn) -> None:
    """The initiator drops it before the vote; nothing (more) goes to anybody."""
    turn.close(1)
    for p in turn.alliance.invited:
        turn.close(p.number)
        turn.leave_alone(p.number)
    turn.say(1, letters.SetupDropped(""), "dropped")
    _end(turn, "cancelled", told=1)


# ---------------------------------------------------------------- the members' answers


def said_yes(turn: Turn, number: int) -> None:
    """A YES, at any time: into the vote, into the questions, or to the page as it stands."""
    turn.close(number)
    match turn.alliance.phase:
        case Phase.INVITED | Phase.VOTING:
            turn.move(number, "consent")
            if turn.alliance.phase == Phase.VOTING:
                ballot.put(turn, number)
            else:
                turn.say(number, letters.TeamWelcome(turn.p(1).name), "info")
        case Phase.ASKING:
            turn.move(number, "join")
            turn.say(number, ballot.rules_letter(turn, ()), "rules")
            asking.begin(turn, number)
        case Phase.AGREED:
            coming.arrive(turn, number)
        case _:
            turn.move(number, "consent")
            turn.say(number, ballot.rules_letter(turn, ()), "rules")
            turn.move(number, "moved_on")
            question.ask(turn, number, f"draft:{len(turn.alliance.drafts)}")
    look_around(turn)


def look_around(turn: Turn) -> None:
    """Begin the vote once all have answered, or two days have gone by and there are enough; or give up."""
    if turn.alliance.phase != Phase.INVITED or turn.alliance.invited_at is None:
        return
    ready = len(turn.alliance.present) >= turn.flow.people[0]
    undecided = [p for p in turn.alliance.invited if p.open is not None]
    if ready and (not undecided or turn.now >= turn.alliance.invited_at + GATHER):
        ballot.open_first(turn)
    elif not ready and (not undecided or turn.now >= turn.alliance.invited_at + PATIENCE):
        _too_few(turn)


def due(turn: Turn) -> datetime | None:
    """When `look_around` has something to decide without a mail."""
    if turn.alliance.phase != Phase.INVITED or turn.alliance.invited_at is None:
        return None
    ready = len(turn.alliance.present) >= turn.flow.people[0]
    at = turn.alliance.invited_at + (GATHER if ready else PATIENCE)
    return awake_at(at, turn.zone(1), turn.house.quiet)


def _too_few(turn: Turn) -> None:
    """Fewer than three: the initiator is offered alliances of two instead (spec 4.5)."""
    for p in turn.alliance.invited:
        turn.close(p.number)
        turn.leave_alone(p.number)
    for p in turn.alliance.present:
        turn.say(p.number, letters.TeamTooFew(p.number == 1), "few")
    _end(turn, "few")


def _end(turn: Turn, how: str, told: int = 0) -> None:
    for p in turn.alliance.present:
        if p.number == told:
            turn.move(p.number, "leave")
    turn.phase("end")
    turn.change(ended=how)
