"""The whole house: a pair in it, and both engines below it."""

from collections.abc import Iterator
from functools import cache

import pytest
from engines import postgresql, url  # noqa: F401
from pair import pair  # noqa: F401

from agent import templates

LOADED = cache(templates.load)


@pytest.fixture(autouse=True, scope="module")
def _letters_are_read_once() -> Iterator[None]:
    """Every start reads all templates anew, which takes two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "load", LOADED)
        yield
