"""A team's draft: a line stands by the rule that the team chose, objections mend it, and silence is no one's yes (F47, F48).

A draft is counted when all have spoken, or when its time is over. "everyone" needs the yes of each; with "no_objection"
silence is no objection, and no yes either; with "majority" more than half must have said yes. What somebody objects to
is mended once, in words that members propose; what is objected to again becomes an open point (spec 4.5, T12 to T14).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from agent.alliance import agreeing, coming, letters, question, team_lines
from agent.alliance import draft as page
from agent.alliance.dates import awake_at
from agent.alliance.edit import Edit
from agent.alliance.event import Replied
from agent.alliance.model import Changed, Confirmation, Draft, Line, Note, Objection, Phase, Proposal, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import Change, read_consent, read_objections, said_of_page

REVIEW = timedelta(days=7)
MEND = timedelta(days=4)
_ROUNDS = 2  # drafts in which a line may be objected to before it stays open


def put(turn: Turn, lines: tuple[Line, ...], changed: tuple[Changed, ...] = ()) -> None:
    """Put the next draft before everybody, silent or not, with a day on which it is counted (F48)."""
    if turn.alliance.phase == Phase.AGREED:
        turn.phase("reopen")
    draft = page.made(turn.flow, turn.alliance, lines, turn.now, changed)
    turn.change(drafts=(*turn.alliance.drafts, draft), mending=(), closes=_after(turn, REVIEW))
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage in (Stage.ANSWERING, Stage.READING):
            turn.move(p.number, "moved_on")
        else:
            turn.move(p.number, "review")
        question.ask(turn, p.number, f"draft:{draft.version}")


def _after(turn: Turn, wait: timedelta) -> datetime:
    zones = [turn.zone(p.number) for p in turn.alliance.present]
    return max(awake_at(turn.now + wait, zone, turn.house.quiet) for zone in zones)


def draft_letter(turn: Turn, number: int) -> letters.TeamDraft:
    """The newest draft for one member: what changed, the page, the rule by which a line stands, and until when."""
    alliance, newest = turn.alliance, turn.alliance.draft
    assert newest is not None
    assert alliance.closes is not None
    return letters.TeamDraft(
        notes=(),
        version=newest.version,
        changes=tuple(letters.LineChange(c.number, c.was, c.now, "", request=False) for c in newest.changed),
        in_force=alliance.agreed,
        sections=page.sections_of(turn.flow, alliance, newest.lines),
        asks_of_me=page.asks_of_me(newest.lines, number),
        rule=alliance.rules["agree"],
        left_out=team_lines.left_out(turn.flow, alliance) if newest.version == 1 else 0,
        closes=alliance.closes,
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
    known = tuple(o for o in objections if 1 <= o.number <= len(answered.lines))
    if len(known) < len(objections):
        missing = next(o.number for o in objections if o not in known)
        turn.say(number, letters.AskBack("number", event.text, version, missing), event.about)
        return
    reading = agreeing.read_page(turn, replace(event, text=rest), answered)
    if not objections and (("ok" in (found := said_of_page(rest)) and len(found) == 1) or reading.verdict == "confirm"):
        _ok(turn, event, answered)
    elif objections or reading.verdict == "changes":
        if turn.alliance.phase == Phase.AGREED:
            reopened(turn, event, answered, reading.changes)
        elif answered.version < newest.version:
            turn.note(number, Note("stale", title=str(version)))
            turn.say(number, draft_letter(turn, number), f"draft:{newest.version}")
        else:
            _take(turn, event, answered, [(answered.lines[o.number - 1], o.why) for o in known], reading.changes)
    else:
        turn.say(number, letters.TeamAsk("draft", event.text, newest.version), event.about)


def _ok(turn: Turn, event: Replied, answered: Draft) -> None:
    """A yes to this version and no other (invariant 4); after the agreement it is added to the list of those who said OK."""
    number, newest = event.participant, turn.alliance.draft
    assert newest is not None
    joining = turn.alliance.phase == Phase.AGREED and turn.p(number).stage == Stage.REVIEWING
    wanted = turn.alliance.in_force if turn.alliance.phase == Phase.AGREED and not joining else newest
    if wanted is None or answered.version != wanted.version:
        turn.note(number, Note("stale", title=str(answered.version)))
        if turn.alliance.phase == Phase.AGREED:
            agreeing.show(turn, number)
        else:
            turn.say(number, draft_letter(turn, number), f"draft:{newest.version}")
        return
    old = next((c for c in turn.alliance.confirmations if (c.participant, c.version) == (number, wanted.version)), None)
    if old is None:
        yes = Confirmation(number, wanted.version, wanted.sha256, turn.now, event.cause, event.text)
        turn.change(
            confirmations=(*turn.alliance.confirmations, yes), objections=_without(turn, number, wanted.version)
        )
    if turn.p(number).stage == Stage.REVIEWING:
        turn.close(number)
        turn.move(number, "confirm")
        if joining:
            turn.move(number, "live")
            coming.signed(turn, number)
            return
    if not _count_if_all(turn):
        waiting = turn.alliance.phase != Phase.AGREED
        turn.say(number, letters.Confirmed(wanted.version, old.at if old else turn.now, waiting), event.about)


def _without(turn: Turn, number: int, version: int) -> tuple[Objection, ...]:
    return tuple(o for o in turn.alliance.objections if (o.participant, o.version) != (number, version))


def _take(
    turn: Turn, event: Replied, answered: Draft, objected: list[tuple[Line, str]], changes: tuple[Change, ...]
) -> None:
    """Keep objections and better words for the day of the count. Better words for what is not one's own object to it."""
    number, version = event.participant, answered.version
    objections, proposals, unclear = [], [], 0
    objections += [Objection(number, version, line.id, why, event.cause, turn.now) for line, why in objected]
    for change in changes:
        line: Line | None = (
            answered.lines[change.number - 1] if change.number and change.number <= len(answered.lines) else None
        )
        if change.kind == "add" and change.text:
            proposals.append(Proposal(number, version, 0, change.text, event.cause, turn.now))
        elif line is not None and change.kind == "replace" and change.text:
            proposals.append(Proposal(number, version, line.id, change.text, event.cause, turn.now))
            if line.owner != number:
                objections.append(Objection(number, version, line.id, "", event.cause, turn.now))
        elif line is not None and change.kind in ("drop", "open"):
            if line.owner == number:
                proposals.append(Proposal(number, version, line.id, "-", event.cause, turn.now))
            else:
                objections.append(Objection(number, version, line.id, event.text, event.cause, turn.now))
        elif change.kind != "keep":
            unclear = change.number or -1
    if unclear and not (objections or proposals):
        turn.say(
            number,
            letters.AskBack("what_words" if unclear > 0 else "which_line", event.text, version, max(unclear, 0)),
            event.about,
        )
        return
    lines = {line.id: n for n, line in enumerate(answered.lines, 1)}
    earlier = tuple(c for c in turn.alliance.confirmations if (c.participant, c.version) != (number, version))
    turn.change(
        confirmations=earlier,
        objections=(*_without(turn, number, version), *objections),
        proposals=(
            *(p for p in turn.alliance.proposals if (p.participant, p.version) != (number, version)),
            *proposals,
        ),
    )
    if turn.p(number).stage == Stage.CONFIRMED:
        turn.move(number, "review")
    turn.close(number)
    noted = tuple(letters.Heard(lines.get(o.line, 0), o.why, "") for o in objections if o.why) + tuple(
        letters.Heard(lines.get(p.line, 0), "", p.text) for p in proposals
    )
    no_harm = tuple(lines[o.line] for o in objections if not o.why and not any(p.line == o.line for p in proposals))
    if not _count_if_all(turn):
        assert turn.alliance.closes is not None
        turn.say(number, letters.Objected(noted, no_harm, turn.alliance.closes), f"draft:{version}")


