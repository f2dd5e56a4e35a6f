"""A zone as calendar programs read it: VTIMEZONE (RFC 5545 section 3.6.5).

Written here because what the library generates begins summer time an hour late (its onsets are told in the new offset,
where the RFC wants the old one) and ends after some years. Where the clock changes by a rule, the rule is written, and
holds for ever; where it does not (Morocco follows the moon), the dates are.
"""

import calendar
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

_YEARS = 28  # after which weekdays fall on the same days again: a rule that holds for them is the rule
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Change:
    before: timedelta
    after: timedelta
    name: str


def vtimezone(zone: ZoneInfo, since: date) -> icalendar.Timezone:
    """The zone for events from this day on."""
    found = icalendar.Timezone()
    found.add("tzid", zone.key)
    groups: dict[_Change, list[datetime]] = {}
    for change, onset in _changes(zone, since.year - 1):
        groups.setdefault(change, []).append(onset)
    if not any(onset.date() < since for onsets in groups.values() for onset in onsets):
        long_ago = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time
        local = datetime(since.year - 1, 1, 1, tzinfo=UTC).astimezone(zone)
        offset = _offset(local)
        found.add_component(_observance(_Change(offset, offset, local.tzname() or ""), [long_ago], since.year))
    for change, onsets in groups.items():
        found.add_component(_observance(change, onsets, since.year - 2 + _YEARS))
    return found


def _changes(zone: ZoneInfo, year: int) -> Iterator[tuple[_Change, datetime]]:
    """Each change of the clock, and when it comes, on the wall, in the offset before it."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    end = datetime(year + _YEARS, 1, 1, tzinfo=UTC)
    weeks = ((start + timedelta(weeks=n)).astimezone(zone) for n in range((end - start) // timedelta(weeks=1) + 2))
    for low, high in itertools.pairwise(weeks):  # no clock changes twice in a week
        if _offset(low) != _offset(high):
            last = _last_before(low, high, zone)
            first = (last.astimezone(UTC) + timedelta(minutes=1)).astimezone(zone)
            yield (
                _Change(_offset(last), _offset(first), first.tzname() or ""),
                last.replace(tzinfo=None) + timedelta(minutes=1),
            )


def _last_before(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The last minute with the offset of `low`, by halving."""
    near, far = low.astimezone(UTC), high.astimezone(UTC)
    while far - near > timedelta(minutes=1):
        middle = near + timedelta(minutes=(far - near) // timedelta(minutes=2))
        if _offset(middle.astimezone(zone)) == _offset(low):
            near = middle
        else:
            far = middle
    return near.astimezone(zone)


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    assert offset is not None, "aware"
    return offset


def _observance(change: _Change, onsets: list[datetime], last: int) -> icalendar.Component:
    found = icalendar.TimezoneDaylight() if change.after > change.before else icalendar.TimezoneStandard()
    found.add("dtstart", onsets[0])
    found.add("tzoffsetfrom", change.before)
    found.add("tzoffsetto", change.after)
    found.add("tzname", change.name)
    if day := _yearly(onsets, last):
        found.add("rrule", {"FREQ": ["YEARLY"], "BYMONTH": [onsets[0].month], "BYDAY": [day]})
    elif onsets[1:]:
        found.add("rdate", onsets[1:])
    return found


def _yearly(onsets: list[datetime], last: int) -> str:
    """The weekday of the month on which the clock changes each year up to the last, as RRULE says it; "" when it varies."""
    first = onsets[0]
    if [onset.year for onset in onsets] != [*range(first.year, last + 1)] or len(onsets) < 2:
        return ""
    if len({(onset.month, onset.weekday(), onset.time()) for onset in onsets}) > 1:
        return ""
    weekday = _DAYS[first.weekday()]
    if all(onset.day + 7 > calendar.monthrange(onset.year, onset.month)[1] for onset in onsets):
        return f"-1{weekday}"
    places = {(onset.day - 1) // 7 + 1 for onset in onsets}
    return f"{places.pop()}{weekday}" if len(places) == 1 else ""
