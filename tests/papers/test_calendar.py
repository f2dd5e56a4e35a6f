import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.dates import meeting_days, next_meetings
from agent.alliance.model import Rule
from agent.papers.calendar import CalendarPlan, CheckinDay, TrialDay, calendar_file
from agent.papers.vtimezone import vtimezone

MONDAYS = Rule("WEEKLY", byday=("MO",), hour=8)
PLAN = CalendarPlan(
    uid="17@alliance.example",
    stamp=datetime(2026, 3, 3, 17, 40, tzinfo=UTC),
    sequence=0,
    meeting_title="Maya and Jonas: time together",
    checkin_title="Maya and Jonas: look back",
    start=date(2026, 3, 4),
    meeting=MONDAYS,
    zone="Europe/Berlin",
    place="At the shop, Mill Street; back room",
    notes="To see the page, reply SHOW.",
    checkins=(CheckinDay(1, date(2026, 4, 2)), CheckinDay(2, date(2026, 6, 1))),
)


def events(plan: CalendarPlan) -> dict[str, icalendar.Event]:
    read = icalendar.Calendar.from_ical(calendar_file(plan))
    return {str(event["UID"]).partition(".")[0]: event for event in read.walk("VEVENT")}


def instants(plan: CalendarPlan, n: int) -> list[datetime]:
    """The meetings as a program finds them that knows nothing but the file: its rule, and its own zone."""
    text = calendar_file(plan).decode()
    zone = tzical(io.StringIO(text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")])).get()
    event = events(plan)["meeting"]
    start = event["DTSTART"].dt.replace(tzinfo=None)
    walls = islice(rrulestr(event["RRULE"].to_ical().decode(), dtstart=start), n)
    return [wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls]


@pytest.mark.row("F32")
def test_the_file_holds_the_meeting_and_the_check_ins():
    found = events(PLAN)

    assert set(found) == {"meeting", "checkin-1", "checkin-2"}
    assert found["meeting"]["DTSTART"].dt == datetime(2026, 3, 9, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    assert found["meeting"]["DTEND"].dt - found["meeting"]["DTSTART"].dt == timedelta(minutes=30)
    assert found["checkin-1"]["DTSTART"].dt == date(2026, 4, 2)
    assert found["checkin-1"]["TRANSP"] == "TRANSPARENT"
    assert str(found["meeting"]["LOCATION"]) == PLAN.place


@pytest.mark.row("F32")
def test_a_second_file_has_the_same_uids_and_a_higher_sequence():
    moved = replace(
        PLAN, sequence=1, meeting=replace(MONDAYS, byday=("TU",)), checkins=(CheckinDay(1, date(2026, 4, 9)),)
    )
    before, after = events(PLAN), events(moved)

    assert after["meeting"]["UID"] == before["meeting"]["UID"]
    assert after["checkin-1"]["UID"] == before["checkin-1"]["UID"]
    assert {int(event["SEQUENCE"]) for event in after.values()} == {1}


def test_what_is_off_is_cancelled_under_its_own_uid():
    found = events(
        replace(PLAN, sequence=2, meeting_cancelled=True, checkins=(CheckinDay(2, date(2026, 6, 1), cancelled=True),))
    )

    assert {str(event["STATUS"]) for event in found.values()} == {"CANCELLED"}
    assert found["meeting"]["UID"] == events(PLAN)["meeting"]["UID"]


def test_a_meeting_whose_rule_is_gone_can_still_be_cancelled():
    found = events(replace(PLAN, meeting=None, meeting_cancelled=True))["meeting"]

    assert found["STATUS"] == "CANCELLED"
    assert "RRULE" not in found


def test_check_ins_need_no_meeting_and_no_zone():
    text = calendar_file(replace(PLAN, meeting=None)).decode()

    assert "VTIMEZONE" not in text
    assert text.count("BEGIN:VEVENT") == 2


def test_nobody_is_invited_and_nothing_rings():
    text = calendar_file(PLAN).decode()

    assert "METHOD:PUBLISH\r\n" in text
    assert not {"ATTENDEE", "ORGANIZER", "VALARM"} & {line.partition(":")[0] for line in text.splitlines()}


def test_the_same_plan_gives_the_same_bytes():
    assert calendar_file(PLAN) == calendar_file(PLAN)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "America/Santiago"])
def test_the_file_alone_gives_the_same_instants_as_the_zone_for_three_years(zone):
    plan = replace(PLAN, zone=zone, meeting=Rule("DAILY", hour=9))

    reckoned = next_meetings(Rule("DAILY", hour=9), ZoneInfo(zone), plan.stamp, 1100, start=plan.start)
    assert instants(plan, 1100) == list(reckoned)


def test_a_meeting_keeps_its_wall_time_across_daylight_saving():
    hours = {f"{moment:%m}": moment.hour for moment in instants(PLAN, 40)}

    assert hours["03"] == 6  # the last Monday of March is after the change
    assert hours["10"] == 7
    assert hours["12"] == 7


def test_the_zone_that_was_told_with_the_rule_comes_first():
    start = events(replace(PLAN, meeting=replace(MONDAYS, zone="Asia/Tokyo")))["meeting"]["DTSTART"]

    assert start.params["TZID"] == "Asia/Tokyo"


def test_without_a_known_zone_a_time_floats():
    text = calendar_file(replace(PLAN, zone="Nowhere/Land")).decode()

    assert "DTSTART:20260309T080000\r\n" in text
    assert "VTIMEZONE" not in text


def test_a_rule_without_a_time_is_a_whole_day():
    meeting = events(replace(PLAN, meeting=Rule("MONTHLY", byday=("1FR",))))["meeting"]

    assert meeting["DTSTART"].dt == date(2026, 3, 6)
    assert meeting["DTEND"].dt == date(2026, 3, 7)
    assert meeting["RRULE"].to_ical() == b"FREQ=MONTHLY;INTERVAL=1;BYDAY=1FR"


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Rule,
        st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval=st.integers(1, 6),
        byday=st.lists(st.sampled_from(["MO", "SA", "1MO", "-1FR"]), max_size=2, unique=True).map(tuple),
        hour=st.none() | st.integers(0, 23),
    ),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)
