"""A video is counted row by row, however many faces it has."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, insert, select

from db.audience_tables import CellRow
from db.bulk import insert_rows
from db.counts.video_counts import count_video
from db.engine import Database
from db.results.faces import face_columns
from db.tables import FaceRow, Table
from models.face import NONE_DROPPED
from tests.support.jobs import claim_next, make_face, submit

FACES = 100_000
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
        count_video(session, chunk.job_id, item, NONE_DROPPED, counts=True, is_duplicate=False)
    with database.read() as session:
        assert session.scalar(select(func.sum(CellRow.faces))) == FACES
