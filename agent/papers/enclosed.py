"""What goes along with the agreement: the page to print and the calendar file, made from the alliance itself (decision 7)."""

from datetime import tzinfo
from hashlib import sha256
from pathlib import Path

from babel.dates import format_date, format_time

from agent.alliance.letters import Final
from agent.alliance.model import Alliance
from agent.alliance.turn import joined
from agent.mail.letter import Attachment
from agent.papers.calendar import CalendarPlan, CheckinDay, calendar_file
from agent.papers.pdf import AgreementPage, agreement_pdf

TITLE = "Our working agreement"
CREDIT = "Made with Alliance"
CALENDAR = 'text/calendar; charset="utf-8"; method=PUBLISH'


def enclosed(alliance: Alliance, letter: Final, zone: tzinfo, domain: str, template: Path) -> tuple[Attachment, ...]:
    """The papers of an agreement: the same for everybody (F31). No calendar where there is nothing to put in it."""
    page = Attachment("agreement.pdf", "application/pdf", agreement_pdf(page_of(alliance, letter, zone), template))
    if not letter.calendar:
        return (page,)
    return (page, Attachment("alliance.ics", CALENDAR, calendar_file(plan_of(alliance, letter, zone, domain))))


def page_of(alliance: Alliance, letter: Final, zone: tzinfo, *, locale: str = "en_GB") -> AgreementPage:
    """The agreement as a page to print: the very lines that were agreed to."""
    when = tuple(
        (a.name, f"{format_date(local, 'd MMMM yyyy', locale)}, {format_time(local, 'HH:mm', locale=locale)}")
        for a in letter.agreed
        if (local := a.at.astimezone(zone))
    )
    return AgreementPage(
        title=TITLE,
        names=tuple(p.name for p in alliance.present),
        subtitle="",
        sections=tuple((s.title, tuple((str(line.number), line.text) for line in s.lines)) for s in letter.sections),
        agreed=when,
        version=f"Version {letter.version}",
        sha256=letter.sha256,
        notice=alliance.drafts[letter.version - 1].text.strip().rpartition("\n")[2],
        credit=CREDIT,
    )


def plan_of(alliance: Alliance, letter: Final, zone: tzinfo, domain: str) -> CalendarPlan:
    """Meetings by their rule, and the next check-ins; the same UIDs in every file of this alliance (F32)."""
    assert alliance.agreed_at is not None
    names = joined([p.name for p in alliance.present])
    went = sum(1 for c in alliance.checkins if c.asked is not None)
    return CalendarPlan(
        uid=f"{sha256(f'calendar {alliance.id}'.encode()).hexdigest()[:24]}@{domain}",
        stamp=alliance.agreed_at,
        sequence=alliance.calendar_sequence,
        meeting_title=names,
        checkin_title=f"How is it going, {names}?",
        start=alliance.agreed_at.astimezone(zone).date(),
        meeting=alliance.meeting,
        meeting_cancelled=alliance.meeting is None and alliance.met,
        zone=alliance.zone,
        place=alliance.place if alliance.meeting else "",
        checkins=tuple(CheckinDay(went + i, day) for i, day in enumerate(letter.checkins, 1)),
    )
