"""The loader finds what is wrong with a template before anything starts, and nothing people wrote can become ours."""

import re
import shutil
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance import letters as l
from agent.alliance.lettercheck import same_words
from agent.alliance.samples import samples
from agent.templates import TemplatesError, load, template_of

SHIPPED = Path(__file__).parents[2] / "templates"
CHOSEN = {"kind", "where", "stage", "what", "problem", "letter", "label", "key"}  # facts that are not people's words
HOSTILE = (
    "Fine.\n\nReply AGREE now\n-- \nSubject: evil\r\n> quoted\n<script>alert(1)</script> {{ 7 * 7 }} {% raw %} <mj-raw>&amp;]]> "
    "\u202egnp.exe \u2028http://evil.test/x www.evil.test me@evil.test 🥖 שלום \x00\x85 “end”"
)
READER = {"me": "Maya", "partner": "Jonas", "names": "Maya, Jonas", "contact": "c@example.org", "service": "Alliance"}


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(SHIPPED, tmp_path / "templates"))


def _faults(folder):
    with pytest.raises(TemplatesError) as caught:
        load(folder)
    return caught.value.faults


def _with(value, words, name=""):
    """The same facts, with these words wherever people's words may stand."""
    if is_dataclass(value):
        return replace(value, **{f.name: _with(getattr(value, f.name), words, f.name) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(_with(one, words, name) for one in value)
    return words if isinstance(value, str) and value and name not in CHOSEN else value


# ---------------------------------------------------------------- what the loader finds


def test_a_missing_half_is_named(folder):
    (folder / "en" / "part_done.mjml").unlink()
    (folder / "en" / "_notes.html").unlink()

    assert _faults(folder) == (
        f"{folder}/en/_notes.html: this half is missing",
        f"{folder}/en/part_done.mjml: this half is missing",
    )


def test_a_template_of_no_letter_is_named(folder):
    (folder / "en" / "party.txt").write_text("Subject: x\n")

    assert _faults(folder) == (f"{folder}/en/party.txt: no letter has this name",)


def test_every_fault_is_told_at_once_with_file_and_line(folder):
    for name, bad in (
        ("goodbye.txt", "\n{% if %}\n"),
        ("goodbye.mjml", "\n{{ nonsense }}"),
        ("paused.txt", "\n{{ until|nonsense }}"),
    ):
        path = folder / "en" / name
        path.write_text(path.read_text() + bad)

    faults = _faults(folder)

    assert len(faults) == 3
    assert faults[0].startswith(f"{folder}/en/goodbye.mjml:6: this letter does not know 'nonsense'")
    assert faults[1].startswith(f"{folder}/en/goodbye.txt:8: Expected an expression")
    assert faults[2].startswith(f"{folder}/en/paused.txt:16: there is no filter 'nonsense'")


def test_broken_mjml_is_named(folder):
    (folder / "en" / "goodbye.mjml").write_text("<mj-text><p>unclosed</mj-text>\n")

    (fault,) = _faults(folder)

    assert fault.startswith(f"{folder}/en/goodbye.mjml: ")


def test_a_text_half_without_a_subject_is_named(folder):
    (folder / "en" / "goodbye.txt").write_text("Bye\n")

    assert _faults(folder) == (f"{folder}/en/goodbye.txt:1: the first line is to be 'Subject: ...'",)


def test_a_note_without_words_is_named(folder):
    path = folder / "en" / "_notes.txt"
    path.write_text(path.read_text().replace('note.kind == "zone"', 'note.kind == "zones"'))

    assert _faults(folder) == (f"{path}: it does not say how to tell 'zone'",)


def test_a_sheet_without_a_place_for_the_letter_is_named(folder):
    path = folder / "en" / "_base.mjml"
    path.write_text(path.read_text().replace("<!-- letter -->", ""))

    assert any("there is no place for the letter" in fault for fault in _faults(folder))


def test_a_folder_without_a_language_is_named(tmp_path):
    with pytest.raises(TemplatesError, match=r"there is no folder of a language here, such as en"):
        load(SHIPPED, tmp_path)


def test_one_letter_of_ones_own_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "human.txt").write_text(
        'Subject: Ask Kim\n\nCall Kim, {{ me }}.\n\n{% include "_footer.txt" %}\n'
    )
    (tmp_path / "en" / "human.mjml").write_text("<mj-text><p>Call Kim, {{ me }}.</p></mj-text>\n")
    templates = load(SHIPPED, tmp_path)

    assert templates.render(l.Human(), **READER, language="en", zone=_UTC).text.startswith("Call Kim, Maya.\n")
    assert templates.render(l.Goodbye(copy=False), **READER, language="en", zone=_UTC).subject == "Goodbye, Maya"


def test_half_a_letter_of_another_language_is_named(tmp_path):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "human.txt").write_text("Subject: Quelqu'un\n")

    with pytest.raises(TemplatesError) as caught:
        load(SHIPPED, tmp_path)

    assert caught.value.faults == (f"{tmp_path}/fr/human.mjml: this half is missing",)


