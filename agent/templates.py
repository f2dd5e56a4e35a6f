"""The letters' words: every template compiled once, filled once for each letter. Only this file knows Jinja and MJML.

A letter has two halves that say the same, written by hand: `part_done.txt` (its first line is the subject) and
`part_done.mjml`. MJML is compiled with its Jinja tags intact, so what a person wrote never meets the XML parser; Jinja
escapes it. Names that begin with `_` are shared: `_base.mjml` is the sheet of paper, `_parts` the macros, `_notes` how
letters begin. `load` finds what is wrong with any that is not surely good, so a broken template stops the start and never
a letter; of those that came with the program the tests have seen to that, and they are compiled when they are first needed.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape
from mjml import mjml2html

from agent.alliance.letters import NOTES, Letter
from agent.alliance.words import ENGLISH, locale_of

FALLBACK = ENGLISH
SUBJECT = 50  # characters (spec section 5, check 4); what a phone shows of one
SHORT = 240  # characters of an answer that is read back in one line; the whole of it is stored
COMMON = frozenset({"me", "partner", "names", "contact", "service", "language", "zone", "team"})
_SHEET = frozenset({"heading", "preview", "farewell"})  # what `_base` and `_footer` know besides

_LETTER_MARK = "<!-- letter -->"
_INLINE = re.compile(r'<mj-style inline="inline">(.*?)</mj-style>', re.DOTALL)
_RULE = re.compile(r"\.([\w-]+)\s*\{\s*(.*?)\s*\}", re.DOTALL)
_CLASS = re.compile(r'class="([\w-]+)"')
_BLANKS = re.compile(r"\n{3,}")
_HEADERS = re.compile(r"\s*Subject: (.*)\n(?:Preview: (.*)\n)?")
_LINKS = re.compile(r"(?<=\w)([.@]|:(?=//))(?=[\w/])")
_POINT = re.compile(r"(?<=\d)<span>\.</span>(?=\d)")  # of a number, in what `_unlinked` took apart
_APART = re.compile(r"<span>[^<]*</span>")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NOTE = re.compile(r"{% (?:el)?if note\.kind == \"(\w+)\" %}")
_CONTROLS = dict.fromkeys(
    [
        *range(9),
        *range(11, 32),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0x2028,
        0x2029,
        0xFEFF,
    ]
)  # what could turn, hide or end a line: C0 and C1 without tab and newline, the bidi controls, the other line ends


class TemplatesError(Exception):
    """Templates that cannot be used; `faults` holds every complaint with its file, and its line where there is one."""

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One letter in words. `words` is all that a client may quote of it, to be subtracted from the reply."""

    subject: str
    text: str
    html: str
    words: str


class _Halves(NamedTuple):
    """One letter in one language; Jinja compiles each half when it is asked for it first, and keeps it."""

    texts: Environment
    htmls: Environment
    stem: str
    facts: tuple[str, ...]

    @property
    def text(self) -> Template:
        return self.texts.get_template(f"{self.stem}.txt")

    @property
    def html(self) -> Template:
        return self.htmls.get_template(f"{self.stem}.html")


@dataclass(frozen=True, slots=True)
class Templates:
    """Every letter in every language, ready to be filled."""

    halves: Mapping[tuple[str, type], _Halves]
    notes: Mapping[str, AbstractSet[str]]  # the kinds of note that each language can tell

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which there is a letter."""
        return tuple(sorted(self.notes))

    def has(self, language: str, letter: Letter) -> bool:
        """Whether this letter can be said in this language, with the notes that it opens with."""
        notes = {note.kind for note in getattr(letter, "notes", ())}
        return (language, type(letter)) in self.halves and notes <= self.notes[language]

    def render(
        self,
        letter: Letter,
        *,
        me: str,
        partner: str,
        names: str,
        language: str,
        zone: tzinfo,
        contact: str,
        service: str,
        team: bool = False,
    ) -> Rendered:
        """Put one letter into words for one reader; in English what is not there in the reader's language."""
        kind = type(letter)
        language = language if self.has(language, letter) else FALLBACK
        half = self.halves[language, kind]
        context = {name: getattr(letter, name) for name in half.facts}
        context |= {"me": me, "partner": partner, "names": names, "contact": contact, "service": service}
        context |= {"language": language, "zone": zone, "team": team}
        text = half.text.render(context)
        head = _HEADERS.match(text)
        assert head is not None, f"{kind.__name__} has no subject"
        subject = _shortened(head[1], SUBJECT)
        text = _BLANKS.sub("\n\n", text[head.end() :]).strip() + "\n"
        html = half.html.render(context, heading=subject, preview=head[2] or "")
        return Rendered(subject, text, html, text)


