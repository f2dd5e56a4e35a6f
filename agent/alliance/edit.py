"""What people's changes do to a draft: replace, drop, open, keep and add, by line (decision 5). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.alliance.binds import Asked
from agent.alliance.draft import asks_of, difference, exchange_lines, promises, tidy
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Answer, Changed, Draft, Line, Participant
from agent.alliance.words import Change

_TO_US = re.compile(  # said to us, as the colon or the quotes show: "Make it home by six" is a line of its own
    r"\A(?:please\s+)?(?:make (?:it|that|this)|change (?:it|that) to|it should (?:say|be|read)|let it (?:say|be|read))\s*(?::\s*|(?=[\"“„«]))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]\.?")
OPEN_AFTER = 3  # the same line changed so often becomes an open point (decision 5)
_OWN = frozenset({"why", "personal", "between"})  # prompts that ask what one likes oneself


@dataclass(frozen=True, slots=True)
class Edit:
    """One reply's changes. Numbers mean the lines of the draft that was answered, whatever the newest one is."""

    flow: Flow
    alliance: Alliance
    answered: Draft
    author: Participant
    cause: str

    def of(self, changes: tuple[Change, ...]) -> tuple[tuple[Line, ...], tuple[Changed, ...]]:
        """What the newest draft's lines become, and exactly what changed, in the wordings of the page."""
        newest = self.alliance.draft or self.answered
        lines = list(newest.lines)
        for change in changes:
            lines = self._applied(lines, change)
        return tuple(lines), difference(self.flow, self.alliance, newest.lines, tuple(lines), self.author.number)

    def _applied(self, lines: list[Line], change: Change) -> list[Line]:
        if change.kind == "add":
            return [*lines, *(_on_trial(line, change) for line in self._added(lines, change.text))]
        line_id = self._line_id(change)
        at = next((i for i, line in enumerate(lines) if line.id == line_id), None)
        if change.kind == "keep":
            return self._kept(lines, line_id, at)
        if at is None:
            return lines
        match change.kind:
            case "drop":
                return lines[:at] + lines[at + 1 :]
            case "trial" if change.span:
                return [*lines[:at], replace(_on_trial(lines[at], change), hand=True), *lines[at + 1 :]]
            case "open":
                return [*lines[:at], replace(lines[at], open=True, hand=True), *lines[at + 1 :]]
            case "replace" if tidy(change.text):
                new = _on_trial(self._reworded(lines[at], change.text), change)
                return [*lines[:at], new, *lines[at + 1 :]]
        return lines

    def _line_id(self, change: Change) -> int:
        """The permanent id of the line that is meant, 0 for none. KEEP is said of what that draft changed or took out."""
        if change.kind == "keep":
            return next((c.id for c in self.answered.changed if c.was and c.number == change.number), 0)
        if change.number is not None and 1 <= change.number <= len(self.answered.lines):
            return self.answered.lines[change.number - 1].id
        return 0

    def _reworded(self, line: Line, text: str) -> Line:
        """New words for a line. For another person's promise they are a request to that person (decision 5)."""
        text = self._meant(text)
        me, count = self.author.number, line.changes + 1
        mine = me in (line.owner, line.asked_of)  # a promise of one's own, or a request to oneself: taken on
        promised = promises(text, self.author, self.alliance.present)
        asked = asks_of(text, self.author, self.alliance.present, self._asked(line))
        if not asked and not mine:
            asked = line.owner or (0 if promised else line.asked_of)
        return replace(
            line,
            text=tidy(text),
            by=(me,),
            source=(self.cause,),
            owner=me if not asked and (mine or (line.asked_of and promised)) else 0,
            asked_of=asked,
            changes=count,
            open=self._opens(line.id, count),
            trial_days=0,
            trial_until=None,
            hand=True,
        )

    def _asked(self, line: Line) -> Asked:
        """What people were asked where this line stands. In how to reach me, "call before noon" is nobody's duty."""
        kinds = {p.kind for p in self.flow.prompts.values() if p.section == line.section}
        if "exchange" in kinds:
            return "exchange"
        return "personal" if kinds & _OWN and (line.owner or line.asked_of) else "shared"

    def _opens(self, line_id: int, count: int) -> bool:
        """Whether this is the third change since all last agreed, or since it was opened: new words settle it again."""
        agreed = self.alliance.drafts[self.alliance.agreed - 1].lines if self.alliance.agreed else ()
        since = next((line.changes for line in agreed if line.id == line_id), 0)
        return count > since and (count - since) % OPEN_AFTER == 0

    def _meant(self, text: str) -> str:
        """The words without what is said to us about them: 'make it "..."', quotes around all, the name in front."""
        text = _TO_US.sub("", text.strip(), count=1)
        text = quoted[1] if (quoted := _QUOTED.fullmatch(text)) else text
        names = "|".join(re.escape(p.name) for p in self.alliance.present if p.name)
        return re.sub(rf"\A(?:{names})\s*:\s*(?=\S)", "", text) if names else text

    def _added(self, lines: list[Line], text: str) -> Iterator[Line]:
        """New lines: promises and requests apart, so that no promise for another slips in beside one's own (F23)."""
        used = [line.id for draft in self.alliance.drafts for line in draft.lines] + [line.id for line in lines]
        section = next(
            (p.section for p in self.flow.prompts.values() if p.kind == "exchange"), self.flow.sections[0].id
        )
        answer = Answer(self.author.number, "", text, "", self.alliance.created, self.cause)
        found = exchange_lines(section, self.author, answer, self.alliance.present)
        for line_id, line in enumerate(found, max(used, default=0) + 1):
            yield replace(line, id=line_id, hand=True)

    def _kept(self, lines: list[Line], line_id: int, at: int | None) -> list[Line]:
        """The line as it stood before that draft changed it or took it out. To hold on to it is one more change of it.

        Somebody else's promise that is no longer as they gave it can only be asked for: whoever changed it, and however
        many drafts ago, its owner has not said these words since.
        """
        version = self.answered.version
        before = self.alliance.drafts[version - 2].lines if version > 1 else ()
        old = next((line for line in before if line.id == line_id), None)
        held = lines[at] if at is not None else None
        if old is None or (held is not None and held == replace(old, changes=held.changes, hand=held.hand)):
            return lines
        count = max(old.changes, held.changes if held else 0) + 1
        old = replace(old, changes=count, hand=True, open=old.open or self._opens(line_id, count))
        if old.owner not in (0, self.author.number):
            old = replace(old, by=(self.author.number,), source=(self.cause,), owner=0, asked_of=old.owner)
        return [*lines, old] if at is None else [*lines[:at], old, *lines[at + 1 :]]


def _on_trial(line: Line, change: Change) -> Line:
    """The line with the time for which it is to hold; as it is when nothing was said about that."""
    span = change.span
    return replace(line, trial_days=span.days, trial_until=span.until) if span else line
