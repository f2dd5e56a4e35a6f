"""What the tests of letters share: the shipped templates, a reader, and what may not be copied."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.alliance.letters import Letter
from agent.templates import Rendered, Templates, load

ROOT = Path(__file__).parents[2]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="session")
def templates() -> Templates:
    return load(ROOT / "templates")


@pytest.fixture(scope="session")
def render(templates: Templates) -> Callable[..., Rendered]:
    def filled(letter: Letter, **known: Any) -> Rendered:
        reader = {
            "me": "Maya",
            "partner": "Jonas",
            "names": "Maya and Jonas",
            "contact": "help@alliance.example",
            "service": "Alliance",
        }
        return templates.render(letter, **(reader | {"language": "en"} | known), zone=BERLIN)

    return filled


@pytest.fixture(scope="session")
def sources() -> tuple[str, ...]:
    """The prompts that are used word for word."""
    flows = [tomllib.loads(path.read_text("utf-8")) for path in sorted((ROOT / "flows").glob("*.toml"))]
    asked = [p for flow in flows for part in flow["part"] for p in part["prompt"]]
    return tuple(p["ask"] for p in asked if p["id"][0] in "PQ" or p["kind"] in ("people", "savings", "to_ask"))


@pytest.fixture(scope="session")
def article() -> frozenset[str]:
    """Each run of seven words of the article outside its prompts, hashed."""
    return frozenset((Path(__file__).parent / "article.sha256").read_text("ascii").split())