def load(*folders: Path, sure: Path | None = None) -> Templates:
    """The templates in `<folder>/<language>`; raises TemplatesError with all that is wrong.

    A language all of whose files are in `sure`, the folder that came with the program, is not looked through. A file takes the place of the one of its name in an earlier folder, so that an operator's folder need hold no more than
    what is to be different. English is to be whole; what another language does not have is read in English.
    """
    faults = [
        f"{folder}: there is no folder of a language here, such as {FALLBACK}"
        for folder in folders
        if not _languages(folder)
    ]
    halves: dict[tuple[str, type], _Halves] = {}
    notes: dict[str, AbstractSet[str]] = {}
    english = _files(folders, FALLBACK)
    for language in sorted({tag for folder in folders for tag in _languages(folder)}):
        own, whole = _files(folders, language), language == FALLBACK
        files = {name: path for name, path in english.items() if name.startswith("_")} | own
        read = {name: path.read_text("utf-8") for name, path in files.items()}
        if sure is None or any(sure not in path.parents for path in files.values()):
            wrong = [*_missing(folders[-1] / language, own, whole=whole), *_faults(files, read, whole=whole)]
            if wrong := wrong or [*_uncompiled(files, read)]:
                faults += wrong
                continue
        halves |= {(language, kind): half for kind, half in _letters(read).items()}
        notes[language] = _notes_told(read)
    if faults:
        raise TemplatesError(faults)
    return Templates(halves, notes)


