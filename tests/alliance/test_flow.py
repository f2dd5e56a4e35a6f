"""The flow file: its prompts are the article's, and whatever is wrong with one is told at once, with its place."""

import json
import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from talk import FLOW

from agent.alliance.flow import Flow, FlowError, load, schema, with_translations
from agent.alliance.translation import Translation

BASE = FLOW.content.split("\f", maxsplit=1)[0]  # without its translations
FLOWS = Path(__file__).parents[2] / "flows"

FLOWS = Path(__file__).parents[2] / "flows"
# What the article asks, one hash for each prompt: its words stand in the flow files alone.
ARTICLE = dict(
    line.split() for line in (Path(__file__).parents[1] / "letters/prompts.sha256").read_text("ascii").splitlines()
)


def asks(flow: str) -> dict[str, str]:
    """The hash of what each prompt of a shipped flow asks."""
    prompts = [p for part in tomllib.loads((FLOWS / f"{flow}.toml").read_text("utf-8"))["part"] for p in part["prompt"]]
    return {p["id"]: sha256(p["ask"].encode()).hexdigest() for p in prompts}


@pytest.mark.row("F07", "P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P11", "P12")
def test_the_twelve_prompts_are_the_articles_word_for_word() -> None:
    ours = {i: found for i, found in asks("one_to_one").items() if re.fullmatch(r"P\d\d", i)}

    assert ours == {i: found for i, found in ARTICLE.items() if i.startswith("P")}
    assert len(ours) == 12


@pytest.mark.row("F07", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9")
def test_the_nine_prompts_of_a_team_are_the_articles_word_for_word() -> None:
    ours = {i: found for i, found in asks("team").items() if re.fullmatch(r"Q\d", i)}

    assert ours == {i: found for i, found in ARTICLE.items() if i.startswith("Q")}
    assert len(ours) == 9


@pytest.mark.row("F07", "S40", "S41", "S42")
def test_the_three_questions_of_the_trust_bank_are_the_articles_word_for_word() -> None:
    assert {ARTICLE["S40"], ARTICLE["S41"], ARTICLE["S42"]} <= set(asks("trust_bank").values())


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

    [told] = faults(broken)

    assert told.startswith(
        f"x.toml:{line_of(broken, 'colour')}: colour: there is no such key; the keys here are spec, "
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "meant"),
    [
        ('hint = "Two', 'hnt = "Two', "part.0.prompt.1.hnt", "hint"),
        ("digest_after_days", "digest_after_day", "checkin.digest_after_day", "digest_after_days"),
        ('[[part]]\nid = "trust"', '[[parts]]\nid = "trust"', "parts", "part"),
        ("[prompt.P09]\nsubject", "[prompt.P09]\nsubjct", "prompt.P09.subjct", "subject"),
    ],
)
def test_a_key_that_is_nearly_right_is_told_with_the_one_that_was_meant(old, new, path, meant):
    broken = FLOW.content.replace(old, new, 1)

    assert any(f": {path}: there is no such key; did you mean {meant!r}?" in told for told in faults(broken))


def test_a_fault_that_names_a_table_is_told_where_it_stands():
    broken = FLOW.content.replace('section = "thanks"', 'section = "thank"', 1)

    line = line_of(broken, 'id = "P09"') - 1

    assert faults(broken) == (f"x.toml:{line}: part.0.prompt.3: prompt P09: there is no section 'thank'",)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[prompt.P12]", "[prompt.P99]", "prompt.P99: translation de: prompt 'P99' is not in the flow"),
        ('count = "Worauf', 'counts = "Worauf', "section.counts: translation de: section 'counts' is not in the flow"),
        ("{a} bittet {b}", "{a} bittet", "words.asks: translation de: words 'asks': does not have the same slots"),
        ('"direkt", ', "", "has not as many choices"),
    ],
)
def test_a_translation_that_does_not_fit_is_told_in_its_own_file(old, new, complaint):
    found = faults(FLOW.content.replace(old, new, 1))

    assert [told.startswith("de/x.toml:") and complaint in told for told in found] == [True]


