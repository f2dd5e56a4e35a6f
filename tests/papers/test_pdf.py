import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.letters import Tool, ToolPart
from agent.papers.pdf import AgreementPage, _inputs, agreement_pdf, tool_pdf
from agent.papers.words import plain

TEMPLATE = Path(__file__).parents[2] / "templates" / "papers" / "agreement.typ"
PAGE = AgreementPage(
    title="A working agreement",
    names=("Maya", "Jonas"),
    subtitle="The bakery on Mill Street",
    sections=(
        ("Why we are doing this", (("1", "We want still to be friends in five years. (Maya)"),)),
        ("Each of us", (("2", "Maya: Text or ring after six."), ("3", "Jonas: Text before noon."))),
    ),
    agreed=(("Maya", "3 March 2026, 09:14"), ("Jonas", "3 March 2026, 18:40")),
    version="Version 2",
    sha256="3f2a9c5d" * 8,
    notice="This is a promise between two people, not a legal contract.",
    credit="Made with Alliance",
)
MARKUP = (
    '#import "nowhere.typ" $x + 1$ *bold* _soft_ @ref <label> `raw` = head \\ " // gone /* gone */ #panic() ~ -- ...'
)


def lines(n: int) -> AgreementPage:
    section = tuple((str(i), f"Line {i} says what we do when it rains in the morning. (both)") for i in range(1, n + 1))
    return replace(PAGE, sections=(("What we can count on", section[: n // 2]), ("Each of us", section[n // 2 :])))


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def read_back(page: AgreementPage, selector: str) -> str:
    """All text below the elements that match, as the compiler set it."""

    def texts(value: object) -> str:
        if isinstance(value, dict):
            return value.get("text", "") if value.get("func") == "text" else texts(list(value.values()))
        return "".join(map(texts, value)) if isinstance(value, list) else ""

    return texts(
        [
            {key: part for key, part in element.items() if key != "supplement"}
            for element in json.loads(typst.query(str(TEMPLATE), selector, sys_inputs=_inputs(asdict(page), "a4")))
        ]
    )


@pytest.mark.row("F31")
def test_the_page_is_a_tagged_pdf_with_a_title_and_a_language():
    pdf = agreement_pdf(PAGE, TEMPLATE)

    assert pdf.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"Maya and Jonas \xc2\xb7 A working agreement" in pdf
    assert re.search(rb"/Lang\s*\(en\)", pdf)


@pytest.mark.row("F31")
def test_the_same_page_gives_the_same_bytes_and_holds_no_clock():
    pdf = agreement_pdf(PAGE, TEMPLATE)

    assert pdf == agreement_pdf(PAGE, str(TEMPLATE))
    assert b"CreationDate" not in pdf
    assert len(pdf) < 100_000


def test_every_line_stands_on_the_page():
    words = read_back(PAGE, "<line>")

    assert words == "".join(number + text for _, section in PAGE.sections for number, text in section)


def test_markup_in_peoples_words_is_words():
    page = replace(PAGE, names=(MARKUP, "Jonas"), sections=((MARKUP, (("1", MARKUP),)),))

    assert read_back(page, "<line>") == f"1{MARKUP}"
    assert read_back(page, "heading") == f"{MARKUP} and Jonas{MARKUP}"
    assert pages(agreement_pdf(page, TEMPLATE)) == 1


def test_twenty_lines_fit_on_one_page_and_sixty_on_a_few():
    assert pages(agreement_pdf(lines(20), TEMPLATE)) == 1
    assert 2 <= pages(agreement_pdf(lines(60), TEMPLATE)) <= 4


def test_letter_paper_is_another_size():
    assert re.search(rb"/MediaBox\s*\[0 0 595", agreement_pdf(PAGE, TEMPLATE))
    assert re.search(rb"/MediaBox\s*\[0 0 612 792\]", agreement_pdf(PAGE, TEMPLATE, paper="us-letter"))


@pytest.mark.parametrize(
    "words",
    [
        "Direct and kind 🎉 👩‍👩‍👧",
        "毎週月曜日に会う",
        "ניפגש בכל יום שני",
        "نلتقي كل يوم اثنين",
        "\ud800 half a character",
        "two\r\nlines\tand \0 a null",
        "x" * 5000,
        "é" * 5000,
        "https://example.org/" + "a/" * 300,
        "",
    ],
)
def test_whatever_people_write_is_printed(words):
    page = replace(PAGE, names=(words[:80], "Jonas"), subtitle=words[:80], sections=((words[:80], (("1", words),)),))

    assert agreement_pdf(page, TEMPLATE).startswith(b"%PDF-")


def test_a_team_of_fifty_is_printed():
    names = tuple(f"Person {n}" for n in range(50))

    assert pages(agreement_pdf(replace(PAGE, names=names, agreed=tuple((n, "today") for n in names)), TEMPLATE)) <= 3


def test_a_page_with_nothing_on_it_is_printed():
    page = AgreementPage("", (), "", (), (), "", "", "", "")

    assert pages(agreement_pdf(page, TEMPLATE)) == 1


@pytest.mark.parametrize(("tag", "found"), [("pt-BR", b"pt-BR"), ("de", b"de"), ("", b"en"), ("deutsch", b"en")])
def test_the_language_is_told_to_readers(tag, found):
    assert re.search(rb"/Lang\s*\(" + found + rb"\)", agreement_pdf(replace(PAGE, language=tag), TEMPLATE))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.text(max_size=120))
def test_any_words_are_printed(name, line):
    page = replace(PAGE, names=(name, "Jonas"), sections=((name, (("1", line),)),), agreed=((name, line),))

    assert agreement_pdf(page, TEMPLATE).startswith(b"%PDF-")


def test_words_keep_their_lines_and_lose_what_no_paper_holds():
    assert plain("e\u0301\r\nb\tc\0\ud800🎉") == "é\nb c  🎉"


@pytest.mark.row("F54", "S45")
def test_a_tool_is_a_page_and_a_worksheet_has_room_to_write():
    parts = (ToolPart("Before", ("Ask if now is a good time.", "#let x = 1 $y$")),)
    folder = Path(__file__).parents[2] / "templates" / "papers"
    tool = Tool("Feedback on one page", "For two.", parts, "Credit.")

    printed = tool_pdf(tool, folder / "tool.typ")

    assert printed.startswith(b"%PDF-")
    assert printed == tool_pdf(tool, folder / "tool.typ")
    assert printed != tool_pdf(replace(tool, blanks=True), folder / "tool.typ")
