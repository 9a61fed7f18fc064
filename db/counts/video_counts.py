"""The counts of a video: its outcome, its faces and its people."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.counts.cells import record_tally
from db.counts.dimension_sets import spell_dimensions
from db.counts.tally import CellKey, Tally, Unit
from db.counts.totals import (
    DONE,
    DUPLICATES,
    WITHOUT_FACES,
    CountedFace,
    add_dropped,
    add_outcome,
    add_picture,
)
from db.counts.tracks import CountedPerson, add_people, select_facing
from db.item_values import ClaimedItem
from db.job_values import JobOptions
from db.tables.faces import FaceRow
from db.tables.videos import TrackRow
from models.face import Dropped
from models.statistics.confusion import OLDEST

# A video may have hundreds of thousands of faces.
IN_BATCHES = {"yield_per": 1000}


def count_video(
    session: Session,
    job_id: int,
    item: ClaimedItem,
    options: JobOptions,
    dropped: Dropped,
    *,
    counts: bool,
    is_duplicate: bool,
) -> None:
    """Count a video, its faces and its people, in the transaction that records it.

    Faces count at the time of their frame, and people when they are first seen. What a video shows
    in a quarter of an hour counts as one picture, because its frames show the same people.
    """
    tally = Tally(options.zone)
    totals = tally.at(item.dimensions, item.captured_at)
    add_outcome(totals, DONE)
    add_outcome(totals, DUPLICATES, int(is_duplicate))
    add_dropped(tally.at(item.dimensions, item.captured_at, Unit.FRAME), dropped)
    _count_faces(tally, item, _read_faces(session, item.id))
    counted = _count_people(tally, item, _read_people(session, item.id))
    add_outcome(totals, WITHOUT_FACES, int(counts and not counted))
    record_tally(session, job_id, tally)


def _count_faces(tally: Tally, item: ClaimedItem, rows: Iterable[Row[Any]]) -> None:
    """Rows in the order of their times."""
    dimension_set = spell_dimensions(item.dimensions)
    for moment, group in groupby(rows, lambda row: tally.spell(item.captured_at, row.seconds)):
        totals = tally.under(CellKey(dimension_set, moment, Unit.FRAME))
        add_picture(totals, map(_count_row, group))


def _count_people(tally: Tally, item: ClaimedItem, rows: Iterable[Row[Any]]) -> int:
    """Returns how many there are."""
    dimension_set, counted = spell_dimensions(item.dimensions), 0
    for moment, group in groupby(rows, lambda row: tally.spell(item.captured_at, row.seconds)):
        people = (
            CountedPerson(_count_row(row), row.seconds_visible, row.facing or 0.0) for row in group
        )
        counted += add_people(tally, dimension_set, moment, people)
    return counted


def _count_row(row: Row[Any]) -> CountedFace:
    width = row.age_high - row.age_low
    age, female = min(row.age, OLDEST), round(row.female * 1000)
    return CountedFace(row.judged, row.gender, age, female, width)


def _read_faces(session: Session, item_id: int) -> Iterable[Row[Any]]:
    seconds = FaceRow.time_seconds.label("seconds")
    query = select(*_columns(FaceRow), seconds).where(FaceRow.item_id == item_id)
    return session.execute(query.order_by(FaceRow.ordinal).execution_options(**IN_BATCHES))


def _read_people(session: Session, item_id: int) -> Iterable[Row[Any]]:
    seconds, facing = (
        TrackRow.first_seconds.label("seconds"),
        select_facing(FaceRow.item_id == item_id),
    )
    query = (
        select(*_columns(TrackRow), seconds, TrackRow.seconds_visible, facing.c.facing)
        .outerjoin(
            facing, and_(facing.c.item_id == TrackRow.item_id, facing.c.track == TrackRow.number)
        )
        .where(TrackRow.item_id == item_id)
    )
    return session.execute(query.order_by(seconds).execution_options(**IN_BATCHES))


def _columns(table: type[FaceRow | TrackRow]) -> tuple[InstrumentedAttribute[Any], ...]:
    return (table.judged, table.gender, table.age, table.female, table.age_low, table.age_high)
