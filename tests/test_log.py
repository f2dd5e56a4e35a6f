"""The log: what happened, never what anybody said."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.log import KEYS, WITHHELD, configure, gate


@pytest.fixture
def lines():
    """Configure the log, and give what was written to it, read back."""
    stream = io.StringIO()
    configure("info", "json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)


def test_ids_counts_and_durations_are_said(lines):
    structlog.get_logger().info("kept", inbox=17, bytes=2048, duration_ms=1.5, cause="inbox:17")

    [line] = lines()
    assert {k: v for k, v in line.items() if k != "timestamp"} == {
        "event": "kept",
        "level": "info",
        "inbox": 17,
        "bytes": 2048,
        "duration_ms": 1.5,
        "cause": "inbox:17",
    }


def test_an_instant_is_written_with_its_zone(lines):
    structlog.get_logger().info("waiting", due=datetime(2026, 5, 1, tzinfo=UTC))

    assert lines()[0]["due"] == "2026-05-01T00:00:00+00:00"


@pytest.mark.parametrize("key", ["text", "words", "subject", "address", "token", "sender", "name", "body", "anything"])
def test_a_key_that_may_hold_words_is_withheld(lines, key):
    structlog.get_logger().info("kept", **{key: "Jonas"})

    assert lines()[0][key] == WITHHELD


@pytest.mark.parametrize(
    "value",
    [
        "I worry that we lose it",
        "ann@example.org",
        "aabcdefghijklmnopqrstuvwxyz234567abcdefg",  # as a reply token looks
        "550 5.1.1 <ann@example.org>: no such user",
        ["words"],
        {"words": 1},
        b"words",
        ValueError("words"),
    ],
)
def test_a_listed_key_may_not_hold_a_sentence_an_address_or_a_token(lines, value):
    structlog.get_logger().info("refused", reason=value)

    assert lines()[0]["reason"] == WITHHELD


def test_what_happened_is_a_stable_word_and_never_a_sentence_with_an_address(lines):
    structlog.get_logger().info("refused ann@example.org")

    assert lines()[0]["event"] == WITHHELD


def test_an_exception_is_told_by_its_kind_and_place_alone(lines):
    try:
        raise ValueError("Jonas said no")
    except ValueError:
        structlog.get_logger().exception("broken", inbox=3)

    [line] = lines()
    assert line["error"] == "ValueError"
    assert line["at"][0].startswith("tests/test_log.py:")
    assert "Jonas" not in json.dumps(line)


def test_what_a_library_logs_keeps_its_words_to_itself(lines):
    try:
        raise OSError("RCPT TO:<ann@example.org>")
    except OSError:
        logging.getLogger("some.library").exception("%s said %s", "ann@example.org", "PRIVATE words")

    [line] = lines()
    assert line["event"] == "library"
    assert line["module"] == "some.library"
    assert line["error"] == "OSError"
    assert "ann" not in json.dumps(line)
    assert "PRIVATE" not in json.dumps(line)


def test_debugging_is_silent_unless_asked_for(lines):
    structlog.get_logger().debug("kept")
    logging.getLogger("aiosqlite").debug("SELECT words")

    assert lines() == []


def test_the_console_is_readable(capsys):
    stream = io.StringIO()
    configure("info", "console", stream)

    structlog.get_logger().info("kept", inbox=17, text="Jonas")

    assert "inbox=17" in stream.getvalue()
    assert "Jonas" not in stream.getvalue()
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)


@settings(max_examples=100)
@given(st.text(min_size=1), st.dictionaries(st.sampled_from([*sorted(KEYS), "text", "to"]), st.text(min_size=1)))
def test_whatever_is_said_only_short_words_come_through(said, values):
    passed = gate(None, "info", {"event": said} | values)

    for value in passed.values():
        assert value == WITHHELD or (len(value) <= 64 and "@" not in value and value.isascii())


def test_a_stream_that_is_closed_stops_nothing():
    """As behind `alliance serve | head`, or on a full disk."""
    stream = io.StringIO()
    configure("info", "json", stream)
    stream.close()

    structlog.get_logger().info("kept", inbox=1)
    logging.getLogger("aiosmtpd").error("anything")
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)
