"""What a visitor is shown of a run: the page's views, made of mails and of what the service was seen to hold."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.alliance import draft as draft_page
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Participant, Phase
from agent.alliance.words import joined
from agent.rehearsal import record, thoughts
from agent.rehearsal.cues import Cues
from agent.rehearsal.mailbox import Mail, newest
from agent.rehearsal.personas import PERSONAS
from agent.rehearsal.play import Rehearsal
from agent.rehearsal.script import Person, Script
from agent.web import views

WRITING = 0  # what is open while somebody writes a mail that answers none
GLANCE = 90  # characters of a mail in the list
ENCLOSED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"  # of what a letter encloses
PLACE = re.compile(r"mail/(\d{1,6})(?:\.(eml|html)|/(\d{1,2})/[^/]+)")
_IDS = re.compile(rb"(?im)^(message-id|in-reply-to):\s*(<[^>\s]+>)")
_TYPES = {"agreement.pdf": "application/pdf", "alliance.ics": "text/calendar"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of one of our letters that arrived."""

    alliance: int
    participant: int
    about: str
    words: str


@dataclass(slots=True)
class Run:
    """One run of a script or flow, with what a visitor has done in it."""

    rehearsal: Rehearsal
    script: Script
    cues: Cues
    start: datetime
    begun: tuple[tuple[Person, str], ...] = ()  # with which mail program each began
    scene: str = ""
    opened: dict[str, int] = field(default_factory=dict)  # person -> the mail that is read, or WRITING
    seen: set[int] = field(default_factory=set)
    filled: dict[str, tuple[int, str]] = field(default_factory=dict)  # person -> how often, and with what
    letters: dict[int, Letter] = field(default_factory=dict)  # by the number of the mail
    thoughts: dict[int, views.Thought] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)  # row in the inbox -> the mail that it keeps
    held: list[Alliance] = field(default_factory=list)
    acts: list[record.Act] = field(default_factory=list)
    said: str = ""
    ahead: str = ""
    turn: str = ""  # who writes just now, while it plays
    strayed: bool = False  # the visitor has gone another way than the script
    improvised: Counter[tuple[int, str]] = field(default_factory=Counter)  # letter's participant and question

    @property
    def mails(self) -> list[Mail]:
        """All mails so far, in order."""
        return self.rehearsal.mails

    def flow(self, alliance: Alliance) -> Flow:
        """The flow that an alliance follows, in the wording of its kind of relationship."""
        return self.rehearsal.service.intake.advance.flows[alliance.flow].of(alliance.kind)

    def flow_of(self, letter: Letter) -> Flow | None:
        """The flow of the alliance that a letter belongs to; None when nothing of it is left."""
        return next((self.flow(a) for a in self.held if a.id == letter.alliance), None)

    def wanted(self, person: Person) -> Mail | None:
        """The newest letter whose answer the service waits for; None when it waits for none."""
        for alliance in reversed(self.held):
            p = _participant(alliance, person)
            if p is None or p.open is None or p.open.sent is None or p.paused or alliance.phase == Phase.ENDED:
                continue
            for mail in reversed(self.mails):
                known = self.letters.get(mail.number)
                if (
                    known
                    and mail.person.key == person.key
                    and (known.alliance, known.about) == (alliance.id, p.open.about)
                ):
                    return mail
        return None

    def answering(self, person: Person) -> Mail | None:
        """The letter that the reply box answers: the one that is read, else the one that waits, else the newest."""
        number = self.opened.get(person.key)
        if number == WRITING:
            return None
        opened = self.mails[number - 1] if number else None
        if opened is not None and not opened.mine:
            return opened
        return self.wanted(person) or newest(self.mails, person, "")


# ---------------------------------------------------------------- the page


def mailbox(run: Run, person: Person, *, cued: bool) -> views.Mailbox:
    """One person's mail program."""
    mails = [m for m in reversed(run.mails) if m.person.key == person.key]
    opened = next((m for m in mails if m.number == run.opened.get(person.key)), None)
    persona = PERSONAS[run.rehearsal.personas[person.key]]
    rows = tuple(_row(run, m) for m in mails)
    return views.Mailbox(
        key=person.key,
        name=person.name,
        address=person.address,
        persona=persona.key,
        about=persona.about,
        rows=rows,
        opened=_opened(run, opened) if opened else None,
        composer=_composer(run, person, cued=cued),
        unread=sum(row.unread for row in rows),
    )


