"""Every letter, with sample facts, keeps the house rules (spec section 5). A letter that breaks one fails the build."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.alliance import letters as l
from agent.alliance.lettercheck import faults_of
from agent.alliance.model import Note
from agent.alliance.samples import reader_of, samples
from agent.templates import template_of

LETTERS = [pytest.param(letter, id=f"{template_of(type(letter))}-{n}") for n, letter in enumerate(samples())]
AGENT = Path(__file__).parents[2] / "agent"
_Q9 = (
    "How do you want to behave together when things get difficult, or when there is conflict? "
    "(Who do you want to be together?) What are the team’s conflict protocols?"
)


def _one(kind, n=0):
    return [letter for letter in samples() if isinstance(letter, kind)][n]


@pytest.mark.row("F58", "I9")
@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_keeps_the_house_rules(letter, render, sources, article):
    reader = reader_of(letter) | {"me": "Maya"}
    r = render(letter, **reader)

    faults = faults_of(letter, r.subject, r.text, r.html, me="Maya", sources=sources, copied=article)

    assert [f for f in faults if not f.warning] == []


def test_every_letter_has_a_sample():
    assert {type(letter) for letter in samples()} == set(l.Letter.kinds.values())


def test_every_note_has_a_sample():
    assert {n.kind for letter in samples() for n in getattr(letter, "notes", ())} == l.NOTES


def test_no_note_is_made_that_the_letters_cannot_tell():
    made = set()
    for path in AGENT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Note" and call.args:
                made |= {a.value for a in call.args[:1] if isinstance(a, ast.Constant)}

    assert made <= l.NOTES


def test_a_subject_belongs_to_one_kind_of_letter(render):
    kinds = defaultdict(set)
    for letter in samples():
        kinds[render(letter).subject].add(type(letter).__name__)

    assert [names for names in kinds.values() if len(names) > 1] == []


@pytest.mark.row("F13")
def test_a_note_is_told_before_anything_else(render):
    text = render(_one(l.Prompt, 1)).text

    assert text.startswith(
        "Thank you, Maya.\n\nKept for “Hopes and worries”: “We sort out who decides what.” One line stays private. "
        "To change it, answer that email again.\n"
    )


_RECORDS = ("kept", "replaced", "joined_answers", "passed", "rule", "zone", "rhythm", "chosen", "left_open", "numbers_on", "added", "quiet", "guessed", "listed", "saved", "no_checkins", "rhythm_slower")  # fmt: skip
_UNDONE = {
    "en": r"To (?:change|choose|keep|have)|If that is wrong|[Yy]ou can (?:still|change|both change)|takes (?:it back|its place)",
    "de": r"Um (?:sie|neu|beide)|Stimmt es nicht|[Kk]annst du|[Kk]önnt (?:ihr|ihn)|nimmt es zurück|an seine Stelle|Du kannst|Sollen sie|Ihr könnt",
}


@pytest.mark.row("F13", "F14")
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", _RECORDS)
def test_whatever_is_recorded_is_told_with_the_way_to_change_it(kind, language, render):
    said = render(l.Corrected((Note(kind, "Good thanks", "quietly"),), others_told=False), language=language)

    assert re.search(_UNDONE[language], said.text)


@pytest.mark.row("F13")
def test_private_lines_are_counted_and_not_shown(render):
    kept = Note("kept", "Hopes and worries", "", private=2)
    text = render(l.PartDone((kept,), "knowing each other", 4, "")).text

    assert "Kept for “Hopes and worries”, for you alone. To share it" in text


@pytest.mark.row("F03")
def test_the_invitation_holds_the_reason_character_for_character(render):
    why = 'Because  you & I <3\n  "never" give up – 100 %'
    r = render(l.Invitation("Maya", "Maya Lind", "maya@example.org", why, 12, 22), me="Jonas", partner="Maya")

    assert '\n> Because  you & I <3\n>   "never" give up – 100 %\n' in r.text
    assert "Because  you &amp; I &lt;3<br>  &#34;never&#34; give up – 100 %" in r.html


@pytest.mark.row("F04", "F05")
def test_the_invitation_names_who_asks_and_how_to_say_no(render):
    text = render(_one(l.Invitation), me="Jonas", partner="Maya").text

    assert "Maya Lind (maya@example.org) asked me to write." in text
    assert "Reply YES, NOT NOW, NO THANKS or NOT ME." in text
    assert "12 questions and about 22 short emails" in text


def test_the_initiator_sees_the_very_invitation(render):
    ready, letter = _one(l.SetupReady), _one(l.Invitation)
    invitation = render(letter, me="Jonas", partner="Maya").text.split("\n-- \n")[0].strip()

    assert invitation in render(ready).text


@pytest.mark.row("F09")
def test_a_prompt_says_who_asks_when_it_is_the_partner(render):
    text = render(_one(l.Prompt, 2)).text

    assert "Here is a question from Jonas's side:\n\nHow will I know when you are stuck?\n" in text


def test_what_is_asked_stands_alone(render):
    r = render(_one(l.Prompt, 1))
    ask = _one(l.Prompt, 1).ask

    assert f"\n\n{ask}\n\n" in r.text
    assert re.search(rf'<p class="ask" style="[^"]*font-weight: 600[^"]*">{re.escape(ask)}</p>', r.html)


@pytest.mark.row("F27")
def test_changes_are_told_by_words_and_not_by_colour_alone(render):
    text = render(_one(l.DraftChanged)).text

    assert "5. WAS: We raise problems early. (both)\n5. NOW: If one of us is upset" in text
    assert "4. TAKEN OUT: Honesty, craft and rest. (Jonas)\n" in text
    assert "12. NEW: We pay each other back within a week. (Jonas)\n" in text


@pytest.mark.row("F28")
def test_a_yes_set_aside_is_told(render):
    assert (
        "You agreed to draft 1. Those words have changed, so I set your yes aside and ask again."
        in render(_one(l.DraftChanged)).text
    )


@pytest.mark.row("F23")
def test_a_line_that_asks_something_of_the_reader_is_pointed_to(render):
    assert "Line 9 asks something of you. Your AGREE takes it on." in render(_one(l.DraftLetter)).text
    assert "Lines 6 and 9 ask something of you." in render(_one(l.DraftLetter, 1)).text


@pytest.mark.row("S01")
def test_the_invitation_says_what_it_is_in_two_sentences_and_the_why_as_it_was_written(render):
    text = render(_one(l.Invitation)).text

    what = re.search(r"an email helper\. (.*)", text)[1]
    assert len(re.findall(r"[.?!](?= |$)", what)) == 2
    assert text.index(what) < text.index("own words:\n\n> ")


@pytest.mark.row("S43")
def test_a_reveal_asks_for_a_word_or_a_question_and_for_nothing_else(render):
    ours = [
        line for line in render(_one(l.Reveal)).text.splitlines() if line.endswith("?") and line[0] not in ">0123456789"
    ]

    assert ours[-1] == "Would you like to add or ask something?"


@pytest.mark.row("I12")
def test_a_draft_and_the_final_letter_say_that_this_is_no_contract(render):
    for kind in (l.DraftLetter, l.DraftChanged, l.Final):
        assert "This is a promise between two people, not a legal contract." in render(_one(kind)).text


@pytest.mark.row("F31")
def test_the_final_letter_holds_the_page_and_the_yes_of_each(render):
    text = render(_one(l.Final)).text

    assert "- Maya agreed on 3 March at 10:14\n- Jonas agreed on 3 March at 19:40\n" in text
    assert "WHAT WE CAN COUNT ON\n5. We raise problems early. (both)\n6. Maya: I do the books every Friday.\n" in text


def test_hours_are_the_readers_own(templates):
    reader = {
        "me": "Jonas",
        "partner": "Maya",
        "names": "Maya and Jonas",
        "contact": "c@example.org",
        "service": "Alliance",
        "language": "en",
    }
    r = templates.render(_one(l.Confirmed), **reader, zone=ZoneInfo("Pacific/Auckland"))

    assert "on 3 March at 22:14" in r.text


@pytest.mark.row("F37")
def test_the_table_of_numbers_is_a_table_in_both_halves(render):
    r = render(_one(l.Digest))

    assert "         Apr   Jun  Sept\nMaya        3     -     4\nJonas       3     3     4\n" in r.text
    assert r.html.count('scope="row"') == 2
    assert r.html.count('scope="col"') == 3


@pytest.mark.row("F37", "F40")
def test_the_picture_says_in_words_all_that_it_shows(render):
    r = render(_one(l.Digest))

    assert "\n\nMaya's number is up since April. Jonas's number is up since April.\n\n" in r.text
    [alt] = re.findall(r'<img src="cid:trend"[^>]* alt="([^"]*)"', r.html)
    assert alt == (
        "From April to September, 1 to 5. Maya 3, none, 4. Jonas 3, 3, 4. "
        "Maya&#39;s number is up since April. Jonas&#39;s number is up since April."
    ).replace("&#39;", "'")


@pytest.mark.row("F37")
def test_a_trend_over_two_years_names_the_year(render):
    assert "Jonas's number is down since June 2026." in render(_one(l.Digest, 2)).text


@pytest.mark.row("F38")
def test_without_numbers_there_is_no_table(render):
    r = render(_one(l.Digest, 1))

    assert "trust" not in r.text.lower()
    assert "scope=" not in r.html


@pytest.mark.row("F55", "I11")
def test_leaving_is_told_without_a_reason(render):
    assert "I do not ask for reasons and I do not pass them on." in render(_one(l.Left)).text


def test_every_letter_ends_with_what_works_in_any_reply(render):
    footer = "\n-- \nAlliance for Maya and Jonas. PASS, PAUSE, HELP or STOP work in any reply. What I store about you: reply MY DATA.\n"

    assert render(_one(l.Prompt)).text.endswith(footer)
    assert render(_one(l.Goodbye)).text.endswith(
        "\n-- \nAlliance for Maya and Jonas. What I store about you: reply MY DATA.\n"
    )


@pytest.mark.parametrize("letter", LETTERS)
def test_both_colour_schemes_are_there(letter, render):
    html = render(letter).html

    assert "@media (prefers-color-scheme: dark)" in html
    assert "[data-ogsc]" in html
    assert '<meta name="color-scheme" content="light dark"' in html
    assert "#000000" not in html
    assert "#ffffff" not in html.lower().replace(
        "color:#ffffff;line-height:1px", ""
    )  # the preheader, which nobody sees


@pytest.mark.parametrize("letter", LETTERS)
def test_paragraphs_are_apart(letter, render):
    """A sentence of ours never runs into the next paragraph: only lists, quotes and their labels stand line on line."""
    for block in render(letter).text.split("\n\n"):
        lines = block.splitlines()
        assert all(
            re.match(r"> ?|- |-- $|\d+\. |\S.*? {2,}", line) or lines[n - 1].endswith((":", "-- ", "?")) or n == 0
            for n, line in enumerate(lines)
        ), block


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_a_whole_page_in_its_language(letter, render):
    r = render(letter)

    assert r.html.startswith('<!doctype html><html lang="en" dir="ltr"')
    assert re.search(r"<title>[^<]+</title>", r.html)
    assert "{{" not in r.html
    assert "{%" not in r.html
    assert r.html.count("<table") == r.html.count("</table>")


def _luminance(colour):
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize(
    ("inks", "papers"),
    [
        (("#2d2b28", "#17504b", "#5c5751"), ("#fffdf9", "#f4f1eb", "#e4eeec", "#efece6")),
        (("#ebe7e0", "#93cfc6", "#b8b1a6"), ("#262421", "#312e2a", "#23383a", "#1a1917")),
    ],
    ids=["light", "dark"],
)
def test_every_ink_is_readable_on_every_paper(inks, papers):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    sheet = (AGENT.parent / "templates" / "en" / "_base.mjml").read_text("utf-8")
    for ink in inks:
        for paper in papers:
            light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
            assert ink in sheet
            assert paper in sheet
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


@pytest.mark.row("S31", "F48", "F58")
@pytest.mark.parametrize(
    ("letter", "says"),
    [
        (l.Nudge("when there is conflict", _Q9, "prompt"), "Nobody is told who has replied and who has not."),
        (l.Nudge("when there is conflict", _Q9, "prompt"), "QUIET skips the questions, and you just see the draft."),
        (l.Rest("prompt"), "you get the draft when the others do"),
        (l.Help("What can your team count on from you?", "answering"), "PRIVATE before a line"),
        (l.Help("", "living"), "IDEAS sends you some on a topic"),
        (l.Prompt((), "x", 1, 9, "", _Q9, "One line is enough.", "", True, "", ""), "sees this with your name"),
        (
            l.Prompt((), "x", 1, 9, "", _Q9, "One line is enough.", "", True, "", "", nameless=True),
            "sees this without your name, when the part is done. Begin a line with PRIVATE",
        ),
    ],
)
def test_what_both_pairs_and_teams_get_says_to_a_member_what_holds_in_a_team(letter, says, render, sources, article):
    r = render(letter, partner="the team", names="the team", team=True)

    faults = faults_of(letter, r.subject, r.text, r.html, me="Maya", sources=sources, copied=article)

    assert says in " ".join(r.text.split())
    assert [f for f in faults if not f.warning] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_way_out_is_offered_that_setting_up_does_not_have(render, language):
    letters_there = [x for x in samples() if isinstance(x, l.Nudge) and x.what == "setup"]

    assert len(letters_there) == 2
    assert all("PASS" not in render(x, language=language).text.partition("\n-- ")[0] for x in letters_there)
