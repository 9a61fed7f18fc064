"""The faces of people in videos, frame by frame, as columns of numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from db.presence.columns import (
    MS_PER_SECOND,
    Column,
    ColumnReader,
    find_people,
    list_estimates,
    make_people,
)
from db.presence.people import People, Whole
from db.tables.faces import FaceRow
from db.tables.videos import TrackRow
from models.face import FRONTAL_YAW_DEGREES

Narrow: TypeAlias = Callable[
    [Select[*tuple[Any, ...]], InstrumentedAttribute[int]], Select[*tuple[Any, ...]]
]


@dataclass(frozen=True, slots=True)
class Frames:
    """A row of each column for each frame that a person is in. `at_ms` is the time in the video,
    `visible_ms` an equal part of the time in which the person is visible, and `more` what else was
    asked for."""

    people: People
    person: Whole
    video: Whole
    at_ms: Whole
    visible_ms: Whole
    facing_ms: Whole
    more: tuple[Column, ...]


def read_frames(
    reader: ColumnReader,
    narrow: Narrow,
    find_jobs: Callable[[Column], Column],
    more: Sequence[ColumnElement[Any]] = (),
) -> Frames:
    """`narrow` limits a query to some videos, by its column of items, and `find_jobs` says whose
    videos they are; raises AudienceTooLarge."""
    tracks = (TrackRow.item_id, TrackRow.number, TrackRow.seconds_visible, TrackRow.faces)
    known = narrow(select(*tracks, *list_estimates(TrackRow)), TrackRow.item_id)
    videos, numbers, seconds, faces, *estimates = reader.read(known, counts=False)
    facing = case((func.abs(FaceRow.yaw) <= FRONTAL_YAW_DEGREES, 1), else_=0).label("facing")
    seen = select(FaceRow.item_id, FaceRow.track, FaceRow.time_seconds, facing, *more)
    found = reader.read(narrow(seen.where(FaceRow.track.is_not(None)), FaceRow.item_id))
    person = find_people((videos, numbers), (found[0], found[1]))
    is_known = person >= 0
    person = person[is_known]
    video, _, at_seconds, is_facing, *others = (column[is_known] for column in found)
    parts_ms = np.round(seconds.astype(float) / np.maximum(1, faces) * MS_PER_SECOND)
    visible_ms = parts_ms.astype(np.int64)[person]
    return Frames(
        people=make_people(videos, find_jobs(videos), estimates, is_track=True),
        person=person,
        video=video,
        at_ms=np.floor(at_seconds.astype(float) * MS_PER_SECOND).astype(np.int64),
        visible_ms=visible_ms,
        facing_ms=visible_ms * is_facing,
        more=tuple(others),
    )