def latest(run: Run) -> views.Thought | None:
    """What the service made of the newest mail that somebody wrote; None while nobody has."""
    found = (run.thoughts[m.number] for m in reversed(run.mails) if m.number in run.thoughts and not m.automatic)
    return next(found, None)


def _row(run: Run, mail: Mail) -> views.Row:
    lines = " ".join(mail.text.split())
    unread = not mail.mine and mail.number not in run.seen
    when = f"{mail.at:%a} {mail.at.day} {mail.at:%b, %H:%M}"
    return views.Row(mail.number, mail.mine, mail.subject, when, lines[:GLANCE], unread, mail.automatic)


def _opened(run: Run, mail: Mail) -> views.Opened:
    name = mail.person.name
    sender = f"{mail.by} to Alliance" if mail.mine else f"Alliance to {name}"
    files = tuple((file, f"mail/{mail.number}/{n}/{file}") for n, (file, _, _) in enumerate(mail.attachments))
    return views.Opened(
        mail.number, mail.mine, mail.subject, sender, day(mail.at), mail.text, bool(mail.html) and not mail.mine, files,
        run.thoughts.get(mail.number),
    )  # fmt: skip


def _composer(run: Run, person: Person, *, cued: bool) -> views.Composer:
    """The reply box."""
    wanted, to = run.wanted(person), run.answering(person)
    count, text = run.filled.get(person.key, (0, ""))
    first = run.cues.first(person)
    number = to.number if to else 0
    subject = to.subject if to else first.subject if first else ""
    key = f"{number}-{count}-{sent(run, person)}"
    return views.Composer(number, subject, text, key, sent(run, person), wanted is not None, cued)


def sent(run: Run, person: Person) -> int:
    """How many mails have come from this person's side."""
    return sum(m.mine for m in run.mails if m.person.key == person.key)


def standing(run: Run) -> views.Standing | None:
    """The alliance in which somebody wrote last, from the inside; None while there is none."""
    if not run.held:
        return None
    alliance = max(reversed(run.held), key=lambda a: max(p.last_heard or a.created for p in a.participants))
    flow, draft = run.flow(alliance), alliance.draft
    causes = {f"inbox:{row}": number for row, number in run.rows.items()}
    by_number = {m.number: m for m in run.mails}
    asked = []
    for prompt in flow.prompts.values():
        said = [
            _said(run, alliance, p, prompt.id, causes)
            for p in alliance.participants
            if alliance.answer(p.number, prompt.id)
        ]
        if said:
            asked.append(views.Asked(prompt.title, tuple(said)))
    lines = []
    for section in draft_page.sections_of(flow, alliance, draft.lines) if draft else ():
        for place, line in enumerate(section.lines):
            source = draft.lines[line.number - 1].source if draft else ()
            found = {causes[c]: by_number[causes[c]] for c in source if causes.get(c) in by_number}
            mails = tuple((m.person.key, number) for number, m in found.items())
            lines.append(views.PageLine(line.number, "" if place else section.title, line.text, mails))
    heading = ""
    if draft:
        heading = (
            f"The agreement, draft {draft.version}" if alliance.agreed == draft.version else f"Draft {draft.version}"
        )
    match alliance.phase:
        case Phase.SETUP:  # the others know of nothing
            here = alliance.participants[:1]
        case Phase.ENDED:
            here = ()
        case _:
            here = alliance.participants
    stages = tuple((p.name or p.address, str(p.stage)) for p in here)
    return views.Standing(str(alliance.phase), stages, tuple(asked), heading, tuple(lines))


def _said(run: Run, alliance: Alliance, p: Participant, prompt: str, causes: Mapping[str, int]) -> views.Said:
    answer = alliance.answer(p.number, prompt)
    assert answer is not None
    seen_by, hidden = thoughts.seen_by(alliance, run.flow(alliance), answer)
    person = next((q.key for q in run.rehearsal.people if q.address == p.address), "")
    text = "passed" if answer.passed else answer.text
    return views.Said(p.name, text, answer.private, seen_by, hidden, person, causes.get(answer.cause, 0))


