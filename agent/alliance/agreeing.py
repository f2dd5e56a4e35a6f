"""Drafts, changes, and a yes that belongs to one version and its hash (F22-F32)."""

import re
from collections.abc import Callable
from dataclasses import replace

from agent.alliance import draft as page
from agent.alliance import guiding, letters, looking, question, standing, team_lines, trying
from agent.alliance.edit import Edit
from agent.alliance.event import Replied
from agent.alliance.model import Changed, Confirmation, Draft, Line, Note, Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import Change, ConsentReading, read_consent, read_meeting, read_rhythm, say_rule


def first_draft(turn: Turn) -> None:
    """All parts are done and settled: put the first draft before everybody."""
    if turn.alliance.redesigned_at is not None:
        _redesigned(turn)
        return
    turn.phase("propose")
    if turn.flow.is_team:
        standing.put(turn, team_lines.first_lines(turn.flow, turn.alliance))
        return
    draft = page.made(turn.flow, turn.alliance, page.first_lines(turn.flow, turn.alliance), turn.now)
    turn.change(drafts=(*turn.alliance.drafts, draft))
    for p in turn.alliance.present:
        turn.move(p.number, "review")
        question.ask(turn, p.number, f"draft:{draft.version}")


def _redesigned(turn: Turn) -> None:
    """The prompts were asked anew: what that changes in the agreement is a draft over it, which stays in force meanwhile."""
    newest = turn.alliance.in_force
    assert newest is not None
    turn.change(redesigned_at=None)
    lines = _merged(newest, page.first_lines(turn.flow, turn.alliance), turn.alliance.drafts)
    changed = page.difference(turn.flow, turn.alliance, newest.lines, lines, 0)
    if changed:
        turn.phase("propose")
        new_version(turn, lines, changed)
        return
    turn.phase("keep")
    for p in turn.alliance.present:
        turn.move(p.number, "keep")
    looking.plan(turn)
    for p in turn.alliance.present:
        turn.say(p.number, letters.RenewalOutcome("keep", looking.next_day(turn)), f"final:{newest.version}")


def redraft(turn: Turn, by: int) -> None:
    """An answer was corrected while a draft is out: its lines follow, ids kept where a line still stands for it."""
    newest = turn.alliance.draft
    assert newest is not None
    fresh = page.first_lines(turn.flow, turn.alliance)
    lines = _merged(newest, fresh, turn.alliance.drafts)
    changed = page.difference(turn.flow, turn.alliance, newest.lines, lines, by)
    if changed:
        new_version(turn, lines, changed)


def _merged(newest: Draft, fresh: tuple[Line, ...], drafts: tuple[Draft, ...]) -> tuple[Line, ...]:
    """What people changed, added or took out by hand stays so, until they answer anew; all else is as the answers are."""
    made = {line.id: line for d in drafts for line in d.lines if not line.hand}  # as the answers last had them
    here = {line.id: place for place, line in enumerate(newest.lines)}
    by_hand = [line for line in newest.lines if line.hand]
    settled = {line.id for line in by_hand} | (made.keys() - here.keys())
    ids = _matched(fresh, sorted(made.values(), key=lambda line: line.id not in here))  # those that still stand first
    next_id = max(line.id for d in drafts for line in d.lines) + 1
    found = [replace(line, id=i or next_id + n) for n, (line, i) in enumerate(zip(fresh, ids, strict=True))]
    said_anew = [line for line in found if line.id not in settled or made[line.id].source != line.source]
    lines = [*said_anew, *(line for line in by_hand if line.id not in {new.id for new in said_anew})]
    return tuple(sorted(lines, key=lambda line: here.get(line.id, len(here))))


def _matched(fresh: tuple[Line, ...], made: list[Line]) -> list[int]:
    """For each line the id of the one that it was: the same words, else the same person's in the same place; 0 if new."""
    ids = [0] * len(fresh)
    keys: tuple[Callable[[Line], object], ...] = (
        lambda line: (line.section, line.by, line.owner, line.text),
        lambda line: (line.section, line.by, line.owner, line.asked_of),
        lambda line: (line.section, line.by),
    )
    for key in keys:
        for n, line in enumerate(fresh):
            free = (old for old in made if old.id not in ids and key(old) == key(line))
            ids[n] = ids[n] or next((old.id for old in free), 0)
    return ids


