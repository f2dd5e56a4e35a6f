"""One turn of an alliance: the working copy that `decide` changes, and what follows from it.

A `Turn` lives for one event. It keeps the aggregate as a value, replaces it piece by piece, and gathers the letters.
Nothing here waits, reads a clock or draws a number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from agent.alliance import dates, letters, machine
from agent.alliance.event import Level, Started
from agent.alliance.flow import Flow
from agent.alliance.guide import Guide
from agent.alliance.model import Alliance, Note, Open, Participant, Person, Phase, Stage
from agent.alliance.tailor import tailored
from agent.alliance.words import ENGLISH, joined, phrase

NUDGE_AFTER = timedelta(days=3)
REST_AFTER = timedelta(days=7)  # after the nudge
LATER = timedelta(days=7)
AT_REST_AFTER = timedelta(days=30)  # decision 13
REMIND_AFTER = timedelta(days=7)  # decision 14
QUIET_AFTER = timedelta(days=14)  # after the reminder
SETTLE_WITHIN = timedelta(days=7)  # decision 3
THREAD = 5  # the root and the last four letters: RFC 5537 section 3.4.4 asks for the last three


@dataclass(frozen=True, slots=True)
class House:
    """What the operator decides for all alliances."""

    zone: str = "UTC"
    quiet: tuple[int, int] = dates.QUIET
    normal: Callable[[str], str | None] = str.lower  # an address in its one spelling; None when it is none
    help_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by kind of relationship; "any" for all
    guides: Mapping[str, Guide] = field(default_factory=dict)  # ideas and tools, by language
    coach: str = ""  # the operator's own coach, named with the tools
    links: tuple[str, ...] = ()
    may_start: Callable[[str], bool] = bool  # whether this address may have others written to (decision 23)
    languages: tuple[str, ...] = (ENGLISH,)  # those that letters are written in, the usual one first
    code: Callable[[str], str] = lambda _: ""  # the number for an act, reckoned with a secret; "" is never right


@dataclass(frozen=True, slots=True)
class Send:
    """A letter to be written now. `number` counts the letters of the alliance; `about` is what a reply to it answers."""

    to: int
    number: int
    letter: letters.Letter
    about: str
    due: datetime | None = None  # for what somebody else brought about in this person's quiet hours: when these end
    at: str = ""  # the address that it goes to, where that is not the registered one
    language: str = ENGLISH  # in which its facts are said, and in which it is written


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one event: the new aggregate, letters, and what is no longer owed."""

    alliance: Alliance
    sends: tuple[Send, ...] = ()
    withdrawn: tuple[
        tuple[int, str | None], ...
    ] = ()  # (participant, about; None = all) questions not owed any more; None: all that waits for this person
    # (initiator's, invitee's address): never invite again (decision 14); "" for whoever the initiator is
    refused: tuple[tuple[str, str], ...] = ()
    erased: tuple[int, ...] = ()  # participants whose kept mail, letters and address are to be erased too
    starts: tuple[Started, ...] = ()  # alliances of their own that begin with this; nothing else is carried over
    forgotten: bool = False  # nothing of this alliance is to be left
    moved: tuple[tuple[str, str], ...] = ()  # old and new addresses of people, in all their alliances


