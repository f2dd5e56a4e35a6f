from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.dates import (
    QUIET,
    all_awake_at,
    at_hour,
    awake_at,
    checkin_days,
    meeting_days,
    next_meetings,
    recurrence,
    zone_named,
    zone_of,
)
from agent.alliance.model import Person, Rhythm, Rule

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [BERLIN, AUCKLAND, NEW_YORK]
    + [
        ZoneInfo(name)
        for name in (
            "America/Havana",  # midnight comes twice
            "America/Sao_Paulo",  # midnight was skipped
            "Asia/Kathmandu",
            "Atlantic/Azores",
            "Australia/Lord_Howe",  # half an hour of daylight saving
            "Europe/London",
            "Pacific/Apia",  # 30 December 2011 was skipped
            "UTC",
        )
    ]
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.tuples(st.integers(0, 23), st.integers(0, 23))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(moments: tuple[datetime, ...], zone: ZoneInfo) -> list[str]:
    return [f"{moment.astimezone(zone):%a %d %b %H:%M}" for moment in moments]


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    "name", ["", "Europe", "CET/Mitte", "../etc/passwd", "/etc/passwd", "a\0b", "\ud800", "x" * 300]
)
def test_a_zone_that_nobody_knows_is_none(name):
    assert zone_named(name) is None


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_zone(name):
    zone_named(name)


def test_a_zone_that_was_told_counts_before_a_guessed_offset():
    person = Person("maya@example.org", zone="Pacific/Auckland", offset_s=3600)

    assert zone_of(person, "Europe/Berlin") == AUCKLAND


def test_a_guessed_offset_counts_before_the_default():
    zone = zone_of(Person("maya@example.org", zone="Nowhere/Land", offset_s=-9000), "Europe/Berlin")

    assert zone.utcoffset(None) == timedelta(hours=-2, minutes=-30)


@pytest.mark.parametrize("offset", [None, 86400, -86400, 10**12])
def test_without_either_the_default_counts(offset):
    assert zone_of(Person("maya@example.org", offset_s=offset), "Europe/Berlin") == BERLIN


def test_a_wrong_default_is_utc():
    assert zone_of(Person("maya@example.org"), "Nowhere/Land") is UTC


# ---------------------------------------------------------------- wall time


def test_an_hour_is_the_same_on_the_wall_in_summer_and_winter():
    assert at_hour(date(2026, 1, 5), 9, BERLIN) == utc("2026-01-05T08:00")
    assert at_hour(date(2026, 7, 5), 9, BERLIN, 30) == utc("2026-07-05T07:30")


def test_an_hour_that_is_skipped_is_read_with_the_offset_before():
    assert at_hour(date(2026, 3, 29), 2, BERLIN, 30) == utc("2026-03-29T01:30")  # 3:30 on the wall


def test_an_hour_that_comes_twice_is_the_first():
    assert at_hour(date(2026, 10, 25), 2, BERLIN, 30) == utc("2026-10-25T00:30")


# ---------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("instant", "awake"),
    [
        ("2026-01-05T12:00:17", "2026-01-05T12:00:17"),  # by day: at once
        ("2026-01-05T19:59:59", "2026-01-05T19:59:59"),
        ("2026-01-05T20:00", "2026-01-06T07:00"),  # nine in the evening
        ("2026-01-05T23:30", "2026-01-06T07:00"),  # after midnight
        ("2026-01-06T06:59", "2026-01-06T07:00"),
        ("2026-01-06T07:00", "2026-01-06T07:00"),
        ("2026-03-28T21:00", "2026-03-29T06:00"),  # the short night
        ("2026-10-24T20:00", "2026-10-25T07:00"),  # the long night
    ],
)
def test_quiet_hours_end_at_eight_on_the_wall(instant, awake):
    assert awake_at(utc(instant), BERLIN) == utc(awake)


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    assert awake_at(utc("2026-01-05T12:30"), BERLIN, (13, 15)) == utc("2026-01-05T14:00")
    assert awake_at(utc("2026-01-05T15:30"), BERLIN, (13, 15)) == utc("2026-01-05T15:30")
    assert awake_at(utc("2026-01-05T02:00"), BERLIN, (8, 8)) == utc("2026-01-05T02:00")


