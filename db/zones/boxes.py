"""Where the people of a job were in their pictures, and when: the centers of their boxes."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.presence.columns import ColumnReader, list_estimates, make_people
from db.presence.frames import read_frames
from db.presence.people import People, Whole
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow

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

    def join(self, other: Self) -> Self:
        """With those of other people."""
        names = [one.name for one in fields(self) if one.name not in ("people", "person")]
        columns = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in names
        }
        return replace(
            self,
            people=self.people.join(other.people),
            person=np.concatenate([self.person, len(self.people) + other.person]),
            **columns,
        )


def read_boxes(session: Session, job_id: int) -> Boxes:
    """Times in videos are those since the start of each. Raises AudienceTooLarge."""
    reader = ColumnReader(session)
    return _read_photos(reader, job_id).join(_read_videos(reader, job_id))


def _read_photos(reader: ColumnReader, job_id: int) -> Boxes:
    query = (
        select(ItemRow.id, *_centers(), *list_estimates(FaceRow))
        .join(FaceRow, FaceRow.item_id == ItemRow.id)
        .where(*_of_job(job_id), ItemRow.frames.is_(None))
    )
    items, x, y, *estimates = reader.read(query)
    people = make_people(items, np.full(len(items), job_id), estimates, is_track=False)
    nothing = np.zeros(len(people), dtype=np.int64)
    return Boxes(people, np.arange(len(people)), x, y, nothing, nothing, nothing)


def _read_videos(reader: ColumnReader, job_id: int) -> Boxes:
    frames = read_frames(
        reader,
        lambda query, item: query.join(ItemRow, ItemRow.id == item).where(*_of_job(job_id)),
        lambda videos: np.full(len(videos), job_id),
        _centers(),
    )
    x, y = frames.more
    order = np.lexsort((frames.at_ms, frames.person))
    return Boxes(
        frames.people,
        frames.person[order],
        x[order],
        y[order],
        frames.at_ms[order],
        frames.visible_ms[order],
        frames.facing_ms[order],
    )


def _of_job(job_id: int) -> tuple[ColumnElement[bool], ...]:
    return (ItemRow.job_id == job_id, ItemRow.state == ItemState.DONE)


def _centers() -> tuple[ColumnElement[Any], ...]:
    """The center of a face, as fractions of its picture."""
    x = (FaceRow.x + FaceRow.width / 2.0) / func.nullif(ItemRow.width_pixels, 0)
    y = (FaceRow.y + FaceRow.height / 2.0) / func.nullif(ItemRow.height_pixels, 0)
    return func.coalesce(x, -1.0).label("at_x"), func.coalesce(y, -1.0).label("at_y")
