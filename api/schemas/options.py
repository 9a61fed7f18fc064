"""How the items of a job are analyzed."""

from dataclasses import fields
from typing import Annotated, Self

from pydantic import Field, model_validator

from api.schemas.fields import FoldersAs, Name, StopWhen, Strict, TimeZone, Uri
from db.job_values import (
    CaptureSource,
    DetectionMode,
    Duplicates,
    JobOptions,
    ThumbnailKind,
)

# One frame in 100 seconds: a lower rate is a mistake.
LEAST_FRAMES_PER_SECOND = 0.01
# Videos do not have more frames per second, and none lasts longer than a week.
MOST_FRAMES_PER_SECOND = 60.0
LONGEST_VIDEO_SECONDS = 604_800.0


class OptionsBody(Strict):
    """How the items of a job are analyzed.

    `thumbnails`: `annotated` draws boxes and labels, `blurred` also blurs every detected face, and
    `none` keeps no thumbnails.

    `duplicates`: with `count`, each of several items with the same bytes counts. With `once`, only
    the first that was recorded counts; the others have no faces and name it in `duplicate_of`. With
    `similar`, also pictures that look alike count once: in another size or encoding, or of a burst
    in which nothing moves. With `report`, those name the first of them in `duplicate_of`, too, and
    each counts.

    `pack`: the name of the models that analyze the items, one of `GET /v1/packs`; without one, the
    server's default.

    `detection`: with `crowd`, pictures and frames are also searched in tiles, which finds the small
    faces of panoramas and crowds and takes several times as long.

    `captured_at`: with `exif`, an item without a time of its own has that of its EXIF or XMP; with
    `given`, none. `time_zone`, such as Europe/Paris, is that of times without an offset, and of the
    days and hours of the audience; the server's by default.

    `folders_as` makes dimensions of the folders in an item's name, or else in its address: with
    `store,camera`, Berlin/cam2/a.jpg has store=Berlin and camera=cam2. `*` passes over a folder; a
    pattern such as `{store}/cam{camera}` takes a part of one.

    Videos: `frames_per_second` frames are analyzed per second, from `start_seconds` to
    `end_seconds`, `max_frames` at most. With `annotated_video` a version of the video with boxes
    drawn in is made.

    With `people`, where the operator allows it, faces of one person are linked across the photos
    and shots of the job, so that `count=people` counts each person once. What links them is
    biometric data, kept until the job ends and never shown.

    With `stop_when`, such as female:0.02 or 25-34:0.03, items are analyzed in random order, and the
    job is paused once the share of these faces is known to within the margin on either side, with
    95% confidence. Resuming it analyzes the rest. Faces in videos do not count for that.

    `results_to` is the address of a folder or a part of a bucket that the operator allows, such as
    s3://results/faces: results are written there as Parquet files as they come.
    """

    thumbnails: ThumbnailKind = ThumbnailKind.ANNOTATED
    duplicates: Duplicates = Duplicates.COUNT
    pack: Name | None = None
    detection: DetectionMode = DetectionMode.NORMAL
    captured_at: CaptureSource = CaptureSource.EXIF
    time_zone: TimeZone | None = None
    folders_as: FoldersAs | None = None
    frames_per_second: Annotated[
        float, Field(ge=LEAST_FRAMES_PER_SECOND, le=MOST_FRAMES_PER_SECOND)
    ] = 2.0
    start_seconds: Annotated[float, Field(ge=0, le=LONGEST_VIDEO_SECONDS)] = 0.0
    end_seconds: Annotated[float, Field(gt=0, le=LONGEST_VIDEO_SECONDS)] | None = None
    max_frames: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    annotated_video: bool = False
    people: bool = False
    stop_when: StopWhen | None = None
    results_to: Uri | None = None

    @model_validator(mode="after")
    def _check_video(self) -> Self:
        if self.end_seconds is not None and self.end_seconds <= self.start_seconds:
            raise ValueError("end_seconds must be greater than start_seconds")
        if self.annotated_video and self.thumbnails is ThumbnailKind.BLURRED:
            raise ValueError(
                "annotated_video cannot be combined with blurred thumbnails, because it shows the "
                "faces between the analyzed frames"
            )
        return self

    def to_options(self, pack: str, time_zone: str) -> JobOptions:
        """`pack` and `time_zone` are those that were chosen for the job."""
        given = {one.name: getattr(self, one.name) for one in fields(JobOptions)}
        return JobOptions(**{**given, "pack": pack, "time_zone": time_zone})
