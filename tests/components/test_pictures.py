"""Eight letters look as they did when somebody last looked at them: on a phone and a desk, in light and in dark.

`pytest tests/components/test_pictures.py --renew-pictures` writes the stored pictures anew; look at them before you
commit them. What was seen is left in build/pictures/ each time.
"""

import re
from pathlib import Path

import pytest
from browser import FONT, PICTURES, font_is_there, lacking
from PIL import Image, ImageChops, ImageFilter

pytestmark = pytest.mark.asyncio(loop_scope="session")

STORED = Path(__file__).parents[1] / "letters" / "pictures"
LETTERS = {
    "invitation": ("invitation", 0),
    "prompt": ("prompt", 1),
    "reveal": ("reveal", 0),
    "settle": ("settle", 0),
    "draft": ("draft_changed", 0),
    "final": ("final", 0),
    "checkin": ("checkin", 0),
    "digest": ("digest", 0),
}  # the sample of each kind
COLOURS = 48  # in a stored picture, which has half the size of what was seen
BLUR = 2  # pixels: how the edges of letters are drawn is the machine's business
TOLERANCE = 16  # of 255, in one colour of one pixel after that
SHARE = 0.003  # of the pixels may differ more: less than a heading in another size, more than a border one pixel off


def differing(one: Image.Image, other: Image.Image) -> float:
    """How much of two pictures differs, from 0 to 1; all of it when they are not equally large."""
    if one.size != other.size:
        return 1.0
    blurred = [picture.convert("RGB").filter(ImageFilter.BoxBlur(BLUR)) for picture in (one, other)]
    bands = ImageChops.difference(*blurred).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(worst.histogram()[TOLERANCE:]) / (worst.width * worst.height)


def html_of(shown, name):
    """The letter of this name, as HTML."""
    kind, place = LETTERS[name]
    return [letter.rendered.html for letter in shown if letter.name.partition("-")[2] == kind][place]


async def taken(page, html, name, *, width, scheme):
    """A small picture of a letter, in a font that machines share; a large one is left for people to look at."""
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 400})
    await page.set_content(re.sub(r"font-family:[^;\"]*", f"font-family:'{FONT}'", html))
    path = PICTURES / f"{name}-{width}-{scheme}.png"
    await page.screenshot(path=path, full_page=True)
    with Image.open(path) as picture:
        return picture.convert("RGB").resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)


@pytest.mark.parametrize("name", LETTERS)
async def test_a_letter_looks_as_it_did(page, shown, name, request):
    if not font_is_there():
        lacking(f"{FONT} is not installed")
    html = html_of(shown, name)
    changed = {}
    for width, scheme in ((width, scheme) for width in (375, 700) for scheme in ("light", "dark")):
        picture = await taken(page, html, name, width=width, scheme=scheme)
        stored = STORED / f"{name}-{width}-{scheme}.png"
        if request.config.getoption("renew_pictures"):
            STORED.mkdir(exist_ok=True)
            picture.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(stored, optimize=True)
        with Image.open(stored) as before:
            if (share := differing(picture, before)) > SHARE:
                changed[stored.name] = f"{share:.2%}"

    assert changed == {}


@pytest.mark.parametrize(
    "change",
    [
        ("#17504b", "#7a1f1f"),
        ("margin: 30px 0 12px 0", "margin: 30px 0 20px 0"),
        ("font-weight: 600", "font-weight: 400"),
    ],
    ids=["colour", "space", "weight"],
)
async def test_a_change_of_looks_is_seen(page, shown, change):
    html = html_of(shown, "prompt")
    assert change[0] in html

    before = await taken(page, html, "before", width=375, scheme="light")
    after = await taken(page, html.replace(*change), "after", width=375, scheme="light")

    assert differing(before, after) > SHARE
