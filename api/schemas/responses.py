"""What comes back over HTTP, as the OpenAPI document shows it; and how values of `db` become it."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel

from api.schemas.faces import FaceOut
from api.schemas.requests import OptionsBody
from db.audience.grouping import AudienceGroup, AudienceQuery
from db.audience.table import Audience
from db.item_values import StoredItem
from db.job_values import JobStatus, Priority, VideoProgress
from db.states import ErrorCode, ItemState, JobState
from models.statistics.shares import Share


class CountsOut(BaseModel):
    """At every moment items = waiting + running + done + failed + cancelled; of those `done`,
    `duplicates` have the bytes of another."""

    items: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    faces: int
    duplicates: int


class TimestampsOut(BaseModel):
    """When the job came into each state; null where it has not."""

    created: datetime
    queued: datetime | None
    running: datetime | None
    paused: datetime | None
    resumed: datetime | None
    cancelling: datetime | None
    finished: datetime | None


class ReceiptOut(BaseModel):
    """What an erased job held; `erased_at` is null until the last of it is gone."""

    items: int
    faces: int
    thumbnails: int
    uploads: int
    asked_at: datetime
    erased_at: datetime | None


class PauseOut(BaseModel):
    """Why a job waits: how its first items failed, with an example, and what to do about it."""

    at: datetime
    code: ErrorCode
    message: str


class VideosOut(BaseModel):
    """How many videos are under way, the part of them that is looked at, and the part that is drawn
    of their annotated copies."""

    running: int
    looked_at: float
    copied: float | None

    @classmethod
    def of(cls, progress: VideoProgress) -> Self:
        looked_at, copied = _rounded(progress.analyzed, 3), _rounded(progress.annotated, 3)
        return cls(running=progress.running, looked_at=looked_at or 0.0, copied=copied)


class JobOut(BaseModel):
    """A job and how far it is."""

    id: int
    state: JobState
    tags: list[str]
    options: OptionsBody
    counts: CountsOut
    videos: VideosOut | None
    items_per_second: float | None
    eta_seconds: float | None
    priority: Priority
    timestamps: TimestampsOut
    expires_at: datetime | None
    paused: PauseOut | None
    erased: ReceiptOut | None

    @classmethod
    def of(cls, job: JobStatus) -> Self:
        return cls(
            id=job.id,
            state=job.state,
            tags=list(job.tags),
            # What was taken once is told as it is, whatever is refused today.
            options=OptionsBody.model_construct(**asdict(job.options)),
            counts=CountsOut(**asdict(job.counts)),
            videos=None if job.videos is None else VideosOut.of(job.videos),
            items_per_second=_rounded(job.items_per_second, 2),
            eta_seconds=_rounded(job.eta_seconds, 0),
            priority=job.priority,
            expires_at=job.expires_at,
            paused=None if job.paused is None else PauseOut(**asdict(job.paused)),
            erased=None if job.erased is None else ReceiptOut(**asdict(job.erased)),
            timestamps=TimestampsOut(
                created=job.created_at,
                queued=job.queued_at,
                running=job.running_at,
                paused=job.paused_at,
                resumed=job.resumed_at,
                cancelling=job.cancelling_at,
                finished=job.finished_at,
            ),
        )


class JobsOut(BaseModel):
    """A page of jobs, the newest first."""

    jobs: list[JobOut]
    next_cursor: int | None


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
            duration_seconds=_rounded(item.duration_seconds, 3),
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


class AnalysisOut(BaseModel):
    """The faces of one picture, of which nothing was kept."""

    width: int
    height: int
    faces: list[FaceOut]


class AudienceOut(BaseModel):
    """Who was there, and how much of what was submitted that rests on.

    Counts of faces under `min_cell` are withheld and others rounded to a multiple of it. Where
    dimensions or days are asked for, `items` are those that ended, as what waits is not known.
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
    count: Literal["faces", "people"]
    faces: int | None
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
            count="people" if query.counts_people else "faces",
            faces=audience.faces,
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


class HealthOut(BaseModel):
    """Whether this process answers, or, for readiness, what it found of the others."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, str] = {}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
