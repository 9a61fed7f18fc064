"""How long the people of videos are visible, and how much of it they face the camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from db.counts.tally import DWELL_SECONDS, DWELL_UNITS, TENTHS_PER_SECOND, Unit
from db.slices.disclosure import Disclosure

# Shares are given to a percent where counts are rounded.
ROUNDED_DIGITS = 2


@dataclass(frozen=True, slots=True)
class ScreenTime:
    """Of some people in videos; None for nobody, and for what is withheld.

    `attention` is the share of the seconds in which they face the camera. The median is read from
    ten classes, each twice as long as the one before.
    """

    seconds: float | None
    mean_seconds: float | None
    median_seconds: float | None
    attention: float | None


NOTHING = ScreenTime(None, None, None, None)


def measure_screen_time(counts: Mapping[Unit, int], disclosure: Disclosure) -> ScreenTime:
    """`counts` has the people, their tenths of a second, and how many were visible how long.

    Where counts are rounded, times are averages, which need enough people, and their sum is that
    of as many people as are published.
    """
    people, visible = counts.get(Unit.TRACK, 0), counts.get(Unit.VISIBLE, 0)
    published = disclosure.publish_faces(people)
    if not people or not disclosure.has_enough(published):
        return NOTHING
    mean = visible / TENTHS_PER_SECOND / people
    median = find_median_seconds([counts.get(unit, 0) for unit in DWELL_UNITS])
    attention = counts.get(Unit.FACING, 0) / visible if visible else None
    if disclosure.is_exact:
        seconds, shown = visible / TENTHS_PER_SECOND, 1
    else:
        mean, median = float(round(mean)), float(round(median))
        seconds, shown = mean * (published or 0), None
    digits = 4 if disclosure.is_exact else ROUNDED_DIGITS
    return ScreenTime(
        round(seconds, 1),
        round(mean, 1) if shown else mean,
        round(median, 1) if shown else median,
        None if attention is None else round(attention, digits),
    )


def find_median_seconds(people: Sequence[int]) -> float:
    """The time of the middle person, of how many are in each class.

    Within a class people are assumed to be spread evenly over the logarithms of their times.
    """
    below = np.cumsum([0, *people])
    middle = below[-1] / 2
    found = int(np.searchsorted(below, middle, side="left")) - 1
    index = min(max(found, 0), len(people) - 1)
    part = (middle - below[index]) / people[index] if people[index] else 0.0
    longest = DWELL_SECONDS[index] if index < len(DWELL_SECONDS) else 2 * DWELL_SECONDS[-1]
    return float(longest / 2 * 2**part)
