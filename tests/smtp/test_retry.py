from datetime import timedelta
from itertools import count, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.smtp.retry import LATE, is_late, next_wait


def waits(chance):
    return list(takewhile(lambda wait: wait is not None, (next_wait(n, chance) for n in count(1))))


@pytest.mark.row("R5")
def test_the_first_wait_is_five_minutes_and_the_next_ones_double():
    assert [wait / timedelta(minutes=1) for wait in waits(0)[:6]] == [5, 10, 20, 40, 80, 160]


@given(st.integers(1, 200), st.floats(0, 1))
@pytest.mark.row("R5")
def test_a_wait_is_never_shorter_than_five_minutes_nor_longer_than_four_hours(attempt, chance):
    wait = next_wait(attempt, chance)

    assert wait is None or timedelta(minutes=5) <= wait <= timedelta(hours=4)


@pytest.mark.row("R5")
def test_chance_spreads_letters_that_failed_together():
    assert next_wait(3, 0) < next_wait(3, 0.5) < next_wait(3, 1)


@pytest.mark.parametrize("chance", [0, 0.5, 1])
@pytest.mark.row("R5")
def test_we_give_up_after_about_five_days(chance):
    assert timedelta(days=4.4) < sum(waits(chance), timedelta()) < timedelta(days=5.7)


@pytest.mark.row("R5")
def test_the_operator_hears_of_a_letter_that_has_failed_for_four_hours():
    first = next(n for n in count(1) if is_late(n))

    assert sum(waits(0)[: first - 2], timedelta()) < LATE <= sum(waits(0)[: first - 1], timedelta())
    assert all(is_late(n) for n in range(first, 40))
