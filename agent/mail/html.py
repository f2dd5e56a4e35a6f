"""Turns the HTML half of a message into the text that its reader sees.

Lists, line breaks and paragraphs stay; what the mail client marked as the earlier mail comes out with "> " in front, so
that the quote rules are the same for both halves; what no reader could see is left out (T45).
"""

import re
from collections.abc import Mapping

from lxml import etree

LONGEST = 256 * 1024  # characters that are read; an answer is a page, the quote below it ten
MOST_ELEMENTS = 50_000  # a bomb of empty elements ends here
DEEPEST = 200  # below libxml2's own limit of 256

_BLOCKS = frozenset(("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"))  # fmt: skip
_APART = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table")
)  # paragraphs: an empty line around them
_SILENT = frozenset(
    (
        "head",
        "style",
        "script",
        "title",
        "template",
        "object",
        "iframe",
        "noscript",
        "svg",
        "math",
        "select",
        "textarea",
        "button",
    )
)
_CELLS = frozenset(("td", "th"))
# Everything that follows in the document is the earlier mail.
_HISTORY_BELOW = re.compile(r"(^|\s|x_)(divrplyfwdmsg|appendonsend|stopspelling|olk_src_body_section|ms-outlook-mobile-reference-message|mail-editor-reference-message-container|spmarker|_mailoriginal|replysplit|originalcontent|isreplycontent)\b", re.IGNORECASE)  # fmt: skip
# Everything inside is the earlier mail, or the line that introduces it.
_HISTORY_INSIDE = re.compile(r"(^|\s|x_)(gmail_attr|gmail_quote_container|moz-cite-prefix|moz-forward-container|moz-email-headers-table|moz-signature|yahoo_quoted|yahooquotedcontent|yahooqt\w*|protonmail_quote|tutanota_quote|zmail_extra|zmail_extra_hr|wm_quote|mailbox_signature|gmail_signature|gmail_signature_prefix|protonmail_signature_block\S*|apple-mail-signature|outlookmessageheader|quotedmailwrapper|reply-intro|ms-outlook-mobile-signature|mobile-signature|mail-signature)\b", re.IGNORECASE)  # fmt: skip
_OUTLOOK_RULE = re.compile(
    r"border:none;border-top:solid#?\w+1(\.0)?pt;padding:3(\.0)?pt0(in|cm|mm|pt)?0(in|cm|mm|pt)?0(in|cm|mm|pt)?"
)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|(?<![\w-])font-size:(?:0(?:\.0+)?(?:px|pt|em|rem|%)?|[01](?:\.\d+)?px)(?:;|!|$)|mso-hide:all|(?<!-)opacity:0(?:\.0+)?(?:;|!|$)"
    r"|(?<![\w-])color:(?:transparent|rgba\((?:\d+,){3}0?\.?0+\))|(?<![\w-])(?:left|top|text-indent):-\d{3,}|clip:rect\((?:[01](?:px)?,?){4}\)"
)
_NO_ROOM = re.compile(
    r"(?<![\w-])(?:max-)?(?:height|width):0(?:px)?(?:;|!|$)"
)  # hidden where nothing may stand out of it
_STRUCK = frozenset(("s", "strike", "del"))
_LINE_THROUGH = re.compile("line-through")
_SMILEY = re.compile(
    r":\w{1,20}:|[:;=8xX][-^o']?[^\w\s]{1,2}|[:;][-^]?[DPpOoSsXx]"
)  # an ironic one may turn a yes around
_OUTER = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)  # libxml2 reads nothing behind them, and mail programs do
_MEDIA = re.compile(r"@media[^{}@;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.IGNORECASE)
_DARK = "@ground"  # in a sheet: it gives something a background
CUT_SHORT = "[…]"  # stands where there was more than is read: who writes below it is not heard, so no yes may count
_WHITE = r"(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?=[;!]|$)"
_WHITE_TEXT = re.compile(r"(?<![\w-])color:" + _WHITE)
_GROUND = re.compile(r"(?<![\w-])background(-color)?:")
_WHITE_GROUND = re.compile(r"(?<![\w-])background(-color)?:" + _WHITE)
_INDENT = re.compile(r"margin:00040px|margin-left:40px|border:none")  # what "indent" gives in webmail: not a quote
_SPACES = r"[ \t\r\n\f\u00a0\u2007\u202f]"
_SPACE = re.compile(rf"{_SPACES}(?:{_SPACES}+|(?<! ))")  # but one alone, which is most of them and may stay
_NONE = re.compile(r"[-+]?0*(?:\.0+1?)?(?:[a-z]+|%)?", re.IGNORECASE)  # Word writes 0.0001pt
_AS_TYPED = re.compile(r"white-space(?:-collapse)?:(?:-\w+-)?(?:pre|break-spaces)")  # line ends count
_AS_ONE = re.compile(r"white-space(?:-collapse)?:(?:normal|nowrap|collapse)")
_AS_BLOCK = re.compile(r"(?<![\w-])display:(?:block|flex|grid|table|list-item|flow-root)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_NAME = re.compile(r"[.#]?[\w-]+|\*")
_PARSER = etree.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")  # threads take turns with it
STRUCK = "~~"  # around words that were struck through: they stand there, and nobody says them
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f]")


def text_of(source: str) -> str:
    """The visible text; earlier mails with "> " before each line. "" when it cannot be read at all."""
    more = len(source) > LONGEST
    source = _OUTER.sub("", source[:LONGEST].replace("\x00", ""))
    if not source.strip():
        return ""
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser=_PARSER)
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    if root is None:
        return ""
    page = _Page(_sheet(root))
    walk = etree.iterwalk(root, events=("start", "end"))
    for number, (event, element) in enumerate(walk):
        if number > MOST_ELEMENTS:
            more = True
            break
        if event == "end":
            page.leave(element)
        elif not page.enter(element):
            walk.skip_subtree()
    return f"{page.text()}\n{CUT_SHORT}" if more or page.too_deep else page.text()


class _Page:
    """The text as it grows: a line that is being written, how deep it is quoted, and what is hidden."""

    def __init__(self, sheet: dict[str, str]) -> None:
        self.sheet = sheet
        self.lines: list[str] = []
        self.line = ""
        self.depth = 0  # of quoting
        self.level = 0  # of elements
        self.open: list[
            tuple[str, bool, bool]
        ] = []  # those that can be seen: tag, whether it is a block, and set apart
        self.hidden = False  # the element that is open cannot be seen
        self.too_deep = False  # something typed stood deeper than is looked
        self.struck = 0  # the level at which words began to be struck through
        self.lists: list[int] = []  # the next number of each open list; -1 for bullets
        self.quotes: list[int] = []  # the levels at which quoting began
        self.pre: list[tuple[int, bool]] = []  # the levels that say whether line ends count, and whether they do
        self.history = False  # all the rest is history
        self.held_open = False  # a no-break space stands on a line that is otherwise empty, so that it is one

    def enter(self, element: etree._Element) -> bool:
        """Begin an element; whether anything in it can be seen."""
        self.level += 1
        tag, attributes = element.tag, dict(element.items())
        style = _even(attributes.get("style", "") + (f";color:{attributes.get('color', '')}" if tag == "font" else ""))
        layout = self._layout(tag, attributes, style)
        self.too_deep = self.too_deep or (self.level > DEEPEST and not self.depth)
        self.hidden = (
            tag in _SILENT
            or "hidden" in attributes
            or (layout and _is_hidden(element, layout, dark=_DARK in self.sheet))
            or self.level > DEEPEST
        )
        if self.hidden:
            return False
        self._quote(tag, attributes, style)
        typed = tag == "pre" or _AS_TYPED.search(layout) is not None
        if typed or _AS_ONE.search(layout):
            self.pre.append((self.level, typed))
        is_block = tag in _BLOCKS or _AS_BLOCK.search(layout) is not None
        is_apart = is_block and _is_apart(tag, attributes)
        self.open.append((tag, is_block, is_apart))
        if tag == "br":
            self._end_line(blank=True)
        elif is_block:
            self._begin_block(tag, attributes, apart=is_apart)
        elif tag in _CELLS and self.line.strip():
            self.line += " "
        elif tag == "img":
            self._say(_emoji(attributes.get("alt", "")))
        if not self.struck and (tag in _STRUCK or "line-through" in layout):
            self.struck = self.level
            self._say(STRUCK)
        self._say(element.text)
        return True

    def leave(self, element: etree._Element) -> None:
        if self.hidden:
            self.hidden = False
        else:
            tag, is_block, is_apart = self.open.pop()
            if self.struck == self.level:
                self.struck = 0
                self._say(STRUCK)
            self._end(tag, is_block=is_block, apart=is_apart)
        if self.pre and self.pre[-1][0] == self.level:
            self.pre.pop()
        self.level -= 1
        self._say(element.tail)

    def text(self) -> str:
        """All lines; never more than one empty line in a row."""
        self._end_line()
        joined = "\n".join(self.lines)
        return re.sub(r"\n(?:> *)*(?:\n(?:> *)*){2,}(?=\n|$)", "\n\n", joined).strip("\n")

    def _quote(self, tag: str, attributes: Mapping[str, str], style: str) -> None:
        marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        below = (marks != " " and _HISTORY_BELOW.search(marks)) or (style and _OUTLOOK_RULE.search(style))
        if below and not self.history and (self.lines or self.line.strip()):
            self._end_line()
            self.history = True
            self.depth += 1
        cited = tag == "blockquote" and not (
            style and _INDENT.search(style) and not attributes.get("class") and attributes.get("type") != "cite"
        )
        if cited or (marks != " " and _HISTORY_INSIDE.search(marks)):
            self._end_line()
            self.depth += 1
            self.quotes.append(self.level)

    def _begin_block(self, tag: str, attributes: Mapping[str, str], *, apart: bool) -> None:
        self._end_line(apart=apart and not self.lists)
        if tag in ("ul", "ol"):
            start = attributes.get("start", "1")
            self.lists.append((int(start) if start.isdecimal() and len(start) < 6 else 1) if tag == "ol" else -1)
        elif tag == "li":
            self.line = self._bullet()

    def _layout(self, tag: str, attributes: Mapping[str, str], style: str) -> str:
        """What its own style, and the rules that may be meant for it, say of lines."""
        if not self.sheet:
            return style
        classes = (f".{name}" for name in attributes.get("class", "").split())
        names = ("*", tag, f"#{attributes.get('id', '')}", *classes)
        return ";".join(filter(None, (style, *(self.sheet.get(name, "") for name in names))))

    def _bullet(self) -> str:
        if not self.lists or self.lists[-1] < 0:
            return "  " * max(0, len(self.lists) - 1) + "- "
        self.lists[-1] += 1
        return "  " * max(0, len(self.lists) - 1) + f"{self.lists[-1] - 1}. "

    def _end(self, tag: str, *, is_block: bool, apart: bool) -> None:
        if is_block:
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self._end_line(apart=apart and not self.lists, blank=self.held_open)
        if self.quotes and self.quotes[-1] == self.level:
            self._end_line()
            self.quotes.pop()
            self.depth -= 1

    def _say(self, words: str | None) -> None:
        if not words:
            return
        words = INVISIBLE.sub("", words)
        if self.pre and self.pre[-1][1]:
            *whole, last = words.split("\n")
            for line in whole:
                self.line += line
                self._end_line(blank=bool(words.strip()))  # what stands between two elements makes no empty line
            self.line += last
            return
        self.held_open = not self.line.strip() and (self.held_open or "\u00a0" in words) and not words.strip()
        words = _SPACE.sub(" ", words)
        self.line += words.lstrip(" ") if not self.line or self.line[-1] == " " else words

    def _end_line(self, *, apart: bool = False, blank: bool = False) -> None:
        line = self.line.rstrip()
        prefix = "> " * self.depth
        if line or blank:
            self.lines.append((prefix + line).rstrip())
        self.line, self.held_open = "", False
        if apart and self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix.rstrip())


