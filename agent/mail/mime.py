"""Takes a message apart: headers, parts, encodings, charsets. Any octets go in, and lenient values come out.

Nothing here raises and nothing recurses; each loop has an end that the sender cannot move.
"""

import binascii
import codecs
import re
from collections.abc import Iterator, Mapping

MOST_PARTS = 2_000  # a photo album sends a few hundred
MOST_LINES = 5_000  # header lines, folded ones counted each; real mail stays under 300
LONGEST_LINE = 102_400  # one unfolded header: Postfix's header_size_limit

Headers = Mapping[str, tuple[str, ...]]  # lower-case name, values unfolded, not decoded
HEADERS_END = re.compile(rb"\n\r?\n")
_HEADER = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_NEXT_HEADER = re.compile(rb"\n(?![ \t])")
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_ESCAPED = re.compile(r"\\(.)")
_ENCODED = re.compile(r"=\?([\w.:+-]*)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_ENCODED = re.compile(r"(?<=\?=)\s+(?==\?)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_CHARSETS = {
    # As browsers do (WHATWG): senders say the small set and use the large one.
    "ascii": "utf-8", "us-ascii": "utf-8", "ansi_x3.110-1983": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "iso-gb2312": "gb18030",
    "ks_c_5601-1987": "cp949", "x-sjis": "cp932", "shift_jis": "cp932", "iso-8859-8-i": "iso-8859-8", "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8", "x-unknown": "utf-8", "unknown-8bit": "utf-8", "": "utf-8", "iso-2022-jp": "iso-2022-jp-ext", "x-mac-roman": "mac-roman",
}  # fmt: skip
_NO_CHARSETS = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
}  # slow, or not of mail
_WRITTEN_IN_ASCII = {"utf-7", "unicode-1-1-utf-7", "hz-gb-2312", "iso-2022-jp", "iso-2022-kr"}  # and meaning more
_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"  # id-data, inside CMS signed-data (RFC 5652 section 5.2)


def decoded(value: str) -> str:
    """A header's encoded words (RFC 2047) as text; what cannot be decoded stays as it came."""
    if "=?" not in value:
        return value
    return _ENCODED.sub(_word, _BETWEEN_ENCODED.sub("", value))


def _word(found: re.Match[str]) -> str:
    charset, way, payload = found.groups()
    octets = payload.encode("utf-8", "replace")
    octets = _from_base64(octets) if way in "bB" else binascii.a2b_qp(octets, header=True)
    return text_of(octets, charset)


def begun(raw: bytes) -> bytes:
    """A whole message from its first header on: whoever reads one past blank lines on top, all do, or they see two Froms."""
    return raw.lstrip(b" \t\r\n")


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and the body; a body without any header is found by its first line."""
    if raw[:5] == b"From " or raw[:6] == b">From ":  # an mbox line, left by some deliverers
        raw = raw[raw.find(b"\n") + 1 :] if b"\n" in raw else b""
    end = HEADERS_END.search(raw)
    block, body = (raw[: end.start()].removesuffix(b"\r"), raw[end.end() :]) if end else (raw, b"")
    if b"\n" not in block and block.count(b"\r") > 1:  # lone CR as line end
        block, body = split(raw.replace(b"\r", b"\n"))
    if not _HEADER.match(block):
        return b"", raw
    return block, body


def headers_of(block: bytes) -> dict[str, tuple[str, ...]]:
    """Each header by its lower-case name; repeated ones in their order."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in fields_of(block):
        key = name.decode("ascii", "replace")
        found[key] = (*found.get(key, ()), unfolded(value))
    return found


