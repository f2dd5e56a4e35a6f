import pytest

from agent.mail.reply import LOST, Reply


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (250, "accepted"),
        (251, "accepted"),
        (421, "transient"),
        (451, "transient"),
        (550, "permanent"),
        (LOST, "unknown"),
    ],
)
def test_a_reply_is_exactly_one_of_four_things(code, what):
    reply = Reply(code, "")

    assert [kind for kind in ("accepted", "transient", "permanent", "unknown") if getattr(reply, f"is_{kind}")] == [
        what
    ]
