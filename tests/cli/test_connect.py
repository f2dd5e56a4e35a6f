"""What `alliance connect` writes; that it works is shown on a real server, in tests/components."""

import tomllib

import pytest

from agent.cli.connect import with_values
from agent.settings import shipped

SHIPPED = (shipped("config") / "agent.toml").read_text("utf-8")


@pytest.mark.parametrize("text", [SHIPPED, "", '[mailbox]\nhost = "old.example"\nport = 1\n[log]\nlevel = "info"\n'])
def test_values_take_their_places_in_any_file(text):
    values = {"host": "imap.example", "port": 143, "plus": True, "token_command": ["get", 'a "b"']}

    found = tomllib.loads(with_values(text, "mailbox", values))

    assert found["mailbox"] == values
    assert found.get("log") == tomllib.loads(text).get("log")


def test_everything_else_stays_as_it_stood():
    once = with_values(SHIPPED, "mailbox", {"host": "imap.example"})

    assert set(SHIPPED.splitlines()) - set(once.splitlines()) == {'#host = ""'}
    assert with_values(once, "mailbox", {"host": "imap.example"}) == once


def test_a_value_that_no_longer_holds_is_put_behind_a_hash():
    text = '[service]\ndomain = "old.example"\n'

    assert with_values(text, "service", {"domain": None}) == '[service]\n#domain = "old.example"\n'
