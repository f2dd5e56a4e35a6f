"""SIGKILL at any moment: what was answered with 250 is done exactly once; letters go out at least once, unchanged (R1)."""

import pytest
from house.storm import Sink, Storm, wrong
from long import size, tell
from ports import free_port


@pytest.mark.row("R1")
@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test's own clients, cut off
async def test_no_reply_is_lost_or_done_twice_when_the_service_is_killed(url: str) -> None:
    replies, rounds, kills = size((40, 1, 5), (10_000, 20, 200))
    sink = Sink()
    storm = Storm(url, free_port(), await sink.inbound.start(), sink)

    found = await storm.rage(replies, rounds, [kills])
    await sink.inbound.stop()

    tell(f"kills {url.partition(':')[0]}", found)
    assert not wrong(found), found
