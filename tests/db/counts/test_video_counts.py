"""A video is counted row by row, however many faces it has."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from db.bulk import insert_rows
from db.counts.periods import Period
from db.counts.tally import Unit
from db.counts.totals import faces_of, measure_of
from db.counts.video_counts import count_video
from db.engine import Database
from db.job_values import JobOptions
from db.results.faces import face_columns
from db.slices.queries import SliceQuery
from db.slices.slices import read_slices
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from db.tables.metadata import Table
from models.face import NONE_DROPPED
from tests.support.work.jobs import claim_next, make_face, submit

FACES = 20_000
MOST_BYTES = 3_000_000


@contextmanager
def stay_under(most_bytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most_bytes


def copy_faces(database: Database, item_id: int) -> None:
    """As many faces as hours of video may have, inserted by the database itself."""
    described = {**face_columns(make_face(), 0.6), "frame": 0, "time_seconds": 0.0}
    with database.write() as session:
        insert_rows(session, FaceRow, [{"item_id": item_id, "ordinal": 0, **described}])
    faces = Table.metadata.tables[FaceRow.__tablename__]
    names = [column.name for column in faces.c if column.name not in ("id", "ordinal")]
    made = 1
    while made < FACES:
        more = select(faces.c.ordinal + made, *(faces.c[name] for name in names))
        more = more.where(faces.c.ordinal < FACES - made)
        with database.write() as session:
            session.execute(insert(faces).from_select(["ordinal", *names], more))
        made = min(FACES, 2 * made)


def test_a_video_is_counted_with_few_of_its_faces_in_memory(database: Database) -> None:
    submit(database, items=1)
    chunk = claim_next(database)
    [item] = chunk.items
    copy_faces(database, item.id)
    with database.write() as session, stay_under(MOST_BYTES):
        count_video(
            session,
            chunk.job_id,
            item,
            chunk.options,
            NONE_DROPPED,
            counts=True,
            is_duplicate=False,
        )
    with database.read() as session:
        assert session.scalar(select(func.sum(CellRow.faces))) == FACES


def test_what_a_video_shows_is_counted_at_its_time(database: Database) -> None:
    job_id = submit(database, items=1, captured_at=datetime(2026, 3, 29, 0, 50, tzinfo=UTC))
    chunk = claim_next(database)
    [item] = chunk.items
    described = {"item_id": item.id, **face_columns(make_face(), 0.6)}
    faces = [
        {**described, "ordinal": number, "frame": number, "time_seconds": seconds}
        for number, seconds in enumerate((0.0, 300.0, 900.0, 905.0))
    ]
    options = JobOptions(time_zone="Europe/Paris")
    with database.write() as session:
        insert_rows(session, FaceRow, faces)
        count_video(session, job_id, item, options, NONE_DROPPED, counts=True, is_duplicate=False)
    with database.read() as session:
        by_quarter = SliceQuery(job_id=job_id, by_period=Period.QUARTER_HOUR)
        slices = read_slices(session, by_quarter)
    frames = {key[1]: units[Unit.FRAME] for key, units in slices.items() if Unit.FRAME in units}
    counted = {time: int(faces_of(totals).sum()) for time, totals in frames.items()}
    assert counted == {"2026-03-29T01:45+01:00": 2, "2026-03-29T03:00+02:00": 2}
    assert [measure_of(totals, "pictures") for totals in frames.values()] == [1, 1]
