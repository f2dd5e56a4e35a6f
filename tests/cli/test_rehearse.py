"""The rehearsal's face: what is shown, what is left in the folder, and playing both people by hand."""

import re

import pytest

SCRIPT = """
@@ maya is Maya Lind <maya@example.org> in Europe/Berlin
@@ jonas is Jonas Berg <jonas@example.org> in Europe/Berlin
@@ scene: Maya [begins]
@@ maya writes "Jonas & me": Jonas Berg (jonas@example.org) and I open a bakery. I would like us to agree.
@@ maya replies: We are [bold]friends[/bold].
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_pair_is_shown_and_left_in_a_folder(lived):
    said, folder = lived

    assert said.code == 0, said.out
    assert "Maya has an idea" in said.out
    assert "Alliance → Jonas  Maya Lind asked me to write to you" in said.out
    assert re.search(r"\d+ mails and 44 days in [\d.]+ seconds", said.out)
    names = {path.name for path in folder.iterdir()}
    assert names >= {"agreement.pdf", "agreement.txt", "alliance.ics", "alliance.db", "alliance.log", "index.txt"}
    index = (folder / "index.txt").read_text("utf-8").splitlines()
    emls = {name for name in names if name.endswith(".eml")}
    assert emls == {line.partition(" ")[0] for line in index}
    assert {e.replace(".eml", ".txt") for e in emls} <= names
    assert all(e.replace(".eml", ".html") in names for e in emls if re.match(r"\d+-to-", e))
    assert "006-to-jonas-maya-lind-asked-me-to-write-to-you.eml" in emls
    assert "If one of us is upset" in (folder / "agreement.txt").read_text("utf-8")
    assert "withheld" not in (folder / "alliance.log").read_text("utf-8")


def test_a_program_can_read_the_summary(run, folder):
    said = run("rehearse", "--script", "declined", "--folder", folder, "--json")

    assert said.json["unmet"] == ""
    assert said.json["faults"] == []
    assert [p["name"] for p in said.json["people"]] == ["Maya Lind", "Jonas Berg"]
    assert said.json["days"] > 420
    assert said.json["files"] == {}


def test_a_second_rehearsal_takes_the_mails_of_the_first_away_and_nothing_else(run, tmp_path, folder):
    (tmp_path / "s.txt").write_text(SCRIPT + "@@ end\n", "utf-8")
    folder.mkdir()
    (folder / "mine.txt").write_text("kept")
    (folder / "099-to-maya-old.eml").write_text("old")

    assert run("rehearse", "--script", "s.txt", "--folder", folder).code == 0
    assert (folder / "mine.txt").exists()
    assert not (folder / "099-to-maya-old.eml").exists()


def test_what_people_write_is_no_paint(run, tmp_path, folder):
    (tmp_path / "s.txt").write_text(SCRIPT + "@@ end\n", "utf-8")

    assert "[bold]friends[/bold]" in run("rehearse", "--script", "s.txt", "--folder", folder, "--full").out


def test_what_is_not_as_the_script_says_is_told_and_leaves_the_mails(run, tmp_path, folder):
    (tmp_path / "s.txt").write_text(SCRIPT + '@@ expect jonas gets "bread"\n@@ end\n', "utf-8")

    said = run("rehearse", "--script", "s.txt", "--folder", folder)

    assert said.code == 1
    assert "s.txt:7: Jonas Berg got nothing with 'bread' in its subject" in said.out
    assert len(list(folder.glob("*.eml"))) == 4


def test_a_script_that_cannot_be_read_is_told_with_its_lines(run, tmp_path):
    (tmp_path / "s.txt").write_text("@@ dance\n", "utf-8")

    said = run("rehearse", "--script", "s.txt")

    assert said.code == 2
    assert said.err.startswith("s.txt:1: I cannot read 'dance'")
    assert run("rehearse", "--script", "none").code == 2


def test_one_can_be_both_people(run, folder):
    keys = [
        "w maya", "Jonas and me", "Jonas Berg (jonas@example.org) and I open a bakery. I would like us to agree.", ".",
        "2", "r 2", "He is the one I call.", "And he bakes.", ".",
        "r 4", "SEND", ".",
        "r 1", "r 99", "dance", "l",
        "j", "8", "r 6", "Yes", ".",
        "q",
    ]  # fmt: skip

    said = run("rehearse", "--terminal", "--folder", folder, typed="\n".join(keys) + "\n")

    assert said.code == 0, said.out
    assert "You are Maya Lind and Jonas Berg." in said.out
    assert "Why do you want to build this with Jonas" in said.out  # 2 was read
    assert "> He is the one I call." in (folder / "006-to-jonas-maya-lind-asked-me-to-write-to-you.txt").read_text(
        "utf-8"
    )
    assert said.out.count("Before we start: hopes and worries") == 2
    assert list(folder.glob("*-to-jonas-before-we-start*"))


def test_the_end_of_the_keyboard_is_a_way_to_quit(run, folder):
    assert run("rehearse", "--terminal", "--folder", folder, typed="w maya\nHello\nwords").code == 0