def fields_of(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every header in its order: its lower-case name, and its value as it came, but with LF as line end."""
    for number, one in enumerate(_NEXT_HEADER.split(block.replace(b"\r\n", b"\n"))):
        name, colon, value = one.partition(b":")
        if number > MOST_LINES:
            break
        if not colon or not name or b" " in name.strip() or len(name) > 200:
            continue
        yield name.strip().lower(), value


def unfolded(value: bytes) -> str:
    """One unfolded header value: UTF-8 where it is (RFC 6532), else as Windows would read it."""
    return text_of(value, "").replace("\r", "").replace("\n", "").strip()


def typed(value: str) -> tuple[str, dict[str, str]]:
    """A Content-Type or Content-Disposition as its value and parameters; nonsense is text/plain's ""."""
    kind = value.partition(";")[0].strip().lower()
    parameters: dict[str, str] = {}
    for number, found in enumerate(_PARAMETER.finditer(value[:LONGEST_LINE])):
        if number > 50:
            break
        name, quoted, bare = found.groups()
        parameters.setdefault(name.lower(), _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare)
    return kind, parameters


def part_of(raw: bytes) -> tuple[Headers, bytes]:
    """One child of a multipart: it may start with the empty line, having no headers at all."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return {}, raw.lstrip(b"\r\n")
    block, body = split(raw)
    return headers_of(block[:LONGEST_LINE]), body


def children(body: bytes, boundary: str) -> Iterator[bytes]:
    """The parts between the boundary lines; a missing last line is forgiven (RFC 2046 section 5.1.1)."""
    mark = b"--" + boundary.encode("utf-8", "replace").strip()
    if len(mark) <= 2 or len(mark) > 300:
        return
    end = b"(--)?[ \t]*(?:\r?\n|\\Z)"
    begun, body = -1, b"\n" + body
    for number, found in enumerate(re.finditer(b"\n" + re.escape(mark) + end, body)):
        if begun >= 0:
            yield body[begun : found.start()].removesuffix(b"\r")
        begun = -1 if found[1] else found.end()
        if found[1] or number > MOST_PARTS:
            return
    if begun >= 0:
        yield body[begun:]


def body_of(body: bytes, encoding: str) -> bytes:
    """The octets behind a transfer encoding; an unknown one is left as it came."""
    if encoding == "base64":
        return _from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    return body


def _from_base64(octets: bytes) -> bytes:
    """Base64 with anything in between, cut off anywhere (RFC 2045 section 6.8 asks to ignore other characters)."""
    clean = _NOT_BASE64.sub(b"", octets.split(b"=\n\n")[0])  # after the padding, lists append a footer in the clear
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def text_of(octets: bytes, charset: str) -> str:
    """Octets as text in what they say they are, else UTF-8, else what Windows would have meant."""
    if octets.isascii() and charset.lower() not in _WRITTEN_IN_ASCII:
        return octets.decode("ascii").replace("\x00", "")
    name = charset.strip(" \"'").lower()
    name = _CHARSETS.get(name, name)
    try:
        known = codecs.lookup(name)
        usable = known._is_text_encoding and known.name not in _NO_CHARSETS  # noqa: SLF001 - what bytes.decode asks too
    except (LookupError, ValueError):
        usable = False
    for candidate in (name, "utf-8") if usable else ("utf-8",):
        try:
            return _whole(octets.decode(candidate))
        except (UnicodeError, ValueError):
            continue
    return _whole(octets.decode(name if usable and name != "utf-8" else "cp1252", "replace"))


def _whole(text: str) -> str:
    """Without NUL and halves of surrogate pairs, which no text is made of."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Join the soft line breaks of format=flowed, also inside quotes (RFC 3676 section 4)."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = f"    {bare[1:]}" if bare.startswith(" >") else bare.removeprefix(" ")  # typed, and no mark of a quote
        soft = bare.endswith(" ") and bare != "-- "
        if open_depth == depth and bare != "-- ":
            lines[-1] += bare
        else:
            lines.append((">" * depth + " " if depth else "") + bare)
        if soft and delsp:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if soft else -1
    return "\n".join(lines)


def opaque(der: bytes) -> bytes:
    """What an S/MIME opaque signature wraps (CMS id-data in BER or DER); b"" when it is not there, as in encrypted mail.

    Only the octets are taken out: nothing is verified, so nothing is believed because of it.
    """
    at = der.find(_SIGNED_DATA)
    if at < 0 or der.find(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 0, 64) < 0:
        return b""
    at += len(_SIGNED_DATA)
    taken = b""
    for _ in range(10_000):
        if at + 2 > len(der):
            break
        tag, first = der[at], der[at + 1]
        width = first & 0x7F if first > 0x80 else 0
        length = int.from_bytes(der[at + 2 : at + 2 + width], "big") if width else first
        at += 2 + width
        if tag == 0x04:
            taken += der[at : at + length]
            at += length
        elif tag not in (0xA0, 0x24) or (taken and tag == 0xA0):
            break
    return taken


def first(headers: Headers, name: str) -> str:
    """The first value of this header (lower-case name); "" when absent."""
    return headers.get(name, ("",))[0]