@dataclass(slots=True)
class Turn:
    """The working copy."""

    flow: Flow
    house: House
    alliance: Alliance
    now: datetime
    cause: str
    barred: frozenset[str] = frozenset()  # addresses that said NO THANKS to this initiator before
    existing: Mapping[str, tuple[datetime, bool]] = field(default_factory=dict)  # partner's address: since, agreed
    others: tuple[Alliance, ...] = ()  # where else whoever wrote this takes part, when that was asked
    actor: int = 0  # whose mail brought this; 0 for none: then whatever is due was reckoned to be so
    level: Level = "A"  # how sure it is that it was theirs
    proved: str = ""  # the message that released what is being decided, where another did
    sends: list[Send] = field(default_factory=list)
    withdrawn: list[tuple[int, str | None]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    starts: list[Started] = field(default_factory=list)
    forgotten: bool = False
    moved: list[tuple[str, str]] = field(default_factory=list)
    whole: Flow = field(init=False)  # before it was tailored to these people

    def decision(self) -> Decision:
        """What has been decided so far."""
        return Decision(
            self.alliance,
            tuple(self.sends),
            tuple(self.withdrawn),
            tuple(self.refused),
            tuple(self.erased),
            tuple(self.starts),
            self.forgotten,
            tuple(self.moved),
        )

    def __post_init__(self) -> None:
        self.whole = self.flow
        self.tailor()

    def tailor(self) -> None:
        """Follow the flow as this team has decided to (S35), or in the wording of this kind of relationship (F53).

        It is in the language of the page.
        """
        self.flow = tailored(self.whole.told_in(self.alliance.language), self.alliance)

    # -- reading

    def p(self, number: int) -> Participant:
        """The participant as it stands in this turn."""
        return self.alliance.participant(number)

    def person(self, number: int) -> Person:
        """The person behind a participant."""
        address = self.p(number).address
        return self.alliance.people.get(address) or Person(address)

    def language(self, number: int) -> str:
        """The language in which this person is written to: their own as far as the flow speaks it, else that of the page.

        A question in one language between sentences in another would be neither.
        """
        own = self.person(number).language
        return own if self.whole.speaks(own) else self.alliance.language or self.whole.language

    def told(self, number: int) -> Flow:
        """The flow as this person reads it. Only wording differs from `flow`, which is in the language of the page."""
        language = self.language(number)
        if language == self.alliance.language:
            return self.flow
        return tailored(self.whole.told_in(language), self.alliance)

    def zone(self, number: int) -> tzinfo:
        """The zone in which this person lives, as far as it is known."""
        return dates.zone_of(self.person(number), self.house.zone)

    def local_now(self, number: int) -> datetime:
        """What time it is for this person."""
        return self.now.astimezone(self.zone(number))

    def guide(self, number: int) -> Guide:
        """Ideas and tools in this person's language, else in English."""
        guides = self.house.guides
        return guides.get(self.language(number)) or guides.get("en") or Guide()

    def partner(self, number: int) -> str:
        """The others' names as one reads them: "Jonas", "Ana, Ben and Cy"."""
        language = self.language(number)
        if self.flow.is_team:
            return phrase(language, "team")
        others = [p.name for p in self.alliance.participants if p.number != number and p.stage != Stage.LEFT]
        return joined(others, language)

    def awaited(self) -> tuple[Participant, ...]:
        """Those whose answers the others wait for: both of two; of a team those who are neither silent nor paused (4.5)."""
        here = self.alliance.present
        return tuple(p for p in here if not (p.resting or p.paused)) if self.flow.is_team else here

    def awake(self, number: int) -> datetime:
        """The first instant from now on at which this person may be written to unasked."""
        return dates.awake_at(self.now, self.zone(number), self.house.quiet)

    def all_awake(self) -> datetime:
        """The first minute from now on in which nobody is in quiet hours (decision 12)."""
        zones = [self.zone(p.number) for p in self.alliance.present]
        return dates.all_awake_at(self.now, zones, self.house.quiet)

    # -- changing

    def change(self, **changes: Any) -> None:
        """Replace fields of the aggregate."""
        self.alliance = self.alliance.but(**changes)

    def set(self, number: int, **changes: Any) -> None:
        """Replace fields of one participant."""
        people = list(self.alliance.participants)
        people[number - 1] = people[number - 1].but(**changes)
        self.change(participants=tuple(people))

    def set_person(self, person: Person) -> None:
        """Replace what is known about a person, across alliances."""
        self.change(people={**self.alliance.people, person.address: person})

    def never_again(self, number: int) -> None:
        """Write nothing more to this address, in any alliance; a keyed hash of it keeps others from inviting it later."""
        self.set_person(replace(self.person(number), suppressed=True))
        self.refused.append(("", self.p(number).address))

    def move(self, number: int, trigger: str) -> None:
        """Fire an arrow of the participant's machine."""
        self.set(number, stage=machine.stage_after(self.p(number).stage, trigger))

    def phase(self, trigger: str) -> None:
        """Fire an arrow of the alliance's machine."""
        self.change(phase=machine.phase_after(self.alliance.phase, trigger))
        if self.alliance.phase == Phase.ENDED:
            self.change(ended_at=self.now)

    def note(self, number: int, note: Note) -> None:
        """Have the next letter to this person open with what was stored (F13)."""
        if note not in self.p(number).notes:
            self.set(number, notes=(*self.p(number).notes, note))

    def say(self, number: int, letter: letters.Letter, about: str = "info", *, at: str = "") -> None:
        """Write a letter now. Letters with room for notes take those that are pending.

        Who has left or said no hears nothing that others bring about.
        """
        if self.p(number).stage in (Stage.LEFT, Stage.DECLINED) and self.actor != number:
            return
        if (told := getattr(letter, "notes", None)) is not None:
            letter = replace(letter, notes=(*self.p(number).notes, *told))  # type: ignore[call-arg]
            self.set(number, notes=())
        self.change(letters=self.alliance.letters + 1)
        thread = (*self.p(number).thread, self.alliance.letters)
        self.set(number, thread=thread if len(thread) <= THREAD else (thread[0], *thread[1 - THREAD :]))
        unasked = self.actor not in (0, number) and not isinstance(letter, letters.Reveal | letters.Digest)
        due = self.awake(number) if unasked else self.now
        due_at = due if due > self.now else None
        self.sends.append(Send(number, self.alliance.letters, letter, about, due_at, at, self.language(number)))

    def tell_others(self, number: int, letter: letters.Letter, about: str = "info") -> None:
        """Write the same letter to everybody else who is in."""
        for other in self.alliance.others(number):
            self.say(other.number, letter, about)

    def close(self, number: int) -> None:
        """Nothing is open any more for this person; a letter about it that still waits is not owed."""
        opened = self.p(number).open
        if opened is not None:
            self.set(number, open=None)
            self._withdraw(number, opened.about)

    def hush(self, number: int) -> None:
        """The open question waits: no letter about it is owed now. What tells something still comes."""
        opened = self.p(number).open
        if opened is not None:
            self._withdraw(number, opened.about)

    def _withdraw(self, number: int, about: str) -> None:
        self.withdrawn += [(number, about), (number, f"rest:{about}")]
        self.unsay(number, lambda s: s.about == about)

    def leave_alone(self, number: int) -> None:
        """Whatever still waits for this person, from before or from this turn, is never sent: they want no more."""
        self.withdrawn.append((number, None))
        self.sends = [s for s in self.sends if s.to != number]

    def unsay(self, number: int, which: Callable[[Send], bool]) -> None:
        """Take back questions of this very turn; what was to be read back in them waits for the next."""
        gone = [s for s in self.sends if s.to == number and which(s) and s.letter.role is letters.Role.QUESTION]
        self.sends = [s for s in self.sends if s not in gone]
        notes = tuple(n for s in gone for n in getattr(s.letter, "notes", ()))
        thread = tuple(n for n in self.p(number).thread if n not in {s.number for s in gone})
        self.set(number, notes=(*notes, *self.p(number).notes), thread=thread)

    def start(self, number: int, *, bank: bool = False, whom: str = "", whom_at: str = "") -> None:
        """Begin another alliance for this person, of which this one knows nothing more."""
        p, person = self.p(number), self.person(number)
        name = p.full_name or p.name
        self.starts.append(Started(p.address, name, "", "", person.offset_s, self.cause, bank, whom, whom_at))

    def open(self, number: int, about: str) -> None:
        """Owe this person one question, now or when the quiet hours end; `waking` writes it when it is due."""
        self.set(number, open=Open(about, self.awake(number)))

    def opened(self, number: int, about: str) -> None:
        """Note that the letter just written is the one to answer."""
        self.set(number, open=Open(about, self.now, sent=self.now))


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is owed at an instant."""

    at: datetime
    do: Callable[[Turn], None]
