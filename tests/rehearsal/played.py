"""A shipped script, played once and for real, and what came of it."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from structlog.testing import capture_logs

from agent.alliance.lettercheck import Fault, faults_of
from agent.alliance.model import Alliance
from agent.files import read_flow
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.play import Rehearsal, play, rehearsing
from agent.rehearsal.script import Script, read
from agent.settings import shipped

SOURCES = tuple(
    prompt.ask
    for path in sorted(shipped("flows").glob("*.toml"))
    for tag in ("en", "de")
    for prompt in read_flow(path.parent, path.stem).flow.told_in(tag).prompts.values()
)


@dataclass
class Played:
    """What came of one script."""

    script: Script
    mails: list[Mail] = field(default_factory=list)
    alliances: list[Alliance] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    broken: list[tuple[str, Fault]] = field(default_factory=list)  # house rules that a letter broke
    logged: list[dict] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # that a scanner found

    def got(self, key: str, subject: str = "") -> list[Mail]:
        """The letters to one person with these words in their subject."""
        return [m for m in self.mails if m.person.key == key and not m.mine and subject in m.subject]


@cache
def played(name: str, folder: Path, personas: tuple[str, ...] = ()) -> Played:
    """Play a shipped script; the same name in the same folder is the same run. `personas` are instead of the script's."""
    script = read((shipped("rehearsals") / f"{name}.txt").read_text("utf-8"), name)
    if personas:
        people = zip(script.people, personas, strict=True)
        script = replace(script, people=tuple(replace(person, persona=key) for person, key in people))
    found = Played(script)
    file = folder / f"{'-'.join((name, *personas))}.db"

    async def run() -> None:
        async with rehearsing(script.people, file, lambda _: None, script.start) as rehearsal:
            _check_letters(rehearsal, found)
            await play(script, rehearsal)
            found.mails = rehearsal.mails
            found.alliances = await rehearsal.alliances()
            found.undone = await rehearsal.faults()
            found.links = rehearsal.links

    with capture_logs() as logged:
        asyncio.run(run())
    found.logged = logged
    return found


def _check_letters(rehearsal: Rehearsal, found: Played) -> None:
    """Have every letter checked by the house rules as it is rendered."""
    advance = rehearsal.service.intake.advance
    render = advance.post.render

    def checked(letter, **known):
        said = render(letter, **known)
        ask = getattr(letter, "ask", "")
        sources = (*SOURCES, *([ask] if ask else []))
        tag = re.search(r'<html lang="(\w+)"', said.html)[1]
        found.broken += [
            (said.subject, fault)
            for fault in faults_of(
                letter, said.subject, said.text, said.html, me=known["me"], sources=sources, language=tag
            )
            if not fault.warning
        ]
        return said

    advance.post = replace(advance.post, render=checked)


def private_words(run: Played, key: str) -> list[str]:
    """What this person began with PRIVATE."""
    said = [m.text for m in run.mails if m.mine and m.person.key == key]
    return [line for text in said for line in re.findall(r"(?m)^PRIVATE? (.+)$", text)]
