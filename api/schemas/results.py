"""Results of items."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from api.schemas.dimensions import WithDimensions
from api.schemas.faces import FaceOut
from api.schemas.fields import rounded
from db.item_values import StoredItem
from db.results.filters import ResultFilter
from db.states import ErrorCode, ItemState

RESULTS_PER_PAGE = 100
MOST_RESULTS_PER_PAGE = 1000


class ResultsQuery(WithDimensions):
    """Which lines of a job's results; also any number of `dimension.<name>=<value>`.

    Ages are whole years, both ends included. Where a condition on faces is given, items without
    such a face are left out, and so are the other faces of the items that stay.

    `view=tracks` gives the people of videos instead, one line or row for each.
    """

    format: Literal["json", "ndjson", "csv", "parquet", "coco"] = "json"
    view: Literal["faces", "tracks"] = "faces"
    state: ItemState | None = None
    gender: Literal["female", "male", "unknown"] | None = None
    age_min: int | None = Field(None, ge=0, le=150)
    age_max: int | None = Field(None, ge=0, le=150)
    score_min: float | None = Field(None, ge=0, le=1)
    limit: int | None = Field(None, ge=1, le=MOST_RESULTS_PER_PAGE)
    cursor: int = Field(-1, ge=-1, le=2**51)

    @model_validator(mode="after")
    def _refuse_view(self) -> Self:
        if self.view == "tracks" and self.format == "coco":
            raise ValueError("COCO has pictures and faces, no tracks: leave view out")
        return self

    def to_filter(self) -> ResultFilter:
        return ResultFilter(
            state=self.state,
            gender=self.gender,
            age_min=self.age_min,
            age_max=self.age_max,
            score_min=self.score_min,
            dimensions=self.dimensions(),
        )


class ItemErrorOut(BaseModel):
    """Why an item failed, and one sentence to act on."""

    code: ErrorCode
    message: str


class VideoOut(BaseModel):
    """Of a video: how many frames were looked at, how long it is by its header, what of it is
    missing, and where its annotated copy is."""

    frames: int
    duration_seconds: float | None
    warning: str | None
    copy_url: str | None

    @classmethod
    def of(cls, item: StoredItem, frames: int) -> Self:
        return cls(
            frames=frames,
            duration_seconds=rounded(item.duration_seconds, 3),
            warning=item.warning,
            copy_url=f"/v1/items/{item.id}/video" if item.annotated_video_uri else None,
        )


class DroppedOut(BaseModel):
    """How many likely faces were left out, as too little was seen of them to judge."""

    too_small: int
    too_unsure: int


class ResultOut(BaseModel):
    """One item of a job: a line of its results.

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
