"""The checks find what they are for."""

import pytest

from agent.alliance import letters as l
from agent.alliance.lettercheck import faults_of, same_words, shingles
from agent.alliance.samples import samples
from agent.alliance.tone import TONES, sentences, syllables

PROMPT = next(s for s in samples() if isinstance(s, l.Prompt))


def _rows(text, *, subject="A question", letter=PROMPT, html=None, **known):
    html = "<html><body><p>" + text.replace("\n\n", "</p><p>") + "</p></body></html>" if html is None else html
    return {f.row for f in faults_of(letter, subject, text, html, me="Maya", **known) if not f.warning}


def test_a_plain_letter_is_fine():
    assert _rows("Hi Maya,\n\nWhat would you like to do?\n\nPASS skips it.") == set()


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (1, "Hi Maya. PASS skips it. " + "We eat bread. " * 50),
        (2, "Hi Maya. PASS. Considerable organizational communication necessitates extraordinary collaboration."),
        (3, "Hi Maya. PASS skips it. " + "we eat bread and " * 8 + "rest."),
        (5, "Hi Maya.\n\nWho?\n\nWhat?\n\nWhen?\n\nPASS skips it."),
        (6, "Hi Maya.\n\nWhat would you like to do?"),
        (7, "Hi Maya, you still haven’t sent it. PASS skips it."),
        (7, "Hi Maya, this is your last chance. PASS skips it."),
        (8, "Hi Maya, we talk to all stakeholders. PASS skips it."),
        (9, "Hi Maya! PASS skips it."),
        (11, "Hi there. PASS skips it."),
        (11, "Hi Maya, he said yes. PASS skips it."),
        (17, "Hi Maya, great answer. PASS skips it."),
        (17, "Hi Maya, I feel good. PASS skips it."),
    ],
)
def test_a_broken_rule_is_found(row, text):
    assert row in _rows(text)


@pytest.mark.parametrize("subject", ["", "x" * 51, "READ THIS", "A friendly reminder", "Re: hello", "[list] hello"])
def test_a_bad_subject_is_found(subject):
    assert _rows("Hi Maya. PASS skips it.", subject=subject) == {4}


def test_causes_are_found_in_a_digest_only():
    text = "Hi Maya, trust went up thanks to bread. No reply is fine."
    digest = next(s for s in samples() if isinstance(s, l.Digest))

    assert _rows(text, letter=digest) == {16}
    assert _rows(text + " PASS skips it.") == set()


def test_seven_words_in_a_row_are_copied_and_six_are_not():
    copied = shingles("The quick brown fox jumps over the lazy dog.")

    assert _rows("Hi Maya. The quick, brown Fox: jumps over a cat. PASS skips it.", copied=copied) == set()
    assert _rows("Hi Maya. The quick, brown Fox: jumps over the lazy cat. PASS skips it.", copied=copied) == {10}


def test_quoted_words_are_not_ours():
    assert (
        _rows(
            "Hi Maya.\n\n> You must! He said so, great job!\n\nPASS skips it.",
            html="<p>Hi Maya.</p><p>You must! He said so, great job!</p><p>PASS skips it.</p>",
        )
        == set()
    )


def test_hidden_words_are_found():
    assert _rows("Hi Maya, the secret is bread. PASS skips it.", hidden=("secret is bread",)) == {14}


@pytest.mark.row("T73")
@pytest.mark.parametrize(
    "tag",
    [
        '<img src="cid:x">',
        '<img src="cid:x" alt="">',
        '<img alt="x" src="https://a.test/p.gif">',
        '<a href="https://a.test">x</a>',
        '<p style="background:url(x)">x</p>',
    ],
)
def test_pictures_need_words_and_nothing_is_fetched(tag):
    assert 13 in _rows("Hi Maya. PASS skips it.", html=f"<p>Hi Maya. PASS skips it.</p>{tag}")


def test_halves_that_differ_are_found():
    assert _rows("Hi Maya. PASS skips it.", html="<p>Hi Maya. STOP skips it.</p>") == {12}


def test_marks_of_either_half_are_no_words():
    assert same_words("A <b>\n\n> c\n\n- d\n", "<p>A &lt;b&gt;</p><div>c</div><ul><li>d</li></ul>")
    assert not same_words("a b", "<p>b a</p>")


def test_syllables_are_counted_nearly():
    assert [syllables(w) for w in ("I", "make", "table", "changes", "asked", "agreement", "Monday", "idea", "12")] == [
        1,
        1,
        2,
        2,
        1,
        3,
        2,
        2,
        1,
    ]


def test_the_grade_rises_with_words_and_sentences():
    assert TONES["en"].grade("") == 0
    assert TONES["en"].grade("We eat. We rest.") < 0
    assert TONES["en"].grade("We raise every problem on the same day.") < TONES["en"].grade(
        "We consistently communicate regarding every organizational difficulty."
    )
    assert sentences("One. Two? “Three.” Four\nFive ...") == ("One.", "Two?", "“Three.", "Four", "Five")