def late_line(turn: Turn, event: Replied) -> None:
    """An answer that comes when the draft is out: a line for the next draft (T11)."""
    number, draft = event.participant, turn.alliance.draft
    assert draft is not None
    added = Proposal(number, draft.version, 0, event.text, event.cause, turn.now)
    turn.change(proposals=(*turn.alliance.proposals, added))
    turn.note(number, Note("added", text=event.text))
    if not _count_if_all(turn):
        turn.say(number, letters.Corrected((), others_told=False), event.about)


def reopened(turn: Turn, event: Replied, answered: Draft, changes: tuple[Change, ...]) -> None:
    """Any member may put new words to the others (S33, T14): they are a draft, and stand by the team's rule."""
    wanted = tuple(c for c in changes if c.kind != "vague" and (c.text or c.kind in ("drop", "open", "trial")))
    author = turn.p(event.participant)
    lines, changed = Edit(turn.flow, turn.alliance, answered, author, event.cause).of(wanted)
    if changed:
        put(turn, lines, changed)
    else:
        agreeing.change_asked(turn, event.participant, event.text)


# ---------------------------------------------------------------- counting


def _count_if_all(turn: Turn) -> bool:
    """Count at once when everybody has spoken. Whether that was so."""
    newest = turn.alliance.draft
    if newest is None or turn.alliance.phase not in (Phase.DRAFTING, Phase.CHANGING):
        return False
    spoken = {c.participant for c in turn.alliance.confirmations if c.version == newest.version}
    spoken |= {o.participant for o in turn.alliance.objections if o.version == newest.version}
    spoken |= {p.participant for p in turn.alliance.proposals if p.version == newest.version}
    if spoken < {p.number for p in turn.alliance.present}:
        return False
    count(turn)
    return True