def test_the_first_day_and_the_rule_of_the_file_agree_with_the_reckoning(rule, start):
    meeting = events(replace(PLAN, meeting=rule, start=start))["meeting"]

    first = meeting["DTSTART"].dt
    naive = datetime.combine(first, datetime.min.time())
    days = [moment.date() for moment in islice(rrulestr(meeting["RRULE"].to_ical().decode(), dtstart=naive), 5)]
    assert days == list(islice(meeting_days(rule, start), 5))
    assert days[0] == naive.date() >= start


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_words_come_back_and_no_line_is_too_long(place, notes):
    data = calendar_file(replace(PLAN, place=place, notes=notes, meeting_title="BEGIN:VEVENT\r\nUID:1;x,y\\n"))

    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    read = icalendar.Calendar.from_ical(data)
    assert len(read.walk("VEVENT")) == 3
    data.decode()


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    "name",
    [
        "Africa/Casablanca",  # follows the moon
        "America/Havana",
        "America/Santiago",  # "Sunday on or after the 2nd"
        "Asia/Jerusalem",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",  # half an hour
        "Europe/Berlin",
        "Europe/Dublin",
        "Europe/London",
        "Pacific/Auckland",
        "UTC",
    ],
)
def test_another_reader_finds_the_same_offsets_in_the_zone(name):
    zone = ZoneInfo(name)
    read = tzical(io.StringIO(vtimezone(zone, date(2026, 3, 3)).to_ical().decode())).get()

    noons = [datetime(2026, 3, 3, 12) + timedelta(days=n) for n in range(0, 366 * 20, 3)]  # noqa: DTZ001
    assert [m.replace(tzinfo=read).utcoffset() for m in noons] == [m.replace(tzinfo=zone).utcoffset() for m in noons]


def test_a_clock_that_changes_by_a_rule_is_told_by_the_rule():
    text = vtimezone(ZoneInfo("Europe/Berlin"), date(2026, 3, 3)).to_ical().decode()

    assert "DTSTART:20250330T020000" in text  # in the offset before it
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in text
    assert "RDATE" not in text
    assert len(text) < 400


@pytest.mark.parametrize("name", ["Africa/Casablanca", "America/Santiago"])
def test_a_clock_that_changes_by_no_rule_is_told_by_its_dates(name):
    text = vtimezone(ZoneInfo(name), date(2026, 3, 3)).to_ical().decode()

    assert "RDATE" in text
    assert len(text) < 1500


@pytest.mark.row("F21", "F32")
def test_meetings_on_trial_end_with_the_trial():
    timed = calendar_file(replace(PLAN, until=date(2026, 4, 15)))
    whole_days = calendar_file(replace(PLAN, until=date(2026, 4, 15), meeting=replace(PLAN.meeting, hour=None)))

    assert b"UNTIL=20260415T2" in timed
    assert b"UNTIL=20260415;" in whole_days.replace(b"\r\n ", b"")


@pytest.mark.row("F21", "F32")
def test_the_last_day_of_a_trial_is_a_day_to_remember():
    days = (TrialDay(1, "Line 6, keep it?", date(2026, 4, 2)), TrialDay(2, "Line 7", date(2026, 5, 2), cancelled=True))
    found = events(replace(PLAN, trials=days))

    assert found["trial-1"]["DTSTART"].dt == date(2026, 4, 2)
    assert (found["trial-1"]["SUMMARY"], found["trial-1"]["STATUS"]) == ("Line 6, keep it?", "CONFIRMED")
    assert found["trial-2"]["STATUS"] == "CANCELLED"
