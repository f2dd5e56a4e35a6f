"""Lines out of people's own words: whose they are, whom they bind, and what changes do to them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import FLOW, Talk

from agent.alliance import draft as page
from agent.alliance.model import Answer, Participant

MAYA, JONAS = Participant(1, "maya@example.org", "Maya"), Participant(2, "jonas@example.org", "Jonas")
PEOPLE = (MAYA, JONAS)
NOW = datetime(2026, 3, 2, tzinfo=UTC)

PROMISES = [
    "I do the books every Friday.", "I'll open the shop by five.", "I will call you when I am late.", "I promise to ring Jonas on Mondays.",
    "My part is the oven.", "You can count on me to be there.", "Count on me for the early shift.", "I can promise the books, every Friday.",
    "I am there when you need me.", "I will help if you ask.", "I'd rather say it at once.", "I ask Jonas how he is once a day.",
    "I will show you the numbers each month.", "I’ll tell you the same day.", "I won't shout at you.",
]  # fmt: skip
REQUESTS = [
    "You open the shop by five.", "I would like you to open by five.", "I'd like to count on you to open by five.", "Please open by five.",
    "I want Jonas to open by five.", "Jonas opens by five.", "Jonas will pay the rent.", "I need you to say it early.", "I cook and you clean.",
    "I cook, you clean.", "I do the books while you open.", "I cook; Jonas cleans.", "Your part is the rent.", "Open by five, please.",
    "I count on Jonas for the rent.", "I expect that you call.", "I hope you call when you are late.", "Could you open on Sundays?",
    "It would help if you opened early.", "The shop is opened by Jonas.", "When I stop joking, you ask what is up.", "If I am late, Jonas starts.",
    "We share the shop and Jonas pays.", "I’d like you to ask.", "I ask you to be on time.", "Tell me the same day.", "Let me know early.",
    "Don't shout.", "What I wish for is that you rest.", "I would love for you to rest.", "And you rest on Sundays.", "Yours: the rent.",
    "I rely on you for the mornings.", "Jonas's job is the rent.", "It is you who opens.", "Then Jonas locks up.",
]  # fmt: skip
OURS = [
    "We take an hour apart.",
    "When we disagree, we talk.",
    "Let's eat together.",
    "Both of us rest on Sundays.",
    "If it gets late, we stop.",
    "You and I talk on Fridays.",
]


def lines(text: str) -> list[page.Line]:
    return list(page.exchange_lines("count", MAYA, Answer(1, "P03", text, "", NOW, "inbox:1"), PEOPLE))


@pytest.mark.row("F23", "invariant 3")
@pytest.mark.parametrize("sentence", REQUESTS)
def test_what_binds_the_other_is_a_request(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (2, 0)


@pytest.mark.row("F23")
@pytest.mark.parametrize("sentence", PROMISES)
def test_what_one_does_oneself_is_ones_promise(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (0, 1)


@pytest.mark.parametrize("sentence", OURS)
def test_a_we_line_is_shared(sentence: str) -> None:
    [line] = lines(sentence)

    assert (line.asked_of, line.owner) == (0, 0)


@pytest.mark.row("F23", "decision 1")
@given(
    st.lists(st.sampled_from(PROMISES + REQUESTS + OURS), min_size=1, max_size=5),
    st.sampled_from([" ", "\n", "\n\n", "\n- "]),
)
@settings(max_examples=60, deadline=None)
def test_in_any_mixture_no_promise_holds_words_that_bind_the_other(said: list[str], between: str) -> None:
    found = lines(between.join(said))

    own = " ".join(line.text for line in found if line.owner == 1)
    assert not any(request in own for request in REQUESTS)
    assert sorted(re.findall(r"\w+", " ".join(said))) == sorted(
        re.findall(r"\w+", " ".join(line.text for line in found))
    )


@pytest.mark.parametrize("text", ["", "-", " \n ", "…", "•"])
def test_no_words_make_no_line(text: str) -> None:
    assert [line.text for line in lines(text) if re.search(r"\w", line.text)] == []


@pytest.mark.row("decision 1")
@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("  we eat together ", "We eat together."),
        ("- we eat\n  together", "We eat together."),
        ("Really?", "Really?"),
        ("“As ever”", "“As ever”"),
        ("ça va", "Ça va."),
        ("", ""),
    ],
)
def test_a_line_is_trimmed_and_given_a_capital_and_a_full_stop(typed: str, stands: str) -> None:
    assert page.tidy(typed) == stands


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_tidying_twice_is_tidying_once_and_keeps_the_words(text: str) -> None:
    once = page.tidy(text)

    assert page.tidy(once) == once
    assert page.plain(once) == page.plain(text)


def test_sentences_end_at_full_stops_lists_and_blank_lines_not_at_wrapped_lines() -> None:
    assert list(page.sentences("I do\nthe books. You open.\n- We rest\n\nAnd so on")) == [
        "I do the books.",
        "You open.",
        "- We rest",
        "And so on",
    ]


@pytest.mark.row("decision 2")
def test_equal_answers_are_equal_but_for_case_space_and_stops() -> None:
    assert page.same("Open in May. ", "open in may")
    assert not page.same("Open in May", "Open in June")


@pytest.mark.row("decision 6")
def test_the_page_is_nfc_with_line_feeds_and_ends_with_the_notice() -> None:
    text = Talk().drafted().alliance.draft.text

    assert text.startswith("Maya and Jonas\n\nWHY WE ARE DOING THIS\n1. ")
    assert text.endswith(FLOW.flow.words.notice + "\n")


@pytest.mark.row("F27")
def test_two_equal_pages_do_not_differ() -> None:
    talk = Talk().drafted()
    found = talk.alliance.draft.lines

    assert page.difference(FLOW.flow, talk.alliance, found, found, 1) == ()
