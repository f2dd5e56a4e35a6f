"""A team's draft: a line stands by the rule that the team chose, and silence is no one's yes (F47, F48).

A draft is counted when all have spoken, or when its time is over. "everyone" needs the yes of each; with "no_objection"
silence is no objection and no yes either, and somebody has to have said yes; with "majority" more than half must have.
What somebody objects to is mended (`rewording`).
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from agent.alliance import agreeing, coming, letters, looking, question, rewording, team_lines
from agent.alliance import draft as page
from agent.alliance.dates import awake_at
from agent.alliance.edit import Edit
from agent.alliance.event import Replied
from agent.alliance.model import Changed, Confirmation, Draft, Line, Note, Objection, Phase, Proposal, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import AnswerReading, Change, read_objections, said_of_page

REVIEW = timedelta(days=7)
_YES = re.compile(
    r"(?:\b(?:yes|yep|yeah|yup|aye|ja|jawohl|oui|s[ií]|sim|tak|indeed|absolutely|certainly|definitely|affirmative|of course|by all means)\b|\+1)\W*",
    re.IGNORECASE,
)
_Said = TypeVar("_Said", Objection, Proposal)


def put(
    turn: Turn, lines: tuple[Line, ...], changed: tuple[Changed, ...] = (), settled: frozenset[int] | None = None
) -> None:
    """Put the next draft before everybody, silent or not, with a day on which it is counted (F48).

    What was said of the draft before it and is not among the `settled` lines (0 for new ones) goes on counting where a
    line is the same; with None nothing does.
    """
    old = turn.alliance.draft
    draft = page.made(turn.flow, turn.alliance, lines, turn.now, changed)
    turn.change(drafts=(*turn.alliance.drafts, draft), mending=(), closes=after(turn, REVIEW))
    if turn.alliance.phase == Phase.AGREED:
        turn.phase("reopen")
        coming.bring_along(turn)
    if old is not None and settled is not None:
        _carry(turn, old, draft, settled)
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage in (Stage.ANSWERING, Stage.READING):
            turn.move(p.number, "moved_on")
        else:
            turn.move(p.number, "review")
        question.ask(turn, p.number, f"draft:{draft.version}")


def _carry(turn: Turn, old: Draft, new: Draft, settled: frozenset[int]) -> None:
    """An objection or a wish is not lost because something else has changed."""
    same = {line.id for line in new.lines if not line.open} & {0, *(line.id for line in old.lines)} - settled
    texts = {line.id: line.text for line in old.lines}
    same = {i for i in same if next(x.text for x in new.lines if x.id == i) == texts[i]} | ({0} - settled)
    objections = [
        replace(o, version=new.version) for o in turn.alliance.objections if o.version == old.version and o.line in same
    ]
    wishes = [
        replace(p, version=new.version) for p in turn.alliance.proposals if p.version == old.version and p.line in same
    ]
    turn.change(objections=(*turn.alliance.objections, *objections), proposals=(*turn.alliance.proposals, *wishes))
    numbers = {line.id: n for n, line in enumerate(new.lines, 1)}
    for o in objections:
        turn.note(o.participant, Note("objection_stands", title=str(numbers[o.line])))


def after(turn: Turn, wait: timedelta) -> datetime:
    """When so much time has gone by and nobody is in quiet hours."""
    zones = [turn.zone(p.number) for p in turn.alliance.present]
    return max(awake_at(turn.now + wait, zone, turn.house.quiet) for zone in zones)


def draft_letter(turn: Turn, number: int) -> letters.TeamDraft:
    """The newest draft for one member: what changed, the page, the rule by which a line stands, and until when."""
    alliance, newest = turn.alliance, turn.alliance.draft
    assert newest is not None
    return letters.TeamDraft(
        notes=(),
        version=newest.version,
        changes=tuple(letters.LineChange(c.number, c.was, c.now, "", request=False) for c in newest.changed),
        in_force=alliance.agreed,
        sections=page.sections_of(turn.flow, alliance, newest.lines),
        asks_of_me=page.asks_of_me(newest.lines, number),
        voided=question.voided(alliance, number),
        rule=alliance.rules["agree"],
        left_out=team_lines.left_out(turn.flow, alliance) if newest.version == 1 else 0,
        long=newest.version == 1 and team_lines.is_long(newest.lines),
        closes=None if alliance.mending else alliance.closes,
    )


# ---------------------------------------------------------------- replies to the draft


def reply(turn: Turn, event: Replied, version: int) -> None:
    """A reply to a draft or to the agreement: OK, an objection with its harm, better words, or what is asked about."""
    number, newest = event.participant, turn.alliance.draft
    if newest is None or not 1 <= version <= len(turn.alliance.drafts):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    answered = turn.alliance.drafts[version - 1]
    objections, rest = read_objections(event.text)
    missing = next((o.number for o in objections if not 1 <= o.number <= len(answered.lines)), None)
    if missing is not None:
        turn.say(number, letters.AskBack("number", event.text, version, missing), f"heard:{version}")
        return
    reading = agreeing.read_page(turn, replace(event, text=rest), answered)
    if not objections and _agrees(turn, replace(event, text=rest), answered, reading.verdict == "confirm"):
        _ok(turn, event, answered)
    elif objections or reading.verdict == "changes":
        harms = tuple((answered.lines[o.number - 1], o.why) for o in objections)
        _unlike(turn, event, answered, harms, reading.changes)
    elif not objections and said_of_page(rest) == {"print"}:
        _print(turn, event)
    elif not looking.change_rhythm(turn, number, event.text):
        turn.say(number, letters.TeamAsk("draft", event.text, version), f"draft:{version}")


def _agrees(turn: Turn, event: Replied, answered: Draft, confirms: bool) -> bool:
    """Whether these words are an OK to the page. A bare yes is none: asked was whether there is a line to object to.

    Somebody new is asked whether the page is theirs as well, to which it is a yes.
    """
    if said_of_page(event.text) == {"ok"}:
        return True
    asked_for_yes = turn.alliance.phase == Phase.AGREED and turn.p(event.participant).stage == Stage.REVIEWING
    if not confirms or asked_for_yes:
        return confirms
    more = replace(event, text=_YES.sub("", event.text))
    return said_of_page(more.text) == {"ok"} or agreeing.read_page(turn, more, answered).verdict == "confirm"


def aside(turn: Turn, event: Replied, version: int = 0) -> None:
    """A reply to a letter that did not ask for a word on the page (0: nor showed it): wishes are taken, an OK is asked about."""
    alliance = turn.alliance
    newest = alliance.in_force if alliance.phase == Phase.AGREED else alliance.draft
    if newest is None:
        turn.say(event.participant, letters.AskBack("unclear", event.text, 0, 0), event.about)
    elif not (1 <= version <= len(alliance.drafts) and beside(turn, event, alliance.drafts[version - 1])):
        turn.say(event.participant, letters.TeamAsk("draft", event.text, newest.version), f"draft:{newest.version}")


def beside(turn: Turn, event: Replied, answered: Draft) -> bool:
    """Words beside a command or a private line: what is wished is taken, an OK is asked about. False for others."""
    objections, rest = read_objections(event.text)
    reading = agreeing.read_page(turn, replace(event, text=rest), answered)
    if objections or reading.verdict == "changes" or said_of_page(rest) == {"print"}:
        reply(turn, event, answered.version)
    elif said_of_page(rest) == {"ok"} or reading.verdict == "confirm" or reading.leaning:
        turn.say(event.participant, letters.TeamAsk("draft", event.text, answered.version), f"draft:{answered.version}")
    else:
        return False
    return True


def _ok(turn: Turn, event: Replied, answered: Draft) -> None:
    """A yes to this version and no other (invariant 4); after the agreement it is added to the list of those who said OK."""
    number, newest = event.participant, turn.alliance.draft
    assert newest is not None
    if turn.alliance.phase == Phase.AGREED and turn.p(number).stage == Stage.REVIEWING:
        coming.signed(turn, event, answered)
        return
    wanted = turn.alliance.in_force if turn.alliance.phase == Phase.AGREED else newest
    if wanted is None or answered.version != wanted.version:
        turn.note(number, Note("stale", title=str(answered.version)))
        if turn.alliance.phase == Phase.AGREED:
            agreeing.show(turn, number)
        else:
            turn.say(number, draft_letter(turn, number), f"draft:{newest.version}")
        return
    at = confirm(turn, event, wanted)
    turn.change(
        objections=_without(turn.alliance.objections, number, wanted.version),
        proposals=tuple(
            p for p in turn.alliance.proposals if (p.participant, p.version) != (number, wanted.version) or not p.line
        ),  # a line that they added stays wished for
    )
    if turn.p(number).stage == Stage.REVIEWING:
        turn.close(number)
        turn.move(number, "confirm")
    if not look_around(turn):
        waiting = turn.alliance.phase != Phase.AGREED
        turn.say(number, letters.Confirmed(wanted.version, at, waiting), f"draft:{wanted.version}")


def confirm(turn: Turn, event: Replied, draft: Draft) -> datetime:
    """Keep this person's yes to one version, once; when it was given."""
    yes = turn.alliance.confirmations
    old = next((c for c in yes if (c.participant, c.version) == (event.participant, draft.version)), None)
    if old is None:
        told = (turn.now, event.cause, event.text, turn.level, turn.proved)
        new = Confirmation(event.participant, draft.version, draft.sha256, *told)
        turn.change(confirmations=(*yes, new))
    return old.at if old else turn.now


