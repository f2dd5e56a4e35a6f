"""The dates of an agreement as a calendar file (F32): when people meet, and when they look back.

Calendar programs tell events apart by UID and their versions by SEQUENCE (RFC 5545 sections 3.8.4.7 and 3.8.7.4): both
come from the caller, so that a second file changes what the first one put there and doubles nothing (peers 35).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar

from agent.alliance.dates import meeting_days, recurrence, zone_named
from agent.alliance.model import Rule
from agent.papers.vtimezone import vtimezone
from agent.papers.words import plain


@dataclass(frozen=True, slots=True)
class CheckinDay:
    """One day on which to look back. The number stays with it for life; a day that is off is told as cancelled."""

    number: int
    day: date
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class TrialDay:
    """The last day of a line on trial. The number stays with it for life."""

    number: int
    title: str
    day: date
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    """What stands in the file. Texts are ready to show."""

    uid: str  # of the alliance, the same for ever: "17@alliance.example"
    stamp: datetime  # the instant of the agreement
    sequence: int  # rises with every file that replaces one
    meeting_title: str
    checkin_title: str
    start: date  # meetings are on the first day that fits from here on, and then by the rule
    meeting: Rule | None = None
    meeting_cancelled: bool = False
    minutes: int = 30
    zone: str = ""  # IANA name; the rule's own zone comes first. Unknown: wall time wherever one is
    place: str = ""
    until: date | None = None  # the last day of meetings that are on trial
    notes: str = ""  # said in each event
    checkins: tuple[CheckinDay, ...] = ()
    trials: tuple[TrialDay, ...] = ()


def calendar_file(plan: CalendarPlan) -> bytes:
    """The file, to publish (RFC 5546 section 3.2.1): nobody is invited, nobody has to answer."""
    zone = zone_named(plan.meeting.zone) or zone_named(plan.zone) if plan.meeting else None
    found = icalendar.Calendar()
    found.add("prodid", "-//Alliance//Working agreement//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    if zone and plan.meeting and plan.meeting.hour is not None:
        found.add_component(vtimezone(zone, plan.start))
    if plan.meeting or plan.meeting_cancelled:
        found.add_component(_meeting(plan, zone))
    for checkin in plan.checkins:
        event = _event(plan, f"checkin-{checkin.number}", plan.checkin_title, cancelled=checkin.cancelled)
        found.add_component(_all_day(event, checkin.day))
    for trial in plan.trials:
        event = _event(plan, f"trial-{trial.number}", trial.title, cancelled=trial.cancelled)
        found.add_component(_all_day(event, trial.day))
    return bytes(found.to_ical())


def _meeting(plan: CalendarPlan, zone: ZoneInfo | None) -> icalendar.Event:
    event = _event(plan, "meeting", plan.meeting_title, cancelled=plan.meeting_cancelled)
    if plan.place:
        event.add("location", plain(plan.place))
    if plan.meeting is None:
        _all_day(event, plan.start)
        return event
    first = next(meeting_days(plan.meeting, plan.start), plan.start)
    if plan.meeting.hour is None:
        _all_day(event, first)
    else:
        start = datetime.combine(first, time(plan.meeting.hour, plan.meeting.minute), zone)
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=plan.minutes))  # on the wall
    event.add("rrule", recurrence(plan.meeting, first) | _until(plan, zone))
    return event


def _until(plan: CalendarPlan, zone: ZoneInfo | None) -> dict[str, list[date]]:
    """The end of a trial: an instant in UTC for meetings with an hour, a day for others (RFC 5545 section 3.3.10)."""
    if plan.until is None:
        return {}
    if plan.meeting is None or plan.meeting.hour is None:
        return {"UNTIL": [plan.until]}
    end = datetime.combine(plan.until, time(23, 59, 59), zone)
    return {"UNTIL": [end.astimezone(UTC) if zone else end]}


def _event(plan: CalendarPlan, what: str, title: str, *, cancelled: bool) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{what}.{plan.uid}")
    event.add("sequence", plan.sequence)
    event.add("dtstamp", plan.stamp.astimezone(UTC))
    event.add("summary", plain(title))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if plan.notes:
        event.add("description", plain(plan.notes))
    return event


def _all_day(event: icalendar.Event, day: date) -> icalendar.Event:
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # a day to remember, not a day that is taken
    return event
