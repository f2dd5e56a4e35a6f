"""Whatever a kind of relationship says in a letter keeps the house rules as the letters themselves do (spec section 5)."""

from pathlib import Path

import pytest

from agent.alliance import letters as l
from agent.alliance.flow import load
from agent.alliance.lettercheck import faults_of
from agent.alliance.model import Rhythm
from agent.alliance.samples.people import KEPT, WHY
from agent.alliance.words import say_rhythm

FLOW = load((Path(__file__).parents[2] / "flows/one_to_one.toml").read_text("utf-8")).flow
KINDS = [pytest.param(kind, id=kind.id) for kind in FLOW.relationships]


def _faults(letter, render, sources, article):
    r = render(letter)
    faults = faults_of(letter, r.subject, r.text, r.html, me="Maya", sources=sources, copied=article)
    return [f for f in faults if not f.warning]


@pytest.mark.row("F53", "F58")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_says_around_the_prompts_keeps_the_house_rules(kind, render, sources, article):
    flow = FLOW.of(kind.id)

    for p in flow.prompts.values():
        lead, ask, hint, example, extra = (
            text.replace("{partner}", "Jonas")
            .replace("{zone}", "Berlin")
            .replace("{rhythm}", say_rhythm(flow.checkin.rhythm))
            for text in (p.lead, p.ask, p.hint, p.example, p.numbers)
        )
        prompt = l.Prompt(KEPT, p.subject, 1, 12, lead, ask, hint, example, p.private, "", extra)
        plain = l.Explain(ask, f"{p.plain} {p.thin}".strip(), example, p.title)
        assert (p.id, _faults(prompt, render, sources, article)) == (p.id, [])
        assert (p.id, _faults(plain, render, sources, article)) == (p.id, [])


@pytest.mark.row("F53", "F58")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_says_in_the_invitation_keeps_the_house_rules(kind, render, sources, article):
    for side in (None, *kind.sides):
        opening = ((side and side.opening) or kind.opening).replace("{initiator}", "Maya")
        note = kind.note if side is None or side.note is None else side.note
        for guardian in {False, bool(kind.children)}:
            letter = l.Invitation("Maya", "Maya Lind", "maya@example.org", WHY, 12, 27, opening, note, guardian)
            assert _faults(letter, render, sources, article) == []
        assert _faults(l.InvitationReminder("Maya", "maya@example.org", WHY, note), render, sources, article) == []


@pytest.mark.row("F53")
def test_a_kinds_rhythm_is_said_as_it_is_read():
    assert [say_rhythm(FLOW.of(k.id).checkin.rhythm) for k in FLOW.relationships] == [
        "every month",
        "after 30 days, then 90 days, then every 3 months",
        "every 3 months",
        "after 30 days, then 90 days, then every 3 months",
        "every 3 months",
        "every 6 months",
    ]
    assert FLOW.of("").checkin.rhythm == Rhythm()