def _without(said: tuple[_Said, ...], number: int, version: int) -> tuple[_Said, ...]:
    return tuple(x for x in said if (x.participant, x.version) != (number, version))


def _unlike(
    turn: Turn, event: Replied, answered: Draft, harms: tuple[tuple[Line, str], ...], changes: tuple[Change, ...]
) -> None:
    """Objections and changes: to the page that stands they are a new draft; to an old draft, the newest is shown."""
    newest = turn.alliance.draft
    assert newest is not None
    if turn.alliance.phase == Phase.AGREED:
        reopened(turn, event, answered, changes)
    elif answered.version < newest.version:
        turn.note(event.participant, Note("stale", title=str(answered.version)))
        turn.say(event.participant, draft_letter(turn, event.participant), f"draft:{newest.version}")
    else:
        _take(turn, event, answered, harms, changes)


def _take(
    turn: Turn, event: Replied, answered: Draft, harms: tuple[tuple[Line, str], ...], changes: tuple[Change, ...]
) -> None:
    """Keep objections and better words for the day of the count. Better words for what is not one's own object to it."""
    number, version = event.participant, answered.version
    objections = [Objection(number, version, line.id, why, event.cause, turn.now) for line, why in harms]
    wishes: list[Proposal] = []
    unclear = 0
    for change in changes:
        at = (change.number or 0) - 1
        line = answered.lines[at] if 0 <= at < len(answered.lines) else None
        if change.kind == "add" and change.text:
            wishes.append(Proposal(number, version, 0, change.text, event.cause, turn.now))
        elif line is not None and change.kind == "open":
            objections.append(Objection(number, version, line.id, "", event.cause, turn.now))
        elif line is not None and (change.kind == "drop" or (change.kind == "replace" and change.text)):
            wishes.append(Proposal(number, version, line.id, change.text or rewording.OUT, event.cause, turn.now))
            if line.owner != number:
                objections.append(Objection(number, version, line.id, "", event.cause, turn.now))
        elif change.kind != "keep":
            unclear = change.number or -1
    if not (objections or wishes):
        kind = "what_words" if unclear > 0 else "which_line"
        turn.say(number, letters.AskBack(kind, event.text, version, max(unclear, 0)), f"heard:{version}")
        return
    _keep(turn, number, version, objections, wishes)
    if not look_around(turn):
        turn.say(number, _receipt(turn, answered, objections, wishes), f"heard:{version}")


