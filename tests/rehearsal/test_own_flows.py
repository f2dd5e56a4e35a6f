"""Flows that an operator might write are played as the shipped ones are: parts and kinds of their own, a team's, a page of docs."""

import asyncio
import re
from pathlib import Path

import pytest

from agent.rehearsal.play import play, rehearsing
from agent.rehearsal.script import read
from agent.settings import shipped

DOCS = Path(__file__).parents[2] / "docs" / "flows.md"
CAMP = """
@@ ana is Ana Roy <ana@example.org> in Europe/Berlin
@@ ben is Ben Ito <ben@example.org> in Europe/Berlin
@@ cy is Cy Moss <cy@example.org> in Europe/Berlin
@@ ana writes "Our camp"
A team alliance for our team, please: Ben Ito (ben@example.org) and Cy Moss (cy@example.org).
@@ ana replies to "one to one first": TEAM
@@ ana replies to "one question first": We sleep better when we know who brings what.
@@ ana replies to "Ready to write": SEND
@@ ben replies to "Ana invites you": Yes
@@ cy replies to "Ana invites you": Yes
@@ ana replies to "your team's rules": a b c a
@@ ben replies to "your team's rules": a b c a
@@ cy replies to "your team's rules": a b c a
@@ ana replies to "around the fire": Songs, and nobody looks at a phone.
@@ ben replies to "around the fire": Songs.
@@ cy replies to "around the fire": PASS
@@ expect cy gets "Part 1"
Songs, and nobody looks at a phone.
@@ end
"""


def _block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def _played(flow: Path, script: str, database: Path) -> None:
    async def run() -> None:
        told = read(script, "mine.txt")
        async with rehearsing(told.people, database, lambda _: None, told.start, flow=flow) as rehearsal:
            await play(told, rehearsal)
            assert await rehearsal.faults() == []
            [alliance] = await rehearsal.alliances()
            assert alliance.flow.startswith(f"{flow.stem}@")

    asyncio.run(run())


@pytest.mark.row("S36")
def test_the_flow_of_the_docs_plays_to_its_end_as_they_say(tmp_path):
    flow = tmp_path / "walks.toml"
    flow.write_text(_block("toml"), "utf-8")

    _played(flow, _block("text"), tmp_path / "a.db")


@pytest.mark.row("S36")
def test_a_flow_with_own_parts_names_kinds_and_languages_is_played(tmp_path):
    """A prompt between people is asked of each about time, the rhythm is dropped, and a translation lies beside it."""
    flow = tmp_path / "walks.toml"
    own = _block("toml").replace('name = "walks"', 'name = "walks"', 1)
    own += """
[[part.prompt]]
id = "promise"
kind = "exchange"
short = true
section = "walks"
subject = "who does what"
title = "Who does what"
ask = "What do you bring, and what should {partner} bring?"

[[part]]
id = "when"
title = "when we walk"
reveal = "draft"

[[part.prompt]]
id = "day"
kind = "meeting"
counted = false
section = "walks"
subject = "Our day"
title = "Our day"
ask = "When and where do we meet?"
"""
    flow.write_text(own, "utf-8")
    (tmp_path / "de").mkdir()
    words = 'language = "de"\n[prompt.pace]\nsubject = "dein Schritt"\nask = "Wie schnell gehst du gern?"\n'
    (tmp_path / "de" / "walks.toml").write_text(words, "utf-8")

    _played(
        flow,
        """
@@ kim is Kim Berg <kim@example.org> in Europe/Berlin
@@ ola is Ola Lund <ola@example.org> in Europe/Berlin
@@ kim writes "Ola and me": Ola Lund (ola@example.org) and I want to walk more.
@@ kim replies to "one question first": It clears my head.
@@ kim replies to "Ready to write": SEND
@@ ola replies to "asked me to write": Yes
@@ ola replies to "Why you want to walk": Auf Deutsch, bitte
@@ expect ola gets "Why you want to walk"
Ab jetzt schreibe ich dir auf Deutsch.
@@ ola replies to "Why you want to walk": I sleep better.
@@ ola replies to "dein Schritt": Eine Stunde, am Fluss.
@@ kim replies to "your pace": Two hours, with a hill.
@@ kim replies to "Part 1": NEXT
@@ ola replies to "Teil 1": WEITER
@@ kim replies to "when it rains": PASS
@@ kim replies to "who does what": I bring tea. I would like you to bring the map.
@@ ola replies to "when it rains": PASS
@@ ola replies to "who does what": PASS
@@ kim replies to "Part 2": NEXT
@@ ola replies to "Teil 2": WEITER
@@ kim replies to "Our day": Every Sunday at ten, at the bridge
@@ ola replies to "Our day": Every Sunday at ten, at the bridge
@@ expect kim gets "Draft 1"
Kim: I bring tea.
Kim asks Ola: I would like you to bring the map.
We walk: Every Sunday at ten, at the bridge. (both)
@@ end
""",
        tmp_path / "b.db",
    )


@pytest.mark.row("S36", "F46")
def test_a_team_flow_of_ones_own_is_played(tmp_path):
    flow = tmp_path / "camp.toml"
    content = (shipped("flows") / "team.toml").read_text("utf-8").replace('name = "team"', 'name = "camp"')
    head, _, rest = content.partition('[[part.prompt]]\nid = "Q1"')
    rest = rest[rest.index("[[part]]") : rest.index("[[kind]]")]  # Q1 to Q3 are dropped, for one of the camp's own
    own = """[[part.prompt]]
id = "fire"
kind = "shared"
section = "atmosphere"
subject = "around the fire"
title = "Around the fire"
ask = "What should it be like around the fire?"
short = true

"""
    flow.write_text(head.replace('title = "The atmosphere"', 'title = "The camp"') + own + rest, "utf-8")

    _played(flow, CAMP, tmp_path / "c.db")


@pytest.mark.row("S36")
def test_a_running_alliance_keeps_the_flow_that_it_began_with(tmp_path):
    flow = tmp_path / "walks.toml"
    flow.write_text(_block("toml"), "utf-8")
    script = _block("text")
    begun = script[: script.index('@@ ola replies to "1 of 2')] + '@@ expect ola gets "your pace"\n@@ end\n'
    _played(flow, begun, tmp_path / "d.db")

    flow.write_text(_block("toml").replace("How fast and how far do you like to go?", "How slow?"), "utf-8")
    people = "\n".join(script.splitlines()[:2])
    later = '@@ it is 2026-03-09 10:00 in Europe/Berlin\n@@ until kim gets "Here when you are"\nHow fast and how far do you like to go?\n@@ end\n'

    _played(flow, f"{people}\n{later}", tmp_path / "d.db")
