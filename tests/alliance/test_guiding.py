"""Ideas and tools, only when asked and only to whoever asked, told aloud (S39, S45, F41, F54)."""

from pathlib import Path

import pytest
from talk import Talk

from agent.alliance import letters
from agent.alliance.flow import FlowError
from agent.alliance.guide import load
from agent.alliance.lettercheck import SENTENCE
from agent.alliance.tone import GRADE, TONES, sentences
from agent.alliance.turn import House

GUIDE = load((Path(__file__).parents[2] / "templates/en/guide.toml").read_text("utf-8"))
MONEY = GUIDE.topics[0]


def talk() -> Talk:
    return Talk(house=House("Europe/Berlin", guides={"en": GUIDE}, coach="Ana Reyes", links=("https://coach.example",)))


def looked_back() -> Talk:
    living = talk().agreed().waits(days=31)
    return living.says(1, "4, mornings, money talks, yes").says(2, "3, jokes, the bills pile up, yes")


def only(told: Talk, number: int) -> letters.Letter:
    [letter] = told.letters(number)
    return letter


@pytest.mark.row("F41", "S39", "A23", "A24")
@pytest.mark.parametrize(
    "words",
    ["IDEAS please. She goes quiet when money comes up.", "IDEAS money", "ideas", "How do we talk about money?"],
)
def test_ideas_go_to_whoever_asks_and_to_nobody_else(words: str) -> None:
    told = looked_back().says(2, words, "digest:1")

    ideas = only(told, 2)
    assert (ideas.topic, ideas.ideas, ideas.agreed) == ("money", MONEY.ideas, True)
    assert not told.letters(1)


@pytest.mark.row("F41", "I10")
def test_no_ideas_come_unasked() -> None:
    told = looked_back().waits(days=400)

    assert not any(isinstance(s.letter, letters.Ideas | letters.Tools | letters.Tool) for s in told.sent)


@pytest.mark.row("F41", "A24")
def test_an_idea_may_become_a_line_that_is_put_to_both() -> None:
    told = looked_back().says(2, "IDEAS", "digest:1").says(2, "ADD We look at the numbers on the first Sunday.")

    assert told.alliance.draft.text.count("We look at the numbers on the first Sunday.") == 1
    assert [type(x) for n in (1, 2) for x in told.letters(n)] == [letters.DraftChanged] * 2


@pytest.mark.row("F41")
def test_where_no_topic_is_known_the_topics_are_offered() -> None:
    told = talk().agreed().says(1, "IDEAS", "final:1")
    assert only(told, 1).topics[:2] == ("money", "silence")

    told.says(1, "IDEAS silence")
    assert only(told, 1).topic == "silence"


@pytest.mark.row("F41", "A29")
def test_ideas_after_a_note_are_about_what_it_says() -> None:
    told = talk().agreed().says(2, "PASS ON: I paid the bill late again.", "final:1").says(1, "IDEAS")

    assert only(told, 1).topic == "money"
    assert not told.letters(2)


@pytest.mark.row("F41", "F17")
def test_what_is_private_chooses_no_idea_and_is_in_none() -> None:
    told = looked_back().says(2, "IDEAS\n\nPRIVATE canaryprivate she lies about everything", "final:1")

    assert only(told, 2).topic == ""
    assert "canaryprivate" not in repr([s.letter for s in told.sent if s.to == 1])


@pytest.mark.row("F41")
def test_ideas_are_for_the_time_of_the_questions_too_and_answer_none() -> None:
    told = talk().joined().answers(1, until="P10").says(1, "IDEAS about feedback", "prompt:P10")

    assert (only(told, 1).topic, only(told, 1).agreed) == ("feedback", False)
    assert told.alliance.answer(1, "P10") is None
    assert told.alliance.participant(1).open.about == "prompt:P10"


@pytest.mark.row("F54", "S45", "S47")
def test_tools_is_a_list_with_credit_and_a_number_brings_one() -> None:
    told = talk().agreed().says(1, "TOOLS", "final:1")

    listed = only(told, 1)
    assert listed.titles == tuple(t.title for t in GUIDE.tools)
    assert "Diane Hopkins Coaching" in listed.credit
    assert (listed.coach, listed.links) == ("Ana Reyes", ("https://coach.example",))
    tool = only(told.says(1, "2"), 1)
    assert (tool.title, tool.parts[0].lines) == (GUIDE.tools[1].title, GUIDE.tools[1].parts[0].lines)
    assert not told.letters(2)


@pytest.mark.row("F54")
@pytest.mark.parametrize("words", ["TOOLS 3", "Number 3 please", "3."])
def test_a_tool_may_be_named_in_other_ways(words: str) -> None:
    told = talk().agreed().says(1, "tools please", "final:1").says(1, words)

    assert only(told, 1).title == GUIDE.tools[2].title


@pytest.mark.row("F54")
def test_a_number_that_is_no_tool_brings_the_list_again() -> None:
    assert isinstance(only(talk().agreed().says(1, "TOOLS", "final:1").says(1, "9"), 1), letters.Tools)


@pytest.mark.row("S45", "F07")
def test_the_worksheet_holds_the_questions_word_for_word() -> None:
    sheet = only(talk().agreed().says(1, "TOOLS", "final:1").says(1, "1"), 1)

    assert sheet.blanks
    assert sum(len(p.lines) for p in sheet.parts) == 12
    assert "What would increase trust between us?" in sheet.parts[-1].lines


@pytest.mark.row("F58")
def test_ideas_and_tools_read_as_easily_as_letters() -> None:
    texts = [i for t in GUIDE.topics for i in t.ideas] + [
        x for t in GUIDE.tools for p in t.parts for x in (t.lead, *p.lines)
    ]

    assert [t for t in texts if "!" in t or any(len(s.split()) > SENTENCE for s in sentences(t))] == []
    assert TONES["en"].grade("\n".join(texts)) <= GRADE


@pytest.mark.row("S39")
@pytest.mark.parametrize(("text", "title"), [
    ("She goes quiet when money comes up", "money"),
    ("He went quiet. Silence for days. About money, I think", "silence"),
    ("We shut down", "silence"),
    ("moneyed quietude", ""),
    ("", ""),
])  # fmt: skip
def test_a_topic_is_found_by_whole_words_and_the_most_of_them(text: str, title: str) -> None:
    found = GUIDE.topic_of(text)

    assert (found.title if found else "") == title


def test_a_fault_in_a_guide_is_told_with_its_place() -> None:
    with pytest.raises(FlowError, match=r"guide:1: topic\.0\.ideas"):
        load('[[topic]]\ntitle = "money"\nwords = ["money"]\nideas = ["one"]\n')
    with pytest.raises(FlowError, match="worksheet"):
        load('[[tool]]\ntitle = "a"\nlead = "b"\n')
