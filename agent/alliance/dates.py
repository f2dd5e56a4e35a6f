"""When things fall due: quiet hours, check-in days, meetings.

What people agree on is wall time in a zone; instants are computed from it each time, so that daylight saving, leap days
and month ends fall where people expect them (peers 31). Everything here is total: a zone that nobody knows falls back.

A wall time that a clock change skips is read with the offset before the change, one that comes twice is the first of
the two (RFC 5545 section 3.3.5).
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from agent.alliance import model

QUIET = (21, 8)  # nobody is written to from nine in the evening to eight in the morning (spec, pace)

# ---------------------------------------------------------------- zones


def zone_named(name: str) -> ZoneInfo | None:
    """The zone with this IANA name; None when there is none, whatever the text is."""
    try:
        return ZoneInfo(name) if name else None
    except (LookupError, ValueError, OSError):  # unknown; no sane path; a folder such as "Europe"
        return None


def zone_of(person: model.Person, default: str) -> tzinfo:
    """The zone to keep a person's quiet hours in: as told, else as guessed from a Date header, else the operator's."""
    return zone_named(person.zone) or _offset(person.offset_s) or zone_named(default) or UTC


def _offset(seconds: int | None) -> timezone | None:
    if seconds is None or abs(seconds) >= 24 * 60 * 60:
        return None
    return timezone(timedelta(seconds=seconds))


def at_hour(day: date, hour: int, zone: tzinfo, minute: int = 0) -> datetime:
    """The instant of this wall time, in UTC."""
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


# ---------------------------------------------------------------- quiet hours


def awake_at(instant: datetime, zone: tzinfo, quiet: tuple[int, int] = QUIET) -> datetime:
    """The first instant from this one on that is outside the quiet hours; equal hours mean none are quiet."""
    local = instant.astimezone(zone)
    start, end = quiet
    if not _within(local.hour, start, end):
        return instant
    day = local.date() if local.hour < end else local.date() + timedelta(days=1)
    # keeping the fold: from the second pass of an hour that comes twice, the way leads on, not back
    return datetime.combine(day, time(end, fold=local.fold), zone).astimezone(UTC)


def _within(hour: int, start: int, end: int) -> bool:
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def all_awake_at(
    instant: datetime,
    zones: Iterable[tzinfo],
    quiet: tuple[int, int] = QUIET,
    *,
    within: timedelta = timedelta(hours=24),
) -> datetime:
    """The first instant in which nobody is in quiet hours; if there is none in time, then the end of that time.

    For what must reach all at once (decision 12). Two people always share two waking hours of a day; three around the
    globe may not, and then a day is the longest that a letter waits.
    """
    latest = instant + within
    everyone = tuple(zones)
    now = instant
    while now <= latest:
        later = max((awake_at(now, zone, quiet) for zone in everyone), default=now)
        if later == now:
            return now
        now = later
    return latest


# ---------------------------------------------------------------- check-ins


def checkin_days(rhythm: model.Rhythm, agreed: date, n: int) -> tuple[date, ...]:
    """The first `n` days on which to look back: the first days after the agreement, then the rhythm, from the last one.

    Each is counted from the anchor, not from the one before, so that the 31st comes back after a short month.
    """
    if rhythm.unit == "never":
        return ()
    first = [agreed + timedelta(days=days) for days in sorted(set(rhythm.first))]
    anchor = first[-1] if first else agreed
    return tuple(itertools.islice(itertools.chain(first, _every(rhythm, anchor)), n))


def _every(rhythm: model.Rhythm, anchor: date) -> Iterator[date]:
    for count in itertools.count(max(1, rhythm.every), max(1, rhythm.every)):
        match rhythm.unit:
            case "day":
                yield anchor + timedelta(days=count)
            case "week":
                yield anchor + timedelta(weeks=count)
            case _:
                yield anchor + relativedelta(months=count)


# ---------------------------------------------------------------- meetings


def recurrence(rule: model.Rule, first: date) -> dict[str, list[str | int]]:
    """The RRULE parts of a meeting rule whose first day this is (RFC 5545 section 3.3.10).

    "Every month on the 31st" means the last day of a shorter month, which RRULE would leave out.
    """
    parts: dict[str, list[str | int]] = {"FREQ": [rule.freq], "INTERVAL": [max(1, rule.interval)]}
    numbered = any(len(code) > 2 for code in rule.byday)
    days = () if numbered else rule.bymonthday  # "the first Monday, on the 15th" would never come
    if rule.freq in ("MONTHLY", "YEARLY") and not rule.byday:
        days = days or (first.day,)
    if rule.freq == "YEARLY" and days:
        parts["BYMONTH"] = [first.month]  # else every month would have that day
    if rule.byday:
        parts["BYDAY"] = [*_weekdays(rule)]
    if len(days) == 1 and days[0] > 28 and not rule.byday:
        parts["BYMONTHDAY"] = [*range(28, days[0] + 1)]
        parts["BYSETPOS"] = [-1]
    elif days:
        parts["BYMONTHDAY"] = [*days]
    return parts


def _weekdays(rule: model.Rule) -> Iterator[str]:
    numbered = any(len(code) > 2 for code in rule.byday)
    for code in rule.byday:
        if rule.freq in ("DAILY", "WEEKLY"):
            yield code[-2:]  # "the first Monday" has no meaning here
        elif numbered and len(code) == 2:  # beside "the last Friday": dateutil would ask for both on one day
            yield from (f"{n}{code}" for n in range(1, 6 if rule.freq == "MONTHLY" else 54))
        else:
            yield code


def meeting_days(rule: model.Rule, start: date) -> Iterator[date]:
    """The days of a meeting rule: the first that fits on or after `start`, then in the rule's steps from there."""
    every = replace(rule, interval=1)
    first = next(_days(every, start), start)
    return _days(rule, first)


def _days(rule: model.Rule, first: date) -> Iterator[date]:
    text = ";".join(f"{key}={','.join(map(str, values))}" for key, values in recurrence(rule, first).items())
    return (moment.date() for moment in rrulestr(text, dtstart=datetime.combine(first, time())))


def next_meetings(
    rule: model.Rule, zone: tzinfo, after: datetime, n: int, *, start: date | None = None
) -> tuple[datetime, ...]:
    """The next `n` meetings at or after an instant, in UTC; a rule without an hour counts as the start of the day.

    `start` is the day from which the calendar file runs, so that "every second week" means the same weeks here and
    there; None when it is the local day of `after`.
    """
    days = meeting_days(rule, start or after.astimezone(zone).date())
    moments = (at_hour(day, rule.hour or 0, zone, rule.minute) for day in days)
    return tuple(itertools.islice((moment for moment in moments if moment >= after), n))