def _languages(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*/") if _LANGUAGE.fullmatch(path.name)]


def _files(folders: Sequence[Path], language: str) -> dict[str, Path]:
    found = (path for folder in folders for path in sorted((folder / language).glob("*.*")))
    return {path.name: path for path in found if path.suffix in (".txt", ".html", ".mjml")}


def template_of(kind: type) -> str:
    """The name of the template of a kind of letter: PartDone is `part_done`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _letters(read: Mapping[str, str]) -> dict[type, _Halves]:
    """The letters of one language, by the contents of its files."""
    texts, htmls = _environments(frozenset(read.items()))
    return {
        kind: _Halves(texts, htmls, stem, tuple(f.name for f in fields(kind)))
        for kind in Letter.kinds.values()
        if f"{(stem := template_of(kind))}.txt" in read and f"{stem}.mjml" in read
    }


@lru_cache(8)  # a process may open the service many times, as rehearsals do
def _environments(files: frozenset[tuple[str, str]]) -> tuple[Environment, Environment]:
    """Jinja over these files, for both halves; what is asked for is compiled once."""
    read = dict(files)
    base, styles = _sheet(read["_base.mjml"])

    def source(name: str) -> str | None:
        if (letter := read.get(f"{name.removesuffix('.html')}.mjml")) is not None and not name.startswith("_"):
            return _styled(_compiled(base.replace(_LETTER_MARK, letter)), styles)
        return _styled(read[name], styles) if name.endswith(".html") and name in read else read.get(name)

    made = _environment(_one_line, source), _environment(_escaped, source)
    for one, half in zip(made, ("txt", "html"), strict=True):
        one.globals |= vars(one.get_template(f"_parts.{half}").module)
    return made


# ---------------------------------------------------------------- what can be wrong


def _faults(files: Mapping[str, Path], read: Mapping[str, str], *, whole: bool) -> Iterator[str]:
    """What is wrong with the files of one language, one by one."""
    kinds = {template_of(kind): kind for kind in Letter.kinds.values()}
    environment = _environment(_one_line, lambda _: None)
    for name, source in read.items():
        stem, _, half = name.rpartition(".")
        known = COMMON | _SHEET | {f.name for f in fields(kinds[stem])} if stem in kinds else None
        macros = _macros_in(read.get(f"_parts.{'txt' if half == 'txt' else 'html'}", ""))
        yield from _faults_in(files[name], source, environment, known and known | macros)
    if whole:
        untold = sorted(NOTES - _notes_told(read))
        yield from (f"{files['_notes.txt']}: it does not say how to tell {k!r}" for k in untold)


def _uncompiled(files: Mapping[str, Path], read: Mapping[str, str]) -> Iterator[str]:
    """What the MJML parser says of the letters of one language: it knows the place, in the sheet and letter together."""
    for half in _letters(read).values():
        try:
            assert half.text
            assert half.html
        except ValueError as error:
            yield f"{files[f'{half.stem}.mjml']}: {error}"


def _missing(folder: Path, files: Mapping[str, Path], *, whole: bool) -> Iterator[str]:
    """The halves that are not there, and those that belong to no letter."""
    stems = {template_of(kind) for kind in Letter.kinds.values()}
    pairs = {stem: {f"{stem}.txt", f"{stem}.mjml"} for stem in stems}
    pairs |= {stem: {f"{stem}.txt", f"{stem}.html"} for stem in ("_parts", "_notes", "_footer")} | {
        "_base": {"_base.mjml"}
    }
    lacking = (name for halves in pairs.values() if whole or halves & files.keys() for name in halves - files.keys())
    yield from (f"{folder / name}: this half is missing" for name in sorted(lacking))
    wanted = {name for halves in pairs.values() for name in halves}
    others = sorted(name for name in files.keys() - wanted if not name.startswith("_"))
    yield from (f"{files[name]}: no letter has this name" for name in others)
    base = files.get("_base.mjml")
    if base and _LETTER_MARK not in base.read_text("utf-8"):
        yield f"{base}: there is no place for the letter: {_LETTER_MARK}"


def _faults_in(path: Path, source: str, environment: Environment, known: AbstractSet[str] | None) -> Iterator[str]:
    """What Jinja would stumble over in one file, and the facts that its letter does not have."""
    try:
        tree = environment.parse(source, path.name, str(path))
    except TemplateSyntaxError as error:
        yield f"{path}:{error.lineno}: {error.message}"
        return
    lacking = [
        f
        for f in tree.find_all((nodes.Filter, nodes.Test))
        if f.name not in {**environment.filters, **environment.tests}
    ]
    if lacking:
        yield from (f"{path}:{node.lineno}: there is no filter {node.name!r}" for node in lacking)
        return
    if known is None:
        return
    for name in sorted(meta.find_undeclared_variables(tree) - known):
        line = next(n.lineno for n in tree.find_all(nodes.Name) if n.name == name)
        yield f"{path}:{line}: this letter does not know {name!r}"
    if path.suffix == ".txt" and not re.search(r"^Subject: ", source, re.MULTILINE):
        yield f"{path}:1: the first line is to be 'Subject: ...'"


@lru_cache(maxsize=8)
def _macros_in(source: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{%-? *macro (\w+)", source))


def _notes_told(read: Mapping[str, str]) -> frozenset[str]:
    """The kinds of note that both halves can put into words."""
    halves = [read[name] for name in ("_notes.txt", "_notes.html") if name in read]
    return frozenset.intersection(*(frozenset(_NOTE.findall(half)) for half in halves)) if halves else frozenset()


# ---------------------------------------------------------------- MJML


def _sheet(source: str) -> tuple[str, dict[str, str]]:
    """The sheet of paper without the styles that are to stand in the tags, and these by class.

    MJML's own word for it is mj-style inline="inline", which mrml reads and does not do.
    """
    styles = {name: " ".join(rule.split()) for block in _INLINE.findall(source) for name, rule in _RULE.findall(block)}
    return _INLINE.sub("", source), styles


def _compiled(source: str) -> str:
    return str(mjml2html(source, disable_comments=True, fonts={}))  # no fonts: else it would fetch them from afar (T73)


def _styled(html: str, styles: Mapping[str, str]) -> str:
    return _CLASS.sub(lambda c: f'{c[0]} style="{styles[c[1]]}"' if c[1] in styles else c[0], html)


# ---------------------------------------------------------------- Jinja


class _Environment(Environment):
    """Jinja's, but with one dictionary of globals: its chain of two is walked three times for each letter and each include."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def _environment(finalize: Any, source: Callable[[str], str | None]) -> Environment:
    """Every value goes through `finalize`, unless a filter or macro has laid it out already: safe unless said otherwise."""
    made = _Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(source),
        cache_size=-1,
        auto_reload=False,
    )
    made.filters |= {"day": _day, "hour": _hour, "month": _month, "since": _since, "listed": _listed, "short": _short}
    made.filters |= {"stop": _stop, "attribute": _attribute}
    made.filters |= {"quoted": _quoted, "lines": _lines, "left": _left, "right": _right}
    return made