def new_version(turn: Turn, lines: tuple[Line, ...], changed: tuple[Changed, ...]) -> None:
    """Draft n+1 to everybody. A yes to an older version is set aside, and its giver told (F28, invariant 4)."""
    if turn.alliance.phase == Phase.AGREED:
        turn.phase("reopen")
    draft = page.made(turn.flow, turn.alliance, lines, turn.now, changed)
    turn.change(drafts=(*turn.alliance.drafts, draft))
    for p in turn.alliance.present:
        turn.close(p.number)
        turn.move(p.number, "review")
        question.ask(turn, p.number, f"draft:{draft.version}")


# ---------------------------------------------------------------- replies to a page


def page_reply(turn: Turn, event: Replied, version: int) -> None:
    """A reply to a draft, to the agreement, or to any letter that shows the page."""
    if turn.flow.is_team:
        standing.reply(turn, event, version)
        return
    alliance, number = turn.alliance, event.participant
    newest = alliance.draft
    if alliance.redesigned_at is not None:
        turn.say(number, letters.AskBack("redesign", event.text, 0, 0), event.about)
        return
    if newest is None or not 1 <= version <= len(alliance.drafts):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    answered = alliance.drafts[version - 1]
    reading = read_page(turn, event, answered)
    if reading.verdict not in ("confirm", "changes") and looking.change_rhythm(turn, number, event.text):
        return
    match reading.verdict:
        case "confirm":
            _confirm(turn, event, answered)
        case "changes":
            change(turn, event, answered, reading)
        case _:
            _ask_back(turn, event, answered, reading)


def read_page(turn: Turn, event: Replied, answered: Draft) -> ConsentReading:
    """What a reply says of the page that was answered."""
    here = turn.local_now(event.participant).replace(tzinfo=None)
    lines = max([len(answered.lines), *(c.number for c in answered.changed)])  # KEEP 30 may mean a line taken out
    names = tuple(p.full_name or p.name for p in turn.alliance.participants)  # one of them may sign a yes
    return read_consent(event.text, lines, version=answered.version, now=here, names=names)


def beside(turn: Turn, event: Replied, version: int) -> bool:
    """Words that stood beside a command or a private line: changes are taken, a yes is asked about. False for others."""
    if not 1 <= version <= len(turn.alliance.drafts) or turn.alliance.redesigned_at is not None:
        return False
    answered = turn.alliance.drafts[version - 1]
    if turn.flow.is_team:
        return standing.beside(turn, event, answered)
    reading = read_page(turn, event, answered)
    if reading.verdict == "changes":
        change(turn, event, answered, reading)
    elif reading.verdict == "confirm" or reading.leaning:
        turn.say(event.participant, letters.AskBack("yes", event.text, version, 0), event.about)
    else:
        return False
    return True


def is_sure(turn: Turn, event: Replied) -> bool:
    """Whether these words surely are a yes or a change of the page."""
    newest = turn.alliance.draft
    reading = read_page(turn, event, newest) if newest else None
    return reading is not None and (reading.verdict == "confirm" or any(c.kind != "vague" for c in reading.changes))


def is_about_draft(turn: Turn, event: Replied) -> bool:
    """Whether words in an old prompt's thread are meant for the draft that is out: a yes, a change by number."""
    newest = turn.alliance.draft
    if newest is None:
        return False
    reading = read_page(turn, event, newest)
    return reading.verdict in ("confirm", "decline") or reading.leaning or names_line(turn, event)


def names_line(turn: Turn, event: Replied) -> bool:
    """Whether this changes a line by its number."""
    newest = turn.alliance.draft
    return newest is not None and any(c.number for c in read_page(turn, event, newest).changes)


def _confirm(turn: Turn, event: Replied, answered: Draft) -> None:
    number, newest = event.participant, turn.alliance.draft
    assert newest is not None
    if answered.version < newest.version and turn.p(number).stage == Stage.REVIEWING:
        turn.note(number, Note("stale", title=str(answered.version)))
        turn.close(number)
        turn.say(number, question.draft_letter(turn, number), f"draft:{newest.version}")
        turn.opened(number, f"draft:{newest.version}")
        return
    mine = next((c for c in reversed(turn.alliance.confirmations) if c.participant == number), None)
    if turn.p(number).stage == Stage.CONFIRMED and mine is not None:
        turn.say(number, letters.Confirmed(newest.version, mine.at, waiting=True), f"draft:{newest.version}")
        return
    if turn.p(number).stage != Stage.REVIEWING:
        show(turn, number)
        return
    yes = Confirmation(
        number, newest.version, newest.sha256, turn.now, event.cause, event.text, turn.level, turn.proved
    )
    turn.change(confirmations=(*turn.alliance.confirmations, yes))
    turn.close(number)
    turn.move(number, "confirm")
    if all(p.stage == Stage.CONFIRMED for p in turn.alliance.present):
        _agree(turn, newest)
    else:
        turn.say(number, letters.Confirmed(newest.version, turn.now, waiting=True), f"draft:{newest.version}")


