"""What somebody objects to is mended once, in words that members propose; what is objected to again stays open (T13)."""

import re
from dataclasses import replace
from datetime import timedelta

from agent.alliance import draft as page
from agent.alliance import letters, question, standing, team_lines
from agent.alliance.event import Replied
from agent.alliance.model import Draft, Line, Proposal, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import read_consent, said_of_page

OUT = "-"  # the words of who would have a line taken out
ROUND = timedelta(days=4)


def begin(turn: Turn, draft: Draft, objected: tuple[int, ...]) -> None:
    """Better words are asked of all, once for each line; without a line that is fresh to it the next draft comes."""
    fresh = tuple(i for i in objected if i not in turn.alliance.mended)
    if not fresh:
        next_version(turn, draft, dict.fromkeys(objected))
        return
    turn.change(mending=fresh, closes=standing.after(turn, ROUND))
    for p in turn.alliance.present:
        turn.close(p.number)
        if p.stage == Stage.CONFIRMED:
            turn.move(p.number, "review")
        question.ask(turn, p.number, f"mend:{draft.version}")


def letter(turn: Turn, version: int) -> letters.Mend:
    """The lines that somebody objects to, with the harm that is feared, and without a name (T13)."""
    alliance, draft = turn.alliance, turn.alliance.drafts[version - 1]
    assert alliance.closes is not None
    rows = []
    for n, line in enumerate(draft.lines, 1):
        if line.id in alliance.mending:
            whys = tuple(o.why for o in alliance.objections if (o.line, o.version) == (line.id, version) and o.why)
            said = tuple(p.text for p in alliance.proposals if (p.line, p.version) == (line.id, version) and p.text)
            text, owner = page.line_text(turn.flow, alliance, line), turn.p(line.owner).name if line.owner else ""
            rows.append(letters.MendRow(n, text, whys, tuple(dict.fromkeys(said)), owner))
    return letters.Mend((), tuple(rows), len(draft.lines) - len(rows), alliance.closes)


def reply(turn: Turn, event: Replied, version: int) -> None:
    """New words for a line, KEEP, or what is asked about."""
    number, alliance = event.participant, turn.alliance
    if not _is_open(turn, version):
        standing.aside(turn, event, version)
        return
    wanted = _wanted(turn, event, alliance.drafts[version - 1])
    if not wanted:
        turn.say(number, letters.TeamAsk("mend", event.text, version), event.about)
        return
    mine = (number, version)
    others = tuple(p for p in alliance.proposals if (p.participant, p.version) != mine or p.line not in wanted)
    new = tuple(Proposal(*mine, i, text, event.cause, turn.now) for i, text in wanted.items())
    turn.change(proposals=(*others, *new))
    at = {line.id: n for n, line in enumerate(alliance.drafts[version - 1].lines, 1)}
    _close(turn, event, tuple(letters.Heard(at[p.line], "", p.text) for p in new))


def passed(turn: Turn, event: Replied, version: int) -> None:
    """PASS: it is left to the others."""
    if _is_open(turn, version):
        _close(turn, event, ())
    else:
        standing.aside(turn, event, version)


def _is_open(turn: Turn, version: int) -> bool:
    return bool(turn.alliance.mending) and version == len(turn.alliance.drafts)


def _close(turn: Turn, event: Replied, heard: tuple[letters.Heard, ...]) -> None:
    assert turn.alliance.closes is not None
    if turn.p(event.participant).open is not None:
        turn.close(event.participant)
    if not standing.look_around(turn):
        turn.say(event.participant, letters.Objected(heard, (), turn.alliance.closes, may_print=False), event.about)


