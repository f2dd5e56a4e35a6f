"""What goes along with a letter: the page to print, the calendar file, the picture of the numbers, one's own words."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta, tzinfo
from hashlib import sha256
from pathlib import Path

from babel.dates import format_date, format_skeleton, format_time

from agent.alliance.letters import Closing, ClosingAsk, Digest, Final, Letter, MyData, RhythmChanged, TeamDigest, Tool
from agent.alliance.model import Alliance
from agent.alliance.words import ENGLISH, joined, locale_of, phrase
from agent.mail.letter import Attachment
from agent.papers.calendar import CalendarPlan, CheckinDay, TrialDay, calendar_file
from agent.papers.own import own_files
from agent.papers.pdf import AgreementPage, agreement_pdf, tool_pdf
from agent.papers.trend import CID, trend_png

CHECKINS = 3  # as many as a letter names
NAMED = 8  # people at most, by name, in a title
Papers = Callable[[str], Path]  # where the template of a paper is, by its name
CALENDAR = 'text/calendar; charset="utf-8"; method=PUBLISH'


def enclosed(alliance: Alliance, letter: Letter, zone: tzinfo, domain: str, papers: Papers) -> tuple[Attachment, ...]:
    """What goes with this letter; `papers` finds the template of each.

    The papers of an agreement are the same for everybody (F31); an updated calendar goes out when a date changes (S25).
    """
    match letter:
        case Final():
            page = agreement_pdf(page_of(alliance, letter, zone), papers("agreement.typ"))
            dates = _calendar(alliance, letter, zone, domain) if letter.calendar else ()
            return (Attachment("agreement.pdf", "application/pdf", page), *dates)
        case RhythmChanged():
            return _calendar(alliance, letter, zone, domain)
        case Digest() | TeamDigest() if letter.trend:
            return (trend_of(letter, papers, alliance.language or ENGLISH),)
        case Tool():  # a page to print (F54)
            return (Attachment(f"{_slug(letter.title)}.pdf", "application/pdf", tool_pdf(letter, papers("tool.typ"))),)
        case MyData() | ClosingAsk() | Closing():
            return tuple(Attachment(*file) for file in own_files(letter.mine))
    return ()


def _calendar(alliance: Alliance, letter: Final | RhythmChanged, zone: tzinfo, domain: str) -> tuple[Attachment, ...]:
    return (Attachment("alliance.ics", CALENDAR, calendar_file(plan_of(alliance, letter, zone, domain))),)


def trend_of(letter: Digest | TeamDigest, papers: Papers, language: str) -> Attachment:
    """The picture that the letter shows: the very numbers of its table."""
    rounds = [format_skeleton("MMM", day, locale=locale_of(language)) for day in letter.rounds]
    rows = [(row.name, row.ratings) for row in letter.trend]
    return Attachment("trend.png", "image/png", trend_png(rounds, rows, papers("trend.typ")), CID)


def _slug(title: str) -> str:
    """A title as the name of a file: "feedback-on-one-page"."""
    return "-".join(re.findall(r"\w+", title.casefold())) or "tool"


def page_of(alliance: Alliance, letter: Final, zone: tzinfo) -> AgreementPage:
    """The agreement as a page to print: the very lines that were agreed to."""
    language = alliance.language or ENGLISH
    locale = locale_of(language)
    when = tuple(
        (a.name, f"{format_date(local, 'd MMMM yyyy', locale)}, {format_time(local, 'HH:mm', locale=locale)}")
        for a in letter.agreed
        if (local := a.at.astimezone(zone))
    )
    return AgreementPage(
        title=phrase(language, "paper", "title"),
        names=_titled(alliance, language),
        subtitle="",
        sections=tuple((s.title, tuple((str(line.number), line.text) for line in s.lines)) for s in letter.sections),
        agreed=when,
        version=phrase(language, "paper", "version").format(n=letter.version),
        sha256=letter.sha256,
        notice=alliance.drafts[letter.version - 1].text.strip().rpartition("\n")[2],
        credit=phrase(language, "paper", "credit"),
        language=language,
        conjunction=phrase(language, "and"),
    )


def _titled(alliance: Alliance, language: str) -> tuple[str, ...]:
    """The names that stand in a title; of many people the first, and how many more there are."""
    first, *others = [p.name for p in alliance.present]
    if len(others) < NAMED:
        return first, *others
    return first, phrase(language, "others").format(n=len(others))


def plan_of(alliance: Alliance, letter: Final | RhythmChanged, zone: tzinfo, domain: str) -> CalendarPlan:
    """Meetings by their rule, and the next check-ins; the same UIDs in every file of this alliance (F32)."""
    since = alliance.meeting_since or alliance.agreed_at
    assert since is not None
    assert alliance.agreed_at is not None
    start = since.astimezone(zone).date() + timedelta(days=1)  # a meeting earlier on the day of agreeing is over
    language = alliance.language or ENGLISH
    names = joined(_titled(alliance, language), language)
    went = sum(1 for c in alliance.checkins if c.asked is not None)
    return CalendarPlan(
        uid=f"{sha256(f'calendar {alliance.id}'.encode()).hexdigest()[:24]}@{domain}",
        stamp=alliance.agreed_at,
        sequence=alliance.calendar_sequence,
        meeting_title=names,
        checkin_title=phrase(language, "paper", "checkin").format(names=names),
        start=start,
        meeting=alliance.meeting,
        meeting_cancelled=alliance.meeting is None and alliance.met,
        zone=alliance.zone,
        place=alliance.place if alliance.meeting else "",
        until=next((t.ends for t in alliance.trials if t.meets and not t.off), None),
        checkins=tuple(_checkins(letter.checkins, went, start, again=alliance.calendar_sequence > 0)),
        trials=tuple(_trials(alliance, names, language)),
    )


def _trials(alliance: Alliance, names: str, language: str) -> Iterator[TrialDay]:
    """The last days that are ahead; one that is off is cancelled, and one that has been stays as it was."""
    numbers = {line.id: n for n, line in enumerate(alliance.drafts[alliance.agreed - 1].lines, 1)}
    for place, trial in enumerate(alliance.trials, 1):
        if trial.asked is None:
            said = phrase(language, "paper", "trial" if trial.line in numbers else "trial_gone")
            title = said.format(names=names, n=numbers.get(trial.line, 0))
            yield TrialDay(place, title, trial.ends, cancelled=trial.off)


def _checkins(days: tuple[date, ...], went: int, start: date, *, again: bool) -> Iterator[CheckinDay]:
    """The next ones under the numbers that they keep; what an earlier file promised and is off now is cancelled."""
    for number in range(CHECKINS):
        if number < len(days):
            yield CheckinDay(went + number + 1, days[number])
        elif again:
            yield CheckinDay(went + number + 1, start, cancelled=True)
