"""Whole alliances of every kind with canaries in each mail: no byte that another gets has one of them (T65, T66).

Each mail has canaries where nothing is an answer (header, names of files, files, pictures), and each answer a PRIVATE line:
nobody else may ever see these. And an answer's own words, such as nobody else has used and no letter has by itself, may be
in nobody's letter before its part is revealed.
"""

import io
import re
import subprocess
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import cache

import pytest
from structlog import reset_defaults

from agent.alliance.model import Alliance, Answer
from agent.log import configure
from agent.mail.address import Route
from agent.rehearsal import play
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.play import Rehearsal
from agent.rehearsal.script import Script, read
from agent.settings import shipped
from agent.store import outbox
from agent.web.health import text_of

PROMPTS = ("prompt", "follow", "all", "checkin")
WORD = re.compile(r"[^\W\d_]{6,}")


@cache
def ours() -> frozenset[str]:
    """Every word that a letter may have by itself."""
    files = [p for folder in ("flows", "templates") for p in shipped(folder).rglob("*") if p.is_file()]
    return frozenset(w for p in files for w in words_of(p.read_text("utf-8", "replace")))


def words_of(text: str) -> set[str]:
    return {w.lower() for w in WORD.findall(text)}


def shown(mail: Mail) -> str:
    """All that a letter holds, in every form that somebody could read, its papers too."""
    found = [mail.raw.decode("latin-1"), mail.seen, mail.subject]
    for name, kind, content in mail.attachments:
        found += [name, content.decode("utf-8", "replace").replace("\r\n ", "")]
        if kind == "application/pdf":
            done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
            found.append(done.stdout.decode())
    return "\n".join(found)


@dataclass(slots=True)
class Marked(Rehearsal):
    """A rehearsal in which every mail has canaries, and in which it is looked who could read what after each."""

    kinds: set[str] = field(default_factory=set)  # of what letters brought along
    leaks: list[str] = field(default_factory=list)
    private: int = 0
    said: dict[str, set[str]] = field(default_factory=dict)  # the words that each has used, by address
    looked: dict[int, set[str]] = field(default_factory=dict)  # the words of each letter
    rare: dict[tuple[int, str], set[str]] = field(
        default_factory=dict
    )  # of each answer by alliance and cause, until it is shown
    secretly: bool = True  # with a PRIVATE line in each answer

    async def reply(self, to: Mail, text: str) -> None:
        if self.secretly and len(text.split()) > 2 and (await self._about(to)).startswith(PROMPTS):
            self.private += 1
            text = f"{text}\n\nPRIVATE canprivate{to.person.key} and no more"
        await super(Marked, self).reply(to, text)

    async def _about(self, mail: Mail) -> str:
        found = re.search(r"\r\nReply-To:\s+(\S+)", mail.raw.decode("latin-1"))
        route = self.service.doors.route_of(found[1]) if found else None
        if not isinstance(route, Route):
            return ""
        async with self.service.database.transaction() as c:
            letters = await outbox.asked(c, [(route.alliance, route.letter)])
        return next((letter.about for letter in letters.values()), "")

    async def _send(self, mail: Mail) -> None:
        key = mail.person.key
        self.said.setdefault(mail.person.address, set()).update(words_of(f"{mail.subject} {mail.text}"))
        message = message_from_bytes(mail.raw, policy=policy.SMTP)
        message["X-Mood"], message["Comments"] = f"canhead{key}", f"cancomment{key}"
        message.add_attachment(f"caninside{key}", filename=f"canfile{key}.txt")
        raw = message.as_bytes()
        if message["In-Reply-To"]:  # a first mail says by it who somebody is
            raw = re.sub(rb"^(From: )[^<\r\n]*<", rb"\1canname%s <" % key.encode(), raw, count=1, flags=re.MULTILINE)
        await super(Marked, self)._send(mail.__class__(**{n: getattr(mail, n) for n in mail.__slots__} | {"raw": raw}))

    async def settle(self) -> None:
        await super(Marked, self).settle()
        for alliance in await self.alliances():
            for a in alliance.answers:
                self.leaks += self._leaked(alliance, a)

    def _leaked(self, alliance: Alliance, answer: Answer) -> list[str]:
        """Words of an answer that is not shown yet, in what others got."""
        flow = self.service.delivery.advance.flows[alliance.flow]
        prompt = flow.prompts.get(answer.prompt)
        part = flow.part_of(prompt.id) if prompt else None
        key = alliance.id, answer.cause
        author = alliance.participant(answer.participant).address
        others = [m for m in self.mails if not m.mine and m.person.address != author]
        if part is None or answer.prompt == "why" or part.id in alliance.revealed or alliance.drafts:
            self.rare[key] = set()  # it may be seen; and the reason is for the one who is invited
        elif key not in self.rare:
            known = (self._words(m) for m in others if m.number < self.acted)
            self.rare[key] = words_of(answer.text) - ours() - set[str]().union(*known)
        said = (words for address, words in self.said.items() if address != author)
        rare = self.rare[key] - set[str]().union(*said)
        return [f"{w} in {m.subject!r} to {m.person.key}" for m in others for w in sorted(rare & self._words(m))]

    def _words(self, mail: Mail) -> set[str]:
        if mail.number not in self.looked:
            self.looked[mail.number] = words_of(shown(mail))
            self.kinds |= {kind for _, kind, _ in mail.attachments}
        return self.looked[mail.number]

    def canaries(self) -> list[str]:
        """Those of one person in what another got, or outside of everybody's mail."""
        keys = {p.key for p in self.people}
        return [
            f"can...{key} in {mail.subject!r} to {mail.person.key}"
            for mail in self.mails
            if not mail.mine
            for found in [shown(mail)]
            for key in keys - {mail.person.key}
            if re.search(rf"can(?:private|head|comment|inside|file|name){key}\b", found)
        ]


def story(name: str) -> Script:
    path = shipped("rehearsals") / f"{name}.txt"
    return read(path.read_text("utf-8"), str(path))


async def told(script: Script, rehearsal: Rehearsal) -> int:
    """How many steps could be done: with a line more in each answer a page has other lines than the script foresees."""
    people, done = {p.key: p for p in script.people}, 0
    for step in script.steps:
        done += not await play._do(step, rehearsal, people)
    return done


@pytest.mark.row("T65", "T66")
@pytest.mark.parametrize("name", ["pair", "team", "solo", "living"])
async def test_no_canary_of_one_is_in_any_byte_that_another_gets(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(play, "Rehearsal", Marked)
    log, script = io.StringIO(), story(name)
    configure("debug", "json", log)
    try:
        async with play.rehearsing(script.people, tmp_path / "a.db", lambda _: None, script.start) as rehearsal:
            assert isinstance(rehearsal, Marked)
            rehearsal.secretly = name != "solo"  # there a name is asked for, and nobody else sees anything
            done = await told(script, rehearsal)
            figures = text_of((await rehearsal.service.health.look()).figures)
    finally:
        reset_defaults()

    assert done > 0.75 * len(script.steps)
    assert rehearsal.leaks == []
    assert rehearsal.canaries() == []
    assert not re.search(r"can(?:private|head|comment|inside|file|name)", log.getvalue() + figures)
    if name != "solo":
        assert rehearsal.private > 5
        assert {kind for m in rehearsal.mails for _, kind, _ in m.attachments} >= {"application/pdf", "text/calendar"}