def test_a_flow_is_the_same_in_every_language_but_for_its_words():
    said, told = FLOW.flow, FLOW.flow.told_in("de")

    assert said.told_in("tlh") is said
    assert [(p.id, p.kind, p.section, p.short) for p in said.prompts.values()] == [
        (p.id, p.kind, p.section, p.short) for p in told.prompts.values()
    ]
    assert all(p.ask != told.prompts[p.id].ask for p in said.prompts.values())
    assert told.told_in("de") is told


def test_what_is_not_translated_is_read_in_the_flows_own_words():
    partly = load(with_translations(BASE, 'language = "de"\n[prompt.P09]\nask = "Wie?"\n')).flow

    assert partly.told_in("de").prompts["P09"].ask == "Wie?"
    assert partly.told_in("de").prompts["P10"] == partly.prompts["P10"]


def test_a_flow_for_two_needs_the_why_that_the_invitation_tells():
    own = BASE.replace('id = "why"\ncounted', 'id = "reason"\ncounted')

    assert any("one with id and kind 'why' is needed" in told for told in faults(own))


def test_the_schemas_for_editors_are_current():
    for form, name in ((Flow, "flow"), (Translation, "translation")):
        written = (FLOWS / f"{name}.schema.json").read_text("utf-8")

        assert json.loads(written) == json.loads(json.dumps(schema(form)))


def test_every_shipped_flow_names_its_schema_in_its_first_line():
    for path in FLOWS.glob("**/*.toml"):
        named = path.read_text("utf-8").splitlines()[0].removeprefix("#:schema ")

        assert (path.parent / named).is_file(), path


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
    assert told.startswith(f"x.toml:{line_of(broken, 'exmaple')}: kind.1.prompt.P05.exmaple: there is no such key")


def test_a_kind_that_cannot_be_known_is_told() -> None:
    mute = '\n[[kind]]\nid = "neighbours"\ntitle = "neighbours"\nopening = "Hello."\n'

    assert any("neighbours: needs words" in told for told in faults(BASE + mute))


def test_the_kind_that_the_docs_show_can_be_used() -> None:
    docs = (Path(__file__).parents[2] / "docs/flows.md").read_text("utf-8")
    shown = [
        line[4:]
        for line in docs[docs.index("    [[kind]]") : docs.index("| `id`, `title`")].splitlines()
        if line.startswith("    ")
    ]

    flow = load(BASE + "\n" + "\n".join(shown)).flow
    assert list(flow.of("neighbours").prompts).index("keys") == list(flow.prompts).index("P02") + 1


@pytest.mark.row("F53")
def test_a_flow_without_kinds_works() -> None:
    plain = load(FLOW.content[: FLOW.content.index("[[kind]]")]).flow

    assert plain.relationships == ()
    assert plain.of("couple") is plain


def test_every_flow_that_is_shipped_can_be_used() -> None:
    for path in FLOWS.glob("*.toml"):
        assert load(path.read_text("utf-8"), path.name).flow.name == path.stem


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{a} asks {b}", "{x} asks {b}", "words: asks: there is no slot {x} here"),
        ('both = "both"', 'both = "both {"', "words: both: has a brace of which there is no other half"),
        ("first = [30, 90]", "first = [30, 14]", "checkin.first: days from 1 on, each after the one before it"),
        ("people = [2, 2]", "people = [3, 2]", "people: the least number comes first"),
    ],
)
def test_what_could_not_be_filled_in_is_told_before_anybody_is_asked(old: str, new: str, told: str) -> None:
    assert old in FLOW.content
    [fault] = faults(FLOW.content.split("\f")[0].replace(old, new, 1))

    assert told in fault


def test_a_part_whose_only_prompt_is_wrong_is_not_said_to_be_empty_as_well() -> None:
    [part] = [p for p in FLOW.flow.parts if p.id == "trust"]
    broken = FLOW.content.replace(
        f'id = "{part.prompts[0].id}"\nkind = "exchange"', f'id = "{part.prompts[0].id}"\nkind = "odd"'
    )

    assert ["kind" in told for told in faults(broken)] == [True]
