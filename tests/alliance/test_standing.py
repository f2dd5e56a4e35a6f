"""Whose yes a team's page has, and whose words its next draft is made of."""

import pytest
from test_team import drafted

from agent.alliance import letters as l
from agent.alliance.model import Phase, Stage


@pytest.mark.row("I3", "F23")
def test_a_line_that_one_member_adds_for_another_is_asked_of_that_one() -> None:
    t = drafted("majority").says("Ana", "Add: Ben cleans the kitchen on Fridays. Add: I sweep the yard.")
    for name in ("Ben", "Chi", "Dev", "Ewa", "Finn"):
        t.says(name, "OK")
    t.days(8)

    added = {line.text: (line.owner, line.asked_of, line.by) for line in t.alliance.draft.lines[-2:]}
    assert added == {"Ben cleans the kitchen on Fridays.": (0, 2, (1,)), "I sweep the yard.": (1, 0, (1,))}
    cause = next(p.cause for p in t.alliance.proposals)
    assert all(line.source == (cause,) for line in t.alliance.draft.lines[-2:])


@pytest.mark.row("I4", "F47")
def test_who_objects_after_an_ok_has_not_said_ok_and_hears_what_was_heard() -> None:
    t = drafted("everyone").says("Ben", "OK")
    assert [c.participant for c in t.alliance.confirmations] == [2]

    t.says("Ben", "I object to 3 because it could mean anything.", "draft:1")

    assert t.alliance.confirmations == ()
    assert t.alliance.participant(2).stage == Stage.REVIEWING
    [said] = [s.letter for s in t.new if isinstance(s.letter, l.Objected)]
    assert [(x.number, x.why) for x in said.heard] == [(3, "it could mean anything.")]
    for name in ("Ana", "Chi", "Dev", "Ewa", "Finn"):
        t.says(name, "OK", "draft:1")
    assert t.alliance.phase == Phase.DRAFTING


@pytest.mark.row("F47")
def test_a_wish_for_the_first_line_counts_and_one_for_a_line_that_changed_meanwhile_does_not() -> None:
    t = drafted("no_objection").says("Ana", "make 1 say We start at eight. make 2 say We stop at five.")
    assert {(p.line, p.text) for p in t.alliance.proposals} == {
        (t.alliance.draft.lines[0].id, "We start at eight."),
        (t.alliance.draft.lines[1].id, "We stop at five."),
    }
    t.says("Ben", "STOP")  # his promise is open now: a new draft, in which the two lines are the same

    assert {p.text for p in t.alliance.proposals if p.version == t.alliance.draft.version} == {
        "We start at eight.",
        "We stop at five.",
    }
    assert {o.version for o in t.alliance.objections} == {1, 2}


@pytest.mark.row("F14", "F49")
def test_a_late_answer_goes_to_the_section_of_its_question_and_the_count_waits_for_it() -> None:
    t = drafted("everyone")
    for name in ("Ana", "Ben", "Chi", "Dev", "Ewa"):
        t.says(name, "OK")
    t.days(8)  # nobody counts any more: the page waits for Finn
    assert t.alliance.closes is None

    t.says("Finn", "We say hello in the morning.", "prompt:Q1")

    assert t.alliance.closes is not None
    assert [p.section for p in t.alliance.proposals] == ["atmosphere"]