def _clean(text: str) -> str:
    return text if text.isascii() and text.isprintable() else text.translate(_CONTROLS)


def _one_line(value: object) -> Markup:
    """A value in running text: one line, whatever is in it, so that nobody's words can look like ours (T64)."""
    return value if isinstance(value, Markup) else _sure(" ".join(_clean(str(value)).split()))


def _escaped(value: object) -> Markup:
    """The same in HTML."""
    return value if isinstance(value, Markup) else _unlinked(" ".join(_clean(str(value)).split()))


def _unlinked(text: str) -> Markup:
    """Escaped, and nothing in it that a mail client would make a link of (T64)."""
    shown = escape(text)
    return _sure(_LINKS.sub(r"<span>\1</span>", str(shown))) if "." in text or "@" in text or "://" in text else shown


def _attribute(shown: str) -> Markup:
    """The same as the value of an attribute, which holds no tags and is read aloud: numbers whole, links still apart."""
    return _sure(_APART.sub(" ", _POINT.sub(".", shown)))


def _sure(text: str) -> Markup:
    """Text that is laid out and escaped, as its caller has seen to."""
    return str.__new__(Markup, text)


def _quoted(text: str) -> Markup:
    """Somebody's words in plain text: each line marked."""
    lines = _clean("\n".join(text.strip().splitlines())).split("\n")
    return _sure("\n".join(f"> {line}".rstrip() for line in lines))


def _lines(text: str) -> Markup:
    """Somebody's words in HTML, with their line breaks."""
    lines = _clean("\n".join(text.strip().splitlines())).split("\n")
    return Markup("<br>").join(_unlinked(line) for line in lines)


def _left(value: object, width: int) -> Markup:
    return _sure(str(_one_line(value)).ljust(width))


def _right(value: object, width: int) -> Markup:
    return _sure(str(_one_line(value)).rjust(width))


def _short(text: str) -> str:
    return _shortened(" ".join(text.split()), SHORT)


def _stop(text: str) -> str:
    """The full stop behind somebody's words in quotes, where they do not end a sentence themselves."""
    return "" if _short(text).endswith((".", "!", "?", "…")) else "."


def _shortened(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0].rstrip(" ,.:;") + "…"


@pass_context
def _day(context: Context, at: date) -> str:
    local = at.astimezone(context["zone"]).date() if isinstance(at, datetime) else at
    return _spelled(local, "MMMMd", context["language"])


@pass_context
def _month(context: Context, at: date) -> str:
    return _spelled(at, "MMM", context["language"])


@pass_context
def _since(context: Context, at: date, until: date) -> str:
    locale = locale_of(context["language"])
    return str(format_date(at, "LLLL" if at.year == until.year else "LLLL y", locale))


@pass_context
def _hour(context: Context, at: datetime) -> str:
    local = at.astimezone(context["zone"]).time()
    return str(format_time(local, "short", locale=locale_of(context["language"])))


@pass_context
def _listed(context: Context, values: tuple[object, ...]) -> str:
    return str(format_list([str(v) for v in values], locale=locale_of(context["language"])))


@lru_cache(maxsize=4096)  # a year and more, in a few languages; the spelling takes 30 µs
def _spelled(day: date, skeleton: str, language: str) -> str:
    return str(format_skeleton(skeleton, day, locale=locale_of(language)))