def count(turn: Turn) -> None:
    """What follows from the replies to the newest draft, by the team's rule."""
    if turn.alliance.mending:
        _mended(turn)
        return
    alliance, draft = turn.alliance, turn.alliance.draft
    assert draft is not None
    here = {p.number for p in alliance.present}
    yes = {c.participant for c in alliance.confirmations if c.version == draft.version} & here
    objected = {o.line for o in alliance.objections if o.version == draft.version and o.participant in here}
    wished = [p for p in alliance.proposals if p.version == draft.version and p.line not in objected]
    rule = alliance.rules["agree"]
    most = 2 * len(yes) > len(here)
    if objected and not (rule == "majority" and most):
        _mend(turn, draft, tuple(line.id for line in draft.lines if line.id in objected))
    elif wished:
        _next_version(turn, draft, {})
    elif yes == here or rule == "no_objection" or (rule == "majority" and most):
        _stand(turn, draft)
    else:
        _ask_to_wait(turn)


def _mend(turn: Turn, draft: Draft, objected: tuple[int, ...]) -> None:
    """Better words are asked of all, once for each line; what was objected to before stays open (T13)."""
    again = {i for i in objected if len({o.version for o in turn.alliance.objections if o.line == i}) >= _ROUNDS}
    fresh = tuple(i for i in objected if i not in again)
    if not fresh:
        _next_version(turn, draft, dict.fromkeys(again))
        return
    turn.change(mending=fresh, closes=_after(turn, MEND))
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage == Stage.CONFIRMED:
            turn.move(p.number, "review")
        question.ask(turn, p.number, f"mend:{draft.version}")


def mend_letter(turn: Turn, version: int) -> letters.Mend:
    """The lines that somebody objects to, with the harm that is feared, and without a name (T13)."""
    alliance, draft = turn.alliance, turn.alliance.drafts[version - 1]
    assert alliance.closes is not None
    rows = []
    for n, line in enumerate(draft.lines, 1):
        if line.id in alliance.mending:
            whys = tuple(o.why for o in alliance.objections if (o.line, o.version) == (line.id, version) and o.why)
            said = tuple(p.text for p in alliance.proposals if (p.line, p.version) == (line.id, version) and p.text)
            rows.append(letters.MendRow(n, page.line_text(turn.flow, alliance, line), whys, said))
    return letters.Mend((), version, tuple(rows), len(draft.lines) - len(rows), alliance.closes)


def mend_reply(turn: Turn, event: Replied, version: int) -> None:
    """New words for a line, KEEP, or PASS."""
    number, alliance = event.participant, turn.alliance
    if alliance.draft is None or alliance.draft.version != version or not alliance.mending:
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    draft = alliance.draft
    found = said_of_page(event.text)
    reading = read_consent(event.text, len(draft.lines), version=version)
    wanted = {}
    if found in ({"keep"}, {"ok"}):
        wanted = dict.fromkeys(alliance.mending, "")
    elif reading.verdict == "changes":
        for c in reading.changes:
            line = draft.lines[c.number - 1] if c.number and c.number <= len(draft.lines) else None
            if line is not None and line.id in alliance.mending and (c.text or c.kind == "keep"):
                wanted[line.id] = c.text if c.kind == "replace" else ""
    elif len(alliance.mending) == 1 and reading.verdict != "question" and len(event.text.split()) > 2:
        wanted = {alliance.mending[0]: event.text}
    if not wanted:
        turn.say(number, letters.TeamAsk("mend", event.text, version), event.about)
        return
    kept = tuple(
        p for p in alliance.proposals if (p.participant, p.version) != (number, version) or p.line not in wanted
    )
    new = tuple(Proposal(number, version, i, text, event.cause, turn.now) for i, text in wanted.items())
    turn.change(proposals=(*kept, *new))
    turn.close(number)
    lines = {line.id: n for n, line in enumerate(draft.lines, 1)}
    turn.say(
        number,
        letters.Objected(tuple(letters.Heard(lines[p.line], "", p.text) for p in new), (), _closing(turn)),
        event.about,
    )


