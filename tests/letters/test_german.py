"""The letters that there are in German keep the same rules as the English ones, and say the same."""

import pytest
from jinja2 import Environment, nodes

from agent.alliance import letters as l
from agent.alliance.lettercheck import faults_of
from agent.alliance.model import Note
from agent.alliance.samples import reader_of, samples
from agent.alliance.tone import GRADE, TONES
from agent.settings import shipped
from agent.templates import load, template_of

TEMPLATES = load(shipped("templates"))
GERMAN = [
    pytest.param(letter, id=f"{template_of(type(letter))}-{n}")
    for n, letter in enumerate(samples())
    if TEMPLATES.has("de", letter)
]
FILES = sorted(path.name for path in (shipped("templates") / "de").glob("*.*"))
OF_TEAMS = {"team", "group", "view", "voting"}  # a team is written to in German once its flow is there in it
MAIN_PATH = (
    l.SetupPartner, l.SetupWhy, l.SetupReady, l.Invitation, l.InvitationReminder, l.Prompt, l.PartDone, l.Reveal, l.DraftLetter,
    l.DraftChanged, l.Confirmed, l.Final, l.Checkin, l.CheckinNoted, l.Digest, l.Nudge, l.Rest, l.AskBack, l.Help, l.Goodbye,
)  # fmt: skip


@pytest.mark.row("F58")
@pytest.mark.parametrize("letter", GERMAN)
def test_a_german_letter_keeps_the_house_rules(letter, render):
    said = render(letter, **(reader_of(letter) | {"me": "Maya"}), language="de")
    words = [
        text for name in ("ask", "plain", "hint", "example", "lead", "extra") if (text := getattr(letter, name, ""))
    ]

    faults = faults_of(letter, said.subject, said.text, said.html, me="Maya", sources=words, language="de")

    assert [f for f in faults if not f.warning] == []
    assert '<html lang="de"' in said.html


def test_the_letters_of_the_main_path_are_there():
    assert {kind for kind in MAIN_PATH if ("de", kind) not in TEMPLATES.halves} == set()


def test_every_note_can_be_told():
    assert TEMPLATES.notes["de"] == l.NOTES


@pytest.mark.parametrize("name", FILES)
def test_a_german_half_says_all_that_the_english_one_does(name):
    german, english = (_asked_of((shipped("templates") / tag / name).read_text("utf-8")) for tag in ("de", "en"))

    assert english - german - OF_TEAMS == set()


def _asked_of(source):
    """The facts that a template uses, and the values that it tells apart."""
    tree = Environment().parse(source)
    told = {c.value for compare in tree.find_all(nodes.Compare) for c in compare.find_all(nodes.Const)}
    used = {name.name for name in tree.find_all(nodes.Name)}
    return used | {t for t in told if isinstance(t, str)} - {"never"}


def test_what_is_not_translated_is_read_in_english_whole(render):
    said = render(l.Erased(agreed=False), language="de")

    assert ("de", l.Erased) not in TEMPLATES.halves
    assert '<html lang="en"' in said.html


def test_german_is_measured_by_a_formula_of_its_own():
    easy = "Ich koche am Montag. Du wäschst ab."
    hard = "Zwischenmenschliche Vertrauensbildungsmaßnahmen erfordern grundsätzlich gegenseitige Kommunikationsbereitschaft."

    assert TONES["de"].grade("") == 0
    assert TONES["de"].grade(easy) < GRADE < TONES["de"].grade(hard)


@pytest.mark.parametrize(
    "words", ["Du musst antworten.", "Das ist die letzte Chance.", "Tolle Antwort.", "Unser Onboarding."]
)
def test_guilt_praise_and_jargon_are_found_in_german_too(words, render):
    said = render(l.Goodbye(copy=False), language="de")

    faults = faults_of(
        l.Goodbye(copy=False), said.subject, f"{words}\n\n{said.text}", said.html, me="Maya", language="de"
    )

    assert {f.row for f in faults} & {7, 8, 17}


def test_a_note_in_german_is_told_before_anything_else(render):
    kept = Note("kept", "Gute Kritik", "Direkt.", private=1)
    text = render(l.PartDone((kept,), "einander kennen", 4, ""), language="de").text

    assert text.startswith("Danke, Maya.\n\nNotiert zu „Gute Kritik“: „Direkt.“ Eine Zeile bleibt privat.\n")
