"""The rows of the specification, and the page that says which tests prove them."""

import pytest
from rows import PAGE, current, proofs, rows

DROPPED = ("F24", "F43")  # by a decision, before anything was built
IDS = [
    f"{letter}{n:0{width}}"
    for letter, width, count in (("S", 2, 47), ("P", 2, 12), ("Q", 1, 9), ("F", 2, 59), ("I", 1, 14))
    for n in range(1, count + 1)
]


def test_every_row_stands_on_the_page_once_with_a_title():
    page = PAGE.read_text("utf-8")

    assert set(rows(page)) == set(IDS) - set(DROPPED)
    assert page.count("\n| ") == len(IDS) - len(DROPPED) + 9  # and the heads of the tables


def test_the_page_says_where_the_tests_of_each_row_are():
    """When it does not: `make rows` writes it anew."""
    page = PAGE.read_text("utf-8")

    assert current(page, proofs()) == page


@pytest.mark.parametrize("row", ["F18", "I2"])
def test_a_row_is_found_wherever_it_is_named_in_front_of_a_test(row):
    assert f"| {row} | x | none yet |" in current(f"| {row} | x | old |", {})
    assert f"| {row} | x | a/test_b.py, c.py |" in current(
        f"| {row} | x | old |", {row: ["tests/a/test_b.py::test_c", "tests/a/test_b.py::test_d", "tests/c.py::test_e"]}
    )