def _wanted(turn: Turn, event: Replied, draft: Draft) -> dict[int, str]:
    """What a reply would have each line say: "" to keep it, `OUT` to take it out; empty when that is not plain."""
    sought = turn.alliance.mending
    reading = read_consent(event.text, len(draft.lines), version=draft.version)
    if said_of_page(re.sub(r"\d+", " ", event.text)) in ({"keep"}, {"ok"}) and not re.search(r"\d", event.text):
        return dict.fromkeys(sought, "")
    if reading.verdict == "changes":
        ids = {n: line.id for n, line in enumerate(draft.lines, 1) if line.id in sought}
        words = [
            (ids.get(c.number or 0), {"keep": "", "drop": OUT}.get(c.kind, c.text or None)) for c in reading.changes
        ]
        plain = {line_id: text for line_id, text in words if line_id is not None and text is not None}
        return plain if len(plain) == len(words) else {}
    whole = len(sought) == 1 and reading.verdict != "confirm" and not reading.leaning  # "When ..., we ..." asks nothing
    return {sought[0]: event.text} if whole and len(event.text.split()) > 2 and "?" not in event.text else {}


def finish(turn: Turn) -> None:
    """The best-liked words for each line; of equally liked ones those of who objected. Nobody rewords another's promise."""
    alliance, draft = turn.alliance, turn.alliance.draft
    assert draft is not None
    words: dict[int, Proposal | None] = {}
    for line in draft.lines:
        objectors = [o.participant for o in alliance.objections if (o.line, o.version) == (line.id, draft.version)]
        if line.id in alliance.mending:
            best = _best(turn, draft, line, objectors)
            if best is None and not line.owner:
                words[line.id] = None
            elif best is not None and best.text:
                words[line.id] = best
        elif objectors and line.id in alliance.mended:
            words[line.id] = None
    next_version(turn, draft, words)


def _best(turn: Turn, draft: Draft, line: Line, objectors: list[int]) -> Proposal | None:
    here = {p.number for p in turn.alliance.present}
    said = [
        p for p in turn.alliance.proposals if (p.line, p.version) == (line.id, draft.version) and p.participant in here
    ]
    may = [p for p in said if line.owner in (0, p.participant)]
    return max(
        may,
        key=lambda p: (sum(_same(p.text, q.text) for q in said), p.participant in objectors, -may.index(p)),
        default=None,
    )


def _same(a: str, b: str) -> bool:
    return a == b or (page.same(a, b) and page.plain(a) != "")


def next_version(turn: Turn, draft: Draft, words: dict[int, Proposal | None]) -> None:
    """The next draft: mended lines, lines left open (None), and what people wished for their own and as new ones."""
    alliance = turn.alliance
    here = {p.number for p in alliance.present}
    wishes = [p for p in alliance.proposals if p.version == draft.version and p.participant in here]
    own = {p.line: p for p in wishes if p.line and p.line not in alliance.mending}
    lines = []
    for line in draft.lines:
        wish = own.get(line.id)
        if line.id in words:
            lines += _reworded(turn, line, words[line.id])
        elif wish is not None and wish.participant == line.owner:
            lines += _reworded(turn, line, wish)
        else:
            lines.append(line)
    last = max(line.id for d in alliance.drafts for line in d.lines)
    new = [p for p in wishes if not p.line]
    lines += [team_lines.added(turn.flow, alliance, p, last + n) for n, p in enumerate(new, 1)]
    settled = frozenset((0, *alliance.mending, *words))
    turn.change(mended=tuple(sorted({*alliance.mended, *alliance.mending})))
    changed = page.difference(turn.flow, alliance, draft.lines, tuple(lines), 0)
    standing.put(turn, tuple(lines), changed, settled)


def _reworded(turn: Turn, line: Line, words: Proposal | None) -> list[Line]:
    """A line in better words, left open (None), or taken out."""
    if words is None:
        return [replace(line, open=True, hand=True)]
    if words.text == OUT:
        return []
    text, count = page.tidy(words.text), line.changes + 1
    by, source = (words.participant,), (words.cause,)
    asked = 0 if line.owner else page.asks_of(words.text, turn.p(words.participant), turn.alliance.present, "shared")
    return [replace(line, text=text, by=by, source=source, asked_of=asked, hand=True, changes=count)]
