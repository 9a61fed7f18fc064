"""The population pyramid, drawn the same way on the audience page and in reports: pyramid.html."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.reports.figures import write_interval, write_percent
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share

# Of the width of one side: the rest is for the figures beside the bars.
WIDEST_PERCENT = 66.0
# Distances between lines of the grid, as shares; at most four lines are drawn.
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of one gender in one band; positions are percent of the width of its side."""

    width: float
    low: float
    high: float
    percent: str
    interval: str


@dataclass(frozen=True, slots=True)
class Pyramid:
    """By age band, the oldest first, the bar of each gender; None is withheld."""

    bands: dict[str, dict[str, Bar | None]]
    grid: tuple[tuple[float, str], ...]  # position in percent, and what it stands for


def make_pyramid(groups: Sequence[AudienceGroup]) -> Pyramid:
    """Groups by gender and age band; corrected shares if an evaluation was chosen."""
    bands: dict[str, dict[str, Share | None]] = {}
    for group in groups:
        share = group.corrected or group.share
        bands.setdefault(group.age_band or "", {})[group.gender or ""] = share
    shares = [row.get(gender) for row in bands.values() for gender in ("female", "male")]
    # The interval of an empty group is wide where few faces were counted: it sets no scale.
    longest = max((share.high for share in shares if share and share.value), default=0.0) or 1.0
    scale = WIDEST_PERCENT / longest
    bars = {
        band: {gender: _make_bar(share, scale) for gender, share in row.items()}
        for band, row in bands.items()
    }
    return Pyramid(dict(reversed(bars.items())), tuple(_draw_grid(longest, scale)))


def _make_bar(share: Share | None, scale: float) -> Bar | None:
    if share is None:
        return None
    low, high = share.low * scale, min(share.high * scale, WIDEST_PERCENT)
    percent, interval = write_percent(share), write_interval(share)
    return Bar(share.value * scale, low, high, percent, interval)


def _draw_grid(longest: float, scale: float) -> list[tuple[float, str]]:
    step = next((step for step in STEPS if longest / step <= MOST_LINES), STEPS[-1])
    lines = int(longest / step + 1e-9)
    return [(line * step * scale, f"{100 * line * step:.0f}%") for line in range(1, lines + 1)]
