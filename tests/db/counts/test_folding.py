"""What is erased, tried again or very wide is folded into the cube all the same."""

import pytest
from sqlalchemy import func, select

from db.counts import cube
from db.counts.cube import fold_deltas
from db.counts.tally import Unit
from db.counts.totals import DONE, faces_of, measure_of
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.erasure import erase_job, finish_erasure, remove_erased
from db.jobs.retrying import retry_job
from db.slices.queries import SliceQuery
from db.slices.slices import read_slices
from db.states import ItemState
from db.submissions.drafts import accept_job
from db.tables.audience import CellRow, CubeRow, DeltaRow
from db.tables.items import ItemRow
from tests.support.run.databases import on_one_database
from tests.support.work.cubes import START, cells_in, fill, fold_all
from tests.support.work.jobs import close, make_face, submit, work_all


def test_an_erased_job_leaves_no_text_in_the_cube(database: Database) -> None:
    job_id = fill(database, 4, ("a",))
    fold_all(database)
    with database.write() as session:
        erase_job(session, job_id)
    with database.read() as session:
        assert cells_in(read_slices(session, SliceQuery())) == {}
    with database.write() as session:
        assert remove_erased(session, job_id)
        assert not finish_erasure(session, job_id)
    fold_all(database)
    with database.write() as session:
        assert finish_erasure(session, job_id)
    with database.read() as session:
        for table in (CellRow, CubeRow, DeltaRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_retry_replaces_counted_failures_with_new_outcomes(database: Database) -> None:
    job_id = submit(database, items=3, dimensions={"store": "Lyon"})
    work_all(database, faces=[make_face()], fail=["1.jpg"])
    close(database)
    fold_all(database)
    assert read_failed(database) == 1
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    assert read_failed(database) == 0
    work_all(database, faces=[make_face()])
    with database.read() as session:
        [units] = read_slices(session, SliceQuery()).values()
        done = session.scalar(
            select(func.count()).select_from(ItemRow).where(ItemRow.state == ItemState.DONE)
        )
    totals = units[Unit.PICTURE]
    assert (measure_of(totals, DONE), int(faces_of(totals).sum())) == (done, 3)


def read_failed(database: Database) -> int:
    with database.read() as session:
        [units] = read_slices(session, SliceQuery()).values()
    return measure_of(units[Unit.PICTURE], "failed.unreadable")


@on_one_database
def test_items_with_very_many_sums_are_folded_in_several_turns(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cube, "MOST_SUMS", 500)
    tags = tuple(f"tag {number}" for number in range(8))
    items = [
        NewItem(str(number), f"file:///{number}", START, {f"d{n}": str(number) for n in range(8)})
        for number in range(4)
    ]
    with database.write() as session:
        accept_job(session, NewJob(tags=tags), items, 4)
    work_all(database, [make_face(30, 0.9)])
    with database.write() as session:
        # One item alone is part of more sums than that.
        assert fold_deltas(session) == 1
    fold_all(database)
    with database.read() as session:
        [everything] = read_slices(session, SliceQuery(tag="tag 7")).values()
        assert session.scalar(select(func.count()).select_from(DeltaRow)) == 0
    assert faces_of(everything[Unit.PICTURE]).sum() == 4