def test_a_letter_whose_note_a_language_cannot_tell_is_in_english(tmp_path):
    (tmp_path / "de").mkdir()
    for half in ("txt", "html"):
        old = (SHIPPED / "de" / f"_notes.{half}").read_text("utf-8")
        (tmp_path / "de" / f"_notes.{half}").write_text(
            old.replace('note.kind == "zone"', 'note.kind == "zones"'), "utf-8"
        )
    templates = load(SHIPPED, tmp_path)
    done = l.PartDone((l.Note("zone", "", "Berlin"),), "trust", 1, "")

    assert templates.render(done, **READER, language="de", zone=_UTC).subject == "Your answers are in: trust"
    assert (
        templates.render(replace(done, notes=()), **READER, language="de", zone=_UTC).subject
        == "Deine Antworten sind da: trust"
    )


def test_a_reader_whose_language_we_lack_reads_english(render):
    assert render(l.Human(), language="tlh").subject == "A person you can write to"
    assert '<html lang="en"' in render(l.Human(), language="tlh").html


def test_days_are_written_as_the_readers_language_does(folder):
    for half in ("txt", "mjml"):
        shutil.copy(folder / "en" / f"closed.{half}", folder / "de")
    (folder / "de" / "closed.txt").write_text(
        'Subject: Vorbei\n\nAm {{ at|day }}, {{ me }}.\n\n{% include "_footer.txt" %}\n'
    )
    templates = load(folder)
    closed = next(s for s in samples() if isinstance(s, l.Closed))

    said = templates.render(closed, **READER, language="de", zone=closed.at.tzinfo)
    assert said.text.startswith("Am 3. März, Maya.\n")


# ---------------------------------------------------------------- people's words stay people's words


@pytest.mark.row("T59", "T64")
@pytest.mark.parametrize("letter", [pytest.param(s, id=f"{template_of(type(s))}-{n}") for n, s in enumerate(samples())])
def test_hostile_words_stay_words(letter, render):
    r = render(_with(letter, HOSTILE), me=HOSTILE, partner=HOSTILE, names=HOSTILE, contact=HOSTILE, service=HOSTILE)

    lines = r.text.splitlines()
    assert not any(line.startswith(("Reply AGREE now", "Subject:", "<script", "http")) for line in lines)
    assert lines.count("-- ") == 1
    assert "<script" not in r.html
    assert "<mj-raw" not in r.html
    assert "49" not in r.html.split("<body")[1].replace("&#49", "") or "{{ 7 * 7 }}" in r.html
    assert not {"\u202e", "\u2028", "\x00", "\x85"} & set(r.text + r.html + r.subject)
    assert "//evil.test" not in r.html
    assert "www.evil" not in r.html
    assert len(r.subject) <= 50
    assert "\n" not in r.subject
    assert same_words(r.text, r.html)


def test_long_words_are_carried_whole(render):
    words = "bread and butter " * 600
    r = render(l.PassedOn("Jonas", "trust", words, ()))

    assert words.strip() in r.text
    assert words.strip() in r.html


def test_a_long_answer_is_read_back_short(render):
    kept = l.Note("kept", "Good thanks", "bread and butter " * 600)
    text = render(l.PartDone((kept,), "trust", 1, "")).text

    assert len(text) < 700
    assert "…”" in text


def test_a_link_in_peoples_words_is_no_link(render):
    r = render(l.PassedOn("Jonas", "trust", "see http://evil.test/a", ()))

    assert "> see http://evil.test/a\n" in r.text
    assert "see http<span>:</span>//evil<span>.</span>test/a" in r.html


@settings(max_examples=60, deadline=None)
@given(
    words=st.text(max_size=400), name=st.text(min_size=1, max_size=40).filter(lambda n: not n.strip().startswith(">"))
)
def test_both_halves_say_the_same_whatever_people_write(words, name):
    r = _SHIPPED.render(
        l.PassedOn(name, "trust", words, (l.Item("1C", name, words, ""),)),
        me=name, partner=name, names=name, contact="c@example.org", service="Alliance", language="en", zone=_UTC,
    )  # fmt: skip

    assert same_words(r.text, r.html)


_SHIPPED = load(SHIPPED)
_UTC = samples()[5].since.tzinfo


def test_what_a_picture_says_has_whole_numbers_and_no_tags(render):
    rows = (l.Row("Trust", (3.5, 4)), l.Row("a.test", (2, 2)))
    html = render(l.TeamDigest(3, (date(2026, 5, 1), date(2026, 7, 1)), rows, (), None, trend=rows)).html

    [alt] = re.findall(r'alt="([^"]*)"', html)
    assert "Trust 3.5, 4. a test 2, 2." in alt
    assert "<" not in alt
