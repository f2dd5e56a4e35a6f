"""A short run of what `make fuzz` does at length: the same messages each time."""

from random import Random

import pytest
from fuzz import read_all
from mutants import Mutant, mutant, seeds, stretched


@pytest.mark.row("T48")
def test_no_mutated_message_breaks_what_is_promised():
    findings, _, _ = read_all(seed=4, first=0, messages=500)

    assert findings == []


def test_a_message_follows_from_its_number():
    assert [mutant(1, n) for n in range(50)] == [mutant(1, n) for n in range(50)]
    assert mutant(1, 0) != mutant(2, 0)


def test_the_clean_messages_are_read_too():
    assert len(seeds()) > 200


def test_a_stretched_message_has_the_sizes_that_are_asked_for():
    sizes = [len(one.raw) for one in stretched(Mutant(b"From: a\r\n\r\nhello", ""), Random(1), (1_000, 4_000))]

    assert [round(size, -3) for size in sizes] == [1_000, 4_000]
