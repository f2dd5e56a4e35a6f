"""A guess at what the other writes: it busts an assumption, and it is nobody else's (S08, F18)."""

from dataclasses import replace

import pytest
from talk import Talk

from agent.alliance import letters
from agent.papers.own import own_text

CANARY = "canaryguess"


def guessing(text: str = "Straight, the same day.") -> Talk:
    """Maya answers part 1 with a guess at Jonas's feedback; nobody has finished it."""
    talk = Talk().joined().answers(1, until="P10")
    return talk.says(1, f"{text}\n\nGUESS {CANARY} in writing", "prompt:P10").answers(1)


def revealed(talk: Talk) -> Talk:
    return talk.answers(2)


def of(talk: Talk, number: int) -> dict[str, letters.RevealQuestion]:
    [reveal] = [x for x in talk.letters(number) if isinstance(x, letters.Reveal)]
    return {q.title: q for q in reveal.questions}


def for_jonas(talk: Talk) -> str:
    return repr([s.letter for s in talk.sent if s.to == 2])


@pytest.mark.row("S08")
def test_a_guess_is_offered_in_part_1_alone() -> None:
    talk = Talk().agreed()

    offered = {s.about for s in talk.sent if isinstance(s.letter, letters.Prompt) and s.letter.guess}
    assert offered == {"prompt:P11", "prompt:P09", "prompt:P10", "prompt:P05"}


@pytest.mark.row("F18", "S08")
def test_only_the_guesser_sees_the_guess_beside_the_answers() -> None:
    talk = revealed(guessing())

    assert of(talk, 1)["Good feedback"].guess == f"{CANARY} in writing"
    assert of(talk, 2) == {title: replace(q, guess="") for title, q in of(talk, 1).items()}
    assert of(talk, 1)["Good feedback"].compared


@pytest.mark.row("F18")
def test_a_guess_is_in_no_letter_to_the_other_ever() -> None:
    talk = revealed(guessing())
    for _ in range(4):
        talk.says(1, "NEXT", "reveal:x").says(2, "NEXT", "reveal:x").part()
    talk.says(1, "AGREE").says(2, "AGREE").waits(days=31).says(1, "4, a, b, yes").says(2, "4, a, b, yes").says(
        2, "SHOW"
    )
    talk.says(2, "MY DATA").says(1, "STOP")

    assert talk.alliance.agreed
    assert CANARY not in for_jonas(talk)


@pytest.mark.row("F18")
def test_a_guess_stands_beside_a_pass_and_beside_private_words() -> None:
    talk = guessing("PASS")
    assert talk.alliance.answer(1, "P10").passed
    assert of(revealed(talk), 1)["Good feedback"].guess == f"{CANARY} in writing"

    talk = guessing("PRIVATE it hurts")
    assert talk.alliance.answer(1, "P10").private == "it hurts"
    assert talk.alliance.guess(1, "P10") == f"{CANARY} in writing"


@pytest.mark.row("F18", "F14")
def test_a_correction_keeps_the_guess_and_a_new_guess_replaces_it() -> None:
    talk = guessing().says(1, "Straight, but not before coffee.", "prompt:P10")
    assert talk.alliance.guess(1, "P10") == f"{CANARY} in writing"

    talk.says(1, "Straight.\nGUESS over a coffee", "prompt:P10")
    assert of(revealed(talk), 1)["Good feedback"].guess == "over a coffee"


@pytest.mark.row("F18")
def test_when_the_other_passes_there_is_nothing_to_compare() -> None:
    talk = guessing().answers(2, until="P10").says(2, "PASS").answers(2)

    mine = of(talk, 1)["Good feedback"]
    assert (mine.guess, mine.compared) == (f"{CANARY} in writing", False)
    assert [a.name for a in mine.answers] == ["Maya"]


@pytest.mark.row("F18", "F12")
def test_guesses_stand_behind_their_labels_when_several_are_answered() -> None:
    talk = Talk().joined().answers(1, until="P11").says(1, "ALL")
    talk.says(1, f"1. Ring me.\n2. Say it.\nGUESS {CANARY}\n3. Straight.\n4. I go quiet.", "all")

    assert [(g.prompt, g.text) for g in talk.alliance.guesses] == [("P09", CANARY)]
    assert talk.alliance.answer(1, "P09").text == "Say it."


@pytest.mark.row("F18")
def test_after_the_reveal_there_is_nothing_to_guess_and_this_is_said() -> None:
    talk = revealed(Talk().joined().answers(1)).says(1, f"Straight.\nGUESS {CANARY}", "prompt:P10")

    assert talk.alliance.guesses == ()
    assert any(n.kind == "left_out" and n.text == CANARY for x in talk.letters(1) for n in x.notes)
    assert CANARY not in for_jonas(talk)


@pytest.mark.row("F18")
@pytest.mark.parametrize("about", ["reveal:knowing", "passed", "prompt:P10"])
def test_a_guess_in_the_wrong_place_is_never_passed_on(about: str) -> None:
    talk = revealed(Talk().joined().answers(1)).says(1, f"I like this.\n\nGUESS {CANARY} next", about)

    assert CANARY not in for_jonas(talk)


@pytest.mark.row("F57")
def test_my_data_holds_ones_own_guess() -> None:
    [data] = guessing().says(1, "MY DATA").letters(1)

    assert [a.guess for a in data.mine.answers if a.guess] == [f"{CANARY} in writing"]
    assert f"Good feedback\nGUESS {CANARY} in writing" in own_text(data.mine)


def test_who_leaves_or_deletes_takes_the_guess_along() -> None:
    assert guessing().says(1, "STOP").alliance.guesses == ()