def _sheet(root: etree._Element) -> dict[str, str]:
    """What the style sheets say of lines, by class, id or element; when in doubt it is meant, since a line stays one."""
    found: dict[str, set[str]] = {}
    for sheet in root.iter("style"):
        text = _COMMENT.sub(" ", sheet.text or "")
        plain = _MEDIA.sub(" ", text)  # what is hidden on paper or on a telephone alone may be seen
        for rule in plain.split("}"):
            head, _, body = rule.rpartition("{")
            body = _even(body)
            if _GROUND.search(body) and not _WHITE_GROUND.search(body):
                found.setdefault(_DARK, set())
            for name in map(str.strip, head.split(",") if _is_unseen(body) else ()):
                if _NAME.fullmatch(name):  # of what stands inside something else nothing is sure
                    found.setdefault(name, set()).add("display:none")
        for rule in text.split("}"):
            head, _, body = rule.rpartition("{")
            body = _even(body)
            said = {m[0] for style in (_AS_TYPED, _AS_BLOCK, _LINE_THROUGH) if (m := style.search(body))}
            if not said:
                continue
            for selector in head.rpartition("{")[2].split(","):
                names = _NAME.findall((selector.split() or [""])[-1].partition(":")[0])
                for name in [n for n in names if n[0] in ".#"] or names:
                    found.setdefault(name, set()).update(said)
    return {name: ";".join(sorted(said)) for name, said in found.items()}


