"""The periods of an axis, in order and with their names; those without faces have a place, too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from babel.dates import format_date, format_interval, format_skeleton, get_day_names

from api.layout.texts import Texts
from db.counts.periods import CYCLES, QUARTER_MINUTES, WEEKDAYS, Period, list_cycle, order_period

# Beyond these, periods without faces are left out rather than drawn as gaps.
MOST_PERIODS = 400


@dataclass(frozen=True, slots=True)
class AxisPeriod:
    """A period by its name in the API; its label in full and for the axis, and the days that it is
    in, which a cycle has none of."""

    key: str
    label: str
    short: str
    days: tuple[date, date] | None


def list_axis(keys: Sequence[str], period: Period, text: Texts) -> tuple[list[AxisPeriod], bool]:
    """Every period from the first of these keys to the last, and whether some are left out."""
    if period in CYCLES:
        return [CYCLE_NAMES[period](key, text) for key in list_cycle(period)], False
    found = sorted(set(keys), key=order_period)
    steps = list(_step(found[0], found[-1], period))
    complete = steps if set(found) <= set(steps) else found
    in_one_year = found[0][:4] == found[-1][:4]
    periods = [_name(key, period, text, in_one_year=in_one_year) for key in complete]
    has_gaps = complete is found and any(
        _advance(one, period) != other for one, other in pairwise(found)
    )
    return periods, has_gaps


def _step(first: str, last: str, period: Period) -> Iterator[str]:
    """Period after period; none beyond MOST_PERIODS."""
    key = first
    for _ in range(MOST_PERIODS):
        yield key
        if key == last:
            return
        key = _advance(key, period)


def _advance(key: str, period: Period) -> str:
    """The next period; that of an hour keeps the offset from UTC."""
    if period in (Period.HOUR, Period.QUARTER_HOUR):
        minutes = 60 if period is Period.HOUR else QUARTER_MINUTES
        later = datetime.fromisoformat(key) + timedelta(minutes=minutes)
        return later.isoformat(timespec="minutes")
    end = _days_of(key, period)[1] + timedelta(days=1)
    if period is Period.WEEK:
        year, week, _ = end.isocalendar()
        return f"{year}-W{week:02}"
    return end.isoformat()[:7] if period is Period.MONTH else end.isoformat()


def _days_of(key: str, period: Period) -> tuple[date, date]:
    if period is Period.WEEK:
        year, week = key.split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        return monday, monday + timedelta(days=6)
    if period is Period.MONTH:
        first = date.fromisoformat(f"{key}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = date.fromisoformat(key[:10])
    return day, day


def _name(key: str, period: Period, text: Texts, *, in_one_year: bool) -> AxisPeriod:
    days = first, last = _days_of(key, period)
    language = text.language
    if period is Period.MONTH:
        long = format_skeleton("yMMMM", first, locale=language)
        return AxisPeriod(key, long, format_skeleton("yMMM", first, locale=language), days)
    short = format_skeleton("MMMd" if in_one_year else "yMMM", first, locale=language)
    if period is Period.WEEK:
        return AxisPeriod(
            key, str(format_interval(first, last, "yMMMd", locale=language)), short, days
        )
    full = format_date(first, "full", language)
    if period is Period.DAY:
        return AxisPeriod(key, full, short, days)
    return AxisPeriod(key, f"{full}, {key[11:16]}", f"{short}, {key[11:16]}", days)


def _name_weekday(key: str, text: Texts) -> AxisPeriod:
    at = WEEKDAYS.index(key)
    full, brief = (
        get_day_names(width, locale=text.language)[at] for width in ("wide", "abbreviated")
    )
    return AxisPeriod(key, full, brief, None)


def _name_hour(key: str, _: Texts) -> AxisPeriod:
    return AxisPeriod(key, f"{key}:00\u2013{key}:59", f"{key}:00", None)


def _name_hour_of_week(key: str, text: Texts) -> AxisPeriod:
    weekday, hour = key.split(" ")
    day, time = _name_weekday(weekday, text), _name_hour(hour, text)
    return AxisPeriod(key, f"{day.label}, {time.label}", day.short, None)


CYCLE_NAMES: dict[Period, Callable[[str, Texts], AxisPeriod]] = {
    Period.WEEKDAY: _name_weekday,
    Period.HOUR_OF_DAY: _name_hour,
    Period.HOUR_OF_WEEK: _name_hour_of_week,
}
