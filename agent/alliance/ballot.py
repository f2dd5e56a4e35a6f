"""A team decides its own way before its first question, and may decide anew at any time (S35, F46; T04, T05).

Nothing here knows who asked for the team: every vote counts once, and silence leaves a rule to the others.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from agent.alliance import asking, letters, looking, question, standing
from agent.alliance.dates import awake_at
from agent.alliance.event import Replied
from agent.alliance.model import Ballot, Phase, Rhythm, Stage, Vote
from agent.alliance.parts import Rule
from agent.alliance.turn import Turn
from agent.alliance.words import joined, read_ballot

OPEN_FOR = timedelta(days=3)


def open_first(turn: Turn) -> None:
    """Enough said YES: each is asked how the team shall do this (T04)."""
    turn.phase("vote")
    for p in turn.alliance.present:
        if p.stage == Stage.HOSTING:  # whoever started it, unless they have left meanwhile
            turn.close(p.number)
            turn.move(p.number, "consent")
    _open(turn)


def open_again(turn: Turn, number: int) -> None:
    """RULES: any member may put them to the vote again (S35). A vote that is open is shown instead."""
    if running(turn) is None:
        _open(turn)
    else:
        put(turn, number)


def _open(turn: Turn) -> None:
    zones = [turn.zone(p.number) for p in turn.alliance.present]
    closes = max(awake_at(turn.now + OPEN_FOR, zone, turn.house.quiet) for zone in zones)
    ids = tuple(rule.id for rule in _askable(turn))
    turn.change(ballots=(*turn.alliance.ballots, Ballot(len(turn.alliance.ballots) + 1, turn.now, closes, rules=ids)))
    for p in turn.alliance.present:
        put(turn, p.number)


def put(turn: Turn, number: int) -> None:
    """The vote, before one member: the open question before the first prompt, later beside it."""
    ballot = running(turn)
    assert ballot is not None
    about = f"vote:{ballot.number}"
    if turn.p(number).stage == Stage.VOTING:
        question.ask(turn, number, about)
    else:
        turn.say(number, letter(turn), about)


def letter(turn: Turn) -> letters.Ballot:
    """The vote as a letter, with what holds now."""
    ballot = running(turn)
    assert ballot is not None
    rows = tuple(
        letters.BallotRow(
            n,
            rule.title,
            tuple(
                letters.BallotOption(o.key, o.words, turn.alliance.rules.get(rule.id) == o.value) for o in rule.options
            ),
        )
        for n, rule in enumerate(_rules(turn, ballot), 1)
    )
    return letters.Ballot((), rows, ballot.closes, bool(turn.alliance.rules))


def _askable(turn: Turn) -> tuple[Rule, ...]:
    """The rules that can be voted on now. Who answered without a name stays without one, whatever is voted later."""
    phase, rules = turn.alliance.phase, turn.alliance.rules
    if phase in (Phase.INVITED, Phase.VOTING):
        return turn.flow.rules
    named = phase == Phase.ASKING and rules["names"] == "shown"
    open_ones = {"agree", "rhythm", "names"} if named else {"agree", "rhythm"}
    return tuple(rule for rule in turn.flow.rules if rule.id in open_ones)


def _rules(turn: Turn, ballot: Ballot) -> list[Rule]:
    return [rule for rule in turn.flow.rules if rule.id in ballot.rules]


def running(turn: Turn) -> Ballot | None:
    """The vote that is open; None when none is."""
    last = turn.alliance.ballots[-1] if turn.alliance.ballots else None
    return last if last is not None and last.closed is None else None


def voted(turn: Turn, event: Replied) -> None:
    """A reply to the vote; a second one replaces the first, and each is read back."""
    number, ballot = event.participant, running(turn)
    if ballot is None or event.about != f"vote:{ballot.number}":
        turn.say(number, rules_letter(turn, ()), "rules")
        return
    rules = _rules(turn, ballot)
    picks = read_ballot(event.text, [(r.id, {o.key: o.words for o in r.options}) for r in rules])
    if picks is None:
        turn.say(number, letters.TeamAsk("vote", event.text, 0), event.about)
        return
    vote = Vote(number, picks, event.cause, turn.now)
    others = tuple(v for v in ballot.votes if v.participant != number)
    turn.change(ballots=(*turn.alliance.ballots[:-1], replace(ballot, votes=(*others, vote))))
    if turn.p(number).stage == Stage.VOTING:
        turn.close(number)
    if look_around(turn):
        return
    rows = tuple((r.title, next((o.words for o in r.options if o.key == picks[r.id]), "")) for r in rules)
    turn.say(number, letters.Voted(rows, ballot.closes), event.about)


def look_around(turn: Turn) -> bool:
    """Count at once when everybody has voted. Whether that was so."""
    ballot = running(turn)
    if ballot is None or not {v.participant for v in ballot.votes} >= {p.number for p in turn.alliance.present}:
        return False
    close(turn)
    return True


def close(turn: Turn) -> None:
    """The vote is over: count, tell everybody the same, and go on (T05)."""
    ballot = running(turn)
    assert ballot is not None
    here = {p.number for p in turn.alliance.present}
    votes = [v for v in ballot.votes if v.participant in here]
    rules, tied = dict(turn.alliance.rules), []
    for rule in _rules(turn, ballot):
        value, was_tied = _counted(rule, [v.picks.get(rule.id, "") for v in votes], rules.get(rule.id, ""))
        rules[rule.id] = value
        tied += [rule.id] if was_tied else []
    closed = replace(ballot, closed=turn.now, tied=tuple(tied))
    first, agree = turn.alliance.phase == Phase.VOTING, turn.alliance.rules.get("agree")
    turn.change(ballots=(*turn.alliance.ballots[:-1], closed), rules=rules)
    turn.tailor()
    _new_rhythm(turn, int(rules["rhythm"]))
    for p in turn.alliance.present:
        if p.stage == Stage.VOTING:
            turn.close(p.number)
        turn.say(p.number, rules_letter(turn, closed.tied), "rules")
    if first:
        turn.phase("begin")
        for p in turn.alliance.present:
            turn.move(p.number, "ruled")
            asking.begin(turn, p.number, tomorrow=True)
    if rules["agree"] != agree:
        standing.rule_changed(turn)


def _counted(rule: Rule, picks: list[str], now: str) -> tuple[str, bool]:
    """The value with most votes. At a tie what protects people more stands; without votes what holds now, or that."""
    count = {o.value: picks.count(o.key) for o in rule.options}
    most = max(count.values())
    best = [value for value in rule.protects if count[value] == most]
    if most == 0 and now:
        return now, False
    return best[0], most > 0 and len(best) > 1


def _new_rhythm(turn: Turn, months: int) -> None:
    rhythm = Rhythm((), months, "month")
    if turn.alliance.rhythm == rhythm:
        return
    if turn.alliance.phase in (Phase.AGREED, Phase.CHANGING):
        looking.set_rhythm(turn, rhythm)
        turn.change(calendar_sequence=turn.alliance.calendar_sequence + 1)
    else:
        turn.change(rhythm=rhythm)


def rules_letter(turn: Turn, tied: tuple[str, ...]) -> letters.TeamRules:
    """What the team chose, and who takes part (T05)."""
    rules = turn.alliance.rules
    rows = tuple(letters.RuleRow(r.title, r.words_of(rules[r.id]), r.id in tied) for r in turn.flow.rules)
    names = [p.name for p in turn.alliance.present]
    return letters.TeamRules(rows, joined(names, turn.flow.language), len(names), turn.alliance.phase == Phase.VOTING)


def due(turn: Turn) -> datetime | None:
    """When the open vote ends."""
    ballot = running(turn)
    return ballot.closes if ballot else None
