"""One page of all the alliances that one person has, told aloud: their names and dates, and no word from inside (S09, S10)."""

from dataclasses import replace
from datetime import date

import pytest
from talk import FLOW, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Replied
from agent.alliance.model import Alliance, Phase


def with_ben(talk: Talk) -> Alliance:
    """The same story between Maya and somebody else, as another alliance."""
    maya, ben = talk.alliance.participants
    ben = replace(ben, name="Ben", full_name="Ben Ito", address="ben@example.org")
    return replace(talk.alliance, id=2, participants=(maya, ben))


def asks(talk: Talk, number: int, words: str, *others: Alliance) -> letters.Status:
    event = Replied(number, "final:1", words, None, "inbox:99")
    decision, _ = decide(FLOW.flow, talk.house, talk.alliance, event, talk.now, others=others)
    [send] = decision.sends
    assert send.to == number
    return send.letter


@pytest.mark.row("S09", "S10")
@pytest.mark.parametrize("words", ["MY ALLIANCES", "STATUS", "Show me all my alliances please"])
def test_whoever_has_several_sees_each_with_its_next_date(words: str) -> None:
    status = asks(Talk().agreed(), 1, words, with_ben(Talk().agreed()))

    assert status.others == (letters.OtherRow("Ben", "agreed", date(2026, 4, 1)),)
    assert (status.row.names, status.row.next) == ("Maya and Jonas", date(2026, 4, 1))


@pytest.mark.row("S10")
def test_nothing_from_inside_another_alliance_is_in_it() -> None:
    other = with_ben(Talk().agreed())
    status = asks(Talk().agreed(), 1, "MY ALLIANCES", other)

    words = [line.text for line in other.in_force.lines] + [a.text for a in other.answers if a.text]
    assert [w for w in words if w in repr(status.others)] == []


@pytest.mark.row("S09", "F21")
def test_the_next_date_may_be_the_end_of_a_trial() -> None:
    talk = Talk().drafted().says(1, "make 3 a trial until 20 March").says(1, "AGREE").says(2, "AGREE")

    assert asks(Talk().agreed(), 1, "STATUS", with_ben(talk)).others[0].next == date(2026, 3, 20)


@pytest.mark.row("S10", "F04")
def test_an_alliance_of_which_somebody_does_not_know_yet_is_not_in_it() -> None:
    unsent, sent = (replace(t.alliance, id=3) for t in (Talk().starts().says(1, WHY), Talk().invited()))

    assert asks(Talk().agreed(), 2, "MY ALLIANCES", unsent).others == ()
    assert asks(Talk().agreed(), 2, "MY ALLIANCES", sent).others == (letters.OtherRow("Maya", "asked", None),)


@pytest.mark.row("S10")
def test_what_has_ended_is_not_in_it_and_neither_is_what_somebody_left() -> None:
    ended = with_ben(Talk().agreed().says(1, "STOP"))

    assert asks(Talk().agreed(), 1, "MY ALLIANCES", ended).others == ()


@pytest.mark.row("S10")
def test_a_trust_bank_is_named_as_such() -> None:
    bank = Alliance(3, "trust_bank", Talk().now, Phase.ASKING, (Talk().agreed().alliance.participant(1),))

    assert asks(Talk().agreed(), 1, "MY ALLIANCES", bank).others == (letters.OtherRow("", "bank", None),)


WHY = "Jonas is the person I call when things go sideways."
