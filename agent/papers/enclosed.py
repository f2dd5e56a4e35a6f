"""What goes along with the agreement: the page to print and the calendar file, made from the alliance itself."""

from datetime import tzinfo
from pathlib import Path

from babel.dates import format_date, format_time

from agent.alliance.letters import Final
from agent.alliance.model import Alliance
from agent.mail.letter import Attachment
from agent.papers.pdf import AgreementPage, agreement_pdf

CREDIT = "Made with Alliance"


def enclosed(alliance: Alliance, letter: Final, zone: tzinfo, domain: str, template: Path) -> tuple[Attachment, ...]:
    """The papers of an agreement: the same for everybody (F31)."""
    return (Attachment("agreement.pdf", "application/pdf", agreement_pdf(page_of(alliance, letter, zone), template)),)


def page_of(alliance: Alliance, letter: Final, zone: tzinfo, *, locale: str = "en_GB") -> AgreementPage:
    """The agreement as a page to print: the very lines that were agreed to."""
    names = tuple(p.name for p in alliance.present)
    when = tuple(
        (a.name, f"{format_date(local, 'd MMMM yyyy', locale)}, {format_time(local, 'HH:mm', locale=locale)}")
        for a in letter.agreed
        if (local := a.at.astimezone(zone))
    )
    sections = tuple((s.title, tuple((str(line.number), line.text) for line in s.lines)) for s in letter.sections)
    notice = alliance.drafts[letter.version - 1].text.strip().rpartition("\n")[2]
    return AgreementPage(
        title="Our working agreement",
        names=names,
        subtitle="",
        sections=sections,
        agreed=when,
        version=f"Version {letter.version}",
        sha256=letter.sha256,
        notice=notice,
        credit=CREDIT,
    )
