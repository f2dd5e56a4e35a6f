"""Lists of people, numbers for each, and whom to invite: from any text, and from the text alone (S40, S41, S44)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alliance.words import (
    Named,
    Saving,
    asks_for_bank,
    called,
    read_person,
    read_relationships,
    read_savings,
    read_whom,
    say_savings,
)

THREE = (Named("Lee", "my sister"), Named("Jo", "boss"), Named("Kit", "best mate"))
PIECES = st.sampled_from(
    [
        "Lee",
        "Jo",
        "kit",
        "Tom",
        "my sister",
        "my boss",
        "8",
        "9",
        "4",
        "10",
        "11",
        "7.5",
        "eight",
        "zero",
        ",",
        ";",
        "\n",
        ".",
        ": ",
        "-> ",
        "/",
        "/10",
        "of",
        "or",
        "not",
        "(",
        ")",
        "and",
        "1. ",
        "- ",
        "now",
        "PASS",
        "?",
        "’",
        "\u200b",
        "李",
        "is at",
        "is",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map(" ".join))


@pytest.mark.row("S40")
@pytest.mark.parametrize(
    "text",
    [
        "Lee my sister\nJo (boss)\nKit, best mate",
        "1. Lee - my sister\n2. Jo: boss\n3. Kit (best mate)",
        "- Lee, my sister\n- Jo, boss\n- Kit = best mate",
        "Lee, my sister; Jo, boss and Kit, best mate",
        "Hi,\n\nLee (my sister), Jo (boss), Kit (best mate)\n\nSam",
        "The most important ones are Lee, my sister, Jo (boss) and Kit, best mate.",
        "lee (my sister)\njo: boss\nkit best mate",
    ],
)
def test_a_list_is_read_in_any_form(text: str) -> None:
    assert read_relationships(text, ("Sam", "Sam Hill")) == THREE


@pytest.mark.row("S40")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lee, Jo and Kit", ["Lee", "Jo", "Kit"]),
        ("lee, jo, kit", ["Lee", "Jo", "Kit"]),
        ("Mum", ["Mum"]),
        ("my sister Ann, my boss Jo", ["Ann", "Jo"]),
        ("my sister\nmy boss", ["my sister", "my boss"]),
        ("Ann, my sister in London", ["Ann"]),
        ("Ann (sister)\nAnn (boss)\nJo", ["Ann (sister)", "Ann (boss)", "Jo"]),
        ("Anna Maria, my aunt\nDr. Kim", ["Anna Maria", "Dr. Kim"]),
        ("Åsa\nÉmile, un ami\n李", ["Åsa", "Émile", "李"]),
        ("It is hard to say, to be fair.", []),
        ("I would rather not", []),
        ("hm", []),
        ("", []),
    ],
)
def test_names_are_told_from_who_they_are(text: str, names: list[str]) -> None:
    assert [n.name for n in read_relationships(text)] == names


@pytest.mark.row("S41")
@pytest.mark.parametrize(
    "text",
    [
        "Lee 8 9, Jo 4 8, kit 9 9",
        "Lee 8 of 9, Jo 4 of 8, Kit 9 of 9",
        "Lee: 8 -> 9\nJo: 4->8\nKit: 9 → 9",
        "Lee, my sister: 8, 9\nJo (boss): 4, 8\nKit = 9, 9",
        "1. Lee 8,9\n2. Jo 4,8\n3. Kit 9,9",
        "Lee 8/9 Jo 4/8 Kit 9/9",
        "lee eight nine; jo four eight; kit nine nine",
        "Lee is at 8 and I'd like 9. Jo 4 now, hoped for 8. Kit 9, 9 because we talk a lot",
        "Lee 8/10 9/10, Jo 4 out of 10, 8 out of 10, Kit 9/10, 9/10",
        "Lee\n8\n9\nJo\n4\n8\nKit\n9\n9",
        "Jo 4 8\nKit 9 9\nLee 8 9\n\nThanks for asking",
    ],
)
def test_numbers_are_read_in_any_form(text: str) -> None:
    found = read_savings(text, THREE)

    assert found.unclear == ()
    assert set(found.savings) == {Saving("Lee", 8, 9), Saving("Jo", 4, 8), Saving("Kit", 9, 9)}


@pytest.mark.row("S41")
@pytest.mark.parametrize(
    "piece",
    [
        "Jo 4 or 5", "Jo 4-5", "Jo between 4 and 5", "Jo not 4 but 5", "Jo 11 8", "Jo 7.5", "Jo 7,5", "Jo 4/10", "Jo 4 8 9", "Jo 4%",
        "Jo -1", "Tom 4 8", "4 8", "Jo 40", "Jo maybe less than 4 8", "Jo was 4 last year 8 now", "Jo 4½",
    ],
)  # fmt: skip
def test_what_is_not_plain_gives_no_number(piece: str) -> None:
    found = read_savings(f"{piece}\nLee 8 9", THREE)

    assert found.savings == (Saving("Lee", 8, 9),)
    assert found.unclear == (piece,)


@pytest.mark.row("S41")
def test_two_numbers_for_one_person_are_doubtful() -> None:
    found = read_savings("Jo 4 8, Kit 9 9, Jo 5 8", THREE)

    assert (found.savings, found.unclear) == ((Saving("Kit", 9, 9),), ("Jo 4 8", "Jo 5 8"))


def test_one_number_is_the_one_for_now_and_one_person_needs_no_name() -> None:
    assert read_savings("Jo 4", THREE).savings == (Saving("Jo", 4),)
    assert read_savings("7 9", THREE[:1]).savings == (Saving("Lee", 7, 9),)
    assert say_savings((Saving("Jo", 4), Saving("my sister", 0, 10))) == "Jo 4 and your sister 0 of 10"


def test_a_name_that_two_share_names_neither() -> None:
    two = read_relationships("Ann (sister)\nAnn (boss)")

    assert read_savings("Ann 4 8", two).savings == ()
    assert read_savings("Ann (boss) 4 8", two).savings == (Saving("Ann (boss)", 4, 8),)


@pytest.mark.row("S44")
@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Jo", "Jo", ""),
        ("jo please", "Jo", ""),
        ("Yes, let's invite Jo.", "Jo", ""),
        ("Hi, Kit!", "Kit", ""),
        ("Jo, jo@example.org", "Jo", "jo@example.org"),
        ("invite Tom", "Tom", ""),
        ("Tom Berg, tom@example.org", "Tom Berg", "tom@example.org"),
        ("jo@example.org", "", "jo@example.org"),
    ],
)
def test_a_name_invites(text: str, name: str, address: str) -> None:
    found = read_whom(text, THREE)

    assert (found.verdict, found.name, found.address) == ("invite", name, address)


@pytest.mark.row("S44")
@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "maybe Jo",
        "not Jo",
        "Jo and Kit",
        "Jo?",
        "Tom",
        "I told Jo",
        "a@example.org b@example.org",
        "",
        "Jo is 5",
    ],
)
def test_anything_else_invites_nobody(text: str) -> None:
    assert read_whom(text, THREE).verdict == "unclear"


@pytest.mark.parametrize("text", ["DONE", "done, thanks", "No thanks.", "nobody", "I'm done!"])
def test_done_is_done(text: str) -> None:
    assert read_whom(text, THREE).verdict == "done"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kit", ("Kit", "")),
        ("what about Kit?", ("Kit", "")),
        ("Kit: more calls", ("Kit", "more calls")),
        ("Kit wants more calls", ("", "Kit wants more calls")),
        ("Lee or Kit", ("", "Lee or Kit")),
        ("her boss: me", ("", "her boss: me")),
    ],
)
def test_a_name_alone_is_told_from_words_about_somebody(text: str, found: tuple[str, str]) -> None:
    assert read_person(text, THREE) == found


@pytest.mark.row("S40")
@pytest.mark.parametrize(
    ("subject", "text", "wanted"),
    [
        ("trust bank", "Hello", True),
        ("Hello", "I'd like to try the trust bank thing.", True),
        ("Hi", "Could I do a Trust-Bank first?", True),
        ("Jonas and me", "Jonas (jonas@example.org) and I run a trust bank together.", False),
        ("Jonas and me", "We are opening a bakery.", False),
        ("", "I trust my bank", False),
    ],
)
def test_a_bank_is_asked_for_in_free_words(subject: str, text: str, wanted: bool) -> None:
    assert asks_for_bank(subject, text) is wanted


# ---------------------------------------------------------------- whatever the text


@given(TEXTS)
def test_names_come_from_the_text_and_each_once(text: str) -> None:
    found = read_relationships(text)

    plain = " ".join(re.sub(r"[’‘`´ʼ]", "'", text).casefold().split())
    assert all(part.strip("()").casefold() in plain for n in found for part in n.name.split())
    assert len({n.name for n in found}) == len(found)
    assert all(called(n.name) for n in found)


@given(TEXTS)
def test_numbers_come_from_the_text_and_each_person_once(text: str) -> None:
    words = {"zero": 0, "eight": 8}
    there = {int(n) for n in re.findall(r"\d+", text) if len(n) < 5} | {
        n for w, n in words.items() if w in text.casefold()
    }
    spelled = re.search(r"one|two|three|four|five|six|seven|nine|ten", text, re.IGNORECASE)
    found = read_savings(text, THREE)

    assert len({s.name for s in found.savings}) == len(found.savings)
    for s in found.savings:
        assert s.name in ("Lee", "Jo", "Kit")
        assert s.name.casefold() in text.casefold()
        assert 0 <= s.now <= 10
        assert spelled or {s.now} | ({s.hoped} if s.hoped is not None else set()) <= there


@given(TEXTS)
def test_who_is_invited_stands_in_the_text(text: str) -> None:
    found = read_whom(text, THREE)

    assert found.name.casefold() in " ".join(text.casefold().split())
    assert found.address in text
    assert (found.verdict == "invite") >= bool(found.name or found.address)
    read_person(text, THREE)
    asks_for_bank(text, text)
