"""The audience: whose faces to count, and the counts."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.dimensions import DIMENSION_PREFIX, WithDimensions
from api.schemas.fields import Day, Name, Number, Text, TimeZone
from api.schemas.quality import Pose, QualityMin, make_quality_filter
from db.audience.differences import GroupDifference
from db.audience.grouping import AudienceGroup
from db.audience.people_range import PeopleRange
from db.audience.screen_time import ScreenTime
from db.audience.table import Audience
from db.counts.periods import Period
from db.counts.zone_counts import ZONE_DIMENSION
from db.reach import Reach
from db.slices.bands import parse_bands
from db.slices.evaluations import Evaluation
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count
from models.statistics.shares import Share

GROUPINGS = ("gender", "age_band")
BY_ZONE = ZONE_DIMENSION
# A dimension of items that has the same name.
OWN_ZONE = f"{DIMENSION_PREFIX}{ZONE_DIMENSION}"
MOST_BY_DIMENSIONS = 4
# Beyond these days there is no whole month within the years 1 to 9999.
EARLIEST_LAST_DAY, LATEST_FIRST_DAY = date(1, 1, 31), date(9999, 11, 30)


class AudienceParameters(WithDimensions):
    """Whose faces to count and how to group them; also any number of `dimension.<name>=<value>`.

    `by` is a comma-separated list of `gender`, `age_band`, a period, `zone`, and names of
    dimensions. Write `dimension.<name>` for one with the name of another grouping. Periods are
    `quarter_hour`, `hour`, `day`, `week` and `month`; and `weekday`, `hour_of_day` and
    `hour_of_week`, which come back each week or day. `from` and `to` are days, both included; they
    leave out pictures without a known time. CSV and Parquet contain the groups only, those of each
    period of a cycle; JSON also says how many items they are based on.

    Times are local: those of the time zone of each job, or of `time_zone`, such as Europe/Paris.

    `quality_min` and `pose` need a `job`, whose faces they count again; faces below `quality_min`
    are then too unclear to be judged.

    With `zone`, or by zones, the people are those in zones of live sources, once in each of them.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    format: Literal["json", "csv", "parquet"] = "json"
    job: Number | None = None
    tag: Text | None = None
    first_day: Annotated[Day, Field(le=LATEST_FIRST_DAY)] | None = Field(None, alias="from")
    last_day: Annotated[Day, Field(ge=EARLIEST_LAST_DAY)] | None = Field(None, alias="to")
    zone: Annotated[Text, Field(min_length=1)] | None = None
    time_zone: TimeZone | None = None
    by: Text = "gender,age_band"
    bands: Text = Field(
        "marketing",
        description="marketing, adience, life_stage, or a list such as 0-17,18-34,35-120.",
    )
    count: Count | None = Field(
        None,
        description="faces, the default; people, who count once in a shot of a video, or once in a "
        "job that links them, the default of zones; or seconds in which people in videos are "
        "visible.",
    )
    quality_min: QualityMin = None
    pose: Pose = "any"
    calibration: Name | None = Field(
        None, description="The name of the evaluation that corrects the shares."
    )

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError("from must not be later than to")
        return self

    def to_query(
        self, reach: Reach, min_cell: int, calibration: Evaluation | None
    ) -> AudienceQuery:
        """Raises ValueError with a message for the caller if groups or bands are not valid."""
        of_zones = self.zone is not None or BY_ZONE in self._groupings()
        if of_zones:
            self._check_zones()
        return AudienceQuery(
            bands=parse_bands(self.bands),
            by_gender="gender" in self._groupings(),
            by_age_band="age_band" in self._groupings(),
            slices=SliceQuery(
                job_id=self.job,
                tag=self.tag,
                first_day=self.first_day,
                last_day=self.last_day,
                time_zone=self.time_zone,
                dimensions=self._filters(),
                by_dimensions=self._dimensions_of_groups(),
                by_period=self._period(),
                quality=make_quality_filter(self.quality_min, self.pose),
                reach=reach,
                of_zones=of_zones,
            ),
            count=self.count or (Count.PEOPLE if of_zones else Count.FACES),
            min_cell=min_cell,
            calibration=calibration,
            fills_cycle=self.format != "json",
        )

    def _check_zones(self) -> None:
        if self.count is Count.FACES:
            raise ValueError(
                "Zones count people and their seconds, not faces: use count=people or seconds."
            )
        if OWN_ZONE in self._groupings() or ZONE_DIMENSION in self.dimensions():
            raise ValueError(
                f"{OWN_ZONE} is a dimension of items, which zones of live sources do not have: use "
                "zone, or by=zone, alone."
            )

    def _filters(self) -> dict[str, str]:
        """By dimensions, of which the zone is one."""
        zone = {} if self.zone is None else {ZONE_DIMENSION: self.zone}
        return {**self.dimensions(), **zone}

    def _groupings(self) -> list[str]:
        return list(dict.fromkeys(part.strip() for part in self.by.split(",") if part.strip()))

    def _period(self) -> Period | None:
        periods = [Period(part) for part in self._groupings() if part in list(Period)]
        if len(periods) > 1:
            raise ValueError(
                f"by takes only one period, but got {' and '.join(periods)}. For a table of "
                "weekdays by hours, use hour_of_week."
            )
        return periods[0] if periods else None

    def _dimensions_of_groups(self) -> tuple[str, ...]:
        others = [part for part in self._groupings() if part not in (*GROUPINGS, *Period)]
        if len(others) > MOST_BY_DIMENSIONS:
            raise ValueError(
                f"by takes at most {MOST_BY_DIMENSIONS} dimensions, but got {len(others)}."
            )
        return tuple(name.removeprefix(DIMENSION_PREFIX) for name in others)


