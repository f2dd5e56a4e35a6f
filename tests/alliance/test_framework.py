"""What an alliance is, as the first rows of the specification have it: the same for both, said back, and nobody above another."""

from dataclasses import replace

import pytest
from talk import Talk

from agent.alliance import letters
from agent.alliance.model import Phase


def asked(talk: Talk, number: int) -> list[str]:
    """The prompts that this person was asked, in their order."""
    return [
        s.about.partition(":")[2] for s in talk.sent if s.to == number and isinstance(s.letter, letters.Prompt)
    ]  # fmt: skip


@pytest.mark.row("S02", "S14")
def test_both_are_asked_the_same_and_see_the_same_side_by_side() -> None:
    talk = Talk().drafted()

    assert [p for p in asked(talk, 2) if p != "why"] == asked(talk, 1)  # the host was asked why before all else
    shown = {
        number: [
            replace(s.letter, notes=()) for s in talk.sent if s.to == number and isinstance(s.letter, letters.Reveal)
        ]
        for number in (1, 2)
    }
    assert shown[1] == shown[2]
    assert {a.name for q in shown[1][0].questions for a in q.answers} == {"Maya", "Jonas"}


@pytest.mark.row("S03", "F13")
def test_each_answer_is_read_back_in_one_letter_that_asks_one_thing() -> None:
    talk = Talk().joined()
    for words in ("I hope we stay friends.", "Email is fine.", "Pass", "Straight, the same day."):
        talk.says(1, words)

        [letter] = talk.letters(1)
        assert isinstance(letter, letters.Prompt)
        assert letter.notes[0].kind == ("passed" if words == "Pass" else "kept")
        assert letter.notes[0].text in ("", words)
        assert talk.alliance.participant(1).open.about == talk.last(1).about


@pytest.mark.row("S03")
def test_what_is_unclear_is_asked_back_and_not_guessed() -> None:
    talk = Talk().drafted().says(1, "sounds good, talk Monday")

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.AskBack)
    assert not talk.alliance.confirmations


@pytest.mark.row("S14")
@pytest.mark.parametrize("number", [1, 2])
def test_either_may_change_pause_and_end_it_and_the_initiator_no_more_than_the_other(number: int) -> None:
    talk = Talk().drafted().says(number, "drop 4", "draft:1")
    assert [type(x) for n in (1, 2) for x in talk.letters(n)] == [letters.DraftChanged] * 2

    talk.says(number, "PAUSE")
    assert talk.alliance.participant(number).paused
    assert not talk.alliance.participant(3 - number).paused

    talk.says(number, "CLOSE")
    assert talk.alliance.phase == Phase.ENDED


@pytest.mark.row("S15")
def test_what_makes_it_strong_its_values_and_its_tone_say_how_the_two_want_it_to_be() -> None:
    lines = [line.text for line in Talk().drafted().alliance.draft.lines if line.section == "being"]

    for words in ("We both say what we see.", "Honesty, craft and rest.", "Direct and supportive."):
        assert any(words in line for line in lines), words


@pytest.mark.row("S43")
def test_after_asking_comes_listening_and_a_question_before_any_page() -> None:
    talk = Talk().joined().part().says(1, "Is eight in the morning?", "reveal:knowing")

    [told] = talk.letters(2)
    assert isinstance(told, letters.PassedOn)
    assert "Is eight in the morning?" in repr(told)
    assert talk.alliance.phase == Phase.ASKING
    assert not talk.alliance.drafts