def _keep(turn: Turn, number: int, version: int, objections: list[Objection], wishes: list[Proposal]) -> None:
    """The newest words of a member count, and whoever finds fault with a line has not said yes to the page."""
    alliance = turn.alliance
    yes = (number, version)
    turn.change(
        confirmations=tuple(c for c in alliance.confirmations if (c.participant, c.version) != yes),
        objections=(*_without(alliance.objections, number, version), *objections),
        proposals=(*_without(alliance.proposals, number, version), *wishes),
        closes=alliance.closes or after(turn, REVIEW),
    )
    if turn.p(number).stage == Stage.CONFIRMED:
        turn.move(number, "review")
    turn.close(number)


def _receipt(turn: Turn, draft: Draft, objections: list[Objection], wishes: list[Proposal]) -> letters.Objected:
    """How it was understood; the harm of a line is asked for where nobody could mend it otherwise."""
    assert turn.alliance.closes is not None
    numbers = {line.id: n for n, line in enumerate(draft.lines, 1)}
    told = {o.line for o in objections if o.why} | {w.line for w in wishes if w.text != rewording.OUT}
    no_harm = tuple(dict.fromkeys(numbers[o.line] for o in objections if o.line not in told))
    heard = tuple(letters.Heard(numbers[o.line], o.why, "") for o in objections if o.why)
    heard += tuple(letters.Heard(numbers.get(w.line, 0), "", w.text) for w in wishes)
    may_print = turn.alliance.rules["agree"] == "majority" and any(h.why for h in heard)
    return letters.Objected(heard, no_harm, turn.alliance.closes, may_print)