def changes(turn: Turn, event: Replied, answered: Draft, wanted: tuple[Change, ...]) -> tuple[Changed, ...]:
    """What these wishes would change in the newest draft."""
    return Edit(turn.flow, turn.alliance, answered, turn.p(event.participant), event.cause).of(wanted)[1]


def change(turn: Turn, event: Replied, answered: Draft, reading: ConsentReading) -> None:
    """Put to all what somebody wishes changed, as the next draft; or ask about it."""
    number = event.participant
    wanted = tuple(
        c for c in reading.changes if c.kind != "vague" and (c.text or c.kind in ("drop", "open", "keep", "trial"))
    )
    vague = next((c for c in reading.changes if c not in wanted), None)
    lines, changed = Edit(turn.flow, turn.alliance, answered, turn.p(number), event.cause).of(wanted)
    newest = turn.alliance.draft
    if changed:
        if vague is not None or reading.rest:
            turn.note(number, Note("not_understood", title=str(vague.number or "") if vague else "", text=reading.rest))
        new_version(turn, lines, changed)
        return
    _take_back(turn, number)  # who finds fault with a line has not said yes to the page
    if vague is not None:
        kind = "what_words" if vague.number else "which_line"
        turn.say(number, letters.AskBack(kind, event.text, answered.version, vague.number or 0), event.about)
    elif wanted and all(c.kind == "keep" for c in wanted) and newest is not None:
        opened = turn.p(number).open
        turn.note(number, Note("unchanged"))
        if opened is not None and opened.sent is None and opened.about == f"draft:{newest.version}":
            question.write_open(turn, number)  # it was owed anyway
        else:
            turn.say(number, question.draft_letter(turn, number), f"draft:{newest.version}")
    else:
        turn.say(number, letters.AskBack("which_line", event.text, answered.version, 0), event.about)


def _ask_back(turn: Turn, event: Replied, answered: Draft, reading: ConsentReading) -> None:
    """One short question, never a guess."""
    if reading.verdict == "decline":
        _take_back(turn, event.participant)
    reviewing = turn.p(event.participant).stage == Stage.REVIEWING
    if reading.verdict == "question" and not reviewing and guiding.question_asked(turn, event):
        return
    kind = {"decline": "which_line", "question": "question"}.get(reading.verdict, "unclear")
    if reading.leaning and reviewing:
        kind = "yes"
    elif kind == "unclear" and reviewing:
        kind = "draft"
    named = [
        int(n) for n in re.findall(r"\b(?:line|make|drop|change|keep|open)\s+(\d{1,3})\b", event.text, re.IGNORECASE)
    ]
    missing = next((n for n in named if n > len(answered.lines)), 0)
    if missing:
        kind = "number"
    turn.say(event.participant, letters.AskBack(kind, event.text, answered.version, missing), event.about)


def change_asked(turn: Turn, number: int, text: str = "") -> None:
    """CHANGE: take a yes back before it is settled, or open the agreement for a change (F26, A19, A20)."""
    alliance = turn.alliance
    newest = alliance.in_force if alliance.phase == Phase.AGREED else alliance.draft
    if newest is None:
        turn.say(number, letters.AskBack("unclear", text, 0, 0))
        return
    if turn.alliance.redesigned_at is not None:
        turn.say(number, letters.AskBack("redesign", text, 0, 0))
        return
    set_aside = _take_back(turn, number)
    sections = page.sections_of(turn.flow, turn.alliance, newest.lines)
    in_force = turn.alliance.agreed == newest.version
    about = (
        "heard" if turn.flow.is_team else "draft"
    )  # where OK is a yes, it is none to "what would you like to change?"
    turn.say(number, letters.ChangeAsk(newest.version, in_force, set_aside, sections), f"{about}:{newest.version}")


