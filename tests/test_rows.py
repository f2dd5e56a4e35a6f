"""The rows of the specification, and the page that says which tests prove them."""

import re

import pytest
from rows import PAGES, current, proofs, rows

DROPPED = ("F24", "F43")  # by a decision, before anything was built
IDS = [
    f"{letter}{n:0{width}}"
    for letter, width, count in (("S", 2, 47), ("P", 2, 12), ("Q", 1, 9), ("F", 2, 59), ("I", 1, 14))
    for n in range(1, count + 1)
]
CASES = [f"{letter}{n}" for letter, count in (("T", 75), ("R", 12)) for n in range(1, count + 1)]


def test_every_row_stands_on_its_page_once_with_a_title():
    of_the_product, of_the_mail = (path.read_text("utf-8") for path in PAGES)

    assert set(rows(of_the_product)) == set(IDS) - set(DROPPED)
    assert of_the_product.count("\n| ") == len(IDS) - len(DROPPED) + 9  # and the heads of the tables
    assert rows(of_the_mail) == CASES
    assert len(re.findall(r"^\| [TR]\d", of_the_mail, re.MULTILINE)) == len(CASES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_says_where_the_tests_of_each_row_are(path):
    """When it does not: `make rows` writes it anew."""
    page = path.read_text("utf-8")

    assert current(page, proofs()) == page


@pytest.mark.parametrize("row", ["F18", "I2"])
def test_a_row_is_found_wherever_it_is_named_in_front_of_a_test(row):
    assert f"| {row} | x | none yet |" in current(f"| {row} | x | old |", {})
    assert f"| {row} | x | a/test_b.py, c.py |" in current(
        f"| {row} | x | old |", {row: ["tests/a/test_b.py::test_c", "tests/a/test_b.py::test_d", "tests/c.py::test_e"]}
    )


def test_a_case_that_does_not_apply_keeps_its_reason_until_it_has_a_test():
    page = "| T1 | x | does not apply: there is none |"

    assert current(page, {}) == page
    assert current(page, {"T1": ["tests/c.py::test_e"]}) == "| T1 | x | c.py |"
