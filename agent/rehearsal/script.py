"""A rehearsal's script: plain text that one can read aloud. Pure; docs/rehearsal.md says how to write one.

A line that begins with `@@` is a step; the lines below it are its words, up to the next step. A line that begins with
`#` is for the reader of the file alone. Words that begin so are written with a backslash before them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from agent.rehearsal.personas import PERSONAS, named


class ScriptError(Exception):
    """A script cannot be used; `complaints` holds one line for each fault, with its place."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a mailbox. `key` is what the script calls them: the first name in small letters."""

    key: str
    name: str
    address: str
    zone: ZoneInfo
    persona: str = "plain"  # the key of the persona that this person begins with

    @property
    def first(self) -> str:
        """The first name."""
        return self.name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Scene:
    """A heading, for whoever watches."""

    line: int
    title: str


@dataclass(frozen=True, slots=True)
class Begins:
    """The instant at which it begins."""

    line: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Writes:
    """Somebody writes to the service's own address."""

    line: int
    who: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Replies:
    """Somebody replies to the newest mail with these words in its subject; "" is the newest of all.

    `mail` is its number where an older one is meant; 0 for the newest.
    """

    line: int
    who: str
    subject: str
    text: str
    mail: int = 0


@dataclass(frozen=True, slots=True)
class Uses:
    """Somebody takes to another persona."""

    line: int
    who: str
    persona: str  # its key


@dataclass(frozen=True, slots=True)
class Waits:
    """Time passes."""

    line: int
    time: timedelta


