"""How presences are grouped and counted."""

from dataclasses import dataclass

from db.slices.bands import Band
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count


@dataclass(frozen=True, slots=True)
class PresenceQuery:
    """How the people of each content or zone are grouped and counted, and the smallest count that
    may be shown; `count` is people or seconds."""

    bands: tuple[Band, ...]
    by_gender: bool = True
    by_age_band: bool = True
    count: Count = Count.PEOPLE
    min_cell: int = 1
    # Of linked people, who are judged by the vote of their faces.
    gender_min_probability: float = 0.6

    def to_audience_query(self, by: str) -> AudienceQuery:
        """`by` is what the categories are, in place of a dimension."""
        return AudienceQuery(
            bands=self.bands,
            by_gender=self.by_gender,
            by_age_band=self.by_age_band,
            slices=SliceQuery(by_dimensions=(by,)),
            count=self.count,
            min_cell=self.min_cell,
        )
