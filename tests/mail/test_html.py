import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.mail.html import text_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        (
            '<p class="MsoNormal">One</p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Two<o:p></o:p></p>',
            "One\n\nTwo",
        ),
        ('<p class="MsoNormal">One</p>\n<p class="MsoNormal">Two</p>', "One\nTwo"),
        ('<p style="margin: 0px;">One</p><p style="margin-top:0; margin-bottom:0">Two</p>', "One\nTwo"),
        ('<p style="margin: 0 0 1em">One</p><p>Two</p>', "One\n\nTwo"),
        ('<p style="margin-top:0.5em; margin-bottom:0.5em">One</p>Two', "One\n\nTwo"),
        ('<p style="margin-top:0; margin-bottom:1em">One</p>Two', "One\n\nTwo"),
        ('<p style="margin-bottom:0pt; margin-top:0.0pt !important">One</p>Two', "One\nTwo"),
        ('<p class="MsoNormal" style="margin-bottom:8pt">One</p>Two', "One\n\nTwo"),
        ('<p class="MsoNormal" style="margin:0cm 0cm 8.0pt 36pt">One</p>Two', "One\n\nTwo"),
        ('<p class="MsoNormal" style="margin:0cm 0cm 0.0001pt 36pt">One</p>Two', "One\nTwo"),
        ('<p class="MsoNormal" style="color:red;margin:auto">One</p>Two', "One\nTwo"),
        ("<div>One</div><div>&nbsp;</div><div>Two</div>", "One\n\nTwo"),
        ('<div style="white-space: pre-wrap">One\nTwo\n\nThree</div>Four\nFive', "One\nTwo\n\nThree\nFour Five"),
        (
            '<p style="white-space:pre-line">One\n<span style="white-space:normal">Two\nThree</span></p>',
            "One\nTwo Three",
        ),
        ('<i style="white-space:pre">One</i>\n<i style="white-space:pre">Two</i>', "One Two"),
        ('<div style="white-space:pre"><div>One</div>\n\n<div>Two</div></div>', "One\nTwo"),
        ('<span style="display:block">One</span><span style="display: block">Two</span><b>, no</b>', "One\nTwo\n, no"),
        ('<b style="display:inline-block">One</b><b style="display:inline">Two</b>', "OneTwo"),
        ("<style>p .a, div#b{white-space:pre-wrap}</style><i class='x a'>One\nTwo</i>\nThree", "One\nTwo Three"),
        (
            "<style><!--\n@media x{span.b:hover {color: red; display: block}}--></style><span class=b>One</span>Two",
            "One\nTwo",
        ),
        ("<style>span{color:red} q.a{white-space:pre}</style><span>One\nTwo</span>", "One Two"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br/><br/>Three", "One\nTwo\n\nThree"),
        ("<ul><li>One<li>Two</ul>", "- One\n- Two"),
        ("<ol start=3><li>One</li><li>Two</li></ol>", "3. One\n4. Two"),
        ("<ul><li>One<ul><li>Inner</li></ul></li></ul>", "- One\n  - Inner"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a&nbsp;&amp;&#8203; b", "a & b"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ('<img alt="🙂"> <img alt="Our logo">', "🙂"),
        ('Yes <img alt=":rolleyes:"><img alt=";-)"><img alt="Re: logo">', "Yes :rolleyes:;-)"),
        ("<style>.gone{text-decoration:line-through}</style><b class=gone>Yes</b> No", "~~Yes~~ No"),
        ("", ""),
        ("<html></html>", ""),
        ("<!-- nothing -->", ""),
    ],
)
def test_layout_becomes_lines(source, expected):
    assert text_of(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "Gladly<blockquote>Will you?</blockquote>",
        '<div>Gladly</div><div class="gmail_quote"><div class="gmail_attr">On Monday:</div><blockquote class="gmail_quote">Will you?</blockquote></div>',
        '<p>Gladly</p><div class="moz-cite-prefix">On Monday:</div><blockquote type="cite">Will you?</blockquote>',
        '<p>Gladly</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: us</div><div>Will you?</div>',
        '<p>Gladly</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><b>From:</b> us</div><p>Will you?</p>',
        '<p>Gladly</p><div class="yahoo_quoted">Will you?</div>',
        '<p>Gladly</p><div class="protonmail_quote">Will you?</div>',
        '<p>Gladly</p><div id="mail-editor-reference-message-container"><div>Will you?</div></div>',
        '<div class="x_x">Gladly</div><div id="x_divRplyFwdMsg">Will you?</div>',
    ],
)
def test_an_earlier_mail_is_marked_as_a_quote(source):
    typed = [line for line in text_of(source).split("\n") if not line.startswith(">")]

    assert "\n".join(typed).strip() == "Gladly"
    assert "> Will you?" in text_of(source)


def test_an_indented_paragraph_is_no_quote():
    assert text_of('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Gladly</blockquote>') == "Gladly"


def test_words_between_two_quotes_stay_unmarked():
    assert "\nGladly\n" in text_of("<blockquote>One?</blockquote><div>Gladly</div><blockquote>Two?</blockquote>")


@pytest.mark.row("T45")
@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "display : none !important",
        "visibility: hidden",
        "font-size:0",
        "font-size: 0px; color: red",
        "mso-hide:all",
        "opacity:0",
        "max-height:0;overflow:hidden",
        "color:#ffffff",
        "color: white; background-color: #fff",
        "color:rgb(255, 255, 255)",
    ],
)
def test_what_nobody_can_see_never_counts(style):
    assert text_of(f'<p>No</p><p style="{style}">I <b>agree</b></p>after').replace("\n", "") == "Noafter"


@pytest.mark.parametrize(
    "source",
    [
        '<p style="font-size:10px">Yes</p>',
        '<p style="font-size:0.9em">Yes</p>',
        '<p style="max-height:0">Yes</p>',
        '<p style="background-color:white">Yes</p>',
        '<td style="background:#222"><a style="color:#fff">Yes</a></td>',
        '<table bgcolor="#000"><tr><td><a style="color:#fff">Yes</a></td></tr></table>',
        '<p style="opacity:0.8">Yes</p>',
        '<p style="line-height:0;font-size:14px">Yes</p>',
    ],
)
def test_what_can_be_seen_counts(source):
    assert text_of(source) == "Yes"


@pytest.mark.parametrize("tag", ["script", "style", "title", "template", "noscript"])
def test_what_is_no_text_is_left_out(tag):
    assert text_of(f"<p>Yes</p><{tag}>No</{tag}>") == "Yes"


def test_space_and_pictures_are_no_words():
    assert not text_of("<p>&nbsp;<img src=x></p>").strip()


def test_too_deep_to_read_still_ends():
    assert isinstance(text_of("<div>" * 10_000 + "x"), str)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<ol start=x>",
                "<li>",
                "</ol>",
                "<br>",
                "<blockquote>",
                "</div>",
                "<div style='color:white'>",
                "<",
                ">",
                "&#0;",
                "&#xd800;",
                "word",
                "\x00",
                "\ud800",
                "<pre>",
                "\n",
                "<td>",
                "<!--",
                "-->",
                "<![CDATA[",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_no_html_breaks_the_reader(source):
    text_of(source).encode()
