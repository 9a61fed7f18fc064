"""Jobs and their progress."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from api.schemas.fields import JobName, Notes, Number, Strict, Tag, Text, rounded
from api.schemas.options import OptionsBody
from api.schemas.packs import UsedPackOut
from db.job_values import JobStatus, Priority, VideoProgress
from db.states import ErrorCode, JobState, PauseReason
from db.stop_rules import Estimate, Sample


class JobPath(BaseModel):
    """A job by its number."""

    job_id: Number


class JobsQuery(Strict):
    """Which jobs to list. `cursor` is the `next_cursor` of the previous page."""

    state: JobState | None = None
    tag: Tag | None = None
    find: Text | None = Field(None, description="A job's number, or a part of its name or a tag.")
    limit: int = Field(20, ge=1, le=100)
    cursor: Number | None = None


class ChangesBody(Strict):
    """What to change of a job; what is left out stays as it is."""

    name: JobName | None = None
    notes: Notes | None = None
    priority: Priority | None = None

    @model_validator(mode="after")
    def _require_any(self) -> Self:
        if self.name is None and self.notes is None and self.priority is None:
            raise ValueError("give a name, notes or a priority")
        return self


class EventsQuery(Strict):
    """The jobs to follow."""

    job: list[Number] = Field(min_length=1, max_length=100)


class CountsOut(BaseModel):
    """Items by state: items = waiting + running + done + failed + cancelled at all times.

    `duplicates` counts the items among those `done` that have the same bytes as another item.
    """

    items: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    faces: int
    duplicates: int


class TimestampsOut(BaseModel):
    """When the job reached each state, or null if it has not."""

    created: datetime
    queued: datetime | None
    running: datetime | None
    paused: datetime | None
    resumed: datetime | None
    cancelling: datetime | None
    finished: datetime | None


class ReceiptOut(BaseModel):
    """What an erased job contained. `erased_at` is null until everything is gone."""

    items: int
    faces: int
    thumbnails: int
    uploads: int
    asked_at: datetime
    erased_at: datetime | None


class PauseOut(BaseModel):
    """Why a job is paused, and what to do: its first items all failed with the error `code`, no
    worker has its pack, or the share that it was to find out is `known`."""

    at: datetime
    code: ErrorCode | PauseReason
    message: str


class SampleOut(BaseModel):
    """What is known of the share that a job with `stop_when` is to find out: after this many items,
    analyzed in random order, the share with its 95% interval."""

    stop_when: str
    is_known: bool
    estimates: list[Estimate]


class PeopleOut(BaseModel):
    """How many people a job shows that asks for them, counted once: as is likeliest, at least (more
    faces linked) and at most (fewer). `linked` is how many faces in pictures, and people in shots
    of videos, were linked; or `error` says why people are not known."""

    people: int | None
    low: int | None
    high: int | None
    linked: int | None
    error: str | None


class VideosOut(BaseModel):
    """Progress of the videos of a job.

    `running` is the number of videos in progress, `analyzed` the share of them that is analyzed
    (0 to 1), and `annotated` the share of their annotated videos that is drawn.
    """

    running: int
    analyzed: float
    annotated: float | None

    @classmethod
    def of(cls, progress: VideoProgress) -> Self:
        return cls(
            running=progress.running,
            analyzed=round(progress.analyzed, 3),
            annotated=rounded(progress.annotated, 3),
        )


class SkippedOut(BaseModel):
    """How many files of archives were left out: `generated` by systems and programs beside photos
    (thumbnails, indexes), `deleted` ones in recycle bins, and `other` files that are neither
    pictures nor videos."""

    generated: int = 0
    deleted: int = 0
    other: int = 0


class DeliveredOut(BaseModel):
    """What was written to `options.results_to`: how many deliveries (a file of faces each, and one
    of people where there are any), with how many items, faces and bytes.

    `is_complete` once the job has ended and everything is written; `error` says why nothing could
    be written at the last attempt, which is repeated.
    """

    uri: str
    deliveries: int
    items: int
    faces: int
    size_bytes: int
    is_complete: bool
    error: str | None


class JobOut(BaseModel):
    """A job and its progress.

    `packs` are the models that analyzed it: none before its first items, and more than one only if
    it was resumed after its pack had changed. `rerun_of` is the first job of the same items,
    `headcount` the live source whose people it counts, and `listing` the folder whose files are
    still being added. `delivered` is what was written of its results to a folder or bucket, or null
    where they are written nowhere.
    """

    id: int
    state: JobState
    name: str
    notes: str
    tags: list[str]
    options: OptionsBody
    packs: list[UsedPackOut]
    counts: CountsOut
    videos: VideosOut | None
    items_per_second: float | None
    eta_seconds: float | None
    priority: Priority
    timestamps: TimestampsOut
    expires_at: datetime | None
    paused: PauseOut | None
    erased: ReceiptOut | None
    rerun_of: int | None
    headcount: str | None
    sample: SampleOut | None
    linked_people: PeopleOut | None
    skipped: SkippedOut
    listing: str | None
    delivered: DeliveredOut | None

    @classmethod
    def of(cls, job: JobStatus) -> Self:
        return cls(
            id=job.id,
            state=job.state,
            name=job.name,
            notes=job.notes,
            tags=list(job.tags),
            # Not validated: options that were accepted under older limits are still shown.
            options=OptionsBody.model_construct(**asdict(job.options)),
            packs=[UsedPackOut.of(pack) for pack in job.packs],
            counts=CountsOut(**asdict(job.counts)),
            videos=None if job.videos is None else VideosOut.of(job.videos),
            items_per_second=rounded(job.items_per_second, 2),
            eta_seconds=rounded(job.eta_seconds, 0),
            priority=job.priority,
            expires_at=job.expires_at,
            paused=None if job.paused is None else PauseOut(**asdict(job.paused)),
            erased=None if job.erased is None else ReceiptOut(**asdict(job.erased)),
            rerun_of=job.rerun_of,
            headcount=job.headcount,
            sample=_describe_sample(job.sample),
            linked_people=None if job.people is None else PeopleOut(**asdict(job.people)),
            skipped=SkippedOut(**job.skipped),
            listing=job.listing,
            delivered=None if job.delivered is None else DeliveredOut(**asdict(job.delivered)),
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


def _describe_sample(sample: Sample | None) -> SampleOut | None:
    if sample is None:
        return None
    return SampleOut(
        stop_when=str(sample.rule), is_known=sample.is_known, estimates=list(sample.estimates)
    )
