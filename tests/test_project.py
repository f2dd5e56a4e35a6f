"""The papers of the project: what it depends on, and that nothing says more than one place should know."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from agent.alliance.parts import Checkin, Prompt, Words

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(name: str) -> list[str]:
    """The lines of a requirement file that name a package."""
    return [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z]", line)]


def plain(name: str) -> str:
    """A distribution's name as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[><=! ]", name)[0]).lower()


def test_the_pinned_packages_are_those_of_the_project():
    assert requirements("requirements.in") == PROJECT["dependencies"]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_that_is_asked_for_is_pinned_with_hashes(name):
    pinned = (ROOT / f"{name}.txt").read_text()

    assert {plain(line) for line in requirements(f"{name}.in")} <= {plain(line) for line in requirements(f"{name}.txt")}
    assert all(re.fullmatch(r"[a-z0-9-]+==\S+ \\", line) for line in requirements(f"{name}.txt"))
    assert pinned.count("--hash=sha256:") > pinned.count("==")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_pinned_names_no_address_and_no_path(name):
    assert not re.search(r"://|index-url|find-links|trusted-host|@ |/", (ROOT / name).read_text())


def test_every_package_that_is_imported_is_asked_for():
    homes = packages_distributions()
    imported = {
        module.partition(".")[0]
        for path in (ROOT / "agent").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for module in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "") or ""]
        )
        if isinstance(node, ast.Import | ast.ImportFrom)
    } - {"", "agent"}

    asked = {plain(line) for line in PROJECT["dependencies"]}
    assert {
        m for m in imported if m not in sys.stdlib_module_names and not asked & {plain(d) for d in homes[m]}
    } == set()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_leads_only_to_places_that_are_there(path):
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_modules_and_folders_that_are_there(path):
    named = re.findall(r"`((?:agent|flows|templates|config|tests|bench)/[\w./-]*)`", path.read_text())

    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("table", [Prompt, Checkin, Words])
def test_every_key_of_a_flow_stands_in_the_docs(table):
    page = (ROOT / "docs/flows.md").read_text()

    assert [key for key in table.model_fields if f"`{key}`" not in page] == []
