"""An operator's machine: settings in a file, secrets in the environment, and a database in which an alliance has been."""

import json
import logging
import secrets
import shutil
import sys
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from agent.cli import app
from agent.log import configure
from agent.rehearsal.play import DOMAIN, KEY


@pytest.fixture(autouse=True)
def _log_stays_open():
    """A command logs to what its runner closes behind it; tests that come later log too."""
    yield
    configure("error", "json", sys.__stderr__)


@pytest.fixture(scope="session")
def lived(tmp_path_factory):
    """What `alliance rehearse` said of the pair, and the folder that it left."""
    folder = tmp_path_factory.mktemp("lived")
    return run("rehearse", "--script", "pair", "--folder", folder, width=200), folder


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The operator's settings, with a database that is not there yet."""
    path = tmp_path / "agent.toml"
    path.write_text(
        f"""
[service]
domain = "{DOMAIN}"
contact = "operator@example.org"
allow = ["@example.org"]
[database]
url = "sqlite:{tmp_path}/alliance.db"
[trust]
require = "registered"
[inbound]
port = {20000 + secrets.randbelow(20000)}
[relay]
port = 1
""",
        "utf-8",
    )
    monkeypatch.setenv("ALLIANCE_CONFIG", str(path))
    monkeypatch.setenv("ALLIANCE_KEY", KEY.hex())
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def used(config, lived):
    """The same, with the alliance in it; its number."""
    shutil.copy(lived[1] / "alliance.db", config.parent)
    return run("list", "--json").json[0]["id"]


class Said:
    """What a command said."""

    def __init__(self, result):
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr
        self.broke = result.exception if not isinstance(result.exception, SystemExit) else None

    @property
    def json(self):
        return json.loads(self.out)


def run(*words: object, typed: str | None = None, width: int = 300) -> Said:
    """Run one command as the shell would, in a wide terminal."""
    env = {"COLUMNS": str(width)}
    said = Said(CliRunner().invoke(app, [str(word) for word in words], input=typed, env=env))
    structlog.reset_defaults()  # else what others log goes to a stream that is closed
    logging.basicConfig(handlers=[], force=True)
    assert said.broke is None, said.broke
    return said


@pytest.fixture(name="run")
def _run():
    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "out"