def _even(style: str) -> str:
    """A style in small letters and without spaces."""
    return "".join(style.lower().split())


def _is_apart(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether a reader sees an empty line around this block; the paragraphs of Word and of Outlook are lines."""
    if tag != "p":
        return tag in _APART
    margins = _margins(attributes.get("style", ""))
    if attributes.get("class", "").startswith("Mso"):
        return any(margin[:1].isdecimal() and not _NONE.fullmatch(margin) for margin in margins)
    return not all(margin and _NONE.fullmatch(margin) for margin in margins)


def _margins(style: str) -> tuple[str, str]:
    """What a style sets above and below; "" for nothing."""
    above = below = ""
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        values = value.partition("!")[0].split()
        if not values:
            continue
        if name.strip() in ("margin", "margin-top"):
            above = values[0]
        if name.strip() in ("margin", "margin-bottom"):
            below = values[2] if len(values) > 2 else values[0]
    return above, below


def _is_unseen(style: str) -> bool:
    return bool(_HIDDEN.search(style) or ("overflow:hidden" in style and _NO_ROOM.search(style)))


def _is_hidden(element: etree._Element, style: str, *, dark: bool) -> bool:
    """Whether a style, written evenly, says plainly that nobody can see this. `dark`: a sheet says what lies behind it."""
    if _is_unseen(style):
        return True
    if dark or not _WHITE_TEXT.search(style):
        return False
    grounds = (_ground(e) for e in (element, *element.iterancestors()))
    return next((ground == "white" for ground in grounds if ground), True)


def _ground(element: etree._Element) -> str:
    """The background that this element itself sets: white, other, or "" for none."""
    style = _even(element.get("style", ""))
    if element.get("bgcolor") or element.get("background"):
        style += f";background:{element.get('bgcolor') or 'picture'}"
    if not _GROUND.search(style):
        return ""
    return "white" if _WHITE_GROUND.search(style) else "other"


def _emoji(alt: str) -> str:
    """Webmail draws emoji as pictures; other pictures say nothing of what was typed."""
    return alt if (0 < len(alt) <= 4 and not alt.isascii()) or _SMILEY.fullmatch(alt) else ""
