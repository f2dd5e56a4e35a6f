"""Which tests prove which row of the specification: `python tests/rows.py` prints them, and writes their files into docs/rows.md.

A test names its rows with `@pytest.mark.row("F18", "S08")`. The rows and their titles stand in docs/rows.md alone.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/rows.md"
NONE = "none yet"
_ROW = re.compile(r"^\| ([A-Z]+\d+) \| (.+?) \| (.*) \|$", re.MULTILINE)


def rows(page: str) -> dict[str, str]:
    """Every row's id and title, in the order of the page."""
    return {row: title for row, title, _ in _ROW.findall(page)}


def proofs() -> dict[str, list[str]]:
    """The tests of each row, as pytest names them: "tests/alliance/test_asking.py::test_..."."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for row in dict.fromkeys(_named(node)):
                    found[row].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _named(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        for call in ast.walk(decorator):  # a row may also stand with one of the examples of a test
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.row":
                yield from (str(ast.literal_eval(name)) for name in call.args)


def current(page: str, found: dict[str, list[str]]) -> str:
    """The page with the files in which the tests of each row stand now."""

    def line(row: re.Match[str]) -> str:
        files = dict.fromkeys(test.partition("::")[0].removeprefix("tests/") for test in found.get(row[1], ()))
        return f"| {row[1]} | {row[2]} | {', '.join(files) or NONE} |"

    return _ROW.sub(line, page)


def main() -> int:
    page, found = PAGE.read_text("utf-8"), proofs()
    PAGE.write_text(current(page, found), "utf-8")
    lines = [line for row, title in rows(page).items() for line in (f"{row}  {title}", *_listed(found.get(row)))]
    without = [row for row in rows(page) if not found.get(row)]
    count = f"{len(rows(page)) - len(without)} of {len(rows(page))} rows have a test"
    print(*lines, "", f"{count}; without one: {' '.join(without)}" if without else count, sep="\n")  # noqa: T201
    return 1 if without else 0


def _listed(tests: list[str] | None) -> list[str]:
    return [f"     {test}" for test in tests or [NONE]]


if __name__ == "__main__":
    sys.exit(main())
