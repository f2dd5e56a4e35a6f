"""Whatever is said to a trust bank, in any order, to any of its letters: nothing raises, and nobody else hears a word of it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from test_bank import GUESS, LIST, NUMBERS, QUESTION, Bank

from agent.alliance.model import Phase

SAID = st.one_of(
    st.sampled_from([
        LIST, NUMBERS, GUESS, QUESTION, "Jo", "Kit", "Kit: more calls", "my sister\nmy boss", "Jo 5", "Jo 4 or 5", "8 9", "LATER", "PASS", "DONE",
        "BOTH", "HELP", "STATUS", "SHOW", "ALL", "NEXT", "PAUSE", "pause until 12 May", "STOP", "ERASE", "DELETE NOW", "MY DATA", "TRUST BANK",
        "what do you mean?", "who is this?", "thanks", "ok", "PRIVATE", "PRIVATE canary", "", "?", "Jo, jo@example.org", "invite Tom", "I want to die",
        "change my answer", "change my answer about your question: what else?", "RESUME", "BACK", "1: Lee\n2: Jo", "no",
    ]),
    st.text(max_size=60),
)  # fmt: skip
ABOUT = st.sampled_from(
    ["prompt:people", "prompt:savings", "prompt:guess", "prompt:questions", "page", "erase", "paused", "info", "rest:page", "rest:prompt:guess",
     "done", "was:inbox:1"]
)  # fmt: skip
STEPS = st.lists(st.tuples(SAID, ABOUT, st.integers(0, 40)), max_size=14)


@given(STEPS)
def test_all_letters_go_to_the_one_person_and_what_starts_holds_a_name_alone(steps: list[tuple[str, str, int]]) -> None:
    talk = Bank().begins()
    for text, about, days in steps:
        opened = talk.alliance.participants[0].open
        talk.sam(text, about=opened.about if opened and days % 2 else about).waits(days=days)

        assert {s.to for s in talk.sent} == {1}
        assert talk.wake is None or talk.wake > talk.now - timedelta(seconds=1)
        assert talk.alliance.phase in (Phase.ASKING, Phase.ENDED)
    for start in talk.starts:
        assert (start.subject, start.text) == ("", "")
        assert len(start.whom.split()) <= 5
