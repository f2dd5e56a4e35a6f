"""What is made by rule out of a clear yes is never one; every so many here, all of them by `make variants`."""

from itertools import islice

import pytest
from variants import LINES, clear, variants

from agent.alliance.words import read_consent

STEP = 67  # a prime, so that the sample meets every shape


@pytest.mark.parametrize("text", clear())
def test_what_the_variants_are_made_of_is_a_yes(text: str) -> None:
    assert read_consent(text, LINES).verdict == "confirm"


@pytest.mark.row("F29")
def test_no_conditional_negated_quoted_deferred_or_reported_yes_is_recorded() -> None:
    sample = islice(variants(), 0, None, STEP)

    assert [text for _, text in sample if read_consent(text, LINES).verdict == "confirm"] == []


def test_there_are_tens_of_thousands_of_them() -> None:
    assert sum(1 for _ in variants()) > 50_000