def _take_back(turn: Turn, number: int) -> int:
    """Undo this person's yes to the newest draft while others have not agreed; gives its version, or 0."""
    newest = turn.alliance.draft
    if newest is None or turn.p(number).stage != Stage.CONFIRMED:
        return 0
    yes = (number, newest.version)
    turn.change(confirmations=tuple(c for c in turn.alliance.confirmations if (c.participant, c.version) != yes))
    turn.move(number, "review")
    turn.opened(number, f"draft:{newest.version}")
    return newest.version


def show(turn: Turn, number: int) -> None:
    """SHOW: the page as it stands, or stood when they left."""
    alliance = turn.alliance
    draft = alliance.page_of(number)
    if draft is None:
        turn.say(number, letters.AskBack("nothing_yet", "", 0, 0))
        return
    sections = page.sections_of(turn.flow, alliance, draft.lines)
    stands = draft is alliance.in_force
    agreed_at = alliance.agreed_at if stands else draft.at if turn.p(number).kept else None
    upcoming = looking.next_day(turn) if stands or not agreed_at else None
    trials = trying.days(turn) if stands else ()
    turn.say(number, letters.Show(draft.version, agreed_at, sections, upcoming, trials), f"draft:{draft.version}")


# ---------------------------------------------------------------- agreed


def _agree(turn: Turn, draft: Draft) -> None:
    """Everybody said yes to the same words."""
    again = take_effect(turn, draft)
    for p in turn.alliance.present:
        turn.move(p.number, "live")
    send_final(turn, draft, again=again)


def take_effect(turn: Turn, draft: Draft) -> bool:
    """A draft becomes the agreement, and the check-ins begin. Whether it takes the place of an earlier one."""
    in_force = turn.alliance.agreed
    again = bool(in_force)
    turn.phase("agree")
    turn.change(
        agreed=draft.version,
        agreed_at=turn.now,
        first_agreed=turn.alliance.first_agreed or turn.now,
        calendar_sequence=turn.alliance.calendar_sequence + again,
    )
    turn.change(met=turn.alliance.met or (again and turn.alliance.meeting is not None))
    rule = turn.alliance.meeting
    _read_lines(turn, draft, in_force)
    if turn.alliance.meeting_since is None or turn.alliance.meeting != rule:
        turn.change(meeting_since=turn.now)
    looking.plan(turn)
    return again


def send_final(turn: Turn, draft: Draft, *, again: bool) -> None:
    """The same final text to all (F31)."""
    letter = final(turn, draft, again=again)
    for p in turn.alliance.present:
        turn.say(p.number, letter, f"final:{draft.version}")


def final(turn: Turn, draft: Draft, *, again: bool) -> letters.Final:
    """The agreement with who agreed when. The dates are not part of the hashed text (decision 6)."""
    alliance = turn.alliance
    yes = [c for c in alliance.confirmations if c.version == draft.version]
    open_ids = {n for n, line in enumerate(draft.lines, 1) if line.open}
    sections = page.sections_of(turn.flow, alliance, draft.lines)
    days = looking.next_days(turn)
    return letters.Final(
        agreed=tuple(letters.Agreed(alliance.participant(c.participant).name, c.at) for c in yes),
        version=draft.version,
        sha256=draft.sha256,
        sections=sections,
        open_points=tuple(line for s in sections for line in s.lines if line.number in open_ids),
        meeting=say_rule(alliance.meeting, turn.flow.language) if alliance.meeting else "",
        checkins=days,
        calendar=bool(days or alliance.meeting or alliance.trials),
        again=again,
        trials=trying.days(turn),
    )


def _read_lines(turn: Turn, draft: Draft, in_force: int) -> None:
    """What the agreed words say about meeting and looking back: a changed line changes the dates."""
    words = turn.flow.words
    first = {line.id: line.text for line in turn.alliance.drafts[0].lines}
    before = {line.id: line for line in turn.alliance.drafts[(in_force or 1) - 1].lines}
    meets = [line for line in draft.lines if first.get(line.id, "").startswith((words.meet, words.unmet))]
    for line in draft.lines:
        was = before.get(line.id)
        if was is None or (was.text == line.text and was.open == line.open):
            continue
        if line in meets:
            reading = read_meeting(line.text.removeprefix(f"{words.meet}: "))
            turn.change(meeting=None if line.open else reading.rule, place=reading.place)
        elif first.get(line.id, "").startswith(words.rhythm) and not line.open and (rhythm := read_rhythm(line.text)):
            turn.change(rhythm=rhythm)
    if not meets:
        turn.change(meeting=None)
    trying.plan(turn, draft, frozenset(line.id for line in meets))
