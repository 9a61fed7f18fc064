"""The time of a query as few stretches of periods that the cube holds."""

from calendar import monthrange
from datetime import date, timedelta

from db.counts.grains import Grain, Stretch
from db.counts.periods import CYCLES, MONTH_LENGTH, UNDATED, Period
from db.slices.queries import SliceQuery

# Of periods that are not divided: weeks do not begin with months.
FINE = {
    Period.QUARTER_HOUR: Grain.QUARTER_HOUR,
    Period.HOUR: Grain.HOUR,
    Period.DAY: Grain.DAY,
    Period.WEEK: Grain.DAY,
}
# Clocks of two zones differ by 26 hours at most.
MOST_DIFFERENCE = timedelta(days=2)


def list_stretches(query: SliceQuery) -> list[Stretch]:
    """The fewest periods that cover the days of a query, in no finer grain than it needs."""
    first, last, period = query.first_day, query.last_day, query.by_period
    if period in FINE:
        return [_stretch(FINE[period], first, last)]
    if first is None and last is None:
        return [Stretch(_all_time(period))]
    months, days = _month_and_day(period)
    # Days up to the first whole month, whole months, and days from the last on.
    first_month = first and (first if first.day == 1 else _start_of_next_month(first))
    last_month = last and _end_of_last_whole_month(last)
    if first_month and last_month and first_month > last_month:
        return [_stretch(days, first, last)]
    stretches = [_stretch(months, first_month, last_month)]
    if first and first_month and first != first_month:
        stretches.append(_stretch(days, first, first_month - timedelta(days=1)))
    if last and last_month and last != last_month:
        stretches.append(_stretch(days, last_month + timedelta(days=1), last))
    return stretches


def stretch_of_moments(query: SliceQuery) -> Stretch:
    """All quarters of an hour that may be within the days of a query in any time zone."""
    first, last = query.first_day, query.last_day
    return _stretch(
        Grain.QUARTER_HOUR,
        first and move_day(first, -MOST_DIFFERENCE),
        last and move_day(last, MOST_DIFFERENCE),
    )


def _all_time(period: Period | None) -> Grain:
    if period in CYCLES:
        return CYCLES[period][0]
    return Grain.ALL if period is None else Grain.MONTH


def _month_and_day(period: Period | None) -> tuple[Grain, Grain]:
    """The grains of whole months and of single days."""
    if period in CYCLES:
        return CYCLES[period][1], Grain.DAY if period is Period.WEEKDAY else Grain.HOUR
    return Grain.MONTH, Grain.DAY


def _stretch(grain: Grain, first: date | None, last: date | None) -> Stretch:
    is_monthly = grain is Grain.MONTH or any(grain is months for _, months in CYCLES.values())
    length = MONTH_LENGTH if is_monthly else None
    stop = UNDATED if first else ""
    # A last day is the last of its month where months are read.
    after = last and move_day(last, timedelta(days=1))
    if after is not None:
        # What has no date comes last, and is left out.
        stop = UNDATED if after == last else after.isoformat()[:length]
    return Stretch(grain, first.isoformat()[:length] if first else "", stop)


def move_day(day: date, by: timedelta) -> date:
    """Some days later or earlier, or the same where there is none in the calendar."""
    try:
        return day + by
    except OverflowError:
        return day


def _start_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_last_whole_month(day: date) -> date:
    is_end = day.day == monthrange(day.year, day.month)[1]
    return day if is_end else day.replace(day=1) - timedelta(days=1)
