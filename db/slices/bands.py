"""Age bands: the groups of years in an audience table."""

from itertools import pairwise
from typing import NamedTuple

from models.age_groups import LAST_AGE


class Band(NamedTuple):
    """Ages from `low` to `high` in whole years, both included."""

    label: str
    low: int
    high: int


def _bands(*bounds: tuple[int, int]) -> tuple[Band, ...]:
    return tuple(Band(_label(low, high), low, high) for low, high in bounds)


def _label(low: int, high: int) -> str:
    return f"{low}+" if high >= LAST_AGE else f"{low}-{high}"


PRESETS = {
    "marketing": _bands(
        (0, 12), (13, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, LAST_AGE)
    ),
    # The eight groups of the Adience benchmark have gaps; a year in one is in the nearest group.
    "adience": (
        Band("0-2", 0, 3),
        Band("4-6", 4, 7),
        Band("8-12", 8, 13),
        Band("15-20", 14, 22),
        Band("25-32", 23, 35),
        Band("38-43", 36, 45),
        Band("48-53", 46, 56),
        Band("60-100", 57, LAST_AGE),
    ),
    "life_stage": (
        Band("under 20", 0, 19),
        Band("young", 20, 39),
        Band("middle", 40, 59),
        Band("old", 60, LAST_AGE),
    ),
}


def parse_bands(text: str) -> tuple[Band, ...]:
    """The bands of a preset, or of a list such as `0-17,18-34,35-120`.

    Raises ValueError, with a sentence for the user, for anything else.
    """
    if text in PRESETS:
        return PRESETS[text]
    bands = _bands(*(_parse_bounds(part) for part in text.split(",")))
    for earlier, later in pairwise(bands):
        if later.low <= earlier.high:
            raise ValueError(f"Band {later.label} must start after {earlier.label} ends.")
    return bands


def _parse_bounds(part: str) -> tuple[int, int]:
    low, dash, high = part.strip().partition("-")
    if not (dash and low.isascii() and low.isdigit() and high.isascii() and high.isdigit()):
        names = ", ".join(PRESETS)
        raise ValueError(
            f"Bands must be one of {names}, or a list such as 0-17,18-34,35-120; got {part!r}."
        )
    if not int(low) <= int(high) <= LAST_AGE:
        raise ValueError(
            f"A band must go from a low to a high age of at most {LAST_AGE}; got {part!r}."
        )
    return int(low), int(high)
