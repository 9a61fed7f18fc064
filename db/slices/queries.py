"""What is asked of an audience: whose faces, and how they are grouped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from db.counts.periods import Period
from db.counts.tally import DWELL_UNITS, Unit
from db.counts.zone_counts import ZONE_DIMENSION
from db.quality import ANY_QUALITY, QualityFilter
from db.reach import EVERYONE, Reach
from db.slices.bands import Band
from db.slices.evaluations import Evaluation
from db.states import Count
from models.errors import FacetallyError


class AudienceTooLarge(FacetallyError):
    """The table has too many rows, or rests on too many faces: use fewer dimensions, less time,
    longer periods, or no filter by quality."""


FACES = (Unit.PICTURE, Unit.FRAME)
COUNTED_UNITS = {
    Count.FACES: FACES,
    Count.PEOPLE: (Unit.PICTURE, Unit.TRACK, Unit.LINKED),
    Count.SECONDS: (Unit.TRACK, Unit.VISIBLE, Unit.FACING, *DWELL_UNITS),
}
# The same with more faces linked, and with fewer: fewer people, and more.
FEWEST_PEOPLE = (Unit.PICTURE, Unit.TRACK, Unit.LINKED_LOOSE)
MOST_PEOPLE = (Unit.PICTURE, Unit.TRACK, Unit.LINKED_STRICT)


@dataclass(frozen=True, slots=True)
class SliceQuery:
    """Which faces, and how they are sliced; days are included at both ends.

    Days and hours are those of `time_zone`, or else of each job's own.

    With `of_zones`, who was in zones of live sources: then the name of a zone is a dimension.

    Raises ValueError, with a sentence for the user, for a filter by quality of several jobs, or in
    zones.
    """

    job_id: int | None = None
    tag: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    by_dimensions: tuple[str, ...] = ()
    by_period: Period | None = None
    quality: QualityFilter = ANY_QUALITY
    # Of the jobs that are counted, where none is named.
    reach: Reach = EVERYONE
    time_zone: str | None = None
    units: tuple[Unit, ...] = tuple(Unit)
    of_zones: bool = False

    def __post_init__(self) -> None:
        if self.quality != ANY_QUALITY and self.of_zones:
            raise ValueError(
                "quality_min and pose count faces anew, and no faces are kept of who was in zones: "
                "leave out one or the other."
            )
        if self.quality != ANY_QUALITY and self.job_id is None:
            raise ValueError(
                "quality_min and pose need one job, whose faces are then counted again: add job=7, "
                "for example."
            )

    @property
    def is_by_zone(self) -> bool:
        """Whether there are rows for several zones, which may overlap."""
        is_by = self.of_zones and ZONE_DIMENSION in self.by_dimensions
        return is_by and ZONE_DIMENSION not in self.dimensions


EVERYBODY = SliceQuery()


@dataclass(frozen=True, slots=True)
class AudienceQuery:
    """Which faces, how they are grouped, and the smallest count that may be shown."""

    bands: tuple[Band, ...]
    by_gender: bool = True
    by_age_band: bool = True
    slices: SliceQuery = EVERYBODY
    count: Count = Count.FACES
    min_cell: int = 1
    calibration: Evaluation | None = None
    # Whether the periods of a cycle in which nobody was there have rows, too.
    fills_cycle: bool = False
