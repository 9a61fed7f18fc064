"""The time of a query as few stretches of periods that the cube holds."""

from calendar import monthrange
from datetime import date, timedelta

from db.audience.queries import Period, SliceQuery
from db.counts.grains import MONTH_LENGTH, Grain, Stretch

LAST_DAY = date.max.isoformat()


def grain_of(period: Period | None) -> Grain:
    if period is None:
        return Grain.ALL
    return Grain.MONTH if period is Period.MONTH else Grain.DAY


def list_stretches(query: SliceQuery) -> list[Stretch]:
    """The fewest periods that cover the days of a query, in no finer grain than it needs."""
    first, last = query.first_day, query.last_day
    if query.by_period in (Period.DAY, Period.WEEK):
        return [_stretch(Grain.DAY, first, last)]
    if first is None and last is None:
        return [Stretch(grain_of(query.by_period))]
    # Days up to the first whole month, whole months, and days from the last on.
    first_month = first and (first if first.day == 1 else _start_of_next_month(first))
    last_month = last and _end_of_last_whole_month(last)
    if first_month and last_month and first_month > last_month:
        return [_stretch(Grain.DAY, first, last)]
    stretches = [_stretch(Grain.MONTH, first_month, last_month)]
    if first and first_month and first != first_month:
        stretches.append(_stretch(Grain.DAY, first, first_month - timedelta(days=1)))
    if last and last_month and last != last_month:
        stretches.append(_stretch(Grain.DAY, last_month + timedelta(days=1), last))
    return stretches


def _stretch(grain: Grain, first: date | None, last: date | None) -> Stretch:
    length = MONTH_LENGTH if grain is Grain.MONTH else len(LAST_DAY)
    end = LAST_DAY if last is None and first is not None else last and last.isoformat()
    return Stretch(grain, first.isoformat()[:length] if first else "", end[:length] if end else "")


def _start_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_last_whole_month(day: date) -> date:
    is_end = day.day == monthrange(day.year, day.month)[1]
    return day if is_end else day.replace(day=1) - timedelta(days=1)
