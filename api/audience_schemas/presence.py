"""People while a content ran, or in a zone: how they are grouped, and one such group."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, Field

from api.audience_schemas.audience import GROUPINGS
from api.schemas.fields import Strict, Text
from db.audience.grouping import AudienceGroup
from db.audience.screen_time import ScreenTime
from db.presence.queries import PresenceQuery
from db.slices.bands import parse_bands
from db.states import Count
from models.statistics.shares import Share


class PresenceParameters(Strict):
    """How people are grouped: `by` is a comma-separated list of `gender` and `age_band`, or empty.
    With `count=seconds`, shares are of the time in which people in videos and in front of live
    sources were visible."""

    by: Text = "gender,age_band"
    bands: Text = Field(
        "marketing",
        description="marketing, adience, life_stage, or a list such as 0-34,35-120.",
    )
    count: Literal["people", "seconds"] = "people"

    def to_query(self, min_cell: int, gender_min_probability: float) -> PresenceQuery:
        """Raises ValueError with a message for the caller if groups or bands are not valid."""
        by = [part.strip() for part in self.by.split(",") if part.strip()]
        unknown = [part for part in by if part not in GROUPINGS]
        if unknown:
            raise ValueError(
                f"by takes {' and '.join(GROUPINGS)}, but got {unknown[0][:40]!r}. Each content "
                "or zone has rows of its own in any case."
            )
        return PresenceQuery(
            bands=parse_bands(self.bands),
            by_gender="gender" in by,
            by_age_band="age_band" in by,
            count=Count(self.count),
            min_cell=min_cell,
            gender_min_probability=gender_min_probability,
        )


class PresenceGroup(BaseModel):
    """The people of one content or zone, its `CATEGORY`."""

    CATEGORY: ClassVar[str]

    gender: str | None
    age_band: str | None
    people: int | None
    share: Share | None
    share_within: Share | None
    soft_share: float | None
    screen_time: ScreenTime | None

    @classmethod
    def of(cls, group: AudienceGroup) -> Self:
        return cls.model_validate(
            {
                cls.CATEGORY: group.dimensions[cls.CATEGORY],
                "gender": group.gender,
                "age_band": group.age_band,
                "people": group.faces,
                "share": group.share,
                "share_within": group.share_within,
                "soft_share": group.soft_share,
                "screen_time": group.screen_time,
            }
        )
