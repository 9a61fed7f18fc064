"""People while a content ran, or in a zone."""

from dataclasses import dataclass
from typing import TypedDict

from facetally.answers.audience import ScreenTime, Share


@dataclass(frozen=True, slots=True)
class PresenceGroup:
    """The people of one content or zone; None stands for what was not asked for, and for what is
    withheld."""

    gender: str | None
    age_band: str | None
    people: int | None
    share: Share | None  # of all rows
    share_within: Share | None  # of the same content or zone
    soft_share: float | None  # within these, by the models' own probabilities
    screen_time: ScreenTime | None  # where seconds are counted


class PresenceQuery(TypedDict, total=False):
    """How people are grouped."""

    by: str  # gender and age_band, or nothing
    bands: str  # marketing, adience, life_stage, or a list as 0-34,35-120
    count: str  # people, or seconds in which people are visible
