"""The audience: how many faces or people by age, gender, days and dimensions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from facetally.tables import make_arrow, make_pandas

if TYPE_CHECKING:
    import pandas
    import pyarrow


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the whole with its 95% interval, all from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ScreenTime:
    """How long people in videos are visible; None for nobody, and for what is withheld."""

    seconds: float | None
    mean_seconds: float | None
    median_seconds: float | None
    attention: float | None  # the share of the seconds in which they face the camera


@dataclass(frozen=True, slots=True)
class PeopleRange:
    """How many people there may be where faces are linked to people; None for what is withheld."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """One row: None stands for what was not asked for, and for counts that are withheld."""

    dimensions: Mapping[str, str | None]
    period: str | None
    gender: str | None
    age_band: str | None
    faces: int | None
    share: Share | None  # of everything counted
    share_within: Share | None  # of the same dimensions and period
    soft_share: float | None  # within these, by the models' own probabilities
    corrected: Share | None  # within these, by the calibration
    screen_time: ScreenTime | None  # where seconds are counted: of these people
    people: PeopleRange | None = None  # where people are linked: how many there may be

    def to_row(self) -> dict[str, object]:
        """The group with its shares as columns, as in the API's tables."""
        row: dict[str, object] = {
            **{f"dimension.{name}": value for name, value in self.dimensions.items()},
            "period": self.period,
            "gender": self.gender,
            "age_band": self.age_band,
            "faces": self.faces,
        }
        for name in ("share", "share_within", "corrected"):
            share: Share | None = getattr(self, name)
            row[name] = share and share.value
            row[f"{name}_low"] = share and share.low
            row[f"{name}_high"] = share and share.high
        times = asdict(self.screen_time) if self.screen_time else {}
        people = self.people or PeopleRange(None, None)
        ranges = {"people_low": people.low, "people_high": people.high}
        return {**row, "soft_share": self.soft_share, **times, **ranges}


@dataclass(frozen=True, slots=True)
class Audience:
    """The groups, and what they rest on.

    Counts under `min_cell` are withheld, and others rounded to a multiple of it.
    """

    items: int
    items_done: int
    items_waiting: int | None
    items_cancelled: int | None
    items_failed: Mapping[str, int]  # by their codes
    items_without_faces: int
    items_duplicates: int
    faces_too_small: int | None
    faces_too_unsure: int | None
    count: str  # faces, people or seconds
    faces: int | None  # or people
    screen_time: ScreenTime | None  # where seconds are counted
    faces_too_unclear: int | None  # found, but too unclear to be judged, and not among `faces`
    unknown_gender_share: Share | None
    under_18_share: Share | None
    median_age: float | None
    mean_age: float | None
    design_effect: float | None
    min_cell: int
    groups_withheld: int
    calibration: str | None
    groups: tuple[Group, ...]
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)
    people: PeopleRange | None = None  # where people are linked: how many there may be

    def to_arrow(self) -> "pyarrow.Table":
        """The groups as a table; needs pyarrow."""
        return make_arrow([group.to_row() for group in self.groups])

    def to_pandas(self) -> "pandas.DataFrame":
        """The groups as a table; needs pandas."""
        return make_pandas([group.to_row() for group in self.groups])


class AudienceQuery(TypedDict, total=False):
    """Whose faces, and how they are grouped; days are local, both included."""

    job: int | None
    tag: str | None
    first_day: date | None
    last_day: date | None
    zone: str | None  # people in this zone of live sources
    by: str  # gender, age_band, zone, a period such as day or hour_of_day, and names of dimensions
    time_zone: str | None  # such as Europe/Paris; by default that of each job
    bands: str  # marketing, adience, life_stage, or a list as 0-17,18-120
    count: str | None  # faces, people, or seconds in which people in videos are visible
    calibration: str | None
    quality_min: float | None  # needs a job
    pose: str  # any or frontal; needs a job
    dimensions: Mapping[str, str]