@dataclass(frozen=True, slots=True)
class Gets:
    """A new mail with these words in its subject has come, and holds these lines. `until`: time passes until it comes."""

    line: int
    who: str
    subject: str
    lines: tuple[str, ...]
    until: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing new has come."""

    line: int
    who: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """No mail to this person, from the first to now, holds any of these lines."""

    line: int
    who: str
    lines: tuple[str, ...]


Step = Scene | Begins | Writes | Replies | Uses | Waits | Gets | Quiet | Unseen


@dataclass(frozen=True, slots=True)
class Script:
    """Who takes part, and what happens."""

    name: str
    people: tuple[Person, ...]
    steps: tuple[Step, ...]

    @property
    def start(self) -> datetime | None:
        """When it begins; None where the script does not say."""
        return next((s.at for s in self.steps if isinstance(s, Begins)), None)


_WHO = r"(?P<who>\w+)"
_FORMS = {
    "person": rf"{_WHO} is (?P<name>.+?) <(?P<address>[^<>\s]+@[^<>\s]+)> in (?P<zone>[\w/+-]+)(?:, with (?P<persona>.+))?",
    "begins": r"it is (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) in (?P<zone>[\w/+-]+)",
    "scene": r"scene: (?P<title>.+)",
    "writes": rf'{_WHO} writes "(?P<subject>[^"]+)"(?:: (?P<text>.+))?',
    "replies": rf'{_WHO} replies(?: to (?:mail (?P<mail>\d+) )?"(?P<subject>[^"]+)")?(?:: (?P<text>.+))?',
    "uses": rf"{_WHO} uses (?P<persona>.+)",
    "waits": r"wait (?P<count>\d+) (?P<unit>second|minute|hour|day|week)s?",
    "until": rf'until {_WHO} gets "(?P<subject>[^"]+)"',
    "gets": rf'expect {_WHO} gets "(?P<subject>[^"]+)"',
    "quiet": rf"expect {_WHO} has nothing new",
    "unseen": rf"expect {_WHO} has not seen(?:: (?P<text>.+))?",
    "end": "end",
}
_HELP = (
    'write one of: NAME is FULL NAME <ADDRESS> in ZONE · it is DATE TIME in ZONE · scene: TITLE · NAME writes "SUBJECT" · '
    'NAME replies to "SUBJECT" · NAME uses PERSONA · wait 3 days · until NAME gets "SUBJECT" · expect NAME gets "SUBJECT" · '
    "expect NAME has nothing new · expect NAME has not seen · end"
)
_LOST = "a step begins its own line; here @@ stands among the words"
_READ = {name: re.compile(form) for name, form in _FORMS.items()}


def read(content: str, name: str = "script") -> Script:
    """Read a script; raises ScriptError with every fault and its line."""
    faults: list[str] = []
    people: dict[str, Person] = {}
    steps: list[Step] = []
    ended = 0
    for number, said, body in _blocks(content, name, faults):
        place = f"{name}:{number}"
        form, found = next(((f, m) for f, r in _READ.items() if (m := r.fullmatch(said))), ("", None))
        if found is None:
            faults.append(f"{place}: I cannot read {said!r}; {_HELP}")
            continue
        part = found.groupdict()
        text = "\n".join(filter(None, (part.get("text"), body)))
        if "@@" in said:
            faults.append(f"{place}: {_LOST}")
        if ended:
            faults.append(f"{place}: it ended in line {ended}")
        elif fault := _fault_in(form, text):
            faults.append(f"{place}: {fault}")
        elif form == "end":
            ended = number
        elif part.get("zone") and part["zone"] not in available_timezones():
            faults.append(f"{place}: there is no time zone {part['zone']!r}")
        elif part.get("persona") and named(part["persona"]) is None:
            faults.append(f"{place}: there is no persona {part['persona']!r}; there are: {', '.join(PERSONAS)}")
        elif form == "person":
            chosen = named(part["persona"] or "plain") or PERSONAS["plain"]
            zone = ZoneInfo(part["zone"])
            people[part["who"]] = Person(part["who"], part["name"], part["address"], zone, chosen.key)
        elif part.get("who") and part["who"] not in people:
            faults.append(f"{place}: nobody is called {part['who']!r}; say first: {part['who']} is ... <...> in ...")
        else:
            steps += _steps(form, number, part, text)
    if not people:
        faults.append(
            f"{name}: nobody takes part; begin with: @@ maya is Maya Lind <maya@example.org> in Europe/Berlin"
        )
    if not ended:
        faults.append(f"{name}: it does not end; write @@ end, so that a part that is lost is missed")
    if faults:
        raise ScriptError(tuple(faults))
    return Script(name, tuple(people.values()), tuple(steps))


def _blocks(content: str, name: str, faults: list[str]) -> Iterator[tuple[int, str, str]]:
    """Each step with its line number and the words below it."""
    number, said, body = 0, "", list[str]()
    for at, line in enumerate(content.removeprefix("\ufeff").splitlines(), 1):
        if line.startswith("#"):
            continue
        if line.startswith("@@"):
            if number:
                yield number, said, "\n".join(body).strip()
            number, said, body = at, " ".join(line[2:].split()), []
        elif number:
            if "@@" in line and not line.startswith("\\"):
                faults.append(f"{name}:{at}: {_LOST}")
            body.append(line.rstrip().removeprefix("\\"))
        elif line.strip():
            faults.append(f"{name}:{at}: these words belong to no step; a step begins with @@")
    if number:
        yield number, said, "\n".join(body).strip()


def _fault_in(form: str, text: str) -> str:
    """What is wrong with the words of a step; "" when nothing is."""
    if form in {"writes", "replies", "unseen"} and not text:
        return "the words are missing; write them behind a colon, or on the lines below"
    if form in {"waits", "quiet", "scene", "begins", "person", "uses", "end"} and text:
        return f"this step takes no words, and has {text[:40]!r}"
    return ""


def _steps(form: str, line: int, part: dict[str, str | None], text: str) -> Iterator[Step]:
    who, subject = part.get("who") or "", part.get("subject") or ""
    lines = tuple(filter(None, (row.strip() for row in text.splitlines())))
    match form:
        case "scene":
            yield Scene(line, part["title"] or "")
        case "begins":
            at = datetime.fromisoformat(part["at"] or "")
            yield Begins(line, at.replace(tzinfo=ZoneInfo(part["zone"] or "")))
        case "writes":
            yield Writes(line, who, subject, text)
        case "replies":
            yield Replies(line, who, subject, text, int(part["mail"] or 0))
        case "uses":
            chosen = named(part["persona"] or "")
            assert chosen is not None
            yield Uses(line, who, chosen.key)
        case "waits":
            yield Waits(line, timedelta(**{f"{part['unit']}s": int(part["count"] or 0)}))
        case "until" | "gets":
            yield Gets(line, who, subject, lines, until=form == "until")
        case "quiet":
            yield Quiet(line, who)
        case "unseen":
            yield Unseen(line, who, lines)
