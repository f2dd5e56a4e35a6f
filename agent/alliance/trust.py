"""Who may do what, by how sure it is who wrote: four levels, and the acts that want the first (mail.md section B).

A the registered address, and its domain stands behind the mail: everything
B the registered address, and nobody says anything of it: answers; for an act a code first
C somebody else, or a mail that failed a check its domain asks for: held, and the registered address is asked
D a forgery, by the wish of the domain that it claims: not used, and the registered address is told, once a day

A code is a number that the letter to the registered address holds, for one act of one person on one text: it works once,
for a week, and five guesses end it. It is reckoned with the operator's key and never kept. An act is known by what it
would do, and not by its words: `decide` does it, looks, and takes it back where it may not be.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from agent.alliance import letters
from agent.alliance.event import Level, Replied, Started
from agent.alliance.model import Alliance, Held, Note, Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import read_code

HELD = 3  # mails from elsewhere that one person is asked about in a day, and that are kept; and numbers for one act
HELD_FOR = timedelta(days=30)
CODE_FOR = timedelta(days=7)
GUESSES = 5
TOLD_EVERY = timedelta(days=1)

MOVE = (
    "move:"  # what a letter is about that asks somebody else's address, it may be, whether it is one's own (`moving`)
)
NUMBERED = ("code:", MOVE)  # what letters are about that hold a number

_SURE = ("A", "code")
_ELSEWHERE = ("", "answer")  # what is held because somebody else may have written it
_LEVELS: dict[str, tuple[Level, Level, Level]] = {
    # the mail is:  from the registered address, from one that they said is theirs too, from any other
    "aligned": ("A", "A", "C"),
    "unknown": ("B", "C", "C"),
    "doubted": ("C", "C", "C"),
    "forged": ("D", "D", "D"),
}


def _agrees(before: Alliance, turn: Turn) -> bool:
    said = {(c.participant, c.version) for c in before.confirmations}
    promised = {line.id: line.owner for line in before.in_force.lines} if before.in_force else {}
    lines = turn.alliance.in_force.lines if turn.alliance.in_force else ()
    return any((c.participant, c.version) not in said for c in turn.alliance.confirmations) or any(
        x.owner == turn.actor != promised.get(x.id, turn.actor) for x in lines
    )  # MINE takes on what somebody who left had promised, and is its own yes


def _invites(before: Alliance, turn: Turn) -> bool:
    known = {p.address for p in before.participants} if before.phase != Phase.SETUP else set()
    out = turn.alliance.phase not in (Phase.SETUP, Phase.ENDED)
    return out and any(p.address not in known for p in turn.alliance.invited)


def _knows_another(before: Alliance, turn: Turn) -> bool:
    return any(p.also != before.people[a].also for a, p in turn.alliance.people.items() if a in before.people)


ACTS: dict[str, Callable[[Alliance, Turn], bool]] = {
    "agree": _agrees,
    "invite": _invites,
    "close": lambda before, turn: turn.alliance.ended == "closed" != before.ended,
    "delete": lambda _, turn: bool(turn.erased or turn.forgotten),
    "export": lambda _, turn: any(isinstance(s.letter, letters.MyData) for s in turn.sends),
    "address": lambda before, turn: (
        _knows_another(before, turn) or any(isinstance(s.letter, letters.NewAddress) for s in turn.sends)
    ),
}
"""What wants level A or a code, each by what it would do."""


def level_of(finding: str, *, registered: bool, also: bool) -> Level:
    """The level of a mail by what was found of its author."""
    return _LEVELS[finding][0 if registered else 1 if also else 2]


def starts_at(level: Level, who: str, *, listed: bool) -> Level | None:
    """At which level somebody starts an alliance by mail, None if not at all (decision 23).

    `who` may: "listed" on the operator's list alone, "aligned" everybody whose domain vouches for them, "code" everybody,
    once a code has come back. C asks for the code.
    """
    if level == "D":
        return None
    if listed or (level == "A" and who != "listed"):
        return level
    return "C" if who == "code" else None


def unsure(before: Alliance, turn: Turn, event: Replied | Started) -> str:
    """The act that this event has just done and may not do without a code; "" when it may do what it did."""
    if turn.level in _SURE:
        return ""
    if isinstance(event, Started):
        return "start" if turn.level == "C" else ""
    return next((act for act, done in ACTS.items() if done(before, turn)), "")


# ---------------------------------------------------------------- holding, and asking


def hold(turn: Turn, number: int, text: str, held: Held) -> bool:
    """Keep a mail aside and ask the registered address about it; asking for the same act again takes the first one's place.

    What comes from elsewhere and each act are counted by themselves: whoever floods a person keeps no number from them.
    When an act is asked for too often they hear when the next number goes out; the rest of a flood is left aside in
    silence, and the last that was asked about says so. A new address is asked itself. False when nothing was asked.
    """
    own = held.act not in _ELSEWHERE
    kept = [h for h in turn.p(number).held if turn.now - h.at < HELD_FOR]
    alike = [h for h in kept if (h.act == held.act if own else h.act in _ELSEWHERE)]
    today = [h for h in alike if turn.now - h.at < TOLD_EVERY]
    asked = sum(h.asked for h in today)
    if asked >= HELD:
        if own:
            again = min(h.at for h in today) + TOLD_EVERY
            turn.say(number, letters.CodeAgain("many", 0, again), "info")
        return False  # the message itself is kept
    what = (held.about, held.act, held.sender)
    same = next((h for h in alike if held.act and (h.about, h.act, h.sender) == what), None)
    held = replace(held, asked=same.asked + 1 if same in today and same else 1)
    others = [h for h in alike if h != same][1 - HELD :]
    turn.set(number, held=(*(h for h in kept if h not in alike), *others, held))
    last = asked == HELD - 1
    if held.act == "move":
        letter: letters.Letter = letters.NewAddress(code_of(turn, number, held), turn.p(number).address)
        turn.say(number, letter, MOVE + held.cause, at=held.sender)
    elif held.act:
        code = code_of(turn, number, held)
        letter = letters.Code(held.act, code, text, held.sender, _version(turn), last=last and not own)
        turn.say(number, letter, f"code:{held.cause}")
    else:
        turn.say(number, letters.WasThisYou(held.sender, text, last), f"was:{held.cause}")
    return True


def ask(turn: Turn, event: Replied, act: str) -> None:
    """What this event would have done has not happened: ask for the code that lets it."""
    turn.set(event.participant, last_heard=turn.now, resting=False)
    hold(turn, event.participant, event.text, Held(event.about, event.text, "", event.cause, turn.now, act))


def ask_start(turn: Turn, event: Started) -> None:
    """The same for a first mail. Until the code comes it has ended, and nothing of its words goes to anybody."""
    held = Held("start", event.text, event.address, event.cause, turn.now, "start", event.subject)
    hold(turn, 1, "", held)
    turn.phase("end")
    turn.change(ended="unproved")


def code_of(turn: Turn, number: int, held: Held) -> str:
    """The number for this act of this person, on the text as it stands now; to invite, also on whom and with which words."""
    alliance, bound = turn.alliance, ""
    if held.act == "agree" and alliance.draft:
        bound = alliance.draft.sha256
    elif held.act == "invite" and alliance.phase == Phase.SETUP:
        bound = repr(([p.address for p in alliance.participants], alliance.why))
    return turn.house.code("|".join((str(turn.alliance.id), str(number), held.cause, held.act, bound)))


def _version(turn: Turn) -> int:
    return turn.alliance.draft.version if turn.alliance.draft else 0


def given(turn: Turn, event: Replied) -> Held | None:
    """What a reply to the letter with a code lets happen; None when its number is not right.

    That is said to where the number went, as long as another may be typed there, and then to where one can be asked for.
    Whoever was asked whether an address is theirs may be a stranger, so there words are counted as a wrong number is.
    """
    number = event.participant
    cause = event.about.partition(":")[2]
    held = next((h for h in turn.p(number).held if h.act and h.cause == cause), None)
    final = turn.p(number).stage == Stage.DECLINED  # after a no nothing more is said, not of a code either (F05)
    if held is None or turn.now - held.at >= CODE_FOR:
        if not final and (held or not event.at):
            turn.say(number, letters.CodeAgain("over", 0), "info")
        return None
    verdict: Literal["right", "wrong", "none"] = read_code(event.text, code_of(turn, number, held))
    others = tuple(h for h in turn.p(number).held if h != held)
    if verdict == "right":
        turn.set(number, held=others)
        return held
    tries = held.tries + (verdict == "wrong" or bool(event.at))
    spent = tries >= GUESSES
    turn.set(number, held=others if spent else (*others, replace(held, tries=tries)))
    problem = "over" if spent else verdict
    if not final:
        letter = letters.CodeAgain(problem, GUESSES - tries)
        turn.say(number, letter, "info" if spent else event.about, at="" if spent else event.at)
    return None


def drop(turn: Turn, number: int, cause: str) -> Held | None:
    """A change of address that was asked for ends before it has happened; None when it is not pending (any more)."""
    held = next((h for h in turn.p(number).held if h.act == "move" and h.cause == cause), None)
    turn.set(number, held=tuple(h for h in turn.p(number).held if h != held))
    turn.withdrawn.append((number, MOVE + cause))
    return held


def remember(turn: Turn, number: int, address: str) -> None:
    """Take mail from this address as theirs too, from now on and in every alliance (decision 28)."""
    person = turn.person(number)
    if address not in person.also:
        turn.set_person(replace(person, also=(*person.also, address)))
    turn.note(number, Note("also_yours", title=address))
