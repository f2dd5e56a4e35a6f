"""For how long a line is to hold, in people's words (F21)."""

from datetime import date, datetime

import pytest

from agent.alliance.words import Span, read_consent, read_span

NOW = datetime(2026, 3, 3, 9)  # noqa: DTZ001 - a wall clock


@pytest.mark.row("F21")
@pytest.mark.parametrize(("text", "span"), [
    ("until 2 April", Span(until=date(2026, 4, 2))),
    ("a trial until 2 April, please", Span(until=date(2026, 4, 2))),
    ("for 30 days", Span(days=30)),
    ("for 30 days from the day we agree", Span(days=30)),
    ("another two weeks", Span(days=14)),
    ("on trial for a month", Span(days=30)),
    ("for good", Span()),
    ("a standing line", Span()),
    ("30 days", None),
    ("until the oven is warm", None),
    ("for the children", None),
    ("no trial by fire, please", None),
    ("we try it until 2 April and then see", None),
])  # fmt: skip
def test_a_time_is_read_only_when_nothing_else_is_said(text: str, span: Span | None) -> None:
    assert read_span(text, NOW) == span


@pytest.mark.row("F21")
@pytest.mark.parametrize("text", [
    "make 6 a trial until 2 April", "6: for 30 days", "Let's try 6 for two weeks", "put line 6 on trial until Easter", "6: for good",
])  # fmt: skip
def test_a_numbered_line_is_put_on_trial(text: str) -> None:
    reading = read_consent(text, 9, version=1, now=NOW)

    assert [(c.kind, c.number) for c in reading.changes] == [("trial", 6)]
    assert reading.verdict == "changes"


@pytest.mark.parametrize("text", [
    "make 6 say I open by five until 2 April", "6: I do the books until noon.", "6: we try to be kind for 30 days in a row",
])  # fmt: skip
def test_a_time_in_a_line_is_part_of_the_line(text: str) -> None:
    [change] = read_consent(text, 9, version=1, now=NOW).changes

    assert (change.kind, change.span) == ("replace", None)


def test_a_yes_with_a_trial_is_a_change() -> None:
    assert read_consent("AGREE, but 6 for 30 days", 9, version=1, now=NOW).verdict != "confirm"
    assert read_consent("AGREE. 6 for 30 days", 9, version=1, now=NOW).verdict == "changes"