class AudienceOut(BaseModel):
    """The audience, and the items it is based on.

    Counts of faces below `min_cell` are withheld, and others are rounded to a multiple of it. With
    a filter or grouping by dimension or day, `items` counts only items that have ended.
    `faces_too_unclear` were found, but cannot be judged: they are not among `faces`. With
    `count=seconds`, `faces` are the people in videos, and shares are of their seconds. `people` is
    how many people there may be where those of a job are linked, which errs. By zones, which may
    overlap, `faces` are the people who were in any of them, and each `share` is of these.
    """

    items: int
    items_done: int
    items_waiting: int | None
    items_cancelled: int | None
    items_failed: dict[str, int]
    items_without_faces: int
    items_duplicates: int
    faces_too_small: int | None
    faces_too_unsure: int | None
    count: Count
    faces: int | None
    screen_time: ScreenTime | None
    people: PeopleRange | None
    faces_too_unclear: int | None
    unknown_gender_share: Share | None
    under_18_share: Share | None
    median_age: float | None
    mean_age: float | None
    design_effect: float | None
    min_cell: int
    groups_withheld: int
    calibration: str | None
    groups: list[AudienceGroup]

    @classmethod
    def of(cls, audience: Audience, query: AudienceQuery) -> Self:
        funnel = audience.funnel
        return cls(
            items=funnel.items,
            items_done=funnel.done,
            items_waiting=funnel.waiting,
            items_cancelled=funnel.cancelled,
            items_failed=funnel.failed,
            items_without_faces=funnel.without_faces,
            items_duplicates=funnel.duplicates,
            faces_too_small=funnel.faces_too_small,
            faces_too_unsure=funnel.faces_too_unsure,
            count=query.count,
            faces=audience.faces,
            screen_time=audience.screen_time,
            people=audience.people,
            faces_too_unclear=audience.too_unclear,
            unknown_gender_share=audience.unknown_gender_share,
            under_18_share=audience.under_18_share,
            median_age=audience.median_age,
            mean_age=audience.mean_age,
            design_effect=audience.design_effect,
            min_cell=query.min_cell,
            groups_withheld=audience.groups_withheld,
            calibration=query.calibration.name if query.calibration else None,
            groups=list(audience.groups),
        )


class VersusParameters(BaseModel):
    """The parameters of `GET /v1/audience`, for the first audience; and `versus.<parameter>` for
    what differs in the second, such as `versus.tag=autumn`. An empty one leaves the parameter out.
    """

    model_config = ConfigDict(extra="allow")


class ComparedAudiencesOut(BaseModel):
    """Two audiences, and how the shares of the second differ from those of the first.

    With a calibration, the shares are corrected, and the intervals cover the errors of the models.
    """

    first: AudienceOut
    second: AudienceOut
    groups: list[GroupDifference]
