"""The printed agreement, as another program than ours reads and draws it."""

import re
import shutil
import subprocess

import pytest
from browser import PICTURES, lacking
from PIL import Image, ImageOps

from agent.alliance.letters import Final
from agent.papers.pdf import AgreementPage, agreement_pdf
from agent.settings import shipped

MARGIN = 0.04  # of the page's width and height: what printers cannot reach is less


@pytest.fixture(scope="module")
def final(shown):
    return next(one.letter for one in shown if isinstance(one.letter, Final))


@pytest.fixture
def printed(final, tmp_path):
    if not shutil.which("pdftoppm"):
        lacking("pdftoppm is not installed")
    page = AgreementPage(
        title="A working agreement",
        names=("Maya", "Jonas"),
        subtitle="",
        sections=tuple((s.title, tuple((str(line.number), line.text) for line in s.lines)) for s in final.sections),
        agreed=tuple((yes.name, yes.at.strftime("%d %B %Y")) for yes in final.agreed),
        version=f"Version {final.version}",
        sha256=final.sha256,
        notice="This is a promise between two people, not a legal contract.",
        credit="Made with Alliance",
    )
    path = tmp_path / "agreement.pdf"
    path.write_bytes(agreement_pdf(page, shipped("templates") / "papers" / "agreement.typ"))
    return path


def said(*command: object) -> str:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


def test_the_lines_are_read_back_in_order(printed, final):
    words = " ".join(said("pdftotext", printed, "-").split())
    lines = [f"{line.number} {line.text}" for section in final.sections for line in section.lines]

    assert re.findall("|".join(map(re.escape, lines)), words) == lines


def test_every_font_goes_with_the_page(printed):
    fonts = said("pdffonts", printed).splitlines()[2:]

    assert fonts
    assert all(re.search(r"yes +yes +yes +\d+ +\d+$", font) for font in fonts)


def test_the_page_keeps_its_margins_and_is_left_to_look_at(printed):
    PICTURES.mkdir(parents=True, exist_ok=True)
    said("pdftoppm", "-r", "80", "-png", "-singlefile", printed, PICTURES / "agreement")
    with Image.open(PICTURES / "agreement.png") as page:
        left, top, right, bottom = ImageOps.invert(page.convert("L")).getbbox()

        assert min(left, page.width - right) > MARGIN * page.width
        assert min(top, page.height - bottom) > MARGIN * page.height
