"""Moments are counted by the clock on the wall, also where it is set forward or back."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.counts.grains import Grain
from db.counts.periods import Period, list_periods, name_period, respell_moment, spell_moment

QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "spelled", "hour"),
    [
        ("UTC", "2026-11-24 13:59:59", "2026-11-24T13:45+00:00", "2026-11-24T13:00+00:00"),
        ("Europe/Paris", "2026-03-29 00:59", "2026-03-29T01:45+01:00", "2026-03-29T01:00+01:00"),
        ("Europe/Paris", "2026-03-29 01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:00+02:00"),
        ("Europe/Paris", "2026-10-25 00:30", "2026-10-25T02:30+02:00", "2026-10-25T02:00+02:00"),
        ("Europe/Paris", "2026-10-25 01:30", "2026-10-25T02:30+01:00", "2026-10-25T02:00+01:00"),
        ("Asia/Kolkata", "2026-11-24 18:29", "2026-11-24T23:45+05:30", "2026-11-24T23:00+05:30"),
        ("Asia/Kolkata", "2026-11-24 18:30", "2026-11-25T00:00+05:30", "2026-11-25T00:00+05:30"),
        (
            "Australia/Lord_Howe",
            "2026-04-04 15:00",
            "2026-04-05T01:30+10:30",
            "2026-04-05T01:00+10:30",
        ),
        (
            "America/New_York",
            "0001-01-01 00:00",
            "0001-01-01T00:00+00:00",
            "0001-01-01T00:00+00:00",
        ),
    ],
)
def test_a_moment_is_spelled_by_the_clock_of_its_zone(
    zone: str, moment: str, spelled: str, hour: str
) -> None:
    assert spell_moment(at(moment), ZoneInfo(zone)) == spelled
    assert name_period(spelled, Period.HOUR) == hour


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", "2026-03-29", 23),
        ("Europe/Paris", "2026-10-25", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ],
)
def test_a_day_is_as_long_as_it_is_in_its_zone(zone: str, day: str, hours: float) -> None:
    start = at(day) - timedelta(days=1)
    spelled = [spell_moment(start + QUARTER * one, ZoneInfo(zone)) for one in range(4 * 72)]
    assert len(set(spelled)) == len(spelled)
    assert Counter(name_period(one, Period.DAY) for one in spelled)[day] == 4 * hours


def test_a_moment_is_the_same_in_another_zone() -> None:
    paris, tokyo = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo")
    spelled = spell_moment(at("2026-10-25 01:30"), paris)
    assert respell_moment(spelled, tokyo) == "2026-10-25T10:30+09:00"
    assert respell_moment(respell_moment(spelled, tokyo), paris) == spelled
    assert (respell_moment("", tokyo), spell_moment(None, tokyo)) == ("", "")


def test_a_period_read_from_the_cube_has_the_name_of_the_moment() -> None:
    spelled = "2026-11-24T14:45+01:00"
    periods = list_periods(spelled)
    assert set(periods) == set(Grain)
    for period in (Period.WEEKDAY, Period.HOUR_OF_DAY, Period.HOUR_OF_WEEK):
        for grain in (period.value, f"{period}_of_month"):
            assert name_period(periods[Grain(grain)], period) == name_period(spelled, period)
    assert name_period(spelled, Period.HOUR_OF_WEEK) == "tuesday 14"
