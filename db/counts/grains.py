"""Grains: the lengths of the periods that counts are kept by, and stretches of such periods."""

from dataclasses import dataclass
from enum import StrEnum

# A month is the beginning of its days.
MONTH_LENGTH = len("YYYY-MM")


class Grain(StrEnum):
    """The length of the periods of a sum."""

    ALL = "all"  # all time; the period is empty
    MONTH = "month"  # YYYY-MM
    DAY = "day"  # YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Stretch:
    """Periods of one grain from a first to a last; an empty string leaves that end open."""

    grain: Grain
    first: str = ""
    last: str = ""
