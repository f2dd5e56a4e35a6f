"""Who is written to in which language (decision 25), and that the page stays one page."""

from dataclasses import replace

import pytest
from talk import FLOW, MONDAY, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Replied, Started
from agent.alliance.flow import load
from agent.alliance.model import Alliance, Person
from agent.alliance.turn import House

HOUSE = House("Europe/Berlin", languages=("en", "de"))
GERMAN = "Jonas Berg (jonas@example.org) und ich eröffnen im Mai eine Bäckerei. Ich möchte, dass wir uns einig sind, wie wir das machen."
WHY = "Jonas ist ruhig, wo ich es nicht bin."
LONG = "I would like to say how we do this, and what you and I can count on when it is hard for the two of us."


def _german() -> Talk:
    return Talk(house=HOUSE).starts(GERMAN).says(1, WHY).says(1, "SENDEN")


def test_the_first_mail_chooses_the_language_of_the_page():
    talk = Talk(house=HOUSE).starts(GERMAN)

    assert talk.alliance.language == "de"
    assert talk.alliance.people["maya@example.org"].language == "de"
    [asked] = talk.letters(1)
    assert asked.ask == FLOW.flow.told_in("de").prompts["why"].ask.replace("{partner}", "Jonas")


def test_a_first_mail_in_no_language_that_we_know_is_answered_in_the_operators():
    talk = Talk(house=replace(HOUSE, languages=("de", "en"))).starts("Jonas Berg, jonas@example.org")

    assert talk.alliance.language == "de"
    assert talk.alliance.people["maya@example.org"].language == ""


def test_a_person_whose_language_is_known_begins_in_it():
    known = {"maya@example.org": Person("maya@example.org", language="de")}
    talk = Talk(house=HOUSE, alliance=Alliance(1, FLOW.key, MONDAY, people=known))

    assert talk.starts("Jonas Berg, jonas@example.org").alliance.language == "de"


def test_who_is_invited_reads_the_language_of_the_page_until_they_write_in_another():
    talk = _german()
    assert talk.alliance.people["jonas@example.org"].language == ""

    talk.says(2, "JA").says(2, LONG)

    assert talk.alliance.people["jonas@example.org"].language == "en"
    assert talk.letters(2)[0].ask.startswith("Why do you want to build this with Maya")
    assert talk.alliance.answer(2, "hopes").text == LONG


def test_a_wish_is_heard_at_any_time_and_is_no_answer():
    talk = _german().says(2, "In English, please")
    [again] = talk.letters(2)
    assert isinstance(again, letters.Invitation)

    talk.says(2, "Yes").says(1, "In English please")

    [asked] = talk.letters(1)
    assert [n.kind for n in asked.notes] == ["said_yes", "language"] or asked.notes[-1].kind == "language"
    assert asked.ask == FLOW.flow.prompts["hopes"].ask.replace("{partner}", "Jonas")
    assert talk.alliance.answer(1, "hopes") is None
    assert talk.alliance.language == "de"  # the page stays as it began


def test_a_wish_while_nobody_else_has_read_anything_is_for_the_page_too():
    talk = Talk(house=HOUSE).starts().says(1, "auf Deutsch bitte")

    assert talk.alliance.language == "de"
    assert talk.letters(1)[0].ask == FLOW.flow.told_in("de").prompts["why"].ask.replace("{partner}", "Jonas")


@pytest.mark.row("F22", "F31")
def test_two_who_read_two_languages_agree_to_one_page():
    talk = _german().says(2, "JA").says(2, "In English, please")
    talk.part()
    for _ in range(4):
        about = f"reveal:{talk.alliance.revealed[-1]}"
        talk.says(1, "WEITER", about).says(2, "NEXT", about).part()

    mine, theirs = (next(s.letter for s in reversed(talk.sent) if s.to == n) for n in (1, 2))
    assert mine.sections == theirs.sections
    titles = {section.title for section in mine.sections}
    assert titles <= {section.title for section in FLOW.flow.told_in("de").sections}
    assert [s.text for s in talk.alliance.drafts[0].lines if "Uhr" in s.text] == []
    assert "Wir schauen zurück: nach 30 Tagen, dann nach 90 Tagen, dann alle 3 Monate." in talk.alliance.drafts[0].text

    talk.says(1, "EINVERSTANDEN").says(2, "AGREE")

    assert talk.alliance.agreed == 1


def test_a_rhythm_is_told_to_each_in_their_own_language():
    talk = _german().says(2, "JA").says(2, "In English, please")
    talk.part()
    for _ in range(4):
        about = f"reveal:{talk.alliance.revealed[-1]}"
        talk.says(1, "WEITER", about).says(2, "NEXT", about).part()
    talk.says(1, "EINVERSTANDEN").says(2, "AGREE").says(1, "alle 6 Wochen")

    assert talk.letters(1)[0].rhythm == "alle 6 Wochen"
    assert talk.letters(2)[0].rhythm == "every 6 weeks"


def test_a_flow_that_is_not_there_in_a_language_is_read_whole_in_its_own():
    """A question in one language between sentences in another would be neither."""
    english = load(FLOW.content.split("\f", maxsplit=1)[0]).flow
    event = Started("maya@example.org", "Maya Lind", "Jonas und ich", GERMAN, 3600, "inbox:1")
    begun, _ = decide(english, HOUSE, Alliance(1, FLOW.key, MONDAY), event, MONDAY)

    assert begun.alliance.language == "en"
    assert begun.alliance.people["maya@example.org"].language == "de"  # for the next alliance
    assert [s.language for s in begun.sends] == ["en"]

    wish = Replied(1, begun.sends[0].about, "auf Deutsch bitte", 3600, "inbox:2")
    asked, _ = decide(english, HOUSE, begun.alliance, wish, MONDAY)

    assert [type(s.letter) for s in asked.sends] == [letters.AskBack]
    assert asked.alliance.why == ""
