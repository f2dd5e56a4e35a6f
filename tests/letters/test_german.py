"""The letters that there are in German keep the same rules as the English ones, and say the same."""

import re
import tomllib
from collections import Counter

import pytest
from jinja2 import Environment, nodes

from agent.alliance import letters as l
from agent.alliance.lettercheck import faults_of
from agent.alliance.model import Note
from agent.alliance.samples import reader_of, samples
from agent.alliance.tone import GRADE, TONES
from agent.alliance.translation import PromptWording
from agent.settings import shipped
from agent.templates import load, template_of

TEMPLATES = load(shipped("templates"))
GERMAN = [
    pytest.param(letter, id=f"{template_of(type(letter))}-{n}")
    for n, letter in enumerate(samples())
    if TEMPLATES.has("de", letter)
]
FILES = sorted(path.name for path in (shipped("templates") / "de").glob("*.*"))
OF_TEAMS = {"team", "voting"}  # a team is written to in German once its flow is there in it
MAIN_PATH = (
    l.SetupPartner, l.SetupWhy, l.SetupReady, l.Invitation, l.InvitationReminder, l.Prompt, l.PartDone, l.Reveal, l.DraftLetter,
    l.DraftChanged, l.Confirmed, l.Final, l.Checkin, l.CheckinNoted, l.Digest, l.Nudge, l.Rest, l.AskBack, l.Help, l.Goodbye,
    l.Care, l.WasThisYou, l.EraseAsk, l.Erased, l.Closed, l.Unread, l.AtRest,
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


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("_parts")])
def test_a_german_half_says_all_that_the_english_one_does_and_no_more(name):
    german, english = (
        Counter(_said(Environment().parse((shipped("templates") / tag / name).read_text("utf-8"))))
        for tag in ("de", "en")
    )

    assert german == english


def _said(node):
    """What a template asks, tells apart and shows to two people, without the words of its language."""
    if isinstance(node, nodes.Const | nodes.TemplateData):
        return
    if not isinstance(node, nodes.If | nodes.CondExpr):
        if not isinstance(node, nodes.Output):
            yield f"{type(node).__name__} {getattr(node, 'name', '')} {getattr(node, 'attr', '')}"
        for child in node.iter_child_nodes():
            yield from _said(child)
        return
    for test, shown in _ways(node):
        if OF_TEAMS & (words := set(re.findall(r"\w+", repr(test)))) and "Not" not in words:
            continue
        alone = "team" in words
        if test is not None and not alone:
            yield repr(test)
        for child in shown:
            yield from _said(child)
        if alone:
            return


def _ways(node):
    if isinstance(node, nodes.CondExpr):
        return [(node.test, [node.expr1]), (None, [node.expr2])]
    return [*((each.test, each.body) for each in (node, *node.elif_)), (None, node.else_)]


@pytest.mark.parametrize("name", ["one_to_one.toml"])
def test_a_german_flow_has_all_words_that_the_english_one_has(name):
    english, german = (tomllib.loads((shipped("flows") / tag / name).read_text("utf-8")) for tag in ("", "de"))
    prompts = [q for part in english["part"] for q in part["prompt"]]
    prompts += [extra for kind in english["kind"] for extra in kind.get("extra", ())]

    lacking = [
        f"{q['id']}.{key}"
        for q in prompts
        for key in PromptWording.model_fields.keys() & q.keys() - german["prompt"][q["id"]].keys()
    ]
    lacking += [
        f"{of}.{row['id']}" for of in ("part", "section", "kind") for row in english[of] if row["id"] not in german[of]
    ]
    lacking += [f"{of}.{key}" for of in ("words", "checkin") for key in english[of] if key not in german[of]]
    for kind in english["kind"]:
        sides = zip(kind.get("side", ()), german["kind"][kind["id"]].get("side", ({}, {})), strict=False)
        lacking += [
            f"{kind['id']}.{key}"
            for key in ("opening", "note")
            if key in kind and key not in german["kind"][kind["id"]]
        ]
        lacking += [
            f"{kind['id']}.side.{key}"
            for said, told in sides
            for key in ("opening", "note")
            if key in said and key not in told
        ]

    assert set(lacking) == {f"checkin.{key}" for key in ("first", "every", "unit", "hour", "digest_after_days")}


def test_what_is_not_translated_is_read_in_english_whole(render):
    said = render(l.BankHelp(""), language="de")

    assert ("de", l.BankHelp) not in TEMPLATES.halves
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

    assert text.startswith(
        "Danke, Maya.\n\nNotiert zu „Gute Kritik“: „Direkt.“ Eine Zeile bleibt privat. Um sie zu ändern, antworte noch einmal auf die Mail dazu.\n"
    )