@settings(max_examples=200)
@given(INSTANTS, ZONES, HOURS)
def test_awake_is_never_quiet_never_before_and_the_first_such_minute(instant, zone, quiet):
    awake = awake_at(instant, zone, quiet)

    assert instant <= awake
    assert awake_at(awake, zone, quiet) == awake
    minute_before = awake - timedelta(minutes=1)
    assert awake == instant or minute_before < instant or awake_at(minute_before, zone, quiet) != minute_before


@pytest.mark.row("F16")
def test_all_are_awake_in_the_first_minute_that_is_quiet_for_nobody():
    instant = utc("2026-01-05T12:00")  # midday in Berlin, one in the night in Auckland

    assert all_awake_at(instant, (BERLIN, AUCKLAND)) == utc("2026-01-05T19:00")  # 20:00 and 08:00


def test_nobody_and_one_alone_wait_for_no_other():
    instant = utc("2026-01-05T23:00")

    assert all_awake_at(instant, ()) == instant
    assert all_awake_at(instant, iter([BERLIN])) == awake_at(instant, BERLIN)


def test_when_somebody_always_sleeps_a_day_is_the_longest_wait():
    instant = utc("2026-01-05T12:00")
    zones = (ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles"))

    assert all_awake_at(instant, zones) == instant + timedelta(hours=24)
    assert all_awake_at(instant, zones, within=timedelta(hours=3)) == instant + timedelta(hours=3)


@settings(max_examples=100)
@given(INSTANTS, ZONES, ZONES)
def test_two_people_always_share_a_waking_minute_within_a_day(instant, one, other):
    moment = all_awake_at(instant, (one, other))

    assert instant <= moment <= instant + timedelta(hours=24)
    assert all(awake_at(moment, zone, QUIET) == moment for zone in (one, other))


# ---------------------------------------------------------------- check-ins


@pytest.mark.row("F34")
def test_check_ins_are_at_30_days_90_days_then_quarterly():
    assert checkin_days(Rhythm(), date(2026, 3, 3), 5) == (
        date(2026, 4, 2),
        date(2026, 6, 1),
        date(2026, 9, 1),
        date(2026, 12, 1),
        date(2027, 3, 1),
    )


def test_the_31st_comes_back_after_a_short_month():
    days = checkin_days(Rhythm(first=(), every=1, unit="month"), date(2027, 12, 31), 5)

    assert [f"{day:%d %b}" for day in days] == ["31 Jan", "29 Feb", "31 Mar", "30 Apr", "31 May"]


def test_weeks_and_days_are_counted_from_the_last_of_the_first_days():
    assert checkin_days(Rhythm((7,), 2, "week"), date(2026, 1, 1), 3) == (
        date(2026, 1, 8),
        date(2026, 1, 22),
        date(2026, 2, 5),
    )
    assert checkin_days(Rhythm((), 10, "day"), date(2026, 1, 1), 2) == (date(2026, 1, 11), date(2026, 1, 21))


def test_never_means_no_check_ins():
    assert checkin_days(Rhythm(unit="never"), date(2026, 1, 1), 3) == ()


@settings(max_examples=50)
@given(
    st.builds(
        Rhythm,
        st.lists(st.integers(1, 400), max_size=4).map(tuple),
        st.integers(0, 30),
        st.sampled_from(["day", "week", "month"]),
    ),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_check_ins_rise_and_lie_after_the_agreement(rhythm, agreed):
    days = checkin_days(rhythm, agreed, 8)

    assert len(days) == 8
    assert list(days) == sorted(set(days))
    assert days[0] > agreed


# ---------------------------------------------------------------- meetings


def test_a_weekly_meeting_keeps_its_hour_across_daylight_saving():
    meetings = next_meetings(Rule("WEEKLY", byday=("SU",), hour=9), BERLIN, utc("2026-03-20T12:00"), 3)

    assert walls(meetings, BERLIN) == ["Sun 22 Mar 09:00", "Sun 29 Mar 09:00", "Sun 05 Apr 09:00"]
    assert [f"{m:%H}" for m in meetings] == ["08", "07", "07"]


def test_a_meeting_that_starts_now_is_the_next_one_and_a_past_one_is_not():
    rule = Rule("WEEKLY", byday=("MO",), hour=9)

    assert next_meetings(rule, BERLIN, utc("2026-03-02T08:00"), 1) == (utc("2026-03-02T08:00"),)
    assert next_meetings(rule, BERLIN, utc("2026-03-02T08:01"), 1) == (utc("2026-03-09T08:00"),)


def test_every_second_week_starts_with_the_first_day_that_fits_and_keeps_its_weeks():
    rule = Rule("WEEKLY", interval=2, byday=("MO",), hour=9)
    start = date(2026, 3, 4)  # a Wednesday

    assert list(islice(meeting_days(rule, start), 2)) == [date(2026, 3, 9), date(2026, 3, 23)]
    later = next_meetings(rule, BERLIN, utc("2026-03-12T00:00"), 1, start=start)
    assert walls(later, BERLIN) == ["Mon 23 Mar 09:00"]


def test_the_first_monday_and_the_last_friday_of_a_month():
    rule = Rule("MONTHLY", byday=("1MO", "-1FR"))

    days = list(islice(meeting_days(rule, date(2026, 3, 3)), 3))
    assert days == [date(2026, 3, 27), date(2026, 4, 6), date(2026, 4, 24)]


def test_every_month_on_the_31st_is_the_last_day_of_a_shorter_month():
    days = list(islice(meeting_days(Rule("MONTHLY", bymonthday=(31,)), date(2027, 12, 31)), 4))

    assert [f"{day:%d %b}" for day in days] == ["31 Dec", "31 Jan", "29 Feb", "31 Mar"]


def test_a_rule_without_days_takes_them_from_its_first_day():
    assert list(islice(meeting_days(Rule("MONTHLY"), date(2026, 1, 30)), 3)) == [
        date(2026, 1, 30),
        date(2026, 2, 28),
        date(2026, 3, 30),
    ]
    assert list(islice(meeting_days(Rule("YEARLY"), date(2028, 2, 29)), 2)) == [date(2028, 2, 29), date(2029, 2, 28)]
    assert list(islice(meeting_days(Rule("DAILY", interval=3), date(2026, 1, 1)), 2))[1] == date(2026, 1, 4)
    assert list(islice(meeting_days(Rule("WEEKLY"), date(2026, 1, 1)), 2))[1] == date(2026, 1, 8)


def test_a_day_of_the_month_once_a_year_is_not_every_month():
    assert recurrence(Rule("YEARLY", bymonthday=(15,)), date(2026, 3, 15))["BYMONTH"] == [3]


def test_a_weekly_rule_has_no_first_monday():
    assert recurrence(Rule("WEEKLY", byday=("1MO", "TH")), date(2026, 3, 2))["BYDAY"] == ["MO", "TH"]


def test_every_monday_and_the_last_friday_are_both_kept():
    days = list(islice(meeting_days(Rule("MONTHLY", byday=("MO", "-1FR")), date(2026, 3, 20)), 4))

    assert [f"{day:%a %d}" for day in days] == ["Mon 23", "Fri 27", "Mon 30", "Mon 06"]


def test_the_first_monday_counts_before_a_day_of_the_month():
    days = meeting_days(Rule("MONTHLY", byday=("1MO",), bymonthday=(15,)), date(2026, 3, 3))

    assert next(days) == date(2026, 4, 6)


def test_friday_the_13th_is_both():
    assert next(meeting_days(Rule("MONTHLY", byday=("FR",), bymonthday=(13,)), date(2026, 3, 14))) == date(2026, 11, 13)


def test_several_days_of_the_month_stand_as_they_are():
    assert recurrence(Rule("MONTHLY", bymonthday=(1, 15)), date(2026, 3, 1))["BYMONTHDAY"] == [1, 15]


def test_a_rule_without_an_hour_counts_as_the_start_of_the_day():
    meetings = next_meetings(Rule("MONTHLY", byday=("1MO",)), BERLIN, utc("2026-03-03T12:00"), 1)

    assert walls(meetings, BERLIN) == ["Mon 06 Apr 00:00"]


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Rule,
        st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval=st.integers(0, 12),
        byday=st.lists(st.sampled_from(["MO", "TU", "1MO", "-1FR", "5SU"]), max_size=2).map(tuple),
        bymonthday=st.lists(st.sampled_from([1, 15, 29, 31, -1]), max_size=2).map(tuple),
        hour=st.none() | st.integers(0, 23),
    ),
    ZONES,
    INSTANTS,
)
def test_no_rule_breaks_the_reckoning_and_meetings_rise(rule, zone, after):
    meetings = next_meetings(rule, zone, after, 3)

    assert list(meetings) == sorted(meetings)
    assert all(moment >= after for moment in meetings)
