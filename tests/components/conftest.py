"""What the tests of letters on a screen share: every sample letter, and a gallery of some of them."""

from dataclasses import replace

import pytest

from agent.alliance.lettercheck import Fault
from agent.cli.gallery import Shown, files_of, letters_of
from agent.settings import shipped


@pytest.fixture(scope="session")
def shown() -> tuple[Shown, ...]:
    return letters_of(shipped("templates"), ())


@pytest.fixture(scope="session")
def gallery(shown: tuple[Shown, ...]) -> dict[str, str]:
    """Some letters of every subject, of which one breaks a rule and one nearly."""
    faulty = replace(shown[0], faults=(Fault(5, "3 paragraphs ask something"), Fault(2, "choppy", warning=True)))
    return dict(files_of([faulty, *shown[7::7]]))
