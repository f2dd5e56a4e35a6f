"""The gallery shows each letter once, with what the house rules say of it, and lets no letter out of its frame."""

import re
from dataclasses import replace
from html import unescape

import pytest

from agent.alliance import letters as l
from agent.alliance.lettercheck import Fault
from agent.alliance.samples import samples
from agent.cli.gallery import files_of, letters_of, on_screen
from agent.settings import shipped
from agent.templates import template_of


@pytest.fixture(scope="module")
def shown():
    return letters_of(shipped("templates"), ())


@pytest.fixture(scope="module")
def files(shown):
    return dict(files_of(shown))


def test_every_letter_is_shown_light_dark_and_as_text(files, shown):
    frames = re.findall(r'<iframe class="(light|dark)" sandbox loading="lazy" src="([^"]+)"', files["index.html"])

    assert [one.letter for one in shown] == [*samples()]
    assert [src for _, src in frames] == [f"{one.name}.{scheme}.html" for one in shown for scheme in ("light", "dark")]
    assert files.keys() == {"index.html", *(src for _, src in frames), *(f"{one.name}.txt" for one in shown)}


def test_every_frame_is_sandboxed_and_nothing_runs(files):
    page = files["index.html"]

    assert page.count("<iframe") == page.count(" sandbox loading")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="[^"#]*[:/]', page)


def test_every_kind_of_letter_stands_in_the_contents_once(files):
    kinds = [template_of(kind) for kind in l.Letter.kinds.values()]
    page = files["index.html"]

    assert sorted(re.findall(r'href="#([^"]+)"', page)) == sorted(kinds)
    assert sorted(re.findall(r'<h3 id="([^"]+)"', page)) == sorted(kinds)


def test_the_text_stands_on_the_page_as_it_is(files, shown):
    texts = [unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", files["index.html"], re.DOTALL)]

    assert texts == [one.rendered.text for one in shown]


def test_an_invitation_is_read_by_who_is_invited(shown):
    texts = {type(one.letter): one.rendered.text for one in shown}

    assert texts[l.InvitationReminder].startswith("Hi Jonas,\n\nA week ago Maya ")
    assert texts[l.InvitationSent].startswith("Thank you, Maya. I have written to Jonas ")


def test_what_is_wrong_with_a_letter_is_told_beside_it(shown):
    faulty = replace(shown[0], faults=(Fault(9, "says '!' & <b>"), Fault(2, "choppy", warning=True)))
    page = dict(files_of((faulty, shown[1])))["index.html"]

    assert (
        '<p class="fault">Rule 9: says &#x27;!&#x27; &amp; &lt;b&gt;</p><p class="warning">Rule 2: choppy</p>' in page
    )
    assert page.count("Keeps every rule") == 1
    assert "2 letters of 1 kind, 1 with a fault." in page


def test_a_letter_on_a_light_or_dark_screen_asks_no_system_what_it_likes(shown):
    html = shown[0].rendered.html

    assert on_screen(html, "dark").count("@media all {") == html.count("prefers-color-scheme") == 1
    assert on_screen(html, "light").count("@media not all {") == 1
    for scheme in ("light", "dark"):
        assert "light dark" not in on_screen(html, scheme)
        assert f'<meta name="color-scheme" content="{scheme}" />' in on_screen(html, scheme)
