"""The agreement as a page to print, one that people are glad to keep (F31).

The look is in `templates/papers/agreement.typ`; people's words reach it as JSON data, never as markup. The compiler is in
the wheel, and so are the fonts: no network, no clock, no chance; the same page gives the same bytes.
"""

import functools
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import typst

from agent.alliance.letters import Tool
from agent.papers.words import plain


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """What stands on the page, all of it in words that are ready to print."""

    title: str  # what it is: "A working agreement"
    names: tuple[str, ...]
    subtitle: str  # what it is about; "" for none
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # title, then (number, text) of each line
    agreed: tuple[tuple[str, str], ...]  # name, and when they said yes in words
    version: str  # "Version 2"
    sha256: str  # of the agreed text, in hex
    notice: str
    credit: str
    language: str = "en"
    conjunction: str = "and"  # between the last two names


def agreement_pdf(page: AgreementPage, template: str | Path, *, paper: Literal["a4", "us-letter"] = "a4") -> bytes:
    """Set the agreement with the template in this file."""
    return _set(asdict(page), template, paper)


def tool_pdf(
    page: Tool, template: str | Path, *, language: str = "en", paper: Literal["a4", "us-letter"] = "a4"
) -> bytes:
    """Set a tool as a page to print."""
    return _set(asdict(page) | {"language": language}, template, paper)


def _set(page: dict[str, Any], template: str | Path, paper: str) -> bytes:
    """Set a page with the template in this file.

    It is tagged for screen readers (PDF/UA-1). Where the compiler's own fonts lack a character, the system's are asked;
    where these lack it too, it prints as an empty box, and can still be read aloud and copied.
    """
    compiler = functools.partial(typst.compile, str(template), format="pdf", sys_inputs=_inputs(page, paper))
    try:
        return _bytes(compiler(font_paths=own_fonts(), pdf_standards="ua-1"))
    except typst.TypstError:  # the standard asks for every glyph
        pass
    try:
        return _bytes(compiler(pdf_standards="ua-1"))
    except typst.TypstError:
        return _bytes(compiler())


def _inputs(page: dict[str, Any], paper: str) -> dict[str, str]:
    return {"page": json.dumps(_clean(page | {"paper": paper, **_language(page["language"])}))}


def _bytes(made: object) -> bytes:
    assert isinstance(made, bytes), "one document"
    return made


@functools.cache
def own_fonts() -> typst.Fonts:
    """The fonts inside the compiler: with them alone the same page gives the same bytes on every machine."""
    return typst.Fonts(include_system_fonts=False)


def _language(tag: str) -> dict[str, str | None]:
    """A language tag in the compiler's two fields; what it would refuse is English."""
    found = re.match(r"([a-z]{2,3})(?:[-_]([A-Z]{2}))?(?![A-Za-z0-9])", tag)
    return {"lang": found[1], "region": found[2]} if found else {"lang": "en", "region": None}


def _clean(value: Any) -> Any:
    """The same value, every text in it as a page can hold it."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_clean(one) for one in value]
    return value
