"""Leaves a rehearsal as a folder: every mail as it went over the wire and as text and HTML, the papers, and an index."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from agent.alliance.model import Alliance
from agent.rehearsal.mailbox import Mail

_MADE = re.compile(
    r"\d{3,}-(?:to|from)-[a-z0-9-]*\.(?:eml|html|txt)|agreement\.(?:pdf|txt)|alliance\.(?:ics|db.*|log)|index\.txt"
)
_SLUG = 40  # characters of a subject in a file's name


def cleared(folder: Path, but: str = "") -> Path:
    """Make the folder, and take away what an earlier rehearsal left in it; other files stay, and the one named `but`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if _MADE.fullmatch(path.name) and path.name != but:
            path.unlink()
    return folder


def mails(folder: Path, kept: Sequence[Mail]) -> None:
    """Write every mail, and the list of them."""
    for mail in kept:
        stem = folder / name_of(mail)
        stem.with_suffix(".eml").write_bytes(mail.raw)
        stem.with_suffix(".txt").write_text(mail.text + "\n", "utf-8")
        if mail.html:
            stem.with_suffix(".html").write_text(mail.html, "utf-8")
    rows = [f"{name_of(m)}.eml  {m.at:%Y-%m-%d %H:%M %Z}  {said(m)}  {m.subject}" for m in kept]
    (folder / "index.txt").write_text("\n".join(rows) + "\n", "utf-8")


def papers(folder: Path, kept: Sequence[Mail], held: Sequence[Alliance]) -> dict[str, Path]:
    """Write the newest agreement: its text as it was agreed to, the page, the calendar; what there is of them."""
    found = {
        {"application/pdf": "agreement.pdf", "text/calendar": "alliance.ics"}.get(kind, ""): content
        for mail in kept
        for _, kind, content in mail.attachments
    }
    agreed = [a for a in held if a.agreed]
    if agreed:
        found["agreement.txt"] = agreed[-1].drafts[agreed[-1].agreed - 1].text.encode()
    found.pop("", None)
    for name, content in found.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in sorted(found)}


def name_of(mail: Mail) -> str:
    """The file name of a mail, without its ending: 007-to-jonas-maya-lind-asked-me-to-write-to-you."""
    ascii_only = unicodedata.normalize("NFKD", mail.subject).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:_SLUG].strip("-")
    return f"{mail.number:03}-{'from' if mail.mine else 'to'}-{mail.person.key}-{slug}"


def said(mail: Mail) -> str:
    """Who wrote to whom, for people to read."""
    return f"{mail.by} → {'Alliance' if mail.mine else mail.person.name}"
