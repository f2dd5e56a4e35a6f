"""A conversation told aloud, on the pure core: who says what to which letter, and what comes of it. No mail, no clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.alliance.decide import decide
from agent.alliance.event import Replied, Started, Woke
from agent.alliance.letters import Letter
from agent.alliance.model import Alliance
from agent.alliance.turn import House, Send
from agent.files import read_flow

FLOW = read_flow(Path(__file__).parents[2] / "flows", "one_to_one")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
FIRST = "Jonas Berg (jonas@example.org) and I are opening a bakery in May. I'd like us to agree how we do this. Maya"
WHY = "Jonas is the person I call when things go sideways. I want us still to be friends in five years."
ANSWERS = {
    "hopes": ("I hope we stay friends.", "I expect we'll finally sort out who decides what."),
    "why": ("", "Maya bakes better than anyone I know."),
    "P11": ("Email is fine. Ring me after six.", "Text before noon. I am no use after eight."),
    "P09": ("Say it in front of people.", "Tell me quietly, and tell me what I did."),
    "P10": ("Straight, the same day.", "Ask me first, then be straight."),
    "P05": ("I get very busy with small things.", "I stop joking."),
    "P06": ("Open in May and pay ourselves by October.", "Open in May and pay ourselves by October."),
    "P01": ("We both say what we see.", "We still laugh when the oven breaks."),
    "P07": ("Honesty, craft and rest.", "Craft, patience, honesty."),
    "P08": ("Direct and supportive.", "Direct, with jokes."),
    "P03": (
        "I do the books every Friday.",
        "I open the shop by five, six days a week. I'd like you to ask me what is up when I stop joking.",
    ),
    "P04": ("We stop, sit down and talk it through the same day.", "We take an hour apart, then talk the same day."),
    "P02": ("We laugh at work on Fridays, every week.", "We still eat lunch together by choice, each day."),
    "parting": ("Pass", "PASS"),  # asked of business partners alone, which the first mail says they are
    "P12": ("I will show you the numbers every month.", "I will tell you the same day when I am worried."),
    "meeting": ("Mondays at eight, at the shop", "Mondays at eight, at the shop"),
    "between": ("Texts until nine.", "Text before noon. No shop talk on Sundays."),
    "rhythm": ("Your suggestion is fine. NUMBERS", "Pass"),
}
NAMES = ("Maya", "Jonas")


@dataclass
class Talk:
    """One alliance, and all letters so far."""

    alliance: Alliance = field(default_factory=lambda: Alliance(1, FLOW.key, MONDAY))
    now: datetime = MONDAY
    house: House = field(default_factory=lambda: House("Europe/Berlin"))
    sent: list[Send] = field(default_factory=list)
    new: list[Send] = field(default_factory=list)
    withdrawn: list[tuple[int, str | None]] = field(default_factory=list)
    wake: datetime | None = None
    forgotten: bool = False
    count: int = 0
    heard: list[tuple[str, int, str]] = field(default_factory=list)  # (cause, who, words)

    def happens(self, event) -> "Talk":
        """Let an event happen now."""
        self.heard.append(
            (
                event.cause,
                getattr(event, "participant", 0 if isinstance(event, Woke) else 1),
                getattr(event, "text", ""),
            )
        )
        decision, self.wake = decide(FLOW.flow, self.house, self.alliance, event, self.now)
        self.alliance = decision.alliance
        self.new = list(decision.sends)
        self.withdrawn = list(decision.withdrawn)
        self.forgotten = decision.forgotten
        self.sent += decision.sends
        return self

    def starts(self, text: str = FIRST, name: str = "Maya Lind", address: str = "maya@example.org") -> "Talk":
        """The first note."""
        return self.happens(Started(address, name, "Jonas and me", text, 3600, self._cause()))

    def says(self, number: int, text: str, about: str = "") -> "Talk":
        """A reply; to the newest letter that asked something unless told otherwise."""
        about = about or self.last(number).about
        return self.happens(Replied(number, about, text, 3600, self._cause()))

    def waits(self, **time: float) -> "Talk":
        """Let time pass, waking the alliance whenever it wants to be woken."""
        until, new = self.now + timedelta(**time), []
        while self.wake is not None and self.wake <= until:
            self.now = max(self.now, self.wake)
            self.happens(Woke(self._cause()))
            new += self.new
        self.now, self.new = until, new
        return self

    def last(self, number: int) -> Send:
        """The newest letter to this person."""
        return next(s for s in reversed(self.sent) if s.to == number)

    def letters(self, number: int) -> list[Letter]:
        """The letters of the last step to this person."""
        return [s.letter for s in self.new if s.to == number]

    def _cause(self) -> str:
        self.count += 1
        return f"inbox:{self.count}"

    # -- whole stretches

    def invited(self) -> "Talk":
        return self.starts().says(1, WHY).says(1, "SEND")

    def joined(self) -> "Talk":
        return self.invited().says(2, "Yes. Bit nervous, but yes")

    def answers(self, number: int, *, until: str = "") -> "Talk":
        """Answer what is open until something else, or this prompt, is open."""
        while (opened := self.alliance.participant(number).open) and opened.about.startswith("prompt:"):
            prompt = opened.about.partition(":")[2]
            if prompt == until:
                return self
            if opened.sent is None:
                self.waits(hours=12)
            self.says(number, ANSWERS[prompt][number - 1], opened.about)
        return self

    def part(self) -> "Talk":
        """Both answer the part they are in."""
        return self.answers(1).answers(2)

    def drafted(self) -> "Talk":
        if not self.alliance.answers:
            self.joined()
        self.part()
        for _ in range(4):
            self.says(1, "NEXT", self._reveal()).says(2, "NEXT", self._reveal()).part()
        return self

    def _reveal(self) -> str:
        return f"reveal:{self.alliance.revealed[-1]}"

    def agreed(self) -> "Talk":
        return self.drafted().says(1, "AGREE").says(2, "Agree!")
