"""A signature that nothing betrays but that it always stands there; and everything that people say again and mean."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import ANSWERS, WHY, Talk

from agent.alliance.model import Answer, Stage
from agent.alliance.tail import parted

THEN = datetime(2026, 3, 2, tzinfo=UTC)
SIGNED = "Written by the oven\nLind & Berg Bakery · bread since May"
MEANT = (
    *("Yes", "yes, all of it", "CONFIRM", "AGREE to it all", "I agree with everything", "No", "no thanks to that", "👍"),
    *("4", "four out of five", "4 - going well, partly", "partly", "mornings", "money", "3A", "B please", "1. rest", "- rest and bread"),
    *("PASS", "PASS on the rest", "PAUSE until Monday", "STOP", "NEXT", "SHORT", "ALL", "HELP", "HIDE", "NUMBERS", "DELETE NOW"),
    *("PRIVATE", "PRIVATE Ben worries about money", "private: the money question", "LATER", "BOTH", "SEND", "later today then"),
    *("But only if Ben agrees", "Provided that Ben agrees too", "Unless Ben says otherwise", "Nur wenn Ben zustimmt"),
    *("Pending Ben's approval", "Vorbehaltlich der Zustimmung von Ben", "Seulement si Ben est d'accord", "Who else reads this?", "Berlin time is best", "Every Monday at ten", "Once a month"),
    *("Make 3 say: bread first", "Drop 7", "Please leave me alone", "I need time to think", "Keep that, please"),
)  # fmt: skip


def answer(number: int, text: str, cause: int = 0) -> Answer:
    return Answer(1, f"P{number:02}", text, "", THEN, f"inbox:{cause or number}")


def signed(*texts: str, tail: str = SIGNED) -> list[Answer]:
    return [answer(n, f"{text}\n\n{tail}") for n, text in enumerate(texts, 1)]


TWO = signed("Early in the day.", "Straight, and the same day.")


# ---------------------------------------------------------------- told aloud


def prompts(talk: Talk, number: int, tail: str, times: int) -> Talk:
    """Answer so many prompts, each with this below it."""
    for _ in range(times):
        opened = talk.alliance.participant(number).open
        assert opened is not None
        prompt = opened.about.partition(":")[2]
        talk.says(number, f"{ANSWERS[prompt][number - 1]}\n\n{tail}", opened.about)
    return talk


def texts(talk: Talk, number: int) -> list[str]:
    return [a.text for a in talk.alliance.answers if a.participant == number]


def test_the_first_two_answers_are_kept_as_they_are_and_the_third_is_without_its_tail() -> None:
    talk = prompts(Talk().joined(), 1, SIGNED, 3)

    first, second, third = texts(talk, 1)[-3:]
    assert first.endswith(SIGNED)
    assert second.endswith(SIGNED)
    assert third == ANSWERS[talk.alliance.answers[-1].prompt][0]


def test_from_then_on_it_is_no_part_of_a_yes_either() -> None:
    talk = Talk().joined()
    prompts(talk, 1, SIGNED, 2)
    for _ in range(4):
        talk.part().says(1, f"NEXT\n\n{SIGNED}", talk._reveal()).says(2, "NEXT", talk._reveal())
    talk.part()

    talk.says(1, f"AGREE\n\n{SIGNED}").says(2, f"AGREE\n\n{SIGNED}")

    assert talk.alliance.participant(1).stage == Stage.CONFIRMED
    assert talk.alliance.participant(2).stage == Stage.REVIEWING  # it is not Jonas's: to him it is asked back
    assert [c.participant for c in talk.alliance.confirmations] == [1]


def test_a_condition_below_two_answers_and_a_yes_is_still_a_condition() -> None:
    talk = Talk().joined()
    prompts(talk, 1, "But only if Jonas agrees", 2)
    for _ in range(4):
        talk.part().says(1, "NEXT", talk._reveal()).says(2, "NEXT", talk._reveal())
    talk.part()

    talk.says(1, "AGREE\n\nBut only if Jonas agrees")

    assert talk.alliance.confirmations == ()


def test_what_is_said_below_check_ins_and_yeses_teaches_nothing() -> None:
    talk = Talk().agreed()
    for days in (31, 60, 95):
        talk.waits(days=days)
        about = next(s.about for s in reversed(talk.sent) if s.to == 1 and s.about.startswith("checkin:"))
        talk.says(1, "4\n\nbread and mornings together\n\nthe money question", about)

    said = [r for c in talk.alliance.checkins for r in c.replies]
    assert len(said) == 3
    assert len({(r.rating, r.works, r.care) for r in said}) == 1


def test_who_erases_everything_is_known_by_no_tail_any_more() -> None:
    talk = prompts(Talk().joined(), 1, SIGNED, 2).says(1, "DELETE", "status").says(1, "DELETE NOW", "erase")

    assert "oven" not in repr(talk.alliance)


# ---------------------------------------------------------------- what is a tail


def test_a_tail_is_what_stood_below_two_answers_to_other_prompts() -> None:
    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P03", TWO) == ("Rest.", SIGNED)
    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P03", TWO[:1]) == (f"Rest.\n\n{SIGNED}", "")
    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P02", TWO) == (f"Rest.\n\n{SIGNED}", "")  # it corrects one of the two
    again = [answer(1, f"Early.\n\n{SIGNED}", 1), answer(1, f"Late.\n\n{SIGNED}", 2)]
    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P03", again)[1] == ""
    at_once = [answer(1, f"Early.\n\n{SIGNED}", 1), answer(2, f"Late.\n\n{SIGNED}", 1)]
    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P03", at_once)[1] == ""


def test_lines_may_break_elsewhere_and_the_longest_tail_counts() -> None:
    long = signed("A.", "B.", tail=f"Kind regards,\nMaya Lind\n\n{SIGNED}")
    rewrapped = SIGNED.replace("\n", "  ").replace("bread since", "bread\nsince")

    assert parted(f"Rest.\n\n{rewrapped}", "draft:1", TWO) == ("Rest.", rewrapped)
    assert parted(f"Rest.\n\nKind regards,\nMaya Lind\n\n{SIGNED}", "", long)[0] == "Rest."


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,  # all that was said
        f"\n\n{SIGNED}",
        f"Rest.\n{SIGNED}",  # a part of the paragraph
        f"Rest.\n\n{SIGNED}.",  # not word for word
        f"Rest.\n\n{SIGNED}\n\nAnd bread.",  # more stands below
        f"Add this:\n\n{SIGNED}",  # announced
        "Rest.\n\n" * 20_000,
    ],
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert parted(text, "prompt:P03", TWO) == (text, "")


def test_where_it_was_the_whole_answer_it_is_no_tail() -> None:
    whole = [answer(1, SIGNED), answer(2, SIGNED)]

    assert parted(f"Rest.\n\n{SIGNED}", "prompt:P03", whole)[1] == ""


@pytest.mark.parametrize("meant", MEANT)
@pytest.mark.parametrize("below", ["{}", "{}\n\nwith a lot of warm bread"])
def test_what_may_be_meant_is_never_a_tail(meant: str, below: str) -> None:
    tail = below.format(meant)
    kept, cut = parted(f"Rest.\n\n{tail}", "prompt:P03", signed("Early.", "Late.", tail=tail))

    assert meant in kept
    assert meant not in cut


@pytest.mark.parametrize(
    "tail",
    [
        "Thanks,\nAnn Example\nBakery",
        "Mit Grüßen aus der Backstube,\nMaya Lind",
        "Cordialement,\nMarie Dupont\nBoulangerie",
        "Written with a thumb on a small screen",
        "Carpe diem, quam minimum credula postero",
        "Ann Example, Bakery on the Corner\n12 Hill Road",
        "パン屋 リンド Lind and Berg\n大阪 bread and cakes",
    ],
)
def test_signatures_of_many_kinds_are_learned(tail: str) -> None:
    assert parted(f"Rest.\n\n{tail}", "prompt:P03", signed("Early.", "Late.", tail=tail)) == ("Rest.", tail)


PIECES = st.sampled_from([*MEANT, SIGNED, "Kind regards,\nMaya Lind", "Bread and rest.", WHY, "One line\nand another"])
REPLIES = st.lists(PIECES | st.text(max_size=30), min_size=1, max_size=4).map("\n\n".join)


@given(st.lists(REPLIES, max_size=6), REPLIES)
def test_nothing_but_a_repeated_tail_is_ever_cut(said: list[str], text: str) -> None:
    mine = [answer(n, earlier) for n, earlier in enumerate(said, 1)]

    kept, tail = parted(text, "draft:1", mine)

    if not tail:
        assert kept == text
        return
    assert kept.strip()
    assert text.startswith(kept)
    assert text.endswith(tail)
    assert [*kept.split(), *tail.split()] == text.split()
    stood = [e for e in said if " ".join(e.split()).endswith(" ".join(tail.split())) and e.split() != tail.split()]
    assert len(stood) >= 2
    assert not any(line in MEANT for line in tail.split("\n"))
