"""A team told aloud, on the pure core: Ana's crew of six, who says what to which letter, and what comes of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.alliance.decide import decide
from agent.alliance.event import Replied, Started, Woke
from agent.alliance.flow import load
from agent.alliance.model import Alliance, Phase
from agent.alliance.turn import House, Send

FLOW = load((Path(__file__).parents[2] / "flows/team.toml").read_text("utf-8"))
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
NAMES = ("Ana", "Ben", "Chi", "Dev", "Ewa", "Finn")
FIRST = (
    "Hi, I lead a crew of six: me, Ben <ben@example.org>, Chi <chi@example.org>, Dev <dev@example.org>, "
    "Ewa <ewa@example.org> and Finn <finn@example.org>. I'd like us to make a team alliance."
)
WHY = "We are good at the work and not so good at saying when it hurts."
ANSWERS = {
    "Q1": ("Calm mornings, loud lunches.", "People ask for help before lunch.", "Calm mornings, loud lunches.", "Room to try things.", "People ask for help before lunch.", "We laugh."),
    "Q2": ("Supportive and spacious.", "Spacious.", "Supportive.", "Direct.", "Spacious, vulnerable.", "Oppositional."),
    "Q3": ("One morning a week without calls.", "A walk on Fridays.", "Pass", "A walk on Fridays.", "Less mail.", "Pass"),
    "Q4": ("I keep the plan up to date.", "I check every order by noon.", "I sit in when two people are stuck.", "Pass", "I clean the van on Fridays.", "Pass"),
    "Q5": ("I tell you what I know within a day.", "I answer each message by five.", "I say when I am stuck.", "I ask before I change your work.", "If I will be late, I say so the day before.", "I bring the coffee."),
    "Q6": ("I listen until you are done.", "Pass", "Pass", "I thank people by name each week.", "Pass", "Pass"),
    "Q7": ("We slow down.", "We slow down.", "We let each other finish.", "We breathe.", "We let each other finish.", "Pass"),
    "Q8": ("When two of us clash, we talk within a day.", "We decide by noon.", "When two of us clash, we talk within a day.", "Pass", "We decide by noon.", "Pass"),
    "Q9": ("First they talk alone.", "First they talk alone.", "Pass", "We take an hour apart.", "Pass", "Pass"),
}  # fmt: skip


@dataclass
class Team:
    """One team, and all letters so far."""

    alliance: Alliance = field(default_factory=lambda: Alliance(1, FLOW.key, MONDAY))
    now: datetime = MONDAY
    house: House = field(default_factory=lambda: House("Europe/Berlin"))
    sent: list[Send] = field(default_factory=list)
    new: list[Send] = field(default_factory=list)
    wake: datetime | None = None
    forgotten: bool = False
    starts_of: list[Started] = field(default_factory=list)  # alliances of their own that began with this
    count: int = 0
    causes: dict[str, int] = field(default_factory=dict)  # who said it
    texts: list[str] = field(default_factory=list)

    def happens(self, event) -> "Team":
        self.causes[event.cause] = getattr(event, "participant", 1)
        self.texts.append(getattr(event, "text", ""))
        decision, self.wake = decide(FLOW.flow, self.house, self.alliance, event, self.now)
        self.alliance, self.new = decision.alliance, list(decision.sends)
        self.sent += self.new
        self.forgotten = decision.forgotten
        self.starts_of += decision.starts
        return self

    def starts(self, text: str = FIRST) -> "Team":
        return self.happens(
            Started("ana@example.org", "Ana Ruiz", "Team alliance for our crew", text, 3600, self._cause())
        )

    def says(self, who: str, text: str, about: str = "") -> "Team":
        number = next(p.number for p in self.alliance.participants if p.name == who)
        asked = about or self._about(number)
        return self.happens(Replied(number, asked, text, 3600, self._cause()))

    def _about(self, number: int) -> str:
        opened = self.alliance.participant(number).open
        return opened.about if opened else next(s.about for s in reversed(self.sent) if s.to == number)

    def _cause(self) -> str:
        self.count += 1
        return f"inbox:{self.count}"

    def on(self, until: datetime) -> "Team":
        """Let time go on, doing what is due."""
        while self.wake is not None and self.wake <= until:
            self.now = max(self.now, self.wake)
            before = self.wake
            self.happens(Woke(f"wake:{self._cause()}"))
            assert self.wake is None or self.wake > before, "a duty does not move"
        self.now = until
        return self

    def days(self, n: float) -> "Team":
        return self.on(self.now + timedelta(days=n))

    def got(self, kind: type, who: str = "") -> list:
        return [
            s.letter
            for s in self.sent
            if isinstance(s.letter, kind) and (not who or self.alliance.participant(s.to).name == who)
        ]


def gathered(*yes: str, no: tuple[str, ...] = ()) -> Team:
    """A team whose members have said what they say to the invitation, with the vote open."""
    t = Team().starts().says("Ana", "TEAM").says("Ana", WHY).says("Ana", "SEND")
    for name in yes or NAMES[1:]:
        t.says(name, "YES")
    for name in no:
        t.says(name, "no thanks")
    return t if t.alliance.phase == Phase.VOTING else t.days(2.5)


def ruled(votes: str = "a b b b", *yes: str, no: tuple[str, ...] = ()) -> Team:
    t = gathered(*yes, no=no)
    for p in t.alliance.present:
        t.says(p.name, votes)
    return t.days(1.5)


def answered(t: Team, silent: tuple[str, ...] = ()) -> Team:
    """Everybody answers everything that is asked, a day at a time."""
    for _ in range(40):
        if t.alliance.phase != Phase.ASKING:
            return t
        for p in t.alliance.present:
            opened = t.alliance.participant(p.number).open
            if p.name not in silent and opened and opened.sent and opened.about.startswith(("prompt", "follow")):
                key = opened.about.partition(":")[2]
                words = (
                    ANSWERS[key][NAMES.index(p.name)]
                    if opened.about.startswith("prompt") and key in ANSWERS
                    else "Pass"
                )
                t.says(p.name, words)
        t.days(1)
    return t


def drafted(rule: str, silent: tuple[str, ...] = ()) -> Team:
    t = answered(ruled(f"a {'abc'[['everyone', 'no_objection', 'majority'].index(rule)]} b b"), silent)
    assert t.alliance.phase == Phase.DRAFTING
    return t


def living(rule: str = "no_objection") -> Team:
    t = drafted(rule)
    for name in NAMES:
        t.says(name, "OK")
    assert t.alliance.phase == Phase.AGREED
    return t


def round_of(t: Team, *replies: str) -> Team:
    """On to the next check-in; as many members as there are replies answer it."""
    t.on(t.alliance.checkins[-1].due + timedelta(hours=1))
    for name, text in zip(NAMES, replies, strict=False):
        t.says(name, text, f"checkin:{len([c for c in t.alliance.checkins if c.asked])}")
    return t.days(6)
