"""Where the people of a job were in their pictures, and when: the centers of their boxes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from db.playlists.columns import ColumnReader, find_people, list_estimates, make_people
from db.playlists.looks import People
from db.playlists.spots import Whole
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from models.face import FRONTAL_YAW_DEGREES

MS_PER_SECOND = 1000
Fraction = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Boxes:
    """A row of each column for each time that a person was seen, in the order of people and times;
    `x` and `y` are the center of the box, as fractions of the picture."""

    people: People
    person: Whole
    x: Fraction
    y: Fraction
    at_ms: Whole
    visible_ms: Whole
    facing_ms: Whole


def read_photo_boxes(session: Session, job_id: int) -> Boxes:
    """Raises AudienceTooLarge."""
    query = (
        select(ItemRow.id, *_centers(), *list_estimates(FaceRow))
        .join(FaceRow, FaceRow.item_id == ItemRow.id)
        .where(*_of_job(job_id), ItemRow.frames.is_(None))
    )
    items, x, y, *estimates = ColumnReader(session).read(query)
    people = make_people(items, estimates, is_track=False)
    nothing = np.zeros(len(people), dtype=np.int64)
    return Boxes(people, np.arange(len(people)), x, y, nothing, nothing, nothing)


def read_video_boxes(session: Session, job_id: int) -> Boxes:
    """Times are those since the start of each video. Raises AudienceTooLarge."""
    reader = ColumnReader(session)
    tracks = (TrackRow.item_id, TrackRow.number, TrackRow.seconds_visible, TrackRow.faces)
    known = select(*tracks, *list_estimates(TrackRow)).join(ItemRow, ItemRow.id == TrackRow.item_id)
    items, numbers, seconds, faces, *estimates = reader.read(
        known.where(*_of_job(job_id)), counts=False
    )
    facing = case((func.abs(FaceRow.yaw) <= FRONTAL_YAW_DEGREES, 1), else_=0).label("facing")
    looks = select(FaceRow.item_id, FaceRow.track, FaceRow.time_seconds, *_centers(), facing)
    of_items, of_tracks, at, x, y, is_facing = reader.read(
        looks.join(ItemRow, ItemRow.id == FaceRow.item_id).where(
            *_of_job(job_id), FaceRow.track.is_not(None)
        )
    )
    person = find_people((items, numbers), (of_items, of_tracks))
    at_ms = np.floor(at.astype(float) * MS_PER_SECOND).astype(np.int64)
    order = np.lexsort((at_ms, person))
    order = order[person[order] >= 0]
    shown = np.round(seconds.astype(float) / np.maximum(1, faces) * MS_PER_SECOND)
    visible_ms = shown.astype(np.int64)[person[order]]
    return Boxes(
        make_people(items, estimates, is_track=True),
        person[order],
        x[order],
        y[order],
        at_ms[order],
        visible_ms,
        visible_ms * is_facing[order],
    )


def _of_job(job_id: int) -> tuple[ColumnElement[bool], ...]:
    return (ItemRow.job_id == job_id, ItemRow.state == ItemState.DONE)


def _centers() -> tuple[ColumnElement[Any], ...]:
    """The center of a face, as fractions of its picture."""
    x = (FaceRow.x + FaceRow.width / 2.0) / func.nullif(ItemRow.width_pixels, 0)
    y = (FaceRow.y + FaceRow.height / 2.0) / func.nullif(ItemRow.height_pixels, 0)
    return func.coalesce(x, -1.0).label("at_x"), func.coalesce(y, -1.0).label("at_y")
