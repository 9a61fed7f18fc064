"""Grains: the lengths of the periods that counts are kept by, and stretches of such periods."""

from dataclasses import dataclass
from enum import StrEnum


class Grain(StrEnum):
    """The length of the periods of a sum, in the local time of each job.

    The last six are cycles: sums over all time, or over a month, of the same day or hour of every
    week.
    """

    ALL = "all"  # all time; the period is empty
    MONTH = "month"  # 2026-11
    DAY = "day"  # 2026-11-24
    HOUR = "hour"  # 2026-11-24T14:00+01:00
    QUARTER_HOUR = "quarter_hour"  # 2026-11-24T14:45+01:00
    WEEKDAY = "weekday"  # tuesday
    HOUR_OF_DAY = "hour_of_day"  # 14
    HOUR_OF_WEEK = "hour_of_week"  # tuesday 14
    WEEKDAY_OF_MONTH = "weekday_of_month"  # 2026-11 tuesday
    HOUR_OF_DAY_OF_MONTH = "hour_of_day_of_month"  # 2026-11 14
    HOUR_OF_WEEK_OF_MONTH = "hour_of_week_of_month"  # 2026-11 tuesday 14


# What is kept of combinations of dimensions, and of all dimensions that an item has.
LONG_GRAINS = (Grain.ALL, Grain.MONTH)
DAILY_GRAINS = (*LONG_GRAINS, Grain.DAY)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Periods of one grain from a first up to but excluding `stop`; an empty string leaves that end
    open."""

    grain: Grain
    first: str = ""
    stop: str = ""
