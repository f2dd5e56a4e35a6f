"""The first yes of each person, and a no that needs no reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.words import read_approval, read_invitation

NO = st.sampled_from(
    ["No thanks", "No", "no thank you", "I'd rather not", "Not interested", "No, sorry", "NO THANKS", "I don't want to"]
)
REASON = st.sampled_from(
    ["I have no time", "the choir is too much for me as it is", "I'm too busy with the kids", "it would be too much", "I am not a group person", "she knows why",
     "I'm not sure what for", "we talked about it", "it's not for me", "I never liked such things", "can't do it"]
)  # fmt: skip


@pytest.mark.row("F05")
@settings(max_examples=80, deadline=None)
@given(
    NO,
    REASON,
    st.sampled_from(["{n}, {r}.", "{n}. {r}.", "{n} - {r}", "{n}\n{r}", "{n} because {r}", "Hi Maya, {n}: {r}"]),
)
def test_a_reason_given_with_a_no_leaves_it_a_no(no: str, reason: str, shape: str) -> None:
    assert read_invitation(shape.format(n=no, r=reason)).verdict == "no"


@pytest.mark.row("F05")
@pytest.mark.parametrize(("text", "verdict"), [
    ("No thanks needed, yes!", "yes"), ("No problem, yes", "yes"), ("No doubt, yes", "yes"), ("No hard feelings, yes!", "yes"), ("No worries, sure", "yes"),
    ("No thanks, but maybe later", "not_now"), ("No thanks, ask me again next year", "not_now"), ("No time right now", "not_now"), ("busy", "not_now"),
    ("No, yes", "unclear"), ("No way! Yes, count me in", "unclear"), ("No, I mean yes", "unclear"), ("No, unless Maya insists", "unclear"),
    ("No, but I could do the short one", "unclear"), ("No if he pays", "unclear"), ("No one told me about this", "unclear"), ("No idea", "unclear"),
    ("No thanks. How long would it take?", "question"),
])  # fmt: skip
def test_what_only_begins_like_a_no_is_none(text: str, verdict: str) -> None:
    assert read_invitation(text).verdict == verdict


@pytest.mark.row("F04")
@pytest.mark.parametrize(
    "text",
    [
        "Yes. Aber nur wenn du zahlst",
        "Yes\nNein",
        "Sure. Mais pas maintenant.",
        "OK. Pero solo si vienes",
        "Yes. Если ты заплатишь",
        "Yes. 吗",
        "Yes. Bit nervous, bu吗t yes",
        "\u202eton ma I\u202c nervous, but yes",
    ],
)
def test_a_remark_in_another_language_may_turn_a_yes_around_too(text: str) -> None:
    assert read_invitation(text).verdict == "unclear"


@pytest.mark.row("F04")
@pytest.mark.parametrize("text", ["Yes. Bit nervous, but yes", "Yes! Ich freue mich.", "Yes. Zoë is curious too"])
def test_a_harmless_remark_leaves_a_yes_a_yes(text: str) -> None:
    assert read_invitation(text).verdict == "yes"


@pytest.mark.row("F03")
@pytest.mark.parametrize("text", [
    "SHORT, please", "Send it, but the short one please", "send the short set", "yes, the short set", "I'd prefer the short set", "Send it. Short set please.",
    "Looks great! Send, but make it the short set.", "let's take the short version", "the short version sounds better to me",
])  # fmt: skip
def test_words_that_only_choose_the_short_set_send_it(text: str) -> None:
    reading = read_approval(text)

    assert (reading.verdict, reading.short) == ("short", True)


@pytest.mark.parametrize("text", [
    "yes, send it", "Go ahead", "looks good, send", "yes please", "perfect, go", "all good, send it off", "the full set please", "Send it please, thank you! Maya",
    "not the short one",
])  # fmt: skip
def test_a_plain_go_sends_the_full_set(text: str) -> None:
    reading = read_approval(text)

    assert (reading.verdict, reading.short) == ("send", False)


@pytest.mark.parametrize(("text", "verdict", "short"), [
    ("short set, but call him Jo", "change", True), ("Make it shorter", "change", False), ("Yes but", "change", False), ("Send it, but tell him I love bread", "change", False),
    ("Can we take the short set?", "question", True), ("Don't send it. Short set.", "unclear", True), ("looks good", "unclear", False),
])  # fmt: skip
def test_what_says_more_than_the_set_is_kept_and_nothing_is_sent(text: str, verdict: str, short: bool) -> None:
    reading = read_approval(text)

    assert (reading.verdict, reading.short, reading.text) == (verdict, short, text)


@pytest.mark.parametrize("text", ["Sounds good but", "yes, but", "Sure and"])
def test_a_yes_that_goes_on_and_breaks_off_is_asked_about(text: str) -> None:
    assert read_invitation(text).verdict == "unclear"


@pytest.mark.parametrize(("text", "verdict"), [
    ("Send it to Jonas", "send"), ("send to jonas berg please", "send"), ("Send it to him", "send"), ("send it to nobody", "change"), ("send to Peter", "change"),
])  # fmt: skip
def test_it_is_sent_to_the_partner_and_to_nobody_else(text: str, verdict: str) -> None:
    assert read_approval(text, ("Jonas", "Jonas Berg")).verdict == verdict


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u00ad", "\u2060"])
@pytest.mark.parametrize(
    "text", ["Yes, I agree to all 6 6 points.", "Yes, happy to", "Yes if Tom agrees", "No thanks, not now"]
)
def test_what_nobody_sees_ends_no_sentence(text, unseen):
    for at in range(len(text) + 1):
        if text[at : at + 1] in ("", " "):
            read = read_invitation(text[:at] + unseen + text[at:])
            assert read.verdict == read_invitation(text).verdict


@pytest.mark.row("T54")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("NOT ME", "not_me"),
        ("not me, sorry", "not_me"),
        ("No. That's not me.", "not_me"),
        ("You have the wrong person.", "not_me"),
        ("Das bin ich nicht.", "not_me"),
        ("NICHT ICH", "not_me"),
        ("Ich nicht.", "unclear"),
        ("Not me. Yes!", "unclear"),
        ("Not me, but go on", "unclear"),
        ("Not me. I am another Jonas.", "unclear"),
        ("Not me? What is this about?", "question"),
        ("not me alone, please", "unclear"),
    ],
)
def test_not_me_is_for_ever_and_so_it_stands_alone(text: str, verdict: str) -> None:
    assert read_invitation(text).verdict == verdict
