"""The periods of an axis, in order and with their names; those without faces have a place, too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from babel.dates import format_date, format_interval, format_skeleton, get_day_names

from api.layout.texts import Texts
from db.counts.periods import QUARTER_MINUTES, WEEKDAYS, Period, order_period

# Beyond these, periods without faces are left out rather than drawn as gaps.
MOST_SLOTS = 400
HOURS = tuple(f"{hour:02}" for hour in range(24))


@dataclass(frozen=True, slots=True)
class Slot:
    """A period by its name in the API; its label in full and for the axis, and the days that it is
    in, which a cycle has none of."""

    key: str
    label: str
    short: str
    days: tuple[date, date] | None


def list_slots(keys: Sequence[str], period: Period, text: Texts) -> tuple[list[Slot], bool]:
    """Every slot from the first of these keys to the last, and whether some are left out."""
    if period in CYCLES:
        named = [CYCLES[period](key, text) for key in _list_cycle(period)]
        return named, False
    found = sorted(set(keys), key=order_period)
    steps = list(_step(found[0], found[-1], period))
    complete = steps if set(found) <= set(steps) else found
    in_one_year = found[0][:4] == found[-1][:4]
    slots = [_name(key, period, text, in_one_year=in_one_year) for key in complete]
    has_gaps = complete is found and any(
        _advance(one, period) != other for one, other in pairwise(found)
    )
    return slots, has_gaps


def _list_cycle(period: Period) -> Sequence[str]:
    if period is Period.HOUR_OF_WEEK:
        return [f"{weekday} {hour}" for weekday in WEEKDAYS for hour in HOURS]
    return WEEKDAYS if period is Period.WEEKDAY else HOURS


def _step(first: str, last: str, period: Period) -> Iterator[str]:
    """Period after period; none beyond MOST_SLOTS."""
    key = first
    for _ in range(MOST_SLOTS):
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


def _name(key: str, period: Period, text: Texts, *, in_one_year: bool) -> Slot:
    days = first, last = _days_of(key, period)
    language = text.language
    if period is Period.MONTH:
        long = format_skeleton("yMMMM", first, locale=language)
        return Slot(key, long, format_skeleton("yMMM", first, locale=language), days)
    short = format_skeleton("MMMd" if in_one_year else "yMMM", first, locale=language)
    if period is Period.WEEK:
        return Slot(key, str(format_interval(first, last, "yMMMd", locale=language)), short, days)
    full = format_date(first, "full", language)
    if period is Period.DAY:
        return Slot(key, full, short, days)
    return Slot(key, f"{full}, {key[11:16]}", f"{short}, {key[11:16]}", days)


def _name_weekday(key: str, text: Texts) -> Slot:
    at = WEEKDAYS.index(key)
    full, brief = (
        get_day_names(width, locale=text.language)[at] for width in ("wide", "abbreviated")
    )
    return Slot(key, full, brief, None)


def _name_hour(key: str, _: Texts) -> Slot:
    return Slot(key, f"{key}:00\u2013{key}:59", f"{key}:00", None)


def _name_hour_of_week(key: str, text: Texts) -> Slot:
    weekday, hour = key.split(" ")
    day, time = _name_weekday(weekday, text), _name_hour(hour, text)
    return Slot(key, f"{day.label}, {time.label}", day.short, None)


CYCLES: dict[Period, Callable[[str, Texts], Slot]] = {
    Period.WEEKDAY: _name_weekday,
    Period.HOUR_OF_DAY: _name_hour,
    Period.HOUR_OF_WEEK: _name_hour_of_week,
}
