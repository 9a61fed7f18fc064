"""What was found in the items of a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from facetally.answers.faces import Age, Box, Face, Gender, Quality


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item failed: a code for programs, a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Video:
    """The part of a result that only videos have."""

    frames: int  # analyzed
    duration_seconds: float | None
    warning: str | None  # what is missing
    annotated_video_url: str | None  # of the annotated video


@dataclass(frozen=True, slots=True)
class Dropped:
    """Likely faces that were left out."""

    too_small: int
    too_unsure: int


@dataclass(frozen=True, slots=True)
class Result:
    """One item of a job, with its faces."""

    item: int
    name: str
    state: str  # waiting, done, failed or cancelled
    error: Failure | None
    width: int | None
    height: int | None
    captured_at: datetime | None
    dimensions: Mapping[str, str]
    duplicate_of: int | None  # the item that was recorded first with the same bytes
    thumbnail: str | None
    faces: tuple[Face, ...]
    dropped: Dropped
    video: Video | None = None


@dataclass(frozen=True, slots=True)
class BestView:
    """The frame that shows a person best."""

    frame: int
    time_seconds: float
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one shot of a video."""

    item: int
    name: str
    captured_at: datetime | None
    dimensions: Mapping[str, str]
    track: int
    first_seconds: float
    last_seconds: float
    seconds_visible: float
    faces: int
    gender: Gender
    age: Age
    quality: Quality  # of the best frame
    age_spread: float  # standard deviation over the frames, in years
    best: BestView
    thumbnail: str | None
    person: int | None = None  # who it is, within its job, where that links people


class Filters(TypedDict, total=False):
    """Which results: ages are whole years, both ends included."""

    state: str | None
    gender: str | None
    age_min: int | None
    age_max: int | None
    score_min: float | None
    quality_min: float | None
    name: str | None  # a part of the item's name
    pose: str  # any or frontal
    dimensions: Mapping[str, str]
