"""No reader raises on any text, and none takes long."""

import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance import words
from agent.alliance.words.grammar import MOST_WORDS, grammar

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
READERS = {
    "answer": lambda t: words.read_answer(t, now=NOW, prompts={"1": "P1", "good feedback": "P10"}),
    "consent": lambda t: words.read_consent(t, 17, version=2, now=NOW),
    "invitation": words.read_invitation,
    "approval": words.read_approval,
    "checkin": words.read_checkin,
    "choice": lambda t: words.read_choice(t, ("1A", "1B", "A")),
    "meeting": words.read_meeting,
    "rhythm": words.read_rhythm,
    "zone": words.read_zone,
    "start": lambda t: words.read_start(t, t),
    "setup": words.read_setup,
    "slip": lambda t: words.read_slip(t, ("Jonas", "a+b")),
    "pass on": words.read_pass_on,
    "mine": words.read_mine,
    "erasure": words.is_erasure,
    "ballot": lambda t: words.read_ballot(
        t, (("agree", {"a": "everyone says yes", "b": "nobody objects"}), ("names", {"a": "names", "b": "no names"}))
    ),
    "objections": words.read_objections,
    "a word on the page": words.said_of_page,
    "way": words.read_way,
    "three": words.read_three,
    "span": lambda t: words.read_span(t, NOW),
}
PIECES = st.sampled_from(
    ["yes", "no", "I agree", "6", "15", "drop", "make", "say", "it", "PRIVATE", "GUESS", "I broke line", "pass it on.", "try until", "for 30 days", "pause until", "12 May", "every", "monday", "or", "at 8", "1:", "2)", "A", "3A",
     "?", "...", ",", "\n", "\n\n", "-", ":", '"', "👍", "★", "not", "if", "the last", "a@b.example", "\ud800", "\x00", "99999999999999999999", "½", "²", "٣"]
)  # fmt: skip
TEXTS = st.one_of(st.text(st.characters(), max_size=200), st.lists(PIECES, max_size=25).map(" ".join))
HUGE = ["x" * 100_000, "yes, " * 20_000, "6 and " * 20_000, "a@" * 50_000, "\n" * 100_000, "1. " * 30_000, '"' * 100_000, "PRIVATE " * 12_000, "PRIVATE\n\n" * 10_000, "every other " * 9_000, "\nPRIVATE x" * 10_000, "👍" * 30_000, "until until " * 8_000, "Aa " * 33_000, "\nGUESS x" * 10_000, "GUESS " * 15_000, "I broke " * 12_000, "yes please " * 9_000, " , " * 30_000, "pass it on. " * 8_000, "!" * 39_000 + "private x", "?" * 39_000 + "x", "。" * 39_000 + "x"]  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=80, deadline=None)
@given(text=TEXTS)
def test_no_reader_raises_on_any_text(name: str, text: str) -> None:
    READERS[name](text)


@pytest.mark.parametrize("name", READERS)
def test_no_reader_is_slow_on_huge_text(name: str) -> None:
    for text in HUGE:
        before = time.process_time()
        READERS[name](text)
        assert time.process_time() - before < 1, text[:20]


@given(
    st.lists(
        st.sampled_from(
            [
                "I like tea.",
                "Mornings",
                "and cake",
                "with Ana.",
                "STOP",
                "pass",
                "pause until 12 May",
                "\n",
                "PRIVATE x",
            ]
        ),
        max_size=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_every_word_of_an_answer_is_kept_somewhere(parts: list[str]) -> None:
    text = " ".join(parts)
    reading = words.read_answer(text, now=NOW)

    kept = f"{reading.text} {reading.private}"
    assert all(word in kept for part in ("tea", "cake", "Mornings", "Ana") for word in [part] if part in text)


def test_what_is_too_long_for_a_plain_sentence_is_not_remembered() -> None:
    """Thousands of long texts would fill the memory, and people's words stay in it."""
    long = ("word",) * (MOST_WORDS + 1)
    before = sys.getrefcount(long)

    assert grammar("consent").read(long) == ()

    assert sys.getrefcount(long) == before
