"""An erased job is gone, whatever happened to its chunks before or meanwhile."""

from sqlalchemy import func, select

from db.chunks.crashes import rescue_chunk
from db.engine import Database
from db.jobs.erasure import erase_job, remove_erased
from db.jobs.retrying import retry_job
from db.states import ChunkState
from db.tables.audience import CellRow
from db.tables.chunks import ChunkRow
from tests.support.work.jobs import claim_next, close, make_face, status, submit, work_all


def test_a_receipt_counts_the_faces_of_a_split_chunk_once(
    database: Database,
) -> None:
    job_id = submit(database, items=8)
    work_all(database, [make_face()], fail=["0.jpg"])
    close(database)
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    for _ in range(2):
        chunk = claim_next(database)
        with database.write() as session:
            assert rescue_chunk(session, chunk.id, chunk.token, seen=True)
            session.get_one(ChunkRow, chunk.id).not_before = session.scalar(func.now())
    with database.write() as session:
        assert session.query(ChunkRow).filter_by(state=ChunkState.SPLIT).count() == 1
        erase_job(session, job_id)
    receipt = status(database, job_id).erased
    assert receipt is not None
    assert receipt.faces == 7


def test_a_sub_chunk_cut_during_the_erasure_is_removed_too(
    database: Database,
) -> None:
    job_id = submit(database, items=2)
    with database.write() as session:
        erase_job(session, job_id)
        # As a worker's transaction does that committed after the erasure had looked.
        session.add(ChunkRow(job_id=job_id, start=0, stop=1, state=ChunkState.WAITING))
        session.add(make_cell(job_id))
    with database.write() as session:
        assert remove_erased(session, job_id)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ChunkRow)) == 0
        assert session.scalar(select(func.count()).select_from(CellRow)) == 0


def make_cell(job_id: int) -> CellRow:
    return CellRow(
        job_id=job_id,
        dimension_set="",
        quarter_hour="",
        unit="picture",
        age=30,
        gender="female",
        faces=1,
        female_milli=900,
        width_years=10,
    )
