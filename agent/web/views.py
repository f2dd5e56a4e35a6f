"""What the rehearsal's page shows, as values. Whoever plays the rehearsal fills them; `page` draws them.

Words are ready to be read; instants are texts in the reader's own time. Nothing here is markup.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

LETTER_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)  # of a mail: no script, no form, nothing from elsewhere, an origin of its own


@dataclass(frozen=True, slots=True)
class Cut:
    """What was taken away from a mail, and why."""

    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """What the service made of one mail: what it kept of it, how it read it, what it recorded, and what followed."""

    name: str  # whose mail it is
    kept: str
    cuts: tuple[Cut, ...]
    understood: str
    recorded: tuple[str, ...]
    moved: tuple[str, ...]
    followed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One mail in the list of an inbox. `mine`: the person wrote it; `automatic`: their mail program did, by itself."""

    number: int
    mine: bool
    subject: str
    when: str
    glance: str
    unread: bool = False
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The mail that is read."""

    number: int
    mine: bool
    subject: str
    sender: str
    when: str
    text: str
    html: bool
    attachments: tuple[tuple[str, str], ...]  # name, path
    thought: Thought | None = None  # for a mail that the person wrote


@dataclass(frozen=True, slots=True)
class Composer:
    """The reply box. `to` 0 is a mail that answers none; `key` changes when the box is to be filled anew with `text`."""

    to: int
    subject: str
    text: str
    key: str
    sent: int  # how many mails this person has written: what was typed before the last of them is sent no more
    wanted: bool  # the service waits for this answer
    cued: bool  # "Reply for me" has something to say


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One person's mail program."""

    key: str
    name: str
    address: str
    persona: str
    about: str  # what is difficult about this mail program
    rows: tuple[Row, ...]
    opened: Opened | None
    composer: Composer
    unread: int


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said to one prompt, and who can see it now."""

    name: str
    text: str
    private: str
    seen_by: str
    hidden: bool
    person: str
    mail: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt that somebody has answered."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line of the newest draft. `sources` are the mails that it came from: person, number."""

    number: int
    section: str  # the heading above it; "" when it is the same as that of the line before
    text: str
    sources: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One alliance from the inside."""

    phase: str
    stages: tuple[tuple[str, str], ...]  # name, stage
    asked: tuple[Asked, ...]
    draft: str  # its heading; "" while there is none
    lines: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that is shown."""

    scene: str
    at: str
    playing: bool
    pace: str
    ahead: str  # what will happen next, with its date; "" when nothing will
    goal: str  # what a visitor may do now
    said: str  # what has just happened, in one line
    turn: str  # the key of who writes just now, while it plays; "" for nobody
    mailboxes: tuple[Mailbox, ...]
    latest: Thought | None  # of the newest mail that somebody wrote
    standing: Standing | None
    personas: tuple[tuple[str, str], ...]
    scripts: tuple[str, ...]
    script: str
    flows: tuple[str, ...]
    flow: str
    papers: tuple[tuple[str, str], ...]  # label, path
    faults: tuple[str, ...]  # of the operator's templates and flow


@dataclass(frozen=True, slots=True)
class Paper:
    """Something to take away, or to look at. `policy`: its own Content-Security-Policy, where pages' own does not fit."""

    name: str
    kind: str
    content: bytes
    shown: bool = False  # in the browser, not as a download
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """What a page needs of whoever plays: what to show, what a visitor does, what there is to take away, and when to look again."""

    view: Callable[[], Page]
    act: Callable[[str, Mapping[str, str]], Awaitable[None]]  # raises ValueError for what cannot be done
    paper: Callable[[str], Awaitable[Paper | None]]
    changed: Callable[
        [int], Awaitable[int]
    ]  # waits for something newer than this number; the newest number, 0 at the end
