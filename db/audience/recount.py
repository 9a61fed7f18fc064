"""The cells of one job, counted anew from those of its faces that a filter wants.

Cells know nothing of quality and pose, so a query about them reads faces, of which a job may have
at most a bounded number.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Executable, Row, func, select
from sqlalchemy.orm import Session

from db.audience.queries import AudienceTooLarge
from db.counts.cells import read_cells
from db.counts.grains import Grain
from db.counts.tally import Tally, Unit
from db.counts.totals import (
    CLUSTER_INDEXES,
    MEASURE_INDEXES,
    TOO_UNCLEAR,
    CountedFace,
    add_picture,
    cells_of,
)
from db.quality import QualityFilter
from db.states import ItemState
from db.tables import ChunkRow, FaceRow, ItemRow
from db.video_tables import TrackRow
from models.statistics.confusion import OLDEST

# Of so many, counting takes about two seconds.
MOST_RECOUNTED = 100_000
FACES_AT_ONCE = 1000


def recount_cells(session: Session, job_id: int, wanted: QualityFilter) -> Tally:
    """The cells of a job by dimension set and day, as if it had only the wanted faces; outcomes of
    items stay. Raises AudienceTooLarge."""
    _refuse_large(session, job_id)
    tally = read_cells(session, job_id, by_dimensions=True, grain=Grain.DAY)
    for totals in tally.totals.values():
        cells_of(totals)[:] = 0
        totals[CLUSTER_INDEXES] = 0
        totals[MEASURE_INDEXES[TOO_UNCLEAR]] = 0
    for table in (FaceRow, TrackRow):
        rows = session.execute(_select_faces(table, job_id, wanted))
        for _, group in groupby(rows, attrgetter("item_id")):
            _count_item(tally, table, list(group), wanted)
    return tally


def _refuse_large(session: Session, job_id: int) -> None:
    counted = select(func.coalesce(func.sum(ChunkRow.faces), 0)).where(ChunkRow.job_id == job_id)
    faces = session.scalars(counted).one()
    if faces > MOST_RECOUNTED:
        raise AudienceTooLarge(
            f"Job {job_id} has {faces:,} faces. quality_min and pose count faces one by one, "
            f"up to {MOST_RECOUNTED:,}: leave them out, or export the results."
        )


def _select_faces(
    table: type[FaceRow | TrackRow], job_id: int, wanted: QualityFilter
) -> Executable:
    columns = (table.judged, table.quality, table.gender, table.age, table.female)
    is_video = ItemRow.frames.is_not(None).label("is_video")
    item = (ItemRow.id.label("item_id"), ItemRow.dimensions, ItemRow.captured_at, is_video)
    return (
        select(*item, *columns, (table.age_high - table.age_low).label("width_years"))
        .join(table, table.item_id == ItemRow.id)
        .where(ItemRow.job_id == job_id, ItemRow.state == ItemState.DONE, *wanted.match_pose(table))
        .order_by(ItemRow.id)
        .execution_options(yield_per=FACES_AT_ONCE)
    )


def _count_item(
    tally: Tally, table: type[FaceRow | TrackRow], rows: list[Row[Any]], wanted: QualityFilter
) -> None:
    """A picture, or a video, whose frames show the same people, counts as one cluster."""
    first = rows[0]
    in_video = Unit.TRACK if table is TrackRow else Unit.FRAME
    unit = in_video if first.is_video else Unit.PICTURE
    add_picture(tally.at(first.dimensions, first.captured_at, unit), _count_faces(rows, wanted))


def _count_faces(rows: list[Row[Any]], wanted: QualityFilter) -> Iterator[CountedFace]:
    for row in rows:
        yield CountedFace(
            judged=row.judged and wanted.accepts(row.quality),
            gender=row.gender,
            age=min(row.age, OLDEST),
            female_milli=round(row.female * 1000),
            width_years=row.width_years,
        )
