"""What somebody could say next: the script's words, and where it has none for a letter, words that fit any flow. Pure.

A script is written for one way; a visitor goes another. So a step is looked up by the letter that is to be answered and
not by its place, and each is said once.
"""

import re
from dataclasses import dataclass, field

from agent.alliance.flow import Flow
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.script import Person, Replies, Script, Step, Writes

_NUMBERED = re.compile(r"(?m)^\s*(\d+)[.:]\s")
_PLAIN = {
    "why": "We have known each other for years, and I would like it to stay easy when there is much to do.",
    "ready": "SEND",
    "existing": "NEW",
    "invitation": "Yes, gladly.",
    "reveal": "NEXT",
    "settle": "A",
    "draft": "AGREE",
    "change": "KEEP",
    "checkin": "4\nWe say things early\nNothing\nyes",
    "renewal": "KEEP",
    "closing": "Thank you for all of it.",
    "erase": "KEEP",
    "trial": "KEEP",
    "pass": "PASS ON",
    "page": "DONE",
}  # by what a letter asks, as in `Open.about`


@dataclass(slots=True)
class Cues:
    """A script with what has been said of it. `at` is how far it was followed in its order."""

    script: Script
    at: int = 0
    _said: set[int] = field(default_factory=set)

    @property
    def left(self) -> tuple[tuple[int, Step], ...]:
        """The steps from here on that were not said yet."""
        return tuple((i, s) for i, s in enumerate(self.script.steps) if i >= self.at and i not in self._said)

    def first(self, person: Person) -> Writes | None:
        """The first mail that this person writes and has not written yet; None when there is none."""
        return next((s for _, s in self.left if isinstance(s, Writes) and s.who == person.key), None)

    def reply(self, letter: Mail) -> str:
        """What the script says in reply to this letter; "" when it says nothing."""
        found = self._answering(letter)
        return found[1].text if found else ""

    def spend(self, letter: Mail | None, person: Person) -> None:
        """Take the script's words for a letter that was answered, or (None) for a first mail that was written, as said."""
        if letter is None:
            self._said |= {i for i, s in self.left if s is self.first(person)}
        elif found := self._answering(letter):
            self._said.add(found[0])

    def _answering(self, letter: Mail) -> tuple[int, Replies] | None:
        subject = letter.subject.lower()
        return next(
            (
                (i, s)
                for i, s in self.left
                if isinstance(s, Replies) and s.who == letter.person.key and s.subject.lower() in subject
            ),
            None,
        )


def plain(about: str, letter: Mail, flow: Flow, others: tuple[Person, ...]) -> str:
    """Words that fit what a letter asks, whatever the flow; "" when it asks nothing."""
    kind, _, key = about.removeprefix("rest:").partition(":")
    if kind in ("prompt", "follow"):
        prompt = flow.prompts.get(key)
        return (prompt.example or (prompt.choices[0] if prompt.choices else "PASS")) if prompt else "PASS"
    if kind == "who":
        return "\n".join(f"{p.name} <{p.address}>" for p in others[:1])
    if kind == "all":
        numbers = list(dict.fromkeys(_NUMBERED.findall(letter.text)))
        return "\n".join(f"{n}. PASS" for n in numbers) or "PASS"
    return _PLAIN.get(kind, "")