def _print(turn: Turn, event: Replied) -> None:
    """PRINT: a view that the others outvote may stand under its line, if its author wants (spec 4.5)."""
    number = event.participant
    version = turn.alliance.agreed if turn.alliance.phase == Phase.AGREED else len(turn.alliance.drafts)
    mine = [o for o in turn.alliance.objections if (o.participant, o.version) == (number, version) and o.why]
    if not mine or turn.alliance.rules["agree"] != "majority":
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    turn.change(objections=tuple(replace(o, shown=True) if o in mine else o for o in turn.alliance.objections))
    turn.say(number, letters.TeamPrinted(tuple(o.why for o in mine)), f"heard:{version}")


def late_line(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """An answer that comes when the draft is out: a line for the next draft (T11). A word about the draft is asked about."""
    number, draft = event.participant, turn.alliance.draft
    assert draft is not None
    about_draft = said_of_page(event.text) or read_objections(event.text)[0] or agreeing.is_about_draft(turn, event)
    if about_draft:
        turn.say(number, letters.TeamAsk("draft", event.text, draft.version), f"draft:{draft.version}")
        return
    if reading.not_an_answer or not reading.text:
        turn.say(number, letters.AskBack("answer", event.text, 0, 0), event.about)
        return
    prompt = turn.flow.prompts.get(event.about.partition(":")[2])
    section = prompt.section if prompt else ""
    added = Proposal(number, draft.version, 0, reading.text, event.cause, turn.now, section)
    turn.change(proposals=(*turn.alliance.proposals, added), closes=turn.alliance.closes or after(turn, REVIEW))
    turn.note(number, Note("added", text=reading.text))
    turn.say(number, letters.Corrected((), others_told=False), event.about)


def reopened(turn: Turn, event: Replied, answered: Draft, changes: tuple[Change, ...]) -> None:
    """Any member may put new words to the others (S33, T14): they are a draft, and stand by the team's rule."""
    alliance, author = turn.alliance, turn.p(event.participant)
    base = answered if coming.is_page_of(turn, author, answered) else alliance.in_force
    assert base is not None
    wanted = tuple(c for c in changes if c.kind != "vague" and (c.text or c.kind in ("drop", "open", "trial")))
    from_base = alliance.but(drafts=(*alliance.drafts, base))  # what somebody new has not signed is nobody else's
    lines, changed = Edit(turn.flow, from_base, answered, author, event.cause).of(wanted)
    if not changed:
        agreeing.change_asked(turn, event.participant, event.text)
        return
    assert alliance.in_force is not None
    put(turn, lines, page.difference(turn.flow, alliance, alliance.in_force.lines, lines, author.number))


# ---------------------------------------------------------------- counting


def look_around(turn: Turn) -> bool:
    """Count at once when everybody has spoken, or when words come that a page waited for. Whether that was so."""
    alliance, draft = turn.alliance, turn.alliance.draft
    if draft is None or alliance.phase not in (Phase.DRAFTING, Phase.CHANGING):
        return False
    spoken = all(p.open is None for p in alliance.present)
    waited_for = alliance.closes is None and _stands(turn, draft)
    if not (spoken or waited_for):
        return False
    count(turn)
    return True


def _stands(turn: Turn, draft: Draft) -> bool:
    """Whether there are as many yes to this version as the team's rule asks for."""
    here = {p.number for p in turn.alliance.present}
    yes = here & {c.participant for c in turn.alliance.confirmations if c.version == draft.version}
    least = {"everyone": len(here), "no_objection": 1, "majority": len(here) // 2 + 1}
    return len(yes) >= least[turn.alliance.rules["agree"]]


def count(turn: Turn) -> None:
    """What follows from the replies to the newest draft, by the team's rule."""
    alliance, draft = turn.alliance, turn.alliance.draft
    assert draft is not None
    if alliance.mending:
        rewording.finish(turn)
        return
    here = {p.number for p in alliance.present}
    objected = {o.line for o in alliance.objections if o.version == draft.version and o.participant in here}
    wished = any(p.version == draft.version and p.participant in here for p in alliance.proposals)
    stands = _stands(turn, draft)
    if objected and not (stands and alliance.rules["agree"] == "majority"):
        rewording.begin(turn, draft, tuple(line.id for line in draft.lines if line.id in objected))
    elif wished and not objected:
        rewording.next_version(turn, draft, {})
    elif stands:
        _stand(turn, draft)
    else:
        _ask_to_wait(turn)


def _ask_to_wait(turn: Turn) -> None:
    """The rule asks for words that have not come: wait, or change the rule by vote; the same to all (spec 4.5)."""
    turn.change(closes=None)
    for p in turn.alliance.present:
        turn.say(p.number, letters.TeamWait(turn.alliance.rules["agree"]), f"wait:{len(turn.alliance.drafts)}")


def rule_changed(turn: Turn) -> None:
    """Another rule while a draft is out: who has not said yes reads what silence means now, and it is counted anew (F48)."""
    alliance = turn.alliance
    if alliance.draft is None or alliance.mending or alliance.phase not in (Phase.DRAFTING, Phase.CHANGING):
        return
    turn.change(closes=after(turn, REVIEW))
    for p in turn.alliance.present:
        if p.open is not None and p.open.about == f"draft:{alliance.draft.version}":
            question.ask(turn, p.number, p.open.about)
    look_around(turn)


def _stand(turn: Turn, draft: Draft) -> None:
    """Every line stands by the team's rule: the same page to all, with who said OK and no word about who did not (T14)."""
    turn.change(closes=None, mending=(), mended=())
    again = agreeing.take_effect(turn, draft)
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage == Stage.CONFIRMED:
            turn.move(p.number, "live")
        else:
            turn.move(p.number, "stand")
    agreeing.send_final(turn, draft, again=again)
