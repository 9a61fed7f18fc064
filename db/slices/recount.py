"""The cells of one job, counted again from those of its faces that a filter wants.

Cells know nothing of quality and pose, so a query about them reads faces, of which a job may have
at most a bounded number.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Executable, Row, and_, func, select
from sqlalchemy.orm import Session

from db.counts.cells import read_cells
from db.counts.dimension_sets import spell_dimensions
from db.counts.grains import Grain
from db.counts.tally import CellKey, Tally, Unit
from db.counts.time_zones import read_zone
from db.counts.totals import (
    CLUSTER_INDEXES,
    MEASURE_INDEXES,
    TOO_UNCLEAR,
    CountedFace,
    add_picture,
    cells_of,
)
from db.counts.tracks import CountedPerson, add_people, select_facing
from db.quality import QualityFilter
from db.slices.queries import AudienceTooLarge
from db.states import ItemState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.videos import TrackRow
from models.statistics.confusion import OLDEST

# Counting this many faces takes about two seconds.
MOST_RECOUNTED = 100_000
FACES_AT_ONCE = 1000


def recount_cells(session: Session, job_id: int, wanted: QualityFilter) -> Tally:
    """The cells of a job by dimension set and day, as if it had only the wanted faces; outcomes of
    items stay. Raises AudienceTooLarge."""
    _refuse_uncountable(session, job_id)
    tally = read_cells(session, [job_id], by_dimensions=True, grain=Grain.QUARTER_HOUR)
    tally.zone = read_zone(session, job_id)
    for totals in tally.totals.values():
        cells_of(totals)[:] = 0
        totals[CLUSTER_INDEXES] = 0
        totals[MEASURE_INDEXES[TOO_UNCLEAR]] = 0
    for table in (FaceRow, TrackRow):
        rows = session.execute(_select_faces(table, job_id, wanted))
        for _, group in groupby(rows, attrgetter("item_id")):
            _count_item(tally, table, list(group), wanted)
    return tally


def _refuse_uncountable(session: Session, job_id: int) -> None:
    if session.scalar(select(JobRow.headcount).where(JobRow.id == job_id)) is not None:
        raise AudienceTooLarge(
            f"Job {job_id} is a headcount, of which no faces are kept. Leave out quality_min and "
            "pose, which count faces one by one."
        )
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
    seconds = FaceRow.time_seconds if table is FaceRow else TrackRow.first_seconds
    query = (
        select(
            *item,
            *columns,
            (table.age_high - table.age_low).label("width_years"),
            seconds.label("seconds"),
        )
        .join(table, table.item_id == ItemRow.id)
        .where(ItemRow.job_id == job_id, ItemRow.state == ItemState.DONE, *wanted.match_pose(table))
        .order_by(ItemRow.id, seconds)
        .execution_options(yield_per=FACES_AT_ONCE)
    )
    if table is FaceRow:
        return query
    of_job = select(ItemRow.id).where(ItemRow.job_id == job_id, ItemRow.frames.is_not(None))
    facing = select_facing(FaceRow.item_id.in_(of_job))
    of_track = and_(facing.c.item_id == TrackRow.item_id, facing.c.track == TrackRow.number)
    with_time = query.add_columns(TrackRow.seconds_visible, facing.c.facing)
    return with_time.outerjoin(facing, of_track)


def _count_item(
    tally: Tally, table: type[FaceRow | TrackRow], rows: list[Row[Any]], wanted: QualityFilter
) -> None:
    """A picture counts as one cluster, and so does a quarter of an hour of a video, whose frames
    show the same people."""
    first = rows[0]
    unit = Unit.FRAME if first.is_video else Unit.PICTURE
    dimension_set = spell_dimensions(first.dimensions)
    moments = groupby(rows, lambda row: tally.spell(row.captured_at, row.seconds or 0.0))
    for moment, faces in moments:
        if table is TrackRow:
            found = list(faces)
            people = (
                CountedPerson(face, row.seconds_visible, row.facing or 0.0)
                for face, row in zip(_count_faces(found, wanted), found, strict=True)
            )
            add_people(tally, dimension_set, moment, people)
            continue
        totals = tally.under(CellKey(dimension_set, moment, unit))
        add_picture(totals, _count_faces(faces, wanted))


def _count_faces(rows: Iterable[Row[Any]], wanted: QualityFilter) -> Iterator[CountedFace]:
    for row in rows:
        yield CountedFace(
            judged=row.judged and wanted.accepts(row.quality),
            gender=row.gender,
            age=min(row.age, OLDEST),
            female_milli=round(row.female * 1000),
            width_years=row.width_years,
        )
