"""What these tests share: every sample letter and a gallery of some of them, and a folder for mail servers."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.alliance.lettercheck import Fault
from agent.cli.gallery import Shown, files_of, letters_of
from agent.settings import shipped


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that servers with users of their own may enter, with a path that is short enough for their sockets."""
    with tempfile.TemporaryDirectory(prefix="mail") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def shown() -> tuple[Shown, ...]:
    return letters_of(shipped("templates"), ())


@pytest.fixture(scope="session")
def gallery(shown: tuple[Shown, ...]) -> dict[str, str]:
    """Some letters of every subject, of which one breaks a rule and one nearly."""
    faulty = replace(shown[0], faults=(Fault(5, "3 paragraphs ask something"), Fault(2, "choppy", warning=True)))
    return dict(files_of([faulty, *shown[7::7]]))


@pytest.fixture(scope="session")
def sheets(shown: tuple[Shown, ...]) -> str:
    """All letters one below the other, which is much faster than one after the other: they share their head.

    Of letters that differ in words alone, one stands here.
    """
    different = {re.sub(r">[^<]*<", "><", one.rendered.html): one for one in shown}.values()
    whole = re.compile(r"(.*?<title>).*?(</title>.*<body[^>]*>)(.*)</body></html>\s*", re.DOTALL)
    letters = [whole.fullmatch(one.rendered.html) for one in different]
    (head,) = {f"{letter[1]}Letters{letter[2]}" for letter in letters}
    return f"{head}{''.join(letter[3] for letter in letters)}</body></html>"
