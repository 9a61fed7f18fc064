"""Periods of local time: how moments are spelled for counting, and what is read from that.

A moment is counted in its quarter of an hour, spelled as the clock on the wall showed it, with its
offset from UTC: every period of local time can be read from that, and UTC as well, so that another
time zone can. All offsets in use are whole quarters.
"""

from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache

from db.counts.grains import Grain

# A month is the beginning of its days, and a day that of its hours: `2026-11-24T14:45+01:00`.
MONTH_LENGTH = len("YYYY-MM")
DAY_LENGTH = len("YYYY-MM-DD")
HOUR_LENGTH = len("YYYY-MM-DDTHH")
MINUTE_LENGTH = len("YYYY-MM-DDTHH:MM")
QUARTER_MINUTES = 15
# The period of what has no known time; it sorts after every date.
UNDATED = "undated"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPELLINGS_KEPT = 65_536


class Period(StrEnum):
    """A period of local time; the last three are cycles, which come back each day or week."""

    QUARTER_HOUR = "quarter_hour"  # 2026-11-24T14:45+01:00
    HOUR = "hour"  # 2026-11-24T14:00+01:00
    DAY = "day"  # 2026-11-24
    WEEK = "week"  # 2026-W48, as ISO 8601 numbers them
    MONTH = "month"  # 2026-11
    WEEKDAY = "weekday"  # tuesday
    HOUR_OF_DAY = "hour_of_day"  # 14
    HOUR_OF_WEEK = "hour_of_week"  # tuesday 14


CYCLES = {
    Period.WEEKDAY: (Grain.WEEKDAY, Grain.WEEKDAY_OF_MONTH),
    Period.HOUR_OF_DAY: (Grain.HOUR_OF_DAY, Grain.HOUR_OF_DAY_OF_MONTH),
    Period.HOUR_OF_WEEK: (Grain.HOUR_OF_WEEK, Grain.HOUR_OF_WEEK_OF_MONTH),
}


def spell_moment(moment: datetime | None, zone: tzinfo) -> str:
    """The quarter of an hour of a moment in a zone, empty where the moment is unknown."""
    if moment is None:
        return ""
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        # The first or last hours of the calendar.
        local = moment.astimezone(UTC)
    minute = local.minute - local.minute % QUARTER_MINUTES
    return local.replace(minute=minute, second=0, microsecond=0).isoformat(timespec="minutes")


@lru_cache(SPELLINGS_KEPT)
def respell_moment(spelled: str, zone: tzinfo) -> str:
    """The same quarter of an hour in another zone."""
    return spell_moment(datetime.fromisoformat(spelled), zone) if spelled else ""


def hour_of(spelled: str) -> str:
    return f"{spelled[:HOUR_LENGTH]}:00{spelled[MINUTE_LENGTH:]}"


@lru_cache(SPELLINGS_KEPT)
def name_period(spelled: str, period: Period) -> str:
    """The period of a moment, or of a row of the cube, whose period may be as long as this one."""
    if spelled in ("", UNDATED):
        return UNDATED
    if period in CYCLES:
        return _name_cycle(spelled, period)
    if period is Period.WEEK:
        year, week, _ = date.fromisoformat(spelled[:DAY_LENGTH]).isocalendar()
        return f"{year}-W{week:02}"
    if period is Period.HOUR:
        return hour_of(spelled)
    lengths = {Period.MONTH: MONTH_LENGTH, Period.DAY: DAY_LENGTH}
    return spelled[: lengths.get(period)]


def _name_cycle(spelled: str, period: Period) -> str:
    if not spelled[:MONTH_LENGTH].count("-"):
        return spelled
    if spelled[MONTH_LENGTH] == " ":
        return spelled[MONTH_LENGTH + 1 :]
    weekday = WEEKDAYS[date.fromisoformat(spelled[:DAY_LENGTH]).weekday()]
    hour = spelled[DAY_LENGTH + 1 : HOUR_LENGTH]
    names = {Period.WEEKDAY: weekday, Period.HOUR_OF_DAY: hour}
    return names.get(period, f"{weekday} {hour}")


def list_cycle(period: Period) -> list[str]:
    """Every period of a cycle, in order: the 168 hours of a week, for example."""
    hours = [f"{hour:02}" for hour in range(24)]
    names = {Period.WEEKDAY: list(WEEKDAYS), Period.HOUR_OF_DAY: hours}
    return names.get(period, [f"{weekday} {hour}" for weekday in WEEKDAYS for hour in hours])


def order_period(name: str) -> tuple[int, str]:
    """What periods of one kind are sorted by."""
    weekday, _, rest = name.partition(" ")
    return (WEEKDAYS.index(weekday), rest) if weekday in WEEKDAYS else (0, name)


def list_periods(spelled: str) -> dict[Grain, str]:
    """The period of each grain that a moment is in."""
    month = spelled[:MONTH_LENGTH]
    periods = {
        Grain.ALL: "",
        Grain.MONTH: month or UNDATED,
        Grain.DAY: spelled[:DAY_LENGTH] or UNDATED,
        Grain.HOUR: hour_of(spelled) if spelled else UNDATED,
        Grain.QUARTER_HOUR: spelled or UNDATED,
    }
    for period, (grain, of_month) in CYCLES.items():
        periods[grain] = name_period(spelled, period)
        periods[of_month] = f"{month} {periods[grain]}" if spelled else UNDATED
    return periods
