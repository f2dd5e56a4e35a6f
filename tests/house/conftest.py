"""The whole house: a pair in it, and both engines below it."""

from collections.abc import Iterator
from functools import cache

import pytest
from engines import postgresql, url  # noqa: F401
from pair import pair  # noqa: F401

from agent import templates


@pytest.fixture(autouse=True, scope="session")
def _letters_are_read_once() -> Iterator[None]:
    """Every start reads all templates anew, which takes two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "load", cache(templates.load))
        yield