def passed(turn: Turn, event: Replied) -> None:
    """PASS: it is left to the others."""
    turn.close(event.participant)
    turn.say(event.participant, letters.Objected((), (), _closing(turn)), event.about)


def _closing(turn: Turn) -> datetime:
    assert turn.alliance.closes is not None
    return turn.alliance.closes


def _mended(turn: Turn) -> None:
    """The best-liked words for each line; of equally liked ones those of who objected. Nobody rewords another's promise."""
    draft = turn.alliance.draft
    assert draft is not None
    words: dict[int, Proposal | None] = {}
    for line in (one for one in draft.lines if one.id in turn.alliance.mending):
        said = [p for p in turn.alliance.proposals if (p.line, p.version) == (line.id, draft.version)]
        own = [p for p in said if line.owner in (0, p.participant)]
        objectors = {o.participant for o in turn.alliance.objections if (o.line, o.version) == (line.id, draft.version)}
        best = max(
            own,
            key=lambda p: (sum(page.same(p.text, q.text) for q in said), p.participant in objectors, -own.index(p)),
            default=None,
        )
        if best is None and line.owner == 0:
            words[line.id] = None
        elif best is not None and best.text:
            words[line.id] = best
    _next_version(turn, draft, words)


def _next_version(turn: Turn, draft: Draft, words: dict[int, Proposal | None]) -> None:
    """The next draft: mended lines, lines left open (None), and what people wished for their own and as new ones."""
    people = turn.alliance.present
    lines = []
    own = {
        p.line: p
        for p in turn.alliance.proposals
        if p.version == draft.version and p.line and p.line not in turn.alliance.mending
    }
    for line in draft.lines:
        mended = words.get(line.id)
        wish = own.get(line.id)
        if line.id in words and mended is None:
            lines.append(replace(line, open=True, hand=True))
        elif mended is not None:
            author = turn.p(mended.participant)
            asked = page.asks_of(mended.text, author, people, "shared") if not line.owner else 0
            lines.append(
                replace(
                    line,
                    text=page.tidy(mended.text),
                    by=(author.number,),
                    source=(mended.cause,),
                    asked_of=asked,
                    hand=True,
                    changes=line.changes + 1,
                )
            )
        elif wish is not None and wish.participant == line.owner:
            if wish.text != "-":
                lines.append(
                    replace(line, text=page.tidy(wish.text), source=(wish.cause,), hand=True, changes=line.changes + 1)
                )
        else:
            lines.append(line)
    last = max(line.id for d in turn.alliance.drafts for line in d.lines)
    for p in (p for p in turn.alliance.proposals if p.version == draft.version and not p.line):
        last += 1
        asked = page.asks_of(p.text, turn.p(p.participant), people, "shared")
        section = next(q.section for q in reversed(turn.flow.prompts.values()) if q.kind == "shared")
        lines.append(Line(last, section, page.tidy(p.text), (p.participant,), (p.cause,), asked_of=asked, hand=True))
    changed = page.difference(turn.flow, turn.alliance, draft.lines, tuple(lines), 0)
    put(turn, tuple(lines), changed)


def _ask_to_wait(turn: Turn) -> None:
    """The rule asks for words that have not come: wait another week, or change the rule by vote; the same to all (4.5)."""
    turn.change(closes=None)
    for p in turn.alliance.present:
        turn.say(p.number, letters.TeamWait(turn.alliance.rules["agree"]), f"draft:{len(turn.alliance.drafts)}")


def _stand(turn: Turn, draft: Draft) -> None:
    """Every line stands by the team's rule: the same page to all, with who said OK and no word about who did not (T14)."""
    turn.change(closes=None, mending=())
    again = agreeing.take_effect(turn, draft)
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage == Stage.CONFIRMED:
            turn.move(p.number, "live")
        else:
            turn.move(p.number, "stand")
    agreeing.send_final(turn, draft, again=again)
