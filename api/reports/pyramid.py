"""The population pyramid, drawn the same way on the audience page and in reports: pyramid.html."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share


@dataclass(frozen=True, slots=True)
class Pyramid:
    """By age band, the oldest first, the share of each gender; None is withheld."""

    bands: dict[str, dict[str, Share | None]]
    longest: float  # the share that fills the width of one side


def make_pyramid(groups: Sequence[AudienceGroup]) -> Pyramid:
    """Groups by gender and age band; corrected shares if an evaluation was chosen."""
    bands: dict[str, dict[str, Share | None]] = {}
    for group in groups:
        share = group.corrected or group.share
        bands.setdefault(group.age_band or "", {})[group.gender or ""] = share
    shares = [row.get(gender) for row in bands.values() for gender in ("female", "male")]
    # The interval of an empty group is wide where few faces were counted: it sets no scale.
    longest = max((share.high for share in shares if share and share.value), default=0.0)
    return Pyramid(dict(reversed(bands.items())), longest or 1.0)