def goal(run: Run, *, playing: bool) -> str:
    """What a visitor may do now, in a sentence."""
    if playing:
        return "It plays by itself. Pause when you would rather answer yourself."
    names = joined([p.first for p in run.rehearsal.people])
    if not run.mails:
        return (
            f"You are {names}, and everything below is real but the clock. Press Play and watch, "
            f"or write the first mail yourself: “Reply for me” knows what to say."
        )
    waiting = [p.first for p in run.rehearsal.people if run.wanted(p)]
    if waiting:
        return f"{joined(waiting)} can answer now. Type anything you like, or let “Reply for me” speak."
    if run.ahead:
        return "Nobody is asked anything now. Jump ahead to what comes next."
    over = bool(run.held) and run.held[-1].phase == Phase.ENDED
    return "This alliance has ended." if over else "Nothing more happens unless somebody writes."


def summary(came: Sequence[Mail]) -> str:
    """What has just come, in a sentence: for those who do not see it."""
    told = [f"{m.person.first} got “{m.subject}”" for m in came if not m.mine]
    return f"{'; '.join(told)}." if told else "No mail came."


# ---------------------------------------------------------------- what there is to take away


def papers(run: Run) -> tuple[tuple[str, str], ...]:
    """What of the whole run can be taken away: label, path."""
    names = {"agreement.pdf": "the agreement (PDF)", "alliance.ics": "the calendar"}
    found = [(label, name) for name, label in names.items() if newest_paper(run.mails, name)]
    return (*found, ("this run as a script", "script.txt"))


def paper(mails: Sequence[Mail], name: str) -> views.Paper | None:
    """A mail, a letter as it is shown, or what was attached to one, by its path; None when there is no such thing."""
    found = PLACE.fullmatch(name)
    mail = next((m for m in mails if found and m.number == int(found[1])), None)
    if found is None or mail is None:
        return None
    if found[2] == "eml":
        return views.Paper(f"{mail.number:03}.eml", "message/rfc822", mail.raw)
    if found[2] == "html":
        return views.Paper("letter.html", "text/html; charset=utf-8", mail.html.encode(), True, views.LETTER_POLICY)
    place = int(found[3])
    if place >= len(mail.attachments):
        return None
    file, kind, content = mail.attachments[place]
    return views.Paper(_ascii(file), kind, content, kind == "application/pdf", ENCLOSED_POLICY)


def newest_paper(mails: Iterable[Mail], name: str) -> views.Paper | None:
    """The newest agreement or calendar that was sent; None while there is none."""
    found = [content for m in mails for _, kind, content in m.attachments if kind == _TYPES[name]]
    return views.Paper(name, _TYPES[name], found[-1]) if found else None


def _ascii(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)


# ---------------------------------------------------------------- small things


def number_in(raw: bytes, mails: Iterable[Mail]) -> int:
    """Which of these mails a kept message is; 0 for none."""
    mine = _ids(raw).get("message-id")
    return next((m.number for m in mails if m.mine and _ids(m.raw).get("message-id") == mine), 0) if mine else 0


def answered(mail: Mail, mails: Iterable[Mail]) -> Mail | None:
    """The letter that a mail replies to; None when it answers none."""
    to = _ids(mail.raw).get("in-reply-to")
    return next((m for m in mails if not m.mine and _ids(m.raw).get("message-id") == to), None) if to else None


def _ids(raw: bytes) -> dict[str, bytes]:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return {name.decode().lower(): value for name, value in _IDS.findall(head)}


def day(at: datetime) -> str:
    """An instant as a mail program shows it."""
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


def span(time: timedelta) -> str:
    """A time in words."""
    minutes = round(time.total_seconds() / 60)
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            count = round(minutes / length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "No time"


def _participant(alliance: Alliance, person: Person) -> Participant | None:
    return next((p for p in alliance.participants if p.address == person.address), None)
