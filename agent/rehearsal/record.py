"""A run as a script that plays again: what people wrote, how long they waited, and what came. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.rehearsal.mailbox import Mail, newest
from agent.rehearsal.script import Person

_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a visitor did. `came` are the mails of the rehearsal that it brought."""

    line: str  # its step, without the marks
    text: str = ""
    came: tuple[Mail, ...] = ()


def wrote(person: Person, subject: str, text: str) -> Act:
    """Somebody wrote a first mail."""
    return Act(f'{person.key} writes "{_quotable(subject)}"', text)


def replied(letter: Mail, text: str, mails: Sequence[Mail]) -> Act:
    """Somebody replied to this letter; `mails` are all that there were."""
    subject = _quotable(letter.subject)
    which = "" if newest(mails, letter.person, subject) == letter else f"mail {letter.number} "
    return Act(f'{letter.person.key} replies to {which}"{subject}"', text)


def waited(time: timedelta) -> Act:
    """Time passed."""
    seconds = round(time.total_seconds())
    unit, length = next((u, n) for u, n in _UNITS if seconds % n == 0)
    count = seconds // length
    return Act(f"wait {count} {unit}{'' if count == 1 else 's'}")


def script(people: Iterable[tuple[Person, str]], start: datetime, acts: Iterable[Act], own: str = "") -> str:
    """The whole run. `people` come with the mail program that each began with; `own` are the options for an own flow."""
    lines = [f"# A rehearsal, as it was played. It plays again: alliance rehearse --script THIS-FILE{own}", ""]
    for person, persona in people:
        using = f", with {persona}" if persona != "plain" else ""
        lines.append(f"@@ {person.key} is {person.name} <{person.address}> in {person.zone.key}{using}")
    lines += [f"@@ it is {start.astimezone(UTC):%Y-%m-%d %H:%M} in UTC", ""]
    for act in acts:
        lines.append(f"@@ {act.line}")
        lines += [_escaped(line) for line in act.text.splitlines()]
        lines += [f'@@ expect {m.person.key} gets "{_quotable(m.subject)}"' for m in _new(act.came)]
    return "\n".join([*lines, "", "@@ end", ""])


def _new(came: Sequence[Mail]) -> list[Mail]:
    """The letters that are new for whoever plays it: those since the person's own last mail."""
    last = max((m.number for m in came if m.mine and not m.automatic), default=0)
    return [m for m in came if not m.mine and m.number > last]


def _quotable(subject: str) -> str:
    """The longest stretch of a subject that can stand between quote marks."""
    return max(re.split('"', subject), key=len).strip() or "?"


def _escaped(line: str) -> str:
    return f"\\{line}" if line.startswith(("#", "\\")) or "@@" in line else line
