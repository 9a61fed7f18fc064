"""Results of items."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from api.schemas.dimensions import WithDimensions
from api.schemas.faces import FaceOut
from api.schemas.fields import Text, rounded
from api.schemas.quality import Pose, QualityMin, make_quality_filter
from db.item_values import StoredItem
from db.results.filters import ResultFilter
from db.states import ErrorCode, ItemState

RESULTS_PER_PAGE = 100
MOST_RESULTS_PER_PAGE = 1000

ResultFormat = Literal["json", "ndjson", "csv", "parquet", "coco", "label-studio", "cvat"]
# They have pictures with faces, and nothing of videos.
ANNOTATION_FORMATS = ("coco", "label-studio", "cvat")
MOST_JOBS = 1000


class ResultsFilter(WithDimensions):
    """Which results; also takes any number of `dimension.<name>=<value>`.

    Ages are whole years; both ends are included. A condition on faces (gender, age, score, quality
    or pose) leaves out the faces that do not meet it, and items without a face that does. One on
    age leaves out faces that are too unclear to be judged.

    `view=tracks` lists the people of videos instead, one line or row for each.
    """

    view: Literal["faces", "tracks"] = "faces"
    state: ItemState | None = None
    gender: Literal["female", "male", "unknown"] | None = None
    age_min: int | None = Field(None, ge=0, le=150)
    age_max: int | None = Field(None, ge=0, le=150)
    score_min: float | None = Field(None, ge=0, le=1)
    quality_min: QualityMin = None
    pose: Pose = "any"
    name: Text | None = Field(None, description="A part of the item's name, in any case.")

    @model_validator(mode="after")
    def _refuse_empty_range(self) -> Self:
        youngest, oldest = self.age_min, self.age_max
        if youngest is not None and oldest is not None and youngest > oldest:
            raise ValueError(f"no age is from {youngest} to {oldest}: swap the two")
        return self

    def to_filter(self) -> ResultFilter:
        return ResultFilter(
            state=self.state,
            gender=self.gender,
            age_min=self.age_min,
            age_max=self.age_max,
            score_min=self.score_min,
            quality=make_quality_filter(self.quality_min, self.pose),
            dimensions=self.dimensions(),
            name=self.name,
        )


class ResultsQuery(ResultsFilter):
    """Which results of a job to list, and how."""

    format: ResultFormat = "json"
    limit: int | None = Field(None, ge=1, le=MOST_RESULTS_PER_PAGE)
    cursor: int = Field(-1, ge=-1, le=2**51)

    @model_validator(mode="after")
    def _refuse_view(self) -> Self:
        if self.view == "tracks" and self.format in ANNOTATION_FORMATS:
            raise ValueError(
                f"format={self.format} contains pictures and faces, but no tracks. Leave out "
                "view=tracks"
            )
        return self


class SeveralResultsQuery(ResultsFilter):
    """Which jobs, by their numbers (`jobs=7,8`) or by a tag, and which of their results."""

    format: Literal["ndjson", "csv", "parquet"] = "ndjson"
    # As long as the line of a request can hold.
    jobs: Text | None = Field(None, max_length=3500)
    tag: Text | None = None

    @model_validator(mode="after")
    def _require_jobs(self) -> Self:
        if (self.jobs is None) == (self.tag is None):
            raise ValueError("give either the numbers of jobs, as in jobs=7,8, or a tag")
        return self

    def list_numbers(self) -> list[int]:
        """The numbers of jobs, each once; raises ValueError, with a sentence for the user."""
        words = [word.strip() for word in (self.jobs or "").split(",")]
        for word in words:
            if not (word.isascii() and word.isdigit() and 0 < int(word) < 2**63):
                raise ValueError(f"{word!r} is not the number of a job. Write jobs=7,8.")
        if len(words) > MOST_JOBS:
            raise ValueError(f"More than {MOST_JOBS} jobs are asked for. Give their tag.")
        return list(dict.fromkeys(map(int, words)))


class ItemErrorOut(BaseModel):
    """Why an item failed, and what to do about it."""

    code: ErrorCode
    message: str


class VideoOut(BaseModel):
    """Details of a video.

    `frames` is the number of analyzed frames, `duration_seconds` comes from the header, `warning`
    says what is missing, and `annotated_video_url` is the annotated video.
    """

    frames: int
    duration_seconds: float | None
    warning: str | None
    annotated_video_url: str | None

    @classmethod
    def of(cls, item: StoredItem, frames: int) -> Self:
        return cls(
            frames=frames,
            duration_seconds=rounded(item.duration_seconds, 3),
            warning=item.warning,
            annotated_video_url=f"/v1/items/{item.id}/video" if item.annotated_video_uri else None,
        )


class DroppedOut(BaseModel):
    """Likely faces that were left out because they were too small or too uncertain."""

    too_small: int
    too_unsure: int


class ResultOut(BaseModel):
    """The result of one item.

    `duplicate_of` is the item of the job that was recorded first with the same bytes.
    """

    item: int
    name: str
    state: ItemState
    error: ItemErrorOut | None
    width: int | None
    height: int | None
    captured_at: datetime | None
    dimensions: dict[str, str]
    duplicate_of: int | None
    thumbnail: str | None
    video: VideoOut | None = None
    faces: list[FaceOut]
    dropped: DroppedOut

    @classmethod
    def of(cls, item: StoredItem) -> Self:
        error = item.error
        return cls(
            item=item.id,
            name=item.name,
            state=item.state,
            error=None if error is None else ItemErrorOut(code=error.code, message=error.message),
            width=item.width_pixels,
            height=item.height_pixels,
            captured_at=item.captured_at,
            dimensions=item.dimensions,
            duplicate_of=item.duplicate_of,
            thumbnail=f"/v1/items/{item.id}/thumbnail" if item.has_thumbnail else None,
            video=None if item.frames is None else VideoOut.of(item, item.frames),
            faces=[FaceOut.of(face) for face in item.faces],
            dropped=DroppedOut(
                too_small=item.dropped.too_small, too_unsure=item.dropped.too_unsure
            ),
        )


class ResultsOut(BaseModel):
    """A page of results, in the order their items were submitted."""

    results: list[ResultOut]
    next_cursor: int | None
