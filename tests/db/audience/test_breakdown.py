"""The rows of a report, by dimension and over time, add up and are few."""

from datetime import UTC, date, datetime

from db.audience.breakdown import (
    DIMENSIONS_SHOWN,
    VALUES_SHOWN,
    has_tracks,
    read_dimensions,
    read_timeline,
)
from db.counts.periods import Period
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from tests.support.work.jobs import make_face, submit, work_all

FACES = (make_face(30, 0.9), make_face(40, 0.1), make_face(50, 0.55))


def accept(database: Database, items: list[NewItem]) -> int:
    with database.write() as session:
        return accept_job(session, NewJob(), items, 10)


def test_the_rows_of_a_dimension_add_up_to_all_faces(database: Database) -> None:
    values = [str(value) for value in range(12) for _ in range(12 - value)]
    items = [NewItem(f"{n}", "file:///a", None, {"store": v}) for n, v in enumerate(values)]
    job_id = accept(database, [*items, NewItem("none", "file:///a")])
    work_all(database, FACES)
    with database.read() as session:
        [store], in_all = read_dimensions(session, job_id, 1, counts_people=False)
        assert not has_tracks(session, job_id)

    assert (store.name, in_all) == ("store", 1)
    assert [row.value for row in store.rows[:VALUES_SHOWN]] == list("01234567")
    assert [row.others for row in store.rows] == [0] * VALUES_SHOWN + [5]
    assert sum(row.faces or 0 for row in store.rows) == 3 * (len(values) + 1)
    assert round(sum(row.share.value for row in store.rows if row.share), 3) == 1
    for row in store.rows:
        assert {name: round(part.value, 3) for name, part in row.genders.items() if part} == {
            "female": 0.333, "male": 0.333, "unknown": 0.333,
        }  # fmt: skip


def test_only_the_first_of_many_dimensions_are_read(database: Database) -> None:
    names = {f"d{number:02}": "x" for number in range(DIMENSIONS_SHOWN + 3)}
    job_id = submit(database, items=1, dimensions=names)
    work_all(database, FACES)
    with database.read() as session:
        dimensions, in_all = read_dimensions(session, job_id, 1, counts_people=False)

    assert [one.name for one in dimensions] == sorted(names)[:DIMENSIONS_SHOWN]
    assert in_all == len(names)


def test_faces_of_another_job_are_in_no_row(database: Database) -> None:
    job_id = submit(database, items=1)
    submit(database, items=2, dimensions={"store": "Lyon"}, captured_at=datetime.now(UTC))
    work_all(database, FACES)
    with database.read() as session:
        assert read_dimensions(session, job_id, 1, counts_people=False) == ([], 0)
        timeline = read_timeline(session, job_id, 1, counts_people=False)

    assert (timeline.faces, timeline.undated) == ({}, 3)


def test_weeks_begin_on_monday_and_few_faces_are_withheld(database: Database) -> None:
    days = [datetime(2026, 1, 4, tzinfo=UTC)] * 4 + [datetime(2026, 6, 10, tzinfo=UTC)]
    items = [NewItem(f"{n}", "file:///a", day) for n, day in enumerate(days)]
    job_id = accept(database, items)
    work_all(database, FACES)
    with database.read() as session:
        timeline = read_timeline(session, job_id, 5, counts_people=False)

    assert timeline.period is Period.WEEK
    assert timeline.faces == {date(2025, 12, 29): 10, date(2026, 6, 8): None}
    assert (timeline.earlier, timeline.undated) == (0, 0)
