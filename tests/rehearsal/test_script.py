"""Scripts can be read aloud, and whatever is wrong with one is told with its line."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.rehearsal.script import Begins, Gets, Quiet, Replies, Scene, ScriptError, Unseen, Uses, Waits, Writes, read
from agent.settings import shipped

MAYA = "@@ maya is Maya Lind <maya@example.org> in Europe/Berlin\n"
SHIPPED = sorted(shipped("rehearsals").glob("*.txt"))


def complaints(content):
    """What is told of a script that cannot be used."""
    with pytest.raises(ScriptError) as told:
        read(content, "a.txt")
    return told.value.complaints


def test_every_step_is_read_in_order_with_its_line():
    script = read(
        MAYA
        + """# for the reader of the file
@@ ben is Ben Ito <ben@example.org> in Asia/Tokyo, with Gmail
@@ it is 2026-03-02 10:00 in Europe/Berlin
@@ scene: She asks
@@ maya writes "The choir"
One line.

# not sent
Another line.
@@ ben replies to "asked me": Yes
@@ ben replies: and more
@@ ben uses outlook (GERMAN)
@@ wait 3 days
@@ until ben gets "Here when"
@@ expect maya gets "Part 1"
this line
  and this one
@@ expect maya has nothing new
@@ expect maya has not seen: the rent
@@ end
"""
    )

    assert [p.key for p in script.people] == ["maya", "ben"]
    assert [p.persona for p in script.people] == ["plain", "gmail"]
    assert script.start == datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert script.steps == (
        Begins(4, script.start),
        Scene(5, "She asks"),
        Writes(6, "maya", "The choir", "One line.\n\nAnother line."),
        Replies(11, "ben", "asked me", "Yes"),
        Replies(12, "ben", "", "and more"),
        Uses(13, "ben", "outlook"),
        Waits(14, timedelta(days=3)),
        Gets(15, "ben", "Here when", (), until=True),
        Gets(16, "maya", "Part 1", ("this line", "and this one")),
        Quiet(19, "maya"),
        Unseen(20, "maya", ("the rent",)),
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_script_can_be_read(path):
    assert read(path.read_text("utf-8"), path.name).steps


def test_three_scripts_are_shipped():
    assert {path.stem for path in SHIPPED} >= {"pair", "declined", "short"}


def test_all_faults_are_told_at_once_each_with_its_line():
    told = complaints(MAYA + "@@ maya shouts\n@@ ben replies: Yes\n@@ maya replies\n@@ wait 3 days\nfor what?\n")

    assert [c.partition(" ")[0] for c in told] == ["a.txt:2:", "a.txt:3:", "a.txt:4:", "a.txt:5:", "a.txt:"]
    assert "write one of" in told[0]
    assert "nobody is called 'ben'" in told[1]
    assert "the words are missing" in told[2]
    assert "takes no words" in told[3]
    assert "does not end" in told[4]


def test_a_step_behind_the_end_is_a_fault():
    assert complaints(MAYA + "@@ end\n@@ wait 1 day\n") == ("a.txt:3: it ended in line 2",)


def test_a_zone_that_is_none_is_a_fault():
    assert "there is no time zone 'Europe/Bakery'" in complaints(MAYA.replace("Berlin", "Bakery") + "@@ end")[0]


@pytest.mark.parametrize("line", [MAYA.replace("Berlin", "Berlin, with Pigeon"), MAYA + "@@ maya uses Pigeon\n"])
def test_a_persona_that_is_none_is_a_fault_and_the_others_are_told(line):
    told = complaints(line + "@@ end")[0]

    assert "there is no persona 'Pigeon'; there are: plain, gmail, outlook" in told


def test_words_before_the_first_step_are_a_fault():
    assert complaints("Dear reader\n" + MAYA + "@@ end")[0].startswith("a.txt:1: these words belong to no step")


def test_a_step_that_lost_its_line_is_a_fault():
    assert "begins its own line" in complaints(MAYA + "@@ maya replies: ALL@@ wait 1 day\n@@ end")[0]


def test_a_script_without_people_is_a_fault():
    assert "nobody takes part" in complaints("@@ end")[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([MAYA, "@@ end\n", "@@", "maya", " is ", '"', ": ", "\n", "wait 3 days", "\ufeff", "in UTC"])
    )
)
def test_reading_ends_in_a_script_or_in_complaints(pieces):
    try:
        assert read("".join(pieces)).people
    except ScriptError as error:
        assert error.complaints
