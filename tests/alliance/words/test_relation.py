"""What two people are to each other: read where it is surely said, and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alliance.flow import load
from agent.alliance.words import read_age, read_kind, read_relation

KINDS = load((Path(__file__).parents[3] / "flows/one_to_one.toml").read_text("utf-8")).flow.relationships


@pytest.mark.row("S07", "F53")
@pytest.mark.parametrize(
    ("text", "kind", "side"),
    [
        ("Jonas Berg (jonas@example.org) and I are opening a bakery in May.", "business", 0),
        ("We're old friends opening a bakery.", "business", 0),
        ("Jonas is my business partner", "business", 0),
        ("My brother Jonas and I run a small organic farm.", "business", 0),
        ("We're old friends but have never worked together.", "friends", 0),
        ("I'd like to do this with my best friend Jonas Berg, jonas@example.org", "friends", 0),
        ("Jonas, an old friend of mine, and I share a flat.", "friends", 0),
        ("Could you help my friend Jonas <jonas@example.org> and me?", "friends", 0),
        ("Jonas and I have been married for ten years", "couple", 0),
        ("with my husband Jonas (jonas@example.org)", "couple", 0),
        ("Jonas (jonas@example.org), my fiancé, and I move in June.", "couple", 0),
        ("my mother-in-law Jonas", "family", 0),
        ("Jonas is my older brother.", "family", 0),
        ("Jonas is my boss", "manager", 1),
        ("I report to Jonas", "manager", 1),
        ("I am Jonas's manager.", "manager", 2),
        ("Jonas reports to me.", "manager", 2),
        ("I'm managing Jonas since May", "manager", 2),
        ("Jonas is my coach", "coach", 1),
        ("I coach Jonas (jonas@example.org).", "coach", 2),
        ("my client Jonas, jonas@example.org", "coach", 2),
    ],
)
def test_what_is_surely_said_is_taken(text: str, kind: str, side: int) -> None:
    reading = read_relation(text, KINDS, "Jonas Berg" if "Berg" in text else "Jonas")

    assert (reading.kind, reading.side) == (kind, side)


@pytest.mark.row("S07", "F53")
@pytest.mark.parametrize(
    "text",
    [
        "Jonas and I lead the choir.",
        "Jonas is my partner.",
        "We are not a couple.",
        "We were friends.",
        "We are more than friends",
        "We are friends of Kim",
        "People think we are a couple.",
        "If we are friends, good.",
        "Are we friends?",
        "I wish we were friends again.",
        "Jonas is not my boss.",
        "Jonas is my ex-wife",
        "Jonas is my friend's boss",
        "Jonas was my boss",
        "My wife thinks that Jonas and I should talk.",
        "My wife Anna and I have a neighbour, Jonas.",
        "My wife and I have a neighbour, Jonas Berg.",
        "I want to talk with Jonas's boss.",
        "not with my boss",
        "We started a business relationship in May.",
        "Jonas and I run a school choir.",
        "Jonas and I run a marathon.",
        "We are friends with Jonas's boss.",
        "",
    ],
)
def test_what_is_not_surely_said_is_left(text: str) -> None:
    assert read_relation(text, KINDS, "Jonas").kind == ""


@pytest.mark.parametrize(
    "text", ["I'd like to do this with my husband. tom@example.org", "My husband and I want this", "me and my husband"]
)
def test_without_a_name_the_one_who_is_asked_for_is_meant(text: str) -> None:
    assert read_relation(text, KINDS).kind == "couple"


@pytest.mark.row("S07")
@pytest.mark.parametrize(
    "text",
    [
        "My son Tim (12) and I fight about screens.",
        "my daughter Tim",
        "My son Tim runs the shop with me.",
        "I'd like this with Tim, 12, from next door",
        "Tim is 14 and I teach the drums.",
        "my 12-year-old, tim@example.org",
        "It is for my kid",
    ],
)
def test_whoever_may_be_a_child_is_asked_about(text: str) -> None:
    assert read_relation(text, KINDS, "Tim").child


@pytest.mark.parametrize(
    "text",
    [
        "My friend Tim and I have kids of the same age.",
        "My wife Tim and I argue about our 12-year-old.",
        "Tim, 12 May is fine for me.",
        "Tim is 34 and I am 36.",
        "Tim is my boss, and we have 5 meetings a week.",
    ],
)
def test_whoever_is_surely_no_child_is_not_asked_about(text: str) -> None:
    assert not read_relation(text, KINDS, "Tim").child


@pytest.mark.parametrize(("text", "young"), [("I'm 14, and my mum ...", True), ("I am 12 minutes late", False)])
def test_a_child_that_writes_is_noticed(text: str, young: bool) -> None:
    assert read_relation(text, KINDS).young == young


@pytest.mark.parametrize(
    ("text", "kind", "side", "rest"),
    [
        ("KIND couple", "couple", 0, ""),
        ("kind: Friends.\n\nSEND", "friends", 0, "SEND"),
        ("I trust him.\nKIND business partners", "business", 0, "I trust him."),
        ("KIND my boss", "manager", 1, ""),
        ("KIND manager", "manager", 0, ""),
        ("We are a couple.", "couple", 0, ""),
        ("No, we're friends, not business partners", "friends", 0, ""),
        ("Jonas is my coach", "coach", 1, ""),
        ("KIND none", "", 0, ""),
    ],
)
def test_one_word_corrects_it(text: str, kind: str, side: int, rest: str) -> None:
    reading, left = read_kind(text, KINDS, "Jonas")

    assert reading is not None
    assert (reading.kind, reading.side, left) == (kind, side, rest)


def test_a_kind_that_nobody_knows_is_told() -> None:
    reading, _ = read_kind("KIND neighbours", KINDS)

    assert reading is not None
    assert (reading.kind, reading.unknown) == ("", "neighbours")


@pytest.mark.parametrize(
    "text", ["Kind regards", "Kind of you to ask.", "We are a couple. I want us to last.", "He is kind", "SEND", ""]
)
def test_other_words_correct_nothing(text: str) -> None:
    assert read_kind(text, KINDS, "Jonas") == (None, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ADULT", "adult"), ("Tim is 25.", "adult"), ("she's 19 years old", "adult"), ("yes, 18 or older", "adult"),
        ("He's an adult.", "adult"), ("GUARDIAN", "guardian"), ("It's his guardian's address", "guardian"),
        ("He is 12", ""), ("no", ""), ("He will be an adult in May", ""), ("not an adult", ""), ("", ""),
    ],
)  # fmt: skip
def test_who_is_of_age_is_only_read_where_it_is_said(text: str, said: str) -> None:
    assert read_age(text, "Tim") == said


@given(st.text(max_size=200), st.text(max_size=20))
def test_any_text_has_a_reading(text: str, name: str) -> None:
    read_relation(text, KINDS, name)
    read_kind(text, KINDS, name)
    read_age(text, name)
