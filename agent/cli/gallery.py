"""The gallery: every letter with sample facts, what the house rules say of it, and a page on which to look at them.

Nothing here is read from a flow or a database, and the page needs no script: it can be left in a folder or served.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from agent.alliance import samples
from agent.alliance.lettercheck import Fault, faults_of
from agent.alliance.letters import Digest, Letter, TeamDigest
from agent.alliance.words import ENGLISH
from agent.mail.letter import with_pictures
from agent.papers.enclosed import trend_of
from agent.settings import shipped
from agent.templates import Rendered, load, template_of

BERLIN = ZoneInfo("Europe/Berlin")
COLUMNS = {"phone": 47, "desktop": 66}  # characters in a line of a letter


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample letter in words, and what is wrong with it. `name` is that of its files, such as "027-prompt"."""

    name: str
    about: str
    letter: Letter
    rendered: Rendered
    faults: tuple[Fault, ...]


def letters_of(templates: Path, sources: Sequence[str], language: str = ENGLISH) -> tuple[Shown, ...]:
    """Every sample letter by these templates that there is in a language, judged by its rules.

    A file that this folder does not have is the shipped one. `sources` are the prompts, which are used word for word.

    Raises TemplatesError.
    """
    filled = load(shipped("templates"), templates, sure=shipped("templates"))
    shown: list[Shown] = []
    for about, letter in ((about, letter) for about, letters in samples.by_subject() for letter in letters):
        if not filled.has(language, letter):
            continue
        reader = samples.reader_of(letter)
        said = filled.render(
            letter,
            **reader,
            language=language,
            zone=BERLIN,
            contact="operator@example.org",
            service="Alliance",
        )
        faults = faults_of(
            letter, said.subject, said.text, said.html, me=reader["me"], sources=sources, language=language
        )
        if isinstance(letter, Digest | TeamDigest) and letter.trend:
            picture = trend_of(letter, lambda name: shipped("templates") / "papers" / name, language)
            html = with_pictures(said.html, [(picture.content_id, picture.content_type, picture.content)])
            said = replace(said, html=html)
        shown.append(Shown(f"{len(shown) + 1:03}-{template_of(type(letter))}", about, letter, said, faults))
    return tuple(shown)


def files_of(shown: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    """The names and contents of the gallery's files: the page `index.html`, and three for each letter."""
    for one in shown:
        yield f"{one.name}.txt", f"Subject: {one.rendered.subject}\n\n{one.rendered.text}"
        yield f"{one.name}.light.html", on_screen(one.rendered.html, "light")
        yield f"{one.name}.dark.html", on_screen(one.rendered.html, "dark")
    page = Template(Path(__file__).with_name("gallery.html").read_text("utf-8"))
    yield (
        "index.html",
        page.substitute(summary=_summary(shown), contents=_contents(shown), letters=_letters(shown)),
    )


def on_screen(html: str, scheme: str) -> str:
    """The letter as a light or a dark screen shows it, whatever the screen is on which somebody looks at it here."""
    always = html.replace("(prefers-color-scheme: dark)", "all" if scheme == "dark" else "not all")
    return re.sub(r'(color-schemes?(?:: |" content="))light dark', rf"\1{scheme}", always)


def _summary(shown: Sequence[Shown]) -> str:
    faulty = sum(any(not fault.warning for fault in one.faults) for one in shown)
    kinds = len({type(one.letter) for one in shown})
    return f"{len(shown)} letters of {kinds} kind{'s' * (kinds != 1)}, {faulty or 'none'} with a fault."


def _contents(shown: Sequence[Shown]) -> str:
    return "\n".join(
        f"<h2>{escape(about)}</h2>\n<ul>{''.join(map(_entry, _kinds(group)))}</ul>"
        for about, group in groupby(shown, key=lambda one: one.about)
    )


def _kinds(shown: Iterator[Shown]) -> list[tuple[type, list[Shown]]]:
    """The letters by their kinds, in the order in which each kind comes first."""
    kinds: dict[type, list[Shown]] = {}
    for one in shown:
        kinds.setdefault(type(one.letter), []).append(one)
    return [*kinds.items()]


def _entry(kind: tuple[type, list[Shown]]) -> str:
    name, count = template_of(kind[0]), len(kind[1])
    return f'<li><a href="#{name}">{_title(kind[0])}{f" <small>{count}</small>" if count > 1 else ""}</a></li>'


def _letters(shown: Sequence[Shown]) -> str:
    return "\n".join(
        f"<h2>{escape(about)}</h2>\n{''.join(_kind(kind, letters) for kind, letters in _kinds(group))}"
        for about, group in groupby(shown, key=lambda one: one.about)
    )


def _kind(kind: type, shown: Sequence[Shown]) -> str:
    purpose = re.split(r"[.;:]", re.sub(r" ?\(.*?\)", "", kind.__doc__ or ""))[0]
    head = f'<h3 id="{template_of(kind)}">{_title(kind)}</h3>\n<p class="soft">{escape(purpose)}</p>\n'
    return head + "\n".join(map(_letter, shown)) + "\n"


def _letter(one: Shown) -> str:
    subject = escape(one.rendered.subject)
    verdict = "".join(map(_fault, one.faults)) or '<p class="kept">Keeps every rule</p>'
    heights = ";".join(f"--{width}:{_height(one.rendered.text, columns)}px" for width, columns in COLUMNS.items())
    frames = "".join(
        f'<iframe class="{scheme}" sandbox loading="lazy" src="{one.name}.{scheme}.html" title="{one.name} {scheme}: {subject}"></iframe>'
        for scheme in ("light", "dark")
    )
    return (
        f'<article id="{one.name}" style="{heights}"><header><h4>{subject}</h4><small>{one.name}: '
        f'<a href="{one.name}.light.html">light</a>, <a href="{one.name}.dark.html">dark</a>, <a href="{one.name}.txt">text</a></small></header>'
        f"<div>{frames}<pre>{escape(one.rendered.text)}</pre></div>"
        f'<div class="verdict">{verdict}<p class="soft">{len(one.rendered.html.encode()) / 1000:.1f} KB of HTML</p></div></article>'
    )


def _fault(fault: Fault) -> str:
    sort = "warning" if fault.warning else "fault"
    return f'<p class="{sort}">Rule {fault.row}: {escape(fault.what)}</p>'


def _title(kind: type) -> str:
    return template_of(kind).replace("_", " ").capitalize()


def _height(text: str, columns: int) -> int:
    """About how high a letter is on a screen; rather more than less, for below a letter there is only its ground."""
    lines = text.splitlines()
    rows = sum(1 + len(line) // columns for line in lines if line)
    titles, quotes = sum(line.isupper() for line in lines), sum(line.startswith(">") for line in lines)
    return 180 + 27 * rows + 14 * lines.count("") + 36 * titles + 24 * quotes
