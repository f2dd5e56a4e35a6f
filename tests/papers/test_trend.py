"""The picture of the numbers: what is drawn, at what size, and on which paper it can be read."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from agent.alliance.samples import samples
from agent.papers.enclosed import trend_of
from agent.papers.trend import CID, trend_png

PAPERS = Path(__file__).parents[2] / "templates" / "papers"
TEMPLATE = PAPERS / "trend.typ"
SHEETS = ("#fffdf9", "#262421")  # the letter's, light and dark


def picture(*rows):
    return Image.open(io.BytesIO(trend_png(("Apr", "Jun", "Sep"), rows, TEMPLATE))).convert("RGBA")


def strip(image, number, of):
    """What is drawn below the name of this row."""
    height = (image.height - 40) // of
    cut = image.crop((0, number * height + 68, image.width, (number + 1) * height))
    return cut.getchannel("A").point(lambda alpha: 255 * (alpha > 127)).tobytes()


@pytest.mark.row("F37")
def test_it_is_twice_as_dense_as_the_screen_and_light():
    content = trend_png(("Apr", "Jun", "Sep"), (("Maya", (3, 4, 4)), ("Jonas", (3, 3, 4))), TEMPLATE)

    assert Image.open(io.BytesIO(content)).width == 720
    assert len(content) < 40_000
    assert content == trend_png(("Apr", "Jun", "Sep"), (("Maya", (3, 4, 4)), ("Jonas", (3, 3, 4))), TEMPLATE)


def test_a_number_that_is_missing_leaves_a_gap():
    whole, gap = picture(("Maya", (3, 3, 3))), picture(("Maya", (3, None, 3)))
    middle = (whole.width // 2, 68 + 64)

    assert whole.getpixel(middle)[3] == 255
    assert gap.getpixel(middle)[3] == 0


def test_each_row_has_a_strip_of_its_own_so_equal_lines_hide_nobody():
    image = picture(("Maya", (3, 4, 4)), ("Jonas", (3, 4, 4)))

    assert strip(image, 0, 2) == strip(image, 1, 2)


@pytest.mark.row("F37", "S28")
def test_a_group_has_three_rows_and_numbers_between_two():
    image = picture(("Trust", (3, 3.5, 4)), ("A worry", (2, 2.5, 3)), ("Our agreement", (4, 4, 4.5)))

    assert image.height == 3 * 276 + 40


def test_nobodys_name_is_read_as_markup():
    assert picture(("#panic() *Maya* $x$", (3, 4, 4))).width == 720


def _luminance(colour):
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("sheet", SHEETS)
def test_one_picture_can_be_seen_on_light_and_on_dark(sheet):
    """WCAG 2.2, 1.4.3 for large print and 1.4.11: 3 to 1."""
    inks = re.findall(r'rgb\("(#\w{6})"\)', TEMPLATE.read_text("utf-8"))

    assert len(inks) == 2
    for ink in inks:
        light, dark = sorted((_luminance(ink), _luminance(sheet)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.5


@pytest.mark.row("F37")
def test_it_goes_along_with_the_digest_under_the_name_that_its_html_uses():
    digest = next(s for s in samples() if getattr(s, "trend", ()))
    attached = trend_of(digest, lambda name: PAPERS / name, "en")

    assert (attached.content_type, attached.content_id) == ("image/png", CID)
    assert attached.content.startswith(b"\x89PNG")
