"""Names and greetings around a reply: they say nothing, and a yes keeps its meaning beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.words import read_approval, read_choice, read_consent, read_invitation
from agent.alliance.words.courtesy import bare, unnamed


@pytest.mark.row("F28")
@pytest.mark.parametrize("text", [
    "Confirmed. Nuria", "AGREE Jonas", "Yes, I agree. Best, Maya", "I agree, Maya", "Yes / Jonas", "I agree. Thanks! Maya", "Agreed. Ben K.",
    "Confirmed, thank you. Best wishes, Jonas Berg", "Yes, I agree. Love, Xanthippa", "Hi Maya,\n\nagreed. Kind regards, Jonas", "yes Jonas",
])  # fmt: skip
def test_a_yes_may_be_signed_on_the_same_line(text: str) -> None:
    assert read_consent(text, 6).verdict == "confirm"


@pytest.mark.row("F29")
@pytest.mark.parametrize("text", [
    "AGREE with Jonas", "I confirm Jonas", "Jonas: yes", "Jonas agrees", "Agreed for Jonas", "Confirmed by Jonas", "Yes, Jonas?", "I agree. But Jonas",
    "Yes. Provisionally", "Yes Kidding", "Confirmed. Maybe", "Agreed. Tomorrow", "AGREE Not", "Yes. Abstain", "Agree. Jonas agrees", "agree jonas",
    "Yes. Best, Not", "AGREE JONAS", "Yes. Jonas Doubting", "Yes. Love, if Jonas", "Sure. Maya", "I agree .. Jonas", "Agreed... Best, Maya", "Thanks. Nuria",
])  # fmt: skip
def test_a_word_that_only_stands_where_a_name_may_stand_is_no_signature(text: str) -> None:
    assert read_consent(text, 6).verdict != "confirm"


def test_the_names_of_an_alliance_may_sign_though_they_are_rare() -> None:
    assert read_consent("Confirmed. Oddvar", 6).verdict == "unclear"
    assert read_consent("Confirmed. Oddvar", 6, names=("Oddvar Lie",)).verdict == "confirm"
    assert read_consent("Confirmed. Oddvar Lie", 6, names=("Oddvar Lie",)).verdict == "confirm"


def test_a_signed_no_is_a_no_and_a_signed_change_keeps_its_words() -> None:
    assert read_consent("I disagree. Jonas", 6).verdict == "decline"
    (change,) = read_consent("make 6 say We call Ana, Jonas", 6).changes
    assert change.text == "We call Ana, Jonas"


NO_YES = st.sampled_from(
    ["I agree if 3 goes", "yes, once Lee agrees", "agreed, except 3", "I don't agree", "yes for now", "looks good", "👍", "yes?", "Lee said: yes",
     "not yes", "we agree", "yes and no", "I agree in principle", "yes to draft 1", '"yes"', "agree with", "I confirm receipt", "yes from"]
)  # fmt: skip
SIGNATURE = st.sampled_from(
    [
        " Jonas",
        ". Jonas",
        ", Jonas",
        " / Jonas",
        ". Best, Jonas",
        ". Love, Maya",
        ", regards Jonas",
        "\nJonas",
        " - Jonas",
    ]
)


@settings(max_examples=200, deadline=None)
@given(NO_YES, SIGNATURE, st.booleans())
def test_no_signature_makes_a_yes_of_what_is_none(text: str, signature: str, greeted: bool) -> None:
    assert read_consent(("Hi Ana, " if greeted else "") + text + signature, 6, version=2).verdict != "confirm"


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_is_taken_away_stood_at_the_end(text: str) -> None:
    assert text.startswith(unnamed(text))
    assert bare(text) in text


def test_the_other_readers_see_past_names_too() -> None:
    assert read_invitation("Hi Maya, yes! Jonas").verdict == "yes"
    assert read_approval("SEND\n\nMaya").verdict == "send"
    assert [p.letter for p in read_choice("C. Thanks, Maya", "ABCD").picks] == ["C"]
    assert read_choice("2: we meet Ana, Jonas", ("2A",)).picks[0].text == "we meet Ana, Jonas"
