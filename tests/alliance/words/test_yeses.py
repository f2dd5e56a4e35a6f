"""A plain yes is recorded in whatever way people say it, and what stands near one is not."""

import pytest
from yeses import NEAR, YESES

from agent.alliance.words import read_consent


@pytest.mark.parametrize("language", YESES)
def test_a_clear_yes_is_recorded_in_every_language(language: str) -> None:
    assert [text for text in YESES[language] if read_consent(text, 6).verdict != "confirm"] == []


@pytest.mark.row("F29")
@pytest.mark.parametrize("language", NEAR)
def test_what_stands_near_a_yes_is_never_recorded(language: str) -> None:
    assert [text for text in NEAR[language] if read_consent(text, 6).verdict == "confirm"] == []
