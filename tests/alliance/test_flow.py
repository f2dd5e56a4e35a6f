"""The flow file: its prompts are the article's, and whatever is wrong with one is told at once, with its place."""

from pathlib import Path

import pytest
from talk import FLOW

from agent.alliance.flow import FlowError, load

ARTICLE = {
    "P01": "What would have this be a powerful relationship?",
    "P02": "How will we know if it’s working?",
    "P03": "What can we count on from each other?",
    "P04": "When we are challenged, how do we want to be?",
    "P05": "How will I know when you are stuck?",
    "P06": "What intention (plan or aim) are we out to fulfill?",
    "P07": "What values will we hold together?",
    "P08": "What’s the tone of the relationship we are creating (empowering, supportive, vulnerable, challenging, direct, no-nonsense)? "
    "What works best in our interactions?",
    "P09": "How do you prefer to be acknowledged? What is good acknowledgment to you?",
    "P10": "How do you prefer to be critiqued? What is good feedback to you?",
    "P11": "How do you generally prefer to communicate (email, in person, meetings)? When is the best time to communicate with you?",
    "P12": "What would increase trust between us?",
}


@pytest.mark.row("F07", *ARTICLE)
def test_the_twelve_prompts_are_the_articles_word_for_word() -> None:
    assert {i: p.ask for i, p in FLOW.flow.prompts.items() if i.startswith("P")} == ARTICLE


@pytest.mark.row("F08")
def test_each_prompt_has_the_kind_of_the_specification() -> None:
    kinds = {p.id: p.kind for p in FLOW.flow.counted(short=False)}

    assert {i for i, k in kinds.items() if k == "personal"} == {"P05", "P09", "P10", "P11"}
    assert {i for i, k in kinds.items() if k == "shared"} == {"P01", "P02", "P04", "P06", "P07", "P08"}
    assert {i for i, k in kinds.items() if k == "exchange"} == {"P03", "P12"}


@pytest.mark.row("F11")
def test_the_short_set_has_six_in_order() -> None:
    assert [p.id for p in FLOW.flow.counted(short=True)] == ["P11", "P10", "P06", "P03", "P04", "P12"]
    assert len(FLOW.flow.counted(short=False)) == 12


@pytest.mark.row("F10")
def test_the_four_parts_and_the_time_come_in_the_order_of_the_specification() -> None:
    assert [p.id for p in FLOW.flow.parts] == ["knowing", "purpose", "promises", "trust", "time"]
    assert FLOW.flow.after("time") is None
    assert FLOW.flow.after("trust") == FLOW.flow.part("time")
    assert FLOW.flow.part_of("P05").id == "knowing"


def test_a_flow_is_pinned_by_its_content() -> None:
    content = FLOW.content

    assert load(content).key == FLOW.key
    assert load(content + "\n# one more line\n").key != FLOW.key


def faults(content: str) -> tuple[str, ...]:
    with pytest.raises(FlowError) as error:
        load(content, "x.toml")
    return error.value.complaints


def line_of(content: str, words: str) -> int:
    return next(n for n, line in enumerate(content.splitlines(), 1) if words in line)


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    broken = (
        FLOW.content.replace('kind = "hopes"', 'kind = "hope"')
        .replace("digest_after_days = 5", "digest_after_days = 0")
        .replace("spec = 1", "spec = 2")
    )

    told = faults(broken)
    assert len(told) == 3
    for words, path in (
        ('kind = "hope"', "part.0.prompt.0.kind"),
        ("digest_after_days = 0", "checkin.digest_after_days"),
        ("spec = 2", "spec"),
    ):
        assert any(t.startswith(f"x.toml:{line_of(broken, words)}: {path}") for t in told), told


def test_an_unknown_key_is_told_with_its_line() -> None:
    broken = FLOW.content.replace('version = "1"', 'version = "1"\ncolour = "red"')

    assert faults(broken) == (f"x.toml:{line_of(broken, 'colour')}: colour: Extra inputs are not permitted",)


def test_what_is_no_toml_is_told_with_its_line() -> None:
    [told] = faults("spec = 1\nname = \n")

    assert "line 2" in told


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('id = "P09"', 'id = "P11"', "'P11' is used twice"),
        ('section = "thanks"', 'section = "thank"', "there is no section 'thank'"),
        ('quote = "P11"', 'quote = "P99"', "quotes 'P99'"),
        ('id = "open"', 'id = "opened"', "'open' is needed"),
        ("short = true", "short = false", "at least one must be in the short set"),
        ('section = "stuck"\n', "", "needs a section"),
        ("people = [2, 2]", "people = [3, 9]", "for flows of two people"),
        ('id = "friends"', 'id = "family"', "kind 'family' is there twice"),
        ('us = ["friends",', 'us = ["couple",', "kind friends: 'couple' names couple too"),
        ("[kind.prompt.P03]", "[kind.prompt.P33]", "there is no prompt 'P33'"),
        ('after = "P02"', 'after = "P22"', "there is no prompt 'P22'"),
        ('id = "parting"', 'id = "P12"', "'P12' is used twice"),
        ('section = "end"', 'section = "ending"', "prompt ending: there is no section 'ending'"),
        ('[[kind.side]]\nother = ["client", "coachee", "mentee"]', "[[kind.side]]\nother = []", "at least 1 item"),
    ],
)
def test_what_does_not_hang_together_is_told(old: str, new: str, complaint: str) -> None:
    assert any(complaint in told for told in faults(FLOW.content.replace(old, new)))


def test_a_fault_in_a_kind_is_told_with_its_line() -> None:
    broken = FLOW.content.replace(
        'example = "I stop asking and work late."', 'exmaple = "I stop asking and work late."'
    )

    [told] = faults(broken)
    assert told.startswith(f"x.toml:{line_of(broken, 'exmaple')}: kind.1.prompt.P05.exmaple: Extra inputs")


def test_a_kind_that_cannot_be_known_is_told() -> None:
    mute = '\n[[kind]]\nid = "neighbours"\ntitle = "neighbours"\nopening = "Hello."\n'

    assert any("neighbours: needs words" in told for told in faults(FLOW.content + mute))


def test_the_kind_that_the_docs_show_can_be_used() -> None:
    docs = (Path(__file__).parents[2] / "docs/flows.md").read_text("utf-8")
    shown = [line[4:] for line in docs[docs.index("    [[kind]]") :].splitlines() if line.startswith("    ")]

    flow = load(FLOW.content + "\n" + "\n".join(shown)).flow
    assert list(flow.of("neighbours").prompts).index("keys") == list(flow.prompts).index("P02") + 1


@pytest.mark.row("F53")
def test_a_flow_without_kinds_works() -> None:
    plain = load(FLOW.content[: FLOW.content.index("[[kind]]")]).flow

    assert plain.relationships == ()
    assert plain.of("couple") is plain


def test_every_flow_that_is_shipped_can_be_used() -> None:
    for path in (Path(__file__).parents[2] / "flows").glob("*.toml"):
        assert load(path.read_text("utf-8"), path.name).flow.name == path.stem
