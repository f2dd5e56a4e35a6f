"""Four fields in whatever layout they come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.words import read_checkin


@pytest.mark.row("F35")
@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["1. 3\n2. mornings\n3. money\n{}", "1) 3\n2) mornings\n3) money\n\n{}", "3\nmornings\nmoney\n{}", "Rating: 3\nWorks: mornings\nCare: money\n{}",
                     "3. Mornings. Money. {}", "3, mornings, money, {}", "3! Mornings. Money. {}", "1. 3\n2. mornings\n3. money\n4. {}"]),
    st.sampled_from([("yes", "yes"), ("Partly", "partly"), ("No.", "no"), ("not needed", "not needed"), ("Yes!", "yes"), ("n/a", "not needed")]),
)  # fmt: skip
def test_a_bare_word_after_three_answers_is_about_the_line(layout: str, said: tuple[str, str]) -> None:
    reading = read_checkin(layout.format(said[0]))

    assert (reading.rating, reading.works.lower(), reading.care.lower(), reading.line) == (
        3,
        "mornings",
        "money",
        said[1],
    )


@pytest.mark.row("F35")
def test_four_sentences_fill_four_fields() -> None:
    reading = read_checkin("4. Mornings are good, walks too. Money talks are always hard for us. Partly.")

    assert (reading.rating, reading.works, reading.care) == (
        4,
        "Mornings are good, walks too",
        "Money talks are always hard for us",
    )
    assert (reading.line, reading.rest, reading.unclear) == ("partly", "", False)


def test_sentences_that_go_on_are_kept_as_words() -> None:
    reading = read_checkin("4. But I am tired. We fight. Yes.")

    assert (reading.rating, reading.works, reading.care, reading.line) == (4, "", "", "yes")
    assert "We fight" in reading.rest


def test_an_answer_of_several_lines_keeps_them() -> None:
    assert read_checkin("1. 3\n2. mornings\n3. money\nand her mother\nyes").care == "money\nand her mother"
    assert read_checkin("1. 3\n2. no\n3. yes").care == "yes"


def test_a_remark_beside_a_rating_is_kept_and_asks_nothing() -> None:
    reading = read_checkin("4 - fine, but tired")

    assert (reading.rating, reading.unclear, reading.rest) == (4, False, "fine, but tired")


@pytest.mark.parametrize(
    "text", ["3.5", "3,5", "3,5 mornings", "3 and a half", "between 3 and 4", "1. 3.5\n2. mornings\n3. money\nyes"]
)
def test_a_number_between_two_is_asked_back(text: str) -> None:
    reading = read_checkin(text)

    assert (reading.rating, reading.unclear) == (None, True)


@pytest.mark.parametrize(
    "text", ["4 (a good month)", "1) mornings\n2) money", "1) mornings", "1. 4, a good month\n2. money"]
)
def test_words_beside_a_rating_are_not_lost(text: str) -> None:
    reading = read_checkin(text)

    said = f"{reading.works} {reading.care} {reading.rest}"
    assert [word for word in ("good", "month", "mornings", "money") if word in text and word not in said] == []


def test_the_number_of_the_question_is_no_rating() -> None:
    assert read_checkin("1. 4").rating == 4


@pytest.mark.parametrize("text", ["4. STOP", "4, STOP", "4\nSTOP"])
def test_a_stop_beside_a_rating_is_heard(text: str) -> None:
    reading = read_checkin(text)

    assert (reading.rating, reading.command and reading.command.name) == (4, "stop")


@pytest.mark.row("F35")
def test_a_number_that_is_no_rating_leaves_the_words_where_they_are():
    reading = read_checkin("7, sun, rain, yes")

    assert (reading.rating, reading.works, reading.care, reading.line, reading.unclear) == (
        None,
        "sun",
        "rain",
        "yes",
        True,
    )
