"""How the items of a job are analyzed."""

from dataclasses import fields
from typing import Annotated, Self

from pydantic import Field, model_validator

from api.schemas.fields import Strict
from db.job_values import Duplicates, JobOptions, ThumbnailKind

# Once in 100 s: what looks more seldom is a mistake.
LEAST_FRAMES_PER_SECOND = 0.01
# No video has more frames to show, and none lasts longer: a week.
MOST_FRAMES_PER_SECOND = 60.0
LONGEST_VIDEO_SECONDS = 604_800.0


class OptionsBody(Strict):
    """How the items of a job are worked on.

    Thumbnails are `annotated` with boxes and labels; `blurred`, the same with every face that was
    found made unrecognizable; or `none`.

    Of items with the same bytes either each counts (`count`), or only the one that was recorded
    first (`once`): the others then have no faces of their own, and name it as `duplicate_of`.

    Videos are looked at `frames_per_second` times a second from `start_seconds` to `end_seconds`,
    at most `max_frames` times; with `annotated_video` a copy with boxes is kept.
    """

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    frames_per_second: Annotated[
        float, Field(ge=LEAST_FRAMES_PER_SECOND, le=MOST_FRAMES_PER_SECOND)
    ] = 2.0
    start_seconds: Annotated[float, Field(ge=0, le=LONGEST_VIDEO_SECONDS)] = 0.0
    end_seconds: Annotated[float, Field(gt=0, le=LONGEST_VIDEO_SECONDS)] | None = None
    max_frames: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    annotated_video: bool = False

    @model_validator(mode="after")
    def _check_video(self) -> Self:
        if self.end_seconds is not None and self.end_seconds <= self.start_seconds:
            raise ValueError("end_seconds must be greater than start_seconds")
        if self.annotated_video and self.thumbnails is ThumbnailKind.BLURRED:
            raise ValueError(
                "annotated_video shows faces between the frames that are looked at: it goes with "
                "no blurred thumbnails"
            )
        return self

    def to_options(self) -> JobOptions:
        return JobOptions(**{one.name: getattr(self, one.name) for one in fields(JobOptions)})
